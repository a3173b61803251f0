"""Partitions of the matte: whose each pixel is and what of it is chosen, as shares that sum to one.

They lie on a grid between the network's and the plate's: fine enough for the border of two people to follow
the plate's own edge, small enough to be kept for every frame. Parts are `parts.fields`.
"""

from __future__ import annotations

import functools
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

FRINGE = 9
"""Cells of the network's grid across a person's outline in which what is nobody's goes with the person."""

_TINY = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares on a grid h×w, all in 0..1 and finite.

    Attributes:
        people: K×h'×w' on the network's grid, whose a pixel is; sums to 1 over the chosen people.
        numbers: the person of each of these planes, from 0; -1 of whom a sidecar does not number.
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
    finer = _Finer(light, evidence.alpha.shape)
    cover = np.clip(evidence.alpha + evidence.held, 0, 1)
    people, numbers = partition.divided(evidence.people, selection.people, cover, None, threads, check)
    coarse = evidence.held / np.maximum(cover, _TINY)
    carried = shrink(held, *finer.shape) if held is not None else finer.fine(Spread(cover)(coarse))
    worn, kept = _chosen(finer, evidence, selection, parts)
    worn_now = worn * (1 - carried)
    held_now = kept * carried
    own = _owned(finer, evidence, cover, alone)
    stays = worn_now + held_now if own is None else own * (worn_now + held_now)
    others = None if own is None else _others(finer, evidence, selection, cover)
    taken = stays if own is None or others is None else stays + others * (1 - own)
    of_somebody = None if own is None or others is None else _ratio(stays, taken)
    entire = _entire(selection, len(evidence.people), own is not None)
    rest = _held_too(selection.parts, worn_now, held_now)
    return Shares(
        people=people,
        numbers=tuple(evidence.number(at) for at in numbers),
        labels=selection.parts if rest is None else (*selection.parts, INDEX["held"]),
        held=rest,
        taken=None if entire else _unit(taken),
        own=of_somebody,
    )


def persons(made: Shares, light: Pixels, threads: int = 1, check: Callable[[], None] = never) -> Pixels:
    """Whose a pixel is, K×h×w on the grid of the other shares, along the edges of *light*, H×W×3."""
    guide = _Finer(light, made.people.shape[1:]).guide
    return partition.sharp(guide, made.people, None, threads, check)


class _Finer:
    """The finer grid over *light*, and what the picture says on it, made where it is asked for."""

    def __init__(self, light: Pixels, coarse: tuple[int, ...]) -> None:
        self.shape = _grid(light.shape[0], light.shape[1], coarse)
        self._light, self._coarse = light, (coarse[0], coarse[1])

    @functools.cached_property
    def guide(self) -> Guide:
        return Guide(brightness(shrink(self._light, *self.shape)), self._coarse)

    def fine(self, field: Pixels) -> Pixels:
        """*field*, h'×w' in 0..1, along the picture's edges."""
        return self.guide.fine(field)


def _chosen(
    finer: _Finer,
    evidence: PeopleEvidence,
    selection: Selection,
    parts: Callable[[], PartEvidence] | None,
) -> tuple[Pixels, Pixels]:
    """How much of what is worn, and of what is held, is chosen, on the finer grid."""
    part_of_them = partition.total(evidence.people, selection.people) / np.maximum(
        evidence.people.sum(0), _TINY
    )
    of_people = _grown(finer, part_of_them, len(selection.people) == len(evidence.people) > 0)
    worn = of_people
    if parts is not None and not set(selection.parts) >= set(ALL_PARTS):
        mine = Guide(finer.guide.bright, parts().shares.shape[1:], WINDOW).fine(parts().of(selection.parts))
        worn = np.multiply(of_people, mine)
    return worn, of_people * np.float32(selection.held)


def _owned(finer: _Finer, evidence: PeopleEvidence, cover: Pixels, alone: bool) -> Pixels | None:
    """How much of the matte is one of the people's; None where all of it is."""
    theirs = evidence.people.sum(0)
    counted = not len(evidence.people) or float(theirs.min()) > 1 - LEAST
    if alone and counted:
        return None
    on_people = np.ones_like(cover) if alone else near_people(cover)
    return finer.fine(on_people if counted else on_people * Spread(cover)(theirs))


def _others(finer: _Finer, evidence: PeopleEvidence, selection: Selection, cover: Pixels) -> Pixels | None:
    """How much of what is nobody's stays, on the finer grid; None where nothing does."""
    if not selection.whole and selection.kept is None:
        return None
    grid = finer.shape
    kept = np.ones(grid, np.float32) if selection.kept is None else selection.kept.cover(*grid)
    if len(selection.people) < len(evidence.people):
        kept = kept * (1 - finer.fine(_fringe(evidence, selection.people, cover)))
    return kept if selection.gone is None else kept * (1 - selection.gone.cover(*grid))


def _fringe(evidence: PeopleEvidence, chosen: tuple[int, ...], cover: Pixels) -> Pixels:
    """On and around people who are not chosen, h×w: what leaves with them, such as their hair."""
    others = [k for k in range(len(evidence.people)) if k not in chosen]
    away = cover * partition.total(evidence.people, tuple(others))
    wide = np.asarray(cv2.dilate(away, np.ones((FRINGE, FRINGE), np.uint8)), np.float32)
    return step(wide, 0.15, 0.5) * partition.total(evidence.people, tuple(others))


def _entire(selection: Selection, count: int, others: bool) -> bool:
    """Whether all of the matte stays; *others*: there is some that is nobody's."""
    everybody = len(selection.people) == count and (count > 0 or not others)
    return selection.whole and selection.held and selection.gone is None and everybody


def near_people(cover: Pixels) -> Pixels:
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


def _grown(finer: _Finer, field: Pixels, all_of_it: bool) -> Pixels:
    """A share on the finer grid; exactly 1 where everything is chosen."""
    return np.ones(finer.shape, np.float32) if all_of_it else finer.fine(field)


def _held_too(labels: tuple[int, ...], worn: Pixels, held: Pixels) -> Pixels | None:
    """What is held as a share of itself and of what is worn; None where none of it is chosen."""
    if not labels:
        return np.ones_like(held)
    return _ratio(held, worn + held) if float(held.max()) >= LEAST else None
