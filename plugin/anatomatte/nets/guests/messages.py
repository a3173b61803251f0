"""What a node and the process of a network say to each other: words as JSON, arrays as bytes.

Neither believes the other's lengths: what is longer than may be, or is no number, is refused before there is
memory for it. Nothing is unpickled.
"""

from __future__ import annotations

import json
import select
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_LENGTH = struct.Struct("<Q")
_WORDS = 1 << 20
"""Bytes of words at most."""
_MOST = 1 << 36
"""Bytes of arrays at most."""
_KINDS = frozenset("biuf")
_POLL_MS = 50


class Garbled(Exception):
    """What came is no message."""


class Gone(Exception):
    """The other side ended."""


def send(
    to: socket.socket,
    words: Mapping[str, Any],
    arrays: Sequence[Array] = (),
    check: Callable[[], None] | None = None,
) -> None:
    """Send a message.

    Args:
        check: called every 50 ms while the other side takes nothing; raises to stop.

    Raises:
        Gone: the other side ended.
    """
    shown = [np.asarray(array, order="C") for array in arrays]
    facts = [{"shape": list(array.shape), "type": array.dtype.str} for array in shown]
    text = json.dumps({**words, "arrays": facts}).encode()
    _give(to, memoryview(_LENGTH.pack(len(text)) + text), check)
    for array in shown:
        _give(to, array.reshape(-1).view(np.uint8).data, check)


def _give(to: socket.socket, view: memoryview, check: Callable[[], None] | None) -> None:
    poll = select.poll()
    poll.register(to, select.POLLOUT)
    while len(view):
        while check is not None and not poll.poll(_POLL_MS):
            check()
        try:
            view = view[to.send(view, 0 if check is None else socket.MSG_DONTWAIT) :]
        except BlockingIOError:
            continue
        except (BrokenPipeError, ConnectionResetError) as why:
            raise Gone from why


def receive(of: socket.socket, check: Callable[[], None] | None = None) -> tuple[dict[str, Any], list[Array]]:
    """Receive a message: its words, and its arrays in C order.

    Args:
        check: called every 50 ms while nothing comes; raises to stop.

    Raises:
        Gone: the other side ended. Garbled: it sent no message.
    """
    (length,) = _LENGTH.unpack(_bytes(of, _LENGTH.size, check))
    if length > _WORDS:
        raise Garbled("too many words")
    try:
        words = json.loads(bytes(_bytes(of, length, check)))
        facts = [(np.dtype(fact["type"]), tuple(fact["shape"])) for fact in words.pop("arrays")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as why:
        raise Garbled("no words") from why
    arrays, total = [], 0
    for kind, shape in facts:
        if kind.kind not in _KINDS or not all(isinstance(n, int) and n >= 0 for n in shape):
            raise Garbled("no array of numbers")
        count = 1
        for n in shape:
            count *= n  # of Python's own numbers, which do not wrap
        total += count * kind.itemsize
        if total > _MOST:
            raise Garbled("too large an array")
        arrays.append(np.frombuffer(_bytes(of, count * kind.itemsize, check), kind).reshape(shape))
    return words, arrays


def _bytes(of: socket.socket, count: int, check: Callable[[], None] | None) -> bytearray:
    made = bytearray(count)
    view, poll = memoryview(made), select.poll()
    poll.register(of, select.POLLIN)
    while len(view):
        while check is not None and not poll.poll(_POLL_MS):
            check()
        try:
            got = of.recv_into(view)
        except ConnectionResetError as why:
            raise Gone from why
        if not got:
            raise Gone
        view = view[got:]
    return made
