"""Passes of the people network: any size, any number of threads, mirrored or not; its weights' header."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from training.pretrained import POSE, convert

from anatomatte.nets.own.ensemble import WEIGHTS, PeopleModel, main_parts, native_dtype
from anatomatte.nets.own.people_net import STRIDE, PeopleNet, Shape, save
from anatomatte.nets.own.plain_trunk import PlainShape
from anatomatte.nets.own.portrait_net import SIDE
from anatomatte.nets.own.pose_trunk import PoseTrunk, TrunkShape
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.evidence import PeopleEvidence

TRUNK = TrunkShape(stem=8, widths=(8, 8, 8, 16, 16, 16), expand=2, back=8, soft=4)
SMALL = Shape(TRUNK, context=16, attention=1, decoder=(8, 8, 8, 16))
DATA = Path(__file__).parent.parent / "data" / "people"
PUBLISHED = "63f68d6ce1614cc0eb7c8ffb8a29cfe41a22c986ebfdc079ee5ed642f5a55fa1"
"""SHA-256 of the published trunk's tensors in 16 bit, in the order of their names."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    net = PeopleNet(SMALL)
    save(net.state_dict(), net.shape, path, {"long_side": "128"})
    return path


@pytest.fixture(scope="module")
def model(weights: Path) -> PeopleModel:
    return PeopleModel([weights], portrait=None)


