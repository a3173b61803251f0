"""Bank and composition with tiny drawn people: no renderer, no assets, no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training.assets import AssetsError, checked
from training.bank import Bank, Item, shard_rng, write_shard
from training.learn.breakdown import pictures
from training.learn.samples import Stream
from training.learn.toy import toy_sample
from training.odd import KINDS, shards
from training.odd import pictures as odd_pictures
from training.scene.compose import Composer, Sample

from anatomatte.parts import INDEX

EMPTY = np.zeros((0, 0, 0), np.uint8)


def person(rng: np.random.Generator, cut: tuple[bool, bool, bool, bool], held: bool = False) -> Item:
    """A toy figure as a bank item; `held` adds a block in front of it."""
    sample = toy_sample(rng, 96)
    alpha = sample.alpha[..., :1].copy()
    planes = np.concatenate([alpha, np.zeros_like(alpha), sample.label[..., None]], 2)
    cover = alpha.copy()
    if held:
        planes[40:60, 40:60] = (0, 255, INDEX["held"])
        cover[40:60, 40:60] = 255
    mixed = (sample.picture.astype(np.uint16) * cover // 255).astype(np.uint8)
    facts: dict[str, Any] = {
        "cut": cut,
        "head": (float(sample.heads[0, 0]), float(sample.heads[0, 1])),
        "feet": 90.0,
        "framing": "half" if any(cut) else "full",
        "pose": "stand",
        "outfit": "trousers",
        "skin": 0.5,
        "view": "front",
        "backlit": False,
        "fabric": "plain",
    }
    return Item(np.concatenate([mixed, cover], 2), planes, facts)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    for split in ("train", "validation"):
        rng = shard_rng("people", split, 0)
        whole, cut = (False,) * 4, (False, False, False, True)
        people = [person(rng, whole), person(rng, whole, held=True), person(rng, cut), person(rng, whole)]
        write_shard(folder, "people", split, 0, people)
        places = [
            Item(rng.integers(0, 256, (64, 64, 3), np.uint8), EMPTY, {"kind": "noise"}) for _ in range(4)
        ]
        write_shard(folder, "places", split, 0, places)
    return folder


def composer(bank: Path, seed: int) -> Composer:
    rng = np.random.default_rng(seed)
    return Composer(Bank(bank, "people", "train"), Bank(bank, "places", "train"), rng)


def test_labels_and_alpha_agree(bank: Path) -> None:
    draw = composer(bank, 0)
    agree, shown = [], 0
    for _ in range(60):
        s: Sample = draw.draw(64, 96)
        assert s.picture.shape == (64, 96, 3) and s.alpha.shape == (64, 96, 2)
        assert s.alpha.astype(int).sum(-1).max() <= 256
        solid = s.alpha.astype(int).sum(-1) > 127
        agree.append(((s.label > 0) == solid).mean())
        held = s.label == INDEX["held"]
        assert s.alpha[held, 1].mean() > 100 if held.sum() > 30 else True
        assert set(np.unique(s.instance)) <= set(range(len(s.heads) + 1))
        assert ((s.instance > 0) == (s.label > 0)).all()
        shown += len(s.heads) > 0
    assert np.mean(agree) > 0.97
    assert 40 < shown < 60  # some pictures show nobody


def test_the_same_seed_draws_the_same_pictures(bank: Path) -> None:
    first, second, other = (composer(bank, seed) for seed in (5, 5, 6))
    a, b, c = (d.draw(64, 64) for d in (first, second, other))
    assert np.array_equal(a.picture, b.picture) and np.array_equal(a.label, b.label)
    assert not np.array_equal(a.picture, c.picture)


def test_a_side_that_the_frame_cut_stays_outside(bank: Path) -> None:
    draw = composer(bank, 1)
    people = Bank(bank, "people", "train")
    item = next(i for i in people if i.facts["cut"][3])
    for scale in (0.2, 0.5, 1.0, 2.0):
        for _ in range(20):
            place = draw._place(item, scale, 64, 96)
            assert place.y + item.picture.shape[0] * place.scale >= 64 - 1e-6


def test_a_person_of_a_given_size(bank: Path) -> None:
    draw = composer(bank, 2)
    item = Bank(bank, "people", "train")[0]
    small = [(draw.draw(128, 128, [item], 0.2).label > 0).any(1).sum() for _ in range(8)]
    large = [(draw.draw(128, 128, [item], 0.8).label > 0).any(1).sum() for _ in range(8)]
    assert np.median(small) * 2 < np.median(large)


def test_the_bank_gives_back_what_was_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    items = [person(rng, (False,) * 4, held=k == 1) for k in range(3)]
    write_shard(tmp_path, "people", "train", 7, items[:2])
    bank = Bank(tmp_path, "people", "train")
    assert len(bank) == 2
    write_shard(tmp_path, "people", "train", 8, items[2:])
    assert bank.refresh() == 3
    for stored, item in zip(bank, items, strict=True):
        assert np.array_equal(stored.picture, item.picture) and np.array_equal(stored.planes, item.planes)
        assert stored.facts["pose"] == "stand"
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_bank_takes_people_of_several_kinds(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    items = [person(rng, (False,) * 4) for _ in range(3)]
    write_shard(tmp_path, "people", "train", 0, items[:2])
    with pytest.raises(FileNotFoundError, match="no figures for train"):
        Bank(tmp_path, ("people", "figures"), "train")
    write_shard(tmp_path, "figures", "train", 0, items[2:])
    both = Bank(tmp_path, ("people", "figures"), "train")
    assert len(both) == 3 and np.array_equal(both[2].picture, items[2].picture)
    write_shard(tmp_path, "people", "train", 1, items[:1])
    assert both.refresh() == 4 and len(Bank(tmp_path, "figures", "train")) == 1


def test_shards_have_seeds_of_their_own() -> None:
    def first(kind: str, split: str, number: int) -> float:
        return float(shard_rng(kind, split, number).random())

    assert first("people", "train", 3) == first("people", "train", 3)
    places = ("people", "train", 4), ("people", "validation", 3), ("places", "train", 3)
    assert len({first(*p) for p in places} | {first("people", "train", 3)}) == 4


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="has no people for train; run: python -m training render"):
        Bank(tmp_path, "people", "train")
    with pytest.raises(ValueError, match="100 is not a multiple of 32; choose 96"):
        Stream(tmp_path, 100, 4, 0)
    with pytest.raises(AssetsError, match="changed or damaged"):
        checked(b"other", "0" * 64, "wheel")


def test_kinds_show_what_they_say(bank: Path) -> None:
    assert pictures(bank, "sheer cloth", 2) == []
    overlap = pictures(bank, "overlap", 3)
    assert [len(s.heads) for s in overlap] == [2, 2, 2]


def test_odd_sets_end_where_the_frame_cut_somebody(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    cut = (False, False, False, True)
    write_shard(tmp_path, shards("half"), "validation", 0, [person(rng, cut), person(rng, (False,) * 4)])
    place = Item(rng.integers(0, 256, (64, 64, 3), np.uint8), EMPTY, {"kind": "noise"})
    write_shard(tmp_path, "places", "validation", 0, [place])
    first, whole = odd_pictures(tmp_path, "half")
    again = next(odd_pictures(tmp_path, "half"))
    assert np.array_equal(first.picture, again.picture)
    assert first.picture.shape[:2] == first.label.shape == first.alpha.shape
    assert first.label.shape[0] > 96 and first.label.shape[1] > 96
    tile = Bank(tmp_path, shards("half"), "validation")[0].planes[..., 2]
    assert np.array_equal(np.trim_zeros(first.label.any(1)), np.trim_zeros(tile.any(1)))
    assert np.array_equal(first.label[-1][first.label[-1] > 0], tile[-1][tile[-1] > 0])
    assert not whole.label[-1].any() and ((whole.label > 0) == (whole.alpha > 0.5)).mean() > 0.97


def test_every_odd_kind_is_drawn_by_shares() -> None:
    for brief in KINDS.values():
        assert sum(brief.poses) == pytest.approx(1) and sum(brief.framings.values()) == pytest.approx(1)
