"""The process of one network of others: opens its file, answers until the node is gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
from pathlib import Path
from typing import Any

from ...errors import AnatomatteError, reason
from . import confine, messages

_LIBRARIES = {"onnx": "onnxruntime", "torchscript": "torch", "tflite": "ai_edge_litert.interpreter"}


def main(descriptor: int) -> None:
    """Serve the node at the other end of a socket; leave when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the node's to answer
    confine.close_inherited([descriptor])
    node = socket.socket(fileno=descriptor)
    try:
        words, _ = messages.receive(node)
        net = _opened(node, words)
        while net is not None:
            words, arrays = messages.receive(node)
            _answer(node, net, dict(zip(words["names"], arrays, strict=True)))
    except messages.Gone:
        pass
    os._exit(0)


def _opened(node: socket.socket, words: dict[str, Any]) -> Any:
    """The opened file, after everything else was given up; None where that failed and was told."""
    path, gpu = Path(words["path"]), words["device"] != "cpu"
    try:
        landlock = confine.files(path, gpu)
        if not words["runtime"]:  # somebody asks what holds here
            guards = {"landlock": landlock, "filtered": confine.rest(words["memory"], gpu)}
            messages.send(node, {"guards": guards})
            return None
        from ..runtime import files

        with contextlib.suppress(ImportError):  # told when the file is opened
            files.quietly(_LIBRARIES[words["runtime"]])
        guards = {"landlock": landlock, "filtered": confine.rest(words["memory"], gpu)}
        net = files.opened(
            words["runtime"], words["title"], path, words["device"], words["threads"], words["providers"]
        )
    except Exception as why:
        messages.send(node, _failure(why))
        return None
    ports = [_port(port) for port in net.inputs]
    messages.send(node, {"inputs": ports, "outputs": list(net.outputs), "guards": guards})
    return net


def _answer(node: socket.socket, net: Any, feeds: dict[str, Any]) -> None:
    _ends_with(node, True)
    try:
        made = net.run(feeds)
        told = {"outputs": list(net.outputs), "remark": net.remark}
    except Exception as why:
        made, told = [], _failure(why)
    _ends_with(node, False)
    messages.send(node, told, made)


def _ends_with(node: socket.socket, wanted: bool) -> None:
    """Whether this process ends when the node does: by the kernel, as a busy network listens to nobody."""
    flags = fcntl.fcntl(node, fcntl.F_GETFL)
    if not wanted:
        fcntl.fcntl(node, fcntl.F_SETFL, flags & ~os.O_ASYNC)
        return
    fcntl.fcntl(node, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(node, fcntl.F_SETFL, flags | os.O_ASYNC)  # SIGIO ends it
    poll = select.poll()
    poll.register(node, select.POLLRDHUP | select.POLLHUP)
    if poll.poll(0):
        os._exit(0)


def _port(port: Any) -> dict[str, Any]:
    return {
        "name": port.name, "type": port.dtype.str, "shape": None if port.shape is None else list(port.shape)
    }  # fmt: skip


def _failure(why: Exception) -> dict[str, Any]:
    """A failure in words: of memory, one of ours with its sentence, or what a library said."""
    from ..runtime.sessions import short_of_memory

    short = short_of_memory(why)
    ours = isinstance(why, AnatomatteError)
    kind = "memory" if short else "setup" if ours else "library"
    return {"failure": kind, "why": str(why) if ours else reason(why, last=True)}
