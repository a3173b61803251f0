"""The command server of a served worker: it has loaded what commands need, and forks for each of them.

Each command runs in a process of its own with its words, variables, streams, folder, processors, limits and
priority, so that it does what it would do if it had been started alone.  Only commands of the same user, the
same installation and the same confinement are taken; others are told to run where they are.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from . import command_wire as wire
from .command_process import be, end_with
from .command_request import asked

LOADED = (
    *(f"anatomatte_cli.cmd_{name}" for name in ("analyse", "check_frames", "correct", "farm", "render")),
    *(f"anatomatte_batch.{name}" for name in (
        "analyse", "checking", "correct", "cryptomatte", "faces", "idle", "images", "light", "ofx_node",
        "proxies", "report", "request", "run", "sheet", "shot", "sidecar", "targets", "video",
    )),
    "anatomatte_cli.cmd_sheet", "anatomatte.engine.provenance", "OpenImageIO", "pyopenfx",
)  # fmt: skip
"""What commands import while they work."""

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGSTOP, signal.SIGCONT)
_OTHER_S = 5.0
_PAUSE_S = 0.1


def beside(address: Path) -> None:
    """Fork the command server of a worker that this process is about to become."""
    if not (sys.platform.startswith("linux") and hasattr(os, "pidfd_open")):
        return
    parent = os.getpid()
    if os.fork() == 0:
        with suppress(KeyboardInterrupt):
            _live_and_die(parent, str(address) + wire.SUFFIX)
        os._exit(0)


def _live_and_die(parent: int, address: str) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # nothing is to be taken away while it loads
    end_with(parent, signal.SIGTERM)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.setsid()  # Ctrl-C is the worker's to hear
    before = dict(os.environb)
    _load()
    gc.collect()
    gc.freeze()  # pages stay shared with the forks
    try:
        listener = _listener(address)
    except OSError as why:
        print(f"anatomatte: No commands are taken at {address} ({why}); they load everything themselves.")
        return
    with listener:
        Server(listener, address, before).run()


def _load() -> None:
    """What commands import, and the digests of our networks, which each of them writes down."""
    for module in LOADED:
        importlib.import_module(module)
    from anatomatte.engine import provenance

    provenance.weights(landmarks=True, faces=True)


def _listener(address: str) -> socket.socket:
    """A socket that is the user's own; one that nobody listens at any more is replaced."""
    until = time.monotonic() + _OTHER_S
    while _answers(address):  # that of a worker which is just ending
        if time.monotonic() > until:
            raise FileExistsError("another one answers there")
        time.sleep(_PAUSE_S)
    Path(address).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(address)
    finally:
        os.umask(before)
    listener.listen(64)
    return listener


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True


class Server:
    """Takes commands until SIGTERM, and stays until those that it took have ended.

    Args:
        listener: where commands come.
        address: of it.
        before: the variables before libraries were loaded; one of OpenCV's files alters some.
    """

    def __init__(self, listener: socket.socket, address: str, before: dict[bytes, bytes]) -> None:
        self._listener, self._address, self._before = listener, address, before
        self._waits = selectors.DefaultSelector()
        self._waits.register(listener, selectors.EVENT_READ, self._accept)
        self._running: set[int] = set()
        self._stop, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._waits.register(self._stop, selectors.EVENT_READ, self._close)

    def run(self) -> None:
        signal.set_wakeup_fd(self._wake)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _heard)
        while self._running or self._listener.fileno() >= 0:
            for key, _ in self._waits.select():
                key.data()

    def _close(self) -> None:
        """No more commands are taken."""
        os.read(self._stop, 64)
        if self._listener.fileno() >= 0:
            Path(self._address).unlink(missing_ok=True)
            self._waits.unregister(self._listener)
            self._listener.close()

    def _accept(self) -> None:
        caller, _ = self._listener.accept()
        streams: list[int] = []
        try:
            command = asked(caller, streams, self._before)
        except (OSError, ValueError):
            with suppress(OSError):
                caller.send(wire.REFUSED)
            caller.close()
            _close_all(streams)
            return
        begin, let_begin = os.pipe2(os.O_CLOEXEC)
        number = os.fork()
        if number == 0:
            be(command, caller, begin)
        _close_all([*streams, begin])
        self._watch(number, caller, let_begin)

    def _watch(self, number: int, caller: socket.socket, let_begin: int) -> None:
        """Let a process begin when its caller says so, pass signals on to it, and its end back."""
        process = os.pidfd_open(number)
        self._running.add(number)

        def hear() -> None:
            told = b""
            with suppress(OSError):
                told = caller.recv(64)
            if not told:
                self._waits.unregister(caller)
                os.kill(number, signal.SIGKILL)  # the command was killed, and so is what it stands for
            for one in told:
                if one == wire.BEGIN[0]:
                    with suppress(OSError):  # something killed it
                        os.write(let_begin, wire.BEGIN)
                elif one in _PASSED_ON:
                    os.kill(number, one)

        def end() -> None:
            _, status = os.waitpid(number, 0)
            with suppress(OSError):
                caller.send(struct.pack(">i", os.waitstatus_to_exitcode(status)))
            self._waits.unregister(process)
            if caller in self._waits.get_map():
                self._waits.unregister(caller)
            caller.close()
            os.close(process)
            os.close(let_begin)
            self._running.discard(number)

        self._waits.register(caller, selectors.EVENT_READ, hear)
        self._waits.register(process, selectors.EVENT_READ, end)


def _heard(_number: int, _frame: FrameType | None) -> None:
    """The number is in the pipe."""


def _close_all(streams: list[int]) -> None:
    for stream in streams:
        os.close(stream)
