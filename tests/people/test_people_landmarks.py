"""Landmarks of people: whose they are, where to look, and how far they are believed.

The networks are fakes that know where everything is. Pictures tell of each pixel where it lies (red, green)
and whose it is (blue), so a fake finds its place in whatever square it is shown, turned and mirrored too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from anatomatte.errors import Cancelled
from anatomatte.people import landmark_looks as looks
from anatomatte.people.evidence import PeopleEvidence, Plane
from anatomatte.people.landmark_people import matched, seen
from anatomatte.people.landmarks import Landmarks, Person, landmarks

HEIGHT, WIDTH = 240, 360
FIGURE = {
    0: (0, -88), 2: (3, -92), 5: (-3, -92), 7: (7, -90), 8: (-7, -90), 9: (2, -84), 10: (-2, -84),
    11: (20, -70), 12: (-20, -70), 13: (24, -45), 14: (-24, -45), 15: (26, -20), 16: (-26, -20),
    17: (27, -12), 18: (-27, -12), 19: (24, -11), 20: (-24, -11), 23: (12, 0), 24: (-12, 0),
    25: (12, 45), 26: (-12, 45), 27: (12, 88), 28: (-12, 88), 31: (16, 96), 32: (-16, 96),
}  # fmt: skip
"""Pixels from the hips, x and y, of somebody who faces the camera: his left is at the picture's right."""


def figure(x: float, y: float = 120.0) -> NDArray[np.float64]:
    """(35, 2) a body with its hips there, and the two points that align the next look."""
    made = np.array([FIGURE.get(k, (0.0, -86.0)) for k in range(33)], float)
    return np.concatenate([made, [[0, 0], [0, -105]]]) + np.array([x, y])


