"""Motion between two frames, another frame seen through it, and means along it."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from anatomatte.temporal import whose
from anatomatte.temporal.align import align, chained
from anatomatte.temporal.flow import SIDE, flow, small
from anatomatte.temporal.steady import Beside, averaged, falloff, steady

rng = np.random.default_rng(5)
GROUND = cv2.GaussianBlur(rng.random((150, 220, 3), np.float32), (0, 0), 2.0) * 2 - 0.5
SQUARE = cv2.GaussianBlur(rng.random((40, 40, 3), np.float32), (0, 0), 1.5) * 2 - 0.3


def scene(x: int, pan: int = 0) -> np.ndarray:
    """A patterned square over a patterned ground, 120×180."""
    made = GROUND[20:140, 20 + pan : 200 + pan].copy()
    made[40:80, x : x + 40] = SQUARE
    return np.clip(made, 0, 1)


def laid_over(this: np.ndarray, other: np.ndarray):
    one, two = small(this), small(other)
    return align(one, two, flow(one, two), flow(two, one))


def test_motion_is_found_and_does_not_depend_on_threads() -> None:
    one, two = small(scene(60)), small(scene(67, pan=2))
    before = cv2.getNumThreads()
    found = []
    try:
        for threads in (1, 2, 5):
            cv2.setNumThreads(threads)
            found.append(flow(one, two))
    finally:
        cv2.setNumThreads(before)
    assert all(np.array_equal(found[0], other) for other in found[1:])
    inside, outside = found[0][48:72, 66:94], found[0][90:, 10:150]
    assert abs(np.median(inside[..., 0]) - 7) < 0.5 and abs(np.median(inside[..., 1])) < 0.5
    assert abs(np.median(outside[..., 0]) + 2) < 0.5


def test_what_is_too_small_to_move_stays() -> None:
    tiny = small(np.zeros((9, 300, 3), np.float32))
    assert not flow(tiny, tiny).any()
    wide = small(np.zeros((30, 2 * SIDE, 3), np.float32))
    assert wide.shape == (15, SIDE, 3)


def test_another_frame_lies_over_this_one_where_it_can_be_believed() -> None:
    this, other = scene(60), scene(68)
    lies = laid_over(this, other)
    there = np.zeros((120, 180), np.float32)
    there[40:80, 68:108] = 1
    moved = lies.warped(there)
    assert moved[44:76, 64:96].min() > 0.9 and moved[44:76, 104:].max() < 0.1
    assert lies.belief[48:72, 66:94].mean() > 0.8
    hidden = lies.belief[48:72, 102:107]  # ground here that the square hides there
    assert hidden.mean() < 0.5 < lies.belief[100:, :].mean()
    assert not lies.cut


def test_planes_may_be_of_any_size() -> None:
    lies = laid_over(scene(60), scene(68))
    large = np.zeros((2, 240, 360), np.float32)
    large[0, 80:160, 136:216] = 1
    moved = lies.warped(large)
    assert moved.shape == large.shape and moved[0, 88:152, 128:192].min() > 0.9 and not moved[1].any()
    assert lies.warped(large, (60, 90)).shape == (2, 60, 90)
    assert lies.believed(240, 360).shape == (240, 360)


def test_another_shot_is_a_cut() -> None:
    other = np.clip(np.roll(GROUND[::-1, ::-1], 37, 1)[:120, :180] * 0.6 + 0.4, 0, 1)
    assert laid_over(scene(60), other).cut


def test_a_mean_is_of_those_who_say_something() -> None:
    own = np.full((2, 3), 0.4, np.float32)
    silent, loud = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    assert np.array_equal(steady(own, []), own)
    assert np.allclose(steady(own, [Beside(loud, silent)]), own)
    mean, spread = averaged(own, [Beside(loud * np.float32(0.6), loud)])
    assert np.allclose(mean, 0.5) and np.allclose(spread, 0.1)
    assert np.allclose(steady(own, [Beside(loud * np.float32(0.6), loud)]), 0.5)


@pytest.mark.parametrize(("own", "others", "low", "high"), [(0, 1, 0.97, 1), (1, 0, 0, 0.03)])
def test_what_one_frame_alone_says_is_outvoted(own: float, others: float, low: float, high: float) -> None:
    plane, loud = np.full((2, 2), own, np.float32), np.ones((2, 2), np.float32)
    made = steady(plane, [Beside(np.full((2, 2), others, np.float32), loud)] * 4)
    assert low <= made.min() and made.max() <= high


def test_what_frames_never_agree_on_does_not_flip_between_nothing_and_all() -> None:
    """A mean that wavers about a third is not decided anew in every frame."""
    said = [0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]
    plane, loud = np.ones((2, 2), np.float32), np.ones((2, 2), np.float32)
    made = [
        float(steady(plane * said[n], [Beside(plane * said[n + k], loud) for k in (-2, -1, 1, 2)])[0, 0])
        for n in range(2, len(said) - 2)
    ]
    assert max(abs(now - before) for before, now in itertools.pairwise(made)) < 0.5


def test_one_frame_beside_is_no_majority() -> None:
    plane, loud = np.ones((2, 2), np.float32), np.ones((2, 2), np.float32)
    for own in (0, 1):
        made = steady(plane * own, [Beside(plane * (1 - own), loud)])
        assert made.min() > 0.5 and made.max() < 0.96


def test_faint_rests_of_others_go_where_a_frame_is_clear() -> None:
    """A ghost beside a person is none; what is soft in the frame itself stays a mean."""
    own = np.array([[0.0, 0.1, 1.0, 0.9]], np.float32)
    others = np.array([[0.1, 0.05, 0.9, 0.95]], np.float32)
    made = steady(own, [Beside(others, np.full((1, 4), 0.5, np.float32))])
    assert made[0, 0] == 0 and made[0, 2] == 1
    faint = np.array([[0.003, 0.998]], np.float32)
    assert np.allclose(steady(faint, [Beside(faint, np.ones((1, 2), np.float32))]), faint, atol=1e-6)
    assert made[0, 1] == pytest.approx(0.25 / 3, abs=1e-5) and made[0, 3] == pytest.approx(2.75 / 3, abs=1e-5)


def test_nearer_frames_count_more() -> None:
    shares = [falloff(away, 3, 1.0) for away in (0, 1, -1, 2, 3)]
    assert shares[0] == shares[1] == shares[2] == 1.0 > shares[3] > shares[4] > 0.5
    assert falloff(2, 3, 0.5) == 0.5 * shares[3]


def blocks(*at: int) -> np.ndarray:
    made = np.zeros((len(at), 10, 60), np.float32)
    for plane, x in zip(made, at, strict=True):
        plane[:, x : x + 10] = 1
    return made


def test_people_are_matched_by_where_they_are() -> None:
    assert whose.matched(blocks(0, 20, 40), blocks(41, 2)) == (1, None, 0)
    assert whose.matched(blocks(), blocks(5)) == ()
    assert whose.matched(blocks(5), blocks()) == (None,)


def test_everybody_else_is_one_more() -> None:
    mattes = blocks(0, 20, 40)
    made = whose.rearranged(mattes, (2, None))
    assert np.array_equal(made[0], mattes[2]) and not made[1].any()
    assert np.array_equal(made[2], mattes[0] + mattes[1])


def test_most_of_a_window_say_whom_a_shot_is_about() -> None:
    says = [([True, False], (1, 0), 1.0), ([True, False], (1, 0), 0.75)]
    assert whose.voted([True, False], says) == [False, True]
    assert whose.voted([True, False], [([True], (None, None), 1.0)]) == [True, False]
    assert whose.voted([False], [([True], (0,), 1.0)]) == [True]  # even: somebody is rather kept
    assert whose.voted([True, False], []) == [True, False]


def test_lost_is_who_is_on_both_sides() -> None:
    own, both = blocks(0), blocks(0, 30)
    order = whose.matched(own, both)

    def sides(*aways: int):
        return [(away, both, order) for away in aways]

    assert whose.lost(own, sides(-2, -1, 1, 2)) == [{-2: 1, -1: 1, 1: 1, 2: 1}]
    assert whose.lost(own, sides(-2, -1)) == []  # he may have left
    alone = (2, own, whose.matched(own, own))
    assert whose.lost(own, [*sides(-2, -1), (1, own, (0,)), alone]) == []
    assert whose.lost(own, []) == []


def test_what_moves_fast_is_found_through_the_frame_between() -> None:
    this, between, other = scene(50), scene(58), scene(66)
    straight = laid_over(this, other)
    steps = laid_over(this, between), laid_over(between, other)
    found = chained(small(this), small(other), *steps)
    inside = (slice(46, 74), slice(56, 84))
    there = np.zeros((120, 180), np.float32)
    there[40:80, 66:106] = 1
    assert straight.belief[inside].mean() < 0.5 < 0.9 < found.belief[inside].mean()
    assert found.warped(there)[inside].min() > 0.9
    other = scene(66) * np.float32(0.5)  # it looks different there
    assert chained(small(this), small(other), *steps).belief[inside].mean() < 0.1
