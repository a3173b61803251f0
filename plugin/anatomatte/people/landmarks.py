"""Landmarks of each person: body, face and hands, and how far they are to be believed.

Each person is looked at alone: an upright square around him, in which the pixels of the others fade (in
crowds the pose network's landmarks jump to the neighbour otherwise). The square comes from the person
detector where it found him, else from his matte. What the networks say counts as far as it agrees with
his matte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..ops.filters import step
from ..ops.strips import every, never
from . import hands_before, palms
from . import landmark_looks as looks
from .alignment import Square, around
from .evidence import Plane
from .landmark_looks import LEFT_HAND, PRESENT, RIGHT_HAND, LandmarkNetworks
from .landmark_people import Alone, Levels, Person, others_of, seen

__all__ = ["Landmarks", "Person", "landmarks", "seen"]

HOPELESS = 0.1
"""Poses that score less are none."""

SURE = 0.8
"""A pose that scores more is looked for no further."""

UNSURE, QUITE_SURE = 0.6, 0.82
"""A pose that scores less than the first is looked for in turned squares too, and is to score the second."""

_TURNS = (90, -90, 45, -45, 135, -135)
"""Degrees: people lie, and cameras look down on them."""

_LARGE = 0.3
"""Share of the picture's height or width from which on somebody is looked for in turned squares."""

LEAST_WRIST = 0.5
"""Visibility of a wrist from which on its hand is looked for; of hands that are found it is .8 and more."""

SMALLEST = 16
"""Pixels of a square from which on a face or a hand can be seen in it."""

_HIPS_BELOW = (0.9, 1.6)
"""Where the hips of a figure may be that the frame cuts off below, in its heights from its top."""

_TALL = 1.8
"""Height by width from which on somebody at the lower border is likelier whole but for the feet."""

_UNSTEADY = 0.07, 0.25
"""Distance in torsos between a pose and that of the mirrored picture up to which it is steady, and from which
on it is a guess. Of standing people in full sight it is .03, of one in twenty .06."""

_FEW = 2.0, 8.0
"""Landmarks in sight up to which a pose says nothing, and from which on they are enough."""

_CLOSE = 192
"""A face in a square of more pixels gets a second look."""

_WORTH = 0.05
"""How likely a hand must be for a second look: of less likely ones it found none."""

_OTHER_SIDE = 0.1

_MOSTLY = 0.5

_BOTH = LEFT_HAND, RIGHT_HAND


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Landmarks of one person in pixels of the picture (0 is its left or upper border), float32.

    `pose` (33, 4) x, y, visibility and presence in 0-1, in MediaPipe's order, left and right the person's
    own; `face` (468, 3) x, y, z (towards the camera negative) and `left_hand`, `right_hand` (21, 2) x, y of
    the person's own left and right; each None where it is not seen. `score` in 0-1 says how far the pose is
    to be believed: the network's own presence, times the share of it that is on the person's matte, times how
    steady it is when the picture is mirrored, and less where little of it is in sight.
    """

    pose: Plane
    face: Plane | None
    left_hand: Plane | None
    right_hand: Plane | None
    score: float


def landmarks(
    picture: Plane,
    people: Sequence[Person],
    nets: LandmarkNetworks,
    threads: int = 1,
    check: Callable[[], None] = never,
    beside: Callable[[], None] = never,
    levels: Levels | None = None,
) -> list[Landmarks | None]:
    """Landmarks of each of the *people* in a *picture*, (H, W, 3) display-referred RGB in 0-1.

    Args:
        threads: processor threads; the result does not depend on them.
        check: called between people; raises Cancelled to stop.
        beside: other work, which is done once meanwhile, in these threads.
        levels: of the *picture*, where somebody else needs them too.

    Returns:
        For each person; None where no pose agrees with his matte.
    """
    made: list[Landmarks | None] = [None] * len(people)
    others = others_of([person.matte for person in people])
    seen_from = levels or Levels(picture)

    def one(k: int) -> None:
        if k < len(people):
            made[k] = _Look(picture, people[k], others[k], nets, seen_from).landmarks()
        else:
            beside()

    every(len(people) + 1, one, threads, check)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Hand:
    """A hand: (21, 2) in the picture, how far its wrist is from the pose's, how likely it is a right one."""

    points: Plane
    away: float
    right: float


