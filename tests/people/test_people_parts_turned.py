"""People who lie in the picture: looked at again in a square of their own upright."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from anatomatte.engine import Task, prepare, subject, work_for
from anatomatte.frame import from_view
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.alignment import Square
from anatomatte.people.landmarks import Landmarks
from anatomatte.people.parts import everyone, turned
from anatomatte.people.parts.body import body_of
from anatomatte.people.parts.labels import AT
from anatomatte.people.parts.prior import prior
from anatomatte.settings import Settings
from made.people_fake import row_of_people
from made.people_marks import SIZE, Plane, marks, standing


def lying(one: Landmarks) -> Landmarks:
    """The same person with the head at the picture's right, in the picture turned clockwise."""
    pose = one.pose.copy()
    pose[:, 0], pose[:, 1] = SIZE[0] - one.pose[:, 1], one.pose[:, 0]
    return Landmarks(pose, None, None, None, one.score)


def test_who_lies_is_told_by_landmarks() -> None:
    assert not turned.is_turned(marks()) and turned.turn(marks()) == pytest.approx(0, abs=0.05)
    assert turned.is_turned(lying(marks())) and turned.turn(lying(marks())) == pytest.approx(
        np.pi / 2, abs=0.05
    )
    assert not turned.is_turned(lying(marks(score=0.2)))
    assert turned.squares([marks()]) == []
    (whose, body, _), (_, head, _) = turned.squares([marks(), None, lying(marks())])
    assert whose == 2 and body.side > 200 and head.x > 200 and head.side < body.side
    assert body.turn == pytest.approx(np.pi / 2, abs=0.05)


def test_a_turned_look_lies_where_its_square_does() -> None:
    """What is upright in the square lies in the picture with its head at the right; the neighbour's stays."""
    seen = np.zeros((len(PARTS), 64, 64), np.float32)
    seen[INDEX["hair"], :32] = seen[INDEX["trousers"], 32:] = 1
    look = turned.TurnedLook(1, Square(120, 60, 100, np.pi / 2), seen)
    before = np.full((len(PARTS), 60, 120), 1 / len(PARTS), np.float32)
    whose = np.zeros((2, 60, 120), np.float32)
    whose[0, 40:], whose[1, :40] = 1, 1
    made = turned.with_turned(before, [look], whose, (120, 240))
    assert made.sum(0) == pytest.approx(1, abs=1e-5)
    assert made[INDEX["hair"], 30, 75] > 0.8 and made[INDEX["trousers"], 30, 45] > 0.8
    for there in (np.s_[:, :, :30], np.s_[:, 41:]):
        assert made[there] == pytest.approx(before[there])
    assert turned.with_turned(before, [], whose, (120, 240)) is before


def test_who_lies_faces_the_camera_all_the_same() -> None:
    """Left and right are told across the body, not across the picture."""
    inside = np.rot90(standing()[1] > 0, -1)
    assert body_of(lying(marks()), inside).facing
    assert not body_of(lying(marks(turned=True)), inside).facing
    over = lying(lying(marks()))
    assert body_of(over, np.rot90(inside, -1)).facing


def test_an_ear_seen_from_behind_may_be_one() -> None:
    inside = standing()[1] > 0
    behind, before = (prior(body_of(marks(turned=turn), inside)) for turn in (True, False))
    head = np.zeros(SIZE, np.bool_)
    head[24:34, 55:65] = True
    at = head[inside]
    assert -4 < behind[AT["face"], at].mean() < before[AT["face"], at].mean() - 2
    feet = np.zeros(SIZE, np.bool_)
    feet[210:] = True
    assert behind[AT["face"], feet[inside]].max() < -5


def test_the_outfit_head_is_not_heard_of_who_lies() -> None:
    """It looked at the picture as it is."""
    chosen: list[str] = []

    def odds(_: object) -> dict[str, float]:
        chosen.append("pixels")
        return {"dress": 0.0, "skirt": 0.0, "trousers": 0.0}

    for mark, asked in ((marks(), 0), (lying(marks()), 1)):
        chosen.clear()
        picture, matte = standing()
        if asked:
            picture, matte = (np.ascontiguousarray(np.rot90(plane, -1)) for plane in (picture, matte))
        evidence = dataclasses.replace(
            row_of_people(1, matte.shape),
            alpha=matte, people=np.ones((1, *matte.shape), np.float32),
            parts=np.full((len(PARTS), *matte.shape), 1 / len(PARTS), np.float32),
        )  # fmt: skip
        details = everyone.Details((mark,), (), np.zeros((1, 7), np.float32))
        everyone.parts_of(picture, evidence, details, 1.0, odds=odds)
        assert len(chosen) == asked


def test_the_engine_looks_again_at_who_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    looked: list[tuple[Plane, bool]] = []

    class Net:
        """Sees a shoe in every square."""

        long_sides = (64,)

        def parts(self, wanted: list[tuple[Plane, bool]], *_: object) -> list[Plane]:
            looked.extend(wanted)
            shoes = np.zeros((len(PARTS), 32, 32), np.float32)
            shoes[INDEX["left_shoe"]] = 1
            return [shoes for _ in wanted]

    monkeypatch.setattr(subject, "model", lambda device="cpu": Net())
    task = Task(
        prepare({"Source": from_view(picture, (0, 0, SIZE[0], SIZE[1]))}, Settings()), Settings(),
        work_for(Settings()), (0.5, 0.5),
    )  # fmt: skip
    evidence = row_of_people(1, (SIZE[1], SIZE[0]))
    for one, count in ((marks(), 0), (lying(marks()), 2)):
        looked.clear()
        monkeypatch.setattr(subject, "landmarks", lambda *_, one=one: (None, one))
        details = subject.details(task, evidence)
        turned_sides = [request[0].shape[0] for request in looked if request[0].shape[0] in (320, 256)]
        assert len(details.turned) == count and len(details.looks) == (1 if count else 2)
        assert count == 0 or turned_sides == [320, 256]
        assert all(look.parts[INDEX["left_shoe"]].min() == 1 for look in details.turned)
