"""How decided parts are: from the probabilities as they are to the likeliest part alone; what stays open."""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...parts import GROUPS, PERSON
from .labels import AT

POWER = 6
"""Power of the probabilities at hardness 1: 0.6 against 0.4 becomes 0.92 against 0.08."""

EDGE = 2.0
"""Power of the ramp between two parts at hardness 1."""

_OPEN = (0.1, 0.75)
"""Shares between which a pixel is neither of a part nor of another."""
_MOSTLY = 0.4
"""Share of a layer that is open from which on it is told."""
_SMALL = 0.01
"""Share of a person below which a layer is not worth a word."""
_TINY = np.float32(1e-9)

COMPILED = (0, 1)
"""Hardness that the compiled loop knows: a power of floats is the processor's."""


def hardened(shares: Pixels, hardness: float) -> Pixels:
    """Shares (n, …) that sum to 1, *hardness* 0 (as they are) to 1 (decided); where there are none, none."""
    if hardness in COMPILED:
        made = np.empty(shares.shape, np.float32)
        flat = np.ascontiguousarray(shares, np.float32).reshape(len(shares), -1)
        rows = np.arange(len(shares), dtype=np.int32)
        loops.harden(flat, rows, hardness == 1, made.reshape(len(shares), -1))
        return made
    made = shares / np.maximum(shares.max(0), _TINY)
    made **= np.float32(1 + (POWER - 1) * hardness)
    made /= np.maximum(made.sum(0), _TINY)
    return np.asarray(made, np.float32)


def hardened_planes(shares: Pixels, hardness: float, least: float) -> Pixels:
    """As `hardened`, of the planes n×h×w of which there is more than *least* anywhere; 0 in the others."""
    flat = shares.reshape(len(shares), -1)
    rows = np.flatnonzero(flat.max(1) > least)
    made = np.zeros_like(shares)
    if hardness in COMPILED:
        out = made.reshape(len(shares), -1)
        loops.harden(np.ascontiguousarray(flat, np.float32), rows.astype(np.int32), hardness == 1, out)
    else:
        made[rows] = hardened(shares[rows], hardness)
    return made


def contrast(hardness: float) -> float:
    """Power by which the ramp between two parts is made steeper at the plate's resolution."""
    return 1 + (EDGE - 1) * hardness


def unsure(shares: Pixels, cover: Pixels) -> dict[str, str]:
    """Layers of one person that are mostly open, and the merged group that holds each; "" where none does.

    Args:
        shares: (labels, N or h, w), hardened. cover: N or h×w, what they are shares of.
    """
    flat, mine = np.ascontiguousarray(shares.reshape(len(shares), -1)), cover.reshape(-1)
    mass, open_ = loops.openness(flat, mine, *_OPEN)
    told = {}
    for name in PERSON:
        k = AT[name]
        if mass[k] > _SMALL * mass.sum() and open_[k] > _MOSTLY * mass[k]:
            told[name] = _holder(k, flat, mine)
    return told


def _holder(k: int, shares: Pixels, cover: Pixels) -> str:
    """The smallest layer of several parts that is firm where part *k* is open."""
    here = shares[k] * ((shares[k] > _OPEN[0]) & (shares[k] < _OPEN[1])) * cover
    for group in ("arms", "legs", "feet", "clothes", "skin"):
        members = [AT[name] for name in GROUPS[group]]
        if k in members and float((here * shares[members].sum(0)).sum()) > 0.9 * float(here.sum()):
            return group
    return ""
