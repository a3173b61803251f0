"""Hats and things: bare heads have no hat, small shadows are no bag, what a hand holds may be small."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.people.landmarks import Landmarks
from anatomatte.people.parts import person, tones
from anatomatte.people.parts.body import Body, body_of
from anatomatte.people.parts.hardness import hardened
from anatomatte.people.parts.headwear import hat
from anatomatte.people.parts.labels import AT, LABELS
from anatomatte.people.parts.prior import prior
from anatomatte.people.parts.slivers import without_slivers
from made.people_marks import SIZE, Plane, decided, labelled, marks, standing

ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]
BLUE = (0.1, 0.25, 0.7)


def body(mark: Landmarks, matte: Plane) -> tuple[Body, np.ndarray]:
    inside = matte > person.INSIDE
    return body_of(mark, inside), inside


def said(share: float) -> Plane:
    """A network that sees this much of a hat above the face, and hair for the rest of it."""
    shares = labelled()
    top = ROWS < 20
    for name in LABELS:
        shares[AT[name]][top] = 0
    shares[AT["hat"]][top], shares[AT["hair"]][top] = share, 1 - share
    return shares


def odds(share: float, colour: tuple[float, ...] | None = None, high: int = 0, light: float = 1) -> float:
    """Log odds of a hat for somebody whose head's top is of a *colour*, and *high* pixels higher; light
    without red and green multiplies these by *light*."""
    picture, matte = standing()
    if high:
        crown = (np.abs(COLUMNS - 60) < 16) & (8 - high <= ROWS) & (ROWS < 20)
        matte[crown], picture[crown] = 1, (0.12, 0.08, 0.05)
    if colour is not None:
        picture[(ROWS < 20) & (matte > 0)] = colour
    picture[..., :2] *= light
    at, inside = body(marks(), matte)
    return hat(said(share)[:, inside], person.smoothed(picture)[inside], at)


def test_smooth_dark_hair_that_the_network_calls_a_hat_is_hair() -> None:
    assert odds(0.7) < -1
    picture, matte = standing()
    shown = person.View(person.smoothed(picture), matte, said(0.7), marks())
    assert LABELS[hardened(decided(shown), 1.0)[:, 10, 60].argmax()] == "hair"


def test_a_cap_of_no_hairs_colour_or_higher_than_hair_is_a_hat() -> None:
    assert odds(0.7, BLUE) > 0.5
    assert odds(0.7, high=8) > odds(0.7) + 0.5
    assert odds(0.9) > odds(0.5) > odds(0.1)
    picture, matte = standing()
    picture[(ROWS < 20) & (matte > 0)] = BLUE
    shown = person.View(person.smoothed(picture), matte, said(0.7), marks())
    assert LABELS[hardened(decided(shown), 1.0)[:, 10, 60].argmax()] == "hat"


def test_hair_in_blue_light_is_no_hat() -> None:
    grey = (0.45, 0.4, 0.36)
    assert odds(0.6, grey, light=0.45) == pytest.approx(odds(0.6, grey), abs=0.4)
    assert odds(0.6, BLUE) > odds(0.6, grey, light=0.45) + 2


def _things(*boxes: tuple[str, slice, slice]) -> tuple[Plane, Plane]:
    """Probabilities of the standing person's labels before and after, with things in *boxes*."""
    _, matte = standing()
    at, inside = body(marks(), matte)
    made = labelled()
    for name, rows, columns in boxes:
        made[:, rows, columns] *= 0.4
        made[AT[name], rows, columns] += 0.6
    before = made[:, inside]
    after = before.copy()
    without_slivers(after, inside, at)
    return before, after


def test_a_shadow_at_a_shoulder_is_no_bag_and_its_sum_is_kept() -> None:
    before, after = _things(("bag", np.s_[60:66], np.s_[78:84]))
    assert (before.argmax(0) == AT["bag"]).any() and not (after.argmax(0) == AT["bag"]).any()
    assert after.sum(0) == pytest.approx(1, abs=1e-5)
    same = ~(before.argmax(0) == AT["bag"])
    assert np.array_equal(before[:, same], after[:, same])


def test_bags_straps_and_what_a_hand_holds_stay() -> None:
    for name, rows, columns in (
        ("bag", np.s_[70:100], np.s_[50:70]),
        ("bag", np.s_[52:116], np.s_[58:61]),
        ("other", np.s_[120:126], np.s_[86:92]),
    ):
        before, after = _things((name, rows, columns))
        assert (before.argmax(0) == AT[name]).any(), name
        assert np.array_equal(before, after), name


@pytest.mark.parametrize("name", ["bag", "dress", "skirt"])
def test_the_line_along_a_hem_is_neither_a_bag_nor_a_dress(name: str) -> None:
    before, after = _things((name, np.s_[117:120], np.s_[34:86]))
    assert (before.argmax(0) == AT[name]).sum() > 50
    assert not (after.argmax(0) == AT[name]).any()


def test_long_hair_lies_down_to_the_chest_where_it_lies_beside_the_face() -> None:
    """Dark pixels of a chest are hair of somebody whose hair hangs down, and not of others."""
    picture, matte = standing()
    strands = (np.abs(np.abs(COLUMNS - 60) - 15) < 6) & (ROWS >= 24) & (ROWS < 76)
    matte[strands], picture[strands] = 1, (0.12, 0.08, 0.05)
    at, inside = body(marks(), matte)
    colour = np.ones(int(inside.sum()), np.float32)
    beside = np.asarray(strands & (ROWS < 45), np.float32)[inside]
    hanging, short = (tones.lying(colour, said, at) for said in (beside, 0 * beside))
    chest = (ROWS[inside] > 52) & (ROWS[inside] < 60) & (at.face_y < 1.2) & (at.head >= 1)
    assert chest.any() and np.all(hanging[chest] > short[chest] + 0.5)
    far = (at.face_y > 2.7) | (at.head < 1)
    assert far.any() and np.array_equal(hanging[far], short[far])
    assert np.array_equal(tones.lying(-colour, beside, at), -colour)


def test_hair_may_lie_lower_than_the_collar() -> None:
    _, matte = standing()
    at, _ = body(marks(), matte)
    odds_of = prior(at)[AT["hair"]]
    collar = (at.face_y > 1.5) & (at.face_y < 1.75) & (np.abs(at.face_x) < 0.6) & (at.oval < -0.1)
    hips = (at.face_y > 3.6) & (np.abs(at.face_x) < 0.6)
    assert collar.any() and np.all(odds_of[collar] > -0.1)
    assert hips.any() and np.all(odds_of[hips] < -5)
