"""The new face in the plate's light: its low frequencies, its blur and its grain become the plate's.

All in scene-linear light; nothing is clamped. Light is compared as a ratio of what is left when detail is
averaged away (a quotient image after Shashua and Riklin-Raviv, PAMI 2001, of low frequencies alone).
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import gauss, grow, shrink, step

_CELLS = 96
"""Cells along the longer side of the grid on which light is compared."""

_REACH = 0.09
"""How far light is averaged, in widths of the face."""

_NEAR = 0.02
"""How much the whole face's light counts beside what is near a place."""

_FAINT = 1e-3
"""Share of the face's middle light below which a ratio means nothing."""

_BARE = 0.9
"""From where on a pixel is bare skin."""

_ODD = (0.2, 0.45)
"""Stops between channels up to which two faces are of one tone beside their bodies, and from which on not."""

_MOST = 1.0
"""Stops by which a face differs from the body's at most."""

_BLURS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
_GRAIN = (
    0.6745 * 6
)  # the median of the absolute second difference of white noise of deviation 1 (Immerkær 1996)


def body_tone(light: Pixels, body: Pixels, least: float) -> Pixels | None:
    """The colour (3,) of somebody's bare neck and chest; None where too little of them is seen.

    Args:
        body: H×W in 0..1, how far a pixel is that.
        least: pixels that are needed.
    """
    there = body > _BARE
    if int(there.sum()) < least:
        return None
    return np.asarray(np.maximum(np.median(light[there], 0), 1e-6), np.float32)


def own_tone(new: Pixels, old: Pixels, weight: Pixels, bodies: tuple[Pixels, Pixels]) -> Pixels:
    """By how much (3,) the new face's colour differs from the old one's as a face, and not by its light.

    A face is of its body's tone, and the light is told by the two faces. Where the colour of one, beside its
    body's, is not that of the other, the light's colour is told by the two bodies. Not how bright it is: a
    neck is in another shade than its face. Such a face is as bright as half way between the two pictures.

    Args:
        new, old: h×w×3 in a window; *weight* h×w is where their skin counts.
        bodies: `body_tone` beside the new face in its own picture, and beside the old one.
    """
    if not weight.any():
        return np.ones(3, np.float32)
    faces = np.log2(_tone(new, weight) / _tone(old, weight))
    ratio = faces - np.log2(bodies[0] / bodies[1])
    odd = step(float(np.ptp(ratio)), *_ODD)
    own = ratio - ratio.mean() + faces.mean() / 2
    return np.asarray(np.exp2(odd * np.clip(own, -_MOST, _MOST)), np.float32)


def relit(new: Pixels, old: Pixels, weight: Pixels, width: float, amount: float) -> Pixels:
    """*new* H×W×3 in the light of *old*, and in its tone, as the skin where *weight* H×W counts tells them.

    How bright a place is follows the plate from place to place; its tone, as a whole.

    Args:
        width: of the face in pixels.
        amount: 0 leaves it, 1 takes all of the plate's light.
    """
    if amount <= 0 or not weight.any():
        return new
    height, wide = weight.shape
    by = max(1.0, max(height, wide) / _CELLS)
    rows, columns = max(1, round(height / by)), max(1, round(wide / by))
    sigma = max(0.5, _REACH * width / by)
    tone = _tone(old, weight) / _tone(new, weight)
    greys = (np.mean(new * tone, 2, dtype=np.float32), np.mean(old, 2, dtype=np.float32))
    cells = shrink(weight, rows, columns)
    mine, theirs = (gauss(shrink(grey * weight, rows, columns), sigma) for grey in greys)
    total = gauss(cells, sigma)
    whole = float(cells.sum())
    # where no skin is near, the whole face's light counts
    mine, theirs = ((low + _NEAR * float(low.sum()) / whole) / (total + _NEAR) for low in (mine, theirs))
    least = max(_FAINT * float(np.abs(theirs).max()), 1e-9)
    ratio = np.maximum(theirs, least) / np.maximum(mine, least)
    gain = np.exp(np.float32(amount) * np.log(np.asarray(ratio, np.float32)))
    return np.asarray(new * tone ** np.float32(amount) * grow(gain, height, wide)[..., None], np.float32)


def _tone(picture: Pixels, weight: Pixels) -> Pixels:
    """The mean of each channel where *weight* counts, (3,), above 0."""
    mean = (picture * weight[..., None]).sum((0, 1), dtype=np.float64) / float(weight.sum(dtype=np.float64))
    return np.asarray(np.maximum(mean, max(1e-9, _FAINT * float(np.abs(mean).max()))), np.float32)


def textured(new: Pixels, old: Pixels, weight: Pixels, amount: float, seed: int) -> Pixels:
    """*new* as blurred and as grainy as *old* where *weight* counts.

    Args:
        seed: decides the grain; the same frame has the same.
    """
    there = weight > 0.5
    if amount <= 0 or int(there.sum()) < 64:
        return new
    made = _blurred(new, old, there, amount)
    theirs, mine = _noise(old, there), _noise(made, there)
    lacking = np.sqrt(np.maximum(theirs**2 - mine**2, 0)) * np.float32(amount)
    if not lacking.any():
        return made
    grain = np.random.Generator(np.random.Philox(seed)).standard_normal(made.shape, np.float32)
    return np.asarray(made + grain * lacking * _level(made, there), np.float32)


def _level(picture: Pixels, there: np.ndarray) -> Pixels:
    """How much grain a pixel has beside the middle of the face: grain grows with the root of the light."""
    grey = np.maximum(gauss(picture, 1.5).mean(2), 0)
    middle = max(float(np.median(grey[there])), 1e-6)
    return np.asarray(np.sqrt(grey / np.float32(middle))[..., None], np.float32)


def _blurred(new: Pixels, old: Pixels, there: np.ndarray, amount: float) -> Pixels:
    """*new*, no sharper than *old*: with the least blur that makes its fine detail as weak."""
    wanted = _detail(old, there)
    before, low, made = _detail(new, there), 0.0, new
    if before <= wanted:
        return new
    for sigma in _BLURS:
        made = gauss(new, sigma * amount)
        found = _detail(made, there)
        if found <= wanted:
            part = (before - wanted) / max(before - found, 1e-9)
            return gauss(new, max(0.2, (low + (sigma - low) * part) * amount))
        before, low = found, sigma
    return made


def _detail(picture: Pixels, there: np.ndarray) -> float:
    """How much of a picture lies between a fine and a coarser blur: edges count, grain hardly."""
    grey = picture.mean(2, dtype=np.float32)
    fine, coarse = gauss(grey, 0.8), gauss(grey, 1.6)
    level = max(float(np.abs(grey[there]).mean()), 1e-6)
    return float(np.percentile(np.abs(fine - coarse)[there], 95)) / level


def _noise(picture: Pixels, there: np.ndarray) -> Pixels:
    """The deviation of the grain of each channel, (3,), where a face is smooth."""
    core = picture[1:-1, 1:-1]
    cross = picture[:-2, 1:-1] + picture[2:, 1:-1] + picture[1:-1, :-2] + picture[1:-1, 2:]
    corners = picture[:-2, :-2] + picture[:-2, 2:] + picture[2:, :-2] + picture[2:, 2:]
    found = np.abs(4 * core - 2 * cross + corners)[there[1:-1, 1:-1]]
    if not len(found):
        return np.zeros(3, np.float32)
    return np.asarray(np.median(found, 0) / np.float32(_GRAIN), np.float32)
