"""Draw the shot without a screen and the photos of `make demo`: the project's drawn people in a room.

    python samples/make_room.py --out samples

`room/plate.1001.jpg` and so on, 960×540: two people who cross in a room; `photos/`: two stills.  The people
are those of `benchmarks/traps_people`, the room and the camera those of `benchmarks/drawn_clips.py`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from drawn_clips import frames

COUNT, FIRST = 24, 1001
EVERY = 2
"""Of the clip's frames every second one is kept."""
PHOTOS = (("one", "standing", 1, (720, 540)), ("three", "beside", 2, (960, 540)))
"""Name, kind of clip, seed, width and height."""
QUALITY = 93


def main() -> int:
    """Write all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    out = parser.parse_args().out
    for folder in ("room", "photos"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for n, frame in enumerate(frames("crossing", 4, COUNT, (960, 540))):
        if n % EVERY == 0:
            save(out / "room" / f"plate.{FIRST + n // EVERY}.jpg", frame.picture)
    for name, kind, seed, size in PHOTOS:
        save(out / "photos" / f"{name}.jpg", next(frames(kind, seed, 1, size)).picture)
    return 0


def save(path: Path, picture: np.ndarray) -> None:
    """Write a picture H×W×3, sRGB, 8 bits, as a JPEG."""
    cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    sys.exit(main())
