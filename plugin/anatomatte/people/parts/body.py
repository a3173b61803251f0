"""Where a pixel lies on a body: coordinates along trunk, limbs and head, from landmarks.

Lengths are in torsos (shoulders to hips) and in faces (forehead to chin), so that nothing depends on the
size of a person. The numbers of landmarks are BlazePose's (33) and of the face mesh's 468 points those of
V. Bazarevsky et al., "BlazePose" (2020) and Y. Kartynnik et al., "Real-time Facial Surface Geometry" (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask
from ..landmarks import Landmarks
from .labels import SIDES

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The face mesh's outline."""

EYES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
FOREHEAD, CHIN = 10, 152

SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE = (11, 12), (13, 14), (15, 16), (23, 24), (25, 26), (27, 28)
"""Landmarks of the left and the right side."""
_FINGERS = ((17, 19, 21), (18, 20, 22))
_HEEL, _TOE = (29, 30), (31, 32)
_EARS, _EYE, _MOUTH = (7, 8), (2, 5), (9, 10)

_ARM_OF, _LEG_OF = (SHOULDER, ELBOW, WRIST), (HIP, KNEE, ANKLE)
_ARM = (0.16, 0.13, 0.09)
"""Radii at shoulder, elbow and wrist, in torsos, with a sleeve's room."""
_LEG = (0.22, 0.15, 0.09)
_HAND = _FOOT = 0.10

_SHIFT = 4
_PALM = (0, 1, 5, 9, 13, 17)
_FINGERS_OF_HAND = ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20), _PALM)
_TIPS, _NAIL = (4, 8, 12, 16, 20), 0.3
"""A finger's last landmark, and how far the finger goes on behind it, in lengths of its last bone."""

_FINGER = 0.13
"""Half the width of a finger, in lengths of the palm."""

_AROUND_FACE = -0.1
"""Faces beside a face's outline up to which a hand is before it."""

_SEEN = 0.5
"""Visibility from which on a landmark is believed."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Limb:
    """How far along (0 to 2) and how far off (in its radii) each pixel is from a limb, and its visibility."""

    along: Vector
    off: Vector
    seen: float


_ROWS = 24
"""Rows of `Body.at`, in the order of cpp/kernels/people_jobs.h."""
_OVAL, _BY_HANDS, _BY_HAND = 5, (16, 17), 23


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Coordinates of N pixels on a body.

    Attributes:
        at: rows×N, everything below that is a number for each pixel, as loops take it.
        torso: pixels from shoulders to hips.
        trunk: N, 0 at the shoulders, 1 at the hips, along the trunk.
        height: N, the same to the hips, then along the nearer leg: 2 at the knees, 3 at the ankles.
        across: N, along the shoulders from the trunk's middle, in torsos.
        face_x, face_y: N, in faces from the face's middle: chin at 0.5, forehead at -0.5.
        oval: N, faces inside of the face's outline; negative outside.
        skin: N, where the face's skin shows: no eyes, lips or brows.
        eyes: N, faces from the nearer eye.
        head: N, 1 on an ellipse around head and hair, less within.
        before: N each, how far a pixel of the face is behind the left and the right hand, in 0..1.
        arms, legs: of both sides.
        hands, feet: N each, distance in their radii, of both sides.
        arm, leg, hand, foot: N, radii from the nearer one.
        facing: whether the face is seen.
        head_only: whether neither shoulder is in sight: where limbs are is a guess.
    """

    at: Pixels
    torso: float
    trunk: Vector
    across: Vector
    height: Vector
    face_x: Vector
    face_y: Vector
    oval: Vector
    eyes: Vector
    head: Vector
    arms: tuple[Limb, Limb]
    legs: tuple[Limb, Limb]
    hands: tuple[Vector, Vector]
    feet: tuple[Vector, Vector]
    arm: Vector
    leg: Vector
    foot: Vector
    hand: Vector
    skin: Mask
    before: tuple[Vector, Vector]
    facing: bool
    head_only: bool


