"""What people of a shot wear, told by all of its frames together.

A frame by itself calls shorts a skirt as soon as somebody turns, and with them the legs; over a shot the
head's answers are averaged, so that a garment has one name from the first frame to the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import SettingsError
from ..people.parts.labels import LOWER
from .looks import FrameLooks

OVER = ("coat", "top")
"""What may be worn above the waist, as a sidecar calls it."""

LEGS = ("tights", "bare_legs")
"""What legs show where no trousers are."""

WORDS = (*LOWER, *OVER, *LEGS)
"""What the key ``wears`` of a person may hold, separated by commas."""

_FIRM = 0.1
"""Nats between the likeliest outfit and the next from which on the shot tells them apart."""

_CLEAR = 0.5
"""Nats for a coat or for a top, for tights or for bare legs, from which on the shot tells them apart."""

_TOUCHED = 0.2
"""How much a look counts where somebody else touches."""


def worn(
    frames: Sequence[FrameLooks], tracks: Sequence[Sequence[int]], numbers: Mapping[int, int]
) -> dict[int, str]:
    """Number → what somebody wears, as `Person.wears` says it; "" where the frames do not tell.

    Args:
        tracks: of each frame the track of each look.
        numbers: of the tracks that have one.
    """
    total = {number: np.zeros(len(LOWER) + 2) for number in numbers.values()}
    weight = dict.fromkeys(total, 0.0)
    for frame, mine in zip(frames, tracks, strict=True):
        for look, track in zip(frame.looks, mine, strict=True):
            if track in numbers and look.outfit is not None:
                counts = look.area**0.5 * (_TOUCHED + (1 - _TOUCHED) * look.alone)
                total[numbers[track]] += counts * look.outfit
                weight[numbers[track]] += counts
    return {number: _words(total[number] / weight[number]) if weight[number] else "" for number in total}


def _words(odds: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    last, first = np.argsort(odds[: len(LOWER)])[-2:]
    found = [LOWER[first]] if odds[first] - odds[last] > _FIRM else []
    for (yes, no), odd in zip((OVER, LEGS), odds[len(LOWER) :], strict=True):
        if abs(odd) > _CLEAR:
            found.append(yes if odd > 0 else no)
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
    for of in (LOWER, OVER, LEGS):
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