def scene(*people: float) -> tuple[Plane, list[Person]]:
    """A picture with somebody at each x, blue by his number, and the people with their mattes."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    picture = np.stack([x / WIDTH, y / HEIGHT, np.zeros_like(x)], -1).astype(np.float32)
    made = []
    for k, at in enumerate(people, 1):
        there = (np.abs(x - at) < 34) & (np.abs(y - 120) < 105)
        picture[there, 2] = 0.25 * k
        made.append(Person(there.astype(np.float32)[::2, ::2]))
    return picture, made


def body(at: float) -> Plane:
    """What the person detector says of somebody."""
    x, y = at / WIDTH, 120 / HEIGHT
    points = [x, 32 / HEIGHT, 0.05, 0.08, x, y, x, 15 / HEIGHT, x, 50 / HEIGHT, x, 15 / HEIGHT]
    return np.array([0.9, *points], np.float32)


class Knowing:
    """Networks that know the people at some x; the pose is of the one in the middle of the square."""

    def __init__(self, *people: float, right: float | None = None, face: bool = True) -> None:
        self.people, self.right, self.there, self.poses = people, right, float(face), 0

    @staticmethod
    def located(square: Plane) -> tuple[NDArray[np.float64], bool]:
        """(3, 2) the map from the picture's pixels (x, y, 1) to the square's, and whether it is mirrored."""
        size = len(square)
        y, x = np.mgrid[0:size, 0:size] + 0.5
        told = square[..., :2] * [WIDTH, HEIGHT]
        # squares go on beyond the picture, and others in them have faded to one colour: trust the middle
        sure = (np.abs(x - size / 2) < size / 16) & (np.abs(y - size / 2) < size / 16)
        known = np.column_stack([told[sure], np.ones(int(sure.sum()))])
        found = np.linalg.lstsq(known, np.column_stack([x[sure], y[sure]]), rcond=None)[0]
        return np.asarray(found), bool(np.linalg.det(found[:2]) < 0)

    def who(self, square: Plane) -> float:
        inner = np.s_[3 * len(square) // 8 : 5 * len(square) // 8]
        blue = np.round(square[inner, inner, 2] * 4).astype(int).ravel()
        return self.people[int(np.bincount(blue[blue > 0], minlength=2)[1:].argmax())]

    def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
        self.poses += 1
        across, mirrored = self.located(picture)
        raw = np.zeros((39, 5), np.float32)
        points = figure(self.who(picture))
        raw[:35, :2] = np.column_stack([points, np.ones(35)]) @ across
        raw[:, 3:] = 9
        if mirrored:  # it calls left what looks like a left side
            raw[:33] = raw[:33][looks._MIRROR[:33]]
        return raw, np.full((39, 64, 64), -20, np.float32), 1.0

    def face(self, picture: Plane) -> tuple[Plane, float]:
        across, _ = self.located(picture)
        spread = np.random.default_rng(1).uniform(-6, 6, (468, 2)) + figure(self.who(picture))[0]
        places = np.column_stack([spread, np.ones(468)]) @ across
        return np.column_stack([places, np.full(468, 8.0)]).astype(np.float32), self.there

    def hand(self, picture: Plane) -> tuple[Plane, float, float]:
        across, _ = self.located(picture)
        wrists = figure(self.who(picture))[[15, 16]]
        middle = np.linalg.solve(across[:2].T, np.full(2, 112.0) - across[2])
        which = int(np.hypot(*(wrists - middle).T).argmin())
        spread = np.random.default_rng(2).uniform(-4, 4, (21, 2)) + np.array([0, 8])
        spread[0] = 0
        places = np.column_stack([wrists[which] + spread, np.ones(21)]) @ across
        right = float(which == 1) if self.right is None else self.right
        return np.column_stack([places, np.zeros(21)]).astype(np.float32), 1.0, right

    def palms(self, picture: Plane) -> tuple[Plane, Plane]:
        return np.full(2016, -9, np.float32), np.zeros((2016, 18), np.float32)


def only(found: list[Landmarks | None]) -> Landmarks:
    (one,) = found
    assert one is not None
    return one


def test_one_person_with_face_and_hands_is_told_in_the_pictures_pixels() -> None:
    picture, (person,) = scene(150)
    for known in (person, replace(person, body=body(150))):
        found = only(landmarks(picture, [known], Knowing(150)))
        truth = figure(150)[:33]
        assert np.abs(found.pose[:, :2] - truth).max() < 1.5 and found.score > 0.95
        assert found.pose.dtype == np.float32 and (found.pose[:, 2:] > 0.99).all()
        assert found.face is not None and found.left_hand is not None and found.right_hand is not None
        assert np.hypot(*(found.face[:, :2].mean(0) - truth[0])) < 2
        assert np.hypot(*(found.left_hand[0] - truth[15])) < 2
        assert np.hypot(*(found.right_hand[0] - truth[16])) < 2
        shown = np.ptp(found.face[:, 0]) / 192 * found.face[0, 2]
        assert 0 < shown < 8  # depth is in the picture's pixels too


def test_people_side_by_side_keep_their_own_whatever_the_order_and_the_threads() -> None:
    at = (90.0, 165.0, 250.0)
    picture, people = scene(*at)
    nets = Knowing(*at)
    one = landmarks(picture, people, nets)
    for found, x in zip(one, at, strict=True):
        assert found is not None and found.score > 0.9
        assert np.abs(found.pose[:, :2] - figure(x)[:33]).max() < 2
    for other in (landmarks(picture, people, nets, threads=3), landmarks(picture, people[::-1], nets)[::-1]):
        assert all(
            a is not None and b is not None and np.array_equal(a.pose, b.pose)
            for a, b in zip(one, other, strict=True)
        )


def test_a_pose_that_is_on_the_neighbour_is_not_this_persons() -> None:
    picture, people = scene(90, 165)
    here, there = landmarks(picture, people, Knowing(90, 90))
    assert here is not None and here.score > 0.9
    assert there is None or there.score < 0.3


def test_whom_the_frame_cuts_off_is_found_from_his_matte() -> None:
    class Published(Knowing):
        """Knows bodies whose hips are near the middle of the square, as it was trained."""

        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            raw, heat, present = super().pose(picture)
            return raw, heat, present * float(np.abs(raw[33, :2] - 128).max() < 40)

    picture, (person,) = scene(150)
    cut, matte = picture[:110], person.matte[:55]
    found = only(landmarks(cut, [Person(matte)], Published(150)))
    assert np.abs(found.pose[11:15, :2] - figure(150)[11:15]).max() < 3 and found.score > 0.9


class Upright(Knowing):
    """Knows bodies only where the square shows them upright, as it was trained."""

    def __init__(self, at: float, sure: float = 1.0) -> None:
        super().__init__(at)
        self.sure = sure

    def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
        raw, heat, _ = super().pose(picture)
        up = np.array([0, -1]) @ self.located(picture)[0][:2]
        upright = bool(up[1] < -0.8 * np.hypot(*up))
        if not upright:  # nor does it tell where to look next
            raw[33:35, :2] = (128, 128), (128, 28)
        return raw, heat, self.sure * upright


def test_who_lies_is_found_in_squares_of_his_matte_that_are_turned() -> None:
    """The detector did not see him; no square of the picture's own upright shows a body."""
    picture, (person,) = scene(150)
    lying, matte = (np.ascontiguousarray(np.rot90(plane)) for plane in (picture, person.matte))
    found = only(landmarks(lying, [Person(matte)], Upright(150)))
    truth = figure(150)[:33]
    assert np.abs(found.pose[:, :2] - np.column_stack([truth[:, 1], WIDTH - truth[:, 0]])).max() < 2
    assert found.score > 0.9
    assert landmarks(lying, [Person(matte)], Upright(150, sure=0.7)) == [None]  # of many looks, one by chance
    assert only(landmarks(picture, [person], Upright(150, sure=0.7))).score > 0.6
    small = np.zeros((1000, 1000), np.float32)
    small[: matte.shape[0], : matte.shape[1]] = matte
    wide = np.zeros((2000, 2000, 3), np.float32)
    wide[: lying.shape[0], : lying.shape[1]] = lying
    nets = Upright(150)
    assert landmarks(wide, [Person(small)], nets) == [None] and nets.poses <= 8


