"""Sleeves that are darker than hand and face are sleeves, though a network takes leather for skin."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.people.parts.body import Body, body_of
from anatomatte.people.parts.dark_sleeves import worn
from anatomatte.people.parts.labels import AT, SIDES
from anatomatte.people.parts.person import View, smoothed
from anatomatte.people.parts.seen import PersonEvidence
from anatomatte.people.parts.tones import skin
from made.people_marks import decided, labelled, marks, standing

LEATHER = (0.36, 0.25, 0.2)
"""A brown of skin's hue, less than half as light as the face that `standing` has."""
SHADE = (0.72, 0.55, 0.46)
"""Skin that faces away from the light."""


def dressed(sleeves: tuple[float, ...], hands: tuple[float, ...] | None = None) -> View:
    """Somebody whose arms have one colour, and whose hands may have another; the network has arms as bare."""
    picture, matte = standing()
    everywhere = np.ones(matte.shape, bool)
    at = body_of(marks(), everywhere)
    arm = ((at.arm < 1.1) & (at.oval < -0.1) & (at.trunk > -0.05)).reshape(matte.shape)
    hand = (at.hand < 0.3).reshape(matte.shape)
    picture[arm & ~hand] = sleeves
    matte[arm] = 1
    if hands is not None:
        picture[hand] = hands
    shares = labelled()
    for side, limb in zip(SIDES, at.arms, strict=True):
        mine = arm & (limb.off <= at.arm).reshape(matte.shape)
        shares[AT[f"{side}_arm"]][mine] = 1.5
    return View(smoothed(picture), matte, np.asarray(shares / shares.sum(0), np.float32), marks())


def arms_of(view: View) -> float:
    """How much of the middle of forearms and upper arms is bare."""
    at = body_of(marks(), np.ones(view.cover.shape, bool))
    along = np.where(at.arms[0].off < at.arms[1].off, at.arms[0].along, at.arms[1].along)
    middle = ((at.arm < 0.7) & (along > 0.4) & (along < 1.7) & (at.hand > 0.5)).reshape(view.cover.shape)
    return float(sum(decided(view)[AT[f"{side}_arm"]] for side in SIDES)[middle].mean())


def seen_of(view: View) -> tuple[PersonEvidence, Body]:
    inside = view.cover > 0.4
    at = body_of(marks(), inside)
    return PersonEvidence(view.shares[:, inside], view.lab[inside], at, skin(view.lab[inside], at)), at


def test_leather_of_skins_hue_is_a_sleeve() -> None:
    assert arms_of(dressed(LEATHER)) < 0.1


@pytest.mark.parametrize("colour", [(0.85, 0.65, 0.55), SHADE, (0.95, 0.78, 0.7)])
def test_skin_in_light_and_in_shade_stays_bare(colour: tuple[float, ...]) -> None:
    view = dressed(colour)
    assert arms_of(view) > 0.9
    assert not worn(*seen_of(view))


def test_arms_are_measured_by_their_own_hands() -> None:
    assert worn(*seen_of(dressed((0.62, 0.47, 0.4), hands=(0.85, 0.65, 0.55))))
    assert not worn(*seen_of(dressed((0.62, 0.47, 0.4), hands=(0.62, 0.47, 0.4))))


def test_arm_and_hand_may_both_be_in_deep_shade() -> None:
    shade, glove = (0.4, 0.3, 0.25), (0.25, 0.25, 0.25)
    assert not worn(*seen_of(dressed(shade, hands=shade)))
    assert worn(*seen_of(dressed(shade, hands=glove)))


def test_a_chest_in_a_sleeves_colour_is_no_skin() -> None:
    seen, at = seen_of(dressed(LEATHER))
    lost = worn(seen, at)["torso_skin"]
    like = np.abs(seen.lab - np.median(seen.lab[at.arm < 0.5], 0)).max(1) < 4
    assert lost[like & (at.oval < -0.1)].min() > 1
    assert lost[at.skin].max() == 0


def test_nothing_is_said_without_a_face() -> None:
    view = dressed(LEATHER)
    seen, at = seen_of(view)
    assert not worn(PersonEvidence(seen.shares, seen.lab, at, None), at)
