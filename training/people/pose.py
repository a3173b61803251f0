"""Poses: rotations per bone, drawn from everyday and extreme habits."""

from __future__ import annotations

import numpy as np

from .body import Body
from .geometry import DEGREE, Array, rot_axis, rot_x, rot_y, rot_z

KINDS = ("stand", "walk", "run", "sit", "raise", "reach", "crouch", "wild", "lie")
"""Kinds of pose; each varies."""

SHARES = (0.34, 0.17, 0.07, 0.12, 0.09, 0.08, 0.04, 0.09, 0.0)
"""How often each kind is drawn."""


class Poser:
    """Draws one pose for a body with rest joints `joints`."""

    def __init__(self, body: Body, joints: Array, rng: np.random.Generator) -> None:
        self.body, self.joints, self.rng = body, joints, rng
        self.turns: dict[int, Array] = {}

    def _angle(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high) * DEGREE

    def _joint(self, name: str) -> Array:
        return self.joints[self.body.bone[name]]

    def _set(self, name: str, turn: Array) -> None:
        if name in self.body.bone:
            self.turns[self.body.bone[name]] = turn

    def arm(
        self, side: str, lift: float, forward: float, across: float, elbow: float, twist: float = 0.0
    ) -> None:
        """One arm; angles in radians: `lift` sideways (0 is level), then forward, across, elbow, twist."""
        sign = 1 if side == "L" else -1
        upper = self._joint("lowerarm01." + side) - self._joint("upperarm01." + side)
        lower = self._joint("wrist." + side) - self._joint("lowerarm01." + side)
        shrug = max(0.0, lift) * 0.25
        self._set("clavicle." + side, rot_z(sign * shrug * 0.6))
        self._set("shoulder01." + side, rot_z(sign * shrug * 0.4))
        turn = (
            rot_y(-sign * across)
            @ rot_x(-forward)
            @ rot_z(sign * (lift - shrug))
            @ rot_axis(upper, sign * twist)
        )
        self._set("upperarm01." + side, turn)
        self._set("lowerarm01." + side, rot_axis(np.cross(upper, lower), elbow))
        self._set("wrist." + side, rot_axis(self.rng.normal(size=3), self._angle(-25, 25)))
        self.fingers(side, self._angle(0, 60) if self.rng.random() < 0.7 else self._angle(-10, 15))

    def fingers(self, side: str, curl: float) -> None:
        """Bend four fingers by about `curl` radians a joint."""
        sign = 1 if side == "L" else -1
        across = self._joint("metacarpal4." + side) - self._joint("metacarpal1." + side)
        for finger in range(2, 6):
            for k in range(1, 4):
                bend = (curl + self._angle(-8, 8)) * (1 if k > 1 else 0.7)
                self._set(f"finger{finger}-{k}.{side}", rot_axis(across, -sign * bend))

    def leg(self, side: str, hip: float, apart: float, knee: float, turn: float = 0.0) -> None:
        """One leg; angles in radians."""
        sign = 1 if side == "L" else -1
        self._set("upperleg01." + side, rot_y(sign * turn) @ rot_z(sign * apart) @ rot_x(-hip))
        self._set("lowerleg01." + side, rot_x(knee))
        self._set("foot." + side, rot_x(self._angle(-15, 15)))

    def _habit(self, side: str) -> None:
        a, pick = self._angle, self.rng.random()
        if pick < 0.40:  # hanging
            self.arm(side, a(-48, -22), a(-25, 25), a(-5, 20), a(0, 45), a(-30, 30))
        elif pick < 0.54:  # forearm up
            self.arm(side, a(-45, -25), a(-5, 45), a(0, 35), a(50, 115), a(0, 60))
        elif pick < 0.66:  # on the hip
            self.arm(side, a(-35, -12), a(-45, -10), a(-20, 10), a(60, 105), a(20, 80))
        elif pick < 0.78:  # folded or holding
            self.arm(side, a(-40, -10), a(20, 70), a(10, 50), a(60, 125), a(-20, 60))
        elif pick < 0.84:  # hand at the head
            self.arm(side, a(0, 50), a(10, 50), a(10, 50), a(100, 140), a(-20, 40))
        elif pick < 0.92:
            self.arm(side, a(-20, 60), a(0, 70), a(-20, 50), a(0, 100), a(-50, 50))
        else:
            self.arm(side, a(20, 135), a(-20, 50), a(-10, 50), a(0, 120), a(-50, 50))

    def _stride(self, kind: str) -> None:
        a, rng = self._angle, self.rng
        step, lead = (a(8, 45), 1) if kind == "walk" else (a(35, 75), 1)
        lead = lead if rng.random() < 0.5 else -1
        back_knee = (5, 50) if kind == "walk" else (40, 115)
        self.leg("L", lead * step + a(-5, 5), a(-2, 4), a(*back_knee) if lead < 0 else a(0, 30))
        self.leg("R", -lead * step + a(-5, 5), a(-2, 4), a(*back_knee) if lead > 0 else a(0, 30))
        if rng.random() < (0.6 if kind == "walk" else 0.9):
            elbow = a(10, 100) if kind == "walk" else a(60, 115)
            self.arm("L", a(-48, -35), -lead * step * 0.8, 0, elbow, a(-10, 20))
            self.arm("R", a(-48, -35), lead * step * 0.8, 0, elbow, a(-10, 20))

    def draw(self, kind: str) -> dict[int, Array]:
        """Rotations per bone for a pose of `kind` (one of `KINDS`)."""
        a, rng = self._angle, self.rng
        strong = rng.choice(["L", "R"])
        for side in ("L", "R"):
            if kind == "raise" and rng.random() < 0.75:
                self.arm(side, a(30, 140), a(-20, 50), a(-10, 50), a(0, 110), a(-40, 40))
            elif kind == "reach" and side == strong:
                self.arm(side, a(-30, 100), a(-30, 90), a(-40, 60), a(0, 50), a(-60, 60))
            else:
                self._habit(side)
            if kind == "sit":
                self.leg(side, a(70, 100), a(-2, 25), a(60, 110), a(-5, 20))
            elif kind == "crouch":
                self.leg(side, a(60, 125), a(0, 40), a(80, 140), a(0, 30))
            elif kind == "lie":
                self.leg(side, a(-5, 50), a(-3, 25), a(0, 70), a(-20, 30))
            elif kind == "wild":
                self.leg(side, a(-30, 95), a(-5, 45), a(0, 110), a(-15, 30))
            elif kind == "reach":
                self.leg(side, a(-25, 60), a(0, 35), a(0, 70), a(-10, 25))
            else:
                self.leg(side, a(-8, 15), a(-3, 12), a(0, 18), a(-5, 20))
        if kind in ("walk", "run"):
            self._stride(kind)
        self._torso(kind)
        return self.turns

    def _torso(self, kind: str) -> None:
        a, rng = self._angle, self.rng
        bend, twist, lean = a(-8, 10), a(-12, 12), a(-7, 7)
        if kind in ("wild", "reach"):
            bend, twist, lean = a(-15, 45), a(-35, 35), a(-18, 18)
        elif kind in ("run", "crouch"):
            bend, twist = a(5, 35), a(-20, 20)
        for name in ("spine05", "spine04", "spine03", "spine02", "spine01"):
            self._set(name, rot_z(lean / 3) @ rot_y(twist / 3) @ rot_x(bend / 3))
        wide = 1.6 if rng.random() < 0.25 else 1.0
        nod, turn, tilt = a(-16, 20) * wide, a(-35, 35) * wide, a(-10, 10) * wide
        for name, k in (("neck01", 0.2), ("neck02", 0.2), ("neck03", 0.2), ("head", 0.4)):
            self._set(name, rot_z(tilt * k) @ rot_y(turn * k) @ rot_x(nod * k))
        if rng.random() < 0.3:
            self._set("jaw", rot_x(a(0, 14)))
        if kind == "lie":
            self.turns[0] = self._down()
        elif kind == "wild" and rng.random() < 0.5:
            self.turns[0] = rot_z(a(-40, 40)) @ rot_x(a(-30, 55))

    def _down(self) -> Array:
        """The turn of somebody who lies, mostly across the view: on the back, on a side, on the front."""
        a, rng = self._angle, self.rng
        rolled = rng.choice([0.0, 90.0, -90.0, 180.0], p=[0.5, 0.17, 0.17, 0.16]) * DEGREE + a(-25, 25)
        heading = rng.choice([-90.0, 90.0]) * DEGREE + a(-40, 40)
        return rot_y(heading) @ rot_x(-90 * DEGREE) @ rot_y(rolled)
