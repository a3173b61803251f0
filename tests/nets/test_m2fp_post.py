"""What M2FP's answers mean: the published list beside a plain computation of it, people, parts, evidence."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from anatomatte.nets.m2fp.model import KINDS, M2FPPrediction
from anatomatte.nets.m2fp.net import Raw
from anatomatte.nets.m2fp.people import to_evidence
from anatomatte.nets.m2fp.post import Decoded, Placement, find_many, find_one, hopeful
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.evidence import PeopleEvidence
from made.m2fp_made import FULL, HUMAN, LABELS, answer, label, two_people

SMALL = Placement((320, 576), (320, 569), (0, 0, 320, 569), (270, 480))


def plainly(raw: Raw, place: Placement) -> list[tuple[int, float, NDArray[np.bool_]]]:
    """The published list with every query at full size and nothing left out early."""
    full = F.interpolate(raw.masks[None], place.padded, mode="bilinear", align_corners=False)
    real = full[:, :, : place.real[0], : place.real[1]]
    masks = F.interpolate(real, place.size, mode="bilinear", align_corners=False)[0]
    chances = raw.logits.softmax(-1)[:, :-1].flatten()
    listed = []
    for chance, pair in zip(*(t.tolist() for t in chances.topk(100)), strict=True):
        query, found = divmod(pair, HUMAN + 1)
        inside = masks[query] > 0
        quality = masks[query].sigmoid()[inside].sum() / (inside.sum() + 1e-6)
        score = float(chance * quality)
        if found != 0 and score >= 0.1:
            listed.append((found, score, inside.numpy()))
    return sorted(listed, key=lambda one: (one[0] == HUMAN, -one[1]))


def seen_of(found: Decoded, place: Placement, kind: int = 21) -> M2FPPrediction:
    painted = np.concatenate([np.full((1, *place.size), 0.5, np.float32), found.people])
    ids = painted.argmax(0).astype(np.uint8)
    of = KINDS[kind]
    return M2FPPrediction(
        of.name, of.labels, found.classes, found.people, ids, found.scores, found.class_scores, ()
    )


def check_laws(seen: M2FPPrediction) -> None:
    for plane in (seen.classes, seen.people, seen.scores, seen.class_scores):
        assert plane.dtype == np.float32 and np.isfinite(plane).all()
        assert not plane.size or (plane.min() >= 0 and plane.max() <= 1)
    assert not len(seen.people) or seen.people.sum(0).max() <= 1 + 1e-5
    for k in range(len(seen.people)):
        assert seen.person(k).sum(0).max() <= seen.people[k].max() + 1e-5
    evidence = to_evidence(seen)
    for plane in (evidence.alpha, evidence.parts, evidence.people, evidence.held):
        assert plane.dtype == np.float32 and np.isfinite(plane).all()
        assert not plane.size or (plane.min() >= 0 and plane.max() <= 1 + 1e-5)
    assert np.allclose(evidence.parts.sum(0), 1, atol=1e-4)
    assert not len(evidence.people) or evidence.people.sum(0).max() <= 1 + 1e-4
    assert len(evidence.people) == len(evidence.heads)


@pytest.mark.parametrize("place", [SMALL, FULL], ids=["small", "padded"])
def test_the_list_is_the_published_one(place: Placement) -> None:
    raw = answer(two_people(), place)
    want = plainly(raw, place)
    got = find_many(raw, place, 8).instances
    assert [one.label for one in got] == [found for found, _, _ in want]
    assert len(want) == 14
    same = total = 0
    for one, (_, score, mask) in zip(got, want, strict=True):
        assert one.score == pytest.approx(score, abs=1e-4)
        full = one.full(place.size)
        same += int((full & mask).sum())
        total += int((full | mask).sum())
    assert same / total >= 0.995


def test_a_noisy_answer_keeps_its_list() -> None:
    draw = torch.Generator().manual_seed(5)
    coarse = torch.randn(1, 40, 10, 18, generator=draw) * 6 - 2
    masks = F.interpolate(coarse, (80, 144), mode="bicubic", align_corners=False)[0]
    raw = Raw(torch.randn(40, HUMAN + 2, generator=draw) * 3, masks)
    want, got = plainly(raw, SMALL), find_many(raw, SMALL, 8).instances
    assert len(want) > 20
    assert [one.label for one in got] == [found for found, _, _ in want]
    for one, (_, score, mask) in zip(got, want, strict=True):
        assert one.score == pytest.approx(score, abs=2e-3)
        assert (one.full(SMALL.size) == mask).mean() >= 0.999


def test_hopeless_pairs_are_not_drawn() -> None:
    raw = answer(two_people(), SMALL)
    drawn = [query for query, _ in hopeful(raw)]
    assert len(drawn) == 14 and 14 not in drawn and 15 not in drawn


def test_two_people_and_their_parts() -> None:
    seen = seen_of(find_many(answer(two_people(), SMALL), SMALL, 8), SMALL)
    check_laws(seen)
    assert len(seen.people) == 2 and seen.scores[0] > seen.scores[1]
    high, wide = SMALL.size
    at = {
        name: (round(y * high), round(x * wide)) for name, x, y in (("left", 0.35, 0.5), ("right", 0.6, 0.5))
    }
    assert seen.ids[at["right"]] == 1 and seen.ids[at["left"]] == 2  # the surer one is the first
    assert seen.people[0][at["right"]] > 0.99 and seen.people[1][at["left"]] > 0.99
    between = (round(0.5 * high), round(0.47 * wide))  # inside both outlines: the better keeps it
    assert seen.ids[between] == 1
    assert seen.parsing(0)[at["right"]] == label("upper-clothes")
    assert seen.parsing(0)[at["left"]] == 0
    assert 0.5 < seen.parsing_score(0) < 0.95
    pants = seen.person(1)[label("pants")]
    assert pants[round(0.75 * high), round(0.35 * wide)] > 0.99
    assert pants[:, round(0.55 * wide) :].max() < 1e-6


def test_no_more_people_than_asked_for() -> None:
    assert len(find_many(answer(two_people(), SMALL), SMALL, 1).people) == 1


def test_somebody_seen_twice_is_one_person() -> None:
    said = two_people()
    said.append((label("human"), 0.6, (0.6, 0.5, 0.155, 0.44)))
    said.append((label("human"), 0.2, (0.9, 0.5, 0.05, 0.2)))  # listed, but no evidence
    found = find_many(answer(said, SMALL), SMALL, 8)
    assert len(found.people) == 2
    assert sum(one.label == HUMAN for one in found.instances) == 4


def test_nobody() -> None:
    seen = seen_of(find_many(answer([], SMALL), SMALL, 8), SMALL)
    check_laws(seen)
    assert seen.people.shape == (0, *SMALL.size) and not seen.classes.any() and not seen.ids.any()
    evidence = to_evidence(seen)
    assert not evidence.alpha.any() and (evidence.parts[0] == 1).all()


def test_parts_without_a_person_are_somebodys() -> None:
    said = [one for one in two_people() if one[0] != HUMAN]
    evidence = to_evidence(seen_of(find_many(answer(said, SMALL), SMALL, 8), SMALL))
    assert len(evidence.people) == 1 and evidence.alpha.max() > 0.8


def test_any_answer_keeps_the_laws() -> None:
    place = Placement((160, 288), (160, 285), (0, 0, 160, 285), (90, 160))
    for seed in range(8):
        draw = torch.Generator().manual_seed(seed)
        loud = 10.0 ** (seed % 4)
        raw = Raw(
            torch.randn(40, HUMAN + 2, generator=draw) * loud,
            torch.randn(40, 40, 72, generator=draw) * loud,
        )
        check_laws(seen_of(find_many(raw, place, 8), place))
        one = Raw(raw.logits[:, :21], raw.masks)
        check_laws(seen_of(find_one(one, place), place, 20))


def test_labels_become_parts() -> None:
    seen = seen_of(find_many(answer(two_people(), SMALL), SMALL, 8), SMALL)
    evidence = to_evidence(seen)
    high, wide = SMALL.size

    def share(name: str, x: float, y: float) -> float:
        return float(evidence.parts[INDEX[name], round(y * high), round(x * wide)])

    assert share("upper_clothes", 0.6, 0.45) > 0.95
    assert share("left_tights", 0.6, 0.91) == pytest.approx(share("right_tights", 0.6, 0.91))
    assert share("left_tights", 0.6, 0.91) > 0.3
    assert share("other", 0.6, 0.55) < 0.05 < 0.9 < share("other", 0.7, 0.66)  # seen as a person, as no part
    assert share("background", 0.05, 0.5) > 0.99
    assert abs(evidence.heads[0, 0] - 0.6) < 0.02 and abs(evidence.heads[0, 1] - 0.19) < 0.04


def test_another_look_tells_an_arm_from_its_hand() -> None:
    seen = seen_of(find_many(answer(two_people(), SMALL), SMALL, 8), SMALL)
    guide = np.full((len(PARTS), 27, 48), 1e-3, np.float32)
    guide[INDEX["left_arm"], :13] = guide[INDEX["left_hand"], 13:] = 0.9
    held = np.zeros((27, 48), np.float32)
    held[:, :2] = 1
    nobody = np.zeros((0, 27, 48), np.float32)
    prior = PeopleEvidence(held, held, guide, nobody, np.zeros((0, 3), np.float32))
    evidence = to_evidence(seen, prior)
    column = round(0.72 * SMALL.size[1])
    arm, hand = evidence.parts[INDEX["left_arm"], :, column], evidence.parts[INDEX["left_hand"], :, column]
    assert arm[110] > 0.95 and hand[150] > 0.95 and arm[150] < 0.05
    assert np.allclose(evidence.parts.sum(0), 1, atol=1e-4)
    assert evidence.held[:, 2].min() > 0.9 and evidence.parts[INDEX["held"], :, 2].min() > 0.9


def test_whose_a_pixel_is_goes_a_little_beyond_the_edge() -> None:
    evidence = to_evidence(seen_of(find_many(answer(two_people(), SMALL), SMALL, 8), SMALL))
    inside = evidence.alpha > 0.02
    assert np.allclose(evidence.people.sum(0)[inside], 1, atol=1e-3)
    assert evidence.people[0, 100, 380] > 0.99 and evidence.people[1, 100, 75] > 0.99


def test_one_person_is_a_sum_of_masks() -> None:
    board = Placement((512, 384), (512, 384), (64, 0, 384, 384), (192, 192))
    said = [(label("face"), 0.9, (0.5, 0.4, 0.2, 0.1)), (label("hair"), 0.8, (0.5, 0.25, 0.2, 0.1))]
    whole = answer([*said, (0, 0.5, (0.5, 0.5, 3, 3))], board)
    raw = Raw(torch.cat((whole.logits[:, :20], whole.logits[:, -1:]), 1), whole.masks)
    found = find_one(raw, board)
    chances = raw.logits.softmax(-1)[:, :-1]
    full = F.interpolate(raw.masks[None], (512, 384), mode="bilinear", align_corners=False)[0].sigmoid()
    want = torch.einsum("qc,qhw->chw", chances, full)[:, 64:448]
    want = F.interpolate(want[None], (192, 192), mode="bilinear", align_corners=False)[0]
    assert np.abs(found.classes - want.clamp(0, 1).numpy()).max() < 0.01
    winner = want.argmax(0)
    assert [one.label for one in found.instances] == winner.unique().tolist()
    for one in found.instances:
        mask = (winner == one.label).numpy()
        assert (one.full((192, 192)) == mask).all()
        score = want[one.label].sigmoid()[torch.from_numpy(mask)].sum() / (mask.sum() + 1)
        assert one.score == pytest.approx(float(score), abs=1e-3)
    assert found.people.shape[0] == 1
    check_laws(seen_of(found, board, 20))
    assert LABELS[found.classes[:, 70, 96].argmax()] == "face"
