"""A request made into a job: its clips are opened, and all is refused that can be before the first frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anatomatte.errors import SettingsError
from anatomatte.settings import Settings, from_mapping
from anatomatte.timing import temporal_window

from .layers import parse_layers
from .presets import Preset
from .result import Message
from .sequences import (
    Pattern,
    as_one_file,
    holes,
    is_certain,
    only_its_own,
    parse_frames,
    parse_pattern,
    spelt,
    whole_numbers,
)
from .targets import sink_of

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

    from .cryptomatte import Cryptomatte
    from .job import Job
    from .ocio import Space
    from .request import RenderRequest
    from .sinks import Sink
    from .source import Source

_MATTE_CLIPS = {"core": "InM", "garbage": "OutM", "hint": "Hint"}


@dataclass(frozen=True)
class Opened:
    """What a request comes to.

    Attributes:
        request: what was asked for.
        preset: its controls together.
        job: its frames and clips.
        sink: where frames go.
        named: the sidecar; None without one.
    """

    request: RenderRequest
    preset: Preset
    job: Job
    sink: Sink
    named: Shot | None

    def messages(self) -> Iterator[Message]:
        """What there is to say of the run before it begins, but for what its files say of themselves."""
        from .idle import idle, of_alpha, of_words
        from .sidecar import messages_of

        job, request = self.job, self.request
        if request.frames is None and (lost := holes(job.source.frames())):
            yield Message("frames-missing", f"the plate has no frames {spelt(lost)}")
        yield from messages_of(self.named, job)
        yield from idle(job, self.preset)
        of_video = any(clip.is_video for clip in (job.source, *job.sides.values()))
        extension = Path(str(request.destination)).suffix.lower()
        yield from of_words(request, extension, of_video)
        yield from of_alpha(job, self.preset, extension)


def opened(request: RenderRequest, stack: ExitStack) -> Opened:
    """Open what a request names; *stack* closes it.

    Raises:
        AnatomatteError: the run cannot begin, for a reason that is seen without a frame.
    """
    from . import cryptomatte, faces
    from .sidecar import shot_of

    preset = request.resolved()
    target = parse_pattern(str(request.destination), there=False)
    absent = {matte for matte, clip in _MATTE_CLIPS.items() if clip not in request.sides}
    text = request.layers if isinstance(request.layers, str) else ",".join(request.layers)
    named = shot_of(preset)
    faces.check(preset, named)
    names = named.names if named else {}
    layers = parse_layers(text, absent, _people(preset), names)
    coded = cryptomatte.asked(layers, _people(preset), names, request.ranks)
    job, sink = _job(request, preset, layers, coded, target, named, stack)
    return Opened(request, preset, job, sink, named)


def _people(preset: Preset) -> int:
    """The most people that the shot's preset tells apart at any frame: its files have one set of layers."""
    told = [preset.settings.get("people"), *preset.keys.get("people", {}).values()]
    told += [entry.settings.get("people") for entry in preset.ranges]
    return max((int(n) for n in told if isinstance(n, int)), default=Settings().people)


def window(job: Job) -> int:
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

    def clip(name: str, text: str | Path) -> Source:
        matte = name in _MATTE_CLIPS.values()
        source = Source(str(text), request.start, request.layer_of.get(name), matte)
        stack.callback(source.close)
        return source

    source = clip("Source", request.source)
    if isinstance(request.frames, str):
        frames = parse_frames(request.frames)
    else:
        frames = source.frames() if request.frames is None else whole_numbers(request.frames)
    if source.single:
        only_its_own(source.text, frames)
    if (
        target.pad is not None
        and len(frames) == 1
        and not request.part
        and (Path(target.text).is_file() or not is_certain(target))
    ):
        target = as_one_file(target)
    names = named.names if named else {}
    sides = {name: clip(name, where) for name, where in request.sides.items()}
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
    return space_of(request.out_colorspace, str(request.destination), "--out-colorspace")
