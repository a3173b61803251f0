"""Boxes of Also keep and Leave out: who is in one, what is nobody's there, and who has the last word."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import anatomatte
from anatomatte.people import selection
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.people.places import Box, Marks, marks_of, people_in, point_of
from anatomatte.settings import Settings
from made.people_fake import looking, two_people

HEIGHT, WIDTH = 96, 128
STREET = 0.1 + np.random.default_rng(11).normal(0, 0.003, (HEIGHT, WIDTH, 3)).astype(np.float32)
SCREEN = np.full((HEIGHT, WIDTH, 3), (0.1, 0.6, 0.15), np.float32)
LEFT, RIGHT = (slice(60, 90), slice(20, 52)), (slice(60, 90), slice(76, 96))
"""Places well inside of the two people's clothes."""
BESIDE = (slice(8, 20), slice(104, 124))
"""A lamp in the upper right corner, which is nobody's."""
for _image in (STREET, SCREEN):
    _image[16:, 16:56] = (0.5, 0.3, 0.2)
    _image[32:, 72:100] = (0.2, 0.3, 0.6)
SCREEN[BESIDE] = (0.7, 0.7, 0.8)

AROUND_LEFT = ((2.0, 0.0), (60.0, 90.0))
AROUND_RIGHT = ((70.0, 0.0), (116.0, 70.0))
AROUND_LAMP = ((100.0, 70.0), (128.0, 96.0))
"""Corners in pixels from the lower left."""


def kept(box: tuple[tuple[float, float], tuple[float, float]]) -> dict[str, object]:
    return {"also_keep": "box", "keep_corner": box[0], "keep_opposite": box[1]}


def left_out(box: tuple[tuple[float, float], tuple[float, float]]) -> dict[str, object]:
    return {"leave_out": "box", "leave_corner": box[0], "leave_opposite": box[1]}


def shown(image: np.ndarray, **values: object) -> tuple[str, anatomatte.Mattes]:
    """Letters of what the alpha holds: l(eft), r(ight), b(eside); and the mattes."""
    with looking(two_people()):
        made = anatomatte.matte(image, **values)
    letters = ""
    for letter, place in (("l", LEFT), ("r", RIGHT), ("b", BESIDE)):
        inner = made.alpha[place][2:-2, 2:-2]
        assert inner.min() > 0.97 or inner.max() < 0.03, (letter, values)
        letters += letter if inner.min() > 0.97 else ""
    return letters, made


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ({"who": "index", "person": 1} | kept(AROUND_RIGHT), "lr"),
        ({"who": "index", "person": 5} | kept(AROUND_RIGHT), "r"),
        ({"who": "everyone"} | left_out(AROUND_RIGHT), "l"),
        ({"who": "main"} | left_out(AROUND_LEFT), "r"),
        ({"who": "everyone"} | kept(AROUND_LEFT) | left_out(AROUND_LEFT), "r"),
        ({"who": "index", "person": 5} | kept(((0.0, 0.0), (128.0, 96.0))) | left_out(AROUND_LEFT), "r"),
        ({"who": "everyone"} | left_out(((2.0, 0.0), (60.0, 20.0))), "lr"),  # his feet are not most of him
    ],
)
def test_who_is_mostly_in_a_box(values: dict[str, object], there: str) -> None:
    assert shown(STREET, **values)[0] == there


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ({}, "lrb"),
        (left_out(AROUND_LAMP), "lr"),
        (left_out(AROUND_RIGHT), "lb"),
        ({"who": "index", "person": 1}, "l"),
        ({"who": "index", "person": 1} | kept(AROUND_LAMP), "lb"),
        ({"who": "index", "person": 1} | kept(AROUND_LAMP) | left_out(AROUND_LAMP), "l"),
        ({"who": "index", "person": 1} | kept(AROUND_LAMP) | left_out(AROUND_LEFT), "b"),
        ({"parts": "hair"} | kept(AROUND_LAMP), ""),  # a lamp is no hair
    ],
)
def test_what_is_nobodys_in_a_box_before_a_screen(values: dict[str, object], there: str) -> None:
    assert shown(SCREEN, **values)[0] == there


