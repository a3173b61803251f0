"""A command that a process asks the command server for, and whether it is one to be taken."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from . import command_wire as wire

_ALIKE = (
    "Uid", "Gid", "Groups", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp",
    "Seccomp_filters",
)  # fmt: skip
"""What /proc/…/status says of a process's confinement."""

_SPACES = ("mnt", "user", "pid", "net", "ipc", "uts")
_REQUEST_S = 2.0


class Command(NamedTuple):
    """A command that was asked for."""

    caller: int
    words: list[str]
    variables: dict[bytes, bytes]
    streams: list[int]


_OF_LIBRARIES = (b"OpenImageIO_ROOT",)
"""Variables that a library sets when it is loaded: OpenImageIO's says where its fonts are."""


def asked(caller: socket.socket, streams: list[int], before: dict[bytes, bytes]) -> Command:
    """The command that a caller asks for; its open files are put into *streams*.

    Raises:
        ValueError, OSError: it is none, or one that has to run where it is.
    """
    caller.settimeout(_REQUEST_S)
    number, user, _ = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if user != os.getuid() or not number or _confined(number) != _confined(os.getpid()):
        raise ValueError("of somebody else, or otherwise confined")
    begun, sent, _, _ = socket.recv_fds(caller, wire.LENGTH, 3)
    streams += sent
    if len(streams) != 3 or len(begun) != wire.LENGTH:
        raise ValueError("without three streams")
    length = int.from_bytes(begun, "big")
    if length > wire.MOST:
        raise ValueError("too long")
    body = bytearray()
    while len(body) < length:
        more = caller.recv(length - len(body))
        if not more:
            raise ValueError("cut off")
        body += more
    installation, words, told = wire.unpacked(bytes(body))
    variables = {name: value for name, _, value in (one.partition(b"=") for one in told)}
    if installation != wire.installation():
        raise ValueError("of another installation")
    if wire.at_loading(variables) != wire.at_loading(before):
        raise ValueError("libraries would be loaded otherwise")
    # those that libraries set while they are loaded, also where this one began with them
    kept = {name for name in os.environb if name not in before or name in _OF_LIBRARIES}
    own = {name: os.environb[name] for name in kept}
    variables = {**own, **variables, **wire.at_loading(os.environb)}
    caller.settimeout(None)
    return Command(number, [os.fsdecode(word) for word in words], variables, streams)


def _confined(number: int) -> tuple[object, ...]:
    """What a process may do and what it sees of the machine."""
    folder = f"/proc/{number}"
    lines = Path(folder, "status").read_text().splitlines()
    facts = {name: value for name, _, value in (line.partition(":") for line in lines) if name in _ALIKE}
    root = os.stat(f"{folder}/root")
    label = ""
    with suppress(OSError):
        label = Path(folder, "attr/current").read_text()
    return (
        tuple(sorted(facts.items())),
        tuple(os.readlink(f"{folder}/ns/{space}") for space in _SPACES),
        (root.st_dev, root.st_ino),
        label,
    )
