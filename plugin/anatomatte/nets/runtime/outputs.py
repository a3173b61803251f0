"""Postprocessing: a network's output tensors decoded by their manifest, validated, and resized.

No output is trusted: an output of the wrong name, shape or number of classes, a
value that is no number or far outside its range fails the frame with a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SetupError
from ...models.manifest import Manifest, Output
from ...ops import colour
from ...parts import INDEX, PARTS, weighers
from .sizes import Geometry, Plane, brought_back

Array = NDArray[Any]

SLACK = 0.5
"""A coverage or colour that leaves 0-1 by up to this is clipped; beyond it, it is something else."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Decoded outputs for one picture, at the network's own size, its padding still on.

    Attributes:
        manifest: how it was asked.
        geometry: where the picture lies in it.
        alpha: (1, h, w) in 0..1, or None.
        classes: (classes, h, w) in 0..1, summing to 1 where the network's do, or None.
        foreground: (3, h, w) sRGB 0..1, straight unless the manifest says otherwise, or None.
        states: what its next frame must be given, by the names of its inputs.
    """

    manifest: Manifest
    geometry: Geometry
    alpha: Plane | None = None
    classes: Plane | None = None
    foreground: Plane | None = None
    states: Mapping[str, Array] = field(default_factory=dict)

    def _at(self, planes: Plane, size: tuple[int, int] | None) -> Plane:
        to = size or self.geometry.picture
        made = brought_back(planes, self.geometry, to, self.manifest.back)
        return np.asarray(np.clip(made, 0, 1), np.float32)

    def alpha_at(self, size: tuple[int, int] | None = None) -> Plane | None:
        """Coverage (H, W) in 0..1 at *size*, or at the picture's own."""
        return None if self.alpha is None else np.asarray(self._at(self.alpha, size)[0])

    def foreground_at(self, size: tuple[int, int] | None = None) -> Plane | None:
        """Foreground (H, W, 3), straight sRGB in 0..1, at *size* or at the picture's own."""
        if self.foreground is None:
            return None
        return np.ascontiguousarray(self._at(self.foreground, size).transpose(1, 2, 0))

    def classes_at(self, size: tuple[int, int] | None = None) -> Plane | None:
        """Class probabilities (classes, H, W), summing to 1, at *size* or at the picture's own."""
        if self.classes is None:
            return None
        made = self._at(self.classes, size)
        return np.asarray(made / np.maximum(made.sum(0), np.float32(1e-6)), np.float32)


def _where(manifest: Manifest, output: Output) -> str:
    name = f"output {output.name!r}" if output.name else f"output number {output.index}"
    return f"{manifest.title}: its {name} ({output.what})"


def picked(raw: Sequence[Array], names: Sequence[str], manifest: Manifest, name: str, index: int) -> Array:
    """The raw output of a name, or of a number where it has none."""
    if name and name in names:
        return raw[list(names).index(name)]
    if name and name.isdecimal() and not names:
        name, index = "", int(name)
    if name:
        there = ", ".join(repr(n) for n in names) or f"{len(raw)} without names"
        raise SetupError(
            f"{manifest.title}: its file has no output {name!r}; it has {there}: correct the manifest of "
            f"{manifest.id}."
        )
    if index >= len(raw):
        raise SetupError(
            f"{manifest.title}: the manifest reads output number {index} and the file gives {len(raw)}: "
            f"correct the manifest of {manifest.id}."
        )
    return raw[index]


def _planes(array: Array, manifest: Manifest, output: Output, outer: tuple[int, int]) -> Plane:
    """An output as (C, h, w)."""
    shape, layout = array.shape, output.layout
    if not _is(layout, shape) or (not _like(layout, shape, outer) and _cure(output, shape, outer)):
        raise _misshapen(array, manifest, output, outer)
    found = array[0] if layout.startswith("N") else array
    if layout.endswith("HWC"):
        found = found.transpose(2, 0, 1)
    elif "C" not in layout:
        found = found[None]
    return np.asarray(found, np.float32)


