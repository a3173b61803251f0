"""Gating of the ensemble: how far the two published networks count beside our own, per pixel.

Both were trained on real people by the hundred thousand, ours only on drawn ones; but each knows one
kind of picture. The portrait network knows people near the camera, who fill a good part of a crop.
The pose network's segmentation (of the people network's trunk) is one whole person: not somebody whom
the frame cuts off, nor the second of two. Within its domain each weighs as much as ours, outside nothing.
"""

from __future__ import annotations

import numpy as np

from ..ops.filters import step
from .evidence import Plane

CONFIDENT = 1.0
"""A logit from which on our own network is confident."""

LOGIT_LIMIT = 6.0
"""Logits are clipped to this on both sides."""

FIGURE_WEIGHT = 3.0
"""Votes of the pose segmentation on a body that the detector sees: there it is in its published use.

On street photos it alone has .951 person IoU, ours .84; on a dancer before a crowd .80 and .49.
"""

_PORTRAIT_SIZE = (0.25, 0.5)
_POSE_FILL, _POSE_LARGEST = (0.35, 0.55), (320.0, 400.0)
_FRAME_CONTACT = (0.15, 0.35)
_POSE_COVERED, _PORTRAIT_COVERED = (0.4, 0.7), (0.25, 0.55)


def trust_portrait(shown: Plane) -> Plane:
    """How far the portrait network is trusted, 0-1, where a crop shows somebody at this size.

    Args:
        shown: the longer side of a person as a share of the crop's.
    """
    return step(shown, *_PORTRAIT_SIZE)


def trust_pose(shown: Plane, side: float) -> Plane:
    """How far the pose segmentation is trusted, 0-1.

    Args:
        shown: the longer side of a person in pixels of a crop; the trunk was made for about 256.
        side: the crop's own longer side.
    """
    return step(shown / np.float32(side), *_POSE_FILL) * (1 - step(shown, *_POSE_LARGEST))


def trust_uncropped(contact: Plane) -> Plane:
    """How far people are not cut off by the frame, 0-1.

    Args:
        contact: cells of the frame's border that are theirs per longer side.
    """
    return 1 - step(contact, *_FRAME_CONTACT)


def pose_agreement(share: Plane) -> Plane:
    """How far the pose segmentation is of these people, 0-1; *share* of their cells that it covers."""
    return step(share, *_POSE_COVERED)


def portrait_agreement(share: float) -> float:
    """How far the portrait network agrees on people, 0-1; *share* of all people's cells that it covers.

    Whom it misses beside others is nobody; but who is alone and missed is outside of its domain.
    """
    return float(step(share, *_PORTRAIT_COVERED))


class PublishedVotes:
    """The published networks' predictions, merged on one grid of h x w pixels, and the trust in them."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._portrait_sum, self._portrait_weight = (
            np.zeros(size, np.float32),
            np.full(size, 1e-6, np.float32),
        )
        self._portrait_trust = np.zeros(size, np.float32)
        self.asked = False
        self.pose, self.pose_trust = np.full(size, -LOGIT_LIMIT, np.float32), np.zeros(size, np.float32)

    def add_portrait(self, region: tuple[slice, slice], logits: Plane, fits: Plane) -> None:
        """Add a crop of the portrait network; crops are averaged by the trust *fits*, 0-1."""
        self._portrait_sum[region] += np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT) * fits
        self._portrait_weight[region] += fits
        self.asked = True
        np.maximum(self._portrait_trust[region], fits, out=self._portrait_trust[region])

    def add_pose(self, region: tuple[slice, slice], logits: Plane, fits: Plane) -> None:
        """Add a crop's pose segmentation: each may be of somebody else, so the maximum of all counts."""
        calibrated = (
            np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT) + np.float32(LOGIT_LIMIT)
        ) * fits - np.float32(LOGIT_LIMIT)
        np.maximum(self.pose[region], calibrated, out=self.pose[region])
        np.maximum(self.pose_trust[region], fits, out=self.pose_trust[region])

    @property
    def portrait(self) -> Plane:
        """(h, w) logits of people near the camera."""
        return np.asarray(self._portrait_sum / self._portrait_weight, np.float32)

    @property
    def portrait_trust(self) -> Plane:
        """(h, w) the trust in them, 0-1."""
        return self._portrait_trust


def combine(own: Plane, published: PublishedVotes, agreement: float, pose_weight: Plane) -> Plane:
    """Logits (h, w) of people from our own and the published networks' together.

    Args:
        own: (h, w) logits of our own.
        published: the others'.
        agreement: how far the portrait network agrees on people, 0-1.
        pose_weight: (h, w) how far the pose segmentation is of them, 0-1.
    """
    portrait = np.float32(agreement) * published.portrait_trust
    pose = published.pose_trust * pose_weight
    total = np.clip(own, -LOGIT_LIMIT, LOGIT_LIMIT) + portrait * published.portrait + pose * published.pose
    return np.asarray(total / (1 + portrait + pose), np.float32)
