"""Which pixels are surely screen, which surely subject; what lies between is solved."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops import loops, planes
from ..ops.filters import EDGE, box, brightest, disc, distance, step
from . import solid
from .axis import Axis

Bytes = npt.NDArray[np.uint8]


def halo(reach: int) -> int:
    """Rows that a strip must see above and below itself for `sure` with this *reach*."""
    return reach + 2


def in_units(light: Pixels, surface: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Colour and surface in units of the screen's brightness, and that brightness (H×W)."""
    bright = np.maximum(brightest(surface), np.float32(1e-5))
    unit = (np.float32(1) / bright)[..., None]
    shown = np.asarray(light * unit, np.float32)
    np.clip(shown, -8, 1000, out=shown)
    return shown, np.asarray(surface * unit, np.float32), np.asarray(bright, np.float32)


def depths(light: Pixels, surface: Pixels, axis: Axis, balance: float, gain: float, grain: float) -> Pixels:
    """h×w×2 on the grid: how deep inside the subject a cell lies (0 at the screen, 1 well away from it),
    and the key signal up to which it counts as solid."""
    colour, unit, _ = in_units(light, surface)
    signal = box(share(colour, unit, axis, balance, gain), 3)
    glare = np.maximum(box(axis.bright(colour), 3) - 1, 0)
    inside = (signal < np.float32(0.5) + np.float32(0.5) * glare).astype(np.uint8)
    depth = np.ones(signal.shape, np.float32)
    if not inside.all():
        away = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float32)
        depth = step(away / np.float32(max(signal.shape)), 0.004, 0.018)
    return np.stack([depth, solid.limits(colour, unit, signal, depth, grain)], -1)


def share(colour: Pixels, surface: Pixels, axis: Axis, balance: float, gain: float) -> Pixels:
    """The key signal: the screen's share of each pixel by colour difference, not clipped, H×W."""
    if colour.ndim < 3:
        return _share(colour, surface, axis, balance, gain)
    made = np.empty(colour.shape[:2], np.float32)
    for rows in planes.bands(len(made)):
        made[rows] = _share(colour[rows], surface[rows], axis, balance, gain)
    return made


def _share(colour: Pixels, surface: Pixels, axis: Axis, balance: float, gain: float) -> Pixels:
    full = np.maximum(axis.key(surface, balance), np.float32(1e-5))
    return np.asarray(axis.key(colour, balance) / full * np.float32(gain), np.float32)


def sure(
    light: Pixels,
    surface: Pixels,
    depth: Pixels,
    slack: Pixels | None,
    signal: tuple[Axis, float, float],
    grain: float,
    reach: int,
) -> tuple[Bytes, Bytes]:
    """Masks, 0 or 1, of sure subject and sure screen; *reach* pixels are kept off the subject's edge.

    Reflections of the screen and clothes of a like colour give an opaque subject some key signal; an
    edge, a strand or a veil has it because it is thin.  Deep inside the first is likelier, the
    more so the brighter the pixel is in the channels that the screen hardly lights.

    More light of the screen's own colour than the model has is a hot spot of the screen and never a
    subject; less could be a dark strand and is not excused, but for the edges of shadows.

    Args:
        light, surface: H×W×3, the plate and the screen.
        depth: H×W×2, of `depths`.
        slack: H×W×2, how much less and more the screen may shine at the edges of shadows, or None.
        signal: axis, balance and gain of the key.
    """
    axis, balance, gain = signal
    order, numbers = (axis.high, axis.mid, axis.low), (*axis.numbers, balance, gain)
    near, point = max(3 * grain, 0.10) ** 2, max(6 * grain, 0.20) ** 2
    found = loops.sure(light, surface, depth, slack, order, numbers, near, point)
    safe = cv2.erode(found[1], np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    subject = cv2.erode(found[0], disc(reach), borderType=EDGE)
    return np.asarray(subject, np.uint8), np.asarray(safe, np.uint8)


def grain_of(light: Pixels, surface: Pixels, axis: Axis, balance: float) -> float:
    """Unrest of the sure screen in units of its brightness, from any sample of its pixels."""
    colour, unit, _ = in_units(light, surface)
    signal = share(colour, unit, axis, balance, 1.0)
    known = np.abs(signal - 1) < 0.1
    if not known.any():
        return 0.05
    return float(np.median(distance(colour, unit)[known]))
