"""What people of a shot wear, told by all of its frames together.

A frame by itself calls shorts a skirt as soon as somebody turns, and with them the legs; over a shot the
frames' answers are averaged, so that a garment has one name from the first frame to the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..faces import hidden
from ..faces.canonical import Floats
from ..people.parts.labels import LOWER
from .looks import FrameLooks, Look

Odds = npt.NDArray[np.float64]
Number = TypeVar("Number", float, Odds)

OVER = ("coat", "top")
"""What may be worn above the waist, as a sidecar calls it."""

LEGS = ("tights", "bare_legs")
"""What legs show where no trousers are."""

CLOTHES = (*LOWER, *OVER, *LEGS)
"""What parts of somebody are told by."""

WORDS = (*CLOTHES, *hidden.WORDS[0], *hidden.WORDS[1])
"""What the key ``wears`` of a person may hold, separated by commas."""

_FIRM = 0.1
"""Nats between the likeliest outfit and the next from which on the shot tells them apart."""

_CLEAR = 0.5, 0.75
"""Nats for a coat or for a top, and for tights or for bare legs, from which on the shot tells them apart."""

_TOUCHED = 0.2
"""How much a look counts where somebody else touches."""

_DOUBTED = 0.05
"""How much a look counts of which landmarks do not tell that it is one person's figure."""

_PIECE = 0.25
"""Share of the largest area of a person near a frame up to which a figure is a piece, whatever is usual."""

_AROUND = 12
"""Looks of a person to either side among which the usual size of the figure is found."""

_SIZE, _OTHER_SIZE = 0.3, 0.03
"""How far a figure strays from its usual area (of its logarithm) until it counts less, and how much it counts
at least: it is cut off, covered, or somebody else is in it."""

_TINY = 1e-6  # area of a figure that is none


def worn(
    frames: Sequence[FrameLooks], tracks: Sequence[Sequence[int]], numbers: Mapping[int, int]
) -> dict[int, str]:
    """Number → what somebody wears, as `Person.wears` says it; "" where the frames do not tell.

    A frame in which somebody is touched, cut off or covered, or in which two were taken for one, says little.

    Args:
        tracks: of each frame the track of each look.
        numbers: of the tracks that have one.
    """
    mine: dict[int, list[Look]] = {number: [] for number in numbers.values()}
    for frame, given in zip(frames, tracks, strict=True):
        for look, track in zip(frame.looks, given, strict=True):
            if track in numbers and look.outfit is not None:
                mine[numbers[track]].append(look)
    faced = _faced(frames, tracks, numbers)
    made = {number: [_words(_together(looks))] if looks else [] for number, looks in mine.items()}
    return {
        number: ", ".join(filter(None, [*words, *hidden.over_shot(faced[number])]))
        for number, words in made.items()
    }


def _faced(
    frames: Sequence[FrameLooks], tracks: Sequence[Sequence[int]], numbers: Mapping[int, int]
) -> dict[int, list[Floats]]:
    """Number → what each frame with a face of theirs tells of a beard and of a mask."""
    made: dict[int, list[Floats]] = {number: [] for number in numbers.values()}
    for frame, given in zip(frames, tracks, strict=True):
        for look, track in zip(frame.looks, given, strict=True):
            if track in numbers and look.hides is not None:
                made[numbers[track]].append(look.hides)
    return made


def _together(looks: Sequence[Look]) -> Odds:
    """The mean (5,) of what looks at one person, in their order, say, by how much each shows of them."""
    said = np.array([look.outfit for look in looks], np.float64)
    area = np.array([look.area for look in looks], np.float64) + _TINY
    trust = np.array([_share(look.alone, _TOUCHED) * _share(look.whole, _DOUBTED) for look in looks])
    near = (slice(max(0, at - _AROUND), at + _AROUND + 1) for at in range(len(looks)))
    usual = np.array([_usual(area[some], trust[some]) for some in near])
    stray = np.log(area / usual) / _SIZE
    counts = trust * area**0.5 * _share(np.exp(-(stray**2)), _OTHER_SIZE)
    return np.asarray((counts[:, None] * said).sum(0) / counts.sum())


def _share(of: Number, least: float) -> Number:
    return least + (1 - least) * of


def _usual(areas: Odds, trust: Odds) -> float:
    """The weighted median of *areas*, without those that are pieces beside the largest."""
    weights = trust * (areas > _PIECE * areas.max())
    order = np.argsort(areas, kind="stable")
    below = np.cumsum(weights[order])
    return float(areas[order[int(np.searchsorted(below, below[-1] / 2))]])


def _words(odds: Odds) -> str:
    last, first = np.argsort(odds[: len(LOWER)])[-2:]
    found = [LOWER[first]] if odds[first] - odds[last] > _FIRM else []
    for (yes, no), odd, clear in zip((OVER, LEGS), odds[len(LOWER) :], _CLEAR, strict=True):
        word = yes if odd > 0 else no
        if abs(odd) > clear and not (word == "top" and "dress" in found):  # a dress's chest is no top
            found.append(word)
    return ", ".join(found)


def words(text: str, where: str) -> tuple[str, ...]:
    """The words of `Person.wears`.

    Raises:
        SettingsError: one of them is none, or two exclude each other.
    """
    found = tuple(word for word in (part.strip().casefold() for part in text.split(",")) if word)
    for word in found:
        if word not in WORDS:
            raise SettingsError(
                f"{where}: {word!r} is nothing to wear that is told apart; take {', '.join(WORDS)}, or none."
            )
    for of in (LOWER, OVER, LEGS, *hidden.WORDS):
        if len(both := [word for word in dict.fromkeys(found) if word in of]) > 1:
            raise SettingsError(f"{where} wears {' and '.join(both)} at once; keep one of them, or none.")
    return found


def by_hand(before: Mapping[int, tuple[str, str]], number: int, seems: str) -> str:
    """What a person wears after a new analysis: what a hand wrote stays.

    Args:
        before: number → what the earlier sidecar said, and what its analysis had found.
        seems: what this analysis finds.
    """
    wears, seemed = before.get(number, ("", ""))
    return wears if wears != seemed else seems
