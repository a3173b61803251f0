"""Compiled loops over pixels (cpp/kernels), for what NumPy makes in many passes over memory.

Each gives the same bits on every processor and for any number of threads: it works on the rows that it is
handed, on the thread of its caller, without the GIL.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import SetupError

try:
    from ._kernels import (
        FUSES,
        ISA,
        along,
        apart,
        beside,
        between_sides,
        boxes,
        bright,
        calm,
        draw,
        edges,
        extremes,
        figure,
        fit,
        gather,
        grow,
        harden,
        hear,
        join,
        lay,
        light,
        look_up,
        luma,
        mark_planes,
        marks,
        mattes,
        mixtures,
        opponent,
        pack_lines,
        put_tiles,
        raised,
        ramp,
        rests,
        shrink,
        softmax,
        softmax_pooled,
        spans,
        step,
        sure,
        take_apart,
        take_tiles,
        vote,
    )
except ModuleNotFoundError as why:
    raise SetupError(
        f"The compiled part of Anatomatte for Python {sys.version_info[0]}.{sys.version_info[1]} is not in "
        f"{Path(__file__).parent}: install the package for this Python, or run `make build` in its sources."
    ) from why

__all__ = [
    "FUSES",
    "ISA",
    "along",
    "apart",
    "beside",
    "between_sides",
    "boxes",
    "bright",
    "calm",
    "draw",
    "edges",
    "extremes",
    "figure",
    "fit",
    "gather",
    "grow",
    "harden",
    "hear",
    "join",
    "lay",
    "light",
    "look_up",
    "luma",
    "mark_planes",
    "marks",
    "mattes",
    "mixtures",
    "opponent",
    "pack_lines",
    "put_tiles",
    "raised",
    "ramp",
    "rests",
    "shrink",
    "softmax",
    "softmax_pooled",
    "spans",
    "step",
    "sure",
    "take_apart",
    "take_tiles",
    "vote",
]
