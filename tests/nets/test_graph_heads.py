"""Layers at the size of the picture are loops of our own: alike to the network's."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from anatomatte.errors import SetupError
from anatomatte.nets.graphs import people_pass
from anatomatte.nets.graphs.files import FILES
from anatomatte.nets.graphs.heads import Heads
from anatomatte.nets.graphs.people_pass import Made, PeoplePass
from anatomatte.nets.own.people_net import load
from anatomatte.ops import loops
from anatomatte.parts import INDEX, KNOWN, PARTS

Plane = NDArray[np.float32]


def some(*shape: int, seed: int = 1) -> Plane:
    return np.random.default_rng(seed).random(shape, np.float32)


@pytest.mark.parametrize("name", ["people", "people_plain"])
@pytest.mark.parametrize("size", [(32, 64), (96, 32)])
def test_mattes_and_figure_are_those_of_the_network(name: str, size: tuple[int, int]) -> None:
    height, width = size
    net, heads = load(FILES[name][0]), Heads(FILES[name][0])
    picture = some(3, height, width)
    with torch.no_grad():
        half = net.halves(torch.from_numpy(picture[None]))
        wanted = net(torch.from_numpy(picture[None]))
    fine, coarse = (np.ascontiguousarray(one[0].numpy()) for one in (half.fine, half.coarse))
    assert np.allclose(heads.mattes(picture, fine, coarse), wanted.alpha[0].numpy(), atol=1e-4, rtol=1e-5)
    soft = np.ascontiguousarray(half.levels.soft[0].numpy())
    if name == "people_plain":
        assert soft.size == 0 and wanted.pose_mask is None and heads.figure(some(8, 16, 16)) is None
        return
    found, there = heads.figure(soft), wanted.pose_mask
    assert found is not None and there is not None
    assert np.allclose(found, there[0, 0].numpy(), atol=1e-3, rtol=1e-4)


def test_a_picture_of_other_sizes_is_told_before_it_is_read() -> None:
    heads = Heads(FILES["people"][0])
    for picture, fine in (((3, 32, 40), (8, 16, 20)), ((3, 33, 32), (8, 16, 16)), ((3, 32, 32), (7, 16, 16))):
        with pytest.raises(ValueError):
            heads.mattes(some(*picture), some(*fine), some(2, *fine[1:]))
    with pytest.raises(ValueError):
        heads.figure(some(8, 16, 20))


def test_shares_of_labels_are_a_softmax_and_their_means() -> None:
    logits = (some(5, 12, 20) - np.float32(0.5)) * np.float32(60)
    logits[0, 0, 0] = 3000  # surely one
    wanted = F.softmax(torch.from_numpy(logits).double(), 0)
    shares, pooled = loops.softmax_pooled(logits)
    assert np.allclose(shares, wanted.numpy(), atol=1e-6) and shares[0, 0, 0] == 1
    assert np.allclose(pooled, F.avg_pool2d(wanted, 4).numpy(), atol=1e-6)
    assert np.array_equal(shares, loops.softmax(logits))
    with pytest.raises(ValueError, match="multiples of 4"):
        loops.softmax_pooled(some(5, 12, 18))


def planes(made: Made) -> dict[str, Plane]:
    return {name: plane for name, plane in made._asdict().items() if plane is not None}


@pytest.mark.parametrize("name", ["people", "people_plain"])
def test_a_processor_without_fused_products_computes_the_whole_graph(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    picture = some(1, 3, 64, 96)
    made = planes(PeoplePass(name)(picture)), planes(PeoplePass(name)(picture, more=False))
    monkeypatch.setattr(people_pass.loops, "FUSES", not loops.FUSES)
    other = planes(PeoplePass(name)(picture)), planes(PeoplePass(name)(picture, more=False))
    for one, two in zip(made, other, strict=True):
        assert one.keys() == two.keys()
        for key, plane in one.items():
            assert plane.shape == two[key].shape, key
            assert np.allclose(plane, two[key], rtol=1e-4, atol=1 / 2048), key
    assert ("pose_mask" in made[0]) == (name == "people") and "pose_mask" not in made[1]


def test_parts_that_were_appended_count_for_what_they_cover() -> None:
    """The outfit head is older than tights."""
    parts = some(len(PARTS), 2, 3)
    seen = people_pass._first(parts)
    assert len(seen) == KNOWN < len(PARTS) and people_pass._first(parts[:KNOWN]) is not None
    leg, tights = INDEX["left_leg"], INDEX["left_tights"]
    assert np.array_equal(seen[leg], parts[leg] + parts[tights])
    assert np.array_equal(seen[INDEX["hair"]], parts[INDEX["hair"]])


def test_weights_of_another_network_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(people_pass.FILES, "people", (FILES["hand"][0],))
    monkeypatch.setattr(people_pass, "Graph", lambda name, device: None)
    if not loops.FUSES:
        pytest.skip("this processor computes the whole graph")
    with pytest.raises(SetupError, match=re.escape(f"{FILES['hand'][0]} cannot be read")):
        PeoplePass("people")
