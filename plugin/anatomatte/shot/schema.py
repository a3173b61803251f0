"""What a sidecar says of a shot: people by number and name, scenes, and what was seen in each frame.

Two files hold it. ``plate.shot.json`` is short and may be edited by hand; the file beside it that it names
holds the frames and is known by its digest, so that the two never mix.
"""

from __future__ import annotations

import bisect
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..faces.consent import Consent
from ..menus import GROUP_MENU, MATTE_MENU, MOST_PEOPLE, PART_MENU, PERSON_MENU
from ..toml_table import field as entry
from .corrections import Correction, Mark, Painted
from .face_rows import FaceRow

SCHEMA = 6
"""The version that this code writes and reads; older ones are brought up to it (`migrating`)."""

KIND = "anatomatte shot"
"""What the key ``kind`` of a sidecar says, which tells it from every other JSON file."""

SUFFIX = ".shot.json"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_TAKEN = frozenset(
    {*MATTE_MENU, *PART_MENU, *GROUP_MENU, "rgba", "rgb", "r", "g", "b", "a", "all", "people", "parts"}
    | {"groups", "regions", "everyone", "cleanplate", "depth", "z"}
) - frozenset(PERSON_MENU)
_CODED = re.compile(r"crypto(matte|person|part|personpart)[0-9]*")
"""Words for Cryptomattes, and the layers of theirs in a file."""

Row = tuple[int, float, float, float, float, float, float]
"""A person in a frame: number (0: none of the numbered), x and y of the head, and left, top, right and bottom
of the figure; shares of the picture's width and height, y down."""

Window = tuple[()] | tuple[float, float, float, float]
"""Where a frame's picture lies within the plate: left, top, right and bottom in shares of the plate's width
and height, y down; beyond 0 to 1 where its file holds more than the plate shows."""

WHOLE: Window = ()
"""The picture is the plate."""


@dataclass(frozen=True, slots=True)
class PlateFacts:
    """What the sidecar was made of: the plate's name without folders, its size in pixels, and its frames; the
    space of an OpenColorIO config as which its files were read, empty where they were read as they say."""

    name: str = entry("text")
    width: int = entry("int", low=1)
    height: int = entry("int", low=1)
    first: int = entry("int")
    last: int = entry("int")
    colorspace: str = entry("text", "")


@dataclass(frozen=True, slots=True)
class Person:
    """An actor: `number` in 1..8 is the layer person_01 and so on, `name` is free or empty; the first and
    last frame in which they were seen, and in how many they were; what they wear throughout
    (`wardrobe.WORDS`, separated by commas; empty: each frame decides), and what the analysis took it for."""

    number: int = entry("int", low=1, high=MOST_PEOPLE)
    name: str = entry("text", "")
    first: int = entry("int", 0)
    last: int = entry("int", 0)
    frames: int = entry("int", 0, low=0)
    wears: str = entry("text", "")
    seems: str = entry("text", "")

    @property
    def key(self) -> str:
        """The layer, as the table calls it."""
        return f"person_{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Scene:
    """The frames between two cuts: what was decided on a screen, as the control ``screen_kept`` holds it
    (empty: each frame decides), and the middle of their automatic exposures in stops."""

    first: int = entry("int")
    last: int = entry("int")
    screen: str = entry("text", "")
    exposure: float = entry("number", 0.0, low=-32, high=32)


@dataclass(frozen=True, slots=True)
class Moment:
    """What was seen in one frame: the plate's likeness (`likeness.of`), the automatic exposure in stops, the
    people, where strokes of corrections lie, what the checks say of it (code → score in 0..1; empty where it
    was not checked), the `Shot.token` with which somebody found it good (empty where nobody did), the
    people's faces, and where its picture lies within the plate. People, faces and strokes of frames are what
    `windows` says."""

    likeness: str
    exposure: float = 0.0
    people: tuple[Row, ...] = ()
    marks: tuple[Mark, ...] = ()
    qc: Mapping[str, float] = field(default_factory=dict)
    accepted: str = ""
    faces: tuple[FaceRow, ...] = ()
    window: Window = WHOLE


