"""The parts of one person: what the network says, gathered over regions and decided together."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import cv2
import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask
from ..landmarks import Landmarks
from . import carried, dark_sleeves, graph, hanging, openings, outfit, pieces, tones
from .body import Body, Vector, body_of
from .gaussians import fitted_all
from .headwear import hat
from .labels import AT, BARE, LABELS, SHOES, SIDES, TIGHTS, UPPER, planes
from .order import median
from .prior import ramp, said
from .regions import Numbers, apart, cut, regions
from .seen import PersonEvidence
from .slivers import without_slivers
from .trust import headed

INSIDE = 0.4
"""Coverage from which on a pixel is the person's."""

ENOUGH = 150
"""Pixels of a person of whom more can be said than the network does."""

_FLOOR = 2e-3
_PRIOR = 0.6
_SKIN, _HAIR, _MODELS = 1.05, 0.5, 0.35
"""Weights of the face's skin, of hair against torso, and of this picture's colour models, in nats."""
_REACH = 0.45
"""Torsos over which regions listen to each other."""
_OWN_PRIOR = 0.5
"""Power of a pixel's own evidence within its region."""
_OWN_FLOOR = 0.05
"""What that leaves of the likeliest label to every other one at least."""

_IN_FACE, _BELOW_FRINGE = 0.05, -0.22
"""Heights of a face within its outline and below its middle (y up is negative) from which on a pixel is the
face's: a fringe and a hat end above."""

_DARK = np.float32(0.7)
"""Lightness of dark glasses beside that of the face's skin, at most."""

_DARKEST = np.float32(1e-3)
"""Lightness that a step of a face has at least."""

_REGION = 0.3
"""Power of a region's answer on which piece of skin its pixels are."""

