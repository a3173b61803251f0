"""Readers of the two text formats of the assets: Wavefront .obj and MakeHuman .mhclo.

A .mhclo fits a garment mesh to any body: each of its points is a weighted sum of three body
points plus an offset that scales with the body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BODY_POINTS = 19158
"""Points of the MakeHuman base mesh, helper geometry included."""

_INTEGER = re.compile(r"^-?\d+$")


def read_obj(path: Path) -> tuple[NDArray[np.float32], dict[str, NDArray[np.int32]]]:
    """Points (N, 3) and, per group name, triangles (M, 3) of a .obj file; polygons are fanned."""
    points: list[list[float]] = []
    groups: dict[str, list[tuple[int, int, int]]] = {}
    current = groups.setdefault("default", [])
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("v "):
            points.append([float(x) for x in line.split()[1:4]])
        elif line.startswith("g "):
            current = groups.setdefault(line.split()[1], [])
        elif line.startswith("f "):
            polygon = [int(x.split("/")[0]) - 1 for x in line.split()[1:]]
            current += [(polygon[0], polygon[k], polygon[k + 1]) for k in range(1, len(polygon) - 1)]
    triangles = {name: np.array(f, np.int32).reshape(-1, 3) for name, f in groups.items() if f}
    return np.array(points, np.float32), triangles


@dataclass
class ClothesFile:
    """What a .mhclo says, before it is bound to a body."""

    name: str
    obj: Path
    anchors: NDArray[np.int64]
    """(N, 3) body points that carry each point."""
    weights: NDArray[np.float32]
    """(N, 3) their shares."""
    offsets: NDArray[np.float32]
    """(N, 3) offset in units of `scales`."""
    scales: list[tuple[int, int, int, float]] = field(default_factory=list)
    """(axis, body point, body point, distance): the offset's unit along the axis."""
    hidden: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(BODY_POINTS, bool))
    """Body points that the garment covers."""


def _hidden_points(words: list[str], hidden: NDArray[np.bool_]) -> None:
    k = 0
    while k < len(words):
        if k + 2 < len(words) and words[k + 1] == "-":
            hidden[int(words[k]) : int(words[k + 2]) + 1] = True
            k += 3
        else:
            hidden[int(words[k])] = True
            k += 1


def read_mhclo(path: Path) -> ClothesFile:
    """Read a .mhclo file.

    Raises:
        ValueError: the file names no mesh or carries no points.
    """
    obj = ""
    section = ""
    rows: list[tuple[list[int], list[float], list[float]]] = []
    scales: list[tuple[int, int, int, float]] = []
    hidden = np.zeros(BODY_POINTS, bool)
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        key = words[0]
        if key == "obj_file":
            obj = words[1]
        elif key in ("x_scale", "y_scale", "z_scale"):
            scales.append(("xyz".index(key[0]), int(words[1]), int(words[2]), float(words[3])))
        elif key in ("verts", "delete_verts"):
            section = key
        elif section == "verts" and _INTEGER.match(key):
            if len(words) == 1:
                rows.append(([int(key)] * 3, [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
            elif len(words) >= 6:
                offset = [float(x) for x in words[6:9]] if len(words) >= 9 else [0.0, 0.0, 0.0]
                rows.append(([int(x) for x in words[:3]], [float(x) for x in words[3:6]], offset))
        elif section == "delete_verts" and (_INTEGER.match(key) or "-" in key):
            _hidden_points(line.replace("-", " - ").split(), hidden)
    if not obj or not rows:
        raise ValueError(
            f"{path} names no mesh or no points; fetch the assets again (python -m training assets)"
        )
    return ClothesFile(
        name=path.stem,
        obj=path.parent / obj,
        anchors=np.array([r[0] for r in rows], np.int64),
        weights=np.array([r[1] for r in rows], np.float32),
        offsets=np.array([r[2] for r in rows], np.float32),
        scales=scales,
        hidden=hidden,
    )