def test_guesses_are_not_believed() -> None:
    picture, (person,) = scene(150)

    class Guessing(Knowing):
        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            raw, heat, present = super().pose(picture)
            raw[:, 0] = 128 + (raw[:, 0] - 128) * 0.5 + 30  # right of the middle, in the mirrored look too
            return raw, heat, present

    class Blind(Knowing):
        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            raw, heat, present = super().pose(picture)
            raw[2:, 3] = -9
            return raw, heat, present

    assert landmarks(picture, [person], Guessing(150)) == [None]
    assert landmarks(picture, [person], Blind(150)) == [None]
    assert landmarks(picture, [Person(0 * person.matte)], Knowing(150)) == [None]
    assert landmarks(picture, [], Knowing(150)) == []


def test_without_a_face_hands_tell_the_sides() -> None:
    picture, (person,) = scene(150)
    turned = only(landmarks(picture, [person], Seen(right_is_left=True, face=False)))
    assert np.abs(turned.pose[15, :2] - figure(150)[16]).max() < 1.5
    assert turned.left_hand is not None and np.hypot(*(turned.left_hand[0] - figure(150)[16])) < 2
    faced = only(landmarks(picture, [person], Seen(right_is_left=True, face=True)))
    doubted = only(landmarks(picture, [person], Knowing(150, right=0.5, face=False)))
    for found in (faced, doubted):
        assert np.abs(found.pose[15, :2] - figure(150)[15]).max() < 1.5


class Seen(Knowing):
    """Knows one person; may take each hand for one of the other side."""

    def __init__(self, right_is_left: bool, face: bool) -> None:
        super().__init__(150, face=face)
        self.other = right_is_left

    def hand(self, picture: Plane) -> tuple[Plane, float, float]:
        points, present, right = super().hand(picture)
        return points, present, 1 - right if self.other else right


def test_faces_and_hands_of_a_few_pixels_are_not_looked_for() -> None:
    picture, (person,) = scene(150)

    class Far(Knowing):
        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            raw, heat, present = super().pose(picture)
            raw[:, :2] = raw[23:25, :2].mean(0) + (raw[:, :2] - raw[23:25, :2].mean(0)) / 3
            return raw, heat, present

    small = only(landmarks(picture, [replace(person, body=body(150))], Far(150)))
    assert small.face is None and small.left_hand is None and small.right_hand is None


def test_both_hands_at_one_place_are_one_hand() -> None:
    picture, (person,) = scene(150)

    class Folded(Knowing):
        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            raw, heat, present = super().pose(picture)
            mirrored = self.located(picture)[1]
            left, right = ((15, 17, 19), (16, 18, 20)) if not mirrored else ((16, 18, 20), (15, 17, 19))
            raw[list(left)] = raw[list(right)]  # the left hand is guessed at the right one
            return raw, heat, present

    found = only(landmarks(picture, [person], Folded(150)))
    assert (found.left_hand is None) != (found.right_hand is None)


def test_a_face_off_the_person_is_no_face_of_his() -> None:
    picture, people = scene(90, 250)

    class Elsewhere(Knowing):
        def face(self, picture: Plane) -> tuple[Plane, float]:
            across, _ = self.located(picture)
            places = np.tile(np.append(figure(250)[0], 1) @ across, (468, 1))
            return np.column_stack([places, np.zeros(468)]).astype(np.float32), 1.0

    here, there = landmarks(picture, people, Elsewhere(90, 250))
    assert here is not None and here.face is None
    assert there is not None and there.face is not None


def test_a_hand_far_from_its_wrist_is_none_of_his() -> None:
    picture, (person,) = scene(150)

    class Far(Knowing):
        def hand(self, picture: Plane) -> tuple[Plane, float, float]:
            points, present, right = super().hand(picture)
            points[:, :2] += np.array([0, -60, 1]) @ self.located(picture)[0] - self.located(picture)[0][2]
            return points, present, right

    found = only(landmarks(picture, [person], Far(150)))
    assert found.left_hand is None and found.right_hand is None and found.face is not None


