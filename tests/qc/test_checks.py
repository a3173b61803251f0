"""Each check finds its damage, knows where it is, and leaves frames alone that are as they should be."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from anatomatte.decision import Decision
from anatomatte.qc import REASONS, Finding, beyond, doubtful, scores, sentence
from anatomatte.qc.checks import alone, beside
from anatomatte.qc.firmness import unsure_part
from anatomatte.qc.seen import Seen, grid_of
from made.qc_frames import GREEN, HIGH, NONE, WIDE, before_green, disc, figure, picture, seen, still


def codes(of: Seen) -> set[str]:
    return {one.code for one in doubtful(alone(of))}


def finding(of: Seen, code: str) -> Finding:
    return next(one for one in alone(of) if one.code == code)


LEFT = np.float32(np.ones((HIGH, WIDE)) * (np.arange(WIDE) < WIDE / 2))
NOBODY = np.zeros((HIGH, WIDE), np.float32)
CLEAN = {
    "somebody": seen(),
    "before green": before_green(),
    "nobody": seen(NOBODY, people=np.zeros((0, HIGH, WIDE), np.float32), chosen=(), heads=None),
    "an empty screen": before_green(NOBODY),
    "a full frame": seen(np.ones_like(NOBODY)),
    "a head that fills the frame": seen(disc(0.5, 0.6, 0.8)),
    "two people": seen(
        np.maximum(figure(0.28), figure(0.72)),
        people=np.stack([LEFT, 1 - LEFT]),
        chosen=(0, 1),
        heads=np.array([[0.28, 0.18, 0.9], [0.72, 0.18, 0.9]], np.float32),
    ),
    "motion blur": seen(cv2.blur(figure(), (15, 1))),
    "out of focus": seen(cv2.GaussianBlur(figure(), (0, 0), 4)),
    "one pixel": Seen(np.zeros((1, 1, 3), np.float32), np.zeros((1, 1), np.float32)),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_a_frame_that_is_right_is_not_doubted(name: str) -> None:
    assert codes(CLEAN[name]) == set()
    around = [still(CLEAN[name], -1), still(CLEAN[name], 1)]
    assert doubtful(beside(CLEAN[name], around)) == ()


def hurt(of: Seen, alpha: np.ndarray, deep: bool = False) -> Seen:
    made = dataclasses.replace(of, alpha=alpha)
    return dataclasses.replace(made, cover=alpha, wanted=alpha, second=alpha) if deep else made


@pytest.mark.parametrize("deep", [False, True])
def test_a_hole_is_found_where_it_is(deep: bool) -> None:
    made = finding(hurt(seen(), figure() * (1 - disc(0.5, 0.45, 0.05)), deep), "hole")
    assert made.ratio > 1 or deep
    assert finding(hurt(seen(), figure() * (1 - disc(0.5, 0.45, 0.05))), "hole").ratio > 1
    assert made.place is None or np.hypot(made.place.centre[0] - 0.5, made.place.centre[1] - 0.45) < 0.03


def test_the_gap_behind_an_arm_is_no_hole() -> None:
    """It shows the wall; were it filled with shirt, it would be one."""
    gap = figure(arm=True)
    assert finding(seen(gap), "hole").score < 0.03
    filled = seen(
        gap, picture=picture(np.maximum(gap, figure(arm=False) + disc(0.59, 0.43, 0.06)).clip(0, 1))
    )
    assert finding(filled, "hole").score > 0.03


def test_a_hole_in_clothes_before_a_screen_is_found_by_its_colour() -> None:
    whole = before_green()
    assert "hole" in codes(dataclasses.replace(whole, alpha=figure() * (1 - disc(0.5, 0.45, 0.05))))


@pytest.mark.parametrize("deep", [False, True])
def test_matte_that_stands_alone_is_found(deep: bool) -> None:
    made = hurt(seen(), np.maximum(figure(), disc(0.1, 0.2, 0.06)), deep)
    assert "island" in codes(made)
    place = finding(made, "island").place
    assert place is not None and place.centre[0] < 0.2


def test_somebody_else_is_no_island() -> None:
    alpha = np.maximum(figure(), disc(0.1, 0.3, 0.08))
    far = np.array([[0.1, 0.3, 0.8], [0.5, 0.18, 0.9]], np.float32)
    assert "island" not in codes(hurt(seen(heads=far), alpha, True))


@pytest.mark.parametrize("level", [0.04, 0.5])
def test_screen_that_is_left_is_found(level: float) -> None:
    veil = np.float32(level) * (1 if level < 0.1 else disc(0.15, 0.3, 0.2))
    made = before_green(alpha=None)
    left = dataclasses.replace(made, alpha=np.maximum(made.alpha, veil))
    assert "residue" in codes(left)


def test_clothes_of_the_screens_colour_are_no_residue() -> None:
    whole = before_green()
    assert whole.backing is not None
    shirt = np.maximum(whole.backing, disc(0.5, 0.5, 0.15))
    assert finding(dataclasses.replace(whole, backing=shirt), "residue").score < 0.03


def test_networks_that_disagree_are_found() -> None:
    assert "disagree" in codes(seen(second=figure() * (1 - disc(0.5, 0.5, 0.2))))
    assert "disagree" in codes(seen(cover=np.maximum(figure(), 0.5 * disc(0.7, 0.4, 0.2))))


def test_who_is_seen_by_one_network_alone_is_no_disagreement_of_an_empty_matte() -> None:
    """A speck in the matte makes it no matte; the person detector says who is missing."""
    for speck in (NOBODY, disc(0.5, 0.5, 0.01)):
        assert "disagree" not in codes(seen(speck, second=figure(), heads=None))
    assert "disagree" in codes(seen(disc(0.5, 0.5, 0.02), second=figure(), heads=None))


def test_a_matte_that_is_half_there_is_found() -> None:
    assert "soft" in codes(hurt(seen(), figure() * (1 - 0.5 * disc(0.5, 0.5, 0.15)), True))


def test_an_artist_who_softens_a_matte_is_not_told_that_it_is_soft() -> None:
    blurred = np.asarray(cv2.GaussianBlur(figure(), (0, 0), 9), np.float32)
    assert finding(hurt(seen(), blurred, True), "soft").ratio > 1
    assert finding(dataclasses.replace(hurt(seen(), blurred, True), softened=9.0), "soft").ratio < 1


def body(x: float, y: float) -> np.ndarray:
    """A detection of somebody with the head at a place, as large as `figure`."""
    made = np.array([0.9, x, y, 0.1, 0.16, x, 0.55, x, 0.95, x, 0.5, x, 0.2], np.float32)
    return made[None]


def test_a_body_without_a_matte_is_missing() -> None:
    assert codes(seen(bodies=body(0.5, 0.18))) == set()
    assert "missing" in codes(seen(bodies=np.concatenate([body(0.5, 0.18), body(0.85, 0.18)])))
    nobody = dataclasses.replace(CLEAN["nobody"], bodies=body(0.5, 0.18))
    assert "missing" in codes(nobody)


def test_a_bystander_is_not_missing_but_an_equal_is() -> None:
    both = np.maximum(figure(0.3), figure(0.7))
    people = np.asarray(CLEAN["two people"].people)
    pair = seen(
        figure(0.3), cover=both, people=people, chosen=(0,),
        bodies=np.concatenate([body(0.3, 0.18), body(0.7, 0.18)]),
    )  # fmt: skip
    assert "missing" not in codes(pair)  # the artist chose
    assert "missing" in codes(dataclasses.replace(pair, ruled=True))


def test_a_chosen_person_whom_the_matte_lost_is_missing() -> None:
    lost = hurt(seen(), np.zeros((HIGH, WIDE), np.float32))
    made = finding(lost, "missing")
    assert made.ratio > 1 and made.layer == "person_01"


def test_nothing_is_judged_where_mattes_that_came_in_decide() -> None:
    made = hurt(seen(), figure() * (1 - disc(0.5, 0.45, 0.05)))
    assert "hole" in codes(made)
    assert "hole" not in codes(dataclasses.replace(made, forced=disc(0.5, 0.45, 0.08) > 0))


def test_scores_do_not_depend_on_the_size_of_the_plate() -> None:
    """Twice and half as many pixels on the grid: the same thing is as wrong."""

    def resized(of: Seen, scale: float) -> Seen:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR

        def sized(plane: np.ndarray) -> np.ndarray:
            return cv2.resize(plane, None, fx=scale, fy=scale, interpolation=how)

        planes = {
            name: sized(getattr(of, name)) for name in ("picture", "alpha", "cover", "wanted", "second")
        }
        return dataclasses.replace(of, **planes, people=np.ones((1, *planes["alpha"].shape), np.float32))

    made = hurt(seen(), np.maximum(figure() * (1 - disc(0.5, 0.45, 0.06)), disc(0.1, 0.2, 0.06)))
    found = [scores(alone(resized(made, scale))) for scale in (0.75, 1.0, 2.0)]
    for code in ("hole", "island"):
        values = [one[code] for one in found]
        assert max(values) - min(values) < 0.15 * max(values)


def test_the_grid_is_the_same_for_every_plate() -> None:
    assert grid_of(540, 960) == grid_of(1080, 1920) == grid_of(2160, 3840) == (360, 640)
    assert grid_of(9, 16) == (9, 16)


# ---- with the frames beside


def around(of: Seen) -> list:
    return [still(of, -1), still(of, 1)]


def jumped(of: Seen, by: list) -> set[str]:
    return {one.code for one in doubtful(beside(of, by))}


def test_a_limb_that_is_gone_in_one_frame_jumps() -> None:
    assert "jump" in jumped(hurt(seen(), figure(arm=False), True), around(seen()))


def test_a_frame_that_collapses_is_told() -> None:
    rags = figure() * (np.sin(np.arange(WIDE) / 5) > 0.2)
    assert "collapse" in jumped(hurt(seen(), rags.astype(np.float32), True), around(seen()))


def test_an_edge_that_wanders_chatters() -> None:
    rows, columns = np.mgrid[:HIGH, :WIDE].astype(np.float32)
    wave = 4 * np.sin(rows / 5)
    moved = cv2.remap(figure(), columns + wave, rows, cv2.INTER_LINEAR)
    assert "chatter" in jumped(hurt(seen(), moved), around(seen()))


def test_one_frame_beside_is_no_judge_of_two() -> None:
    """At a shot's end nobody says which of two frames is right."""
    made = hurt(seen(), figure(arm=False), True)
    assert "jump" not in jumped(made, around(seen())[:1])


