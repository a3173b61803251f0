"""The views of the stages show what the stages used: hard evidence, the band, the soft matte."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import anatomatte
from anatomatte.cache import memo
from anatomatte.engine import Mattes, edge, run, stages, steady_parts
from anatomatte.engine.output import picture
from anatomatte.settings import Settings
from made.keyer_scenes import scene
from made.window_fake import ALONE, STEADY, Clip, places, said, told

PLATE = scene(120, 180)


@pytest.fixture(autouse=True)
def _fresh():
    memo.purge()
    yield
    memo.purge()


def shown(output: str, chosen: Settings = ALONE, **more: Any) -> npt.NDArray[np.float32]:
    """A view of the fake clip's frame 3."""
    chosen = chosen.replace(output=output, **more)
    made = picture(Clip().frame(3, chosen), chosen)
    assert (made[..., 3] == 1).all()
    return made[..., :3]


def before_screen(output: str, **more: Any) -> tuple[npt.NDArray[np.float32], Mattes]:
    chosen = {"output": output, "subject": "off"} | more
    made = anatomatte.matte(PLATE.image, **chosen)
    return picture(made, Settings(**chosen))[..., :3], made


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[edge.Refined]:
    """What `refine` made, one frame after the other."""
    seen: list[edge.Refined] = []

    def kept(*args: Any) -> edge.Refined:
        seen.append(edge.refine(*args))
        return seen[-1]

    monkeypatch.setattr(run, "refine", kept)
    return seen


def test_the_people_are_the_networks_own(solved: list[edge.Refined]) -> None:
    with told():
        found = shown("hard_people")
    left, right = places(3)
    colours = {tuple(found[60, columns.start + 15]) for columns in (left, right)}
    assert len(colours) == 2 and (0.0, 0.0, 0.0) not in colours
    evidence = said(3)
    assert np.array_equal(found.any(2), evidence.alpha >= stages.DECIDED)
    assert len(np.unique(found.reshape(-1, 3), axis=0)) == 3  # decided: nothing between


def test_the_parts_are_those_that_were_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    real, used = steady_parts.parts_of, []

    def kept(task: Any) -> Any:
        used.append(real(task))
        return used[-1]

    monkeypatch.setattr(steady_parts, "parts_of", kept)
    with told():
        found = shown("hard_parts")
    column = found[:, places(3)[0].start + 15]
    assert len({tuple(one) for one in (column[30], column[42], column[80])}) == 3
    there = found.any(2)
    rows, columns = used[0].shares.shape[1:]
    assert abs(there.mean() - (said(3).alpha >= 0.5).mean()) < 0.05 and rows and columns


def test_the_band_is_where_the_matte_was_solved(solved: list[edge.Refined]) -> None:
    with told():
        found = shown("band")
    (made,) = solved
    grey = np.zeros(found.shape[:2], np.bool_)
    grey.reshape(-1)[made.band] = True
    assert grey.any() and np.array_equal(found[..., 0] == 0.5, grey)
    sure = made.key.matte[~grey]
    assert set(np.unique(sure)) <= {0.0, 1.0}  # outside of it nothing is soft
    assert np.array_equal(found[..., 0][~grey], sure)


def test_the_band_is_wide_at_hair_and_narrow_at_cloth() -> None:
    with told():
        grey = shown("band")[..., 0] == 0.5
    left = places(3)[0]
    across = slice(left.start - 12, left.start + 12)
    hair, cloth = (grey[rows, across].sum(1).mean() for rows in (slice(28, 33), slice(66, 90)))
    assert hair > 1.2 * cloth > 0


def test_the_soft_matte_is_no_tweaked_one(solved: list[edge.Refined]) -> None:
    with told():
        found = shown("soft", erode=4.0, clip_black=0.2)
        tweaked = Clip().frame(3, ALONE.replace(erode=4.0, clip_black=0.2)).alpha
    assert np.array_equal(found[..., 0], solved[0].key.matte)
    assert not np.array_equal(found[..., 0], tweaked)


def test_the_soft_matte_is_the_windows() -> None:
    with told(lambda n: said(n, ()) if n == 3 else said(n)):
        alone, steady = shown("soft"), shown("soft", STEADY)
    assert not alone.any() and steady[60, places(3)[0].start + 15].min() > 0.9


def test_before_a_screen_they_are_the_keys() -> None:
    soft, made = before_screen("soft", erode=3.0)
    assert np.array_equal(soft[..., 0], made.screen)
    hard, _ = before_screen("hard_people")
    assert np.array_equal(hard[..., 0], (made.screen >= 0.5).astype(np.float32))
    band, _ = before_screen("band")
    open_ = (made.screen > 0.05) & (made.screen < 0.95)
    assert open_.any() and (band[..., 0][open_] == 0.5).mean() > 0.95
    assert (band[..., 0] == 0.5).mean() < 0.5
