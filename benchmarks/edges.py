"""Made plates of the screen's light in soft edges, of clothes of its hue, and of veils in front of it.

    python benchmarks/edges.py [--json] [--size 640x360] [--plates frizz,shirt,…]

    green_excess    share of the subject's pixels (alpha > 0.05) × 1000 whose foreground stands above the
                    other channels in the screen's by more than 3 % of itself, where the true one does not
    kept            share of the colour of clothes that have the screen's hue which is left of them, in 0..1
                    (solid pixels; 1 is the truth)
    rim             mean |alpha − truth| × 1000 in the edge band of those clothes
    veil_mad        mean |alpha − truth| × 1000 inside a veil (true alpha 0.05 to 0.5 of its layer)
    veil_left       mean alpha × 1000 on bare screen of the same plate

Lower is better but for *kept*.  The screen's channel is measured along its own axis, so that a teal screen
counts in both of its channels.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import plates
from plates import BLUE, DARK, DEEP, GREEN, TEAL, Made, Painter, Pixels, shoot, wall


def rgb(*values: float) -> Pixels:
    return np.array(values, np.float32)


SHIRT, TEE = rgb(0.012, 0.19, 0.075), rgb(0.05, 0.16, 0.11)
JEANS = rgb(0.06, 0.10, 0.26)

KINDS: dict[str, dict[str, object]] = {
    "frizz": {"seed": 31, "colour": DARK, "hair": rgb(0.02, 0.012, 0.008), "loose": 900},
    "frizz_blue": {"seed": 32, "colour": BLUE, "hair": rgb(0.03, 0.02, 0.012), "loose": 900},
    "frizz_teal": {"seed": 33, "colour": TEAL, "hair": rgb(0.10, 0.05, 0.02), "loose": 700},
    "blond": {"seed": 34, "hair": rgb(0.5, 0.33, 0.15), "loose": 500, "cloth": SHIRT},
    "shirt": {"seed": 35, "hair": rgb(0.06, 0.03, 0.015), "loose": 500, "cloth": TEE},
    "white": {"seed": 36, "hair": rgb(0.6, 0.6, 0.62), "loose": 500, "spill": 0.2},
    "wool": {"seed": 37, "hair": rgb(0.03, 0.02, 0.015), "cloth": rgb(0.03, 0.028, 0.026), "spill": 0.45},
    "wave": {"seed": 38, "hair": rgb(0.03, 0.02, 0.015), "motion": 41},
    "wave_shirt": {"seed": 39, "hair": rgb(0.08, 0.04, 0.02), "motion": 31, "cloth": SHIRT},
    "jeans": {"seed": 40, "colour": BLUE, "hair": rgb(0.04, 0.02, 0.01), "loose": 500, "cloth": JEANS},
    "deep": {"seed": 41, "colour": DEEP, "hair": rgb(0.004, 0.003, 0.003), "loose": 1200, "spill": 0.2},
    "veil": {"seed": 51, "veil": rgb(0.6, 0.58, 0.56), "cover": 0.30, "blur": 0.02},
    "veil_soft": {"seed": 52, "veil": rgb(0.5, 0.5, 0.5), "cover": 0.45, "blur": 0.12},
    "veil_thin": {"seed": 53, "veil": rgb(0.45, 0.45, 0.47), "cover": 0.20, "blur": 0.08},
    "veil_dark": {"seed": 54, "veil": rgb(0.07, 0.07, 0.075), "cover": 0.40, "blur": 0.01},
    "veil_dull": {"seed": 55, "veil": rgb(0.2, 0.2, 0.2), "cover": 0.40, "blur": 0.08},
    "veil_blue": {"seed": 56, "colour": BLUE, "veil": rgb(0.4, 0.4, 0.4), "cover": 0.35, "blur": 0.06},
    "veil_teal": {"seed": 57, "colour": TEAL, "veil": rgb(0.3, 0.3, 0.28), "cover": 0.30, "blur": 0.04},
    "veil_wide": {"seed": 58, "veil": rgb(0.5, 0.48, 0.5), "cover": 0.35, "blur": 0.03, "wide": 0.25},
}


def _person(kind: dict[str, object], seed: int, height: int, width: int) -> tuple[Pixels, Pixels]:
    """Alpha and premultiplied light: a head of loose hair over a torso, a lifted hand."""
    paint = Painter(height, width, seed)
    skin = plates.SKINS[seed % 3] * np.float32(paint.random.uniform(0.8, 1.1))
    mane, cloth = (np.asarray(kind.get(k, rgb(0.3, 0.05, 0.05)), np.float32) for k in ("hair", "cloth"))
    shade = (1 + 0.25 * np.clip(paint.noise(90), -2, 2) + 0.04 * paint.noise(2))[..., None]
    folds = (1 + 0.3 * np.sin(paint.noise(40) * 2.5))[..., None]
    paint.layer(paint.blob(0, 0.40, 0.22, 0.27, 0.03), mane * shade)
    paint.layer(paint.blob(0, 1.05, 0.46, 0.44, 0.05), np.maximum(cloth * shade * folds, 0.002))
    paint.layer(paint.blob(0, 0.66, 0.08, 0.12, 0.02), skin * 0.7 * shade)
    loose = int(str(kind.get("loose", 150)))
    paint.strands(0, 0.42, 0.19, 0.24, loose, 0.24, mane)
    paint.strands(0, 0.52, 0.20, 0.22, loose // 3, 0.20, mane)
    paint.layer(paint.blob(0, 0.44, 0.14, 0.19, 0.02), skin * shade)
    paint.layer(paint.blob(0.52, 0.62, 0.05, 0.16, 0.02), skin * shade)
    paint.layer(paint.blob(0.54, 0.44, 0.075, 0.085, 0.10), skin * shade)
    return paint.down()


def veil_of(kind: dict[str, object], seed: int, height: int, width: int) -> Pixels:
    """Coverage of a veil, smooth, uneven and with a border of the asked softness, H×W."""
    random = np.random.default_rng(seed + 4000)
    share = float(str(kind.get("wide", 0.15)))
    low = random.standard_normal((5, 8)).astype(np.float32)
    drift = cv2.resize(low, (width, height), interpolation=cv2.INTER_CUBIC)
    radius = float(np.sqrt(share * height * width / np.pi))
    mask = np.zeros((height, width), np.float32)
    middle = (int(width * (0.5 + 0.24 * (-1) ** seed)), int(height * 0.45))
    axes = (int(radius * 0.85), int(radius * 1.18))
    cv2.ellipse(mask, middle, axes, 20, 0, 360, 1.0, -1, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), height * float(str(kind["blur"])))
    return np.asarray(mask * float(str(kind["cover"])) * np.clip(1 + 0.2 * drift, 0.5, 1.3), np.float32)


def make(name: str, height: int = 360, width: int = 640) -> tuple[Made, Pixels]:
    """One plate by name, and the coverage of its veil (0 where there is none), H×W."""
    kind = KINDS[name]
    seed = int(str(kind["seed"]))
    alpha, light = _person(kind, seed, height, width)
    if "motion" in kind:
        kernel = np.zeros((int(str(kind["motion"])),) * 2, np.float32)
        kernel[len(kernel) // 2] = 1 / len(kernel)
        alpha, light = cv2.filter2D(alpha, -1, kernel), cv2.filter2D(light, -1, kernel)
    screen = wall(seed, height, width, np.asarray(kind.get("colour", GREEN), np.float32), 0.35)
    foreground = np.asarray(light / np.maximum(alpha, 1e-4)[..., None], np.float32)
    if "spill" in kind:
        near = cv2.GaussianBlur(1 - alpha, (0, 0), height / 14)
        share = np.float32(float(str(kind["spill"]))) * np.clip(near * 2 + 0.15, 0, 1)
        light = light + (alpha * share)[..., None] * screen * (0.3 + foreground.mean(2, keepdims=True))
    cover = np.zeros_like(alpha)
    if "veil" in kind:
        cover = veil_of(kind, seed, height, width)
        light = cover[..., None] * np.asarray(kind["veil"], np.float32) + light * (1 - cover[..., None])
        alpha = cover + alpha * (1 - cover)
        foreground = np.asarray(light / np.maximum(alpha, 1e-4)[..., None], np.float32)
    shown = np.asarray(light + (1 - alpha[..., None]) * screen, np.float32)
    made = Made(name, shoot(shown, seed, 0.012, "8bit"), alpha, foreground, screen, shown)
    return made, cover


def excess(foreground: Pixels, screen: Pixels) -> Pixels:
    """How far the screen's channel stands above the others, as a share of itself; H×W, negative below."""
    from anatomatte.keyer.axis import axis_of

    axis = axis_of(np.asarray(screen.mean((0, 1)), np.float32))
    return np.asarray(axis.key(foreground, 1.0) / np.maximum(foreground[..., axis.high], 1e-4), np.float32)


