"""Faces in the engine: the shipped networks on a drawn portrait, and in the frame's account."""

from __future__ import annotations

import json
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from nets.test_portrait_net import portrait

import anatomatte
from anatomatte.cache import memo
from anatomatte.engine import faces, provenance, subject
from anatomatte.engine.evidence import people_of
from anatomatte.engine.task import Task
from anatomatte.faces import mesh
from anatomatte.frame import Frame
from anatomatte.menus import FACE_MENU
from anatomatte.people.landmarks import Landmarks, Person
from anatomatte.plate import prepare
from anatomatte.settings import Settings
from anatomatte.shot.face_rows import FaceRow
from anatomatte.work import Work
from made.face_marks import evidence, face, plate, turned
from made.people_fake import looking
from made.people_marks import marks as standing

SIDE = 384
AT = 150, 10


def drawn(turns: int = 0) -> np.ndarray:
    """A drawn portrait in the lower right of a plate, which is turned by quarters."""
    made = np.full((SIDE + AT[1], SIDE + AT[0], 3), 0.55, np.float32)
    made[AT[1] :, AT[0] :] = cv2.resize(portrait(), (SIDE, SIDE))
    return np.ascontiguousarray(np.rot90(made, turns))


def task_of(picture: np.ndarray) -> Task:
    settings, (height, width) = Settings(input_colour="srgb", screen="none"), picture.shape[:2]
    frame = Frame(picture, (0, 0, width, height))
    return Task(prepare({"Source": frame}, settings, 2), settings, Work(threads=2), (0, 0))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(memo, "limit", 64 << 20)
    yield
    memo.purge()


@pytest.fixture(scope="module")
def upright() -> mesh.Face:
    task = task_of(drawn())
    (found,) = faces.faces_of(task, people_of(task))
    assert found is not None
    return found


def test_a_portrait_has_a_face_where_it_is(upright: mesh.Face) -> None:
    assert upright.score > 0.5 and upright.points.shape == (478, 3)
    x, y = (upright.points[:, :2].mean(0) - AT) / SIDE
    assert np.hypot(x - 0.5, y - 0.42) < 0.06  # the painted oval's middle
    assert all(abs(angle) < 20 for angle in upright.pose.degrees)
    assert upright.seen.mean() > 0.9


def test_upside_down_the_face_is_the_same(upright: mesh.Face) -> None:
    task = task_of(drawn(2))
    found = [one for one in faces.faces_of(task, people_of(task)) if one is not None]
    assert len(found) <= 1  # where the pass sees nobody there is no face either
    for one in found:
        back = np.array(drawn().shape[1::-1]) - one.points[:, :2]
        assert np.hypot(*(back - upright.points[:, :2]).T).mean() < 0.1 * upright.eyes
        assert abs(abs(one.pose.degrees[2]) - 180) < 20


@pytest.mark.parametrize("body", ["", "below", "above"])
def test_a_head_is_not_upside_down_on_its_own_shoulders(body: str) -> None:
    """A profile, a nape or a pattern may look like a face upside down."""
    picture = drawn(2)
    height, width = picture.shape[:2]
    matte = np.zeros((height, width), np.float32)
    matte[: height - AT[1], : width - AT[0]] = 1
    at = np.array([0.5 * SIDE, 0.58 * SIDE], np.float32)
    marks = standing().pose.copy()  # whose head is a tenth as high
    marks[:, :2] = (marks[:, :2] - (60, 29)) * 8 * (1 if body == "below" else -1) + at
    known = Landmarks(marks, None, None, None, 0.9) if body else None
    (found,) = mesh.faces(picture, [Person(matte, None, at / (width, height))], [known], subject.face_model())
    assert (found is None) == (body == "below")


@pytest.mark.parametrize(("nose", "left", "right"), [(0.0, 1.0, -1.0), (0.9, 0.1, -0.1), (-0.9, 0.1, -0.1)])
def test_a_face_is_turned_as_the_body_has_its_head(nose: float, left: float, right: float) -> None:
    """The mesh draws a face that looks into the camera onto the cheek of a profile; the pose has its nose."""
    picture = drawn()
    height, width = picture.shape[:2]
    at = np.array(AT) + np.array([0.5, 0.42]) * SIDE
    marks = np.ones((33, 4), np.float32)
    marks[:, :2] = at
    marks[[11, 12], 1] += 0.5 * SIDE  # shoulders
    for landmark, x in ((0, nose), (7, left), (8, right)):
        marks[landmark, 0] += 0.2 * SIDE * x
    mesh_of = np.zeros((468, 3), np.float32)
    mesh_of[:, :2] = at + np.random.default_rng(1).uniform(-0.2, 0.2, (468, 2)) * SIDE
    mesh_of[[33, 263], :2] = at + np.array([[-0.12, -0.05], [0.12, -0.05]]) * SIDE
    known = Landmarks(marks, mesh_of, None, None, 0.9)
    matte = np.zeros((height, width), np.float32)
    matte[AT[1] :, AT[0] :] = 1
    person = Person(matte, None, (at / (width, height)).astype(np.float32))
    (found,) = mesh.faces(picture, [person], [known], subject.face_model())
    assert (found is None) == (nose != 0)


