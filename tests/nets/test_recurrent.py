"""The time contract: a recurrent network's frame is the same alone, backwards and in a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anatomatte.cache import Memo, Region
from anatomatte.nets.runtime.recurrent import Contract, Planes, answer, bytes_of, frames_for, runs_for

CONTRACTS = st.builds(
    lambda chunk, warmup, share: Contract(chunk, warmup, int(chunk * share)),
    st.integers(1, 12),
    st.integers(0, 8),
    st.floats(0, 1),
)


class Recurrent:
    """A fake network that never forgets quite: its answer depends on every frame since its start."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def plate(self, frame: int) -> float:
        return float(np.sin(frame * 12.9898) * 0.5 + 0.5)

    def __call__(self, frame: int, state: float | None) -> tuple[Planes, float]:
        self.steps.append(frame)
        held = self.plate(frame) if state is None else 0.7 * state + 0.3 * self.plate(frame)
        return {"alpha": np.full((2, 3), held, np.float32)}, held


def memory_of(most: int) -> Region[Any]:
    """States in a memo of their own, of so many bytes."""
    return Memo(most).region("states", lambda state: bytes_of(state) + 1)


def key_of(start: int, frame: int) -> str:
    return f"{start}-{frame}"


@given(CONTRACTS, st.integers(-50, 50), st.one_of(st.none(), st.integers(-60, 50)))
def test_weights_sum_to_one_and_the_frames_are_those_of_the_runs(
    contract: Contract, frame: int, first: int | None
) -> None:
    frame = frame if first is None else max(frame, first)
    runs = runs_for(frame, contract, first)
    needed = frames_for(frame, contract, first)
    assert sum(run.weight for run in runs) == pytest.approx(1)
    assert all(0 < run.weight <= 1 and run.start <= run.frame == frame for run in runs)
    assert needed[0] == min(run.start for run in runs) and needed[-1] == frame
    assert len(needed) - 1 <= contract.reach
    assert first is None or needed[0] >= first


@settings(max_examples=40)
@given(CONTRACTS, st.integers(-30, 30), st.one_of(st.none(), st.integers(-40, 30)))
def test_a_frame_alone_equals_itself_in_a_sequence(contract: Contract, frame: int, first: int | None) -> None:
    frame = frame if first is None else max(frame, first)
    alone = answer(frame, contract, Recurrent(), first=first)["alpha"]
    memory = memory_of(12)
    begin = frame - 9 if first is None else max(first, frame - 9)
    for at in range(begin, frame + 1):
        among = answer(at, contract, Recurrent(), first=first, key_of=key_of, memory=memory)["alpha"]
    assert np.array_equal(alone, among)
    for at in (frame + 3, frame + 1):  # backwards
        answer(at, contract, Recurrent(), first=first, key_of=key_of, memory=memory)
    again = answer(frame, contract, Recurrent(), first=first, key_of=key_of, memory=memory)["alpha"]
    assert np.array_equal(alone, again)


def test_a_sequence_costs_one_step_a_frame_and_two_in_an_overlap() -> None:
    contract, network, memory = Contract(10, 4, 3), Recurrent(), memory_of(64)
    answer(5, contract, network, key_of=key_of, memory=memory)
    for frame in range(6, 10):
        network.steps.clear()
        answer(frame, contract, network, key_of=key_of, memory=memory)
        assert network.steps == [frame]
    answer(10, contract, network, key_of=key_of, memory=memory)
    for frame in (11, 12):
        network.steps.clear()
        answer(frame, contract, network, key_of=key_of, memory=memory)
        assert network.steps == [frame, frame]
    network.steps.clear()
    answer(13, contract, network, key_of=key_of, memory=memory)
    assert network.steps == [13]


def test_backwards_costs_no_warm_up_either() -> None:
    contract, network, memory = Contract(10, 4, 3), Recurrent(), memory_of(64)
    answer(9, contract, network, key_of=key_of, memory=memory)
    for frame in (8, 7, 6, 5):
        network.steps.clear()
        answer(frame, contract, network, key_of=key_of, memory=memory)
        assert network.steps == [frame]


def test_states_are_bounded_in_bytes_and_what_is_no_truth_is_not_kept() -> None:
    memory = memory_of(1000)
    for number in range(9):
        memory.keep(str(number), {"r1": np.zeros(100, np.float32)})
    assert memory.held <= 1000
    assert memory.find("8") is not None and memory.find("7") is not None and memory.find("6") is None
    memory.keep("huge", {"r1": np.zeros(1000, np.float32)})
    assert memory.find("huge") is None and memory.find("8") is not None
    memory.purge()
    assert memory.held == 0 and memory.find("8") is None
    contract, network = Contract(10, 4, 3), Recurrent()
    answer(9, contract, network, key_of=key_of, memory=memory, keeps=lambda: False)
    assert memory.held == 0


def test_a_frame_before_the_clip_is_seen_alone() -> None:
    network = Recurrent()
    answer(-3, Contract(10, 4, 3), network, first=5)
    assert network.steps == [-3] and frames_for(-3, Contract(10, 4, 3), first=5) == range(-3, -2)


def test_the_overlap_fades_from_one_run_to_the_next() -> None:
    contract = Contract(10, 4, 3)
    shares = [runs_for(frame, contract)[-1].weight for frame in range(10, 15)]
    assert shares == [0.25, 0.5, 0.75, 1.0, 1.0]
    # the step across a chunk's border is smaller than without an overlap
    bare = Contract(10, 4, 0)

    def jump(told: Contract) -> float:
        at = [float(answer(f, told, Recurrent())["alpha"][0, 0]) for f in range(8, 14)]
        long = [float(answer(f, Contract(100, 60, 0), Recurrent())["alpha"][0, 0]) for f in range(8, 14)]
        return float(np.abs(np.diff(np.subtract(at, long))).max())

    assert jump(contract) < jump(bare)


def test_a_clip_begins_where_it_begins() -> None:
    contract = Contract(10, 4, 3)
    assert frames_for(2, contract, first=0) == range(3)
    assert frames_for(11, contract, first=8) == range(8, 12)
    assert frames_for(5, contract) == range(-4, 6)
    network = Recurrent()
    answer(3, contract, network, first=1)
    assert network.steps == [1, 2, 3]


@pytest.mark.parametrize("numbers", [(0, 0, 0), (4, -1, 0), (4, 0, 5), (4, 0, -1)])
def test_a_contract_that_cannot_hold_is_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="chunk ≥ 1"):
        Contract(*numbers)


def test_the_caller_can_stop_between_steps() -> None:
    network = Recurrent()

    def check() -> None:
        if len(network.steps) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        answer(9, Contract(10, 4, 3), network, check=check)
    assert len(network.steps) == 3
