"""The background behind people: seen in the frames in which they are elsewhere, and only by their motion."""

from __future__ import annotations

import cv2
import numpy as np

from anatomatte.temporal.align import align
from anatomatte.temporal.behind import Glimpse, alike, behind, way
from anatomatte.temporal.flow import flow, small

rng = np.random.default_rng(6)
GROUND = np.clip(cv2.GaussianBlur(rng.random((150, 220, 3), np.float32), (0, 0), 2.0) * 2 - 0.5, 0, 1)
SOMEBODY = np.clip(cv2.GaussianBlur(rng.random((60, 30, 3), np.float32), (0, 0), 1.5) * 2 - 0.3, 0, 1)


def scene(x: int, pan: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A picture 120×180 with somebody at column x, and his coverage."""
    made, cover = GROUND[20:140, 20 + pan : 200 + pan].copy(), np.zeros((120, 180), np.float32)
    made[40:100, x : x + 30], cover[40:100, x : x + 30] = SOMEBODY, 1
    return made, cover


def found(x: int, others: list[tuple[int, int]], lost: bool = False):
    """What frames with somebody at other columns, and the camera elsewhere, show behind him at *x*."""
    (this, cover), glimpses = scene(x), []
    for column, pan in others:
        other, theirs = scene(column, pan)
        one, two = small(this), small(other)
        lies = align(one, two, flow(one, two), flow(two, one))
        led = way(cover, np.zeros_like(theirs) if lost else theirs, lies)
        if led is not None:
            glimpses.append(Glimpse(planes(other), led))
    return planes(this), behind(planes(this), cover, glimpses)


def planes(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def test_what_is_behind_somebody_is_seen_where_he_is_elsewhere() -> None:
    own, there = found(60, [(46, 0), (74, 0)])
    left, right = (slice(50, 90), slice(62, 70)), (slice(50, 90), slice(80, 88))
    truth = planes(GROUND[20:140, 20:200])
    for here in (left, right):
        assert there.known[here].all()
        assert np.abs(there.colours[(slice(None), *here)] - truth[(slice(None), *here)]).max() < 0.02
        assert alike(own, there)[here].min() > 3
    inside = slice(50, 90), slice(64, 70)  # he is no part of the ground, however alike
    assert there.along[inside].mean() < 0.5 < there.along[50:90, 96:98].min()
    assert not there.known[50:90, 74:76].any()  # he is there in all of them


def test_who_stands_still_reveals_nothing() -> None:
    this, cover = scene(60)
    for column, revealed in ((60, False), (46, True)):
        other, theirs = scene(column)
        one, two = small(this), small(other)
        lies = align(one, two, flow(one, two), flow(two, one))
        assert (way(cover, theirs, lies) is not None) == revealed


def test_a_camera_that_pans_is_followed() -> None:
    _, there = found(60, [(46, 4)])
    here = (slice(50, 90), slice(85, 89))
    truth = planes(GROUND[20:140, 20:200])
    assert there.known[here].mean() > 0.9
    off = np.abs(there.colours[(slice(None), *here)] - truth[(slice(None), *here)])
    assert off[:, there.known[here]].mean() < 0.05


def test_a_frame_that_lost_somebody_who_stands_still_shows_nothing() -> None:
    _, there = found(60, [(60, 0), (60, 0)], lost=True)
    assert not there.known[40:100, 60:90].any()
