"""What the routes share: the engine, the store, the jobs, and how requests are told apart."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fastapi import Request

from .engine import Engine, Open
from .folder import Root
from .guard import Guard
from .jobs import Jobs
from .limits import Limits
from .pulls import Puller, Pulls
from .room.rooms import Rooms
from .store import Store

_CLIENT = re.compile(r"[\w-]{1,64}")


class Finding(Protocol):
    """A line of the doctor: `name`, `state` (ok, failed or hint) and `told`."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def told(self) -> str: ...


@dataclass
class Setup:
    """How a server is started.

    Attributes:
        opened: makes the warm cutter.
        limits: all bounds.
        token: that every request has to show; None asks for none.
        names: hosts that it is called by besides addresses and ``localhost``.
        root: a folder that the page may take pictures from.
        prefix: the path that a proxy passes on, like ``/cut``.
        writable: whether sidecars in the folder may be mended.
        examine: the doctor.
        puller: `anatomatte models pull`.
        allow_pull: whether requests may bring networks.
    """

    opened: Open
    limits: Limits = field(default_factory=Limits)
    token: str | None = None
    names: tuple[str, ...] = ()
    root: Path | None = None
    prefix: str = ""
    examine: Callable[[], Iterable[Finding]] = tuple
    writable: bool = False
    puller: Puller | None = None
    allow_pull: bool = False


class Service:
    """A running server's parts, made together and ended together.

    Raises:
        OSError: the folder of *setup* cannot be read, or there is no room for temporary files.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup, self.limits = setup, setup.limits
        self.guard = Guard(setup.token, setup.names)
        self.root = Root(setup.root) if setup.root is not None else None
        self.store = Store(setup.limits, gone=lambda job: self.jobs.forget(job))
        self.engine = Engine(setup.opened, setup.limits)
        self.jobs = Jobs(self.engine, self.store, setup.limits)
        self.rooms = Rooms(self.root, setup.writable, self.store.folder / "rooms", self.engine.unwanted)
        self.engine.at_end.append(self.rooms.close)
        self.pulls = Pulls(setup.puller if setup.allow_pull else None)

    async def close(self) -> None:
        """End the jobs, the engine within its frame, and remove every file."""
        await self.jobs.close()
        await asyncio.to_thread(self.pulls.close)
        self.engine.close()
        self.store.close()
        if self.root is not None:
            self.root.close()


def client(request: Request) -> str:
    """Whose turn a request takes: an address, and within it the name in ``X-Client``, if there is one."""
    address = request.client.host if request.client else "local"
    told = request.headers.get("x-client", "")
    return f"{address} {told}" if _CLIENT.fullmatch(told) else address


def of(request: Request) -> Service:
    """The service of a request's app."""
    found: Service = request.app.state.service
    return found


def tray_name() -> str:
    """The name of a folder for what one request sent."""
    return secrets.token_hex(8)
