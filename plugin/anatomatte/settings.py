"""The one table: every control of the node, once.

A field of :class:`Settings` *is* a control.  The shim's describe (through the generated
``params.h``), the values that are read at render, the engine, the options of the command line,
preset files and ``docs/params.md`` are all made from it.  Standard library only, so that the
build can run this file before anything is installed::

    python -m anatomatte.settings header > params.h
    python -m anatomatte.settings digest
    python -m anatomatte.settings freeze    # appends new entries of menus to menus_frozen.py

Menus are append-only.  Renaming or removing a control is a new major version.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from .controls import PAGES, SHOWN, Control, Evidence, Kind, Made, Stage, Value, checked, choice, control
from .decision import parsed
from .errors import SettingsError
from .facing import Facing
from .keying import SEEN as _SEEN
from .menus import (
    ALPHA_MODELS,
    CHOSEN_MENU,
    DEVICES,
    EDGE_MODELS,
    MATTE_MENU,
    PARTS_MODELS,
    PERSON_MENU,
    frozen_text,
    in_order,
)

__all__ = [
    "ASSOCIATED", "BY_NAME", "COLOURED", "CONTROLS", "MATTES", "PAGES", "RENAMED", "SHOWN",
    "Control", "Kind", "Settings", "Stage", "Value", "checked", "current", "digest", "from_mapping", "known",
]  # fmt: skip

MATTES: tuple[str, ...] = tuple(MATTE_MENU)
"""What a channel of a packed picture can carry (append-only)."""

_PACKED = ("output", ("packed",))
COLOURED = (
    "premultiplied", "unpremultiplied", "comp", "edge", "screen", "cleanplate", "face_plate", "face_patch",
)  # fmt: skip
"""Outputs that are colours of the scene, in the output's encoding; all others are mattes and views."""

ASSOCIATED = ("premultiplied", "comp", "edge", "face_patch")
"""Those of them that are multiplied by their alpha."""

_OTHERS = tuple(model for model in ALPHA_MODELS if model != "own")