def test_where_another_person_is_nothing_is_his_and_he_is_not_shown() -> None:
    picture, people = scene(90, 160)
    shown: list[Plane] = []

    class Beside(Knowing):
        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            shown.append(picture)
            raw, heat, present = super().pose(picture)
            raw[:35, :2] = (
                np.array([122, 100, 1]) @ self.located(picture)[0]
            )  # just beside the other's border
            return raw, heat, present

    assert landmarks(picture, [people[1], people[0]], Beside(160, 90))[0] is None
    blue = np.concatenate([square[..., 2].ravel() for square in shown[:1]])
    assert (blue > 0.4).mean() > 0.1 and (np.abs(blue - 0.25) < 0.05).mean() < 0.02


def test_a_sure_pose_is_looked_for_once() -> None:
    picture, (person,) = scene(150)
    nets = Knowing(150)
    landmarks(picture, [replace(person, body=body(150))], nets)
    assert nets.poses == 2  # as it is, and mirrored
    landmarks(picture, [person], nets)
    assert nets.poses == 4  # a sure pose in the square of a matte as well


def test_squares_are_glanced_at_and_the_likeliest_looked_at_well() -> None:
    class Doubting(Knowing):
        """Sure of a body where its hips are in the middle of the square, less the farther off they are."""

        def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
            raw, heat, _ = super().pose(picture)
            return raw, heat, float(np.clip(1.2 - np.abs(raw[33, :2] - 128).max() / 60, 0, 1))

    picture, (person,) = scene(150)
    cut, matte = picture[:170], person.matte[:85]  # three squares; the hips are at the middle of none
    nets = Doubting(150)
    found = only(landmarks(cut, [Person(matte)], nets))
    assert found.score > 0.9 and np.abs(found.pose[11:15, :2] - figure(150)[11:15]).max() < 3
    assert nets.poses <= 6  # three glances, the best mirrored, and what follows from it twice


def test_cancelling_stops_the_look_for_landmarks() -> None:
    picture, (person,) = scene(150)
    nets = Knowing(150)

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        landmarks(picture, [person], nets, check=stop)


def evidence(people: list[Person], bodies: Any) -> PeopleEvidence:
    mattes = np.stack([person.matte for person in people])
    alpha, none = mattes.max(0), np.zeros_like(mattes[0])
    heads = np.array([[at / WIDTH, 32 / HEIGHT, 1] for at in (90, 250)], np.float32)
    return PeopleEvidence(alpha, none, none[None], mattes, heads, bodies=bodies)


def test_each_person_gets_the_body_that_the_detector_found_of_him() -> None:
    _, people = scene(90, 250)
    found = seen(evidence(people, np.stack([body(255), body(170), body(88)])))
    assert [None if one.body is None else round(float(one.body[1]) * WIDTH) for one in found] == [88, 255]
    assert np.array_equal(found[0].matte, people[0].matte)
    assert found[1].head is not None and np.allclose(found[1].head * [WIDTH, HEIGHT], [250, 32])
    assert [one.body for one in seen(evidence(people, None))] == [None, None]
    mattes = [person.matte for person in people]
    heads = np.array([[0.9, 0.9, 1], [0.95, 0.9, 1]], np.float32)  # heads of others: then mattes tell
    assert matched(mattes, heads, np.stack([body(250), body(90)])) == [1, 0]
    near = np.array([[0.68, 0.13, 1], [0.69, 0.13, 1]], np.float32)
    assert matched(mattes, near, np.stack([body(250)])) == [-1, 0]
    assert matched([], heads[:0], np.stack([body(250)])) == []


@pytest.mark.parametrize(("eyes", "turn"), [((3, -3), 0), ((-2, 2), 0), ((-20, 20), 0)])
def test_a_profile_is_not_looked_at_upside_down(eyes: tuple[int, int], turn: float) -> None:
    """Of eyes one behind the other, and of those of a nape, left may lie right; a mouth is below them."""
    body = np.zeros((33, 4), np.float32)
    body[:, :2] = figure(100, 120)[:33]
    body[2, 0], body[5, 0] = 100 + eyes[0], 100 + eyes[1]
    assert abs(looks.face_square(body).turn - turn) < 0.5
    over = body.copy()
    over[:, :2] = 240 - over[:, :2]
    assert np.cos(looks.face_square(over).turn - turn - np.pi) > 0.9
