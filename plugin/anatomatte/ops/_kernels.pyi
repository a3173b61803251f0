"""Loops over pixels in C++ (cpp/kernels); arrays are float32 or uint8, without gaps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]

ISA: str
FUSES: bool
"""Whether the processor adds products in one rounding; where it does not, `mattes` and `figure` are slow."""

def sure(
    light: Pixels,
    surface: Pixels,
    depth: Pixels,
    slack: Pixels | None,
    order: tuple[int, int, int],
    numbers: tuple[float, ...],
    near: float,
    point: float,
) -> tuple[Bytes, Bytes]: ...
def gather(light: Pixels, surface: Pixels, subject: Pixels, screen: Pixels, cell: int) -> Pixels: ...
def look_up(values: Pixels, table: Pixels, factor: float, out: Pixels) -> None:
    """table[round(value · factor)] of values, kept within the table."""

def take_apart(pixels: Pixels, colour: Pixels, alpha: Pixels | None) -> bool:
    """H×W×4 as H×W×3 and, for an alpha, H×W in 0..1; False: not all are finite, and neither is whole."""

def raised(low: Pixels, from_: int, to: int, height: int, width: int) -> Pixels:
    """Rows of h×w or h×w×C brought bilinearly to height×width."""

def apart(one: Pixels, two: Pixels) -> Pixels | None:
    """Euclidean distance of colours, of any strides; None where they lie neither together nor as planes."""

def shrink(pixels: Pixels, rows: int, columns: int) -> Pixels:
    """The mean of the area that each pixel of rows×columns covers, of H×W or H×W×C of one, three or four
    channels and no fewer pixels, whose rows are in one piece each."""

def step(values: Pixels, low: float, span: float) -> Pixels:
    """Smoothly from 0 at low to 1 at low + span."""

def between_sides(colour: Pixels, fields: Pixels, prior: Pixels) -> tuple[Pixels, Pixels]: ...
def mixtures(
    colour: Pixels, surface: Pixels, fields: Pixels, tone: tuple[float, float], grain: Pixels, tint: Pixels
) -> tuple[Pixels, Pixels]: ...
def join(one: Numbers, two: Numbers, weight: Pixels, sizes: Numbers, scale: float, least: int) -> Numbers: ...
def opponent(colours: Pixels, matrix: Pixels, top: float) -> Pixels:
    """Colours N×3, kept in 0 to *top*, times a matrix 3×3, as planes 3×N."""

def light(planes: Pixels, matrix: Pixels) -> Pixels:
    """Planes 3×N times a matrix 3×3, as colours N×3."""

def luma(colours: Pixels, out: Pixels) -> None:
    """Luminance, at least 0, of linear colours ...×3."""

def bright(luma: Pixels, middle: float) -> None:
    """How bright luminance looks beside a middle one, in 0..1, in place."""

def grow(mask: Bytes, radius: int) -> Bytes:
    """A mask of 0 and 1, and everything within a radius of up to 254 pixels of it."""

def harden(shares: Pixels, rows: Numbers, powered: bool, out: Pixels) -> None:
    """Some rows of shares n×N, decided so that those of a pixel sum to 1; in *out* n×N others stay."""

def vote(
    shares: Pixels, rows: Numbers, powered: bool, near: Pixels, limits: tuple[float, float], open: int
) -> tuple[Bytes, Bytes]:
    """Some rows of shares n×N in 255ths, and of each pixel the row that has *limits*[1] of it once decided;
    *open* where none has, or where *near* N is no more than *limits*[0]."""

def ramp(
    lines: Pixels,
    there: npt.NDArray[np.bool_],
    which: Numbers,
    bright: Pixels,
    units: Pixels | None,
    window: tuple[int, int, int, int],
    floor: float,
    squared: bool,
) -> Pixels:
    """Shares of some parts, added up, in a window (top, bottom, left, right) of the plate: their *lines*
    n×h×w×2 over *bright* H×W, less a *floor*, squared or not, times *units* H×W."""

Plane = Pixels | npt.NDArray[np.uint16]
Ends = tuple[Numbers, Numbers]

def extremes(values: Plane, rows: Ends, columns: Ends) -> tuple[Plane, Plane]:
    """The least and the greatest value of windows of H×W: of each of the *rows*, from one to before another,
    and of each of the *columns*."""

def along(own: Pixels, others: Sequence[tuple[Pixels, Pixels]]) -> tuple[Pixels, Pixels, Pixels]:
    """Mean and standard deviation of planes H×W or K×H×W, of weight 1, and of *others* with weights H×W, and
    the weight of all together."""

def calm(pixels: Pixels, slack: float, top: int, left: int, out: Pixels) -> None:
    """A matte H×W, any rows in one piece each, without single pixels that stand out from all eight neighbours
    by more than *slack*: the part from a row and a column on, as large as *out*."""

def draw(
    own: Pixels,
    mean: Pixels,
    spread: Pixels,
    total: Pixels,
    limits: tuple[tuple[float, float], ...],
    tiny: float,
) -> None:
    """What `along` says, its mean drawn in place to what enough frames say where they disagree outright;
    *limits* are where a ramp begins and how wide it is, of what disagrees and of how far the others' mean is
    from a half, and its middle and width for frames that are of one mind and that are not."""

def edges(
    prior: Pixels,
    band: tuple[float, float],
    light: Pixels,
    corner: tuple[int, int],
    fields: Pixels,
    to_opponent: Pixels,
    to_light: Pixels,
    top: float,
    total: Pixels,
) -> tuple[npt.NDArray[np.intp], Pixels]:
    """The edge in a part of a plate, from the row and column *corner* on: flat indices in the plate, and
    light N×3. *prior* is what is expected there, of the edge what is in the *band*, *light* the plate H×W×3;
    *fields*, matrices and *top* as `people.colours` has them. *total* is filled with coverage."""

def lay(
    values: npt.NDArray[np.uint16],
    origin: tuple[int, int],
    shape: Sequence[int],
    places: tuple[Pixels, Pixels, Pixels],
    share: float,
    tiles: tuple[Numbers, Numbers],
) -> tuple[Pixels, Pixels]:
    """What another frame's matte says in *tiles* of 16×16 pixels of this one, by their rows and columns, and
    how much that counts, each n·16×16. *values* are its 65535ths from *origin* on, of H×W, the *shape*;
    *places* are x, y and belief, in cells that are no finer than the pixels."""

def take_tiles(plane: Pixels, tiles: tuple[Numbers, Numbers]) -> Pixels:
    """The pixels of tiles of a plane, n·16×16; beyond its border its last ones again."""

def put_tiles(plane: Pixels, tiles: tuple[Numbers, Numbers], pixels: Pixels) -> None:
    """Pixels of tiles, n·16×16, put into a plane."""

def rests(own: Pixels, mean: Pixels, limits: tuple[float, float, float, float]) -> None:
    """A mean in place, kept in 0..1 and without rests where *own* is clear by itself; *limits* are the least
    of a rest, the span above it, and the own values up to which and from which on it is clear."""

def hear(codes: Bytes, rows: Numbers, x: Pixels, y: Pixels, weight: Pixels, votes: Pixels) -> None:
    """What codes n×h×w say at N places between their pixels, times a weight N, added to rows of *votes*."""

Doubles = npt.NDArray[np.float64]

def fit(
    colours: Doubles,
    weights: Doubles,
    rounds: int,
    floor: float,
    means: Doubles,
    covers: Doubles,
    shares: Doubles,
) -> None:
    """Mixtures of n Gaussians of samples S×N×3 with weights S×N: *means* S×n×3, *covers* S×n×3×3 and *shares*
    S×n are a first guess, and changed."""

def sample(
    samples: Sequence[tuple[Pixels, Pixels]], most: int, floor: float
) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Of samples of colours N×3 and weights N those that count, no more than *most* and some: colours S×n×3
    without their means, weights S×n that sum to 1, means S×3, and covariances S×3×3 with a *floor*."""

