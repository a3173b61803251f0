"""What can go wrong around a worker: each is a right frame, or a clear failure in time; nothing is left.

The real node in hosts of their own (worker_host.py); the faults of the protocol are in tests/cpp/worker.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

import anatomatte
from made.worker_host import gone, host_says, start_host, told_by

BIG = """
def during(fault):
    "A big frame, and a fault as soon as its worker computes: it stands still until it has been sent one."
    plate = np.zeros((1200, 2000, 4), np.float32)
    plate[...] = [0.05, 0.4, 0.06, 1]
    plate[400:, 600:1400, :3] = [0.5, 0.3, 0.2]
    big = new_node(plate)
    first = frame(of=big)
    pid = worker()
    asked = []
    def spent():
        return sum(map(int, open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[11:13]))
    def stop():
        "The node asks once before it sends a frame, and then while it waits for the answer."
        asked.append(spent() if len(asked) < 2 else 0)
        if len(asked) == 1:
            os.kill(pid, signal.SIGSTOP)
        elif len(asked) == 2:
            os.kill(pid, signal.SIGCONT)
            while spent() == asked[1]:
                time.sleep(0.001)
            fault(pid)
        return False
    assert np.array_equal(frame(of=big, abort=stop), first)
    assert len(asked) >= 2, "it was meant to happen during the frame"
    assert worker() != pid and len(children()) == 1
    return pid
