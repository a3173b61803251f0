"""One outfit a person: a dress, or a skirt, or trousers.

`outfit_odds` says how likely each is by the pixels, `beside` with the outfit head; what is chosen counts for
the whole person. The regions then need not agree by chance: a coat that is called a dress in one region and
a skirt in the next is one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...frame import Pixels
from ..outfits import together
from .body import Body, Vector
from .labels import AT, LABELS, LOWER, SIDES

_MOST = 2.0
"""Nats that an outfit which is not worn loses at most."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonEvidence:
    """What is known of one person when the outfit is chosen.

    Attributes:
        shares: (labels, N), what the network says of each of N pixels; they sum to 1.
        lab: N×3, the pixels' colours.
        body: the pixels' places on the body; None where there are no landmarks.
        skin: N, how much each looks like this face's skin; None where that is not known.
    """

    shares: Pixels
    lab: Pixels
    body: Body | None
    skin: Vector | None


def outfit_odds(seen: PersonEvidence) -> dict[str, float]:
    """Log odds of each of `LOWER` being what this person wears: the mass that the network gives it."""
    mass = seen.shares.mean(1)
    return {name: float(np.log(mass[AT[name]] + np.float32(0.02))) for name in LOWER}


def beside(said: Vector) -> Callable[[PersonEvidence], dict[str, float]]:
    """Odds by what the outfit head *said* of a person, a row of `PeopleEvidence.outfits`, and the pixels."""

    def odds(seen: PersonEvidence) -> dict[str, float]:
        mass = seen.shares.mean(1)[[AT[name] for name in LOWER]]
        return dict(zip(LOWER, (float(each) for each in together(said, mass)), strict=True))

    return odds


def committed(seen: PersonEvidence, odds: dict[str, float]) -> Pixels:
    """Log prior (labels, N) of an outfit: the others lose, and legs below a hem are bare or in tights."""
    made = np.zeros((len(LABELS), seen.shares.shape[1]), np.float32)
    best = max(odds.values())
    for name in LOWER:
        made[AT[name]] += np.float32(max(0.75 * (odds[name] - best), -_MOST))
    coat = _coat(seen)
    made[AT["coat"]] += np.float32(max(0.75 * min(coat, 0), -_MOST))
    made[AT["upper_clothes"]] += np.float32(max(-0.75 * max(coat, 0), -_MOST))
    worn = max(LOWER, key=lambda name: odds[name])
    if seen.body is None or worn == "trousers":
        return made
    shin, below = seen.body.height > 1.8, seen.body.height > 2.2
    made[AT["trousers"], below] -= 1
    if seen.skin is not None and _bare(seen.body, seen.skin) < 0.3:
        for side in SIDES:
            made[AT[f"{side}_tights"], shin] += 1.5
            made[AT[f"{side}_leg"], shin] -= 0.75
    return made


def _coat(seen: PersonEvidence) -> float:
    """Log odds of a coat against a top by mass: a shirt's pattern is not a coat here and a top there."""
    coat, top = (float(seen.shares[AT[name]].mean()) + 0.02 for name in ("coat", "upper_clothes"))
    return float(np.log(coat / top))


def _bare(at: Body, skin: Vector) -> float:
    """How much the shins look like the face's skin; 0 where they do not show."""
    shins = (at.height > 2.25) & (at.height < 2.8) & (at.leg < 0.7)
    return float(skin[shins].mean()) if shins.sum() > 10 else 0.0
