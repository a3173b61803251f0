"""Faces of squeezed plates, whose pixels are not square: shared out and replaced in their own shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte.engine import Mattes, key_frame, work_for
from anatomatte.faces import swap_pictures
from anatomatte.frame import from_view
from anatomatte.settings import Settings
from made.face_pictures import ANNA, BERT, NOTE, Light, light_of

PLATE = light_of(ANNA)
HIGH, WIDE = PLATE.shape[:2]
ON: dict[str, Any] = {
    "subject": "on", "screen": "none", "input_colour": "linear", "check": "off", "swap_source": str(BERT),
    "swap": "pictures", "output": "face_plate", **NOTE,
}  # fmt: skip
ASPECTS = pytest.mark.parametrize("aspect", [2.0, 0.5])


def squeezed(picture: Light, aspect: float) -> Light:
    size = round(WIDE / max(aspect, 1)), round(HIGH * min(aspect, 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def made(aspect: float, told: float | None = None, **more: Any) -> Mattes:
    """A frame of a plate that is squeezed by *aspect*, and says that it is by *told*."""
    plate = squeezed(PLATE, aspect)
    bounds = (0, 0, plate.shape[1], plate.shape[0])
    settings = Settings(**ON | more)
    clips = {"Source": from_view(plate, bounds, aspect=aspect if told is None else told)}
    return key_frame(clips, settings, work_for(settings))


def away(found: Mattes, whole: Light, aspect: float) -> float:
    """How far a replaced face is from that of the plate as it is, beside how much that changed the plate."""
    assert found.face_plate is not None
    truth, before = squeezed(whole, aspect), squeezed(PLATE, aspect)
    return float(np.abs(found.face_plate - truth).sum() / np.abs(truth - before).sum())


@pytest.fixture(scope="module")
def whole() -> Light:
    found = made(1.0).face_plate
    assert found is not None
    return found


@ASPECTS
def test_a_face_is_replaced_as_if_the_plate_were_not_squeezed(aspect: float, whole: Light) -> None:
    assert away(made(aspect), whole, aspect) < 0.35


@ASPECTS
def test_the_face_at_a_point_and_a_reference_are_found(aspect: float, whole: Light) -> None:
    high, wide = squeezed(PLATE, aspect).shape[:2]
    found = made(aspect, swap_whose="point", swap_point=(wide / 2, high / 2))
    assert away(found, whole, aspect) < 0.35
    found = made(aspect, swap_whose="reference", swap_reference=str(ANNA))
    assert away(found, whole, aspect) < 0.35


@ASPECTS
def test_regions_are_where_they_are(aspect: float) -> None:
    names = ["face_brows", "face_eyes", "face_lips", "face_nose", "face_ears"]
    truth = made(1.0, swap="off", output="matte").planes(names)
    found = made(aspect, swap="off", output="matte").planes(names)
    for name, one, other in zip(names, truth, found, strict=True):
        there, here = squeezed(one, aspect) > 0.5, other > 0.5
        if there.sum() > 30:
            assert (there & here).sum() > 0.6 * (there | here).sum(), name


def test_what_a_frame_says_of_a_head_is_not_squeezed() -> None:
    upright, seen = (made(aspect, swap="off", output="packed", pack_r="face_skin") for aspect in (1.0, 2.0))
    for one, other in zip(upright.faces["person_01"], seen.faces["person_01"], strict=True):
        assert abs(one - other) < 4


def test_a_source_that_is_squeezed_is_unsqueezed(tmp_path: Path) -> None:
    oiio = pytest.importorskip("OpenImageIO")
    half = squeezed(PLATE, 2.0)
    spec = oiio.ImageSpec(half.shape[1], half.shape[0], 3, "half")
    spec.attribute("PixelAspectRatio", 2.0)
    out = oiio.ImageOutput.create(str(tmp_path / "take.exr"))
    assert out.open(str(tmp_path / "take.exr"), spec) and out.write_image(half) and out.close()
    found = swap_pictures.light_of(tmp_path / "take.exr", "Face source")
    assert found.shape == PLATE.shape and np.abs(found - PLATE).mean() < 0.02
