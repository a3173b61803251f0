"""Published networks beside our own: what a compositor keeps of whom, when the three do not agree.

The networks are painted: red is what ours sees (bright red a head), green what the portrait network sees,
blue whole figures, of which the trunk means the one nearest to the middle of a crop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from anatomatte.nets.own.ensemble import PeopleModel
from anatomatte.nets.own.people_net import PeopleNet, Shape, save
from anatomatte.nets.own.pose_trunk import TrunkShape
from anatomatte.parts import PARTS
from anatomatte.people import trust
from anatomatte.people.calibration import decided
from anatomatte.people.evidence import PeopleEvidence, Plane
from anatomatte.people.instances import Prediction
from anatomatte.people.observe import observe_people
from anatomatte.people.trust import (
    LOGIT_LIMIT,
    PublishedVotes,
    combine,
    portrait_agreement,
    pose_agreement,
    trust_pose,
    trust_uncropped,
)

Box = tuple[int, int, int, int]
"""Top, bottom, left, right."""

ALL = "own portrait figure"
BODY, HEAD = 0.7, 1.0


class Painted:
    """Networks that see what is painted.

    Args:
        own: the logit of our own network where it sees somebody; elsewhere it is the negative.
        portrait: whether the portrait network is there, and
        overlooks: up to which share of a crop's longer side it overlooks people.
        figure: whether the trunk tells its figure.
        headless: our own sees no head lower than this many pixels of its own.
    """

    long_sides = (128,)
    variants = 2

    def __init__(
        self,
        own: float = 4.0,
        portrait: bool = True,
        overlooks: float = 0.0,
        figure: bool = True,
        headless: float = 0.0,
    ) -> None:
        self.own, self.portrait, self.overlooks = own, portrait, overlooks
        self.figure, self.headless = figure, headless
        self.runs: list[tuple[int, int]] = []

    def infer(
        self,
        wanted: Sequence[tuple[Plane, int, int]],
        threads: int = 1,
        check: Callable[[], None] = lambda: None,
    ) -> list[Prediction]:
        self.runs += [(picture.shape[0], picture.shape[1]) for picture, _, _ in wanted]
        return [self._view(picture, near) for picture, _, near in wanted]

    def _view(self, picture: Plane, near: bool) -> Prediction:
        height, width = picture.shape[:2]
        body = picture[..., 0] > 0.4
        alpha = np.full((2, height, width), -8, np.float32)
        alpha[0] = np.where(body, self.own, -self.own)
        cells = height // 4, width // 4
        centre, offset = np.zeros(cells, np.float32), np.zeros((2, *cells), np.float32)
        y, x = np.mgrid[0 : cells[0], 0 : cells[1]].astype(np.float32)
        heads = []
        for piece, box in pieces(picture[..., 0] > 0.85):
            if box[1] - box[0] >= self.headless:
                row, column = ((np.nonzero(piece)[axis].mean() + 0.5) / 4 - 0.5 for axis in (0, 1))
                spot = np.exp(-((x - round(column)) ** 2 + (y - round(row)) ** 2) / 2)
                centre = np.maximum(centre, np.float32(0.9) * spot)
                heads.append((column, row))
        if heads:
            mine = np.argmin([abs(x - column) for column, _ in heads], 0)
            offset[0] = (np.array([c for c, _ in heads])[mine] - x) / cells[1]
            offset[1] = (np.array([r for _, r in heads])[mine] - y) / cells[0]
        there = cv2.resize(body.astype(np.float32), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        parts = np.zeros((len(PARTS), height // 2, width // 2), np.float32)
        parts[0], parts[7] = 1 - there, there
        told = self._figure(picture) if self.figure else None, self._portrait(picture, near)
        return Prediction(alpha, parts, centre, offset, *told)

    def _figure(self, picture: Plane) -> Plane:
        middle = np.array(picture.shape[:2]) / 2
        found = pieces(picture[..., 2] > 0.4)
        away = [np.hypot(*(np.array([(t + b) / 2, (le + r) / 2]) - middle)) for _, (t, b, le, r) in found]
        one = found[int(np.argmin(away))][0] if found else np.zeros(picture.shape[:2], np.bool_)
        return np.where(one, 8, -8).astype(np.float32)

    def _portrait(self, picture: Plane, near: bool) -> Plane | None:
        if not (near and self.portrait):
            return None
        least = self.overlooks * max(picture.shape[:2])
        there = np.full(picture.shape[:2], -8, np.float32)
        for piece, (top, bottom, left, right) in pieces(picture[..., 1] > 0.4):
            if max(bottom - top, right - left) > least:
                there[piece] = 8
        return np.asarray(cv2.resize(there, (96, 96), interpolation=cv2.INTER_AREA), np.float32)


def pieces(there: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], Box]]:
    """What hangs together, and its box."""
    count, label, stats, _ = cv2.connectedComponentsWithStats(there.astype(np.uint8))
    boxes = [(t, t + h, le, le + w) for le, t, w, h, _ in stats.tolist()]
    return [(label == k, boxes[k]) for k in range(1, count)]


def black(height: int = 512, width: int = 512) -> Plane:
    return np.zeros((height, width, 3), np.float32)


def paint(picture: Plane, box: Box, by: str = ALL, head: bool = False) -> Box:
    """Somebody or a piece of somebody, seen *by* these; the head is the upper fifth."""
    top, bottom, left, right = box
    for channel, who in enumerate(ALL.split()):
        if who in by.split():
            picture[top:bottom, left:right, channel] = BODY
    if head:
        side = round(0.2 * (right - left))
        picture[top : top + round(0.2 * (bottom - top)), left + side : right - side, 0] = HEAD
    return box


def seen_by(network: Painted, picture: Plane, **how: Any) -> PeopleEvidence:
    seen = observe_people(picture, network, **how)
    for plane in (seen.alpha, seen.held, seen.parts, seen.people):
        assert np.isfinite(plane).all()
        assert plane.size == 0 or (plane.min() >= 0 and plane.max() <= 1)
    return seen


def inside(seen: PeopleEvidence, picture: Plane, box: Box) -> float:
    """Mean coverage of the inner part of a box of the plate."""
    height, width = picture.shape[:2]
    top, bottom, left, right = box
    y, x = (bottom - top) // 5, (right - left) // 5
    full = cv2.resize(seen.alpha, (width, height), interpolation=cv2.INTER_LINEAR)
    return float(full[top + y : bottom - y, left + x : right - x].mean())


def settled(seen: PeopleEvidence, picture: Plane, box: Box) -> float:
    """The same after doubt is settled, as the edge's solver takes it."""
    return inside(replace(seen, alpha=decided(seen.alpha)), picture, box)


