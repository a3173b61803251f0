"""A contact sheet: plate, alpha, foreground over a checker, and a view of the node, by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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


@dataclass(frozen=True, eq=False)
class Row:
    """One frame, scene-linear: plate H×W×3, premultiplied key H×W×4, status or another view H×W×3 or 4."""

    label: str
    plate: Floats
    key: Floats
    status: Floats


def contact_sheet(rows: Sequence[Row], out: Path, title: str = "", columns: Sequence[str] = COLUMNS) -> Path:
    """Write a PNG with a row for each frame, of four pictures under the names of *columns*; the path.

    Raises:
        OutputError: the file cannot be written.
    """
    heights = [round(CELL * row.plate.shape[0] / row.plate.shape[1]) for row in rows]
    width = 2 * MARGIN + len(columns) * CELL + (len(columns) - 1) * GAP
    height = 2 * MARGIN + TITLE + HEAD + sum(heights) + GAP * (len(rows) - 1)
    canvas = np.full((height, width, 3), BACK, np.float32)
    _write(canvas, MARGIN, MARGIN + 28, title, 26, INK)
    for column, name in enumerate(columns):
        _write(canvas, MARGIN + column * (CELL + GAP), MARGIN + TITLE + 16, name, 17, FAINT)
    y = MARGIN + TITLE + HEAD
    for row, tall in zip(rows, heights, strict=True):
        for column, picture in enumerate(_cells(row)):
            x = MARGIN + column * (CELL + GAP)
            canvas[y : y + tall, x : x + CELL] = _fit(picture, CELL, tall)
        _write(canvas, MARGIN + 8, y + tall - 9, row.label, 16, 1.0, shade=True)
        y += tall + GAP
    _save(canvas, out)
    return out


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
