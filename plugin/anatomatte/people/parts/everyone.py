"""The parts of everybody in a picture, decided person by person and put together on one grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask, shrink
from ...ops.strips import every, never
from ...parts import INDEX, PARTS, PERSON
from .. import partition
from ..evidence import PeopleEvidence
from ..landmark_people import Person
from ..landmarks import Landmarks
from ..partition import LEAST, SOFTMAX_FLOOR
from . import outfit
from .boxes import Box, Window, scaled, sized, spread
from .hardness import hardened, unsure
from .labels import AT, LABELS
from .near import Look, with_looks
from .person import ENOUGH, INSIDE, OutfitOdds, Vector, View, decided, described, smoothed
from .trust import believed
from .turned import TurnedLook, is_turned, with_turned

SIDE = 240
"""Pixels of a person's longer side at which parts are decided."""

_CELLS = 400_000
"""Cells of the grid at most."""

_MARGIN = 0.06
_COARSE = 0.3
"""Side of the square around a face or a hand, in lengths of the person, below which it is small."""
_COARSER = 2
_TIGHTS = 5
"""Place of the log odds of tights in a row of `PeopleEvidence.outfits`."""
_ABSENT = 1e-3
"""A part with no higher share than this is not there."""
_TINY = 1e-6
_NOTHING = np.zeros((0, 1, 1), np.float32), np.zeros(0, np.int32)
_NARROWEST = 12
"""Pixels of the grid that a person needs across."""


@dataclass(frozen=True, slots=True, eq=False)
class PartEvidence:
    """Which part of a person a pixel is.

    Attributes:
        shares: parts×h×w, in the order of `parts.PERSON`; they sum to 1 everywhere.
        unsure: of each person the parts that stay open, and the group that holds each ("" where none does).
        messages: sentences about corrections.
    """

    shares: Pixels
    unsure: tuple[tuple[tuple[str, str], ...], ...] = ()
    messages: tuple[str, ...] = ()

    def of(self, channels: Sequence[int]) -> Pixels:
        """The share h×w of some parts together, by their channels."""
        made = np.zeros(self.shares.shape[1:], np.float32)
        for channel in channels:
            made += self.shares[AT[PARTS[channel]]]
        return np.minimum(made, 1)

    def among(self, channels: Sequence[int]) -> tuple[Pixels, tuple[int, ...]]:
        """Some parts as shares of these alone, and the channels of those of which there is anything.

        Where there is nothing of any of them they carry on from where there is.
        """
        planes = [AT[PARTS[channel]] for channel in channels]
        if len(channels) < len(PERSON):
            some = self.shares[planes]
            made, at = partition.divided(some, tuple(range(len(channels))), some.sum(0))
            return made, tuple(channels[k] for k in at)
        there = [k for k, plane in enumerate(planes) if float(self.shares[plane].max()) >= LEAST]
        made = self.shares[[planes[k] for k in there]]
        made /= made.sum(0)
        return made, tuple(channels[k] for k in there)


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """What further networks say of the people, in their order; what is not known is left out or None.

    Attributes:
        marks: landmarks of each person.
        looks: further looks at the picture.
        outfits: (K, 7) what each may wear, as `PeopleEvidence` has it; the `OutfitOdds` choose without.
        turned: looks at people who lie, in squares of their own turn.
        worn: of each person what is known to be worn, as `outfit.told` takes it.
    """

    marks: tuple[Landmarks | None, ...] = ()
    looks: tuple[Look, ...] = ()
    outfits: Pixels | None = None
    turned: tuple[TurnedLook, ...] = ()
    worn: tuple[tuple[str, ...], ...] = ()


