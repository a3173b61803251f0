"""One run: which frames, in which state, rendered and written one after the other."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from anatomatte.errors import AnatomatteError, PlateError, SettingsError
from anatomatte.settings import Value

from .cancel import Signals
from .frames import compact
from .layers import passes
from .node import Node
from .picture import Floats, Picture, Window, placed
from .presets import Preset
from .provenance import Provenance, settings_of
from .report import Report, explained, worst
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
        overwrite: render frames that are there.
        stop: end at the first failed frame.
    """

    source: Source
    frames: list[int]
    preset: Preset
    filled: Mapping[str, Value]
    layers: tuple[str, ...]
    output: str
    overwrite: bool = False
    stop: bool = False

    def values(self, frame: int) -> dict[str, Value]:
        """All controls at a frame; ``input_colour`` auto is decided by the plate's file."""
        values = {**self.preset.at(frame)}
        values |= {name: value for name, value in self.filled.items() if not self.preset.given(name)}
        if values["input_colour"] == "auto":
            values["input_colour"] = self.source.colour(frame)
        return values


@dataclass
class Outcome:
    """How a run ended."""

    rendered: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def code(self) -> int:
        return worst(self.errors)

    def counts(self) -> dict[str, int]:
        return {"rendered": len(self.rendered), "skipped": len(self.skipped), "failed": len(self.errors)}


def run(job: Job, node: Node, sink: Sink, report: Report, signals: Signals) -> Outcome:
    """Render a job.

    Frames that fail are told and, unless the job stops or makes a video, the others go on.

    Raises:
        PlateError: frames of the plate are missing and the job stops at failures, or all are.
        SettingsError: files with other content are in the way and may not be overwritten; nothing
            was rendered.
        Cancelled: a signal came; finished frames are kept.
    """
    began = time.monotonic()
    outcome = Outcome()
    missing = _missing(job, sink)
    todo = _todo(job, node, sink, report, outcome, missing)
    try:
        for frame in todo:
            signals.check()
            failed = _one(job, node, sink, report, signals, outcome, frame)
            if failed and (job.stop or sink.all_or_nothing):
                break
    except BaseException:
        sink.abandon()
        raise
    if sink.all_or_nothing and outcome.errors:
        sink.abandon()
    else:
        _finish(sink, outcome, report)
    report.end(outcome.code, outcome.counts(), time.monotonic() - began)
    return outcome


def _missing(job: Job, sink: Sink) -> set[int]:
    missing = job.source.missing(job.frames)
    if missing and (job.stop or sink.all_or_nothing or len(missing) == len(job.frames)):
        have = compact(job.source.frames())
        raise PlateError(f"{job.source.text} lacks the frames {compact(missing)}; there are {have}.")
    return set(missing)


def _record(job: Job, node: Node, frame: int) -> Provenance:
    name = job.source.file(frame).name
    return Provenance(node.identity, settings_of(job.values(frame)), frame, name, job.output)


def _todo(job: Job, node: Node, sink: Sink, report: Report, outcome: Outcome, missing: set[int]) -> list[int]:
    """The frames to render; those that are there are told, those in the way end the run before it began."""
    todo: list[int] = []
    skipped: list[int] = []
    other: dict[int, str] = {}
    for frame in job.frames:
        if frame in missing or job.overwrite:
            todo.append(frame)
            continue
        state, why = sink.state(frame, _record(job, node, frame), job.source.file(frame))
        if state == "same":
            skipped.append(frame)
        elif state == "missing":
            todo.append(frame)
        else:
            other[frame] = why
            if sink.all_or_nothing:
                break
    if other:
        first = min(other)
        more = f" (and {len(other) - 1} more: {compact(other)})" if len(other) > 1 else ""
        raise SettingsError(
            f"{sink.path(first)}{more} {other[first]}. --overwrite renders it again; or choose another DST."
        )
    for frame in skipped:
        report.frame(frame, "skipped", sink.path(frame))
    outcome.skipped = skipped
    return todo


def _one(
    job: Job, node: Node, sink: Sink, report: Report, signals: Signals, outcome: Outcome, frame: int
) -> bool:
    """Render and write a frame; whether it failed."""
    began = time.monotonic()
    try:
        picture = job.source.read(frame)
        layers = render_layers(node, frame, job.values(frame), job.layers, picture)
        signals.check()
        sink.write(frame, layers[0], layers[1], _record(job, node, frame))
    except Exception as why:
        if signals():
            raise signals.error() from why
        error = explained(why)
        outcome.errors.append(error)
        report.frame(frame, "failed", sink.path(frame), time.monotonic() - began, error)
        if not isinstance(error, AnatomatteError):
            report.trace(error)
        return True
    outcome.rendered.append(frame)
    report.frame(frame, "rendered", sink.path(frame), time.monotonic() - began)
    return False


def render_layers(
    node: Node, frame: int, values: Mapping[str, Value], layers: tuple[str, ...], picture: Picture
) -> tuple[dict[str, Floats], Picture]:
    """The layers of a frame, and the plate with the bounds that they cover."""
    found: dict[str, Floats] = {}
    bounds: Window | None = None
    for step in passes(layers):
        rendered = node.render(frame, {**values, **step.values})
        bounds = bounds or rendered.bounds
        pixels = placed(rendered.pixels, rendered.bounds, bounds)
        if step.layers == ("rgba",):
            found["rgba"] = pixels
        else:
            found |= {name: pixels[..., i : i + 1] for i, name in enumerate(step.layers)}
    return found, replace(picture, bounds=bounds or picture.bounds)


def _finish(sink: Sink, outcome: Outcome, report: Report) -> None:
    try:
        sink.finish()
    except AnatomatteError as why:
        outcome.errors.append(why)
        report.note(str(why))


def default_values(linear: bool, video_over: str | None) -> dict[str, Value]:
    """Controls that follow the kind of file unless the user sets them.

    EXR and float TIFF hold premultiplied scene-linear light, PNG and integer TIFF unpremultiplied
    sRGB; a preview video is laid over its backing in scene-linear light, ProRes 4444 keeps
    unpremultiplied Rec.709.
    """
    if video_over == "none":
        return {"output": "unpremultiplied", "output_colour": "rec709"}
    if linear or video_over is not None:
        return {"output": "premultiplied", "output_colour": "linear"}
    return {"output": "unpremultiplied", "output_colour": "srgb"}
