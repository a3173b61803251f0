"""What the losses ask for: rare things are worth finding, and no part swallows the one it looks like."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from training.learn.losses import class_weights, dice, losses
from training.learn.samples import Batch
from training.learn.validate import confusion, mistakes, overlap

from anatomatte.nets.own.people_net import PeopleOutputs
from anatomatte.parts import INDEX, PARTS

SIDE = 64


def batch(alpha: torch.Tensor) -> Batch:
    """A batch of one picture with these mattes (2, SIDE, SIDE) and nothing else to learn."""
    none = torch.zeros(1, 1, SIDE // 4, SIDE // 4)
    parts = torch.zeros(1, SIDE // 2, SIDE // 2, dtype=torch.int64)
    return Batch(torch.zeros(1, 3, SIDE, SIDE), alpha[None], parts, none, torch.cat([none, none], 1), none)


def alpha_loss(found: torch.Tensor, want: torch.Tensor) -> float:
    """The alpha loss of mattes (2, SIDE, SIDE) given as coverage."""
    none = torch.zeros(1, 1, SIDE // 4, SIDE // 4)
    logits = torch.logit(found.clamp(0.01, 0.99))[None]
    parts = torch.zeros(1, len(PARTS), SIDE // 2, SIDE // 2)
    out = PeopleOutputs(parts, logits, none - 5, torch.cat([none, none], 1))
    return float(losses(out, batch(want), class_weights())["alpha"])


def block(channel: int, on: float = 1.0) -> torch.Tensor:
    """Mattes with a covered block in one channel."""
    alpha = torch.zeros(2, SIDE, SIDE)
    alpha[channel, 20:30, 20:30] = on
    return alpha


def test_missing_a_held_thing_costs_more_than_imagining_one() -> None:
    empty = torch.zeros(2, SIDE, SIDE)
    right = alpha_loss(block(1), block(1))
    missed, imagined = alpha_loss(empty, block(1)) - right, alpha_loss(block(1), empty) - right
    assert missed > 3 * imagined > 0


def test_people_cost_the_same_either_way() -> None:
    empty = torch.zeros(2, SIDE, SIDE)
    missed, imagined = alpha_loss(empty, block(0)), alpha_loss(block(0), empty)
    assert abs(missed / imagined - 1) < 0.02


def test_the_right_mattes_cost_least() -> None:
    for channel in (0, 1):
        want = block(channel)
        costs = [alpha_loss(block(channel, on), want) for on in (0.0, 0.3, 0.6, 0.9, 1.0)]
        assert costs == sorted(costs, reverse=True)
        soft = block(channel, 0.5)
        assert min((0.1, 0.5, 0.9), key=lambda on: alpha_loss(block(channel, on), soft)) == 0.5


def test_a_coat_is_not_drawn_to_where_a_top_is_as_likely() -> None:
    """What minimises the weighted cross entropy of a pixel that is 2/3 top and 1/3 coat is still a top."""
    weights = class_weights()
    top, coat = INDEX["upper_clothes"], INDEX["coat"]
    logits = torch.zeros(len(PARTS), requires_grad=True)
    labels = torch.tensor([top, top, coat])
    optimiser = torch.optim.SGD([logits], 1.0)
    for _ in range(400):
        optimiser.zero_grad()
        F.cross_entropy(logits.expand(3, -1), labels, weights).backward()
        optimiser.step()
    assert int(logits.argmax()) == top
    assert float(weights[INDEX["skirt"]]) > float(weights[INDEX["trousers"]])
    assert float(weights[0]) < 1 and len(weights) == len(PARTS)


def test_dice_counts_only_parts_that_are_there() -> None:
    target = torch.zeros(1, 16, 16, dtype=torch.int64)
    target[:, :8] = INDEX["skirt"]
    perfect = 20 * F.one_hot(target, len(PARTS)).permute(0, 3, 1, 2).float()
    assert float(dice(perfect, target)) < 0.01
    missed = 20 * F.one_hot(torch.zeros_like(target), len(PARTS)).permute(0, 3, 1, 2).float()
    assert float(dice(missed, target)) > 0.4


def test_scores_of_parts_groups_and_mistakes() -> None:
    top, coat, face = (INDEX[n] for n in ("upper_clothes", "coat", "face"))
    label = np.zeros((1, 4, 10), np.uint8)
    label[0, 0], label[0, 1], label[0, 2] = top, coat, face
    found = label.copy()
    found[0, 1, :8] = top  # most of the coat is called a top
    table = confusion(found, label)
    assert table.sum() == 40 and table[coat, top] == 8
    assert overlap(table, "coat") == pytest.approx(0.2)
    assert overlap(table, "upper_clothes") == pytest.approx(10 / 18)
    assert overlap(table, "tops") == 1 and overlap(table, "skirt") == 0
    assert mistakes(table)["coat"] == "upper_clothes 0.80" and "skirt" not in mistakes(table)
