"""Names of parts that flicker are counted where the picture moves, and wrong ones that stay are not."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import part_flicker

from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX

MENU = list(PART_MENU)
TOP, COAT, HAIR = (INDEX[name] for name in ("upper_clothes", "coat", "hair"))
_noise = np.random.default_rng(1).integers(0, 255, (24, 40, 3), np.uint8)
GROUND = np.kron(_noise, np.ones((4, 4, 1), np.uint8))


def clip() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Pictures that move 3 pixels a frame, and the truth: hair over a top on the right half."""
    pictures = [np.roll(GROUND, 3 * n, 1) for n in range(4)]
    truth = []
    for n in range(4):
        one = np.zeros(GROUND.shape[:2], np.uint8)
        one[10:40, 70 + 3 * n : 130 + 3 * n], one[40:90, 70 + 3 * n : 130 + 3 * n] = HAIR, TOP
        truth.append(one)
    return pictures, truth


def layers(named: np.ndarray) -> np.ndarray:
    return np.stack([(named == INDEX[name]).astype(np.float32) for name in MENU])


def test_a_wrong_name_that_stays_does_not_flicker() -> None:
    pictures, truth = clip()
    stripes = (np.arange(GROUND.shape[1]) // 8) % 2 > 0
    wrong = [
        np.where((one == TOP) & np.roll(stripes, 3 * n), COAT, one).astype(np.uint8)
        for n, one in enumerate(truth)
    ]
    assert [np.array_equal(part_flicker.names(layers(one)), one) for one in wrong] == [True] * 4
    other, of = part_flicker.changed(wrong, truth, pictures)
    assert other < 0.02 * of and of > 3 * 0.5 * (truth[0] > 0).sum()


def test_a_name_that_changes_is_counted() -> None:
    pictures, truth = clip()
    flickers = [np.where(one == TOP, (TOP, COAT)[n % 2], one).astype(np.uint8) for n, one in enumerate(truth)]
    other, of = part_flicker.changed(flickers, truth, pictures)
    tops = (truth[0] == TOP).sum() / (truth[0] > 0).sum()
    assert abs(other / of - tops) < 0.1


def test_what_is_as_wrong_without_flicker() -> None:
    _, truth = clip()
    found = [layers(np.where(one == TOP, COAT if n else TOP, one)) for n, one in enumerate(truth)]
    made = part_flicker.as_wrong(found, truth)
    assert all(np.array_equal(a, b) for a, b in zip(made[1:], found[1:], strict=True))
    assert np.array_equal(part_flicker.names(made[0]) == COAT, truth[0] == TOP)
