"""Commands that a served worker's command server runs: thin here, and the same there as alone."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from made import native
from made.cli_fake import shot

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are Linux's")

COMMAND = [sys.executable, "-m", "anatomatte_cli"]
SERVED = 88
"""The exit code of `SENT` where the command was not sent."""
SENT = f"""
import sys
from anatomatte_cli.main import main
code = main()
sys.exit({SERVED} if "click" in sys.modules else code)
"""
_HARDLY = 3.0
"""Seconds in which a warm command makes a small frame."""
SET = ["--set", "screen=green", "--set", "steady=0"]
OURS = {
    "anatomatte", "anatomatte_cli", "anatomatte_cli.main", "anatomatte_cli.command_client",
    "anatomatte_cli.command_wire", "anatomatte_cli.stopping",
}  # fmt: skip
"""All that a command that is sent imports, but for small modules of Python."""
DEAR = {"dataclasses", "inspect", "json", "logging", "pathlib", "re", "subprocess", "typing"}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The address of a worker whose command server answers; it was started under `nohup`."""
    address = tmp_path_factory.mktemp("w") / "w.sock"
    import OpenImageIO  # noqa: F401  # it tells whatever this process starts where its fonts are

    nohup = partial(signal.signal, signal.SIGHUP, signal.SIG_IGN)
    with subprocess.Popen([*COMMAND, "worker", "serve", str(address)], preexec_fn=nohup) as served:
        until = time.monotonic() + native.HANG
        while not Path(f"{address}.commands").exists():
            assert served.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        yield address
        served.terminate()


def variables(worker: Path | None, **more: str) -> dict[str, str]:
    told = {} if worker is None else {"ANATOMATTE_WORKER": str(worker)}
    mine = {name: value for name, value in os.environ.items() if name != "OpenImageIO_ROOT"}
    return {**mine, **told, **more}  # that one this process got from a library


def begun(line: list[str], folder: Path, worker: Path | None, **more: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        line, cwd=folder, env=variables(worker, **more), stdout=pipe, stderr=pipe, text=True, umask=0o027
    )


def ended(line: list[str], folder: Path, worker: Path | None, **more: str) -> tuple[int, str, str]:
    process = begun(line, folder, worker, **more)
    out, err = process.communicate(timeout=native.HANG)
    return process.returncode, out, err


def sent(words: list[str], folder: Path, worker: Path, **more: str) -> tuple[int, str, str]:
    """How a command ends that is sent."""
    found = ended([sys.executable, "-c", SENT, *words], folder, worker, **more)
    assert found[0] != SERVED, f"it ran here: {found}"
    return found


def alone(words: list[str], folder: Path, **more: str) -> tuple[int, str, str]:
    return ended([*COMMAND, *words], folder, None, **more)


def timeless(text: str) -> str:
    return re.sub(r"in [\d.]+ s|\"(at|seconds)\": [\d.]+", "", text)


def test_a_command_that_is_sent_imports_next_to_nothing(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 2))
    code = """
import sys
before = set(sys.modules)
from anatomatte_cli.main import main
code = main()
print(*sorted(set(sys.modules) - before), file=sys.stderr)
sys.exit(code)
"""
    words = ["render", "plate.####.exr", "k.####.exr", *SET, "--quiet"]
    number, _, told = ended([sys.executable, "-c", code, *words], tmp_path, worker)
    assert number == 0, told
    assert (tmp_path / "k.0001.exr").is_file()
    loaded = set(told.split())
    assert {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names} == OURS
    assert not loaded & DEAR


@pytest.mark.parametrize(
    "words",
    [
        ["render", "plate.####.exr", "out/k.####.exr", "--layers", "rgba,screen,spill", *SET],
        ["render", "plate.####.exr", "out/k.####.exr", "--frames", "1-3", "--log", "-", *SET],
        ["render", "plate.####.exr", "out/k.####.exr", "--layers", "rgba,sreen"],
        ["render", "plate.####.exr", "out/k.####.exr", "--nonsense"],
        ["render", "absent.####.exr", "out/k.####.exr"],
        ["check-frames", "plate.####.exr"],
        ["sheet", "plate.####.exr", "out/sheet.png", *SET],
        ["farm", "render", "plate.####.exr", "out/k.####.exr", "--frames", "1-3", *SET],
    ],
)
def test_it_says_makes_and_ends_the_same(worker: Path, tmp_path: Path, words: list[str]) -> None:
    found = []
    for name in ("here", "there"):
        folder = tmp_path / name
        shot(folder, range(1, 3))
        code, out, err = alone(words, folder) if name == "here" else sent(words, folder, worker)
        files = {
            path.name: (path.read_bytes(), path.stat().st_mode) for path in sorted((folder / "out").glob("*"))
        }
        plain = out.replace(str(folder), ""), err.replace(str(folder), "")
        found.append((code, *(timeless(text) for text in plain), files))
    assert found[0] == found[1]