# ---- who is somebody


def someone_and_a_blob() -> tuple[Plane, Box, Box]:
    picture = black(480, 640)
    return picture, paint(picture, (20, 460, 60, 260), head=True), paint(picture, (180, 300, 440, 580), "own")


@pytest.mark.parametrize("figure", [False, True])
def test_a_blob_vanishes_where_the_portrait_network_sees_nobody(figure: bool) -> None:
    picture, somebody, blob = someone_and_a_blob()
    seen = seen_by(Painted(own=3, figure=figure), picture)
    assert inside(seen, picture, blob) < 0.25 and settled(seen, picture, blob) < 0.02
    assert inside(seen, picture, somebody) > 0.98
    assert len(seen.people) == 1


def test_without_a_portrait_network_the_blob_stays() -> None:
    picture, somebody, blob = someone_and_a_blob()
    seen = seen_by(Painted(own=3, portrait=False), picture)
    assert inside(seen, picture, blob) > 0.94 and inside(seen, picture, somebody) > 0.94


def test_a_blob_takes_no_crop_from_anybody() -> None:
    picture = black(480, 960)
    paint(picture, (20, 460, 60, 260), head=True)
    paint(picture, (180, 240, 640, 700), "own")
    asked, alone = Painted(), Painted(portrait=False)
    seen_by(asked, picture), seen_by(alone, picture)
    assert len(asked.runs) == len(alone.runs) - 1


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("overlooks", [0.3, 2.0])
def test_who_is_small_and_overlooked_stays(beside: bool, overlooks: float) -> None:
    """The first inference shows no head and the portrait network nobody; or it never sees him (2.0)."""
    picture = black(480, 960)
    somebody = paint(picture, (20, 460, 100, 300), head=True) if beside else None
    small = paint(picture, (300, 400, 750, 795), head=True)
    network = Painted(overlooks=overlooks if not beside else 0.3, headless=4)
    seen = seen_by(network, picture)
    assert inside(seen, picture, small) > 0.95
    assert somebody is None or inside(seen, picture, somebody) > 0.95
    assert len(seen.people) == (2 if beside else 1)
    seen = seen_by(Painted(overlooks=0.3), picture, crops=False)
    assert inside(seen, picture, small) > 0.95


