"""A sidecar on the disk while somebody mends it: read, changed under a revision, undone and done again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from anatomatte.errors import SettingsError
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import Shot
from anatomatte.shot.writing import write_shot

from ..problems import Refused

MOST_STEPS = 100
"""Steps that can be undone."""
_SIGNS = 16


@dataclass(frozen=True)
class Step:
    """What one change did, in words, and the sidecar before and after it."""

    said: str
    before: Shot
    after: Shot


class Ledger:
    """The sidecar at a path.

    Args:
        path: the short file.
        writable: whether it may be changed.

    Raises:
        SettingsError: it cannot be read, as `read_shot`.
    """

    def __init__(self, path: Path, writable: bool) -> None:
        self.path, self.writable = path, writable
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self._changing = threading.RLock()
        self._revision, self._shot = "", None  # type: str, Shot | None
        self.now()

    def now(self) -> tuple[str, Shot]:
        """The sidecar as it is on the disk, and its revision; a change from elsewhere ends all undoing.

        Raises:
            SettingsError: it cannot be read any more.
        """
        with self._changing:
            found = self._digest()
            if found != self._revision or self._shot is None:
                self._revision, self._shot = found, read_shot(self.path)
                self.done.clear()
                self.undone.clear()
            return self._revision, self._shot

    def change(self, revision: str, said: str, how: Callable[[Shot], Shot]) -> Shot:
        """Change the sidecar, if it still has this revision.

        Args:
            said: what the change does, in words.
            how: what becomes of it; it may take time, and raise.

        Raises:
            Refused: 403, the server only looks; 409, it has another revision.
            OutputError: it cannot be written; it is as it was.
        """
        with self._changing:
            before = self._checked(revision)
            after = how(before)
            self._write(after)
            self.done = [*self.done, Step(said, before, after)][-MOST_STEPS:]
            self.undone.clear()
            return after

    def undo(self, revision: str) -> Shot:
        """The sidecar as it was before the last change.

        Raises:
            Refused: as `change`; 409 too where nothing is left to be undone.
        """
        return self._turned(revision, self.done, self.undone, "undone", lambda step: step.before)

    def redo(self, revision: str) -> Shot:
        """The sidecar as it was before the last `undo`; as that."""
        return self._turned(revision, self.undone, self.done, "done again", lambda step: step.after)

    def _turned(
        self, revision: str, off: list[Step], on: list[Step], word: str, which: Callable[[Step], Shot]
    ) -> Shot:
        with self._changing:
            self._checked(revision)
            if not off:
                raise Refused(409, f"Nothing is left that could be {word}.", "Load the shot again.")
            self._write(which(off[-1]))
            on.append(off.pop())
            return which(on[-1])

    def _checked(self, revision: str) -> Shot:
        if not self.writable:
            raise Refused(
                403, "This server only looks at shots.", "Start it with --allow-write to mend and accept."
            )
        now, shot = self.now()
        if revision != now:
            raise Refused(
                409, "The sidecar was changed meanwhile.", "Load the shot again, then do it once more."
            )
        return shot

    def _write(self, shot: Shot) -> None:
        write_shot(shot, self.path)
        self._revision, self._shot = self._digest(), shot

    def _digest(self) -> str:
        """The revision: the short file names the digest of the frames' file, so it stands for both."""
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest()[:_SIGNS]
        except OSError as why:
            raise SettingsError(f"The shot file {self.path.name} cannot be read: {why.strerror}.") from why
