"""Oriented squares: there and back, the published rules, and heat maps."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.parts import INDEX, PARTS
from anatomatte.people import landmark_looks as looks
from anatomatte.people.alignment import Square, around, bounding, level, upright
from anatomatte.people.evidence import PeopleEvidence, Plane
from anatomatte.people.landmark_people import Levels


def places(height: int, width: int) -> Plane:
    """A picture that tells of each pixel where its middle is: x, y, and 1."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    return np.stack([x, y, np.ones_like(x)], -1)


@pytest.mark.parametrize("side", [20.0, 61.0, 150.0])
@pytest.mark.parametrize("turn", [0.0, 0.7, -2.0, np.pi])
def test_a_cut_square_shows_what_lies_where_its_points_go(side: float, turn: float) -> None:
    square = Square(141.3, 118.6, side, turn)
    cut = square.cut(places(240, 280), 32)
    y, x = np.mgrid[0:32, 0:32] + 0.5
    told = square.to_picture(np.column_stack([x.ravel(), y.ravel()]), 32).reshape(32, 32, 2)
    assert np.abs(cut[..., :2] - told).max() < 0.1
    assert np.allclose(told.reshape(-1, 2).mean(0), [141.3, 118.6])


def test_the_picture_goes_on_beyond_its_border() -> None:
    cut = Square(0, 0, 64).cut(places(40, 40), 64)
    assert cut.shape == (64, 64, 3) and np.allclose(cut[..., 2], 1)
    assert np.allclose(cut[:32, :32, :2], 0.5) and np.allclose(cut[48, 48, :2], [16.5, 16.5])
    assert np.allclose(Square(-500, 900, 64).cut(places(40, 40), 8)[..., :2], [0.5, 39.5])


def test_what_is_made_smaller_is_averaged() -> None:
    fine = np.zeros((256, 256), np.float32)
    fine[:, ::2] = 1
    assert np.abs(Square(128, 128, 240, 0.3).cut(fine, 16) - 0.5).max() < 0.05


def test_squares_stand_upright_on_what_they_show() -> None:
    lying = around(np.array([50.0, 40.0]), np.array([80.0, 40.0]))  # the head is right
    assert (lying.x, lying.y, lying.side) == (50, 40, 60) and np.isclose(lying.turn, np.pi / 2)
    assert np.allclose(lying.to_picture(np.array([[30.0, 0.0]]), 60), [[80, 40]])  # its upper end
    assert np.isclose(upright(np.zeros(2), np.array([0.0, -3.0])), 0)
    assert np.isclose(level(np.zeros(2), np.array([1.0, 1.0])), np.pi / 4)
    up = lying.scaled(1.5, up=0.5)
    assert np.allclose((up.x, up.y, up.side), (80, 40, 90))


def test_a_bounding_square_may_be_turned_with_its_points() -> None:
    points = np.array([[0.0, 0.0], [10.0, 10.0], [5.0, 5.0]])
    straight, turned = (bounding(points, np.pi / 4, turned) for turned in (False, True))
    assert (straight.x, straight.y, straight.side) == (5, 5, 10)
    assert np.allclose((turned.x, turned.y, turned.side), (5, 5, 200**0.5))


def test_landmarks_move_to_the_heat_around_them() -> None:
    heat = np.full((3, 64, 64), -20, np.float32)
    heat[0, 20, 30:32] = 20  # between these cells
    heat[1, 20, 40] = -1  # less likely than not
    heat[2, 5, 5] = 20  # too far away
    points = np.array([[31 / 64, 21 / 64], [40 / 64, 20 / 64], [0.9, 0.9]])
    made = looks.refined(points, heat)
    assert np.allclose(made[0], [30.5 / 64, 20 / 64], atol=1e-4)
    assert np.array_equal(made[1:], points[1:])
    assert np.array_equal(looks.refined(np.array([[-0.2, 0.5]]), heat[:1]), [[-0.2, 0.5]])


def test_a_mirrored_look_is_told_as_if_it_had_not_been_mirrored() -> None:
    raw, heat = np.zeros((39, 5), np.float32), np.full((39, 64, 64), -20, np.float32)
    raw[11, :2] = 64, 40  # the mirrored left shoulder, and where its heat is
    heat[11, 12, 15] = 20
    back, warm, present = looks.unmirrored((raw, heat, 0.7))
    assert np.allclose(back[12, :2], [192, 40]) and present == 0.7
    straight = looks.refined(raw[11:12, :2] / 256, heat[11:12])
    turned = looks.refined(back[12:13, :2] / 256, warm[12:13])
    assert np.allclose(turned, [[1 - straight[0, 0], straight[0, 1]]])
    body = np.arange(132, dtype=np.float32).reshape(33, 4)
    assert np.array_equal(looks.swapped(looks.swapped(body)), body)
    assert np.array_equal(looks.swapped(body)[[0, 15, 28]], body[[0, 16, 27]])


@pytest.mark.parametrize("side", [30, 120, 130, 300, 700])
def test_large_squares_of_smaller_pictures_show_the_same(side: float) -> None:
    picture = places(641, 803)
    levels = Levels(picture)
    square = Square(390, 330, side, 0.4)
    away = np.abs(levels.cut(square, 64)[..., :2] - square.cut(picture, 64)[..., :2])
    assert away[16:-16, 16:-16].max() < 0.02 and away.max() < max(0.2, side / 64 / 4), "the border is coarser"
    assert len(levels._made) == {30: 1, 120: 2, 130: 2, 300: 3, 700: 3}[int(side)], "and no level in vain"


def test_parts_may_lie_on_a_coarser_grid_than_people() -> None:
    parts = np.zeros((len(PARTS), 8, 12), np.float32)
    parts[INDEX["hair"], :4], parts[INDEX["face"], 4:] = 1, 1
    cover = np.ones((16, 24), np.float32)
    seen = PeopleEvidence(cover, 0 * cover, parts, cover[None], np.array([[0.5, 0.2, 1]], np.float32))
    hair = seen.part(INDEX["hair"])
    assert hair.shape == cover.shape and hair[:7].min() == 1 and hair[9:].max() == 0
    assert np.array_equal(seen.part(INDEX["hair"], INDEX["face"]), cover)
