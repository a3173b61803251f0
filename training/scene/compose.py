"""A training picture: people from the bank over a backdrop, occluders, shadows, camera; with its labels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..bank import Bank, Item
from .backdrop import backdrop, crop_place
from .camera import Grade, motion_kernel, optics
from .casting import Casting, Role, seen
from .labels import mended

Plane = NDArray[np.float32]


@dataclass
class Sample:
    """One training picture of H x W pixels.

    `picture` (H, W, 3) uint8; `alpha` (H, W, 2) uint8: person without held things, held things;
    `label` (H, W) uint8 main part; `instance` (H, W) int32, 0 nobody, 1.. people from back to
    front; `heads` (people, 2) their heads in pixels, x then y.
    """

    picture: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    label: NDArray[np.uint8]
    instance: NDArray[np.int32]
    heads: Plane


@dataclass
class _Canvas:
    picture: Plane
    alpha: Plane
    label: NDArray[np.uint8]
    instance: NDArray[np.int32]
    heads: list[tuple[float, float]]


@dataclass
class _Place:
    """Where a tile goes: scale and the tile's top left corner in the picture."""

    scale: float
    x: float
    y: float


PEOPLE = (0.1, 0.52, 0.2, 0.1, 0.05, 0.03)
"""Share of pictures with 0, 1, 2, ... people."""

_PLACES = 8
"""Tries to place somebody such that what they were chosen for is seen."""


def body_height(item: Item) -> float:
    """About how many tile pixels a bank person measures from head to feet, also where the frame cuts them."""
    return float(max(item.facts["feet"] - item.facts["head"][1], 0.5 * item.picture.shape[0], 16.0))


