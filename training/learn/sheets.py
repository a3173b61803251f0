"""Contact sheets: rows of picture, true parts, found parts, true alpha, found alpha."""

from __future__ import annotations

import colorsys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.nets.own.people_net import PeopleNet
from anatomatte.parts import PARTS

from ..scene.compose import Sample
from .validate import predict


def palette() -> NDArray[np.uint8]:
    """A colour per part, background black."""
    colours = [(0.0, 0.0, 0.0)]
    for k in range(1, len(PARTS)):
        colours.append(colorsys.hsv_to_rgb(k * 0.61803 % 1, 0.5 + 0.5 * (k % 2), 1 - 0.25 * (k % 3)))
    return (np.array(colours) * 255).astype(np.uint8)


def sheet(net: PeopleNet, samples: list[Sample], path: Path, device: str = "cpu", columns: int = 2) -> None:
    """Write a contact sheet of `samples` as PNG."""
    alpha, parts = predict(net, samples, device)
    colours = palette()
    rows = []
    for s, a, p in zip(samples, alpha, parts, strict=True):
        high, wide = s.label.shape
        found = cv2.resize(p, (wide, high), interpolation=cv2.INTER_NEAREST)
        planes = [s.picture, colours[s.label], colours[found]]
        planes += [np.repeat(m[..., None], 3, -1) for m in (s.alpha[..., 0], (a * 255).astype(np.uint8))]
        rows.append(np.hstack(planes))
    lines = [np.hstack(rows[k : k + columns]) for k in range(0, len(rows) - columns + 1, columns)]
    cv2.imwrite(str(path), np.vstack(lines)[..., ::-1])
