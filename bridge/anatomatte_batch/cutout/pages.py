"""Sheets of cut pictures, for the eye: plate, alpha, people, parts and the cutout, with a legend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from anatomatte import __version__
from anatomatte.atomic import beside

from .. import face_marks
from ..picture import Floats
from ..sheet import BACK, CELL, Legend, Line, legend_strip, page, srgb
from ..sinks import backing
from .cut import Cut, coded
from .encode import picture_bytes
from .ground import covering, ground

COLUMNS = ("Plate", "Alpha", "People", "Parts", "Foreground over checker")
OVER = "Comp"
"""The last column's name where there is a background."""
LINES = 20
"""Lines of one sheet; further pictures are on further sheets."""
_WIDE = 1200


def line_of(label: str, cut: Cut) -> Line:
    """The line of a cut on a sheet, under `COLUMNS`; its pictures no wider than a page shows them."""
    behind = ground(cut.options)
    height, width = cut.alpha.shape
    under = backing(width, height, "checker") if behind is None else covering(behind, width, height)
    over = srgb(cut.light[..., :3] + (1 - cut.light[..., 3:]) * under)
    alpha = np.repeat(np.clip(cut.alpha[..., None], 0, 1), 3, axis=2)
    cells = (_shown(cut), alpha, _on_dim(cut.people_map(), cut), _on_dim(cut.parts_map(), cut), over)
    return Line(label, [_small(cell, CELL) for cell in cells], cut.marks)


def sheet(lines: Sequence[Line], legend: Legend, title: str, comp: bool = False) -> Floats:
    """A page of lines under `COLUMNS`, H×W×3 in [0, 1], sRGB.

    Args:
        legend: of the parts that are in any of them.
        title: what they are of; the version stands before it.
        comp: whether the last column has a background.
    """
    columns = (*COLUMNS[:-1], OVER) if comp else COLUMNS
    return page(lines, columns, f"Anatomatte {__version__}   {title}", legend)


def merged(legends: Sequence[Legend]) -> dict[str, str]:
    """One legend of several, in the table's order."""
    from anatomatte.menus import PART_MENU

    found = {name: colour for legend in legends for name, colour in legend.items()}
    return {name: found[name] for name in PART_MENU if name in found}


def write_sheet(page: Floats, path: Path, lines: Sequence[Line]) -> Path:
    """Write a page of *lines* as a PNG whose header says who made it, and of replaced faces; the path.

    Raises:
        OutputError: it cannot be written.
    """
    marks = face_marks.together(line.marks for line in lines)
    content = picture_bytes(coded(page, False), "png", marks=marks)
    with beside(path) as temporary:
        temporary.write_bytes(content)
    return path


def legend_page(cut: Cut) -> Floats:
    """The colour map of a cut over its darkened plate, with the names of its colours below."""
    shown = _small(_on_dim(cut.parts_map(), cut))
    if shown.shape[1] < 480:
        wide = np.full((shown.shape[0], 480, 3), BACK, np.float32)
        wide[:, : shown.shape[1]] = shown
        shown = wide
    return np.concatenate([shown, legend_strip(cut.legend, shown.shape[1])], axis=0)


def _shown(cut: Cut) -> Floats:
    """The plate, highlights rolled off as in the other columns."""
    from .ground import light_of

    return srgb(light_of(cut.picture, cut.encoding))


def _on_dim(colours: Floats, cut: Cut) -> Floats:
    """Colours over the plate's grey, darkened, where nobody is."""
    grey = 0.25 * cut.plate.mean(axis=2, keepdims=True)
    return np.asarray(colours + (1 - np.clip(cut.alpha[..., None], 0, 1)) * grey, np.float32)


def _small(picture: Floats, most: int = _WIDE) -> Floats:
    """A picture at most *most* pixels wide."""
    import cv2

    height, width = picture.shape[:2]
    if width <= most:
        return picture
    size = (most, max(1, round(height * most / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