def begin(colours: Doubles, weights: Doubles, ways: Doubles, parts: int) -> Doubles:
    """Means S×*parts*×3 at quantiles of what `sample` gives along *ways* S×3."""

def whiten(covers: Doubles, shares: Doubles) -> tuple[Pixels, Pixels]:
    """Inverse Cholesky factors S×n×3×3 and log weights S×n, with the normaliser, of what `fit` gives."""

def dense(colours: Pixels, means: Pixels, factors: Pixels, weights: Pixels) -> Pixels:
    """Log densities M×N of colours N×3, but for a constant, in M mixtures."""

def steps(smooth: Pixels, inside: npt.NDArray[np.bool_], flat: float) -> tuple[Pixels, Bytes]:
    """How far colours h×w×3 of neighbours *inside* lie apart, 4×h×w: of the pixels across, down and on both
    diagonals, infinite where one is outside; and the lattice 2h-1×2w-1 of pixels inside and of steps across
    and down that are no more than *flat*."""

def border(lattice: Numbers, steps: Pixels) -> npt.NDArray[np.uint64]:
    """The *steps* between two components of a *lattice* of numbers below 65536: the smaller number, the
    larger one, and the bits of the step."""

def means(values: Pixels, of: Numbers, weight: Pixels, regions: int) -> tuple[Pixels, Doubles]:
    """Weighted means n×*regions* of values n×N over the regions *of* N pixels, and the sums of weights."""

