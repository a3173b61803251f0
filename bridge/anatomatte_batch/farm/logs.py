"""The logs of a job's tasks: a file each in one folder, which the check behind them reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from anatomatte.errors import OutputError


def claimed(folder: Path, frames: Sequence[int]) -> Path:
    """A new file for the log of a task, called by its first and last frame, as ``1001-1010.ndjson``.

    No two tasks write into one, as lines that two machines append to a file of a share may be lost: a task
    that is begun again, or on two machines, gets a number behind its frames (``1001-1010.2.ndjson``).

    Args:
        folder: of the job's logs; made where it is not there.
        frames: ascending, of the task.

    Raises:
        OutputError: there can be no file.
    """
    called = f"{frames[0]}-{frames[-1]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            path = folder / f"{called}{'' if number == 1 else f'.{number}'}.ndjson"
            try:
                path.open("x").close()
            except FileExistsError:
                continue
            return path
    except OSError as why:
        raise OutputError(f"No log can be written into {folder}: {why.strerror}; name another one.") from why
    raise AssertionError("numbers have no end")
