"""Where a pixel lies on a body: coordinates along trunk, limbs and head, from landmarks.

Lengths are in torsos (shoulders to hips) and in faces (forehead to chin), so that nothing depends on the
size of a person. The numbers of landmarks are BlazePose's (33) and of the face mesh's 468 points those of
V. Bazarevsky et al., "BlazePose" (2020) and Y. Kartynnik et al., "Real-time Facial Surface Geometry" (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Coordinates of N pixels on a body.

    Attributes:
        torso: pixels from shoulders to hips.
        trunk: N, 0 at the shoulders, 1 at the hips, along the trunk.
        height: N, the same to the hips, then along the nearer leg: 2 at the knees, 3 at the ankles.
        across: N, along the shoulders from the trunk's middle, in torsos.
        face_x, face_y: N, in faces from the face's middle: chin at 0.5, forehead at -0.5.
        oval: N, faces inside of the face's outline; negative outside.
        skin: N, where the face's skin shows: no eyes, lips or brows.
        eyes: N, faces from the nearer eye.
        before: N each, how far a pixel of the face is behind the left and the right hand, in 0..1.
        arms, legs: of both sides.
        hands, feet: N each, distance in their radii, of both sides.
        facing: whether the face is seen.
        head_only: whether neither shoulder is in sight: where limbs are is a guess.
    """

    torso: float
    trunk: Vector
    height: Vector
    across: Vector
    face_x: Vector
    face_y: Vector
    oval: Vector
    skin: Mask
    eyes: Vector
    before: tuple[Vector, Vector]
    arms: tuple[Limb, Limb]
    legs: tuple[Limb, Limb]
    hands: tuple[Vector, Vector]
    feet: tuple[Vector, Vector]
    facing: bool
    head_only: bool

    @property
    def arm(self) -> Vector:
        """N, radii from the nearer arm."""
        return np.minimum(self.arms[0].off, self.arms[1].off)

    @property
    def hand(self) -> Vector:
        """N, radii from the nearer hand."""
        return np.minimum(self.hands[0], self.hands[1])

    @property
    def leg(self) -> Vector:
        """N, radii from the nearer leg."""
        return np.minimum(self.legs[0].off, self.legs[1].off)

    @property
    def foot(self) -> Vector:
        """N, radii from the nearer foot."""
        return np.minimum(self.feet[0], self.feet[1])

    @property
    def head(self) -> Vector:
        """N, 1 on an ellipse around head and hair, less within."""
        return np.asarray(np.hypot(self.face_x, self.face_y + np.float32(0.1)) / np.float32(1.1), np.float32)


