"""Draw the people of the traps again, by their seeds: see the README beside this file.

    python benchmarks/traps_people/make.py --assets FOLDER --out FOLDER

It needs what `training` needs: its requirements, its assets, EGL.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

CHOSEN = {
    "full": (4, 34, 49, 55, 25, 57, 51, 35, 73, 58),
    "half": (9, 16, 61, 70, 13, 33),
}
"""Seeds that were chosen by eye, in the order of their files."""

CLOTHES = {1: ("upper_clothes", "coat", "dress"), 2: ("trousers", "skirt")}
Image = npt.NDArray[np.uint8]


def studio_light(rng: np.random.Generator) -> Any:
    """A key light from the front, a fill and a rim."""
    from training.people.render import Light

    level = rng.uniform(0.45, 0.7)
    ambient = np.zeros((9, 3))
    ambient[0], ambient[1], ambient[2] = level, level * 0.35, level * rng.normal(0, 0.15)
    key = [rng.choice([-1, 1]) * rng.uniform(0.4, 1.1), rng.uniform(0.5, 1.0), 1.0]
    fill = [rng.normal(0, 0.6), 0.3, 0.8]
    rim = [rng.choice([-1, 1]) * 0.9, 0.5, -0.8]
    towards = np.array([key, fill, rim])
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    strength = np.array([rng.uniform(0.9, 1.4), 0.25, 0.3])[:, None] * np.ones((1, 3))
    exposure = float(1.05 / (level + 0.5 * strength.sum(0).mean()))
    return Light(
        ambient.astype(np.float32), towards.astype(np.float32), strength.astype(np.float32), exposure
    )


def dress_code() -> None:
    """Keep `training`'s studio to plain clothes, empty hands, bare heads and usual poses, in larger tiles."""
    from training.people import person, studio, things, wardrobe

    kinds: Any = studio
    kinds.TILE = 640
    kinds.FRAMINGS.clear()
    kinds.FRAMINGS.update({"full": 0.5, "three-quarter": 0.12, "half": 0.25, "portrait": 0.13})
    kinds.draw_light = studio_light
    poses: Any = person
    poses.KINDS = ("stand", "walk", "run", "raise", "reach")
    poses.SHARES = (0.5, 0.25, 0.1, 0.05, 0.1)
    for name in wardrobe.OUTFITS:
        if name not in ("trousers", "shorts", "skirt", "dress"):
            wardrobe.OUTFITS[name] = 0.0
    dressing: Any = things.Dressing
    dressing.choose_hat = lambda self, costume: ""
    for name in ("mask", "scarf", "bag", "held", "jewellery"):
        setattr(dressing, name, lambda self: None)
    cloths: Any = wardrobe
    patterned = cloths.cloth
    cloths.cloth = lambda rng, plain=0.5: patterned(rng, 1.0)


def carried_on(rgb: Image, cover: Image) -> Image:
    """Colour carried on beyond the edge, so that JPEG and scaling mix no black into it."""
    alpha = cover.astype(np.float32) / 255
    mixed, weight = rgb.astype(np.float32) * alpha[..., None] ** 2, alpha**2
    out = np.full(rgb.shape, 110, np.float32)
    empty = np.ones(alpha.shape, np.bool_)
    for sigma in (1, 2, 4, 8, 16, 40):
        near, share = cv2.GaussianBlur(mixed, (0, 0), sigma), cv2.GaussianBlur(weight, (0, 0), sigma)
        reached = empty & (share > 0.02)
        out[reached] = near[reached] / share[reached][:, None]
        empty &= ~reached
    solid = np.clip(alpha * 8, 0, 1)[..., None]
    return np.clip(rgb * solid + out * (1 - solid), 0, 255).astype(np.uint8)


def write(path: Path, layer: Any) -> None:
    """One person as two files, with a margin at the top and the sides."""
    from anatomatte.parts import INDEX

    clothes = np.zeros(layer.label.shape, np.uint8)
    for value, parts in CLOTHES.items():
        clothes[np.isin(layer.label, [INDEX[name] for name in parts])] = value
    colour = carried_on(layer.rgb[..., ::-1], layer.cover)
    planes = np.dstack([layer.cover, clothes, np.zeros_like(clothes)])
    wider = cv2.copyMakeBorder(colour, 2, 0, 2, 2, cv2.BORDER_REPLICATE)
    cv2.imwrite(str(path.with_suffix(".jpg")), wider, [cv2.IMWRITE_JPEG_QUALITY, 90])
    wider = cv2.copyMakeBorder(planes, 2, 0, 2, 2, cv2.BORDER_CONSTANT)
    cv2.imwrite(str(path.with_suffix(".png")), wider, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def main() -> None:
    """Draw all of them."""
    options = argparse.ArgumentParser(description="Draw the people of the traps.")
    options.add_argument("--assets", type=Path, required=True)
    options.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    args = options.parse_args()
    from training.people.studio import Studio

    dress_code()
    studio = Studio(args.assets, np.random.default_rng(0), 5, True)
    for kind, seeds in CHOSEN.items():
        for k, seed in enumerate(seeds):
            rng = np.random.default_rng([2026, seed])
            studio.rng = rng
            studio.renderer.new_textures(rng)
            write(args.out / f"{kind}{k}", studio.draw().layer)


if __name__ == "__main__":
    main()
