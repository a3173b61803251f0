"""The frames around one in the node: every clip and the controls there, absence, and hosts without them."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from anatomatte import cache
from anatomatte.engine import memo, neighbours
from made.recurrent_made import frame
from made.shim_bench import BUNDLE
from made.time_probe import Seen, everything, level, watch
from pyopenfx import Host, Instance, RenderAborted, RenderError


@pytest.fixture(autouse=True, scope="module")
def no_other_host() -> Iterator[None]:
    """A binary has one profile at a time in a process: hosts that nobody holds are gone."""
    gc.collect()
    yield
    gc.collect()


def flat(time: float, channels: int = 1) -> np.ndarray:
    """A picture as light as a tenth of its time."""
    return np.full((40, 56, channels), time / 10, np.float32)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """A node in this process that is held still by two frames to each side, with frames 1 to 13."""
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    neighbours.forget()
    with Host(guard=True) as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 13)) as made:
            made.clips.Source = frame
            made.params.subject = "off"
            made.params.output = "matte"
            made.params.steady = 1.0
            yield made
            assert made.notes == []


@pytest.fixture
def seen(node: Instance, monkeypatch: pytest.MonkeyPatch) -> list[Seen]:
    return watch(monkeypatch, everything)


def account(node: Instance) -> dict[str, Any]:
    node.params["refresh"].press()
    told: dict[str, Any] = json.loads(str(node.params["provenance"].value))
    return {name: told[name] for name in ("neighbours", "absent", "window")}


def test_every_clip_and_the_controls_are_those_of_the_other_frame(node: Instance, seen: list[Seen]) -> None:
    node.clips.InM = flat
    node.clips.CleanPlate = lambda time: flat(time + 0.5, 3)
    node.clips.Bg = lambda time: flat(time, 3)
    node.params.erode.set(2.0, time=4)
    node.params.erode.set(8.0, time=10)
    node.render(7)
    (one,) = seen
    assert (one.around.can, one.around.number, one.around.first, one.around.last) == (True, 7, 1, 13)
    assert set(one.clips) == {5, 6, 7, 8, 9}
    for number, clips in one.clips.items():
        assert clips is not None and set(clips) == {"Source", "InM", "CleanPlate"}
        assert np.array_equal(clips["Source"].pixels, frame(number))
        assert level(clips, "InM") == pytest.approx(number / 10)
        assert level(clips, "CleanPlate") == pytest.approx(number / 10 + 0.05)
        assert one.settings[number].erode == pytest.approx(number - 2)
        assert one.settings[number].steady == 1
    assert len({*one.tokens.values()}) == 5
    assert account(node) == {"neighbours": [5, 6, 8, 9], "absent": [], "window": 2}


def test_what_a_frame_sees_of_another_is_what_that_one_is(node: Instance, seen: list[Seen]) -> None:
    """At any scale: a neighbour's pictures, controls and token are those of the frame itself."""
    node.clips.OutM = flat
    node.params.soften.set(1.0, time=1)
    node.params.soften.set(13.0, time=13)
    for scale in (1.0, 0.5):
        seen.clear()
        node.render(6, scale=scale)
        node.render(7, scale=scale)
        beside, itself = seen
        assert beside.tokens[7] == itself.tokens[7]
        assert beside.settings[7] == itself.settings[7]
        a, b = beside.clips[7], itself.clips[7]
        assert a is not None and b is not None and list(a) == list(b)
        assert all(np.array_equal(a[name].pixels, b[name].pixels) for name in a)
        assert a["Source"].width == 56 * scale


def test_a_control_out_of_range_there_is_clamped_as_here(node: Instance, seen: list[Seen]) -> None:
    """Hosts that keep to no range."""
    node.params["clip_black"].core.set_key(7.0, 0.25)
    node.params["clip_black"].core.set_key(8.0, 7.0)
    node.render(7)
    assert (seen[0].settings[7].clip_black, seen[0].settings[8].clip_black) == (0.25, 1.0)


def test_the_plane_that_is_rendered_is_that_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    seen = watch(monkeypatch, everything)
    with Host(profile="natron") as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 13)) as node:
            node.clips.Source = frame
            node.params.subject = "off"
            node.params.steady = 1.0
            node.render(7, planes=["screen"])
    assert {settings.pack_r for settings in seen[0].settings.values()} == {"screen"}


def test_a_frame_that_is_not_there_is_absent(node: Instance, seen: list[Seen]) -> None:
    asked: list[float] = []
    node.clips.Source = lambda time: asked.append(time) or (None if time == 6 else frame(time))
    node.clips.InM = lambda time: None if time == 8 else flat(time)
    node.render(7)
    assert seen[0].clips[6] is None and seen[0].tokens[6] is None
    there = seen[0].clips[8]
    assert there is not None and set(there) == {"Source"}  # as frame 8 itself is made
    assert account(node) == {"neighbours": [5, 8, 9], "absent": [6], "window": 2}
    asked.clear()
    node.render(13)
    assert set(asked) == {11, 12, 13}  # the shot ends here, whatever a host repeats
    assert seen[1].clips.keys() == {11, 12, 13}
    assert account(node) == {"neighbours": [11, 12], "absent": [], "window": 2}
    node.render(20)  # outside of the plate's range a frame is seen alone
    assert seen[2].clips.keys() == {20}


