"""What lies before a face: hands of its own tone, and what covers the face of a source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from anatomatte import engine
from anatomatte.engine.mattes import Mattes
from anatomatte.errors import SettingsError
from anatomatte.frame import Frame
from anatomatte.menus import FACE_MENU
from anatomatte.settings import Settings
from made.face_pictures import ANNA, BERT, NOTE, PEOPLE, ROOT, Light, light_of

DATA = ROOT / "tests" / "data" / "faces"
Mask = npt.NDArray[np.bool_]


def matted(light: Light, **values: Any) -> Mattes:
    """A frame's mattes."""
    facts = {"input_colour": "linear", "screen": "none", "who": "everyone", "check": "off", "subject": "on"}
    settings = Settings(**{**facts, **values})
    frame = Frame(np.ascontiguousarray(light), (0, 0, light.shape[1], light.shape[0]))
    return engine.key_frame({"Source": frame}, settings, engine.work_for(settings))


def swapped(light: Light, source: Path) -> Light:
    """The matte of the new face, put in from a picture."""
    made = matted(light, swap="pictures", swap_source=str(source), **NOTE)
    assert made.face_patch is not None
    return made.face_patch


def head_and_hand(name: str) -> tuple[Light, Mask]:
    """A drawn head, and where its hand is before the middle of the face."""
    found = cv2.imread(str(DATA / f"hand_before_{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert found is not None
    return light_of(DATA / f"hand_before_{name}.jpg"), cv2.erode(found, np.ones((3, 3), np.uint8)) > 127


# In the first the pose does not see the hand, in the second it does.
@pytest.mark.parametrize("name", ["mouth", "cheek"])
def test_a_hand_before_the_face_is_a_hand(name: str) -> None:
    light, hand = head_and_hand(name)
    made = matted(light)
    face, left, right = made.planes(["face", "left_hand", "right_hand"])
    assert np.mean((left + right)[hand] > 0.5) > 0.55
    assert np.mean(face[hand] > 0.5) < 0.03
    assert (face > 0.5).sum() > 3000 and np.mean((left + right)[~hand & (face > 0.1)] > 0.5) < 0.06
    regions = made.planes(FACE_MENU)
    assert np.abs(np.sum(regions, 0) - face).max() < 1e-4
    assert max(float(np.mean(one[hand])) for one in regions) < 0.03


@pytest.mark.parametrize("name", ["mouth", "cheek"])
def test_a_hand_before_the_face_stays_in_front_of_the_new_one(name: str) -> None:
    light, hand = head_and_hand(name)
    patch = swapped(light, BERT)
    assert (patch > 0.9).sum() > 1500 and np.mean(patch[hand]) < 0.03
    border = cv2.dilate((patch > 0.02).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert ((patch > 0.1) & (patch < 0.9) & border).sum() > 100  # it is soft


def with_two_hands() -> tuple[Light, Mask]:
    """Anna with somebody's hand on each cheek, without arms, and where they are."""
    other, plate = light_of(PEOPLE / "half0.jpg"), light_of(ANNA).copy()
    (matte,) = matted(other).planes(["right_hand"])
    rows, columns = (np.flatnonzero((matte > 0.5).any(axis)) for axis in (1, 0))
    at = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cover = np.zeros(plate.shape[:2], np.float32)
    for left, side in ((143, 1), (225, -1)):
        size = (62, 98)
        light, share = (cv2.resize(one[at][:, ::side], size) for one in (other, matte))
        there = np.s_[198 : 198 + size[1], left : left + size[0]]
        plate[there] += share[..., None] * (light - plate[there])
        cover[there] = np.maximum(cover[there], share)
    return plate, cover > 0.9


def test_two_hands_without_arms_are_hands() -> None:
    """The pose knows nothing of them: palms are looked for before every large face, and both are told."""
    light, hands = with_two_hands()
    face, left, right = matted(light).planes(["face", "left_hand", "right_hand"])
    assert np.mean((left + right)[hands] > 0.5) > 0.6 and min(left[hands].max(), right[hands].max()) > 0.9
    assert np.mean(face[hands] > 0.5) < 0.15
    assert np.mean(swapped(light, BERT)[hands]) < 0.15


def test_a_face_without_a_hand_has_none() -> None:
    made = matted(light_of(ANNA))
    face, left, right = made.planes(["face", "left_hand", "right_hand"])
    assert not np.any(((left + right) > 0.1) & (face > 0.1))


def covered(folder: Path, top: int) -> Path:
    """Bert, with something blue before his face from a row downwards."""
    picture = cv2.imread(str(BERT))
    assert picture is not None
    picture[top:470, 150:420] = (200, 120, 60)
    cv2.imwrite(str(folder / "covered.png"), picture)
    return folder / "covered.png"


def test_what_covers_a_source_is_not_used(tmp_path: Path) -> None:
    """Behind something blue the source shows no chin: there the old face stays."""
    bare, chin_covered = swapped(light_of(ANNA), BERT), swapped(light_of(ANNA), covered(tmp_path, 190))
    rows = np.flatnonzero((bare > 0.9).any(1))
    upper, lower = (slice(*np.quantile(rows, ends).astype(int)) for ends in ((0.1, 0.4), (0.85, 1.0)))
    inside = bare > 0.9
    assert np.mean(chin_covered[upper][inside[upper]]) > 0.9
    assert np.mean(chin_covered[lower][inside[lower]]) < 0.1


def test_a_source_that_shows_little_of_a_face_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"% of the face in it is bare, of 65 needed; a mask, a hand"):
        swapped(light_of(ANNA), covered(tmp_path, 158))
