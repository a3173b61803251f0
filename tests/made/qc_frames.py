"""Frames as the checks see them: a figure before a wall, seen right, at any size."""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.decision import Decision
from anatomatte.qc.seen import Beside, Seen

Pixels = npt.NDArray[np.float32]
WIDE, HIGH = 320, 180
GREEN = Decision(0.97, "screen", (0.06, 0.42, 0.09), 0.7)
NONE = Decision(0.02, "none")


def figure(x: float = 0.5, arm: bool = True) -> Pixels:
    """A matte of somebody: head, trunk, legs, and an arm akimbo with a gap behind it."""
    mask = np.zeros((HIGH * 4, WIDE * 4), np.uint8)
    middle = round(x * WIDE * 4)

    def at(dx: float, y: float) -> tuple[int, int]:
        return middle + round(dx * HIGH * 4), round(y * HIGH * 4)

    cv2.ellipse(mask, at(0, 0.18), (52, 66), 0, 0, 360, 255, -1)
    cv2.ellipse(mask, at(0, 0.48), (96, 170), 0, 0, 360, 255, -1)
    for side in (-1, 1):
        cv2.line(mask, at(0.06 * side, 0.6), at(0.09 * side, 0.95), 255, 64)
    if arm:
        cv2.polylines(mask, [np.array([at(0.1, 0.32), at(0.27, 0.42), at(0.1, 0.56)])], False, 255, 34)
    small = cv2.resize(mask, (WIDE, HIGH), interpolation=cv2.INTER_AREA)
    return np.asarray(small.astype(np.float32) / 255)


def picture(alpha: Pixels, behind: tuple[float, float, float] = (0.55, 0.6, 0.65)) -> Pixels:
    """The picture that the matte is of: a striped shirt before a wall."""
    rows, columns = np.mgrid[: alpha.shape[0], : alpha.shape[1]].astype(np.float32)
    wall = np.array(behind, np.float32) * (0.95 + 0.1 * columns / alpha.shape[1])[..., None]
    shirt = np.array((0.5, 0.2, 0.15), np.float32) * (0.8 + 0.2 * np.sin(rows / 7))[..., None]
    return np.asarray(shirt * alpha[..., None] + wall * (1 - alpha[..., None]), np.float32)


def seen(alpha: Pixels | None = None, **facts: Any) -> Seen:
    """A frame that is as it should be: networks and matte agree; other *facts* are taken as they are."""
    truth = figure() if alpha is None else alpha
    rough = np.asarray(cv2.GaussianBlur(truth, (0, 0), 2.0), np.float32)
    heads = np.array([[0.5, 0.18, 0.9]], np.float32)
    whose = np.ones((1, *truth.shape), np.float32)
    base = Seen(
        picture(truth), truth, NONE, cover=rough, wanted=rough, second=rough, people=whose, chosen=(0,),
        heads=heads,
    )  # fmt: skip
    return dataclasses.replace(base, **facts)


def before_green(alpha: Pixels | None = None, **facts: Any) -> Seen:
    """A frame before a green screen, for which no network was asked."""
    truth = figure() if alpha is None else alpha
    base = Seen(
        picture(truth, (0.25, 0.68, 0.3)),
        truth,
        GREEN,
        key=truth,
        backing=1 - (truth > 0.02).astype(np.float32),
    )
    return dataclasses.replace(base, **facts)


def still(of: Seen, step: int, **facts: Any) -> Beside:
    """The frame beside a frame where nothing moves."""
    people = None if of.people is None else np.asarray(of.people * of.alpha, np.float32)
    sizes = {name: float(plane.mean()) for name, plane in (of.parts or {}).items()}
    base = Beside(step, of.alpha, np.ones_like(of.alpha), people, sizes, of.decision)
    return dataclasses.replace(base, **facts)


def disc(x: float, y: float, radius: float) -> Pixels:
    """1 within *radius* shares of the height of a place, 0 elsewhere; a soft rim."""
    mask = np.zeros((HIGH, WIDE), np.uint8)
    cv2.circle(mask, (round(x * WIDE), round(y * HIGH)), round(radius * HIGH), 255, -1, cv2.LINE_AA)
    return np.asarray(mask / np.float32(255), np.float32)
