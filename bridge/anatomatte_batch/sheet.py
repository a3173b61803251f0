"""A contact sheet: plate, alpha, foreground over a checker, and a view of the node, by frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from anatomatte.atomic import beside
from anatomatte.errors import OutputError
from anatomatte.ops.colour import srgb_encode

from .picture import Floats
from .sinks import backing

COLUMNS = ("Plate", "Alpha", "Foreground over checker", "Status view")
CELL, GAP, MARGIN, HEAD, TITLE = 420, 10, 24, 30, 52
BACK, INK, FAINT = 0.075, 0.92, 0.55
ENTRY, ROW = 160, 28
"""Width and height of an entry of the legend."""
NO_LEGEND: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Row:
    """One frame, scene-linear: plate H×W×3, premultiplied key H×W×4, status or another view H×W×3 or 4."""

    label: str
    plate: Floats
    key: Floats
    status: Floats


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a sheet: its label, pictures as a display shows them, H×W×3 in [0, 1], and what they say of
    a face that was replaced."""

    label: str
    cells: Sequence[Floats]
    marks: Mapping[str, str] = field(default_factory=dict)


Legend = Mapping[str, str]
"""Name → colour as ``#rrggbb``."""


def contact_sheet(rows: Sequence[Row], out: Path, title: str = "", columns: Sequence[str] = COLUMNS) -> Path:
    """Write a PNG with a row for each frame, of four pictures under the names of *columns*; the path.

    Raises:
        OutputError: the file cannot be written.
    """
    _save(page([Line(row.label, _cells(row)) for row in rows], columns, title), out)
    return out


def page(
    lines: Sequence[Line], columns: Sequence[str], title: str = "", legend: Legend = NO_LEGEND
) -> Floats:
    """A sheet, H×W×3 in [0, 1], sRGB: a line for each frame or still under the names of *columns*, and below
    them the *legend* of their colours."""
    cell = CELL if len(columns) < 5 else CELL * 4 // len(columns)
    heights = [_tall(line.cells[0], cell) for line in lines]
    width = 2 * MARGIN + len(columns) * cell + (len(columns) - 1) * GAP
    names = legend_strip(legend, width - 2 * MARGIN)
    below = names.shape[0] + GAP if len(legend) else 0
    height = 2 * MARGIN + TITLE + HEAD + sum(heights) + GAP * (len(lines) - 1) + below
    canvas = np.full((height, width, 3), BACK, np.float32)
    _write(canvas, MARGIN, MARGIN + 28, title, 26, INK)
    for column, name in enumerate(columns):
        _write(canvas, MARGIN + column * (cell + GAP), MARGIN + TITLE + 16, name, 17, FAINT)
    y = MARGIN + TITLE + HEAD
    for line, tall in zip(lines, heights, strict=True):
        for column, picture in enumerate(line.cells):
            x = MARGIN + column * (cell + GAP)
            shown = _fit(picture, *_inside(picture, cell, tall))
            top, left = y + (tall - shown.shape[0]) // 2, x + (cell - shown.shape[1]) // 2
            canvas[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
        _write(canvas, MARGIN + 8, y + tall - 9, line.label, 16, 1.0, shade=True)
        y += tall + GAP
    if len(legend):
        canvas[y : y + names.shape[0], MARGIN : width - MARGIN] = names
    return canvas


def _tall(picture: Floats, cell: int) -> int:
    """Height of a line; upright pictures are no taller than a cell is wide."""
    return min(cell, round(cell * int(picture.shape[0]) / int(picture.shape[1])))


def _inside(picture: Floats, cell: int, tall: int) -> tuple[int, int]:
    """The largest width and height of a picture within its cell."""
    scale = min(cell / picture.shape[1], tall / picture.shape[0])
    return max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))


def legend_strip(legend: Legend, width: int) -> Floats:
    """Swatches with names, H×*width*×3, as many lines as they take."""
    across = max(1, width // ENTRY)
    lines = -(-len(legend) // across)
    canvas = np.full((max(1, lines * ROW), width, 3), BACK, np.float32)
    for n, (name, colour) in enumerate(legend.items()):
        x, y = n % across * ENTRY, n // across * ROW
        canvas[y + 5 : y + 21, x : x + 16] = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
        _write(canvas, x + 24, y + 19, name.replace("_", " "), 15, INK)
    return canvas


def _cells(row: Row) -> list[Floats]:
    """The four pictures of a row, as a display shows them."""
    alpha = row.key[..., 3:4]
    behind = backing(row.key.shape[1], row.key.shape[0], "checker")
    over = row.key[..., :3] + (1.0 - alpha) * behind
    return [
        srgb(row.plate[..., :3]),
        np.repeat(np.clip(alpha, 0, 1), 3, axis=2),
        srgb(over),
        srgb(row.status[..., :3], 1.0),
    ]


def srgb(linear: Floats, knee: float = 0.8) -> Floats:
    """Scene light to sRGB code values, highlights rolled off softly above *knee*."""
    light = np.maximum(linear, 0.0)
    rolled = np.where(light > knee, knee + (1.0 - knee) * (1.0 - np.exp((knee - light) / 0.6)), light)
    return srgb_encode(rolled.astype(np.float32))


def _fit(picture: Floats, width: int, height: int) -> Any:
    import cv2

    area = picture.shape[1] > width
    how = cv2.INTER_AREA if area else cv2.INTER_CUBIC
    return np.clip(cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=how), 0, 1)


def _write(canvas: Floats, x: int, y: int, text: str, size: int, ink: float, shade: bool = False) -> None:
    """Text with its base line at *y*; without a font the sheet goes without words."""
    import OpenImageIO as oiio

    text = text.encode(errors="backslashreplace").decode()  # names that are no UTF-8
    for dx, dy, level in ((1, 1, 0.0), (0, 0, ink)) if shade else ((0, 0, ink),):
        image = oiio.ImageBuf(np.ascontiguousarray(canvas))
        if not oiio.ImageBufAlgo.render_text(image, x + dx, y + dy, text, size, "DroidSans", (level,) * 3):
            oiio.geterror()
            return
        canvas[:] = image.get_pixels("float")


def _save(canvas: Floats, out: Path) -> None:
    import cv2

    done, data = cv2.imencode(".png", (np.clip(canvas[..., ::-1], 0, 1) * 255 + 0.5).astype(np.uint8))
    if not done:
        raise OutputError(f"{out} cannot be encoded.")
    with beside(out) as temporary:
        temporary.write_bytes(data.tobytes())
