"""How a render ended, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["rendered", "skipped", "failed", "analysed"]
Face = Literal["", "replaced", "absent"]


@dataclass(frozen=True)
class Message:
    """A sentence that concerns no failure, with a code that scripts can test.

    Attributes:
        code: like ``setting-without-effect`` or ``video-short``; docs/cli.md lists them.
        text: a sentence.
    """

    code: str
    text: str


@dataclass(frozen=True)
class FrameResult:
    """How one frame ended.

    Attributes:
        frame: its number.
        status: ``rendered``; ``skipped``, because its file is there and is what would be rendered;
            ``failed``; or ``analysed``, where nothing is rendered.
        path: its file, or the video that it is in.
        stale: why a file that was there is not what would be rendered now, like ``weights`` or
            ``settings (erode 0.0 → 1.0)``; empty where there was none.
        error: why it failed, or None.
        seconds: that it took; 0 of a skipped one.
        told: what the node has to say of it, a sentence each.
        qc: what its checks say: code → score, 0 to 1 (docs/qc.md); empty where nothing was checked.
        doubtful: the codes that are beyond the limit of the run, the worst first.
        tries: how often it was begun.
        screen: what was decided on a screen.
        layers: the layer that was read of each clip with layers.
        face: of a rendered frame in which one is to be replaced: ``replaced``, or ``absent``.
        pixels: marks of what its files hold, by layer (`pixel_marks`), not of proxies; empty of a video.
    """

    frame: int
    status: Status
    path: Path
    stale: str = ""
    error: Exception | None = None
    seconds: float = 0.0
    told: tuple[str, ...] = ()
    qc: Mapping[str, float] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()
    tries: int = 1
    screen: Mapping[str, str | float] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    face: Face = ""
    pixels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RenderResult:
    """How a run ended.

    Attributes:
        frames: in the order in which they ended; those after a stop are not in it.
        exit_code: as of ``anatomatte render``: 0, or the gravest class of failure.
        sentence: the failures in one line; empty when there were none.
        errors: every failure, those of the run beside those of its frames.
        messages: what the run has to say of its clips and settings, each once.
    """

    frames: tuple[FrameResult, ...]
    exit_code: int
    sentence: str = ""
    errors: tuple[Exception, ...] = ()
    messages: tuple[Message, ...] = ()

    def numbers(self, status: Status) -> list[int]:
        """The numbers of the frames that ended so."""
        return [one.frame for one in self.frames if one.status == status]

    @property
    def doubtful(self) -> list[int]:
        """The numbers of the frames that are there and that a check doubts."""
        return [one.frame for one in self.frames if one.doubtful]