def _pack(channel: str, default: str) -> Any:
    return choice(
        default, f"{channel} channel", "Output", "output",
        f"The matte that goes to {channel} when the output is packed.", **MATTE_MENU,
        needs=(_PACKED,), hides=True,
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Settings(Facing):
    """Values of all controls for one frame.

    Raises:
        SettingsError: a value has the wrong type or is outside its range; the message names
            the control, the value, the range and the unit.
    """

    # ---- Subject
    parts: str = choice(
        "all", "Parts", "Subject", "shape",
        "The parts of people that the alpha holds.", **CHOSEN_MENU,
        needs=(_SEEN,),
    )  # fmt: skip
    parts_list: str = control(
        "line", "face hair", "Parts list", "Subject", "shape",
        "Parts and groups by name when Parts is As listed; -name takes one out again.",
        animates=False,
        needs=(_SEEN, ("parts", ("listed",))),
    )  # fmt: skip
    held: bool = control(
        "bool", True, "Keep held things", "Subject", "shape",
        "What people carry in their hands stays in the alpha; masks, glasses and bags always do.",
        needs=(_SEEN,),
    )  # fmt: skip
    parts_hardness: float = control(
        "double", 1.0, "Parts hardness", "Subject", "shape",
        "How decided parts are: 0 leaves them as soft as the network's doubt, 1 makes each solid inside and "
        "soft only at its border.",
        needs=(_SEEN,),
    )  # fmt: skip
    net_exposure: float = control(
        "double", 0.0, "Network exposure", "Subject", "observe",
        "Stops by which the network sees the plate brighter than the automatic exposure shows it.",
        low=-10.0, high=10.0, slider=(-4.0, 4.0),
        evidence="people", needs=(_SEEN,), group="Networks",
    )  # fmt: skip
    net_gamma: float = control(
        "double", 1.0, "Network gamma", "Subject", "observe",
        "Bends the picture that the network sees; above 1 lifts the shadows.",
        low=0.2, high=5.0, slider=(0.5, 2.0),
        evidence="people", needs=(_SEEN,), group="Networks",
    )  # fmt: skip

    parts_model: str = choice(
        "own", "Parts model", "Subject", "observe",
        "The network that says which part of a person a pixel is; others than ours come from the "
        "model store (anatomatte models list), each with a licence of its own.", **PARTS_MODELS,
        evidence="people", needs=(_SEEN,), group="Networks",
    )  # fmt: skip
    parts_network: str = control(
        "line", "", "Parts network", "Subject", "observe",
        "The id of a network in the model store when Parts model is Custom; id@fp16 picks a precision.",
        animates=False,
        evidence="people", group="Networks",
        needs=(_SEEN, ("parts_model", ("custom",))), hides=True,
    )  # fmt: skip
    alpha_model: str = choice(
        "own", "Alpha model", "Subject", "observe",
        "The network that says how much of a pixel is person; As Parts model takes what that one parses.",
        **ALPHA_MODELS,
        evidence="people", needs=(_SEEN,), group="Networks",
    )  # fmt: skip
    alpha_network: str = control(
        "line", "", "Alpha network", "Subject", "observe",
        "The id of a network in the model store when Alpha model is Custom; id@fp16 picks a precision.",
        animates=False,
        evidence="people", group="Networks",
        needs=(_SEEN, ("alpha_model", ("custom",))), hides=True,
    )  # fmt: skip
    alpha_mix: float = control(
        "double", 1.0, "Alpha mix", "Subject", "observe",
        "How much the alpha model counts beside our own network; 0.5 makes it a second opinion.",
        evidence="people", group="Networks",
        needs=(_SEEN, ("alpha_model", _OTHERS)),
    )  # fmt: skip
    edge_model: str = choice(
        "own", "Edge model", "Subject", "refine",
        "The network that refines the matte's edge, keyed or seen; As Alpha model keeps that one's matte.",
        **EDGE_MODELS,
        evidence="people",
        group="Networks",
    )  # fmt: skip
    edge_network: str = control(
        "line", "", "Edge network", "Subject", "refine",
        "The id of a network in the model store when Edge model is Custom; id@fp16 picks a precision.",
        animates=False,
        evidence="people", group="Networks",
        needs=(("edge_model", ("custom",)),), hides=True,
    )  # fmt: skip

    # ---- Output
    output: str = choice(
        "premultiplied", "Output", "Output", "output",
        "What the node gives the host. Status view: white subject, black screen, grey edge; red: the subject "
        "lets a little through, blue: a little is left on the screen, green: spill came off. People view and "
        "Parts view: a colour each, pale where the part is unsure, grey nobody. Spill view: the screen's "
        "light on the subject. Edge view: the edge's foreground alone. Screen view: the screen as modelled. "
        "Evidence views: who and which part, as decided before the edge is refined. Band view: white "
        "covered, black not, grey where the matte is refined. Soft matte view: as refined, before the page "
        "Matte. Face in the plate: the whole plate with the face replaced; Face patch: the new face alone, "
        "premultiplied.",
        premultiplied="Premultiplied", unpremultiplied="Unpremultiplied", matte="Matte only",
        comp="Comp over Bg", status="Status view", packed="Packed mattes",
        people="People view", parts="Parts view",
        spill="Spill view", edge="Edge view", screen="Screen view", cleanplate="Clean plate",
        hard_people="Evidence view, people", hard_parts="Evidence view, parts",
        band="Band view", soft="Soft matte view",
        face_plate="Face in the plate", face_patch="Face patch",
    )  # fmt: skip
    output_colour: str = choice(
        "input", "Output colour", "Output", "output",
        "How the colour that leaves the node is encoded.",
        input="Same as input", linear="Scene-linear", srgb="sRGB", rec709="Rec.709",
        feeds=("foreground",),
        needs=(("output", COLOURED),),
    )  # fmt: skip
    pack_r: str = _pack("Red", "alpha")
    pack_g: str = _pack("Green", "core")
    pack_b: str = _pack("Blue", "garbage")
    pack_a: str = _pack("Alpha", "alpha")
    parts_of: str = choice(
        "everyone", "Parts of", "Output", "output",
        "The person whose parts the packed channels carry.", everyone="Everyone", **PERSON_MENU,
        needs=(_PACKED,), hides=True,
    )  # fmt: skip
    person_parts: bool = control(
        "bool", False, "Person × part layers", "Output", "output",
        "Offers each part of each person as a layer too, where the host has layers.", animates=False,
    )  # fmt: skip

    # ---- Status
    status: str = control(
        "text", "", "Status", "Status", "none",
        "What this node last made, how, and what failed; it follows with the next change, or when "
        "Refresh is pressed.", animates=False,
    )  # fmt: skip
    refresh: bool = control(
        "button", False, "Refresh", "Status", "none",
        "Writes the status anew, and tries again what could not be started.", animates=False,
    )  # fmt: skip
    draft: str = choice(
        "auto", "Draft", "Status", "observe",
        "Works at half resolution; Auto does so only while the host scrubs.",
        auto="Auto", off="Off", always="Always",
        evidence="screen",
    )  # fmt: skip
    threads: int = control(
        "int", 0, "Threads", "Status", "none",
        "Processor threads for one frame; 0 takes what the machine or the farm grants.",
        low=0, high=256, slider=(0, 32), animates=False,
    )  # fmt: skip
    device: str = choice(
        "auto", "Device", "Status", "observe",
        "Where networks run. Auto takes the first GPU that ONNX Runtime can use, else the CPU; a GPU that is "
        "asked for by name must be there. Devices agree within 1/2048; what a GPU has no memory for the CPU "
        "does, and the status says so.", **DEVICES,
        evidence="people",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for row in CONTROLS:
            object.__setattr__(self, row.name, checked(row, getattr(self, row.name)))
        parsed(self.screen_kept)

    def replace(self, **values: Any) -> Settings:
        """These settings with some values changed (checked like the constructor's)."""
        values = current(values)
        known(values)
        return dataclasses.replace(self, **values)

    def depends_on(
        self, *stages: Stage, evidence: Evidence | Collection[Evidence] | None = None
    ) -> tuple[tuple[str, Value], ...]:
        """``(name, value)`` of the controls that affect these stages: the part of a cache key.

        *evidence* asks for those of one evidence, or of several, only.
        """
        asked = {evidence} if isinstance(evidence, str) else evidence
        rows = (c for c in BY_NAME.values() if c.stage in stages and (asked is None or c.evidence in asked))
        return self._of(rows)

    def feeding(self, made: Made) -> tuple[tuple[str, Value], ...]:
        """``(name, value)`` of the controls that *made*, kept under a key of its own, depends on."""
        return self._of(c for c in BY_NAME.values() if made in c.feeds)

    def _of(self, rows: Iterable[Control]) -> tuple[tuple[str, Value], ...]:
        return tuple((c.name, getattr(self, c.name)) for c in sorted(rows, key=lambda c: c.name))


def _read_table() -> tuple[Control, ...]:
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(Settings)
    rows = []
    for f in fields:
        menu = tuple(in_order(f.name, dict(f.metadata.get("options", ()))).items())
        rows.append(Control(name=f.name, default=cast(Value, f.default), **{**f.metadata, "options": menu}))
    return tuple(sorted(rows, key=lambda row: PAGES.index(row.page)))


CONTROLS: tuple[Control, ...] = _read_table()
"""All controls in the order in which they are described."""

BY_NAME: dict[str, Control] = {control.name: control for control in CONTROLS}


RENAMED: dict[str, str] = {
    "parts_engine": "parts_model", "alpha_engine": "alpha_model", "edge_engine": "edge_model",
}  # fmt: skip
"""Names of controls in earlier versions → what they are called now."""

_told: set[str] = set()


def current(values: Mapping[str, Any]) -> dict[str, Any]:
    """*values* under today's names; each old one is told once a process, on the error stream.

    Raises:
        SettingsError: an old name stands beside its new one.
    """
    for old, new in RENAMED.items():
        if old in values and new in values:
            raise SettingsError(f"{old} is called {new} now and both are given; leave {old} out.")
        if old in values and old not in _told:
            _told.add(old)
            print(f"anatomatte: {old} is called {new} now; it was taken as {new}.", file=sys.stderr)
    return {RENAMED.get(name, name): value for name, value in values.items()}


def known(names: Iterable[str]) -> None:
    """Raise SettingsError for the first name that is not in the table, with the nearest one."""
    for name in names:
        if name not in BY_NAME:
            if name in RENAMED:
                raise SettingsError(f"{name!r} is called {RENAMED[name]!r} now; use that name.")
            near = difflib.get_close_matches(name.lower(), BY_NAME, n=1)
            cure = f"did you mean {near[0]!r}?" if near else "`anatomatte params` lists all controls."
            raise SettingsError(f"There is no control named {name!r}; {cure}")


def from_mapping(values: Mapping[str, Any]) -> Settings:
    """Settings from names and values; absent controls keep their defaults, old names still count.

    Raises:
        SettingsError: an unknown name (the nearest is suggested) or a value out of range.
    """
    values = current(values)
    known(values)
    return Settings(**values)


@functools.cache
def digest() -> str:
    """SHA-256 (hex) of the whole table; compiled into the .ofx and checked at the handshake."""
    facts = [dataclasses.asdict(control) for control in CONTROLS]
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def freeze() -> None:
    """Write the order of all menus down; what is frozen stays where it is.

    Raises:
        SettingsError: a control whose menu is frozen has gone.
    """
    file = Path(__file__).with_name("menus_frozen.py")
    menus = {row.name: row.menu() for row in CONTROLS if row.kind == "choice"}
    file.write_text(frozen_text(menus, file.read_text(encoding="utf-8")), encoding="utf-8")


def main(argv: list[str]) -> int:
    """``header`` prints params.h, ``digest`` the table's digest; ``freeze`` keeps new menu entries."""
    if argv[1:] == ["digest"]:
        print(digest())
    elif argv[1:] == ["header"]:
        from .params_header import header

        print(header())
    elif argv[1:] == ["freeze"]:
        freeze()
    else:
        print("usage: python -m anatomatte.settings header|digest|freeze", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
