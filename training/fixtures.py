"""Writes the small set of held-out synthetic pictures that the tests score the shipped weights on.

    python -m training.fixtures BANK OUT

Per picture `k.jpg` (the picture), `k_alpha.png` (person's alpha) and `k_parts.png` (main parts).
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

from .learn.validate import held_out

COUNT = 16


def write(bank: Path, out: Path) -> None:
    """Write the first `COUNT` validation pictures of `bank` that show somebody to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    shown = [s for s in held_out(bank, 3 * COUNT) if (s.label > 0).mean() > 0.05][:COUNT]
    for k, sample in enumerate(shown):
        cv2.imwrite(str(out / f"{k:02d}.jpg"), sample.picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        cv2.imwrite(str(out / f"{k:02d}_alpha.png"), sample.alpha[..., 0])
        cv2.imwrite(str(out / f"{k:02d}_parts.png"), sample.label)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
