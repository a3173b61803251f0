"""What lies before a face and is no skin by its colour: a mask, a microphone, a cup; parts may not know it.

Only what is large counts: eyes, teeth, brows and nostrils are of other colours too. A beard is left to the
face: it is dark, and no colder than skin by much.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import gauss, step
from . import before_mouth
from .canonical import Floats
from .masked import cloth
from .pose import width_of
from .swap_warp import Box, forehead, mesh

_COLD = (0.9, 1.3)
"""Stops of red beside green below the skin's up to which a pixel may be skin, and from which on not."""

_LIT = (0.25, 0.4)
"""Light beside the skin's up to which what is colder may be hair, and from which on it is none."""

_DARK = (0.05, 0.09)
"""Light beside the skin's up to which nothing of a face is so dark, and from which on it may be."""

_SMALL = 0.06
"""Half the width of what is large enough, in widths of the face."""

_SOFT = 0.008
_FEW = 24
_FAINT = 1e-5


def bare(light: Pixels, skin: Pixels, inside: Pixels, width: float, dark: Pixels | None = None) -> Pixels:
    """How far each pixel of a window may be a face, h×w in 0..1.

    Args:
        light: h×w×3 scene-linear.
        skin: how far a pixel is surely skin of the face by its place.
        inside: how far it is inside of the face.
        width: of the face in pixels.
        dark: where a face is of other colours itself, so that no thing is known by what lies there alone.
    """
    there = skin > 0.5
    if int(there.sum()) < _FEW:
        return np.ones(skin.shape, np.float32)
    soft = np.maximum(gauss(light, max(0.6, _SOFT * width)), _FAINT)
    cold = -np.log2(soft[..., 0] / soft[..., 1])
    grey = soft.mean(2)
    cold -= np.median(cold[there])
    grey /= np.float32(max(float(np.median(grey[there])), _FAINT))
    odd = np.maximum(step(cold, *_COLD) * step(grey, *_LIT), 1 - step(grey, *_DARK)) * (inside > 0)
    return np.asarray(
        1 - _large(np.asarray(odd, np.float32), max(1, round(_SMALL * width)), dark), np.float32
    )


def uncovered(light: Pixels, points: Floats, share: Pixels, box: Box, mask: float = 0.0) -> Pixels:
    """How far a pixel of a window may be a face by its colour, beside the forehead's or all skin's.

    Args:
        light: H×W×3 scene-linear, the whole picture.
        points: (468, 3) of the face.
        share: how far a pixel of the window is bare face, as parts say.
        mask: how far the face has one of a colour of its own (`masked.covered`).
    """
    inner, skin = mesh(points, box)
    surely = np.asarray(inner * skin * share, np.float32)
    size = width_of(points)
    high = np.asarray(surely * forehead(points, box), np.float32)
    known = high if (high > 0.5).sum() > 0.02 * size**2 else surely
    window = light[box.rows, box.columns]
    clear = bare(window, known, inner, size)
    held = before_mouth.covered(window, points - [box.left, box.top, 0])
    if held is not None:
        clear = np.asarray(clear * (1 - held), np.float32)
    return clear if mask <= 0 else np.asarray(clear * (1 - mask * cloth(light, points, box)), np.float32)


def _large(odd: Pixels, radius: int, without: Pixels | None = None) -> Pixels:
    """What of a plane is wider than two radii beside what is left out, with its borders as they are."""
    there = odd > 0.5 if without is None else (odd > 0.5) & (without < 0.5)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    core = cv2.morphologyEx(there.astype(np.uint8), cv2.MORPH_OPEN, disc)
    near = cv2.dilate(core, disc)
    return np.asarray(odd * near, np.float32)
