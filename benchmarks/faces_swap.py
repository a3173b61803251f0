"""How well a face is replaced: borders, geometry, colour and light beside a truth, jitter, and the cost.

    python benchmarks/faces_swap.py [--json] [--only border,truth,jitter,cost]

The people are those of `traps_people`, which were drawn. The truth of a replacement is a person whose face
was painted over, in the plate's own geometry and under the plate's own light; the source is the same painted
person, turned, smaller and in flat light. `warp_alone` is the same without relight and texture.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte import engine
from anatomatte.cache import memo
from anatomatte.engine import replacing
from anatomatte.engine.mattes import Mattes
from anatomatte.frame import Frame
from anatomatte.ops import colour
from anatomatte.settings import Settings

PEOPLE = Path(__file__).resolve().parent / "traps_people"
ANNA, BERT = PEOPLE / "half2.jpg", PEOPLE / "half1.jpg"
NOTE = {"consent_who": "drawn people", "consent_what": "a benchmark", "consent_when": "2026-11-29"}
FRAMES = 9
Light = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]


def light_of(path: Path) -> Light:
    """A drawn person in linear light, and room around her."""
    found = cv2.imread(str(path))
    assert found is not None
    return colour.srgb_decode(found[..., ::-1].astype(np.float32) / np.float32(255))


def stored(light: Light, path: Path) -> Path:
    """A picture of 16 bits sRGB."""
    shown = np.clip(colour.srgb_encode(np.maximum(light, 0)), 0, 1)
    cv2.imwrite(str(path), np.rint(shown[..., ::-1] * 65535).astype(np.uint16))
    return path


def mattes(light: Light, source: Path, around: Any = None, **values: Any) -> Mattes:
    """One frame with the face of *source*."""
    frame = Frame(np.ascontiguousarray(light), (0, 0, light.shape[1], light.shape[0]))
    facts = {"input_colour": "linear", "screen": "none", "who": "everyone", "check": "off"}
    settings = Settings(**{**facts, **NOTE, "swap": "pictures", "swap_source": str(source), **values})
    if around is not None:
        around = engine.Around(
            around[1], {"Source": frame}, settings, *around[2:], around[0], lambda n: settings
        )
    return engine.key_frame({"Source": frame}, settings, engine.work_for(settings), keep=True, around=around)


@contextmanager
def seen() -> Iterator[list[Points]]:
    """Every face's landmarks as they are drawn, while the block runs."""
    found: list[Points] = []
    drawn = replacing._drawn

    def watched(views: Any, points: Points, box: Any) -> Any:
        found.append(points.copy())
        return drawn(views, points, box)

    replacing._drawn = watched
    try:
        yield found
    finally:
        replacing._drawn = drawn


# ---- the border


def border() -> dict[str, float]:
    """No pixel where the new face shows outside of its matte or the face's, or the old one inside."""
    plate = light_of(ANNA)
    made = mattes(plate, BERT, swap_texture=0.0)
    assert made.face_plate is not None and made.face_patch is not None and made.face_light is not None
    patch = made.face_patch
    outside = float(np.abs(made.face_plate - plate)[patch == 0].max())
    beyond = float((patch - made.named("face")).max())
    over = made.face_light + plate * (1 - patch[..., None])
    layers = float(np.abs(over - made.face_plate).max())
    inside = float(np.abs(made.face_plate - made.face_light)[patch == 1].max())  # all of it is the new face's
    return {
        "border_gap": max(outside, beyond, layers, inside, 0.0),
        "border_pixels": float((patch > 0).sum()),
    }


# ---- a truth


TONES = {"": (1.0, 1.0, 1.0), "_other_tone": (0.7, 0.8, 1.1)}
"""Somebody whose face is of the body's tone, and somebody whose is not: the new face takes the plate's."""


