"""Partitions of the matte: whose each pixel is and what of it is chosen, as shares that sum to one.

They lie on a grid between the network's and the plate's: fine enough for the border of two people to follow
the plate's own edge, small enough to be kept for every frame. Parts are `parts.fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import shrink, step
from ..ops.guided import Guide, brightness
from ..ops.strips import never
from ..parts import INDEX
from . import partition
from .evidence import PeopleEvidence
from .partition import LEAST, Spread
from .parts.everyone import PartEvidence
from .parts.fields import WINDOW
from .selection import ALL_PARTS, Selection

FINEST = 1280
"""Longest side of the grid; on smaller plates it is half of the plate's."""

_TINY = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares on a grid h×w, all in 0..1 and finite.

    Attributes:
        people: K×h×w, whose a pixel is; sums to 1 over the chosen people.
        numbers: the person of each of these planes, from 0, ascending.
        labels: the channels of the chosen parts, and what is held where it is chosen.
        held: h×w, what is held as a share of itself and of what is worn; None where none of it is chosen.
        taken: h×w, what the plate's matte is multiplied with so that only what is chosen stays; None: all.
        own: h×w, how much of what stays is somebody's; None: all.
    """

    people: Pixels
    numbers: tuple[int, ...]
    labels: tuple[int, ...]
    held: Pixels | None
    taken: Pixels | None
    own: Pixels | None


def shares(
    evidence: PeopleEvidence,
    selection: Selection,
    light: Pixels,
    alone: bool,
    held: Pixels | None = None,
    parts: Callable[[], PartEvidence] | None = None,
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> Shares:
    """Shares of the *selection* in the *evidence* of *light*, H×W×3 scene-linear.

    Args:
        alone: the whole matte is people's; without it (in front of a screen) other things may be there.
        held: H×W, share of held things in the matte, where it is known at the plate's resolution.
        parts: makes the people's parts; asked only where the selection leaves some of them out.
        threads: processor threads; they change nothing.
        check: called between planes; raises Cancelled to stop.
    """
    grid = _grid(light.shape[0], light.shape[1], evidence.alpha.shape)
    guide = Guide(brightness(shrink(light, *grid)), evidence.alpha.shape)
    cover = np.clip(evidence.alpha + evidence.held, 0, 1)
    people, numbers = partition.divided(evidence.people, selection.people, cover, None, threads, check)
    coarse = evidence.held / np.maximum(cover, _TINY)
    carried = shrink(held, *grid) if held is not None else guide.fine(Spread(cover)(coarse))
    worn, kept = _chosen(guide, evidence, selection, parts)
    worn_now = worn * (1 - carried)
    held_now = kept * carried
    own = _owned(guide, evidence, cover, alone)
    stays = worn_now + held_now if own is None else own * (worn_now + held_now)
    taken = stays + (1 - own) if selection.whole and own is not None else stays
    of_somebody = None if own is None or not selection.whole else _ratio(stays, taken)
    entire = selection.whole and selection.held and (own is None or len(selection.people) > 0)
    rest = _held_too(selection.parts, worn_now, held_now)
    return Shares(
        people=partition.sharp(guide, people, None, threads, check),
        numbers=tuple(evidence.number(at) for at in numbers),
        labels=selection.parts if rest is None else (*selection.parts, INDEX["held"]),
        held=rest,
        taken=None if entire else _unit(taken),
        own=of_somebody,
    )


def _chosen(
    guide: Guide,
    evidence: PeopleEvidence,
    selection: Selection,
    parts: Callable[[], PartEvidence] | None,
) -> tuple[Pixels, Pixels]:
    """How much of what is worn, and of what is held, is chosen, on the finer grid."""
    part_of_them = partition.total(evidence.people, selection.people) / np.maximum(
        evidence.people.sum(0), _TINY
    )
    of_people = _grown(guide, part_of_them, len(selection.people) == len(evidence.people) > 0)
    worn = of_people
    if parts is not None and not set(selection.parts) >= set(ALL_PARTS):
        mine = Guide(guide.bright, parts().shares.shape[1:], WINDOW).fine(parts().of(selection.parts))
        worn = np.multiply(of_people, mine)
    return worn, of_people * np.float32(selection.held)


def _owned(guide: Guide, evidence: PeopleEvidence, cover: Pixels, alone: bool) -> Pixels | None:
    """How much of the matte is one of the people's; None where all of it is."""
    theirs = evidence.people.sum(0)
    counted = not len(evidence.people) or float(theirs.min()) > 1 - LEAST
    if alone and counted:
        return None
    on_people = np.ones_like(cover) if alone else persons(cover)
    return guide.fine(on_people if counted else on_people * Spread(cover)(theirs))


def persons(cover: Pixels) -> Pixels:
    """Where a matte that somebody else made is a person's, h×w: on people and a little around them."""
    wide = np.asarray(cv2.dilate(cover, np.ones((3, 3), np.uint8)), np.float32)
    return step(wide, 0.15, 0.5)


def _grid(height: int, width: int, least: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of the shares' grid: at least the network's, at most the plate's."""
    scale = min(0.5, FINEST / max(height, width))
    rows, columns = (max(low, round(scale * n)) for low, n in zip(least, (height, width), strict=True))
    return min(rows, height), min(columns, width)


def _unit(field: npt.NDArray[np.floating[Any]]) -> Pixels:
    return np.asarray(np.clip(field, 0, 1), np.float32)


def _ratio(of: Pixels, whole: Pixels) -> Pixels:
    return _unit(of / np.maximum(whole, _TINY))


def _grown(guide: Guide, field: Pixels, all_of_it: bool) -> Pixels:
    """A share on the finer grid; exactly 1 where everything is chosen."""
    return np.ones(guide.bright.shape, np.float32) if all_of_it else guide.fine(field)


def _held_too(labels: tuple[int, ...], worn: Pixels, held: Pixels) -> Pixels | None:
    """What is held as a share of itself and of what is worn; None where none of it is chosen."""
    if not labels:
        return np.ones_like(held)
    return _ratio(held, worn + held) if float(held.max()) >= LEAST else None
