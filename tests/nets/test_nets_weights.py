"""The shipped weights: small enough, whole, and better than guessing on synthetic people they never saw.

The pictures in `data/people` were written by `python -m training.fixtures` from validation shards.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors import safe_open

from anatomatte.nets.own.ensemble import WEIGHTS, PeopleEvidence, PeopleModel, main_parts
from anatomatte.parts import INDEX, PARTS

DATA = Path(__file__).parent.parent / "data" / "people"


@dataclass
class Shown:
    """A picture, its truth, and what the network sees."""

    alpha: NDArray[np.float32]
    parts: NDArray[np.uint8]
    seen: PeopleEvidence


def read(path: Path, flags: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), flags)
    assert picture is not None, path
    return np.asarray(picture, np.uint8)


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    """What our own networks see; the portrait network knows real people and has tests of its own."""
    model = PeopleModel(portrait=None)
    found = []
    for path in sorted(DATA.glob("*.jpg")):
        rgb = read(path, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32) / 255
        alpha = read(DATA / f"{path.stem}_alpha.png", cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        parts = read(DATA / f"{path.stem}_parts.png", cv2.IMREAD_GRAYSCALE)
        found.append(Shown(alpha, parts, model.observe(rgb, long_side=rgb.shape[1])))
    assert len(found) == 16
    return found


def iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


def test_they_are_small_and_say_what_they_are() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS) < 15_000_000
    for path in WEIGHTS:
        with safe_open(str(path), "pt") as file:
            header = file.metadata()
        known = header["parts"].split(",")
        assert known == list(PARTS[: len(known)])
        assert int(header["long_side"]) % 32 == 0
    assert (WEIGHTS[0].parent / "people.md").exists()


def test_the_person_is_found(shown: list[Shown]) -> None:
    y, x = np.mgrid[-1:1:192j, -1:1:192j]
    best = max(
        np.mean([iou(np.hypot(y / ry, x / rx) < 1, s.alpha > 0.5) for s in shown])
        for ry in (0.5, 0.8, 1.0, 3.0)
        for rx in (0.25, 0.5, 0.8, 3.0)
    )
    found = np.mean([iou(s.seen.alpha > 0.5, s.alpha > 0.5) for s in shown])
    assert found > best + 0.2 and found > 0.8
    assert np.mean([np.abs(s.seen.alpha - s.alpha).mean() for s in shown]) < 0.13


def test_parts_beat_calling_everything_upper_clothes(shown: list[Shown]) -> None:
    inside = [(s.parts[s.parts > 0], main_parts(s.seen)[s.parts > 0]) for s in shown]
    truth, found = (np.concatenate(p) for p in zip(*inside, strict=True))
    trivial = float((truth == INDEX["upper_clothes"]).mean())
    assert float((truth == found).mean()) > trivial + 0.2
    for name, least in (("hair", 0.5), ("face", 0.15), ("upper_clothes", 0.25), ("trousers", 0.1)):
        assert iou(truth == INDEX[name], found == INDEX[name]) > least, name
