"""Times: callables, neighbours, ranges; and renders on several threads."""

from __future__ import annotations

import gc
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pyopenfx import Host, Image, Instance, ParamError, RenderError, clips


def frame(time: float, h: int = 3, w: int = 5) -> np.ndarray:
    return np.full((h, w, 4), time, np.float32)


@pytest.fixture
def temporal(host: Host) -> Iterator[Instance]:
    with host.load("org.anatomatte.test.temporal").instance(context="general", frame_range=(1, 9)) as made:
        yield made


def test_neighbours_come_from_a_callable_of_time(temporal: Instance) -> None:
    asked: Counter[float] = Counter()

    def plate(time: float) -> np.ndarray:
        asked[time] += 1
        return frame(time**2)

    temporal.clips.Source = plate
    temporal.params.reach = 2
    asked.clear()
    out = temporal.render(5)["colour"]
    assert out[0, 0, 0] == pytest.approx(np.mean([9, 16, 25, 36, 49]))
    assert asked == Counter([3, 4, 5, 6, 7])  # each once a frame, however often it is needed


def test_frames_that_the_plugin_gave_back_are_not_held(
    temporal: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred frames of UHD only a few fit into memory."""
    monkeypatch.setattr(clips, "_KEPT_BYTES", 2 * frame(1).nbytes)
    made: list[weakref.ref[np.ndarray]] = []
    alive: list[int] = []

    def plate(time: float) -> np.ndarray:
        alive.append(sum(one() is not None for one in made))
        pixels = frame(time)
        made.append(weakref.ref(pixels))
        return pixels

    temporal.clips.Source = plate
    temporal.params.reach = 20
    assert temporal.render(30)["colour"][0, 0, 0] == pytest.approx(30)
    assert len(alive) > 40 and max(alive) <= 4


def test_a_host_need_not_fetch_ahead(temporal: Instance) -> None:
    asked: list[float] = []
    temporal.clips.Source = lambda time: asked.append(time) or frame(time)
    temporal.params.reach = 2
    temporal.render(5)
    ahead = asked.copy()
    asked.clear()
    temporal.frames_ahead = 0
    assert temporal.render(5)["colour"][0, 0, 0] == 5
    assert set(asked) == set(ahead) == {3, 4, 5, 6, 7}
    assert ahead.index(3) < ahead.index(4) and asked[0] == 5  # the frame itself, and the others when asked


def test_a_value_may_be_given_for_each_time_whether_or_not_it_animates(host: Host) -> None:
    with host.load("org.anatomatte.test.params").instance() as every:
        still = next(p for p in (every.params[n] for n in every.params) if p.kind == "choice")
        still.core.properties.put("OfxParamPropAnimates", 0)
        with pytest.raises(ParamError, match="does not animate"):
            still.set(1, time=3)
        still.hold({3: 1, 4: 0})
        assert [still.at(time) for time in (3, 4)] == [1, 0]
        still.hold({5: 0})
        assert still.keys == [5]
        with pytest.raises(ParamError):
            still.hold({3: 1, 4: 99})
        assert still.keys == [5]
        still.set(1)
        assert still.keys == [] and still.value == 1


def test_a_callable_is_asked_anew_for_every_render(temporal: Instance) -> None:
    value = 1.0
    temporal.clips.Source = lambda time: frame(value)
    assert temporal.render(5)["colour"][0, 0, 0] == 1
    value = 2.0
    assert temporal.render(5)["colour"][0, 0, 0] == 2


def test_a_callable_is_not_asked_for_frames_that_are_not_needed(temporal: Instance) -> None:
    asked: list[float] = []
    temporal.clips.Source = lambda time: asked.append(time) or frame(time, 2, 4)
    assert asked == []
    temporal.render(1001)
    assert set(asked) == {1001}
    assert temporal.properties["OfxImageEffectPropProjectSize"] == [4, 2]


def test_a_time_without_a_picture_is_none_to_the_plugin(temporal: Instance) -> None:
    temporal.clips.Source = lambda time: frame(time) if 1 <= time <= 3 else None
    temporal.params.reach = 1
    assert temporal.render(3)["colour"][0, 0, 0] == 2.5


def test_pictures_of_a_callable_may_differ_in_size_and_place(temporal: Instance) -> None:
    temporal.clips.Source = lambda time: Image(frame(time, 1, 1), bounds=(int(time), 0, int(time) + 1, 1))
    temporal.params.reach = 1
    assert temporal.region_of_definition(2) == (2, 0, 3, 1)
    np.testing.assert_allclose(temporal.render(2)["colour"][0, 0], 2 / 3)


def test_an_error_in_a_callable_is_the_error_of_the_render(temporal: Instance) -> None:
    def plate(time: float) -> np.ndarray:
        if time > 5:
            raise FileNotFoundError(f"frame {time:g} is missing")
        return frame(time)

    temporal.clips.Source = plate
    temporal.params.reach = 1
    assert temporal.render(4)["colour"].shape == (3, 5, 4)
    with pytest.raises(FileNotFoundError, match="frame 6 is missing"):
        temporal.render(5)
    assert temporal.render(3)["colour"][0, 0, 0] == 3


def test_what_the_plugin_needs_can_be_asked(temporal: Instance) -> None:
    temporal.clips.Source = frame
    temporal.params.reach = 2
    temporal.params.margin = 3
    assert temporal.frames_needed(5) == {"Source": [(3, 3), (5, 7)]}
    assert temporal.region_of_definition(1) == (-3, -3, 8, 6)
    assert temporal.regions_of_interest(1, (0, 0, 2, 2)) == {"Source": (-3, -3, 5, 5)}
    assert temporal.regions_of_interest(1) == {"Source": (-6, -6, 11, 9)}
    assert temporal.time_domain() == (3, 7)
    prefs = temporal.clip_preferences()
    assert (prefs.output.premult, prefs.frame_varying) == ("unpremultiplied", True)
    out = temporal.render(1)
    assert (out.bounds, out.premult) == ((-3, -3, 8, 6), "unpremultiplied")
    assert out["colour"][0, 0, 0] == 0 and out["colour"][4, 4, 0] == 1


def test_defaults_of_the_standard_where_a_plugin_does_not_answer(host: Host) -> None:
    with host.load("org.anatomatte.test.invert").instance(project_size=(64, 32)) as invert:
        assert invert.time_domain() is None
        assert invert.region_of_definition(1) == (0, 0, 64, 32)
        invert.clips.Source = Image(frame(1), bounds=(1, 1, 6, 4))
        assert invert.region_of_definition(1) == (1, 1, 6, 4)
        assert invert.frames_needed(4) == {"Source": [(4, 4)]}
        assert invert.regions_of_interest(4, (2, 2, 3, 3)) == {"Source": (2, 2, 3, 3)}
        invert.purge_caches()
        invert.sync_private_data()


def test_a_missing_input_is_the_plugins_error(host: Host) -> None:
    with (
        host.load("org.anatomatte.test.invert").instance(project_size=(4, 4)) as invert,
        pytest.raises(RenderError),
    ):
        invert.render(1)


def test_values_are_read_at_the_time_of_the_frame(temporal: Instance) -> None:
    temporal.clips.Source = frame
    temporal.params.margin.set(0, time=1)
    temporal.params.margin.set(4, time=3)
    assert temporal.render(1).bounds == (0, 0, 5, 3)
    assert temporal.render(2).bounds == (-2, -2, 7, 5)


def most_at_once(host: Host, safety: str, instances: int) -> tuple[float, float]:
    """Most renders at once in the process and in one instance, of 8 on 4 threads."""
    made = [host.load(f"org.anatomatte.test.{safety}").instance() for _ in range(instances)]
    for one in made:
        one.clips.Source = lambda time: frame(time, 1, 1)  # comes back into Python from each thread
    with ThreadPoolExecutor(4) as pool:
        outs = list(pool.map(lambda i: made[i % instances].render(i)["colour"][0, 0], range(8)))
    assert [out[3] for out in outs] == list(range(8))  # everybody got his own frame
    for one in made:
        one.close()
    return max(out[0] for out in outs), max(out[1] for out in outs)


def test_unsafe_renders_go_one_at_a_time_in_the_process(host: Host) -> None:
    assert most_at_once(host, "unsafe", 2) == (1, 1)


def test_instance_safe_renders_go_one_at_a_time_in_an_instance(host: Host) -> None:
    process, instance = most_at_once(host, "instance_safe", 2)
    assert (process, instance) == (2, 1)


def test_fully_safe_renders_go_at_once(host: Host) -> None:
    process, instance = most_at_once(host, "fully_safe", 1)
    assert process == instance
    assert instance > 1


def test_python_runs_while_a_plugin_renders(host: Host) -> None:
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.001):
            ticks += 1

    ticker = threading.Thread(target=tick)
    with host.load("org.anatomatte.test.unsafe").instance() as slow:
        slow.clips.Source = frame(1)
        ticker.start()
        for _ in range(4):
            slow.render(1)
        done.set()
    ticker.join()
    assert ticks > 8  # of some 60 in the 80 ms that the plug-in sleeps


def test_a_change_of_frame_is_no_change_of_the_clip(host: Host) -> None:
    with host.load("org.anatomatte.test.params").instance() as every:
        for time in (1, 2, 3):
            every.clips.Source = frame(time)
        changes = [text for _, _, text in every.messages if text.startswith("changed")]
        assert changes == ["changed Source OfxChangeUserEdited"]
        every.clips.Source = frame(1).astype(np.uint8)
        every.clips.Source = None
        changes = [text for _, _, text in every.messages if text.startswith("changed")]
        assert len(changes) == 3


def test_an_instance_that_is_dropped_is_destroyed(host: Host) -> None:
    def dropped() -> weakref.ref[np.ndarray]:
        made = host.load("org.anatomatte.test.unsafe").instance()
        plate = frame(1)
        made.clips.Source = lambda time: plate
        made.render(1)
        return weakref.ref(plate)

    held = dropped()
    gc.collect()
    assert held() is None
