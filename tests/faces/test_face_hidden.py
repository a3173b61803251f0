"""What hides a face is there throughout: frames around a frame, and a shot, decide on it together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import anatomatte
from anatomatte.engine import steady_faces
from anatomatte.errors import SettingsError
from anatomatte.faces import hidden
from anatomatte.faces.mesh import Face
from anatomatte.faces.regions import looked_at
from anatomatte.faces.swap_steady import Motion
from anatomatte.ops.colour import srgb_encode
from anatomatte.shot import wardrobe
from anatomatte.shot.looks import Look
from anatomatte.shot.wardrobe import words
from made.face_marks import evidence, face, plate, turned
from made.people_fake import looking
from made.shots_made import RED, frames, look, shot, written

SIZE = 300, 400
CHIN = int(turned()[175, 1]), 200
BEARDED, BARE, ODD = (0.6, 0.0), (0.0, 0.0), (9.0, -9.0)
MASKED = (-0.2, 0.5)
Light = NDArray[np.float32]


def told(tone: tuple[float, float, float] | None) -> NDArray[np.float64]:
    """What a plate with a beard of a tone tells."""
    picture = np.asarray(srgb_encode(plate(tone)), np.float32)
    found = looked_at(face(turned()), picture).hides
    assert found is not None
    return found


def test_what_tells_of_a_beard_is_told_by_the_frame() -> None:
    assert told((0.05, 0.045, 0.04))[0] > 0.4 > 0.3 > told(None)[0]


def held(own: tuple[float, float], *others: tuple[float, float]) -> NDArray[np.float64]:
    """What a frame tells in its window."""
    whole = face(turned())
    y, x = np.mgrid[:30, :40].astype(np.float32)
    still = Motion(x, y, np.ones_like(x), 1.0)

    def like(one: tuple[float, float]) -> Face:
        return dataclasses.replace(whole, hides=np.array(one))

    rows = [steady_faces._Row(away, still, [like(one)]) for away, one in enumerate(others, 1)]
    made = steady_faces._held(like(own), rows, SIZE).hides
    assert made is not None
    return np.asarray(made)


def test_a_frame_follows_its_window() -> None:
    assert held(BARE, BEARDED, BEARDED, BEARDED, BEARDED)[0] > 0.4
    assert held(BEARDED, BARE, BARE, BARE, BARE)[0] < 0.3
    assert held(ODD, BARE, BARE, BARE, BARE)[0] < 0.3  # however sure one frame is of itself
    assert held(MASKED, (-0.2, -0.2), (-0.2, -0.2))[1] < 0.06


def test_a_frame_that_tells_nothing_is_not_asked() -> None:
    unknown = (float("nan"), float("nan"))
    assert held(unknown, BEARDED, unknown)[0] == pytest.approx(0.6)
    assert np.isnan(held(unknown, unknown)).all()


def seems(*said: tuple[float, float]) -> str:
    looks = [dataclasses.replace(look(0.5, RED), hides=np.array(one), outfit=None) for one in said]
    rows: list[list[Look]] = [[one] for one in looks]
    return wardrobe.worn(frames(rows), [[0]] * len(rows), {0: 1})[1]


def test_a_shot_has_a_beard_or_none() -> None:
    assert seems(BEARDED, BEARDED, BARE, BEARDED) == "beard, no_face_mask"
    assert seems(BARE, BARE, BEARDED, BARE) == "no_beard, no_face_mask"
    assert seems((0.35, 0.0), (0.35, 0.0), (0.35, 0.0)) == "no_face_mask"  # each window decides
    assert seems(BEARDED) == ""  # one frame is no shot


def test_a_mask_may_be_taken_off() -> None:
    assert seems(MASKED, MASKED, MASKED) == "no_beard, face_mask"
    assert seems(MASKED, MASKED, BARE, BARE) == "no_beard"


def layer(name: str, wears: str, picture: Light, folder: Path) -> Light:
    rows = {1: ((1, 0.5, 0.5, 0.28, 0.16, 0.72, 1.0),)}
    made = shot(picture, rows)
    people = tuple(dataclasses.replace(one, wears=wears) for one in made.people)
    path = written(dataclasses.replace(made, people=people), folder)
    with looking(evidence(), faces=(face(turned()),)):
        mattes = anatomatte.matte(
            picture, screen="none", who="everyone", input_colour="linear", shot_file=str(path), frame=1
        )
        return mattes.named(name)


def test_a_word_of_the_sidecar_has_the_last_one(tmp_path: Path) -> None:
    bearded = plate((0.05, 0.045, 0.04))
    assert layer("face_beard", "", bearded, tmp_path)[CHIN] > 0.7
    assert layer("face_beard", "no_beard", bearded, tmp_path).max() == 0
    assert (
        layer("face_lips", "face_mask", plate(), tmp_path).max()
        == 0
        < layer("face_lips", "", plate(), tmp_path).max()
    )


def test_words_of_one_kind_exclude_each_other() -> None:
    assert words("beard, no_face_mask, trousers", "person_01") == ("beard", "no_face_mask", "trousers")
    with pytest.raises(SettingsError, match="beard and no_beard at once"):
        words("beard, no_beard", "person_01")


def test_a_word_without_a_face_is_no_mistake() -> None:
    assert hidden.worn(None, ()) is None
    made = hidden.worn(None, ("beard",))
    assert made is not None and made[0] > 1 and np.isnan(made[1])
