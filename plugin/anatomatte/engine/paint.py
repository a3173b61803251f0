"""Pictures for the artist of who and what was seen: each person, each part in a colour of its own.

Where the network is not sure which part it is, left arm or right, coat or shirt, the colour of the
merged group is shown instead of a guess.
"""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ..frame import Pixels
from ..menus import FACE_MENU
from ..ops.strips import each
from ..parts import PARTS
from .mattes import Mattes

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "head": ("face", "hair", "hat", "glasses"),
        "body": ("torso_skin", "neck"),
        "tops": ("upper_clothes", "coat", "dress", "scarf"),
        "bottoms": ("trousers", "skirt"),
        "arms": ("left_arm", "right_arm"),
        "hands": ("left_hand", "right_hand"),
        "legs": ("left_leg", "right_leg", "left_tights", "right_tights"),
        "feet": ("left_shoe", "right_shoe"),
        "carried": ("bag", "held"),
        "more": ("other",),
    }
)
"""Parts that are easily taken for each other; every part is in one of them."""

SURE = 0.6
"""Share that a part needs in its family to be shown by itself."""

_DIM = np.float32(0.25)  # what is nobody's: the picture's grey, darkened


def _hue(turn: float, strength: float, value: float) -> tuple[float, float, float]:
    return colorsys.hsv_to_rgb(turn % 1, strength, value)


def person_colour(number: int) -> tuple[float, float, float]:
    """Red, green, blue of a person; neighbours in number are far apart in hue."""
    return _hue(0.61803 * number + 0.02, 0.75, 0.9 if number % 2 else 0.65)


def family_colour(family: str) -> tuple[float, float, float]:
    """Red, green, blue of a family of parts: pale."""
    return _hue(list(FAMILIES).index(family) / len(FAMILIES), 0.3, 0.75)


def part_colour(part: str) -> tuple[float, float, float]:
    """Red, green, blue of a part: its family's hue, strong."""
    for at, members in enumerate(FAMILIES.values()):
        if part in members:
            n = members.index(part)
            return _hue(at / len(FAMILIES) + 0.022 * n, 0.9 - 0.1 * n, 0.95 - 0.18 * n)
    raise KeyError(part)


def region_colour(region: str) -> tuple[float, float, float]:
    """Red, green, blue of a region of the face, by its key in the menus; skin is pale."""
    if region == "face_skin":
        return _hue(0.08, 0.25, 0.95)
    at = list(FACE_MENU).index(region) - 1
    return _hue(at / (len(FACE_MENU) - 1) + 0.12, 0.85, 0.95 if at % 2 else 0.75)


def _over(mattes: Mattes, colour: Pixels, cover: Pixels) -> Pixels:
    """*colour*, already multiplied by *cover*, over the darkened grey of the picture; alpha 1."""
    grey = np.clip(mattes.foreground.mean(2), 0, 1) * _DIM
    seen = colour + ((1 - cover) * grey)[..., None]
    return np.concatenate([seen, np.ones_like(cover)[..., None]], 2)


def people(mattes: Mattes) -> Pixels:
    """H×W×4: every person in a colour, what is nobody's but in the alpha in white."""
    cover = np.zeros_like(mattes.alpha)
    colour = np.zeros((*cover.shape, 3), np.float32)
    for number, matte in enumerate(mattes.people):
        cover += matte
        colour += matte[..., None] * np.array(person_colour(number), np.float32)
    colour += np.maximum(mattes.alpha - cover, 0)[..., None]
    return _over(mattes, colour, np.maximum(cover, mattes.alpha))


def parts(mattes: Mattes) -> Pixels:
    """H×W×4: every part in a colour, or its family's where the part is unsure."""
    split = mattes.split
    if split is None or not split.made.labels:
        return people(mattes)
    (cover,) = split.planes([(None, None)])
    colour = np.zeros((*cover.shape, 3), np.float32)
    split.fields()

    def strip(y1: int, y2: int) -> None:
        colour[y1:y2] = painted(split.part_rows(y1, y2), split.made.labels)

    each(len(cover), strip, split.threads, lambda: None)
    rest = np.maximum(mattes.alpha - cover, 0)[..., None]
    return _over(mattes, cover[..., None] * colour + rest, np.maximum(cover, mattes.alpha))


def painted(shares: Pixels, labels: tuple[int, ...]) -> Pixels:
    """Shares n×h×w of the parts *labels* as colours h×w×3."""
    best = np.zeros(shares.shape[1:], np.float32)
    out = np.zeros((*best.shape, 3), np.float32)
    for family, members in FAMILIES.items():
        mine = [at for at, label in enumerate(labels) if PARTS[label] in members]
        if not mine:
            continue
        together = shares[mine].sum(0)
        first = shares[mine].argmax(0)
        strong = shares[mine].max(0) >= np.float32(SURE) * together
        table = np.array([part_colour(PARTS[labels[at]]) for at in mine], np.float32)
        colour = np.where(strong[..., None], table[first], np.array(family_colour(family), np.float32))
        out = np.where((together > best)[..., None], colour, out)
        best = np.maximum(best, together)
    return out