def test_what_lies_behind_a_cut_says_nothing() -> None:
    other = [dataclasses.replace(one, valid=np.zeros((HIGH, WIDE), np.float32)) for one in around(seen())]
    assert jumped(hurt(seen(), figure(arm=False), True), other) == set()


def test_people_who_change_their_numbers_are_told() -> None:
    pair = CLEAN["two people"]
    assert pair.people is not None
    swapped = dataclasses.replace(pair, people=pair.people[::-1])
    assert "identity" in jumped(swapped, around(pair))


def test_a_part_that_is_gone_in_one_frame_is_told() -> None:
    hat = disc(0.5, 0.1, 0.12)
    worn = seen(parts={"hat": hat})
    made = beside(dataclasses.replace(worn, parts={"hat": hat * 0}), around(worn))
    told = next(one for one in made if one.code == "part_jump")
    assert told.ratio > 1 and told.layer == "hat"


@pytest.mark.parametrize("other", [NONE, Decision(0.9, "screen", (0.03, 0.09, 0.4), 0.7)])
def test_a_decision_that_flips_is_told_unless_it_is_set(other: Decision) -> None:
    green = before_green()
    assert "flip" in jumped(dataclasses.replace(green, decision=other), around(green))
    assert "flip" not in jumped(dataclasses.replace(green, decision=Decision(0.0, "set")), around(green))
    assert GREEN.screen and "flip" not in jumped(green, around(green))


