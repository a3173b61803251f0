"""What two published networks say beside our own, and where they are to be believed.

Both have seen real people by the hundred thousand, ours only drawn ones; but each knows one kind of
picture. The portrait network knows people near the camera, who fill a good part of what is looked at.
The figure that the people network's trunk segments is one whole person: not somebody whom the frame
cuts off, and not the second of two. Inside of its kind each counts as much as ours, outside not at all.
"""

from __future__ import annotations

import numpy as np

from ..ops.filters import step
from .evidence import Plane

SURE_OWN = 1.0
"""A logit from which on our own network is sure of somebody."""

SURE = 6.0
"""Logits beyond this say no more."""

_NEAR = (0.25, 0.5)
_FILLS, _LARGEST = (0.35, 0.55), (320.0, 400.0)
_CUT = (0.15, 0.35)
_CLAIMED, _MISSED = (0.4, 0.7), (0.25, 0.55)


def near(shown: Plane) -> Plane:
    """How far the portrait network is to be believed, 0-1, where a look shows somebody at this size.

    Args:
        shown: the longer side of a person as a share of the look's.
    """
    return step(shown, *_NEAR)


def figure_fits(shown: Plane, side: float) -> Plane:
    """How far the trunk's figure is to be believed, 0-1.

    Args:
        shown: the longer side of a person in pixels of a look; the trunk was made for about 256.
        side: the look's own longer side.
    """
    return step(shown / np.float32(side), *_FILLS) * (1 - step(shown, *_LARGEST))


def whole(contact: Plane) -> Plane:
    """How whole people are, 0-1; *contact*: cells of the frame's border that are theirs per longer side."""
    return 1 - step(contact, *_CUT)


def claimed(share: Plane) -> Plane:
    """How far the figure means these people, 0-1; *share* of their cells that it covers."""
    return step(share, *_CLAIMED)


def awake(share: float) -> float:
    """How far the portrait network sees anybody, 0-1; *share* of all people's cells that it covers.

    Whom it does not see beside others is nobody; but who is alone and overlooked is no picture of its kind.
    """
    return float(step(share, *_MISSED))


class Told:
    """What the looks' published networks say on one grid of h x w pixels, and how much of it is believed."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._near, self._fits = np.zeros(size, np.float32), np.full(size, 1e-6, np.float32)
        self._most = np.zeros(size, np.float32)
        self.asked = False
        self.figure, self.figure_trust = np.full(size, -SURE, np.float32), np.zeros(size, np.float32)

    def portrait(self, where: tuple[slice, slice], logits: Plane, fits: Plane) -> None:
        """Add a look of the portrait network; looks are averaged by how well they *fit*, 0-1."""
        self._near[where] += np.clip(logits, -SURE, SURE) * fits
        self._fits[where] += fits
        self.asked = True
        np.maximum(self._most[where], fits, out=self._most[where])

    def one(self, where: tuple[slice, slice], logits: Plane, fits: Plane) -> None:
        """Add a look's figure: each look may mean somebody else, so what one of them claims is claimed."""
        sure = (np.clip(logits, -SURE, SURE) + np.float32(SURE)) * fits - np.float32(SURE)
        np.maximum(self.figure[where], sure, out=self.figure[where])
        np.maximum(self.figure_trust[where], fits, out=self.figure_trust[where])

    @property
    def near(self) -> Plane:
        """(h, w) logits of people near the camera."""
        return np.asarray(self._near / self._fits, np.float32)

    @property
    def near_trust(self) -> Plane:
        """(h, w) how far they are believed, 0-1."""
        return self._most


def together(own: Plane, told: Told, sees: float, means: Plane) -> Plane:
    """Logits (h, w) of people from our own and the published networks' together.

    Args:
        own: (h, w) logits of our own.
        told: the others'.
        sees: how far the portrait network sees anybody, 0-1.
        means: (h, w) how far the figure means them, 0-1.
    """
    portrait = np.float32(sees) * told.near_trust
    figure = told.figure_trust * means
    every = np.clip(own, -SURE, SURE) + portrait * told.near + figure * told.figure
    return np.asarray(every / (1 + portrait + figure), np.float32)
