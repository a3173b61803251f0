"""uvicorn, told to be patient with nobody: heads of requests have a time, ends are clean."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import app
from .service import Service

_HEAD_SECONDS = 20.0
_GRACE = 40  # seconds for answers under way when the server ends
_MOST_HEAD = 32768  # bytes of a request's head


class Impatient(H11Protocol):
    """Hangs up on who does not send the head of a request in time; uvicorn waits for ever."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def handle_events(self) -> None:
        super().handle_events()
        if self._between():
            self._watch()
        else:
            self._calm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def _between(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _watch(self) -> None:
        if self._late is None:
            self._late = asyncio.get_running_loop().call_later(_HEAD_SECONDS, self._hang_up)

    def _calm(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _hang_up(self) -> None:
        if self._between() and not self.transport.is_closing():
            self.transport.abort()


def bound(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: the address is not ours, or taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except BaseException:
        made.close()
        raise
    return made


def prepared(
    service: Service, behind_proxy: bool = False, ready: Callable[[], None] = lambda: None
) -> Server:
    """A server that waits for ``run(sockets=[bound(…)])``; SIGINT, SIGTERM, SIGHUP or ``should_exit`` end it.

    Args:
        behind_proxy: whether ``X-Forwarded-For`` of this machine tells clients apart.
        ready: called once it listens, and a signal is its clean end.
    """
    logging.basicConfig(level=logging.WARNING, format="anatomatte: %(message)s")
    config = uvicorn.Config(
        app.made(service),
        http=Impatient,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=behind_proxy,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_MOST_HEAD,
    )
    return Server(config, service, ready)


class Server(uvicorn.Server):
    """Ends the frame in work as soon as a signal comes, so that answers under way do not wait for it."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service, self._ready = service, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn, and says so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn, and SIGHUP is an end as well, unless it is ignored (`nohup`)."""
        hangup: int | None = getattr(signal, "SIGHUP", None)
        with super().capture_signals():
            mine = threading.current_thread() is threading.main_thread()
            if hangup is None or not mine or signal.getsignal(hangup) is signal.SIG_IGN:
                yield
                return
            before = signal.signal(hangup, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(hangup, before)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """As uvicorn, and the cutter's work ends within its frame."""
        self._service.engine.end()
        super().handle_exit(sig, frame)