# ---- what is told


def test_a_part_that_stays_open_is_named() -> None:
    made = unsure_part({"person_02.coat": disc(0.7, 0.5, 0.2), "hat": disc(0.7, 0.1, 0.02)}, 4000.0)
    assert made.layer == "person_02.coat" and made.ratio > 1
    assert unsure_part({}, 4000.0).score == 0


def test_a_sentence_says_what_where_and_the_cure() -> None:
    made = finding(hurt(seen(), np.maximum(figure(), disc(0.1, 0.2, 0.06))), "island")
    text = sentence(made, (192, 864))
    assert text.startswith("Check island ") and text.endswith(".")
    assert "upper left (x 192, y 864)" in text and "OutM" in text


def test_every_finding_has_a_reason_and_scores_stay_in_range() -> None:
    rng = np.random.default_rng(4)
    noise = [rng.random((HIGH, WIDE), np.float32) for _ in range(4)]
    wild = seen(noise[0], cover=noise[1], wanted=noise[1], second=noise[2], key=noise[3], backing=noise[3])
    wild = dataclasses.replace(wild, decision=GREEN, bodies=rng.random((5, 13), np.float32) * 3 - 1)
    told = (*alone(wild), *beside(wild, around(seen())))
    assert {one.code for one in told} == set(REASONS) - {"unsure_part"}
    assert all(0 <= one.score <= 1 for one in told)


def test_the_limit_multiplies_every_threshold() -> None:
    told = {"hole": 1.5 * REASONS["hole"].threshold, "soft": 3 * REASONS["soft"].threshold, "flip": 0.0}
    assert beyond(told) == ("soft", "hole")
    assert beyond(told, 2.0) == ("soft",)
    assert beyond(told, 3.5) == ()
    assert beyond({"of another version": 1.0}) == ()
