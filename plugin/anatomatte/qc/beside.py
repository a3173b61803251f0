"""What the frames beside this one say of it: mattes that jump, chatter or collapse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..frame import Pixels
from .areas import box_of, opened, root, thin
from .reason import Finding
from .seen import Beside, Seen

_EDGE = (0.1, 0.9)
_DIFFERS, _AGREE = 0.5, 0.35


def _known(seen: Seen, around: Sequence[Beside]) -> list[Beside]:
    return [one for one in around if one.same_shot and one.alpha.shape == seen.alpha.shape]


def against(seen: Seen, around: Sequence[Beside]) -> Pixels:
    """h×w, how much the matte differs from both frames beside it where these agree with each other.

    Where only one of them is known it counts half: nobody says which of the two is right.
    """
    known = _known(seen, around)
    if not known:
        return np.zeros(seen.alpha.shape, np.float32)
    if len(known) == 1:
        one = known[0]
        return np.asarray(0.5 * one.valid * np.abs(seen.alpha - one.alpha), np.float32)
    first, second = known[0], known[1]
    agree = np.clip(1 - np.abs(first.alpha - second.alpha) / np.float32(_AGREE), 0, 1)
    mean = (first.alpha + second.alpha) / 2
    return np.asarray(np.minimum(first.valid, second.valid) * agree * np.abs(seen.alpha - mean), np.float32)


def jump(seen: Seen, around: Sequence[Beside]) -> Finding:
    """Areas that the frames beside this one have otherwise, over the subject's, as lengths."""
    subject = max([seen.subject, *(float(one.alpha.sum()) for one in _known(seen, around))])
    wrong = opened((against(seen, around) > _DIFFERS) & seen.free, thin(subject, 0.015))
    return Finding("jump", root(float(wrong.sum()), subject), box_of(wrong))


def chatter(seen: Seen, around: Sequence[Beside]) -> Finding:
    """Mean change of the matte along its edge beyond what the flow explains."""
    change = against(seen, around)
    band = np.zeros(seen.alpha.shape, np.bool_)
    for plane in (seen.alpha, *(one.alpha for one in _known(seen, around))):
        band |= (plane > _EDGE[0]) & (plane < _EDGE[1])
    band &= seen.free
    if band.sum() < 20:
        return Finding("chatter", 0.0)
    return Finding("chatter", float(min(1.0, change[band].mean())), box_of(band & (change > 0.3)))


def collapse(seen: Seen, around: Sequence[Beside]) -> Finding:
    """How much of the subject is gone, or came, in this frame alone: 1 - intersection over union."""
    known = _known(seen, around)
    if len(known) < 2 or min(float(one.alpha.sum()) for one in known) < 0.002 * seen.alpha.size:
        return Finding("collapse", 0.0)
    shares = [_unlike(seen.alpha, one.alpha, one.valid * seen.free) for one in known]
    usual = _unlike(known[0].alpha, known[1].alpha, np.minimum(known[0].valid, known[1].valid))
    wrong = np.clip(known[0].alpha - seen.alpha, 0, 1) > 0.5
    return Finding("collapse", max(0.0, min(shares) - usual), box_of(wrong))


def _unlike(one: Pixels, other: Pixels, valid: Pixels) -> float:
    union = float((np.maximum(one, other) * valid).sum())
    return 0.0 if union < 1 else 1 - float((np.minimum(one, other) * valid).sum()) / union
