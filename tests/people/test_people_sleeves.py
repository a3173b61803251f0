"""Bare upper arms: they tell a dress from a skirt, and neither from trousers."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.people.parts import outfit
from anatomatte.people.parts.body import body_of
from anatomatte.people.parts.cloth import Cloths
from anatomatte.people.parts.labels import AT, LOWER, SIDES
from anatomatte.people.parts.likelihood import likely
from anatomatte.people.parts.person import smoothed
from anatomatte.people.parts.seen import PersonEvidence
from anatomatte.people.parts.sleeves import MIDDLING, bare_arms
from made.people_marks import labelled, marks, standing

SAID = np.array([-1.2, -1.0, -1.1, -3, -2, -2, 2], np.float32)
"""An outfit head that can hardly tell which of the three it is."""


def seen_with(bare: float, frame: int = 0) -> PersonEvidence:
    """Somebody of whose arms the network has so much as bare, the rest as sleeves; the frame may begin at
    a row."""
    picture, matte = standing()
    inside = matte > 0
    inside[:frame] = False
    shares = labelled()[:, inside] * (1 - bare)
    at = body_of(marks(), inside)
    for side, limb in zip(SIDES, at.arms, strict=True):
        shares[AT[f"{side}_arm"]] = 0
        shares[AT[f"{side}_arm"], (limb.off < 1.2) & (limb.off <= at.arm)] = bare
    shares[AT["upper_clothes"]] += 1 - shares.sum(0)
    return PersonEvidence(np.asarray(shares, np.float32), smoothed(picture)[inside], at, None)


def bare_of(bare: float, frame: int = 0) -> float:
    seen = seen_with(bare, frame)
    assert seen.body is not None
    return bare_arms(seen, seen.body)


def test_arms_are_as_bare_as_the_network_has_them_and_no_more_than_bare() -> None:
    assert bare_of(0.0) == pytest.approx(-MIDDLING)
    assert bare_of(0.3) == pytest.approx(0.3 - MIDDLING, abs=0.02)
    assert bare_of(0.9) == bare_of(0.8) > bare_of(0.3)


def test_arms_that_the_frame_cuts_off_say_nothing() -> None:
    assert bare_of(0.9, frame=130) == 0


def test_the_wearer_of_a_dress_or_a_skirt_with_bare_arms_wears_a_dress() -> None:
    odds = [outfit.beside(SAID)(seen_with(bare)) for bare in (0.0, 0.9)]
    first, last = (each["dress"] - each["skirt"] for each in odds)
    assert last > first + 1.5


def test_bare_arms_are_as_usual_over_trousers() -> None:
    chances = []
    for arms in (-MIDDLING, 0.0, 0.5):
        made = likely(SAID, Cloths(0.1, -0.2), arms)
        odds = np.exp([made[name] for name in LOWER])
        chances.append(odds / odds.sum())
    assert np.allclose([each[2] for each in chances], chances[0][2], atol=1e-6)
    assert [each[0] for each in chances] == sorted(each[0] for each in chances)
