"""Palms: where the hand network looks for each that the detector found."""

from __future__ import annotations

import numpy as np
import pytest
from people.test_people_landmarks import Knowing, only, scene

from anatomatte.people.alignment import Square
from anatomatte.people.evidence import Plane
from anatomatte.people.landmarks import landmarks
from anatomatte.people.palms import SIDE, anchors, new, squares


def found(*palms: tuple[int, float, tuple[float, float]]) -> tuple[Plane, Plane]:
    """Raw results with a palm of 30 pixels at some anchors: anchor, logit, where its middle finger points."""
    scores, boxes = np.full(2016, -5, np.float32), np.zeros((2016, 18), np.float32)
    for at, logit, (x, y) in palms:
        scores[at], boxes[at, 2:4] = logit, 30
        boxes[at, 4:6], boxes[at, 8:10] = (-10 * x, -10 * y), (10 * x, 10 * y)
    return scores, boxes


def test_anchors_are_two_a_cell_at_an_eighth_and_six_at_a_sixteenth() -> None:
    assert anchors().shape == (2016, 2)
    assert np.allclose(anchors()[[0, 1, 2]] * SIDE, [[4, 4], [4, 4], [12, 4]])
    assert np.allclose(anchors()[[1152, 1157, 1158]] * SIDE, [[8, 8], [8, 8], [24, 8]])


@pytest.mark.parametrize(("pointing", "turn"), [((0, -1), 0.0), ((1, 0), np.pi / 2), ((-1, 0), -np.pi / 2)])
def test_the_square_turns_with_the_hand_and_lies_over_its_fingers(
    pointing: tuple[float, float], turn: float
) -> None:
    seen = Square(500.0, 300.0, 2.0 * SIDE)
    (square,) = squares(*found((1000, 2.0, pointing)), seen)
    middle = seen.to_picture(anchors()[[1000]] * SIDE, SIDE)[0]
    assert square.turn == pytest.approx(turn) and square.side == pytest.approx(2.6 * 60)
    assert np.allclose([square.x, square.y], middle + 30 * np.array(pointing))


def test_one_palm_of_many_anchors_is_one_and_the_likeliest_comes_first() -> None:
    up = (0.0, -1.0)
    made = squares(
        *found((100, 1.0, up), (101, 0.5, up), (1000, 2.0, up), (500, -1.0, up)), Square(96, 96, 192)
    )
    where = [anchors()[at] * SIDE for at in (1000, 100)]
    assert np.allclose([[one.x, one.y + 15] for one in made], where)


def test_nothing_is_found_where_nothing_is_likely() -> None:
    assert squares(*found(), Square(96, 96, 192)) == []


def test_a_palm_that_was_looked_at_is_not_looked_at_again() -> None:
    first = Square(100.0, 80.0, 60.0, 3.1)
    again, turned, beside, larger = (
        Square(103.0, 76.0, 66.0, -3.1),
        Square(100.0, 80.0, 60.0, 2.0),
        Square(120.0, 80.0, 60.0, 3.1),
        Square(100.0, 80.0, 90.0, 3.1),
    )
    looked = [first]
    assert list(new([again, turned, beside, larger], looked)) == [turned, beside, larger]
    assert looked == [first, turned, beside, larger]


class Guessing(Knowing):
    """Sees the left hand before the mouth by its palm; the pose hardly sees its wrist there."""

    PLACE = np.array([152.0, 42.0])

    def __init__(self, palm: bool = True, mirrored: bool = True, wrist: float = -2.0) -> None:
        super().__init__(150)
        self.palm, self.both, self.wrist, self.asked = palm, mirrored, wrist, 0

    def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
        raw, heat, present = super().pose(picture)
        across, mirrored = self.located(picture)
        at = np.append(self.PLACE, 1) @ across
        for k in (16, 18, 20) if mirrored else (15, 17, 19):
            raw[k, :2], raw[k, 3:] = at, self.wrist
        return raw, heat, present

    def hand(self, picture: Plane) -> tuple[Plane, float, float]:
        across, mirrored = self.located(picture)
        middle = np.linalg.solve(across[:2].T, np.full(2, 112.0) - across[2])
        if np.hypot(*(middle - self.PLACE)) > 8:
            return super().hand(picture)
        spread = np.random.default_rng(2).uniform(-4, 4, (21, 2))
        places = np.column_stack([self.PLACE + spread, np.ones(21)]) @ across
        there = float(self.both or not mirrored)
        return np.column_stack([places, np.zeros(21)]).astype(np.float32), there, 0.0

    def palms(self, picture: Plane) -> tuple[Plane, Plane]:
        self.asked += 1
        scores, boxes = super().palms(picture)
        if self.palm:
            x, y = np.append(self.PLACE, 1) @ self.located(picture)[0]
            of = int(np.hypot(*(anchors() * 192 - [x, y]).T).argmin())
            middle = np.array([x, y]) - anchors()[of] * 192
            scores[of] = 3
            boxes[of] = [*middle, 20, 20, *np.tile(middle, 7)]
            boxes[of, 5], boxes[of, 9] = middle[1] + 10, middle[1] - 10  # the wrist below the middle finger
        return scores, boxes


def test_a_hand_before_the_face_is_found_by_its_palm() -> None:
    picture, (person,) = scene(150)
    nets = Guessing()
    found = only(landmarks(picture, [person], nets))
    assert found.left_hand is not None and nets.asked == 1
    assert np.hypot(*(found.left_hand.mean(0) - nets.PLACE)) < 2
    unseen = Guessing(palm=False)
    assert only(landmarks(picture, [person], unseen)).left_hand is None and unseen.asked == 3


def test_what_is_a_hand_in_a_mirror_alone_is_none() -> None:
    picture, (person,) = scene(150)
    assert only(landmarks(picture, [person], Guessing(mirrored=False))).left_hand is None


def test_palms_are_not_looked_for_where_both_hands_are_known() -> None:
    picture, (person,) = scene(150)

    class Counting(Knowing):
        def palms(self, picture: Plane) -> tuple[Plane, Plane]:
            raise AssertionError("asked")

    landmarks(picture, [person], Counting(150))


def test_what_is_no_hand_is_not_looked_at_in_a_mirror() -> None:
    picture, (person,) = scene(150)

    class NoHand(Guessing):
        mirrors = 0

        def hand(self, picture: Plane) -> tuple[Plane, float, float]:
            points, _, right = super().hand(picture)
            self.mirrors += self.located(picture)[1]
            return points, 0.0, right

    nets = NoHand()
    assert only(landmarks(picture, [person], nets)).left_hand is None
    assert nets.asked and not nets.mirrors