def test_two_networks_have_four_variants_and_agree_on_one_picture(weights: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    plain = PeopleNet(Shape(PlainShape((8, 8, 8, 16, 16), (1, 1, 1, 1)), 16, 1, (8, 8, 8, 16)))
    save(plain.state_dict(), plain.shape, tmp_path / "plain.safetensors", {"long_side": "64"})
    both = PeopleModel([weights, tmp_path / "plain.safetensors"], portrait=None)
    assert both.variants == 4 and both.long_sides == [128, 64]
    picture = np.random.default_rng(3).random((64, 96, 3), np.float32)
    predictions = both.infer([(picture, variant, False) for variant in range(4)], threads=2)
    for view, alone in zip(predictions[::2], (weights, tmp_path / "plain.safetensors"), strict=True):
        assert np.array_equal(
            view.alpha, PeopleModel([alone], portrait=None).infer([(picture, 0, False)])[0].alpha
        )
    mean = np.mean([one.alpha for one in predictions], axis=0)
    found = both.observe(picture, long_side=96, mirror=True)
    logits = np.clip(mean, -30, 30)
    chance = 1 / (1 + np.exp(-logits))
    assert np.allclose(found.alpha, (chance / np.maximum(chance.sum(0), 1))[0], atol=1e-4)


def check_laws(seen: PeopleEvidence) -> None:
    high, wide = seen.alpha.shape
    assert high % STRIDE == wide % STRIDE == 0
    assert seen.parts.shape == (len(PARTS), high // 2, wide // 2), "as networks give them"
    for plane in (seen.alpha, seen.held, seen.parts, seen.people, seen.heads):
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
        assert plane.size == 0 or (plane.min() >= 0 and plane.max() <= 1 + 1e-6)
    assert np.allclose(seen.parts.sum(0), 1, atol=1e-4)
    assert (seen.alpha + seen.held).max() <= 1 + 1e-5
    assert not len(seen.people) or seen.people.sum(0).max() <= 1 + 1e-4
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


def test_the_weights_say_how_large_to_look(model: PeopleModel) -> None:
    picture = np.zeros((108, 192, 3), np.float32)
    assert model.long_sides == [128]
    assert model.observe(picture).alpha.shape == (64, 128)
    assert model.observe(picture, long_side=256).alpha.shape == (128, 256)  # 144 is between two multiples


def test_threads_change_nothing_and_torch_keeps_its_own(model: PeopleModel) -> None:
    rng = np.random.default_rng(5)
    wanted = [(rng.random((64, 96, 3), np.float32), k % 2, False) for k in range(5)]
    before = torch.get_num_threads()
    alone = [view for one in wanted for view in model.infer([one])]
    beside = model.infer(wanted, threads=3)
    assert torch.get_num_threads() == before
    for a, b in zip(alone, beside, strict=True):
        assert np.array_equal(a.alpha, b.alpha) and np.array_equal(a.parts, b.parts)
        assert np.array_equal(a.offset, b.offset) and np.array_equal(a.centre, b.centre)
    assert model.infer([]) == []


def test_a_stop_is_heard_between_passes(model: PeopleModel) -> None:
    class Stop(Exception):
        pass

    told = []

    def check() -> None:
        told.append(0)
        if len(told) == 2:
            raise Stop

    picture = np.zeros((32, 32, 3), np.float32)
    with pytest.raises(Stop):
        model.infer([(picture, 0, False)] * 4, check=check)
    assert len(told) == 2


def test_main_parts_leave_the_ground_alone() -> None:
    parts = np.zeros((len(PARTS), 2, 2), np.float32)
    parts[INDEX["background"]], parts[INDEX["face"]] = 0.6, 0.4
    alpha = np.array([[1, 0], [0.6, 0.4]], np.float32)
    none = np.zeros((0, 2, 2), np.float32)
    seen = PeopleEvidence(alpha, np.zeros((2, 2), np.float32), parts, none, np.zeros((0, 3), np.float32))
    assert main_parts(seen).tolist() == [[INDEX["face"], 0], [INDEX["face"], 0]]


def test_a_mirrored_pass_is_the_mirrored_picture(model: PeopleModel) -> None:
    picture = np.random.default_rng(4).random((64, 64, 3), np.float32)
    turned = np.ascontiguousarray(picture[:, ::-1])
    plain, mirrored = model.infer([(picture, 0, False), (turned, 1, False)])
    left, right = INDEX["left_hand"], INDEX["right_hand"]
    assert np.allclose(plain.alpha, mirrored.alpha[..., ::-1], atol=1e-4)
    assert np.allclose(plain.parts[left], mirrored.parts[right, :, ::-1], atol=1e-5)
    assert not np.allclose(plain.parts[left], mirrored.parts[left, :, ::-1], atol=1e-5)
    assert np.allclose(plain.offset[0], -mirrored.offset[0, :, ::-1], atol=1e-4)


def test_bfloat16_is_close(weights: Path) -> None:
    picture = np.random.default_rng(3).random((64, 64, 3), np.float32)
    (exact,) = PeopleModel([weights], portrait=None).infer([(picture, 0, 0)])
    (rough,) = PeopleModel([weights], dtype=torch.bfloat16, portrait=None).infer([(picture, 0, 0)])
    assert np.abs(exact.alpha - rough.alpha).mean() < 0.02
    assert np.abs(exact.parts - rough.parts).mean() < 0.002


def test_short_floats_only_where_the_machine_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False, raising=False)
    assert native_dtype("cpu") is torch.float32
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True, raising=False)
    assert native_dtype("cpu") is torch.bfloat16
    assert native_dtype("cuda") is torch.float16


# ---- what published networks say beside


def test_the_pose_segmentation_is_the_trunks_own_and_not_there_in_training() -> None:
    torch.manual_seed(2)
    net, picture = PeopleNet(SMALL), torch.rand(2, 3, 64, 96)
    with torch.inference_mode():
        assert net.train()(picture).pose_mask is None
        figure = net.eval()(picture).pose_mask
        trunk = net.trunk
        assert isinstance(trunk, PoseTrunk)
        alone = trunk.segmented(trunk(picture).soft)
        plain = PeopleNet(Shape(PlainShape((8, 8, 8, 16, 16), (1, 1, 1, 1)), 16, 1, (8, 8, 8, 16)))
        assert plain.eval()(picture).pose_mask is None
    assert figure is not None and figure.shape == (2, 1, 64, 96)
    assert torch.equal(figure, alone) and figure.std() > 0


