"""The messages between node and worker byte by byte (cpp/channel/wire.h), and how they are spoilt."""

from __future__ import annotations

import random
import socket
import struct

MAGIC = 0x414E4D31
PROTOCOL = 5


def i64(*values: int) -> bytes:
    return b"".join(struct.pack("<Q", value & (2**64 - 1)) for value in values)


def f64(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def text(value: bytes) -> bytes:
    return i64(len(value)) + value


def heard(of: socket.socket) -> tuple[int, bytes]:
    """The next message that is no sign of life; (0, b"") where the worker hung up."""
    while True:
        head = _bytes(of, 16)
        if len(head) < 16:
            return 0, b""
        _, kind, length = struct.unpack("<IIQ", head)
        body = _bytes(of, length)
        if kind != 6:
            return kind, body


def _bytes(of: socket.socket, count: int) -> bytes:
    made = b""
    while len(made) < count:
        try:
            got = of.recv(count - len(made))
        except ConnectionResetError:
            got = b""
        if not got:
            return made
        made += got
    return made


def mutated(rng: random.Random, body: bytes) -> bytes:
    made = bytearray(body)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(max(1, len(made)))
        what = rng.randrange(5)
        if what == 0 and made:
            made[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            made[at : at + 8] = struct.pack("<q", rng.choice((-1, 0, 2**31, 2**62, -(2**63), 255)))
        elif what == 2:
            del made[at : at + rng.randrange(1, 40)]
        elif what == 3:
            made[at:at] = rng.randbytes(rng.randrange(1, 24))
        else:
            made[at : at + 8] = rng.randbytes(8)
    return bytes(made)
