"""A sequence for each layer: ``{layer}`` in DST stands for the layer's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from anatomatte.errors import SettingsError

from .layers import called
from .ocio import Space
from .picture import Floats, Picture
from .provenance import Provenance
from .sequences import Pattern
from .sinks import State, StillSink
from .stills import StillFormat

TOKEN = "{layer}"
_GRAVEST: tuple[State, ...] = ("other", "stale", "missing", "same")


class LayerSink:
    """A file for each layer of a frame, which is there when all of them are.

    Args:
        pattern: with `TOKEN` in it.
        hows: how each layer is written.
        space: in which colours go out; None as the node makes them.

    Raises:
        SettingsError: a layer's name is no name of a file.
    """

    all_or_nothing = False

    def __init__(self, pattern: Pattern, hows: Sequence[StillFormat], space: Space | None = None) -> None:
        self._sinks = [
            StillSink(of_layer(pattern, how.layers[0], dict(how.names)), how, space) for how in hows
        ]

    def path(self, frame: int) -> Path:
        return self._sinks[0].path(frame)

    def paths(self, frame: int) -> tuple[Path, ...]:
        return tuple(sink.path(frame) for sink in self._sinks)

    def judge(self, records: Mapping[int, Provenance]) -> dict[int, tuple[State, str]]:
        judged = [sink.judge(records) for sink in self._sinks]
        return {frame: self._gravest(frame, [one[frame] for one in judged]) for frame in records}

    def _gravest(self, frame: int, states: list[tuple[State, str]]) -> tuple[State, str]:
        """Of a frame's files the state that decides, and of which file it is where that is not the first."""
        at = min(range(len(states)), key=lambda n: _GRAVEST.index(states[n][0]))
        state, why = states[at]
        return state, f"{why} ({self._sinks[at].path(frame)})" if why and at else why

    def sound(self, frame: int) -> bool:
        return all(sink.sound(frame) for sink in self._sinks)

    def checks(self, frame: int) -> Mapping[str, float]:
        return self._sinks[0].checks(frame)

    def pixels(self, frame: int) -> Mapping[str, str]:
        return {layer: mark for sink in self._sinks for layer, mark in sink.pixels(frame).items()}

    def write(self, frame: int, layers: Mapping[str, Floats], picture: Picture, record: Provenance) -> None:
        for sink in self._sinks:
            sink.write(frame, layers, picture, record)

    def finish(self) -> None:
        for sink in self._sinks:
            sink.finish()

    def abandon(self) -> None:
        """Finished files stay; there is no other."""


def of_layer(pattern: Pattern, layer: str, names: Mapping[str, str]) -> Pattern:
    """The files of one layer, where ``{layer}`` is in their name.

    Args:
        names: of people, by layer.

    Raises:
        SettingsError: the layer's name is no name of a file.
    """
    if TOKEN not in pattern.text:
        return pattern
    name = called(layer, names)
    if {"/", "\\", "\0"} & set(name):
        raise SettingsError(f"The layer {name!r} cannot be a file's name; give that person another name.")
    text, prefix, suffix = (
        one.replace(TOKEN, name) for one in (pattern.text, pattern.prefix, pattern.suffix)
    )
    folder = Path(str(pattern.folder).replace(TOKEN, name))
    return replace(pattern, text=text, folder=folder, prefix=prefix, suffix=suffix)