def answer(own: Pixels, found: Pixels, of: Numbers, power: float, floor: float) -> Pixels:
    """Probabilities n×N: what regions *found*, n×count, times the *power* of a pixel's own, whose log odds
    are *own*, beside its highest one and above a *floor*."""

def take(shares: Pixels, x: Pixels, y: Pixels, inside: npt.NDArray[np.bool_], least: float) -> Pixels:
    """Planes n×h×w at places *x* and *y* of rows and columns of a mask, where it is true: n×N, divided by
    their sum where that is *least* or more. The last cells are repeated."""

def gather_up(out: Pixels, which: Numbers, small: Pixels, to: Numbers, rest: Pixels, least: float) -> None:
    """Shares n×H×W in place: *small* m×h×w, brought bilinearly to their size and times *rest* H×W, are added
    to the planes *to*; then the planes *which* are divided by their sum, where that is *least* or more."""

def likeliest(values: Pixels) -> tuple[Bytes, Pixels]:
    """Of values n×N the row of the highest one of each of N, the first of those that are alike, and it."""

def carry_on(
    plane: Pixels,
    unit: Pixels,
    raised: Pixels,
    spread: tuple[Pixels, Pixels, Pixels, Pixels],
    tiny: float,
    out: Pixels,
) -> None:
    """A field, a *plane* times a *unit*, carried on by what a pyramid has *raised*, and a *tiny* number.

    Args:
        spread: of each pixel how much the rest counts, the weight and the gain of the field, and how much it
            is believed as it is.
    """

def openness(shares: Pixels, cover: Pixels, low: float, high: float) -> tuple[Doubles, Doubles]:
    """Sums n of shares n×N of a *cover* N, and of those between *low* and *high*."""

def resemble(colours: Pixels, middle: Pixels | Sequence[float], spread: Pixels | Sequence[float]) -> Pixels:
    """How much colours N×3 look like those around a *middle*, 0..1: 1 within a *spread* of each channel."""

def spans(plane: Pixels, rows: int) -> tuple[Numbers, bool]:
    """Of every so many rows of a plane H×W, of any strides, the first column that is not 0 and the one
    behind the last (both 0: there is none); and whether all are numbers."""

def boxes(pixels: Pixels) -> Numbers:
    """C×4: of each channel of H×W×C, of any strides, the rows and columns (first, behind the last) outside
    of which it is 0; all 0 where it is 0 everywhere."""

