"""One shot that is being reviewed: its sidecar, its plate, and the node that shows it."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anatomatte.errors import SettingsError
from anatomatte.faces.consent import Consent, checked
from anatomatte.shot.carrying import without
from anatomatte.shot.schema import Shot, named
from anatomatte.shot.wardrobe import words
from anatomatte.shot.writing import write_shot
from anatomatte_batch.correct import accepted, carry, known_people, made_of
from anatomatte_batch.presets import Preset
from anatomatte_batch.source import Source

from . import told
from .ledger import Ledger
from .screening import Asked, Screening, Shown, thumb
from .sources import Sources

if TYPE_CHECKING:
    from anatomatte.temporal.flow import Small

_MOST_SMALL = 400
"""Small pictures of frames that are kept for strokes."""


class Room:
    """A shot under review.  What reads its plate or renders runs in the engine's thread, but for `thumb`.

    Args:
        id: by which requests name it.
        inside: the sidecar's path below the root.
        ledger: the sidecar.
        source: the plate; it is closed with the room.
        plates: the plate once more, for thumbs.
        place: a folder of ours for what is shown without corrections.
        preset: what the shot wants of the controls.
        told_preset: its path below the root, or empty.
        stop: asked while a frame is rendered.
    """

    def __init__(
        self,
        id: str,
        inside: str,
        ledger: Ledger,
        source: Source,
        plates: Source,
        place: Path,
        preset: Preset,
        told_preset: str,
        stop: Callable[[], bool],
    ) -> None:
        self.id, self.inside, self.ledger, self.source, self.preset = id, inside, ledger, source, preset
        self.told_preset = told_preset
        self.screening = Screening(source, preset, stop)
        self.sources = Sources(place / "sources")
        self._plates, self._place = plates, place
        self._reading = threading.Lock()
        self._small: dict[int, Small] = {}
        self._plain = ""  # the revision of which a sidecar without corrections lies in our folder

    def close(self) -> None:
        """Gives back what it holds; in the engine's thread."""
        self.screening.close()
        self.source.close()
        with self._reading:
            self._plates.close()
        shutil.rmtree(self._place, ignore_errors=True)

    def state(self) -> dict[str, Any]:
        """All that a page is told of it."""
        revision, shot = self.ledger.now()
        folder, slash, name = self.inside.rpartition("/")
        plate = folder + slash + Path(self.source.text).name
        with self._reading:
            fps = self._plates.read(self._plates.frames()[0]).fps
        return {
            "id": self.id,
            "name": name,
            "path": self.inside,
            "source": plate,
            "preset": self.told_preset,
            "revision": revision,
            "writable": self.ledger.writable,
            "fps": fps or 24.0,
            **told.state(shot, set(self.source.frames())),
            **told.words(),
            "undo": [step.said for step in reversed(self.ledger.done)],
            "redo": [step.said for step in reversed(self.ledger.undone)],
            "command": told.command(plate, self.inside, self.told_preset, shot.plate.colorspace),
        }

    def look(self, asked: Asked) -> Shown:
        """A picture of a frame, as the sidecar makes it now, or without any correction."""
        shot, sidecar = self._shot(asked.frame, asked.before)
        return self.screening.look(shot, sidecar, asked)

    def at(self, frame: int, x: float, y: float) -> dict[str, Any]:
        """Who and what is at a place of a frame, in shares of the picture, y down."""
        shot, sidecar = self._shot(frame, False)
        found = self.screening.at(shot, sidecar, frame, x, y)
        best = max(found[1:], key=lambda one: one[1] if "." not in one[0] else 0, default=("", 0.0))
        person = best[0] if "." not in best[0] and best[1] > 0.1 else ""
        parts = [one for one in found if person and one[0].startswith(f"{person}.")]
        part = max(parts, key=lambda one: one[1], default=("", 0.0))[0].partition(".")[2]
        return {
            "person": person,
            "name": shot.names.get(person, ""),
            "part": part,
            "alpha": found[0][1],
            "layers": [{"layer": layer, "value": value} for layer, value in found],
        }

    def faces(self, frame: int, layout: int = 478) -> list[dict[str, Any]]:
        """The faces that the analysis found in a frame: whose, where they look, where their 478 landmarks (or
        68 or 106 points) lie, and how far these are in sight."""
        return told.faces(self._shot(frame, False)[0], frame, layout)

    def thumb(self, frame: int, width: int) -> bytes:
        """A small picture of the plate, in any thread."""
        with self._reading:
            return thumb(self._plates.read(frame), self._plates.colour(frame), width)

    def correct(self, revision: str, tables: Sequence[dict[str, Any]]) -> None:
        """Add corrections, tables with the keys of `Correction`, and carry them along the plate's motion.

        Raises:
            SettingsError: one cannot be meant.
            Refused: as `Ledger.change`.
        """

        def made(shot: Shot) -> Shot:
            after = max((one.id for one in shot.corrections), default=0) + 1
            new = [made_of(table, after + at, self.ledger.path) for at, table in enumerate(tables)]
            if len(self._small) > _MOST_SMALL:
                self._small.clear()
            known_people(shot, new)
            return carry(shot, new, self.source.read, self._small)

        self.ledger.change(
            revision, f"added {len(tables)} corrections" if len(tables) > 1 else "added a correction", made
        )

    def remove(self, revision: str, number: int) -> None:
        """Take a correction out again.

        Raises:
            SettingsError: there is none of this number.
        """

        def made(shot: Shot) -> Shot:
            if number not in {one.id for one in shot.corrections}:
                raise SettingsError(f"The shot has no correction {number}; load it again.")
            return without(shot, number)

        self.ledger.change(revision, f"took correction {number} out", made)

    def accept(self, revision: str, frame: int, good: bool) -> None:
        """Say that somebody finds a frame good as it is, or no longer."""
        said = f"accepted frame {frame}" if good else f"frame {frame} is to be looked at again"
        self.ledger.change(revision, said, lambda shot: accepted(shot, {frame: good}))

    def person(self, revision: str, number: int, name: str | None, wears: str | None) -> None:
        """Name somebody, or say what they wear.

        Raises:
            SettingsError: there is nobody of this number, or the name or a word may not be.
        """

        def made(shot: Shot) -> Shot:
            at = f"Person {number}"
            if number not in {one.number for one in shot.people}:
                raise SettingsError(f"{at} is not in this shot; load it again.")
            if name is not None:
                named(name, at)
                if name and name.casefold() in {
                    one.name.casefold() for one in shot.people if one.number != number
                }:
                    raise SettingsError(f"{at}: somebody is called {name} already; choose another name.")
            if wears is not None:
                words(wears, at)
            people = tuple(
                dataclasses.replace(
                    one,
                    name=one.name if name is None else name,
                    wears=one.wears if wears is None else wears,
                )
                if one.number == number
                else one
                for one in shot.people
            )
            return dataclasses.replace(shot, people=people)

        self.ledger.change(revision, f"changed person {number}", made)

    def consent(self, revision: str, who: str, what: str, when: str, note: str) -> None:
        """Write the consent note of the shot; an empty one takes it back.

        Raises:
            SettingsError: it does not say who, what or when.
        """
        said = Consent(*(text.strip() for text in (who, what, when, note)))
        if said.given:
            checked(said, "The shot")
        told = "wrote the consent note" if said.given else "took the consent note back"
        self.ledger.change(revision, told, lambda shot: dataclasses.replace(shot, consent=said))

    def actor(self, revision: str, number: int) -> None:
        """Say whose face is replaced; 0 goes back to who fills most.

        Raises:
            SettingsError: there is nobody of this number.
        """

        def made(shot: Shot) -> Shot:
            if number and number not in {one.number for one in shot.people}:
                raise SettingsError(f"Person {number} is not in this shot; load it again.")
            return dataclasses.replace(shot, actor=number)

        told = f"chose person {number} as the actor" if number else "chose no actor"
        self.ledger.change(revision, told, made)

    def _shot(self, frame: int, before: bool) -> tuple[Shot, Path]:
        """The sidecar as it is, or one without corrections that lies in our folder."""
        revision, shot = self.ledger.now()
        if frame not in shot.moments:
            raise SettingsError(f"Frame {frame} was not analysed; run `anatomatte analyse` with it.")
        if not before or not (shot.corrections or shot.painted):
            return shot, self.ledger.path
        plain = self._place / "before.shot.json"
        bare = {n: dataclasses.replace(one, marks=()) for n, one in shot.moments.items()}
        shot = dataclasses.replace(shot, corrections=(), painted={}, moments=bare)
        if self._plain != revision:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_shot(shot, plain)
            self._plain = revision
        return shot, plain
