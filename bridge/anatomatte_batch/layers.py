"""Which layers a file gets, and the renders of the node that bring them.

``rgba`` is the node's picture in the unnamed channels R, G, B, A.  ``alpha`` is the unnamed A alone
(compositors know ``alpha`` as the fourth channel of ``rgba``).  Every other matte of the table
becomes a layer of one channel, like ``screen.A`` or ``person_01.A``; a part of one person is a layer
below that person's, like ``person_01.face.A``.  One render brings the picture, and one more each
four mattes.  A Cryptomatte holds many mattes in a few channels; the node renders those, and it is made of
them (`cryptomatte`).
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from anatomatte.errors import SettingsError
from anatomatte.menus import FACE_MENU, GROUP_MENU, PART_MENU, PERSON_MENU
from anatomatte.settings import BY_NAME, Value

CLEAN = "cleanplate"
"""The clean plate that the key built: a layer of three channels, written only when it is named."""

PATCH = "face_patch"
"""The matte of a replaced face, written only when it is named."""

_SLOTS = ("pack_r", "pack_g", "pack_b", "pack_a")
_PARTS = tuple(key for key in BY_NAME["pack_r"].menu() if key in {**PART_MENU, **GROUP_MENU, **FACE_MENU})
EVERYONE = "everyone"

NOBODY: Mapping[str, str] = MappingProxyType({})
"""No names."""

SETS: dict[str, tuple[str, ...]] = {
    "people": tuple(PERSON_MENU),
    "parts": tuple(PART_MENU),
    "groups": tuple(GROUP_MENU),
    "regions": tuple(FACE_MENU),
}
"""Words that stand for several layers."""

CRYPTOMATTES: Mapping[str, str] = MappingProxyType(
    {"cryptoperson": "CryptoPerson", "cryptopart": "CryptoPart", "cryptopersonpart": "CryptoPersonPart"}
)
"""The words for Cryptomattes, and what their layers in a file begin with; ``cryptomatte`` stands for all."""

_CODED = ("cryptomatte", *CRYPTOMATTES)


def available() -> tuple[str, ...]:
    """Every layer that the node can give of all people together, in the table's order."""
    return ("rgba", *(matte for matte in BY_NAME["pack_r"].menu() if matte != "none"), CLEAN)


def parse_layers(
    text: str, absent: Collection[str] = (), people: int | None = None, names: Mapping[str, str] = NOBODY
) -> tuple[str, ...]:
    """``rgba,screen`` or ``all``, in the order of the table, each once; Cryptomattes last.

    ``people``, ``parts``, ``groups`` and ``regions`` stand for theirs, ``person_02.face`` for a part of
    one person, ``person_02.parts`` and ``people.face`` for all of them.

    Args:
        text: as the user wrote it.
        absent: mattes whose clip is not connected, which ``all`` leaves out.
        people: how many people are told apart at most; ``people`` and ``all`` stop there.
        names: layer → name of the people who have one; they may be called by it.

    Raises:
        SettingsError: a layer that the node does not have; the nearest is suggested.
    """
    wanted = [name.strip().lower() for name in text.split(",") if name.strip()]
    if not wanted:
        raise SettingsError(f"No layer is asked for; there are {_there_are()}.")
    whose = {name.lower(): key for key, name in names.items()}
    wanted = [
        word if word in CRYPTOMATTES else ".".join((whose.get(head, head), *rest))
        for word, (head, *rest) in ((word, word.split(".")) for word in wanted)
    ]
    found = {layer for word in wanted for layer in _meant(word, absent, people)}
    return ordered(found)


def ordered(layers: Collection[str]) -> tuple[str, ...]:
    """Layers in the order of the table, each once; Cryptomattes last."""
    persons = (f"{person}.{part}" for person in PERSON_MENU for part in _PARTS)
    return tuple(name for name in (*available(), *persons, *CRYPTOMATTES) if name in layers)


def _meant(word: str, absent: Collection[str], people: int | None) -> Iterator[str]:
    """The layers that one word of a list stands for."""
    beyond = set(list(PERSON_MENU)[people:]) if people else set()
    if word == "all":
        yield from (name for name in available() if name not in {*absent, *beyond, CLEAN, PATCH})
    elif word in SETS:
        yield from (name for name in SETS[word] if name not in beyond)
    elif word == "cryptomatte":
        yield from CRYPTOMATTES
    elif (person := word.partition(".")[0]) in beyond:
        cure = "raise it (--set people=N), or ask for others"
        raise SettingsError(f"{word}: people = {people}, so that nobody is {person}; {cure}.")
    elif word in available() or word in CRYPTOMATTES:
        yield word
    else:
        person, dot, part = word.partition(".")
        persons = SETS["people"] if person == "people" else (person,) if person in PERSON_MENU else ()
        parts = (
            SETS.get(part, ())
            if part in ("parts", "groups", "regions")
            else (part,)
            if part in _PARTS
            else ()
        )
        if not (dot and persons and parts):
            raise SettingsError(_unknown(word))
        yield from (f"{one}.{each}" for one in persons if one not in beyond for each in parts)


