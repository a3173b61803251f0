"""What is asked of a render, typed: the command line, farms and review call this."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from anatomatte.errors import SettingsError
from anatomatte.settings import Settings, Value, from_mapping
from anatomatte.timing import temporal_window

from . import presets
from .layers import parse_layers
from .presets import Preset
from .result import Message, RenderResult
from .sequences import (
    Pattern,
    as_one_file,
    compact,
    holes,
    is_certain,
    parse_frames,
    parse_pattern,
    spelt,
    whole_numbers,
)
from .targets import one_of, sink_of

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

    from .cancel import Signals
    from .cryptomatte import Cryptomatte
    from .job import Job
    from .node import Connect, Node, Pictures
    from .ocio import Space
    from .report import Report
    from .sinks import Sink
    from .source import Source

SIDES = ("InM", "OutM", "CleanPlate", "Hint", "Bg")
_MATTE_CLIPS = {"core": "InM", "garbage": "OutM", "hint": "Hint"}
_SHORT = {"colour": "input_colour", "out_colour": "output_colour", "threads": "threads", "device": "device"}
_RUNTIMES = ("in-process", "worker")


@dataclass(frozen=True, kw_only=True)
class RenderRequest:
    """Everything that a render can be asked for; checked when it is made, as far as no file is needed.

    Attributes:
        source: the plate: ``plate.####.exr``, ``%04d``, ``$F4``, ``@@@``, an image or a video.
        destination: where frames go, in the same spellings; ``{layer}`` in it gives each layer its own files.
        frames: numbers, or a set like ``1001-1100x2,1150``; None renders all that are there.
        preset: settings, key frames and ranges; or the TOML file that holds them.
        settings: controls that are fixed for every frame, above the preset.
        sides: the node's other clips by name (``InM OutM CleanPlate Hint Bg``), each like *source*.
        layer: the layer or part of the plate's files to read, or one for each clip by name (``Source`` and
            the names of *sides*); by default the picture itself.
        shot: the plate's sidecar, as `analyse` wrote it: people keep their numbers, names become layers.
        layers: names, or a list like ``rgba,people``; people may be called by the names of the sidecar.
        colour: encoding of the plate, a value of ``input_colour``; None goes by the file's type.
        out_colour: encoding of the result, a value of ``output_colour``; None goes by the file's type.
        colorspace: in which the plate is (and clean plate and background): a space or role of the config in
            $OCIO, or ``auto`` by its file rules; None goes by *colour*.
        out_colorspace: of the result; None takes the config's scene_linear where *colorspace* is given.
        depth: ``8``, ``16``, ``half`` or ``float``; None is half (EXR) or 16 (PNG, TIFF).
        compression: of EXR: zips zip piz dwaa dwab none.
        ranks: how many names a pixel of a Cryptomatte holds at most.
        over: what an MP4 shows behind: ``checker`` or ``grey``.
        fps: frames a second of a video out, as ``25`` or ``24000/1001``; None takes the plate's, or 24.
        start: number of a video's first frame.
        overwrite: render frames that are there.
        proxy: where the same frames go again, smaller; spelt like *destination*.
        proxy_scale: how many pixels of a row become one of a proxy: 2, 4 or 8.
        trim: EXR files get a data window no larger than what is not 0.
        on_error: after a failed frame ``continue`` with the others, or ``stop``.
        qc_threshold: a frame with a score beyond so many times its threshold (docs/qc.md) is doubtful: it is
            written, and the run ends with QualityError; None only tells.
        retries: how often a frame is tried again after a failure that the table of errors holds worth it.
        timeout_per_frame: seconds after which the node is asked to end a frame, which then has failed.
        threads: processor threads for a frame, 1 and more; None leaves it to the node.
        device: where networks run, a value of the control: ``auto``, ``cpu``, ``cuda:0`` …; None leaves it.
        runtime: where the node's Python runs: ``in-process`` or ``worker``; None leaves it to the node.
        log: file to which NDJSON is appended; ``-`` is standard output.
        quiet: no bar and no lines.
        progress: ``openjd`` tells a queue of Open Job Description how far it is.

    Raises:
        SettingsError: a word that is in no menu, a layer, frame, control or clip that does not exist.
    """

    source: str | Path
    destination: str | Path
    frames: str | Sequence[int] | None = None
    preset: Preset | Path | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    sides: Mapping[str, str | Path] = field(default_factory=dict)
    layer: str | Mapping[str, str] | None = None
    shot: str | Path | None = None
    layers: str | Sequence[str] = "rgba"
    colour: str | None = None
    out_colour: str | None = None
    colorspace: str | None = None
    out_colorspace: str | None = None
    depth: Literal["8", "16", "half", "float"] | str | None = None
    compression: str = "zips"
    ranks: int = 6
    over: Literal["checker", "grey"] | str = "checker"
    fps: str | float | None = None
    start: int = 1
    overwrite: bool = False
    proxy: str | Path | None = None
    proxy_scale: int = 2
    trim: bool = False
    on_error: Literal["continue", "stop"] | str = "continue"
    qc_threshold: float | None = None
    retries: int = 0
    timeout_per_frame: float | None = None
    threads: int | None = None
    device: str | None = None
    runtime: Literal["in-process", "worker"] | str | None = None
    log: str | Path | None = None
    quiet: bool = True
    progress: Literal["openjd"] | None = None

    def __post_init__(self) -> None:
        one_of("on_error", self.on_error, ("continue", "stop"))
        one_of("over", self.over, ("checker", "grey"))
        if self.runtime is not None:
            one_of("runtime", self.runtime, _RUNTIMES)
        if self.ranks not in range(2, 33, 2):
            raise SettingsError(f"--ranks {self.ranks}: it takes an even number from 2 to 32.")
        if self.proxy_scale not in (2, 4, 8):
            raise SettingsError(f"--proxy-scale {self.proxy_scale}: it takes 2, 4 or 8.")
        if self.proxy_scale != 2 and self.proxy is None:
            raise SettingsError("--proxy-scale is of --proxy; name where the proxies go.")
        if self.retries < 0:
            raise SettingsError(f"--retries {self.retries}: it takes 0 or more.")
        if self.timeout_per_frame is not None and not 0 < self.timeout_per_frame < math.inf:
            raise SettingsError(f"--timeout-per-frame {self.timeout_per_frame:g}: it takes seconds above 0.")
        if self.out_colorspace and not self.colorspace:
            raise SettingsError("--out-colorspace needs --colorspace: of the space that SRC is in.")
        if self.colorspace and (self.colour or self.out_colour):
            raise SettingsError("--colorspace says what --colour and --out-colour say; take one of the two.")
        for name in self.sides:
            one_of("clip", name, SIDES)
        for name in self.layer_of:
            one_of("layer", name, ("Source", *self.sides))
        self._check_threshold(self.resolved())
        parse_pattern(str(self.destination), there=False)

    def _check_threshold(self, preset: Preset) -> None:
        """The limit of doubt is one, and there is something to be judged by it."""
        if self.qc_threshold is None:
            return
        if not (math.isfinite(self.qc_threshold) and self.qc_threshold > 0):
            raise SettingsError(
                f"--qc-threshold {self.qc_threshold:g}: it takes a number above 0; 1 takes the checks' own "
                "thresholds."
            )
        if "off" in (preset.settings.get("check"), *(entry.settings.get("check") for entry in preset.ranges)):
            raise SettingsError(
                "--qc-threshold needs checks and Check frames (check) is off; set check=frame."
            )

    @property
    def layer_of(self) -> Mapping[str, str]:
        """The layer that is asked for of each clip that one is asked for."""
        if self.layer is None or isinstance(self.layer, str):
            return {"Source": self.layer} if self.layer else {}
        return self.layer

    def resolved(self) -> Preset:
        """Preset and settings together: what the shot wants of the controls at every frame.

        Raises:
            SettingsError: a name or value is wrong, or the preset's file.
        """
        preset = self.preset or Preset()
        if not isinstance(preset, Preset):
            preset = presets.load(Path(preset))
        values = dict(self.settings)
        for option, name in _SHORT.items():
            if (value := getattr(self, option)) is not None:
                values |= dict([presets.parse_setting(f"{name}={value}")])
        if self.shot is not None:
            values |= dict([presets.parse_setting(f"shot_file={Path(self.shot).expanduser().absolute()}")])
        from_mapping(values)  # it checks them
        return preset.override(values)

    def run(self, connect: Connect | None = None) -> RenderResult:
        """As :func:`render`."""
        return render(self, connect)


def render(request: RenderRequest, connect: Connect | None = None) -> RenderResult:
    """Render what is asked for and say how each frame ended.

    Args:
        request: what is wanted.
        connect: makes the node from its clips; the default drives the built .ofx.

    Raises:
        AnatomatteError: the run could not begin (``exit_code`` and sentence as the command line's), or a
            signal ended it; frames that fail do not raise.
    """
    from . import cryptomatte, faces
    from .cancel import Signals
    from .idle import idle, of_words
    from .report import Report
    from .run import run
    from .sidecar import messages_of, shot_of

    preset = request.resolved()
    target = parse_pattern(str(request.destination), there=False)
    absent = {matte for matte, clip in _MATTE_CLIPS.items() if clip not in request.sides}
    text = request.layers if isinstance(request.layers, str) else ",".join(request.layers)
    named = shot_of(preset)
    faces.check(preset, named)
    names = named.names if named else {}
    layers = parse_layers(text, absent, _people(preset), names)
    coded = cryptomatte.asked(layers, _people(preset), names, request.ranks)
    if request.threads:
        from .images import limit_threads

        limit_threads(request.threads)
    with ExitStack() as stack:
        stack.enter_context(_runtime(request.runtime))
        signals = stack.enter_context(Signals())
        job, sink = _job(request, preset, layers, coded, target, named, stack)
        log = None if request.log is None else str(request.log)
        report = stack.enter_context(Report(len(job.frames), log, request.quiet, request.progress))
        for clip in (job.source, *job.sides.values()):
            clip.listen(report.message)
            clip.keep(_window(job))
        if request.frames is None and (lost := holes(job.source.frames())):
            report.message(Message("frames-missing", f"the plate has no frames {spelt(lost)}"))
        of_video = any(clip.is_video for clip in (job.source, *job.sides.values()))
        for message in (
            *messages_of(named, job),
            *idle(job, preset),
            *of_words(request, target.extension, of_video),
        ):
            report.message(message)
        places = {"source": str(request.source), "target": str(request.destination)}
        try:
            node = _node(job, connect, signals, stack)
            report.event("start", frames=compact(job.frames), **places, **node.identity)
            job = _decided(job, named, node, report, signals)
            outcome = run(job, node, sink, report, signals)
            for message in faces.recorded(job, preset, named, outcome):
                report.message(message)
        except Exception as why:
            report.event("end", exit=getattr(why, "exit_code", 1), message=str(why))
            raise
    return RenderResult(
        tuple(outcome.frames), outcome.code, outcome.sentence(), tuple(outcome.errors), tuple(report.messages)
    )


def _decided(job: Job, named: Shot | None, node: Node, report: Report, signals: Signals) -> Job:
    """The job with what is decided on a screen for the whole shot, whatever is rendered of it."""
    from .shot import decide
    from .sidecar import scenes_of

    source = job.source
    if named is not None:
        return dataclasses.replace(job, scenes=scenes_of(named))
    frames = [] if source.single else source.frames()
    report.doing("looking for a screen in the shot")
    scenes = decide(frames, source.read, job.values, node, signals.check)
    for scene in scenes:
        decision = scene.decision
        part = f"{scene.first}-{scene.last}: " if len(scenes) > 1 else ""
        report.note(f"{part}{decision.text} (decided on the frames {compact(decision.frames)})")
        if decision.doubt:
            report.note(f"note: {decision.doubt}")
        code = "screen" if decision.screen else decision.why
        report.event(
            "screen", first=scene.first, last=scene.last, code=code, presence=decision.presence,
            text=decision.text, frames=list(decision.frames),
        )  # fmt: skip
    return dataclasses.replace(job, scenes=scenes)


@contextmanager
def _runtime(wanted: str | None) -> Iterator[None]:
    """The node's runtime, forced while it is made; the node reads it from the environment."""
    before = os.environ.get("ANATOMATTE_RUNTIME")
    if wanted is not None:
        os.environ["ANATOMATTE_RUNTIME"] = wanted
    try:
        yield
    finally:
        if wanted is not None:
            os.environ.pop("ANATOMATTE_RUNTIME", None)
            if before is not None:
                os.environ["ANATOMATTE_RUNTIME"] = before


def _people(preset: Preset) -> int:
    """The most people that the shot's preset tells apart at any frame: its files have one set of layers."""
    told = [preset.settings.get("people"), *preset.keys.get("people", {}).values()]
    told += [entry.settings.get("people") for entry in preset.ranges]
    return max((int(n) for n in told if isinstance(n, int)), default=Settings().people)


def _window(job: Job) -> int:
    """The most frames to each side with which any frame of a run is looked at."""
    asked = {tuple(sorted(job.preset.at(frame, job.filled).items())) for frame in job.frames}
    return max((temporal_window(from_mapping(dict(values))) for values in asked), default=0)


def _job(
    request: RenderRequest,
    preset: Preset,
    layers: tuple[str, ...],
    coded: tuple[Cryptomatte, ...],
    target: Pattern,
    named: Shot | None,
    stack: ExitStack,
) -> tuple[Job, Sink]:
    from .cancel import Deadline
    from .job import Job
    from .sidecar import as_analysed
    from .sinks import keep_plates
    from .source import Source

    def opened(name: str, text: str | Path) -> Source:
        matte = name in _MATTE_CLIPS.values()
        source = Source(str(text), request.start, request.layer_of.get(name), matte)
        stack.callback(source.close)
        return source

    source = opened("Source", request.source)
    if isinstance(request.frames, str):
        frames = parse_frames(request.frames)
    else:
        frames = source.frames() if request.frames is None else whole_numbers(request.frames)
    if (
        target.pad is not None
        and len(frames) == 1
        and (Path(target.text).is_file() or not is_certain(target))
    ):
        target = as_one_file(target)
    names = named.names if named else {}
    sides = {clip: opened(clip, where) for clip, where in request.sides.items()}
    as_analysed(named, request.colorspace)
    space = _spaces(request, source, sides) if request.colorspace else None
    sink, filled, text = sink_of(request, layers, coded, target, len(frames), names, space)
    keep_plates(sink, [source, *sides.values()], frames)
    stop = request.on_error == "stop"
    short = source.short if request.frames is None else ""
    if request.colorspace:
        filled = {**filled, "output_colour": "linear"} if request.out_colorspace else filled
        text = f"{source.space}>{space or 'scene_linear'} {text}"
    job = Job(
        source, frames, preset, filled, layers, text, sides, request.overwrite, stop,
        limit=request.qc_threshold, short=short, cryptomattes=coded,
        retries=request.retries, deadline=Deadline(request.timeout_per_frame),
    )  # fmt: skip
    return job, sink


def _spaces(request: RenderRequest, source: Source, sides: Mapping[str, Source]) -> Space | None:
    """Let clips be read in the space that is asked for; the one in which files are written."""
    from .light import COLOURED
    from .ocio import space_of

    assert request.colorspace is not None
    for clip in (source, *(side for name, side in sides.items() if name in COLOURED)):
        clip.read_as(request.colorspace)
    if not request.out_colorspace:
        return None
    if Path(request.destination).suffix.lower() in (".mp4", ".mov"):
        raise SettingsError("--out-colorspace is of stills; videos are written in Rec.709.")
    return space_of(request.out_colorspace, str(request.destination))


def _node(job: Job, connect: Connect | None, signals: Signals, stack: ExitStack) -> Node:
    from .light import COLOURED, alike

    clips: dict[str, Pictures] = {"Source": job.source.read}
    for name, side in job.sides.items():
        clips[name] = alike(side, job.source, job.values) if name in COLOURED else side.read
    if connect is None:
        from .ofx_node import connect as through_ofx

        # the whole plate, not what is rendered of it: a frame must not depend on the chunk it comes in
        node = through_ofx(clips, lambda: signals() or job.deadline(), job.source.span())
        stack.callback(node.close)
        return node
    return connect(clips)
