"""Looking at pictures of any shape and content with the people network; grouping pixels to people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from anatomatte.nets.people import PeopleModel, PeopleSeen, find_heads, group, main_parts, seen_size
from anatomatte.nets.people_net import OFFSET_UNIT, STRIDE, PeopleNet, Shape, save
from anatomatte.parts import INDEX, PARTS

SMALL = Shape(widths=(8, 8, 8, 16, 16), blocks=(1, 1, 1, 1), attention=1, decoder=(8, 8))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PeopleModel:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    net = PeopleNet(SMALL)
    save(net.state_dict(), net.shape, path, {"long_side": "128"})
    return PeopleModel(path)


def check_laws(seen: PeopleSeen) -> None:
    high, wide = seen.alpha.shape
    assert high % STRIDE == wide % STRIDE == 0
    assert seen.parts.shape == (len(PARTS), high, wide)
    for plane in (seen.alpha, seen.held, seen.parts, seen.people):
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
        assert plane.size == 0 or (plane.min() >= 0 and plane.max() <= 1 + 1e-6)
    assert np.allclose(seen.parts.sum(0), 1, atol=1e-4)
    if len(seen.people):
        assert np.allclose(seen.people.sum(0), 1, atol=1e-4)
    assert len(seen.people) == len(seen.heads)


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 3), (90, 160), (160, 90), (1080, 1920)])
def test_any_shape(model: PeopleModel, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((*shape, 3), np.float32)
    seen = model.observe(picture)
    check_laws(seen)
    assert max(seen.alpha.shape) == 128


def test_broken_pixels_count_as_black_or_clip(model: PeopleModel) -> None:
    picture = np.random.default_rng(1).random((64, 64, 3), np.float32)
    broken = picture.copy()
    broken[:4], broken[4:8], broken[8:12] = np.nan, np.inf, -np.inf
    clean = picture.copy()
    clean[:4], clean[4:8], clean[8:12] = 0, 1, 0
    check_laws(model.observe(broken))
    assert np.array_equal(model.observe(broken).alpha, model.observe(clean).alpha)


def test_the_same_picture_twice_is_the_same(model: PeopleModel) -> None:
    picture = np.random.default_rng(2).random((90, 160, 3), np.float32)
    first, second = model.observe(picture), model.observe(picture)
    assert np.array_equal(first.alpha, second.alpha) and np.array_equal(first.parts, second.parts)


def test_the_weights_say_how_large_to_look(model: PeopleModel) -> None:
    picture = np.zeros((108, 192, 3), np.float32)
    assert model.long_side == 128
    assert model.observe(picture).alpha.shape == (64, 128)
    assert model.observe(picture, long_side=256).alpha.shape == (128, 256)  # 144 is between two multiples
    assert seen_size(1, 10_000, 320) == (STRIDE, 320)


def two_people() -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    """Two touching people, heads at columns 8 and 24 of a 16 x 32 heat map, each filling one half."""
    centre = torch.zeros(16, 32)
    centre[4, 8], centre[4, 24] = 0.95, 0.85
    offset = torch.zeros(2, 16, 32)
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(32.0), indexing="ij")
    offset[0] = (torch.where(x < 16, 8.0, 24.0) - x) * 4 / OFFSET_UNIT
    offset[1] = (4.0 - y) * 4 / OFFSET_UNIT
    return np.ones((64, 128), np.float32), centre, offset


def test_touching_people_are_split() -> None:
    shares, heads = group(*two_people(), most=4)
    assert len(shares) == 2
    assert heads[:, :2].tolist() == [[8, 4], [24, 4]]
    assert shares[0][:, :56].min() > 0.95 and shares[1][:, 72:].min() > 0.95


def test_no_more_people_than_asked_for() -> None:
    shares, heads = group(*two_people(), most=1)
    assert len(shares) == 1 and heads[0, 0] == 8
    assert (shares[0] == 1).all()


def test_somebody_without_a_head_is_one_person_and_nobody_is_none() -> None:
    _, _, offset = two_people()
    cold = torch.zeros(16, 32)
    body = np.zeros((64, 128), np.float32)
    body[20:60, 40:80] = 1
    shares, heads = group(body, cold, offset, most=4)
    assert len(shares) == 1 and abs(heads[0, 0] * 4 - 59.5) < 1
    shares, heads = group(np.zeros((64, 128), np.float32), cold, offset, most=4)
    assert shares.shape == (0, 64, 128) and heads.shape == (0, 3)


def test_a_plateau_of_heat_is_not_many_heads() -> None:
    centre = torch.zeros(16, 32)
    centre[4, 8], centre[4, 9], centre[5, 8] = 0.95, 0.94, 0.93
    assert len(find_heads(centre, 4)) == 1


def test_main_parts_leave_the_ground_alone() -> None:
    parts = np.zeros((len(PARTS), 2, 2), np.float32)
    parts[INDEX["background"]], parts[INDEX["face"]] = 0.6, 0.4
    alpha = np.array([[1, 0], [0.6, 0.4]], np.float32)
    none = np.zeros((0, 2, 2), np.float32)
    seen = PeopleSeen(alpha, np.zeros((2, 2), np.float32), parts, none, np.zeros((0, 3), np.float32))
    assert main_parts(seen).tolist() == [[INDEX["face"], 0], [INDEX["face"], 0]]


def test_a_mirrored_picture_gives_mirrored_people(model: PeopleModel) -> None:
    picture = np.random.default_rng(4).random((64, 64, 3), np.float32)
    seen = model.observe(picture, long_side=64, scales=())
    other = model.observe(np.ascontiguousarray(picture[:, ::-1]), long_side=64, scales=())
    assert np.allclose(seen.alpha, other.alpha[:, ::-1], atol=1e-5)
    left, right = INDEX["left_hand"], INDEX["right_hand"]
    assert np.allclose(seen.parts[left], other.parts[right, :, ::-1], atol=1e-5)
    assert not np.allclose(seen.parts[left], other.parts[left, :, ::-1], atol=1e-5)


def test_bfloat16_is_close(model: PeopleModel, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = PeopleNet(SMALL)
    save(net.state_dict(), net.shape, tmp_path / "w.safetensors")
    picture = np.random.default_rng(3).random((64, 64, 3), np.float32)
    exact = PeopleModel(tmp_path / "w.safetensors").observe(picture, long_side=64)
    rough = PeopleModel(tmp_path / "w.safetensors", dtype=torch.bfloat16).observe(picture, long_side=64)
    assert np.abs(exact.alpha - rough.alpha).mean() < 0.02
