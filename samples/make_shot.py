"""Draw the sample shot: an actor before an uneven green screen, scene-linear half-float EXR.

Everything in the pictures is made by the code in this folder; the same seed gives the same shot::

    python samples/make_shot.py [--out samples/shot] [--frames 12]

Beside the plates it writes ``clean.exr``, the screen alone, and ``truth.1001.png``, the true alpha of
the first frame.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import OpenImageIO as oiio
from draw import hair, light
from draw.fields import vec
from draw.figure import pose

WIDTH, HEIGHT, FIRST = 640, 360, 1001
SAMPLES, SHUTTER, SEED = 12, 0.5, 20
Image = npt.NDArray[np.float32]


def screen(rng: np.random.Generator) -> Image:
    """The backing: two lamps of unequal strength, folds and a seam."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    u, v = x / WIDTH, y / HEIGHT
    lamps = 0.62 + 0.55 * np.exp(-(((u - 0.24) / 0.33) ** 2) - ((v - 0.30) / 0.5) ** 2)
    lamps += 0.30 * np.exp(-(((u - 0.86) / 0.26) ** 2) - ((v - 0.42) / 0.55) ** 2) - 0.22 * v**2
    folds = sum(
        a * np.sin(f * u * 6.28 + p + 1.6 * np.sin(2.2 * v + q))
        for a, f, p, q in ((0.030, 5, 0.3, 1.0), (0.022, 11, 2.0, 0.2), (0.012, 23, 4.4, 2.2))
    )
    seam = 0.10 * np.exp(-(((u - 0.785 - 0.004 * np.sin(9 * v)) * WIDTH / 1.4) ** 2))
    level = lamps * (1.0 + folds - seam)
    warm = np.stack([1.0 + 0.22 * (u - 0.5), np.ones_like(u), 1.0 - 0.30 * (u - 0.5)], axis=-1)
    backing = (light.SCREEN * level[..., None] * warm).astype(np.float32)
    return backing + 0.002 * rng.random((HEIGHT, WIDTH, 1), np.float32)


def actor(t: float, strands: hair.Hair, rng: np.random.Generator) -> tuple[Image, Image]:
    """Premultiplied colour and alpha at a moment: several sharp pictures through the open shutter."""
    camera = light.Camera(WIDTH, HEIGHT)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    total = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    for i in range(SAMPLES):
        when = t + SHUTTER * (i / SAMPLES - 0.5)
        shift = tuple((np.array([i * 0.7549, i * 0.5698]) + rng.random(2) * 0.1) % 1.0)
        total += _moment(when, strands, camera, rows, columns, shift)
    total /= SAMPLES
    return total[..., :3], total[..., 3:]


def _moment(when, strands, camera, rows, columns, shift) -> Image:
    at = pose(when)
    inside = (columns > 0.22 * WIDTH) & (columns < 0.76 * WIDTH)
    x, y = columns[inside] + shift[0], rows[inside] + shift[1]
    rays = camera.rays(x.astype(np.float32), y.astype(np.float32))
    reach = light.march(rays, at)
    hit = np.isfinite(reach)
    points = light.EYE_POINT + rays[hit] * reach[hit, None]
    picture = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    depth = np.full((HEIGHT, WIDTH), -np.inf, np.float32)
    where = tuple(axis[hit] for axis in np.nonzero(inside))
    picture[where] = np.concatenate([light.shade(points, rays[hit], at), np.ones((len(points), 1))], axis=1)
    depth[where] = points[:, 2]
    colour, cover = hair.draw(strands, when, camera, depth, shift)
    picture *= 1 - cover[..., None]
    picture[..., :3] += colour
    picture[..., 3] += cover
    return picture


def shadow(alpha: Image) -> Image:
    """The actor's soft shadow on the screen, to the right of the key light."""
    moved = cv2.warpAffine(alpha, np.float32([[1.04, 0, 34], [0, 1.04, 14]]), (WIDTH, HEIGHT))
    return 1.0 - 0.30 * cv2.GaussianBlur(moved, (0, 0), 17)[..., None]


def photographed(linear: Image, rng: np.random.Generator) -> Image:
    """Lens and sensor: a soft point, a little veil, and grain that grows with light."""
    soft = cv2.GaussianBlur(linear, (0, 0), 0.55)
    veil = cv2.GaussianBlur(linear, (0, 0), 40)
    soft = 0.975 * soft + 0.025 * veil
    noise = rng.normal(size=linear.shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.5) * 1.9
    sigma = np.sqrt(6e-6 + 1.1e-4 * np.maximum(soft, 0)) * vec(1.1, 0.85, 1.35)
    return soft + noise * sigma


def write(path: Path, pixels: Image, kind: str, **facts: object) -> None:
    spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], kind)
    for name, value in facts.items():
        spec.attribute(name.replace("_", ":"), *(value if isinstance(value, tuple) else (value,)))
    sink = oiio.ImageOutput.create(str(path))
    if not sink.open(str(path), spec) or not sink.write_image(pixels) or not sink.close():
        raise OSError(sink.geterror())


def timecode(frame: int) -> tuple[int, int]:
    """SMPTE time code of a frame since 10:00:00:00 at 24, as two words of binary-coded digits."""
    seconds, frames = divmod(frame - FIRST, 24)
    return (
        (0x10 << 24) | ((seconds // 10) << 12) | ((seconds % 10) << 8) | ((frames // 10) << 4) | frames % 10,
        0,
    )


def main() -> None:
    options = argparse.ArgumentParser(description="Draw the sample shot.")
    options.add_argument("--out", type=Path, default=Path(__file__).parent / "shot")
    options.add_argument("--frames", type=int, default=12)
    options.add_argument("--only", type=int, nargs="*", help="draw only these frames")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    strands = hair.grow(SEED)
    backing = screen(np.random.default_rng(SEED))
    facts = {"compression": "dwaa:140", "FramesPerSecond": ("rational", (24, 1))}
    write(chosen.out / "clean.exr", photographed(backing, np.random.default_rng(SEED + 1)), "half", **facts)
    for frame in chosen.only or range(FIRST, FIRST + chosen.frames):
        rng = np.random.default_rng([SEED, frame])
        colour, alpha = actor(frame - FIRST, strands, rng)
        plate = photographed(colour + (1 - alpha) * backing * shadow(alpha[..., 0]), rng)
        stamp = {"smpte_TimeCode": ("timecode", timecode(frame))}
        write(chosen.out / f"plate.{frame}.exr", plate, "half", **facts, **stamp)
        if frame == FIRST:
            soft = cv2.GaussianBlur(alpha[..., 0], (0, 0), 0.55)
            write(chosen.out / f"truth.{frame}.png", soft[..., None], "uint8")
        print(f"plate.{frame}.exr", flush=True)


if __name__ == "__main__":
    main()
