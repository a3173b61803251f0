"""Two people in one matte: two heads tell it in a frame, and the frames beside do where no head is seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from anatomatte.qc import REASONS, doubtful
from anatomatte.qc.checks import alone
from anatomatte.qc.seen import Seen
from anatomatte.shot.corrections import Correction, Mark
from anatomatte.shot.looks import Look
from anatomatte.shot.merging import REACH, merged
from anatomatte_batch.doubtful import doubtful as doubts
from anatomatte_batch.doubtful import followed
from made.qc_frames import HIGH, WIDE, disc, figure, seen
from made.shots_made import BLUE, RED, frames, look, shot

LEFT = np.float32(np.ones((HIGH, WIDE)) * (np.arange(WIDE) < WIDE / 2))
BOTH = np.maximum(figure(0.28), figure(0.72))
HEADS = np.maximum(disc(0.28, 0.18, 0.09), disc(0.72, 0.18, 0.09))


def two(people: np.ndarray, heads: np.ndarray = HEADS, faces: np.ndarray | None = None) -> Seen:
    at = np.array([[0.28, 0.18, 0.9], [0.72, 0.18, 0.9]], np.float32)[: len(people)]
    chosen = tuple(range(len(people)))
    faced = heads * np.float32(0.4) if faces is None else faces
    return seen(BOTH, people=people, chosen=chosen, heads=at, skulls=heads, faces=faced)


ONE = np.ones((1, HIGH, WIDE), np.float32)


def test_a_matte_with_two_heads_is_two_people() -> None:
    (found,) = doubtful(alone(two(ONE)))
    assert (found.code, found.layer) == ("merged", "person_01") and found.score == pytest.approx(
        0.5, abs=0.05
    )
    assert "stroke for each" in REASONS["merged"].cure


@pytest.mark.parametrize(
    "right",
    [
        two(np.stack([LEFT, 1 - LEFT])),
        two(ONE, faces=HEADS * LEFT),  # a ball of hair, a bag: no face is in it
        two(ONE, np.maximum(disc(0.28, 0.18, 0.09), disc(0.72, 0.3, 0.03))),  # a hand, taken for a face
        dataclasses.replace(two(ONE), skulls=None),  # nobody asks who is who
        dataclasses.replace(two(ONE), forced=np.ones((HIGH, WIDE), np.bool_)),
    ],
)
def test_one_head_a_person_is_right(right: Seen) -> None:
    assert not [one for one in doubtful(alone(right)) if one.code == "merged"]


A, B, WIDER = look(0.42, RED), look(0.56, BLUE), look(0.49, RED)
TOGETHER = dataclasses.replace(
    WIDER, area=0.9 * (A.area + B.area), box=(A.box[0], A.box[1], B.box[2], A.box[3])
)
NUMBERS = {0: 1, 1: 2}


def shares(rows: list[tuple[list[Look], list[int]]], **facts: dict[int, object]) -> list[float]:
    made = frames([looks for looks, _ in rows], **facts)
    return merged(made, [tracks for _, tracks in rows], NUMBERS)


APART, IN_ONE = ([A, B], [0, 1]), ([TOGETHER], [0])


def test_a_shot_knows_that_there_were_two() -> None:
    found = shares([APART, APART, IN_ONE, IN_ONE, APART])
    assert found[:2] == [0, 0] and found[4] == 0
    assert (
        found[2] == found[3] == pytest.approx(1 - 1 / 1.8, abs=0.01)
        and found[2] > REASONS["merged"].threshold
    )
    assert shares([IN_ONE, IN_ONE, APART])[0] == found[2]  # to the end of the shot
    piece = dataclasses.replace(B, area=0.05 * B.area)
    assert shares([APART, ([TOGETHER, piece], [0, 1]), APART])[1] == found[2]


@pytest.mark.parametrize(
    "rows",
    [
        [APART, ([A], [0]), APART],  # the second is hidden
        [APART, ([dataclasses.replace(A, area=1.2 * A.area)], [0]), APART],  # all but hidden
        [([A], [0]), ([TOGETHER], [0]), ([A], [0])],  # an armful of something
        [APART, *[([A], [0])] * REACH, IN_ONE],  # too long ago
        [([A, look(0.9, BLUE)], [0, 1]), ([TOGETHER], [0]), ([A, look(0.9, BLUE)], [0, 1])],
    ],
)
def test_who_is_hidden_or_elsewhere_is_in_no_others_matte(rows: list[tuple[list[Look], list[int]]]) -> None:
    assert max(shares(rows)) == 0


def test_nobody_is_looked_for_behind_a_cut() -> None:
    assert max(shares([APART, IN_ONE, IN_ONE], cut={1: True})) == 0


def test_the_camera_may_pan() -> None:
    """What lies at one place of the world moves through the picture; so do those who stand there."""

    def moved(one: Look, by: float) -> Look:
        left, top, right, bottom = one.box
        return dataclasses.replace(
            one, head=(one.head[0] + by, one.head[1]), box=(left + by, top, right + by, bottom)
        )

    rows = [
        ([moved(one, 0.1 * n) for one in looks], tracks)
        for n, (looks, tracks) in enumerate([APART, IN_ONE, IN_ONE, IN_ONE])
    ]
    pan = dict.fromkeys(range(1, 4), (0.1 * 16 / 9, 0.0))
    assert shares(rows, shift=pan)[3] > 0.4 and shares(rows)[3] == 0


def test_an_analysis_says_it_until_strokes_part_them() -> None:
    light = np.random.default_rng(0).random((45, 80, 3), np.float32)
    made = shot(light, dict.fromkeys(range(3), ()))
    clean = {
        n: dataclasses.replace(one, qc={"identity": 0.0, "merged": 0.0}) for n, one in made.moments.items()
    }
    looks, tracks = frames([[A, B], [TOGETHER], [A, B]]), [[0, 1], [0], [0, 1]]
    moments = followed(clean, looks, tracks, NUMBERS, {})
    assert [moments[n].qc["merged"] > 0.27 for n in range(3)] == [False, True, False]
    made = dataclasses.replace(made, moments=moments)
    assert [one.frame for one in doubts(made)] == [1]
    stroke = Correction(1, "person", 1, people=(2,), stroke=(0.5, 0.5))
    marked = dataclasses.replace(moments[1], marks=(Mark(1, 1.0, ((0.5, 0.5),)),))
    parted = dataclasses.replace(made, corrections=(stroke,), moments={**moments, 1: marked})
    assert doubts(parted) == () and parted.checks(0) == moments[0].qc
