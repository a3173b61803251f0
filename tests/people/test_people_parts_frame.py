"""Parts of a whole frame: everybody has them, they are made when asked, the matte never changes by them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import anatomatte
from anatomatte import entry
from anatomatte.engine import parts_alone, provenance, work_for
from anatomatte.frame import from_view
from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX
from anatomatte.people.crops import Window
from anatomatte.people.parts.everyone import Details
from anatomatte.people.parts.near import Look
from anatomatte.settings import Settings
from made.laws import check
from made.people_fake import looking, row_of_people
from made.people_marks import SIZE, haze, marks, standing

rng = np.random.default_rng(2)
ROW = rng.random((96, 240, 3), np.float32)
SCENE = {"screen": "none", "who": "everyone", "input_colour": "srgb"}


def test_every_person_has_parts() -> None:
    with looking(row_of_people(5)):
        mattes = anatomatte.matte(ROW, **SCENE)
        check(mattes)
        for number in range(1, 6):
            face = mattes.named("face", f"person_{number:02d}")
            assert face.max() > 0.9
            others = np.concatenate([face[:, : (number - 1) * 48], face[:, number * 48 :]], 1)
            assert others.max() < 0.03


def test_parts_are_made_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = parts_alone.everyone.parts_of

    def counted(*args: object, **more: object) -> object:
        made.append(1)
        return real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(parts_alone.everyone, "parts_of", counted)
    with looking(row_of_people(2)):
        mattes = anatomatte.matte(ROW, **SCENE)
        assert len(mattes.people) == 2 and mattes.named("held").max() == 0 and not made
        assert mattes.named("hair").any() and made == [1]
        assert mattes.named("face").any() and made == [1]
        mattes.cropped(slice(10, 20), slice(0, 99)).planes(["face", "skin"])
        assert made == [1]


def test_hardness_decides_parts_and_leaves_the_matte_alone() -> None:
    with looking(row_of_people(2, coat=0.3)):
        soft, hard = (anatomatte.matte(ROW, parts_hardness=value, **SCENE) for value in (0.0, 1.0))
        assert np.array_equal(soft.alpha, hard.alpha)
        assert all(np.array_equal(a, b) for a, b in zip(soft.people, hard.people, strict=True))
        inside = np.s_[70:90, 40:80]
        assert 0.05 < soft.named("coat")[inside].mean() < 0.4
        assert hard.named("coat")[inside].mean() < 0.02
        assert hard.named("upper_clothes")[inside].min() > 0.95
        check(soft)
        check(hard)


def test_what_stays_open_is_told_and_the_group_is_firm() -> None:
    with looking(row_of_people(1, coat=0.5)):
        chosen = Settings(output="packed", pack_r="coat", **SCENE)
        clips = {"Source": from_view(ROW, (0, 0, 240, 96))}
        _, said, mattes = entry.picture(clips, chosen, work_for(chosen), False, (0, 0, 240, 96), 4)
        assert "coat: unsure (clothes is firm)" in said[-1] and said[-1].endswith(".")
        assert provenance.of_parts(mattes.unsure)["unsure"] == "upper_clothes:unsure coat:unsure"
        assert mattes.named("clothes")[70:90, 90:150].min() > 0.95
        assert not anatomatte.matte(ROW, **SCENE).unsure  # nobody asked for a part
    with looking(row_of_people(2, coat=0.5)):
        told = anatomatte.matte(ROW, output="parts", **SCENE).unsure
        assert told["person_02.coat"] == "clothes"


def test_an_outfit_that_is_told_is_worn() -> None:
    picture, matte = standing()
    evidence = dataclasses.replace(
        row_of_people(1, SIZE), alpha=matte, parts=haze(matte), people=np.ones((1, *SIZE), np.float32)
    )
    skirt = np.array([[-4, 0, -4, 0, 0, 0, 0]], np.float32)
    unknown = np.full((1, 7), np.nan, np.float32)
    worn = []
    for said in (unknown, skirt):
        details = Details((marks(),), (), said)
        with looking(evidence, details):
            worn.append(anatomatte.matte(picture, **SCENE).named("skirt")[140:160].mean())
    assert worn[1] > worn[0] + 0.05


def test_threads_and_windows_change_no_bit_of_parts_by_landmarks() -> None:
    picture, matte = standing()
    alone = row_of_people(1, SIZE)
    evidence = type(alone)(
        matte, np.zeros(SIZE, np.float32), haze(matte), np.ones((1, *SIZE), np.float32), alone.heads
    )
    window = Window(0, SIZE[0], 0, SIZE[1], 64, 32)
    mirrored = np.zeros((len(INDEX), 32, 16), np.float32)
    mirrored[INDEX["upper_clothes"]] = 1
    with looking(evidence, Details((marks(),), (Look(window, mirrored, 0.1),))):
        one = anatomatte.matte(picture, threads=1, **SCENE)
        planes = one.planes(PART_MENU)
        many = anatomatte.matte(picture, threads=4, **SCENE).planes(PART_MENU)
        rows, columns = slice(31, 200), slice(17, 90)
        cut = one.cropped(rows, columns).planes(PART_MENU)
        check(one)
    by_name = dict(zip(PART_MENU, planes, strict=True))
    assert by_name["left_shoe"][212:220, 68:80].mean() > 0.8 and by_name["trousers"].max() > 0.9
    for plane, again, window_of in zip(planes, many, cut, strict=True):
        assert np.array_equal(plane, again)
        assert np.array_equal(plane[rows, columns], window_of)
