"""Analysing a shot: each frame is looked at, and a sidecar says who is who, cuts, screen and exposure."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from anatomatte import __version__
from anatomatte.errors import AnatomatteError, Cancelled, PlateError, SettingsError
from anatomatte.qc import beyond, scores
from anatomatte.settings import Value, from_mapping

from . import presets
from .analysed import common_size, told
from .doubtful import checked, followed
from .presets import Preset
from .result import FrameResult, Message
from .sequences import Pattern, compact, holes, only_its_own, parse_frames, spelt
from .side_files import check_name

if TYPE_CHECKING:
    from anatomatte.qc.followed import Common
    from anatomatte.shot.looks import FrameLooks, Look
    from anatomatte.shot.schema import Moment, Person, Scene, Shot

    from .cancel import Signals
    from .job import Job
    from .looker import Looker
    from .report import Report


@dataclass(frozen=True, kw_only=True)
class AnalyseRequest:
    """What an analysis can be asked for.

    Attributes:
        source: the plate, as of a render.
        sidecar: where the sidecar goes; None puts ``plate.shot.json`` beside ``plate.####.exr``.
        frames: numbers, or a set like ``1001-1100``; None takes all that are there.
        preset, settings: as of the render that will use the sidecar.
        colour: encoding of the plate; None goes by the file's type.
        colorspace: as of a render; the sidecar keeps it, and what reads the plate with it obeys.
        start: number of a video's first frame.
        overwrite: forget the sidecar that is there, its names too.
        on_error: after a failed frame ``continue`` with the others, or ``stop``.
        threads: processor threads for a frame; None takes what the machine grants.
        log: file to which NDJSON is appended; ``-`` is standard output.
        quiet: no bar and no lines.
    """

    source: str | Path
    sidecar: str | Path | None = None
    frames: str | Sequence[int] | None = None
    preset: Preset | Path | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    colour: str | None = None
    colorspace: str | None = None
    start: int = 1
    overwrite: bool = False
    on_error: Literal["continue", "stop"] | str = "continue"
    threads: int | None = None
    log: str | Path | None = None
    quiet: bool = True

    def resolved(self) -> Preset:
        """Preset and settings together, without a sidecar.

        Raises:
            SettingsError: a name or value is wrong, or the preset's file.
        """
        if self.on_error not in ("continue", "stop"):
            raise SettingsError(f"on_error {self.on_error}: it takes continue or stop.")
        if self.colorspace and self.colour:
            raise SettingsError("--colorspace says what --colour says; take one of the two.")
        preset = self.preset or Preset()
        if not isinstance(preset, Preset):
            preset = presets.load(Path(preset))
        values: dict[str, Value] = {**self.settings, "shot_file": ""}
        if self.colour is not None:
            values["input_colour"] = self.colour
        if self.threads is not None:
            values["threads"] = self.threads
        from_mapping(values)  # it checks them
        return preset.override(values)

    def run(self, looker: Looker | None = None) -> AnalyseResult:
        """As :func:`analyse`."""
        return analyse(self, looker)


@dataclass(frozen=True)
class AnalyseResult:
    """How an analysis ended: the sidecar's path, what it says, each frame, the exit code and the failures."""

    sidecar: Path
    shot: Shot
    frames: tuple[FrameResult, ...]
    exit_code: int
    sentence: str = ""
    errors: tuple[Exception, ...] = ()
    messages: tuple[Message, ...] = ()


def beside(pattern: Pattern) -> Path:
    """Where the sidecar of a plate lies by default."""
    from anatomatte.shot.schema import SUFFIX

    name = pattern.prefix.rstrip("._-") if pattern.pad is not None else Path(pattern.text).stem
    return pattern.folder / f"{name or 'plate'}{SUFFIX}"


def analyse(request: AnalyseRequest, looker: Looker | None = None) -> AnalyseResult:
    """Look at every frame of a plate and write its sidecar.

    Args:
        request: what is wanted.
        looker: looks at single frames; the default asks the engine of this process.

    Raises:
        AnatomatteError: the run could not begin, no frame could be looked at, the sidecar that is there is
            another plate's or damaged, or cannot be written; a signal ended it.
    """
    from .cancel import Signals
    from .correct import left_out
    from .job import Job
    from .report import Report
    from .source import Source

    preset = request.resolved()
    if request.threads:
        from .images import limit_threads

        limit_threads(request.threads)
    with ExitStack() as stack:
        signals = stack.enter_context(Signals())
        source = Source(str(request.source), request.start)
        stack.callback(source.close)
        if request.colorspace:
            source.read_as(request.colorspace)
        if isinstance(request.frames, str):
            frames = parse_frames(request.frames)
        else:
            frames = source.frames() if request.frames is None else sorted(set(request.frames))
        if source.single:
            only_its_own(source.text, frames)
        job = Job(source, frames, preset, {}, (), "", stop=request.on_error == "stop")
        path = Path(request.sidecar) if request.sidecar else beside(source.pattern)
        check_name(path, (".json",), "a sidecar")
        before = _before(path, request.overwrite)
        named = request.frames is not None
        gone = "" if before is None else left_out(before, job.frames, path, named)
        log = None if request.log is None else str(request.log)
        report = stack.enter_context(Report(len(frames), log, request.quiet))
        source.listen(report.message)
        if request.frames is None and (lost := holes(source.frames())):
            report.message(Message("frames-missing", f"the plate has no frames {spelt(lost)}"))
        if gone:
            report.message(Message("frames-left-out", gone))
        report.event("start", frames=compact(frames), source=str(request.source), target=str(path))
        try:
            return _Analysis(job, path, before, report, signals, looker).all()
        except Cancelled as stopped:
            why = signals.named(stopped)
            made = Cancelled(f"{str(why).split(';')[0]}; no sidecar was written.")
            made.exit_code = why.exit_code
            report.event("end", exit=made.exit_code, message=str(made))
            raise made from stopped
        except Exception as why:
            report.event("end", exit=getattr(why, "exit_code", 1), message=str(why))
            raise


