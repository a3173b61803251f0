"""A contact sheet of a shot: frames spread over it, rendered as the shot's own frames are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from anatomatte.errors import PlateError, SettingsError
from anatomatte.settings import Value, from_mapping

from .. import faces
from ..job import Job
from ..ofx_node import connect
from ..presets import Preset
from ..renders import default_values
from ..sequences import compact
from ..sheet import Line
from ..shot import decide
from ..sidecar import as_analysed, scenes_of, shot_of
from ..source import Source
from .cutter import Cutter, cut_frame
from .names import Place, check_writable, gathered
from .options import CutoutOptions
from .pages import line_of, merged, sheet, write_sheet


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a shot is shown; of a folder of pictures nothing of it can be said.

    Attributes:
        frames: of which some are shown, those of them that are there; None takes all that are there.
        preset: settings, key frames and ranges, below the settings of the options.
        sidecar: the plate's, as `analyse` wrote it; None for none.
        start: number of a video's first frame.
        colorspace: of the plate, as a render takes it.
    """

    frames: Sequence[int] | None = None
    preset: Preset = field(default_factory=Preset)
    sidecar: str | None = None
    start: int = 1
    colorspace: str = ""

    def settled(self, values: Mapping[str, Value]) -> Preset:
        """The shot's controls, with *values* above them."""
        told = dict(values)
        if self.sidecar is not None:
            told["shot_file"] = str(Path(self.sidecar).expanduser().absolute())
        return self.preset.override(told)


AS_IT_IS = Shown()

Told = Callable[[int, int, str], None]
"""What hears of each row that is made: its place from 1, how many there are, and its label."""


def unheard(_count: int, _total: int, _label: str) -> None:
    """Nobody wants to know."""


def shot_sheet(
    source: str,
    out: Path,
    options: CutoutOptions,
    rows: int = 6,
    shown: Shown = AS_IT_IS,
    stop: Callable[[], bool] = lambda: False,
    overwrite: bool = False,
    told: Told = unheard,
) -> Path:
    """Write a contact sheet with plate, alpha, people, parts and cutout of a few frames; the path.

    Args:
        source: a sequence, a video, a picture, or a folder of pictures.
        rows: how many frames or pictures at most, spread evenly.
        shown: of a shot.
        overwrite: replace a file that Anatomatte did not make.
        told: hears of each row.

    Raises:
        SettingsError: no row is asked for, or *out* is a picture that is read or of somebody else.
        PlateError: nothing is there, or it cannot be read.
        OutputError: the sheet cannot be written.
    """
    if out.suffix.lower() != ".png":
        raise SettingsError(f"{out}: a sheet is a PNG; name it like sheet.png.")
    check_writable(out, frozenset(), overwrite)
    lines, legend = shot_lines(source, out, options, rows, shown, stop, told)
    title = Path(source).resolve().name
    return write_sheet(sheet(lines, legend, title, options.background is not None), out, lines)


def shot_lines(
    source: str,
    out: Path,
    options: CutoutOptions,
    rows: int,
    shown: Shown = AS_IT_IS,
    stop: Callable[[], bool] = lambda: False,
    told: Told = unheard,
) -> tuple[list[Line], dict[str, str]]:
    """The lines of a sheet of a shot, and their legend; as `shot_sheet`."""
    if rows < 1:
        raise SettingsError(f"--rows {rows}: it takes a number from 1.")
    if Path(source).is_dir():
        for one in fields(shown):
            if getattr(shown, one.name) != getattr(AS_IT_IS, one.name):
                option = {"sidecar": "shot"}.get(one.name, one.name)
                raise SettingsError(f"--{option}: it is of a shot, and {source} is a folder; leave it out.")
        lines, legends = _stills(source, out, options, rows, stop, told)
    else:
        lines, legends = _frames(source, out, options, rows, shown, stop, told)
    return lines, merged(legends)


_Found = tuple[list[Line], list[dict[str, str]]]


def _stills(
    source: str, out: Path, options: CutoutOptions, rows: int, stop: Callable[[], bool], told: Told
) -> _Found:
    from ..images import read_image

    tasks = gathered([source], Place())
    _check_out(out, [task.source for task in tasks])
    lines, legends = [], []
    with Cutter(options, stop) as cutter:
        chosen = spread(len(tasks), rows)
        for n in chosen:
            cut = cutter.cut(read_image(tasks[n].source))
            lines.append(line_of(tasks[n].source.name, cut))
            legends.append(cut.legend)
            told(len(lines), len(chosen), lines[-1].label)
    return lines, legends


def _frames(
    text: str,
    out: Path,
    options: CutoutOptions,
    rows: int,
    shown: Shown,
    stop: Callable[[], bool],
    told: Told,
) -> _Found:
    """As a render of the whole shot makes these frames, with what is decided on a screen for all of it."""
    source = Source(text, shown.start)
    source.read_as(shown.colorspace)
    preset = shown.settled(options.values())
    named = shot_of(preset)
    as_analysed(named, shown.colorspace)
    faces.check(preset, named)
    node = connect({"Source": source.read}, stop, source.span())
    try:
        there = source.frames()
        frames = there if shown.frames is None else [n for n in shown.frames if not source.missing([n])]
        if not frames:
            raise PlateError(f"{text} has none of the frames that are asked for; there are {compact(there)}.")
        _check_out(out, [source.file(frame) for frame in there])
        job = Job(source, frames, preset, default_values(True, None), ("rgba",), "")
        if named is None:
            shot = [] if source.single else there
            scenes = tuple(decide(shot, source.read, job.values, node, lambda: None))
        else:
            scenes = scenes_of(named)
        job = replace(job, scenes=scenes)
        lines, legends = [], []
        chosen = spread(len(frames), rows)
        for n in chosen:
            frame = frames[n]
            values = job.values(frame)
            from_mapping(values)
            cut = cut_frame(node, frame, values, source.read(frame), options, job.others(frame, values))
            lines.append(line_of(f"frame {frame}", cut))
            legends.append(cut.legend)
            told(len(lines), len(chosen), lines[-1].label)
        return lines, legends
    finally:
        node.close()
        source.close()


def spread(count: int, rows: int) -> list[int]:
    """Places of at most *rows* of *count*, the first and the last among them, evenly."""
    if rows == 1:
        return [count // 2]
    return sorted({round(i * (count - 1) / (rows - 1)) for i in range(rows)})


def _check_out(out: Path, sources: list[Path]) -> None:
    if out.resolve() in {path.resolve() for path in sources}:
        raise SettingsError(f"{out} would be written over a picture that is read; choose another OUT.")
