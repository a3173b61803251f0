"""The outfit head: where it looks, and which pass it reads; made features, untrained weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from anatomatte.nets.own.ensemble import HEAD, PeopleModel
from anatomatte.nets.own.outfit_head import (
    CELLS,
    OUTFITS,
    SIGNS,
    OutfitHead,
    Seen,
    around,
    cut,
    load,
    outfit_odds,
)
from anatomatte.nets.person_cells import COLUMNS, ROWS, person_box
from anatomatte.parts import PARTS
from anatomatte.people.crops import Window
from anatomatte.people.evidence import PeopleEvidence, Plane
from anatomatte.people.instances import Prediction
from anatomatte.people.merge import Crop
from anatomatte.people.outfits import COUNT, together, with_outfits
from anatomatte.people.selection import ordered


def body(height: int, width: int, top: float, bottom: float, left: float, right: float) -> Plane:
    matte = np.zeros((height, width), np.float32)
    matte[round(top * height) : round(bottom * height), round(left * width) : round(right * width)] = 1
    return matte


def test_the_box_is_twice_as_high_as_wide_around_somebody() -> None:
    box = person_box(body(200, 100, 0.2, 0.8, 0.4, 0.6))
    assert box is not None
    top, bottom, left, right = box
    assert (bottom - top) * 200 == pytest.approx((right - left) * 100 * ROWS / COLUMNS)
    assert (top + bottom) / 2 == pytest.approx(0.5) and (left + right) / 2 == pytest.approx(0.5)
    assert top < 0.2 and bottom > 0.8
    lying = person_box(body(100, 200, 0.6, 0.8, 0.1, 0.9))
    assert lying is not None and lying[2] < 0.1 and lying[3] > 0.9
    assert person_box(np.zeros((8, 8), np.float32)) is None


def test_a_cut_holds_means_inside_and_nothing_outside() -> None:
    ramp = torch.arange(64.0).expand(1, 1, 64, 64)
    found = cut(ramp, (0.25, 0.75, 0.25, 0.75), 4, 4)
    assert torch.allclose(found[0, 0, 0], torch.tensor([19.5, 27.5, 35.5, 43.5]), atol=0.6)
    assert not cut(ramp + 1, (1.1, 1.9, 0.0, 1.0), 4, 4).any()


def test_a_window_of_the_picture_shows_the_same_as_the_picture() -> None:
    rng = np.random.default_rng(2)
    fine, coarse = (torch.from_numpy(rng.random((3, n, n)).astype(np.float32)) for n in (32, 16))
    picture, matte = rng.random((64, 64, 3)).astype(np.float32), body(64, 64, 0.55, 0.95, 0.6, 0.75)
    whole = around(Seen(fine, coarse), picture, matte)
    lower = around(Seen(fine[:, 16:], coarse[:, 8:], (0.5, 1.0, 0.0, 1.0)), picture, matte)
    assert whole is not None and lower is not None
    for a, b in zip(whole, lower, strict=True):
        assert torch.allclose(a[..., 3:-3, :], b[..., 3:-3, :], atol=1e-5)


def test_odds_are_those_of_outfits_and_signs() -> None:
    torch.manual_seed(0)
    head = OutfitHead(3 + 4, 5).eval()
    seen = Seen(torch.rand(3, 8, 8), torch.rand(5, 4, 4))
    picture = np.random.default_rng(1).random((40, 40, 3)).astype(np.float32)
    said = outfit_odds(head, seen, picture, body(40, 40, 0.1, 0.9, 0.3, 0.7))
    assert said is not None and said.shape == (len(OUTFITS) + len(SIGNS),) == (COUNT,)
    assert np.exp(said[: len(OUTFITS)]).sum() == pytest.approx(1, abs=1e-5)
    assert outfit_odds(head, seen, picture, np.zeros((40, 40), np.float32)) is None


def test_cells_are_parts_and_none_twice() -> None:
    flat = [name for names in CELLS for name in names]
    assert len(flat) == len(set(flat)) and set(flat) <= set(PARTS)
    assert tuple(CELLS[k + 1] for k in range(3)) == tuple((name,) for name in OUTFITS)


def seen_in(window: Window, with_features: bool = True) -> Crop:
    plane = np.zeros((1, 1, 1), np.float32)
    features = plane if with_features else None
    return Crop(window, Prediction(plane, plane, plane[0], plane, fine=features, coarse=features))


def two(first: Plane, second: Plane) -> PeopleEvidence:
    people = np.stack([first, second])
    nothing = np.zeros_like(first)
    heads = np.array([[0.8, 0.2, 1], [0.2, 0.2, 1]], np.float32)
    return PeopleEvidence(people.max(0), nothing, nothing[None], people, heads)


def test_everybody_is_read_in_the_pass_that_shows_them_whole_and_best() -> None:
    near, far = body(100, 100, 0.0, 0.9, 0.6, 0.95), body(100, 100, 0.5, 0.7, 0.1, 0.2)
    whole = Window(0, 1000, 0, 1000, 256, 256)
    large = Window(0, 1000, 0, 1000, 512, 512)
    window = Window(450, 750, 50, 250, 320, 224)  # shows the small one alone, 213 pixels tall
    crops = [seen_in(whole), seen_in(large, False), seen_in(window)]
    asked: list[tuple[float, ...]] = []

    def read(_: Prediction, shares: tuple[float, ...], picture: Plane, matte: Plane) -> Plane:
        asked.append(shares)
        return np.full(COUNT, len(asked), np.float32)

    picture = np.zeros((10, 10, 3), np.float32)
    found = with_outfits(two(near, far), crops, (1000, 1000), picture, read)
    assert asked == [(0.0, 1.0, 0.0, 1.0), (0.45, 0.75, 0.05, 0.25)]
    assert found.outfits is not None and found.outfits[:, 0].tolist() == [1, 2]
    turned = ordered(found)  # from the left
    assert turned.outfits is not None and turned.outfits[:, 0].tolist() == [2, 1]
    alone = with_outfits(two(near, far), crops[2:], (1000, 1000), picture, read)
    assert alone.outfits is not None and np.isnan(alone.outfits[0]).all()
    assert ordered(replace(found, outfits=None)).outfits is None


def test_the_head_and_the_pixels_decide_together() -> None:
    said, mass = np.zeros(COUNT, np.float32), np.array([0.6, 0.3, 0.1], np.float32)
    said[:3] = np.log([0.1, 0.8, 0.1])
    assert together(said, mass).argmax() == 1
    said[:3] = np.log([0.3, 0.4, 0.3])
    assert together(said, mass).argmax() == 0
    nothing = np.full(COUNT, np.nan, np.float32)
    assert together(nothing, mass).argmax() == 0 and np.isfinite(together(nothing, 0 * mass)).all()


def test_the_head_runs_on_one_torch_thread_as_every_pass() -> None:
    model = PeopleModel()
    had: list[int] = []
    assert model.head is not None
    model.head.register_forward_pre_hook(lambda *_: had.append(torch.get_num_threads()))
    plane = np.zeros((1, 1, 1), np.float32)
    fine, coarse = (np.zeros((n, 8, 8), np.float32) for n in (72, 216))
    seen = Prediction(plane, plane, plane[0], plane, fine=fine, coarse=coarse)
    picture, before = np.zeros((40, 40, 3), np.float32), torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert model.outfit(seen, (0.0, 1.0, 0.0, 1.0), picture, body(40, 40, 0.1, 0.9, 0.3, 0.7)) is not None
        assert had == [1] and torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_the_shipped_head_fits_the_shipped_network() -> None:
    head = load(HEAD)
    assert HEAD.stat().st_size < 200_000
    assert all(bool(torch.isfinite(p).all()) for p in head.state_dict().values())
    with torch.inference_mode():
        mean = head.middle[None, :, None, None]
        fine = mean[:, :76].expand(-1, -1, 2 * ROWS, 2 * COLUMNS)
        said = head(fine, mean[:, 76:].expand(-1, -1, ROWS, COLUMNS))
    assert said.outfit.shape == (1, len(OUTFITS)) and bool(torch.isfinite(said.cells).all())
