"""Made plates with a known matte, foreground and screen, for the keyer's benchmark and tests.

A subject is painted in layers at three times its size: torso, neck, head, a mass of hair and
loose strands, so that edges, strands and gaps have exact coverage after averaging down.
Light is scene-linear until :func:`shoot` encodes it.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
SUPER = 3


@dataclasses.dataclass(frozen=True)
class Made:
    """A plate and the truth: image as shot (uint8 sRGB or float32 linear), alpha, foreground, screen.

    *light* is what the camera saw before its grain and its encoding.
    """

    name: str
    image: npt.NDArray[np.uint8] | Pixels
    alpha: Pixels
    foreground: Pixels
    screen: Pixels
    light: Pixels


class Painter:
    """Layers of coverage and colour, composited over nothing."""

    def __init__(self, height: int, width: int, seed: int) -> None:
        self.height, self.width = height * SUPER, width * SUPER
        self.random = np.random.default_rng(seed)
        self.colour = np.zeros((self.height, self.width, 3), np.float32)
        self.cover = np.zeros((self.height, self.width), np.float32)

    def noise(self, size: float) -> Pixels:
        """Smooth noise, about unit deviation, with blobs of *size* final pixels."""
        step = max(1, round(size * SUPER))
        low = self.random.standard_normal((self.height // step + 3, self.width // step + 3)).astype(
            np.float32
        )
        return cv2.resize(low, (self.width, self.height), interpolation=cv2.INTER_CUBIC)

    def layer(self, mask: Pixels, colour: Pixels) -> None:
        """Put *colour* over what is there, with coverage *mask*."""
        self.colour = self.colour * (1 - mask[..., None]) + colour * mask[..., None]
        self.cover = self.cover * (1 - mask) + mask

    def blob(self, cx: float, cy: float, rx: float, ry: float, wobble: float) -> Pixels:
        """A disc with an irregular outline; centre and radii are shares of the height."""
        angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
        wave = 1 + wobble * sum(
            self.random.normal() / k * np.cos(k * angle + self.random.uniform(0, 6.3)) for k in range(2, 9)
        )
        x = self.width / 2 + self.height * (cx + rx * wave * np.cos(angle))
        y = self.height * (cy + ry * wave * np.sin(angle))
        mask = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(mask, [np.stack([x, y], -1).round().astype(np.int32)], 255)
        return mask.astype(np.float32) / 255

    def strands(
        self, cx: float, cy: float, rx: float, ry: float, count: int, length: float, colour: Pixels
    ) -> None:
        """Loose hair: thin curves that start on an ellipse and fall outwards."""
        for _ in range(count):
            angle = self.random.uniform(-np.pi * 1.08, np.pi * 0.08)
            start = np.array([cx + rx * np.cos(angle), cy + ry * np.sin(angle)])
            turn = angle + self.random.normal() * 0.7
            points = [start]
            step = length * self.random.uniform(0.3, 1.0) / 12
            for _ in range(12):
                turn += self.random.normal() * 0.22 + 0.07 * np.sign(np.cos(angle))
                points.append(points[-1] + step * np.array([np.cos(turn), np.sin(turn)]))
            line = np.stack(points) * self.height
            line[:, 0] += self.width / 2
            mask = np.zeros((self.height, self.width), np.uint8)
            thick = int(self.random.integers(1, 5))
            cv2.polylines(mask, [line.round().astype(np.int32)], False, 255, thick)
            shade = np.float32(self.random.uniform(0.6, 1.5))
            y1, y2 = max(int(line[:, 1].min()) - 6, 0), int(line[:, 1].max()) + 7
            part = mask[y1:y2].astype(np.float32)[..., None] / 255
            self.colour[y1:y2] = self.colour[y1:y2] * (1 - part) + colour * shade * part
            self.cover[y1:y2] = np.maximum(self.cover[y1:y2], part[..., 0])

    def down(self) -> tuple[Pixels, Pixels]:
        """Alpha and unpremultiplied foreground at the final size."""
        size = (self.width // SUPER, self.height // SUPER)
        cover = cv2.resize(self.cover, size, interpolation=cv2.INTER_AREA)
        light = cv2.resize(self.colour * self.cover[..., None], size, interpolation=cv2.INTER_AREA)
        return cover, light


def _rgb(*values: float) -> Pixels:
    return np.array(values, np.float32)


SKINS = (_rgb(0.60, 0.36, 0.25), _rgb(0.33, 0.17, 0.10), _rgb(0.75, 0.50, 0.40), _rgb(0.14, 0.07, 0.045))
HAIRS = (_rgb(0.018, 0.012, 0.009), _rgb(0.55, 0.38, 0.18), _rgb(0.12, 0.05, 0.02), _rgb(0.5, 0.5, 0.5))


def subject(
    seed: int,
    height: int,
    width: int,
    *,
    size: float = 1.0,
    cloth: Pixels | None = None,
    hair: int | None = None,
) -> tuple[Pixels, Pixels]:
    """Alpha (H×W) and premultiplied light (H×W×3) of a made person."""
    paint = Painter(height, width, seed)
    random = paint.random
    skin = SKINS[seed % 4] * np.float32(random.uniform(0.8, 1.2))
    mane = HAIRS[(seed // 2) % 4 if hair is None else hair]
    shade = (1 + 0.25 * np.clip(paint.noise(90), -2, 2) + 0.04 * paint.noise(2))[..., None]
    if cloth is None:
        cloth = (
            _rgb(0.02, 0.02, 0.03),
            _rgb(0.35, 0.03, 0.03),
            _rgb(0.7, 0.7, 0.68),
            _rgb(0.05, 0.07, 0.25),
        )[int(random.integers(4))]
    stripes = (np.sin(np.mgrid[: paint.height, : paint.width][0] / (7.0 * SUPER) + paint.noise(60)) > 0.2)[
        ..., None
    ]
    garment = np.where(stripes, cloth, cloth * np.float32(0.55) + np.float32(0.02)) * shade
    paint.layer(paint.blob(0, 0.38, 0.30 * size, 0.33 * size, 0.0) * 1.0, mane * shade)
    paint.layer(paint.blob(0, 1.02, 0.46 * size, 0.38 * size, 0.05), np.maximum(garment, 0.002))
    paint.layer(paint.blob(0, 0.62, 0.09 * size, 0.13 * size, 0.02), skin * 0.7 * shade)
    paint.strands(0, 0.38, 0.28 * size, 0.31 * size, 260, 0.16 * size, mane)
    paint.layer(paint.blob(0, 0.44, 0.17 * size, 0.22 * size, 0.02), skin * shade)
    for side in (-1, 1):
        paint.layer(paint.blob(0.07 * side * size, 0.41, 0.025, 0.012, 0.0), _rgb(0.6, 0.6, 0.62) + 0 * shade)
    paint.layer(paint.blob(0.05, 0.33, 0.03, 0.02, 0.1), _rgb(1.6, 1.5, 1.4) + 0 * shade)
    return paint.down()


def wall(seed: int, height: int, width: int, colour: Pixels, uneven: float) -> Pixels:
    """A screen of *colour* whose light varies by the share *uneven*, with a slight seam."""
    random = np.random.default_rng(seed + 1000)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    y, x = y / height - 0.5, x / height - 0.5
    cx, cy = random.uniform(-0.6, 0.6), random.uniform(-0.5, 0.3)
    pool = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.35)
    light = 1 + uneven * (1.2 * pool - 0.5 + 0.25 * np.sin(2 * x + 3 * y))
    seam = 1 - 0.06 * uneven * (x > random.uniform(-0.5, 0.5))
    tint = colour[None, None] * (1 + 0.06 * uneven * np.stack([x, y, -x], -1))
    return np.asarray(tint * (light * seam)[..., None], np.float32)


def srgb(x: Pixels) -> Pixels:
    """IEC 61966-2-1, clipped to 0..1."""
    x = np.clip(x, 0, 1)
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * np.power(x, 1 / 2.4) - 0.055).astype(np.float32)


def shoot(light: Pixels, seed: int, grain: float, depth: str) -> npt.NDArray[np.uint8] | Pixels:
    """The camera: grain (photon and read noise), then ``float``, ``8bit`` or ``420`` (8 bit, JPEG, 4:2:0)."""
    random = np.random.default_rng(seed + 2000)
    spread = grain * np.sqrt(np.maximum(light, 0) * 0.5 + 0.01)
    noisy = light + spread * random.standard_normal(light.shape).astype(np.float32)
    if depth == "float":
        return np.asarray(noisy, np.float32)
    coded = (srgb(noisy) * 255 + 0.5).astype(np.uint8)
    if depth == "420":
        options = [cv2.IMWRITE_JPEG_QUALITY, 88]
        _, data = cv2.imencode(".jpg", coded[..., ::-1], options)
        coded = np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
    return coded


GREEN, BLUE = _rgb(0.06, 0.42, 0.09), _rgb(0.03, 0.09, 0.40)
TEAL, LIME = _rgb(0.02, 0.38, 0.26), _rgb(0.32, 0.52, 0.04)
DEEP = _rgb(0.012, 0.10, 0.022)
DARK, HOT = _rgb(0.004, 0.055, 0.007), _rgb(0.20, 0.95, 0.22)

KINDS: dict[str, dict[str, object]] = {
    "even": {"seed": 1},
    "uneven": {"seed": 2, "uneven": 0.8, "depth": "420"},
    "spill": {"seed": 3, "uneven": 0.3, "spill": 0.16, "depth": "8bit"},
    "grain": {"seed": 4, "grain": 0.05, "uneven": 0.3, "depth": "8bit"},
    "dark": {"seed": 5, "colour": DARK, "uneven": 0.4, "depth": "420", "hair": 1},
    "hot": {"seed": 6, "colour": HOT, "uneven": 0.2, "depth": "8bit"},
    "blue": {"seed": 7, "colour": BLUE, "uneven": 0.4, "depth": "420"},
    "teal": {"seed": 8, "colour": TEAL, "uneven": 0.3, "depth": "8bit"},
    "lime": {"seed": 9, "colour": LIME, "uneven": 0.3, "depth": "8bit"},
    "motion": {"seed": 10, "uneven": 0.3, "motion": 15, "depth": "420"},
    "defocus": {"seed": 11, "uneven": 0.3, "defocus": 3.0, "depth": "8bit"},
    "clash": {"seed": 12, "uneven": 0.3, "cloth": _rgb(0.05, 0.16, 0.11), "depth": "8bit"},
    "close": {"seed": 13, "uneven": 0.4, "size": 1.9, "depth": "420"},
    "veil": {"seed": 14, "uneven": 0.2, "veil": 0.55, "depth": "8bit"},
    "denim": {"seed": 15, "colour": BLUE, "uneven": 0.3, "cloth": _rgb(0.07, 0.11, 0.24), "depth": "8bit"},
    "blonde": {"seed": 16, "colour": DEEP, "uneven": 0.6, "hair": 1, "depth": "420"},
    "gloss": {"seed": 17, "uneven": 0.3, "hair": 0, "sheen": _rgb(0.22, 0.24, 0.23), "depth": "420"},
    "violet": {"seed": 18, "colour": BLUE, "uneven": 0.3, "rim": _rgb(0.45, 0.12, 0.80), "depth": "8bit"},
    "shadow": {"seed": 19, "uneven": 0.2, "shadow": 0.45, "depth": "8bit"},
    "markers": {"seed": 20, "uneven": 0.3, "markers": True, "depth": "420"},
    "over": {"seed": 21, "colour": _rgb(0.42, 1.35, 0.50), "uneven": 0.3, "depth": "8bit"},
    "under": {"seed": 22, "colour": _rgb(0.008, 0.03, 0.01), "uneven": 0.4, "grain": 0.02, "depth": "8bit"},
    "mirror": {"seed": 23, "uneven": 0.2, "spill": 0.10, "mirror": 0.75, "depth": "8bit"},
    "strands": {"seed": 24, "uneven": 0.2, "shadow": 0.4, "behind": True, "hair": 2, "depth": "8bit"},
    "touching": {"seed": 25, "uneven": 0.3, "markers": True, "touching": True, "depth": "8bit"},
}
"""The bench: what makes each plate hard."""


def _veiled(alpha: Pixels, light: Pixels, cover: float) -> tuple[Pixels, Pixels]:
    """Hang a thin cloth of even coverage beside the subject."""
    height, width = alpha.shape
    cloth = np.zeros_like(alpha)
    cv2.ellipse(
        cloth,
        (int(width * 0.74), int(height * 0.5)),
        (height // 6, height // 3),
        15,
        0,
        360,
        cover,
        -1,
        cv2.LINE_AA,
    )
    colour = _rgb(0.55, 0.5, 0.52)
    return cloth + alpha * (1 - cloth), cloth[..., None] * colour + light * (1 - cloth[..., None])


def _rimmed(alpha: Pixels, light: Pixels, colour: Pixels) -> Pixels:
    """A light from behind on the subject's outline."""
    sigma = alpha.shape[0] / 90
    inner = cv2.GaussianBlur(alpha, (0, 0), sigma)
    share = alpha * np.clip(1.8 * (1 - inner), 0, 1)
    return light + share[..., None] * colour


