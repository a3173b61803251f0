"""Batches: many pictures of one request, cut one after the other in their client's turn."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from anatomatte_batch.cutout.cutter import Cutter

from .cutting import Made, Wish, made
from .engine import Engine
from .limits import Limits
from .problems import Refused, refused
from .store import Store
from .waiting import done

Stage = Literal["waiting", "running", "done", "failed", "cancelled"]
_BREATH = 1.0  # seconds until a full queue is asked again


@dataclass
class Item:
    """One picture of a batch.

    Attributes:
        name: as its sender calls it.
        stem: of its results, told apart from the others'.
        source: the file that was sent.
        files: what came out: the name in the zip → the file.
        views: what a page shows: ``result``, ``alpha``, ``parts``, ``plate`` → the file.
        labels: as `CutLabels`; None until it is done.
    """

    name: str
    stem: str
    source: Path
    state: Stage = "waiting"
    error: str = ""
    cure: str = ""
    seconds: float = 0.0
    files: dict[str, Path] = field(default_factory=dict)
    views: dict[str, Path] = field(default_factory=dict)
    labels: dict[str, object] | None = None
    told: tuple[str, ...] = ()


@dataclass(eq=False)
class Job:
    """A batch. Whoever knows the id may ask for it: 128 bits that nobody guesses."""

    client: str
    wish: Wish
    items: list[Item]
    id: str
    state: Stage = "waiting"
    task: asyncio.Task[None] | None = None

    @property
    def finished(self) -> bool:
        return self.state not in ("waiting", "running")


class Jobs:
    """All batches of a server, and the tasks that work on them."""

    def __init__(self, engine: Engine, store: Store, limits: Limits) -> None:
        self._engine, self._store, self._limits = engine, store, limits
        self._jobs: dict[str, Job] = {}

    @property
    def open(self) -> int:
        """Batches that are not finished."""
        return sum(not job.finished for job in list(self._jobs.values()))

    def reserve(self) -> str:
        """The id of a batch that is to come.

        Raises:
            Refused: 429, too many are open.
        """
        if self.open >= self._limits.jobs:
            wait = str(self._engine.patience(self._limits.jobs))
            raise Refused(
                429,
                f"{self._limits.jobs} batches are open already.",
                "Send it again after the time in Retry-After, or delete one.",
                {"Retry-After": wait},
            )
        return secrets.token_urlsafe(16)

    def start(self, job: Job) -> None:
        """Begin to work on a batch."""
        self._jobs[job.id] = job
        job.task = asyncio.create_task(self._all(job))

    def get(self, name: str) -> Job:
        """A batch by its id.

        Raises:
            Refused: 404, there is none, or it gave way.
        """
        if name not in self._jobs:
            raise Refused(404, "There is no such job.", "Jobs go after a while; send the pictures again.")
        return self._jobs[name]

    async def cancel(self, job: Job) -> None:
        """End a batch that runs, and remove it and its files."""
        await self._stop(job)
        self._store.drop(job.id)
        self._jobs.pop(job.id, None)

    def forget(self, name: str) -> None:
        """A finished batch whose files gave way."""
        job = self._jobs.get(name)
        if job is not None and job.finished:
            del self._jobs[name]

    async def close(self) -> None:
        """End all of them."""
        for job in list(self._jobs.values()):
            await self._stop(job)

    async def _stop(self, job: Job) -> None:
        if job.task is not None and not job.task.done():
            job.task.cancel()
            with suppress(asyncio.CancelledError):
                await job.task

    async def _all(self, job: Job) -> None:
        job.state = "running"
        try:
            for item in job.items:
                await self._one(job, item)
            failed = all(item.state == "failed" for item in job.items)
            job.state = "failed" if failed else "done"
        except asyncio.CancelledError:
            for item in job.items:
                if item.state in ("waiting", "running"):
                    item.state = "cancelled"
            job.state = "cancelled"
            raise
        finally:
            self._store.emptied(job.id)
            self._store.finish(job.id)

    async def _one(self, job: Job, item: Item) -> None:
        item.state = "running"
        try:
            result = await self._cut(job, item)
            await asyncio.to_thread(self._keep, job, item, result)
            item.state = "done"
        except asyncio.CancelledError:
            raise
        except Exception as why:
            problem = refused(why)
            item.state, item.error, item.cure = "failed", problem.error, problem.cure
        finally:
            await asyncio.to_thread(item.source.unlink, missing_ok=True)

    async def _cut(self, job: Job, item: Item) -> Made:
        """A picture cut; a full queue is waited for, as nobody holds a connection."""

        def do(cutter: Cutter) -> Callable[[], Made]:
            return made(cutter, item.source, item.name, job.wish, self._limits)

        while True:
            try:
                encode = await done(self._engine, job.client, do, self._limits.seconds)
                return await asyncio.to_thread(encode)
            except Refused as why:
                if why.status != 429:
                    raise
                await asyncio.sleep(_BREATH)

    def _keep(self, job: Job, item: Item, result: Made) -> None:
        number = f"{job.items.index(item):04d}"
        for n, (suffix, content) in enumerate(result.files.items()):
            kept = self._store.put(job.id, f"{number}-{n}{Path(suffix).suffix}", content)
            item.files[f"{item.stem}{suffix}"] = kept
        for kind, (extension, content) in result.views.items():
            item.views[kind] = self._store.put(job.id, f"{number}-{kind}{extension}", content)
        item.labels, item.seconds, item.told = result.labels, result.seconds, result.told
