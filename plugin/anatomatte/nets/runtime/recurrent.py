"""Chunked inference of recurrent models: a frame is the same alone and in a sequence.

A recurrent model carries its state from frame to frame, so its output depends on where it
began.  Here it begins on a grid of absolute frame numbers, never where a render began: run *k*
warms up on the `warmup` frames before `k·chunk`, and goes on for `overlap` frames into the next
chunk, where its answer fades out while that of run *k* + 1 fades in.  Frame *t* is therefore a
function of the plates around it alone.  Before the clip's first frame nothing is shown to the network:
a run that would begin there begins at the first frame.

Pure arithmetic; `Runner` and whoever fetches the plates use it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Planes = Mapping[str, NDArray[np.float32]]
State = Any
Step = Callable[[int, State | None], tuple[Planes, State]]
"""Inference on frame *f*: (frame, state before or None at the beginning) → (planes, state after)."""


@dataclass(frozen=True, slots=True)
class Contract:
    """How a recurrent network is run.

    Attributes:
        chunk: frames from the beginning of one run's part to the next one's.
        warmup: frames that a run processes before its part, whose outputs are discarded.
        overlap: frames at the beginning of a part over which the last run fades into this one.
    """

    chunk: int = 24
    warmup: int = 12
    overlap: int = 6

    def __post_init__(self) -> None:
        if self.chunk < 1 or self.warmup < 0 or not 0 <= self.overlap <= self.chunk:
            raise ValueError(
                "A time contract has chunk ≥ 1, warmup ≥ 0 and overlap between 0 and chunk; this one is "
                f"chunk {self.chunk}, warmup {self.warmup}, overlap {self.overlap}."
            )

    @property
    def reach(self) -> int:
        """The most frames before *t* that frame *t* can depend on."""
        inside = self.chunk - 1 + self.warmup
        across = self.chunk + self.overlap - 1 + self.warmup if self.overlap else 0
        return max(inside, across)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the network up to a frame: it processes `start` … `frame`; `weight` is its share there."""

    start: int
    frame: int
    weight: float


def runs_for(frame: int, contract: Contract, first: int | None = None) -> tuple[Run, ...]:
    """The runs whose answers make up *frame*; their weights sum to 1.

    Args:
        first: the clip's first frame; None for a clip without a beginning.  A frame before it is seen
            alone.
    """
    if first is not None and frame < first:
        return (Run(frame, frame, 1.0),)
    k = math.floor(frame / contract.chunk)
    into = frame - k * contract.chunk
    own = _start(k, contract, first)
    share = (into + 1) / (contract.overlap + 1) if into < contract.overlap else 1.0
    before = _start(k - 1, contract, first)
    if share == 1.0 or before == own:
        return (Run(own, frame, 1.0),)
    return (Run(before, frame, 1.0 - share), Run(own, frame, share))


def _start(k: int, contract: Contract, first: int | None) -> int:
    start = k * contract.chunk - contract.warmup
    return start if first is None else max(start, first)


def frames_for(frame: int, contract: Contract, first: int | None = None) -> range:
    """The frames whose plates *frame* depends on, itself the last."""
    return range(min(run.start for run in runs_for(frame, contract, first)), frame + 1)


def bytes_of(value: object) -> int:
    """What arrays take, in mappings and in what a runner carries."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Mapping):
        return sum(bytes_of(item) for item in value.values())
    return bytes_of(value.states) if hasattr(value, "states") else 0


class States(Protocol):
    """Where the states of runs are kept, so that a sequence costs one or two steps a frame, in any order.

    It never changes an answer: what it holds is found by everything that the answer depends on.
    """

    def find(self, key: str) -> State | None:
        """What was kept under *key*, or None."""

    def keep(self, key: str, value: State) -> None:
        """Keep a state, where there is room for it."""


def answer(
    frame: int,
    contract: Contract,
    step: Step,
    *,
    first: int | None = None,
    key_of: Callable[[int, int], str] | None = None,
    memory: States | None = None,
    keeps: Callable[[], bool] = lambda: True,
    check: Callable[[], None] = lambda: None,
) -> dict[str, NDArray[np.float32]]:
    """The planes of *frame*: each run of `runs_for` played to it, and blended by weight.

    Args:
        step: shows one frame to the network.
        first: the clip's first frame.
        key_of: (start, frame) → a digest of the model and of the plates start … frame; with *memory*
            it spares the steps that an earlier frame has made.
        keeps: asked after each step whether its state may be remembered.
        check: called before each step; raises Cancelled to stop.
    """
    total: dict[str, NDArray[np.float32]] = {}
    for run in runs_for(frame, contract, first):
        for name, plane in _play(run, step, key_of, memory, keeps, check).items():
            share = np.asarray(plane, np.float32) * np.float32(run.weight)
            total[name] = total[name] + share if name in total else share
    return total


def _play(
    run: Run,
    step: Step,
    key_of: Callable[[int, int], str] | None,
    memory: States | None,
    keeps: Callable[[], bool],
    check: Callable[[], None],
) -> Planes:
    """One run from its start, or from behind the nearest state that is remembered, to its frame."""
    begin, state = run.start, None
    if memory is not None and key_of is not None:
        for at in range(run.frame - 1, run.start - 1, -1):
            state = memory.find(key_of(run.start, at))
            if state is not None:
                begin = at + 1
                break
    planes: Planes = {}
    for at in range(begin, run.frame + 1):
        check()
        planes, state = step(at, state)
        if memory is not None and key_of is not None and keeps():
            memory.keep(key_of(run.start, at), state)
    return planes
