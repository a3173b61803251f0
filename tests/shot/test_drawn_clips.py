"""The drawn clips are what they say, and switches of identity are counted as they are."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import drawn_clips
import shots

from anatomatte.parts import INDEX
from made.shots_made import BLUE, RED, frames, look

SIZE = (160, 96)


def test_a_clip_is_always_the_same_and_its_truth_fits() -> None:
    one, other = (list(drawn_clips.frames("crossing", 3, 5, SIZE)) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a.picture, b.picture) and np.array_equal(a.ids, b.ids)
        assert a.picture.shape == (96, 160, 3) and a.alpha.shape == a.ids.shape == (96, 160)
        assert a.alpha.min() >= 0 and a.alpha.max() <= 1 + 1e-6
        assert ((a.ids > 0) == (a.alpha >= 0.5)).mean() > 0.999
    middles = [[float(np.nonzero(f.ids == n)[1].mean()) for f in (one[0], one[-1])] for n in (1, 2)]
    assert middles[0][0] < middles[1][0] and middles[0][1] > middles[1][1]  # they crossed


def test_somebody_leaves_and_returns() -> None:
    there = [2 in f.ids for f in drawn_clips.frames("return", 0, 10, SIZE)]
    assert there[0] and there[-1] and not all(there)


def test_a_bank_that_is_not_there_is_told_and_done_without(tmp_path: Path) -> None:
    told: list[str] = []
    assert drawn_clips.bank_or_none(tmp_path, told.append) is None
    assert drawn_clips.bank_or_none(None, told.append) is None
    assert "the project's own are used" in told[0] and "no bank is named" in told[1]


@pytest.mark.parametrize(
    ("given", "expected"), [([1, 2] * 3, 0), ([1, 2, 2, 1, 1, 2], 4), ([1, 2, 0, 2, 1, 2], 0)]
)
def test_switches_are_counted(given: list[int], expected: int) -> None:
    looks = frames([[look(0.3, RED), look(0.7, BLUE)]] * 3)
    truth = [{5: one.looks[0].mask, 6: one.looks[1].mask} for one in looks]
    pairs = [given[k : k + 2] for k in (0, 2, 4)]
    assert shots.switches(looks, pairs, truth) == (expected, given.count(0), 6)


def test_who_is_drawn_mirrored_has_the_left_hand_on_the_other_side(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = np.full((120, 60), INDEX["left_leg"], np.uint8)  # he faces us: his left is right in the picture
    parts[:, :30] = INDEX["right_leg"]
    someone = drawn_clips.Figure(np.ones((120, 60, 4), np.float32), parts)
    monkeypatch.setattr(drawn_clips, "cast", lambda *_: [someone] * 2)
    first = next(drawn_clips.frames("crossing", 3, 5, SIZE))
    assert first.parts is not None
    assert set(np.unique(first.ids)) == {0, 1, 2}
    for number in (1, 2):  # the first goes to the right, the second, mirrored, to the left
        left, right = (
            np.flatnonzero((first.parts == INDEX[name]) & (first.ids == number)) % SIZE[0]
            for name in ("left_leg", "right_leg")
        )
        assert left.mean() > right.mean()
