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

from anatomatte.errors import Cancelled, SettingsError
from anatomatte.settings import Value, from_mapping

from . import presets
from .presets import Preset
from .result import RenderResult
from .sequences import (
    compact,
    parse_pattern,
)
from .targets import one_of

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

    from .cancel import Signals
    from .job import Job
    from .node import Connect, Node, Pictures
    from .report import Report

CLIPS = {"inm": "InM", "outm": "OutM", "clean_plate": "CleanPlate", "hint": "Hint", "bg": "Bg"}
"""The node's other clips, by the words that commands and descriptions of jobs have for them."""

SIDES = tuple(CLIPS.values())
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
        part: these frames are a part of more: DST stands for a sequence even if only one of them is left.
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
    part: bool = False
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
            if name in SIDES and name not in self.sides:
                raise SettingsError(
                    f"A layer of {name} is asked for, and there is no such clip; name its file."
                )
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
    from . import faces
    from .cancel import Signals
    from .opening import opened, window
    from .report import Report
    from .run import run

    with ExitStack() as stack:
        stack.enter_context(_runtime(request.runtime))
        signals = stack.enter_context(Signals())
        if request.threads:
            from .images import limit_threads

            limit_threads(request.threads)
        made = opened(request, stack)
        job, named = made.job, made.named
        log = None if request.log is None else str(request.log)
        report = stack.enter_context(Report(len(job.frames), log, request.quiet, request.progress))
        for clip in (job.source, *job.sides.values()):
            clip.listen(report.message)
            clip.keep(window(job))
        for message in made.messages():
            report.message(message)
        places = {"source": str(request.source), "target": str(request.destination)}
        try:
            node = _node(job, connect, signals, stack)
            report.event("start", frames=compact(job.frames), **places, **node.identity)
            job = _decided(job, named, node, report, signals)
            outcome = run(job, node, made.sink, report, signals)
            for message in faces.recorded(job, named, outcome):
                report.message(message)
        except Cancelled as stopped:
            end = signals.named(stopped)
            report.event("end", exit=end.exit_code, message=str(end))
            raise end from stopped
        except Exception as why:
            report.event("end", exit=getattr(why, "exit_code", 1), message=str(why))
            raise
    return RenderResult(
        tuple(outcome.frames), outcome.code, outcome.sentence(), tuple(outcome.errors), tuple(report.messages)
    )


def _decided(job: Job, named: Shot | None, node: Node, report: Report, signals: Signals) -> Job:
    """The job with what is decided on a screen for the whole shot, whatever is rendered of it, and with the
    frames that its sidecar has as accepted."""
    from .shot import decide
    from .sidecar import scenes_of

    source = job.source
    if named is not None:
        good = frozenset(frame for frame in job.frames if named.accepted(frame))
        return dataclasses.replace(job, scenes=scenes_of(named), accepted=good)
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
