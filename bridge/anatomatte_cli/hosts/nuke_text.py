"""Nuke's script format: nodes on a stack, knobs as words of Tcl."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9_.+*/:-]+")


def word(text: str) -> str:
    """A word as Nuke reads it back: plain, or in quotes with what Tcl would take apart escaped."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + re.sub(r'(["\\\[\]$])', r"\\\1", text).replace("\n", "\\n") + '"'


class Script:
    """The nodes of a gizmo; each takes its inputs from the stack, the first input from its top."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def node(self, kind: str, name: str, knobs: dict[str, str], inputs: int = 1) -> None:
        """Add a node; values of knobs stand as they are written."""
        told = {**({"inputs": str(inputs)} if inputs != 1 else {}), **knobs, "name": name}
        self.lines += [f" {kind} {{", *(f"  {knob} {value}" for knob, value in told.items()), " }"]

    def keep(self, name: str) -> None:
        """Give what is on top of the stack a name."""
        self.lines.append(f"set N{name} [stack 0]")

    def push(self, name: str | None) -> None:
        """Put what has a name on the stack, or nothing: an input that stays open."""
        self.lines.append(f"push $N{name}" if name else "push 0")

    def layer(self, name: str, *channels: str) -> None:
        """Make a layer known."""
        self.lines.append(f"add_layer {{{' '.join([name, *(f'{name}.{one}' for one in channels)])}}}")
