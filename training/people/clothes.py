"""Clothes cut from the body's own shells by signed fields: above 0 is cloth, 0 is the seam."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from anatomatte.parts import INDEX

from .geometry import Array
from .material import Material
from .wearer import FAR, Wearer

TIGHTS, SKIRT = "helper-tights", "helper-skirt"


@dataclass(frozen=True)
class TopCut:
    """Cut of a top; heights in decimetres on the mean body, sleeves in arm lengths."""

    hem: float
    sleeve: float
    """1 reaches the wrist; below 0 there are straps only."""
    collar: float
    """Height of the collar over the neck's base."""
    v_depth: float = 0.0
    v_width: float = 1.0
    open_front: float = 0.0
    """Half width of an open front; 0 is closed."""


class Tailor:
    """Cuts and puts on clothes for one wearer."""

    def __init__(self, wearer: Wearer) -> None:
        self.w = wearer
        body = wearer.body
        self.x, self.y, self.z = body.mean_rest.T
        limbs = [INDEX[n] for n in ("left_arm", "right_arm", "left_hand", "right_hand")]
        self.on_arm = np.isin(body.parts, limbs)
        self.neck_y = float(body.mean_joints[body.bone["neck01"]][1])

    def top_field(self, cut: TopCut) -> Array:
        """Field of a top."""
        body, y = self.w.body, self.y
        notch = np.where(self.z > 0.2, cut.v_depth * np.maximum(0, 1 - np.abs(self.x) / cut.v_width), 0)
        trunk = np.minimum(y - cut.hem, self.neck_y + cut.collar - notch - y)
        sleeve = (cut.sleeve - body.arm_t) * 5.0
        field = np.where(self.on_arm, sleeve, np.minimum(trunk, np.where(body.arm_t > -0.1, sleeve, FAR)))
        if cut.sleeve < 0:
            field = np.minimum(field, np.where(np.abs(self.x) > 1.55 + cut.sleeve * 2, -1, FAR))
        if cut.open_front > 0:
            taper = np.clip(0.35 + 0.65 * (7 - y) / 6, 0.3, 1)
            field = np.minimum(field, np.where(self.z > 0.25, np.abs(self.x) - cut.open_front * taper, FAR))
        return field.astype(np.float32)

    def trouser_field(self, waist: float, length: float) -> Array:
        """Field of trousers; `length` 1 reaches the ankle."""
        inside = np.minimum(waist - self.y, (length - self.w.body.leg_t) * 8.7)
        return np.where(self.on_arm, -1, inside).astype(np.float32)

    def skirt_field(self, waist: float, hem: float, open_front: float = 0.0) -> Array:
        """Field of a skirt between two heights."""
        field = np.minimum(waist - self.y, self.y - hem)
        if open_front > 0:
            field = np.minimum(field, np.where(self.z > 0.25, np.abs(self.x) - open_front, FAR))
        return np.minimum(field, FAR).astype(np.float32)

    def put_on(
        self,
        field: Array,
        offset: Array | float,
        part: str,
        material: Material,
        *,
        shell: str = TIGHTS,
        wrinkle: float = 0.04,
        covers: bool = True,
        moved: Array | None = None,
    ) -> None:
        """Put on a shell cut by `field`; `wrinkle` is the depth of folds; `covers` hides the skin below."""
        w = self.w
        lift = offset + wrinkle * w.ripple(1.6) + wrinkle * 0.6 * w.ripple(4.0)
        w.add_shell(
            w.body.faces[shell], lift.astype(np.float32), INDEX[part], material, cut=field, moved=moved
        )
        if covers and shell == TIGHTS and material.thin[0] == 0:
            w.hide = np.maximum(w.hide, field)

    def flared(self, flare: float, pleat: float, pleats: int) -> Array:
        """Rest points with the skirt shell widened towards its hem and laid in pleats."""
        w, rng = self.w, self.w.rng
        drop = (np.clip(2.0 - self.y, 0, 9) / 8)[:, None]
        around = np.arctan2(self.x, self.z)[:, None]
        wide = 1 + flare * drop + pleat * drop * np.sin(around * pleats + rng.uniform(0, 2 * np.pi))
        centre = w.rest_joints[w.body.bone["root"]][[0, 2]]
        moved = w.rest.copy()
        moved[:, [0, 2]] = centre + (moved[:, [0, 2]] - centre) * wide
        return moved.astype(np.float32)

    def gloves(self, material: Material) -> None:
        """Gloves, sometimes long: the part is the hand, above the wrist the arm."""
        w = self.w
        length = w.rng.uniform(0.55, 0.98)
        field = np.where(self.on_arm, (w.body.arm_t - length) * 5.0, -1).astype(np.float32)
        w.add_shell(w.body.faces["body"], 0.05, 0, material, cut=field, parts=w.body.parts)

    def stockings(self, material: Material, top: float) -> None:
        """Socks, stockings or tights up to `top`, 0 at the hip and 1 at the ankle."""
        w = self.w
        field = np.where(w.body.leg_t > -0.5, (w.body.leg_t - top) * 8.7, -1)
        field = np.where(self.on_arm | (self.y > 2.4), -1, field).astype(np.float32)
        parts = np.where(self.x > 0, INDEX["left_tights"], INDEX["right_tights"])
        legs = np.isin(w.body.parts, [INDEX["left_leg"], INDEX["right_leg"]])
        w.add_shell(
            w.body.faces["body"],
            0.04,
            0,
            material,
            cut=np.where(legs, field, -1).astype(np.float32),
            parts=parts,
        )

    def armour(self, material: Material, amount: float) -> None:
        """Stiff plates over parts of the body (shoulders, chest, shins, thighs, belt): `other`."""
        w, rng = self.w, self.w.rng
        body, y = w.body, self.y
        neck = self.neck_y
        plates = [
            np.minimum(np.minimum(y - rng.uniform(3.6, 5), neck - 0.2 - y), np.where(self.on_arm, -1, FAR)),
            np.where(
                self.on_arm | (body.arm_t > -0.1), np.minimum(0.3 - body.arm_t, body.arm_t + 0.25) * 5, -1
            ),
            np.where(self.on_arm, np.minimum(0.97 - body.arm_t, body.arm_t - 0.62) * 5, -1),
            np.minimum(0.97 - body.leg_t, body.leg_t - 0.55) * 8,
            np.minimum(0.45 - body.leg_t, body.leg_t - 0.1) * 8,
            np.where(self.on_arm, -1, np.minimum(y - 1.6, 2.2 - y)),
        ]
        for plate in plates:
            if rng.random() < amount:
                field = np.where(self.on_arm & (body.arm_t < -0.5), -1, plate).astype(np.float32)
                bulge = (0.25 + 0.25 * np.clip(field, 0, 1)).astype(np.float32)
                self.put_on(
                    field,
                    bulge,
                    "other",
                    replace(material, bump=rng.uniform(0, 0.2)),
                    wrinkle=0.0,
                    covers=False,
                )
