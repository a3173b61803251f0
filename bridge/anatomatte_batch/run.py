"""One run: which frames, in which state; one is made while the one before is written and the next is read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from anatomatte.errors import AnatomatteError, NoPlace, PlateError
from anatomatte.idle import CODE, is_idle
from anatomatte.qc import beyond, codes

from . import around
from .cancel import Signals
from .files import State
from .idle import of_sizes
from .job import Job, Outcome
from .node import Account, Node
from .picture import Floats, Picture
from .provenance import Provenance, content, settings_of
from .renders import render_layers
from .report import Report, explained
from .result import Face, FrameResult, Message, Status
from .sinks import Sink, in_the_way
from .source import Source


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


@dataclass(frozen=True, eq=False)
class _Made:
    """A frame that is made and not written yet."""

    frame: int
    layers: Mapping[str, Floats]
    picture: Picture
    record: Provenance
    told: tuple[str, ...]
    messages: tuple[Message, ...]
    screen: Mapping[str, str | float]
    tries: int
    began: float
    seconds: float


class _Run:
    """The run of a job: what is there, what is rendered, what failed.

    At most one frame is being written and one is read ahead, so memory is bounded; frames end in their order.
    """

    def __init__(self, job: Job, node: Node, sink: Sink, report: Report, signals: Signals) -> None:
        self.job, self.node, self.sink, self.report, self.signals = job, node, sink, report, signals
        self.outcome = Outcome()
        self.began = time.monotonic()
        self.full = False  # the disk, or closed
        self.missing, errors = job.missing(sink.all_or_nothing)
        self.outcome.errors += errors
        self.stale: dict[int, str] = {}
        self.reader = ThreadPoolExecutor(1, "anatomatte-read")
        self.writer = ThreadPoolExecutor(1, "anatomatte-write")
        self.writing: tuple[_Made, Future[float]] | None = None

    def all(self) -> Outcome:
        try:
            there = self._there()
            for frame, after in zip(self.job.frames, [*self.job.frames[1:], None], strict=True):
                self.signals.check()
                if self._over():
                    break
                sound = frame in there and self.sink.sound(frame)
                if frame in there and not sound:
                    self.stale[frame] = "pixels"
                if sound:
                    self._settle()
                    self.outcome.skipped.append(frame)
                    self._ended(frame, "skipped", checks=self.sink.checks(frame))
                else:
                    self._one(frame, None if after in there else after)
            self._settle()
        except BaseException:
            self._let_end()
            self.sink.abandon()
            raise
        finally:
            self.reader.shutdown(cancel_futures=True)
            self.writer.shutdown()
        self._finish()
        if (doubts := self.outcome.doubts()) is not None:
            self.outcome.errors.append(doubts)
        self.report.end(
            self.outcome.code, self.outcome.counts(), time.monotonic() - self.began, self.outcome.failures
        )
        return self.outcome

    def _over(self) -> bool:
        """Whether a failed frame ends the run."""
        ends = self.job.stop or self.sink.all_or_nothing or self.full
        return bool(self.outcome.failed) and ends

    def _record(self, frame: int) -> Provenance:
        """The most that a frame would be made of; after it the node tells what it took."""
        job = self.job
        files = {"Source": job.source.file(frame)}
        for name, side in job.sides.items():
            if not side.missing([frame]):  # a missing one fails its frame when it is read
                files[name] = side.file(frame)
        values = job.values(frame)
        account = self.node.expected(frame, values)
        return Provenance(
            account,
            settings_of(values),
            frame,
            files,
            job.output,
            {name: content(path) for name, path in files.items()},
            around.told(job, frame, values, account),
            {name: clip.layer for name, clip in job.clips.items() if clip.layer},
        )

    def _recorded(self, frame: int) -> Provenance | None:
        """As `_record`; None of a plate that cannot be made, which fails its frame when it is its turn."""
        with suppress(PlateError):
            return None if frame in self.missing else self._record(frame)
        return None

    def _states(self, record: Provenance) -> list[tuple[Source, int, State, str]]:
        """The state of every file that a frame is made of, and its SHA-256."""
        clips = self.job.clips
        found = [(clips[name], record.frame, digest) for name, digest in record.contents.items()]
        found += [(clips[name], number, digest) for name, number, digest in around.files(record.around)]
        return [(clip, number, clip.state(number), digest) for clip, number, digest in found]

    def _there(self) -> set[int]:
        """Frames whose header says that they are done; foreign files in the way end the run before it
        began, stale ones of ours are rendered again."""
        asked = [
            frame
            for frame in self.job.frames
            if self.sink.all_or_nothing or any(path.exists() for path in self.sink.paths(frame))
        ]
        records = {frame: record for frame in asked if (record := self._recorded(frame)) is not None}
        judged = self.sink.judge(records)
        self.stale = {frame: why for frame, (state, why) in judged.items() if state == "stale"}
        if self.job.overwrite:
            return set()
        other = {frame: why for frame, (state, why) in judged.items() if state == "other"}
        if other:
            raise in_the_way(self.sink, other)
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

    def _one(self, frame: int, after: int | None) -> None:
        """Make a frame, and begin to write it when the one before is written; *after* is made next."""
        began = time.monotonic()
        made = self._tried(frame, 1, began, after)
        self._settle()
        if self._over():
            return
        if isinstance(made, _Made):
            self.writing = made, self.writer.submit(self._write, made)
        else:
            self._failing(frame, made, 1, began)

    def _settle(self) -> None:
        """Wait for the frame that is being written, and tell how it ended."""
        if self.writing is None:
            return
        made, future = self.writing
        self.writing = None
        if (why := self._rendered(made, future)) is not None:
            self._failing(made.frame, why, made.tries, made.began)

    def _let_end(self) -> None:
        """The run is broken off: what is being written is finished, and nothing is tried again."""
        if self.writing is not None:
            made, future = self.writing
            self.writing = None
            if future.exception() is None:
                self._rendered(made, future)

    def _failing(self, frame: int, why: Exception, tries: int, began: float) -> None:
        """A frame went wrong: it is tried again where that is worth it, or has failed."""
        while tries <= self.job.retries and getattr(why, "retry", False) and not isinstance(why, NoPlace):
            self.report.again(frame, why, tries)
            tries += 1
            made = self._tried(frame, tries, began)
            if isinstance(made, _Made):
                failed = self._rendered(made, self.writer.submit(self._write, made))
                if failed is None:
                    return
                why = failed
            else:
                why = made
        self._failed(frame, why, time.monotonic() - began, tries)

    def _tried(self, frame: int, tries: int, began: float, after: int | None = None) -> _Made | Exception:
        """Make a frame, or say why it went wrong; *after* is read meanwhile."""
        start = time.monotonic()
        self.job.deadline.begin()
        try:
            # taken before the plate is read: one that is replaced meanwhile is another one next time
            before = self._recorded(frame)
            states = self._states(before) if before else []
            picture = self.job.source.read(frame)
            self._read_ahead(after)
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
        except Exception as why:
            return self._reason(frame, why)
        said = [*of_sizes(self.job, frame, picture), *(Message(CODE, one) for one in told if is_idle(one))]
        screen = accounts[-1].screen if accounts else {}
        return _Made(
            frame, layers, picture, record.made_with(accounts), tuple(dict.fromkeys(told)), tuple(said),
            screen, tries, began, time.monotonic() - start,
        )  # fmt: skip

    def _read_ahead(self, frame: int | None) -> None:
        """Begin to read the frame that is made next, and the last of those around it."""
        if frame is None:
            return
        with suppress(AnatomatteError):  # what is wrong with it is said when it is its turn
            wanted = {frame, max(self.job.others(frame, self.job.values(frame)), default=frame)}
            for clip in self.job.clips.values():
                for number in sorted(wanted):
                    clip.ahead(number, self.reader)

    def _reason(self, frame: int, why: Exception) -> Exception:
        """Why a frame went wrong; a signal ends the run instead."""
        if self.signals():
            raise self.signals.error() from why
        return self.job.deadline.explained(frame, explained(why))

    def _write(self, made: _Made) -> float:
        """Write a frame; the seconds that it took.  In the writer's thread."""
        began = time.monotonic()
        self.sink.write(made.frame, made.layers, made.picture, made.record)
        return time.monotonic() - began

    def _rendered(self, made: _Made, future: Future[float]) -> Exception | None:
        """Wait until a frame is written and tell of it; or why it went wrong."""
        try:
            seconds = made.seconds + future.result()
        except Exception as why:
            if self.signals():
                raise self.signals.error() from why
            return explained(why)
        for message in made.messages:
            self.report.message(message)
        self.outcome.rendered.append(made.frame)
        self._ended(
            made.frame, "rendered", seconds, told=made.told, screen=made.screen, layers=made.record.layers,
            checks=made.record.account.checks, tries=made.tries, face=made.record.account.face,
        )  # fmt: skip
        return None

    def _layers(self, frame: int) -> dict[str, str]:
        """The layer that was read of each clip, where its files have layers."""
        seen = {name: clip.seen(frame) for name, clip in self.job.clips.items()}
        return {name: one.layer for name, one in seen.items() if one is not None and one.layer}

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
        face: Face = "",
    ) -> None:
        """Tell of a frame, and keep it for the result."""
        path, stale, scores = self.sink.path(frame), self.stale.get(frame, ""), checks or {}
        doubtful = () if frame in self.job.accepted else beyond(scores, self.job.limit or 1.0)
        if doubtful and self.job.limit is not None:
            self.outcome.doubtful[frame] = doubtful[0], scores[doubtful[0]]
        made = FrameResult(
            frame, status, path, stale, error, seconds, told, scores, doubtful, tries, screen or {},
            layers or {}, face, {} if status == "failed" else self.sink.pixels(frame),
        )  # fmt: skip
        self.outcome.frames.append(made)
        self.report.ended(made)

    def _failed(self, frame: int, error: Exception, seconds: float, tries: int) -> None:
        self.full = self.full or isinstance(error, NoPlace)
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
            if self.sink.all_or_nothing:
                self.outcome.lost(why)
            self.report.note(str(why))