def body_of(marks: Landmarks, inside: Mask) -> Body:
    """The body's coordinates at the pixels *inside* (h×w), from landmarks in pixels of that picture."""
    work = _Work(marks, inside)
    at = work.places()
    trunk, across, height, face_x, face_y, oval, eyes, head = at[:8]
    along, off, (left_hand, right_hand, left_foot, right_foot) = at[8:12], at[12:16], at[16:20]
    arm, leg, foot, hand = at[20:]
    arms, legs = (
        (
            Limb(along[k], off[k], work.seen_of(0, joints)),
            Limb(along[k + 1], off[k + 1], work.seen_of(1, joints)),
        )
        for k, joints in ((0, _ARM_OF), (2, _LEG_OF))
    )
    return Body(
        at, work.torso, trunk, across, height, face_x, face_y, oval, eyes, head, arms, legs,
        (left_hand, right_hand), (left_foot, right_foot), arm, leg, foot, hand, work.skin(at),
        (work.before(0, at), work.before(1, at)), work.facing,
        bool(marks.pose[list(SHOULDER), 2].max() < _SEEN),
    )  # fmt: skip


def hand_shape(points: npt.NDArray[np.floating[Any]], size: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """What a hand covers of a picture h×w, in 0..1, of its landmarks (21, 2) in pixels."""
    made = np.zeros(size[:2], np.uint8)
    exact = np.array(points[:, :2], np.float64)
    exact[list(_TIPS)] += _NAIL * (exact[list(_TIPS)] - exact[[tip - 1 for tip in _TIPS]])
    places = np.rint((exact - 0.5) * (1 << _SHIFT)).astype(np.int32)
    palm = float(np.hypot(*(points[9, :2] - points[0, :2])))
    wide = max(1, round(2 * _FINGER * max(palm, float(np.hypot(*(points[5, :2] - points[17, :2]))))))
    cv2.fillConvexPoly(made, cv2.convexHull(places[list(_PALM)]), 255, cv2.LINE_AA, _SHIFT)
    for finger in _FINGERS_OF_HAND:
        cv2.polylines(made, [places[list(finger)]], False, 255, wide, cv2.LINE_AA, _SHIFT)
    return made.astype(np.float32) / np.float32(255)


class _Work:
    """The landmarks of one person over the pixels of a picture."""

    def __init__(self, marks: Landmarks, inside: Mask) -> None:
        self.marks, self.inside = marks, inside
        self.count = int(np.count_nonzero(inside))
        self.at = np.asarray(marks.pose[:, :2], np.float32)
        self.seen = marks.pose[:, 2]
        self.shoulders, self.hips = self._middle(SHOULDER), self._middle(HIP)
        self.torso = max(float(np.linalg.norm(self.hips - self.shoulders)), 8.0)
        down = (self.hips - self.shoulders) / np.float32(self.torso)
        across = np.array([down[1], -down[0]], np.float32)
        turned = [bool((self.at[left] - self.at[right]) @ across < 0) for left, right in (SHOULDER, _EARS)]
        self.facing = marks.face is not None or not all(turned)

    def _middle(self, of: tuple[int, ...]) -> Vector:
        return np.asarray(self.at[list(of)].mean(0), np.float32)

    def places(self) -> Pixels:
        """Where the pixels lie, as `Body.at` has it."""
        face, outline, tall = self._face()
        torso, down = np.float32(self.torso), (self.hips - self.shoulders) / np.float32(self.torso)
        trunk = np.array([*self.shoulders, *down, np.float32(1 / self.torso), torso], np.float32)
        segments = np.array([self._segments(side) for side in (0, 1)], np.float32).reshape(-1, 4)
        radii = np.array([(low, high - low) for of in (_ARM, _LEG) for low, high in pairwise(of)], np.float32)
        body = trunk, face, segments, radii
        at = loops.place(
            np.ascontiguousarray(self.inside), self.count, body, _HAND * self.torso, _FOOT * self.torso
        )
        at[_OVAL] = self._within(outline) / tall
        for points, row in zip((self.marks.left_hand, self.marks.right_hand), _BY_HANDS, strict=True):
            if points is not None:  # from their outline, which a wrist and three fingers only guess
                hull = cv2.convexHull(np.asarray(points[:, :2], np.float32))[:, 0]
                at[row] = self._outside(np.asarray(hull, np.float32)) / np.float32(_HAND * self.torso)
                np.minimum(at[_BY_HANDS[0]], at[_BY_HANDS[1]], out=at[_BY_HAND])
        return at

    def _segments(self, side: int) -> Pixels:
        """Of one side, where each piece begins and how far it leads, as the loop takes them: upper arm and
        forearm, thigh and shin, from wrist to beyond the fingers, heel to toes, up to the ankle, and beyond
        the toes."""
        bones = [(of[k][side], of[k + 1][side]) for of in (_ARM_OF, _LEG_OF) for k in (0, 1)]
        heel, toe, ankle = (self.at[of[side]] for of in (_HEEL, _TOE, ANKLE))
        wrist = self.at[WRIST[side]]
        tip = self._middle(_FINGERS[side]) - wrist
        ends = [
            *((self.at[first], self.at[last]) for first, last in bones),
            (wrist + np.float32(0.25) * tip, wrist + np.float32(1.7) * tip),
            (heel, toe),
            (ankle + np.float32(0.4) * (heel - ankle), (heel + toe) / 2),
            (toe, toe + np.float32(0.25) * (toe - heel)),
        ]
        return np.array([(*first, *(last - first)) for first, last in ends], np.float32)

    def seen_of(self, side: int, joints: tuple[tuple[int, int], ...]) -> float:
        """The visibility of a limb of one side: that of its last two joints that is seen least."""
        return float(self.seen[[of[side] for of in joints[1:]]].min())

    def before(self, side: int, at: Pixels) -> Vector:
        """How far pixels at a face are behind a hand: its palm and fingers, as wide as they are."""
        points = (self.marks.left_hand, self.marks.right_hand)[side]
        if points is None:
            return np.zeros(self.count, np.float32)
        cover = hand_shape(points, self.inside.shape)[self.inside]
        return np.asarray(cover * (at[_OVAL] > _AROUND_FACE), np.float32)

    def skin(self, at: Pixels) -> Mask:
        """Where the face's skin shows."""
        oval, face_y = at[_OVAL], at[4]
        skin = (oval > 0.05) & ((face_y < -0.3) | (face_y > -0.05))
        if self.marks.face is not None:
            for points in (*EYES, LIPS):
                outline = np.asarray(self.marks.face[list(points), :2], np.float32)
                skin &= self._outside(outline) > 1
        return np.asarray(skin, np.bool_)

    def _face(self) -> tuple[Vector, Vector, np.float32]:
        """The face's middle, its upright, how tall it is and both eyes; its outline; how tall it is."""
        mesh = None if self.marks.face is None else np.asarray(self.marks.face[:, :2], np.float32)
        top, chin, outline, eyes = self._guessed() if mesh is None else _meshed(mesh)
        tall = np.float32(max(float(np.linalg.norm(top - chin)), 1e-3))
        numbers = (*((top + chin) / 2), *((top - chin) / tall), tall, *eyes[0], *eyes[1])
        return np.array(numbers, np.float32), outline, tall

    def _guessed(self) -> tuple[Vector, Vector, Vector, tuple[Vector, Vector]]:
        """Forehead, chin, outline and eyes where there is no mesh: from the pose's own points."""
        brow, mouth = self._middle(_EYE), self._middle(_MOUTH)
        gap = max(float(np.linalg.norm(brow - mouth)), 1e-3)
        tall = np.float32(max(2.6 * gap, 0.3 * self.torso))
        up = np.asarray((brow - mouth) / np.float32(gap), np.float32)
        middle = np.float32(0.55) * brow + np.float32(0.45) * mouth + np.float32(0.05) * up * tall
        turn = np.linspace(0, 2 * np.pi, 24, endpoint=False, dtype=np.float32)[:, None]
        side = np.array([-up[1], up[0]], np.float32)
        around = np.float32(0.5) * np.cos(turn) * up + np.float32(0.37) * np.sin(turn) * side
        outline = middle + tall * around
        half = np.float32(0.5) * tall * up
        return middle + half, middle - half, outline, (self.at[_EYE[0]], self.at[_EYE[1]])

    def _filled(self, outline: Vector) -> npt.NDArray[np.uint8]:
        made = np.zeros(self.inside.shape, np.uint8)
        cv2.fillPoly(made, [np.round(outline).astype(np.int32)], 1)
        return made

    def _outside(self, outline: Vector) -> Vector:
        """Pixels from an outline, 0 within."""
        away = cv2.distanceTransform(1 - self._filled(outline), cv2.DIST_L2, 3)
        return np.asarray(away[self.inside], np.float32)

    def _within(self, outline: Vector) -> Vector:
        """Pixels within an outline, negative outside."""
        deep = cv2.distanceTransform(self._filled(outline), cv2.DIST_L2, 3)[self.inside]
        return np.asarray(deep - self._outside(outline), np.float32)


def _meshed(mesh: Vector) -> tuple[Vector, Vector, Vector, tuple[Vector, Vector]]:
    """Forehead, chin, outline and eyes of a face mesh."""
    eyes = (mesh[list(EYES[0])].mean(0), mesh[list(EYES[1])].mean(0))
    return mesh[FOREHEAD], mesh[CHIN], mesh[list(OVAL)], eyes


__all__ = ["SIDES", "Body", "Limb", "body_of"]
