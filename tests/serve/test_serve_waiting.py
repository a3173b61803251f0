"""Waiting for work: what is ready is answered, however the caller's connection behaves."""

from __future__ import annotations

import asyncio
from typing import Any

from anatomatte_review.engine import Work
from anatomatte_review.waiting import done


class Quick:
    """An engine whose work is done as soon as somebody waits for it."""

    def submit(self, client: str, do: Any) -> Work[Any]:
        work = Work(client, do)
        asyncio.get_running_loop().call_later(0.01, lambda: work.future.set_result(do(None)))
        return work


class Deaf:
    """A request whose reading loses one cancellation, as `asyncio.wait_for` of Python 3.11 does where it
    comes together with a message."""

    lost = 0

    async def receive(self) -> dict[str, Any]:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            if self.lost:
                raise
            self.lost += 1
        return {"type": "http.request"}


def test_a_cancellation_that_is_lost_holds_no_answer() -> None:
    engine: Any = Quick()
    request: Any = Deaf()

    async def ask() -> Any:
        asked = asyncio.create_task(done(engine, "me", lambda _: 7, 600, request))
        answered, _ = await asyncio.wait([asked], timeout=30)  # where it fails it would wait for ever
        assert answered
        return asked.result()

    assert asyncio.run(ask()) == 7 and request.lost == 1
