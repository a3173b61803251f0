"""Merged people: two of them in one person's matte, which has two heads then."""

from __future__ import annotations

import numpy as np

from ..ops.filters import Mask
from .areas import areas, box_of, opened, thin
from .reason import Finding
from .seen import Seen

_SOLID = 0.5
_NECK = 0.02
"""Radius of what joins two heads, over the size of the figure, that is cut through."""
_LEAST, _FACE = 0.012, 0.08
"""Share of a figure that a head fills at least, and of a head that is face: hair alone may lie in two pieces,
and of who turns away nothing is told."""
_SMALL = 0.1
"""Area over the largest person's up to which somebody is no layer's subject."""


def merged(seen: Seen) -> Finding:
    """The share that the lesser of two heads in one person's matte has of both, up to a half.

    A person has one head: pieces of hair, of a hat and of a face that hang together. Where a matte has two of
    about one size, with a face in each, two people were taken for one.
    """
    worst = Finding("merged", 0.0)
    if seen.people is None or seen.skulls is None or seen.faces is None or not len(seen.people):
        return worst
    mattes = [np.where(seen.free, plane * seen.alpha, 0) > _SOLID for plane in seen.people]
    sizes = [int(matte.sum()) for matte in mattes]
    for k, (matte, size) in enumerate(zip(mattes, sizes, strict=True)):
        if size <= max(_SMALL * max(sizes), 0.002 * seen.alpha.size):
            continue
        heads = [one for one in _heads(seen, matte, size) if _faced(seen, one)]
        if len(heads) < 2:
            continue
        greater, lesser = (int(one.sum()) for one in heads[:2])
        score = lesser / (greater + lesser)
        if score > worst.score:
            worst = Finding("merged", score, box_of(heads[1]), f"person_{k + 1:02d}")
    return worst


def _heads(seen: Seen, matte: Mask, size: int) -> list[Mask]:
    """Heads of a figure, the largest first."""
    assert seen.skulls is not None
    solid = opened(matte & (seen.skulls > _SOLID), thin(size, _NECK, 1))
    return [one.mask for one in areas(solid, max(4, round(_LEAST * size)))]


def _faced(seen: Seen, head: Mask) -> bool:
    assert seen.faces is not None
    return float(seen.faces[head].mean()) >= _FACE