def _before(path: Path, overwrite: bool) -> Shot | None:
    """The sidecar that is there, whose names and numbers are kept."""
    from anatomatte.shot.reading import read_shot

    if overwrite or not path.exists():
        return None
    try:
        return read_shot(path)
    except SettingsError as why:
        raise SettingsError(f"{why} --overwrite makes it anew, without the names in it.") from why


class _Analysis:
    """One run over the frames of a plate."""

    def __init__(
        self,
        job: Job,
        path: Path,
        before: Shot | None,
        report: Report,
        signals: Signals,
        looker: Looker | None,
    ) -> None:
        from .looker import EngineLooker

        self.job, self.path, self.before, self.report, self.signals = job, path, before, report, signals
        self.looker = looker or EngineLooker(job.source, job.values, signals.check)
        self.looks: list[FrameLooks] = []  # as the plate shows them
        self.own: dict[int, tuple[Look, ...]] = {}  # as the frame's picture does
        self.common: dict[int, tuple[Common, ...]] = {}
        self.moments: dict[int, Moment] = {}
        self.changes: list[float] = []  # of the picture, since the frame before in `looks`
        self.results: list[FrameResult] = []
        self.errors: list[Exception] = []
        self.sizes: dict[int, tuple[int, int]] = {}
        self._background = self._small = np.zeros((0, 0), np.float32)

    def all(self) -> AnalyseResult:
        """Look at all frames, write the sidecar, and say how it went."""
        from anatomatte.shot.writing import write_shot

        from .report import worst

        began = time.monotonic()
        for frame in self.job.frames:
            self.signals.check()
            if self._one(frame) or not (self.job.stop or self._by_hand(frame)):
                continue
            if self.before is not None:  # it knows more than would be written now
                raise self.errors[-1]
            break
        if not self.looks:
            raise self.errors[0] if self.errors else PlateError(f"{self.job.source.text} has no frames.")
        if self.before is not None:  # what a hand did meanwhile stays
            self.before = _before(self.path, False)
        shot = self._shot()
        self.signals.check()
        write_shot(shot, self.path)
        told(shot, self.path, self.report)
        code = worst(self.errors)
        counts = {"analysed": len(self.looks), "failed": len(self.errors)}
        self.report.end(code, counts, time.monotonic() - began)
        failed = compact(one.frame for one in self.results if one.status == "failed")
        sentence = f"frames {failed} failed; {self.errors[0]}" if self.errors else ""
        return AnalyseResult(
            self.path,
            shot,
            tuple(self.results),
            code,
            sentence,
            tuple(self.errors),
            tuple(self.report.messages),
        )

    def _by_hand(self, frame: int) -> bool:
        """Whether the sidecar that is there would lose a hand's work without a frame; it is told."""
        from .correct import by_hand

        held = self.before is not None and by_hand(self.before, frame)
        if held:
            self.report.note(
                f"frame {frame} was accepted or corrected by hand: {self.path.name} stays as it was"
            )
        return held

    def _one(self, frame: int) -> bool:
        """Look at a frame; whether it went well."""
        from anatomatte.shot import windows
        from anatomatte.shot.camera import shift
        from anatomatte.shot.looks import FrameLooks
        from anatomatte.shot.schema import Moment

        from .report import explained
        from .shot import change

        began = time.monotonic()
        path = self.path
        try:
            path = self.job.source.file(frame)
            found, size, small = self.looker.look(frame)
        except Exception as why:
            if self.signals():
                raise self.signals.error() from why
            error = explained(why)
            self.errors.append(error)
            self._ended(frame, path, began, error)
            return False
        window = windows.WHOLE if found.bounds is None else windows.of(found.bounds, size)
        here = windows.looks_onto(FrameLooks(frame, found.aspect, found.looks), window)
        ground = windows.plane_onto(found.background, window, here.aspect, float(found.background.mean()))
        moved = shift(self._background, ground) if self.looks else (0.0, 0.0)
        self.changes.append(change(self._small, small) if self.looks else 0.0)
        self._background, self._small, self.sizes[frame] = ground, small, size
        self.looks.append(dataclasses.replace(here, shift=moved))
        self.own[frame] = found.looks
        self.common[frame] = found.common
        checks = scores(found.findings)
        stops = round(found.exposure, 3)
        self.moments[frame] = Moment(found.likeness, stops, qc=checks, faces=found.faces, window=window)
        self._ended(frame, path, began, checks=checks)
        return True

    def _ended(
        self,
        frame: int,
        path: Path,
        began: float,
        error: Exception | None = None,
        checks: Mapping[str, float] | None = None,
    ) -> None:
        took = time.monotonic() - began
        status: Literal["analysed", "failed"] = "failed" if error else "analysed"
        doubts = beyond(checks or {})
        made = FrameResult(frame, status, path, error=error, seconds=took, qc=checks or {}, doubtful=doubts)
        self.results.append(made)
        self.report.frame(frame, status, path, took, error, qc=made.qc, doubtful=doubts)
        if error is not None and not isinstance(error, AnatomatteError):
            self.report.trace(error)

    def _shot(self) -> Shot:
        """The sidecar of what was seen."""
        from anatomatte.shot import numbers, wardrobe
        from anatomatte.shot.schema import PlateFacts, Shot
        from anatomatte.shot.tracks import tracked

        from .correct import kept
        from .shot import cuts

        self.report.doing("following people")
        begun = set(cuts(self.changes))
        looks = [dataclasses.replace(one, cut=at in begun) for at, one in enumerate(self.looks)]
        tracks = tracked(looks)
        given = numbers.numbered(looks, tracks)
        moments = {
            one.number: dataclasses.replace(
                self.moments[one.number], people=numbers.rows(self.own[one.number], mine, given)
            )
            for one, mine in zip(looks, tracks, strict=True)
        }
        moments = followed(moments, looks, tracks, given, self.common)
        self._rechecked([checked(one, moments) for one in self.results])
        seems = wardrobe.worn(looks, tracks, given)
        if self.before is not None:
            told = numbers.kept(moments, self.before)
            seems = {told[number]: words for number, words in seems.items() if number in told}
            moments = numbers.carried_over(moments, self.before, str(self.path))
        people = self._dressed(numbers.people_of(moments, self.before), seems)
        size = common_size(self.sizes, self.report)
        facts = PlateFacts(self._name(), *size, looks[0].number, looks[-1].number, self.job.source.colorspace)
        scenes = self._scenes([looks[at].number for at in sorted({0, *begun})])
        rest = {} if self.before is None else self.before.rest
        made = Shot(facts, people, scenes, moments, __version__, rest, self.path)
        return made if self.before is None else kept(made, self.before, self.job.source.read)

    def _rechecked(self, results: list[FrameResult]) -> None:
        """Take the frames with what their checks say in the end; the log has told them as they were made."""
        for before, one in zip(self.results, results, strict=True):
            if one.qc != before.qc:
                self.report.event("checks", frame=one.frame, qc=one.qc, doubtful=list(one.doubtful))
        self.results = results

    def _dressed(self, people: Sequence[Person], seems: Mapping[int, str]) -> tuple[Person, ...]:
        """The people with what they wear; what a hand wrote into the earlier sidecar stays."""
        from anatomatte.shot.wardrobe import by_hand

        old = () if self.before is None else self.before.people
        before = {one.number: (one.wears, one.seems) for one in old}
        made = []
        for person in people:
            found = seems.get(person.number, before.get(person.number, ("", ""))[1])
            wears = by_hand(before, person.number, found)
            made.append(dataclasses.replace(person, wears=wears, seems=found))
        return tuple(made)

    def _name(self) -> str:
        from anatomatte.file_names import shown

        return shown(Path(self.job.source.text).name)

    def _scenes(self, starts: Sequence[int]) -> tuple[Scene, ...]:
        """The scenes that begin at frames, with a decision on a screen each; one that changes parts them."""
        from anatomatte.shot.schema import Scene

        from .shot import decide

        self.report.doing("looking for a screen")
        frames = list(self.moments)
        made: list[Scene] = []
        for first, end in zip(starts, [*starts[1:], frames[-1] + 1], strict=True):
            inside = [frame for frame in frames if first <= frame < end]
            found = decide(inside, self.job.source.read, self.job.values, self.looker, self.signals.check)
            parts = [(one.first, one.last, one.decision.kept) for one in found] or [(first, inside[-1], "")]
            for a, b, screen in parts:
                stops = statistics.median(self.moments[n].exposure for n in inside if a <= n <= b)
                made.append(Scene(a, b, screen, round(stops, 3)))
        return tuple(made)
