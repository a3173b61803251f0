"""Networks of others in processes of their own: the same numbers and nothing else, and the node lives on."""

from __future__ import annotations

import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from anatomatte.errors import Cancelled, OutOfMemory, SetupError
from anatomatte.nets.guests import confine, landlock, messages, python
from anatomatte.nets.guests.guest import Guest, guards
from anatomatte.nets.runtime.files import opened
from anatomatte.nets.runtime.runner import Runner
from anatomatte.nets.runtime.sessions import Sessions
from made.network_files import alpha_net, manifest, node, onnx_net, tflite_sigmoid, torchscript_net
from made.programs import Endless, Maps

ALPHA = '[[output]]\nwhat = "alpha"\n'
FEED = np.random.default_rng(1).random((1, 3, 16, 24)).astype(np.float32)


class Soft(torch.nn.Module):
    def forward(self, picture: torch.Tensor, gain: float) -> dict[str, torch.Tensor]:
        return {"pha": torch.sigmoid(picture * gain), "sum": picture.sum(1)}


class Huge(torch.nn.Module):
    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return torch.zeros(picture.size(3) << 30).add(1)


def guest(kind: str, path: Path, **facts: Any) -> Guest:
    return Guest(kind, "Little network", path, "cpu", 1, **facts)


def gone(pid: int) -> bool:
    """Whether a process is no more, or nobody has asked yet how it ended; waits for that."""
    for _ in range(3000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def soon(what: Callable[[], None]) -> Callable[[], None]:
    """A check that calls *what* the second time it is asked."""
    asked = iter(range(10**9))
    return lambda: what() if next(asked) else None


def stop() -> None:
    raise Cancelled


def test_the_three_kinds_answer_as_in_the_process_itself(tmp_path: Path) -> None:
    flat = np.ascontiguousarray(FEED.transpose(0, 2, 3, 1))
    for kind, path, feeds in (
        ("onnx", alpha_net(tmp_path / "a.onnx"), {"input": FEED}),
        ("torchscript", torchscript_net(tmp_path / "b.pt", Soft()), {"picture": FEED, "gain": np.float32(3)}),
        ("tflite", tflite_sigmoid(tmp_path / "c.tflite", flat.shape), {"picture": flat}),
    ):
        here = opened(kind, "Little network", path, "cpu", 1)
        there = guest(kind, path)
        arrays = {name: np.asarray(value) for name, value in feeds.items()}
        for _ in range(2):
            for one, two in zip(here.run(arrays), there.run(arrays), strict=True):
                assert one.dtype == two.dtype and np.array_equal(one, two)
        assert (here.inputs, here.outputs) == (there.inputs, there.outputs)


def test_it_ends_with_the_last_who_holds_it(tmp_path: Path) -> None:
    there = guest("onnx", alpha_net(tmp_path / "a.onnx"))
    pid = there.pid
    assert not Path(f"/proc/{pid}/stat").read_text().endswith(" Z ")
    del there
    assert gone(pid)


def test_one_that_does_not_end_is_stopped_and_asked_anew(tmp_path: Path) -> None:
    endless = guest("torchscript", torchscript_net(tmp_path / "a.pt", Endless()))
    first = endless.pid
    with pytest.raises(Cancelled):
        endless.run({"picture": FEED}, soon(stop))
    assert gone(first)
    made = endless.run({"picture": FEED * np.float32(np.nan)})
    assert np.isnan(made[0]).all() and endless.pid != first


def test_one_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = guest("torchscript", torchscript_net(tmp_path / "a.pt", Endless()))
    monkeypatch.setenv("ANATOMATTE_MODEL_LONGEST_S", "0.5")
    with pytest.raises(SetupError, match=r"did not answer within 0\.5 s .* ANATOMATTE_MODEL_LONGEST_S"):
        endless.run({"picture": FEED})
    assert gone(endless.pid)


def test_a_crash_is_a_sentence_and_the_next_frame_is_made(tmp_path: Path) -> None:
    net = guest("onnx", alpha_net(tmp_path / "a.onnx"))
    right = net.run({"input": FEED})[0]
    os.kill(net.pid, signal.SIGSEGV)
    with pytest.raises(SetupError, match="process of Little network ended by SIGSEGV"):
        net.run({"input": FEED})
    assert np.array_equal(net.run({"input": FEED})[0], right)
    os.kill(net.pid, signal.SIGKILL)  # as the system does when memory is short
    with pytest.raises(MemoryError):
        net.run({"input": FEED})
    assert np.array_equal(net.run({"input": FEED})[0], right)


def test_frames_that_share_it_each_get_their_own(tmp_path: Path) -> None:
    net = guest("onnx", alpha_net(tmp_path / "a.onnx"))
    wrong: list[int] = []

    def frame(k: int) -> None:
        feed = FEED * np.float32(k)
        made = net.run({"input": feed})[0]
        if not np.allclose(made[0, 0], (feed[0] * [[[4]], [[-3]], [[2]]]).sum(0) - 0.5, atol=1e-5):
            wrong.append(k)

    threads = [threading.Thread(target=frame, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = torchscript_net(tmp_path / "a.pt", Huge())
    monkeypatch.setenv("ANATOMATTE_MODEL_MEMORY_GB", "8")
    net = Runner(manifest(ALPHA, runtime="torchscript"), path, pool=Sessions(idle=100))
    with pytest.raises(OutOfMemory, match="does not fit into memory"):
        net.infer(FEED[0].transpose(1, 2, 0))


def test_it_ends_with_its_node_however_busy(tmp_path: Path) -> None:
    torchscript_net(tmp_path / "a.pt", Endless())
    code = (
        "import sys, threading, numpy as np; from pathlib import Path\n"
        "from anatomatte.nets.guests.guest import Guest\n"
        f"net = Guest('torchscript', 'x', Path({str(tmp_path / 'a.pt')!r}), 'cpu', 1)\n"
        "told = iter([True])\n"
        "def check():\n"
        "    if next(told, False): print(net.pid, flush=True)\n"
        "net.run({'picture': np.ones((1, 3, 8, 8), np.float32)}, check)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        pid = int(held.stdout.readline())
        held.kill()
    assert gone(pid)


GUARDED = """
import os, socket, subprocess, sys
from pathlib import Path
from anatomatte.nets.guests import confine
here, other = Path(sys.argv[1]), Path(sys.argv[2])
guards = confine.files(here, False)
filtered = confine.rest(4 << 30, False)
def tried(name, what):
    try:
        what()
        print(name, "done")
    except (OSError, subprocess.SubprocessError) as why:
        print(name, type(why).__name__)
print("guards", guards, filtered)
tried("read", here.read_bytes)
tried("other", other.read_bytes)
tried("write", lambda: open(here, "ab").close())
tried("new", lambda: open(here.with_name("new"), "wb").close())
tried("rename", lambda: os.rename(here, here.with_name("moved")))
tried("socket", lambda: socket.create_connection(("127.0.0.1", 9)))
tried("unix", lambda: socket.socket(socket.AF_UNIX))
tried("program", lambda: subprocess.run(["/bin/true"]))
tried("fork", os.fork)
tried("signal", lambda: os.kill(os.getppid(), 0))
import threading
thread = threading.Thread(target=lambda: print("thread done", flush=True)); thread.start(); thread.join()
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the filter of calls is for x86-64")
def test_nothing_but_computing_is_left(tmp_path: Path) -> None:
    here, other = tmp_path / "net" / "here", tmp_path / "other"
    here.parent.mkdir()
    here.write_bytes(b"weights")
    other.write_bytes(b"a plate")
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(here), str(other)], capture_output=True, text=True, check=True
    )
    told = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    guards, filtered = told.pop("guards").split()
    assert guards == str(landlock.version())
    if filtered != "True":
        pytest.skip("this kernel filters no system calls")
    assert told.pop("thread") == "done" and told.pop("read") == "done"
    if guards == "0":
        assert told.pop("other") == "done"  # this kernel has no Landlock
    assert set(told.values()) == {"PermissionError"}
    assert sorted(path.name for path in here.parent.iterdir()) == ["here"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the filter of calls is for x86-64")
def test_a_program_that_got_in_still_makes_no_file(tmp_path: Path) -> None:
    path, made = torchscript_net(tmp_path / "a.pt", Maps(str(tmp_path / "made"))), tmp_path / "made"
    net = guest("torchscript", path)
    if not net.guards["filtered"]:
        pytest.skip("this kernel filters no system calls")
    with pytest.raises(RuntimeError, match="unable to open file"):
        net.run({"picture": FEED})
    assert not made.exists()
    opened("torchscript", "Little network", path, "cpu", 1).run({"picture": FEED})
    assert made.exists()  # it would have


def test_what_holds_on_a_machine_can_be_asked_without_a_network() -> None:
    holds = guards()
    assert set(holds) == {"landlock", "filtered"} and holds["landlock"] == landlock.version()


def test_what_a_process_may_read_leaves_out_where_people_work() -> None:
    home = Path.home()
    assert Path("/") not in confine.readable(False) and home not in confine.readable(False)
    assert all(path not in home.parents for path in confine.readable(True))


def test_it_is_started_with_the_python_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = python.executable()
    monkeypatch.setattr(sys, "executable", "/usr/local/bin/Nuke15.1")
    assert Path(python.executable()).resolve() == Path(own).resolve()
    monkeypatch.setattr(sys, "exec_prefix", "/nowhere")
    monkeypatch.setattr(sys, "base_exec_prefix", "/nowhere")
    monkeypatch.setenv("ANATOMATTE_PYTHON", str(Path(own).parents[1]))
    assert Path(python.executable()).resolve() == Path(own).resolve()
    monkeypatch.delenv("ANATOMATTE_PYTHON")
    with pytest.raises(SetupError, match="name one in ANATOMATTE_PYTHON"):
        python.executable()


def _heard(content: bytes) -> Any:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(content)
        there.shutdown(socket.SHUT_WR)
        return messages.receive(here)


def _said(words: bytes, rest: bytes = b"") -> bytes:
    return struct.pack("<Q", len(words)) + words + rest


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<Q", 1 << 62),
        _said(b"\xff\xfe"),
        _said(b"[1]"),
        _said(b"[" * 100_000),
        _said(b'{"arrays": [{"shape": [-1], "type": "<f4"}]}'),
        _said(b'{"arrays": [{"shape": [4294967296, 4294967296, 4], "type": "<f4"}]}'),
        _said(b'{"arrays": [{"shape": [2], "type": "|O"}]}', bytes(16)),
        _said(b'{"arrays": [{"shape": ["2"], "type": "<f4"}]}', bytes(8)),
        _said(b'{"arrays": [{"shape": [1], "type": "no type"}]}'),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_before_there_is_memory_for_it(content: bytes) -> None:
    with pytest.raises(messages.Garbled):
        _heard(content)


def test_messages_bring_arrays_of_any_shape_and_end_with_the_other_side() -> None:
    shown = [np.float32(2.5), np.zeros((0, 3), np.int64), FEED[:, :, ::2], np.ones((2, 2), np.bool_)]
    here, there = socket.socketpair()
    with here, there:
        thread = threading.Thread(
            target=messages.send, args=(there, {"word": "á"}, [np.asarray(one) for one in shown])
        )
        thread.start()
        words, arrays = messages.receive(here, lambda: None)
        thread.join()
    assert words == {"word": "á"}
    for one, two in zip(shown, arrays, strict=True):
        assert np.asarray(one).dtype == two.dtype and np.array_equal(one, two)
    with pytest.raises(messages.Gone):
        _heard(_said(b'{"arrays": [{"shape": [4], "type": "<f4"}]}', bytes(7)))


def test_a_loop_of_onnx_is_stopped_through_the_runner(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    body = helper.make_graph(
        [node("Identity", "going", "on"), node("Identity", "x", "y")],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, None),
        ],
    )
    path = onnx_net(
        tmp_path / "a.onnx",
        [helper.make_node("Loop", ["", "yes", "input"], ["output"], body=body)],
        {"input": (1, 3, "h", "w")},
        {"output": (1, 3, "h", "w")},
        {"yes": np.array(True)},
    )
    net = Runner(manifest(ALPHA), path, pool=Sessions(idle=100))
    with pytest.raises(Cancelled):
        net.infer(FEED[0].transpose(1, 2, 0), check=_after(40))


def _after(count: int) -> Callable[[], None]:
    """A check that stops when it was asked *count* times."""
    asked = iter(range(count))

    def check() -> None:
        if next(asked, None) is None:
            raise Cancelled

    return check


def test_packages_that_are_links_are_read_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = tmp_path / "store", tmp_path / "site-packages"
    for name in ("whole", "files", "plain"):
        (store / name / "deep").mkdir(parents=True)
        (store / name / "__init__.py").touch()
    for name in ("files/adeep", "plain"):
        (folder / name).mkdir(parents=True)
    (folder / "plain" / "__init__.py").touch()
    (folder / "whole").symlink_to(store / "whole")
    (folder / "files" / "__init__.py").symlink_to(store / "files" / "__init__.py")
    (store / "alone.py").touch()
    (folder / "alone.py").symlink_to(store / "alone.py")
    (folder / "home").symlink_to(Path.home())
    (folder / "gone").symlink_to(store / "nowhere")
    assert confine.linked(folder) == [store / "alone.py", store / "files", store / "whole"]
    monkeypatch.setattr(sys, "path", [str(folder)])
    assert {store / "files", store / "whole"} <= set(confine.readable(False))
