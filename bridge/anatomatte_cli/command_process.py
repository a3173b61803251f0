"""A fork of the command server that becomes the process of a command."""

from __future__ import annotations

import atexit
import ctypes
import io
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NoReturn

from . import command_wire as wire
from .command_request import Command

_PR_SET_PDEATHSIG = 1
_IOPRIO_WHO_PROCESS = 1
_IOPRIO = {"x86_64": (252, 251), "aarch64": (31, 30)}
"""The numbers of the calls ioprio_get and ioprio_set, for which the C library has no names."""


def end_with(parent: int, number: int) -> None:
    """Let this process get a signal when its parent is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(0)


def be(command: Command, caller: socket.socket, begin: int) -> NoReturn:
    """Run a command as this process, once *begin* can be read: its caller still waits for it."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # the caller passes on what it hears
        try:
            end_with(os.getppid(), signal.SIGKILL)
            _become(command)
        except Exception:  # whatever it is, the command can run where it is
            caller.send(wire.REFUSED)
            os._exit(0)
        caller.send(wire.TAKEN)
        os.read(begin, 1)  # the server kills this process where the caller is gone
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the server's, which it shares
        code = _run(command.words)
    finally:
        os._exit(code)


def _become(command: Command) -> None:
    """Take over what the caller's process has from the system."""
    number = command.caller
    facts = Path(f"/proc/{number}/status").read_text().splitlines()
    mask = next(line.split()[1] for line in facts if line.startswith("Umask:"))
    os.umask(int(mask, 8))
    os.chdir(f"/proc/{number}/cwd")
    _weigh_as(number)
    os.sched_setaffinity(0, os.sched_getaffinity(number))
    for name in (name for name in dir(resource) if name.startswith("RLIMIT_")):
        kind = getattr(resource, name)
        resource.setrlimit(kind, resource.prlimit(number, kind))
    os.environb.clear()
    os.environb.update(command.variables)
    time.tzset()
    tempfile.tempdir = None
    for at, stream in enumerate(command.streams):
        os.dup2(stream, at)
    sys.stdin, sys.stdout, said = _text(0, False), _text(1, True), _text(2, True)
    said.reconfigure(errors="backslashreplace", line_buffering=True)
    sys.stderr = said
    sys.argv = ["anatomatte", *command.words]


def _weigh_as(number: int) -> None:
    """Take over how the system weighs the caller against other processes: by processors (`nice`, `chrt`),
    disks (`ionice`) and memory."""
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, number))
    os.sched_setscheduler(0, os.sched_getscheduler(number), os.sched_getparam(number))
    if calls := _IOPRIO.get(os.uname().machine):
        system = ctypes.CDLL(None, use_errno=True)
        asked, told = calls
        of_disks = system.syscall(asked, _IOPRIO_WHO_PROCESS, number)
        if of_disks < 0 or system.syscall(told, _IOPRIO_WHO_PROCESS, 0, of_disks) < 0:
            raise OSError(ctypes.get_errno(), "ioprio")
    for_memory = Path(f"/proc/{number}/oom_score_adj").read_text()
    if for_memory != (own := Path("/proc/self/oom_score_adj")).read_text():
        own.write_text(for_memory)


def _text(stream: int, writes: bool) -> io.TextIOWrapper:
    """A standard stream as Python makes it at its start."""
    before = sys.__stdout__
    assert isinstance(before, io.TextIOWrapper)
    if not writes:
        return io.TextIOWrapper(
            io.BufferedReader(io.FileIO(stream, closefd=False)), before.encoding, before.errors
        )
    return io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(stream, "w", closefd=False)), before.encoding, before.errors, "\n",
        os.isatty(stream), before.write_through,
    )  # fmt: skip


def _run(words: list[str]) -> int:
    """The command itself, and what Python does at its end: a fork that ends by `os._exit` skips waiting for
    threads and what is registered for the exit, so both are called by their private names, as the forks of
    `multiprocessing` do."""
    from . import commands, stopping

    try:
        stopping.listen()
        code = commands.main(words)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 120
    return code
