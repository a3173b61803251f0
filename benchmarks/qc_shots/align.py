"""The frame beside another one brought into it: dense flow both ways, and where it is to be trusted."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.qc.seen import Beside, Seen

Pixels = npt.NDArray[np.float32]

_ROUND_TRIP = 1.5
"""Pixels by which a point may miss itself on the way there and back."""
_LIGHT = 0.12
"""Change of a display-referred picture from which on it is not the same thing."""


class Alignment:
    """How a picture beside another one comes to lie in its place; h×w×3 each, display-referred.

    T. Kroeger et al., "Fast optical flow using dense inverse search" (2016), checked by a round trip.
    """

    def __init__(self, here: Pixels, there: Pixels) -> None:
        one, other = _grey(here), _grey(there)
        onward, back = _flow(one, other), _flow(other, one)
        height, width = one.shape
        rows, columns = np.mgrid[:height, :width].astype(np.float32)
        self._x, self._y = columns + onward[..., 0], rows + onward[..., 1]
        miss = onward + np.dstack([self.brought(np.ascontiguousarray(back[..., k])) for k in (0, 1)])
        change = cv2.blur(np.abs(self.brought(there) - here).max(-1), (3, 3))
        inside = (self._x >= 0) & (self._x <= width - 1) & (self._y >= 0) & (self._y <= height - 1)
        valid = inside & (np.hypot(miss[..., 0], miss[..., 1]) < _ROUND_TRIP) & (change < _LIGHT)
        self.valid = valid.astype(np.float32)

    def brought(self, plane: Pixels) -> Pixels:
        """A plane of the other frame in the place of this one."""
        made = cv2.remap(plane, self._x, self._y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(made, np.float32)

    def beside(self, other: Seen, step: int) -> Beside:
        """*other*, a frame before (-1) or behind (1), as it should look here."""
        people = None
        if other.people is not None:
            planes = [self.brought(np.asarray(plane * other.alpha, np.float32)) for plane in other.people]
            people = np.stack(planes) if planes else other.people
        sizes = {name: float(plane.mean()) for name, plane in (other.parts or {}).items()}
        return Beside(step, self.brought(other.alpha), self.valid, people, sizes, other.decision)


def _grey(picture: Pixels) -> npt.NDArray[np.uint8]:
    return cv2.cvtColor((np.clip(picture, 0, 1) * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)


def _flow(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> Pixels:
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(dis.calc(one, other, None), np.float32)
