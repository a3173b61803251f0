"""Clips beside a squeezed plate count pixel for pixel: many files of mattes know of no pixel aspect."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from anatomatte_batch.node import Pictures
from anatomatte_batch.ofx_node import OfxNode
from anatomatte_batch.picture import Picture, whole

H, W = 48, 64


def given(picture: Picture, frame: int) -> Picture:
    return picture


@pytest.mark.parametrize("aspect", [0.5, 2.0])
def test_a_matte_without_an_aspect_lies_on_the_plates_pixels(aspect: float) -> None:
    plate = np.full((H, W, 3), (0.05, 0.4, 0.08))
    plate[10:40, 16:48] = (0.5, 0.2, 0.15)
    matte = np.zeros((H, W, 1))
    matte[20:30, 24:40] = 1
    made = []
    for told in (1.0, aspect):
        clips = {
            "Source": whole(np.float32(plate), aspect=aspect),
            "OutM": whole(np.float32(matte), aspect=told, premult="premultiplied"),
        }
        feeds: dict[str, Pictures] = {name: functools.partial(given, one) for name, one in clips.items()}
        node = OfxNode(feeds, lambda: False)
        made.append(node.render(1, {"output": "matte"}).pixels)
        node.close()
    assert made[0].shape == (H, W, 4) and (made[0][20:30, 24:40, 0] == 0).all() and made[0][12, 20, 0] > 0.9
    np.testing.assert_array_equal(*made)
