"""How good is the key?  Made plates with the truth known, beside a plain key and a closed form.

    python benchmarks/keyer.py [--json] [--plates even,dark,…] [--closed-form] [--clip] [--time]
        [--size 640x360]

Everything is measured in the edge band of the true matte (trimap of Rhemann et al., CVPR 2009:
soft pixels, widened by 1 % of the diagonal) unless it says otherwise.  Lower is better.

    alpha_mad_band      mean |alpha − truth| × 1000
    alpha_sad           sum |alpha − truth| / 1000 over the picture
    grad, conn          Rhemann 2009, / 1000
    composite_de        mean CIEDE2000 of the composite over grey, a checker and a saturated red and blue
    edge_screen_hue     mean excess of the screen's hue in the foreground colour of the band × 1000
    holes               mean missing coverage in sure foreground × 1000
    left                mean coverage left in sure screen × 1000

With --clip: clip_dtssd, how much the matte's edge flickers over twelve frames that differ in grain
alone (root mean square of its change from frame to frame in the band, × 1000; the truth has none).
With --time: one 1920×1080 frame, keyer alone, median of five: keyer_hd_s from nothing, keyer_tweak_ratio
a change of the Matte page as a share of that, keyer_hd_cpu_s the processor's seconds over all threads.

The plain key is a colour difference against one picked screen colour with an average despill.
The closed form (Levin et al., PAMI 2008, by pymatting) gets the true trimap and estimates the
foreground by multi-level (Germer et al. 2020); it runs only when asked, it is slow.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))
import plates

Pixels = npt.NDArray[np.float32]
Keyed = tuple[Pixels, Pixels]


def linear(image: npt.NDArray[np.uint8] | Pixels) -> Pixels:
    """Scene-linear light of a plate: uint8 is sRGB."""
    if image.dtype != np.uint8:
        return np.asarray(image, np.float32)
    v = image.astype(np.float32) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


# ---------------------------------------------------------------- measures


def trimap(alpha: Pixels) -> Pixels:
    """1 sure subject, 0 sure screen, 0.5 the edge band."""
    radius = max(3, round(0.01 * float(np.hypot(*alpha.shape))))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    out = np.full(alpha.shape, 0.5, np.float32)
    out[cv2.erode((alpha >= 0.98).astype(np.uint8), disc) > 0] = 1
    out[cv2.erode((alpha <= 0.02).astype(np.uint8), disc) > 0] = 0
    return out


def lab(light: Pixels) -> npt.NDArray[np.float64]:
    """CIE Lab (D65) of linear sRGB light, clipped to the display."""
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = np.clip(light, 0, 1).astype(np.float64) @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def ciede2000(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """CIE 142-2001, kL = kC = kH = 1."""
    l1, a1, b1 = np.moveaxis(one, -1, 0)
    l2, a2, b2 = np.moveaxis(two, -1, 0)
    mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - np.sqrt(mean7 / (mean7 + 25.0**7)))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1 = np.degrees(np.arctan2(b1, a1 * stretch)) % 360
    h2 = np.degrees(np.arctan2(b2, a2 * stretch)) % 360
    dh = (h2 - h1 + 180) % 360 - 180
    dh = np.where(c1 * c2 == 0, 0, dh)
    big_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2))
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = np.where(c1 * c2 == 0, h1 + h2, (h1 + dh / 2) % 360)
    t = (
        1 - 0.17 * np.cos(np.radians(mh - 30)) + 0.24 * np.cos(np.radians(2 * mh))
        + 0.32 * np.cos(np.radians(3 * mh + 6)) - 0.20 * np.cos(np.radians(4 * mh - 63))
    )  # fmt: skip
    sl = 1 + 0.015 * (ml - 50) ** 2 / np.sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    turn = 2 * np.sqrt(mc**7 / (mc**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((mh - 275) / 25) ** 2))))
    dl, dc, dhh = (l2 - l1) / sl, (c2 - c1) / sc, big_h / sh
    return np.sqrt(np.maximum(dl**2 + dc**2 + dhh**2 - turn * dc * dhh, 0))


def backgrounds(height: int, width: int) -> list[Pixels]:
    """Linear grey, checker, saturated red and saturated blue."""
    y, x = np.mgrid[:height, :width]
    checker = np.where(((y // 12 + x // 12) % 2 == 0)[..., None], np.float32(0.6), np.float32(0.05))
    flat = [
        np.full((height, width, 3), c, np.float32) for c in ((0.2,) * 3, (0.6, 0.02, 0.02), (0.02, 0.04, 0.6))
    ]
    return [np.repeat(checker, 3, 2).astype(np.float32), *flat]


def _gradient(alpha: Pixels) -> npt.NDArray[np.float64]:
    half = 4
    x = np.arange(-half, half + 1)
    g = np.exp(-(x**2) / (2 * 1.4**2)) / (1.4 * np.sqrt(2 * np.pi))
    kernel = np.outer(g, -x * g / 1.4**2)
    kernel /= np.sqrt((kernel**2).sum())
    wide = alpha.astype(np.float64)
    border = cv2.BORDER_REPLICATE
    return np.hypot(
        cv2.filter2D(wide, -1, kernel, borderType=border), cv2.filter2D(wide, -1, kernel.T, borderType=border)
    )


def _connectivity(alpha: Pixels, truth: Pixels) -> float:
    level = -np.ones_like(truth)
    steps = np.arange(0, 1.1, 0.1)
    for low, high in itertools.pairwise(steps):
        both = ((truth >= high) & (alpha >= high)).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=4)
        omega = np.zeros(truth.shape, bool)
        if count > 1:
            omega = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        level[(level == -1) & ~omega] = low
    level[level == -1] = 1
    da, dt = alpha - level, truth - level
    return float(np.abs((1 - da * (da >= 0.15)) - (1 - dt * (dt >= 0.15))).sum() / 1000)


def scores(made: plates.Made, keyed: Keyed) -> dict[str, float]:
    """All measures of one key (alpha, linear unpremultiplied foreground) of one plate."""
    alpha, foreground = keyed
    truth, known = made.alpha, trimap(made.alpha)
    band = known == 0.5
    wrong = np.abs(alpha - truth)
    colour = []
    for back in backgrounds(*truth.shape):
        right = truth[..., None] * made.foreground + (1 - truth[..., None]) * back
        got = alpha[..., None] * foreground + (1 - alpha[..., None]) * back
        colour.append(float(ciede2000(lab(right[band]), lab(got[band])).mean()))
    axis = made.screen.mean((0, 1)) - made.screen.mean((0, 1)).min()
    axis /= axis.max()
    axis = axis - axis.mean()
    excess = np.maximum(((foreground - made.foreground) * axis).sum(-1), 0) * truth
    return {
        "alpha_mad_band": float(wrong[band].mean() * 1000),
        "alpha_sad": float(wrong.sum() / 1000),
        "grad": float(((_gradient(alpha) - _gradient(truth)) ** 2).sum() / 1000),
        "conn": _connectivity(alpha, truth),
        "composite_de": float(np.mean(colour)),
        "edge_screen_hue": float(excess[band].sum() / truth[band].sum() * 1000),
        "holes": float((1 - alpha)[known == 1].mean() * 1000),
        "left": float(alpha[known == 0].mean() * 1000) if (known == 0).any() else 0.0,
    }


# ---------------------------------------------------------------- keyers


def ours(made: plates.Made) -> Keyed:
    """Anatomatte from its defaults."""
    import anatomatte

    mattes = anatomatte.matte(made.image, output_colour="linear")
    return mattes.alpha, mattes.foreground


def plain(made: plates.Made) -> Keyed:
    """Colour difference against one picked colour, average despill."""
    light = linear(made.image)
    sure = trimap(made.alpha) == 0
    screen = np.median(light[sure], 0)
    high = int(np.argmax(screen))
    rest = [c for c in range(3) if c != high]
    span = screen[high] - screen[rest].max()
    alpha = np.clip(1 - (light[..., high] - light[..., rest].max(-1)) / span, 0, 1).astype(np.float32)
    foreground = light.copy()
    foreground[..., high] = np.minimum(foreground[..., high], foreground[..., rest].mean(-1))
    return alpha, foreground


def closed_form(made: plates.Made) -> Keyed:
    """Closed-form matting with the true trimap."""
    from pymatting import estimate_alpha_cf, estimate_foreground_ml

    light = linear(made.image).astype(np.float64)
    alpha = estimate_alpha_cf(light, trimap(made.alpha).astype(np.float64))
    foreground = estimate_foreground_ml(light, alpha)
    return alpha.astype(np.float32), foreground.astype(np.float32)


# ---------------------------------------------------------------- clips and seconds


def flicker(keyer: Callable[[plates.Made], Keyed], made: plates.Made) -> float:
    """dtSSD (Erofeev et al., BMVC 2015) of a clip in which nothing but the grain moves, × 1000."""
    alphas = [keyer(plates.again(made, frame))[0] for frame in range(12)]
    band = trimap(made.alpha) == 0.5
    squares = [np.square(two - one)[band].mean() for one, two in itertools.pairwise(alphas)]
    return float(np.sqrt(np.mean(squares)) * 1000)


def seconds(threads: int | None = None) -> dict[str, float]:
    """What one HD frame takes with the keyer alone."""
    from anatomatte.cache import memo
    from anatomatte.engine import Work, key_frame
    from anatomatte.frame import Frame
    from anatomatte.ops.strips import granted
    from anatomatte.settings import Settings

    clips = {"Source": Frame(linear(plates.make("uneven", 1080, 1920).image), (0, 0, 1920, 1080))}
    job, walls, works, tweaks = Work(threads=threads or granted()), [], [], []
    for turn in range(6):
        memo.purge()
        wall, work = time.perf_counter(), time.process_time()
        key_frame(clips, Settings(subject="off"), job)
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - work)
        wall = time.perf_counter()
        key_frame(clips, Settings(subject="off", erode=0.1 * (turn + 1)), job)
        tweaks.append((time.perf_counter() - wall) / walls[-1])
    found = {"keyer_hd_s": walls, "keyer_hd_cpu_s": works, "keyer_tweak_ratio": tweaks}
    return {name: float(np.median(values[1:])) for name, values in found.items()}


def _average(rows: Iterable[dict[str, float]]) -> dict[str, float]:
    rows = list(rows)
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table or one JSON object."""
    parser = argparse.ArgumentParser(description="How good is the key?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plates", default=",".join(plates.KINDS))
    parser.add_argument("--closed-form", action="store_true")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--clip", action="store_true", help="measure flicker as well")
    parser.add_argument("--time", action="store_true", help="measure seconds as well")
    asked = parser.parse_args(argv)
    width, height = (int(v) for v in asked.size.split("x"))
    keyers: dict[str, Callable[[plates.Made], Keyed]] = {"": ours, "plain_": plain}
    if asked.closed_form:
        keyers["closed_form_"] = closed_form
    rows: dict[str, list[dict[str, float]]] = {prefix: [] for prefix in keyers}
    shown = [
        "alpha_mad_band",
        "composite_de",
        "edge_screen_hue",
        "holes",
        "left",
        *["clip_dtssd"] * asked.clip,
    ]
    for name in asked.plates.split(","):
        made = plates.make(name, height, width)
        for prefix, keyer in keyers.items():
            began = time.perf_counter()
            rows[prefix].append(scores(made, keyer(made)))
            if asked.clip:
                rows[prefix][-1]["clip_dtssd"] = flicker(keyer, made)
            if not asked.json:
                line = "  ".join(f"{rows[prefix][-1][measure]:8.2f}" for measure in shown)
                print(f"{name:10} {prefix or 'ours':14} {line}  {time.perf_counter() - began:6.2f} s")
    means = {prefix: _average(found) for prefix, found in rows.items()}
    timed = seconds() if asked.time else {}
    if asked.json:
        found = {prefix + k: v for prefix, row in means.items() for k, v in row.items()} | timed
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))
    else:
        print(f"{'mean':25} " + "  ".join(f"{m:>8.8}" for m in shown))
        for prefix, row in means.items():
            print(f"{prefix or 'ours':25} " + "  ".join(f"{row[m]:8.2f}" for m in shown))
        for name, value in timed.items():
            print(f"{name:25} {value:8.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
