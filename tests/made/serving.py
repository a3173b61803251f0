"""A server in this process with the true cutter, and small pictures to send it."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import OpenImageIO as oiio

from anatomatte_review import server
from anatomatte_review.cutting import opened
from anatomatte_review.service import Service, Setup

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "shot" / "plate.1001.exr"


@cache
def shot(width: int = 192, height: int = 108) -> np.ndarray:
    """The sample plate of a woman before green, H×W×3 of 8 bits, BGR."""
    light = np.asarray(oiio.ImageBuf(str(SAMPLE)).get_pixels(oiio.FLOAT))[..., :3]
    small = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
    shown = np.clip(small, 0, 1) ** (1 / 2.2)
    return np.ascontiguousarray((255 * shown[..., ::-1]).astype(np.uint8))


def encoded(kind: str = ".png", **size: int) -> bytes:
    """The sample as a file."""
    return bytes(cv2.imencode(kind, shot(**size))[1])


def decoded(content: bytes) -> np.ndarray:
    """A file as cv2 reads it."""
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return found


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


class Gate:
    """The true cutter behind a gate: no picture begins before `open`."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.may = threading.Event()

    def __call__(self, stop: Callable[[], bool]) -> Any:
        inner, gate = opened(stop), self

        class Gated:
            def cut(self, *args: Any, **named: Any) -> Any:
                gate.began.release()
                while not gate.may.wait(0.02):
                    if stop():
                        raise RuntimeError("stopped")
                return inner.cut(*args, **named)

            def close(self) -> None:
                inner.close()

        return Gated()


class Running:
    """A server that listens: where, its service, and a client of it."""

    def __init__(self, base: str, service: Service, client: httpx.Client) -> None:
        self.base, self.service, self.client = base, service, client

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def raw(self) -> socket.socket:
        """A connection on which anything can be said."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@contextmanager
def running(setup: Setup | None = None) -> Iterator[Running]:
    """A server on a free port of this machine, in a thread."""
    service = Service(setup or Setup(opened))
    listening = server.bound("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    made = server.prepared(service, behind_proxy=bool(service.setup.prefix))
    listening.listen(1024)  # callers may come before the thread does
    thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with httpx.Client(base_url=base, timeout=120) as client:
            yield Running(base, service, client)
    finally:
        made.should_exit = True
        thread.join()


def picture(name: str = "photo.png", content: bytes | None = None) -> tuple[str, tuple[str, bytes]]:
    """One file of a form."""
    return "image", (name, encoded() if content is None else content)


def lies(serving: Running) -> list[Path]:
    """The files that the server holds, but for the lock of its folder."""
    return [
        path for path in serving.service.store.folder.rglob("*") if path.is_file() and path.name != "running"
    ]
