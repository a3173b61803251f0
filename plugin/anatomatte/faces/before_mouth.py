"""What is held or worn before a mouth and is told by no other: a mask below the nose, a microphone, a cup, a
hand, a cloth of the skin's own hue.

A bare mouth shows: its lips are redder than skin, in any light, and a line parts them. Where the lower lip
and the hollow below it are both less red than the skin above, or both as red as no lip is, or nothing of a
mouth is seen where the eyes are, something is before it. Where that ends is told by its tone, from the mouth
outwards; where it has the skin's own tone, little of the lower face is believed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import shrink, step
from .canonical import POINTS, Floats
from .painting import filled, sampled, soft
from .pose import pose_of, width_of

_PALE = 0.2, 0.4
"""Stops by which lower lip and hollow are less red than the skin above from which on something may be before
them, and is. Of 122 bare faces of the street the less pale of the two is so by .06 at most, of white masks,
grey microphones and white cups over them by .55 at least."""

_RED = 1.0, 1.3
"""Stops by which both are redder than it, likewise: bare ones .9 at most."""

_UNLIKE, _COSTS = 0.15, 0.5
"""By how many stops lip and hollow may differ in that, and what more counts: lips may be painted."""

_PLAIN = 0.2, 0.33
"""How much the lines from nose to hollow tell of a mouth up to which there is none, and from which on there
may be one: of the bare faces all have more, of those behind a hand most less."""

_REDNESS = 0.5
"""How much redness counts along these lines beside brightness."""

_SHARP = 0.25, 0.4
"""How much the lines over the eyes are to show up to which a mouth may not be seen for blur, and from which
on it is."""

_CRISP = 0.12, 0.19
"""What of these lines is fine, as a share, up to which a mouth may not be seen for blur, and from which on it
is: brows and glasses outlast a blur that takes lips away."""

_TURNED = 40.0, 50.0
"""Degrees by which a head is turned aside up to which its mouth is where the mesh has it, and from which on
it is not."""

_FEW = 40.0, 56.0
"""Widths of a face in pixels up to which a mouth may not be seen, and from which on it is."""

_SIDE = 128.0
"""Width of a face in pixels in which its mouth is looked for at most."""

_SMOOTH, _FINE, _SOFT = 0.02, 0.009, 0.008
"""Blur of tones, of lines and of what is found, in widths of the face."""
_BAND = 0.007, 0.018
"""Blurs between which something is fine."""

_ROOM = 0.1
"""How far beside a face it is looked, in widths of it."""

_FAINT = 1e-4
_LUMA = 0.35
"""How much brightness counts beside hue where something ends: skin is bright and dark too."""

_NEARER = -0.2, 0.1
"""How much nearer to the thing's tone than to the skin's, as a share of both distances, from which on a pixel
may be of the thing, and is."""

_UPPER = (151, 108, 337, 69, 299, 9), (168, 6, 122, 351)
"""Landmarks of the forehead and of the bridge of the nose; hair or glasses hide one of them."""

_DEEP = (200, 201, 421, 199, 208, 428)
"""From the hollow down to the chin: painted lips are as red as a thing, and end above."""

_LOWER_LIP = (17, 14), (84, 87), (314, 317), (181, 178), (405, 402)
_HOLLOW = (200, 18, 83, 313, 201, 421)
_MOUTH = (
    *((164, 0, 13, 14, 17, 200), (167, 37, 82, 87, 84, 83), (393, 267, 312, 317, 314, 313)),
    *((165, 39, 81, 178, 181, 106), (391, 269, 311, 402, 405, 335)),
)
"""Lines from below the nose over both lips to the hollow."""
_EYES = (
    (105, 52, 159, 145, 119),
    (334, 282, 386, 374, 348),
    (66, 65, 158, 153, 120),
    (296, 295, 385, 380, 349),
)
"""Lines from above a brow over the eye to the cheek."""
_BETWEEN = 6

_ZONE = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
    *(345, 346, 347, 348, 349, 350, 6, 121, 120, 119, 118, 117, 116),
)
"""Where something of no tone of its own may be: below the eyes, up to the bridge of the nose."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """How far something is before a mouth, each in 0..1: something of another hue (`tinted`), anything at all
    (`hidden`)."""

    tinted: float
    hidden: float


def mouth(light: Pixels, points: Floats) -> Mouth:
    """What the colours at a mouth tell; nothing is before one that is not all in the picture.

    Args:
        light: h×w×3 scene-linear.
        points: (468 or more, 3) of the face in its pixels.
    """
    flat, window = _small(light, points)
    if window is None:
        return Mouth(0.0, 0.0)
    wide = width_of(points) * float(window.shape[1] / max(np.ptp(points[:POINTS, 0]), 1e-6))
    red = _hues(soft(window, max(0.5, _SMOOTH * wide)))[..., 0]
    above = [float(np.median(_at(red, flat[list(some)]))) for some in _UPPER]
    ends = np.array(_LOWER_LIP)
    lip = float(np.median(_at(red, (flat[ends[:, 0]] + flat[ends[:, 1]]) / 2)))
    hollow = float(np.median(_at(red, flat[list(_HOLLOW)])))
    apart = _COSTS * max(abs(lip - hollow) - _UNLIKE, 0)
    deep = float(np.median(_at(red, flat[list(_DEEP)])))
    pale, redder = min(above) - max(lip, hollow) - apart, min(lip, hollow, deep) - max(above)
    redder -= _COSTS * max(float(np.ptp([lip, hollow, deep])) - _UNLIKE, 0)
    ahead = 1 - float(step(abs(pose_of(np.asarray(points[:POINTS], np.float64)).degrees[0]), *_TURNED))
    tinted = ahead * max(float(step(pale, *_PALE)), float(step(redder, *_RED)))
    fine = _bright(window, _FINE * wide)
    told = _told(fine, flat, _MOUTH) + _REDNESS * float(np.abs(_along(red, flat, _MOUTH).mean(0)).max())
    plain = ahead * float(step(wide, *_FEW)) * (1 - float(step(told, *_PLAIN)))
    if plain > tinted:
        shown = _along(fine, flat, _EYES)
        plain *= float(step(float(np.sqrt((shown.mean(0) ** 2).mean())), *_SHARP))
        detail = _along(_bright(window, _BAND[0] * wide) - _bright(window, _BAND[1] * wide), flat, _EYES)
        share = np.sqrt((detail**2).mean()) / max(float(np.sqrt((shown**2).mean())), _FAINT)
        plain *= float(step(float(share), *_CRISP))
    return Mouth(tinted, max(tinted, plain))


def covered(light: Pixels, points: Floats) -> Pixels | None:
    """How far what is before a mouth hides each pixel of a picture, h×w in 0..1; None where nothing is.

    Arguments as those of `mouth`; seams of the picture may cut the face.
    """
    found = mouth(light, points)
    if found.hidden <= 0:
        return None
    flat, width = np.asarray(points[:POINTS, :2], np.float64), width_of(points)
    low = np.maximum(np.floor(flat.min(0) - _ROOM * width).astype(int), 0)
    high = np.ceil(flat.max(0) + _ROOM * width).astype(int)
    made = np.zeros(light.shape[:2], np.float32)
    there = slice(low[1], high[1]), slice(low[0], high[0])
    made[there] = _covered(np.ascontiguousarray(light[there]), flat - low, width, found)
    return made


def _covered(light: Pixels, own: Floats, width: float, found: Mouth) -> Pixels:
    """As `covered`, of a window around a face with landmarks (468, 2) in it."""
    size = light.shape[0], light.shape[1]
    hues = _hues(soft(light, max(0.6, _SOFT * width))) * np.array([1, 1, _LUMA], np.float32)
    inside = np.all((own > 0) & (own < size[::-1]), axis=1)
    skin = [at for some in _UPPER for at in some if inside[at]]
    ends = np.array(_LOWER_LIP)
    mouths = np.concatenate([(own[ends[:, 0]] + own[ends[:, 1]]) / 2, own[list(_HOLLOW)]])
    thing, bare = (np.median(_at(hues, some), 0).astype(np.float32) for some in (mouths, own[skin]))
    away, near = (np.sqrt(((hues - tone) ** 2).sum(2)) for tone in (bare, thing))
    like = step((away - near) / np.maximum(away + near, np.float32(_FAINT)), *_NEARER)
    zone = filled([own[list(_ZONE)]], size)
    if found.tinted > 0:
        zone = np.maximum(zone * np.float32(1 - found.tinted), _joined(like, mouths))
    edge = soft(np.asarray(zone, np.float32), max(0.6, _SOFT * width))
    return np.asarray(np.float32(found.hidden) * like * edge, np.float32)


def _joined(like: Pixels, places: Floats) -> Pixels:
    """1 where a plane is large without a gap from some places on, and a pixel around, else 0."""
    count, parts = cv2.connectedComponents((like > 0.5).astype(np.uint8), connectivity=4)
    x, y = (np.clip(places[:, k].astype(np.intp), 0, like.shape[1 - k] - 1) for k in (0, 1))
    there = np.zeros(count, np.uint8)
    there[parts[y, x]] = 1
    there[0] = 0
    made = there[parts]
    return np.asarray(cv2.dilate(made, np.ones((3, 3), np.uint8)), np.float32)


def _small(light: Pixels, points: Floats) -> tuple[Floats, Pixels | None]:
    """Landmarks (468, 2) in a window around the face that is no wider than needed, and that window."""
    own = np.asarray(points[:POINTS, :2], np.float64)
    low, high = np.floor(own.min(0)).astype(int), np.ceil(own.max(0)).astype(int)
    low, high = np.maximum(low, 0), np.minimum(high, light.shape[1::-1])
    asked = own[[*_HOLLOW, *(at for one in _MOUTH for at in one)]]
    if np.any(high - low < 2) or np.any(asked < low) or np.any(asked > high):
        return own, None
    window = light[low[1] : high[1], low[0] : high[0]]
    by = max(1.0, float(high[0] - low[0]) / _SIDE)
    rows, columns = (max(2, round(side / by)) for side in window.shape[:2])
    flat = (own - low) * np.array([columns / window.shape[1], rows / window.shape[0]])
    return flat, window if by == 1.0 else shrink(np.ascontiguousarray(window), rows, columns)


def _hues(light: Pixels) -> Pixels:
    """Stops by which pixels are red and blue, and their brightness, h×w×3."""
    red, green, blue = (np.log2(np.maximum(light[..., k], np.float32(_FAINT))) for k in range(3))
    return np.dstack([red - (green + blue) / 2, blue - green, (red + green + blue) / 3])


def _bright(light: Pixels, blur: float) -> Pixels:
    """How bright a blurred picture is, h×w in stops."""
    made = np.log2(np.maximum(soft(light, max(0.4, blur)), np.float32(_FAINT))).mean(2)
    return np.asarray(made, np.float32)


def _at(plane: Pixels, places: Floats) -> Floats:
    """Values of a plane (n,) or of several (n, k) at places (n, 2)."""
    found = sampled(plane, places)
    return np.asarray(
        found.reshape(len(places), -1).squeeze(1) if plane.ndim == 2 else found.reshape(len(places), -1)
    )


def _along(plane: Pixels, flat: Floats, lines: tuple[tuple[int, ...], ...]) -> Floats:
    """How far a plane leaves a straight line along each of some lines through landmarks, (lines, n)."""
    share = np.arange(_BETWEEN)[:, None] / _BETWEEN
    made = []
    for line in lines:
        corners = flat[list(line)]
        places = np.concatenate([(a * (1 - share) + b * share) for a, b in itertools.pairwise(corners)])
        values = _at(plane, np.concatenate([places, corners[-1:]]))
        made.append(values - np.linspace(values[0], values[-1], len(values)))
    return np.array(made)


def _told(plane: Pixels, flat: Floats, lines: tuple[tuple[int, ...], ...]) -> float:
    """How much is seen along lines, where they agree."""
    return float(np.sqrt((_along(plane, flat, lines).mean(0) ** 2).mean()))
