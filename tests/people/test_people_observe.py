"""Multi-scale inference: instances, crops, and the merged evidence of all predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte.nets.own.ensemble import PeopleModel
from anatomatte.parts import PARTS
from anatomatte.people.crops import LARGEST, MOST, Window, on_cells, windows
from anatomatte.people.figures import Figures, LargerInference, figures
from anatomatte.people.instances import Instances, Prediction, find_heads, group_instances, strongest
from anatomatte.people.observe import observe_people

DATA = Path(__file__).parent.parent / "data" / "people"


class Drawn:
    """A network that sees disc-headed people painted red, green or blue: shape is alpha, blue marks heads.

    What is smaller than `least` of its own pixels it does not see.
    """

    long_sides = (128,)
    variants = 2
    least = 0.0

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def infer(
        self,
        wanted: Sequence[tuple[Any, int, bool]],
        threads: int = 1,
        check: Callable[[], None] = lambda: None,
    ) -> list[Prediction]:
        self.sizes += [(picture.shape[0], picture.shape[1]) for picture, _, _ in wanted]
        return [self._view(picture) for picture, _, _ in wanted]

    def _view(self, picture: np.ndarray) -> Prediction:
        height, width = picture.shape[:2]
        body = (picture.max(2) > 0.4).astype(np.uint8)
        count, label, stats, _ = cv2.connectedComponentsWithStats(body)
        cells = (height // 4, width // 4)
        centre, offset = np.zeros(cells, np.float32), np.zeros((2, *cells), np.float32)
        y, x = np.mgrid[0 : cells[0], 0 : cells[1]].astype(np.float32)
        alpha = np.full((2, height, width), -8, np.float32)
        for k in range(1, count):
            left, top, wide, high, _ = stats[k]
            if high < self.least:
                continue
            alpha[0][label == k] = 8
            column, row = (left + wide / 2) / 4 - 0.5, (top + 0.1 * high) / 4
            near = np.exp(-((x - round(column)) ** 2 + (y - round(row)) ** 2) / 2)
            centre = np.maximum(centre, 0.9 * near)
            mine = cv2.resize((label == k).astype(np.uint8), cells[::-1], interpolation=cv2.INTER_NEAREST) > 0
            offset[0][mine], offset[1][mine] = (column - x[mine]) / cells[1], (row - y[mine]) / cells[0]
        parts = np.zeros((len(PARTS), height // 2, width // 2), np.float32)
        small = cv2.resize(body, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)
        parts[0], parts[7] = 1 - small, small
        return Prediction(alpha, parts, centre, offset)


def plate(height: int, width: int, boxes: Sequence[tuple[int, int, int, int]]) -> np.ndarray:
    """Grey people (top, bottom, left, right) on black."""
    picture = np.zeros((height, width, 3), np.float32)
    for top, bottom, left, right in boxes:
        picture[top:bottom, left:right] = 0.8
    return picture


# ---- who is who


def two_people(rows: int = 16, columns: int = 32) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two touching people, heads at columns 8 and 24, each filling one half of a grid of cells."""
    centre = np.zeros((rows, columns), np.float32)
    centre[4, 8], centre[4, 24] = 0.95, 0.85
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    offset = np.stack([np.where(x < 16, 8, 24) - x, 4 - y])
    return np.ones((rows, columns), np.float32), centre, offset


def test_touching_people_are_split() -> None:
    made = group_instances(*two_people())
    assert made.heads[:, :2].tolist() == [[8, 4], [24, 4]]
    assert made.shares[0][:, :16].min() > 0.99 and made.shares[1][:, 16:].min() > 0.99
    assert np.allclose(made.shares.sum(0), 1, atol=1e-5)


def test_a_figure_in_one_piece_is_one_person_wherever_its_legs_point() -> None:
    cover = np.zeros((40, 60), np.float32)
    cover[4:38, 8:20] = 1  # one tall figure, and a small one far away
    cover[4:16, 40:48] = 1
    heat = np.zeros_like(cover)
    heat[6, 14], heat[6, 44] = 0.9, 0.8
    offset = np.zeros((2, 40, 60), np.float32)
    y, x = np.mgrid[0:40, 0:60].astype(np.float32)
    to_x = np.where((x > 30) | (y > 24), 44, 14)  # the tall one's legs point at the other's head
    offset[0], offset[1] = to_x - x, 6 - y
    shares = group_instances(cover, heat, offset).shares
    assert shares[0][4:38, 8:20].min() > 0.99
    assert shares[1][4:16, 40:48].min() > 0.99
    assert np.allclose(shares.sum(0), 1, atol=1e-5)