def test_predictions_hold_the_published_networks_where_they_run(weights: Path, model: PeopleModel) -> None:
    both = PeopleModel([weights])
    assert both.portrait is not None
    picture = np.random.default_rng(6).random((64, 96, 3), np.float32)
    asked, unasked, mirrored = both.infer([(picture, 0, True), (picture, 0, False), (picture, 1, True)])
    assert unasked.portrait is None and mirrored.pose_mask is None
    assert asked.pose_mask is not None and unasked.pose_mask is not None
    assert asked.pose_mask.shape == (64, 96) and np.array_equal(asked.pose_mask, unasked.pose_mask)
    squeezed = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    with torch.inference_mode():
        alone = both.portrait(torch.from_numpy(squeezed).permute(2, 0, 1)[None])[0, 0].numpy()
    assert asked.portrait is not None and mirrored.portrait is not None
    assert asked.portrait.shape == (SIDE, SIDE) and asked.portrait.dtype == np.float32
    assert np.allclose(asked.portrait, alone, atol=1e-3)
    assert np.array_equal(asked.portrait, mirrored.portrait)  # it sees the picture as it is
    assert model.infer([(picture, 0, True)])[0].portrait is None


def digest(tensors: dict[str, torch.Tensor]) -> str:
    made = hashlib.sha256()
    for name in sorted(tensors):
        made.update(name.encode() + tensors[name].numpy().tobytes())
    return made.hexdigest()


def test_the_shipped_trunk_is_the_published_one() -> None:
    with safe_open(str(WEIGHTS[0]), "pt") as file:
        names = [name for name in list(file.keys()) if name.startswith("trunk.")]
        trunk = {name.removeprefix("trunk."): file.get_tensor(name) for name in names}
    assert {tensor.dtype for tensor in trunk.values()} == {torch.float16}
    assert digest(trunk) == PUBLISHED


def test_the_published_one_is_what_its_digest_says(tmp_path: Path) -> None:
    folder = os.environ.get("ANATOMATTE_MEDIAPIPE")
    if not folder:
        pytest.skip("needs the published file: ANATOMATTE_MEDIAPIPE names a folder that holds it")
    pytest.importorskip("tflite")
    convert(Path(folder) / POSE.name, tmp_path / "trunk.safetensors")
    assert digest(load_file(tmp_path / "trunk.safetensors")) == PUBLISHED


def test_published_networks_see_a_drawn_person_whole() -> None:
    model = PeopleModel(WEIGHTS[:1])
    for name in ("06", "13"):
        picture = cv2.imread(str(DATA / f"{name}.jpg"))[..., ::-1].astype(np.float32) / 255
        truth = cv2.imread(str(DATA / f"{name}_alpha.png"), cv2.IMREAD_GRAYSCALE)
        there = cv2.resize(truth, (256, 256)) > 127
        view = model.infer([(np.ascontiguousarray(cv2.resize(picture, (256, 256))), 0, True)])[0]
        assert view.pose_mask is not None and view.portrait is not None
        for told, least in ((view.pose_mask, 0.92), (view.portrait, 0.8)):
            found = told > 0
            assert (found & there).sum() / (found | there).sum() > least


def test_a_network_older_than_a_part_gives_nothing_for_it(tmp_path: Path) -> None:
    known = PARTS[:-2]
    old = PeopleNet(SMALL, len(known))
    save(old.state_dict(), SMALL, tmp_path / "old.safetensors")
    with safe_open(str(tmp_path / "old.safetensors"), "pt") as file:
        assert file.metadata()["parts"] == ",".join(known)
    picture = np.random.default_rng(3).random((64, 96, 3)).astype(np.float32)
    model = PeopleModel((tmp_path / "old.safetensors",), portrait=None, detector=None)
    for variant in (0, 1):  # plain, and mirrored
        (seen,) = model.infer([(picture, variant, 0)])
        assert seen.parts.shape == (len(PARTS), 32, 48)
        assert np.allclose(seen.parts.sum(0), 1, atol=1e-4) and not seen.parts[len(known) :].any()
