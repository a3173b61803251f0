"""The frame that a host asked for last: its other planes and layers begin from its plate, not its clips.

A host that renders sixteen layers of a frame hands over the same pictures sixteen times.  Within a
sequence it promises that they are the same, so that they are copied, looked through and digested once.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from ..cache import content_key, memo
from ..frame import Frame
from ..nets.external import choose
from ..plate import Plate
from ..settings import Settings
from ..shot.numbering import AtFrame
from ..work import Work
from . import asking
from .memo import bytes_of
from .neighbours import Around
from .task import Task

_PACKING = {"pack_r": "none", "pack_g": "none", "pack_b": "none", "pack_a": "none", "parts_of": "everyone"}


@dataclasses.dataclass(frozen=True, eq=False)
class Ready:
    """A frame that is ready to be looked at.

    Attributes:
        clips: as they came, Source without its pixels.
        plate: at full resolution.
        small: at half resolution, or None where the frame is worked on at full.
        task: what the stages need to know.
    """

    clips: dict[str, Frame]
    plate: Plate
    small: Plate | None
    task: Task

    def at(self, settings: Settings, work: Work, around: Around | None, shot: AtFrame | None) -> Ready:
        """The same frame for another call of the host, which packs it in another way.

        The sidecar may say more now of what makes no mattes, as who agreed to a new face.
        """
        inner = dataclasses.replace(work, scale=self.task.work.scale)
        task = dataclasses.replace(
            self.task, settings=settings, work=inner, around=around, shot=shot, wardrobe=shot
        )
        return dataclasses.replace(self, task=task)


def _bytes(ready: Ready) -> int:
    there = tuple(clip for clip in ready.clips.values() if not clip.gone)
    return bytes_of((ready.plate, ready.small, there))


_last = memo.region("last", _bytes, 0.5)
"""One frame at most; where the memo is short of room it gives way first."""


def key_of(
    trust: object, time: float, first: float | None, last: float | None, inputs: dict[str, dict[str, Any]],
    settings: Settings, shot: AtFrame | None, work: Work, draft: bool,
) -> str:  # fmt: skip
    """What a frame is known by within a sequence, whatever of it is packed; empty where it is made anew.

    Args:
        trust: what names a sequence within which pictures stay what they are; falsy for no trust.
        first, last: of Source.
        inputs: the clips as they come from the host.
        settings: settled by *shot*.
    """
    if not trust or memo.limit <= 0:
        return ""
    clips = [
        (name, one["bounds"], one["premult"], one["aspect"], one["pixels"].shape, one["pixels"].dtype.str)
        for name, one in sorted(inputs.items())
    ]
    asked = asking.decides(settings), asking.parts(settings), asking.regions(settings)
    here = {one.name: getattr(settings, one.name) for one in dataclasses.fields(settings)} | _PACKING
    facts = (trust, time, first, last, tuple(clips), tuple(here.items()), asked, choose.installed(settings))
    return content_key(
        *facts, shot and shot.token, work.scale, work.across, work.threads, draft, os.environ.get("OCIO", "")
    )


def find(key: str) -> Ready | None:
    """The frame of this key, where it is the one that was asked for last; another one is let go of."""
    found = _last.find(key) if key else None
    if found is None:
        _last.purge()
    return found


def keep(key: str, ready: Ready) -> None:
    """Have a frame ready for the next call."""
    if key:
        _last.keep(key, ready)