def test_the_strongest_are_those_who_fill_more() -> None:
    made = group_instances(*two_people())
    cover = np.ones((16, 32), np.float32)
    cover[:, :14] = 0
    assert strongest(made, cover, 1).tolist() == [1]
    assert strongest(made, np.ones((16, 32), np.float32), 4).tolist() == [0, 1]


def test_somebody_without_a_head_is_one_person_and_nobody_is_none() -> None:
    _, _, offset = two_people()
    cold, body = np.zeros((16, 32), np.float32), np.zeros((16, 32), np.float32)
    body[4:12, 10:20] = 1
    made = group_instances(body, cold, offset)
    assert len(made.shares) == 1 and made.heads[0, :2].tolist() == [14.5, 7.5]
    made = group_instances(np.zeros_like(body), cold, offset)
    assert made.shares.shape == (0, 16, 32) and made.heads.shape == (0, 3)


def test_a_plateau_of_heat_is_one_head() -> None:
    heat = np.zeros((16, 32), np.float32)
    heat[4, 8:10], heat[5, 8] = 0.95, 0.94
    heat[4, 20] = 0.5
    assert find_heads(heat).tolist() == [[8, 4, pytest.approx(0.95)], [20, 4, pytest.approx(0.5)]]
    assert len(find_heads(heat, radius=30)) == 1


def test_figures_are_measured_from_afar_and_found_from_nearby() -> None:
    cover, far = np.zeros((40, 60), np.float32), np.zeros((40, 60), np.float32)
    cover[4:34, 4:14] = 1
    far[4:10, 4:14] = far[28:34, 4:14] = 1  # pieces of the large one do not count
    far[10:16, 50:53] = far[30:36, 40:48] = 1  # the second has no head: leaves
    heads = np.array([[51, 11, 0.9]], np.float32)
    first = group_instances(cover, np.zeros_like(cover), np.zeros((2, 40, 60), np.float32))
    found = figures(cover, first, LargerInference(far, heads))
    assert sorted(found.boxes.tolist()) == [[4, 34, 4, 14], [10, 16, 50, 53]]
    assert found.sizes[20, 9] == 30 and found.sizes[12, 51] == 6 and found.sizes[39, 59] == 6
    empty = figures(far * 0, group_instances(far * 0, far * 0, np.zeros((2, 40, 60), np.float32)), None)
    assert len(empty.boxes) == 0 and (empty.sizes == 60).all()


def test_pieces_that_hang_on_somebody_are_his() -> None:
    cover = np.zeros((12, 20), np.float32)
    cover[1:11, 3:6] = cover[4:6, 6:11] = 1  # a body and its sleeve, which votes for another
    cover[8:11, 15:19] = 1  # and what hangs on nobody
    shares = np.zeros((2, 12, 20), np.float32)
    shares[0], shares[1, 4:6, 6:11], shares[1, :, 12:] = 0.5, 1, 1
    found = figures(cover, Instances(shares, np.array([[4, 2, 0.9]], np.float32)), None)
    assert sorted(found.boxes.tolist()) == [[1, 11, 3, 11], [8, 11, 15, 19]]
    assert found.own[4, 10] == found.own[10, 3] != found.own[9, 16] > 0


def test_shares_and_contact_by_hand() -> None:
    own = np.array([[1, 1, 0, 0, 0], [1, 1, 0, 2, 2]], np.intp)
    nearest = np.array([[1, 1, 1, 2, 2], [1, 1, 1, 2, 2]], np.intp)
    boxes = np.array([[0, 2, 0, 2], [1, 2, 3, 5]], np.intp)
    plane = np.zeros((2, 5), np.float32)
    made = Figures(boxes, own, nearest, plane, plane)
    there = np.array([[1, 0, 1, 1, 1], [1, 1, 0, 1, 0]], bool)
    assert np.allclose(made.share(there), [[0.75] * 3 + [0.5] * 2] * 2)
    value = np.array([[0.9, 0.9, 0.9, 0.1, 0.1]] * 2, np.float32)
    claims = np.array([[0, 1, 1, 1, 0], [0, 0, 0, 0, 0]], bool)
    assert np.allclose(made.carried(value, claims), [[0.9] * 4 + [0.1], [0.9] * 3 + [0.1] * 2])
    claims[0, 1] = False  # touches nobody whom it means
    assert np.allclose(made.carried(value * (own > 0), claims)[0], [0.9, 0.9, 0, 0, 0])

    cover = np.zeros((20, 30), np.float32)
    cover[8:20, 2:8], cover[5:15, 20:24] = 1, 1  # six of twelve cells on the border; none
    found = figures(cover, Instances(np.ones((1, 20, 30), np.float32), np.zeros((0, 3), np.float32)), None)
    assert (found.contact[10, 5], found.contact[10, 22]) == (0.5, 0)
    assert (found.sizes[10, 5], found.sizes[10, 22]) == (12, 10)
    assert found.contact[0, 29] == 0 and found.contact[19, 0] == 0.5  # of the nearest
    none = figures(
        cover * 0, Instances(np.zeros((0, 20, 30), np.float32), np.zeros((0, 3), np.float32)), None
    )
    assert not none.contact.any() and not none.share(cover > 0).any() and (none.sizes == 30).all()


