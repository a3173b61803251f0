"""What the engine makes of one frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..decision import Decision
from ..faces import planes
from ..faces.planes import Found
from ..frame import Pixels
from ..keyer.key import Key
from ..keyer.screen import Screen
from ..menus import FACE_MENU, GROUP_MENU, PART_MENU, PERSON_MENU
from ..parts import channels
from ..people.split import Split, Wanted
from ..qc.reason import Findings
from ..shot.face_rows import FaceRow

HeadFacts = tuple[float, float, float, float]
"""How far a face is believed, in 0-1, and yaw, pitch and roll of the head in degrees."""

_PLANES = ("alpha", "foreground", "screen", "spill", "core", "garbage", "hint")
_SOMETIMES = ("surface", "face_patch", "face_light", "face_plate")
_MADE = ("foreground", "spill")
"""Planes that are made when they are asked for."""

Own = tuple[Pixels, Pixels]
"""The subject's colour, H×W×3 in the output's encoding, and how much spill was found, H×W."""


@dataclass(frozen=True, slots=True, eq=False)
class Unmixing:
    """What the subject's colour is made of.

    Attributes:
        screen: None where there is none.
        key: as it came from `refine`.
        cover: H×W, the matte before its tweaks.
        strength: of despill on the networks' grid, h×w, or None where it is the same everywhere.
    """

    screen: Screen | None
    key: Key
    cover: Pixels
    strength: Pixels | None


@dataclass(slots=True, eq=False)
class Mattes:
    """What the engine makes of one frame; float32, top row first.

    Attributes:
        alpha: H×W, the subject's coverage in 0..1.
        screen: H×W, the matte of the screen keyer before shaping.
        core, garbage, hint: H×W, the mattes that came in (zero where none was given).
        split: the alpha shared out among people and parts; None where the network was not asked.
        messages: what was decided on a screen, in words, and doubts about the frame, as sentences.
        decision: whether there is a screen, and why.
        unsure: layers of parts that are mostly open, and the group that holds each; empty where no control
            asks for parts.
        findings: what the checks say of the frame; empty where they are off.
        face_patch: H×W, how much of a pixel is a new face, in 0..1; None where no face is replaced.
        face_light: H×W×3, what over the plate gives the plate with the new face: premultiplied, in
            the output's encoding; None as above.
        face_plate: H×W×3, the plate with the new face, in the output's encoding; None as above.
        regions: makes the regions of the faces of the chosen people; None where there are no people.
        faces: of each person whose face is seen; empty where no control asks for regions of faces.
        surface: H×W×3, the screen for the outputs that show it, in the output's encoding, or None.
        unmixing: what the foreground is made of where somebody asks for it; None where it is there.
        colours: makes foreground and spill, or hands them out.
    """

    alpha: Pixels
    screen: Pixels
    core: Pixels
    garbage: Pixels
    hint: Pixels
    split: Split | None = None
    messages: tuple[str, ...] = ()
    surface: Pixels | None = None
    decision: Decision | None = None
    unsure: Mapping[str, str] = dataclasses.field(default_factory=dict)
    findings: Findings = ()
    face_patch: Pixels | None = None
    face_light: Pixels | None = None
    face_plate: Pixels | None = None
    unmixing: Unmixing | None = None
    colours: Callable[[], Own] | None = None
    regions: Callable[[], Found] | None = None
    faces: Mapping[str, HeadFacts] = dataclasses.field(default_factory=dict)
    landmarks: Mapping[str, FaceRow] = dataclasses.field(default_factory=dict)

    @property
    def foreground(self) -> Pixels:
        """H×W×3, unmixed, despilled, not premultiplied, in the output's encoding; made when asked for."""
        return self._own()[0]

    @property
    def spill(self) -> Pixels:
        """H×W, share of the screen's colour that despill took off, in 0..1."""
        return self._own()[1]

    def _own(self) -> Own:
        assert self.colours is not None, "who makes the foreground is known once `key_frame` has made a frame"
        return self.colours()

    @property
    def people(self) -> list[Pixels]:
        """One matte a person, from the left of the picture to the right; they sum to the alpha at most."""
        if self.split is None:
            return []
        return self.split.planes([(number, None) for number in range(self.split.count)])

    @property
    def parts(self) -> dict[str, Pixels]:
        """Part → matte, over all people together; those of a person's parts sum to the people's mattes."""
        return dict(zip(PART_MENU, self.planes(PART_MENU), strict=True))

    def named(self, name: str, of: str = "everyone") -> Pixels:
        """The matte that a menu of packed channels calls *name* (``none`` is zero)."""
        return self.planes([name], of)[0]

    def planes(self, names: Iterable[str], of: str = "everyone") -> list[Pixels]:
        """Mattes by their names in the menu; those of parts *of* one person or of ``everyone``."""
        names = list(names)
        wanted = {name: _wanted(name, of) for name in names}
        from_split = {name: one for name, one in wanted.items() if one is not None}
        made = self._regions([name for name in names if name in FACE_MENU], of)
        if self.split is not None and from_split:
            made |= dict(zip(from_split, self.split.planes(list(from_split.values())), strict=True))
        return [self._plane(name, made) for name in names]

    def _regions(self, names: list[str], of: str) -> dict[str, Pixels]:
        """Regions of faces by their names in the menu; nothing where none is wanted."""
        if not names or self.split is None or self.regions is None:
            return {}
        persons = tuple(PERSON_MENU)
        person = persons.index(of) if of in persons else None
        wanted = [name.removeprefix("face_") for name in names]
        return dict(zip(names, planes.planes(self.split, self.regions(), wanted, person), strict=True))

    def _plane(self, name: str, made: dict[str, Pixels]) -> Pixels:
        if name in made:
            return made[name]
        if name == "face_patch" and self.face_patch is not None:
            return self.face_patch
        if name in _PLANES and name != "foreground":
            return np.asarray(getattr(self, name), np.float32)
        return np.broadcast_to(_NONE, self.alpha.shape)

    def cropped(self, rows: slice, columns: slice) -> Mattes:
        """A window of everything (views, no copies)."""
        cut = {name: getattr(self, name)[rows, columns] for name in _PLANES if name not in _MADE}
        cut |= {
            name: None if (one := getattr(self, name)) is None else one[rows, columns] for name in _SOMETIMES
        }
        split = self.split and self.split.cropped(rows, columns)

        def own() -> Own:
            colour, spill = self._own()
            return colour[rows, columns], spill[rows, columns]

        return dataclasses.replace(self, **cut, split=split, colours=own)


_NONE = np.zeros((), np.float32)


def _wanted(name: str, of: str) -> Wanted | None:
    """What a matte's name means to the split of people and parts; None where it is no such matte."""
    persons = tuple(PERSON_MENU)
    if name in persons:
        return persons.index(name), None
    if name in PART_MENU or name in GROUP_MENU:
        return persons.index(of) if of in persons else None, channels(name)
    return None