def _is(layout: str, shape: tuple[int, ...]) -> bool:
    """Whether a shape can be one picture in that layout."""
    return len(shape) == len(layout) and 0 not in shape and (layout[0] != "N" or shape[0] == 1)


def _like(layout: str, shape: tuple[int, ...], outer: tuple[int, int]) -> bool:
    """Whether it is then about as wide for its height as the network's picture."""
    if not _is(layout, shape):
        return False
    height, width = shape[layout.index("H")], shape[layout.index("W")]
    return 0.5 <= (height * outer[1]) / (width * outer[0]) <= 2


def _cure(output: Output, shape: tuple[int, ...], outer: tuple[int, int]) -> str:
    """The layout that such a shape has, or an empty text."""
    layouts = ("NCHW", "NHWC", "NHW", "HW", "CHW", "HWC")
    able = (one for one in layouts if "C" in one or output.what in ("alpha", "labels"))
    return next((one for one in able if _like(one, shape, outer)), "")


def _misshapen(array: Array, manifest: Manifest, output: Output, outer: tuple[int, int]) -> SetupError:
    shape = "×".join(str(n) for n in array.shape) or "one number"
    cure = _cure(output, array.shape, outer)
    how = f'write layout = "{cure}"' if cure else "correct the layout"
    return SetupError(
        f"{_where(manifest, output)} has the shape {shape}, which is not {output.layout} of one picture: "
        f"{how} in the manifest of {manifest.id}."
    )


def _decoded(planes: Plane, manifest: Manifest, output: Output) -> Plane:
    """Values as probabilities or colours in 0..1."""
    if not np.isfinite(planes).all():
        raise SetupError(
            f"{_where(manifest, output)} has values that are no numbers (NaN or infinite): try it in fp32, "
            f"check its file with `anatomatte models verify {manifest.id}`, or choose another model."
        )
    if output.encoding == "byte":
        planes = planes / np.float32(255)
    elif output.encoding == "sigmoid":
        with np.errstate(over="ignore"):
            planes = np.asarray(1 / (1 + np.exp(-planes)), np.float32)
    elif output.encoding == "softmax":
        grown = np.exp(planes - planes.max(0))
        planes = np.asarray(grown / grown.sum(0), np.float32)
    return planes


def _in_range(planes: Plane, manifest: Manifest, output: Output) -> Plane:
    low, high = float(planes.min()), float(planes.max())
    if low < -SLACK or high > 1 + SLACK:
        cure = ' ("byte" where it is 0 to 255)' if low >= 0 and 2 < high <= 255 else ""
        raise SetupError(
            f"{_where(manifest, output)} goes from {low:.4g} to {high:.4g} where 0 to 1 is expected with the "
            f"encoding {output.encoding!r}: correct the encoding{cure} in the manifest of {manifest.id}."
        )
    return np.clip(planes, 0, 1)


def _channel(planes: Plane, manifest: Manifest, output: Output) -> Plane:
    if output.channel < 0:
        return planes
    if output.channel >= len(planes):
        raise SetupError(
            f"{_where(manifest, output)} has {len(planes)} channels and the manifest takes number "
            f"{output.channel}: correct the manifest of {manifest.id}."
        )
    return planes[output.channel : output.channel + 1]


def _alpha(planes: Plane, manifest: Manifest, output: Output) -> Plane:
    one = _channel(_decoded(planes, manifest, output), manifest, output)
    if len(one) != 1:
        raise SetupError(
            f"{_where(manifest, output)} has {len(one)} channels: say which one is the alpha with `channel` "
            f"in the manifest of {manifest.id}."
        )
    return _in_range(one, manifest, output)


def _classes(planes: Plane, manifest: Manifest, output: Output) -> Plane:
    names = manifest.class_names
    if output.what == "labels":
        one = _channel(planes, manifest, output)
        numbers = np.rint(one[0])
        if len(one) != 1 or not np.isfinite(one).all() or numbers.min() < 0 or numbers.max() >= len(names):
            raise SetupError(
                f"{_where(manifest, output)} has class numbers outside 0 to {len(names) - 1}: the file does "
                f"not have the {len(names)} classes that the manifest of {manifest.id} lists."
            )
        return np.stack([numbers == k for k in range(len(names))]).astype(np.float32)
    if len(planes) != len(names):
        raise SetupError(
            f"{_where(manifest, output)} has {len(planes)} classes and the manifest of {manifest.id} lists "
            f"{len(names)}: correct [classes]."
        )
    return _in_range(_decoded(planes, manifest, output), manifest, output)


