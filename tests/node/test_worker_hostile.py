"""A served worker survives whatever its own user sends: damaged, mutated and silent callers.

The worker's real program with a small engine of the tests' own, spoken to byte by byte. The protocol is that
of cpp/channel/wire.h and frame_codec.h.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from made import native
from made.worker_wire import MAGIC, PROTOCOL, f64, heard, i64, mutated, text

HELLO, RENDER, CONNECT, STATUS, PURGE, RELEASE, PLATE, REACH, VALUES = 1, 5, 4, 9, 11, 12, 14, 15, 18
LEND = 19
WELCOME, DONE, TEXT, FETCH, ASK, ROWS = 2, 7, 10, 13, 17, 20
OK = 0


Bounds = tuple[int, int, int, int]


def image(bounds: Bounds, name: bytes = b"Source", depth: int = 4, block: int = 1) -> bytes:
    return text(name) + i64(block, 1, *bounds, *bounds) + i64(4, depth, 0) + f64(1.0)


def frame(
    bounds: Bounds = (0, 0, 4, 3),
    *,
    block: int = 1,
    value: bytes = b"copy",
    kind: int = 1,
    count: int = 0,
    window: Bounds | None = None,
    lends: bool = False,
) -> bytes:
    """The body of a frame whose source lies in the shared memory *block*, and whose output in the second."""
    window = window or bounds
    return (
        f64(1, 1, 1) + i64(0) + text(b"") + i64(*window) + i64(1)
        + image(bounds, block=block) + image(window, b"Output", block=2)
        + i64(1) + text(b"mode") + i64(kind, count) + f64(0, 0, 0) + text(value)
        + i64(0) + f64(0, 0) + i64(0) + i64(lends)
    )  # fmt: skip


class Worker:
    """The served program."""

    def __init__(self, folder: Path) -> None:
        told = os.environ.get("ANATOMATTE_TEST_BUILD")  # `make sanitize` names another one
        build = Path(told) if told else native.built()
        (program,) = build.rglob("anatomatte-worker")
        (engine,) = build.rglob("*bad_engine.so")
        self.path = folder / "socket"
        self.process = subprocess.Popen(
            [str(program), "--engine", str(engine), "--version", "1", "--digest", "abcdef01",
             "--serve", str(self.path)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None and "Serving" in self.process.stdout.readline()

    def caller(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(str(self.path))
        made.settimeout(native.HANG)
        return made

    def greeted(self) -> socket.socket:
        made = self.caller()
        say(made, HELLO, i64(PROTOCOL) + text(b"1") + text(b"abcdef01"))
        assert heard(made)[0] == WELCOME
        return made

    def held(self) -> int:
        """How many files the program has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def renders(self) -> None:
        """Somebody else's frame is made, and right."""
        with self.greeted() as good, shared(b"\x01\x02\x03\x04" * 48) as plate, shared(b"") as made:
            lend(good, plate, made)
            say(good, RENDER, frame())
            kind, body = heard(good)
            assert (kind, struct.unpack_from("<q", body)[0]) == (DONE, OK), body
            assert os.pread(made.fileno(), 192, 0) == b"\x01\x02\x03\x04" * 48


def shared(content: bytes) -> socket.SocketIO:
    descriptor = os.memfd_create("frame", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, 4096)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)  # or the worker refuses it
    os.pwrite(descriptor, content, 0)
    return os.fdopen(descriptor, "r+b")  # type: ignore[return-value]


def say(to: socket.socket, kind: int, body: bytes = b"", *descriptors: int) -> None:
    head = struct.pack("<IIQ", MAGIC, kind, len(body))
    if descriptors:
        socket.send_fds(to, [head + body], [*descriptors])
    else:
        to.sendall(head + body)


def lend(to: socket.socket, *memories: socket.SocketIO) -> None:
    """Tell of memories, as the blocks 1, 2, ..."""
    for number, memory in enumerate(memories, 1):
        say(to, LEND, i64(number, 4096), memory.fileno())


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path)
    yield made
    assert made.process.poll() is None, made.process.communicate()
    made.renders()
    made.process.terminate()
    made.process.communicate()


