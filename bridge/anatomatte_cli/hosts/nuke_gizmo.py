"""``AnatomatteLayers.gizmo``: named layers, and a Cryptomatte of people, out of nodes that give RGBA alone.

One node, ``Look``, has the controls and gives the picture.  Others pack four mattes each into their
channels; their controls follow ``Look`` by expressions (texts, which take none, are copied by
``anatomatte_nuke.share``), so all of them share one look at the plate.
"""

from __future__ import annotations

from collections.abc import Iterator

from anatomatte.controls import PAGES, Control
from anatomatte.menus import MATTE_MENU
from anatomatte.settings import BY_NAME, CONTROLS

from . import nuke_crypto
from .facts import CLIPS, LAYERS, NUKE_CLASS, SLOTS
from .nuke_text import Script, word

NAME = "AnatomatteLayers"
TEXTS = tuple(row.name for row in CONTROLS if row.kind in ("line", "file"))
_OWN = ("output", *SLOTS, "parts_of")
"""Controls that each node has for itself."""
_ALONE = (*_OWN, "output_colour", "person_parts")
"""Controls that the packing nodes do not follow: the picture's own, and one that Nuke has no use for."""


def gizmo() -> str:
    """The text of the file."""
    script = Script()
    _inputs(script)
    for layer in LAYERS:
        script.layer(layer, "alpha")
    _node(script, "Look", CLIPS, {})
    script.keep("Chain")
    for number, four in enumerate(packs()):
        _pack(script, number, four)
    nuke_crypto.people(script)
    script.node("Output", "Output1", {})
    head = ["#! Nuke gizmo of Anatomatte, made from its table of controls", "version 11.0 v1", "Gizmo {"]
    return "\n".join([*head, *_panel(), "}", *script.lines, "end_group", ""])


def packs() -> Iterator[tuple[str, ...]]:
    """The layers, four a node."""
    for first in range(0, len(LAYERS), len(SLOTS)):
        yield LAYERS[first : first + len(SLOTS)]


def _inputs(script: Script) -> None:
    """The last input is written first: Nuke draws them from the left by their numbers."""
    for number, clip in reversed(list(enumerate(CLIPS))):
        script.node("Input", clip, {"number": str(number)} if number else {}, inputs=0)
        script.keep(clip)


def _node(script: Script, name: str, clips: tuple[str, ...], knobs: dict[str, str]) -> None:
    for clip in reversed(CLIPS):
        script.push(clip if clip in clips else None)
    script.node(NUKE_CLASS, name, knobs, inputs=len(CLIPS))


def _pack(script: Script, number: int, four: tuple[str, ...]) -> None:
    """A node with four mattes in its channels, and a Copy that makes them layers of the picture."""
    slots = dict(zip(SLOTS, (*four, *["none"] * len(SLOTS)), strict=False))
    knobs = {"output": word(dict(BY_NAME["output"].options)["packed"])}
    knobs |= {slot: word(MATTE_MENU[matte]) for slot, matte in slots.items()}
    knobs["parts_of"] = "{{parent.parts_of}}"
    knobs |= {row.name: link(row) for row in followed()}
    _node(script, f"Pack{number + 1}", CLIPS[:-1], knobs)
    script.push("Chain")
    copied: dict[str, str] = {}
    for place, (channel, matte) in enumerate(zip(("red", "green", "blue", "alpha"), four, strict=False)):
        copied |= {f"from{place}": f"rgba.{channel}", f"to{place}": f"{matte}.alpha"}
    script.node("Copy", f"Layers{number + 1}", copied, inputs=2)
    script.keep("Chain")


def followed() -> Iterator[Control]:
    """The controls that every packing node takes from Look by an expression."""
    for row in CONTROLS:
        if row.kind not in ("button", "text", "line", "file") and row.name not in _ALONE:
            yield row


def link(row: Control) -> str:
    """The expression for a control of another node, one for each of its numbers."""
    parts = {"point": (".x", ".y"), "rgb": (".r", ".g", ".b")}.get(row.kind, ("",))
    return "{" + " ".join(f"{{parent.Look.{row.name}{part}}}" for part in parts) + "}"


def _panel() -> Iterator[str]:
    """The gizmo's knobs: those of Look, a tab a page."""
    yield f" help {word('People, parts and what the key saw as layers of the picture.')}"
    yield f" icon {word('org.anatomatte.Anatomatte.png')}"
    share = "import anatomatte_nuke; anatomatte_nuke.share(nuke.thisNode())"
    yield f" onCreate {word(share)}"
    yield f" knobChanged {word(share)}"
    for page in PAGES:
        rows = [row for row in CONTROLS if row.page == page and row.name not in (*SLOTS, "person_parts")]
        if not rows:
            continue
        yield f" addUserKnob {{20 page_{page} l {word(page)}}}"
        for row in rows:
            if row.name == "parts_of":
                yield from _whose(row)
            else:
                yield f" addUserKnob {{41 {row.name} l {word(row.label)} T Look.{row.name}}}"
        if page == "Output":
            hint = word("A Cryptomatte of people: at most six of them in a pixel.")
            yield f" addUserKnob {{6 {nuke_crypto.SWITCH} l Cryptomatte t {hint} +STARTLINE}}"
            yield f" {nuke_crypto.SWITCH} true"


def _whose(row: Control) -> Iterator[str]:
    """Of whom the layers of parts are: a menu of the gizmo's own, as Look hides its."""
    labels = " ".join(word(label) for _, label in row.options)
    yield f" addUserKnob {{4 {row.name} l {word(row.label)} M {{{labels}}}}}"
