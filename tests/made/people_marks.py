"""A person who stands, landmarks and all, and a network that is unsure of everything but the matte."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from anatomatte.parts import INDEX, PARTS
from anatomatte.people.landmarks import Landmarks
from anatomatte.people.parts import outfit, person
from anatomatte.people.parts.boxes import spread
from anatomatte.people.parts.labels import AT, LABELS

Plane = npt.NDArray[np.float32]
SIZE = (240, 120)


def marks(turned: bool = False, score: float = 0.9) -> Landmarks:
    """A person who stands in `SIZE`, arms down, facing the camera: the own left is at the right."""
    at = np.zeros((33, 4), np.float32)
    at[:, 2:] = 1
    at[:11, :2] = (60, 25)
    at[[2, 5], :2] = (65, 24), (55, 24)
    at[[7, 8], :2] = (69, 26), (51, 26)
    at[[9, 10], :2] = (63, 33), (57, 33)
    arm = ((11, 20, 60), (13, 26, 90), (15, 28, 118), (17, 28, 126), (19, 28, 127), (21, 27, 125))
    leg = ((23, 11, 120), (25, 12, 165), (27, 12, 210), (29, 12, 216), (31, 15, 222))
    for left, x, y in (*arm, *leg):
        at[left, :2], at[left + 1, :2] = (60 + x, y), (60 - x, y)
    if turned:
        at[:, 0] = 120 - at[:, 0]
    return Landmarks(at, None, None, None, score)


def standing() -> tuple[Plane, Plane]:
    """A picture (h, w, 3) of that person, and the matte: dark hair, skin, red top, blue trousers."""
    picture = np.full((*SIZE, 3), 0.5, np.float32)
    matte = np.zeros(SIZE, np.float32)
    yy, xx = np.mgrid[: SIZE[0], : SIZE[1]]
    blocks = (
        (np.hypot(xx - 60, (yy - 22) * 0.9) < 17, (0.12, 0.08, 0.05)),
        (np.hypot((xx - 60) * 1.25, yy - 29) < 14, (0.85, 0.65, 0.55)),
        ((abs(xx - 60) < 28) & (yy > 50) & (yy < 118), (0.8, 0.1, 0.1)),
        ((abs(abs(xx - 60) - 28) < 5) & (yy > 85) & (yy < 132), (0.85, 0.65, 0.55)),
        ((abs(abs(xx - 60) - 12) < 9) & (yy >= 118) & (yy < 208), (0.1, 0.15, 0.7)),
        ((abs(abs(xx - 60) - 13) < 8) & (yy >= 208) & (yy < 226), (0.05, 0.3, 0.1)),
    )
    for where, colour in blocks:
        picture[where], matte[where] = colour, 1
    return picture, matte


def labelled() -> Plane:
    """What an unsure network says, (labels, h, w): everything a little, sides alike, garments alike."""
    shares = np.full((len(LABELS), *SIZE), 0.02, np.float32)
    rows = np.arange(SIZE[0])[:, None] + np.zeros(SIZE)
    for names, where in (
        (("hair", "face", "hat"), rows < 45),
        (("upper_clothes", "coat", "dress", "left_arm", "right_arm"), (rows >= 45) & (rows < 125)),
        (("trousers", "skirt", "left_leg", "right_leg"), (rows >= 110) & (rows < 210)),
        (("left_shoe", "right_shoe"), rows >= 205),
    ):
        for name in names:
            shares[AT[name]][where] += 0.2
    shares[AT["trousers"]][(rows >= 110) & (rows < 210)] += 0.15
    shares[AT["upper_clothes"]][(rows >= 45) & (rows < 125)] += 0.2
    return np.asarray(shares / shares.sum(0), np.float32)


def decided(
    view: person.View, odds: person.OutfitOdds = outfit.outfit_odds, worn: tuple[str, ...] = ()
) -> Plane:
    """The probabilities (labels, h, w) of a person; outside the nearest pixel's."""
    inside = view.cover > person.INSIDE
    return spread(person.decided(view, inside, odds, worn), inside)


def haze(matte: Plane) -> Plane:
    """The same over all parts, (parts, h, w), background where there is no *matte*."""
    made = np.zeros((len(PARTS), *SIZE), np.float32)
    for name, plane in zip(LABELS, labelled(), strict=True):
        made[INDEX[name]] = plane * matte
    made[0] = 1 - matte
    return made