def parts_of(
    picture: Pixels,
    evidence: PeopleEvidence,
    details: Details,
    hardness: float,
    *,
    odds: OutfitOdds = outfit.outfit_odds,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> PartEvidence:
    """The parts of the people in *picture*, H×W×3 display-referred.

    Args:
        details: landmarks and further looks at the people of the *evidence*.
        hardness: 0 leaves the probabilities as they are, 1 decides.
        odds: how likely each outfit is.
        threads: processor threads; they change nothing.
        check: called between people; raises Cancelled to stop.
    """
    work = _Everyone(picture, evidence, details, hardness, odds, threads)
    made: list[_Decided | None] = [None] * len(evidence.people)

    def person(k: int) -> None:
        made[k] = work.person(k)

    every(len(made), person, threads, check)
    return work.together([one for one in made if one is not None])


@dataclass(frozen=True, slots=True)
class Worn:
    """What a picture says one person wears: log odds, as `parts_of` weighs them, of each of `labels.LOWER`
    and, where it is known, of ``coat``; and whether landmarks tell that the figure is one person's."""

    odds: Mapping[str, float]
    sure: bool


def worn_by(
    picture: Pixels,
    evidence: PeopleEvidence,
    marks: tuple[Landmarks | None, ...],
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> tuple[Worn | None, ...]:
    """What each of the people in *picture*, H×W×3 display-referred, wears by it alone; None of whom there is
    too little.

    Args:
        marks: landmarks of the people of the *evidence*, in pixels of the picture.
        threads, check: as of `parts_of`.
    """
    details = Details(marks, outfits=evidence.outfits)
    work = _Everyone(picture, evidence, details, 0.0, outfit.outfit_odds, threads)
    made: list[Worn | None] = [None] * len(evidence.people)

    def person(k: int) -> None:
        made[k] = work.worn(k)

    every(len(made), person, threads, check)
    return tuple(made)


@dataclass(frozen=True, slots=True, eq=False)
class _Decided:
    """One person's parts in a box of the plate: labels of which there is anything, and their (n, h, w)."""

    number: int
    box: Box
    labels: tuple[int, ...]
    shares: Pixels
    unsure: dict[str, str]


def attended(person: Person, height: int) -> Person:
    """The person, with how small faces and hands are in `SIDE` pixels that landmarks say nothing of there.

    Args:
        height: of the picture, in pixels.
    """
    return replace(person, coarse=_COARSE * _length(person.matte) * height / person.matte.shape[0])


class _Everyone:
    """What is known of all people of one picture."""

    def __init__(
        self,
        picture: Pixels,
        evidence: PeopleEvidence,
        details: Details,
        hardness: float,
        odds: OutfitOdds,
        threads: int,
    ) -> None:
        self.picture, self.evidence, self.details = picture, evidence, details
        self.hardness, self.odds = hardness, odds
        self.plate = (picture.shape[0], picture.shape[1])
        cover = np.clip(evidence.alpha + evidence.held, 0, 1)
        size = self._working(cover)
        self.cover = sized(cover, *size)
        self.whose = np.zeros((len(evidence.people), *size), np.float32)
        for k, plane in enumerate(evidence.people):
            self.whose[k] = sized(plane, *size)
        self.mattes = self.cover * self.whose
        self.shares = self._said(threads)

    def _said(self, threads: int) -> Pixels:
        """What the networks say, (labels, h, w), no finer than they say it; nowhere a softmax's floor."""
        parts, details = self.evidence.parts, self.details
        size = min(parts.shape[1], self.cover.shape[0]), min(parts.shape[2], self.cover.shape[1])
        probabilities = np.empty((len(parts), *size), np.float32)

        def fit(k: int) -> None:
            probabilities[k] = sized(parts[k], *size)

        every(len(probabilities), fit, threads, never)
        probabilities = with_looks(probabilities, details.looks, self.plate)
        if details.turned:
            whose = np.array([sized(plane, *size) for plane in self.whose])
            probabilities = with_turned(probabilities, details.turned, whose, self.plate)
        of = tuple(INDEX[name] for name in PERSON)
        known = partition.total(probabilities, of)
        shares, there = partition.divided(probabilities, of, known * sized(self.cover, *size), known, threads)
        made = np.zeros((len(LABELS), *size), np.float32)
        planes = tuple(sorted(AT[PARTS[channel]] for channel in there))
        for plane, channel in zip(shares, there, strict=True):
            mine = np.subtract(plane, np.float32(SOFTMAX_FLOOR), out=made[AT[PARTS[channel]]])
            np.maximum(mine, 0, out=mine)
        loops.gather_up(made, np.array(planes, np.int32), *_NOTHING, np.zeros(size, np.float32), _TINY)
        return made

    def _working(self, cover: Pixels) -> tuple[int, int]:
        """Height and width for the evidence: the largest person has `SIDE` pixels at most."""
        height, width = cover.shape
        longest = max((_length(cover * plane) for plane in self.evidence.people), default=0)
        scale = min(1.0, SIDE / max(longest, 1))
        return max(1, round(height * scale)), max(1, round(width * scale))

    def person(self, k: int) -> _Decided | None:
        """The parts of person *k*; None where there is too little of them."""
        found = self._seen(k)
        if found is None:
            return None
        box, view, inside = found
        worn = self.details.worn[k] if k < len(self.details.worn) else ()
        shares = decided(view, inside, self._odds(k), worn)
        hard = hardened(shares, 1.0)
        told = unsure(hard, view.cover[inside])
        soft = hard if self.hardness == 1 else hardened(shares, self.hardness)
        there = np.flatnonzero(soft.max(1) > _ABSENT)
        return _Decided(k, box, tuple(there.tolist()), spread(soft[there], inside), told)

    def worn(self, k: int) -> Worn | None:
        """What person *k* wears; None where there is too little of them."""
        found = self._seen(k)
        if found is None:
            return None
        _, view, inside = found
        if int(inside.sum()) < ENOUGH:
            return None
        seen = described(view, inside, view.within(inside))
        return Worn(self._odds(k)(seen), seen.body is not None)

    def _seen(self, k: int) -> tuple[Box, View, Mask] | None:
        """The box of the plate around person *k*, the small picture of it, and the person's pixels there."""
        box = self._box(self.mattes[k])
        if box is None:
            return None
        height, width = box[1] - box[0], box[3] - box[2]
        scale = min(1.0, SIDE / max(height, width))
        size = max(_NARROWEST, round(height * scale)), max(_NARROWEST, round(width * scale))
        cover = Window(box, size, self.plate, self.cover.shape)(self.mattes[k])
        inside = cover > INSIDE
        if not inside.any():
            inside = np.ones_like(inside)
        return box, self._view(k, box, cover, inside), inside

    def _odds(self, k: int) -> OutfitOdds:
        """How likely each outfit of person *k* is: by the pixels, and the outfit head where it knows.

        The head looked at the picture as it is; who lies in it is beyond what it has learned.
        """
        said = self._said_of(k)
        return self.odds if said is None else outfit.beside(said)

    def _said_of(self, k: int) -> Vector | None:
        """What the outfit head says of person *k*; None where it says nothing."""
        said, marks = self.details.outfits, self._marks(k)
        if said is None or k >= len(said) or np.isnan(said[k]).any():
            return None
        return None if marks is not None and is_turned(marks) else np.asarray(said[k], np.float32)

    def _view(self, k: int, box: Box, cover: Pixels, inside: Mask) -> View:
        top, bottom, left, right = box
        size = cover.shape[0], cover.shape[1]
        small = shrink(self.picture[top:bottom, left:right], *size)
        shares = Window(box, size, self.plate, self.shares.shape[1:]).shares(self.shares, inside)
        marks = self._marks(k)
        if marks is not None and not believed(marks, self.mattes, k, self.plate):
            marks = None
        moved = None if marks is None else _moved(marks, box, size)
        worn = self._said_of(k)
        tights = None if worn is None else float(worn[_TIGHTS])
        return View(smoothed(small), cover, shares, moved, tights)

    def _marks(self, k: int) -> Landmarks | None:
        return self.details.marks[k] if k < len(self.details.marks) else None

    def _box(self, matte: Pixels) -> Box | None:
        """The box of the plate in which a person stands, with a margin."""
        rows, columns = (np.flatnonzero(matte.max(axis) > 0.3) for axis in (1, 0))
        if not len(rows):
            return None
        down, across = (side / cells for side, cells in zip(self.plate, matte.shape, strict=True))
        spans = (rows[0] * down, (rows[-1] + 1) * down, columns[0] * across, (columns[-1] + 1) * across)
        room = _MARGIN * max(spans[1] - spans[0], spans[3] - spans[2])
        top, bottom = max(0, round(spans[0] - room)), min(self.plate[0], round(spans[1] + room))
        left, right = max(0, round(spans[2] - room)), min(self.plate[1], round(spans[3] + room))
        return (top, bottom, left, right) if bottom > top and right > left else None

    def together(self, people: Sequence[_Decided]) -> PartEvidence:
        """All people on one grid; where nobody was decided what the network says stays."""
        height, width = self._grid(people)
        theirs, total = (
            np.zeros((len(LABELS), height, width), np.float32),
            np.zeros((height, width), np.float32),
        )
        there: set[int] = set()
        for one in people:
            box = scaled(one.box, self.plate, (height, width))
            here = np.s_[box[0] : box[1], box[2] : box[3]]
            mine = sized(self.whose[one.number], height, width)[here]
            total[here] += mine
            there.update(one.labels)
            for k, plane in zip(one.labels, one.shares, strict=True):
                theirs[k][here] += sized(plane, box[1] - box[0], box[3] - box[2]) * mine
        rest = 1 - np.clip(total, 0, 1)
        added, small = self._network(rest)
        of = np.array(sorted(there | set(added)), np.int32)
        loops.gather_up(theirs, of, small, np.array(added, np.int32), rest, _TINY)
        told: list[tuple[tuple[str, str], ...]] = [()] * len(self.evidence.people)
        for one in people:
            told[one.number] = tuple(one.unsure.items())
        return PartEvidence(theirs, tuple(told))

    def _network(self, rest: Pixels) -> tuple[list[int], Pixels]:
        """What the network says where nobody was decided, *rest* of it: planes, and shares (n, h, w)."""
        if float(rest.max()) <= _ABSENT:
            return [], _NOTHING[0]
        height, width = (-(-side // _COARSER) for side in self.shares.shape[1:])
        there = [k for k, plane in enumerate(self.shares) if float(plane.max()) > _ABSENT]
        small = np.stack([sized(self.shares[k], height, width) for k in there]) + np.float32(1e-6)
        small = hardened(small, self.hardness)
        added = [at for at, plane in enumerate(small) if float(plane.max()) > _ABSENT]
        return [there[at] for at in added], small if len(added) == len(there) else small[added]

    def _grid(self, people: Sequence[_Decided]) -> tuple[int, int]:
        """Height and width of the grid: as fine as the largest person was decided."""
        scales = [one.shares.shape[1] / (one.box[1] - one.box[0]) for one in people]
        least = max(side / cells for side, cells in zip(self.cover.shape, self.plate, strict=True))
        area = self.plate[0] * self.plate[1]
        scale = min(max([min(scales, default=0.0), least]), 1.0, (_CELLS / area) ** 0.5)
        return max(1, round(self.plate[0] * scale)), max(1, round(self.plate[1] * scale))


def _length(matte: Pixels) -> int:
    """Pixels of the longer side of the box around a person."""
    spans = (np.flatnonzero(matte.max(axis) > 0.3) for axis in (0, 1))
    return max((int(np.ptp(at)) + 1 for at in spans if len(at)), default=0)


def _moved(marks: Landmarks, box: Box, size: tuple[int, int]) -> Landmarks:
    """Landmarks of the plate in pixels of a box of it at another size."""
    scale = np.array([size[1] / (box[3] - box[2]), size[0] / (box[1] - box[0])], np.float32)
    first = np.array([box[2], box[0]], np.float32)

    def there(points: Pixels | None) -> Pixels | None:
        if points is None:
            return None
        made = np.array(points, np.float32)
        made[:, :2] = (made[:, :2] - first) * scale
        return made

    pose = there(marks.pose)
    assert pose is not None
    return Landmarks(pose, there(marks.face), there(marks.left_hand), there(marks.right_hand), marks.score)
