"""How likely a dress, a skirt and trousers are, by all that is known of a person together.

A conditional logit (D. McFadden, 1974) over what the outfit head says and over whether chest and hips are of
one cloth. `python -m training likelihood` fits it on drawn people whom the head has not learned from.
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from .body import Vector
from .cloth import Cloths
from .labels import LOWER

HEARD = 0.84
"""Power of what the head says of the three."""

NUMBERS: dict[str, tuple[float, float]] = {
    "one": (-0.11, 0.49),
    "chest": (0.10, -0.32),
    "hips": (0.40, -0.12),
    "coat": (0.08, -0.03),
    "tights": (0.06, 0.20),
    "bare_legs": (0.13, 0.04),
}
"""Nats for a dress and for a skirt, against trousers, of each thing that is known; `one` is always 1."""

BARE_ARMS = 2.0
"""Nats for a dress, and against a skirt, of upper arms that are bare (`sleeves.bare_arms`)."""

_SIGNS = {"coat": 3, "tights": 5, "bare_legs": 6}
"""Places in a row of `PeopleEvidence.outfits`."""


def known(said: Vector, cloths: Cloths) -> Pixels:
    """What is known of a person, in the order of `NUMBERS`.

    Args:
        said: a row of `PeopleEvidence.outfits` without NaN.
    """
    of = {"one": 1.0, "chest": cloths.chest, "hips": cloths.hips}
    of |= {name: float(said[at]) for name, at in _SIGNS.items()}
    return np.array([of[name] for name in NUMBERS], np.float32)


def likely(said: Vector, cloths: Cloths, arms: float = 0.0) -> dict[str, float]:
    """Log odds of each of `LOWER`, but for a constant.

    Args:
        said: a row of `PeopleEvidence.outfits` without NaN.
        arms: as `sleeves.bare_arms` says; it tells a dress from a skirt, and neither from trousers.
    """
    table = np.array(list(NUMBERS.values()), np.float32)
    add = (*(known(said, cloths) @ table), 0.0)
    made = {name: HEARD * float(said[k]) + float(add[k]) for k, name in enumerate(LOWER)}
    either = np.logaddexp(made["dress"], made["skirt"])
    made["dress"] += BARE_ARMS * arms
    made["skirt"] -= BARE_ARMS * arms
    more = float(np.logaddexp(made["dress"], made["skirt"]) - either)
    return made | {"dress": made["dress"] - more, "skirt": made["skirt"] - more}
