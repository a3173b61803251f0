"""Layouts, pose and sight of faces, by the canonical face seen from known sides."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.faces import detect, layouts
from anatomatte.faces.canonical import canonical
from anatomatte.faces.pose import mirror, pose_of
from anatomatte.faces.visible import surface
from anatomatte.people.alignment import Square
from made.face_marks import turned


@pytest.mark.parametrize(
    "angles", [(0, 0, 0), (40, 0, 0), (-70, 10, 5), (15, -25, 170), (0, 30, -90), (20, 5, 60)]
)
def test_the_pose_is_the_heads(angles: tuple[float, float, float]) -> None:
    points = turned(*angles)
    pose = pose_of(points)
    assert np.allclose(pose.degrees, angles, atol=0.01)
    assert pose.residual < 1e-6 and abs(pose.scale - 9) < 1e-6
    assert np.allclose(pose.placed(canonical().points), points[:468], atol=1e-6)


def test_what_looks_right_has_its_nose_right() -> None:
    """The signs of the angles, by what one sees."""
    middle = lambda points: points[[33, 263], :2].mean(0)  # noqa: E731
    right, lifted = turned(yaw=30), turned(pitch=25)
    assert right[4, 0] > middle(right)[0] + 10
    assert lifted[4, 1] - middle(lifted)[1] < turned()[4, 1] - middle(turned())[1] - 5
    tilted = turned(roll=30)
    assert tilted[263, 1] > tilted[33, 1] + 10


def test_noise_is_no_face() -> None:
    noise = np.random.default_rng(1).normal(0, 60, (478, 3))
    assert pose_of(noise).residual > 0.3


def test_the_mirrored_face_is_itself() -> None:
    points, swap = turned(), mirror()
    there = points[swap] * [-1, 1, 1] + [400, 0, 0]
    assert np.abs(there - points).max() < 1e-3
    assert (swap[swap] == np.arange(478)).all()


def test_layouts_tell_what_of_them_is_in_sight() -> None:
    points = turned(yaw=75)
    seen = surface(points)
    few, many = layouts.seen_68(seen), layouts.seen_106(points, seen)
    assert few.shape == (68,) and many.shape == (106,)
    assert (few[36], few[45]) == (seen[33], seen[263]) and (many[104], many[105]) == (seen[468], seen[473])
    assert many[:33].min() < 0.1 and many[:33].max() > 0.9  # the jaw's far and near side
    assert np.allclose(layouts.seen_106(points, np.ones(478)), 1)


def test_a_profile_hides_its_far_side() -> None:
    assert surface(turned()).min() > 0.3
    right = surface(turned(yaw=75))
    assert right[263] < 0.1 and right[33] > 0.9  # the eye on the far side, the eye on the near one
    assert right[473:].max() < 0.2 < 0.8 < right[468:473].min()
    assert np.allclose(surface(turned(yaw=-75)), right[mirror()], atol=0.35)


def test_the_nose_hides_the_cheek_behind_it() -> None:
    side = surface(turned(yaw=50))
    assert side[358] < 0.5 < side[129]  # wings of the nose


@pytest.mark.parametrize(("of", "count"), [(layouts.of_68, 68), (layouts.of_106, 106)])
def test_layouts_follow_the_face(of: object, count: int) -> None:
    assert callable(of)
    points = turned(roll=20, yaw=10)
    made = of(points)
    assert made.shape == (count, 2) and made.dtype == np.float32
    moved = of(np.add(points, (7, -3, 0)))
    assert np.allclose(moved - made, [7, -3], atol=1e-3)


def test_68_are_where_ibug_has_them() -> None:
    made = layouts.of_68(turned())
    assert made[8, 1] == made[:, 1].max()  # the chin
    assert made[36, 0] < made[39, 0] < made[42, 0] < made[45, 0]  # corners of the eyes, left to right
    assert made[30, 1] > made[27, 1] and made[51, 1] < made[62, 1] < made[66, 1] + 1e-3 < made[57, 1]
    for left, right in ((0, 16), (17, 26), (36, 45), (48, 54), (31, 35)):
        assert abs(made[left, 0] + made[right, 0] - 400) < 1.5 and abs(made[left, 1] - made[right, 1]) < 1.5


def test_106_lie_evenly_along_the_jaw() -> None:
    made = layouts.of_106(turned())
    steps = np.hypot(*np.diff(made[:33], axis=0).T)
    assert made[16, 1] == made[:, 1].max() and steps.max() < 1.5 * steps.min()
    for left, right in ((0, 32), (33, 42), (52, 61), (78, 79), (84, 90), (104, 105)):
        assert abs(made[left, 0] + made[right, 0] - 400) < 1.5 and abs(made[left, 1] - made[right, 1]) < 1.5


def test_a_detection_is_a_square_of_the_picture() -> None:
    scores, boxes = np.full(2304, -5.0), np.zeros((2304, 16))
    at = 20 * 48 + 10  # the anchor at (42, 82)
    scores[at] = 3
    boxes[at] = [8, -2, 40, 50, -10, -20, 10, -20, *[0] * 8]
    found = detect.best(scores, boxes, Square(200, 300, 384))
    assert found is not None
    assert np.allclose((found.x, found.y), (200 + 2 * (50 - 96), 300 + 2 * (80 - 96)))
    assert np.isclose(found.side, 1.5 * 50 * 2) and abs(found.turn) < 1e-6
    scores[at] = 0.3
    assert detect.best(scores, boxes, Square(200, 300, 384)) is None


def test_detections_of_one_face_are_one_and_of_two_are_two() -> None:
    scores, boxes = np.full(2304, -5.0), np.zeros((2304, 16))
    for at, score in ((20 * 48 + 10, 3), (20 * 48 + 11, 2), (30 * 48 + 40, 1)):
        scores[at], boxes[at] = score, [0, 0, 40, 40, -10, -20, 10, -20, *[0] * 8]
    found = detect.several(scores, boxes, Square(96, 96, 192))
    assert [(round(one.x), round(one.y)) for one in found] == [(42, 82), (162, 122)]
    assert detect.middle(scores, 0.2) < 0.01 and detect.middle(scores, 0.45) > 0.9
