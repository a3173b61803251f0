"""Who is somebody, what is a thing, whose a loose piece is, whom a picture is about: drawn evidence."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from anatomatte.people.bodies import Bodies, bodies
from anatomatte.people.crops import Window
from anatomatte.people.evidence import PeopleEvidence, Plane
from anatomatte.people.plausible import Settled, Votes, settle
from anatomatte.people.prominence import whom
from anatomatte.people.selection import person_at, select
from anatomatte.settings import Settings

SIZE = (60, 100)
Box = tuple[int, int, int, int]
"""Top, bottom, left, right, in cells."""


class Drawn:
    """Evidence on a grid of cells: boxes that networks see, heads, and bodies with a circle."""

    def __init__(self) -> None:
        self.cover, self.agreed = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32)
        self.trust, self.figure = np.ones(SIZE, np.float32), np.zeros(SIZE, np.float32)
        self.centre, self.offset = np.zeros(SIZE, np.float32), np.zeros((2, *SIZE), np.float32)
        self.bodies: list[tuple[float, float, float, float, float, bool]] = []

    def box(
        self, box: Box, agreed: bool = True, figure: bool = False, head: tuple[int, int] | None = None
    ) -> None:
        """Cells that our own network sees; others with it; and the head (row, column) that they point to."""
        here = np.s_[box[0] : box[1], box[2] : box[3]]
        self.cover[here] = 0.95
        self.agreed[here] = 0.95 * agreed
        self.figure[here] = 0.95 * figure
        if head is not None:
            y, x = np.mgrid[box[0] : box[1], box[2] : box[3]]
            self.offset[0][here], self.offset[1][here] = head[1] - x, head[0] - y

    def head(self, row: int, column: int, score: float = 0.8) -> None:
        self.centre[row, column] = score

    def body(
        self, hips: tuple[float, float], radius: float, head: tuple[float, float], whole: bool = True
    ) -> None:
        """A circle around the hips (row, column), and the head."""
        self.bodies.append((hips[1], hips[0], radius, head[1], head[0], whole))

    def settled(self) -> Settled:
        table = np.array(self.bodies, np.float32).reshape(-1, 6)
        heads = np.column_stack([table[:, 3:5], np.full(len(table), 0.9)]).astype(np.float32)
        chests = (0.6 * table[:, 3:5] + 0.4 * table[:, :2]).astype(np.float32)
        found = Bodies(
            table[:, :3], chests, heads, table[:, 5] > 0, True, np.zeros((len(table), 13), np.float32)
        )
        return settle(
            Votes(self.cover, self.agreed, self.trust, self.figure), self.centre, self.offset, found
        )


def share(made: Settled, box: Box) -> list[float]:
    """How much of a box is each person's."""
    return [float(plane[box[0] : box[1], box[2] : box[3]].mean()) for plane in made.shares]


def kept(made: Settled, box: Box) -> float:
    return float(made.keep[box[0] + 1 : box[1] - 1, box[2] + 1 : box[3] - 1].mean())


def runner() -> Drawn:
    """Somebody whom the detector sees, figure and all: head in row 8, hips in row 28, 22 cells of radius."""
    drawn = Drawn()
    drawn.box((6, 50, 20, 32), figure=True, head=(9, 26))
    drawn.head(9, 26)
    drawn.body((28, 26), 22, (10, 26))
    return drawn


RUNNER = (6, 50, 20, 32)
CONCRETE = (30, 55, 60, 95)


def test_concrete_that_only_one_network_sees_is_a_thing() -> None:
    drawn = runner()
    drawn.box(CONCRETE, agreed=False, head=(9, 26))
    made = drawn.settled()
    assert kept(made, CONCRETE) < 0.01 and kept(made, RUNNER) > 0.99
    assert share(made, RUNNER) == [pytest.approx(1)] and share(made, CONCRETE) == [0]
    drawn.trust[:] = 0  # nobody else was asked: as it was found
    assert kept(drawn.settled(), CONCRETE) > 0.99


def test_a_false_head_on_concrete_makes_nobody() -> None:
    drawn = runner()
    drawn.box(CONCRETE, agreed=False, head=(33, 70))
    drawn.head(33, 70)
    made = drawn.settled()
    assert len(made.shares) == 1 and kept(made, CONCRETE) < 0.01


def test_somebody_whom_two_networks_see_counts_without_a_detection() -> None:
    drawn = runner()
    drawn.box((10, 50, 70, 82), head=(13, 76))
    drawn.head(13, 76)
    made = drawn.settled()
    assert made.whole.tolist() == [True, False] or made.whole.tolist() == [False, True]
    assert sorted(share(made, (10, 50, 70, 82))) == [pytest.approx(0), pytest.approx(1)]


