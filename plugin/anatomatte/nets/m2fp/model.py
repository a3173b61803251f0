"""M2FP inference: soft class maps, instances, and the parts of each.

Two published kinds, known by their classes: *single* (LIP's labels, one person that fills the
picture) and *multi* (CIHP's labels and whole people; so is Pascal's). The weights do not belong to
the package, and their licence is not for commercial use; the manifest says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import OutOfMemory, PlateError, SetupError
from ...parts import CIHP, LIP, PASCAL
from ..own.ensemble import native_dtype
from ..runtime.resize import resize
from ..runtime.sessions import short_of_memory
from .load import build, classes_in, read_state
from .net import STRIDE, M2FPNet, Raw, Shape
from .post import Decoded, Instance, Placement, find_many, find_one

Plane = NDArray[np.float32]

_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_STD = np.array([58.395, 57.12, 57.375], np.float32)

_SHORT, _LONG = 640, 1333
"""Multi: the shorter side becomes the first, unless the longer would pass the second."""

_BOARD = (512, 384)
"""Single: height and width of the board on which the picture lies."""

_GREY = 128
"""Single: what the rest of the board shows, of 255."""

_NARROW = 2 * STRIDE
"""Narrower inputs are padded to this: a strided convolution that ends one cell wide leaves values
unwritten in bfloat16 on processors with AMX (torch 2.13; findings/torch-bf16-one-column.sh)."""

_PASCAL = ("background", "lower-arms", "head", "upper-legs", "torso", "lower-legs", "upper-arms")
"""M2FP's order of Pascal's labels is its own."""


@dataclass(frozen=True)
class Kind:
    """A published kind: its labels, the map to our parts, and whether it separates instances."""

    name: str
    labels: tuple[str, ...]
    many: bool


KINDS = {
    20: Kind("lip", tuple(LIP), False),
    21: Kind("cihp", tuple(CIHP), True),
    8: Kind("pascal", _PASCAL, True),
}
"""By the number of classes in a file, the whole person counted, *nothing* not counted."""

assert set(_PASCAL) == set(PASCAL)


@dataclass(frozen=True)
class M2FPPrediction:
    """M2FP's prediction for one picture, at h x w; every value is in [0, 1] and finite.

    `kind` the label set; `labels` (C,) its names, background first; `classes` (C, h, w) soft maps,
    not summing to 1; `people` (K, h, w) each one's coverage, best first, summing to 1 at most;
    `ids` (h, w) whose a pixel is, from 1, 0 for nobody; `scores` (K,); `class_scores` (C,) the best
    of each class; `instances` the published list of masks.
    """

    kind: str
    labels: tuple[str, ...]
    classes: Plane
    people: Plane
    ids: NDArray[np.uint8]
    scores: Plane
    class_scores: Plane
    instances: tuple[Instance, ...]

    def shares(self) -> Plane:
        """(C, h, w) which class a person's pixel is: 0 for the background, summing to 1 or to 0."""
        out = self.classes.copy()
        out[0] = 0
        total = out.sum(0)
        out /= np.maximum(total, 1e-6)
        return out

    def person(self, number: int) -> Plane:
        """(C, h, w) soft parts of one person, counted from 0; they sum to what is known of the person."""
        return np.asarray(self.people[number] * self.shares(), np.float32)

    def parsing(self, number: int) -> NDArray[np.uint8]:
        """(h, w) the likeliest label where the pixel is this person's, 0 elsewhere (the official recipe)."""
        best = self.classes[1:].argmax(0).astype(np.uint8) + np.uint8(1)
        known = self.classes[1:].max(0) > 0
        return np.where((self.ids == number + 1) & known, best, np.uint8(0)).astype(np.uint8)

    def parsing_score(self, number: int) -> float:
        """Mean score of the classes that a person shows, times the person's own."""
        shown = np.unique(self.parsing(number))
        shown = shown[shown > 0]
        return float(self.class_scores[shown].mean() * self.scores[number]) if len(shown) else 0.0