"""


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_a_fault_during_a_frame_costs_only_time(fault: signal.Signals) -> None:
    """The frame is right, from a worker that was started for it."""
    host_says(
        BIG + f"print(during(lambda pid: os.kill(pid, {int(fault)})))",
        ANATOMATTE_WORKER_SILENCE_S="5",
    )


def test_workers_that_die_as_soon_as_they_come_fail_the_frame_in_words() -> None:
    told = host_says("""
    first = frame()
    hunting = True
    def hunt():
        while hunting:
            for pid in children():
                os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.002)
    hunter = threading.Thread(target=hunt, daemon=True)
    hunter.start()
    began = time.monotonic()
    print(failure())
    assert time.monotonic() - began < 120
    hunting = False
    hunter.join()
    assert np.array_equal(frame(), first) and len(children()) == 1
    """)
    assert "worker ended" in told and f"worker-{anatomatte.__version__}.log" in told


def test_a_worker_without_memory_says_so_and_lives() -> None:
    told = host_says("""
    first = frame()
    pid = worker()
    held = int(re.search(r"VmSize:\\s+(\\d+)", open(f"/proc/{pid}/status").read())[1]) * 1024
    big = new_node(np.full((1500, 2500, 4), 0.5, np.float32))
    for spare in (0, 80, 150, 400):
        resource.prlimit(pid, resource.RLIMIT_AS, (held + (spare << 20), resource.RLIM_INFINITY))
        print(failure(of=big))
    resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert np.array_equal(frame(), first)
    assert frame(of=big).shape == (1500, 2500, 4)
    print("lives" if worker() == pid else "another")
    """)
    *refused, last = told.splitlines()
    assert last == "lives"
    assert len(refused) == 4 and all("kOfxStatErrMemory" in line for line in refused), told


def test_a_host_that_may_make_no_large_file_says_so() -> None:
    told = host_says("""
    first = frame()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    print(failure(of=new_node(np.full((600, 800, 4), 0.5, np.float32))))
    assert np.array_equal(frame(), first)
    """)
    assert "No shared memory for the frame" in told and "ulimit -f" in told


@pytest.mark.parametrize("what", ["a link", "of another user", "at its limit"])
def test_a_log_that_takes_nothing_costs_only_the_log(what: str, tmp_path: Path) -> None:
    log = tmp_path / "anatomatte" / f"worker-{anatomatte.__version__}.log"
    log.parent.mkdir()
    if what == "a link":
        log.symlink_to("/dev/full")  # which is not followed
    elif what == "of another user":
        log.mkdir()  # as little to be written as another user's file, also for root
    else:
        log.write_bytes(b"-" * 900_000)
    limit = (
        "resource.setrlimit(resource.RLIMIT_FSIZE, (950_000, 950_000))\n" if what == "at its limit" else ""
    )
    told = host_says(
        limit + "assert frame()[100, 100, 3] == 1\nprint(status())", XDG_STATE_HOME=str(tmp_path)
    )
    assert "Worker process" in told
    assert (str(tmp_path) in told) == (what == "at its limit"), told


def test_pixels_go_back_to_the_system_when_the_host_purges() -> None:
    host_says("""
    first = frame()
    pid = worker()
    assert not memfds() and not memfds(pid), "both keep their mappings, not the files"
    mapped = lambda of: open(f"/proc/{of}/maps").read().count("memfd:anatomatte")
    assert mapped("self") == mapped(pid) == 2, "the plate and the picture"
    node.purge_caches()
    for _ in range(3000):
        if not mapped(pid):
            break
        time.sleep(0.02)
    assert not mapped("self") and not mapped(pid)
    assert np.array_equal(frame(), first) and worker() == pid
    """)


def test_a_forked_host_gets_a_worker_of_its_own_and_leaves_nothing() -> None:
    first, second = map(
        int,
        host_says("""
    first = frame()
    pid = worker()
    child = os.fork()
    if child == 0:
        assert np.array_equal(frame(), first)
        print(worker(), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert np.array_equal(frame(), first) and worker() == pid
    print(pid)
    """).split(),
    )
    assert first != second
    until_gone(first, second)


@pytest.mark.parametrize("hosts", [2, pytest.param(8, marks=pytest.mark.soak)])
def test_hosts_at_once_have_a_worker_each_and_end_with_them(hosts: int) -> None:
    code = """
    first = frame()
    for at in range(3):
        assert np.array_equal(frame(float(at)), first)
    print(os.getpid(), worker(), float(first.sum()), flush=True)
    os._exit(0)
    """
    started = [start_host(code) for _ in range(hosts)]
    told = [told_by(host).split() for host in started]
    assert len({one[2] for one in told}) == 1
    assert len({one[1] for one in told}) == hosts
    until_gone(*(int(pid) for one in told for pid in one[:2]))


@pytest.mark.soak
def test_a_starved_worker_is_slow_and_nothing_else() -> None:
    """An unimportant process of a busy processor still says in time that it lives."""
    host_says(
        """
        plate = np.random.default_rng(1).random((300, 500, 4), np.float32)
        big = new_node(plate)
        first = frame(of=big)
        pid = worker()
        one = {sorted(os.sched_getaffinity(0))[0]}
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.setpriority(os.PRIO_PROCESS, int(thread), 10)
            os.sched_setaffinity(int(thread), one)
        busy = []
        for _ in range(2):
            child = os.fork()
            if child == 0:
                os.sched_setaffinity(0, one)
                signal.alarm(120)
                while True:
                    pass
            busy.append(child)
        try:
            assert np.array_equal(frame(of=big), first)
            assert worker() == pid
        finally:
            for child in busy:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        """,
        ANATOMATTE_WORKER_SILENCE_S="5",
    )


@pytest.mark.soak
def test_dozens_of_faults_leave_no_process_no_file_and_no_wrong_frame() -> None:
    """Killed, stopped and purged at random moments, from another thread, while frames render."""
    host_says(
        """
        import random
        first = frame()
        before = len(os.listdir("/proc/self/fd"))
        rendering = True
        def trouble():
            dice = random.Random(1)
            while rendering:
                time.sleep(dice.uniform(0.0, 0.8))
                for pid in map(int, children()):
                    try:
                        os.kill(pid, dice.choice([signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM]))
                    except ProcessLookupError:
                        pass
        troubler = threading.Thread(target=trouble, daemon=True)
        troubler.start()
        ended, failed = time.monotonic() + 30, 0
        while time.monotonic() < ended:
            began = time.monotonic()
            try:
                assert np.array_equal(frame(), first)
            except RenderError as why:
                failed += 1
                assert "worker" in str(why).lower(), why
            assert time.monotonic() - began < 30
            if failed % 3 == 1:
                node.purge_caches()
        rendering = False
        troubler.join()
        assert np.array_equal(frame(), first)
        assert len(children()) == 1 and not memfds()
        assert len(os.listdir("/proc/self/fd")) <= before
        node.close()
        host.close()
        assert not children() and not memfds()
        """,
        ANATOMATTE_WORKER_SILENCE_S="1",
    )


def until_gone(*pids: int) -> None:
    deadline = time.monotonic() + 60
    while left := [pid for pid in pids if not gone(pid)]:
        assert time.monotonic() < deadline, f"{left} outlived their host by a minute"
        time.sleep(0.05)