class Composer:
    """Draws Samples from a bank of people and one of places.

    A share `rare` of the people is chosen for a part that few show, and placed such that it is seen.
    """

    def __init__(self, people: Bank, places: Bank, rng: np.random.Generator, rare: float = 0.0) -> None:
        self.places, self.rng = places, rng
        self.casting = Casting(people, rng, rare)
        self.grade = Grade(rng)

    def draw(self, height: int, width: int, items: list[Item] | None = None, size: float = 0.0) -> Sample:
        """One picture with its labels.

        Args:
            items: the people to show; None draws them.
            size: body height of a single person as a share of the picture's; 0 draws it.
        """
        rng = self.rng
        ground, key = backdrop(self.places, rng, height, width)
        canvas = _Canvas(
            ground,
            np.zeros((height, width, 2), np.float32),
            np.zeros((height, width), np.uint8),
            np.zeros((height, width), np.int32),
            [],
        )
        if items is None:
            roles = [self.casting.draw() for _ in range(int(rng.choice(len(PEOPLE), p=PEOPLE)))]
        else:
            roles = [Role(item) for item in items]
        roles = [Role(mended(role.item), role.part) for role in roles]
        if roles and rng.random() < 0.1:
            self._camouflage(canvas, roles[0].item)
        stage = self._stage(roles, height, width)
        if size and len(roles) == 1:
            only = roles[0].item
            stage = [(only, self._place(only, size * height / body_height(only), height, width))]
        for item, place in stage:
            self._put(canvas, item, place, key)
        if rng.random() < 0.16:
            self._occlude(canvas)
        picture, mattes = optics(rng, canvas.picture, canvas.alpha)
        return Sample(
            self.grade(rng, picture),
            np.clip(mattes * 255 + 0.5, 0, 255).astype(np.uint8),
            canvas.label,
            canvas.instance,
            np.array(canvas.heads, np.float32).reshape(-1, 2),
        )

    def _camouflage(self, canvas: _Canvas, item: Item) -> None:
        """Pull the backdrop towards the person's own colour: dark on dark, white on white."""
        cover = item.picture[::4, ::4, 3:].astype(np.float32)
        own = (item.picture[::4, ::4, :3].astype(np.float32).sum((0, 1))) * 255 / max(float(cover.sum()), 1.0)
        mean = canvas.picture.mean((0, 1))
        canvas.picture = np.clip(
            canvas.picture * np.float32(0.5) + (own - 0.5 * mean).astype(np.float32), 0, 255
        )

    def _stage(self, roles: list[Role], height: int, width: int) -> list[tuple[Item, _Place]]:
        """Scales and places of all people, back to front.

        Most groups stand on one floor at about one distance, nearer people lower, larger and in
        front; a quarter are put together without any order.
        """
        rng = self.rng
        items = [role.item for role in roles]
        if len(items) < 2 or rng.random() < 0.25:
            return [(role.item, self._free_place(role, height, width)) for role in roles]
        cut = any(item.facts["framing"] != "full" for item in items)
        low, high = (0.9, 2.4) if cut else (0.25, 1.1)
        body = np.exp(rng.uniform(np.log(low), np.log(high))) * height
        spread = rng.choice([0.08, 0.3])
        scales = sorted(body * np.exp(rng.normal(0, spread)) for _ in items)
        centre, floor = rng.uniform(0.25, 0.75) * width, height * rng.uniform(0.75, 1.05)
        gap = rng.uniform(0.05, 0.5)
        placed = []
        for k, (item, size) in enumerate(zip(items, scales, strict=True)):
            scale = size / body_height(item)
            x = centre + (k - (len(items) - 1) / 2) * rng.choice([-1, 1]) * gap * size * rng.uniform(0.6, 1.4)
            feet = None if cut else floor + (size / body - 1) * 0.5 * height
            placed.append((item, self._place(item, scale, height, width, x, feet)))
        return placed

    def _free_place(self, role: Role, height: int, width: int) -> _Place:
        """A place for someone alone; what they were chosen for is seen there, if a few tries find one."""
        for _ in range(_PLACES):
            scale = self._free_scale(role.item, height, width)
            place = self._place(role.item, scale, height, width)
            if seen(role, place.scale, place.x, place.y, height, width):
                break
        return place

    def _free_scale(self, item: Item, height: int, width: int) -> float:
        """A scale for someone alone: mostly filling the picture, sometimes small or too large."""
        rng = self.rng
        tall, wide = item.picture.shape[:2]
        if item.facts["framing"] != "full":
            return float(rng.uniform(0.75, 1.25) * height / tall)
        pick = rng.random()
        if pick < 0.14:
            size = np.exp(rng.uniform(np.log(0.14), np.log(0.35)))
        elif pick < 0.35:
            size = np.exp(rng.uniform(np.log(0.3), np.log(0.7)))
        else:
            size = rng.uniform(0.6, 1.05) if pick < 0.85 else rng.uniform(1.05, 2.2)
        return float(size * min(height / tall, 1.6 * width / wide))

    def _place(
        self,
        item: Item,
        scale: float,
        height: int,
        width: int,
        centre: float | None = None,
        feet: float | None = None,
    ) -> _Place:
        """A place at about `scale` such that sides at which the tile was cut lie outside the picture."""
        rng = self.rng
        tall, wide = item.picture.shape[:2]
        left, top, right, bottom = item.facts["cut"]
        if left and right:
            scale = max(scale, width / wide * rng.uniform(1.0, 1.15))
        if top and bottom:
            scale = max(scale, height / tall * rng.uniform(1.0, 1.15))
        h, w = tall * scale, wide * scale
        if centre is not None:
            x = centre - w / 2
        elif rng.random() < 0.5:
            x = (width - w) / 2 + rng.normal(0, 0.12) * width
        else:
            x = rng.uniform(*sorted((-0.25 * w, width - 0.75 * w)))
        if feet is not None:
            y = feet - h
        elif h > height and rng.random() < 0.75:  # too large for the picture: mostly the head is in it
            y = rng.uniform(0.05, 0.4) * height - item.facts["head"][1] * scale
        elif h > height:
            y = rng.uniform(height - h, 0.02 * height)
        else:
            y = (height - h) / 2 + rng.normal(0, 0.1) * height
        x = self._hide_cut(x, w, width, left, right)
        y = self._hide_cut(y, h, height, top, bottom)
        return _Place(float(scale), float(x), float(y))

    @staticmethod
    def _hide_cut(at: float, size: float, frame: float, first: bool, last: bool) -> float:
        if first and last:
            return float(np.clip(at, frame - size, 0))
        if first:
            return min(at, 0.0) if at < 0 or size > frame else 0.0
        if last:
            return max(at, frame - size)
        return at

    def _put(self, canvas: _Canvas, item: Item, place: _Place, key: NDArray[np.floating] | None) -> None:
        """Draw one tile over the canvas and write its labels."""
        rng = self.rng
        height, width = canvas.label.shape
        tall, wide = item.picture.shape[:2]
        h, w = max(2, round(tall * place.scale)), max(2, round(wide * place.scale))
        x0, y0 = round(place.x), round(place.y)
        xa, ya, xb, yb = max(0, x0), max(0, y0), min(width, x0 + w), min(height, y0 + h)
        head = place.x + item.facts["head"][0] * place.scale, place.y + item.facts["head"][1] * place.scale
        canvas.heads.append(head)
        if xb - xa < 2 or yb - ya < 2:
            return
        # cut out only the part of the tile that will be seen
        sx, sy = wide / w, tall / h
        ta, tb = int(np.floor((ya - y0) * sy)), min(tall, int(np.ceil((yb - y0) * sy)))
        la, lb = int(np.floor((xa - x0) * sx)), min(wide, int(np.ceil((xb - x0) * sx)))
        size = xb - xa, yb - ya
        how = cv2.INTER_AREA if place.scale < 1 else cv2.INTER_LINEAR
        seen = cv2.resize(np.ascontiguousarray(item.picture[ta:tb, la:lb]), size, interpolation=how).astype(
            np.float32
        )
        planes = np.ascontiguousarray(item.planes[ta:tb, la:lb])
        mattes = cv2.resize(planes, size, interpolation=how)[..., :2].astype(np.float32) * (1 / 255)
        label = cv2.resize(planes[..., 2], size, interpolation=cv2.INTER_NEAREST)
        cover = seen[..., 3:] * (1 / 255)
        colour = self._relight(canvas, seen[..., :3], cover, (xa, ya, xb, yb), key)
        if rng.random() < 0.06:
            kernel = motion_kernel(rng, width)
            colour, cover = cv2.filter2D(colour, -1, kernel), cv2.filter2D(cover, -1, kernel)[..., None]
            mattes = cv2.filter2D(mattes, -1, kernel)
        elif rng.random() < 0.1:
            sigma = rng.uniform(0.003, 0.012) * width  # out of focus
            colour, cover = (
                cv2.GaussianBlur(colour, (0, 0), sigma),
                cv2.GaussianBlur(cover, (0, 0), sigma)[..., None],
            )
            mattes = cv2.GaussianBlur(mattes, (0, 0), sigma)
        window = np.s_[ya:yb, xa:xb]
        if rng.random() < 0.35:
            self._shadow(canvas, cover, (xa, ya), yb - ya)
        rest = 1 - cover
        canvas.picture[window] = canvas.picture[window] * rest + colour
        canvas.alpha[window] = canvas.alpha[window] * rest + mattes
        solid = cover[..., 0] >= 0.5
        canvas.label[window] = np.where(solid, label, canvas.label[window])
        number = np.where(label > 0, len(canvas.heads), 0)
        canvas.instance[window] = np.where(solid, number, canvas.instance[window])

    def _relight(
        self,
        canvas: _Canvas,
        mixed: Plane,
        cover: Plane,
        window: tuple[int, int, int, int],
        key: NDArray[np.floating] | None,
    ) -> Plane:
        """Regrade a premultiplied tile: own exposure, half the time that of the place; spill of a screen."""
        rng = self.rng
        straight = mixed / np.maximum(cover, 1 / 255)
        gamma, gain = np.exp(rng.normal(0, 0.2)), np.exp(rng.normal(0, 0.15)) * (1 + rng.normal(0, 0.05, 3))
        if key is None and rng.random() < 0.5:
            behind = canvas.picture[window[1] : window[3], window[0] : window[2]].mean((0, 1)) + 8
            own = mixed.sum((0, 1)) / max(float(cover.sum()), 1.0) + 8
            gain = gain * (behind / own) ** rng.uniform(0.1, 0.6)
        if rng.random() < 0.7:
            straight = 255 * np.clip(straight / 255, 0, 1) ** np.float32(gamma)
        straight = straight * gain.astype(np.float32)
        if key is not None:
            amount = np.float32(rng.uniform(0, 0.3))
            tint = (key / max(float(key.max()), 1e-3)).astype(np.float32)
            rim = 1 - cv2.GaussianBlur(cover, (0, 0), 0.03 * canvas.label.shape[1])[..., None]
            straight = (
                straight * (1 - amount * (0.4 + rim))
                + amount * (0.4 + rim) * straight.mean(-1, keepdims=True) * tint
            )
        return (np.clip(straight, 0, 255) * cover).astype(np.float32)

    def _shadow(self, canvas: _Canvas, cover: Plane, corner: tuple[int, int], tall: int) -> None:
        """A soft shadow of the person on what is behind, shifted or cast on the floor."""
        rng = self.rng
        height, width = canvas.label.shape
        lean, squash = rng.normal(0, 0.6), rng.uniform(0.15, 1.0)
        foot = corner[1] + tall
        move = np.array(
            [[1, lean * squash, corner[0] - lean * squash * tall], [0, squash, foot - squash * tall]],
            np.float32,
        )
        cast = cv2.warpAffine(cover, move, (width, height))
        cast = cv2.GaussianBlur(cast, (0, 0), rng.uniform(0.006, 0.04) * width)
        canvas.picture *= (1 - np.float32(rng.uniform(0.1, 0.6)) * cast)[..., None]

    def _occlude(self, canvas: _Canvas) -> None:
        """Something in front: a bar, a block, a blob, a table edge, leaves; textured from a place."""
        rng = self.rng
        height, width = canvas.label.shape
        mask = np.zeros((height, width), np.float32)
        pick = rng.random()
        if pick < 0.3:
            y = int(height * rng.uniform(0.55, 0.95))
            cv2.rectangle(
                mask,
                (0 if rng.random() < 0.6 else int(width * rng.uniform(0, 0.6)), y),
                (width, height),
                1.0,
                -1,
            )
        elif pick < 0.55:
            at = rng.uniform(0, 1, 4) * np.array([width, height, width, height])
            cv2.line(
                mask,
                (int(at[0]), int(at[1])),
                (int(at[2]), int(at[3])),
                1.0,
                max(1, int(width * rng.uniform(0.01, 0.1))),
            )
        elif pick < 0.92:
            centre = rng.uniform(0, 1, 2) * np.array([width, height])
            points = centre + rng.normal(0, 0.12, (int(rng.integers(3, 9)), 2)) * width
            cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.int32).reshape(-1, 1, 2))], 1.0)
        else:
            noise = cv2.resize(
                rng.random((12, 12)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
            )
            mask = (noise > rng.uniform(0.75, 0.95)).astype(np.float32)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.2) if rng.random() < 0.8 else 0.02 * width)[
            ..., None
        ]
        front = crop_place(self.places, rng, height, width)
        canvas.picture = canvas.picture * (1 - mask) + front * mask
        canvas.alpha = canvas.alpha * (1 - mask)
        hidden = mask[..., 0] >= 0.5
        canvas.label[hidden] = 0
        canvas.instance[hidden] = 0
