"""Looking at pictures with M2FP: what reaches the network, pictures of any shape, and what goes wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from anatomatte.errors import OutOfMemory, PlateError, SetupError
from anatomatte.nets.m2fp.model import M2FP, M2FPPrediction, fitted, laid, on_board
from anatomatte.nets.m2fp.net import Raw
from anatomatte.nets.m2fp.people import to_evidence
from anatomatte.nets.runtime.sessions import short_of_memory
from made.m2fp_made import made_state, saved, small

SHORT = 64
"""Side at which these tests let a multi network look."""


pytestmark = pytest.mark.usefixtures("one_thread")


def model(folder: Path, classes: int, exact: bool = False, dtype: torch.dtype | None = None) -> M2FP:
    path = saved(folder, made_state(small(classes)), f"{classes}.pt")
    return M2FP(path, exact=exact, dtype=dtype, shape=small(classes))


@pytest.fixture(scope="module")
def multi(tmp_path_factory: pytest.TempPathFactory) -> M2FP:
    return model(tmp_path_factory.mktemp("multi"), 21)


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> M2FP:
    return model(tmp_path_factory.mktemp("single"), 20)


def noise(*size: int, seed: int = 0) -> NDArray[np.float32]:
    coarse = torch.rand(1, 3, 9, 16, generator=torch.Generator().manual_seed(seed))
    fine = torch.nn.functional.interpolate(coarse, size, mode="bicubic", align_corners=False)
    return np.ascontiguousarray(fine[0].permute(1, 2, 0).clamp(0, 1).numpy())


def check(seen: M2FPPrediction, size: tuple[int, int]) -> None:
    count = len(seen.people)
    assert seen.classes.shape == (len(seen.labels), *size)
    assert seen.people.shape == (count, *size) and seen.scores.shape == (count,)
    assert seen.ids.shape == size and seen.ids.dtype == np.uint8 and seen.ids.max() <= count
    for plane in (seen.classes, seen.people):
        assert np.isfinite(plane).all()
        assert not plane.size or (plane.min() >= 0 and plane.max() <= 1)
    assert not count or seen.people.sum(0).max() <= 1 + 1e-5
    evidence = to_evidence(seen)
    assert np.allclose(evidence.parts.sum(0), 1, atol=1e-4)
    assert not len(evidence.people) or evidence.people.sum(0).max() <= 1 + 1e-4


def test_sizes_are_the_published_ones() -> None:
    assert fitted(1080, 1920) == (640, 1138)
    assert fitted(480, 640) == (640, 853)
    assert fitted(1000, 3000) == (444, 1333)
    assert fitted(1, 1) == (640, 640) and fitted(1, 9000) == (1, 1333)
    assert laid(1024, 768) == (512, 384) and laid(1080, 1920) == (216, 384)
    assert laid(100, 90) == (100, 90) and laid(9000, 1) == (512, 1)
    assert on_board(216, 384) == (148, 0, (512, 384)) and on_board(512, 384) == (0, 0, (512, 384))
    assert on_board(511, 384) == (0, 0, (511, 384))  # one row to spare is left to the other padding


def test_what_reaches_a_multi_network(multi: M2FP) -> None:
    picture = np.zeros((1080, 1920, 3), np.float32)
    picture[..., 0] = 1
    ready, place = multi.prepared(picture, None)
    assert ready.shape == (1, 3, 640, 1152)
    assert place.real == (640, 1138) and place.size == (640, 1138)
    red, green, blue = ready[0, :, 300, 1137].tolist()
    assert red == pytest.approx((255 - 123.675) / 58.395, abs=1e-4)
    assert green == pytest.approx(-116.28 / 57.12, abs=1e-4)
    assert blue == pytest.approx(-103.53 / 57.375, abs=1e-4)
    assert not ready[0, :, :, 1138:].any()


def test_what_reaches_a_single_network(single: M2FP) -> None:
    picture = np.ones((200, 100, 3), np.float32)
    ready, place = single.prepared(picture, None)
    assert ready.shape == (1, 3, 512, 384)
    assert place.crop == (156, 142, 200, 100) and place.size == (200, 100)
    grey = torch.tensor([(128 - 123.675) / 58.395, (128 - 116.28) / 57.12, (128 - 103.53) / 57.375])
    assert torch.allclose(ready[0, :, 155, 200], grey, atol=1e-4)
    assert ready[0, 0, 156, 142] == pytest.approx((255 - 123.675) / 58.395, abs=1e-4)
    assert torch.allclose(ready[0, :, 356, 200], grey, atol=1e-4)


def test_exact_pixels_have_8_bits(tmp_path: Path) -> None:
    exact = model(tmp_path, 21, exact=True)
    ready, _ = exact.prepared(noise(120, 200), None)
    levels = ready[0, 0, :, :1067] * 58.395 + 123.675
    assert (levels - levels.round()).abs().max() < 1e-3


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (90, 160), (160, 90)])
def test_any_shape(multi: M2FP, single: M2FP, size: tuple[int, int]) -> None:
    seen = multi.observe(noise(*size), short_side=SHORT)
    high, wide = fitted(*size, SHORT)
    check(seen, (min(high, size[0]), min(wide, size[1])))
    high, wide = laid(*size)
    check(single.observe(noise(*size)), (high, wide))


def test_a_narrow_picture_is_padded(multi: M2FP, tmp_path: Path) -> None:
    """Else processors with AMX leave values of strided convolutions unwritten in bfloat16."""
    ready, place = multi.prepared(noise(300, 2), None, SHORT)
    assert ready.shape[3] == 64 and place.padded[1] == 64 and place.real[1] == 1
    assert model(tmp_path, 21, exact=True).prepared(noise(300, 2), None, SHORT)[0].shape[3] == 32
    for fill in (float("nan"), 1e30):
        used = [torch.full((n,), fill, dtype=torch.bfloat16) for n in (64, 128, 512, 2048, 8192) * 40]
        del used
        check(multi.observe(noise(300, 2), short_side=SHORT), (133, 1))


def test_any_wanted_size(multi: M2FP, single: M2FP) -> None:
    check(multi.observe(noise(90, 160), size=(270, 480), short_side=SHORT), (270, 480))
    check(single.observe(noise(90, 160), size=(45, 80)), (45, 80))


def test_maps_lie_where_the_picture_lies(multi: M2FP, monkeypatch: pytest.MonkeyPatch) -> None:
    def corner(ready: torch.Tensor) -> Raw:
        """A person wherever the picture is bright."""
        bright = ready[0].mean(0)[2::4, 2::4] > 0.5
        masks = torch.full((30, *bright.shape), -20.0)
        masks[0] = torch.where(bright, 20.0, -20.0)
        logits = torch.zeros(30, 22)
        logits[:, -1], logits[0, 20] = 9, 18
        return Raw(logits, masks)

    monkeypatch.setattr(multi, "infer", corner)
    picture = np.zeros((100, 170, 3), np.float32)
    picture[40:80, 100:150] = 1
    seen = multi.observe(picture, size=(200, 340))
    rows, columns = np.nonzero(seen.ids == 1)
    box = rows.min() / 2, (rows.max() + 1) / 2, columns.min() / 2, (columns.max() + 1) / 2
    assert np.allclose(box, (40, 80, 100, 150), atol=1)


def test_broken_pixels_count_as_black_or_clip(multi: M2FP) -> None:
    picture = noise(64, 64)
    broken, clean = picture.copy(), picture.copy()
    broken[:4], broken[4:8], broken[8:12] = np.nan, np.inf, -np.inf
    clean[:4], clean[4:8], clean[8:12] = 0, 1, 0
    seen, want = (multi.observe(p, short_side=SHORT) for p in (broken, clean))
    assert np.array_equal(seen.classes, want.classes)
    assert np.isnan(broken[0]).all()  # the caller's pixels are not touched


def test_the_same_picture_is_seen_the_same_by_threads(multi: M2FP) -> None:
    pictures = [noise(64, 96, seed=k) for k in range(3)]
    alone = [multi.observe(p, short_side=SHORT) for p in pictures]
    beside: dict[int, M2FPPrediction] = {}

    def look(k: int) -> None:
        torch.set_num_threads(1)
        beside[k] = multi.observe(pictures[k], short_side=SHORT)

    threads = [threading.Thread(target=look, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, seen in enumerate(alone):
        assert np.array_equal(seen.classes, beside[k].classes) and np.array_equal(seen.ids, beside[k].ids)
    assert not np.array_equal(alone[0].classes, alone[1].classes)


def listed(one: M2FP, picture: NDArray[np.float32]) -> dict[int, NDArray[np.bool_]]:
    """By label, all masks of the list together."""
    size = picture.shape[:2]
    masks: dict[int, NDArray[np.bool_]] = {}
    for found in one.observe(picture, short_side=96, size=(size[0], size[1])).instances:
        full = found.full((size[0], size[1]))
        masks[found.label] = full | masks.get(found.label, full)
    return masks


def test_the_quick_way_draws_the_exact_ways_masks(tmp_path: Path) -> None:
    picture = (np.rint(noise(96, 160) * 255) / 255).astype(np.float32)  # 8 bits and nothing to resize
    # in the arithmetic of the exact way, whatever numbers this processor prefers
    full = model(tmp_path, 21, dtype=torch.float32)
    exact, quick = listed(model(tmp_path, 21, exact=True), picture), listed(full, picture)
    assert exact.keys() == quick.keys() and len(exact) > 2
    assert any(0.05 < mask.mean() < 0.95 for mask in exact.values())
    assert np.mean([(exact[label] == quick[label]).mean() for label in exact]) >= 0.995


def test_half_precision_is_close(tmp_path: Path) -> None:
    half, full = (model(tmp_path, 21, dtype=kind) for kind in (torch.bfloat16, torch.float32))
    assert next(half.net.backbone.parameters()).dtype == torch.bfloat16
    ready, _ = half.prepared(noise(96, 160), None, SHORT)
    rough, fine = half.infer(ready), full.infer(ready)
    assert rough.masks.dtype == torch.float32
    # made weights leave many values next to the threshold, which trained ones do not
    assert ((rough.masks > 0) == (fine.masks > 0)).float().mean() > 0.9


def test_pictures_that_are_none(multi: M2FP) -> None:
    for shape in ((4, 4), (4, 4, 4), (0, 4, 3)):
        with pytest.raises(PlateError, match="three channels"):
            multi.observe(np.zeros(shape, np.float32))


def test_values_that_are_not_numbers_fail_in_a_sentence(tmp_path: Path) -> None:
    state = made_state(small())
    state["backbone.stem.conv1.weight"] *= 1e30
    state["backbone.stem.conv2.weight"] *= 1e30
    bad = M2FP(saved(tmp_path, state, "loud.pt"), shape=small())
    with pytest.raises(SetupError, match=r"not numbers with .*loud\.pt; verify .*models verify"):
        bad.observe(noise(32, 32), short_side=SHORT)


def test_short_memory_is_told(multi: M2FP, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(ready: torch.Tensor) -> Raw:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] . DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(multi, "infer", full)
    with pytest.raises(OutOfMemory, match="160x90 does not fit into memory with M2FP") as told:
        multi.observe(noise(90, 160), short_side=SHORT)
    assert short_of_memory(told.value)  # so that a ladder of smaller sizes goes on

    def other(ready: torch.Tensor) -> Raw:
        raise RuntimeError("a bug")

    monkeypatch.setattr(multi, "infer", other)
    with pytest.raises(RuntimeError, match="a bug"):
        multi.observe(noise(90, 160), short_side=SHORT)
