"""Pictures of the face that is put in, sent to a room: kept until it closes, never in the folder."""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

SENT = "sent:"
"""What the name of pictures that were sent begins with."""

MOST = 8
"""Sources of a room that are kept; the one that was sent first goes."""


class Sources:
    """The sources that were sent to one room.

    Args:
        place: a folder of ours, made when it is needed.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._kept: OrderedDict[str, Path] = OrderedDict()
        self._changing = threading.Lock()

    def keep(self, files: Sequence[Path]) -> str:
        """Take over some pictures of one face, files of ours; the name by which views ask for them."""
        name = SENT + token_hex(8)
        folder = self._place / name.removeprefix(SENT)
        folder.mkdir(mode=0o700, parents=True)
        for number, path in enumerate(files, 1):
            path.rename(folder / f"sent_{number:02d}{path.suffix}")
        with self._changing:
            self._kept[name] = folder
            late = [self._kept.popitem(last=False)[1] for _ in range(len(self._kept) - MOST)]
        for one in late:
            shutil.rmtree(one, ignore_errors=True)
        return name

    def of(self, name: str) -> Path | None:
        """The folder of pictures that were sent under this name; None where there are none any more."""
        with self._changing:
            return self._kept.get(name)