# ---- who sees anybody at all


def seen_in_part(share: float) -> tuple[float, float]:
    """Somebody whom the portrait network sees only this far down: the upper end's coverage, the lower's."""
    picture = black()
    paint(picture, (40, 480, 180, 340), "own", head=True)
    paint(picture, (40, 40 + round(440 * share), 180, 340), "portrait")
    seen = seen_by(Painted(), picture)
    return inside(seen, picture, (40, 80, 180, 340)), inside(seen, picture, (400, 480, 180, 340))


def test_a_portrait_network_that_is_asleep_does_not_count() -> None:
    seen = {share: seen_in_part(share) for share in (0.0, 0.15, 0.4, 0.75)}
    alone = 1 / (1 + np.exp(-4.0))
    assert seen[0.0] == pytest.approx((alone, alone), abs=1e-3)
    assert seen[0.15] == pytest.approx((alone, alone), abs=1e-3)
    assert 0.4 < seen[0.4][1] < 0.9
    assert seen[0.75][1] == pytest.approx(1 / (1 + np.exp(1.0)), abs=0.01)  # 4 and -6, halved
    assert all(upper > 0.97 for upper, _ in seen.values())


# ---- the figure


@pytest.mark.parametrize("portrait", [False, True])
@pytest.mark.parametrize("cut", [False, True])
def test_a_figure_counts_unless_the_frame_cuts_somebody_off(cut: bool, portrait: bool) -> None:
    """Legs of four kinds; the portrait network, where it is there, says what the figure says."""
    picture, top = black(), 112 if cut else 20
    body = paint(picture, (top, top + 280, 100, 420), head=True)
    missing = paint(picture, (top + 280, top + 400, 100, 160), "portrait figure")
    both = paint(picture, (top + 280, top + 400, 160, 250))
    other = paint(picture, (top + 280, top + 400, 250, 340), "own")
    leg = paint(picture, (top + 280, top + 400, 340, 420))
    seen = seen_by(Painted(portrait=portrait, own=5), picture)
    assert all(inside(seen, picture, box) > 0.95 for box in (body, both, leg))
    filled, taken = inside(seen, picture, missing), inside(seen, picture, other)
    if not cut:
        assert filled > (0.9 if portrait else 0.6) and taken < (0.1 if portrait else 0.4)
    elif not portrait:
        assert filled < 0.02 and taken > 0.98


@pytest.mark.parametrize("gap", [140, 0])
@pytest.mark.parametrize("portrait", [False, True])
def test_the_second_of_two_is_not_erased(gap: int, portrait: bool) -> None:
    picture = black(480, 640)
    meant = paint(picture, (30, 450, 150, 310), head=True)
    other = paint(picture, (30, 450, 310 + gap, 470 + gap), "own portrait", head=True)
    seen = seen_by(Painted(portrait=portrait), picture)
    assert inside(seen, picture, meant) > 0.98 and inside(seen, picture, other) > 0.98
    assert len(seen.people) == 2