def test_its_variables_are_the_callers(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 2))
    words = ["render", "plate.####.exr", "k.####.exr", "--colorspace", "ACEScg", *SET]
    told = sent(words, tmp_path, worker, OCIO=str(tmp_path / "mine.ocio"))
    assert told[0] == 4 and "mine.ocio" in told[2]
    assert told == alone(words, tmp_path, OCIO=str(tmp_path / "mine.ocio"))
    assert not (tmp_path / "k.0001.exr").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_it_and_its_end_is_told(worker: Path, tmp_path: Path, number: int) -> None:
    shot(tmp_path, range(1, 400))
    process = begun([*COMMAND, "render", "plate.####.exr", "k.####.exr", *SET], tmp_path, worker)
    assert process.stdout is not None
    process.stdout.readline()  # a frame is there
    process.send_signal(number)
    _, err = process.communicate(timeout=native.HANG)
    name = signal.Signals(number).name
    assert process.returncode == 128 + number and f"Stopped by {name}; finished frames are kept." in err
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_with_a_command_that_is_killed_its_work_ends(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 400))
    process = begun([*COMMAND, "render", "plate.####.exr", "k.####.exr", *SET], tmp_path, worker)
    assert process.stdout is not None
    process.stdout.readline()
    assert working(tmp_path)
    process.kill()
    process.communicate(timeout=native.HANG)
    until = time.monotonic() + native.HANG
    while working(tmp_path):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert len(list(tmp_path.glob("k.*.exr"))) < 399


def working(folder: Path) -> list[str]:
    """Processes in a folder, but for this one."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.name != str(os.getpid()) and os.readlink(entry / "cwd") == str(folder):
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_where_libraries_would_be_loaded_otherwise_it_runs_where_it_is(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 2))
    words = ["render", "plate.####.exr", "k.####.exr", *SET, "--quiet"]
    line = [sys.executable, "-c", SENT, *words]
    assert ended(line, tmp_path, worker, OPENCV_LOG_LEVEL="ERROR")[0] == SERVED
    assert (tmp_path / "k.0001.exr").is_file()


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPY_DISABLE_CPU_FEATURES"])
def test_with_other_threads_or_arithmetic_it_runs_where_it_is(
    worker: Path, tmp_path: Path, name: str
) -> None:
    shot(tmp_path, range(1, 2))
    words = ["render", "plate.####.exr", "k.####.exr", *SET, "--quiet"]
    other = {name: "7" if "THREADS" in name else "X86_V4"}
    assert ended([sys.executable, "-c", SENT, *words], tmp_path, worker, **other)[0] == SERVED
    assert (tmp_path / "k.0001.exr").is_file()


LIMITED = [
    "bash", "-c",
    'ulimit -f 90000 -n 321; echo 300 > /proc/self/oom_score_adj; exec nice -n 7 chrt -b 0 ionice -c 3 "$@"',
    "limited",
]  # fmt: skip


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "chrt", "ionice"))), reason="util-linux is not there")
def test_it_has_the_callers_limits_and_weighs_as_much(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 400))
    words = ["render", "plate.####.exr", "k.####.exr", *SET]
    process = begun([*LIMITED, *COMMAND, *words], tmp_path, worker)
    assert process.stdout is not None
    process.stdout.readline()
    numbers = [int(number) for number in working(tmp_path)]
    try:
        assert len(numbers) == 2, "the command, and what it stands for"
        for number in numbers:
            assert os.getpriority(os.PRIO_PROCESS, number) == os.getpriority(os.PRIO_PROCESS, 0) + 7
            assert os.sched_getscheduler(number) == os.SCHED_BATCH
            assert Path(f"/proc/{number}/oom_score_adj").read_text() == "300\n"
            assert resource.prlimit(number, resource.RLIMIT_NOFILE) == (321, 321)
            assert resource.prlimit(number, resource.RLIMIT_FSIZE)[0] == 90000 << 10
            told = subprocess.run(["ionice", "-p", str(number)], capture_output=True, text=True)
            assert told.stdout == "idle\n"
    finally:
        process.kill()
        process.communicate(timeout=native.HANG)


def test_a_command_that_stands_still_stands_still_there_too(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 60))
    process = begun([*COMMAND, "render", "plate.####.exr", "k.####.exr", *SET], tmp_path, worker)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTSTP)
    until = time.monotonic() + native.HANG
    while states(tmp_path) != ["T", "T"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=native.HANG)
    assert process.returncode == 0 and len(list(tmp_path.glob("k.*.exr"))) == 59


def states(folder: Path) -> list[str]:
    """What the processes in a folder do, a letter each; none of one that has just ended."""
    found = []
    for number in working(folder):
        try:
            found.append(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0])
        except OSError:
            continue
    return found


def test_a_command_that_nobody_waits_for_any_more_does_not_begin(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 2))
    mute = """
import sys
from anatomatte_cli import command_wire
from anatomatte_cli.main import main
command_wire.BEGIN = b""
sys.exit(main())
"""
    words = ["render", "plate.####.exr", "k.####.exr", *SET]
    process = begun([sys.executable, "-c", mute, *words], tmp_path, worker)
    time.sleep(_HARDLY)
    assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    until = time.monotonic() + native.HANG
    while working(tmp_path):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not list(tmp_path.glob("k.*"))


def test_a_stranger_to_the_protocol_costs_only_himself(worker: Path, tmp_path: Path) -> None:
    shot(tmp_path, range(1, 2))
    for bad in (b"", b"\xff" * 8, (5).to_bytes(8, "big") + b"3\0a\0b", (2).to_bytes(8, "big") + b"-1"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
            stranger.connect(f"{worker}.commands")
            stranger.sendall(bad)
    assert sent(["render", "plate.####.exr", "k.####.exr", *SET], tmp_path, worker)[0] == 0


def test_the_command_server_ends_with_its_worker(tmp_path: Path) -> None:
    address = tmp_path / "w.sock"
    with subprocess.Popen([*COMMAND, "worker", "serve", str(address)], cwd=tmp_path) as served:
        until = time.monotonic() + native.HANG
        while not Path(f"{address}.commands").exists():
            assert served.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        served.kill()
    while working(tmp_path) or Path(f"{address}.commands").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
