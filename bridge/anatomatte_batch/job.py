"""One run: which frames, in which state, rendered and written one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from anatomatte.errors import AnatomatteError, DiskFull, PlateError, QualityError, SettingsError
from anatomatte.idle import CODE, is_idle
from anatomatte.qc import beyond, codes
from anatomatte.settings import Value, from_mapping
from anatomatte.timing import temporal_window

from . import around
from .cancel import Deadline, Signals
from .cryptomatte import Cryptomatte
from .files import State
from .idle import of_sizes
from .node import Account, Node
from .picture import Picture
from .presets import Preset
from .provenance import Provenance, content, settings_of, sides
from .renders import render_layers
from .report import Report, explained, worst
from .result import FrameResult, Message, Status
from .sequences import compact
from .shot import Scene
from .sinks import Sink
from .source import Source


@dataclass(frozen=True)
class Job:
    """What to render.

    Attributes:
        source: the plate.
        frames: ascending.
        preset: what the user wants of the controls.
        filled: values for controls that the user left alone (output, output_colour), by the
            kind of file.
        layers: of each file.
        output: the file format in words, for the provenance.
        sides: the other clips by the node's names.
        overwrite: render frames that are there.
        stop: end at the first failed frame.
        scenes: what was decided on a screen for the shot, between its cuts.
        limit: how far scores may be beyond their thresholds before a frame is doubtful; None asks for no more
            than to be told.
        short: that the plate ends before it says so, where all of it was asked for.
        cryptomattes: those among the layers.
        retries: how often a frame is tried again after a failure that is worth it.
        deadline: of the frame in work.
    """

    source: Source
    frames: list[int]
    preset: Preset
    filled: Mapping[str, Value]
    layers: tuple[str, ...]
    output: str
    sides: Mapping[str, Source] = field(default_factory=dict)
    overwrite: bool = False
    stop: bool = False
    limit: float | None = None
    scenes: tuple[Scene, ...] = ()
    short: str = ""
    cryptomattes: tuple[Cryptomatte, ...] = ()
    retries: int = 0
    deadline: Deadline = field(default_factory=lambda: Deadline(None))

    def values(self, frame: int) -> dict[str, Value]:
        """All controls at a frame; ``input_colour`` auto is decided by the plate's file, and ``screen`` auto
        by the shot."""
        values = self.preset.at(frame, self.filled)
        if values["input_colour"] == "auto":
            values["input_colour"] = self.source.colour(frame)
        if values["screen"] == "auto" and not values["screen_kept"]:
            scene = next((one for one in self.scenes if one.first <= frame <= one.last), None)
            values["screen_kept"] = scene.decision.kept if scene is not None else ""
        return values

    def others(self, frame: int, values: Mapping[str, Value]) -> dict[int, dict[str, Value]]:
        """The controls at the frames that are there and that *frame*, with its *values*, depends on."""
        window = temporal_window(from_mapping(values))
        return {n: self.values(n) for n in sides(frame, window) if self.source.shows(n)}


@dataclass
class Outcome:
    """How a run ended."""

    rendered: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    doubtful: dict[int, tuple[str, float]] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    frames: list[FrameResult] = field(default_factory=list)

    @property
    def failures(self) -> dict[int, Exception]:
        """The frames that failed, and why."""
        return {one.frame: one.error for one in self.frames if one.error is not None}

    @property
    def code(self) -> int:
        return worst(self.errors)

    def counts(self) -> dict[str, int]:
        told = {"rendered": len(self.rendered), "skipped": len(self.skipped), "failed": len(self.failed)}
        return told | ({"doubtful": len(self.doubtful)} if self.doubtful else {})

    def doubts(self) -> QualityError | None:
        """That frames are doubtful; None where none is."""
        if not self.doubtful:
            return None
        named = [f"{frame} ({code} {score:.2f})" for frame, (code, score) in sorted(self.doubtful.items())]
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        return QualityError(
            f"{len(named)} of {len(self.rendered) + len(self.skipped)} frames are doubtful: "
            f"{', '.join(named[:5])}{more}. They are written; look at them, or raise --qc-threshold."
        )

    def sentence(self) -> str:
        """The failures in one line; empty when there were none."""
        if not self.errors:
            return ""
        gravest = next(error for error in self.errors if getattr(error, "exit_code", 1) == self.code)
        frames = f"frames {compact(self.failed)} failed; " if self.failed else ""
        return f"{frames}{gravest}"


def run(job: Job, node: Node, sink: Sink, report: Report, signals: Signals) -> Outcome:
    """Render a job.

    Frames that fail are told and, unless the job stops or makes a video, the others go on.

    Raises:
        PlateError: frames of the plate are missing and the job stops at failures, or all are.
        SettingsError: files with other content are in the way and may not be overwritten; nothing
            was rendered.
        Cancelled: a signal came; finished frames are kept.
    """
    return _Run(job, node, sink, report, signals).all()


class _Run:
    """The run of a job: what is there, what is rendered, what failed."""

    def __init__(self, job: Job, node: Node, sink: Sink, report: Report, signals: Signals) -> None:
        self.job, self.node, self.sink, self.report, self.signals = job, node, sink, report, signals
        self.outcome = Outcome()
        self.began = time.monotonic()
        self.full = False  # the disk
        self.missing = self._missing()
        self.stale: dict[int, str] = {}
        self.records: dict[int, Provenance] = {}
        for frame in job.frames:
            if frame not in self.missing:
                with suppress(PlateError):  # a tag that is not read fails its frame, when it is its turn
                    self.records[frame] = self._record(frame)

    def all(self) -> Outcome:
        there = self._there()
        try:
            for frame in self.job.frames:
                self.signals.check()
                if frame in there and self.sink.sound(frame):
                    self.outcome.skipped.append(frame)
                    self._ended(frame, "skipped", checks=self.sink.checks(frame))
                elif not self._one(frame) and (self.job.stop or self.sink.all_or_nothing or self.full):
                    break
        except BaseException:
            self.sink.abandon()
            raise
        self._finish()
        if (doubts := self.outcome.doubts()) is not None:
            self.outcome.errors.append(doubts)
        self.report.end(
            self.outcome.code, self.outcome.counts(), time.monotonic() - self.began, self.outcome.failures
        )
        return self.outcome

    def _missing(self) -> set[int]:
        job = self.job
        missing = job.source.missing(job.frames)
        if job.short:
            if job.stop or self.sink.all_or_nothing:
                raise PlateError(f"{job.short} Or name the frames that are there with --frames.")
            self.outcome.errors.append(PlateError(job.short))
        if missing and (job.stop or self.sink.all_or_nothing or len(missing) == len(job.frames)):
            have = compact(job.source.frames())
            raise PlateError(f"{job.source.text} lacks the frames {compact(missing)}; there are {have}.")
        return set(missing)

    def _record(self, frame: int, account: Account | None = None) -> Provenance:
        """What makes a frame: as the node tells after it, or before it the most that it would take."""
        job = self.job
        files = {"Source": job.source.file(frame)}
        for name, side in job.sides.items():
            if not side.missing([frame]):  # a missing one fails its frame when it is read
                files[name] = side.file(frame)
        values = job.values(frame)
        account = account or self.node.expected(frame, values)
        return Provenance(
            account,
            settings_of(values),
            frame,
            files,
            job.output,
            {name: content(path) for name, path in files.items()},
            around.told(job, frame, values, account),
            {name: clip.layer for name, clip in self._clips().items() if clip.layer},
        )

    def _clips(self) -> dict[str, Source]:
        return {"Source": self.job.source, **self.job.sides}

    def _states(self, record: Provenance) -> list[tuple[Source, int, State, str]]:
        """The state of every file that a frame is made of, and its SHA-256."""
        clips = self._clips()
        found = [(clips[name], record.frame, digest) for name, digest in record.contents.items()]
        found += [(clips[name], number, digest) for name, number, digest in around.files(record.around)]
        return [(clip, number, clip.state(number), digest) for clip, number, digest in found]

    def _there(self) -> set[int]:
        """Frames whose header says that they are done; foreign files in the way end the run before it
        began, stale ones of ours are rendered again."""
        judged = self.sink.judge(self.records)
        self.stale = {frame: why for frame, (state, why) in judged.items() if state == "stale"}
        if self.job.overwrite:
            return set()
        other = {frame: why for frame, (state, why) in judged.items() if state == "other"}
        if other:
            first = min(other)
            more = f" (and {len(other) - 1} more: {compact(other)})" if len(other) > 1 else ""
            raise SettingsError(
                f"{self.sink.path(first)}{more} {other[first]}. --overwrite renders it again; "
                "or choose another DST."
            )
        there = {frame for frame, (state, _) in judged.items() if state == "same"}
        if self.job.limit is None:
            return there
        unknown = {frame for frame in there if not self._checked(frame)}
        if unknown and self.sink.all_or_nothing:
            text = (
                f"{self.sink.path(min(unknown))} is there and keeps no checks: --overwrite renders it again."
            )
            self.report.message(Message("qc-unknown", text))
            return there
        self.stale |= dict.fromkeys(unknown, "checks")
        return there - unknown

    def _checked(self, frame: int) -> bool:
        """Whether a frame that is there was checked for all that is asked now."""
        return set(codes(str(self.job.values(frame)["check"]))) <= set(self.sink.checks(frame))

    def _one(self, frame: int) -> bool:
        """Render and write a frame, again where that is worth it; whether it went well."""
        began = time.monotonic()
        for tries in range(1, self.job.retries + 2):
            why = self._tried(frame, tries)
            if why is None:
                return True
            last = tries > self.job.retries or isinstance(why, DiskFull) or not getattr(why, "retry", False)
            if last:
                self._failed(frame, why, time.monotonic() - began, tries)
                return False
            self.report.again(frame, why, tries)
        return False

    def _tried(self, frame: int, tries: int) -> Exception | None:
        """Render and write a frame; why it went wrong, or None."""
        began = time.monotonic()
        self.job.deadline.begin()
        try:
            # taken before the plate is read: one that is replaced meanwhile is another one next time
            before = self._record(frame, self.records[frame].account) if frame in self.records else None
            states = self._states(before) if before else []
            picture = self.job.source.read(frame)
            told: list[str] = []
            values = self.job.values(frame)
            accounts: list[Account] = []
            layers, picture = render_layers(
                self.node, frame, values, self.job.layers, picture, told.extend, accounts.append,
                self.job.others(frame, values), self.job.cryptomattes,
            )  # fmt: skip
            self.signals.check()
            self.job.deadline.check(frame)
            record = replace(before or self._record(frame), layers=self._layers(frame))
            for clip, number, state, digest in states:
                if clip.changed(number, state, digest):
                    raise PlateError(
                        f"{clip.file(number)} changed while frame {frame} was made of it; render it again."
                    )
            self.sink.write(frame, layers, picture, record.made_with(accounts))
            self._said(frame, picture, told)
        except Exception as why:
            if self.signals():
                raise self.signals.error() from why
            return self.job.deadline.explained(frame, explained(why))
        self.outcome.rendered.append(frame)
        screen = accounts[-1].screen if accounts else {}
        took = time.monotonic() - began
        told = list(dict.fromkeys(told))
        checks = record.made_with(accounts).account.checks
        self._ended(
            frame, "rendered", took, told=tuple(told), screen=screen, layers=record.layers, checks=checks,
            tries=tries,
        )  # fmt: skip
        return None

    def _layers(self, frame: int) -> dict[str, str]:
        """The layer that was read of each clip, where its files have layers."""
        pictures = {name: clip.kept(frame) for name, clip in self._clips().items()}
        return {name: one.layer for name, one in pictures.items() if one is not None and one.layer}

    def _said(self, frame: int, plate: Picture, told: Iterable[str]) -> None:
        """Tell what was set or connected and had no effect."""
        for message in of_sizes(self.job, frame, plate):
            self.report.message(message)
        for sentence in filter(is_idle, told):
            self.report.message(Message(CODE, sentence))

    def _ended(
        self,
        frame: int,
        status: Status,
        seconds: float = 0.0,
        error: Exception | None = None,
        told: tuple[str, ...] = (),
        screen: Mapping[str, str | float] | None = None,
        layers: Mapping[str, str] | None = None,
        checks: Mapping[str, float] | None = None,
        tries: int = 1,
    ) -> None:
        """Tell of a frame, and keep it for the result."""
        path, stale, scores = self.sink.path(frame), self.stale.get(frame, ""), checks or {}
        doubtful = beyond(scores, self.job.limit or 1.0)
        if doubtful and self.job.limit is not None:
            self.outcome.doubtful[frame] = doubtful[0], scores[doubtful[0]]
        made = FrameResult(frame, status, path, stale, error, seconds, told, scores, doubtful, tries)
        self.outcome.frames.append(made)
        self.report.frame(
            frame, status, path, seconds, error, told, stale, screen or {}, layers or {}, scores, doubtful,
            tries,
        )  # fmt: skip

    def _failed(self, frame: int, error: Exception, seconds: float, tries: int) -> None:
        self.full = self.full or isinstance(error, DiskFull)
        self.outcome.errors.append(error)
        self.outcome.failed.append(frame)
        self._ended(frame, "failed", seconds, error, tries=tries)
        if not isinstance(error, AnatomatteError):
            self.report.trace(error)

    def _finish(self) -> None:
        if self.sink.all_or_nothing and self.outcome.errors:
            self.sink.abandon()
            return
        try:
            self.sink.finish()
        except AnatomatteError as why:
            self.outcome.errors.append(why)
            self.report.note(str(why))
