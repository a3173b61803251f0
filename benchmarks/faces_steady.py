"""How much regions of a face tremble over a drawn clip: with the window of Steady, and each frame by itself.

    python benchmarks/faces_steady.py [--json]

The clip is that of `faces_swap`: a drawn head that moves, turns and comes nearer, in grain of its own. Each
frame's regions are laid back over the still by the motion that was drawn; `region_jitter_clip` and
`region_jitter_alone` are the mean change of a region from frame to frame, as a share of the region, and
`region_jitter_ratio` the one over the other.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))
from faces_swap import BERT, FRAMES, clip, handed, mattes

from anatomatte.menus import FACE_MENU

Light = npt.NDArray[np.float32]


def measured() -> dict[str, float]:
    """The figures."""
    frames, maps = clip()
    fetched = handed(frames)
    told = {}
    for name, steady in (("clip", 1.0), ("alone", 0.0)):
        back = []
        for n, frame in enumerate(frames):
            around = (fetched, float(n), 0.0, float(FRAMES - 1))
            values = {"swap": "off", "output": "packed", "pack_r": "face_lips", "steady": steady}
            made = mattes(frame, BERT, around, **values)
            back.append(_back(np.stack(made.planes(list(FACE_MENU)[1:])), maps[n]))
        inner = np.array(back)[2:-2]  # whole windows
        change = np.abs(np.diff(inner, axis=0)).sum((0, 2, 3)) / (len(inner) - 1)
        area = inner.mean(0).sum((1, 2))
        there = area > 12
        told[name] = float((change[there] / area[there]).mean())
    return {
        "region_jitter_clip": told["clip"],
        "region_jitter_alone": told["alone"],
        "region_jitter_ratio": told["clip"] / told["alone"],
    }


def _back(planes: Light, matrix: npt.NDArray[np.float64]) -> Light:
    """Planes n×h×w of a frame laid back over the still."""
    by_middles = matrix.copy()
    by_middles[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    size = planes.shape[2], planes.shape[1]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack([np.asarray(cv2.warpAffine(one, by_middles, size, flags=flags)) for one in planes])


if __name__ == "__main__":
    found = measured()
    lines = "\n".join(f"{name:20} {value:.4g}" for name, value in found.items())
    print(json.dumps(found) if "--json" in sys.argv else lines)
