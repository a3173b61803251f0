"""What a run says while it goes on: bars, and what is left out; on the standard error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")
CONSOLE = Console(stderr=True)


def told(things: Iterable[T], what: str, count: int) -> Iterator[T]:
    """The things, with a bar."""
    with bar(what, count) as made:
        for thing in things:
            yield thing
            made.one()


class Bar:
    """A bar of so many steps, and words behind it."""

    def __init__(self, progress: Progress, what: str, count: int, done: int) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=count, completed=done, words="")

    def one(self, words: str | None = None) -> None:
        """One step is done; what there is to say of it stands in a log too, which has no bar."""
        more = {} if words is None else {"words": words}
        self._progress.update(self._task, advance=1, **more)  # type: ignore[arg-type]
        if words is not None and not CONSOLE.is_terminal:
            task = self._progress.tasks[self._task]
            say(f"{task.description} {task.completed:.0f}/{task.total:.0f}: {words}")


@contextmanager
def bar(what: str, count: int, done: int = 0) -> Iterator[Bar]:
    """A bar while the block runs."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )  # fmt: skip
    with Progress(*columns, console=CONSOLE) as progress:
        yield Bar(progress, what, count, done)


def say(words: str) -> None:
    """A sentence, above the bar where there is one."""
    CONSOLE.print(words, markup=False, highlight=False)