def test_a_body_counts_without_a_head_of_ours() -> None:
    drawn = runner()
    drawn.centre[:] = 0
    drawn.box((10, 50, 70, 82), head=(13, 76))
    drawn.head(13, 76)
    made = drawn.settled()
    assert len(made.shares) == 2
    assert max(share(made, RUNNER)) == pytest.approx(1)


def test_nobody_at_all_with_evidence_leaves_all_as_it_was() -> None:
    drawn = Drawn()
    drawn.box(CONCRETE, agreed=False, head=(33, 70))
    drawn.head(33, 70)
    made = drawn.settled()
    assert kept(made, CONCRETE) == 1 and share(made, CONCRETE) == [pytest.approx(1)]
    drawn.centre[:] = 0
    assert kept(drawn.settled(), CONCRETE) == 1


def test_legs_that_point_to_another_head_are_of_the_figure_that_they_continue() -> None:
    """A person is not cut at the hem: one whole figure is one number."""
    drawn = runner()
    drawn.box((10, 50, 33, 45), head=(13, 39))  # a bystander, who touches
    drawn.head(13, 39)
    legs = (34, 50, 20, 32)
    drawn.box(legs, figure=True, head=(13, 39))
    made = drawn.settled()
    mine = int(np.argmax(share(made, (6, 20, 20, 32))))
    assert share(made, legs)[mine] > 0.99
    assert share(made, (12, 48, 35, 44))[1 - mine] > 0.95


def test_a_head_on_the_figures_knee_makes_no_second_person() -> None:
    drawn = runner()
    drawn.box((34, 50, 20, 32), figure=True, head=(40, 26))
    drawn.head(40, 26, 0.5)
    made = drawn.settled()
    assert len(made.shares) == 1
    drawn.figure[:] = 0  # without the figure it may be a child before her
    assert len(drawn.settled().shares) == 2


@pytest.mark.parametrize("detected", [True, False])
def test_boots_that_lie_apart_are_the_persons_who_wears_them(detected: bool) -> None:
    drawn = runner()
    drawn.cover[45:48], drawn.agreed[45:48], drawn.figure[45:48] = 0, 0, 0
    boots = (48, 50, 20, 32)
    drawn.box((10, 46, 60, 72), head=(13, 66))
    drawn.head(13, 66)
    drawn.offset[0][48:50, 20:32] = 66 - 26  # they point to the other one's head
    if not detected:
        drawn.bodies.clear()
        drawn.figure[:] = 0
    made = drawn.settled()
    wearer = int(np.argmax(share(made, (6, 44, 20, 32))))
    assert share(made, boots)[wearer] > 0.99
    alpha = drawn.cover
    seen = PeopleEvidence(alpha, 0 * alpha, np.ones((1, *SIZE), np.float32), made.shares, made.heads)
    under = person_at(seen, (26.5 / SIZE[1], 49.5 / SIZE[0]))
    assert under == wearer == person_at(seen, (26.5 / SIZE[1], 20.5 / SIZE[0]))


def test_a_patch_of_wall_that_the_pose_network_alone_sees_is_a_thing() -> None:
    """Within the body's circle and apart from the figure; what hangs together with the chest is a limb."""
    patch, arm = (12, 30, 37, 43), (14, 20, 32, 44)
    drawn = runner()
    drawn.box(patch, agreed=False, figure=True, head=(9, 26))
    made = drawn.settled()
    assert kept(made, patch) < 0.01 and kept(made, RUNNER) > 0.99
    drawn.agreed[12:30, 37:43] = 0.95  # two networks see it: hidden by a thing in between
    assert kept(drawn.settled(), patch) > 0.99
    drawn = runner()
    drawn.box(arm, agreed=False, figure=True, head=(9, 26))
    assert kept(drawn.settled(), arm) > 0.99


def test_what_lies_beyond_the_bodys_circle_is_not_of_that_body() -> None:
    drawn = runner()
    wall = (30, 36, 32, 100)
    drawn.box(wall, agreed=False, head=(9, 26))
    made = drawn.settled()
    assert share(made, (30, 36, 60, 100)) == [0] and kept(made, (30, 36, 62, 100)) < 0.01
    assert share(made, RUNNER) == [pytest.approx(1)] and kept(made, RUNNER) > 0.99


def test_a_body_seen_in_two_crops_is_one_and_lies_where_it_is_in_the_plate() -> None:
    person = np.array([[0.9, 0.5, 0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 0.1, 0.5, 0.3, 0.5, 0.1]], np.float32)
    whole, crop = Window(0, 400, 0, 800, 160, 320), Window(0, 400, 200, 600, 256, 256)
    found = bodies([(crop, person), (whole, person), (crop, None)], (400, 800))
    assert found.asked and len(found.circles) == 1 and found.whole.tolist() == [True]
    assert np.allclose(found.circles, [[400, 200, 160]]) and np.allclose(found.heads, [[400, 80, 0.9]])
    assert np.allclose(found.on((400, 800), (100, 200)).circles, [[100, 50, 40]])
    other = person.copy()
    other[:, [1, 5, 7, 9, 11]] -= 0.45
    assert len(bodies([(whole, np.concatenate([person, other]))], (400, 800)).circles) == 2
    assert not bodies([(whole, None)], (400, 800)).asked
    assert found.near((400, 800), 1.1, 1.3)[200, [400, 560, 620]].tolist() == [1, 1, 0]


