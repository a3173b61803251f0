"""Parts of a person: regions follow edges, landmarks say where, what stays open is told."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from anatomatte.faces.outlines import OVAL
from anatomatte.people.landmarks import Landmarks
from anatomatte.people.parts import graph, person, regions, trust
from anatomatte.people.parts.body import body_of
from anatomatte.people.parts.boxes import spread
from anatomatte.people.parts.fields import fields
from anatomatte.people.parts.gaussians import fitted
from anatomatte.people.parts.hardness import hardened, unsure
from anatomatte.people.parts.labels import AT, LABELS
from anatomatte.people.parts.near import Look, head_window, with_looks
from anatomatte.people.parts.prior import prior
from anatomatte.people.parts.seen import PersonEvidence
from made.face_marks import turned
from made.people_marks import SIZE, Plane, decided, labelled, marks, standing


def view(mark: Landmarks | None) -> person.View:
    picture, matte = standing()
    return person.View(person.smoothed(picture), matte, labelled(), mark)


def test_landmarks_regions_and_colours_decide_what_the_network_leaves_open() -> None:
    made = hardened(decided(view(marks())), 1.0)
    assert made.sum(0) == pytest.approx(1, abs=1e-5)
    best = made.argmax(0)
    for name, row, column in (
        ("hair", 10, 60), ("face", 32, 60), ("upper_clothes", 80, 60), ("trousers", 160, 72),
        ("trousers", 160, 48), ("left_shoe", 216, 73), ("right_shoe", 216, 47),
    ):  # fmt: skip
        assert LABELS[best[row, column]] == name, (name, LABELS[best[row, column]])
        assert made[AT[name], row, column] > 0.9
    alone = decided(view(None))
    assert alone[AT["left_shoe"], 216, 73] == pytest.approx(alone[AT["right_shoe"], 216, 73], rel=0.1)


def test_a_cheek_in_shade_is_face_though_it_has_the_hairs_colour() -> None:
    mark, (picture, matte) = marks(), standing()
    mesh = turned(scale=1.5, at=(60, 29))[:468].astype(np.float32)
    yy, xx = np.mgrid[: SIZE[0], : SIZE[1]]
    face = cv2.fillPoly(np.zeros(SIZE, np.uint8), [np.rint(mesh[list(OVAL), :2]).astype(np.int32)], 1) > 0
    picture[(matte > 0) & (yy < 45)] = picture[10, 60]
    picture[face] = (0.6, 0.42, 0.34)
    picture[face & (xx > 58)] = picture[10, 60]  # as dark as the hair, and of one region with it
    shown = person.View(person.smoothed(picture), matte, labelled(), dataclasses.replace(mark, face=mesh))
    made = hardened(decided(shown), 1.0)
    within = cv2.erode(face.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert made[AT["face"]][within].mean() > 0.85
    assert made[AT["hair"], 8, 60] > 0.9


def test_sides_are_the_persons_own() -> None:
    """Turned around, the same picture has its left at the left, and no face."""
    made = decided(view(marks(turned=True)))
    assert made[AT["right_shoe"], 216, 73] > made[AT["left_shoe"], 216, 73]
    inside = standing()[1] > 0
    assert not body_of(marks(turned=True), inside).facing and body_of(marks(), inside).facing
    before = decided(view(marks()))
    assert made[AT["face"]][20:40, 50:70].mean() < 0.5 * before[AT["face"]][20:40, 50:70].mean()


def test_black_pictures_divide_by_nothing() -> None:
    picture, matte = standing()
    with np.errstate(all="raise", under="ignore"):
        made = decided(person.View(person.smoothed(0 * picture), matte, labelled(), marks()))
    assert np.isfinite(made).all()


def test_outside_of_the_person_the_nearest_pixel_carries_on() -> None:
    inside = np.zeros((6, 8), np.bool_)
    inside[1:5, 2:4] = inside[2, 6] = True
    made = spread(np.arange(int(inside.sum()), dtype=np.float32)[None], inside)[0]
    assert np.array_equal(made[inside], np.arange(9)), "inside they stay as they are"
    assert made[0, 2] == made[1, 2] and made[5, 0] == made[4, 2] and made[2, 7] == made[2, 6]


def test_one_outfit_is_one_for_the_whole_person() -> None:
    def skirt(_: PersonEvidence) -> dict[str, float]:
        return {"dress": -4.0, "skirt": 0.0, "trousers": -4.0}

    made = decided(view(marks()), skirt)
    usual = decided(view(marks()))
    legs = np.s_[150, 50:70]
    assert made[AT["skirt"]][legs].sum() > usual[AT["skirt"]][legs].sum()


def test_regions_follow_edges_whatever_their_size() -> None:
    rng = np.random.default_rng(3)
    lab = np.zeros((60, 80, 3), np.float32)
    lab[:, 30:], lab[20:40, 50:70] = (90, 20, 10), (160, 0, 40)
    lab += rng.normal(0, 0.6, lab.shape).astype(np.float32)
    inside = np.ones((60, 80), np.bool_)
    inside[:, :5] = False
    of = np.full((60, 80), -1)
    of[inside] = regions.regions(lab, inside)
    truth = np.zeros((60, 80), int)
    truth[:, 30:], truth[20:40, 50:70] = 1, 2
    for k in range(3):  # but for the blur at an edge each thing is one region
        core = cv2.erode(((truth == k) & inside).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        core[:2], core[-2:], core[:, :7], core[:, -2:] = False, False, False, False
        assert len(set(of[core].tolist())) == 1
    assert len(set(of[inside].tolist())) < 8 and (of[~inside] == -1).all()


def test_what_is_surely_two_things_is_cut() -> None:
    of = np.zeros(100, np.intp)
    probable = np.full((3, 100), 0.02, np.float32)
    probable[0, :50], probable[1, 50:] = 0.96, 0.96
    assert len(set(regions.cut(of, probable).tolist())) == 2
    assert len(set(regions.cut(of, np.full((3, 100), 1 / 3, np.float32)).tolist())) == 1


def test_alike_regions_agree() -> None:
    colours = np.array([[50, 128, 128], [52, 128, 128], [200, 150, 90]], np.float32)
    places = np.array([[10, 10], [14, 10], [12, 14]], np.float32)
    listens = graph.likeness(colours, places, np.ones(3, np.float32), 20.0)
    assert listens.sum(1) == pytest.approx(1)
    made = graph.agreed(np.array([[2, 0, 0], [0, 0.2, 2]], np.float32), listens)
    assert made[0, 1] > 0.5 > made[0, 2]


def test_a_colour_model_knows_its_colours() -> None:
    rng = np.random.default_rng(0)
    two = np.concatenate([rng.normal(60, 3, (200, 3)), rng.normal(140, 3, (200, 3))]).astype(np.float32)
    model = fitted(two, np.ones(400, np.float32), 2)
    here, there = model.density(np.array([[60, 60, 60], [100, 100, 100]], np.float32))
    assert here > there + 20
    assert np.array_equal(model.means, fitted(two, np.ones(400, np.float32), 2).means)


@pytest.mark.parametrize("hardness", [0.0, 0.3, 1.0])
def test_hardness_goes_from_as_it_is_to_decided(hardness: float) -> None:
    shares = np.array([[0.6, 0.5], [0.3, 0.5], [0.1, 0.0]], np.float32)
    made = hardened(shares, hardness)
    assert made.sum(0) == pytest.approx(1, abs=1e-6)
    assert made[0, 1] == pytest.approx(0.5)  # what is open stays so
    firmer = hardened(shares, hardness + 0.2) if hardness < 1 else shares
    assert made[0, 0] == pytest.approx(0.6) if hardness == 0 else made[0, 0] > 0.6
    assert firmer[0, 0] > made[0, 0] or hardness == 1
    assert hardness < 1 or made[0, 0] > 0.98


def test_layers_that_stay_open_are_told_with_the_group_that_holds_them() -> None:
    cover = np.ones((10, 10), np.float32)
    shares = np.zeros((len(LABELS), 10, 10), np.float32)
    shares[AT["face"], :3] = 1
    shares[AT["coat"], 3:], shares[AT["upper_clothes"], 3:] = 0.55, 0.45
    assert unsure(shares, cover) == {"coat": "clothes", "upper_clothes": "clothes"}
    shares[AT["coat"], 3:], shares[AT["upper_clothes"], 3:] = 0.95, 0.05
    assert unsure(shares, cover) == {}


def test_landmarks_of_a_neighbour_are_not_believed() -> None:
    matte = standing()[1]
    mine = np.stack([matte, np.roll(matte, 60, 1) * (1 - matte)])
    assert trust.believed(marks(), mine, 0, SIZE)
    assert not trust.believed(marks(), mine, 1, SIZE)
    assert not trust.believed(marks(score=0.1), mine, 0, SIZE)


def test_a_close_up_is_believed_by_its_face() -> None:
    """Shoulders are beyond the frame; where limbs are is then a guess that puts no hand on a chin."""
    pose, inside = marks().pose.copy(), standing()[1] > 0
    pose[11:, 2] = 0.1
    mesh = np.random.default_rng(2).uniform((50, 18, 0), (70, 40, 1), (468, 3)).astype(np.float32)
    close, headless = (Landmarks(pose, face, None, None, 0.9) for face in (mesh, None))
    assert trust.believed(close, standing()[1][None], 0, SIZE)
    assert not trust.believed(headless, standing()[1][None], 0, SIZE)
    usual = Landmarks(marks().pose, mesh, None, None, 0.9)
    odds = [prior(body_of(one, inside))[AT["left_hand"]] for one in (close, usual)]
    assert (odds[0] <= -3).all() and odds[1].max() > -1


def odds_of(mark: Landmarks) -> Plane:
    """The log prior (labels, h, w) wherever a person's landmarks are."""
    return np.asarray(prior(body_of(mark, np.ones(SIZE, np.bool_))).reshape(-1, *SIZE), np.float32)


