"""M2FP's network: published names and shapes, files of every published form, and files that are none."""

from __future__ import annotations

import hashlib
import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from anatomatte.errors import SetupError
from anatomatte.nets.m2fp.load import build, read_state, save_weights
from anatomatte.nets.m2fp.model import M2FP
from anatomatte.nets.m2fp.net import M2FPNet, Shape
from anatomatte.nets.m2fp.sampling import by_bags, by_grid, cell_centres
from made.m2fp_made import made_state, saved, small

PUBLISHED = {
    20: "0ced14f243cee109d9e7e48dece478b966befc727de2e6565b9ef9d19e33f352",
    21: "2df8dbba16045a55b92f7f6985c6209545a0158b444b2e24eb8416a71c603c36",
}
"""SHA-256 of the published names and shapes, a line `name 1x2x3` each, sorted."""


@pytest.mark.parametrize(("classes", "weights"), [(20, 63_123_861), (21, 63_124_118)])
def test_names_and_shapes_are_the_published_ones(classes: int, weights: int) -> None:
    with torch.device("meta"):
        net = M2FPNet(Shape(classes=classes))
    state = net.state_dict()
    lines = [f"{k} {'x'.join(map(str, v.shape))}\n" for k, v in sorted(state.items())]
    assert len(lines) == 928
    assert sum(not k.endswith("num_batches_tracked") for k in state) == 822
    assert sum(p.numel() for p in net.parameters()) == weights
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == PUBLISHED[classes]
    assert state["backbone.res5.0.shortcut.weight"].shape == (2048, 1024, 1, 1)
    assert state["sem_seg_head.predictor.class_embed.weight"].shape == (classes + 1, 256)


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    return made_state(small())


pytestmark = pytest.mark.usefixtures("one_thread")


def is_loaded(path: Path, state: dict[str, Tensor]) -> None:
    net = build(read_state(path), small(), path)
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def test_a_training_checkpoint_loads(state: dict[str, Tensor], tmp_path: Path) -> None:
    is_loaded(saved(tmp_path, state), state)


def test_bare_weights_load(state: dict[str, Tensor], tmp_path: Path) -> None:
    torch.save(state, tmp_path / "bare.pth")
    is_loaded(tmp_path / "bare.pth", state)


