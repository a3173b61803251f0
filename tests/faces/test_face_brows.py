"""Brows lie where the picture has them: drawn ones, away from the mesh's outlines, in light and shade."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from anatomatte.engine import steady_faces
from anatomatte.faces.brows import brows, moves
from anatomatte.faces.mesh import Face
from anatomatte.faces.outlines import BROW_LINES
from anatomatte.faces.painting import filled
from anatomatte.faces.swap_steady import Motion
from made.face_marks import face, turned

SKIN = 0.5
SIZE = (300, 400)
Plane = NDArray[np.float32]


def outlines(roll: float, down: float, thin: float, tilt: float) -> list[NDArray[np.float64]]:
    """The mesh's brows moved towards the chin, in distances of the eyes, their inner ends by *tilt* more."""
    whole, points = face(turned(roll=roll)), turned(roll=roll)
    way = whole.pose.turn[:2, 1] * whole.eyes / np.hypot(*whole.pose.turn[:2, 1])
    made = []
    for upper, lower, _ in BROW_LINES:
        top, bottom = points[list(upper), :2], points[list(lower), :2]
        shift = (down + np.linspace(0, tilt, len(top)))[:, None] * way
        middle = (top + bottom) / 2
        lines = middle + thin * (top - middle) + shift, middle + thin * (bottom - middle) + shift
        made.append(np.concatenate([lines[0], lines[1][::-1]]))
    return made


def drawn(hair: float, shade: float = 0.0, side: float = 0.0, **moved: float) -> tuple[Plane, Plane]:
    """Luma of skin with brows, and where they are; *shade* below them, as deep eyes have it."""
    roll = moved.pop("roll", 0.0)
    there = filled(outlines(roll, **moved), SIZE)
    picture = np.full(SIZE, SKIN, np.float32)
    points = turned(roll=roll)
    if shade:
        for lid in (159, 386):
            y, x = np.mgrid[: SIZE[0], : SIZE[1]]
            near = np.exp(-(((x - points[lid, 0]) / 26) ** 2 + ((y - points[lid, 1]) / 14) ** 2))
            picture *= (1 - shade * near).astype(np.float32)
    picture *= 1 - there * (1 - np.float32(hair / SKIN))
    if side:
        picture *= np.exp(side * (np.arange(SIZE[1]) - 200) / 100).astype(np.float32)
    grain = np.random.default_rng(4).normal(0, 0.01, SIZE).astype(np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.2) + grain
    return np.log(np.maximum(picture, 1e-3)).astype(np.float32), there


def iou(one: Plane, other: Plane) -> float:
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


@pytest.mark.parametrize("kind", ["plain", "pale", "shade", "side", "rolled", "upside down"])
def test_a_brow_is_found_beside_the_outline(kind: str) -> None:
    light = {"shade": {"shade": 0.55}, "side": {"side": 0.5}, "rolled": {"roll": 35.0}}.get(kind, {})
    light = {"roll": 180.0} if kind == "upside down" else light
    luma, there = drawn(0.36 if kind == "pale" else 0.12, down=0.06, thin=0.8, tilt=0.03, **light)
    roll = light.get("roll", 0.0)
    before = iou(filled(outlines(roll, 0.0, 1.0, 0.0), SIZE), there)
    after = iou(filled(brows(face(turned(roll=roll)), luma), SIZE), there)
    assert before < 0.45 and after > 0.7, (before, after)


@pytest.mark.parametrize("hair", [SKIN, 0.485])
def test_a_brow_that_nothing_shows_stays_where_it_was(hair: float) -> None:
    luma, _ = drawn(hair, down=0.06, thin=0.8, tilt=0.0)
    own = outlines(0.0, 0.0, 1.0, 0.0)
    for found, mesh in zip(brows(face(turned()), luma), own, strict=True):
        assert np.abs(found - mesh).max() < 1


def test_grain_hardly_moves_a_brow() -> None:
    luma, _ = drawn(0.2, down=0.05, thin=0.7, tilt=0.0)
    rng = np.random.default_rng(9)
    made = [
        np.concatenate(brows(face(turned()), luma + rng.normal(0, 0.02, SIZE).astype(np.float32)))
        for _ in range(8)
    ]
    assert float(np.std(made, axis=0).max()) < 0.25  # pixels


def test_a_face_at_the_border_has_brows_as_the_mesh_says() -> None:
    away = turned(at=(-300.0, 150.0))
    found = brows(face(away), np.zeros(SIZE, np.float32))
    assert all(np.isfinite(one).all() and one.shape == (10, 2) for one in found)


def test_brows_are_held_still_by_the_frames_around() -> None:
    """What each frame sees of them is weighed like its landmarks, whatever the frame's own grain said."""
    luma, _ = drawn(0.12, down=0.06, thin=0.8, tilt=0.0)
    whole = face(turned())
    seen = moves(whole, luma)
    y, x = np.mgrid[:30, :40].astype(np.float32)
    still = Motion(x, y, np.ones_like(x), 0.5)

    def with_brows(shift: float) -> Face:
        return dataclasses.replace(whole, brows=seen + np.array([shift, shift, 0]))

    rows = [steady_faces._Row(away, still, [with_brows(0.0)]) for away in (-1, 1)]
    held = steady_faces._held(with_brows(0.04), rows, SIZE)
    assert np.allclose(held.brows, seen + np.array([0.02, 0.02, 0]), atol=1e-6)
    middles = [np.mean(brows(one, luma), axis=(0, 1)) for one in (held, with_brows(0.02))]
    assert np.abs(middles[0] - middles[1]).max() < 1e-3
    assert np.allclose(brows(whole, luma), brows(with_brows(0.0), luma), atol=1e-6)
