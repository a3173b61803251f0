"""`python -m training gaps`: the numbers by which regions are called gaps."""

from __future__ import annotations

import numpy as np
import pytest
from training.gaps import Regions, fitted, held_out, looked_at, scores
from training.scene.compose import Sample

from anatomatte.people import gap_colours


def regions(count: int = 40000) -> tuple[Regions, np.ndarray]:
    """Regions that are gaps by known numbers, in pictures of eight each."""
    rng = np.random.default_rng(3)
    numbers = np.array([-0.8, -0.5, 0.4, 0.6, 1.0])
    known = rng.normal([2, 0, -2, -1], [1, 2, 1, 1], (count, 4))
    behind = (rng.random(count) < 1 / (1 + np.exp(-(known @ numbers[:-1] + numbers[-1])))).astype(float)
    return Regions(known, behind, np.full(count, 30.0), np.arange(count) // 8), numbers


def test_the_numbers_are_found() -> None:
    some, numbers = regions()
    assert np.allclose(fitted(some), numbers, atol=0.15)
    said = held_out(some)
    found = scores(said, some, 0.0)
    assert found["precision"] > some.open.mean() + 0.1 and 0 < found["recall"] < 1


def test_large_regions_count_more() -> None:
    some, _ = regions()
    other = Regions(some.known, 1 - some.open, some.area * 100, some.picture)
    both = Regions(
        *(np.concatenate(two) for two in zip(vars(some).values(), vars(other).values(), strict=True))
    )
    assert np.allclose(np.sign(fitted(both)[:-1]), -np.sign(fitted(some)[:-1]))


@pytest.mark.parametrize("shown", [0.0, 1.0])
def test_a_region_is_known_by_the_truth_of_its_picture(monkeypatch, shown) -> None:
    """Of a drawn slot the share of background is what the truth says, whatever the colours say."""
    from people.test_people_edge_gaps import figure, plate, rough, seen_of, slotted

    from anatomatte.engine import subject

    around, _ = slotted(10)
    monkeypatch.setattr(subject, "own_people", lambda task: seen_of(rough(around, 3.0)))
    light = np.clip(plate(around) ** (1 / 2.2) * 255, 0, 255).astype(np.uint8)
    truth = around if shown else figure()
    alpha = np.stack([truth * 255, np.zeros_like(truth)], 2).astype(np.uint8)
    nothing = np.zeros(truth.shape, np.uint8)
    found = looked_at(Sample(light, alpha, nothing, nothing.astype(np.int32), np.zeros((0, 2), np.float32)))
    assert found and all(len(known) == len(gap_colours.NAMES) for known, _, _ in found)
    largest = max(found, key=lambda one: one[2])
    assert abs(largest[1] - shown) < 0.2
