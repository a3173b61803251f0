"""Waiting for work without holding a thread: until it is done, its caller hangs up, or time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from .engine import Engine
from .problems import Refused

Result = TypeVar("Result")


class HungUp(Exception):
    """The caller is gone; nobody reads the answer."""


async def done(
    engine: Engine, client: str, do: Callable[[Any], Result], seconds: float, request: Request | None = None
) -> Result:
    """The result of work on the engine.

    Args:
        seconds: until it is given up, in the queue and in work together.
        request: whose caller may hang up; None for work that nobody waits for at a connection.

    Raises:
        Refused: 429 or 503 as `Engine.submit`; 504 when time is over.
        HungUp: the caller is gone; the work is cancelled.
    """
    work = engine.submit(client, do)
    result = asyncio.ensure_future(asyncio.wrap_future(work.future))
    gone = asyncio.create_task(_gone(request)) if request is not None else None
    try:
        await asyncio.wait(
            [one for one in (result, gone) if one is not None],
            timeout=seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if result.done():
            return result.result()
        if gone is not None and gone.done():
            raise HungUp
        raise Refused(
            504,
            f"The picture was not done in {seconds:g} s.",
            "Send it again when less is waiting, or a smaller one; or send it as a batch.",
            {"Retry-After": str(engine.patience(engine.waiting))},
        )
    finally:
        if not result.done():
            engine.cancel(work)
            result.cancel()
        if gone is not None:
            await _ended(gone)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task until it ends: `asyncio.wait_for` before Python 3.12 loses a cancellation that comes
    together with its result."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.05)


async def _gone(request: Request) -> None:
    """Ends when the caller hangs up; the body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
