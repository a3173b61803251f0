"""Where frames go: a sequence of stills or one video."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from anatomatte.atomic import beside, sweep
from anatomatte.errors import OutputError, PlateError, SettingsError
from anatomatte.ops.colour import rec709_encode

from . import provenance, stills, timecode
from .node import CHECKS, scores_of
from .ocio import Space
from .picture import Floats, Picture, placed
from .pixel_marks import kept_by
from .provenance import Provenance
from .sequences import Pattern, compact
from .source import Source
from .stills import StillFormat, Written
from .video import VideoReader
from .video_writer import VideoWriter

State = Literal["missing", "same", "stale", "other"]
FOREIGN = "was not made by Anatomatte"
"""Why a file in the way is kept."""


class Sink(Protocol):
    """A place for frames; used in a ``with`` block by the run."""

    all_or_nothing: bool

    def path(self, frame: int) -> Path:
        """The file of a frame."""

    def paths(self, frame: int) -> tuple[Path, ...]:
        """All files of a frame."""

    def judge(self, records: Mapping[int, Provenance]) -> dict[int, tuple[State, str]]:
        """By the files' headers: ``missing``; ``same``, when its provenance is what would be rendered;
        ``stale``, with the reason; ``other``, when we did not make it.  Asked once, before
        the first frame."""

    def sound(self, frame: int) -> bool:
        """Whether a frame that is there decodes to its last pixel."""

    def checks(self, frame: int) -> Mapping[str, float]:
        """What the checks said of a frame that is there, code → score; empty where that is not known."""

    def pixels(self, frame: int) -> Mapping[str, str]:
        """The marks of a frame that is there, layer → mark (`pixel_marks`); empty where none are kept."""

    def write(self, frame: int, layers: Mapping[str, Floats], picture: Picture, record: Provenance) -> None:
        """Write a frame."""

    def finish(self) -> None:
        """All frames are written.

        Raises:
            OutputError: a file is not as it was written.
        """

    def abandon(self) -> None:
        """The run failed; leave nothing half-written."""


class StillSink:
    """One file a frame."""

    all_or_nothing = False

    def __init__(self, pattern: Pattern, how: StillFormat, space: Space | None = None) -> None:
        self._pattern, self._how, self._space = pattern, how, space
        self._written: list[Written] = []

    def path(self, frame: int) -> Path:
        return self._pattern.path(frame)

    def paths(self, frame: int) -> tuple[Path, ...]:
        return (self.path(frame),)

    def judge(self, records: Mapping[int, Provenance]) -> dict[int, tuple[State, str]]:
        sweep(self._pattern.folder)
        return {frame: self._judged(self.path(frame), record) for frame, record in records.items()}

    def _judged(self, path: Path, record: Provenance) -> tuple[State, str]:
        found = stills.attributes(path)
        if found is None:
            return "missing", ""
        state = _compared(found, record)
        return ("missing", "") if state[0] in ("other", "stale") and stills.damage(path) else state

    def sound(self, frame: int) -> bool:
        return not stills.damage(self.path(frame))

    def checks(self, frame: int) -> Mapping[str, float]:
        return scores_of(stills.attributes(self.path(frame)) or {}, provenance.PREFIX + CHECKS)

    def pixels(self, frame: int) -> Mapping[str, str]:
        return kept_by(stills.attributes(self.path(frame)) or {})

    def write(self, frame: int, layers: Mapping[str, Floats], picture: Picture, record: Provenance) -> None:
        own: Mapping[str, Floats] = {name: layers[name] for name in self._how.layers if name in layers}
        if self._space is not None:
            own, picture = self._space.goes_out(own, picture, str(record.settings["output"]))
        self._written.append(stills.write_still(self.path(frame), own, picture, self._how, record))

    def finish(self) -> None:
        for written in self._written:
            if fault := written.fault():
                raise OutputError(f"{written.path} {fault}.")

    def abandon(self) -> None:
        """Finished frames stay; there is no other."""


def _compared(found: Mapping[str, str], record: Provenance) -> tuple[State, str]:
    if provenance.PREFIX + "digest" not in found:
        return "other", FOREIGN
    why = provenance.difference(found, record.attributes())
    return ("stale", why) if why else ("same", "")


class VideoSink:
    """One file for all frames: complete under its name, or not there."""

    all_or_nothing = True

    def __init__(self, path: Path, fps: float | None, over: str) -> None:
        self._path, self._fps, self._over = path, fps, over
        self._stack = ExitStack()
        self._writer: VideoWriter | None = None
        self._frames = 0
        self._digests: dict[str, str] = {}

    def path(self, frame: int) -> Path:
        return self._path

    def paths(self, frame: int) -> tuple[Path, ...]:
        return (self._path,)

    def judge(self, records: Mapping[int, Provenance]) -> dict[int, tuple[State, str]]:
        state, why = self._judged(records)
        return dict.fromkeys(records, (state, why))

    def _judged(self, records: Mapping[int, Provenance]) -> tuple[State, str]:
        self._digests = provenance.together(records.values(), str((self._fps, self._over)))
        try:
            reader = VideoReader(self._path)
        except PlateError:
            return "missing", ""
        found, count = reader.remark.get("digests"), len(reader.frames())
        reader.close()
        if not isinstance(found, dict):
            return "other", "was not made by Anatomatte, or by another version"
        changed = [name for name, digest in self._digests.items() if found.get(name) != digest]
        if changed:
            return "stale", ", ".join(changed)
        return ("same", "") if count == len(records) else ("missing", "")

    def sound(self, frame: int) -> bool:
        return True  # counted frame by frame when it was judged

    def checks(self, frame: int) -> Mapping[str, float]:
        return {}  # a video keeps one account for all frames

    def pixels(self, frame: int) -> Mapping[str, str]:
        return {}

    def write(self, frame: int, layers: Mapping[str, Floats], picture: Picture, record: Provenance) -> None:
        if self._writer is None:
            temporary = self._stack.enter_context(beside(self._path))
            rate = self._fps or picture.fps or 24.0
            told = {"source": picture.name, "layers": dict(record.layers), "digests": self._digests}
            facts = {name: text for name, text in record.account.facts.items() if name != CHECKS}
            remark = json.dumps({**facts, **told})
            shot = picture.fps or rate
            clock = timecode.at_rate(timecode.text_of(picture.facts, shot), shot, rate)
            self._writer = self._stack.enter_context(VideoWriter(temporary, rate, remark, clock))
        shown = placed(layers["rgba"], picture.bounds, (0, 0, *picture.size))
        if self._over != "none" and record.settings.get("output") == "unpremultiplied":
            shown = np.concatenate([shown[..., :3] * shown[..., 3:4], shown[..., 3:4]], axis=2)
        self._writer.write(seen_over(shown, self._over), picture.aspect)
        self._frames += 1

    def finish(self) -> None:
        self._stack.close()
        if not self._frames:
            return
        try:
            reader = VideoReader(self._path)
        except PlateError as why:
            raise OutputError(f"{self._path} does not read back: {why}") from why
        found = len(reader.frames())
        reader.close()
        if found != self._frames:
            raise OutputError(f"{self._path} holds {found} frames instead of {self._frames}; check the disk.")

    def abandon(self) -> None:
        """Close the encoder and remove the hidden file."""
        stop = OutputError("abandoned")
        self._stack.__exit__(OutputError, stop, None)


def seen_over(rgba: Floats, over: str) -> Floats:
    """Premultiplied scene-linear *rgba* over ``grey`` or a ``checker`` in Rec.709 code values;
    ``none`` hands the pixels on as they are."""
    if over == "none":
        return rgba
    back = backing(rgba.shape[1], rgba.shape[0], over)
    seen = rgba[..., :3] + (1.0 - rgba[..., 3:4]) * back
    return np.concatenate([rec709_encode(seen), np.ones_like(rgba[..., 3:4])], axis=2)


def backing(width: int, height: int, over: str) -> Floats:
    """Scene-linear grey of 18 %, alone or as squares with a darker one."""
    grey = np.full((height, width, 1), 0.18, np.float32)
    if over == "checker":
        side = max(8, height // 24)
        y, x = np.mgrid[0:height, 0:width] // side
        grey[(y + x) % 2 == 1] = 0.08
    return grey


def keep_plates(sink: Sink, sources: list[Source], frames: list[int]) -> None:
    """No plate is ever written over.

    Raises:
        SettingsError: one would be.
    """
    plates = {
        os.path.realpath(source.file(frame)): source.text
        for source in sources
        for frame in set(frames).difference(source.missing(frames))
    }
    for path in (path for frame in frames for path in sink.paths(frame)):
        if (plate := plates.get(os.path.realpath(path))) is not None:
            raise SettingsError(f"{path} would be written over {plate}; choose another DST.")


def strangers(sink: Sink, frames: Iterable[int]) -> dict[int, str]:
    """The frames in whose place lie files of others, by headers alone: no frame is looked at, and no node
    is needed.  Frame → why its file is kept, as `Sink.judge` tells of stills."""
    found: dict[int, str] = {}
    for frame in frames:
        for at, path in enumerate(sink.paths(frame)):
            told = stills.attributes(path)
            if told is None or provenance.PREFIX + "digest" in told or stills.damage(path):
                continue
            found[frame] = f"{FOREIGN} ({path})" if at else FOREIGN
            break
    return found


def in_the_way(sink: Sink, others: Mapping[int, str]) -> SettingsError:
    """That files of others are where frames go; *others*: frame → why."""
    first = min(others)
    more = f" (and {len(others) - 1} more: {compact(others)})" if len(others) > 1 else ""
    return SettingsError(
        f"{sink.path(first)}{more} {others[first]}. --overwrite renders it again; or choose another DST."
    )
