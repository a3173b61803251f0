"""What people wear is told by all frames together, may be edited, and holds for parts alone."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.people.parts import outfit, person
from anatomatte.people.parts.everyone import Worn
from anatomatte.people.parts.labels import AT
from anatomatte.shot import wardrobe
from anatomatte.shot.looks import Look, looks_of
from anatomatte.shot.numbering import AtFrame
from anatomatte.shot.reading import read_shot
from made.people_fake import two_people
from made.people_marks import decided, labelled, marks, standing
from made.shots_made import RED, frames, look, shot, written

SKIRT, TROUSERS = (-3.0, -0.2, -2.0, 1.0, -2.0), (-3.0, -1.5, -0.4, 1.0, -2.0)
TOLD = [[0], [0], [0]]


def dressed(odds: tuple[float, ...] | None, alone: float = 1.0) -> Look:
    worn = None if odds is None else np.array(odds, np.float32)
    return dataclasses.replace(look(0.5, RED, alone=alone), outfit=worn)


def worn(*looks: Look) -> str:
    return wardrobe.worn(frames([[one] for one in looks]), TOLD[:1] * len(looks), {0: 1})[1]


def test_a_frame_of_another_mind_is_outvoted() -> None:
    assert worn(dressed(SKIRT), dressed(TROUSERS), dressed(SKIRT)) == "skirt, coat, bare_legs"
    assert worn(dressed(TROUSERS), dressed(SKIRT), dressed(TROUSERS)) == "trousers, coat, bare_legs"


def test_who_is_touched_counts_less_and_who_is_unknown_not_at_all() -> None:
    assert worn(dressed(SKIRT), dressed(TROUSERS, alone=0), dressed(TROUSERS, alone=0)).startswith("skirt")
    assert worn(dressed(None), dressed(TROUSERS), dressed(None)).startswith("trousers")
    assert worn(dressed(None)) == ""


def test_what_is_not_clear_is_left_to_the_frames() -> None:
    assert worn(dressed((-1.0, -1.0, -1.02, 0.3, -0.3))) == ""


def test_a_look_has_what_the_pixels_say_where_the_head_was_not_asked() -> None:
    seen = two_people()
    made = looks_of(np.full((48, 64, 3), 0.5, np.float32), seen)[0].outfit
    assert made is not None and made[3] < 0 and made[4] == 0  # tops, no coat
    assert made[0] == made[1] == made[2]  # nothing below the waist
    rows = np.array([[-3, -0.2, -2, 0, 0, -2, 2]] * 2, np.float32)
    asked = looks_of(np.full((48, 64, 3), 0.5, np.float32), dataclasses.replace(seen, outfits=rows))[0].outfit
    assert asked is not None and int(np.argmax(asked[:3])) == 1 and asked[4] == -2


def test_what_a_hand_wrote_stays() -> None:
    assert wardrobe.by_hand({1: ("dress", "skirt")}, 1, "trousers") == "dress"
    assert wardrobe.by_hand({1: ("", "skirt")}, 1, "skirt") == ""
    assert wardrobe.by_hand({1: ("skirt", "skirt")}, 1, "trousers") == "trousers"
    assert wardrobe.by_hand({}, 1, "trousers") == "trousers"


@pytest.mark.parametrize(
    ("text", "told"), [("kilt", "'kilt' is nothing to wear"), ("skirt, dress", "skirt and dress at once")]
)
def test_words_that_cannot_be_meant_are_told(tmp_path: Path, text: str, told: str) -> None:
    light = np.full((48, 64, 3), 0.5, np.float32)
    path = written(shot(light, {1: ((1, 0.2, 0.2, 0.1, 0.1, 0.4, 0.9),)}), tmp_path)
    table = json.loads(path.read_text(encoding="utf-8"))
    table["people"][0]["wears"] = text
    path.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(SettingsError, match=f"person 1.*{told}"):
        read_shot(path)


def test_an_edit_changes_the_frames_of_that_person_alone(tmp_path: Path) -> None:
    light, row = np.full((48, 64, 3), 0.5, np.float32), (0.2, 0.2, 0.1, 0.1, 0.4, 0.9)
    before = shot(light, {1: ((1, *row),), 2: ((2, *row),)})
    people = tuple(
        dataclasses.replace(one, wears="Skirt, top" if one.number == 1 else "") for one in before.people
    )
    after = read_shot(written(dataclasses.replace(before, people=people), tmp_path))
    assert after.token(1) != before.token(1) and after.token(2) == before.token(2)


def test_the_people_of_a_frame_wear_what_their_numbers_do() -> None:
    seen: PeopleEvidence = two_people()
    plate = np.full((48, 64, 3), 0.5, np.float32)
    rows = tuple((n, *one.head, *one.box) for n, one in zip((2, 1), looks_of(plate, seen), strict=True))
    made = shot(plate, {7: rows})
    people = tuple(dataclasses.replace(p, wears={1: "skirt", 2: ""}[p.number]) for p in made.people)
    at = AtFrame(dataclasses.replace(made, people=people), 7, "")
    assert at.wearing(seen) == ((), ("skirt",))
    assert at.at(8) is None and at.at(7) is not None


@pytest.mark.parametrize("landmarks", [True, False])
def test_what_is_worn_decides_on_the_parts(landmarks: bool) -> None:
    picture, matte = standing()
    view = person.View(person.smoothed(picture), matte, labelled(), marks() if landmarks else None)
    usual, legs = decided(view), np.s_[150, 50:70]
    skirt = decided(view, worn=("skirt",))
    assert skirt[AT["skirt"]][legs].sum() > usual[AT["skirt"]][legs].sum()
    assert np.allclose(skirt.sum(0), usual.sum(0), atol=1e-5)


def test_words_leave_what_they_do_not_speak_of() -> None:
    odds = {"dress": -1.0, "skirt": -2.0, "trousers": -0.5}
    assert outfit.told(odds, ("top",)) == {**odds, "coat": -3.0}
    assert outfit.told(odds, ("skirt", "tights")) == {
        "dress": -3.0,
        "skirt": 0.0,
        "trousers": -3.0,
        "tights": 3.0,
    }
    assert outfit.told(odds, ()) == odds


def sized(one: Look, area: float, whole: float = 1.0) -> Look:
    return dataclasses.replace(one, area=area, whole=whole)


def test_a_piece_and_two_in_one_say_little_though_nobody_touches() -> None:
    pieces = [sized(dressed(SKIRT), 0.004)] * 5
    assert worn(*pieces, *[sized(dressed(TROUSERS), 0.05)] * 2).startswith("trousers")
    merged = [sized(dressed(SKIRT), 0.12)] * 2
    assert worn(*merged, *[sized(dressed(TROUSERS), 0.05)] * 4).startswith("trousers")


def test_whom_landmarks_do_not_tell_says_little() -> None:
    doubted = [sized(dressed(SKIRT), 0.09, whole=0.0)] * 6
    assert worn(*doubted, sized(dressed(TROUSERS), 0.05)).startswith("trousers")
    assert worn(*doubted).startswith("skirt")


def test_who_walks_off_is_believed_where_he_was_near() -> None:
    near, far = (-3.0, -1.5, -0.4, 1.0, -2.0), (-3.0, -0.4, -1.5, 1.0, -2.0)
    assert worn(*[sized(dressed(near), 0.1)] * 16, *[sized(dressed(far), 0.03)] * 18).startswith("trousers")


def test_a_look_has_what_the_frame_itself_decides() -> None:
    plate, none = np.full((48, 64, 3), 0.5, np.float32), None
    odds = {"dress": -3.0, "skirt": -0.1, "trousers": -2.0, "coat": 1.5}
    first, second = looks_of(plate, two_people(), (Worn(odds, sure=True), none))
    assert first.outfit is not None and np.allclose(first.outfit, [-3, -0.1, -2, 1.5, 0])
    assert (first.whole, second.whole) == (1, 0)
    assert looks_of(plate, two_people())[0].whole == 1
