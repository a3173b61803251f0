"""A contact sheet of a shot: frames spread over it, rendered as the shot's own frames are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from anatomatte.errors import SettingsError
from anatomatte.settings import from_mapping

from ..job import Job
from ..ofx_node import connect
from ..presets import Preset
from ..renders import default_values
from ..sheet import Line
from ..source import Source
from .cutter import Cutter, cut_frame
from .names import Place, gathered
from .options import CutoutOptions
from .pages import line_of, merged, sheet, write_sheet


def shot_sheet(
    source: str,
    out: Path,
    options: CutoutOptions,
    rows: int = 6,
    start: int = 1,
    stop: Callable[[], bool] = lambda: False,
    colorspace: str = "",
) -> Path:
    """Write a contact sheet with plate, alpha, people, parts and cutout of a few frames; the path.

    Args:
        source: a sequence, a video, a picture, or a folder of pictures.
        rows: how many frames or pictures at most, spread evenly.
        start: number of a video's first frame.
        colorspace: of a shot, as a render takes it.

    Raises:
        SettingsError: no row is asked for, or *out* is a picture that is read.
        PlateError: nothing is there, or it cannot be read.
        OutputError: the sheet cannot be written.
    """
    if out.suffix.lower() != ".png":
        raise SettingsError(f"{out}: a sheet is a PNG; name it like sheet.png.")
    lines, legend = shot_lines(source, out, options, rows, start, stop, colorspace)
    title = Path(source).resolve().name
    return write_sheet(sheet(lines, legend, title, options.background is not None), out, lines)


def shot_lines(
    source: str,
    out: Path,
    options: CutoutOptions,
    rows: int,
    start: int = 1,
    stop: Callable[[], bool] = lambda: False,
    colorspace: str = "",
) -> tuple[list[Line], dict[str, str]]:
    """The lines of a sheet of a shot, and their legend; as `shot_sheet`."""
    if rows < 1:
        raise SettingsError(f"--rows {rows}: it takes a number from 1.")
    if Path(source).is_dir():
        if colorspace:
            raise SettingsError(f"--colorspace {colorspace}: it is of a shot, and {source} is a folder.")
        lines, legends = _stills(source, out, options, rows, stop)
    else:
        lines, legends = _frames(source, out, options, rows, start, stop, colorspace)
    return lines, merged(legends)


_Found = tuple[list[Line], list[dict[str, str]]]


def _stills(source: str, out: Path, options: CutoutOptions, rows: int, stop: Callable[[], bool]) -> _Found:
    from ..images import read_image

    tasks = gathered([source], Place())
    _check_out(out, [task.source for task in tasks])
    lines, legends = [], []
    with Cutter(options, stop) as cutter:
        for n in spread(len(tasks), rows):
            cut = cutter.cut(read_image(tasks[n].source))
            lines.append(line_of(tasks[n].source.name, cut))
            legends.append(cut.legend)
    return lines, legends


def _frames(
    text: str,
    out: Path,
    options: CutoutOptions,
    rows: int,
    start: int,
    stop: Callable[[], bool],
    colorspace: str,
) -> _Found:
    """As a render of the whole shot makes these frames, with what is decided on a screen for all of it."""
    from dataclasses import replace

    from ..shot import decide

    source = Source(text, start)
    source.read_as(colorspace)
    node = connect({"Source": source.read}, stop, source.span())
    try:
        frames = source.frames()
        _check_out(out, [source.file(frame) for frame in frames])
        preset = Preset().override(options.values())
        job = Job(source, frames, preset, default_values(True, None), ("rgba",), "")
        shot = [] if source.single else frames
        job = replace(job, scenes=tuple(decide(shot, source.read, job.values, node, lambda: None)))
        lines, legends = [], []
        for n in spread(len(frames), rows):
            frame = frames[n]
            values = job.values(frame)
            from_mapping(values)
            cut = cut_frame(node, frame, values, source.read(frame), options, job.others(frame, values))
            lines.append(line_of(f"frame {frame}", cut))
            legends.append(cut.legend)
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
