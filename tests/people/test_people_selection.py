"""Whose matte and which parts: the Subject page's choices, and the pictures of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import anatomatte
from anatomatte.engine import paint as views
from anatomatte.errors import SettingsError
from anatomatte.faces.regions import REGIONS
from anatomatte.menus import CHOSEN_MENU, GROUP_MENU, MOST_PEOPLE, PART_MENU
from anatomatte.parts import GROUPS, INDEX, PARTS
from anatomatte.people import selection
from anatomatte.settings import MATTES, Settings
from made.people_fake import looking, two_people

rng = np.random.default_rng(11)
STREET = 0.1 + rng.normal(0, 0.003, (96, 128, 3)).astype(np.float32)
STREET[16:, 16:56] += (0.5, 0.3, 0.2)
STREET[32:, 72:100] += (0.2, 0.3, 0.6)
STREET[48:60, 100:112] += (0.7, 0.1, 0.0)
LEFT, RIGHT = (slice(60, 90), slice(20, 52)), (slice(60, 90), slice(76, 96))
"""Places well inside of the two people's clothes."""


def keyed(**values: object) -> anatomatte.Mattes:
    with looking(two_people()):
        return anatomatte.matte(STREET, **values)


def test_the_menus_know_every_part_and_group_and_only_grow() -> None:
    assert tuple(PART_MENU) == PARTS[1:]
    assert MATTES[43:47] == ("left_tights", "right_tights", "tights", "face_patch")
    assert MATTES[47:] == tuple(f"face_{name}" for name in REGIONS)
    assert set(GROUP_MENU) <= set(GROUPS)
    for name in CHOSEN_MENU:
        assert name == "listed" or selection.chosen_parts(Settings(parts=name))
    first = ("none", "alpha", "screen", "core", "garbage", "hint", "spill", "person_01")
    assert MATTES[: len(first)] == first and MATTES[14:16] == ("person_08", "hat")
    assert MATTES[36:43] == ("held", "other", "skin", "clothes", "arms", "legs", "feet")


def test_people_count_from_the_left_and_each_has_a_matte() -> None:
    mattes = keyed()
    left, right = mattes.people
    assert left[LEFT].min() > 0.98 and left[RIGHT].max() < 0.02
    assert right[RIGHT].min() > 0.98 and right[LEFT].max() < 0.02
    assert np.array_equal(mattes.named("person_02"), right)
    assert not mattes.named("person_03").any()


@pytest.mark.parametrize(
    ("values", "who"),
    [
        ({"who": "largest"}, "left"),
        ({"who": "index", "person": 2}, "right"),
        ({"who": "point", "point": (86.0, 20.0)}, "right"),
        ({"who": "point", "point": (86.0, 90.0)}, "right"),  # above the head: the nearest
        ({"who": "point", "point": (-500.0, 3.0)}, "left"),  # outside of the picture
        ({"who": "index", "person": 5}, "nobody"),
        ({"who": "index", "person": 1, "also_keep": "point", "keep_point": (86.0, 20.0)}, "both"),
        ({"who": "index", "person": 5, "also_keep": "point", "keep_point": (86.0, 20.0)}, "right"),
        ({"who": "everyone", "leave_out": "point", "leave_point": (86.0, 20.0)}, "left"),
        ({"who": "main", "leave_out": "point", "leave_point": (-500.0, 3.0)}, "right"),
        ({"who": "everyone", "keep_point": (86.0, 20.0), "leave_point": (86.0, 20.0)}, "both"),
    ],
)
def test_whose_matte(values: dict[str, object], who: str) -> None:
    mattes = keyed(**values)
    assert (mattes.alpha[LEFT].min() > 0.98) == (who in ("left", "both"))
    assert (mattes.alpha[RIGHT].min() > 0.98) == (who in ("right", "both"))
    assert (mattes.alpha[LEFT].max() < 0.02) == (who in ("right", "nobody"))
    assert (mattes.alpha[RIGHT].max() < 0.02) == (who in ("left", "nobody"))
    if values == {"who": "index", "person": 5}:
        assert not mattes.alpha.any()
        assert mattes.messages[0] == "There is no person 5: 2 people were seen, so the matte is empty."


