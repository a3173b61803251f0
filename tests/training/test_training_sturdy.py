"""What a step of the outfit head's training sees, and the powers of what is said of somebody half seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from test_training_outfits import people
from training.bank import Bank, Item, write_shard
from training.outfits.features import Wander
from training.outfits.fit import Plan, fit, scores
from training.outfits.sight import Said, fitted
from training.outfits.sturdy import NONE, Running, Shaken, Sturdy

from anatomatte.people.parts.sight import Hearsay


def test_nothing_is_changed_but_mirrored_where_nothing_is_asked_for() -> None:
    batch = people(6, 1)
    for seed in range(4):
        made, other, share = Shaken(NONE, None, seed)(batch)
        flipped = batch.fine.flip(3)
        assert torch.equal(made.fine, batch.fine) or torch.equal(made.fine, flipped)
        assert torch.equal(other.outfit, batch.outfit) and bool((share == 1).all())


def test_people_are_mixed_with_others_in_the_same_outfit() -> None:
    batch = people(24, 1)
    made, other, share = Shaken(Sturdy(0, 1, 0, 0), None, 3)(batch)
    assert torch.equal(made.outfit, other.outfit) and torch.equal(made.outfit, batch.outfit)
    assert bool((share >= 0.5).all()) and float(share.min()) < 0.95
    assert not torch.equal(made.fine, batch.fine)


def test_the_levels_of_others_change_and_the_matte_does_not() -> None:
    batch = people(12, 1)
    batch.fine[:6, 5] += 4
    made, _, _ = Shaken(Sturdy(0, 0, 1, 0), None, 3)(batch)
    assert torch.equal(made.fine[:, -1], batch.fine[:, -1])
    before, after = (one.fine[:, 5].mean((1, 2)) for one in (batch, made))
    assert float((before - after).abs().max()) > 0.5
    assert torch.equal(made.cells, batch.cells) or torch.equal(made.cells, batch.cells.flip(2))


def test_noise_is_as_large_as_looks_differ() -> None:
    batch = people(16, 1)
    none, some = torch.zeros(76, 1, 1), torch.zeros(76, 1, 1)
    some[3] = 0.5
    still = torch.zeros(216, 1, 1), torch.zeros(216, 1, 1)
    made, _, _ = Shaken(Sturdy(1, 0, 0, 0), Wander((none, some), still), 3)(batch)
    truth = batch.fine if torch.equal(made.coarse, batch.coarse) else batch.fine.flip(3)
    off = (made.fine - truth).std((0, 2, 3))
    assert 0.45 < float(off[3]) < 0.55 and float(off.sum() - off[3]) == 0


def test_the_mean_of_the_weights_lags() -> None:
    net = torch.nn.Linear(1, 1, bias=False)
    net.weight.data.fill_(0)
    running = Running(net, 0.9)
    for step in range(103):
        net.weight.data.fill_(float(step >= 100))
        running.step()
    inside = running.copied().state_dict()["weight"].item()
    assert abs(inside - (1 - 0.9**3)) < 0.01 and net.weight.item() == 1
    running.put()
    assert net.weight.item() == inside


def test_a_head_learns_what_several_say_together(tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path, epochs=8, batch=8, lr=1e-2)
    train, held_out = people(96, 1), people(48, 2)
    teachers = [fit(plan, train, held_out)]
    train.outfit[:] = train.outfit[torch.randperm(96, generator=torch.Generator().manual_seed(1))]
    alone, taught = (fit(plan, train, held_out, None, of) for of in ((), teachers))
    assert scores(taught, held_out)["surprise"] < scores(alone, held_out)["surprise"]


def test_one_shard_of_a_bank(tmp_path: Path) -> None:
    for number in range(3):
        plane = np.full((2, 2, 3), number, np.uint8)
        write_shard(tmp_path, "figures", "train", number, [Item(plane, plane[..., :0], {})])
    assert [int(item.picture[0, 0, 0]) for item in Bank(tmp_path, "figures", "train", number=1)] == [1]
    assert len(Bank(tmp_path, "figures", "train")) == 3


def test_the_powers_of_what_is_said_are_found() -> None:
    """Of whom nothing is in sight the pixels are right; of whom all is, what is said of the whole stands."""
    draw = np.random.default_rng(1)
    truth = draw.integers(0, 2, 400)
    whole = draw.normal(0, 2, (400, 1)).astype(np.float32)
    pixels = (2.0 * (2 * truth[:, None] - 1) * (draw.random((400, 1)) < 0.9)).astype(np.float32)
    sight = np.zeros(400, np.float32)
    found = fitted(Said(whole, pixels, truth, sight))
    assert abs(found.said) < 0.15 and found.pixels > 0.8
    seen = Said(whole, pixels, truth, sight + 1)
    assert np.allclose(seen.surprise(found), seen.surprise(Hearsay(1, 0)))