def test_each_is_found_from_his_own_crop() -> None:
    """A leg that only the figure sees is filled in for both, though each crop means one of them."""
    picture, legs, bodies = black(480, 960), [], []
    for left in (150, 700):
        bodies.append(paint(picture, (100, 160, left, left + 80), head=True))
        paint(picture, (160, 220, left, left + 40))
        legs.append(paint(picture, (160, 220, left + 40, left + 80), "figure"))
    near, afar = Painted(portrait=False), Painted(portrait=False)
    seen = seen_by(near, picture)
    assert len(near.runs) == 4 and len(seen.people) == 2
    assert all(inside(seen, picture, box) > 0.95 for box in bodies)
    assert all(inside(seen, picture, box) > 0.6 for box in legs)
    seen = seen_by(afar, picture, crops=False)
    assert len(afar.runs) == 1 and all(inside(seen, picture, box) < 0.1 for box in legs)


def test_an_arm_that_reaches_to_somebody_else_is_kept() -> None:
    picture = black(480, 640)
    meant = paint(picture, (30, 450, 60, 220), head=True)
    other = paint(picture, (30, 450, 430, 590), "own", head=True)
    paint(picture, (150, 210, 220, 410), "figure")
    hand = 150, 210, 350, 410
    seen = seen_by(Painted(portrait=False), picture)
    assert inside(seen, picture, hand) > 0.7
    assert inside(seen, picture, meant) > 0.98 and inside(seen, picture, other) > 0.98
    without = seen_by(Painted(portrait=False, figure=False), picture)
    assert inside(without, picture, hand) < 0.05


# ---- laws


CROWD = (60, 440, 100, 260), (300, 420, 700, 740), (60, 160, 500, 560), (360, 420, 740, 760)


def crowd() -> Plane:
    """Somebody large, somebody small, a blob and what only published networks see."""
    picture = black(480, 960)
    for box, by, head in zip(CROWD, (ALL, ALL, "own", "portrait figure"), (1, 1, 0, 0), strict=True):
        paint(picture, box, by, bool(head))
    return picture


@pytest.mark.parametrize("crops", [False, True])
def test_a_mirrored_picture_is_seen_mirrored(crops: bool) -> None:
    picture, turned = crowd(), np.ascontiguousarray(crowd()[:, ::-1])
    one, other = (seen_by(Painted(), shown, crops=crops) for shown in (picture, turned))
    for top, bottom, left, right in CROWD:
        there = inside(other, turned, (top, bottom, 960 - right, 960 - left))
        assert inside(one, picture, (top, bottom, left, right)) == pytest.approx(there, abs=1e-3)
    assert crops or np.allclose(one.alpha, other.alpha[:, ::-1], atol=1e-4)
    assert len(one.people) == len(other.people) == 2
    assert np.allclose(one.heads[:, 0], 1 - other.heads[:, 0], atol=0.035)


def test_threads_change_nothing(tmp_path: Path) -> None:
    torch.manual_seed(0)
    trunk = TrunkShape(stem=8, widths=(8, 8, 8, 16, 16, 16), expand=2, back=8, soft=4)
    net = PeopleNet(Shape(trunk, context=16, attention=1, decoder=(8, 8, 8, 16)))
    save(net.state_dict(), net.shape, tmp_path / "small.safetensors", {"long_side": "128"})
    model = PeopleModel([tmp_path / "small.safetensors"])
    picture = cv2.resize(crowd(), (480, 240))
    view = model.infer([(picture[:64, :96], 0, True)])[0]
    assert view.pose_mask is not None and view.portrait is not None
    for network, shown in ((model, picture), (Painted(), crowd())):
        one, three = (observe_people(shown, network, threads=n) for n in (1, 3))
        for name in ("alpha", "held", "parts", "people", "heads"):
            assert np.array_equal(getattr(one, name), getattr(three, name)), name


