"""The outfit head's training: what counts as worn, which cell is what, and that the head learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from training.outfits import likelihood
from training.outfits.crops import UNKNOWN, Shown, worn
from training.outfits.features import CELL_OF, Set, labelled
from training.outfits.fit import Plan, area, calibrate, fit, scores, write
from training.outfits.likelihood import Known

from anatomatte.nets.own.outfit_head import CELLS, OUTFITS, SIGNS, load
from anatomatte.nets.person_cells import COLUMNS, ROWS
from anatomatte.parts import INDEX
from anatomatte.people.parts.likelihood import NUMBERS


def pixels(**shares: int) -> np.ndarray:
    return np.concatenate([np.full(count, INDEX[name], np.uint8) for name, count in shares.items()])


def test_what_is_seen_of_somebody_is_what_they_wear() -> None:
    outfit, signs = worn(
        pixels(face=200, skirt=300, upper_clothes=400, left_tights=100), {"coat": "", "view": "front"}
    )
    assert OUTFITS[outfit] == "skirt"
    assert dict(zip(SIGNS, signs.tolist(), strict=True)) == {
        "coat": 0, "open_coat": 0, "tights": 1, "bare_legs": 0,
    }  # fmt: skip
    hidden, _ = worn(pixels(coat=960, dress=20, left_leg=20), {"coat": "closed", "view": "front"})
    assert hidden == UNKNOWN
    for view, coat, told in (("front", "open", 1), ("side", "closed", 0), ("back", "open", UNKNOWN)):
        _, signs = worn(pixels(coat=500, trousers=500), {"coat": coat, "view": view})
        assert signs[SIGNS.index("open_coat")] == told


def test_a_cell_is_what_lies_in_its_middle() -> None:
    label = np.zeros((64, 32), np.uint8)
    label[:32], label[32:] = INDEX["coat"], INDEX["right_tights"]
    whole = np.ones((64, 32), np.float32)
    cells = labelled(Shown(np.zeros((64, 32, 3), np.uint8), whole, whole, label, 0, np.zeros(4, np.int64)))
    assert cells.shape == (2 * ROWS, 2 * COLUMNS)
    names = {CELLS[int(k)] for k in cells.unique()}
    assert names == {("background", "held"), ("coat",), ("left_tights", "right_tights")}
    assert CELL_OF[INDEX["held"]] == 0 and CELLS[CELL_OF[INDEX["hair"]]] == ()


def people(count: int, seed: int) -> Set:
    """People whose lower half tells in one noisy channel what they wear."""
    draw = torch.Generator().manual_seed(seed)
    outfit = torch.randint(0, len(OUTFITS), (count,), generator=draw)
    cells = torch.full((count, 2 * ROWS, 2 * COLUMNS), 4, dtype=torch.uint8)
    cells[:, ROWS:] = (outfit + 1)[:, None, None].to(torch.uint8)
    fine = torch.randn(count, 76, 2 * ROWS, 2 * COLUMNS, generator=draw)
    fine[:, 0] += 3 * cells
    fine[:, -1] = 1
    coarse = torch.randn(count, 216, ROWS, COLUMNS, generator=draw)
    return Set(fine, coarse, cells, outfit, torch.zeros(count, len(SIGNS), dtype=torch.int64))


def test_the_head_learns_is_calibrated_and_is_written(tmp_path: Path) -> None:
    held_out = people(48, 2)
    head = fit(Plan(tmp_path, tmp_path, epochs=8, batch=8, lr=1e-2), people(96, 1), held_out)
    found = scores(head, held_out)
    assert found["right"] > 0.75 and found["balanced"] > 0.75
    assert set(calibrate(head, held_out)) == {"outfit", *SIGNS}
    write(head, tmp_path / "outfit.safetensors", {"shown": "192"})
    again = load(tmp_path / "outfit.safetensors")
    with torch.inference_mode():
        a, b = (one(held_out.fine[:2], held_out.coarse[:2]).outfit for one in (head, again))
    assert torch.allclose(a, b, atol=0.1)


def test_area_under_the_curve() -> None:
    truth = np.array([True, True, False, False])
    assert area(np.array([4.0, 3, 2, 1], np.float32), truth) == 1
    assert area(np.array([4.0, 1, 2, 3], np.float32), truth) == pytest.approx(0.5)


def dressed_people(count: int, seed: int) -> Known:
    """People of whom the head knows whether they wear trousers, and their cloths the rest."""
    draw = np.random.default_rng(seed)
    outfit = draw.choice(3, count, p=(0.5, 0.1, 0.4))
    said = np.where(outfit[:, None] == 2, (-3.0, -3.0, 0.0), (-0.7, -0.7, -3.0))
    more = draw.normal(0, 0.3, (count, len(NUMBERS)))
    names = list(NUMBERS)
    more[:, names.index("one")] = 1
    more[:, names.index("chest")] += np.where(outfit == 1, -0.8, 0.8)
    return Known(said, more, outfit)


def test_the_numbers_of_the_likelihood_are_found() -> None:
    people, others = dressed_people(300, 1), dressed_people(300, 2)
    numbers = likelihood.fitted(people)
    alone = np.zeros_like(numbers)
    alone[0] = 1
    with_cloths, without = likelihood.scores(numbers, others), likelihood.scores(alone, others)
    assert with_cloths["balanced"] > 0.9 > without["balanced"]
    dress, skirt = numbers[1:].reshape(-1, 2)[list(NUMBERS).index("chest")]
    assert dress - skirt > 0.5
    assert likelihood.held_out(people)["right"] > 0.9
    # a prior of outfits that are not equally often worn would say: a dress
    unsure = Known(np.zeros((1, 3)), np.zeros((1, len(NUMBERS))), np.zeros(1, np.int64))
    unsure.more[0, list(NUMBERS).index("one")] = 1
    made = likelihood.odds(likelihood.fitted(same_people()), unsure)[0]
    assert made == pytest.approx(np.log(1 / 3), abs=0.05)


def same_people() -> Known:
    """People of whom nothing is known, half of them in dresses."""
    more = np.zeros((300, len(NUMBERS)))
    more[:, list(NUMBERS).index("one")] = 1
    return Known(np.zeros((300, 3)), more, np.repeat([0, 1, 2], (150, 30, 120)))