def test_what_is_nobodys_leaves_the_matte_of_main() -> None:
    street = two_people()
    nobody = np.zeros_like(street.alpha, np.bool_)
    nobody[: nobody.shape[0] // 8, -(nobody.shape[1] // 8) :] = True
    alpha = np.where(nobody, np.float32(1), street.alpha)
    people = np.where(nobody, np.float32(0), street.people)
    seen = dataclasses.replace(street, alpha=alpha, people=people)
    corner = (slice(0, 8), slice(-10, None))
    kept = {}
    for who in ("main", "everyone"):
        with looking(seen):
            kept[who] = anatomatte.matte(STREET, who=who).alpha[corner].mean()
    assert kept["main"] < 0.01 < 0.9 < kept["everyone"]
    one_more = dataclasses.replace(seen, found=len(people) + 1)
    chosen = [
        selection.select(Settings(who="main"), evidence, (0.5, 0.5), keyed=screen).whole
        for evidence, screen in ((seen, False), (seen, True), (one_more, False))
    ]
    assert chosen == [False, True, True]


def test_parts_choose_the_alpha_and_what_is_left_sums_to_it() -> None:
    hair = keyed(parts="hair")
    assert hair.alpha[LEFT].max() < 0.02 and hair.alpha.max() > 0.85
    both = keyed(parts="listed", parts_list="face, hair -face upper_clothes -hair")
    assert both.alpha[LEFT].min() > 0.98
    assert np.abs(both.named("upper_clothes") - both.alpha).max() < 1e-4


def test_held_things_are_kept_unless_dropped() -> None:
    inside = (slice(50, 58), slice(104, 110))
    kept, dropped, only = keyed(), keyed(held=False), keyed(parts="held")
    assert kept.alpha[inside].min() > 0.9 and kept.named("held")[inside].min() > 0.9
    assert kept.named("person_02")[inside].min() > 0.9
    assert dropped.alpha[inside].max() < 0.1 and not dropped.named("held").max() > 0.05
    assert dropped.alpha[RIGHT].min() > 0.98
    assert only.alpha[inside].min() > 0.9 and only.alpha[RIGHT].max() < 0.02


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fase", "did you mean 'face'"),
        ("", "names no part"),
        ("face -face", "names no part"),
        ("xyzzy", "hat"),
    ],
)
def test_a_list_that_nobody_understands_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        keyed(parts="listed", parts_list=text)


def test_the_edge_of_people_gets_its_own_colour_and_unmix_takes_it_back() -> None:
    look = two_people()
    mixed = np.full((96, 128, 3), 0.05, np.float32)
    mixed[16:, 16:56] = 0.6
    mixed[16:, 15:16] = 0.3
    with looking(look):
        clean, raw = anatomatte.matte(mixed), anatomatte.matte(mixed, unmix=0.0)
    assert np.array_equal(raw.foreground, mixed)
    assert np.array_equal(clean.foreground[LEFT], mixed[LEFT])
    assert np.isfinite(clean.foreground).all()


def test_views_show_people_apart_and_merge_parts_that_are_unsure() -> None:
    stack = np.zeros((3, 1, 3), np.float32)
    labels = (INDEX["left_arm"], INDEX["right_arm"], INDEX["face"])
    stack[:, 0, 0] = (0.9, 0.1, 0.0)  # sure
    stack[:, 0, 1] = (0.45, 0.4, 0.15)  # an arm, but which?
    stack[:, 0, 2] = (0.3, 0.25, 0.45)  # more arm than face
    sure, unsure, third = views.painted(stack, labels)[0]
    assert np.allclose(sure, views.part_colour("left_arm"))
    assert np.allclose(unsure, views.family_colour("arms")) and np.allclose(third, unsure)
    assert {name for members in views.FAMILIES.values() for name in members} == set(PARTS[1:])
    colours = [*map(views.part_colour, PARTS[1:]), *map(views.family_colour, views.FAMILIES)]
    assert len({tuple(np.round(c, 2)) for c in colours}) == len(colours)
    assert len({tuple(np.round(views.person_colour(n), 2)) for n in range(MOST_PEOPLE)}) == MOST_PEOPLE


@pytest.mark.parametrize("view", ["people", "parts"])
def test_views_are_opaque_and_show_the_two_in_other_colours(view: str) -> None:
    from anatomatte.engine import output

    mattes = keyed()
    picture = output.picture(mattes, Settings(output=view))
    assert picture.shape == (96, 128, 4) and (picture[..., 3] == 1).all() and np.isfinite(picture).all()
    away = np.abs(picture[LEFT].mean((0, 1)) - picture[RIGHT].mean((0, 1))).max()
    assert away > 0.2 if view == "people" else away < 0.05
    with looking(two_people()):
        off = anatomatte.matte(STREET, subject="off")
    assert np.isfinite(output.picture(off, Settings(output=view))).all()
