"""What a frame is made of in other frames: their files and controls, as its header tells them.

Keys are ``8`` for the plate of frame 8, ``8 InM`` for another clip there and ``8 settings`` for the controls
there, as far as they are others than this frame's; values are digests, or `ABSENT`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from anatomatte.settings import Value

from .node import Account
from .provenance import content, meant, settings_of, sides

if TYPE_CHECKING:
    from .job import Job

ABSENT = "absent"
"""Of a frame that the plate has not: should it come to be there, the frames beside it are others."""

_SETTINGS = "settings"


def told(job: Job, frame: int, values: Mapping[str, Value], account: Account) -> dict[str, str]:
    """What a frame with this account is made of in others."""
    found: dict[str, str] = {}
    for number in sorted({*account.neighbours, *account.absent, *sides(frame, account.window)}):
        if not job.source.shows(number):
            found[str(number)] = ABSENT
            continue
        found[str(number)] = content(job.source.file(number))
        if abs(number - frame) > account.window:
            continue  # a network with a memory: it sees plates as this frame's controls have them
        for name, side in job.sides.items():
            if not side.single and not side.missing([number]):
                found[f"{number} {name}"] = content(side.file(number))
        found[f"{number} {_SETTINGS}"] = _digest(values, job.values(number))
    return found


def files(around: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Clip, frame and digest of every file of other frames."""
    for key, digest in around.items():
        number, _, what = key.partition(" ")
        if digest != ABSENT and what != _SETTINGS:
            yield what or "Source", int(number), digest


def _digest(own: Mapping[str, Value], other: Mapping[str, Value]) -> str:
    """Of the controls by which another frame is made otherwise than this one."""
    mine, there = ({**settings_of(one), **meant(one)} for one in (own, other))
    differs = {name: value for name, value in there.items() if value != mine.get(name)}
    return hashlib.sha256(json.dumps(differs, sort_keys=True).encode()).hexdigest() if differs else "same"
