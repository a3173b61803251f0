"""Tights: the outfit head says whether what covers the legs of a skirt's wearer may be some."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from anatomatte.parts import PARTS
from anatomatte.people.parts import everyone, person
from anatomatte.people.parts.hardness import hardened
from anatomatte.people.parts.labels import AT, LABELS, TIGHTS
from made.people_fake import row_of_people
from made.people_marks import SIZE, Plane, decided, labelled, marks, standing

ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]
SHINS = (np.abs(np.abs(COLUMNS - 60) - 12) < 5) & (ROWS > 175) & (ROWS < 200)


def in_a(garment: str, tights: float | None) -> person.View:
    """Somebody in a green garment down to the knees and black stockings, which the network takes for legs or
    trousers."""
    picture, matte = standing()
    legs = (np.abs(np.abs(COLUMNS - 60) - 12) < 9) & (ROWS >= 150) & (ROWS < 208)
    picture[legs] = (0.03, 0.03, 0.04)
    skirt = (np.abs(COLUMNS - 60) < 24) & (ROWS >= 108) & (ROWS < 150)
    picture[skirt], matte[skirt] = (0.2, 0.5, 0.2), 1
    shares = labelled()
    shares[:, skirt] = 0.01
    shares[AT[garment]][skirt], shares[AT["trousers"]][skirt] = 0.6, 0.15
    shares[:, legs] = 0.01
    for name, share in (("trousers", 0.3), ("left_leg", 0.3), ("right_leg", 0.3)):
        shares[AT[name]][legs] = share
    for name in TIGHTS:
        shares[AT[name]] = 0
    shares = np.asarray(shares / shares.sum(0), np.float32)
    return person.View(person.smoothed(picture), matte, shares, marks(), tights)


def share_of_tights(view: person.View) -> float:
    made = np.array(LABELS)[hardened(decided(view), 1.0).argmax(0)]
    return float(np.isin(made[SHINS], TIGHTS).mean())


def test_black_stockings_under_a_skirt_are_tights_where_the_head_says_so() -> None:
    assert share_of_tights(in_a("skirt", 2.0)) > 0.95


def test_so_are_they_under_a_long_top_where_nobody_would_look_for_them() -> None:
    assert share_of_tights(in_a("upper_clothes", 2.0)) > 0.95
    assert share_of_tights(in_a("upper_clothes", None)) < 0.05


def test_they_are_none_where_it_says_that_there_are_none() -> None:
    assert share_of_tights(in_a("skirt", -4.0)) < 0.05


def test_a_network_that_knows_tights_is_left_alone() -> None:
    view = in_a("skirt", 2.0)
    view.shares[AT["left_tights"]] += 0.1
    inside = view.cover > person.INSIDE
    seen = person.described(view, inside, view.shares[:, inside])
    assert np.array_equal(seen.shares, view.shares[:, inside])


@pytest.mark.parametrize("said", [None, -3.0, 3.0])
def test_what_the_head_says_reaches_each_person(said: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    picture, matte = standing()
    views: list[person.View] = []

    def keep(view: person.View, *rest: object) -> Plane:
        views.append(view)
        return person.decided(view, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(everyone, "decided", keep)
    evidence = dataclasses.replace(
        row_of_people(1, matte.shape),
        alpha=matte, people=np.ones((1, *matte.shape), np.float32),
        parts=np.full((len(PARTS), *matte.shape), 1 / len(PARTS), np.float32),
    )  # fmt: skip
    outfits = None
    if said is not None:
        outfits = np.zeros((1, 7), np.float32)
        outfits[0, 5] = said
    everyone.parts_of(picture, evidence, everyone.Details((marks(),), (), outfits), 1.0)
    assert [view.tights for view in views] == [said]
