"""What the network says of whose and which part a pixel is, as shares that sum to one.

They lie on a grid between the network's and the plate's: fine enough for the border of hair and
face to follow the plate's own edge, small enough to be kept for every frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import fill, shrink, step
from ..ops.guided import Guide, brightness
from ..parts import INDEX
from .choose import ALL_PARTS, Choice
from .seen import PeopleSeen

FINEST = 1280
"""Longest side of the grid; on smaller plates it is half of the plate's."""

_LEAST = 1e-3
"""A share that is below this everywhere counts as absent."""

_HAZE = 0.02
"""What a network gives of everything everywhere; taken off each share before they are made to sum to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares on a grid h×w, all in 0..1 and finite.

    Attributes:
        people: K×h×w, whose a pixel is; sums to 1 over the chosen people.
        numbers: the person of each of these planes.
        parts: n×h×w, which part of a person or what is held; sums to 1 over what is chosen of them.
        labels: the channel of each of these planes.
        taken: h×w, what the plate's matte is multiplied with so that only what is chosen stays; None: all.
        own: h×w, how much of what stays is somebody's; None: all.
    """

    people: Pixels
    numbers: tuple[int, ...]
    parts: Pixels
    labels: tuple[int, ...]
    taken: Pixels | None
    own: Pixels | None


def shares(
    seen: PeopleSeen, choice: Choice, light: Pixels, alone: bool, held: Pixels | None = None
) -> Shares:
    """Shares where *choice* looks at what was *seen* in *light*, H×W×3 scene-linear.

    Args:
        alone: the whole matte is people's; without it (in front of a screen) other things may be there.
        held: H×W, share of held things in the matte, where it is known at the plate's resolution.
    """
    grid = _grid(light.shape[0], light.shape[1], seen.alpha.shape)
    guide = Guide(brightness(shrink(light, *grid)), seen.alpha.shape)
    cover = np.clip(seen.alpha + seen.held, 0, 1)
    worn = seen.parts[list(ALL_PARTS)]
    known = worn.sum(0)
    part = worn / np.maximum(known, np.float32(1e-6))
    mine, theirs = np.isin(ALL_PARTS, choice.parts), list(choice.people)
    people, numbers = _some(_divided(seen.people[theirs], cover), choice.people)
    parts, labels = _some(_divided(part[mine], known * cover), choice.parts)
    coarse = seen.held / np.maximum(cover, np.float32(1e-6))
    carried = shrink(held, *grid) if held is not None else guide.fine(_spread(coarse[None], cover)[0])
    part_of_them = seen.people[theirs].sum(0) / np.maximum(seen.people.sum(0), np.float32(1e-6))
    of_people = _grown(guide, part_of_them, len(theirs) == len(seen.people) > 0)
    of_parts = _grown(guide, _spread(part[mine].sum(0)[None], known * cover)[0], bool(mine.all()))
    worn_now = of_people * of_parts * (1 - carried)
    held_now = of_people * carried * np.float32(choice.held)
    own = _owned(guide, seen, cover, alone)
    stays = worn_now + held_now if own is None else own * (worn_now + held_now)
    taken = stays + (1 - own) if choice.whole and own is not None else stays
    mixed, names = _with_held(_sharp(guide, parts), labels, worn_now, held_now)
    of_somebody = None if own is None or not choice.whole else _ratio(stays, taken)
    entire = choice.whole and choice.held and (own is None or len(theirs) > 0)
    return Shares(_sharp(guide, people), numbers, mixed, names, None if entire else _unit(taken), of_somebody)


def _owned(guide: Guide, seen: PeopleSeen, cover: Pixels, alone: bool) -> Pixels | None:
    """How much of the matte is one of the people's; None where all of it is."""
    theirs = seen.people.sum(0)
    counted = not len(seen.people) or float(theirs.min()) > 1 - _LEAST
    if alone and counted:
        return None
    near = np.ones_like(cover) if alone else persons(cover)
    return guide.fine(near if counted else near * _spread(theirs[None], cover)[0])


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
    return _unit(of / np.maximum(whole, np.float32(1e-6)))


def _grown(guide: Guide, field: Pixels, all_of_it: bool) -> Pixels:
    """A share on the finer grid; exactly 1 where everything is chosen."""
    return np.ones(guide.bright.shape, np.float32) if all_of_it else guide.fine(field)


def _sharp(guide: Guide, stack: Pixels) -> Pixels:
    """A stack that sums to 1 on the finer grid, where it does so again."""
    if len(stack) < 2:
        return np.ones((len(stack), *guide.bright.shape), np.float32)
    fine = np.stack([guide.fine(field) for field in stack])
    np.maximum(fine - np.float32(_HAZE), 0, out=fine)
    fine /= np.maximum(fine.sum(0), np.float32(1e-6))  # one of n shares is at least 1/n: more than haze
    return fine


def _with_held(
    parts: Pixels, labels: tuple[int, ...], worn: Pixels, held: Pixels
) -> tuple[Pixels, tuple[int, ...]]:
    """The parts and, where any of it is chosen, what is held, in the proportion of *worn* and *held*."""
    if not labels:
        return np.ones((1, *held.shape), np.float32), (INDEX["held"],)
    if float(held.max()) < _LEAST:
        return parts, labels
    carried = _ratio(held, worn + held)
    return np.concatenate([parts * (1 - carried), carried[None]]), (*labels, INDEX["held"])


def _spread(stack: Pixels, weight: Pixels) -> Pixels:
    """Fields n×h×w that are known where *weight* h×w is high, carried on into where it is not."""
    values = np.ascontiguousarray(np.moveaxis(stack, 0, -1))
    far = np.moveaxis(fill(values, np.square(weight)), -1, 0)
    trust = np.clip(2 * weight, 0, 1)
    return _unit(far + (stack - far) * trust)


def _divided(stack: Pixels, weight: Pixels) -> Pixels:
    """A stack that sums to 1 everywhere, also where none of it is: there the nearest carries on."""
    if len(stack) < 2:
        return np.ones_like(stack)
    sums = stack.sum(0)
    share = stack / np.maximum(sums, np.float32(1e-6))
    full = _spread(share, weight * np.minimum(sums, 1)) + np.float32(1e-6)
    return np.asarray(full / full.sum(0), np.float32)


def _some(stack: Pixels, names: tuple[int, ...]) -> tuple[Pixels, tuple[int, ...]]:
    """The planes of a stack that are not next to nothing everywhere."""
    most = [float(plane.max()) for plane in stack]
    there = [k for k, top in enumerate(most) if top >= min(_LEAST, max(most))]
    rest = stack[there]
    return rest / np.maximum(rest.sum(0), np.float32(1e-6)), tuple(names[k] for k in there)
