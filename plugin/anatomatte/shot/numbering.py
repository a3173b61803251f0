"""A frame obeys its sidecar: the plate is checked, the screen settled, and people get their numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..errors import SettingsError
from ..faces import hidden
from ..frame import Pixels
from ..people.evidence import PeopleEvidence
from ..settings import Settings
from . import likeness, store
from .assignment import assigned
from .looks import SOLID, box_of
from .numbers import boxes
from .reading import AGAIN
from .schema import Row, Shot
from .wardrobe import CLOTHES, words

_GATE = 1.2  # of the distance of heads in heights of the figure, and what boxes lack of overlapping


@dataclass(frozen=True)
class AtFrame:
    """A sidecar at one frame."""

    shot: Shot
    number: int
    token: str

    def settled(self, settings: Settings) -> Settings:
        """The settings with the shot's decision on a screen where nothing else decides."""
        return _settled(self.shot, self.number, settings)

    def exposure_at(self, number: int) -> float | None:
        """The automatic exposure, in stops, of the scene in which a frame lies; None outside of all."""
        scene = self.shot.scene(number)
        return None if scene is None else scene.exposure

    def check(self, light: Pixels) -> tuple[str, ...]:
        """See that scene-linear *light*, H×W×3, is the plate that the sidecar was made of; what there is to
        tell of it.

        Raises:
            SettingsError: it is another one.
        """
        moment, here = self.shot.moments[self.number], likeness.of(light)
        alike = likeness.alike(moment.likeness, here)
        if alike < likeness.ALIKE:
            raise SettingsError(
                f"{_where(self.shot)} is of another plate ({self.shot.plate.name}): its frame {self.number} "
                f"does not look like this one (likeness {alike:.2f}); take its own, {AGAIN}, or empty it."
            )
        other = None if here == moment.likeness else self._elsewhere(here)
        if other is None:
            return ()
        return (
            f"{_where(self.shot)}: this picture is what it knows as frame {other}, not as {self.number}: the "
            f"plate was renumbered or retimed since; {AGAIN}, for its numbers and corrections are of other "
            "frames.",
        )

    def _elsewhere(self, here: str) -> int | None:
        """The frame nearest to this one that looked exactly so; None where none did."""
        same = [number for number, one in self.shot.moments.items() if one.likeness == here]
        return min(same, key=lambda number: (abs(number - self.number), number), default=None)

    def _given(self, seen: PeopleEvidence, most: int) -> list[int]:
        """The number of each person of the *evidence*, from 1; 0 of those who have none up to *most*."""
        numbers = numbers_of(seen, self.shot.moments[self.number].people)
        return [number if number <= most else 0 for number in numbers]

    def places(self, seen: PeopleEvidence, most: int) -> list[int]:
        """Which people of the *evidence* `numbered` keeps, in its order."""
        given = self._given(seen, most)
        size = [float((share * seen.alpha).sum()) for share in seen.people]
        return sorted(range(len(given)), key=lambda at: (given[at] == 0, given[at] or -size[at]))[:most]

    def wearing(self, seen: PeopleEvidence) -> tuple[tuple[str, ...], ...]:
        """What each person of the *evidence* wears throughout the shot, of `wardrobe.CLOTHES`."""
        return self._words(seen, CLOTHES)

    def hiding(self, seen: PeopleEvidence) -> tuple[tuple[str, ...], ...]:
        """What hides each one's face throughout the shot, and what does not, of `faces.hidden.WORDS`."""
        return self._words(seen, [word for both in hidden.WORDS for word in both])

    def _words(self, seen: PeopleEvidence, some: Collection[str]) -> tuple[tuple[str, ...], ...]:
        known = {
            one.number: tuple(word for word in words(one.wears, one.key) if word in some)
            for one in self.shot.people
        }
        return tuple(known.get(n, ()) for n in numbers_of(seen, self.shot.moments[self.number].people))

    def at(self, number: int) -> AtFrame | None:
        """The sidecar at another frame; None where it knows nothing of it."""
        there = number in self.shot.moments
        return AtFrame(self.shot, number, self.shot.token(number)) if there else None

    def numbered(self, seen: PeopleEvidence, most: int) -> PeopleEvidence:
        """The people of the *evidence* with their numbers up to *most*, ascending, then those without one.

        Of the latter the largest stay, *most* people in all; the others are nobody's, as beyond People.
        """
        given = self._given(seen, most)
        at = np.array(self.places(seen, most), np.intp)
        return dataclasses.replace(
            seen,
            people=seen.people[at],
            heads=seen.heads[at],
            main=None if seen.main is None else seen.main[at],
            outfits=None if seen.outfits is None else seen.outfits[at],
            found=max(seen.found, len(given)),
            numbers=tuple(given[place] - 1 for place in at),
        )


def at_frame(settings: Settings, number: int) -> AtFrame | None:
    """The sidecar that the settings name, at a frame; None where they name none.

    Raises:
        SettingsError: it cannot be read, or was made without this frame.
    """
    if not settings.shot_file.strip():
        return None
    shot = store.load(settings.shot_file)
    if number not in shot.moments:
        first, last = min(shot.moments, default=0), max(shot.moments, default=0)
        raise SettingsError(
            f"{_where(shot)} knows nothing of frame {number} (it goes from {first} to {last}); {AGAIN} over "
            "all frames, or empty it."
        )
    return AtFrame(shot, number, shot.token(number))


def settled_beside(settings: Settings, number: int) -> Settings:
    """The settings of a frame beside the one that is made, settled by the sidecar that they name.

    One that was not analysed is settled by its scene alone, if it lies in one.

    Raises:
        SettingsError: the sidecar cannot be read.
    """
    if not settings.shot_file.strip():
        return settings
    return _settled(store.load(settings.shot_file), number, settings)


def _settled(shot: Shot, number: int, settings: Settings) -> Settings:
    scene = shot.scene(number)
    if scene is None or not scene.screen or settings.screen != "auto" or settings.screen_kept:
        return settings
    return settings.replace(screen_kept=scene.screen)


def _where(shot: Shot) -> str:
    return f"Shot file (shot_file) {shot.path.name if shot.path else ''}"


def numbers_of(seen: PeopleEvidence, rows: tuple[Row, ...]) -> list[int]:
    """The number of each person of the evidence by a sidecar's rows of the frame; 0 of whom has none."""
    costs = np.full((len(seen.people), len(rows)), np.inf)
    aspect = seen.alpha.shape[1] / seen.alpha.shape[0]
    for at, (share, head) in enumerate(zip(seen.people, seen.heads, strict=True)):
        x, y = float(head[0]), float(head[1])
        box = box_of(share * seen.alpha > SOLID) or (x, y, x, y)
        for column, row in enumerate(rows):
            tall = max(box[3] - box[1], row[6] - row[4], 1e-3)
            away = float(np.hypot((x - row[1]) * aspect, y - row[2])) / tall
            costs[at, column] = away + 1 - boxes(box, row[3:])
    found = [0] * len(seen.people)
    for at, column in assigned(costs, _GATE):
        found[at] = rows[column][0]
    return found
