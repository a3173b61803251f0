"""Compiled loops over the pixels of one person: alike to NumPy, and within their arrays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from anatomatte.ops import loops
from anatomatte.ops.filters import Fill, grow
from anatomatte.people.parts.body import body_of
from anatomatte.people.parts.gaussians import fitted, fitted_all
from anatomatte.people.parts.hardness import unsure
from anatomatte.people.parts.labels import LABELS
from anatomatte.people.parts.order import median, quantile
from anatomatte.people.parts.prior import prior, said
from made import people_plain as plain
from made.people_marks import marks, standing

RNG = np.random.default_rng


def numbers(*shape: int, seed: int = 1) -> plain.Pixels:
    return RNG(seed).random(shape, dtype=np.float32)


def person() -> plain.Mask:
    return standing()[1] > 0.5


def test_pixels_lie_on_a_bone_as_numpy_has_it() -> None:
    at, mark = body_of(marks(), person()), marks().pose[:, :2]
    rows, columns = np.nonzero(person())
    x, y = columns.astype(np.float32), rows.astype(np.float32)
    for side in (0, 1):
        upper = plain.off_bone(x, y, mark[[11 + side, 13 + side]], (0.16 * at.torso, 0.13 * at.torso))
        lower = plain.off_bone(x, y, mark[[13 + side, 15 + side]], (0.13 * at.torso, 0.09 * at.torso))
        assert np.allclose(at.arms[side].off, np.minimum(upper[1], lower[1]), atol=1e-4)
        first = upper[1] < lower[1] - 1e-3
        assert np.allclose(at.arms[side].along[first], np.clip(upper[0], 0, 1)[first], atol=1e-4)
    assert np.array_equal(at.arm, np.minimum(at.arms[0].off, at.arms[1].off))
    assert np.array_equal(at.hand, np.minimum(*at.hands)) and np.array_equal(at.foot, np.minimum(*at.feet))
    assert np.allclose(at.head, np.hypot(at.face_x, at.face_y + 0.1) / 1.1, atol=1e-5)


@pytest.mark.parametrize("turned", [False, True])
def test_labels_are_doubted_as_numpy_doubts_them(turned: bool) -> None:
    at = body_of(marks(turned=turned), person())
    assert at.facing != turned
    assert np.allclose(prior(at), plain.prior(at), atol=2e-5)
    shares = numbers(len(LABELS), len(at.trunk))
    wanted = np.log(shares + np.float32(2e-3)) + 0.6 * plain.prior(at)
    assert np.allclose(said(shares, 2e-3, 0.6, at), wanted, atol=2e-5)


def test_limbs_that_nobody_sees_are_doubted() -> None:
    mark = marks()
    mark.pose[11:13, 2] = 0.1
    at = body_of(mark, person())
    assert at.head_only and np.allclose(prior(at), plain.prior(at), atol=2e-5)


def test_another_number_of_pixels_or_of_rows_is_refused() -> None:
    body = (np.ones(6, np.float32), np.ones(9, np.float32), numbers(16, 4), numbers(4, 2))
    with pytest.raises(ValueError, match="as many pixels"):
        loops.place(np.ones((3, 3), np.bool_), 8, body, 1, 1)
    rows = np.arange(24, dtype=np.int32)
    with pytest.raises(ValueError, match="another shape"):
        loops.doubt(numbers(23, 5), True, False, (1, 1), rows, None, 0, 1)
    with pytest.raises(ValueError, match="not all there"):
        loops.doubt(numbers(24, 5), True, False, (1, 1), rows + 1, None, 0, 1)


@pytest.mark.parametrize("count", [40, 499, 501, 3000])
def test_mixtures_begin_and_are_dense_as_numpy_has_them(count: int) -> None:
    colours, weight = 200 * numbers(count, 3), numbers(count, seed=2)
    weight[::3] = 0
    made = fitted(colours, weight)
    assert np.allclose(
        made.density(colours), plain.dense(colours, made.means, made.whiten, made.weights), atol=1e-3
    )
    inside, counts, middle, spread = loops.sample([(colours, weight)], 500, 10.0)
    there = np.flatnonzero(weight > 1e-3 * weight.max())
    there = there[:: max(1, len(there) // 500)]
    share = weight[there].astype(float) / weight[there].sum(dtype=float)
    assert np.allclose(middle[0], share @ colours[there]) and np.allclose(counts[0], share)
    assert np.allclose(inside[0] + middle[0], colours[there])
    wanted = np.cov(colours[there].T.astype(float), aweights=share, bias=True) + 10 * np.eye(3)
    assert np.allclose(spread[0], wanted)
    means = loops.begin(inside, counts, np.array([[1.0, 0, 0]]), 3)
    order = np.argsort(inside[0, :, 0], kind="stable")
    at = [(np.cumsum(share[order]) < (k + 0.5) / 3).sum() for k in range(3)]
    assert np.array_equal(means[0], inside[0, order[at]])


def test_samples_of_several_sizes_are_fitted_as_each_by_itself() -> None:
    colours, weight = 200 * numbers(300, 3), numbers(300)
    both = fitted_all([(colours, weight), (colours[:70], weight[:70])])
    for k, one in enumerate((fitted(colours, weight), fitted(colours[:70], weight[:70]))):
        assert np.allclose(both[k].means, one.means, atol=1e-3)
    with pytest.raises(ValueError, match="no weight"):
        loops.sample([(colours, 0 * weight)], 500, 10.0)


def test_colours_resemble_those_within_their_spread() -> None:
    colours = 255 * numbers(100, 3)
    away = np.square((colours - [100, 120, 130]) / [30, 8, 9]).sum(1)
    found = loops.resemble(colours, (100, 120, 130), (30, 8, 9))
    assert np.allclose(found, np.exp(-0.5 * np.maximum(away - 1, 0)), atol=1e-6)


def test_neighbours_lie_as_far_apart_as_numpy_says() -> None:
    smooth, inside = 8 * numbers(9, 13, 3), numbers(9, 13, seed=3) > 0.2
    found, lattice = loops.steps(smooth, inside, 2.0)
    wanted = plain.steps(smooth, inside)
    assert np.allclose(found, wanted, atol=1e-5) and np.array_equal(lattice[::2, ::2], inside)
    assert np.array_equal(lattice[::2, 1::2], found[0, :, :-1] <= 2)
    assert np.array_equal(lattice[1::2, ::2], found[1, :-1] <= 2) and not lattice[1::2, 1::2].any()
    _, of = cv2.connectedComponents(lattice, connectivity=4)
    keys = loops.border(np.asarray(of, np.int32), found)
    bits = (keys & 0xFFFFFFFF).astype(np.uint32).view(np.float32)
    got = {(int(k >> 48), int(k >> 32 & 0xFFFF), float(b)) for k, b in zip(keys.tolist(), bits, strict=True)}
    assert got == plain.border(np.asarray(of, np.int32), found) and got


@pytest.mark.parametrize("count", [1, 255, 256, 1000])
def test_pixels_and_regions_answer_each_other_as_in_numpy(count: int) -> None:
    own, weight, found = 9 * numbers(6, count), numbers(count), numbers(6, 5)
    of = RNG(2).integers(0, 5, count).astype(np.int32)
    mean, mass = loops.means(own, of, weight, 5)
    assert np.allclose(mass, np.bincount(of, weight, 5))
    for row, got in zip(own, mean, strict=True):
        assert np.allclose(got, np.bincount(of, row * weight, 5) / np.maximum(mass, 1e-6), atol=1e-5)
    made = loops.answer(own, found, of, 0.5, 0.05)
    assert np.allclose(made, plain.answer(own, found, of, 0.5, 0.05), atol=1e-6)
    best, high = loops.likeliest(own)
    assert np.array_equal(best, own.argmax(0)) and np.array_equal(high, own.max(0))
    total, open_ = loops.openness(made, weight, 0.1, 0.75)
    assert np.allclose(total, (made * weight).sum(1), rtol=1e-5)
    assert np.allclose(open_, (made * weight * ((made > 0.1) & (made < 0.75))).sum(1), rtol=1e-5)


def test_the_first_of_labels_that_are_alike_is_the_likeliest() -> None:
    assert loops.likeliest(np.ones((4, 300), np.float32))[0].max() == 0


def test_regions_that_are_not_there_are_refused() -> None:
    own, of = numbers(3, 4), np.array([0, 1, 2, 5], np.int32)
    with pytest.raises(ValueError, match="not all there"):
        loops.means(own, of, own[0], 5)
    with pytest.raises(ValueError, match="not all there"):
        loops.answer(own, numbers(3, 5), of, 0.5, 0.05)


def test_planes_are_looked_up_inside_alone_and_sum_to_1() -> None:
    planes, inside = numbers(3, 7, 9), numbers(20, 11) > 0.5
    planes[1] = 0
    x, y = np.linspace(-2, 11, 11, dtype=np.float32), np.linspace(-1.4, 8, 20, dtype=np.float32)
    found = loops.take(planes, x, y, inside, 1e-6)
    across, down = np.meshgrid(x, y)
    wanted = np.array([plain.bilinear(plane, across, down)[inside] for plane in planes])
    assert np.allclose(found, wanted / wanted.sum(0), atol=1e-6) and np.allclose(found.sum(0), 1)


@pytest.mark.parametrize("size", [(30, 50), (7, 5), (1, 1)])
def test_planes_are_gathered_as_opencv_grows_them(size: tuple[int, int]) -> None:
    small, rest, given = numbers(2, 7, 5), numbers(*size), numbers(4, *size, seed=4)
    made = given.copy()
    loops.gather_up(made, np.array([0, 3], np.int32), small, np.array([3, 1], np.int32), rest, 1e-6)
    wanted = given.copy()
    wanted[3] += grow(small[0], *size) * rest
    wanted[1] += grow(small[1], *size) * rest
    wanted[[0, 3]] /= wanted[0] + wanted[3]
    assert np.allclose(made, wanted, atol=1e-5)


@pytest.mark.parametrize("size", [(40, 31), (2, 1), (1, 1)])
def test_a_field_is_carried_on_as_it_is_filled(size: tuple[int, int]) -> None:
    field, weight = numbers(*size), numbers(*size, seed=5)
    fill = Fill(weight)
    if fill.finest is None:
        assert 1 in size
        return
    out, none = np.empty_like(field), np.zeros_like(field)
    loops.carry_on(field, none + 1, fill.around(field), (*fill.finest, none), 0, out)
    assert np.array_equal(out, np.clip(fill(field), 0, 1))


@pytest.mark.parametrize("count", [1, 2, 7, 100, 101])
def test_the_middle_of_numbers_is_that_of_numpy(count: int) -> None:
    one, rows = numbers(count), numbers(count, 3)
    assert np.array_equal(median(one), np.median(one)) and np.array_equal(median(rows), np.median(rows, 0))
    for share in (0.25, 0.985):
        assert np.isclose(quantile(one, share), np.quantile(one, share), atol=1e-6)


def test_what_is_open_is_told_of_planes_and_of_pixels() -> None:
    shares = np.full((len(LABELS), 4, 5), 0.5 / (len(LABELS) - 1), np.float32)
    shares[3] = 0.5
    cover = np.ones((4, 5), np.float32)
    flat = shares.reshape(len(LABELS), -1)
    assert unsure(shares, cover) == unsure(flat, cover.reshape(-1)) and unsure(shares, cover)
