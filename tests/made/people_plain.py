"""What the compiled loops over the pixels of a person compute, in plain NumPy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from anatomatte.people.parts.body import Body
from anatomatte.people.parts.labels import AT, GARMENTS, LABELS, LIMBS, SIDES
from anatomatte.people.parts.prior import ramp

Pixels = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

_SURE_SIDE, _OUT_OF_SIGHT, _BEHIND, _SELDOM = 0.5, 3, 3.8, 3


def off_bone(x: Pixels, y: Pixels, ends: Pixels, radii: tuple[float, float]) -> tuple[Pixels, Pixels]:
    """Along a bone from one end (0) to the other (1), and radii in pixels from it."""
    way = ends[1] - ends[0]
    px, py = x - ends[0, 0], y - ends[0, 1]
    along = (px * way[0] + py * way[1]) / (way**2).sum()
    on = np.clip(along, 0, 1)
    away = np.hypot(px - on * way[0], py - on * way[1])
    return along, away / (radii[0] + (radii[1] - radii[0]) * on)


def prior(at: Body) -> Pixels:
    """Log prior (labels, N) of every label at N pixels of a body."""
    made = np.zeros((len(LABELS), len(at.trunk)), np.float32)
    _garments(made, at)
    _limbs(made, at)
    _head(made, at)
    _neck(made, at)
    if at.head_only:
        for name in LIMBS:
            made[AT[name]] -= _OUT_OF_SIGHT
    return made


def _garments(made: Pixels, at: Body) -> None:
    near_head = 5 * ramp(-at.face_y, -0.75, -0.5) * (np.abs(at.face_x) < 1.4)
    on_face = 6 * ramp(at.oval, -0.02, 0.1) + near_head
    for name in GARMENTS:
        made[AT[name]] -= on_face
    up, down = -at.height, at.height
    made[AT["trousers"]] -= 6 * ramp(up, -0.85, -0.6) + 4 * ramp(down, 2.95, 3.1)
    made[AT["skirt"]] -= 6 * ramp(up, -0.8, -0.55) + 4 * ramp(down, 2.7, 3)
    made[AT["upper_clothes"]] -= 5 * ramp(down, 1.25, 1.6)
    made[AT["coat"]] -= 5 * ramp(down, 2.2, 2.7)
    made[AT["dress"]] -= 5 * ramp(down, 2.6, 3)
    aside = 3 * ramp(-at.hand, -1.0, -0.5) + 3 * ramp(at.leg, 1.6, 2.6) * (at.arm < 1)
    for name in ("trousers", "skirt"):
        made[AT[name]] -= aside


def _limbs(made: Pixels, at: Body) -> None:
    up = -at.height
    sided = [np.float32(min(pair[0].seen, pair[1].seen) > _SURE_SIDE) for pair in (at.arms, at.legs)]
    for k, side in enumerate(SIDES):
        arm, leg, hand, foot = at.arms[k], at.legs[k], at.hands[k], at.feet[k]
        off_arm, off_leg = at.arms[1 - k].off, at.legs[1 - k].off
        arm_side, leg_side = 3 * sided[0], 3 * sided[1]
        made[AT[f"{side}_arm"]] -= (
            6 * ramp(arm.off, 1, 1.8) + arm_side * ramp(arm.off - off_arm, 0, 0.4)
            + 2 * ramp(-hand, -0.5, -0.1)
        )  # fmt: skip
        made[AT[f"{side}_hand"]] -= 6 * ramp(hand, 0.9, 1.8) + arm_side * ramp(hand - at.hands[1 - k], 0, 0.3)
        made[AT[f"{side}_leg"]] -= (
            6 * ramp(leg.off, 1, 1.9) + leg_side * ramp(leg.off - off_leg, 0, 0.4)
            + 4 * ramp(up, -1.3, -1.05) + ramp(-foot, -0.8, -0.3)
        )  # fmt: skip
        made[AT[f"{side}_tights"]] -= (
            6 * ramp(leg.off, 1, 1.9) + leg_side * ramp(leg.off - off_leg, 0, 0.4)
            + 5 * ramp(up, -1.6, -1.2) + ramp(-foot, -0.8, -0.3) + np.float32(0.7)
        )  # fmt: skip
        boots = np.where(at.height > 2.1, np.float32(0.45), np.float32(1))
        made[AT[f"{side}_shoe"]] -= (
            7 * ramp(foot, 1, 2) * boots + leg_side * ramp(foot - at.feet[1 - k], 0, 0.3)
            + 5 * ramp(up, -2.3, -2)
        )  # fmt: skip


def _head(made: Pixels, at: Body) -> None:
    outside = -at.oval
    made[AT["face"]] -= 4 * ramp(at.face_y, 0.5, 0.58)  # the chin is sharper than the cheeks and ears
    away = 6 * ramp(outside, 0.02, 0.14) - 2 * ramp(at.oval, 0.02, 0.1)
    made[AT["face"]] -= away if at.facing else _BEHIND + (6 - _BEHIND) * ramp(outside, 0.1, 0.4)
    made[AT["glasses"]] -= (
        6 * ramp(np.abs(at.face_y + np.float32(0.1)), 0.14, 0.22) + 6 * ramp(outside, 0.03, 0.12)
        if at.facing
        else 6
    )
    around = np.hypot(at.face_x, at.face_y + np.float32(0.12))
    beside = (at.face_y > 0) & (np.abs(at.face_x) < 1.15)
    long = 6 * ramp(at.face_y, 1.8, 3.4) + 1.5 * ramp(np.abs(at.face_x), 0.7, 1.15)
    made[AT["hair"]] -= np.minimum(6 * ramp(around, 0.85, 1.1), np.where(beside, long, np.float32(9)))
    if at.facing:
        fringe = np.where(at.face_y < -0.22, np.float32(2), np.float32(5))
        made[AT["hair"]] -= ramp(at.oval, 0.03, 0.09) * fringe
    made[AT["hat"]] -= 6 * ramp(at.face_y, -0.25, 0) + 6 * ramp(around, 1.1, 1.5) + 6 * ramp(at.oval, 0, 0.12)


def _neck(made: Pixels, at: Body) -> None:
    up, wide = -at.face_y, np.abs(at.face_x)
    made[AT["neck"]] -= (
        5 * ramp(wide, 0.4, 0.65) + 5 * ramp(up, -0.4, -0.3)
        + 4 * ramp(at.trunk, 0.15, 0.4) + 4 * ramp(at.oval, 0, 0.06)
    )  # fmt: skip
    made[AT["torso_skin"]] -= (
        5 * ramp(up, -0.75, -0.55) + 5 * ramp(at.trunk, 0.5, 0.9) + 3 * ramp(wide, 1.3, 2)
    )
    made[AT["scarf"]] -= 4 * ramp(up, -0.5, -0.3) + 3 * ramp(at.trunk, 0.5, 1) + 1
    made[AT["bag"]] -= 5 * ramp(at.oval, -0.1, 0) + 1
    made[AT["other"]] -= 4 * ramp(at.oval, -0.1, 0) + _SELDOM


def dense(colours: Pixels, means: Pixels, factors: Pixels, weights: Pixels) -> Pixels:
    """Log densities of colours in one mixture of Gaussians."""
    away = np.einsum("kij,nkj->nki", factors.astype(float), colours[:, None] - means.astype(float))
    return np.asarray(np.logaddexp.reduce(weights - 0.5 * (away**2).sum(-1), 1), np.float32)


def steps(smooth: Pixels, inside: Mask) -> Pixels:
    """How far neighbours across, down and on both diagonals lie apart; infinite where one is outside."""
    height, width = inside.shape
    made = np.full((4, height, width), np.inf, np.float32)
    for k, (dy, dx) in enumerate(((0, 1), (1, 0), (1, 1), (1, -1))):
        for y in range(height - dy):
            for x in range(max(0, -dx), width - max(0, dx)):
                if inside[y, x] and inside[y + dy, x + dx]:
                    made[k, y, x] = np.linalg.norm(smooth[y, x] - smooth[y + dy, x + dx])
    return made


def border(lattice: Numbers, step: Pixels) -> set[tuple[int, int, float]]:
    """The steps between two components: the smaller number, the larger one, the step."""
    found = set()
    for k, (dy, dx) in enumerate(((0, 1), (1, 0), (1, 1), (1, -1))):
        for y, x in np.argwhere(np.isfinite(step[k])):
            one, two = int(lattice[2 * y, 2 * x]), int(lattice[2 * (y + dy), 2 * (x + dx)])
            if one != two:
                found.add((min(one, two), max(one, two), float(step[k, y, x])))
    return found


def answer(own: Pixels, found: Pixels, of: Numbers, power: float, floor: float) -> Pixels:
    """What regions found, times a power of each pixel's own."""
    made = found[:, of] * (np.exp(power * (own - own.max(0))) + floor)
    return np.asarray(made / made.sum(0), np.float32)


def bilinear(plane: Pixels, x: Pixels, y: Pixels) -> Pixels:
    """A plane at places x and y, which are of one shape; its last cells are repeated."""
    height, width = plane.shape
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = x - left, y - top

    def at(row: npt.NDArray[np.int_], column: npt.NDArray[np.int_]) -> Pixels:
        return plane[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]

    above = at(top, left) * (1 - right) + at(top, left + 1) * right
    below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return np.asarray(above * (1 - down) + below * down, np.float32)
