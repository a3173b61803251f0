"""Let a served worker's command server run this process's command: libraries are loaded there already.

It runs there as it would here: the same words, folder, variables, streams, limits and signals; this process
waits and ends as that one does.  Nothing but the standard library is imported, and little of that.
"""

from __future__ import annotations

import array
import os
import signal
import socket
import sys
from contextlib import suppress

from . import command_wire as wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_SENT = ("render", "analyse", "correct", "check-frames", "sheet")
_SENT_BELOW_FARM = ("render", "task")
_WAIT_S = 20.0
"""Seconds until a server that is silent is left alone; one that only was slow begins nothing then."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEADLY = (signal.SIGKILL, signal.SIGSTOP)
_OURS = ("/dev/fd/", "/proc/", "/dev/tty")
"""Files that are other ones in another process."""


def run() -> int | None:
    """The exit code of this process's command; None where it has to run here."""
    words = sys.argv[1:]
    if not _is_sent(words):
        return None
    try:
        server = _taken(os.environ["ANATOMATTE_WORKER"], words)
    except (OSError, ValueError):  # nobody there, a path too long for a socket, a folder that is gone
        return None
    return None if server is None else _ended(server)


def _is_sent(words: list[str]) -> bool:
    """Whether a command with these words is one for the server, and would see the same files there."""
    if not sys.platform.startswith("linux"):
        return False
    known = words[:1] == ["farm"] and words[1:2] and words[1] in _SENT_BELOW_FARM
    alike = not any(one in word for word in words for one in _OURS)
    at_home = any(word.startswith("--ray") for word in words)  # Ray looks at the process that it is in
    return bool(words and (known or words[0] in _SENT) and alike and not at_home)


def _taken(address: str, words: list[str]) -> socket.socket | None:
    """The server that has taken the command, or None where it wants it to run here."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.settimeout(_WAIT_S)
        server.connect(address + wire.SUFFIX)
        request = wire.packed(
            [
                wire.installation(),
                [os.fsencode(word) for word in words],
                [name + b"=" + value for name, value in os.environb.items()],
            ]
        )
        streams = array.array("i", (0, 1, 2))
        begun = server.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        server.sendall(request[begun:])
        if server.recv(1) == wire.TAKEN:
            server.settimeout(None)
            server.sendall(wire.BEGIN)
            return server
    except BaseException:
        server.close()
        raise
    server.close()
    return None


def _ended(server: socket.socket) -> int:
    """Wait for the command's end and pass signals on; its exit code, or this process ends by its signal."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with suppress(OSError):  # it has just ended
            server.send(bytes([number]))

    def stand_still(_number: int, _frame: FrameType | None) -> None:
        pass_on(signal.SIGSTOP, None)  # what SIGTSTP does to a process; there it would have no shell
        os.kill(os.getpid(), signal.SIGSTOP)
        pass_on(signal.SIGCONT, None)

    for number in _SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, pass_on)
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
        signal.signal(signal.SIGTSTP, stand_still)
    told = b""
    while len(told) < 4 and (more := server.recv(4 - len(told))):
        told += more
    if len(told) < 4:
        print(
            "anatomatte: The worker ended while it ran this command; start it again, and look at its log.",
            file=sys.stderr,
        )
        return 5
    code = int.from_bytes(told, "big", signed=True)
    if code < 0:
        if -code not in _DEADLY:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code
