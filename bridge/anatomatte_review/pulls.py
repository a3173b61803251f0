"""Networks of others brought by request: one after the other, each with how far it is, and its end."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Literal, Protocol

from anatomatte.errors import AnatomatteError, Cancelled
from anatomatte.models.manifest import File, Manifest
from anatomatte.models.store.files import Tell

from .problems import Refused, refused

Stage = Literal["waiting", "running", "done", "failed", "cancelled"]
MOST = 8
"""Networks that may be under way or wait."""
_log = logging.getLogger("anatomatte.serve")


class Puller(Protocol):
    """`anatomatte models pull`, as the command line hands it down: nothing here knows an address."""

    def source(self, manifest: Manifest, entry: File) -> str:
        """Where a file comes from, in a few words; empty where no address leads to it."""

    def pull(self, manifest: Manifest, precision: str, tell: Tell) -> str:
        """Bring it, and say what came in; *tell* may raise to stop it."""


@dataclass(eq=False)
class Pulling:
    """One network on its way.

    Attributes:
        done: bytes that are here, of *total*, or 0 where nobody knows.
        told: what came in, a sentence.
    """

    manifest: Manifest
    precision: str
    state: Stage = "waiting"
    done: int = 0
    total: int = 0
    told: str = ""
    error: str = ""
    cure: str = ""
    unwanted: threading.Event = field(default_factory=threading.Event)

    @property
    def open(self) -> bool:
        return self.state in ("waiting", "running")

    def tell(self, done: int, total: int) -> None:
        """How far it is; ends it where nobody wants it any more."""
        self.done, self.total = done, total
        if self.unwanted.is_set():
            raise Cancelled("It was cancelled; what is here is kept for the next try.")


class Pulls:
    """All of a server; each has a thread, of which one is at work.

    Args:
        puller: brings a network; None where the server may not.

    Attributes:
        brought: networks that have come in since the server started.
    """

    def __init__(self, puller: Puller | None) -> None:
        self._puller, self.brought = puller, 0
        self._all: dict[str, Pulling] = {}
        self._threads: list[threading.Thread] = []
        self._changing, self._turn = threading.Lock(), threading.Lock()

    def check(self) -> None:
        """Refuse where the server fetches nothing.

        Raises:
            Refused: 403.
        """
        if self._puller is None:
            raise Refused(
                403,
                "This server fetches no networks.",
                "Start it with --allow-pull, or use `anatomatte models pull` beside it.",
            )

    def get(self, name: str) -> Pulling | None:
        """The last pull of a network."""
        return self._all.get(name)

    def start(self, manifest: Manifest, precision: str) -> Pulling:
        """Begin to bring a network, or give the pull that is under way already.

        Raises:
            Refused: 403, the server may not; 409, another file of it is under way; 429, too many are.
        """
        self.check()
        with self._changing:
            found = self._all.get(manifest.id)
            if found is not None and found.open:
                if found.precision == precision and not found.unwanted.is_set():
                    return found
                raise Refused(409, f"{manifest.id} is on its way already.", "Wait for its end, or cancel it.")
            if sum(one.open for one in self._all.values()) >= MOST:
                raise Refused(
                    429, f"{MOST} networks are on their way.", "Wait for one of them.", {"Retry-After": "10"}
                )
            made = self._all[manifest.id] = Pulling(manifest, precision)
            thread = threading.Thread(target=self._run, args=(made,), name="pull", daemon=True)
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
            thread.start()
        return made

    def cancel(self, name: str) -> None:
        """End a pull, if it runs; what has come in is kept for the next try."""
        with self._changing:
            found = self._all.get(name)
            if found is not None and found.open:
                found.unwanted.set()
                if found.state == "waiting":
                    found.state = "cancelled"

    def close(self, patience: float = 2.0) -> None:
        """End all of them; a transfer that stands still is left behind."""
        for name in list(self._all):
            self.cancel(name)
        for thread in self._threads:
            thread.join(patience)

    def _run(self, one: Pulling) -> None:
        assert self._puller is not None
        with self._turn:
            with self._changing:
                if one.state == "cancelled":
                    return
                one.state = "running"
            try:
                one.told = self._puller.pull(one.manifest, one.precision, one.tell)
            except Cancelled:
                one.state = "cancelled"
            except Exception as why:
                one.error, one.cure = _words(why)
                one.state = "failed"
            else:
                self.brought += 1
                one.state = "done"


def _words(why: Exception) -> tuple[str, str]:
    """What is wrong, and the cure; what nobody explained is our bug and told as one."""
    if isinstance(why, (AnatomatteError, OSError)):
        problem = refused(why)
        return problem.error, problem.cure
    _log.error("a network was not brought", exc_info=why)
    return f"It could not be fetched ({type(why).__name__}).", "Please report it, with the server's log."
