"""Who is in a training picture, that what they were chosen for is seen, and labels that are mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_training_pictures import EMPTY, person
from training.bank import Bank, Item, write_shard
from training.learn.validate import held_out
from training.scene.casting import RARE, SHOWN, Casting, Role, seen
from training.scene.compose import Composer
from training.scene.labels import mended

from anatomatte.parts import INDEX, PARTS

HELD, SKIRT = INDEX["held"], INDEX["skirt"]
WHOLE = (False, False, False, False)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve people, of whom one holds something and nobody wears a skirt."""
    folder = tmp_path_factory.mktemp("bank")
    for split in ("train", "validation"):
        rng = np.random.default_rng(3)
        write_shard(folder, "people", split, 0, [person(rng, WHOLE, held=k == 5) for k in range(12)])
        places = [Item(rng.integers(0, 256, (64, 64, 3), np.uint8), EMPTY, {"kind": "noise"})]
        write_shard(folder, "places", split, 0, places * 3)
    return folder


def test_shares_are_of_somebodys_own_pixels(bank: Path) -> None:
    casting = Casting(Bank(bank, "people", "train"), np.random.default_rng(0))
    label = casting.people[5].planes[..., 2]
    shares = casting.shares(5)
    assert shares.shape == (len(PARTS),) and shares[0] == 0 and shares.sum() == pytest.approx(1)
    assert shares[HELD] == pytest.approx((label == HELD).sum() / (label > 0).sum(), abs=0.06)
    assert all(casting.shares(k)[HELD] == 0 for k in range(12) if k != 5)


def test_rare_parts_are_chosen_as_often_as_asked(bank: Path) -> None:
    people = Bank(bank, "people", "train")

    def chosen(rare: float) -> list[Role]:
        casting = Casting(people, np.random.default_rng(1), rare)
        return [casting.draw() for _ in range(400)]

    assert not any(role.part for role in chosen(0.0))
    roles = [role for role in chosen(1.0) if role.part]
    assert abs(len(roles) / 400 - RARE["held"]) < 0.08  # nobody shows the others: then it is anybody
    assert all(role.part == HELD and (role.item.planes[..., 2] == HELD).mean() > SHOWN / 2 for role in roles)


def test_what_somebody_was_chosen_for_is_seen_or_not(bank: Path) -> None:
    item = Bank(bank, "people", "train")[5]  # 96 x 96 with the thing at 40 to 60
    role = Role(item, HELD)
    assert seen(role, 1.0, 0, 0, 96, 96)
    assert not seen(role, 1.0, 0, 50, 96, 96)  # below the frame
    assert not seen(role, 1.0, -60, 0, 96, 96)  # left of it
    assert not seen(role, 0.1, 40, 40, 96, 96)  # four pixels
    assert seen(Role(item), 0.1, 900, 900, 96, 96)  # chosen for nothing


def test_pictures_show_what_people_were_chosen_for(bank: Path) -> None:
    people, places = Bank(bank, "people", "train"), Bank(bank, "places", "train")

    def held(rare: float) -> float:
        draw = Composer(people, places, np.random.default_rng(4), rare)
        return float(np.mean([(draw.draw(64, 64).label == HELD).mean() for _ in range(60)]))

    assert held(1.0) > 1.8 * held(0.0) > 0


def test_places_are_tried_until_it_is_seen(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people, places = Bank(bank, "people", "train"), Bank(bank, "places", "train")
    draw = Composer(people, places, np.random.default_rng(5), 1.0)
    role = Role(people[5], HELD)

    def share(placed: Role) -> float:
        found = [draw._free_place(placed, 64, 64) for _ in range(150)]
        return float(np.mean([seen(role, p.scale, p.x, p.y, 64, 64) for p in found]))

    assert share(role) > 0.97 > 0.93 > share(Role(people[5]))
    staged: list[Role] = []
    monkeypatch.setattr(draw, "_stage", lambda roles, height, width: staged.extend(roles) or [])
    for _ in range(40):
        draw.draw(64, 64)
    assert any(r.part == HELD for r in staged)


def test_validation_can_ask_for_rare_parts(bank: Path) -> None:
    plain, rare = (
        np.mean([(s.label == HELD).any() for s in held_out(bank, 40, share)]) for share in (0.0, 1.0)
    )
    assert rare > plain + 0.1


def dressed(outfit: str, fabric: str, label: np.ndarray) -> Item:
    facts: dict[str, Any] = {"outfit": outfit, "fabric": fabric}
    picture = np.zeros((*label.shape, 4), np.uint8)
    return Item(picture, np.dstack([label, label, label]).astype(np.uint8), facts)


def test_an_overall_is_a_dress() -> None:
    trousers, dress = INDEX["trousers"], INDEX["dress"]
    label = np.full((40, 20), trousers, np.uint8)
    label[:6] = INDEX["face"]
    overall = mended(dressed("suit", "plain", label)).planes[..., 2]
    assert (overall[6:] == dress).all() and (overall[:6] == INDEX["face"]).all()
    assert mended(dressed("trousers", "plain", label)).planes[20, 5, 2] == trousers
    label[6:20] = INDEX["upper_clothes"]
    suit = dressed("suit", "plain", label)
    assert mended(suit) is suit


def test_pictures_are_drawn_with_mended_labels(bank: Path) -> None:
    people, places = Bank(bank, "people", "train"), Bank(bank, "places", "train")
    item = people[0]
    planes = item.planes.copy()
    planes[..., 2] = np.where(planes[..., 2] > 0, INDEX["trousers"], 0)
    overall = Item(item.picture, planes, {**item.facts, "outfit": "suit"})
    label = Composer(people, places, np.random.default_rng(6)).draw(64, 64, [overall], 0.8).label
    assert (label == INDEX["dress"]).any() and not (label == INDEX["trousers"]).any()


def test_sheer_cloth_hides_what_is_under_it() -> None:
    rng = np.random.default_rng(2)
    coat, arm, hand = INDEX["coat"], INDEX["left_arm"], INDEX["left_hand"]
    label = np.zeros((60, 60), np.uint8)
    label[5:55, 5:40] = np.where(rng.random((50, 35)) < 0.6, coat, arm)
    label[5:55, 40:55] = arm
    label[25:30, 10:20] = hand
    item = dressed("dress", "sheer", label)
    new = mended(item).planes[..., 2]
    assert (new[8:22, 8:37] == coat).mean() > 0.99
    assert (new[25:30, 10:20] == hand).all()  # a hand in front stays
    assert (new[5:55, 43:55] == arm).all() and (new[label == 0] == 0).all()
    assert (item.planes[..., 2] == label).all()  # the bank itself is not touched
    assert (mended(dressed("dress", "plain", label)).planes[..., 2] == label).all()


def test_solid_cloth_stays_as_it_is() -> None:
    label = np.zeros((60, 60), np.uint8)
    label[5:30, 5:55], label[30:55, 5:55] = INDEX["upper_clothes"], SKIRT
    label[10:40, 20:24] = INDEX["left_arm"]
    item = dressed("skirt", "sheer", label)
    assert (mended(item).planes[..., 2] == label).mean() > 0.97