@pytest.mark.parametrize(
    ("name", "likely", "less", "nats"),
    [
        ("left_hand", (120, 88), (95, 86), 5),  # the forearm is no hand
        ("left_arm", (95, 86), (120, 88), 1.5),  # and the hand no arm
        ("trousers", (124, 72), (124, 88), 2),  # a hand beside a thigh is no trousers
        ("left_leg", (180, 72), (180, 90), 5),  # beside the leg
        ("left_leg", (180, 72), (112, 68), 3),  # above the hips
        ("left_leg", (180, 72), (218, 74), 3.5),  # the foot
        ("left_tights", (180, 72), (180, 90), 5),
        ("left_tights", (180, 72), (112, 68), 4),
        ("left_tights", (180, 72), (218, 74), 3.5),
        ("left_shoe", (218, 74), (180, 72), 3),
    ],
)
def test_limbs_are_likely_where_landmarks_have_them(
    name: str, likely: tuple[int, int], less: tuple[int, int], nats: float
) -> None:
    odds = odds_of(marks())[AT[name]]
    assert odds[likely] - odds[less] > nats


def test_where_limbs_lie_close_each_is_of_the_side_that_is_nearer() -> None:
    close = marks()
    close.pose[11:, 0] = 60 + 0.17 * (close.pose[11:, 0] - 60)
    close.pose[13:23, 0] = 60 + 0.3 * (close.pose[13:23, 0] - 60)
    close.pose[[11, 12, 23, 24], 0] = marks().pose[[11, 12, 23, 24], 0]  # the trunk stays as wide
    odds = odds_of(close)
    places = {"arm": (100, 62), "hand": (122, 62), "leg": (190, 63), "tights": (190, 63), "shoe": (217, 63)}
    for name, (row, column) in places.items():
        for own, other, x in (("left", "right", column), ("right", "left", 120 - column)):
            mine, his = odds[AT[f"{own}_{name}"], row, x], odds[AT[f"{other}_{name}"], row, x]
            assert mine - his > 1, name


