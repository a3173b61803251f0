"""The sequences that a check looks at: one for all layers or one for each, and the proxies of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from anatomatte.errors import SettingsError
from anatomatte.settings import Settings

from . import cryptomatte, stills
from .layer_sink import TOKEN, of_layer
from .layers import NOBODY, channel_names, parse_layers
from .provenance import PREFIX
from .sequences import Pattern, parse_pattern


@dataclass(frozen=True)
class Checked:
    """A sequence, and what every file of it must hold.

    Attributes:
        pattern: of its files.
        channels: that every file must hold; empty where no more than the same in all of them is asked for.
        whole: whether its alpha is that of the whole picture; somebody's matte may be empty at any frame.
        small: whether these are proxies of others.
    """

    pattern: Pattern
    channels: frozenset[str] = frozenset()
    whole: bool = True
    small: bool = False


def sequences(target: str, layers: str | None, shot: str | None, ranks: int) -> list[Checked]:
    """What there is to look at, the sequence of the first layer first.

    Args:
        target: the files, with ``{layer}`` where each layer has its own.
        layers: as a render takes them; None asks for no more than the same in all files.
        shot: the sidecar whose names the layers have.
        ranks: of Cryptomattes among the layers.

    Raises:
        SettingsError: a layer does not exist, or ``{layer}`` stands for none.
    """
    pattern = parse_pattern(target)
    if layers is None:
        if TOKEN in target:
            raise SettingsError(f"{target}: {TOKEN} stands for the names in --layers; name them.")
        return [Checked(pattern)]
    names: Mapping[str, str] = NOBODY
    if shot is not None:
        from anatomatte.shot import store

        names = store.load(shot).names
    first = parse_layers(layers, names=names)[0]
    people = _people(of_layer(pattern, first, names))
    asked = parse_layers(layers, people=people, names=names)

    def one(pattern: Pattern, some: tuple[str, ...], whole: bool = True) -> Checked:
        coded = cryptomatte.asked(some, people, names, ranks)
        found = {*channel_names(some, names), *(name for each in coded for name in each.channels)}
        as_they_like = len(found) == 1 and pattern.extension != ".exr"
        return Checked(pattern, frozenset(() if as_they_like else found), whole)

    if TOKEN not in target:
        return [one(pattern, asked)]
    return [one(of_layer(pattern, layer, names), (layer,), layer == "rgba") for layer in asked]


def _people(pattern: Pattern) -> int:
    """How many people the files have layers of, as the first that says so tells."""
    there = pattern.on_disk() if pattern.folder.is_dir() else {}
    for _, path in sorted(there.items()):
        told = (stills.attributes(path) or {}).get(PREFIX + "settings", "")
        try:
            return int(json.loads(told)["people"])
        except (ValueError, KeyError, TypeError):
            continue
    return Settings().people
