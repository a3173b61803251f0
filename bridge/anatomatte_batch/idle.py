"""What was asked for and cannot matter: said at the beginning of a run, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from anatomatte.errors import AnatomatteError
from anatomatte.idle import CODE, without_effect
from anatomatte.settings import ASSOCIATED, from_mapping

from .result import Message

if TYPE_CHECKING:
    from .job import Job
    from .picture import Picture
    from .presets import Preset
    from .request import RenderRequest

_STRAIGHT = (".png", ".mov")
"""Files whose alpha is no factor of their colours, and which have no word for another."""


def idle(job: Job, preset: Preset) -> Iterator[Message]:
    """Settings and clips of a job that have no effect at any of its frames, a sentence each."""
    yield from _ranges(job, preset)
    always: dict[str, None] | None = None
    for frame in job.frames:
        told = _at(job, frame)
        always = dict.fromkeys(told) if always is None else {one: None for one in always if one in told}
        if not always:
            return
    for text in always or ():
        yield Message(CODE, text)


def of_words(request: RenderRequest, extension: str, of_video: bool) -> Iterator[Message]:
    """Words of a request that are about another kind of file.

    Args:
        extension: of DST.
        of_video: whether the plate or another clip is a video.
    """
    video = extension in (".mp4", ".mov")
    cases = (
        ("compression", request.compression != "zips" and extension != ".exr", "is of EXR"),
        ("depth", request.depth is not None and video, "is of stills"),
        ("over", request.over != "checker" and extension != ".mp4", "is what an MP4 shows behind"),
        ("fps", request.fps is not None and not video, "is of a video out"),
    )
    for name, idle_here, of_what in cases:
        if idle_here:
            text = f"--{name} {getattr(request, name)} has no effect: it {of_what}, and DST is {extension}."
            yield Message(CODE, text)
    if request.ranks != 6 and "crypto" not in "".join(request.layers).lower():
        yield Message(CODE, f"--ranks {request.ranks} has no effect: no layer is a Cryptomatte.")
    if request.start != 1 and not of_video:
        yield Message(CODE, f"--start {request.start} has no effect: it numbers a video, and no clip is one.")


def of_alpha(job: Job, preset: Preset, extension: str) -> Iterator[Message]:
    """An output that is multiplied by its alpha, in files whose readers multiply once more."""
    if extension not in _STRAIGHT or "rgba" not in job.layers:
        return
    told = [preset.settings.get("output"), *(entry.settings.get("output") for entry in preset.ranges)]
    for output in dict.fromkeys(one for one in told if one in (*ASSOCIATED, "matte", "packed")):
        yield Message(
            "alpha-multiplied",
            f"{extension} holds colours that are not multiplied by their alpha, and output={output} gives "
            "others: whoever reads the file multiplies them. Write EXR or TIFF, or mattes as --layers.",
        )


def _at(job: Job, frame: int) -> tuple[str, ...]:
    try:
        values = from_mapping(job.preset.at(frame, job.filled))
    except AnatomatteError:  # the frame itself says what is wrong with them
        return ()
    return without_effect(values, ("Source", *job.sides), packed=any(name != "rgba" for name in job.layers))


def _ranges(job: Job, preset: Preset) -> Iterator[Message]:
    """Ranges of the preset in which the shot has no frame."""
    there = set(job.frames if job.source.single else job.source.frames())
    for entry in preset.ranges:
        if not any(entry.holds(frame) for frame in there):
            yield Message(CODE, f"The range {entry.frames} of the preset holds no frame of the shot.")


def of_sizes(job: Job, frame: int, plate: Picture) -> Iterator[Message]:
    """Clips of another format than the plate, as far as they were read for a frame."""
    for name, side in job.sides.items():
        seen = side.seen(frame)
        if seen is not None and seen.size != plate.size:
            one, other = ("×".join(map(str, size)) for size in (seen.size, plate.size))
            yield Message(
                "clip-of-another-size",
                f"{name} ({side.text}) is {one} and the plate {other}: it lies in the lower left "
                "corner and is not scaled.",
            )
