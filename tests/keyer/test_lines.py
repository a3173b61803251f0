"""Lines that cross an area: strokes are, shadows and strands of hair are not."""

from __future__ import annotations

import cv2
import numpy as np

from anatomatte.frame import Pixels
from anatomatte.keyer.lines import lines
from anatomatte.ops.filters import Mask

HEIGHT, WIDTH = 144, 256


def area() -> tuple[Pixels, Mask]:
    """An even area with somebody before it, at the two sizes in which lines are looked for."""
    like = np.ones((HEIGHT, WIDTH), np.bool_)
    like[60:, 100:156] = False
    fine = np.full((2 * HEIGHT, 2 * WIDTH), 0.4, np.float32)
    fine[120:, 200:312] = 0.05
    return fine, like


def test_an_even_area_has_none() -> None:
    assert lines(*area()) == (0, 0)


def test_panels_and_letters_are() -> None:
    fine, like = area()
    fine[:, 40::64] *= 0.6  # seams between panels, two pixels wide
    fine[:, 41::64] *= 0.6
    assert lines(fine, like)[1] > 0.02
    fine, like = area()
    letters = np.zeros(fine.shape, np.uint8)
    cv2.putText(letters, "BANNER", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (255,), 4)
    fine[letters > 0] = 0.2
    assert lines(fine, like)[1] > 0.01


def test_a_hard_shadow_is_none() -> None:
    fine, like = area()
    fine[40:160, 20:120] *= 0.35
    fine[30:280, 380:480] *= 0.5
    edges, strokes = lines(fine, like)
    assert strokes == 0 < edges


def test_strands_that_grow_from_somebody_are_none_and_loose_ones_are() -> None:
    fine, like = area()
    rooted, loose = fine.copy(), fine.copy()
    for x in range(204, 312, 8):
        cv2.line(rooted, (x, 122), (x + 8, 98), (0.1,), 1)
        cv2.line(loose, (x, 70), (x + 8, 20), (0.1,), 1)
    assert lines(rooted, like)[1] == 0
    assert lines(loose, like)[1] > 0


def test_strands_count_beyond_the_reach_of_hair() -> None:
    fine, like = area()
    for x in range(204, 312, 8):
        cv2.line(fine, (x, 122), (x, 4), (0.1,), 1)
    assert lines(fine, like)[1] > 0


def test_grain_is_none() -> None:
    fine, like = area()
    noisy = fine * (1 + 0.2 * np.random.default_rng(1).standard_normal(fine.shape)).astype(np.float32)
    assert max(lines(np.maximum(noisy, 0).astype(np.float32), like)) < 0.005
