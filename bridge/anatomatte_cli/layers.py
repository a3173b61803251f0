"""Which layers a file gets, and the renders of the node that bring them.

``rgba`` is the node's picture in the unnamed channels R, G, B, A.  ``alpha`` is the unnamed A alone
(compositors know ``alpha`` as the fourth channel of ``rgba``).  Every other matte of the table
becomes a layer of one channel, like ``screen.A``.  One render brings the picture, and one more each
four mattes.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from anatomatte.errors import SettingsError
from anatomatte.settings import BY_NAME, Value

_SLOTS = ("pack_r", "pack_g", "pack_b", "pack_a")


def available() -> tuple[str, ...]:
    """Every layer that the node can give, in the table's order."""
    return ("rgba", *(matte for matte in BY_NAME["pack_r"].menu() if matte != "none"))


def parse_layers(text: str, absent: Collection[str] = ()) -> tuple[str, ...]:
    """``rgba,screen`` or ``all``, in the order of the table, each once.

    Args:
        text: as the user wrote it.
        absent: mattes whose clip is not connected, which ``all`` leaves out.

    Raises:
        SettingsError: a layer that the node does not have; the nearest is suggested.
    """
    have = available()
    wanted = [name.strip().lower() for name in text.split(",") if name.strip()]
    if wanted == ["all"]:
        return tuple(name for name in have if name not in absent)
    for name in wanted:
        if name not in have:
            near = difflib.get_close_matches(name, have, n=1)
            cure = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(have)}."
            raise SettingsError(f"There is no layer {name!r}; {cure}")
    if not wanted:
        raise SettingsError(f"No layer is asked for; there are {', '.join(have)}.")
    return tuple(name for name in have if name in wanted)


@dataclass(frozen=True, slots=True)
class Pass:
    """One render of the node: the values to set, and the layer that each channel brings."""

    values: dict[str, Value]
    layers: tuple[str, ...]


def passes(layers: tuple[str, ...]) -> list[Pass]:
    """The renders that bring these layers, fewest first."""
    picture = "rgba" in layers
    mattes = [name for name in layers if name != "rgba" and not (picture and name == "alpha")]
    plan = [Pass({}, ("rgba",))] if picture else []
    for first in range(0, len(mattes), len(_SLOTS)):
        four = tuple(mattes[first : first + len(_SLOTS)])
        packed = dict(zip(_SLOTS, (*four, "none", "none", "none"), strict=False))
        plan.append(Pass({"output": "packed", **packed}, four))
    return plan


def channel_names(layers: tuple[str, ...]) -> list[str]:
    """The channels of a file with these layers, in file order."""
    names = ["R", "G", "B", "A"] if "rgba" in layers else []
    for layer in layers:
        if layer == "alpha":
            names += [] if "A" in names else ["A"]
        elif layer != "rgba":
            names.append(f"{layer}.A")
    return names
