"""Renders with networks of others under a watcher of system calls, in no network, and stopped while busy."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anatomatte.models import store
from anatomatte.models.manifest import load
from anatomatte.models.store import places
from made import native
from made.cli_fake import shot
from made.network_files import HEAD, SUFFIX, alpha_net, tflite_sigmoid, torchscript_net
from made.programs import Endless, Soft

ANATOMATTE = [sys.executable, "-m", "anatomatte_cli"]
ALPHA = '[[output]]\nwhat = "alpha"\n'


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store with a network of each kind, and one that does not end."""
    for name, value in {"HOME": "home", "XDG_CACHE_HOME": "home/.cache", places.OWN: "store"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    (tmp_path / "home").mkdir()
    brought = tmp_path / "brought"
    brought.mkdir()
    flat = '[input]\nlayout = "NHWC"\n[size]\nrule = "fixed"\nwidth = 32\nheight = 32\n'
    for name, runtime, tables in (
        ("onnx", "onnx", '[run]\nproviders = ["cuda", "cpu"]\n' + ALPHA + 'encoding = "sigmoid"\n'),
        ("script", "torchscript", ALPHA),
        ("lite", "tflite", flat + ALPHA + 'layout = "NHWC"\nchannel = 0\n'),
        ("endless", "torchscript", ALPHA),
    ):  # fmt: skip
        text = HEAD.format(runtime=runtime, id=name, suffix=SUFFIX[runtime]) + tables
        (brought / f"{name}.toml").write_text(text, encoding="utf-8")
        file = brought / f"{name}{SUFFIX[runtime]}"
        if runtime == "onnx":
            alpha_net(file)
        elif runtime == "tflite":
            tflite_sigmoid(file, (1, 32, 32, 3))
        else:
            torchscript_net(file, Endless() if name == "endless" else Soft())
        told = load(brought / f"{name}.toml")
        store.learn(told, text)
        store.add(told, told.file(""), file)
    yield tmp_path


def words(folder: Path, network: str) -> list[str]:
    chosen = {"subject": "on", "screen": "none", "alpha_model": "custom", "alpha_network": network}
    told = [f"--set={name}={value}" for name, value in chosen.items()]
    return [*ANATOMATTE, "render", shot(folder / "in", [1]), str(folder / "out" / "k.####.exr"), *told]


def watched() -> list[str]:
    """A watcher of system calls in a namespace without a network; skipped with a word where there is none."""
    if not (shutil.which("strace") and shutil.which("unshare")):
        pytest.skip("strace or unshare is not installed")
    watcher = ["unshare", "-rn", "strace", "-f", "-qq", "-e", "signal=none", "-e"]
    calls = "socket,connect,sendto,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat"
    if subprocess.run([*watcher, f"trace={calls}", "true"], capture_output=True).returncode:
        pytest.skip("this kernel forbids namespaces of users or tracing")
    return [*watcher, f"trace={calls}", "-o"]


_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+|\?)")


@pytest.mark.parametrize("network", ["onnx", "script", "lite", "own"])
def test_a_render_asks_no_network_and_leaves_no_file(stored: Path, network: str) -> None:
    watch, trace = watched(), stored / "trace"
    command = words(stored, network)
    if network == "own":
        command = [word for word in command if "alpha_" not in word]
    done = subprocess.run([*watch, str(trace), *command], capture_output=True, text=True, cwd=stored)
    assert done.returncode == 0, done.stderr
    asked, wrote = [], set()
    for line in trace.read_text(errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None:
            continue
        name, told = call[1], call[2]
        if name in ("socket", "connect") and "AF_UNIX" not in told:
            asked.append(line)
        written = name in ("creat", "mkdir", "mkdirat") or re.search(r"O_(WRONLY|RDWR|CREAT)", told)
        if written and call[3].isdigit() and (path := re.search(r'"([^"]*)"', told)):
            wrote.add(path[1])
    assert not asked
    own = (str(stored / "out"), "out/", "/dev/", "/proc/", str(stored / "store"))
    strange = {path for path in wrote if not path.startswith(own) and path != "out"}
    assert not strange, strange
    assert not [path for path in (stored / "home").rglob("*") if path.is_file()]


@pytest.mark.parametrize("runtime", ["in-process", "worker"])
def test_a_network_that_does_not_end_ends_with_the_signal(stored: Path, runtime: str) -> None:
    environment = os.environ | {"ANATOMATTE_RUNTIME": runtime}
    with subprocess.Popen(
        words(stored, "endless"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as job:
        busy = _busy_below(job.pid)
        job.send_signal(signal.SIGTERM)
        _, told = job.communicate(timeout=native.HANG)
    assert job.returncode == 143 and "Traceback" not in told
    assert _soon(lambda: not Path(f"/proc/{busy}").exists() or _state(busy) == "Z")
    assert not list(stored.glob("out/*"))


def _soon(what: Callable[[], bool]) -> bool:
    """Whether *what* becomes true; a busy machine is waited for."""
    for _ in range(native.HANG * 10):
        if what():
            return True
        time.sleep(0.1)
    return False


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def _busy_below(pid: int) -> int:
    """The process of the network, once it computes: a child that was given a socket and runs."""
    found: list[int] = []

    def there() -> bool:
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                network = b"guests.program" in (folder / "cmdline").read_bytes()
                if network and _above(int(folder.name), pid) and _waits_for_hangup(int(folder.name)):
                    found.append(int(folder.name))
            except (OSError, IndexError):
                continue
        return bool(found)

    assert _soon(there), "the network never ran"
    return found[0]


def _waits_for_hangup(pid: int) -> bool:
    """Whether it runs its network: its socket then has O_ASYNC (020000)."""
    flags = [info.read_text() for info in Path(f"/proc/{pid}/fdinfo").iterdir()]
    return any(int(text.split("flags:")[1].split()[0], 8) & 0o20000 for text in flags if "flags:" in text)


def _above(pid: int, wanted: int) -> bool:
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        if pid == wanted:
            return True
    return False