def _glossed(alpha: Pixels, light: Pixels, colour: Pixels) -> Pixels:
    """Bands of light of the room, some of it the screen's, on dark smooth hair."""
    height, width = alpha.shape
    y, x = np.mgrid[:height, :width].astype(np.float32) / height
    band = np.exp(-(((y - 0.17 - 0.10 * np.abs(x - width / height / 2) ** 2) / 0.035) ** 2))
    dull = light.max(2) < 0.06 * np.maximum(alpha, 0.05)
    return light + (alpha * band * dull * (y < 0.5))[..., None] * colour


def _mirrored(alpha: Pixels, light: Pixels, screen: Pixels, share: float) -> Pixels:
    """Buckles and glasses on the subject that show the screen in front of it."""
    height, width = alpha.shape
    mask = np.zeros_like(alpha)
    for x, y, size in ((0.42, 0.86, 0.03), (0.55, 0.90, 0.045), (0.50, 0.44, 0.02)):
        middle, axes = (int(width * x), int(height * y)), (int(height * size), int(height * size * 0.6))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, share, -1, cv2.LINE_AA)
    mask = (mask * alpha)[..., None]
    return light * (1 - mask) + mask * screen


def _shaded(screen: Pixels, share: float, behind: bool = False) -> Pixels:
    """A hard shadow of somebody beside the picture, with a little light from elsewhere in it.

    It may fall *behind* the subject's head as well, so that its rim runs through the hair.
    """
    height, width = screen.shape[:2]
    mask = np.zeros((height, width), np.float32)
    corners = np.array([[0.70, 0.30], [0.86, 0.22], [0.97, 0.45], [0.93, 1.0], [0.66, 1.0]])
    cv2.fillPoly(mask, [(corners * (width, height)).astype(np.int32)], 1.0, cv2.LINE_AA)
    cv2.ellipse(
        mask,
        (int(width * 0.17), int(height * 0.4)),
        (height // 7, height // 5),
        0,
        0,
        360,
        1.0,
        -1,
        cv2.LINE_AA,
    )
    if behind:
        middle, axes = (int(width * 0.42), int(height * 0.30)), (height // 3, height // 4)
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), height / 240)[..., None]
    return np.asarray(screen * (1 - mask * (1 - share)) + mask * np.float32(0.02 * screen.max()), np.float32)


