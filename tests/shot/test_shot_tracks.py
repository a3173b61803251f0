"""Who is who from frame to frame, on looks that are made up: what happens is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from anatomatte.shot.assignment import assigned
from anatomatte.shot.numbers import numbered
from anatomatte.shot.tracks import tracked
from made.shots_made import BLUE, GREEN, RED, frames, look


@pytest.mark.parametrize("seed", range(5))
def test_the_assignment_is_the_cheapest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        costs = rng.random((int(rng.integers(1, 9)), int(rng.integers(1, 9))))
        pairs = assigned(costs, 10.0)
        assert len(pairs) == min(costs.shape) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
        assert sum(costs[pair] for pair in pairs) == pytest.approx(costs[linear_sum_assignment(costs)].sum())


def test_a_pair_that_is_too_dear_is_not_made() -> None:
    costs = np.array([[0.1, np.inf], [0.2, 5.0]])
    assert assigned(costs, 1.0) == [(0, 0)]
    assert assigned(np.zeros((0, 3)), 1.0) == [] and assigned(np.full((2, 2), np.inf), 1.0) == []


def test_people_who_stand_beside_each_other_in_any_order_of_the_list() -> None:
    rng = np.random.default_rng(3)
    people = []
    for _ in range(20):
        row = [look(x + rng.normal(0, 0.004), RED) for x in (0.3, 0.5, 0.7)]
        people.append([row[k] for k in rng.permutation(3)])
    made = frames(people)
    for one, tracks in zip(made, tracked(made), strict=True):
        by_place = [track for _, track in sorted(zip((p.head[0] for p in one.looks), tracks, strict=True))]
        if one.number == 0:
            first = by_place
        assert by_place == first


@pytest.mark.parametrize("colours", [(RED, BLUE), (RED, RED)])
def test_two_who_cross_keep_their_numbers_in_one_uniform_too(colours: tuple[object, object]) -> None:
    people = []
    for n in range(30):
        left, right = 0.2 + 0.02 * n, 0.8 - 0.02 * n
        apart = abs(left - right)
        if apart < 0.05:  # the one in front hides the other
            people.append([look(right, colours[1], alone=1.0)])  # type: ignore[arg-type]
        else:
            alone = float(apart > 0.12)
            people.append([look(left, colours[0], alone=alone), look(right, colours[1], alone=alone)])  # type: ignore[arg-type]
    tracks = tracked(frames(people))
    assert all(mine == [0, 1] if len(mine) == 2 else mine == [1] for mine in tracks)


def test_somebody_who_leaves_and_comes_back_later_is_known_by_colours() -> None:
    there = [[look(0.6, BLUE), look(0.3, RED)]] * 5
    gone, back = [[look(0.6, BLUE)]] * 30, [[look(0.6, BLUE), look(0.1, RED)]] * 5
    tracks = tracked(frames([*there, *gone, *back]))
    assert tracks[0] == tracks[-1] == [0, 1]
    somebody = tracked(frames([*there, *gone, *[[look(0.6, BLUE), look(0.1, GREEN)]] * 5]))
    assert somebody[-1] == [0, 2]


def test_somebody_who_turns_round_behind_the_camera_is_the_same() -> None:
    out = [[look(0.6, BLUE), look(0.3 - 0.05 * n, RED)] for n in range(6)]
    back = [[look(0.6, BLUE), look(0.05 + 0.05 * n, RED)] for n in range(5)]
    tracks = tracked(frames([*out, *[[look(0.6, BLUE)]] * 7, *back]))
    assert tracks[-1] == tracks[0] == [0, 1]


def test_a_cut_breaks_motion_and_not_colours() -> None:
    people = [[look(0.3, RED), look(0.6, BLUE)]] * 4 + [[look(0.35, BLUE, 0.9), look(0.7, RED, 0.9)]] * 4
    tracks = tracked(frames(people, cut={4: True}))
    assert tracks[3] == [0, 1] and tracks[4] == [1, 0]


def test_a_pan_is_taken_out() -> None:
    """Each frame the camera goes on by what they stand apart, so that places alone would exchange them."""
    people = [[look(0.8 - 0.12 * n, RED), look(0.92 - 0.12 * n, RED)] for n in range(5)]
    tracks = tracked(frames(people, shift=dict.fromkeys(range(1, 5), (-0.12 * 16 / 9, 0.0))))
    assert tracks == [[0, 1]] * 5


def test_a_piece_of_somebody_and_a_moment_have_no_number() -> None:
    people = [[look(0.6, BLUE), *([look(0.2, RED, 0.5)] if n in (3, 4) else [])] for n in range(12)]
    made = frames(people)
    given = numbered(made, tracked(made))
    assert given == {0: 1}


def test_a_piece_that_comes_and_goes_beside_somebody_has_no_number() -> None:
    def piece(n: int) -> list[object]:
        return [look(0.62, RED, 0.4, alone=0.0)] if n % 3 == 0 else []

    made = frames([[look(0.6, BLUE, alone=float(n < 2)), *piece(n)] for n in range(24)])  # type: ignore[list-item]
    assert numbered(made, tracked(made)) == {0: 1}
    held = frames([[look(0.6, BLUE, alone=0.0), look(0.75, RED, alone=0.0)] for _ in range(24)])
    assert numbered(held, tracked(held)) == {0: 1, 1: 2}  # two who hold each other all the time are two


def test_numbers_count_in_order_of_coming_into_sight_and_there_are_eight() -> None:
    crowd = [[look(0.05 + 0.09 * k, (50.0, 10.0 * k, 0.0), 0.3) for k in range(10)] for _ in range(6)]
    made = frames(crowd)
    tracks = tracked(made)
    given = numbered(made, tracks)
    assert sorted(given.values()) == list(range(1, 9))
    of_places = [given[track] for track in tracks[0] if track in given]
    assert of_places == sorted(of_places)
