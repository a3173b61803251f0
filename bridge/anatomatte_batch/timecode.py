"""SMPTE time code (ST 12-1) of frames: as text, as the two words that EXR and DPX hold, counted on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .picture import Fact

NAME = "smpte:TimeCode"
_TEXT = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d\d?)")
_DROP, _MARK_30, _MARK_25 = 1 << 6, 1 << 15, 1 << 31


def counted(text: str, frames: int, fps: float) -> str:
    """The time code *frames* after *text*; as it is where it is none.

    Drop frame (a semicolon) leaves out the first numbers of each minute but every tenth: 2 of 30, 4 of 60.
    """
    match = _TEXT.fullmatch(text.strip())
    rate = round(fps)
    if match is None or rate < 1:
        return text
    hours, minutes, seconds, number = (int(match[n]) for n in (1, 2, 3, 5))
    drop = rate // 15 if match[4] != ":" and rate % 30 == 0 else 0
    total_minutes = hours * 60 + minutes
    total = (total_minutes * 60 + seconds) * rate + number - drop * (total_minutes - total_minutes // 10)
    total += frames
    if drop:
        tens, rest = divmod(total, rate * 600 - 9 * drop)
        total += 9 * drop * tens + (drop * ((rest - drop) // (rate * 60 - drop)) if rest >= drop else 0)
    seconds, number = divmod(total % (rate * 86400), rate)
    sign = match[4] if drop else ":"
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{sign}{number:02d}"


def at_rate(text: str, fps: float, rate: float) -> str:
    """The same time at another *rate*: the frame's number is of as many as a second has there.

    As it is where the rates are the same, or it is none.
    """
    match = _TEXT.fullmatch(text.strip())
    many, few = round(fps), round(rate)
    if match is None or many == few or min(many, few) < 1:
        return text
    sign = match[4] if few % 30 == 0 else ":"
    number = min(int(match[5]) * few // many, few - 1)
    return f"{match[1]}:{match[2]}:{match[3]}{sign}{number:02d}"


def _alike(fps: float) -> int:
    """How many frames have one number, as there are 30 at most (ST 12-3): of two the mark of the field tells
    them apart, of more nothing does."""
    return max(-(-round(fps) // 30), 1)


def fact(text: str, fps: float) -> dict[str, Fact]:
    """The attribute of a picture with this time code; empty where it is none."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        return {}
    hours, minutes, seconds, number = (int(match[n]) for n in (1, 2, 3, 5))
    flags = _DROP if match[4] != ":" else 0
    number, place = divmod(number, _alike(fps))
    if _alike(fps) == 2:
        flags |= place * (_MARK_25 if round(fps) % 25 == 0 else _MARK_30)
    word = flags
    for shift, value in ((0, number), (8, seconds), (16, minutes), (24, hours)):
        word |= (value % 10 | value // 10 << 4) << shift
    return {NAME: ("timecode", (word, 0))}


def text_of(facts: Mapping[str, Fact], fps: float) -> str:
    """The time code in a picture's attributes, or an empty text."""
    value = facts.get(NAME, ("", None))[1]
    if not isinstance(value, (tuple, list)) or not value:
        return ""
    word = int(value[0]) & 0xFFFFFFFF
    masks = ((24, 0x3F), (16, 0x7F), (8, 0x7F), (0, 0x3F))
    hours, minutes, seconds, number = ((word >> s & m & 15) + (word >> s & m) // 16 * 10 for s, m in masks)
    number *= _alike(fps)
    if _alike(fps) == 2:
        number += bool(word & (_MARK_25 if round(fps) % 25 == 0 else _MARK_30))
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{';' if word & _DROP else ':'}{number:02d}"
