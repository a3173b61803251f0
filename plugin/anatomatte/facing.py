"""The page of the table for faces: replacement, whose face, and the consent note.  Standard library only."""

from __future__ import annotations

import dataclasses
from typing import Any

from .controls import Need, choice, control
from .fixing import Fixing
from .keying import SEEN
from .menus import MOST_PEOPLE

_ON: Need = ("swap", ("pictures", "network"))


def _whose(*entries: str) -> tuple[Need, ...]:
    return (SEEN, _ON, ("swap_whose", entries))


def _note(name: str, hint: str) -> Any:
    return control(
        "line", "", f"Consent: {name}", "Faces", "output", hint, animates=False, group="Consent", needs=(_ON,)
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Facing(Fixing):
    """Controls of the page Faces; :class:`settings.Settings` adds the other pages and the checks."""

    swap: str = choice(
        "off", "Replace face", "Faces", "output",
        "Puts another face in the place of one person's. It stays off until the consent note is given: who, "
        "what and when. The result's header says that the face was replaced.",
        off="Off", pictures="From pictures", network="By a network",
        needs=(SEEN,),
    )  # fmt: skip
    swap_source: str = control(
        "file", "", "Face source", "Faces", "output",
        "Pictures of the face to put in: one picture, a folder, or a sequence (face.####.exr). Each shows "
        "one face; of several the one with the nearest pose is taken.",
        animates=False, needs=(_ON,),
    )  # fmt: skip
    swap_network: str = control(
        "line", "", "Face network", "Faces", "output",
        "The id of your own network in the model store when Replace face is By a network; id@fp16 picks a "
        "precision. None is shipped.",
        animates=False, needs=(("swap", ("network",)),), hides=True,
    )  # fmt: skip
    swap_whose: str = choice(
        "main", "Whose face", "Faces", "output",
        "The person whose face is replaced. Who fills most is the shot file's actor where one is chosen "
        "there. As in the reference goes by colours and proportions unless an identity network is named.",
        main="Who fills most", number="By number", name="By name", point="At the face point",
        reference="As in the reference",
        needs=(SEEN, _ON),
    )  # fmt: skip
    swap_number: int = control(
        "int", 1, "Face number", "Faces", "output",
        "The number of the person when Whose face is By number; a shot file keeps numbers.",
        low=1, high=MOST_PEOPLE, slider=(1, MOST_PEOPLE), needs=_whose("number"), hides=True,
    )  # fmt: skip
    swap_name: str = control(
        "line", "", "Face name", "Faces", "output",
        "The name that the shot file has for the person when Whose face is By name.",
        animates=False, needs=_whose("name"), hides=True,
    )  # fmt: skip
    swap_point: tuple[float, float] = control(
        "point", (0.5, 0.5), "Face point", "Faces", "output",
        "A place on the person when Whose face is At the face point; until moved, the middle.",
        low=-1e6, high=1e6, unit="at", needs=_whose("point"), hides=True,
    )  # fmt: skip
    swap_reference: str = control(
        "file", "", "Face reference", "Faces", "output",
        "A picture of the person whose face is replaced when Whose face is As in the reference.",
        animates=False, needs=_whose("reference"), hides=True,
    )  # fmt: skip
    identity_network: str = control(
        "line", "", "Identity network", "Faces", "output",
        "The id of your own network in the model store that tells faces apart for As in the reference; "
        "empty goes by colours and proportions.",
        animates=False, needs=_whose("reference"), hides=True,
    )  # fmt: skip
    swap_amount: float = control(
        "double", 1.0, "Face amount", "Faces", "output",
        "How much of the new face is shown; 0 keeps the plate.", needs=(_ON,),
    )  # fmt: skip
    swap_light: float = control(
        "double", 1.0, "Face relight", "Faces", "output",
        "How far the new face takes the light and the tone of the plate's; 0 keeps its own.", needs=(_ON,),
    )  # fmt: skip
    swap_texture: float = control(
        "double", 1.0, "Face texture", "Faces", "output",
        "How far the new face takes the plate's blur and grain; 0 keeps its own.", needs=(_ON,),
    )  # fmt: skip
    consent_who: str = _note("who", "Who agreed that their face is used or replaced in this shot.")
    consent_what: str = _note("what", "To what they agreed: which use, which production, which shots.")
    consent_when: str = _note("when", "When they agreed, as a date: 2026-11-29.")
    consent_note: str = _note("note", "Where the agreement is kept, and whatever else belongs to it.")
