"""Sapiens2 by manifest: little files in the published names go through store, runner and menus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from anatomatte.errors import SetupError
from anatomatte.models import store
from anatomatte.nets.external.choose import Models
from anatomatte.nets.runtime.runner import Runner
from anatomatte.nets.sapiens2 import load
from anatomatte.nets.sapiens2.net import Rotary, rotated
from anatomatte.parts import INDEX, SAPIENS2
from made.engine_scene import seen_by
from made.sapiens2_made import SHAPE, made_net, published

SEG, MATTING = "sapiens2-seg-0-4b", "sapiens2-matting-1b"
MEAN, STD = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own, and the little width among the published ones."""
    monkeypatch.setenv("ANATOMATTE_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("ANATOMATTE_MODELS_SHARED", raising=False)
    monkeypatch.setattr(load, "SHAPES", {SHAPE.width: SHAPE})
    monkeypatch.setattr(load, "native_dtype", lambda device: torch.float32)


def stored(tmp_path: Path, name: str) -> Path:
    told = store.catalogue.get(name)
    path = tmp_path / told.files[0].name
    save_file(published(made_net(name == MATTING)), str(path))
    store.add(told, told.files[0], path)
    return path


def by_hand(picture: np.ndarray, matting: bool) -> np.ndarray:
    normed = (picture * 255 - MEAN) / STD
    with torch.inference_mode():
        given = torch.from_numpy(normed.astype(np.float32)).permute(2, 0, 1)[None]
        made: np.ndarray = made_net(matting)(given)[0].numpy()
    return made


def test_parts_and_alpha_are_what_the_network_says_of_the_normed_picture(tmp_path: Path) -> None:
    picture = np.random.default_rng(1).random((64, 48, 3), dtype=np.float32)
    for name in (SEG, MATTING):
        told = store.catalogue.get(name)
        told = replace(told, size=replace(told.size, height=64, width=48))
        answer, _ = Runner(told, stored(tmp_path, name)).infer(picture)
        logits = by_hand(picture, name == MATTING)
        if name == SEG:
            found = answer.classes_at((64, 48))
            assert found is not None and found.shape == (29, 64, 48)
            wanted = np.exp(logits - logits.max(0))
            assert np.abs(found - wanted / wanted.sum(0)).max() < 1e-4 and found.std() > 0.005
        else:
            alpha = answer.alpha_at((64, 48))
            assert alpha is not None and alpha.std() > 0.01
            assert np.abs(alpha - 1 / (1 + np.exp(-logits[3]))).max() < 1e-4


def test_it_is_chosen_in_the_menus_and_its_terms_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path, SEG)
    told = store.catalogue.get(SEG)
    quick = replace(told, size=replace(told.size, height=128, width=96))
    monkeypatch.setattr(store.catalogue, "get", lambda name: quick if name == SEG else told)
    seen = seen_by(Models(parts=SEG))
    assert any("Sapiens2" in sentence and "terms" in sentence for sentence in seen.messages)
    people = seen.people.people[0] > 0.5
    assert seen.people.parts[INDEX["glasses"]][people].max() > 0  # a class of its own


def test_the_labels_are_the_published_ones_and_spectacles_are_no_apparel() -> None:
    labels = list(SAPIENS2)
    assert len(labels) == 29 and labels[:5] == ["Background", "Apparel", "Eyeglass", "Face_Neck", "Hair"]
    assert labels[28] == "Tongue" and labels[20] == "Right_Upper_Arm"
    assert SAPIENS2["Eyeglass"] == ("glasses",) and "glasses" not in SAPIENS2["Apparel"]


def test_places_turn_patches_and_leave_the_first_tokens() -> None:
    turn = Rotary(16)(4, 3)
    assert turn[0].shape == (12, 16)
    x = torch.randn(1, 2, 5 + 12, 16, generator=torch.Generator().manual_seed(3))
    made = rotated(x, turn)
    assert torch.equal(made[:, :, :5], x[:, :, :5]) and not torch.allclose(made[:, :, 5:], x[:, :, 5:])
    assert torch.allclose(made.norm(dim=-1), x.norm(dim=-1), atol=1e-5)


def test_places_keep_the_precision_in_which_they_were_published(tmp_path: Path) -> None:
    weights = published(made_net())
    rough = load.built({**weights, load._PERIODS: weights[load._PERIODS].bfloat16()}, "S", tmp_path)
    sin, _ = rough.backbone.rope_embed(4, 3)
    assert sin.dtype == torch.bfloat16
    del weights[load._PERIODS]
    exact = load.built(weights, "S", tmp_path)
    assert torch.equal(exact.backbone.rope_embed.periods, Rotary(16).periods)


def test_another_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    weights = published(made_net())

    def says(state: dict[str, torch.Tensor]) -> str:
        save_file(state, str(path))
        with pytest.raises(SetupError) as told:
            load.Sapiens2File("Sapiens2", path, "cpu", 1)
        return str(told.value)

    assert "is no segmentation or matting of Sapiens2" in says({"a": torch.zeros(1)})
    assert "lacks backbone.ln1.weight:" in says(
        {k: v for k, v in weights.items() if k != "backbone.ln1.weight"}
    )
    assert "has an unknown b" in says({**weights, "b": torch.zeros(1)})
    assert "another shape of backbone.cls_token" in says({**weights, "backbone.cls_token": torch.zeros(2)})
    first = load._FIRST
    assert "a width of 32" in says({**weights, first: weights[first][:32].contiguous()})
    path.write_bytes(b"torn")
    with pytest.raises(SetupError, match="cannot be read as safetensors"):
        load.Sapiens2File("Sapiens2", path, "cpu", 1)
