"""What somebody wears below the waist: by the outfit head and by whether chest and hips are of one cloth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import anatomatte
from anatomatte.engine.mattes import Mattes
from anatomatte.menus import PART_MENU
from anatomatte.people.parts import everyone, likelihood, outfit
from anatomatte.people.parts.body import Body, body_of
from anatomatte.people.parts.cloth import Cloths, cloths
from anatomatte.people.parts.everyone import Details
from anatomatte.people.parts.labels import AT, LABELS, LOWER
from anatomatte.people.parts.person import View, smoothed
from anatomatte.people.parts.seen import PersonEvidence
from anatomatte.people.parts.sight import in_sight
from made.laws import check
from made.people_fake import looking, row_of_people
from made.people_marks import SIZE, Plane, decided, haze, labelled, marks, standing

SCENE = {"screen": "none", "who": "everyone", "input_colour": "srgb"}
RED, BLUE = (0.8, 0.1, 0.1), (0.1, 0.15, 0.7)
CHEST, HIPS = np.s_[70:100, 48:72], np.s_[130:150, 48:72]

OPEN = np.array([-0.8, -0.8, -3, -2, -2, -2, 2], np.float32)
"""An outfit head that sees bare legs and no coat, and cannot tell a dress from a skirt."""


def dressed(hem_of: tuple[float, float, float]) -> tuple[Plane, Plane]:
    """Somebody in a red top, and in one piece of that colour from the waist to the knees; bare legs below."""
    picture, matte = standing()
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    below = (abs(columns - 60) < 24) & (rows >= 112) & (rows < 165)
    picture[below], matte[below] = hem_of, 1
    picture[(matte > 0) & (rows >= 165) & (rows < 208)] = (0.85, 0.65, 0.55)
    return picture, matte


def worn(hem_of: tuple[float, float, float], said: Plane = OPEN, threads: int = 1) -> Mattes:
    """The mattes of somebody in such clothes, of whom the outfit head says *said*."""
    picture, matte = dressed(hem_of)
    evidence = dataclasses.replace(
        row_of_people(1, SIZE), alpha=matte, parts=haze(matte), people=np.ones((1, *SIZE), np.float32)
    )
    with looking(evidence, Details((marks(),), (), said[None])):
        made = anatomatte.matte(picture, threads=threads, **SCENE)
        made.planes(PART_MENU)
    return made


def seen_of(hem_of: tuple[float, float, float]) -> PersonEvidence:
    picture, matte = dressed(hem_of)
    inside = matte > 0
    return PersonEvidence(labelled()[:, inside], smoothed(picture)[inside], body_of(marks(), inside), None)


def cloths_of(hem_of: tuple[float, float, float]) -> Cloths:
    seen = seen_of(hem_of)
    assert seen.body is not None
    return cloths(seen, seen.body)


def test_chest_and_hips_of_one_colour_are_one_cloth() -> None:
    one, two = cloths_of(RED), cloths_of(BLUE)
    assert one.chest > 0.8 and one.hips > 0.8
    assert two.chest < -0.8 and two.hips < -0.8
    dress = [found["dress"] - found["skirt"] for found in (likelihood.likely(OPEN, c) for c in (one, two))]
    assert dress[0] > dress[1] + 0.5


def test_one_cloth_is_a_dress_and_two_are_a_skirt() -> None:
    one, two = worn(RED), worn(BLUE)
    assert one.named("dress")[HIPS].mean() > 0.8 > 0.2 > one.named("skirt")[HIPS].mean()
    assert two.named("skirt")[HIPS].mean() > 0.8 > 0.2 > two.named("dress")[HIPS].mean()


def test_the_chest_of_a_dress_is_the_dress() -> None:
    """A top over it is one where it has colours of its own."""
    sure = np.array([-0.1, -4, -4, -2, -2, -2, 2], np.float32)
    one, two = worn(RED, sure), worn(BLUE, sure)
    assert one.named("dress")[CHEST].mean() > 0.7 and one.named("upper_clothes")[CHEST].mean() < 0.2
    assert two.named("upper_clothes")[CHEST].mean() > 0.7 and two.named("dress")[CHEST].mean() < 0.2
    odds = {"dress": 0.0, "skirt": -3.0, "trousers": -3.0, "coat": -1.0}
    for hem_of, sign in ((RED, -1), (BLUE, 1)):
        seen = seen_of(hem_of)
        assert seen.body is not None
        doubt = outfit.committed(seen, odds)[AT["upper_clothes"]][
            (seen.body.trunk > 0.3) & (seen.body.trunk < 0.7)
        ]
        assert sign * np.median(doubt) > 1


def test_a_coat_is_one_where_the_head_sees_it() -> None:
    coat, none = (np.array([-3, -3, -0.2, odd, -2, -2, -2], np.float32) for odd in (4, -4))
    over = [worn(BLUE, said).named("coat")[CHEST].mean() for said in (coat, none)]
    assert over[0] > over[1] + 0.3


def test_threads_change_no_bit_of_an_outfit() -> None:
    one, many = worn(RED), worn(RED, threads=4)
    check(one)
    for a, b in zip(one.planes(PART_MENU), many.planes(PART_MENU), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("name", LOWER)
def test_what_the_head_is_sure_of_is_likely(name: str) -> None:
    said = np.array([*(0 if one == name else -6 for one in LOWER), 0, 0, 0, 0], np.float32)
    for chest, hips in ((-1, -1), (1, 1)):
        found = likelihood.likely(said, Cloths(chest, hips))
        assert max(LOWER, key=lambda one: found[one]) == name


def test_each_number_goes_with_what_it_is_for() -> None:
    said = np.array([0, 0, 0, 3, 4, 5, 6], np.float32)
    found = dict(zip(likelihood.NUMBERS, likelihood.known(said, Cloths(0.5, -0.5)), strict=True))
    assert found == {"one": 1, "chest": 0.5, "hips": -0.5, "coat": 3, "tights": 5, "bare_legs": 6}


def body_above(row: int) -> Body:
    """The body of that person where the frame ends at a row."""
    inside = standing()[1] > 0
    inside[row:] = False
    return body_of(marks(), inside)


def test_what_is_in_sight_ends_with_the_frame_and_with_the_trunk_before_the_legs() -> None:
    whole, thighs, half = (in_sight(body_above(row)) for row in (240, 142, 112))
    assert whole == 1 and 0.3 < thighs < 0.7 and half < 0.05
    down = marks()
    down.pose[25:33, 1] = 118  # the camera looks down: knees and feet are under the hips
    inside = standing()[1] > 0
    inside[119:] = False
    assert in_sight(body_of(down, inside)) < 0.3


def half_seen(coat: float, top: float, hips: float = 0.0) -> PersonEvidence:
    """That person to the hips, of whom the network sees so much coat and top."""
    picture, matte = standing()
    inside = matte > 0
    inside[112:] = False
    shares = np.full((len(LABELS), int(inside.sum())), 0.01, np.float32)
    shares[AT["coat"]], shares[AT["upper_clothes"]], shares[AT["trousers"]] = coat, top, hips
    shares /= shares.sum(0)
    return PersonEvidence(shares, smoothed(picture)[inside], body_of(marks(), inside), None)


def test_of_half_a_body_the_pixels_say_what_is_a_coat() -> None:
    """The head says a coat of the one and none of the other; the pixels see it the other way round."""
    for said, coat, top in ((-3, 0.8, 0.1), (2, 0.1, 0.8)):
        row = np.array([-1, -1, -1, said, -2, -2, 2], np.float32)
        half = outfit.beside(row)(half_seen(coat, top))["coat"]
        whole = outfit.beside(row)(seen_of(BLUE))["coat"]
        assert whole == pytest.approx(said, abs=0.1)
        assert np.sign(half) == -np.sign(said) and abs(half) > 0.5


def test_of_half_a_body_the_pixels_say_more_of_the_outfit() -> None:
    row = np.array([-0.05, -4, -4, -2, -2, -2, 2], np.float32)
    half, whole = (outfit.beside(row)(one) for one in (half_seen(0.1, 0.4, hips=0.4), seen_of(BLUE)))
    assert whole["dress"] - whole["trousers"] > 2 > 0 > half["dress"] - half["trousers"]


def test_a_jackets_hem_is_no_dress() -> None:
    """Where little below the hips is in sight its colours make no dress of the chest."""
    odds = {"dress": 0.0, "skirt": -3.0, "trousers": -3.0, "coat": -1.0}
    picture, matte = dressed(RED)
    made = []
    for row in (240, 136):
        inside = matte > 0
        inside[row:] = False
        seen = PersonEvidence(
            labelled()[:, inside], smoothed(picture)[inside], body_of(marks(), inside), None
        )
        assert seen.body is not None
        chest = (seen.body.trunk > 0.3) & (seen.body.trunk < 0.7)
        made.append(float(np.median(outfit.committed(seen, odds)[AT["upper_clothes"]][chest])))
    assert made[0] < -1 and -1 < made[1] < -0.1


@pytest.mark.parametrize("hem_of", [RED, BLUE])
def test_what_a_picture_says_of_a_person_is_what_its_parts_are_weighed_by(
    hem_of: tuple[float, float, float],
) -> None:
    picture, matte = dressed(hem_of)
    evidence = dataclasses.replace(
        row_of_people(1, SIZE),
        alpha=matte, held=0 * matte, parts=haze(matte), people=np.ones((1, *SIZE), np.float32),
        outfits=OPEN[None],
    )  # fmt: skip
    asked: list[dict[str, float]] = []
    beside = outfit.beside(OPEN)

    def odds(seen: PersonEvidence) -> dict[str, float]:
        asked.append(beside(seen))
        return asked[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outfit, "beside", lambda said: odds)
        everyone.parts_of(picture, evidence, Details((marks(),), outfits=OPEN[None]), 1.0)
    (made,) = everyone.worn_by(picture, evidence, (marks(),))
    assert made is not None and made.sure and made.odds == asked[0]
    (blind,) = everyone.worn_by(picture, evidence, (None,))
    assert blind is not None and not blind.sure
    tiny = dataclasses.replace(evidence, alpha=np.zeros_like(matte))
    assert everyone.worn_by(picture, tiny, (None,)) == (None,)


def test_what_is_not_worn_loses_more_than_the_odds_say_and_no_more_than_it_may() -> None:
    made = outfit.committed(seen_of(BLUE), {"dress": -1.0, "skirt": -4.0, "trousers": 0.0, "tights": 0.0})
    waist = made[[AT[name] for name in LOWER]].max(1)
    lost = dict(zip(LOWER, waist.tolist(), strict=True))
    assert lost["trousers"] == 0
    assert lost["dress"] < -1.2
    assert lost["skirt"] == -3


def test_where_no_legs_are_in_sight_a_chest_is_a_dress_or_a_top() -> None:
    picture, matte = standing()
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    trunk = (abs(columns - 60) < 28) & (rows > 50) & (rows < 118)
    panel = trunk & (columns > 72)
    picture[trunk], picture[panel] = RED, BLUE
    matte[rows > 117] = 0
    shares = labelled()
    shares[AT["upper_clothes"]][trunk & ~panel] = 3
    shares[AT["dress"]][panel] = 0.9
    shares[AT["upper_clothes"]][panel] = 0.4
    view = View(smoothed(picture), matte, np.asarray(shares / shares.sum(0), np.float32), marks())
    found = decided(view)
    assert found[AT["dress"]][panel].mean() < 0.2 < 0.8 < found[AT["upper_clothes"]][panel].mean()