def _marked(screen: Pixels, touching: bool = False) -> Pixels:
    """Crosses and dots of tape on the screen: another green, white, orange, black.

    Some may be partly hidden by the subject: *touching* it.
    """
    height, width = screen.shape[:2]
    tape = (_rgb(0.03, 0.16, 0.05), _rgb(0.6, 0.6, 0.58), _rgb(0.55, 0.16, 0.03), _rgb(0.02, 0.02, 0.02))
    arm, thick = max(2, height // 45), max(1, height // 120)
    out = screen.copy()
    places = [(x, y) for y in (0.12, 0.45, 0.8) for x in (0.06, 0.24, 0.77, 0.93)]
    if touching:
        places += [(0.34, 0.33), (0.50, 0.05), (0.66, 0.35), (0.30, 0.72), (0.70, 0.74)]
    for k, (x, y) in enumerate(places):
        mask = np.zeros((height, width), np.float32)
        px, py = int(width * x), int(height * y)
        if k % 3 == 2:
            cv2.circle(mask, (px, py), arm // 2 + 1, 1.0, -1, cv2.LINE_AA)
        else:
            cv2.line(mask, (px - arm, py), (px + arm, py), 1.0, thick, cv2.LINE_AA)
            cv2.line(mask, (px, py - arm), (px, py + arm), 1.0, thick, cv2.LINE_AA)
        out += mask[..., None] * (tape[k % 4] - out)
    return out


def again(made: Made, frame: int) -> Made:
    """Another *frame* of a clip that differs from *made* in grain alone."""
    kind = KINDS[made.name]
    grain, depth = float(str(kind.get("grain", 0.012))), str(kind.get("depth", "float"))
    return dataclasses.replace(
        made, image=shoot(made.light, int(str(kind["seed"])) + 7919 * frame, grain, depth)
    )


def make(name: str, height: int = 360, width: int = 640) -> Made:
    """One plate of the bench by name."""
    kind = dict(KINDS[name])
    seed = int(str(kind["seed"]))
    colour = np.asarray(kind.get("colour", GREEN), np.float32)
    cloth = kind.get("cloth")
    alpha, light = subject(
        seed, height, width, size=float(str(kind.get("size", 1.0))),
        cloth=None if cloth is None else np.asarray(cloth, np.float32),
        hair=int(str(kind["hair"])) if "hair" in kind else None,
    )  # fmt: skip
    if "veil" in kind:
        alpha, light = _veiled(alpha, light, float(str(kind["veil"])))
    if "motion" in kind:
        length = int(str(kind["motion"]))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, length // 3), (length - 1, length - length // 3), 1.0)
        kernel /= kernel.sum()
        alpha, light = cv2.filter2D(alpha, -1, kernel), cv2.filter2D(light, -1, kernel)
    if "defocus" in kind:
        sigma = float(str(kind["defocus"]))
        alpha, light = cv2.GaussianBlur(alpha, (0, 0), sigma), cv2.GaussianBlur(light, (0, 0), sigma)
    screen = wall(seed, height, width, colour, float(str(kind.get("uneven", 0.0))))
    if "shadow" in kind:
        screen = _shaded(screen, float(str(kind["shadow"])), "behind" in kind)
    if "markers" in kind:
        screen = _marked(screen, "touching" in kind)
    if "rim" in kind:
        light = _rimmed(alpha, light, np.asarray(kind["rim"], np.float32))
    if "sheen" in kind:
        light = _glossed(alpha, light, np.asarray(kind["sheen"], np.float32))
    if "mirror" in kind:
        light = _mirrored(alpha, light, screen, float(str(kind["mirror"])))
    foreground = light / np.maximum(alpha, 1e-4)[..., None]
    lit = light
    if "spill" in kind:
        near = cv2.GaussianBlur(1 - alpha, (0, 0), height / 14)
        share = np.float32(float(str(kind["spill"]))) * np.clip(near * 2 + 0.15, 0, 1)
        lit = light + (alpha * share)[..., None] * screen * (0.4 + foreground.mean(2, keepdims=True))
    shown = np.asarray(lit + (1 - alpha[..., None]) * screen, np.float32)
    return again(Made(name, shown, alpha, np.asarray(foreground, np.float32), screen, shown), 0)
