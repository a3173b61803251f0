"""The rooms of a server that are open: the one that nobody used longest is closed for a new one."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from anatomatte.errors import AnatomatteError, SettingsError
from anatomatte.shot.schema import SUFFIX
from anatomatte_batch import faces, presets
from anatomatte_batch.presets import Preset
from anatomatte_batch.source import Source

from ..folder import Root
from ..problems import Refused
from .ledger import Ledger
from .plates import opened
from .room import Room
from .sources import SENT

MOST = 6
"""Shots that are open at once."""
_SIGNS = 20


class Rooms:
    """All rooms.

    Args:
        root: the server's folder; None where it has none.
        writable: whether sidecars may be changed.
        place: a folder of ours.
        stop: asked while a frame is rendered.
    """

    def __init__(self, root: Root | None, writable: bool, place: Path, stop: Callable[[], bool]) -> None:
        self._root, self.writable, self._place, self._stop = root, writable, place, stop
        self._open: OrderedDict[str, Room] = OrderedDict()
        self._changing = threading.RLock()

    @property
    def root(self) -> Root:
        """The server's folder.

        Raises:
            Refused: 404, it has none.
        """
        if self._root is None:
            raise Refused(404, "The server has no folder.", "Start it with --root FOLDER.")
        return self._root

    @contextmanager
    def below(self) -> Iterator[None]:
        """A block whose failures name files below the root, not where that lies."""
        try:
            yield
        except AnatomatteError as why:
            base = "" if self._root is None else f"{self._root.path}/"
            raise type(why)(str(why).replace(base, "") if base else str(why)) from why

    def open(self, shot: str, source: str = "", preset: str = "") -> Room:
        """The room of a sidecar, opened if it is not; in the engine's thread.

        Args:
            shot: the sidecar below the root.
            source: the plate below the root; empty takes the one beside it that it was made of.
            preset: what the shot wants of the controls, below the root; empty for defaults.

        Raises:
            Refused: 404, something is not there.
            SettingsError, PlateError: something cannot be read; 422 and 415.
        """
        if not shot.endswith(SUFFIX):
            raise Refused(422, "That is no sidecar of a shot.", f"Choose a file whose name ends in {SUFFIX}.")
        path = self.root.file(shot)
        name = hashlib.sha256(f"{shot}\0{source}\0{preset}".encode()).hexdigest()[:_SIGNS]
        with self._changing:
            if name in self._open:
                self._open.move_to_end(name)
                return self._open[name]
        room = self._made(name, shot, path, source, preset)
        with self._changing:
            self._open[name] = room
            late = [self._open.popitem(last=False)[1] for _ in range(len(self._open) - MOST)]
        for one in late:
            one.close()
        return room

    def get(self, name: str) -> Room:
        """A room that is open.

        Raises:
            Refused: 404, it is not.
        """
        with self._changing:
            if name not in self._open:
                raise Refused(404, "That shot is not open.", "Open it again with POST /shots.")
            self._open.move_to_end(name)
            return self._open[name]

    def close(self) -> None:
        """Close all of them."""
        with self._changing:
            rooms, self._open = list(self._open.values()), OrderedDict()
        for room in rooms:
            room.close()
        shutil.rmtree(self._place, ignore_errors=True)

    def _made(self, name: str, shot: str, path: Path, source: str, preset: str) -> Room:
        ledger = Ledger(path, self.writable)
        _, known = ledger.now()
        folder, slash, _ = shot.rpartition("/")
        inside = source or folder + slash + known.plate.name
        plate = opened(self.root, inside, known)
        small = Source(plate.text, plate.frames()[0] if plate.is_video else 1)
        small.space = plate.space
        wanted = self._preset(preset)
        faces.check(wanted, known)
        return Room(
            name,
            shot,
            ledger,
            plate,
            small,
            self._place / name,
            wanted,
            preset,
            self._stop,
        )

    def _preset(self, inside: str) -> Preset:
        if not inside:
            return Preset()
        made = presets.load(self.root.file(inside))
        files = [name for name in ("shot_file",) if made.settings.get(name)]
        if files:
            raise SettingsError(f"{inside} names another sidecar ({files[0]}); take that line out of it.")
        return made.override(
            {name: self._below(inside, str(made.settings[name])) for name in self._named(made)}
        )

    def _named(self, made: Preset) -> list[str]:
        return [name for name in ("swap_source", "swap_reference") if made.settings.get(name)]

    def source(self, room: Room, text: str) -> str:
        """The place of the pictures of a face that somebody names below the root, or sent to a room; empty
        for none.

        Raises:
            SettingsError: they lie elsewhere, or are not kept any more.
        """
        name = text.strip()
        if not name.startswith(SENT):
            return self._below("Face source", name) if name else ""
        found = room.sources.of(name)
        if found is None:
            raise SettingsError(
                "Face source: the pictures that were sent are not kept any more; send them again."
            )
        return str(found)

    def _below(self, inside: str, text: str) -> str:
        """The place of a face's pictures, which lie in the folder too.

        Raises:
            SettingsError: they lie elsewhere.
        """
        root = self.root.path.resolve()
        path = (root / text).resolve()
        if not path.is_relative_to(root):
            raise SettingsError(f"{inside}: {Path(text).name} lies outside of the folder; put it there.")
        return str(path)
