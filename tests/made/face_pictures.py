"""Drawn people whose faces tests and benchmarks replace."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.ops import colour

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ROOT / "benchmarks" / "traps_people"
ANNA, BERT = PEOPLE / "half2.jpg", PEOPLE / "half1.jpg"
NOTE: dict[str, Any] = {
    "consent_who": "Anna Drawn", "consent_what": "tests of the node", "consent_when": "2026-11-29",
}  # fmt: skip
Light = npt.NDArray[np.float32]


@cache
def light_of(path: Path) -> Light:
    """A drawn person, H×W×3 scene-linear."""
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert found is not None
    return colour.srgb_decode(found[..., ::-1].astype(np.float32) / np.float32(255))


def smaller(path: Path, by: float) -> npt.NDArray[np.uint8]:
    """A drawn person as 8 bits BGR, *by* times as large."""
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert found is not None
    made = cv2.resize(found, None, fx=by, fy=by, interpolation=cv2.INTER_AREA if by < 1 else cv2.INTER_LINEAR)
    return np.asarray(made, np.uint8)
