"""What hides the skin of a lower face: a beard, or a mask that parts take for face; in a frame, and over a
window of frames.

Either is there throughout or not at all. A frame by itself tells it anew each time, near a threshold now so
and now so; over a window the frames' answers are averaged, and over a shot a sidecar says it (`wears`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from ..frame import Pixels
from ..ops.colour import srgb_decode
from . import before_mouth, outlines
from .beards import BEARD as _BEARD
from .beards import SMOOTH, by_light, luma_colour
from .canonical import Floats
from .masked import PALE as _PALE
from .masked import covered, masked
from .mesh import Face
from .painting import sampled, soft

WORDS = (("beard", "no_beard"), ("face_mask", "no_face_mask"))
"""What somebody wears on the face for sure, and what surely not, as a sidecar calls it."""

_WITHIN = (-0.3, 0.9), (-0.04, 0.2)
"""How little and how much one frame says at most: of the middle of a window none is to have the last word."""

_FRAMES, _MIND = 3, 0.9
"""Frames with a face from which on a shot says something, and the share of them that agree on a mask."""

_MOST = 0.5
"""Share of a beard's places behind something from which on nothing is told of it."""

_SURE = 9.0
"""What a sidecar's word tells."""


def told(face: Face, picture: Pixels) -> Floats:
    """(2,) what tells of a beard (`beards.by_light`) and of a mask (`masked.masked`); arguments as theirs.

    Where something before the mouth hides most places of a beard, nothing tells of it.
    """
    colour = luma_colour(soft(picture, max(0.5, SMOOTH * face.eyes)))[1]
    beard = float("nan") if _behind(face, picture) > _MOST else by_light(face, picture)
    return np.array([beard, masked(face, colour)])


def _behind(face: Face, picture: Pixels) -> float:
    """The share of a beard's places that something before the mouth hides."""
    light = srgb_decode(np.asarray(picture, np.float32))
    held = before_mouth.covered(light, face.points.astype(np.float64))
    return 0.0 if held is None else float(sampled(held, face.points[list(outlines.BEARDS), :2]).mean())


def agreed(frames: Sequence[tuple[Floats, float]]) -> Floats:
    """(2,) what *frames* tell together, each as far as it counts; NaN where none tells."""
    low, high = np.array(_WITHIN).T
    said = np.clip([one for one, _ in frames], low, high)
    weight = np.array([share for _, share in frames])[:, None] * np.isfinite(said)
    total = weight.sum(0)
    mean = (weight * np.nan_to_num(said)).sum(0) / np.maximum(total, 1e-9)
    return np.where(total > 0, mean, np.nan)


def over_shot(frames: Sequence[Floats]) -> list[str]:
    """The words that hold for all of a shot, by what its *frames* tell; none where they are not of one mind.

    A beard does not come and go, so that all frames decide on it together; a mask may be taken off.
    """
    made = []
    if len(frames) >= _FRAMES:
        beard, mask = agreed([(one, 1.0) for one in frames])
        if np.isfinite(beard) and not _BEARD[0] < beard < _BEARD[1]:
            made.append(WORDS[0][int(beard <= _BEARD[0])])
        said = np.array([one[1] for one in frames])
        said = said[np.isfinite(said)]
        if np.isfinite(mask) and max(np.mean(said < _PALE[0]), np.mean(said > _PALE[1])) > _MIND:
            made.append(WORDS[1][int(mask <= _PALE[0])])
    return made


def mask(hides: Floats | None, words: Collection[str] = ()) -> float:
    """How far a face has a mask, in 0..1, by what tells of it and a sidecar's *words*."""
    made = worn(hides, words)
    return 0.0 if made is None else covered(float(made[1]))


def worn(hides: Floats | None, words: Collection[str]) -> Floats | None:
    """What tells of a beard and of a mask, with a sidecar's *words*, which have the last one."""
    if not words:
        return hides
    made = np.full(2, np.nan) if hides is None else np.array(hides, np.float64)
    for at, (yes, no) in enumerate(WORDS):
        if yes in words or no in words:
            made[at] = _SURE if yes in words else -_SURE
    return made
