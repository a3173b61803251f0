"""What one frame says of each person in it: where they are, and the colours of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..faces.canonical import Floats
from ..frame import Pixels
from ..parts import GROUPS, INDEX
from ..people.evidence import PeopleEvidence, Plane
from ..people.outfits import COUNT, together
from ..people.parts.everyone import Worn
from ..people.parts.labels import LOWER

GROUPS_SEEN: tuple[tuple[str, ...], ...] = (
    ("hair", "hat"),
    ("face", "neck"),
    GROUPS["tops"],
    (*GROUPS["bottoms"], "left_leg", "right_leg"),
    GROUPS["feet"],
)
"""Parts whose colours tell people apart; networks take what is in one group for each other."""

SOLID = 0.5
"""Coverage above which a cell is somebody's."""

_TIGHTS, _BARE_LEGS = 5, 6
"""Places in a row of `PeopleEvidence.outfits`."""

_LITTLE = 0.02
"""Share of a figure below which a garment says nothing."""

MASK = 64
"""Cells along the longer side of a look's mask."""

_CHANNELS = [[INDEX[name] for name in group] for group in GROUPS_SEEN]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A person in a frame; places are shares of the picture's width and height, y down.

    Attributes:
        head: x and y.
        box: left, top, right, bottom of the figure.
        area: share of the picture.
        mask: (rows, columns) coverage in 0..255, the picture at `MASK` cells.
        colours: (groups, 3) mean CIE L*a*b* of each of `GROUPS_SEEN`.
        weights: (groups,) how much of the figure each is, 0..1.
        alone: 0..1, 1 where no other person's figure touches.
        outfit: (5,) log odds of a dress, a skirt and trousers, of a coat against a top, and of tights
            against bare legs (0 where the head was not asked); None where nothing is known.
        whole: 0..1, 1 where landmarks tell that the figure is one person's, 0 where it may be a piece of
            somebody, or two people in one.
        hides: (2,) what tells of a beard and of a mask, as `faces.hidden.told` does it; None without a face.
    """

    head: tuple[float, float]
    box: tuple[float, float, float, float]
    area: float
    mask: NDArray[np.uint8]
    colours: Plane
    weights: Plane
    alone: float
    outfit: Plane | None = None
    whole: float = 1.0
    hides: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FrameLooks:
    """All looks of a frame.

    Attributes:
        number: of the frame.
        aspect: of the picture, width through height.
        looks: the people.
        shift: how far the background moved since the frame before, x and y in heights of the picture.
        cut: whether a cut lies before the frame.
    """

    number: int
    aspect: float
    looks: tuple[Look, ...]
    shift: tuple[float, float] = (0.0, 0.0)
    cut: bool = False


def box_of(solid: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of a mask (h, w) in shares of it; None where it is empty."""
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if not len(rows):
        return None
    high, wide = solid.shape
    top, bottom = float(rows[0]) / high, float(rows[-1] + 1) / high
    return float(columns[0]) / wide, top, float(columns[-1] + 1) / wide, bottom


def looks_of(
    picture: Pixels,
    seen: PeopleEvidence,
    worn: Sequence[Worn | None] = (),
    hides: Sequence[Floats | None] = (),
) -> tuple[Look, ...]:
    """The people of the *evidence* of a display-referred *picture* (H, W, 3), in its order.

    Args:
        worn: what each wears by this picture alone; without it the network's pixels tell.
        hides: what tells of each one's beard and mask, as `faces.hidden.told` does it.

    Somebody of whom no cell is solid has a box of no size around the head.
    """
    high, wide = seen.alpha.shape
    small = cv2.resize(np.clip(picture, 0, 1), (wide, high), interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(np.asarray(small, np.float32), cv2.COLOR_RGB2Lab), np.float32)
    groups = np.stack([seen.part(*channels) for channels in _CHANNELS])
    mattes = [np.asarray(share * seen.alpha, np.float32) for share in seen.people]
    solid = [matte > SOLID for matte in mattes]
    grown = [cv2.dilate(one.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0 for one in solid]
    made = []
    for k, matte in enumerate(mattes):
        one = _look(matte, lab, groups, seen.heads[k], solid[k], _touched(k, solid, grown))
        told = worn[k] if k < len(worn) else None
        outfit = _outfit(seen, k, matte * solid[k], told)
        sure = float(told is not None and told.sure) if worn else 1.0
        made.append(replace(one, outfit=outfit, whole=sure, hides=hides[k] if k < len(hides) else None))
    return tuple(made)


def _outfit(seen: PeopleEvidence, k: int, matte: Plane, worn: Worn | None) -> Plane | None:
    """What somebody may wear: as the frame itself decides it, else by the outfit head and the pixels."""
    total = float(matte.sum())
    if total <= 0:
        return None
    said = np.full(COUNT, np.nan, np.float32) if seen.outfits is None else seen.outfits[k]
    mass = [
        float((seen.part(INDEX[name]) * matte).sum()) / total for name in (*LOWER, "coat", "upper_clothes")
    ]
    coat, top = (share + _LITTLE for share in mass[len(LOWER) :])
    odds = dict(zip(LOWER, map(float, together(said, np.array(mass[: len(LOWER)], np.float32))), strict=True))
    odds |= {"coat": float(np.log(coat / top))} | ({} if worn is None else dict(worn.odds))
    legs = 0.0 if np.isnan(said).any() else (said[_TIGHTS] - said[_BARE_LEGS]) / 2
    return np.array([*(odds[name] for name in (*LOWER, "coat")), legs], np.float32)


def _touched(k: int, solid: list[NDArray[np.bool_]], grown: list[NDArray[np.bool_]]) -> bool:
    return any((grown[k] & other).any() for n, other in enumerate(solid) if n != k)


def _look(
    matte: Plane, lab: Plane, groups: Plane, head: Plane, solid: NDArray[np.bool_], touched: bool
) -> Look:
    high, wide = matte.shape
    scale = MASK / max(high, wide)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    mask = np.asarray(np.round(255 * cv2.resize(matte, size, interpolation=cv2.INTER_AREA)), np.uint8)
    shares = groups * np.where(solid, matte, 0)
    mass = shares.reshape(len(shares), -1).sum(1)
    colours = (shares[..., None] * lab).reshape(len(shares), -1, 3).sum(1) / np.maximum(mass, 1e-6)[:, None]
    x, y = float(head[0]), float(head[1])
    box = box_of(solid) or (x, y, x, y)
    weights = mass / max(float(solid.sum()), 1.0)
    return Look(
        (x, y), box, float(solid.mean()), mask, colours.astype(np.float32), weights.astype(np.float32),
        0.0 if touched else 1.0,
    )  # fmt: skip
