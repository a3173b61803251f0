"""What happens to a new face where something is before the old one, or it is seen in an odd way.

    python benchmarks/faces_kinds.py [--json] [--sheet OUT.png]

Things are drawn over a drawn person, whose face is replaced: `over_KIND` is the share of what is drawn over
the mesh of the face that the new face is painted over (by its matte), and `kept_KIND` how much of the rest of
the mesh is still the new face, beside the plate without the thing. Kinds without a thing have `kept` alone; 0
is cleanly absent: the plate stays as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))
from faces_swap import ANNA, BERT, PEOPLE, Light, light_of, mattes, seen

from anatomatte.ops import colour

Mask = npt.NDArray[np.float32]
Drawn = tuple[Light, Mask]
Draw = Callable[[Light, Any], Drawn]
_RIM = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
    *(280, 6, 50),
)
_LOW = (*_RIM[2:-5], 425, 327, 2, 98, 205)
_FOAM = (164, 165, 92, 57, 106, 182, 201, 200, 421, 406, 335, 287, 322, 391)  # a microphone's, over the lips
_UP = 3  # drawn so many times as large, so that borders are smooth


def _laid(plate: Light, cover: Mask, light: Any) -> Drawn:
    return np.asarray(plate + cover[..., None] * (light - plate), np.float32), cover


def _shape(plate: Light, draw: Callable[[npt.NDArray[np.uint8]], object]) -> Mask:
    """What a drawing covers, H×W in 0..1; places are `_UP` times as large."""
    high, wide = plate.shape[:2]
    area = np.zeros((high * _UP, wide * _UP), np.uint8)
    draw(area)
    return np.asarray(cv2.resize(area, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)


def _at(points: Any, *which: int) -> npt.NDArray[np.int32]:
    return np.rint(points[list(which), :2] * _UP).astype(np.int32)


def hand(plate: Light, points: Any) -> Drawn:
    """A hand over mouth and chin: that of the other drawn person, as large as a hand is."""
    other = light_of(BERT)
    made = mattes(other, BERT, swap="off", output="packed", pack_r="left_hand")
    cover = made.planes(["left_hand"])[0]
    rows, columns = (np.flatnonzero((cover > 0.5).any(axis)) for axis in (1, 0))
    at = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    by = 0.75 * float(np.ptp(points[:, 0])) / (columns[-1] - columns[0])
    light, cover = (
        cv2.resize(one[at], None, fx=by, fy=by, interpolation=cv2.INTER_LINEAR) for one in (other, cover)
    )
    top, left = (int(points[17, 1] - cover.shape[0] / 3), int(points[17, 0] - cover.shape[1] / 2))
    there = np.s_[top : top + cover.shape[0], left : left + cover.shape[1]]
    area, laid = np.zeros(plate.shape[:2], np.float32), plate.copy()
    area[there], laid[there] = cover, light
    return _laid(plate, area, laid)


def hands(plate: Light, points: Any) -> Drawn:
    """Two hands over cheeks and mouth, without arms."""
    other = light_of(PEOPLE / "half0.jpg")
    cover = mattes(other, BERT, swap="off", output="packed", pack_r="right_hand").planes(["right_hand"])[0]
    rows, columns = (np.flatnonzero((cover > 0.5).any(axis)) for axis in (1, 0))
    at = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    by = 0.45 * float(np.ptp(points[:, 0])) / (columns[-1] - columns[0])
    light, cover = (
        cv2.resize(one[at], None, fx=by, fy=by, interpolation=cv2.INTER_LINEAR) for one in (other, cover)
    )
    area, laid = np.zeros(plate.shape[:2], np.float32), plate.copy()
    top = int(points[425, 1] - 0.35 * cover.shape[0])
    for cheek, off, side in ((205, -0.75, 1), (425, -0.25, -1)):
        left = int(points[cheek, 0] + off * cover.shape[1])
        there = np.s_[top : top + cover.shape[0], left : left + cover.shape[1]]
        share = cover[:, ::side]
        laid[there] += share[..., None] * (light[:, ::side] - laid[there])
        area[there] = np.maximum(area[there], share)
    return laid, area


def microphone(plate: Light, points: Any) -> Drawn:
    """A stick with a dark head before the mouth."""

    def draw(area: npt.NDArray[np.uint8]) -> None:
        end = _at(points, 17)[0]
        cv2.line(area, tuple(map(int, end)), (int(end[0]) + 60 * _UP, int(end[1]) + 150 * _UP), 255, 9 * _UP)
        cv2.circle(area, tuple(map(int, end)), 17 * _UP, 255, -1)

    return _laid(plate, _shape(plate, draw), np.array([0.02, 0.02, 0.022], np.float32))


def mask(*tone: float, rim: tuple[int, ...] = _RIM) -> Draw:
    """A mask of a colour over nose, mouth and chin, or within another rim."""

    def drawn(plate: Light, points: Any) -> Drawn:
        shape = _shape(plate, lambda area: cv2.fillPoly(area, [_at(points, *rim)], 255))
        fold = 0.9 + 0.1 * np.sin(np.arange(plate.shape[0], dtype=np.float32) / 3)[:, None, None]
        return _laid(plate, shape, np.array(tone, np.float32) * fold)

    return drawn


MASKS: dict[str, Draw] = {
    "mask": mask(0.25, 0.5, 0.62),
    "mask_warm": mask(0.75, 0.66, 0.55),
    "mask_grey": mask(0.2, 0.2, 0.2),
    "mask_red": mask(0.35, 0.03, 0.03),
    "mask_orange": mask(0.5, 0.16, 0.03),
    "mask_low": mask(0.72, 0.73, 0.74, rim=_LOW),
    "mask_skin": mask(0.6, 0.36, 0.27),
    "foam": mask(0.2, 0.2, 0.205, rim=_FOAM),
}


def lock(plate: Light, points: Any) -> Drawn:
    """A lock of her own hair from the forehead over one eye to the cheek, strand by strand."""
    rng, wide = np.random.default_rng(1), float(np.ptp(points[:, 0]))
    eye, cheek = points[[33, 133], :2].mean(0), points[205, :2]
    top = points[10, :2] + 0.6 * (eye - points[168, :2]) - [0, 0.15 * wide]
    along = np.linspace(0, 1, 24)[:, None]

    def draw(area: npt.NDArray[np.uint8]) -> None:
        for _ in range(70):
            off, end = rng.normal(0, 0.075 * wide, 2) * [1, 0.3], rng.normal(0, 0.08 * wide, 2)
            a, b, c, d = (
                top + 1.2 * off,
                (top + eye) / 2 + 1.4 * off,
                eye + 1.2 * off,
                cheek + 0.6 * off + end,
            )
            left = 1 - along
            line = left**3 * a + 3 * left**2 * along * b + 3 * left * along**2 * c + along**3 * d
            places = np.rint(line * _UP).astype(np.int32)
            cv2.polylines(area, [places], False, 255, max(2, round(0.014 * wide * _UP)), cv2.LINE_AA)

    return _laid(plate, _shape(plate, draw), np.array([0.02, 0.017, 0.015], np.float32))


def glasses(plate: Light, points: Any) -> Drawn:
    """Dark glasses."""

    def draw(area: npt.NDArray[np.uint8]) -> None:
        for rim in ((33, 133), (362, 263)):
            one, other = _at(points, *rim)
            middle, wide = (one + other) // 2, int(np.linalg.norm(other - one) * 0.85)
            tilt = float(np.degrees(np.arctan2(*(other - one)[::-1])))
            cv2.ellipse(area, tuple(map(int, middle)), (wide, int(0.75 * wide)), tilt, 0, 360, 255, -1)
        cv2.line(area, *(tuple(map(int, one)) for one in _at(points, 133, 362)), 255, 4 * _UP)
        for one, other in ((33, 234), (263, 454)):
            cv2.line(area, *(tuple(map(int, at)) for at in _at(points, one, other)), 255, 4 * _UP)

    return _laid(plate, _shape(plate, draw), np.array([0.012, 0.012, 0.015], np.float32))


THINGS = {"hand": hand, "hands": hands, "microphone": microphone, **MASKS, "lock": lock, "glasses": glasses}


def half(plate: Light, points: Any) -> Drawn:
    """Half of the face beyond the frame."""
    made = np.ascontiguousarray(plate[:, int(points[4, 0]) :])
    return made, np.zeros(made.shape[:2], np.float32)


def upside(plate: Light, points: Any) -> Drawn:
    """Upside down."""
    return np.ascontiguousarray(plate[::-1, ::-1]), np.zeros(plate.shape[:2], np.float32)


def crossing(plate: Light, points: Any) -> Drawn:
    """Another one walks before her, and hides half of her face."""
    other = light_of(BERT)
    other = cv2.resize(other, None, fx=plate.shape[0] / other.shape[0], fy=plate.shape[0] / other.shape[0])
    matte = mattes(np.asarray(other, np.float32), BERT, swap="off").alpha
    high, wide = plate.shape[:2]
    wall = np.concatenate([plate, np.repeat(plate[:, -1:], wide, 1)], 1)
    cover = np.zeros(wall.shape[:2], np.float32)
    light = wall.copy()
    left = int(
        points[4, 0] - np.argmax((matte[int(points[:, 1].min()) : int(points[:, 1].max())] > 0.5).any(0))
    )
    width = min(other.shape[1], wall.shape[1] - left)
    cover[:, left : left + width] = matte[:high, :width]
    light[:, left : left + width] = other[:high, :width]
    return _laid(np.asarray(wall, np.float32), cover, light)


WAYS = {"half": half, "upside": upside, "crossing": crossing}


def measured(sheet: list[Any] | None = None) -> dict[str, float]:
    """All figures."""
    plate = light_of(ANNA)
    with seen() as found:
        made = mattes(plate, BERT)
    points = found[0]
    assert made.face_patch is not None
    whole, result = made.face_patch, {}
    for name, draw in {**THINGS, **WAYS}.items():
        drawn, cover = draw(plate, points)
        now = mattes(drawn, BERT, **({"people": 2} if name == "crossing" else {}))
        assert now.face_patch is not None and now.face_plate is not None
        patch = now.face_patch
        if name in THINGS:
            there = whole * cover
            result[f"over_{name}"] = float((patch * cover * (whole > 0.5)).sum() / max(float(there.sum()), 1))
            rest = whole * (1 - cover)
            result[f"kept_{name}"] = float(np.minimum(patch, rest).sum() / max(float(rest.sum()), 1))
        else:
            result[f"kept_{name}"] = float(patch.sum() / whole.sum())
        if sheet is not None:
            sheet.append(_shown(drawn, now.face_plate, patch))
    return result


def _shown(drawn: Light, made: Light, patch: Mask) -> npt.NDArray[np.uint8]:
    cells = [colour.srgb_encode(np.maximum(one, 0)) for one in (drawn, made)]
    cells.append(np.repeat(patch[..., None], 3, 2))
    fitted = [cv2.resize(np.clip(one, 0, 1), (280, 420), interpolation=cv2.INTER_AREA) for one in cells]
    return np.asarray(np.vstack(fitted)[..., ::-1] * 255, np.uint8)


if __name__ == "__main__":
    pictures: list[Any] = []
    told = measured(pictures)
    if "--sheet" in sys.argv:
        cv2.imwrite(sys.argv[sys.argv.index("--sheet") + 1], np.hstack(pictures))
    print(json.dumps(told) if "--json" in sys.argv else "\n".join(f"{k:18} {v:.3g}" for k, v in told.items()))
