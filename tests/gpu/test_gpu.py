"""On a real GPU (`make gpu-test`): the same mattes as on the CPU, the same each time, and how fast."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
import pytest

import anatomatte
from anatomatte.engine import forget
from anatomatte.nets.graphs.graph import where
from made.rooms_made import ROOM

pytestmark = pytest.mark.gpu
LAYERS = ("alpha", "person_01", "face", "hair", "upper_clothes", "left_hand")
WITHIN = 1 / 2048
"""What devices may differ by."""


@pytest.fixture(scope="module")
def gpu() -> str:
    found = where("auto")
    if found == "cpu":
        pytest.skip("ONNX Runtime can use no GPU here")
    return found


def planes(picture: Any, device: str) -> list[Any]:
    made = anatomatte.matte(picture, who="everyone", screen="none", device=device)
    return list(made.planes(LAYERS, "everyone"))


def plate(number: int) -> Any:
    picture = cv2.imread(str(ROOM / f"plate.{number}.jpg"))
    assert picture is not None
    return np.ascontiguousarray(picture[..., ::-1])


@pytest.mark.parametrize("number", [1003, 1006])
def test_devices_agree(gpu: str, number: int) -> None:
    for name, one, other in zip(
        LAYERS, planes(plate(number), "cpu"), planes(plate(number), gpu), strict=True
    ):
        assert np.abs(one - other).max() <= WITHIN, name


def test_a_device_gives_the_same_each_time(gpu: str) -> None:
    first = planes(plate(1003), gpu)
    forget()
    again = planes(plate(1003), gpu)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_how_fast(gpu: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Told, not judged: frames a second at HD with parts, transfers included."""
    frames = [cv2.resize(plate(1003 + n % 4), (1920, 1080)) + np.uint8(n) for n in range(8)]
    planes(frames[0], gpu)
    began = time.perf_counter()
    for frame in frames[1:]:
        planes(frame, gpu)
    with capsys.disabled():
        print(f"\n{gpu}: {(len(frames) - 1) / (time.perf_counter() - began):.2f} HD frames a second")
