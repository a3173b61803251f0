"""Garments are in one piece: what goes on in the same cloth is none of what a network says in places."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.people.parts import pieces
from anatomatte.people.parts.labels import AT
from anatomatte.people.parts.person import View, smoothed
from made.people_marks import SIZE, decided, labelled, marks, standing

GREEN, RED = (0.15, 0.45, 0.2), (0.8, 0.1, 0.1)
ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]
LEGS = (abs(abs(COLUMNS - 60) - 12) < 9) & (ROWS >= 122) & (ROWS < 208)
PATCH = LEGS & (COLUMNS > 66) & (ROWS > 135) & (ROWS < 165)
SATCHEL = (abs(COLUMNS - 36) < 9) & (ROWS > 95) & (ROWS < 130)
HALF = SATCHEL & (ROWS > 118)


def seen(where: np.ndarray, name: str, instead: np.ndarray, other: str) -> View:
    """Somebody whom a network gives part *name* somewhere, and *other* in one place, both of one colour."""
    picture, matte = standing()
    picture[where], matte[where] = GREEN, 1
    shares = labelled()
    shares[AT["upper_clothes"]][(abs(COLUMNS - 60) < 28) & (ROWS > 50) & (ROWS < 118)] = 3
    for part in ("upper_clothes", "coat", "dress", "trousers", "skirt"):
        shares[AT[part]][where] = 0.02
    shares[AT[name]][where & ~instead] = 3
    shares[AT[other]][instead], shares[AT[name]][instead] = 3, 0.02
    return View(smoothed(picture), matte, np.asarray(shares / shares.sum(0), np.float32), marks())


@pytest.mark.parametrize(
    ("where", "name", "instead", "other"),
    [(LEGS, "trousers", PATCH, "coat"), (LEGS, "dress", PATCH, "skirt"), (SATCHEL, "bag", HALF, "coat")],
)
def test_what_goes_on_in_one_cloth_is_one_part(
    where: np.ndarray, name: str, instead: np.ndarray, other: str
) -> None:
    view = seen(where, name, instead, other)
    inside = view.cover > 0.5
    made = view.within(inside).copy()
    pieces.joined(made, view.lab[inside], inside)
    assert made[AT[name]][instead[inside]].mean() > 0.8
    assert np.allclose(made.sum(0), 1, atol=1e-5)


def test_another_cloth_is_another_part() -> None:
    view = seen(LEGS, "trousers", PATCH, "coat")
    lab = view.lab.copy()
    lab[PATCH] = smoothed(np.full((9, 9, 3), RED, np.float32))[4, 4]
    found = decided(View(lab, view.cover, view.shares, view.marks))
    assert found[AT["coat"]][PATCH].mean() > 0.8