def _there_are() -> str:
    singles = (name for name in available() if name not in PERSON_MENU and name not in _PARTS)
    return ", ".join(
        [
            *singles,
            *SETS,
            "cryptomatte",
            *CRYPTOMATTES,
            "person_01, face, person_01.face and so on (docs/subject.md)",
        ]
    )


def _unknown(word: str) -> str:
    person, dot, part = word.partition(".")
    if (number := re.fullmatch(r"person_?0*([1-9]\d*)", person)) and person not in PERSON_MENU:
        if int(number[1]) > len(PERSON_MENU):
            return (
                f"There is no layer {word!r}: {len(PERSON_MENU)} people have numbers, those who fill most of "
                "the shot; the others are in the alpha alone."
            )
        return f"There is no layer {word!r}; did you mean 'person_{int(number[1]):02d}{dot}{part}'?"
    if dot and (person in PERSON_MENU or person == "people"):
        near = [f"{person}.{name}" for name in difflib.get_close_matches(part, (*_PARTS, "parts"), n=1)]
    else:
        near = difflib.get_close_matches(word, (*available(), *SETS, *_CODED), n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"there are {_there_are()}."
    return f"There is no layer {word!r}; {cure}"


@dataclass(frozen=True, slots=True)
class Pass:
    """One render of the node: the values to set, and the layer that each channel brings."""

    values: dict[str, Value]
    layers: tuple[str, ...]


def members(cryptomatte: str, people: int | None = None) -> tuple[str, ...]:
    """The layers of the node that have an id in a Cryptomatte, in the order of the table."""
    persons = tuple(PERSON_MENU)[:people]
    if cryptomatte == "cryptoperson":
        return persons
    if cryptomatte == "cryptopart":
        return tuple(PART_MENU)
    return tuple(f"{person}.{part}" for person in persons for part in PART_MENU)


def passes(layers: Collection[str]) -> list[Pass]:
    """The renders that bring these layers, fewest first; Cryptomattes are made of others."""
    picture = "rgba" in layers
    none = {"rgba", CLEAN, *CRYPTOMATTES, *(["alpha"] if picture else [])}
    mattes = [name for name in layers if name not in none]
    plan = [Pass({}, ("rgba",))] if picture else []
    plan += [Pass({"output": CLEAN}, (CLEAN,))] if CLEAN in layers else []
    for person in (EVERYONE, *PERSON_MENU):
        mine = [name for name in mattes if owner(name)[0] == person]
        for first in range(0, len(mine), len(_SLOTS)):
            four = tuple(mine[first : first + len(_SLOTS)])
            keys = [owner(name)[1] for name in four]
            packed = dict(zip(_SLOTS, (*keys, "none", "none", "none"), strict=False))
            plan.append(Pass({"output": "packed", "parts_of": person, **packed}, four))
    return plan


def divided(layers: Collection[str]) -> set[str]:
    """The people whose own matte is worth a render: it says where the many layers of theirs are, outside of
    which each of them is 0."""
    whose = Counter(owner(name)[0] for name in layers)
    return {person for person in PERSON_MENU if whose[person] > len(_SLOTS)}


def owner(layer: str) -> tuple[str, str]:
    """Whose a layer is, as a value of ``parts_of``, and the matte's name in the menus."""
    person, dot, part = layer.partition(".")
    return (person, part) if dot else (EVERYONE, layer)


def called(layer: str, names: Mapping[str, str]) -> str:
    """What a layer is called in files: ``anna.face`` for ``person_01.face``, where *names* has the person."""
    person, dot, part = layer.partition(".")
    return names.get(person, person) + dot + part


def channel_names(layers: tuple[str, ...], names: Mapping[str, str] = NOBODY) -> list[str]:
    """The channels of a file with these layers, in file order; Cryptomattes know their own.

    Args:
        names: layer → name of the people who have one.
    """
    return _channels(tuple(called(layer, names) for layer in layers))


def _channels(layers: tuple[str, ...]) -> list[str]:
    made = ["R", "G", "B", "A"] if "rgba" in layers else []
    for layer in layers:
        if layer == "alpha":
            made += [] if "A" in made else ["A"]
        elif layer == CLEAN:
            made += [f"{layer}.{channel}" for channel in "RGB"]
        elif layer != "rgba" and layer not in CRYPTOMATTES:
            made.append(f"{layer}.A")
    return made
