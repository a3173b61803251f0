"""Shoes, sandals and boots cut from the body's own shell, for whoever wears no fitted pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from anatomatte.parts import INDEX

from .clothes import TIGHTS, Tailor
from .geometry import Array
from .material import Material
from .wearer import FAR, Wearer

KINDS = {"low": 0.42, "pump": 0.16, "sandal": 0.14, "ankle": 0.14, "boot": 0.14}
"""Kinds of footwear and how often each is drawn."""

_GROUND, _ANKLE = -8.1, -7.35
"""Heights of the sole and the ankle on the mean body, in decimetres."""


def shoes(wearer: Wearer, tailor: Tailor, material: Material) -> str:
    """Put a pair on `wearer` and say which kind it is: part `left_shoe` and `right_shoe`."""
    rng = wearer.rng
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    field, lift = _cut(kind, wearer, tailor)
    side = np.where(tailor.x > 0, INDEX["left_shoe"], INDEX["right_shoe"])
    wearer.add_shell(
        wearer.body.faces[TIGHTS], lift, 0, replace(material, bump=0.1), cut=field, parts=side,
        moved=_soled(wearer, tailor, rng.uniform(0.05, 0.35)),
    )  # fmt: skip
    if kind != "sandal":
        wearer.hide = np.maximum(wearer.hide, field)
    return kind


def boots(wearer: Wearer, tailor: Tailor, material: Material) -> None:
    """Shafts over fitted shoes, from the ankle to below or over the knee."""
    top = wearer.rng.uniform(0.5, 0.85)
    field = np.minimum(wearer.body.leg_t - top, 1.02 - wearer.body.leg_t) * 8.7
    field = np.where(tailor.on_arm | (tailor.y > 0), -1, field).astype(np.float32)
    side = np.where(tailor.x > 0, INDEX["left_shoe"], INDEX["right_shoe"])
    lift = np.full(len(side), 0.14, np.float32)
    wearer.add_shell(wearer.body.faces[TIGHTS], lift, 0, replace(material, bump=0.1), cut=field, parts=side)


def _cut(kind: str, wearer: Wearer, tailor: Tailor) -> tuple[Array, Array]:
    """Field of one kind and how far it stands off the foot."""
    rng, y, z = wearer.rng, tailor.y, tailor.z
    leg = wearer.body.leg_t
    below = np.where(tailor.on_arm | (y > 0), -1, FAR)
    if kind == "boot":
        field = np.minimum(below, (leg - rng.uniform(0.45, 0.85)) * 8.7)
        return field.astype(np.float32), np.full(len(y), rng.uniform(0.1, 0.22), np.float32)
    rim = rng.uniform(0.05, 0.6) if kind == "ankle" else rng.uniform(-0.25, 0.0)
    field = np.minimum(below, _ANKLE + rim - y)
    if kind == "pump":  # the instep is open
        front, back = rng.uniform(1.2, 1.6), rng.uniform(-0.1, 0.3)
        open_at = np.minimum(np.minimum(front - z, z - back), y - (_GROUND + 0.28))
        field = np.minimum(field, -open_at)
    if kind == "sandal":  # a sole and straps
        sole = _GROUND + 0.12 - y
        wide = rng.uniform(0.07, 0.16)
        straps = np.max(
            [wide - np.abs(z - at) for at in (rng.uniform(1.1, 1.4), rng.uniform(0.55, 0.9))], axis=0
        )
        if rng.random() < 0.6:
            straps = np.maximum(straps, wide - np.abs(y - _ANKLE - rng.uniform(-0.1, 0.2)))
        field = np.minimum(field + (0.3 if rim < 0 else 0), np.maximum(sole, straps))
    thick = rng.uniform(0.04, 0.09) if kind in ("pump", "sandal") else rng.uniform(0.08, 0.2)
    return field.astype(np.float32), np.full(len(y), thick, np.float32)


def _soled(wearer: Wearer, tailor: Tailor, thick: float) -> Array:
    """Rest points with what is under the foot moved down by a sole."""
    moved = wearer.rest.copy()
    moved[:, 1] -= thick * np.clip((_GROUND + 0.25 - tailor.y) / 0.2, 0, 1)
    return moved.astype(np.float32)
