"""Guided upsampling: coarse fields on a finer grid along a picture's own edges.

The fast guided filter: within each small window of the coarse grid a field is a straight function
of the picture's brightness; the two coefficients are smooth, so they are grown, not the field.
After K. He, J. Sun, "Fast Guided Filter" (2015), equations 1 to 4.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from . import loops
from .filters import box, grow, shrink

WINDOW = 5
"""Cells across the window in which the function is straight."""

_EPSILON = 1e-3
"""Variance of brightness below which the picture says nothing and the field is grown as it is."""


def brightness(light: Pixels) -> Pixels:
    """H×W perceived brightness in 0..1 of scene-linear H×W×3 light of any exposure."""
    made = np.empty(light.shape[:2], np.float32)
    loops.luma(np.ascontiguousarray(light[..., :3], np.float32), made)
    loops.bright(made, float(np.float32(1.5) * np.float32(max(float(made.mean()), 1e-6))))
    return made


class Guide:
    """A picture's brightness, H×W, and what it says on a coarse grid h×w.

    Args:
        window: cells across the window in which a field is a straight function of brightness.
    """

    def __init__(self, bright: Pixels, grid: tuple[int, int], window: int = WINDOW) -> None:
        self.bright, self._window = bright, window
        small = shrink(bright, *grid)
        self._small, self._mean = small, box(small, window)
        spread = np.maximum(box(small * small, window) - self._mean * self._mean, 0)
        self._trust = 1 / (spread + np.float32(_EPSILON))

    def lines(self, field: Pixels, of: tuple[slice, slice] = np.s_[:, :]) -> tuple[Pixels, Pixels]:
        """Slope and offset, h×w, of the straight functions of brightness that *field*, h×w in 0..1, is.

        Args:
            of: rows and columns of the coarse grid that the field is.
        """
        mean = box(field, self._window)
        slope = box(self._small[of] * field, self._window)
        slope -= self._mean[of] * mean
        slope *= self._trust[of]
        mean -= slope * self._mean[of]
        return box(slope, self._window), box(mean, self._window)

    def fine(self, field: Pixels) -> Pixels:
        """*field*, h×w in 0..1, at H×W and in 0..1.

        Before it is clipped it is linear in the field: fields that sum to 1 sum to 1 again.
        """
        slope, offset = self.lines(field)
        made = grow(slope, *self.bright.shape)
        made = made * self.bright
        made += grow(offset, *self.bright.shape)
        return np.asarray(np.clip(made, 0, 1, out=made), np.float32)