OutfitOdds = Callable[[PersonEvidence], dict[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One person in a small picture of h×w.

    Attributes:
        lab: h×w×3, smoothed Lab in units of 8 bits.
        cover: h×w in 0..1, the person's coverage.
        shares: (labels, h, w), what the network says, or (labels, N) of the person's pixels; they sum to 1.
        marks: landmarks in pixels of this picture; None where they are not to be believed.
        tights: log odds of tights, as the outfit head says; None where it says nothing.
    """

    lab: Pixels
    cover: Pixels
    shares: Pixels
    marks: Landmarks | None
    tights: float | None = None

    def within(self, inside: Mask) -> Pixels:
        """What the network says of the N pixels *inside* (h×w), (labels, N)."""
        return self.shares if self.shares.ndim == 2 else np.ascontiguousarray(self.shares[:, inside])


def smoothed(picture: Pixels) -> Pixels:
    """Lab (h, w, 3) in units of 8 bits of a display-referred picture in 0..1, without texture."""
    eight = np.asarray(np.clip(picture, 0, 1) * 255 + 0.5, np.uint8)
    lab = cv2.bilateralFilter(cv2.cvtColor(eight, cv2.COLOR_RGB2LAB), 5, 12, 3)
    return np.asarray(lab, np.float32)


def decided(
    view: View, inside: Mask, odds: OutfitOdds = outfit.outfit_odds, worn: Collection[str] = ()
) -> Pixels:
    """Probabilities (labels, N) of the labels at the pixels *inside* (h×w), those of the person.

    Args:
        odds: how likely each outfit is.
        worn: what is known to be worn, as `outfit.told` takes it.
    """
    shares = view.within(inside)
    return shares if shares.shape[1] < ENOUGH else _Person(view, inside, shares, odds, worn).probabilities()


def described(view: View, inside: Mask, shares: Pixels) -> PersonEvidence:
    """What is known of a person at the N pixels *inside* (h×w), with what the network says (labels, N)."""
    lab = view.lab[inside]
    body = None if view.marks is None else body_of(view.marks, inside)
    if body is None or (view.marks is not None and view.marks.face is None and not headed(body, shares)):
        return PersonEvidence(shares, lab, None, None)
    return PersonEvidence(_with_tights(shares, view.tights), lab, body, tones.skin(lab, body))


class _Person:
    """Evidence at the N pixels of one person."""

    def __init__(
        self, view: View, inside: Mask, shares: Pixels, odds: OutfitOdds, worn: Collection[str]
    ) -> None:
        self.inside, self.weight, self.marks = inside, view.cover[inside], view.marks
        seen = described(view, inside, shares)
        self.lab, self.body, self.skin = seen.lab, seen.body, seen.skin
        self.base = self._evidence(seen)
        if self.body is not None or worn:
            self.base += outfit.committed(seen, outfit.told(odds(seen), worn))
        self.of = self._cut(regions(view.lab, inside))

    def _evidence(self, seen: PersonEvidence) -> Pixels:
        """Log odds (labels, N) of each pixel: network, landmarks, colours of skin and hair, bags."""
        shares = seen.shares
        at = self.body
        if at is None:
            return np.asarray(np.log(shares + np.float32(_FLOOR)), np.float32)
        made = said(shares, _FLOOR, _PRIOR, at)
        worn = hat(shares, self.lab, at)
        made[AT["hat"]] += worn
        if self.skin is not None:
            like = np.float32(_SKIN) * np.log((self.skin + np.float32(0.06)) / np.float32(0.3))
            off_face = like * (at.oval < 0.02)
            for name in BARE[1:]:
                made[AT[name]] += off_face
            for name in TIGHTS:
                made[AT[name]] -= np.float32(0.7) * np.maximum(like, 0)
            dark_sleeves.lose(made, seen, at)
        openings.told(made, at)
        bare = np.float32(np.clip(0.5 - worn, 0, 1))  # else what is above the face is the hat
        colour = tones.hair(self.lab, at) if bare else None
        if colour is not None:
            made[AT["hair"]] += np.float32(_HAIR) * bare * tones.lying(colour, shares[AT["hair"]], at)
        if self.marks is not None and not at.head_only:
            bag = carried.odds(seen, at, self.marks, self._places())
            made[AT["bag"]] = made[carried.BEFORE].max(0) + bag
        return np.asarray(made, np.float32)

    def _places(self) -> tuple[Vector, Vector]:
        rows, columns = np.nonzero(self.inside)
        return columns.astype(np.float32), rows.astype(np.float32)

    def _cut(self, of: Numbers) -> Numbers:
        """Regions of pixels, cut where one colour is of different things: where evidence is sure of each, and
        along the outline of a face, as hair and skin in shade may be alike."""
        made = cut(of, graph.softmax(self.base))
        at = self.body
        if at is None or self.marks is None or self.marks.face is None:
            return made
        bare = (at.oval > _IN_FACE) & (at.face_y > _BELOW_FRINGE)
        return apart(made, bare & (loops.likeliest(self.base)[0] == AT["face"]))

    def probabilities(self) -> Pixels:
        """Probabilities (labels, N)."""
        count = int(self.of.max()) + 1
        own = graph.means(self.base, self.of, self.weight, count)
        colours = graph.means(self.lab.T, self.of, self.weight, count).T
        mass = np.bincount(self.of, self.weight, count).astype(np.float32)
        listens = self._listens(colours, mass)
        found = graph.agreed(own, listens)
        found = graph.agreed(own + _models(found, colours, mass), listens)
        made = loops.answer(self.base, found, self.of.astype(np.int32), _OWN_PRIOR, _OWN_FLOOR)
        if self.body is not None:
            hanging.taken(made, self.lab, self.inside, self.body)
            pieces.joined(made, self.lab, self.inside)
            without_slivers(made, self.inside, self.body)
            _share_skin(made, self.base)
            _add_glasses(made, self.lab, self.body)
            _add_hands(made, self.body)
        return np.asarray(made, np.float32)

    def _listens(self, colours: Pixels, mass: Pixels) -> Pixels:
        pixels = np.stack(np.nonzero(self.inside)).astype(np.float32)
        places = graph.means(pixels, self.of, self.weight, len(mass)).T
        reach = self.body.torso if self.body is not None else 0.3 * float(np.ptp(places[:, 0]))
        return graph.likeness(colours, places, mass, max(_REACH * reach, 1.0))


def _models(found: Pixels, colours: Pixels, mass: Pixels) -> Pixels:
    """Log odds (labels, n) of n regions by models of the colours of what each label is so far."""
    made = np.zeros_like(found)
    shares = [(members, np.square(found[members].sum(0)) * mass) for members in _TOGETHER]
    for members, share in shares:
        if share.sum() < _SMALL:
            made[members] -= 3
    there = [(members, share) for members, share in shares if share.sum() >= _SMALL]
    if there:
        likes = fitted_all([(colours, share) for _, share in there]).density(colours)
        likes = np.float32(_MODELS) * np.clip(likes + 9, -6, 20)
        for (members, _), like in zip(there, likes, strict=True):
            made[members] += like
    return made


_SMALL = 25.0
"""Pixels of a label that has a colour model."""

_TOGETHER: tuple[list[int], ...] = (
    planes(*BARE),
    planes(*SHOES),
    planes(*TIGHTS),
    *([AT[name]] for name in LABELS if name not in (*BARE, *SHOES, *TIGHTS)),
)
"""Labels that share one colour model."""


def _with_tights(shares: Pixels, odds: float | None) -> Pixels:
    """A network without a word for tights has them in its legs and trousers: they are some of both.

    Args:
        odds: log odds of tights, as the outfit head says; None where it says nothing.
    """
    if shares[planes(*TIGHTS)].any():
        return shares
    made = shares.copy()
    of_legs, of_trousers = _TIGHTS_UNKNOWN
    if odds is not None:
        likely = 1 / (1 + float(np.exp(_TIGHTS_FROM - _TIGHTS_STEEP * odds)))
        of_legs, of_trousers = (low + (high - low) * likely for low, high in _TIGHTS)
    for side in SIDES:
        bare = shares[AT[f"{side}_leg"]]
        made[AT[f"{side}_tights"]] = of_legs * bare + of_trousers * shares[AT["trousers"]]
    return made


_TIGHTS_UNKNOWN = 0.25, 0.2
"""How much of what the network gives to bare legs and to trousers may be tights, if nothing is known."""

_TIGHTS = (0.05, 1.0), (0.02, 1.5)
_TIGHTS_FROM, _TIGHTS_STEEP = -1.0, 2.0
"""The same where the outfit head says that there are none, and that there are: half a nat against them is
half of the way, as it is seldom sure of them. Chosen on photos; drawn people gain by it, too."""


def _share_skin(made: Pixels, own: Pixels) -> None:
    """Face, neck, arms and hands end where landmarks say, not where the picture has an edge: it has none.

    Args:
        made: (labels, N), probabilities; changed in place, their sum over the skin is kept.
        own: (labels, N), each pixel's own log odds.
    """
    skin = planes(*UPPER)
    total = made[skin].sum(0)
    within = graph.softmax(own[skin] + np.float32(_REGION) * np.log(made[skin] + np.float32(_FLOOR)))
    made[skin] = within * total


def _add_glasses(made: Pixels, lab: Pixels, at: Body) -> None:
    """Dark glasses: what is darker than the face's skin in a band over both eyes."""
    if not at.facing or at.skin.sum() < 20:
        return
    light = np.float32(median(lab[at.skin, 0]))
    band = (np.abs(at.face_y + np.float32(0.1)) < 0.2) & (at.oval > -0.02)
    dark = np.clip((light * _DARK - lab[:, 0]) / max(light * 0.12, _DARKEST) + 0.5, 0, 1) * band
    eyes = at.eyes < 0.16
    if eyes.any() and dark[eyes].mean() > 0.6:
        made *= 1 - dark
        made[AT["glasses"]] += dark


def _add_hands(made: Pixels, at: Body) -> None:
    """Hands before the face, which are of its colour: landmarks know them, whatever regions say."""
    for side, cover in zip(SIDES, at.before, strict=True):
        made *= 1 - cover
        made[AT[f"{side}_hand"]] += cover


__all__ = ["INSIDE", "Numbers", "OutfitOdds", "Vector", "View", "decided", "ramp", "smoothed"]