def test_a_further_look_counts_in_its_window_alone() -> None:
    window = head_window(marks(), SIZE)
    assert window is not None and window.top == 0 and window.bottom < 130 and window.width % 32 == 0
    before = np.full((2, *SIZE), 0.5, np.float32)
    seen = np.zeros((2, 8, 8), np.float32)
    seen[1] = 1
    made = with_looks(before, (Look(window, seen, 3.0),), SIZE)
    assert made[1, 20, 60] == pytest.approx((0.5 + 3) / 4)
    assert np.array_equal(made[:, window.bottom + 1 :], before[:, window.bottom + 1 :])


def test_fields_sum_to_one_and_every_window_is_that_of_the_whole() -> None:
    rng = np.random.default_rng(1)
    shares = hardened(rng.random((5, 20, 30), np.float32) + np.float32(1e-3), 1.0)
    made = fields(shares, range(5), rng.random((97, 131), np.float32), 2.0)
    many = fields(shares, range(5), made.bright, 2.0, threads=3)

    def rows(k: int, y1: int, y2: int) -> Plane:
        out = np.zeros((y2 - y1, 131), np.float32)
        for part, x in made.rows((k,), y1, y2):
            out[:, x] += part
        return out

    whole = np.stack([rows(k, 0, 97) for k in range(5)])
    assert whole.sum(0) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(made.lines, many.lines)
    for y1, y2 in ((0, 1), (13, 40), (64, 97)):
        assert np.array_equal(rows(2, y1, y2), whole[2, y1:y2])
    columns = [slice(3, 20), slice(70, 129)]
    apart = [part for k in (4, 2) for part in many.rows((k,), 30, 80, columns)]  # asked for in another order
    assert [x for _, x in apart] == 2 * columns
    for at, (part, x) in enumerate(apart):
        assert np.array_equal(part, whole[4 if at < 2 else 2, 30:80, x])
