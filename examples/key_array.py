"""Key one picture: arrays in, arrays out."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import OpenImageIO as oiio

import anatomatte

SHOT = Path(__file__).resolve().parent.parent / "samples" / "shot"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("plate", nargs="?", type=Path, default=SHOT / "plate.1001.exr")
    words.add_argument("--erode", type=float, default=0.0, help="pixels")
    words.add_argument("--out", type=Path, help="an EXR of the premultiplied foreground")
    given = words.parse_args()

    plate = oiio.ImageBuf(str(given.plate)).get_pixels(oiio.FLOAT)
    mattes = anatomatte.matte(plate, erode=given.erode)  # any control of docs/params.md, by its name
    print(f"the matte covers {mattes.alpha.mean():.3f} of the picture")

    if given.out:
        height, width = mattes.alpha.shape
        alpha = mattes.alpha[..., None]
        picture = oiio.ImageBuf(oiio.ImageSpec(width, height, 4, "half"))
        picture.set_pixels(picture.roi, np.concatenate([mattes.foreground * alpha, alpha], axis=2))
        picture.write(str(given.out))


if __name__ == "__main__":
    main()
