"""Other planes of a frame in a sequence: its clips are looked through once, and nothing else changes."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
import pytest

from anatomatte import cache, entry
from anatomatte.engine import again, run
from made.keyer_scenes import scene
from made.shim_bench import BUNDLE
from pyopenfx import Host, Instance

PLATE = np.concatenate([scene(60, 80).image, np.ones((60, 80, 1), np.float32)], 2)
MATTES = ("alpha", "screen", "spill", "core")


def frame(time: float) -> np.ndarray:
    return np.roll(PLATE, int(time), axis=1)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    monkeypatch.setattr(cache.memo, "limit", 64_000_000)
    cache.memo.purge()
    with Host() as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 3)) as made:
            made.clips.Source = frame
            made.params.subject = "off"
            made.params.steady = 0.0
            made.params.output = "packed"
            yield made
    cache.memo.purge()


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a frame was prepared."""
    counted: list[int] = []
    real = run.prepare

    def spy(*args: object, **named: object) -> object:
        counted.append(1)
        return real(*args, **named)

    monkeypatch.setattr(run, "prepare", spy)
    return counted


def mattes(node: Instance, time: int) -> list[np.ndarray]:
    made = []
    for name in MATTES:
        node.params.pack_r = name
        made.append(node.render(time)["colour"].copy())
    return made


def test_planes_of_a_frame_in_a_sequence_are_those_of_renders_by_themselves(
    node: Instance, prepared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    real = entry.from_view
    monkeypatch.setattr(entry, "from_view", lambda *facts: taken.append(1) or real(*facts))
    alone = {time: mattes(node, time) for time in (1, 2)}
    assert len(prepared) == len(taken) == 2 * len(MATTES), "outside of a sequence plates may have changed"
    prepared.clear()
    taken.clear()
    with node.sequence(1, 3):
        for time in (1, 2, 1):
            for one, two in zip(mattes(node, time), alone[time], strict=True):
                assert np.array_equal(one, two)
    assert len(prepared) == len(taken) == 3, "once a frame, and none but the last is kept"


def test_a_control_or_a_clip_that_changes_makes_the_frame_anew(node: Instance) -> None:
    with node.sequence(1, 3):
        before = node.render(1)["colour"].copy()
        for name, value, own in (("erode", 3.0, 0.0), ("input_colour", "srgb", "auto")):
            node.params[name] = value
            other = node.render(1)["colour"].copy()
            node.params[name] = own
            assert np.array_equal(node.render(1)["colour"], before), name
            assert not np.array_equal(before, other), name
        node.clips.Source = lambda time: frame(time)[::-1]
        turned = node.render(1)["colour"].copy()
    assert np.array_equal(node.render(1)["colour"], turned)
    assert not np.array_equal(turned, before)


def test_a_part_of_the_picture_is_that_part_of_the_whole(node: Instance) -> None:
    whole = mattes(node, 1)
    with node.sequence(1, 3):
        node.render(1)
        for name, one in zip(MATTES, whole, strict=True):
            node.params.pack_r = name
            part = node.render(1, window=(10, 5, 50, 40))["colour"]
            assert np.array_equal(part, one[60 - 40 : 60 - 5, 10:50])


def test_nothing_is_kept_where_nothing_may_be(
    node: Instance, prepared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache.memo, "limit", 0)
    with node.sequence(1, 3):
        mattes(node, 1)
    assert len(prepared) == len(MATTES) and not again._last.held


def test_a_call_that_is_over_is_not_asked(node: Instance) -> None:
    """Whether to stop, and how far it is: the planes of a frame are each a call of the host."""
    over: list[str] = []

    now = [""]

    def asked(name: str) -> bool:
        if now[-1] != name:
            over.append(name)
        return False

    with node.sequence(1, 3):
        for name in MATTES:
            now.append(name)
            node.params.pack_r = name
            node.render(1, abort=functools.partial(asked, name))
    assert not over
