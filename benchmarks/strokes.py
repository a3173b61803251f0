"""How many strokes mend a part over a clip: simulated from the truth, carried, beside painting each frame.

Used by `time.py --strokes`. The part that is wrong most is mended: a point is set in the middle of the
largest wrong area of the worst frame, as `anatomatte correct` takes it, and the frames that it changes are
rendered again, until at least `RIGHT` of that part's pixels are right over all frames, or strokes bring
nothing more. Painting needs a stroke in every frame in which less is right to begin with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX, PERSON
from anatomatte_batch import AnalyseRequest
from anatomatte_batch.correct import CorrectRequest

Labels = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.float32]

RIGHT = 0.95
MOST = 12
"""Strokes after which it is given up, and MOST counts."""

_GAIN, _IDLE = 0.002, 2
"""Share that a stroke makes right at least, and strokes in a row of which none does until it is given up."""

_LEAST = 0.004
"""Share of the picture that the part has at least, on average."""


def mended(
    folder: Path,
    truth: list[Labels],
    render: Callable[[str, str, list[int]], list[Pixels]],
    say: Callable[[str], object],
) -> tuple[int, int] | None:
    """Strokes, and painted frames, of a clip ``plate.####.png`` in *folder*; None where nothing is wrong.

    Args:
        truth: of each frame, the main part of each pixel (place in `anatomatte.parts.PARTS`).
        render: (name of the output, sidecar, frames from 1) → the layers of parts of each of these, as
            `PART_MENU` has them.
    """
    plate = folder / "plate.####.png"
    made = AnalyseRequest(source=plate, sidecar=folder / "strokes.shot.json", settings={"check": "off"}).run()
    sidecar = str(made.sidecar)
    shot = CorrectRequest(sidecar=sidecar).run()
    found = [_called(planes) for planes in render("s0", sidecar, sorted(shot.moments))]
    name = _worst(found, truth)
    if name is None:
        return None
    painted = sum(_right(a, t, name) < RIGHT for a, t in zip(found, truth, strict=True))
    count, best, idle = 0, 0.0, 0
    while (share := _over(found, truth, name)) < RIGHT and count < MOST:
        say(f"{name}: {share:.3f} right after {count} strokes")
        idle = 0 if share > best + _GAIN else idle + 1
        if idle > _IDLE:
            count = MOST
            break
        best, count = max(best, share), count + 1
        before = shot
        shot = CorrectRequest(sidecar=sidecar, source=plate, add=[_stroke(found, truth, name)]).run()
        changed = sorted(n for n in shot.moments if shot.token(n) != before.token(n))
        for n, planes in zip(changed, render(f"s{count}", sidecar, changed), strict=True):
            found[n - 1] = _called(planes)
    say(f"{name}: {share:.3f} right after {count} strokes; painted {painted}")
    return count, painted


def _called(planes: Pixels) -> Labels:
    """The part that each pixel is called."""
    labels = np.array([INDEX[name] for name in PART_MENU], np.uint8)
    return np.asarray(labels[planes.argmax(0)], np.uint8)


def _right(found: Labels, truth: Labels, name: str) -> float:
    there = truth == INDEX[name]
    return float((found[there] == INDEX[name]).mean()) if there.any() else 1.0


def _over(found: list[Labels], truth: list[Labels], name: str) -> float:
    """The share of a part's pixels over all frames that are called so."""
    there = [t == INDEX[name] for t in truth]
    right = sum(int((a[t] == INDEX[name]).sum()) for a, t in zip(found, there, strict=True))
    return right / max(sum(int(t.sum()) for t in there), 1)


def _worst(found: list[Labels], truth: list[Labels]) -> str | None:
    """The part with the most pixels that are wrong; None where each is right enough."""
    wrong: dict[str, float] = {}
    for name in PERSON:
        area = float(np.mean([(t == INDEX[name]).mean() for t in truth]))
        share = _over(found, truth, name)
        if area > _LEAST and share < RIGHT:
            wrong[name] = area * (1 - share)
    return max(wrong, key=lambda name: wrong[name]) if wrong else None


def _stroke(found: list[Labels], truth: list[Labels], name: str) -> dict[str, Any]:
    """A point in the middle of the largest wrong area of the worst frame."""
    wrong = [(t == INDEX[name]) & (a != INDEX[name]) for a, t in zip(found, truth, strict=True)]
    at = int(np.argmax([one.sum() for one in wrong]))
    count, areas, facts, _ = cv2.connectedComponentsWithStats(wrong[at].astype(np.uint8))
    largest = 1 + int(facts[1:count, cv2.CC_STAT_AREA].argmax())
    inside = np.pad((areas == largest).astype(np.uint8), 1)
    deep = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = (int(n) for n in np.unravel_index(int(deep.argmax()), deep.shape))
    high, wide = deep.shape
    return {
        "kind": "part", "part": name, "frame": at + 1, "stroke": [(x + 0.5) / wide, (y + 0.5) / high],
        "radius": max(0.002, min(0.01, float(deep.max()) / high)),
    }  # fmt: skip
