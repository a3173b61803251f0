"""The laws of the mattes, for whoever has a frame."""

from __future__ import annotations

import numpy as np

from anatomatte.engine import Mattes
from anatomatte.menus import FACE_MENU, GROUP_MENU, PERSON_MENU
from anatomatte.parts import GROUPS

NEAR = 1e-4


def check(mattes: Mattes) -> None:
    """Every law that holds for one frame, before anything is rounded."""
    people, parts = mattes.people, mattes.parts
    for plane in (mattes.alpha, *people, *parts.values()):
        assert plane.shape == mattes.alpha.shape and plane.dtype == np.float32
        assert np.isfinite(plane).all() and plane.min() >= 0 and plane.max() <= 1
    together = sum(people, np.zeros_like(mattes.alpha))
    assert (together - mattes.alpha).max() <= NEAR
    for number, matte in enumerate(people):
        own = mattes.planes(list(parts), list(PERSON_MENU)[number])
        assert np.abs(sum(own) - matte).max() <= NEAR
    if people:
        assert np.abs(sum(parts.values()) - together).max() <= NEAR
    for whose in ("everyone", *list(PERSON_MENU)[: len(people)]):
        regions = mattes.planes([*FACE_MENU, "face"], whose)
        assert all(plane.min() >= 0 for plane in regions)
        assert np.abs(sum(regions[:-1]) - regions[-1]).max() <= NEAR
    for group in GROUP_MENU:
        members = sum((parts[name] for name in GROUPS[group]), np.zeros_like(mattes.alpha))
        assert np.abs(mattes.named(group) - members).max() <= NEAR