def test_who_leaves_by_a_box_takes_the_fringe_along() -> None:
    _, made = shown(SCREEN, **left_out(AROUND_RIGHT))
    assert made.alpha[24:, 66:102].max() < 0.05


def test_corners_lie_in_any_order_and_outside_of_the_picture() -> None:
    _, once = shown(STREET, who="everyone", **left_out(AROUND_RIGHT))
    (x1, y1), (x2, y2) = AROUND_RIGHT
    for corners in (((x2, y2), (x1, y1)), ((x1, y2), (x2, y1)), ((x1, -500.0), (x2, y2))):
        assert np.array_equal(shown(STREET, who="everyone", **left_out(corners))[1].alpha, once.alpha)


@pytest.mark.parametrize("box", [((40.0, 40.0), (40.0, 90.0)), ((-90.0, -90.0), (-5.0, -5.0))])
def test_a_box_with_nothing_in_it_is_told(box: tuple[tuple[float, float], tuple[float, float]]) -> None:
    there, made = shown(STREET, who="everyone", **kept(box), **left_out(box))
    assert there == "lr"
    assert made.messages[:2] == tuple(
        f"Nothing of the picture is in the {word.lower()} box; move {word} corner ({word.lower()}_corner) "
        f"and {word} opposite corner ({word.lower()}_opposite) apart, onto it."
        for word in ("Keep", "Leave")
    )


def test_what_a_box_does_not_do_and_who_wins_are_told() -> None:
    _, lamp = shown(SCREEN, **left_out(AROUND_LAMP))
    assert "No person is mostly in the leave box; it counts for what is nobody's alone." in lamp.messages
    _, both = shown(STREET, who="everyone", **kept(AROUND_RIGHT), **left_out(AROUND_RIGHT))
    assert "Person 2 is both to be kept and to be left out, and is left out." in both.messages


def test_a_box_whose_corners_were_never_moved_is_the_middle_of_the_picture() -> None:
    marks = marks_of(Settings(), (10, 20, 30, 40), (1.0, 1.0))
    assert marks == Marks()
    cover = marks.keep_box.cover(4, 8)
    assert (cover[1:3, 2:6] == 1).all() and cover.sum() == 8


def test_places_follow_the_plate_and_the_proxy() -> None:
    at = Settings(point=(20.0, 35.0), leave_corner=(40.0, 35.0))
    assert point_of("point", Settings(), (10, 20, 30, 40), (1.0, 1.0)) == (0.5, 0.5)
    assert point_of("leave_corner", Settings(), (10, 20, 30, 40), (1.0, 1.0)) == (0.25, 0.75)
    assert point_of("point", at, (10, 20, 30, 40), (1.0, 1.0)) == (0.5, 0.25)
    assert point_of("leave_corner", at, (0, 0, 20, 40), (0.25, 1.0)) == (0.5, 0.125)


def test_a_box_covers_part_of_a_cell() -> None:
    cover = Box((0.125, 0.0), (0.5, 0.5)).cover(2, 4)
    assert np.allclose(cover, [[0.5, 1, 0, 0], [0, 0, 0, 0]])
    assert Box((0.3, 0.3), (0.3, 0.9)).empty and Box((1.5, 0), (2, 1)).empty and not Box().empty


def test_a_person_without_a_matte_is_in_no_box() -> None:
    seen = two_people()
    gone = dataclasses.replace(seen, alpha=seen.alpha * 0, held=seen.held * 0)
    whole = Box((0, 0), (1, 1))
    assert people_in(whole, selection.ordered(seen)) == (0, 1) and people_in(whole, gone) == ()
    nobody = PeopleEvidence(gone.alpha, gone.held, gone.parts, gone.people[:0], gone.heads[:0], found=0)
    chosen = selection.select(Settings(leave_out="box"), nobody, (0.5, 0.5))
    assert chosen.people == () and chosen.gone == Box() and chosen.doubts == ()
