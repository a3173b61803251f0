"""Regions of faces: they share out the face part, keep to it, and are made when somebody asks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import anatomatte
from anatomatte.engine import Mattes
from anatomatte.engine import faces as engine_faces
from anatomatte.faces import outlines
from anatomatte.faces.regions import REGIONS
from anatomatte.menus import FACE_MENU, MATTE_MENU
from made.face_marks import evidence, face, plate, turned
from made.laws import check
from made.people_fake import looking, row_of_people

SCENE = {"screen": "none", "who": "everyone", "input_colour": "linear"}
Planes = dict[str, NDArray[np.float32]]


def made(hand: bool = False, picture: NDArray[np.float32] | None = None, **more: object) -> Mattes:
    with looking(evidence(hand), faces=(face(turned()),)):
        return anatomatte.matte(plate() if picture is None else picture, **SCENE, **more)


def regions(mattes: Mattes, of: str = "everyone") -> Planes:
    with looking(evidence(), faces=(face(turned()),)):
        return dict(zip(FACE_MENU, mattes.planes(FACE_MENU, of), strict=True))


def middle(plane: NDArray[np.float32]) -> tuple[float, float]:
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]] + 0.5
    return float((x * plane).sum() / plane.sum()), float((y * plane).sum() / plane.sum())


def test_the_menu_is_the_regions_at_the_end() -> None:
    assert tuple(FACE_MENU) == tuple(f"face_{name}" for name in REGIONS)
    assert tuple(MATTE_MENU)[-len(FACE_MENU) :] == tuple(FACE_MENU)


def test_each_region_is_where_it_belongs() -> None:
    points, planes = turned(), regions(made())
    for name, landmarks in {
        "face_brows": (63, 293),
        "face_eyes": (468, 473),
        "face_iris": (468, 473),
        "face_nose": (197, 4),
        "face_lips": (0, 17),
        "face_mouth": (13, 14),
    }.items():
        x, y = middle(planes[name])
        assert abs(x - 200) < 2, name
        assert abs(y - points[list(landmarks), 1].mean()) < 8, name
        assert planes[name].max() > 0.5, name
    assert planes["face_iris"][int(points[468, 1]), int(points[468, 0])] > 0.9
    assert planes["face_lips"][int(points[17, 1]) - 2, 200] > 0.7
    assert planes["face_ears"].sum() > 20 and planes["face_beard"].max() == 0
    assert planes["face_ears"][:, 150:250].max() < 0.05
    assert planes["face_skin"][int(points[50, 1]), int(points[50, 0])] > 0.95  # a cheek


def test_regions_share_out_the_face_alone() -> None:
    with looking(evidence(), faces=(face(turned()),)):
        mattes = made()
        check(mattes)
        planes = mattes.planes([*FACE_MENU, "face"])
    assert np.abs(sum(planes[:-1]) - planes[-1]).max() < 1e-5
    assert all((plane <= planes[-1] + 1e-6).all() for plane in planes[:-1])


def test_what_lies_over_the_face_is_no_region() -> None:
    hidden, open_ = (regions(made(hand=hand))["face_lips"].sum() for hand in (True, False))
    assert hidden < 0.1 * open_


def test_windows_and_threads_change_nothing() -> None:
    with looking(evidence(), faces=(face(turned(yaw=20, roll=10)),)):
        one = anatomatte.matte(plate(), threads=1, **SCENE)
        many = anatomatte.matte(plate(), threads=4, **SCENE).planes(FACE_MENU)
        whole = one.planes(FACE_MENU)
        rows, columns = slice(90, 201), slice(133, 260)
        cut = one.cropped(rows, columns).planes(FACE_MENU)
    for plane, other, window in zip(whole, many, cut, strict=True):
        assert np.array_equal(plane, other)
        assert np.array_equal(plane[rows, columns], window)


def test_without_a_face_all_is_skin() -> None:
    with looking(evidence()):
        mattes = anatomatte.matte(plate(), **SCENE)
        planes = dict(zip(FACE_MENU, mattes.planes(FACE_MENU), strict=True))
        assert np.array_equal(planes.pop("face_skin"), mattes.named("face"))
    assert not any(plane.any() for plane in planes.values())


def test_a_region_of_one_person_is_his() -> None:
    at = [(k * 96 + 48, 44) for k in range(2)]
    both = tuple(face(turned(scale=1.6, at=place)) for place in at)
    picture = np.random.default_rng(2).random((96, 192, 3), np.float32)
    with looking(row_of_people(2), faces=both):
        mattes = anatomatte.matte(picture, **SCENE)
        first, second = (mattes.named("face_nose", f"person_{n:02d}") for n in (1, 2))
        assert first[:, 96:].max() == 0 < first.max() and second[:, :96].max() == 0 < second.max()
        assert np.abs(mattes.named("face_nose") - first - second).max() < 1e-5
    with looking(row_of_people(2), faces=(both[0], None)):
        mattes = anatomatte.matte(picture, **SCENE)
        assert mattes.named("face_nose", "person_02").max() == 0
        assert mattes.named("face_skin", "person_02").max() > 0.9


def test_faces_are_looked_for_when_a_region_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    picture = np.random.default_rng(8).random((96, 192, 3), np.float32)
    with looking(row_of_people(2)), monkeypatch.context() as scene:
        scene.setattr(engine_faces, "faces_of", lambda *_: asked.append(1) or (None, None))
        mattes = anatomatte.matte(picture, **SCENE)
        assert mattes.named("face").any() and mattes.named("skin").any() and not asked
        assert mattes.named("face_skin").any() and asked == [1]
        mattes.cropped(slice(10, 20), slice(0, 99)).planes(["face_lips", "face_eyes"])
        assert asked == [1]


@pytest.mark.parametrize("side", [-1, 1])
def test_of_a_profile_there_is_one_eye(side: int) -> None:
    """The other is behind the nose; from half a side both are in sight."""
    for yaw, both in ((68, False), (35, True)):
        points = turned(yaw=side * yaw)
        with looking(evidence(), faces=(face(points),)):
            mattes = anatomatte.matte(plate(), **SCENE)
            eyes = mattes.named("face_eyes") + mattes.named("face_iris")
        near, far = (points[list(outlines.EYES[k]), :2] for k in ((0, 1) if side > 0 else (1, 0)))
        there = [float(eyes[_box(one)].sum()) for one in (near, far)]
        assert there[0] > 30 and (there[1] > 12) == both, (yaw, there)


def _box(points: NDArray[np.float64]) -> tuple[slice, slice]:
    low, high = points.min(0).astype(int), points.max(0).astype(int) + 1
    return slice(low[1], high[1]), slice(low[0], high[0])


@pytest.mark.parametrize(
    "colour",
    [
        (0.8, 0.82, 0.85),
        (0.8, 0.66, 0.6),
        (0.2, 0.4, 0.6),
        (0.01, 0.01, 0.012),
        (0.35, 0.03, 0.03),
        (0.5, 0.16, 0.03),
    ],
)
def test_a_mask_that_parts_take_for_face_has_neither_nose_nor_lips(colour: tuple[float, ...]) -> None:
    points, picture = turned(), plate()
    y, x = np.mgrid[:300, :400] + 0.5
    picture[(np.hypot((x - 200) / 76, (y - 155) / 92) < 1) & (y > points[5, 1])] = colour
    planes, bare = regions(made(picture=picture)), regions(made())
    for name in ("face_nose", "face_lips", "face_mouth", "face_beard"):
        assert planes[name][int(points[4, 1]) :].max() < 0.02, name
    assert planes["face_eyes"].sum() > 0.9 * bare["face_eyes"].sum()
    assert bare["face_lips"].max() > 0.7 and bare["face_nose"].max() > 0.7


def test_nothing_of_a_face_is_on_a_thing_that_parts_take_for_it() -> None:
    """A dark microphone before one corner of the mouth, a blue cup, and none: an open mouth is no thing."""
    points = turned()
    y, x = np.mgrid[:300, :400] + 0.5
    there = np.hypot(x - points[61, 0], y - points[61, 1] - 14) < 22
    inside = np.hypot(x - points[61, 0], y - points[61, 1] - 14) < 19
    for colour in ((0.004, 0.004, 0.004), (0.1, 0.3, 0.6)):
        picture = plate()
        picture[there] = colour
        planes = regions(made(picture=picture))
        for name in ("face_lips", "face_mouth", "face_nose"):
            assert planes[name][inside].max() < 0.05, (name, colour)
        assert planes["face_lips"][:, 205:].max() > 0.7
    open_ = plate()
    open_[np.hypot((x - points[13, 0]) / 20, (y - points[13, 1]) / 20) < 1] = 0.004
    planes = regions(made(picture=open_))
    assert planes["face_mouth"].max() > 0.8 and planes["face_lips"].max() > 0.7
