"""A network of others, run in a process of its own.

A TorchScript or ONNX file is a program of its maker's. Its process may read libraries and that one file,
compute, and answer; it has no network, writes no file, starts nothing, and has so much memory and time and no
more (`confine`). When it crashes, the frame fails with a sentence and the node lives.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import SetupError
from ...ops.strips import never
from ..runtime.files import Array, Port
from . import messages
from .python import command

LONGEST_S = 600.0
"""Seconds for opening a file or for one run, unless ANATOMATTE_MODEL_LONGEST_S says otherwise."""

_OF_THE_MACHINE = 0.85
"""Share of the machine's memory that a network may have, unless ANATOMATTE_MODEL_MEMORY_GB says otherwise."""


class Guest:
    """An opened network in its own process; threads may share it, one run at a time (`runtime.files.Net`).

    Args:
        runtime: onnx, torchscript or tflite.
        title: what the network is called in messages.
        path: its file.
        device: cpu, or a GPU's word.
        check: called while it is opened; raises Cancelled to stop.

    Raises:
        SetupError: the runtime is missing, the file cannot be opened, or it took too long.
        MemoryError: there is not enough memory for it.
    """

    def __init__(
        self,
        runtime: str,
        title: str,
        path: Path,
        device: str,
        threads: int,
        providers: Sequence[str] = ("cpu",),
        check: Callable[[], None] = never,
    ) -> None:
        self._title, self._lock, self.remark = title, threading.Lock(), ""
        self._words = {
            "runtime": runtime, "title": title, "path": str(path.resolve()), "device": device,
            "threads": threads, "providers": list(providers),
        }  # fmt: skip
        self._open(check)

    def _open(self, check: Callable[[], None]) -> None:
        self._process, self._socket = _started(self._title)
        self._end = weakref.finalize(self, _ended, self._process, self._socket)
        told, _ = self._exchange({**self._words, "memory": memory()}, (), check)
        try:
            self.guards: Mapping[str, Any] = dict(told["guards"])
            """`landlock`: the version that guards files, 0 for none; `filtered`: whether calls are."""
            self.inputs = tuple(_port(port) for port in told["inputs"])
            self.outputs = tuple(str(name) for name in told["outputs"])
        except (KeyError, TypeError, ValueError) as why:
            raise self._garbled() from why

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        """Run once; the outputs come in the file's order.

        Args:
            check: called every 50 ms; raises Cancelled, and the process is ended.

        Raises:
            SetupError: it ended, or took longer than it may. MemoryError: memory was short.
            RuntimeError: what the runtime said of the feeds.
        """
        while not self._lock.acquire(timeout=0.05):
            check()
        try:
            if not self._end.alive:  # ended by a frame that was cancelled or took too long
                self._open(check)
            told, made = self._exchange({"names": list(feeds)}, list(feeds.values()), check)
            self.outputs = tuple(str(name) for name in told.get("outputs", self.outputs))
            self.remark = str(told.get("remark", ""))
            return made
        finally:
            self._lock.release()

    def _exchange(
        self, words: Mapping[str, Any], arrays: Sequence[Array], check: Callable[[], None]
    ) -> tuple[dict[str, Any], list[Array]]:
        longest = longest_seconds()
        until = time.monotonic() + longest

        def waits() -> None:
            check()
            if time.monotonic() > until:
                raise SetupError(
                    f"{self._title} did not answer within {longest:g} s and was ended: choose a smaller "
                    "network or size, or allow it more in ANATOMATTE_MODEL_LONGEST_S."
                )

        try:
            messages.send(self._socket, words, arrays, waits)
            told, made = messages.receive(self._socket, waits)
        except messages.Gone as why:
            raise self._gone() from why
        except messages.Garbled as why:
            raise self._garbled() from why
        except BaseException:
            self._end()  # what it answers now is of no use to the next frame
            raise
        failure = told.get("failure")
        if failure is None:
            return told, made
        kinds: Mapping[str, type[Exception]] = {"memory": MemoryError, "setup": SetupError}
        raise kinds.get(str(failure), RuntimeError)(str(told.get("why")))

    def _gone(self) -> Exception:
        """What to raise when the process has ended by itself."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            code = 0
        self._end()
        if code == -signal.SIGKILL:  # whoever is short of memory is ended by the system
            return MemoryError(f"the process of {self._title} was ended by the system")
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with {code}"
        return SetupError(
            f"The process of {self._title} ended {how} while it ran: its file is damaged or made for another "
            "version of its runtime; import it again, or choose another network."
        )

    def _garbled(self) -> SetupError:
        self._end()
        return SetupError(
            f"The process of {self._title} answered something that is no picture and was ended: do not trust "
            "its file; get it again from its source."
        )


def guards() -> Mapping[str, Any]:
    """What holds on this machine, tried in a process without a network: as `Guest.guards`.

    Raises:
        SetupError: no such process can be started.
    """
    process, node = _started("a network")
    try:
        messages.send(node, {"runtime": "", "path": "/", "device": "cpu", "memory": memory()})
        told, _ = messages.receive(node)
        if "guards" not in told:
            raise SetupError(f"The process for networks of others fails: {told.get('why')}.")
        return dict(told["guards"])
    except (messages.Gone, messages.Garbled) as why:
        raise SetupError("The process for networks of others ends at once; reinstall the package.") from why
    finally:
        _ended(process, node)


def longest_seconds() -> float:
    """Seconds that a network may take for opening or for one run."""
    return _number("ANATOMATTE_MODEL_LONGEST_S", LONGEST_S)


def memory() -> int:
    """Bytes that a network's process may have."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(_number("ANATOMATTE_MODEL_MEMORY_GB", _OF_THE_MACHINE * machine / 2**30) * 2**30)


def _number(variable: str, usual: float) -> float:
    try:
        asked = float(os.environ.get(variable, ""))
    except ValueError:
        return usual
    return asked if 0 < asked < float("inf") else usual


def _port(told: Mapping[str, Any]) -> Port:
    shape = told["shape"]
    sizes = None if shape is None else tuple(None if n is None else int(n) for n in shape)
    return Port(str(told["name"]), sizes, np.dtype(str(told["type"])))


def _started(title: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    here, there = socket.socketpair()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_GIVEN)}
    environment["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        process = subprocess.Popen(
            command(there.fileno(), json.dumps([entry for entry in sys.path if entry])),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(there.fileno(),),
            env=environment,
            cwd="/",
        )
    except OSError as why:
        here.close()
        raise SetupError(f"No process could be started for {title}: {why.strerror}.") from why
    finally:
        there.close()
    return process, here


_NOT_GIVEN = ("LD_PRELOAD", "LD_AUDIT", "PYTHON")


def _ended(process: subprocess.Popen[bytes], node: socket.socket) -> None:
    node.close()
    process.kill()
    process.wait()
