"""The colour axis of a screen: one axis for green, blue, teal, yellow-green, any saturated colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Pixels
from ..ops.filters import step


@dataclass(frozen=True, slots=True)
class Axis:
    """How a screen's colour differs from grey.

    The channels are sorted by the screen's colour: *high*, *mid*, *low*.  A screen such as teal or
    yellow-green has two strong channels; *shear* (0 to 1) is the share of the screen's chroma
    that its middle channel has, and taking ``shear · (high − low)`` off the middle channel makes
    every screen a pure one-channel colour while it leaves greys alone.  The more even the two
    strong channels are, the more *both* must stand above the low one (``twin``, 0 to 1): skin before
    yellow or a green coat before teal have only one.
    """

    high: int
    mid: int
    low: int
    shear: float
    twin: float

    @property
    def numbers(self) -> tuple[float, float, float]:
        """What compiled loops take of an axis beside the order of its channels: shear, 1 / shear, twin."""
        return self.shear, 1 / self.shear if self.twin > 0 else 0.0, self.twin

    def others(self, light: Pixels) -> tuple[Pixels, Pixels, Pixels]:
        """The high channel, and the lower and the higher of the two other (sheared) channels."""
        high, low = light[..., self.high], light[..., self.low]
        mid = light[..., self.mid] - np.float32(self.shear) * (high - low)
        return high, np.minimum(mid, low), np.maximum(mid, low)

    def key(self, light: Pixels, balance: float) -> Pixels:
        """The colour difference: positive towards the screen's colour, 0 for greys, H×W."""
        high, less, more = self.others(light)
        one = high - (less + (more - less) * np.float32(balance))
        if self.twin <= 0:
            return np.asarray(one, np.float32)
        both = (light[..., self.mid] - light[..., self.low]) * np.float32(1 / self.shear)
        return np.asarray(one + np.float32(self.twin) * (np.minimum(one, both) - one), np.float32)

    def double(self, light: Pixels) -> Pixels:
        """The colour difference against (2·warm + cold) / 3 of the other two channels, H×W.

        The warm one is red, or green where the screen itself is red.
        """
        high, low = light[..., self.high], light[..., self.low]
        mid = light[..., self.mid] - np.float32(self.shear) * (high - low)
        warm, cold = (mid, low) if self.mid < self.low else (low, mid)
        return np.asarray(high - (2 * warm + cold) / np.float32(3), np.float32)

    def bright(self, light: Pixels) -> Pixels:
        """The higher of the other two channels, H×W: what the screen hardly lights."""
        return self.others(light)[2]

    def take(self, light: Pixels, amount: Pixels) -> None:
        """Take *amount* (H×W) of the screen's chroma off *light*, in place."""
        light[..., self.high] -= amount
        light[..., self.mid] -= amount * np.float32(self.shear)


def axis_of(colour: Pixels) -> Axis:
    """The axis of one colour (3 values, scene-linear)."""
    order = np.argsort(-colour, kind="stable")
    high, mid, low = (int(i) for i in order)
    span = float(colour[high] - colour[low])
    shear = float(colour[mid] - colour[low]) / span if span > 1e-9 else 0.0
    return Axis(high, mid, low, shear, float(step(shear, 0.35, 0.85)))
