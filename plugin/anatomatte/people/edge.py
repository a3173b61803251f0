"""The matte of people at the plate's own resolution, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import grow
from .seen import PeopleSeen


def _never() -> None:
    return None


def _silent(_: float) -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Soft:
    """Coverage at the plate's resolution and the unmixed colour of its edge.

    Attributes:
        alpha: H×W, coverage by people without what they hold, in 0..1.
        held: H×W, coverage by held things, in 0..1; alpha + held ≤ 1.
        edge: flat indices of the pixels whose foreground was solved, ascending.
        colour: N×3 scene-linear foreground of those pixels.
    """

    alpha: Pixels
    held: Pixels
    edge: NDArray[np.intp]
    colour: Pixels


def refine(
    light: Pixels,
    seen: PeopleSeen,
    *,
    threads: int = 1,
    check: Callable[[], None] = _never,
    progress: Callable[[float], None] = _silent,
) -> Soft:
    """Coverage and foreground of the people *seen* in *light*, H×W×3 scene-linear.

    Args:
        threads: processor threads; the result does not depend on them.
        check: called between strips; raises Cancelled to stop.
        progress: told the share of the work that is done, 0 to 1.
    """
    check()
    height, width = light.shape[:2]
    alpha = np.clip(grow(seen.alpha, height, width), 0, 1)
    held = np.minimum(np.clip(grow(seen.held, height, width), 0, 1), 1 - alpha)
    edge = np.flatnonzero((alpha > 0.02) & (alpha < 0.98))
    progress(1.0)
    return Soft(alpha, held, edge, np.ascontiguousarray(light.reshape(-1, 3)[edge]))