def test_pieces_in_which_nobody_is_seen_are_nobody_beside_somebody() -> None:
    cover, near = np.zeros((12, 30), np.float32), np.zeros((12, 30), np.float32)
    cover[1:11, 2:6] = cover[1:11, 12:16] = cover[1:11, 22:26] = 1
    near[1:5, 12:16], near[1:4, 22:26] = 1, 0.9  # 0.4 and 0.27 of them
    who = Instances(np.ones((1, 12, 30), np.float32), np.array([[3, 2, 0.9]], np.float32))
    assert sorted(figures(cover, who, None, near).boxes[:, 2].tolist()) == [2, 12]
    assert len(figures(cover, who, None).boxes) == 3
    nobody = Instances(who.shares, np.array([[0, 0, 0.9]], np.float32))  # a head beside everybody
    assert len(figures(cover, nobody, None, near * 0).boxes) == 3


# ---- windows


def test_windows_show_small_people_larger_and_stay_inside() -> None:
    made = windows([(900, 1000, 0, 40), (100, 300, 800, 900)], (1080, 1920), 256 / 1920, 41_000)
    assert len(made) == 2
    for window in made:
        assert 0 <= window.top < window.bottom <= 1080 and 0 <= window.left < window.right <= 1920
        assert window.height % 32 == window.width % 32 == 0
        assert 1.3 * 256 / 1920 <= window.zoom <= LARGEST * 1.2
        stretch = window.height / (window.bottom - window.top) / window.width * (window.right - window.left)
        assert 0.9 < stretch < 1.1
    assert made[0].top <= 100 and made[0].bottom >= 300


def test_who_fills_the_picture_needs_no_window() -> None:
    assert windows([(0, 1080, 200, 1700)], (1080, 1920), 256 / 1920, 41_000) == []
    assert windows([], (1080, 1920), 256 / 1920, 41_000) == []


def test_neighbours_share_a_window_and_a_crowd_has_few() -> None:
    pair = windows([(100, 200, 100, 140), (105, 200, 130, 170)], (1080, 1920), 256 / 1920, 41_000)
    assert len(pair) == 1 and pair[0].left <= 100 and pair[0].right >= 170
    rng = np.random.default_rng(0)
    crowd = [(y, y + 90, x, x + 40) for y, x in rng.integers(0, 900, (40, 2)).tolist()]
    assert 1 <= len(windows(crowd, (1080, 1920), 256 / 1920, 41_000)) <= MOST


# ---- the whole


def seen_by(network: Drawn, picture: np.ndarray, **how: Any) -> Any:
    return observe_people(picture, network, **how)


def test_small_people_get_crops() -> None:
    network = Drawn()
    picture = plate(540, 960, [(100, 200, 100, 140), (300, 420, 700, 750)])
    seen = seen_by(network, picture)
    assert len(network.sizes) >= 4  # whole, larger, and windows
    assert seen.alpha.shape[1] > 128
    full = cv2.resize(seen.alpha, (960, 540)) > 0.5
    truth = picture[..., 0] > 0
    assert (full & truth).sum() / (full | truth).sum() > 0.9
    assert len(seen.people) == 2
    plain = Drawn()
    seen_by(plain, picture, crops=False)
    assert len(plain.sizes) == 1
    seen_by(plain, picture, crops=False, mirror=True)
    assert len(plain.sizes) == 3


def test_who_is_too_small_for_the_first_inference_is_found_by_the_larger() -> None:
    network = Drawn()
    network.least = 10
    picture = plate(540, 960, [(100, 160, 100, 125)])  # 8 of the network's pixels high
    assert seen_by(network, picture, crops=False).alpha.max() < 0.1
    seen = seen_by(network, picture)
    full = cv2.resize(seen.alpha, (960, 540)) > 0.5
    truth = picture[..., 0] > 0
    assert (full & truth).sum() / (full | truth).sum() > 0.7


def test_touching_windows_keep_people_apart() -> None:
    boxes = [(100, 300, 100, 160), (100, 300, 170, 230), (150, 330, 600, 660), (150, 330, 680, 740)]
    seen = seen_by(Drawn(), plate(540, 960, boxes))
    assert len(seen.people) == 4
    for top, bottom, left, right in boxes:
        row = round((top + bottom) / 2 / 540 * seen.alpha.shape[0])
        column = round((left + right) / 2 / 960 * seen.alpha.shape[1])
        assert seen.people[:, row, column].max() > 0.9
    owners = {int(seen.people[:, r, c].argmax()) for r, c in _middles(boxes, seen.alpha.shape)}
    assert len(owners) == 4