def painted(light: Light, points: Points, tone: tuple[float, float, float]) -> tuple[Light, Points]:
    """Somebody else on the same head: a tone, red lips, dark brows, and dots, whose places are given back."""
    at = points[[151, 50, 280, 205, 425, 117, 346, 187, 411, 175, 6, 195], :2]
    made = light * (1 + _soft(light, points, range(len(points)), 6) * (np.array(tone, np.float32) - 1))
    lips = [61, 0, 291, 17, 37, 267, 84, 314, 40, 270, 91, 321]
    made = made * (1 + _soft(light, points, lips, 2) * (np.array([1.1, 0.3, 0.3], np.float32) - 1))
    for brow in (
        [70, 63, 105, 66, 107, 55, 65, 52, 53, 46],
        [300, 293, 334, 296, 336, 285, 295, 282, 283, 276],
    ):
        made = made * (1 - 0.7 * _soft(light, points, brow, 2))
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]] + 0.5
    for x, y in at:
        near = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 2.0**2))
        made = made * (1 - 0.85 * near[..., None])
    return np.asarray(made, np.float32), at


def _soft(light: Light, points: Points, which: Any, blur: float) -> Light:
    """The hull of some landmarks, soft inside."""
    area = np.zeros(light.shape[:2], np.uint8)
    cv2.fillConvexPoly(area, cv2.convexHull(points[list(which), :2].astype(np.int32)), 1)
    return np.asarray((cv2.GaussianBlur(area.astype(np.float32), (0, 0), blur) * area)[..., None], np.float32)


def lamp(light: Light) -> Light:
    """A light that falls off from the left to the right, warmer than the source's."""
    fall = np.linspace(1.7, 0.5, light.shape[1], dtype=np.float32)[None, :, None]
    return np.asarray(light * fall * np.array([1.1, 1.0, 0.85], np.float32), np.float32)


