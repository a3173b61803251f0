"""Beards: dark or grey, short or hanging, behind dark glasses; and none where there is only shade."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

import anatomatte
from anatomatte.faces import outlines
from anatomatte.faces.beards import beard, by_light, by_neck
from anatomatte.faces.painting import filled
from anatomatte.ops.colour import srgb_encode
from anatomatte.parts import INDEX
from anatomatte.people.evidence import PeopleEvidence
from made.face_marks import SKIN, evidence, face, plate, turned
from made.people_fake import looking

SCENE = {"screen": "none", "who": "everyone", "input_colour": "linear"}
BEARDS = {
    "black": (0.05, 0.045, 0.04),
    "brown": (0.09, 0.055, 0.035),
    "grey": (0.16, 0.15, 0.14),
}
Light = NDArray[np.float32]
CHIN, UNDER = (int(turned()[175, 1]), 200), (int(turned()[152, 1]) + 9, 200)
"""Places on the chin, and below the mesh."""


def found(picture: Light, seen: PeopleEvidence | None = None) -> Light:
    """The layer of the beard."""
    with looking(seen or evidence(), faces=(face(turned()),)):
        return anatomatte.matte(picture, **SCENE).named("face_beard")


def with_neck(picture: Light, tone: tuple[float, ...]) -> Light:
    """The plate with a neck under the head."""
    made, (y, x) = picture.copy(), np.mgrid[:300, :400] + 0.5
    made[_neck(x, y)] = tone
    return made


def _neck(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    head = np.hypot((x - 200) / 76, (y - 155) / 92) < 1
    return np.asarray((np.abs(x - 200) < 50) & (y > 200) & (y < 275) & ~head)


def necked() -> PeopleEvidence:
    """Who is in that plate, with the neck as a part."""
    seen, (y, x) = evidence(), (np.mgrid[:75, :100] + 0.5) * 4
    parts = seen.parts.copy()
    parts[:, _neck(x, y)] = 0
    parts[INDEX["neck"]][_neck(x, y)] = 1
    return dataclasses.replace(seen, parts=parts, alpha=np.asarray(1 - parts[0], np.float32))


@pytest.mark.parametrize("fringe", [False, True])
@pytest.mark.parametrize("light", ["even", "above", "side"])
def test_without_a_beard_there_is_none(light: str, fringe: bool) -> None:
    picture = plate(light=light, fringe=fringe)  # neither a shadow under the nose nor hair on the forehead
    assert found(picture).max() == 0


@pytest.mark.parametrize("colour", BEARDS)
@pytest.mark.parametrize("light", ["even", "above", "side"])
def test_a_beard_is_where_the_lower_face_is_unlike_the_skin(light: str, colour: str) -> None:
    plane = found(plate(BEARDS[colour], light, fringe=True))
    assert plane[CHIN] > 0.7
    assert plane[: int(turned()[4, 1])].max() < 0.05


def test_a_beard_that_hangs_below_the_chin_belongs_to_it() -> None:
    assert found(plate(BEARDS["brown"]))[UNDER] > 0.7
    assert found(plate())[UNDER] == 0


@pytest.mark.parametrize("light", ["even", "above"])
def test_a_full_beard_need_not_be_dark(light: str) -> None:
    points, picture = turned(), plate(light=light)
    corners = [points[list(one), :2] for one in (outlines.BEARDS, *outlines.MOUSTACHES)]
    there = np.max([filled([one], picture.shape[:2]) for one in corners], 0)
    there *= 1 - filled([points[list(outlines.LIPS), :2]], picture.shape[:2])
    picture *= 1 - there[..., None] * np.float32(0.73)
    assert found(picture)[CHIN] > 0.6


def test_shade_is_no_beard() -> None:
    shaded = plate()
    y = np.arange(300)[:, None, None]
    shaded *= np.exp(-np.clip((y - 120) / 100, 0, 1) * 1.6).astype(np.float32)
    assert found(shaded).max() == 0


def glasses(picture: Light) -> Light:
    """Large dark glasses over eyes and cheeks."""
    made, points = picture.copy(), turned()
    y, x = np.mgrid[:300, :400] + 0.5
    for iris in (468, 473):
        at = points[iris]
        made[np.hypot((x - at[0]) / 30, (y - at[1] - 12) / 34) < 1] = (0.012, 0.012, 0.014)
    return made


def test_dark_glasses_hide_no_beard_and_make_none() -> None:
    """They lie on the cheeks, beside which everything is bright."""
    bearded = with_neck(plate(BEARDS["brown"]), SKIN)
    assert found(glasses(bearded), necked())[CHIN] > 0.7
    assert found(glasses(with_neck(plate(), SKIN)), necked()).max() == 0


@pytest.mark.parametrize("dark", [1.0, 0.2])
def test_a_neck_tells_a_beard_from_a_shaded_chin(dark: float) -> None:
    """Light falls from above, on pale skin and dark: below a chin without a beard the neck is no brighter."""
    y = np.arange(300)[:, None, None]
    fall = np.exp(-np.clip((y - 150) / 40, 0, 1.6) * 0.55).astype(np.float32) * np.float32(dark)
    shaded = np.asarray(plate() * fall, np.float32)
    low = float(shaded[CHIN][0] / SKIN[0])
    chin = with_neck(shaded, tuple(one * low * 0.9 for one in SKIN))
    assert found(chin, necked()).max() == 0
    lit = with_neck(shaded, tuple(one * low * 3.5 for one in SKIN))
    assert found(lit, necked())[CHIN] > 0.3


def test_a_microphone_before_the_chin_is_no_beard() -> None:
    picture, (y, x) = plate(), np.mgrid[:300, :400] + 0.5
    picture[np.hypot(x - 200, y - turned()[17, 1] - 12) < 24] = 0.004
    assert found(picture).max() == 0


def test_what_is_below_the_chin_and_of_another_colour_is_no_neck() -> None:
    """A pale collar that parts take for a neck says nothing."""
    picture = srgb_encode(with_neck(plate(), (0.5, 0.5, 0.5)))
    y, x = np.mgrid[:300, :400] + 0.5
    neck = _neck(x, y).astype(np.float32)
    shown = np.asarray(picture, np.float32)
    told = by_light(face(turned()), shown) + by_neck(face(turned()), shown, neck)
    assert beard(face(turned()), np.asarray(picture, np.float32), told).max() == 0


def test_a_face_at_the_border_has_a_beard_or_none() -> None:
    for at in ((-40.0, 150.0), (200.0, 330.0), (200.0, -90.0), (-300.0, 150.0)):
        picture = np.asarray(srgb_encode(plate()), np.float32)
        neck = np.ones(picture.shape[:2], np.float32)
        told = by_light(face(turned(at=at)), picture) + by_neck(face(turned(at=at)), picture, neck)
        made = beard(face(turned(at=at)), picture, told)
        assert np.isfinite(made).all() and made.min() >= 0 and made.max() <= 1
