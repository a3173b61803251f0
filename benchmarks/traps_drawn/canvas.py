"""A picture while it is drawn: scene-linear light, what of it is screen, and whom it shows.

Places are shares of the width (x) and of the height (y); sizes of blobs are shares of the height.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Colour = Sequence[float] | Pixels
Point = tuple[float, float]

SPLITS = ("dev", "held")


@dataclasses.dataclass
class Camera:
    """What the camera adds: see `camera.shoot`."""

    blur: float = 0.55
    grain: float = 0.010
    quality: int = 0
    veil: float = 0.015
    exposure: float = 1.0
    tint: Colour = (1.0, 1.0, 1.0)
    vignette: float = 0.12


class Canvas:
    """What one picture is made of, and the chance that it is drawn with: its own.

    *cast* says who of the split's people comes first; nobody comes where it is *empty*.  *moved* is how far
    everybody has gone from where they stand: shares of the picture's width and height.
    """

    def __init__(self, split: str, kind: str, number: int, size: tuple[int, int]) -> None:
        self.split, self.number = SPLITS.index(split), number
        self.cast = len(kind) + 2 * number
        self.rng = np.random.default_rng([12, self.split, number, *kind.encode()])
        self.width, self.height = size
        self.light = np.zeros((self.height, self.width, 3), np.float32)
        self.screen = np.zeros((self.height, self.width), np.float32)
        self.alpha = np.zeros((self.height, self.width), np.float32)
        rows, columns = np.mgrid[: self.height, : self.width].astype(np.float32)
        self.x, self.y = (columns + 0.5) / self.width, (rows + 0.5) / self.height
        self.camera = Camera()
        self.empty = False
        self.moved: Point = (0.0, 0.0)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    def pick(self, dev: Sequence[Colour], held: Sequence[Colour]) -> Pixels:
        """The colour of this picture: the splits have colours of their own."""
        some = held if self.split else dev
        return np.array(some[self.number % len(some)], np.float32)

    def uniform(self, low: float, high: float) -> float:
        """A number between."""
        return float(self.rng.uniform(low, high))

    def noise(self, size: float, stretch: Point = (1.0, 1.0), octaves: int = 1) -> Pixels:
        """Smooth noise of about unit deviation; *stretch* makes its blobs wider and taller than *size*."""
        out = np.zeros((self.height, self.width), np.float32)
        weight, total = 1.0, 0.0
        for octave in range(octaves):
            step = size * self.height / 2**octave
            rows = max(1, round(self.height / max(1.0, step * stretch[1])))
            columns = max(1, round(self.width / max(1.0, step * stretch[0])))
            low = self.rng.standard_normal((rows + 3, columns + 3)).astype(np.float32)
            out += weight * self._grown(low, rows, columns)
            total += weight * weight
            weight *= 0.6
        return np.asarray(out * np.float32(1.25 / np.sqrt(total)), np.float32)

    def _grown(self, low: Pixels, rows: int, columns: int) -> Pixels:
        """*low* over the picture, at a random offset."""
        ry, rx = self.rng.uniform(0.5, 1.5, 2)
        move = np.array(
            [[columns / self.width, 0, rx], [0, rows / self.height, ry]],
            np.float32,
        )
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        size = (self.width, self.height)
        return np.asarray(cv2.warpAffine(low, move, size, flags=flags, borderMode=cv2.BORDER_REFLECT))

    # ------------------------------------------------------------ shapes

    def polygon(self, points: Sequence[Point]) -> Pixels:
        """Coverage of a polygon."""
        mask = np.zeros((self.height, self.width), np.uint8)
        corners = np.array(points, np.float64) * (self.width * 16, self.height * 16)
        cv2.fillPoly(mask, [corners.round().astype(np.int32)], 255, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def box(self, left: float, top: float, right: float, bottom: float) -> Pixels:
        """Coverage of an upright rectangle."""
        return self.polygon(((left, top), (right, top), (right, bottom), (left, bottom)))

    def disc(self, x: float, y: float, rx: float, ry: float = 0.0) -> Pixels:
        """Coverage of an ellipse; radii are shares of the height."""
        mask = np.zeros((self.height, self.width), np.uint8)
        centre = round(x * self.width * 16), round(y * self.height * 16)
        axes = round(rx * self.height * 16), round((ry or rx) * self.height * 16)
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def line(self, points: Sequence[Point], thick: float) -> Pixels:
        """Coverage of a line; *thick* is a share of the height."""
        mask = np.zeros((self.height, self.width), np.uint8)
        corners = (np.array(points, np.float64) * (self.width * 16, self.height * 16)).round()
        wide = max(1, round(thick * self.height))
        cv2.polylines(mask, [corners.astype(np.int32)], False, 255, wide, cv2.LINE_AA, 4)
        return mask.astype(np.float32) / 255

    def glow(self, x: float, y: float, radius: float) -> Pixels:
        """A soft pool of light, 1 in its middle; *radius* is a share of the height."""
        away = ((self.x - x) * self.aspect) ** 2 + (self.y - y) ** 2
        return np.exp(-away / np.float32(radius * radius)).astype(np.float32)

    def soft(self, mask: Pixels, sigma: float) -> Pixels:
        """*mask* blurred by a share of the height."""
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.3, sigma * self.height)), np.float32)

    # ------------------------------------------------------------ painting

    def fill(self, colour: Colour) -> None:
        """Paint everything."""
        self.light[:] = np.asarray(colour, np.float32)

    def put(self, mask: Pixels, colour: Colour, screen: bool = False) -> None:
        """Paint *colour* (one, or one a pixel) with coverage *mask*; what is no *screen* hides it."""
        left, top, wide, tall = cv2.boundingRect((mask > 0).view(np.uint8))
        at = np.s_[top : top + tall, left : left + wide]
        paint, cover = np.asarray(colour, np.float32), mask[at][..., None]
        paint = paint[at] if paint.ndim == 3 else paint
        self.light[at] = self.light[at] * (1 - cover) + paint * cover
        self.screen[at] = self.screen[at] * (1 - mask[at]) + (mask[at] if screen else 0)

    def shade(self, factor: Pixels) -> None:
        """Multiply the light."""
        self.light *= factor[..., None] if factor.ndim == 2 else factor

    def mirror(self) -> None:
        """Turn left and right."""
        self.light, self.screen, self.alpha = (
            np.ascontiguousarray(plane[:, ::-1]) for plane in (self.light, self.screen, self.alpha)
        )

    def tape(self, texture: Pixels, corners: Sequence[Point], level: float = 1.0) -> None:
        """Paint a flat *texture* (H×W×4: colour and coverage) onto a quadrangle, clockwise from top left."""
        tall, wide = texture.shape[:2]
        start = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
        end = np.array(corners, np.float32) * np.array([self.width, self.height], np.float32)
        matrix = cv2.getPerspectiveTransform(start, end)
        mixed = texture.copy()
        mixed[..., :3] *= mixed[..., 3:]
        shrunk = wide / max(1.0, float(np.linalg.norm(end[1] - end[0])))
        if shrunk > 1.2:
            mixed = cv2.GaussianBlur(mixed, (0, 0), 0.45 * shrunk)
        seen = cv2.warpPerspective(mixed, matrix, (self.width, self.height), flags=cv2.INTER_LINEAR)
        self.light = self.light * (1 - seen[..., 3:]) + seen[..., :3] * np.float32(level)
        self.screen = self.screen * (1 - seen[..., 3])


def fractal(rng: np.random.Generator, size: int, beta: float = 1.0) -> Pixels:
    """Tileable noise of unit deviation, size × size, whose amplitude falls with frequency to the *beta*."""
    rows = np.fft.fftfreq(size)[:, None]
    columns = np.fft.rfftfreq(size)[None]
    frequency = np.sqrt(rows**2 + columns**2)
    frequency[0, 0] = 1
    waves = np.fft.rfft2(rng.standard_normal((size, size))) / frequency**beta
    waves[0, 0] = 0
    field = np.fft.irfft2(waves, (size, size))
    return np.asarray(field / field.std(), np.float32)


def ground(canvas: Canvas, horizon: float, scale: float = 1.0) -> tuple[Pixels, Pixels, Pixels]:
    """A floor below *horizon*: how far right and how far away each pixel lies, and how much of it is floor.

    A camera at height 1 looks at it; distance is at most 60.
    """
    below = np.maximum(canvas.y - np.float32(horizon), 1e-3)
    away = np.minimum(np.float32(0.9 * scale) / below, 60.0)
    right = (canvas.x - 0.5) * canvas.aspect * away / np.float32(0.9)
    floor = np.clip((canvas.y - np.float32(horizon)) * canvas.height, 0, 1)
    return right.astype(np.float32), away.astype(np.float32), floor.astype(np.float32)


def sampled(texture: Pixels, right: Pixels, away: Pixels, repeats: float) -> Pixels:
    """A tileable *texture* on a floor; it fades where its grain is finer than the pixels."""
    size = texture.shape[0]
    wide = np.float32(size * repeats)
    # an integer tile, so that the picture is the same for each way of rounding in remap
    u, v = np.mod(right * wide, size - 1), np.mod(away * wide, size - 1)
    seen = cv2.remap(texture, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
    fade = np.clip(1.6 / (1 + 0.02 * wide * np.maximum(away - 1, 0) ** 1.4 / size * 8), 0, 1)
    return np.asarray(seen * fade, np.float32)
