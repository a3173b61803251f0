"""How strongly each figure of an area speaks for and against a screen: tables of log odds."""

from __future__ import annotations

from dataclasses import dataclass

Knots = tuple[tuple[float, ...], tuple[float, ...]]
"""Values of a figure, ascending, and the log odds there; linear between, constant beyond."""


@dataclass(frozen=True, slots=True)
class Table:
    """Log odds by the figures' names.

    Attributes:
        best: of an area of which every figure says screen.
        odds: what each figure takes off.
    """

    best: float
    odds: dict[str, Knots]


CODES: dict[str, str] = {
    "vivid": "pale",
    "usual": "pale",
    "paint": "drifts",
    "smooth": "texture",
    "rough": "texture",
    "edges": "lettering",
    "lines": "lettering",
    "clutter": "lettering",
    "area": "small",
    "low": "below",
    "sides": "border",
    "worn": "clothes",
    "tinted": "light",
    "upper": "beside",
    "ring": "beside",
}
"""The reason that each figure gives, a code of `decision.WHY`."""

HOPELESS = -4.0
"""Log odds of the material alone at which nothing that is found besides makes it a screen."""

MATERIAL = ("vivid", "usual", "paint", "smooth", "rough", "lines")
"""Figures of the area itself, wherever it lies."""

BEFORE = Table(
    best=5.0,
    odds={
        "vivid": ((0.3, 0.45, 0.6, 0.75, 0.9), (-3.8, -2.4, -1.8, -0.9, 0)),
        "usual": ((0, 0.3, 0.6, 1), (-7.5, -4.4, -1.4, 0)),
        "paint": ((0, 0.5, 1), (-2, -0.7, 0)),
        "smooth": ((0, 0.4, 0.8, 1), (-7.8, -5.1, -2.4, 0)),
        "lines": ((0.005, 0.02, 0.05, 0.1), (0, -2.3, -3.8, -5.2)),
        "rough": ((0.02, 0.04, 0.08), (0, -0.5, -1.1)),
        "sides": ((0, 0.4, 0.7, 0.9, 1), (-1.1, -1.1, -1, -0.3, 0)),
        "area": ((0.05, 0.2, 0.4), (-0.9, 0, 0)),
        "low": ((-0.8, -0.3, 0), (-1.5, -1.5, 0)),
        "clutter": ((0.01, 0.06, 0.15, 0.3), (0, -0.5, -1.8, -3.6)),
        "worn": ((0.1, 0.3, 0.6), (0, -3, -6)),
        "tinted": ((0.4, 0.7, 0.95), (0, -2.8, -5.8)),
        "upper": ((0.4, 0.7, 0.9, 0.98, 1), (-8.8, -7.1, -5.3, -2.8, 0)),
        "ring": ((0.2, 0.5, 0.8, 1), (-4.7, -3.7, -2.3, 0)),
    },
)

ALONE = Table(
    best=4.6,
    odds={name: BEFORE.odds[name] for name in MATERIAL if name != "lines"}
    | {
        "edges": ((0.005, 0.02, 0.05, 0.1), (0.0, -1.7, -3.6, -5.7)),
        "sides": ((0.0, 0.3, 0.55, 0.8, 0.95, 1.0), (-3.5, -1.8, -1.3, -1.0, -0.6, 0.0)),
        "area": ((0.02, 0.06), (-1.5, 0.0)),
        "low": ((-0.8, -0.3, 0.0), (-2.5, -0.5, 0.0)),
        "clutter": ((0.15, 0.4, 0.8), (0.0, -0.5, -1.5)),
    },
)