def _middles(boxes: Sequence[tuple[int, int, int, int]], shape: tuple[int, int]) -> list[tuple[int, int]]:
    return [
        (round((t + b) / 2 / 540 * shape[0]), round((left + right) / 2 / 960 * shape[1]))
        for t, b, left, right in boxes
    ]


def test_further_people_are_nobody() -> None:
    boxes = [(50, 450, 100, 220), (200, 300, 400, 440), (200, 260, 700, 730)]
    seen = seen_by(Drawn(), plate(540, 960, boxes), people=1)
    (large, middle, small) = _middles(boxes, seen.alpha.shape)
    assert len(seen.people) == 1
    assert seen.people[0][large] > 0.9
    assert seen.people[0][middle] < 0.1 and seen.people[0][small] < 0.1
    assert seen.alpha[middle] > 0.5


def test_nobody_is_empty() -> None:
    seen = seen_by(Drawn(), plate(540, 960, []))
    assert seen.alpha.max() < 0.01 and seen.people.shape[0] == 0 and seen.heads.shape == (0, 3)


def test_threads_change_nothing() -> None:
    model = PeopleModel()
    picture = cv2.imread(str(DATA / "06.jpg"))[..., ::-1].astype(np.float32) / 255
    wide = cv2.resize(picture, (640, 360))
    one, three = observe_people(wide, model, threads=1), observe_people(wide, model, threads=3)
    for name in ("alpha", "held", "parts", "people", "heads"):
        assert np.array_equal(getattr(one, name), getattr(three, name)), name


def test_a_small_drawn_person_is_seen_better_from_nearby() -> None:
    """The shipped weights on people a sixth of the picture high: the second look finds more of them."""
    model, gained = PeopleModel(), []
    for name in ("06", "13"):
        figure = cv2.imread(str(DATA / f"{name}.jpg"))[..., ::-1].astype(np.float32) / 255
        alpha = cv2.imread(str(DATA / f"{name}_alpha.png"), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        picture = np.full((720, 1280, 3), 0.35, np.float32)
        truth = np.zeros((720, 1280), np.float32)
        picture[300:492, 900:1092] += (figure - picture[300:492, 900:1092]) * alpha[..., None]
        truth[300:492, 900:1092] = alpha
        scores = []
        for crops in (False, True):
            found = cv2.resize(observe_people(picture, model, crops=crops).alpha, (1280, 720)) > 0.5
            scores.append((found & (truth > 0.5)).sum() / (found | (truth > 0.5)).sum())
        assert scores[1] > 0.6
        gained.append(scores[1] - scores[0])
    assert np.mean(gained) > 0.02


def test_a_crop_lies_where_it_was_cut() -> None:
    """Whole cells of the grid: what is seen from nearer is neither shifted nor squeezed."""
    picture = plate(480, 960, [(303, 417, 703, 741)])
    full = cv2.resize(seen_by(Drawn(), picture).alpha, (960, 480)) > 0.5
    rows, columns = np.nonzero(full)
    found = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    assert np.abs(np.subtract(found, (303, 417, 703, 741))).max() <= 3
    window = Window(282, 438, 611, 833, 160, 224)
    snapped = on_cells(window, (480, 960), (192, 384))
    assert snapped == Window(280, 440, 610, 830, 160, 224)
    assert on_cells(Window(3, 4, 3, 4, 32, 32), (480, 960), (192, 384)) == Window(0, 10, 0, 10, 32, 32)


def test_a_piece_without_a_head_needs_two_who_see_it() -> None:
    cover, agreed = np.zeros((40, 60), np.float32), np.zeros((40, 60), np.float32)
    cover[4:34, 4:14], agreed[4:34, 4:14] = 1, 1
    cover[20:30, 40:50] = 1  # only one network sees this
    heat = np.zeros_like(cover)
    heat[6, 9] = 0.9
    who = group_instances(cover, heat, np.zeros((2, 40, 60), np.float32))
    assert figures(cover, who, None, agreed).boxes.tolist() == [[4, 34, 4, 14]]
    agreed[20:30, 40:50] = 0.9
    assert len(figures(cover, who, None, agreed).boxes) == 2
    heat[22, 45] = 0.8  # a head is enough
    who = group_instances(cover, heat, np.zeros((2, 40, 60), np.float32))
    assert len(figures(cover, who, None, agreed * 0).boxes) == 2