def test_a_picture_that_cannot_be_had_fails_the_frame(node: Instance) -> None:
    def plate(time: float) -> np.ndarray:
        if time == 8:
            raise FileNotFoundError("frame 8 is half a file")
        return frame(time)

    node.frames_ahead = 0
    node.clips.Source = plate
    with pytest.raises(FileNotFoundError, match="half a file"):
        node.render(7)
    node.clips.Source = lambda time: frame(time)[..., :0] if time == 8 else frame(time)
    with pytest.raises((RenderError, ValueError)):
        node.render(7)
    node.clips.Source = frame
    assert node.render(7)["colour"].shape[2] == 4


def test_in_a_sequence_a_frame_is_fetched_once(node: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.memo, "limit", 64_000_000)
    asked: list[float] = []
    node.frames_ahead = 0
    node.clips.Source = lambda time: asked.append(time) or (None if time == 8 else frame(time))

    def fetched(time: float) -> set[float]:
        asked.clear()
        node.render(time)
        return set(asked) - {time}

    with node.sequence(1, 13):
        assert fetched(5) == {3, 4, 6, 7}
        assert fetched(6) == {8}
        assert fetched(7) == {9}  # that 8 is not there is known
        assert account(node)["absent"] == [8]
        node.params.erode = 1.0
        assert fetched(7) == set()
        node.clips.Source = lambda time: asked.append(time) or frame(time)
        assert fetched(7) == {5, 6, 8, 9}
    assert fetched(7) == {5, 6, 8, 9}  # outside of one, what comes before the node may have changed


def test_a_finished_frame_is_found_again_only_beside_the_same_frames(
    node: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache.memo, "limit", 64_000_000)

    def made() -> int:
        before = memo.frames.made
        node.render(7)
        return memo.frames.made - before

    node.clips.InM = flat
    assert made() == 1 and made() == 0
    node.clips.InM = lambda time: flat(time + (time == 9))
    assert made() == 1 and made() == 0
    node.params.erode.set(1.0, time=7)
    assert made() == 1
    node.params.net_exposure.set(3.0, time=8)  # the frame's own controls stay
    assert made() == 1 and made() == 0
    node.params.window = 1
    made()
    node.clips.InM = lambda time: flat(time + (time > 8))  # no longer in the window
    assert made() == 0
    node.params.steady = 0.0
    made()
    node.clips.InM = lambda time: flat(time + (time != 7))
    assert made() == 0


def test_fetched_pictures_go_back_at_once(node: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many frames a filter looks at, the host's are lent one at a time and one copy is held."""
    import weakref

    node.params.window = 5
    node.clips.InM = flat
    held: list[int] = []
    alive: list[Any] = []

    def look(_: Seen, around: Any, work: Any) -> None:
        for number in around.window():
            around.token(number, work)
            clips = around.clips(number)
            assert clips is not None
            alive.append(weakref.ref(clips["Source"].pixels))
            del clips
            held.append(sum(one() is not None for one in alive))

    watch(monkeypatch, look)
    node.render(7)
    assert held == [1] * 10


def test_an_abort_between_frames_is_no_failure(node: Instance) -> None:
    asked: list[float] = []
    node.frames_ahead = 0
    node.clips.Source = lambda time: asked.append(time) or frame(time)
    with pytest.raises(RenderAborted):
        node.render(7, abort=lambda: 6.0 in asked)
    assert set(asked) == {5, 6, 7}
    assert node.persistent_message is None
    assert node.render(7)["colour"].shape[2] == 4


def test_both_sides_are_told_to_the_host(node: Instance) -> None:
    node.clips.InM = flat
    node.clips.Bg = lambda time: flat(time, 3)
    assert node.frames_needed(7) == {"Source": [(5, 9)], "InM": [(5, 9)], "Bg": [(7, 7)]}
    assert node.frames_needed(1)["InM"] == [(1, 3)]
    assert node.frames_needed(12)["Source"] == [(10, 13)]
    node.params.window = 0
    assert node.frames_needed(7)["Source"] == [(7, 7)]
    node.params.window = 5
    node.params.steady = 0.0
    assert node.frames_needed(7)["Source"] == [(7, 7)]


@pytest.mark.parametrize("profile", ["mlt", "example"])
def test_a_host_without_other_frames_gives_the_frame_alone(
    profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    seen = watch(monkeypatch, everything)
    with Host(profile=profile) as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 13)) as node:
            node.clips.Source = frame
            for name, value in {"subject": "off", "output": "matte", "steady": 1.0}.items():
                if not node.params[name].locked:
                    node.params[name] = value
            node.render(7)
            told = None if profile == "mlt" else account(node)  # which sets no hidden parameter
            status = str(node.params["status"].value)
    assert seen and not seen[0].around.can and seen[0].around.window() == ()
    assert profile == "mlt" or "Steady has no effect in this host, which hands over no" in status
    assert told in (None, {"neighbours": [], "absent": [], "window": 0})


def test_where_nobody_knows_the_range_the_whole_window_is_asked() -> None:
    assert neighbours.beside(7, None, None, 2) == (5, 6, 8, 9)
    assert neighbours.beside(7, 7, None, 2) == (8, 9)
    assert neighbours.beside(7, None, 8, 2) == (5, 6, 8)
    assert neighbours.beside(7, 8, 20, 2) == neighbours.beside(7, 7, 7, 2) == ()