def body_of(marks: Landmarks, inside: Mask) -> Body:
    """The body's coordinates at the pixels *inside* (h×w), from landmarks in pixels of that picture."""
    work = _Work(marks, inside)
    trunk, across = work.trunk()
    legs = (work.leg(0), work.leg(1))
    nearer = np.where(legs[0].off < legs[1].off, legs[0].along, legs[1].along)
    height = np.where(trunk < 1, trunk, 1 + np.maximum(nearer, 0))
    face_x, face_y, oval, skin, eyes = work.face()
    return Body(
        work.torso, trunk, np.asarray(height, np.float32), across, face_x, face_y, oval, skin, eyes,
        (work.before(0, oval), work.before(1, oval)),
        (work.arm(0), work.arm(1)), legs, (work.hand(0), work.hand(1)), (work.foot(0), work.foot(1)),
        work.facing, bool(marks.pose[list(SHOULDER), 2].max() < _SEEN),
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
        rows, columns = np.nonzero(inside)
        self.x, self.y = columns.astype(np.float32), rows.astype(np.float32)
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

    def trunk(self) -> tuple[Vector, Vector]:
        """Along the trunk and across it, in torsos."""
        down = (self.hips - self.shoulders) / np.float32(self.torso)
        dx, dy = self.x - self.shoulders[0], self.y - self.shoulders[1]
        unit = np.float32(1 / self.torso)
        return (dx * down[0] + dy * down[1]) * unit, (dx * down[1] - dy * down[0]) * unit

    def _segment(self, first: Vector, last: Vector) -> tuple[Vector, Vector]:
        """Along a segment (0 to 1 on it), and pixels from it."""
        dx, dy = last - first
        px, py = self.x - first[0], self.y - first[1]
        along = (px * dx + py * dy) / np.float32(max(float(dx * dx + dy * dy), 1e-6))
        on = np.clip(along, 0, 1)
        return along, np.hypot(px - on * dx, py - on * dy)

    def _bone(self, first: int, last: int, radii: tuple[float, float]) -> tuple[Vector, Vector]:
        along, away = self._segment(self.at[first], self.at[last])
        radius = radii[0] + (radii[1] - radii[0]) * np.clip(along, 0, 1)
        return along, np.asarray(away / (radius * np.float32(self.torso)), np.float32)

    def _seen_of(self, *which: int) -> float:
        return float(self.seen[list(which)].min())

    def arm(self, side: int) -> Limb:
        """Shoulder to wrist."""
        a, b, c = SHOULDER[side], ELBOW[side], WRIST[side]
        upper, lower = self._bone(a, b, _ARM[:2]), self._bone(b, c, _ARM[1:])
        along = np.where(upper[1] < lower[1], np.clip(upper[0], 0, 1), 1 + lower[0])
        return Limb(np.asarray(along, np.float32), np.minimum(upper[1], lower[1]), self._seen_of(b, c))

    def leg(self, side: int) -> Limb:
        """Hip to ankle."""
        a, b, c = HIP[side], KNEE[side], ANKLE[side]
        upper, lower = self._bone(a, b, _LEG[:2]), self._bone(b, c, _LEG[1:])
        thigh = upper[1] * np.float32(0.9) < lower[1]
        along = np.where(thigh, np.clip(upper[0], -0.5, 1), 1 + lower[0])
        return Limb(np.asarray(along, np.float32), np.minimum(upper[1], lower[1]), self._seen_of(b, c))

    def before(self, side: int, oval: Vector) -> Vector:
        """How far pixels at a face are behind a hand: its palm and fingers, as wide as they are."""
        points = (self.marks.left_hand, self.marks.right_hand)[side]
        if points is None:
            return np.zeros_like(oval)
        return hand_shape(points, self.inside.shape)[self.inside] * (oval > _AROUND_FACE)

    def hand(self, side: int) -> Vector:
        """Radii from a hand: from the outline of its landmarks, or from wrist to beyond the fingers."""
        points = (self.marks.left_hand, self.marks.right_hand)[side]
        radius = np.float32(_HAND * self.torso)
        if points is not None:
            hull = cv2.convexHull(np.asarray(points[:, :2], np.float32))[:, 0]
            return np.asarray(self._outside(np.asarray(hull, np.float32)) / radius, np.float32)
        wrist = self.at[WRIST[side]]
        tip = self._middle(_FINGERS[side]) - wrist
        _, away = self._segment(wrist + np.float32(0.25) * tip, wrist + np.float32(1.7) * tip)
        return np.asarray(away / radius, np.float32)

    def foot(self, side: int) -> Vector:
        """Radii from a foot: heel to beyond the toes, and up to the ankle."""
        heel, toe, ankle = (self.at[of[side]] for of in (_HEEL, _TOE, ANKLE))
        sole = self._segment(heel, toe)[1]
        up = self._segment(ankle + np.float32(0.4) * (heel - ankle), (heel + toe) / 2)[1]
        beyond = self._segment(toe, toe + np.float32(0.25) * (toe - heel))[1]
        radius = np.float32(_FOOT * self.torso)
        return np.asarray(np.minimum(np.minimum(sole, up), beyond) / radius, np.float32)

    def face(self) -> tuple[Vector, Vector, Vector, Mask, Vector]:
        """Coordinates on the face, faces within its outline, where its skin shows, faces from the eyes."""
        mesh = None if self.marks.face is None else np.asarray(self.marks.face[:, :2], np.float32)
        top, chin, outline, eyes = self._guessed() if mesh is None else _meshed(mesh)
        tall = np.float32(max(float(np.linalg.norm(top - chin)), 1e-3))
        up, middle = (top - chin) / tall, (top + chin) / 2
        dx, dy = self.x - middle[0], self.y - middle[1]
        face_y, face_x = -(dx * up[0] + dy * up[1]) / tall, (dy * up[0] - dx * up[1]) / tall
        oval = self._within(outline) / tall
        skin = (oval > 0.05) & ((face_y < -0.3) | (face_y > -0.05))
        if mesh is not None:
            for points in (*EYES, LIPS):
                skin &= self._outside(mesh[list(points)]) > 1
        away = np.minimum(*(np.hypot(self.x - x, self.y - y) for x, y in eyes)) / tall
        return face_x, face_y, np.asarray(oval, np.float32), skin, np.asarray(away, np.float32)

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