def turned(light: Light) -> Light:
    """The same person elsewhere: turned by 9°, smaller, a little from the side."""
    height, width = light.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle, middle = np.radians(9), np.array([width / 2, height / 2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * 0.85
    there = ((corners - middle) @ turn.T + middle).astype(np.float32)
    there[1, 1] += 0.03 * height
    matrix = cv2.getPerspectiveTransform(corners, there)
    made = cv2.warpPerspective(
        light, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(made, np.float32)


def dots(light: Light, at: Points) -> Points:
    """The places of dark dots, near where they should be."""
    grey = cv2.GaussianBlur(np.log(np.maximum(light.mean(2), 1e-4)), (0, 0), 1)
    hollow = np.maximum(cv2.GaussianBlur(grey, (0, 0), 5) - grey, 0)
    found = []
    for x, y in at:
        left, top = round(x) - 9, round(y) - 9
        part = hollow[top : top + 19, left : left + 19] ** 3
        rows, columns = np.mgrid[: part.shape[0], : part.shape[1]] + 0.5
        total = max(float(part.sum()), 1e-9)
        found.append((left + (part * columns).sum() / total, top + (part * rows).sum() / total))
    return np.array(found)


def truth(folder: Path) -> dict[str, float]:
    """Replacement beside what should be there: geometry in shares of the face's width, colour in stops."""
    plain = light_of(ANNA)
    with seen() as found:
        mattes(plain, BERT)
    points = found[0]
    width, plate = float(np.ptp(points[:, 0])), lamp(plain)
    result: dict[str, float] = {}
    for who, tone in TONES.items():
        other, at = painted(plain, points, tone)
        wanted = lamp(other)
        source = stored(turned(other), folder / f"source{who}.png")
        for name, values in (("swap", {}), ("warp_alone", {"swap_light": 0.0, "swap_texture": 0.0})):
            made = mattes(plate, source, **values)
            assert made.face_plate is not None and made.face_patch is not None
            there = made.face_patch > 0.99
            away = np.linalg.norm(dots(made.face_plate, at) - dots(wanted, at), axis=1)
            result |= {
                f"{name}_geometry{who}": float(np.median(away)) / width,
                f"{name}_colour{who}": _stops(made.face_plate, wanted, there),
            }
        result[f"nothing_done_colour{who}"] = _stops(plate, wanted, there)
    return result


def _stops(one: Light, other: Light, there: npt.NDArray[np.bool_]) -> float:
    gap = np.abs(np.log2(np.maximum(one, 1e-4) / np.maximum(other, 1e-4)))
    return float(gap[there].mean())


# ---- time


def clip() -> tuple[list[Light], list[npt.NDArray[np.float64]]]:
    """A head that moves, turns and comes nearer before a still wall, with grain; the maps from the still."""
    still = light_of(ANNA)
    height, width = still.shape[:2]
    frames, maps = [], []
    for n in range(FRAMES):
        angle, size = np.radians(4 * np.sin(n / 2.5)), 1 + 0.02 * np.sin(n / 3)
        shift = np.array([6 * np.sin(n / 2), 3 * np.cos(n / 1.7)])
        turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = np.array([width / 2, height / 2])
        matrix = np.column_stack([turn, middle - turn @ middle + shift])
        by_middles = matrix.copy()
        by_middles[:, 2] += turn @ [0.5, 0.5] - 0.5
        made = cv2.warpAffine(
            still, by_middles, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        grain = np.random.default_rng(n).normal(0, 0.012, made.shape).astype(np.float32)
        frames.append(np.asarray(np.maximum(made, 0) * (1 + grain) + grain / 4, np.float32))
        maps.append(matrix)
    return frames, maps


def handed(frames: list[Light]) -> Callable[[str, int], Frame | None]:
    """What a host hands over of a clip: the plate at a frame, None beyond its ends and of other clips."""
    bounds = (0, 0, frames[0].shape[1], frames[0].shape[0])
    at = {n: Frame(frame, bounds) for n, frame in enumerate(frames)}
    return lambda name, number: at.get(number) if name == "Source" else None


def jitter() -> dict[str, float]:
    """How much the landmarks tremble beside the head's true motion, in pixels from frame to frame: with the
    frames around, by themselves, and the one over the other."""
    frames, maps = clip()
    fetched = handed(frames)
    told = {}
    for name, steady in (("clip", 1.0), ("alone", 0.0)):
        with seen() as found:
            for n, frame in enumerate(frames):
                mattes(frame, BERT, (fetched, float(n), 0.0, float(FRAMES - 1)), steady=steady)
        back = []
        for points, matrix in zip(found, maps, strict=True):
            back.append((points[:, :2] - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T)
        inner = np.array(back)[2:-2]  # whole windows
        told[name] = float(np.linalg.norm(np.diff(inner, axis=0), axis=2).mean())
    return {
        "jitter_clip": told["clip"],
        "jitter_alone": told["alone"],
        "jitter_ratio": told["clip"] / told["alone"],
    }


# ---- cost


def cost() -> dict[str, float]:
    """Key, parts and a new face of one evidence, over the three in turn; warm models, cold evidence."""
    plate = light_of(ANNA)
    limit, memo.limit = memo.limit, 2_000_000_000
    mattes(plate, BERT)

    def took(*asked: dict[str, Any]) -> float:
        began = time.perf_counter()
        for values in asked:
            made = mattes(plate, BERT, **values)
            made.planes(["face", "hair", "clothes"] if "parts" in values.get("output", "") else ["alpha"])
        return time.perf_counter() - began

    def cold(*asked: dict[str, Any]) -> float:
        memo.purge()
        mattes(np.full((64, 64, 3), 0.2, np.float32), BERT)  # the source is looked at before
        return took(*asked)

    key, parts, face = {"swap": "off"}, {"swap": "off", "output": "parts"}, {}
    together = min(cold(key, parts, face) for _ in range(3))
    apart = min(cold(key) + cold(parts) + cold(face) for _ in range(3))
    memo.limit = limit
    return {"one_pass_ratio": together / apart, "one_pass_s": together, "three_passes_s": apart}


def measured(only: tuple[str, ...] = ("border", "truth", "jitter", "cost")) -> dict[str, float]:
    """All figures, or those of some groups."""
    with tempfile.TemporaryDirectory() as folder:
        groups = {"border": border, "truth": lambda: truth(Path(folder)), "jitter": jitter, "cost": cost}
        return {name: value for group in only for name, value in groups[group]().items()}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", default="border,truth,jitter,cost", help="groups, by commas")
    asked = parser.parse_args(argv)
    found = measured(tuple(asked.only.split(",")))
    if asked.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:22} {value:.5g}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
