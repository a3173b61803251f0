"""The person detector beside the other networks: where the figure counts more, and where it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from people.test_people_trust import Painted, black, inside, paint, pieces, seen_by

from anatomatte.people.evidence import Plane
from anatomatte.people.instances import Prediction


class Detecting(Painted):
    """A detector beside them, which sees every whole figure: head at its top, hips in its middle."""

    def infer(
        self,
        wanted: Sequence[tuple[Plane, int, int]],
        threads: int = 1,
        check: Callable[[], None] = lambda: None,
    ) -> list[Prediction]:
        seen = super().infer(wanted, threads, check)
        return [
            replace(view, persons=self._persons(picture)) if published == 1 else view
            for view, (picture, _, published) in zip(seen, wanted, strict=True)
        ]

    def _persons(self, picture: Plane) -> Plane:
        made = []
        for _, (top, bottom, left, right) in pieces(picture[..., 2] > 0.4):
            x, y, radius = (left + right) / 2, (top + bottom) / 2, 0.55 * (bottom - top)
            head = top + 0.08 * (bottom - top)
            made.append([0.9, x, head, 9, 9, x, y, x, y - radius, x, (head + y) / 2, x, top])
        unit = np.tile([picture.shape[1], picture.shape[0]], 6)
        return np.array([[one[0], *(np.array(one[1:]) / unit)] for one in made], np.float32).reshape(-1, 13)


def test_the_figure_counts_more_on_a_body_that_the_detector_sees() -> None:
    picture = black()
    body = paint(picture, (20, 300, 100, 420), head=True)
    both = paint(picture, (300, 420, 100, 250))
    other = paint(picture, (300, 420, 250, 340), "own")
    taken = {}
    for network in (Painted, Detecting):
        seen = seen_by(network(portrait=False, own=5), picture)
        assert inside(seen, picture, body) > 0.95 and inside(seen, picture, both) > 0.95
        taken[network] = inside(seen, picture, other)
    assert taken[Painted] > 0.2 and taken[Detecting] < 0.1


def test_the_detector_looks_at_crops_only_if_it_saw_nobody() -> None:
    picture = black(480, 960)
    paint(picture, (60, 120, 150, 180), head=True)
    asked: list[tuple[int, ...]] = []

    class Counted(Detecting):
        def infer(self, wanted: Any, threads: int = 1, check: Any = None) -> list[Prediction]:
            asked.append(tuple(int(published) for _, _, published in wanted))
            return super().infer(wanted, threads)

    seen_by(Counted(), picture)
    picture = black(480, 960)
    paint(picture, (60, 120, 150, 180), "own portrait", head=True)
    seen_by(Counted(), picture)
    first, crops, again, alone = asked
    assert first[0] == again[0] == 1 and not any(first[1:])
    assert set(crops) == {2} and set(alone) == {1}


class Blind(Detecting):
    """A detector that finds nobody."""

    def _persons(self, picture: Plane) -> Plane:
        return np.zeros((0, 13), np.float32)


def test_somebody_is_recognised_by_a_body_or_a_head_and_not_by_a_matte() -> None:
    said = {}
    for network, head in ((Detecting, False), (Blind, True), (Blind, False), (Painted, True)):
        picture = black()
        paint(picture, (20, 300, 100, 420), head=head)
        seen = seen_by(network(), picture)
        assert len(seen.people) == 1
        said[network.__name__, head] = seen.recognised
    assert said["Detecting", False] > 0.9 and said["Blind", True] > 0.9
    assert said["Blind", False] < 0.1 and said["Painted", True] is None