def test_the_detector_finds_a_face_that_the_pass_did_not(upright: mesh.Face) -> None:
    picture = drawn()
    matte = np.zeros(picture.shape[:2], np.float32)
    matte[AT[1] :, AT[0] + 80 : AT[0] + 300] = 1
    head = np.array([(AT[0] + 0.5 * SIDE) / picture.shape[1], 0.42], np.float32)
    (found,) = mesh.faces(picture, [Person(matte, None, head)], [None], subject.face_model())
    assert found is not None
    assert np.hypot(*(found.points - upright.points)[:, :2].T).mean() < 0.1 * upright.eyes


@pytest.mark.parametrize("what", ["nothing", "noise", "back", "beyond"])
def test_where_no_face_is_there_is_none(what: str) -> None:
    picture = drawn()
    if what == "nothing":
        picture[:] = 0.4
    elif what == "noise":
        picture[:] = np.random.default_rng(3).random(picture.shape, np.float32)
    elif what == "back":
        picture[AT[1] :, AT[0] :] = cv2.GaussianBlur(picture[AT[1] :, AT[0] :], (0, 0), 40)
    matte = np.ones(picture.shape[:2], np.float32)
    head = np.array([5.0, -3.0] if what == "beyond" else [0.6, 0.45], np.float32)
    assert mesh.faces(picture, [Person(matte, None, head)], [None], subject.face_model()) == [None]


def test_one_face_is_of_one_person(upright: mesh.Face) -> None:
    """Two who share a place: the face goes to whom it lies on."""
    picture = drawn()
    mine = np.zeros(picture.shape[:2], np.float32)
    mine[AT[1] :, AT[0] :] = 1
    theirs = np.zeros_like(mine)
    theirs[:, : AT[0]] = 1
    head = np.array([(AT[0] + 0.5 * SIDE) / picture.shape[1], 0.42], np.float32)
    people = [Person(theirs, None, head), Person(mine, None, head)]
    found = mesh.faces(picture, people, [None, None], subject.face_model())
    assert found[0] is None and found[1] is not None


def test_a_face_beside_the_person_is_not_his() -> None:
    picture = drawn()
    matte = np.zeros(picture.shape[:2], np.float32)
    matte[:, : AT[0]] = 1
    head = np.array([(AT[0] + 0.5 * SIDE) / picture.shape[1], 0.42], np.float32)
    assert mesh.faces(picture, [Person(matte, None, head)], [None], subject.face_model()) == [None]


def test_a_face_is_looked_for_once(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of(drawn())
    first = faces.faces_of(task, people_of(task))
    monkeypatch.setattr(subject, "face_model", lambda: pytest.fail("looked at twice"))
    again = faces.faces_of(task_of(drawn()), people_of(task))
    assert again[0] is first[0] and first[0] is not None and not first[0].points.flags.writeable


def test_the_networks_are_read_once_named_and_given_back() -> None:
    first = subject.face_model()
    assert subject.face_model() is first
    named = {"face_attention", "face_detector"}
    assert named <= set(subject.weights())
    assert not named & set(provenance.weights(landmarks=True))
    assert named <= set(provenance.weights(faces=True))
    subject.forget()
    assert named.isdisjoint(subject.weights()) and subject.face_model() is not first


def test_regions_of_the_drawn_portrait_lie_as_a_face_does() -> None:
    mattes = anatomatte.matte(drawn(), input_colour="srgb", screen="none", who="everyone")
    planes = dict(zip(FACE_MENU, mattes.planes(FACE_MENU), strict=True))
    assert np.abs(sum(planes.values()) - mattes.named("face")).max() < 1e-4
    y = np.mgrid[: SIDE + AT[1], : SIDE + AT[0]][0]
    heights = [
        float((y * planes[name]).sum() / planes[name].sum())
        for name in ("face_brows", "face_eyes", "face_nose", "face_lips")
    ]
    assert heights == sorted(heights)


def test_the_frames_account_tells_of_heads_where_regions_are_asked_for() -> None:
    with looking(evidence(), faces=(face(turned(yaw=30)),)):
        scene = {"screen": "none", "input_colour": "linear", "output": "packed"}
        made = anatomatte.matte(plate(), pack_r="face_lips", **scene)
        told = made.faces
        assert told == {"person_01": (1.0, 30.0, -0.0, 0.0)}
        assert not anatomatte.matte(plate(), pack_r="face", **scene).faces
    facts = provenance.of_faces(told, made.landmarks)
    assert json.loads(facts["faces"]) == {"person_01": [1.0, 30.0, 0.0, 0.0]}
    (places,) = json.loads(facts["face_landmarks"]).values()
    (seen,) = json.loads(facts["face_visible"]).values()
    row = FaceRow(0, 1.0, 30.0, 0.0, 0.0, places, seen)
    assert np.abs(row.points(400, 300) - turned(yaw=30)[:, :2]).max() < 0.02
    sight = row.sight()
    assert sight is not None and (sight - face(turned(yaw=30)).seen).max() <= 0.5 / 255 + 1e-6
    assert provenance.of_faces({}, {}) == {}


def test_who_has_no_face_is_told_where_regions_are_asked_for() -> None:
    scene = {"screen": "none", "input_colour": "linear", "output": "packed"}
    with looking(evidence()):
        said = " ".join(anatomatte.matte(plate(), pack_r="face_lips", **scene).messages)
        assert "No face is seen of person 1: all of it is Face: skin." in said and "closer crop" in said
        assert "No face" not in " ".join(anatomatte.matte(plate(), pack_r="face", **scene).messages)
    with looking(evidence(), faces=(face(turned()),)):
        assert "No face" not in " ".join(anatomatte.matte(plate(), pack_r="face_lips", **scene).messages)
