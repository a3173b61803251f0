"""Alpha and foreground of the edge from the colours that are mixed there.

The mixture is C = αF + (1−α)S + grain.  S is known; F is drawn from the subject's colours nearby, a
Gaussian with mean F̄ and covariance Σ.  For a given α the residual C − αF̄ − (1−α)S is Gaussian with
covariance α²Σ + s²I, which gives each α its likelihood; F is then its most probable value.
After Y.-Y. Chuang et al., "A Bayesian approach to digital matting" (CVPR 2001), with the screen
known and F integrated out, so that one search over α replaces the alternation.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops import loops


def solve(
    colour: Pixels, surface: Pixels, fields: Pixels, tone: tuple[float, float], grain: Pixels, tint: Pixels
) -> tuple[Pixels, Pixels]:
    """Alpha (N) and foreground (N×3) of N edge pixels, all in screen units.

    *fields* N×12 are the palette's: mean, covariance, offset of the screen; *grain* N is the deviation of
    light, *tint* N what chroma may be off beyond it.  What the nearby
    colours explain badly (a veil, smoke, a thing of its own) is tried again with any nearly grey
    foreground of the subject's *tone* (mean and deviation of its brightness).
    """
    whole = [np.ascontiguousarray(of, np.float32) for of in (colour, surface, fields)]
    unsure = [np.ascontiguousarray(of, np.float32) for of in (grain, tint)]
    return loops.mixtures(whole[0], whole[1], whole[2], tone, unsure[0], unsure[1])
