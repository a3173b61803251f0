"""Disagreement: whether networks, the keyer and the matte say the same."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask
from .areas import NONE, box_of, grown, opened, root, thin
from .reason import Finding
from .seen import Seen

_APART = 0.5
_OPEN, _DECIDED = (0.2, 0.8), 0.15


def disagree(seen: Seen) -> Finding:
    """Areas in and around the subject on which two voices differ, over the subject's area, as lengths.

    Voices are the networks together, another network, the keyer, and the matte itself.  What the networks
    leave open together and the matte decides counts too: they were averaged, and one said yes where another
    said no.  Lines along edges are no areas: they are opened away.  Where there is no matte and none is
    wanted, a network that is alone with somebody is outvoted, and `missing` says whom the detector sees.
    """
    wanted, cover = seen.wanted, seen.cover
    if wanted is None or cover is None:
        return Finding("disagree", 0.0)
    subject = max(seen.subject, float((wanted > 0.5).sum()))
    if subject < NONE * wanted.size:
        return Finding("disagree", 0.0)
    reach = thin(subject, 0.02)
    near = grown((seen.alpha > 0.5) | (wanted > 0.5), thin(subject, 0.15, 6)) & seen.free
    wrong = opened(_apart(seen.alpha, wanted) & near, reach)
    if seen.second is not None:
        wrong |= opened(_apart(seen.second, cover) & near, reach)
    if seen.key is not None and seen.screen:
        wrong |= opened(_apart(seen.key, cover) & (cover > 0.5) & near, reach)
    decided = np.abs(seen.alpha - cover) > _DECIDED
    wrong |= opened((cover > _OPEN[0]) & (cover < _OPEN[1]) & decided & near, reach)
    return Finding("disagree", root(float(wrong.sum()), subject), box_of(wrong))


def _apart(one: Pixels, other: Pixels) -> Mask:
    return np.asarray(np.abs(one - other) > _APART)
