"""The drawn traps and screens are what they say and always the same; the benchmark counts decisions."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

BENCH = Path(__file__).resolve().parent.parent.parent / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield


@pytest.fixture(scope="module", params=("dev", "held"))
def small(request: pytest.FixtureRequest) -> tuple[str, list]:
    """A split's name, and one picture of each of its kinds at half its size."""
    from traps_drawn.pictures import draw, names

    split = request.param
    return split, [
        draw(split, kind, number, 0.5) for kind, number in names(split) if number == (split == "held")
    ]


def test_each_split_holds_enough_of_both() -> None:
    from traps_drawn.pictures import HELD_ONLY, KINDS, SCREENS, TRAPS, names

    assert not set(TRAPS) & set(SCREENS)
    for split in ("dev", "held"):
        kinds = Counter(kind for kind, _ in names(split))
        assert set(kinds) == set(KINDS) - (HELD_ONLY if split == "dev" else set())
        assert set(kinds.values()) == {2}
        traps, screens = (sum(kinds[kind] for kind in half) for half in (TRAPS, SCREENS))
        assert traps >= 36 and screens >= 36 and abs(traps - screens) <= 8


def test_the_truth_is_one(small: tuple[str, list]) -> None:
    from traps_drawn.pictures import SCREENS

    for picture in small[1]:
        height, width = picture.rgb.shape[:2]
        assert picture.rgb.dtype == np.uint8 and picture.rgb.std() > 3, picture.name
        assert picture.alpha.shape == picture.mask.shape == (height, width), picture.name
        assert picture.alpha.dtype == np.float32 and picture.mask.dtype == np.bool_, picture.name
        assert picture.alpha.min() >= 0 and picture.alpha.max() <= 1, picture.name
        assert picture.screen == (picture.kind in SCREENS) == bool(picture.mask.any()), picture.name
        assert not (picture.mask & (picture.alpha >= 0.5)).any(), picture.name
        shown = float((picture.alpha >= 0.5).mean())
        if picture.kind in ("nobody", "empty place"):
            assert shown == 0, picture.name
        else:
            assert 0.01 < shown < 0.9, (picture.name, shown)
        if picture.screen:
            assert picture.mask.mean() > 0.08, picture.name


def test_a_screen_is_where_its_mask_says(small: tuple[str, list]) -> None:
    """One of its channels stands out there, and its hue is one, but for markers and what covers it."""
    for picture in small[1]:
        if picture.screen and picture.kind not in ("grainy", "mixed light", "vinyl", "faded", "pastel"):
            inside = picture.rgb[picture.mask].astype(np.float32)
            least = 0.9 if picture.kind != "markers" else 0.8
            strong = inside[:, 1:].max(1) > inside[:, 0] + 3
            assert strong.mean() > least, (picture.name, strong.mean())


def test_some_are_tall_and_the_sizes_are_those_of_small_plates() -> None:
    from traps_drawn.pictures import draw

    tall, wide = draw("dev", "portrait", 0).rgb.shape, draw("held", "even", 0).rgb.shape
    assert tall[0] > tall[1] and wide[1] > wide[0]
    for height, width, _ in (tall, wide):
        assert 640 <= max(height, width) <= 960 and min(height, width) >= 360


def test_pictures_are_always_the_same_and_the_splits_are_not() -> None:
    from traps_drawn.pictures import draw

    for kind in ("banner", "sea", "part"):
        once, again = draw("dev", kind, 1, 0.5), draw("dev", kind, 1, 0.5)
        assert (once.rgb == again.rgb).all() and (once.alpha == again.alpha).all()
        other, second = draw("held", kind, 1, 1), draw("dev", kind, 0, 1)
        for picture in (other, second):
            size = once.rgb.shape[1::-1]
            change = np.abs(cv2.resize(picture.rgb, size).astype(int) - once.rgb)
            assert change.mean() > 4, kind


def test_the_benchmark_counts_decisions() -> None:
    import traps
    from traps_drawn.pictures import draw

    scores = []
    for kind, said in (("sea", False), ("lawn", True), ("even", True), ("teal", False)):
        picture = draw("dev", kind, 0, 0.25)
        mad = 0.5 if picture.screen else 0.25
        scores.append(traps.Score(picture, traps.Said(said, 1.0, "so"), picture.alpha, mad))
    assert traps.summary(scores) == {
        "traps_wrong": 1, "traps": 2, "traps_mad": 0.25, "screens_wrong": 1, "screens": 2, "screens_mad": 0.5,
        "wrong": ["lawn 1", "teal 1"],
    }  # fmt: skip


def test_the_benchmark_prints_one_object_and_a_sheet(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH / "traps.py"), "--json", "--only", "even", "--only", "lawn"]
    sheet = tmp_path / "sheet.png"
    done = subprocess.run([*command, "--sheet", str(sheet)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["traps"], found["screens"]) == (2, 2)
    assert found["screens_wrong"] == 0 and found["screens_mad"] < 0.05 and found["traps_mad"] < 0.05
    assert cv2.imread(str(sheet)) is not None