def beside(planes: list[Pixels], out: Pixels) -> None:
    """Planes H×W, of any strides, as the channels of *out*."""

def pack_lines(
    planes: list[Pixels], places: Numbers, words: int, from_: int, to: int, block: int, number: int
) -> tuple[bytes, list[int]]:
    """Rows of planes H×W as blocks of an EXR in ZIP, and how many bytes each block has.

    Args:
        planes: finite, of any strides, in the order in which they lie in a line.
        places: of each the word of a line at which it begins, 1 (half) or 2 (float) words a number, and the
            columns (first, behind the last) outside of which it is 0.
        words: of 16 bits, of a line.
        block: lines of a block.
        number: of the first line in the file.
    """

def mattes(
    picture: Pixels,
    fine: Pixels,
    coarse: Pixels,
    first: Pixels,
    first_bias: Pixels,
    second: Pixels,
    second_bias: Pixels,
) -> Pixels:
    """Logits 2×H×W: the coarse ones, 2×H/2×W/2, doubled, and what two 3×3 convolutions make of fine features,
    8×H/2×W/2, doubled, the picture 3×H×W in 0..1, and the former. Weights 4×13×9×4 and 16, 16×9×2 and 2; the
    width is a multiple of 16."""

def figure(
    soft: Pixels,
    filter: Pixels,
    filter_bias: Pixels,
    mix: Pixels,
    mix_bias: Pixels,
    last: Pixels,
    last_bias: Pixels,
) -> Pixels:
    """Logits H×W by features 8×H/2×W/2, doubled: two blocks of a 3×3 filter of each channel (2×8×9, 2×8), a
    mixture of all (2×2×8×4, 2×8) and what came in, then a 3×3 convolution (8×9, 1). The width is a multiple
    of 16."""

def place(
    inside: npt.NDArray[np.bool_],
    count: int,
    body: tuple[Pixels, Pixels, Pixels, Pixels],
    hand: float,
    foot: float,
) -> Pixels:
    """Where *count* pixels of a person, those *inside* h×w, lie on the body, rows×N of `people.parts.body`.

    Args:
        body: the trunk (the shoulders' middle, the way down, torsos a pixel, pixels a torso), the face (its
            middle, the way up, its height, both eyes), 16×4 segments (eight of each side: where they
            begin and how far they lead) and 4×2 radii of bones, in torsos, and how they grow along them.
        hand, foot: their radii in pixels.
    """

def doubt(
    at: Pixels,
    facing: bool,
    head_only: bool,
    sure: tuple[float, float],
    rows: Numbers,
    shares: Pixels | None,
    floor: float,
    weight: float,
) -> Pixels:
    """How unlikely each label is at places of a body, log odds 24×N.

    Args:
        at: as `place` gives it.
        sure: 1 where landmarks tell left from right, of arms and of legs, else 0.
        rows: of the labels, in the order of cpp/kernels/doubting.cpp.
        shares: 24×N, to whose logarithms, above a *floor*, it is added with a *weight*.
    """

def softmax(logits: Pixels) -> Pixels:
    """Shares n×h×w of n labels by their logits."""

def softmax_pooled(logits: Pixels) -> tuple[Pixels, Pixels]:
    """The same, and their means n×h/4×w/4 over squares of 4×4."""

def mark_planes(
    planes: list[Pixels], columns: Numbers, rows: int, rounded: list[bool], y: int, x: int
) -> list[int]:
    """The marks of planes H×W, of any strides, whose first pixel lies at *x*, *y* (`marks`).

    Args:
        columns: of each plane and every so many *rows* the columns (first, behind the last) outside of which
            it is 0.
        rounded: whether each is written as halves.
    """

def marks(pixels: npt.NDArray[Any], y: int, x: int) -> list[int]:
    """Of each channel of H×W×C (float, half, 8 or 16 bits; any strides) the sum, modulo 2^64, of a number for
    each pixel that is not 0, made of its value and its place; the first pixel lies at *x*, *y*."""
