"""The suites beside pixels and parameters, and what a render can end in."""

from __future__ import annotations

import gc
import signal
import threading
import time
import weakref
from typing import Any

import numpy as np
import pytest

from made.lines import last_line
from pyopenfx import ActionError, Host, Instance, RenderAborted, RenderError


def run(instance: Instance, case: str, **how: Any) -> str:
    instance.params.case = case
    instance.render(1, **how)
    return last_line(instance)


def test_memory_is_given_taken_and_not_freed_twice(suites: Instance) -> None:
    assert run(suites, "memory") == "0 0 9 0 0 9"


def test_threads_are_real_numbered_and_see_the_pixels(suites: Instance) -> None:
    # 0+…+19 in 20 calls, none numbered wrong, 20 nested calls refused, 20 images fetched, 4 CPUs
    # reported; another thread can neither take nor free a locked mutex; this thread is not spawned
    assert run(suites, "threads") == "190 20 0 20 20 4 1 1 0"


def test_a_thread_of_the_plugin_itself_sees_the_pixels(suites: Instance) -> None:
    assert run(suites, "own thread") == "found"


@pytest.mark.parametrize(("yes", "status"), [(True, 12), (False, 13)])
def test_messages_questions_and_the_persistent_message(suites: Instance, yes: bool, status: int) -> None:
    suites.answer = yes
    run(suites, "message")
    assert suites.messages == [
        ("OfxMessageQuestion", "q", "3 of 4?"),
        ("OfxMessageWarning", "w", f"replied {status}"),
    ]
    assert suites.persistent_message == ("OfxMessageWarning", "p", "50.0% done")
    run(suites, "progress")
    assert suites.persistent_message is None


def test_progress_is_told_by_both_versions_and_can_stop(suites: Instance) -> None:
    seen: list[float] = []
    assert run(suites, "progress", progress=seen.append) == "progress 0"
    assert seen == [0.25, 0.75]
    with pytest.raises(RenderAborted):
        run(suites, "progress", progress=lambda fraction: False)
    assert last_line(suites) == "progress 13"


def test_the_time_line_is_read_and_moved(suites: Instance) -> None:
    suites.frame_range = (1001, 1100)
    suites.time = 1050
    assert run(suites, "time") == "1050 1001 1100"
    assert suites.time == 1100


def test_render_arguments_reach_the_plugin(suites: Instance) -> None:
    assert run(suites, "arguments") == "OfxFieldNone 0 0 0"
    told = run(suites, "arguments", field="lower", sequential=True, interactive=True, draft=True)
    assert told == "OfxFieldLower 1 1 1"


def test_a_sequence_is_bracketed_once(suites: Instance) -> None:
    suites.params.case = "sequence"
    with suites.sequence(1, 3):
        for frame in (1, 2, 3):
            suites.render(frame)
    begin, end = "OfxImageEffectActionBeginSequenceRender", "OfxImageEffectActionEndSequenceRender"
    assert [text for _, _, text in suites.messages] == [f"{begin} 3.000000", f"{end} 3.000000"]
    suites.render(7)
    assert [text for _, _, text in suites.messages][2:] == [f"{begin} 7.000000", f"{end} 7.000000"]


@pytest.mark.parametrize(
    ("case", "status", "says"),
    [
        ("fail", "kOfxStatFailed", "The frame is too dark. Light it."),
        ("no memory", "kOfxStatErrMemory", "The frame is too dark. Light it."),
        ("default", "kOfxStatReplyDefault", "gave no message"),
        ("throw", "kOfxStatErrFatal", "gave no message"),
    ],
)
def test_a_failed_render_is_an_error_with_the_plugins_words(
    suites: Instance, case: str, status: str, says: str
) -> None:
    with pytest.raises(RenderError, match=f"Suites answered OfxImageEffectActionRender with {status}") as e:
        run(suites, case)
    assert says in str(e.value)
    assert e.value.action == "OfxImageEffectActionRender"
    assert isinstance(e.value.__cause__, MemoryError) == (case == "no memory")
    run(suites, "time")  # the next frame is none the worse


def test_a_forgotten_image_is_taken_back_and_noted(suites: Instance) -> None:
    plate = np.zeros((4, 6, 4), np.float32)
    suites.clips.Source = plate
    assert run(suites, "leak") == "none 9"
    assert suites.notes == ["OfxImageEffectActionRender did not release an image of clip Source"]
    held = weakref.ref(plate)
    del plate
    suites.clips.Source = None
    gc.collect()
    assert held() is None


def test_an_action_that_fails_is_named(suites: Instance) -> None:
    suites.params.case = "refuse"
    with pytest.raises(ActionError, match="BeginSequenceRender with kOfxStatErrUnsupported") as e:
        suites.render(1)
    assert (e.value.status, e.value.plugin) == (5, "Suites")


def test_a_parameter_that_a_render_sets_is_noted(suites: Instance) -> None:
    suites.params.case = "edit"
    suites.render(1)
    assert suites.notes == ["OfxImageEffectActionRender set parameter case"]


def stopped_within(suites: Instance, stop: object) -> float:
    start = time.monotonic()
    with pytest.raises(RenderAborted, match="at 1 was stopped"):
        run(suites, "wait", abort=stop)
    return time.monotonic() - start


def test_a_callable_stops_a_render(suites: Instance) -> None:
    asked: list[int] = []

    def enough() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert stopped_within(suites, enough) < 60
    assert len(asked) == 4


def test_an_event_of_another_thread_stops_a_render(suites: Instance) -> None:
    event = threading.Event()
    timer = threading.Timer(0.05, event.set)
    timer.start()
    assert stopped_within(suites, event) < 60
    timer.join()


def test_the_instance_stops_its_renders_from_another_thread_and_works_on(suites: Instance) -> None:
    suites.abort()  # nothing is under way: nothing to stop
    inside = threading.Event()  # an abort that comes before the render would stop nothing

    def asked() -> bool:
        inside.set()
        return False

    def stop() -> None:
        inside.wait()
        suites.abort()

    thread = threading.Thread(target=stop)
    thread.start()
    assert stopped_within(suites, asked) < 60
    thread.join()
    assert run(suites, "own thread") == "found"


def test_an_error_in_a_callback_ends_the_render_with_that_error(suites: Instance) -> None:
    def broken(*_: object) -> bool:
        raise ZeroDivisionError("in the callback")

    with pytest.raises(ZeroDivisionError, match="in the callback"):
        run(suites, "wait", abort=broken)
    with pytest.raises(ZeroDivisionError, match="in the callback"):
        run(suites, "progress", progress=broken)


def test_ctrl_c_stops_a_render(suites: Instance, request: pytest.FixtureRequest) -> None:
    import _thread

    # a shell that runs the tests in the background has them ignore Ctrl-C
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    timer = threading.Timer(0.05, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(suites, "wait")
    timer.join()


def test_everything_that_the_standard_promises_is_there(host: Host) -> None:
    with host.load("org.anatomatte.test.strict").instance() as strict:
        strict.clips.Source = np.zeros((2, 3, 4), np.float32)
        strict.render(1)
        assert strict.messages == []


def test_what_this_host_says_of_itself(host: Host) -> None:
    props = host.properties
    assert props["OfxPropName"] == ["org.anatomatte.pyopenfx"]
    assert props["OfxPropAPIVersion"] == [1, 5]
    assert "OfxImageEffectContextGeneral" in props["OfxImageEffectPropSupportedContexts"]
    assert len(props["OfxImageEffectPropSupportedPixelDepths"]) == 4
