"""Bags, whatever garment the network takes them for; and whose landmarks are not to be believed."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.people.parts import person
from anatomatte.people.parts.hardness import hardened
from anatomatte.people.parts.labels import AT, LABELS
from made.people_marks import SIZE, Plane, decided, labelled, marks, standing

ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]
HANGING = (np.abs(COLUMNS - 100) < 13) & (ROWS > 140) & (ROWS < 170)
"""Under the left hand, beside the leg."""
STRAP = (np.abs(COLUMNS - 92) < 3) & (ROWS > 126) & (ROWS <= 140)


def names(picture: Plane, matte: Plane, shares: Plane) -> np.ndarray:
    """The part of each pixel."""
    shown = person.View(person.smoothed(picture), matte, shares, marks())
    return np.array(LABELS)[hardened(decided(shown), 1.0).argmax(0)]


def said() -> Plane:
    """What the network says of street photos: of a bag that it is trousers or else a wide garment."""
    shares = labelled()
    for where in (HANGING, STRAP):
        shares[:, where] = 0.002
        for name, share in (("trousers", 0.45), ("dress", 0.25), ("coat", 0.2), ("bag", 0.03)):
            shares[AT[name]][where] = share
    return np.asarray(shares / shares.sum(0), np.float32)


def carrying(colour: tuple[float, ...]) -> np.ndarray:
    """The parts of somebody with a bag of a *colour* in the left hand."""
    picture, matte = standing()
    for where in (HANGING, STRAP):
        picture[where], matte[where] = colour, 1
    return names(picture, matte, said())


@pytest.mark.parametrize("colour", [(0.75, 0.6, 0.2), (0.03, 0.03, 0.03), (0.1, 0.15, 0.7)])
def test_what_hangs_from_a_hand_beside_the_leg_is_a_bag(colour: tuple[float, ...]) -> None:
    made = carrying(colour)
    assert (made[HANGING] == "bag").mean() > 0.9, colour
    legs = (np.abs(COLUMNS - 48) < 8) & (ROWS > 130) & (ROWS < 200)
    assert (made[legs] == "trousers").mean() > 0.95
    hand = (np.abs(COLUMNS - 88) < 4) & (ROWS > 118) & (ROWS < 126)
    assert not (made[hand] == "bag").any()


def test_a_wide_skirt_is_no_bag() -> None:
    picture, matte = standing()
    skirt = (np.abs(COLUMNS - 60) < 12 + 0.33 * (ROWS - 108)) & (ROWS >= 108) & (ROWS < 180)
    picture[skirt], matte[skirt] = (0.2, 0.5, 0.2), 1
    shares = labelled()
    for name in ("skirt", "trousers"):
        shares[AT[name]][skirt] += {"skirt": 0.4, "trousers": -0.15}[name]
    shares = np.clip(shares, 1e-3, 1)
    made = names(picture, matte, np.asarray(shares / shares.sum(0), np.float32))
    assert (made[skirt] == "bag").mean() < 0.02
    assert (made[skirt & (np.abs(COLUMNS - 60) > 20)] == "skirt").mean() > 0.9


def test_nobody_has_a_bag_who_carries_none() -> None:
    picture, matte = standing()
    assert not (names(picture, matte, labelled())[matte > 0] == "bag").any()


def test_what_is_above_the_shoulders_is_no_bag() -> None:
    picture, matte = standing()
    brim = (np.abs(COLUMNS - 60) < 45) & (ROWS > 6) & (ROWS < 16)
    picture[brim], matte[brim] = (0.75, 0.6, 0.2), 1
    shares = labelled()
    shares[:, brim] = 0.002
    for name, share in (("hat", 0.2), ("hair", 0.1), ("dress", 0.3), ("trousers", 0.3), ("bag", 0.1)):
        shares[AT[name]][brim] = share
    made = names(picture, matte, np.asarray(shares / shares.sum(0), np.float32))
    assert not (made[brim] == "bag").any()


def test_where_limbs_are_a_guess_nothing_is_said_of_bags() -> None:
    picture, matte = standing()
    guessed = marks()
    guessed.pose[11:, 2] = 0.1
    for where in (HANGING, STRAP):
        picture[where], matte[where] = (0.75, 0.6, 0.2), 1
    shown = person.View(person.smoothed(picture), matte, said(), guessed)
    made = np.array(LABELS)[hardened(decided(shown), 1.0).argmax(0)]
    assert not (made[matte > 0] == "bag").any()


def test_landmarks_that_have_a_head_where_there_is_none_are_not_believed() -> None:
    """The frame cuts a head off: the pose network takes the shoulders for one, and is as sure as ever."""
    picture, matte = standing()
    inside = matte > person.INSIDE
    shares = labelled()
    headless = shares.copy()
    for name in ("hair", "face", "hat", "glasses"):
        headless[AT["upper_clothes"]] += headless[AT[name]]
        headless[AT[name]] = 0
    for said, believed in ((shares, True), (headless, False)):
        shown = person.View(person.smoothed(picture), matte, said, marks())
        seen = person.described(shown, inside, said[:, inside])
        assert (seen.body is not None) is believed
