"""What hangs over clothes: long hair below what lies beside the face, a scarf's end below the neck."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from anatomatte.people.parts.labels import AT
from anatomatte.people.parts.person import View, smoothed
from made.people_marks import SIZE, decided, labelled, marks, standing

HAIR, COAT = (0.45, 0.27, 0.12), (0.1, 0.15, 0.5)
ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]
TRUNK = (abs(COLUMNS - 60) < 28) & (ROWS > 50) & (ROWS < 118)
BESIDE = (abs(abs(COLUMNS - 60) - 16) < 5) & (ROWS > 18) & (ROWS <= 50)
STRANDS = (abs(abs(COLUMNS - 60) - 16) < 5) & (ROWS > 50) & (ROWS < 90)
APART = (abs(COLUMNS - 60) < 6) & (ROWS > 65) & (ROWS < 95)


def seen(hanging: np.ndarray, long: bool = True, coat: tuple[float, ...] = COAT) -> View:
    """Somebody whom a network gives hair around the head alone, and a garment from the shoulders down."""
    picture, matte = standing()
    head = (np.hypot(COLUMNS - 60, (ROWS - 22) * 0.9) < 17) & (ROWS < 26)
    hair = (head & (ROWS < 18)) | (BESIDE if long else NOTHING)
    picture[head & (ROWS < 18)] = HAIR
    picture[TRUNK] = coat
    picture[hair | hanging] = HAIR
    matte[hair | hanging] = 1
    shares = labelled()
    shares[AT["hair"]][hair] = 3
    shares[AT["upper_clothes"]][(ROWS > 50) & (ROWS < 118)] = 3
    return View(smoothed(picture), matte, np.asarray(shares / shares.sum(0), np.float32), marks())


NOTHING = np.zeros(SIZE, bool)


def hair(view: View, where: np.ndarray) -> float:
    return float(decided(view)[AT["hair"]][where].mean())


def test_hair_that_hangs_down_a_coat_is_hair() -> None:
    view = seen(STRANDS)
    assert hair(view, STRANDS) > 0.8
    assert hair(view, TRUNK & ~STRANDS & (ROWS > 56)) < 0.1


@pytest.mark.parametrize("where", [APART, STRANDS & (ROWS > 62)], ids=["middle", "below"])
def test_what_does_not_hang_on_hair_is_a_garment(where: np.ndarray) -> None:
    assert hair(seen(where), where) < 0.2


def test_a_garment_of_the_hair_s_colour_stays_one() -> None:
    assert hair(seen(NOTHING, coat=HAIR), TRUNK & (ROWS > 56)) < 0.2


def test_below_short_hair_there_is_none() -> None:
    assert hair(seen(STRANDS, long=False), STRANDS & (ROWS > 54)) < 0.2


def test_a_collar_lighter_than_the_hair_above_is_no_hair() -> None:
    view = seen(STRANDS)
    fur = view.lab.copy()
    fur[(BESIDE | STRANDS) & (ROWS > 15), 0] += 120
    assert hair(dataclasses.replace(view, lab=fur), STRANDS & (ROWS > 54)) < 0.2


def test_the_end_of_a_scarf_is_scarf() -> None:
    picture, matte = standing()
    around = (abs(COLUMNS - 60) < 13) & (ROWS > 42) & (ROWS < 54)
    end = (abs(COLUMNS - 64) < 6) & (ROWS >= 54) & (ROWS < 95)
    picture[TRUNK], picture[around | end] = COAT, (0.75, 0.6, 0.15)
    matte[around] = 1
    shares = labelled()
    shares[AT["upper_clothes"]][TRUNK & ~around] = 3
    shares[AT["scarf"]][around] = 4
    view = View(smoothed(picture), matte, np.asarray(shares / shares.sum(0), np.float32), marks())
    found = decided(view)[AT["scarf"]]
    assert found[around].mean() > 0.7 and found[end].mean() > 0.8
    assert found[TRUNK & ~around & ~end].mean() < 0.1
