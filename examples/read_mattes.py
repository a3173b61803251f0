"""Read the mattes of people and parts out of an EXR that `anatomatte render --layers` wrote."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import OpenImageIO as oiio


def mattes(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Layer name → matte, top row first; each layer has one channel, its A."""
    picture = oiio.ImageBuf(str(path))
    if picture.has_error:
        raise SystemExit(picture.geterror())
    pixels = picture.get_pixels(oiio.FLOAT)
    names = picture.spec().channelnames
    return {name[:-2]: pixels[..., n] for n, name in enumerate(names) if name.endswith(".A")}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("file", type=Path, help="an EXR of --layers rgba,people,parts,person_01.parts …")
    given = words.parse_args()
    for name, matte in mattes(given.file).items():
        person, _, part = name.rpartition(".")  # person_01.face is a part of one person
        print(f"{name}: {part}{f' of {person}' if person else ''} covers {matte.mean():.4f}")


if __name__ == "__main__":
    main()