def _score(pose: tuple[float, Plane | None]) -> float:
    return pose[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Glance:
    """What one look at a square says: the square and its pixels, landmarks (33, 4) in the picture, that there
    is a body, the square that follows, and how likely the body is his."""

    square: Square
    cut: Plane
    points: Plane
    present: float
    following: Square
    likely: float


class _Look(Alone):
    """One person in the picture, his own and the others' mattes."""

    def __init__(
        self, picture: Plane, person: Person, others: Plane, nets: LandmarkNetworks, levels: Levels
    ) -> None:
        super().__init__(picture, person, others, levels)
        self.nets = nets

    def landmarks(self) -> Landmarks | None:
        """What is seen of him."""
        score, pose = self._pose()
        if score < UNSURE:
            score, pose = max((score, pose), self._turned_pose(), key=lambda found: found[0])
        if pose is None or score < HOPELESS:
            return None
        face = self._face(pose)
        # without a face hands tell which side is which, however small they are
        least = SMALLEST if face is None else max(SMALLEST, self.person.coarse)
        left, right = self._hand(pose, LEFT_HAND, least), self._hand(pose, RIGHT_HAND, least)
        if left is not None and right is not None and hands_before.one_hand(left.points, right.points):
            left, right = (left, None) if left.away <= right.away else (None, right)
        if face is None and _contradicted(left, right):
            pose, left, right = looks.swapped(pose), right, left
        left, right = self._before_face(pose, face, left, right)
        return Landmarks(
            pose, face, None if left is None else left.points, None if right is None else right.points, score
        )

    def _pose(self) -> tuple[float, Plane | None]:
        """The best score, and the landmarks (33, 4) that have it: of the square that the detector told, else
        of squares of the matte. These are rough, so they are glanced at, the likeliest first looked at well.
        """
        best: tuple[float, Plane | None] = 0.0, None
        doubtful: list[_Glance] = []
        told = self._told()
        for square in (told, *self._squares_of_matte()):
            if square is None:
                continue
            glance = self._glance(square)
            if glance.likely <= SURE and square is not told:
                doubtful.append(glance)
                continue
            best = max(best, *self._well(glance), key=_score)
            if best[0] > SURE:
                return best
        for glance in sorted(doubtful, key=lambda one: -one.likely):
            if glance.likely <= best[0] or best[0] > SURE:
                break
            best = max(best, *self._well(glance), key=_score)
        return best

    def _turned_pose(self) -> tuple[float, Plane | None]:
        """The best pose in squares around his matte that are turned; none that is not quite sure.

        Of many looks one is sure by chance sooner than of one.
        """
        best: tuple[float, Plane | None] = 0.0, None
        whole = self._whole()
        if whole is None or not self._large():
            return best
        for turn in _TURNS:
            glance = self._glance(replace(whole, turn=float(np.radians(turn))))
            if glance.present < PRESENT:
                continue
            for score, points in self._well(glance):
                if score > max(best[0], QUITE_SURE):
                    best = score, points
        return best

    def _large(self) -> bool:
        """Whether he is large enough in the picture for so many looks."""
        there = self.person.matte > _MOSTLY
        spans = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
        return any(
            len(at) and np.ptp(at) > _LARGE * size for at, size in zip(spans, there.shape, strict=True)
        )

    def _glance(self, square: Square) -> _Glance:
        cut = self.cut(square, looks.POSE_SIDE)
        points, present, following = looks.pose_of(self.nets.pose(cut), square)
        return _Glance(square, cut, points, present, following, present * self._agreement(points))

    def _well(self, glance: _Glance) -> Iterator[tuple[float, Plane]]:
        """Score and landmarks (33, 4) of a square, and of the one that follows from it, until one is sure."""
        for k in range(2):
            score, points = self._posed(glance)
            yield score, points
            if k or score > SURE:
                return
            glance = self._glance(glance.following)

    def _posed(self, glance: _Glance) -> tuple[float, Plane]:
        """The score of the pose in a square, and its landmarks (33, 4).

        The mirrored square is looked at too: where the network guesses, it guesses otherwise there.
        """
        again = looks.unmirrored(self.nets.pose(np.ascontiguousarray(glance.cut[:, ::-1])))
        mirrored, also, _ = looks.pose_of(again, glance.square)
        straight = glance.points
        points = np.asarray((straight + mirrored) / 2, np.float32)
        agreement, sure = self._agreement(points), self._sure(points)
        if agreement == 0:
            return 0.0, points
        apart = np.hypot(*(straight - mirrored)[:, :2].T) / looks.torso(points)
        steady = 1 - float(step(float((sure * apart).sum() / sure.sum()), *_UNSTEADY))
        return min(glance.present, also) * agreement * steady, points

    def _agreement(self, pose: Plane) -> float:
        """How much of a pose (33, 4) is on his matte, 0-1; less where little of it is in sight."""
        sure = self._sure(pose)
        total = float(sure.sum())
        if total < _FEW[0]:
            return 0.0
        return float((sure * self.on(pose[:, :2])).sum()) / total * float(step(total, *_FEW))

    def _face(self, pose: Plane) -> Plane | None:
        square, best = looks.face_square(pose), None
        if square.side < SMALLEST:
            return None
        for _ in range(2 if square.side > max(_CLOSE, self.person.coarse) else 1):
            raw = self.nets.face(self.cut(square, looks.FACE_SIDE))
            points, present, square = looks.face_of(raw, square)
            best = points if present >= PRESENT and self.mostly_on(points[:, :2]) else best
        return best

    def _hand(self, pose: Plane, which: tuple[int, int, int], least: float) -> _Hand | None:
        """One hand of a square of at least *least* pixels; what is found far from its wrist, or on nobody,
        is another's or none."""
        square = looks.hand_square(pose, which)
        if float(pose[which[0], 2]) < LEAST_WRIST or square.side < least:
            return None
        wrist, reach = pose[which[0], :2], square.side / 2
        for _ in range(2):
            raw = self.nets.hand(self.cut(square, looks.HAND_SIDE))
            points, present, square = looks.hand_of(raw, square)
            away = float(np.hypot(*(points[0] - wrist)))
            if present >= PRESENT and away < reach and self.mostly_on(points):
                return _Hand(points, away, raw[2])
            if present < _WORTH:
                break
        return None

    def _before_face(
        self, pose: Plane, face: Plane | None, left: _Hand | None, right: _Hand | None
    ) -> tuple[_Hand | None, _Hand | None]:
        """Both hands, with those that were not found where the pose has them, and lie before the *face*.

        There a pose hardly sees a wrist: hand and face are of one colour, and of a hand whose arm is not in
        the picture it knows nothing. Palms are looked for around the face, thoroughly where the pose has a
        wrist or a finger near it.
        """
        hands, at = [left, right], hands_before.place_of(pose, face)
        missing = [k for k, hand in enumerate(hands) if hand is None]
        near = [k for k in missing if hands_before.near(pose, _BOTH[k], at)]
        wides = hands_before.around(at, bool(near), face is not None)
        if not missing or not wides:
            return left, right
        told = pose[[one for k in missing for one in _BOTH[k]], :2]
        for found in self._hands_around(wides, at, told, PRESENT if near else hands_before.SURE):
            known = next((hand for hand in hands if hand is not None), None)
            if known is not None and not hands_before.another(known.points, found.points):
                continue
            free = [k for k in near or missing if hands[k] is None] or [
                k for k in missing if hands[k] is None
            ]
            hands[free[0] if len(free) == 1 else int(found.right > _MOSTLY)] = found
            if None not in hands:
                break
        return hands[0], hands[1]

    def _hands_around(
        self, wides: Sequence[Square], face: hands_before.Place, told: Plane, least: float
    ) -> Iterator[_Hand]:
        """Hands of palms in squares around a *face* that lie before it, or where the pose has one, *told*
        (n, 2); the likeliest first. The network is to be as sure as *least*, and in a mirror too."""
        looked: list[Square] = []
        for wide in wides:
            if wide.side < SMALLEST:
                return
            seen = self.nets.palms(self.cut(wide, looks.PALM_SIDE))
            for square in palms.new(palms.squares(*seen, wide), looked):
                cut = self.cut(square, looks.HAND_SIDE)
                raw = self.nets.hand(cut)
                points, present, _ = looks.hand_of(raw, square)
                if present < least or not hands_before.fits(points, face, told) or not self.mostly_on(points):
                    continue
                mirrored = self.nets.hand(np.ascontiguousarray(cut[:, ::-1]))
                if mirrored[1] >= least:
                    yield _Hand(points, 0.0, raw[2])

    def _told(self) -> Square | None:
        """The square that the detector told; None where it did not see him."""
        body = self.person.body
        if body is None:
            return None
        points = body[1:].reshape(6, 2).astype(np.float64) * [self.picture.shape[1], self.picture.shape[0]]
        return around(points[2], points[3]).scaled(looks.BODY)

    def _box(self) -> tuple[float, float, float, float] | None:
        """Left, top, right, bottom of his matte in pixels of the picture; None where there is none."""
        there = self.person.matte > _MOSTLY
        if not there.any():
            return None
        rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
        left, right = columns[0] * self.scale[0], (columns[-1] + 1) * self.scale[0]
        return left, rows[0] * self.scale[1], right, (rows[-1] + 1) * self.scale[1]

    def _whole(self) -> Square | None:
        """The square around his matte."""
        box = self._box()
        if box is None:
            return None
        left, top, right, bottom = box
        return Square((left + right) / 2, (top + bottom) / 2, looks.BODY * max(bottom - top, right - left))

    def _squares_of_matte(self) -> list[Square]:
        """Squares around the hips, which are in the middle of a whole figure; the likelier ones first.

        Of one that the frame cuts off below they are near the border, or as far below it as he is long.
        """
        box, whole = self._box(), self._whole()
        if box is None or whole is None:
            return []
        left, top, right, bottom = box
        if bottom < self.picture.shape[0] - self.scale[1]:
            return [whole]
        high, head = bottom - top, self.person.head
        x = whole.x if head is None else float(head[0]) * self.picture.shape[1]
        cut_off = [Square(x, top + long * high, looks.BODY * 2 * long * high) for long in _HIPS_BELOW]
        return [whole, *cut_off] if high > _TALL * (right - left) else [*cut_off, whole]

    def _sure(self, pose: Plane) -> Plane:
        """How sure each landmark (33, 4) is to be seen, (33,) in 0-1; 0 beyond the picture."""
        size = [self.picture.shape[1], self.picture.shape[0]]
        inside = ((pose[:, :2] >= 0) & (pose[:, :2] < size)).all(1)
        return np.where(inside, pose[:, 2] * pose[:, 3], np.float32(0))


def _contradicted(left: _Hand | None, right: _Hand | None) -> bool:
    """Whether all hands in sight are surely of the other side: from behind, a pose may be turned over."""
    own = [1 - left.right] if left is not None else []
    own += [right.right] if right is not None else []
    return bool(own) and max(own) < _OTHER_SIDE
