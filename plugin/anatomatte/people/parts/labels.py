"""The labels that are told apart within a person: the parts, and tights apart from bare legs."""

from __future__ import annotations

from ...frame import Pixels
from ...parts import PERSON

TIGHTS: tuple[str, ...] = ("left_tights", "right_tights")

LABELS: tuple[str, ...] = (*PERSON, *(name for name in TIGHTS if name not in PERSON))
"""Planes of everything in this package: the parts in their order, then tights where these are no parts."""

AT: dict[str, int] = {name: k for k, name in enumerate(LABELS)}
"""Label to plane."""

SIDES: tuple[str, str] = ("left", "right")
"""The person's own sides."""

BARE: tuple[str, ...] = (
    *("face", "neck", "torso_skin", "left_arm", "right_arm"),
    *("left_hand", "right_hand", "left_leg", "right_leg"),
)
"""Labels of bare skin: one tone on one person."""

SHOES: tuple[str, ...] = ("left_shoe", "right_shoe")

GARMENTS: tuple[str, ...] = ("upper_clothes", "coat", "dress", "trousers", "skirt")

LOWER: tuple[str, ...] = ("dress", "skirt", "trousers")
"""What may be worn below the waist; a person wears one of them."""


def planes(*names: str) -> list[int]:
    """Planes of some labels."""
    return [AT[name] for name in names]


def folded(shares: Pixels) -> Pixels:
    """Shares (labels, …) as those of the parts alone: tights that are no part are the legs that they cover."""
    made = shares[: len(PERSON)]
    for tights, leg in zip(TIGHTS, ("left_leg", "right_leg"), strict=True):
        if tights not in PERSON:
            made[AT[leg]] += shares[AT[tights]]
    return made