# ---- whom the picture is about


def mattes(*boxes: Box) -> Plane:
    made = np.zeros((len(boxes), *SIZE), np.float32)
    for plane, box in zip(made, boxes, strict=True):
        plane[box[0] : box[1], box[2] : box[3]] = 1
    return made


def noise(blurred: Box | None = None) -> Plane:
    picture = np.random.default_rng(5).random((4 * SIZE[0], 4 * SIZE[1], 3), np.float32)
    if blurred is not None:
        top, bottom, left, right = (4 * edge for edge in blurred)
        picture[top:bottom, left:right] = 0.5
    return picture


def about(boxes: list[Box], whole: list[bool], blurred: Box | None = None) -> list[bool]:
    found: NDArray[np.bool_] = whom(mattes(*boxes), np.array(whole), noise(blurred))
    return found.tolist()


def test_bystanders_are_small_unseen_or_out_of_focus() -> None:
    large, same, half = (5, 55, 30, 50), (5, 55, 55, 75), (20, 45, 70, 80)
    assert about([large, same], [True, True]) == [True, True]
    assert about([large, half], [True, False]) == [True, False]
    assert about([large, (20, 30, 70, 75)], [True, True]) == [True, False]
    assert about([large, (10, 50, 80, 95)], [True, True]) == [True, True]
    assert about([large, same], [True, False]) == [True, True]  # of two alike the detector often sees one
    assert about([large, (10, 50, 80, 95)], [True, False]) == [True, False]
    assert about([large, (15, 45, 84, 94)], [True, True], (15, 45, 84, 94)) == [True, False]
    assert about([half], [False]) == [True] and about([], []) == []


def test_in_a_group_whom_the_detector_overlooks_belongs_to_it() -> None:
    row: list[Box] = [(5, 55, 5 + 24 * k, 20 + 24 * k) for k in range(4)]
    assert about(row, [True, True, True, False]) == [True] * 4


def evidence(main: list[bool] | None, found: int = 0) -> PeopleEvidence:
    shares = mattes((0, 60, 0, 60), (0, 60, 60, 100))
    alpha = np.zeros(SIZE, np.float32)
    alpha[5:55, 10:50] = alpha[30:40, 80:86] = 1
    told = None if main is None else np.array(main)
    heads = np.array([[0.3, 0.2, 0.9], [0.8, 0.5, 0.9]], np.float32)
    return PeopleEvidence(alpha, 0 * alpha, np.ones((1, *SIZE), np.float32), shares, heads, told, found)


def test_main_is_whom_the_evidence_says_or_the_large_ones_and_before_a_screen_everyone() -> None:
    main = Settings(who="main")
    assert Settings().who == "main"
    assert select(main, evidence([False, True]), (0, 0)).people == (1,)
    assert select(main, evidence(None), (0, 0)).people == (0,)
    before = select(main, evidence([False, True]), (0, 0), keyed=True)
    assert before.people == (0, 1) and before.whole and not before.doubts
    assert select(Settings(who="everyone"), evidence([False, True]), (0, 0)).people == (0, 1)


def test_who_has_no_matte_is_told() -> None:
    said = select(Settings(who="everyone"), evidence([True, True], 5), (0, 0)).doubts
    assert said == ("5 people were seen; the 2 largest have a matte each, 3 stay in the alpha as nobody.",)
    # where all who are told apart are main, the others may be too
    both = select(Settings(who="main"), evidence([True, True], 3), (0, 0))
    assert both.doubts == (
        "3 people were seen; the 2 largest have a matte each, 1 stays in the alpha as nobody.",
    )
    assert both.whole
    left, _ = select(Settings(who="main"), evidence([True, False], 3), (0, 0)).doubts
    assert left == "3 people were seen; the 2 largest have a matte each, 1 is left out."
    (bystander,) = select(Settings(who="main"), evidence([True, False]), (0, 0)).doubts
    assert bystander.startswith("1 of 2 people is whom the shot is about")
    assert not select(Settings(who="everyone"), evidence([True, True], 2), (0, 0)).doubts


def test_main_follows_its_person_when_people_are_put_in_order() -> None:
    from anatomatte.people.selection import ordered

    turned = evidence([True, False])
    turned = dataclasses.replace(turned, heads=turned.heads[::-1].copy())
    made = ordered(turned)
    assert made.main is not None and made.main.tolist() == [False, True]
