"""The labels that are told apart within a person: its parts, and which of them belong together."""

from __future__ import annotations

from ...parts import PERSON

LABELS: tuple[str, ...] = PERSON
"""Planes of everything in this package: a person's matte is divided among them."""

AT: dict[str, int] = {name: k for k, name in enumerate(LABELS)}
"""Label to plane."""

SIDES: tuple[str, str] = ("left", "right")
"""The person's own sides."""

BARE: tuple[str, ...] = (
    *("face", "neck", "torso_skin", "left_arm", "right_arm"),
    *("left_hand", "right_hand", "left_leg", "right_leg"),
)
"""Labels of bare skin: one tone on one person."""

UPPER: tuple[str, ...] = BARE[:7]
"""Bare skin above the legs, which has no edges where one label ends and the next begins."""

TIGHTS: tuple[str, ...] = ("left_tights", "right_tights")

SHOES: tuple[str, ...] = ("left_shoe", "right_shoe")

LIMBS: tuple[str, ...] = tuple(name for name in LABELS if name.startswith(SIDES))
"""Arms, hands, legs and what is on them."""

GARMENTS: tuple[str, ...] = ("upper_clothes", "coat", "dress", "trousers", "skirt")

LOWER: tuple[str, ...] = ("dress", "skirt", "trousers")
"""What may be worn below the waist; a person wears one of them."""


def planes(*names: str) -> list[int]:
    """Planes of some labels."""
    return [AT[name] for name in names]
