"""Cryptomatte 1.2 (Psyop): mattes by identity, for people, parts and the parts of each person.

An id is the MurmurHash3 of a name, kept in the bits of a 32-bit float; a pixel holds its ids with their
coverages, the largest first, two of such ranks a layer of the file: ``CryptoPerson00.R`` is the first id,
``.G`` its coverage, ``.B`` and ``.A`` the second.  The header says which names there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .layers import CRYPTOMATTES, NOBODY, called, members
from .picture import Floats

RANKS = 6
"""Ids that a pixel holds unless another number is asked for."""
_MASK = 0xFFFFFFFF


def hashed(name: str) -> int:
    """MurmurHash3_x86_32 of the UTF-8 bytes of a name, seed 0."""
    data = name.encode()
    whole = len(data) // 4 * 4
    state = 0
    for place in range(0, whole, 4):
        state ^= _mixed(int.from_bytes(data[place : place + 4], "little"))
        state = (_turned(state, 13) * 5 + 0xE6546B64) & _MASK
    state ^= _mixed(int.from_bytes(data[whole:], "little")) ^ len(data)
    state = ((state ^ state >> 16) * 0x85EBCA6B) & _MASK
    state = ((state ^ state >> 13) * 0xC2B2AE35) & _MASK
    return state ^ state >> 16


def _mixed(block: int) -> int:
    return _turned(block * 0xCC9E2D51 & _MASK, 15) * 0x1B873593 & _MASK


def _turned(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK


def id_of(name: str) -> int:
    """The bits of a name's id: its hash, made a common number where the float would be none (an exponent
    of 0 or 255)."""
    found = hashed(name)
    return found ^ 1 << 23 if found >> 23 & 255 in (0, 255) else found


@dataclass(frozen=True)
class Cryptomatte:
    """One of a file's Cryptomattes.

    Attributes:
        layer: the word that asks for it, like ``cryptoperson``.
        names: each layer of the node that has an id in it, and the name that the id is made of.
        ranks: how many ids a pixel holds at most, an even number.
    """

    layer: str
    names: Mapping[str, str]
    ranks: int = RANKS

    @property
    def name(self) -> str:
        """What its layers in the file begin with."""
        return CRYPTOMATTES[self.layer]

    @property
    def channels(self) -> list[str]:
        """Of the file: two ranks a layer, id and coverage by turns."""
        return [f"{self.name}{n:02d}.{channel}" for n in range(self.ranks // 2) for channel in "RGBA"]

    @property
    def manifest(self) -> str:
        """Name → eight digits of its id, as JSON."""
        ids = {name: f"{id_of(name):08x}" for name in self.names.values()}
        return json.dumps(ids, ensure_ascii=False, separators=(",", ":"))

    @property
    def header(self) -> dict[str, str]:
        """Its attributes in the file's header."""
        key = f"cryptomatte/{id_of(self.name):08x}"[:-1]
        told = {"name": self.name, "hash": "MurmurHash3_32", "conversion": "uint32_to_float32"}
        return {f"{key}/{name}": text for name, text in {**told, "manifest": self.manifest}.items()}

    def __str__(self) -> str:
        """For the provenance: another name is another file."""
        ranks = "" if self.ranks == RANKS else f":{self.ranks}"
        return f"{self.layer}{ranks}:{hashed(self.manifest):08x}"


def asked(
    layers: Sequence[str],
    people: int | None = None,
    names: Mapping[str, str] = NOBODY,
    ranks: int = RANKS,
) -> tuple[Cryptomatte, ...]:
    """The Cryptomattes among layers.

    Args:
        people: how many people are told apart at most.
        names: layer → name of the people who have one.
        ranks: how many ids a pixel holds at most.
    """
    return tuple(
        Cryptomatte(layer, {member: called(member, names) for member in members(layer, people)}, ranks)
        for layer in layers
        if layer in CRYPTOMATTES
    )


class Ranks:
    """The largest coverages of each pixel, taken in matte by matte, so that memory does not grow with them.

    Of equal coverages the one that came first stays before.
    """

    def __init__(self, what: Cryptomatte) -> None:
        self.what = what
        self._lost = False
        self._found: tuple[Floats, Floats] | None = None
        self._shape = (0, 0)

    def add(self, layer: str, matte: Floats) -> None:
        """Take in a matte of the node (H×W×1), if it has an id here."""
        if layer not in self.what.names:
            return
        self._shape = matte.shape[:2]
        cover = matte.reshape(-1)
        if self._found is None:
            empty = np.zeros((self.what.ranks, cover.size), np.float32)
            self._found = empty, empty.copy()
        there = np.flatnonzero(cover > 0)
        share = cover[there]
        own = np.full(there.size, np.uint32(id_of(self.what.names[layer]))).view(np.float32)
        for ids, shares in zip(*self._found, strict=True):
            larger = share > shares[there]
            at = there[larger]
            shares[at], share[larger] = share[larger], shares[at]
            ids[at], own[larger] = own[larger], ids[at]
        self._lost = self._lost or bool((share > 0).any())

    def channels(self) -> Floats:
        """H×W×(2 × ranks): id and coverage by turns."""
        if self._found is None:
            raise ValueError(f"{self.what.name}: no matte was taken in.")
        both = np.stack(self._found, axis=1).reshape(2 * self.what.ranks, *self._shape)
        return np.ascontiguousarray(both.transpose(1, 2, 0))

    @property
    def told(self) -> tuple[str, ...]:
        """What there is to say of it, a sentence."""
        if not self._lost:
            return ()
        most = self.what.ranks
        return (
            f"{self.what.name}: some pixels hold more than {most} names, the smallest are left out; --ranks "
            "takes more.",
        )
