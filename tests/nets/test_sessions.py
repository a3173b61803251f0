"""Networks are loaded once, shared, released when idle; short memory takes the ladder."""

from __future__ import annotations

import threading
import time

import pytest

from anatomatte.errors import Cancelled, OutOfMemory, SetupError
from anatomatte.nets.runtime.sessions import Rung, Sessions, descend, idle_seconds, ladder, short_of_memory


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_eight_frames_at_once_load_a_network_once() -> None:
    pool, gate, got = Sessions(idle=100), threading.Barrier(8), []

    def load() -> object:
        time.sleep(0.05)
        return object()

    def frame() -> None:
        gate.wait()
        with pool.using("net", load) as net:
            got.append(net)

    threads = [threading.Thread(target=frame) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8 and len({id(net) for net in got}) == 1
    assert pool.loads == 1 and pool.held == 1


def test_another_key_is_another_network_and_does_not_wait() -> None:
    pool, slow = Sessions(idle=100), threading.Event()
    inside = threading.Event()

    def load_slowly() -> str:
        inside.set()
        slow.wait(10)
        return "slow"

    def hold() -> None:
        with pool.using("slow", load_slowly):
            pass

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    with pool.using("quick", lambda: "quick") as net:
        assert net == "quick"
    slow.set()
    thread.join()
    assert pool.held == 2


def test_what_is_idle_is_released_and_what_is_used_is_not() -> None:
    clock = Clock()
    pool = Sessions(idle=60, clock=clock)
    with pool.using("a", object) as first:
        clock.now = 100
        assert pool.release_idle() == 0 and pool.held == 1
    clock.now = 159
    assert pool.release_idle() == 0
    with pool.using("a", object) as again:
        assert again is first
    clock.now = 300
    assert pool.release_idle() == 1 and pool.held == 0
    with pool.using("a", object) as third:
        assert third is not first


def test_the_timer_releases_without_being_asked() -> None:
    pool = Sessions(idle=0.05)
    with pool.using("a", object):
        time.sleep(0.2)
        assert pool.held == 1
    end = time.monotonic() + 60
    while pool.held and time.monotonic() < end:
        time.sleep(0.02)
    assert pool.held == 0


def test_purge_waits_for_the_frame_that_uses_a_network() -> None:
    pool = Sessions(idle=100)
    with pool.using("a", object) as first:
        with pool.using("b", object):
            pass
        pool.purge()
        assert pool.held == 1  # b went, a is in use
        with pool.using("a", object) as same:
            assert same is first
    assert pool.held == 0


def test_a_failed_load_is_its_callers_own_and_the_next_tries_again() -> None:
    pool = Sessions(idle=100)

    def broken() -> object:
        raise SetupError("The file is damaged.")

    with pytest.raises(SetupError), pool.using("a", broken):
        pass
    assert pool.held == 0
    with pool.using("a", lambda: "whole") as net:
        assert net == "whole"


def test_who_waits_for_a_load_can_be_cancelled() -> None:
    pool, release, inside = Sessions(idle=100), threading.Event(), threading.Event()

    def load() -> str:
        inside.set()
        release.wait(10)
        return "net"

    def hold() -> None:
        with pool.using("a", load):
            pass

    def check() -> None:
        raise Cancelled("The host stopped this frame.")

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    with pytest.raises(Cancelled), pool.using("a", load, check):
        pass
    release.set()
    thread.join()
    assert pool.held == 1 and pool.loads == 1


def test_the_patience_is_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANATOMATTE_MODEL_IDLE_S", "12.5")
    assert idle_seconds() == 12.5 and Sessions().idle == 12.5
    for nonsense in ("soon", "-1", "nan", ""):
        monkeypatch.setenv("ANATOMATTE_MODEL_IDLE_S", nonsense)
        assert idle_seconds() == 300


def test_the_ladder_is_smaller_then_the_cpu_then_smaller_there() -> None:
    assert ladder("cuda", (768, 512)) == (
        Rung("cuda"), Rung("cuda", 768), Rung("cuda", 512), Rung("cpu"), Rung("cpu", 768), Rung("cpu", 512),
    )  # fmt: skip
    assert ladder("cuda") == (Rung("cuda"), Rung("cpu"))
    assert ladder("cpu") == (Rung("cpu"),)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
        RuntimeError("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Failed to allocate memory for requested"),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_short_memory_steps_down_and_is_told(error: Exception) -> None:
    tried: list[Rung] = []
    told: list[str] = []

    def run(rung: Rung) -> str:
        tried.append(rung)
        if len(tried) < 3:
            raise error
        return "made"

    assert descend("MODNet", ladder("cuda", (768, 512)), run, told.append) == "made"
    assert tried == [Rung("cuda"), Rung("cuda", 768), Rung("cuda", 512)]
    assert told == [
        "MODNet did not fit into memory on cuda; this frame was made on cuda at an inner size of 512."
    ]


def test_short_memory_gives_back_what_nobody_uses() -> None:
    from anatomatte.nets.runtime.sessions import sessions

    sessions.purge()
    with sessions.using("unused", object):
        pass
    held = []

    def run(rung: Rung) -> str:
        held.append(sessions.held)
        if rung.side == 0:
            raise MemoryError
        return "made"

    with sessions.using("used", object):
        assert descend("MODNet", ladder("cpu", (512,)), run) == "made"
    assert held == [2, 1]
    sessions.purge()


def test_the_last_rung_fails_as_out_of_memory() -> None:
    def run(rung: Rung) -> str:
        raise MemoryError

    with pytest.raises(
        OutOfMemory, match=r"MODNet does not fit into memory, not even on cpu at an inner size of 512"
    ):
        descend("MODNet", ladder("cpu", (512,)), run)


def test_other_failures_do_not_step_down() -> None:
    tried = []

    def run(rung: Rung) -> str:
        tried.append(rung)
        raise RuntimeError("shape mismatch")

    with pytest.raises(RuntimeError, match="shape"):
        descend("MODNet", ladder("cuda", (512,)), run)
    assert len(tried) == 1
    assert not short_of_memory(ValueError("out of memory"))