@dataclass(frozen=True, slots=True)
class Shot:
    """A sidecar.

    Attributes:
        plate: of what it was made.
        people: ascending by number.
        scenes: ascending, without overlap.
        moments: by frame number.
        made_by: the version that wrote it.
        rest: keys of the short file that this version does not know; they are kept.
        path: the short file, where it was read from one.
        corrections: what a hand mended, in the order in which it was done.
        painted: mattes that a hand painted, by frame number.
        consent: the note without which no face of the shot is replaced.
        replaced: the record of renders in which a face was, a row each.
        actor: the number of the person whose face is replaced unless a control says another's; 0 is nobody.
    """

    plate: PlateFacts
    people: tuple[Person, ...]
    scenes: tuple[Scene, ...]
    moments: Mapping[int, Moment]
    made_by: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    corrections: tuple[Correction, ...] = ()
    painted: Mapping[int, Painted] = field(default_factory=dict)
    consent: Consent = field(default_factory=Consent)
    replaced: tuple[Mapping[str, Any], ...] = ()
    actor: int = 0

    @property
    def names(self) -> dict[str, str]:
        """Layer → name, of those who have one: ``{"person_01": "anna"}``."""
        return {person.key: person.name for person in self.people if person.name}

    def scene(self, frame: int) -> Scene | None:
        """The scene in which a frame lies."""
        at = bisect.bisect_right([one.first for one in self.scenes], frame) - 1
        return self.scenes[at] if at >= 0 and frame <= self.scenes[at].last else None

    def window(self, frame: int) -> Window:
        """Where a frame's picture lies within the plate; of one that was not analysed it is the plate."""
        moment = self.moments.get(frame)
        return WHOLE if moment is None else moment.window

    def token(self, frame: int, around: Iterable[int] = ()) -> str:
        """A digest of all in it that decides the mattes of a frame; names do not.

        Args:
            around: the frames that it is made steady with; what a hand mended of them stays there.
        """
        mended = tuple((one.facts, mark.belief, mark.points) for one, mark in self.mended(frame))
        hand = mended, self.painted.get(frame)
        lies = self.window(frame) if mended else WHOLE
        told: tuple[object, ...] = (
            *self._seen(frame),
            *(hand if any(hand) else ()),
            *([lies] if lies else ()),
        )
        if others := [(number, self._seen(number)) for number in around]:
            told = (*told, others)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def _seen(self, frame: int) -> tuple[object, ...]:
        """What it says of a frame by itself, before a hand mends it."""
        scene, moment = self.scene(frame), self.moments.get(frame)
        here = () if moment is None else {row[0] for row in moment.people}
        wear = tuple((person.number, person.wears) for person in self.people if person.number in here)
        screen = scene and (scene.screen, scene.exposure)
        return screen, moment and moment.likeness, moment and moment.people, wear

    def accepted(self, frame: int) -> bool:
        """Whether somebody found the frame good as it is now; what was changed since is looked at anew."""
        moment = self.moments.get(frame)
        return moment is not None and bool(moment.accepted) and moment.accepted == self.token(frame)

    def checks(self, frame: int) -> Mapping[str, float]:
        """What the checks say of a frame, code → score; people whom a hand's strokes part are two again."""
        found = self.moments[frame].qc
        if "merged" not in found or all(one.kind != "person" for one, _ in self.mended(frame)):
            return found
        return {**found, "merged": 0.0}

    def mended(self, frame: int) -> tuple[tuple[Correction, Mark], ...]:
        """The corrections that reach a frame and where they lie in it, in the order of the corrections."""
        moment = self.moments.get(frame)
        marks = {} if moment is None else {mark.id: mark for mark in moment.marks}
        there = (one for one in self.corrections if abs(frame - one.frame) <= one.reach)
        return tuple((one, marks[one.id]) for one in there if one.id in marks)


def named(name: str, where: str) -> str:
    """*name* if it may be an actor's.

    Raises:
        SettingsError: it may not, because of its signs or because a layer is called so.
    """
    if not name:
        return name
    if not _NAME.fullmatch(name):
        near = _plain(name)
        raise SettingsError(
            f"{where}: name {name!r} is no layer's name; write up to 40 letters (a to z), digits and _, a "
            f"letter first{f', such as {near}' if near else ''}."
        )
    if _is_taken(name):
        raise SettingsError(f"{where}: name {name!r} is a layer of its own already; choose another name.")
    return name


def _is_taken(name: str) -> bool:
    low = name.casefold()
    return low in _TAKEN or low in PERSON_MENU or _CODED.fullmatch(low) is not None


def _plain(name: str) -> str:
    """The layer's name that is nearest to a name as people write it; empty where there is none."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    made = re.sub(r"[^A-Za-z0-9]+", "_", bare).strip("_")[:40]
    return made if _NAME.fullmatch(made) and not _is_taken(made) else ""
