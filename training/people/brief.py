"""Who is wanted: framings, poses, outfits, ages and views, and how often each is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .pose import SHARES

OUTFITS = {
    "suit": 0.1,
    "trousers": 0.24,
    "shorts": 0.1,
    "skirt": 0.24,
    "dress": 0.19,
    "robe": 0.03,
    "jumpsuit": 0.02,
    "swim": 0.03,
    "costume": 0.05,
}
"""Kinds of outfit and how often each is drawn."""

MEN = 0.12
"""How often men wear skirts and dresses, of how often women do."""


@dataclass(frozen=True)
class Brief:
    """Who is wanted: framings, poses (in the order of `KINDS`) and outfits, and how often each is drawn."""

    framings: Mapping[str, float]
    poses: tuple[float, ...] = SHARES
    outfits: Mapping[str, float] = field(default_factory=lambda: OUTFITS)
    men: float = MEN
    """How often men wear skirts and dresses, of how often women do."""
    ages: tuple[float, float] = (0.0, 1.0)
    """From a baby's to the oldest: a third is a child, two thirds a young adult."""
    yaw: tuple[float, float] | None = None
    """Mean and spread, in degrees, of how far somebody is turned: 0 faces the camera; None draws any."""
    pitch: tuple[float, float] | None = None
    """From how high the camera looks down, in degrees, least and most; None draws any, mostly level."""


ANYBODY = Brief({"full": 0.42, "three-quarter": 0.13, "half": 0.2, "portrait": 0.18, "face": 0.07})
"""What the camera takes in of people in general."""

FIGURES = Brief(
    {"full": 0.84, "three-quarter": 0.16},
    (0.46, 0.24, 0.03, 0.08, 0.07, 0.06, 0.02, 0.04, 0.0),
    {
        "suit": 0.06,
        "trousers": 0.26,
        "shorts": 0.08,
        "skirt": 0.29,
        "dress": 0.26,
        "robe": 0.02,
        "jumpsuit": 0.03,
    },
    0.5,
)
"""Whole people in everyday clothes, skirts and dresses as often as trousers: for the outfit head."""
