"""One outfit a person: a dress, or a skirt, or trousers.

`outfit_odds` says how likely each is by the pixels, `beside` with the outfit head and the cloths; what is
chosen counts for the whole person. The regions then need not agree by chance: a coat that is called a dress
in one region and a skirt in the next is one thing, and the chest of a dress is no top.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np

from ...frame import Pixels
from ..outfits import share, together
from .body import Body, Vector
from .cloth import below, cloths
from .labels import AT, LABELS, LOWER, SIDES
from .likelihood import likely
from .seen import PersonEvidence
from .sight import COAT, OUTFIT, in_sight, weighed
from .sleeves import bare_arms

_STEEP, _MOST = 1.5, 3.0
"""Nats that an outfit which is not worn loses a nat of odds, and at most: more than the odds say, as regions
that each choose by themselves would mix two outfits on one person."""

_OVER = 2.0
"""Nats that a coat or a top, tights or bare legs lose at most."""

_KNOWN = 3.0
"""Log odds of what is known to be worn: it loses as much as it can."""

_ONE_CLOTH, _COAT_OF_IT = 2.0, 0.6
"""Nats by which a top, and a coat, in the colours of a dress are less likely than it."""

_CHANCE = 0.34
"""Probability of a dress from which on a top in its colours is doubted."""

_COAT = 3
"""Place of a coat's log odds in a row of `PeopleEvidence.outfits`."""


def outfit_odds(seen: PersonEvidence) -> dict[str, float]:
    """Log odds of each of `LOWER` being what this person wears: the mass that the network gives it."""
    mass = seen.shares.mean(1)
    return {name: float(np.log(mass[AT[name]] + np.float32(0.02))) for name in LOWER}


def beside(said: Vector) -> Callable[[PersonEvidence], dict[str, float]]:
    """Odds by what the outfit head *said* of a person, a row of `PeopleEvidence.outfits`, and by the plate.

    With landmarks these are the colours of the cloths, and the pixels for what of the outfit is not in
    sight; without them the pixels.
    """

    def odds(seen: PersonEvidence) -> dict[str, float]:
        mass = seen.shares.mean(1)[[AT[name] for name in LOWER]]
        if seen.body is None or np.isnan(said).any():
            return dict(zip(LOWER, (float(each) for each in together(said, mass)), strict=True))
        sight, arms = in_sight(seen.body), bare_arms(seen, seen.body)
        found = np.array([*likely(said, cloths(seen, seen.body), arms).values()], np.float32)
        lower = weighed(found, share(mass), sight, OUTFIT)
        coat = weighed(said[_COAT : _COAT + 1], np.array([coat_by_mass(seen)], np.float32), sight, COAT)
        return dict(zip(LOWER, (float(each) for each in lower), strict=True)) | {"coat": float(coat[0])}

    return odds


def told(odds: Mapping[str, float], words: Collection[str]) -> dict[str, float]:
    """Log odds of an outfit where what somebody wears is known.

    Args:
        odds: of each of `LOWER`.
        words: one of `LOWER`, ``coat`` or ``top``, ``tights`` or ``bare_legs``, or none of these.
    """
    made = dict(odds)
    if any(name in words for name in LOWER):
        made.update({name: 0.0 if name in words else -_KNOWN for name in LOWER})
    for yes, no in (("coat", "top"), ("tights", "bare_legs")):
        if (yes in words) != (no in words):
            made[yes] = _KNOWN if yes in words else -_KNOWN
    return made


def committed(seen: PersonEvidence, odds: dict[str, float]) -> Pixels:
    """Log prior (labels, N) of an outfit: the others lose, and legs below a hem are bare or in tights.

    Args:
        odds: log odds of each of `LOWER`; of ``coat`` against a top and of ``tights`` against bare legs
            where these are known.
    """
    made = np.zeros((len(LABELS), seen.shares.shape[1]), np.float32)
    best = max(odds[name] for name in LOWER)
    for name in LOWER:
        made[AT[name]] += np.float32(max(_STEEP * (odds[name] - best), -_MOST))
    coat = odds["coat"] if "coat" in odds else coat_by_mass(seen)
    made[AT["coat"]] += np.float32(max(0.75 * min(coat, 0), -_OVER))
    made[AT["upper_clothes"]] += np.float32(max(-0.75 * max(coat, 0), -_OVER))
    for side in SIDES:
        made[AT[f"{side}_tights"]] += np.float32(max(0.75 * min(odds.get("tights", 0), 0), -_OVER))
        made[AT[f"{side}_leg"]] += np.float32(max(-0.75 * max(odds.get("tights", 0), 0), -_OVER))
    if seen.body is not None:
        _on_the_chest(made, seen, 1 - in_sight(seen.body))
    worn = max(LOWER, key=lambda name: odds[name])
    if seen.body is not None and worn == "dress":
        _of_one_cloth(made, seen, seen.body, odds)
    if seen.body is None or worn == "trousers":
        return made
    shin, below = seen.body.height > 1.8, seen.body.height > 2.2
    made[AT["trousers"], below] -= 1
    if "tights" not in odds and seen.skin is not None and _bare(seen.body, seen.skin) < 0.3:
        for side in SIDES:
            made[AT[f"{side}_tights"], shin] += 1.5
            made[AT[f"{side}_leg"], shin] -= 0.75
    return made


def _of_one_cloth(made: Pixels, seen: PersonEvidence, at: Body, odds: Mapping[str, float]) -> None:
    """What has the colours of a dress below the hips is the dress, what has others is a top over it.

    As far as what is below the hips is in sight: else it may be a jacket's hem.

    Args:
        made: (labels, N), changed in place.
        odds: log odds of each of `LOWER`, of which the dress has the highest.
    """
    cloth = below(seen, at)
    if cloth is None:
        return
    dress = 1 / sum(float(np.exp(odds[name] - odds["dress"])) for name in LOWER)
    sure = max((dress - _CHANCE) / (1 - _CHANCE), 0) * in_sight(at)
    doubt = np.float32(sure) * cloth.alike(seen.lab)
    made[AT["upper_clothes"]] -= np.float32(_ONE_CLOTH) * doubt
    made[AT["coat"]] -= np.float32(_COAT_OF_IT) * doubt


def _on_the_chest(made: Pixels, seen: PersonEvidence, unseen: float) -> None:
    """Where no legs are in sight nothing tells a dress from a top but the chest, and it is one or the other.

    Args:
        made: (labels, N), changed in place.
        unseen: how much of the way from the hips to the knees is not in sight.
    """
    dress, top = (float(seen.shares[AT[name]].mean()) + 0.02 for name in ("dress", "upper_clothes"))
    nats = np.float32(np.clip(_STEEP * np.log(dress / top), -_MOST, _MOST) * unseen)
    made[AT["dress"]] += min(nats, 0)
    made[AT["upper_clothes"]] -= max(nats, 0)


def coat_by_mass(seen: PersonEvidence) -> float:
    """Log odds of a coat against a top by mass: a shirt's pattern is not a coat here and a top there."""
    coat, top = (float(seen.shares[AT[name]].mean()) + 0.02 for name in ("coat", "upper_clothes"))
    return float(np.log(coat / top))


def _bare(at: Body, skin: Vector) -> float:
    """How much the shins look like the face's skin; 0 where they do not show."""
    shins = (at.height > 2.25) & (at.height < 2.8) & (at.leg < 0.7)
    return float(skin[shins].mean()) if shins.sum() > 10 else 0.0
