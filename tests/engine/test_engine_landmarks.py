"""Landmarks in the engine: the shipped networks on a drawn portrait, looked at once, kept, and given back."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from nets.test_portrait_net import portrait

from anatomatte.cache import memo
from anatomatte.engine import provenance, subject
from anatomatte.engine.task import Task
from anatomatte.frame import Frame
from anatomatte.plate import prepare
from anatomatte.settings import Settings
from anatomatte.work import Work


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    """A drawn portrait, made larger, in the lower right of a plate; results are kept."""
    monkeypatch.setattr(memo, "limit", 64 << 20)
    plate = np.full((520, 700, 3), 0.55, np.float32)
    plate[8:, 188:] = cv2.resize(portrait(), (512, 512))
    settings = Settings(input_colour="srgb")
    yield Task(
        prepare({"Source": Frame(plate, (0, 0, 700, 520))}, settings, 2), settings, Work(threads=2), (0, 0)
    )
    memo.purge()


def test_a_portrait_has_a_face_where_it_is_and_is_looked_at_once(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = subject.people(task).people
    assert evidence.bodies is not None and len(evidence.bodies) == len(evidence.people) == 1
    (found,) = subject.landmarks(task, evidence)
    assert found is not None and found.face is not None and found.score > 0.5
    x, y = (found.face[:, :2].mean(0) - [188, 8]) / 512
    assert np.hypot(x - 0.5, y - 0.42) < 0.06  # the painted oval's middle
    assert 0.25 < np.ptp(found.face[:, 1]) / 512 < 0.5
    right, left = found.pose[12, 0], found.pose[11, 0]
    assert right < 188 + 256 < left and left - right > 150  # who faces the camera has his left at its right
    monkeypatch.setattr(subject, "landmark_model", lambda device: pytest.fail("looked at twice"))
    (again,) = subject.landmarks(task, evidence)
    assert again is found and not found.pose.flags.writeable


def test_the_networks_are_read_once_named_and_given_back() -> None:
    first = subject.landmark_model()
    assert subject.landmark_model() is first
    named = {"pose_landmarks", "face_landmarks", "hand_landmarks", "palm_detector"}
    assert named <= set(subject.weights())
    assert not named & set(provenance.weights()) and named <= set(provenance.weights(landmarks=True))
    subject.forget()
    assert subject.weights() == {}
    assert named <= set(provenance.weights(landmarks=True))
    assert subject.landmark_model() is not first
