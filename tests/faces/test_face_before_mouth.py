"""What is before a mouth and no network tells: masks below the nose, microphones, cloth of skin's hue."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from anatomatte import engine
from anatomatte.engine import face_views
from anatomatte.engine.evidence import looked
from anatomatte.engine.faces import faces_of
from anatomatte.engine.mattes import Mattes
from anatomatte.faces.before_mouth import covered, mouth
from anatomatte.faces.hidden import told
from anatomatte.faces.outlines import LIPS
from anatomatte.faces.pose import pose_of
from anatomatte.frame import Frame
from anatomatte.menus import FACE_MENU
from anatomatte.ops import colour
from anatomatte.settings import Settings
from made.face_pictures import ANNA, BERT, NOTE, Light, light_of

Mask = npt.NDArray[np.float32]
_LOW = (
    *(132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361),
    *(425, 327, 2, 98, 205),
)
"""A mask below the nose."""


@cache
def face(path: Any) -> Any:
    """The face of a drawn person."""
    task = face_views.task_of(light_of(path), engine.work_for(Settings()))
    found = [one for one in faces_of(task, looked(task).people) if one is not None]
    assert len(found) == 1
    return found[0]


def laid(path: Any, kind: str) -> tuple[Light, Mask]:
    """A drawn person with something before the mouth, and where it is."""
    light, points = light_of(path), face(path).points[:, :2]
    area = np.zeros((light.shape[0] * 4, light.shape[1] * 4), np.uint8)
    if kind in ("white", "blue", "skin"):
        cv2.fillPoly(area, [np.rint(points[list(_LOW)] * 4).astype(np.int32)], 255)
    else:
        x, y = np.rint(points[17] * 4).astype(int)
        cv2.circle(area, (int(x), int(y)), int(0.16 * 4 * np.ptp(points[:, 0])), 255, -1)
    cover = cv2.resize(area, light.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    cheeks = points[[50, 280]].astype(int)
    skin = np.mean([light[y, x] for x, y in cheeks], 0)
    tone = {
        "white": (0.72, 0.73, 0.74), "blue": (0.25, 0.5, 0.62), "skin": skin * (1, 0.95, 1.05),
        "grey": (0.2, 0.2, 0.205), "red": (0.4, 0.03, 0.03),
    }[kind]  # fmt: skip
    fold = 1 + 0.05 * np.sin(np.arange(light.shape[0]) / 3)[:, None, None]
    made = light + cover[..., None] * (np.asarray(tone, np.float32) * fold - light)
    return np.asarray(made, np.float32), cover


def matted(light: Light, **values: Any) -> Mattes:
    facts = {"input_colour": "linear", "screen": "none", "who": "everyone", "check": "off", "subject": "on"}
    frame = Frame(np.ascontiguousarray(light), (0, 0, light.shape[1], light.shape[0]))
    settings = Settings(**{**facts, **values})
    return engine.key_frame({"Source": frame}, settings, engine.work_for(settings))


@pytest.mark.parametrize("kind", ["white", "blue", "skin", "grey", "red"])
def test_no_region_of_a_face_is_on_what_is_before_a_mouth(kind: str) -> None:
    light, cover = laid(ANNA, kind)
    made = matted(light)
    regions = dict(zip(FACE_MENU, made.planes(FACE_MENU), strict=True))
    (whole,) = made.planes(["face"])
    assert np.abs(sum(regions.values()) - whole).max() < 1e-4
    on = whole * (cover > 0.99)
    others = sum(plane for name, plane in regions.items() if name != "face_skin")
    assert (others * (cover > 0.99)).sum() < (0.2 if kind == "skin" else 0.06) * max(float(on.sum()), 1)
    bare = dict(zip(FACE_MENU, matted(light_of(ANNA)).planes(FACE_MENU), strict=True))
    for name in ("face_brows", "face_iris"):
        assert regions[name].sum() > 0.85 * bare[name].sum()


@pytest.mark.parametrize("kind", ["white", "skin", "grey", "red"])
def test_what_is_before_a_mouth_stays_in_front_of_a_new_face(kind: str) -> None:
    light, cover = laid(ANNA, kind)
    patches = [
        matted(one, swap="pictures", swap_source=str(BERT), **NOTE).face_patch
        for one in (light_of(ANNA), light)
    ]
    assert patches[0] is not None and patches[1] is not None
    there = patches[0] * (cover > 0.99)
    assert (patches[1] * (cover > 0.99)).sum() < (0.3 if kind == "skin" else 0.08) * there.sum()
    upper = patches[0] * (np.arange(light.shape[0])[:, None] < face(ANNA).points[1, 1])
    assert np.minimum(patches[1], upper).sum() > 0.8 * upper.sum()


@pytest.mark.parametrize("path", [ANNA, BERT])
@pytest.mark.parametrize("blur", [0.0, 0.02, 0.04, 0.08])
def test_nothing_is_before_a_bare_mouth_however_blurred(path: Any, blur: float) -> None:
    """Blur takes a mouth away before it takes brows away: that is no cloth of the skin's hue."""
    points, light = face(path).points[:468].astype(np.float64), light_of(path)
    if blur:
        light = cv2.GaussianBlur(light, (0, 0), blur * float(np.ptp(points[:, 0])))
    assert mouth(light, points).hidden == 0
    assert covered(light, points) is None


def test_nothing_is_told_of_a_mouth_beyond_the_picture() -> None:
    light, points = laid(ANNA, "white")[0], face(ANNA).points[:468].astype(np.float64)
    assert mouth(light, points).tinted == 1
    top = light[: int(points[14, 1])]
    assert mouth(top, points).hidden == 0 and covered(top, points) is None


def test_a_mask_is_no_beard() -> None:
    light, _ = laid(ANNA, "blue")
    bare = told(face(ANNA), colour.srgb_encode(light_of(ANNA)))
    behind = told(face(ANNA), colour.srgb_encode(light))
    assert np.isfinite(bare[0]) and np.isnan(behind[0])


def test_painted_lips_and_a_profile_are_no_thing() -> None:
    """Lips in pure red end above the chin; where a head looks aside the mesh knows no mouth."""
    light, points = light_of(ANNA).copy(), face(ANNA).points.astype(np.float64)
    area = np.zeros(light.shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(points[list(LIPS), :2]).astype(np.int32)], 1)
    light[area > 0] *= np.array([1.2, 0.15, 0.2], np.float32)
    assert mouth(light, points).tinted < 0.1
    masked, aside = laid(ANNA, "white")[0], points.copy()
    turn = np.radians(60)
    x, z = points[:, 0] - points[4, 0], points[:, 2]
    aside[:, 0], aside[:, 2] = (
        points[4, 0] + x * np.cos(turn) - z * np.sin(turn),
        x * np.sin(turn) + z * np.cos(turn),
    )
    assert abs(pose_of(aside).degrees[0]) > 50 and mouth(masked, aside).hidden == 0
