"""Compiled loops that every method shares: alike to NumPy, and within arrays whatever the values are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from anatomatte.frame import Frame
from anatomatte.keyer import palette, solve
from anatomatte.ops import display, filters, loops
from anatomatte.people import colours
from anatomatte.plate import prepare
from anatomatte.settings import Settings
from made import loops_plain, mixtures_plain

COUNTS = [0, 1, 63, 64, 65, 129, 5000]


def covariances(count: int, random: np.random.Generator) -> np.ndarray:
    """Covariances of colours by their six entries, N×6."""
    turned = random.normal(0, 0.15, (count, 3, 3))
    whole = turned @ turned.transpose(0, 2, 1) + 0.0004 * np.eye(3)
    return np.stack([whole[:, i, j] for i, j in palette.PAIRS], 1)


@pytest.mark.parametrize("count", COUNTS)
def test_mixtures_with_a_screen_are_solved_as_numpy_solves_them(count: int) -> None:
    random = np.random.default_rng(count)
    surface = np.float32((0.13, 1, 0.2)) + random.normal(0, 0.01, (count, 3)).astype(np.float32)
    fields = np.zeros((count, 12), np.float32)
    fields[:, :3], fields[:, 3:9] = random.random((count, 3)), covariances(count, random)
    fields[:, 9:] = random.normal(0, 0.02, (count, 3))
    alpha = random.random((count, 1))
    seen = alpha * fields[:, :3] + (1 - alpha) * surface + random.normal(0, 0.02, (count, 3))
    seen = seen.astype(np.float32)
    seen[::7] *= 40  # lamps
    seen[1::7] = 0.3  # a veil, smoke
    grain, tint = (0.03 + 0.03 * random.random((2, count))).astype(np.float32)
    tint[::2] = 0
    given = seen, surface, fields, (0.4, 0.2), grain, tint
    found, wanted = solve.solve(*given), mixtures_plain.before_a_screen(*given)
    assert found[0].shape == (count,) and found[1].shape == (count, 3)
    # exp and log are our own: the same on every processor, and NumPy's are not
    assert np.allclose(found[0], wanted[0], atol=1e-5)
    assert np.allclose(found[1], wanted[1], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("count", COUNTS)
def test_an_edge_between_two_sides_is_solved_as_numpy_solves_it(count: int) -> None:
    random = np.random.default_rng(count)
    fields = random.normal(0, 1, (12, count)).astype(np.float32)
    for k in (3, 9):
        fields[k : k + 3] = np.square(fields[k : k + 3]) * np.float32(0.1)
    alpha = random.random(count)
    seen = alpha * fields[:3] + (1 - alpha) * fields[6:9] + random.normal(0, 0.05, (3, count))
    seen = seen.astype(np.float32)
    seen[:, ::9] = 24.0
    prior = random.random(count).astype(np.float32)
    found, wanted = colours.solve(seen, fields, prior), mixtures_plain.between_sides(seen, fields, prior)
    assert found[0].shape == (count,) and found[1].shape == (3, count)
    assert np.allclose(found[0], wanted[0], atol=1e-5)
    assert np.allclose(found[1], wanted[1], atol=1e-4, rtol=1e-4)


def test_a_table_is_never_left() -> None:
    table = np.float32((1, 2, 3, 4))
    values = np.float32((0, 0.5, 0.49, 1, 3, 3.4, 9, 1e30, np.inf, -0.4, -1, -1e30, -np.inf, np.nan))
    out = np.empty_like(values)
    loops.look_up(values, table, 1.0, out)
    assert out.tolist() == [1, 2, 1, 2, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1]
    with pytest.raises(ValueError, match="out"):
        loops.look_up(values, table, 1.0, out[:3].copy())


def test_a_picture_is_shown_by_its_curve() -> None:
    light = np.random.default_rng(1).random((37, 41, 3), np.float32)
    shown = display.shown(light, exposed=0.0)
    steps = np.linspace(0, 1, 65536, dtype=np.float32)
    wanted = display.srgb_encode(display.toned(steps, 1.0))[np.rint(light * 65535).astype(int)]
    assert np.abs(shown - wanted).max() < 1e-4
    assert np.array_equal(shown, display.shown(light[:, ::-1], exposed=0.0)[:, ::-1])


@pytest.mark.parametrize("spoilt", [False, True], ids=["finite", "spoilt"])
@pytest.mark.parametrize("premult", ["unpremultiplied", "opaque"])
def test_a_plate_is_taken_apart(premult: str, spoilt: bool) -> None:
    pixels = np.random.default_rng(2).random((33, 1, 4), np.float32) * np.float32(1.4) - np.float32(0.2)
    if spoilt:
        pixels[5, 0, 3], pixels[32, 0, 1] = np.nan, -np.inf
    plate = prepare(
        {"Source": Frame(pixels.copy(), (0, 0, 1, 33), premult)}, Settings(source_alpha="multiply")
    )
    clean = np.where(np.isfinite(pixels), pixels, 0)
    assert np.array_equal(plate.light, clean[..., :3]) and bool(plate.doubts) == spoilt
    if premult == "opaque":
        assert plate.alpha is None
    else:
        assert np.array_equal(plate.alpha, np.clip(clean[..., 3], 0, 1))


@pytest.mark.parametrize(("count", "edges"), [(0, 0), (1, 0), (2, 1), (40, 90), (900, 4000)])
def test_regions_are_joined_as_the_paper_joins_them(count: int, edges: int) -> None:
    random = np.random.default_rng(edges)
    one, two = random.integers(0, max(count, 1), (2, edges)).astype(np.int32)
    weight = np.sort(random.gamma(1.5, 4, edges).astype(np.float32))
    weight[::3] = np.round(weight[::3])  # what is as strong joins in its order
    sizes = random.integers(0, 30, count).astype(np.int32)
    for scale, least in ((60.0, 20), (5.0, 1), (0.0, 60)):
        found = loops.join(one, two, np.sort(weight), sizes, scale, least)
        assert np.array_equal(found, loops_plain.join(one, two, np.sort(weight), sizes, scale, least))
    assert count < 40 or 1 < len(set(loops.join(one, two, weight, sizes, 5.0, 1).tolist())) < count


def test_an_edge_to_no_component_is_refused() -> None:
    ends, weight, sizes = np.int32([0, 1]), np.float32([1, 2]), np.int32([3, 4])
    for wrong in (np.int32([0, 2]), np.int32([-1, 0])):
        for one, two in ((wrong, ends), (ends, wrong)):
            with pytest.raises(ValueError, match="not there"):
                loops.join(one, two, weight, sizes, 60.0, 20)


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (7, 3, 3), (5, 9, 2), (4, 6, 12)])
@pytest.mark.parametrize("size", [(1, 1), (6, 13), (45, 80)])
def test_small_pictures_are_raised_as_numpy_raises_them_in_any_rows(
    shape: tuple[int, ...], size: tuple[int, int]
) -> None:
    low = np.random.default_rng(5).normal(0, 1, shape).astype(np.float32)
    whole = filters.rows_of(low, 0, size[0], *size)
    assert whole.shape == (*size, *shape[2:])
    assert np.allclose(whole, loops_plain.raised(low, 0, size[0], *size), atol=1e-6)
    cuts = [0, size[0] // 3, size[0]]
    some = [filters.rows_of(low, y1, y2, *size) for y1, y2 in itertools.pairwise(cuts)]
    assert np.array_equal(np.concatenate(some), whole)


def test_rows_that_are_not_there_are_refused() -> None:
    low = np.zeros((3, 3), np.float32)
    for rows in ((-1, 2, 9, 9), (4, 2, 9, 9), (0, 10, 9, 9)):
        with pytest.raises(ValueError, match="rows"):
            loops.raised(low, *rows)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("lying", ["together", "planes", "both", "spread"])
def test_colours_are_as_far_apart_however_they_lie(count: int, lying: str) -> None:
    one, two = np.random.default_rng(count).normal(0, 1, (2, 1, count, 3)).astype(np.float32)
    wanted = np.sqrt(np.square(one - two, dtype=np.float64).sum(-1))
    if lying in ("planes", "both"):
        one = np.moveaxis(np.ascontiguousarray(np.moveaxis(one, -1, 0)), 0, -1)
    if lying == "planes":
        two = np.moveaxis(np.ascontiguousarray(np.moveaxis(two, -1, 0)), 0, -1)
    if lying == "spread":
        one = np.repeat(one, 2, 1)[:, ::2]
    found = filters.distance(one, two)
    assert found.shape == (1, count) and np.allclose(found, wanted, atol=1e-6)


def test_colours_are_compared_with_one_colour_too() -> None:
    one = np.random.default_rng(1).random((4, 5, 3)).astype(np.float32)
    grey = np.array([0.5, 0.5, 0.5], np.float32)
    assert np.allclose(filters.distance(one, grey), np.linalg.norm(one - grey, axis=-1), atol=1e-6)


def test_steps_are_smooth_and_kept_within_their_ends() -> None:
    x = np.linspace(-1, 2, 600, dtype=np.float32).reshape(3, 1, -1)
    t = np.clip((x - 0.2) / 0.5, 0, 1)
    found = filters.step(x, 0.2, 0.7)
    assert found.shape == x.shape and np.allclose(found, t * t * (3 - 2 * t), atol=1e-6)
    assert found.min() == 0 and found.max() == 1
    assert filters.step(0.45, 0.2, 0.7) == pytest.approx(0.5, abs=1e-6)
    assert np.allclose(filters.step(x[..., ::-2], 0.2, 0.7), found[..., ::-2])


@pytest.mark.parametrize("radius", [0, 1, 3, 40, 254])
@pytest.mark.parametrize("size", [(0, 5), (1, 1), (1, 70), (33, 129)])
def test_masks_are_grown_as_by_a_disc(radius: int, size: tuple[int, int]) -> None:
    mask = (np.random.default_rng(radius).random(size) > 0.97).astype(np.uint8)
    assert np.array_equal(loops.grow(mask, radius), loops_plain.grow(mask, radius))
    with pytest.raises(ValueError):
        loops.grow(mask, 255)


@pytest.mark.parametrize("count", COUNTS)
def test_colours_are_turned_as_numpy_turns_them(count: int) -> None:
    random = np.random.default_rng(count)
    seen = random.normal(0.3, 4, (count, 3)).astype(np.float32)
    matrix = random.normal(0, 1, (3, 3)).astype(np.float32)
    planes = loops.opponent(seen, matrix, 6.0)
    assert np.array_equal(planes, loops_plain.opponent(seen, matrix, 6.0))
    assert np.array_equal(loops.light(planes, matrix), loops_plain.light(planes, matrix))
    for wrong in (lambda: loops.opponent(planes[:2], matrix, 6.0), lambda: loops.light(planes[:2], matrix)):
        with pytest.raises(ValueError):
            wrong()
    light = random.random((5, max(count, 1), 3)).astype(np.float32)[:, ::2]  # with gaps
    turned = colours.opponent(light, 0.5)
    assert turned.shape == (3, *light.shape[:2])
    assert np.allclose(colours.light(turned, 0.5), light, atol=1e-5)


@pytest.mark.parametrize("count", COUNTS)
def test_brightness_is_what_numpy_makes_of_it(count: int) -> None:
    seen = np.random.default_rng(count).normal(0.3, 4, (count, 3)).astype(np.float32)
    made = np.empty(count, np.float32)
    loops.luma(seen, made)
    loops.bright(made, 0.27)
    assert np.array_equal(made, loops_plain.bright(seen, 0.27))
    with pytest.raises(ValueError):
        loops.luma(seen, np.empty(count + 1, np.float32))
