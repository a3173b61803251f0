"""M2FP as a Parts model: its classes become our parts, its people ours, in the evidence's form."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anatomatte.models import store
from anatomatte.models.manifest import Manifest
from anatomatte.nets.external import alpha_edge, choose
from anatomatte.nets.external import parts as engine_parts
from anatomatte.nets.external.alpha_edge import Asked
from anatomatte.nets.external.choose import Models
from anatomatte.nets.m2fp import model
from anatomatte.nets.m2fp.model import KINDS, M2FPPrediction
from anatomatte.nets.runtime.sessions import sessions
from anatomatte.parts import INDEX
from anatomatte.work import Work
from made.engine_scene import keeps_the_laws, person, plate


class Fake:
    """Answers for a multi-person or a single-person file; two people, in coats, bare-headed."""

    loads = 0

    def __init__(self, path: Path, device: str) -> None:
        Fake.loads += 1
        self.kind = KINDS[21 if "multi" in str(path) else 20]
        self.shapes: list[tuple[int, ...]] = []

    def observe(self, picture: Any, *, people: int, size: tuple[int, int]) -> M2FPPrediction:
        self.shapes.append(picture.shape)
        labels = self.kind.labels
        classes = np.zeros((len(labels), *size), np.float32)
        masks = np.zeros((2, *size), np.float32)
        masks[0, size[0] // 4 :, : size[1] // 3] = 1
        masks[1, size[0] // 2 :, size[1] // 2 :] = 0.5
        cover = masks.sum(0)
        classes[labels.index("coat")] = cover
        classes[labels.index("hair"), : size[0] // 3] = cover[: size[0] // 3] * 3
        classes[0] = 1 - cover
        count = min(people, 2) if self.kind.many else 1
        return M2FPPrediction(
            self.kind.name, labels, classes, masks[:count], np.zeros(size, np.uint8),
            np.ones(count, np.float32), np.ones(len(labels), np.float32), (),
        )  # fmt: skip


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def asked(kind: str, name: str) -> Asked:
        return Asked(store.catalogue.get(name), tmp_path / f"{name}.pt", "0" * 64)

    monkeypatch.setattr(choose, "asked", asked)
    monkeypatch.setattr(model, "M2FP", Fake)
    monkeypatch.setattr(engine_parts, "device_of", lambda manifest, wanted: "cpu")
    Fake.loads = 0
    sessions.purge()


def test_the_kind_for_several_says_parts_and_people() -> None:
    sight = choose.given(person(), plate(), Models(parts="m2fp-multi", alpha="parts"))
    seen = sight.people
    keeps_the_laws(seen)
    assert seen.alpha.shape == (48, 64) and len(seen.people) == 2 and len(seen.heads) == 2
    assert seen.parts[INDEX["coat"], 40, 10] > 0.99 and seen.parts[INDEX["hair"], 14, 10] > 0.7
    # half a coat is half a background, and wholly the second person's
    assert seen.parts[INDEX["coat"], 40, 50] == pytest.approx(0.5, abs=0.01)
    assert seen.people[1, 40, 50] > 0.99 and seen.people[0, 40, 10] > 0.99
    assert seen.alpha[40, 50] == pytest.approx(0.5, abs=0.01) and seen.alpha[5, 30] < 0.01
    assert seen.heads[0, 0] < 0.33 < 0.5 < seen.heads[1, 0]


def test_it_is_loaded_once_and_alpha_stays_another_engines_affair() -> None:
    for _ in range(3):
        sight = choose.given(person(), plate(), Models(parts="m2fp-multi"))
    assert Fake.loads == 1
    assert sight.people.alpha[40, 50] == 0 and sight.people.alpha[40, 12] == pytest.approx(0.8, abs=0.01)


def test_nobody_is_nobody() -> None:
    sight = choose.given(person(), plate(), Models(parts="m2fp-multi"), people=0)
    keeps_the_laws(sight.people)


def test_the_kind_for_one_looks_at_each_person() -> None:
    sight = choose.given(person(), plate(), Models(parts="m2fp-single"))
    keeps_the_laws(sight.people)
    assert len(sight.people.people) == 1 and sight.people.parts[INDEX["coat"]].max() > 0.9
    assert sight.people.parts[INDEX["coat"], 20, 30] == 0  # outside the person's box


def test_code_that_this_version_has_not_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Manifest = dataclasses.replace(store.catalogue.get("m2fp-multi"), native="m3fp")
    network = Asked(told, Path("x.pt"), "0" * 64)
    with pytest.raises(engine_parts.SetupError, match="no network that this version has code for"):
        engine_parts.parts_of(network, plate(), person(), 4, Work(), lambda _: None)
    assert alpha_edge.device_of(told) in ("cpu", "cuda")
    assert alpha_edge.device_of(told, "cpu") == "cpu"
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert alpha_edge.device_of(told) == "cuda" and alpha_edge.device_of(told, "cuda:2") == "cuda:2"