def scores(made: Made, cover: Pixels, alpha: Pixels, foreground: Pixels) -> dict[str, float]:
    """The measures that this plate can give."""
    truth = made.alpha
    true, got = (excess(f, made.screen) for f in (made.foreground, foreground))
    subject = truth > 0.05
    own = (true > 0.1) & subject
    found = {"green_excess": float(((got > 0.03) & (true <= 0.0) & subject).sum() / subject.sum() * 1000)}
    solid = own & (truth > 0.98)
    if solid.sum() > 200:
        found["kept"] = float(np.clip(got[solid] / true[solid], 0, 1).mean())
        wide = cv2.dilate(own.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        band = wide & (cv2.dilate((truth < 0.5).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0)
        found["rim"] = float(np.abs(alpha - truth)[band].mean() * 1000)
    if cover.max() > 0:
        veil = (cover > 0.05) & (truth < 0.5)
        found["veil_mad"] = float(np.abs(alpha - truth)[veil].mean() * 1000)
        found["veil_left"] = float(alpha[truth < 0.002].mean() * 1000)
    return found


def main(argv: list[str] | None = None) -> int:
    """Measure from defaults; a table or one JSON object of means."""
    import anatomatte

    parser = argparse.ArgumentParser(description="Screen light in soft edges, and veils")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--plates", default=",".join(KINDS))
    asked = parser.parse_args(argv)
    width, height = (int(v) for v in asked.size.split("x"))
    rows: dict[str, list[float]] = {}
    for name in asked.plates.split(","):
        made, cover = make(name, height, width)
        mattes = anatomatte.matte(made.image, output_colour="linear")
        found = scores(made, cover, mattes.alpha, mattes.foreground)
        for measure, value in found.items():
            rows.setdefault(measure, []).append(value)
        if not asked.json:
            print(f"{name:11}", "  ".join(f"{k} {v:8.3f}" for k, v in found.items()), flush=True)
    means = {name: round(float(np.mean(values)), 4) for name, values in rows.items()}
    print(json.dumps(means) if asked.json else f"{'mean':11} {means}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
