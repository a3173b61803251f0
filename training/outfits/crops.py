"""Drawn people as the outfit head sees them, and what they truly wear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.nets.own.outfit_head import OUTFITS, SIGNS
from anatomatte.parts import INDEX, PARTS

from ..bank import Bank, Item
from ..scene.backdrop import backdrop
from ..scene.camera import Grade
from ..scene.labels import mended

KIND = "figures"
"""Kind of the bank's shards that people come from."""

LEAST = 0.04
"""Share of a person's visible pixels from which on a garment is what they wear."""

UNKNOWN = -1

_SHOWN, _ABSENT = (0.03, 0.03, 0.01, 0.015), (0.005, 0.005, 0.002, 0.003)
"""Share of a person's pixels from which on each of `SIGNS` is there, and up to which it is not."""

_SIGN_PARTS = (
    ("coat",), ("coat",), ("left_tights", "right_tights"), ("left_leg", "right_leg"),
)  # fmt: skip
SIZES = ((288, 192), (256, 192), (320, 192))
"""Heights and widths of the pictures, multiples of the people network's stride."""

LEAST_SEEN = 0.03
"""Share of a picture that somebody must fill."""

_SQUEEZED = 0.25
"""How often a matte is as coarse as the networks' evidence or wrong at its edge."""


@dataclass
class Shown:
    """One picture and the person in it who is looked at.

    `picture` (H, W, 3) uint8; `matte` (h, w) float32 the person's own, as the networks might give it;
    `truth` (H, W) the true one; `label` (H, W) uint8 their main part; `outfit` and `signs` (4,) what they
    wear, `UNKNOWN` where it cannot be told.
    """

    picture: NDArray[np.uint8]
    matte: NDArray[np.float32]
    truth: NDArray[np.float32]
    label: NDArray[np.uint8]
    outfit: int
    signs: NDArray[np.int64]


def worn(label: NDArray[np.uint8], facts: dict[str, object]) -> tuple[int, NDArray[np.int64]]:
    """Outfit and signs of somebody whose visible pixels are `label` (n,) parts, by what is seen of them."""
    shares = np.bincount(label[label > 0], minlength=len(PARTS)) / max(int((label > 0).sum()), 1)
    lower = shares[[INDEX[name] for name in OUTFITS]]
    outfit = int(lower.argmax()) if lower.max() >= LEAST else UNKNOWN
    signs = np.full(len(SIGNS), UNKNOWN, np.int64)
    for k, (parts, shown, absent) in enumerate(zip(_SIGN_PARTS, _SHOWN, _ABSENT, strict=True)):
        share = shares[[INDEX[name] for name in parts]].sum()
        signs[k] = 1 if share >= shown else 0 if share <= absent else UNKNOWN
    front = SIGNS.index("open_coat")
    if signs[front] == 1:
        signs[front] = UNKNOWN if facts.get("view") == "back" else int(facts.get("coat") == "open")
    return outfit, signs


class Wearers:
    """Draws pictures of figures from a bank, one by one in front of places.

    These are plainer than the pictures for the people network: no occluders, nobody else, no
    camouflage. What somebody wears has to be learned from some thousand figures.
    """

    def __init__(
        self,
        bank: Path,
        split: str,
        seed: int,
        sizes: tuple[tuple[int, int], ...] = SIZES,
        *,
        kind: str = KIND,
        shard: int | None = None,
    ) -> None:
        self.sizes = sizes
        self.rng = np.random.default_rng([seed, split == "validation"])
        self.figures, self.places = Bank(bank, kind, split, number=shard), Bank(bank, "places", split)
        self.grade = Grade(self.rng)

    def __iter__(self) -> Iterator[Shown]:
        """Endless pictures; all figures take turns, in a new order each time."""
        while True:
            for k in self.rng.permutation(len(self.figures)):
                shown = self._shown(mended(self.figures[int(k)]))
                if shown is not None:
                    yield shown

    def _shown(self, item: Item) -> Shown | None:
        """A picture of somebody; None where too little of them is seen."""
        rng = self.rng
        height, width = self.sizes[int(rng.integers(len(self.sizes)))]
        ground = backdrop(self.places, rng, height, width)[0]
        tall, wide = item.picture.shape[:2]
        scale = rng.uniform(0.62, 0.98) * min(height / tall, 1.3 * width / wide)
        high, broad = max(2, round(tall * scale)), max(2, round(wide * scale))
        top = height - high if item.facts["cut"][3] else int((height - high) * rng.uniform(0.2, 0.9))
        left = int((width - broad) * rng.uniform(0.2, 0.8))
        move = np.array([[scale, 0, left], [0, scale, top]], np.float64)

        def placed(planes: NDArray[np.uint8], how: int) -> NDArray[np.uint8]:
            return np.asarray(cv2.warpAffine(planes, move, (width, height), flags=how), np.uint8)

        figure = placed(np.ascontiguousarray(item.picture), cv2.INTER_LINEAR).astype(np.float32)
        person = placed(np.ascontiguousarray(item.planes[..., 0]), cv2.INTER_LINEAR)
        label = placed(np.ascontiguousarray(item.planes[..., 2]), cv2.INTER_NEAREST)
        colour = 255 * (figure[..., :3] / 255) ** np.float32(np.exp(rng.normal(0, 0.15)))
        picture = self.grade(rng, ground * (1 - figure[..., 3:] / 255) + colour)
        truth = person.astype(np.float32) / 255
        matte = self._matte(truth)
        if (truth > 0.5).mean() < LEAST_SEEN or not (matte > 0.5).any():
            return None
        outfit, signs = worn(label[label > 0], item.facts)
        if rng.random() < 0.5:
            picture, matte, truth, label = (p[:, ::-1] for p in (picture, matte, truth, label))
        return Shown(picture, matte, truth, label, outfit, signs)

    def _matte(self, matte: NDArray[np.float32]) -> NDArray[np.float32]:
        """The true matte, or one as the networks give it: coarse, a little too large, with holes."""
        rng = self.rng
        if rng.random() < _SQUEEZED:
            return matte
        height, width = matte.shape
        size = max(1, width // 2), max(1, height // 2)
        coarse = np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.float32)
        coarse = cv2.GaussianBlur(coarse, (0, 0), rng.uniform(0.4, 1.6))
        noise = cv2.resize(rng.normal(0, 1, (8, 6)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
        level = rng.uniform(0.3, 0.6) + 0.12 * noise
        return np.clip((coarse - level) * rng.uniform(3, 8) + 0.5, 0, 1).astype(np.float32)