class M2FP:
    """M2FP with published weights, ready for inference; may be used by several threads.

    Args:
        weights: a published checkpoint or a `.safetensors` file with the same names.
        device: `cpu`, `cuda` or any torch device.
        dtype: of the large sums; None is float16 on a GPU, bfloat16 on a CPU that multiplies it
            itself, float32 elsewhere.
        exact: take every published step one by one, on 8-bit pixels and in float32; slower.
        shape: widths of the network, when they are not the published ones.

    Raises:
        SetupError: the file is missing, damaged, no M2FP, or of a class list that is not known.
    """

    def __init__(
        self,
        weights: Path,
        device: str = "cpu",
        dtype: torch.dtype | None = None,
        *,
        exact: bool = False,
        shape: Shape | None = None,
    ) -> None:
        state = read_state(weights)
        classes = classes_in(state, weights)
        if classes not in KINDS:
            known = ", ".join(f"{n} ({kind.name})" for n, kind in sorted(KINDS.items()))
            raise SetupError(
                f"{weights} tells {classes} classes apart, and no map to parts is known for them; "
                f"known are {known}"
            )
        self.kind, self.device, self.exact = KINDS[classes], torch.device(device), exact
        self.dtype = torch.float32 if exact else dtype or native_dtype(device)
        net = build(state, shape or Shape(classes=classes), weights)
        self.net = net.to(self.device) if exact else net.fold().to(self.device)
        if self.dtype != torch.float32:
            self.net.backbone.to(self.dtype)
        self.weights = weights

    def observe(
        self,
        picture: Plane,
        *,
        people: int = 8,
        size: tuple[int, int] | None = None,
        short_side: int = _SHORT,
    ) -> M2FPPrediction:
        """Inference on `picture`, (H, W, 3) display-referred RGB; values outside 0-1 are clipped, NaN is 0.

        Args:
            people: instances at most, 255 at most.
            size: height and width of what comes back; None is that of the picture, or that of
                the network's input where that is less.
            short_side: pixels of the shorter side of a multi network's input; less is rougher
                and takes less memory.

        Raises:
            PlateError: the picture is empty or has no three channels.
            SetupError: the network's values are not numbers.
            OutOfMemory: picture or network do not fit.
        """
        if picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
            raise PlateError(f"M2FP looks at pictures of three channels, not at one of shape {picture.shape}")
        with _memory(picture.shape):
            clean = np.clip(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
            ready, place = self.prepared(clean.astype(np.float32, copy=False), size, short_side)
            found = self.decode(self.infer(ready), place, people)
        painted = np.concatenate([np.full((1, *place.size), 0.5, np.float32), found.people])
        return M2FPPrediction(
            self.kind.name,
            self.kind.labels,
            found.classes,
            found.people,
            painted.argmax(0).astype(np.uint8),
            found.scores,
            found.class_scores,
            found.instances,
        )

    def prepared(
        self, picture: Plane, size: tuple[int, int] | None, short_side: int = _SHORT
    ) -> tuple[Tensor, Placement]:
        """The network's input (1, 3, H, W) for a clean picture, and how it lies in the picture."""
        height, width = picture.shape[:2]
        high, wide = fitted(height, width, short_side) if self.kind.many else laid(height, width)
        if self.exact:
            small = resize(np.rint(picture * 255).astype(np.uint8), high, wide).astype(np.float32)
        else:
            small = resize(picture, high, wide) * np.float32(255)
        top, left, real = (0, 0, (high, wide)) if self.kind.many else on_board(high, wide)
        board = np.full((*real, 3), _GREY, np.float32)
        board[top : top + high, left : left + wide] = small
        padded = [-(-side // STRIDE) * STRIDE for side in real]
        if not self.exact:
            padded[1] = max(padded[1], _NARROW)
        ready = np.zeros((*padded, 3), np.float32)
        ready[: real[0], : real[1]] = (board - _MEAN) / _STD
        wanted = size or (min(height, high), min(width, wide))
        place = Placement((padded[0], padded[1]), real, (top, left, high, wide), wanted)
        return torch.from_numpy(ready).permute(2, 0, 1)[None], place

    def infer(self, ready: Tensor) -> Raw:
        """One pass of the network over its input, in float32 on the CPU.

        Raises:
            SetupError: the network's values are not numbers.
        """
        half = self.dtype != torch.float32
        x = ready.to(self.device, self.dtype)
        x = x.contiguous() if self.exact else x.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast(self.device.type, self.dtype, enabled=half):
            raw = Raw(*(t.float().cpu() for t in self.net(x, self.exact)))
        if not all(bool(torch.isfinite(t).all()) for t in raw):
            raise SetupError(
                f"M2FP gave values that are not numbers with {self.weights}; verify the file with "
                "`anatomatte models verify`, or look in float32"
            )
        return raw

    def decode(self, raw: Raw, place: Placement, people: int = 8) -> Decoded:
        """Postprocessing of the raw outputs at the wanted size."""
        with torch.inference_mode():
            return find_many(raw, place, min(people, 255)) if self.kind.many else find_one(raw, place)


def fitted(height: int, width: int, short_side: int = _SHORT) -> tuple[int, int]:
    """Multi: height and width of the network's input; neither is under 1."""
    longest = _LONG * short_side / _SHORT
    scale = min(short_side / min(height, width), longest / max(height, width))
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))


def laid(height: int, width: int) -> tuple[int, int]:
    """Single: height and width at which a picture lies on the board; it is never enlarged."""
    scale = min(_BOARD[0] / height, _BOARD[1] / width, 1.0)
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))


def on_board(high: int, wide: int) -> tuple[int, int, tuple[int, int]]:
    """Single: top, left and the board's size. One pixel to spare is not filled up, as published."""
    spare = (_BOARD[0] - high, _BOARD[1] - wide)
    top, left = spare[0] // 2, spare[1] // 2
    return top, left, _BOARD if top or left else (high, wide)


@contextmanager
def _memory(shape: tuple[int, ...]) -> Iterator[None]:
    """Out of memory, in our words."""
    try:
        yield
    except (MemoryError, RuntimeError) as cause:
        if not short_of_memory(cause):
            raise
        raise OutOfMemory(f"a picture of {shape[1]}x{shape[0]} does not fit into memory with M2FP") from cause


__all__ = ["KINDS", "M2FP", "Kind", "M2FPNet", "M2FPPrediction"]