def test_a_file_of_an_old_torch_loads(state: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "old.pth"
    torch.save({"model": state}, path, _use_new_zipfile_serialization=False)
    is_loaded(path, state)


def test_what_training_left_beside_the_weights_does_no_harm(state: dict[str, Tensor], tmp_path: Path) -> None:
    more = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    more["criterion.empty_weight"] = torch.ones(22)
    more = {f"module.{k}": v for k, v in more.items()}
    beside = {"lr": np.float64(0.5), "steps": np.arange(3), "best": np.float32(1), "n": np.int64(2)}
    path = tmp_path / "whole.pth"
    torch.save({"model": more, "scheduler": beside, "iteration": np.int64(9)}, path)
    is_loaded(path, state)


def test_a_frameworks_classes_are_not_needed(state: dict[str, Tensor], tmp_path: Path) -> None:
    made = types.ModuleType("detectron2.config")

    class CfgNode(dict):  # type: ignore[type-arg]
        pass

    CfgNode.__module__, CfgNode.__qualname__ = "detectron2.config", "CfgNode"
    made.CfgNode = CfgNode  # type: ignore[attr-defined]
    sys.modules["detectron2"], sys.modules["detectron2.config"] = types.ModuleType("detectron2"), made
    try:
        torch.save({"model": state, "cfg": CfgNode()}, tmp_path / "cfg.pth")
    finally:
        del sys.modules["detectron2"], sys.modules["detectron2.config"]
    is_loaded(tmp_path / "cfg.pth", state)


def test_the_old_name_of_the_queries_is_known(state: dict[str, Tensor], tmp_path: Path) -> None:
    old = {k.replace("query_feat", "static_query"): v for k, v in state.items()}
    is_loaded(saved(tmp_path, old), state)


def test_weights_alone_can_be_kept(state: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "m2fp.safetensors"
    save_weights(state | {"criterion.empty_weight": torch.ones(22)}, path, small())
    is_loaded(path, state)
    kept = read_state(path)
    assert kept.keys() == {k for k in state if not k.endswith("num_batches_tracked")}
    assert not list(tmp_path.glob("*.part"))


class Hostile:
    """Touches a file when it is unpickled by anything that runs pickles."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("old", [False, True])
def test_a_hostile_pickle_is_refused_and_not_run(state: dict[str, Tensor], tmp_path: Path, old: bool) -> None:
    path, trace = tmp_path / "bad.pth", tmp_path / "was_here"
    torch.save({"model": state, "x": Hostile(trace)}, path, _use_new_zipfile_serialization=not old)
    with pytest.raises(SetupError, match=r"bad\.pth .*nothing in it was run .*system.*publisher"):
        read_state(path)
    assert not trace.exists()


def test_files_that_are_none(state: dict[str, Tensor], tmp_path: Path) -> None:
    whole = saved(tmp_path, state).read_bytes()
    bad = {
        "cut.pt": whole[: len(whole) // 2],
        "empty.pt": b"",
        "text.pt": b"<html>404</html>" * 99,
        "cut.safetensors": b"\x10\0\0\0\0\0\0\0{",
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SetupError, match=name) as told:
            read_state(tmp_path / name)
        assert "\n" not in str(told.value)
    with pytest.raises(SetupError, match=r"there is no M2FP file .*models import"):
        read_state(tmp_path / "none.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(SetupError, match="no weights by name"):
        read_state(tmp_path / "list.pt")


HEAD = "sem_seg_head.predictor."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s.pop("backbone.res4.0.conv2.weight"), r"lacks backbone\.res4\.0\.conv2\.weight;"),
        (lambda s: s.update({"extra.weight": torch.ones(1)}), r"has unknown extra\.weight;"),
        (
            lambda s: s.update({HEAD + "query_feat.weight": torch.ones(7, 32)}),
            r"query_feat\.weight \[7, 32\] instead of \[30, 32\]",
        ),
        (
            lambda s: s.update({HEAD + "query_feat.weight": torch.full((30, 32), torch.nan)}),
            r"not numbers in .*query_feat",
        ),
        (lambda s: s.pop(HEAD + "class_embed.weight"), "is no M2FP file"),
        (
            lambda s: s.update({HEAD + "class_embed.weight": torch.ones(61, 32)}),
            r"tells 60 classes apart.*known are 8 \(pascal\), 20 \(lip\), 21 \(cihp\)",
        ),
    ],
    ids=["lacking", "unknown", "shape", "nan", "other", "classes"],
)
def test_weights_that_do_not_fit(
    state: dict[str, Tensor], tmp_path: Path, change: object, sentence: str
) -> None:
    other = dict(state)
    change(other)  # type: ignore[operator]
    with pytest.raises(SetupError, match=sentence) as told:
        M2FP(saved(tmp_path, other), shape=small())
    assert "\n" not in str(told.value)


def test_bags_add_up_what_the_grid_adds_up() -> None:
    sizes = ((3, 5), (6, 10), (12, 19))
    cells = sum(h * w for h, w in sizes)
    draw = torch.Generator().manual_seed(1)
    value = torch.randn(cells, 4, 8, generator=draw)
    centres = cell_centres(sizes, value)
    places = centres[:, None, None, None] + torch.randn(cells, 4, 3, 4, 2, generator=draw) * 0.4
    places[0], places[1], places[2] = 1e9, -1e9, 0.0
    places[3], places[4] = 1.0, -0.5 / 19
    weights = torch.rand(cells, 4, 3, 4, generator=draw)
    grid, bags = by_grid(value, sizes, places, weights), by_bags(value, sizes, places, weights)
    assert bags.shape == (cells, 32)
    assert torch.allclose(grid, bags, atol=1e-5)
    assert grid.abs().max() > 1


def test_the_quick_steps_say_what_the_exact_ones_say(state: dict[str, Tensor], tmp_path: Path) -> None:
    path = saved(tmp_path, state)
    picture = torch.randn(1, 3, 128, 192, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        exact = build(read_state(path), small(), path)(picture, exact=True)
        quick = build(read_state(path), small(), path).fold()(picture)
    assert exact.logits.shape == (30, 22) and exact.masks.shape == (30, 32, 48)
    assert torch.allclose(exact.logits, quick.logits, atol=1e-3)
    assert torch.allclose(exact.masks, quick.masks, atol=1e-3 * float(exact.masks.abs().max()))
    agree = ((exact.masks > 0) == (quick.masks > 0)).float().mean()
    assert agree >= 0.995
    assert 0.05 < float((exact.masks > 0).float().mean()) < 0.95