def test_who_is_not_trusted_changes_nothing_and_logits_are_bounded() -> None:
    own = np.array([[-50, -2, 0, 2, 50]], np.float32)
    votes, everywhere, nowhere = (
        PublishedVotes((1, 5)),
        np.ones((1, 5), np.float32),
        np.zeros((1, 5), np.float32),
    )
    clipped = np.clip(own, -LOGIT_LIMIT, LOGIT_LIMIT)
    assert np.array_equal(combine(own, votes, 1.0, everywhere), clipped)
    votes.add_portrait(np.s_[0:1, 0:5], np.full((1, 5), -1e30, np.float32), nowhere)
    votes.add_pose(np.s_[0:1, 0:5], np.full((1, 5), 1e30, np.float32), nowhere)
    assert np.array_equal(combine(own, votes, 1.0, everywhere), clipped)
    votes.add_portrait(np.s_[0:1, 0:5], np.full((1, 5), np.inf, np.float32), everywhere)
    votes.add_pose(np.s_[0:1, 0:5], np.full((1, 5), -np.inf, np.float32), everywhere)
    assert np.array_equal(combine(own, votes, 0.0, nowhere), clipped)
    assert np.allclose(combine(own, votes, 1.0, nowhere), (clipped + LOGIT_LIMIT) / 2, atol=1e-4)
    assert np.allclose(combine(own, votes, 1.0, everywhere), clipped / 3, atol=1e-4)
    assert np.allclose(combine(own, votes, 0.5, everywhere), (clipped - LOGIT_LIMIT / 2) / 2.5, atol=1e-4)


def test_portrait_predictions_are_averaged_and_pose_segmentations_are_gathered() -> None:
    votes, ones = PublishedVotes((1, 4)), np.ones((1, 4), np.float32)
    votes.add_portrait(np.s_[0:1, 0:4], 6 * ones, ones)
    votes.add_portrait(np.s_[0:1, 2:4], -6 * ones[:, :2], np.array([[1, 0.5]], np.float32))
    assert np.allclose(votes.portrait, [[6, 6, 0, 2]], atol=1e-4) and np.array_equal(
        votes.portrait_trust, ones
    )
    votes.add_pose(np.s_[0:1, 0:3], np.array([[9, -9, -9]], np.float32), ones[:, :3])
    votes.add_pose(np.s_[0:1, 1:4], np.array([[9, -9, 9]], np.float32), np.array([[1, 0.5, 0.5]], np.float32))
    votes.add_pose(np.s_[0:1, 0:1], np.full((1, 1), -9, np.float32), ones[:, :1])  # means somebody else
    assert np.allclose(votes.pose, [[6, 6, -6, 0]], atol=1e-4)
    assert np.allclose(votes.pose_trust, [[1, 1, 1, 0.5]], atol=1e-4)


def test_each_is_believed_inside_of_his_kind_of_picture() -> None:
    def numbers(*values: float) -> Plane:
        return np.array(values, np.float32)

    assert trust.trust_portrait(numbers(0.1, 0.25, 0.375, 0.5, 1)).tolist() == [0, 0, 0.5, 1, 1]
    assert trust_uncropped(numbers(0, 0.15, 0.25, 0.35, 1)) == pytest.approx([1, 1, 0.5, 0, 0], abs=1e-5)
    assert pose_agreement(numbers(0.4, 0.55, 0.7)) == pytest.approx([0, 0.5, 1], abs=1e-5)
    assert [portrait_agreement(x) for x in (0, 0.25, 0.4, 0.55, 1)] == pytest.approx(
        [0, 0, 0.5, 1, 1], abs=1e-5
    )
    assert trust_pose(numbers(64, 115.2, 160, 256), 256) == pytest.approx([0, 0.5, 1, 1], abs=1e-4)
    assert trust_pose(numbers(320, 360, 400, 600), 480) == pytest.approx([1, 0.5, 0, 0], abs=1e-4)