def _foreground(planes: Plane, manifest: Manifest, output: Output) -> Plane:
    if len(planes) == 4 and output.channel < 0:
        planes = planes[:3]  # RGBA: the alpha is an output of its own
    if len(planes) != 3:
        raise SetupError(
            f"{_where(manifest, output)} has {len(planes)} channels where a colour has 3: correct the "
            f"manifest of {manifest.id}."
        )
    return _decoded(planes, manifest, output)


def read(
    raw: Sequence[Array], names: Sequence[str], manifest: Manifest, geometry: Geometry, picture: Plane
) -> Answer:
    """The raw outputs of one run as an answer.

    Args:
        raw: the arrays in the file's order.
        names: their names; none where the file has none.
        picture: the network's picture (h, w, 3), sRGB 0-1, to which residual colours are added.

    Raises:
        SetupError: an output is not what the manifest says.
    """
    alpha = classes = colours = None
    how: Output | None = None
    for output in manifest.outputs:
        array = picked(raw, names, manifest, output.name, output.index)
        planes = _planes(array, manifest, output, geometry.outer)
        if output.what == "alpha":
            alpha = _alpha(planes, manifest, output)
        elif output.what == "foreground":
            colours, how = _foreground(planes, manifest, output), output
        else:
            classes = _classes(planes, manifest, output)
    states = {extra.name: picked(raw, names, manifest, extra.source, 0) for extra in manifest.states}
    for name, state in states.items():
        if not np.isfinite(state).all():
            raise SetupError(
                f"{manifest.title}: what it hands to the next frame ({name}) is no number (NaN or infinite): "
                f"try it in fp32 or check its file with `anatomatte models verify {manifest.id}`."
            )
    if colours is not None and how is not None:
        colours = _straight(colours, alpha, how, manifest, picture)
    return Answer(manifest, geometry, alpha, classes, colours, states)


def _straight(planes: Plane, alpha: Plane | None, how: Output, manifest: Manifest, picture: Plane) -> Plane:
    """Foreground colours as straight sRGB in 0..1."""
    if how.residual:
        if planes.shape[1:] != picture.shape[:2]:
            raise SetupError(
                f"{_where(manifest, how)} is {planes.shape[2]}×{planes.shape[1]} and is to be added to "
                f"a picture of {picture.shape[1]}×{picture.shape[0]}: correct the manifest of {manifest.id}."
            )
        planes = planes + picture.transpose(2, 0, 1)
    planes = _in_range(planes, manifest, how)
    if how.premult and alpha is not None and alpha.shape[1:] == planes.shape[1:]:
        planes = np.clip(planes / np.maximum(alpha, np.float32(1e-3)), 0, 1)
    return planes if how.transfer == "srgb" else np.clip(colour.encode("srgb", planes), 0, 1)


def in_our_parts(classes: Plane, manifest: Manifest, prior: Plane | None = None) -> Plane:
    """Class probabilities (classes, h, w) as probabilities of our parts (parts, h, w), summing to 1.

    A class that means several parts is shared among them as *prior* (parts, h, w) weighs them there,
    equally where it weighs none of them.
    """
    made = np.zeros((len(PARTS), *classes.shape[1:]), np.float32)
    for plane, names in zip(classes, manifest.class_parts, strict=True):
        into = [INDEX[name] for name in names]
        if len(into) == 1:
            made[into[0]] += plane
            continue
        weights = np.full((len(into), *plane.shape), 1e-3, np.float32)
        if prior is not None:
            weights = weights + np.stack([prior[list(speak)].sum(0) for speak in weighers(names)])
        made[into] += plane * (weights / weights.sum(0))
    total = made.sum(0)
    made[0] += total <= 1e-6
    return np.asarray(made / made.sum(0), np.float32)
