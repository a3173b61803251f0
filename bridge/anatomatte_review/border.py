"""The server's border, around every request: the guard, bounds of bytes and time, headers of safety."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .guard import Guard
from .limits import MB, Limits
from .problems import Refused, too_large

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_OPEN = ("/login",)
"""Paths that ask for no token: they take it."""
_FORM = 1 << 20  # bytes of a form besides its pictures
_LEFT = 16 * MB
_LEFT_SECONDS = 2.0


class Border:
    """ASGI middleware: what it refuses never reaches the service.

    Args:
        most: bytes of a body by path, the service's own prefix left out.
    """

    def __init__(self, app: ASGIApp, guard: Guard, limits: Limits, most: Callable[[str], int]) -> None:
        self._app, self._guard, self._limits, self._most = app, guard, limits, most
        self._held = _Held(limits.kept_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._limits.silence, self._held)
        out = _Answer(send, self._limits.silence)
        try:
            self._judge(scope, body)
            await self._app(scope, body, out)
        except Refused as why:
            if out.began:
                raise
            await refusal(why)(scope, receive, out)
            await body.drain()
        except _Deaf:
            pass  # uvicorn closes the connection of an answer that was not finished
        finally:
            body.release()

    def _judge(self, scope: Scope, body: _Body) -> None:
        headers = Headers(scope=scope)
        plain = {name.lower(): value for name, value in headers.items()}
        if len(headers.getlist("host")) != 1:
            raise Refused(400, "A request names one Host.", "Send one Host header.")
        path = route_path(scope)
        self._guard.check_place(scope["method"], scope["scheme"], plain)
        if path not in _OPEN:
            self._guard.check_token(plain)
        body.most = self._most(path) + _FORM
        told = headers.get("content-length", "")
        if told.isdecimal() and int(told) > body.most:
            raise body.too_large()


class Head:
    """ASGI middleware: who asks for the head of an answer alone, as proxies and monitors do, gets that."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bare(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, bare)


class Prefix:
    """ASGI middleware: the path that a proxy puts before ours, whether it passes it on or not."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._prefix:
            path = str(scope["path"])
            whole = path if path.startswith(f"{self._prefix}/") else self._prefix + path
            scope = {**scope, "path": whole, "root_path": self._prefix}
        await self._app(scope, receive, send)


def route_path(scope: Scope) -> str:
    """The path of a request below the prefix of a proxy."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def refusal(why: Refused) -> JSONResponse:
    """A failure as JSON: ``error`` and ``cure``."""
    return JSONResponse({"error": why.error, "cure": why.cure}, why.status, dict(why.headers))


@dataclass
class _Held:
    """Bytes of all bodies that are under way or being worked on, and the most that they may be."""

    most: int
    now: int = 0


class _Body:
    """A request's body: counted, and not waited for without end."""

    def __init__(self, receive: Receive, silence: float, held: _Held) -> None:
        self._receive, self._silence, self._held = receive, silence, held
        self.most = 0
        self._taken = 0
        self._ended = False
        self._began = time.monotonic()

    def too_large(self) -> Refused:
        return too_large("What was sent", f"{self.most / MB:.0f} MB a request")

    async def __call__(self) -> Message:
        if self._ended:
            return await self._receive()  # waits for the caller to hang up
        message = await self._next()
        if message["type"] != "http.request":
            self._ended = True
            return message
        size = len(message.get("body", b""))
        self._taken += size
        self._held.now += size
        self._ended = not message.get("more_body", False)
        if self._taken > self.most:
            raise self.too_large()
        if self._held.now > self._held.most:
            raise Refused(
                429,
                "Too much is being sent at once.",
                "Send it again after the time in Retry-After.",
                {"Retry-After": "5"},
            )
        return message

    async def _next(self) -> Message:
        # a drop every now and then is silence too: on average 1 kB a second is the least
        patience = self._silence + self._taken / 1024 - (time.monotonic() - self._began)
        try:
            return await asyncio.wait_for(self._receive(), min(self._silence, max(patience, 0.01)))
        except asyncio.TimeoutError as why:
            raise Refused(408, "The upload stood still.", "Send it again.", {"Connection": "close"}) from why

    def release(self) -> None:
        """The request is over: its bytes no longer count."""
        self._held.now -= self._taken
        self._taken = 0

    async def drain(self) -> None:
        """Read on a little, so that the answer is not lost with the connection."""
        with contextlib.suppress(asyncio.TimeoutError, RuntimeError):
            await asyncio.wait_for(self._rest(), _LEFT_SECONDS)

    async def _rest(self) -> None:
        left = 0
        while not self._ended and left < _LEFT:
            message = await self._receive()
            left += len(message.get("body", b""))
            self._ended = message["type"] != "http.request" or not message.get("more_body", False)


class _Deaf(Exception):
    """The caller does not take the answer."""


class _Answer:
    """The answer: with the headers of safety, and not held for who does not read it."""

    def __init__(self, send: Send, silence: float) -> None:
        self._send, self._silence = send, silence
        self.began = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.began = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        try:
            await asyncio.wait_for(self._send(message), self._silence)
        except asyncio.TimeoutError as why:
            raise _Deaf from why