BIG = 2**31 - 1
HOSTILE = {
    "a frame of a few bytes": frame()[:5],
    "nothing": b"",
    "half of it": frame()[:90],
    "more than it": frame() + b"x",
    "bounds inside out": frame((4, 3, 0, 0)),
    "bounds whose bytes wrap around": frame((-BIG, -BIG, BIG, BIG)),
    "bounds that wrap to nothing": frame((0, 0, 2**30, 2**30)),
    "one row more than there is room for": frame((0, 0, 4, 65)),
    "a window of another picture": frame(window=(0, 0, 64, 64)),
    "a number beyond 32 bits": frame((0, 0, 2**40 + 4, 3)),
    "an unlikely size of a text": frame().replace(text(b"copy"), i64(2**62) + b"copy"),
    "a control of five numbers": frame(kind=0, count=5),
    "a control of less than none": frame(kind=0, count=-1),
    "a control of no kind": frame(kind=9),
    "memory that nobody told of": frame(block=3),
    "memory of no number": frame(block=0),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_damaged_frame_is_refused_and_others_are_served(worker: Worker, what: str) -> None:
    with worker.greeted() as bad, shared(b"") as plate, shared(b"") as made:
        lend(bad, plate, made)
        say(bad, RENDER, HOSTILE[what])
        kind, body = heard(bad)
        assert kind in (0, DONE) and not (kind == DONE and struct.unpack_from("<q", body)[0] == OK)


DAMAGED = {
    "of an impossible size": i64(1, 2**62),
    "larger than its file": i64(1, 4097),
    "of no size": i64(1, 0),
    "of less than no size": i64(1, -1),
    "without a size": i64(1),
    "with more than a size": i64(1, 4096, 1),
    "that is there already": i64(2, 4096),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged_memory_is_refused_and_others_are_served(worker: Worker, what: str) -> None:
    with worker.greeted() as bad, shared(b"") as plate, shared(b"") as made:
        say(bad, LEND, i64(2, 4096), made.fileno())
        say(bad, LEND, DAMAGED[what], plate.fileno())
        try:
            say(bad, RENDER, frame())
        except BrokenPipeError:
            return
        kind, body = heard(bad)
        assert kind in (0, DONE) and not (kind == DONE and struct.unpack_from("<q", body)[0] == OK)


@pytest.mark.parametrize("what", ["no file", "a pipe", "a file that can shrink", "too many"])
def test_memory_that_is_none_is_refused(worker: Worker, what: str, tmp_path: Path) -> None:
    """Memory that could be cut short under the worker would end it."""
    ends = os.pipe()
    (tmp_path / "file").write_bytes(bytes(4096))
    plain = os.open(tmp_path / "file", os.O_RDWR)
    with worker.greeted() as bad, shared(b"") as made:
        files = {"no file": [], "a pipe": [ends[0]], "a file that can shrink": [plain]}
        try:
            for number in range(1, 2 if what in files else 99):
                say(bad, LEND, i64(number, 4096), *files.get(what, [made.fileno()]))
            say(bad, RENDER, frame(block=1))
        except BrokenPipeError:
            pass
        else:
            kind, body = heard(bad)
            assert kind in (0, DONE) and not (kind == DONE and struct.unpack_from("<q", body)[0] == OK)
    for one in (*ends, plain):
        os.close(one)


def test_names_that_are_no_text_pass_to_the_engine_as_they_are(worker: Worker) -> None:
    with worker.greeted() as bad, shared(b"") as plate, shared(b"") as made:
        lend(bad, plate, made)
        say(bad, RENDER, frame(value=b"caf\xe9"))
        assert heard(bad)[0] == DONE


def test_descriptors_that_nobody_asked_for_are_closed(worker: Worker) -> None:
    with worker.greeted() as bad, shared(b"") as memory:
        say(bad, STATUS)
        assert heard(bad)[0] == TEXT
        before = worker.held()
        for _ in range(300):
            say(bad, STATUS, b"", memory.fileno(), memory.fileno())
            assert heard(bad)[0] == TEXT
        assert worker.held() <= before + 2


def test_before_the_hello_there_is_no_memory_for_a_caller(worker: Worker) -> None:
    for body in (struct.pack("<IIQ", MAGIC, HELLO, 16 << 20), struct.pack("<IIQ", MAGIC, RENDER, 5000)):
        with worker.caller() as bad:
            bad.sendall(body)
            assert heard(bad)[0] == 0
    with worker.caller() as bad:
        say(bad, STATUS)
        assert heard(bad)[0] == 0


def test_a_silent_caller_is_hung_up_on(worker: Worker) -> None:
    with worker.caller() as silent:
        assert heard(silent)[0] == 0


def answer(of: socket.socket) -> tuple[int, bytes]:
    """The next message that does not tell of rows."""
    while True:
        kind, body = heard(of)
        if kind != ROWS:
            return kind, body


def fuzzed(worker: Worker, seed: int, connections: int, messages: int) -> int:
    """Send mutated messages over many connections; how many were answered."""
    rng, answered = random.Random(seed), 0
    sound = {RENDER: frame(), REACH: f64(1) + i64(1) + f64(1, 9) + i64(0), STATUS: b"", PURGE: b"",
             RELEASE: i64(2), CONNECT: b"", PLATE: i64(0) + text(b"") + i64(64),
             LEND: i64(1, 4096)}  # fmt: skip
    hello = i64(PROTOCOL) + text(b"1") + text(b"abcdef01")
    with shared(b"\x05" * 192) as memory:
        for _ in range(connections):
            with worker.caller() as bad:
                try:
                    if rng.random() < 0.1:
                        say(bad, rng.choice((HELLO, RENDER, 77)), mutated(rng, hello))
                        continue
                    say(bad, HELLO, hello)
                    heard(bad)
                    lend(bad, memory, memory)
                    for _ in range(messages):
                        kind = rng.choice((*sound, RENDER, RENDER))
                        files = [memory.fileno()] * rng.choice((0, 1, 1, 2))
                        spoilt = kind != LEND or rng.random() < 0.5
                        body = mutated(rng, sound[kind]) if spoilt else sound[kind]
                        say(bad, kind, body, *files)
                        if kind in (RENDER, STATUS, REACH):
                            answered += answer(bad)[0] != 0
                except OSError:
                    continue
            assert worker.process.poll() is None, f"seed {seed}"
    return answered


def answered_badly(worker: Worker, rng: random.Random, memory: socket.SocketIO) -> int:
    """A frame that looks at the next one, whose controls and clips come spoilt; how often it asked."""
    control = i64(1) + text(b"gain") + i64(0, 1) + f64(2, 0, 0) + text(b"")
    sound = {
        ASK: (VALUES, i64(0) + text(b"") + control),
        FETCH: (PLATE, i64(0) + text(b"") + image((0, 0, 4, 3), block=3)),
    }
    asked = 0
    with worker.greeted() as bad:
        lend(bad, memory, memory)
        say(bad, RENDER, frame(value=b"beside", lends=True))
        while (kind := answer(bad)[0]) in sound:
            asked += 1
            told, body = sound[kind]
            if kind == FETCH and rng.random() < 0.9:
                say(bad, LEND, i64(3, 4096), memory.fileno())
            body = body if rng.random() < 0.5 else mutated(rng, body)
            if rng.random() < 0.1:
                say(bad, rng.choice((told, RENDER, PURGE, LEND)), body, memory.fileno())
                break  # gone while it waits for an answer, or for what comes of it
            say(bad, told, body, memory.fileno())
    return asked


def test_other_frames_that_come_spoilt_end_no_worker(worker: Worker) -> None:
    rng, before = random.Random(5), worker.held()
    with shared(b"\x00\x00\x80\x3f" * 48) as memory:
        assert sum(answered_badly(worker, rng, memory) for _ in range(60)) > 90
    for _ in range(300):
        if worker.held() <= before + 2:
            break
        time.sleep(0.1)
    assert worker.held() <= before + 2


def test_mutated_messages_end_no_worker(worker: Worker) -> None:
    before = worker.held()
    assert fuzzed(worker, seed=1, connections=60, messages=20) > 100
    for _ in range(300):  # threads of connections that were hung up on end by themselves
        if worker.held() <= before + 2:
            break
        time.sleep(0.1)
    assert worker.held() <= before + 2


@pytest.mark.soak
def test_a_hundred_thousand_mutated_messages_end_no_worker(worker: Worker) -> None:
    for seed in range(2, 27):
        fuzzed(worker, seed, connections=200, messages=25)
