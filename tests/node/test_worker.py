"""The node through its worker: the same pixels, and faults that fail a frame or are not noticed at all.

Each test is a host process of its own; the faults of the protocol itself are in tests/cpp/worker.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from made import native
from made.worker_host import host_says


def test_the_worker_gives_the_same_pixels(tmp_path: Path) -> None:
    code = "np.save(sys.argv[1] if len(sys.argv) > 1 else os.environ['OUT'], frame()); print(status())"
    there, here = tmp_path / "worker.npy", tmp_path / "here.npy"
    assert "Worker process" in host_says(code, OUT=str(there))
    assert "Worker process" not in host_says(code, OUT=str(here), ANATOMATTE_RUNTIME="in-process")
    assert there.read_bytes() == here.read_bytes()


def test_a_killed_worker_is_replaced_without_a_word() -> None:
    host_says("""
    first = frame()
    pid = worker()
    os.kill(pid, signal.SIGKILL)
    assert np.array_equal(frame(), first)
    assert worker() != pid and len(children()) == 1
    """)


def test_a_worker_that_stands_still_is_replaced_within_its_silence() -> None:
    host_says(
        """
        first = frame()
        pid = worker()
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        assert np.array_equal(frame(), first)
        assert 4.5 < time.monotonic() - began < 120
        assert worker() != pid and len(children()) == 1
        """,
        ANATOMATTE_WORKER_SILENCE_S="5",
    )


def test_frames_of_several_threads_share_one_worker() -> None:
    host_says("""
    first = frame()
    wrong = []
    def many():
        for at in range(3):
            if not np.array_equal(frame(float(at)), first):
                wrong.append(at)
    threads = [threading.Thread(target=many) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong and len(children()) == 1
    """)


def test_the_hosts_python_does_not_reach_the_worker() -> None:
    told = host_says(
        "frame(); print(open(f'/proc/{worker()}/environ').read())",
        PYTHONPATH="/host/python",
        PYTHONNOUSERSITE="1",
        OCIO="/host/config.ocio",
        CUDA_VISIBLE_DEVICES="7",
    )
    assert "PYTHON" not in told.replace("ANATOMATTE_PYTHON", "")
    assert "/host/config.ocio" not in told
    assert "CUDA_VISIBLE_DEVICES=7" in told


def test_closing_the_host_ends_the_worker() -> None:
    host_says("""
    frame()
    pid = worker()
    node.close()
    host.close()
    assert not os.path.exists(f"/proc/{pid}"), "the unload action ends it"
    """)


def test_a_host_that_just_leaves_leaves_no_orphan() -> None:
    pid = int(host_says("frame(); print(worker(), flush=True); os._exit(0)"))
    for _ in range(1200):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the worker outlived its host by a minute")


def test_a_read_only_home_and_no_temporary_folder_cost_only_the_log() -> None:
    told = host_says("frame(); print(status())", HOME="/proc", XDG_STATE_HOME="", TMPDIR="/proc/nowhere")
    assert "Worker process" in told
    assert "log" not in told.splitlines()[0]


def test_a_missing_environment_is_a_sentence() -> None:
    told = host_says(
        """
        try:
            frame()
        except RenderError as why:
            print(why)
        """,
        ANATOMATTE_PYTHON="/nowhere/venv",
    )
    assert "/nowhere/venv" in told
    assert "anatomatte doctor" in told


def test_an_unknown_road_is_a_sentence() -> None:
    told = host_says("try: frame()\nexcept RenderError as why: print(why)", ANATOMATTE_RUNTIME="threads")
    assert "auto, worker or in-process" in told


def test_a_served_worker_is_shared_by_processes(tmp_path: Path) -> None:
    address = tmp_path / "worker.sock"
    line = [sys.executable, "-m", "anatomatte_cli", "worker", "serve", str(address)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "Serving at" in server.stdout.readline()
        try:
            told = {host_says("frame(); print(worker())", ANATOMATTE_WORKER=str(address)) for _ in range(2)}
            assert told == {str(server.pid)}
        finally:
            server.terminate()
    assert not address.exists()


@pytest.mark.parametrize("runtime", ["worker", "in-process"])
def test_a_text_that_is_no_utf8_fails_one_frame_and_no_host(runtime: str) -> None:
    code = r"""
    node.params.parts = "listed"
    for text in (b"caf\xe9", b"\xff\xfe\xfd", b"face, caf\xc3"):
        node.params["parts_list"].set(os.fsdecode(text))
        said = failure()
        assert "Parts list" in said or "\N{REPLACEMENT CHARACTER}" in said, ascii(said)
    node.params["parts_list"].set("face")
    node.params.parts = "all"
    frame()
    print(status().encode("ascii", "replace").decode())
    """
    told = host_says(code, ANATOMATTE_RUNTIME=runtime)
    assert ("Worker process" in told) == (runtime == "worker")


@pytest.mark.parametrize("runtime", ["worker", "in-process"])
def test_a_bundle_in_a_folder_whose_name_is_no_utf8(tmp_path: Path, runtime: str) -> None:
    place = tmp_path / os.fsdecode(b"plug-\xe9")
    try:
        place.mkdir()
    except OSError:
        pytest.skip("the file system takes no such name")
    (place / "anatomatte").symlink_to(native.ROOT / "plugin" / "anatomatte")
    bundle = place / "anatomatte" / "ofx" / "anatomatte.ofx.bundle"
    told = host_says("frame()\nprint(ascii(status()))", BUNDLE=str(bundle), ANATOMATTE_RUNTIME=runtime)
    assert ("Worker process" in told) == (runtime == "worker") and "green screen" in told
