"""Holes: openings within the subject that nothing in the picture explains."""

from __future__ import annotations

import numpy as np

from ..ops.filters import step
from .areas import Area, areas, box_of, enclosed, grown, root, thin
from .palette import Codes, Table, codes, likelier, table
from .reason import Finding
from .seen import Seen

_SOLID, _CLEAR = 0.95, 0.05
_OWN = (0.5, 2.0)
"""Log likelihood ratio from which on an opening has the subject's own colours."""
_BEHIND = (-1.0, 0.5)
"""The same below which it has those of what is behind."""
_SAID = (0.6, 0.9)
"""Coverage that the networks give an opening, from which on it is theirs."""
_SPEAKS = (0.2, 0.5)
"""Coverage below which the networks say that it is open."""


def hole(seen: Seen) -> Finding:
    """Holes in the subject; the score is the size of all of them over the subject's.

    Between an arm and the body the picture shows what is behind: an opening counts as far as its colour is
    the subject's around it, or the networks cover it.
    """
    depth = np.where(seen.free, enclosed(seen.alpha), 0)
    wrong = np.zeros(depth.shape, np.float32)
    if depth.any():
        reach = thin(seen.subject, 0.06, 4)
        colours = codes(seen.picture)
        behind = table(colours, (seen.alpha < _CLEAR) & (depth == 0))
        for area in areas(depth > 0, 2):
            doubt = _suspicion(seen, area, reach, colours, behind)
            wrong[area.at][area.own] = depth[area.at][area.own] * doubt
    return Finding("hole", root(float(wrong.sum()), seen.subject), box_of(wrong > 0.1))


def _suspicion(seen: Seen, area: Area, reach: int, colours: Codes, behind: Table) -> float:
    """How little an opening is explained, 0..1."""
    y, x = (
        slice(max(0, of.start - reach), min(of.stop + reach, side))
        for of, side in zip(area.at, seen.alpha.shape, strict=True)
    )
    cut = area.mask[y, x]
    around = grown(cut, reach) & (seen.alpha[y, x] > _SOLID)
    own = float(likelier(colours[y, x][cut], table(colours[y, x], around), behind).mean())
    of_subject = float(step(own, *_OWN))
    if seen.wanted is None:
        return of_subject
    covered = float(seen.wanted[y, x][cut].mean())
    said = float(step(covered, *_SAID)) * float(step(own, *_BEHIND))
    return max(of_subject * float(step(covered, *_SPEAKS)), said)
