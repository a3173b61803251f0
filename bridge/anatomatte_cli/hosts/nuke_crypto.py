"""A Cryptomatte of people in Nuke's own nodes: coverages ranked by Expressions, names in the metadata.

The same layers, ids and attributes as those that the batch writes.  A rank takes the largest coverage that is
left; the first of equal ones comes first.
"""

from __future__ import annotations

import struct

from anatomatte.menus import PERSON_MENU

from .nuke_text import Script, word

SWITCH = "cryptomatte"
_PEOPLE = tuple(PERSON_MENU)
_LEFT = tuple(
    f"anm_left{number // 4 + 1}.{('red', 'green', 'blue', 'alpha')[number % 4]}"
    for number in range(len(_PEOPLE))
)
"""What is left of each person's coverage."""
_WHO = "anm_who.red"
_OFF = "{{!parent.cryptomatte}}"


def people(script: Script) -> None:
    """Ranks of people behind the chain of layers."""
    from anatomatte_batch.cryptomatte import asked

    (what,) = asked(("cryptoperson",))
    channels = ("red", "green", "blue", "alpha")
    for number in range(what.ranks // 2):
        script.layer(f"{what.name}{number:02d}", *channels)
    for name in dict.fromkeys(channel.split(".")[0] for channel in _LEFT):
        script.layer(name, *channels)
    script.layer("anm_who", "red")
    _start(script)
    for rank in range(what.ranks):
        _rank(script, rank, f"{what.name}{rank // 2:02d}")
        if rank < what.ranks - 1:
            _rest(script, rank)
    layers = [*dict.fromkeys(channel.split(".")[0] for channel in _LEFT), "anm_who"]
    knobs = {f"channels{place + 1 if place else ''}": layer for place, layer in enumerate(layers)}
    script.node("Remove", "CryptoTidy", {**knobs, "disable": _OFF})
    told = "".join(f"\n   {{set exr/{key} {word(text)}}}" for key, text in what.header.items())
    script.node("ModifyMetaData", "CryptoNames", {"metadata": "{" + told + "\n  }", "disable": _OFF})


def number_of(name: str) -> str:
    """A name's id as a number that reads back as the same 32 bits."""
    from anatomatte_batch.cryptomatte import id_of

    (value,) = struct.unpack("<f", struct.pack("<I", id_of(name)))
    return f"({value:.9g})"


def _expression(script: Script, name: str, wanted: dict[str, str], top: str = "") -> None:
    knobs = {"temp_name0": "top", "temp_expr0": word(top)} if top else {}
    for place in range(4):  # an Expression has four lines, and each writes to rgba unless it is told
        channel, text = list(wanted.items())[place] if place < len(wanted) else ("none", "")
        knobs[f"channel{place}"] = channel
        if text:
            knobs[f"expr{place}"] = word(text)
    script.node("Expression", name, {**knobs, "disable": _OFF})


def _start(script: Script) -> None:
    for half in (0, 4):
        pairs = zip(_LEFT[half : half + 4], _PEOPLE[half : half + 4], strict=True)
        _expression(script, f"CryptoStart{half // 4 + 1}", {left: f"{who}.alpha" for left, who in pairs})


def _rank(script: Script, rank: int, layer: str) -> None:
    """The largest coverage that is left, and whose it is."""
    top = _LEFT[0]
    for left in _LEFT[1:]:
        top = f"max({top},{left})"
    ident, index = "0", "0"
    for place, who in reversed(list(enumerate(_PEOPLE))):
        ident = f"{_LEFT[place]}>=top?{number_of(who)}:({ident})"
        index = f"{_LEFT[place]}>=top?{place + 1}:({index})"
    first, second = ("red", "green") if rank % 2 == 0 else ("blue", "alpha")
    wanted = {
        f"{layer}.{first}": f"top<=0?0:({ident})", f"{layer}.{second}": "top", _WHO: f"top<=0?0:({index})",
    }  # fmt: skip
    _expression(script, f"CryptoRank{rank}", wanted, top)


def _rest(script: Script, rank: int) -> None:
    """What is left without the one whose rank was written."""
    for half in (0, 4):
        rest = {
            left: f"{_WHO}=={half + place + 1}?0:{left}" for place, left in enumerate(_LEFT[half : half + 4])
        }
        _expression(script, f"CryptoRest{rank}_{half // 4 + 1}", rest)
