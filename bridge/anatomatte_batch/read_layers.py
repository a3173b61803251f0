"""Which layer of a file is the plate: the beauty, or the one that was named; never the first that fits."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anatomatte.errors import PlateError, SettingsError

_COLOURS = (("r", "g", "b"), ("red", "green", "blue"))
_ALPHAS = ("a", "alpha")
_LUMINANCE_CHROMA = ("y", "ry", "by")
_SURE = ("beauty", "combined", "rgba", "bty")
"""Words that mean the picture itself wherever they stand in a name, the surest first."""

_BEAUTY = (*_SURE, "rgb", "final", "master", "composite", "main", "c", "color", "colour")
"""Names of layers and parts that mean the picture itself; `diffuse_color` does not."""

_LEFT, _RIGHT = ("left", "l"), ("right", "r")
"""Words of an eye: of a pair the left one is the picture."""

_EYES = ("view", "eye", "cam", "camera", "stereo")
"""Words that may stand beside those of an eye where a layer is called so alone."""

_NUMBERS = ("id", "ids", "objectid", "materialid", "instanceid", "primid", "indexob", "indexma")
"""Words in names of layers that number things."""


@dataclass(frozen=True)
class Layer:
    """Channels of one part that belong together.

    Attributes:
        part: the number of the part (subimage).
        part_name: its name, or an empty text.
        name: what stands before the channels' last dot, or an empty text.
        channels: their places among the part's channels: colour, then alpha; or one.
        kind: ``colour``, ``luminance-chroma`` or ``single``.
        labels: the channels' own names.
        coded: whether it holds Cryptomatte: hashes in the bits of floats, no light and no coverage.
    """

    part: int
    part_name: str
    name: str
    channels: tuple[int, ...]
    kind: str
    labels: tuple[str, ...]
    coded: bool = False

    @property
    def numbers(self) -> bool:
        """Whether it says which thing a pixel is, not how it looks."""
        return self.coded or any(word in _NUMBERS for word in _words(self.title))

    @property
    def title(self) -> str:
        """As people call it: the layer's name, or the part's, or both."""
        if self.kind == "single" and self.labels[0].lower() not in (*_ALPHAS, "y"):
            own = f"{self.name}.{self.labels[0]}" if self.name else self.labels[0]
        else:
            own = self.name
        if not self.part_name or own.lower().startswith(self.part_name.lower()):
            return own
        return f"{self.part_name}.{own}" if own else self.part_name

    def __str__(self) -> str:
        return f"{self.title or 'the unnamed layer'} ({', '.join(self.labels)})"

    @property
    def names(self) -> frozenset[str]:
        """Everything by which it may be asked for, in lower case."""
        told = {self.title, self.name}
        told |= {f"{name}.{self.labels[0]}".strip(".") for name in (self.name, self.title)}
        if not self.name or len(self.channels) > 1:
            told |= {self.part_name, f"{self.part_name}.{self.name}".strip(".")}
        return frozenset(name.lower() for name in told if name)


def layers_of(parts: Sequence[tuple[str, Sequence[str]]], cryptomattes: Collection[str] = ()) -> list[Layer]:
    """All layers of a file.

    Args:
        parts: name and channel names of each part, in order.
        cryptomattes: names of Cryptomattes by the header: their layers are called so, with a number behind.
    """
    found = [layer for part, (name, channels) in enumerate(parts) for layer in _of_part(part, name, channels)]
    known = {name.lower() for name in cryptomattes}
    return [replace(layer, coded=True) if _is_coded(layer, known) else layer for layer in found]


def _is_coded(layer: Layer, known: Collection[str]) -> bool:
    names = (layer.title, layer.name, layer.part_name)
    by_header = any(name.lower().rstrip("0123456789") in known for name in names if name)
    return by_header or any(word.startswith("crypto") for word in _words(layer.title))


def _words(title: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", title.lower()) if word]


def _of_part(part: int, part_name: str, channels: Sequence[str]) -> Iterator[Layer]:
    groups: dict[str, dict[str, int]] = {}
    for place, channel in enumerate(channels):
        name, _, label = channel.rpartition(".")
        groups.setdefault(name, {})[label] = place
    for name, labels in groups.items():
        lower = {label.lower(): label for label in labels}
        trios = (*_COLOURS, _LUMINANCE_CHROMA)
        trio = next((three for three in trios if all(one in lower for one in three)), None)
        used: tuple[str, ...] = ()
        if trio is not None:
            used = (*trio, *[alpha for alpha in _ALPHAS if alpha in lower][:1])
            kind = "luminance-chroma" if trio == _LUMINANCE_CHROMA else "colour"
            yield _layer(part, part_name, name, kind, [lower[one] for one in used], labels)
        for low, label in lower.items():
            if low not in used:
                yield _layer(part, part_name, name, "single", [label], labels)


def _layer(part: int, part_name: str, name: str, kind: str, own: list[str], labels: dict[str, int]) -> Layer:
    return Layer(part, part_name, name, tuple(labels[label] for label in own), kind, tuple(own))


def chosen(layers: Sequence[Layer], wanted: str | None, matte: bool, file: Any) -> Layer:
    """The layer to read.

    Args:
        layers: of the file.
        wanted: a name of a layer or part, or None for the picture itself.
        matte: whether one channel will do, and an alpha is the best.
        file: for messages.

    Raises:
        SettingsError: there is no layer of that name, or several.
        PlateError: no layer is the picture: there is no colour, or several and none is called beauty.
    """
    if wanted:
        return _seen(_named(layers, wanted, file), wanted, file)
    if all(layer.coded for layer in layers):
        raise PlateError(f"{file} holds only Cryptomatte ({_list(layers)}); it needs a picture beside it.")
    uncoded = [layer for layer in layers if not layer.coded]
    layers = [layer for layer in uncoded if not layer.numbers] or uncoded
    colours = [layer for layer in layers if layer.kind != "single"]
    if matte and not colours:
        return _single(layers, file, ("a", "alpha", "y", "matte", "mask"), any_one=True)
    if not colours:
        return _single(layers, file, ("y",), any_one=False)
    ranks = {layer: _rank(layer) for layer in colours}
    best = [layer for layer in colours if ranks[layer] == min(ranks.values())]
    if len(best) == 1 and (len(colours) == 1 or ranks[best[0]] < _UNNAMED):
        return best[0]
    if len(best) == 2 and (left := _left_of(best)):
        return left
    called = "none that is called beauty" if ranks[best[0]] == _UNNAMED else f"{len(best)} that are called so"
    raise _unclear(f"{file} holds several layers with colour and {called}", colours)


def _seen(layer: Layer, wanted: str, file: Any) -> Layer:
    """The layer, if it can be looked at at all."""
    if layer.coded:
        raise SettingsError(
            f"--layer {wanted}: {layer} of {file} is a Cryptomatte: hashes, neither light nor a matte; take "
            "the matte out of it where you comp, or name another layer."
        )
    return layer


_UNNAMED = 1000
_NOBODYS = re.compile(r"subimage\d+")
"""What the image library calls parts that were given no name."""


def _rank(layer: Layer) -> int:
    """How surely a layer is the picture itself, 0 first; `_UNNAMED` where nothing says so."""
    title = layer.title.lower()
    if not title or _NOBODYS.fullmatch(title):
        return 0
    words = _words(title)
    other_eye = bool(words) and words[-1] in _RIGHT
    names = [one for one in title.split(".") if one not in (*_RIGHT, *_LEFT)]
    whole = [_BEAUTY.index(one) for one in names if one in _BEAUTY]
    if whole:
        return (1 if names[-1] in _BEAUTY else 50) + 2 * min(whole) + other_eye
    sure = [_SURE.index(word) for word in words if word in _SURE]
    if sure:
        return (100 if words[-1] in _SURE else 200) + 2 * min(sure) + other_eye
    last = words[-1] if words else ""
    return 300 + 2 * _BEAUTY.index(last) if last in _BEAUTY and last != "c" else _UNNAMED


def _left_of(pair: Sequence[Layer]) -> Layer | None:
    """The left one of two layers that are called by eyes alone; None of others, as lights of two sides."""
    words = [_words(layer.title) for layer in pair]
    rest = [[word for word in some if word not in (*_LEFT, *_RIGHT)] for some in words]
    sides = [[word in _LEFT for word in some if word in (*_LEFT, *_RIGHT)] for some in words]
    if any(word not in _EYES for some in rest for word in some) or sorted(sides) != [[False], [True]]:
        return None
    return pair[sides.index([True])]


def _single(layers: Sequence[Layer], file: Any, names: tuple[str, ...], any_one: bool) -> Layer:
    """The one channel that stands for a grey picture or a matte."""
    for name in names:
        found = [one for one in layers if one.labels[0].lower() == name and not _is_vector(one, layers)]
        unnamed = [one for one in found if not one.name]
        if len(unnamed or found) == 1:
            return (unnamed or found)[0]
    if any_one and len(layers) == 1:
        return layers[0]
    if any_one:
        cure = "Name one with --layer CLIP=NAME, as --layer inm=NAME, or write one matte into the file."
        raise PlateError(f"{file} holds several mattes; there are {_list(layers)}. {cure}")
    raise _unclear(f"{file} holds no layer with colour", layers)


def _is_vector(layer: Layer, layers: Sequence[Layer]) -> bool:
    """Whether a Y stands beside an X or a Z, and is no grey."""
    beside = [one for one in layers if (one.part, one.name) == (layer.part, layer.name) and one is not layer]
    return layer.labels[0].lower() == "y" and any(one.labels[0].lower() not in _ALPHAS for one in beside)


def _unclear(what: str, layers: Sequence[Layer]) -> PlateError:
    return PlateError(f"{what}; there are {_list(layers)}. Name one with --layer.")


def _list(layers: Sequence[Layer]) -> str:
    names = list(dict.fromkeys(str(layer) for layer in layers))
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _named(layers: Sequence[Layer], wanted: str, file: Any) -> Layer:
    low = wanted.strip().lower()
    found = [layer for layer in layers if low in layer.names]
    if not found:
        found = [layer for layer in layers if any(name.rpartition(".")[2] == low for name in layer.names)]
    colours = [layer for layer in found if layer.kind != "single"]
    exact = [layer for layer in found if layer.title.lower() == low]
    for few in (colours, exact, found):
        if len(few) == 1:
            return few[0]
    if found:
        raise SettingsError(f"--layer {wanted}: {file} holds {len(found)} such layers: {_list(found)}.")
    near = difflib.get_close_matches(low, [name for layer in layers for name in layer.names], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise SettingsError(f"--layer {wanted}: {file} has no such layer; there are {_list(layers)}.{hint}")


def is_plain(layer: Layer, layers: Sequence[Layer]) -> bool:
    """Whether nothing had to be chosen: a file of one part whose picture has no name."""
    return not layer.title and not any(one.kind != "single" for one in layers if one is not layer)
