"""Plates whose files hold more or less than they show: what hands draw lies where the plate has it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte.engine.looking import Looked
from anatomatte.plate import prepare
from anatomatte.settings import Settings
from anatomatte.shot import likeness, windows
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import Moment, PlateFacts, Scene, Shot
from anatomatte_batch.looker import as_frame
from anatomatte_batch.picture import Floats
from anatomatte_batch.source import Source
from anatomatte_cli.main import main
from made.cli_fake import shot
from made.looker_fake import FakeLooker, analyse
from made.shots_made import written

FRAMES = range(1, 7)
OVER = (-8, -9, 24, 18)
"""Bounds of a picture around a plate of 16×9."""

WIDE, HIGH = 160, 96


def _written(path: Path, pixels: np.ndarray, x: int, y: int) -> None:
    """An EXR whose plate is 160×96 and whose pixels begin at *x*, *y* (down) of it."""
    spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], "half")
    spec.x, spec.y, spec.full_width, spec.full_height = x, y, WIDE, HIGH
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec) and out.write_image(np.ascontiguousarray(pixels, np.float32))
    out.close()


@pytest.fixture(params=["overscan", "each its own"])
def plate(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Six frames of a textured picture that pans by two pixels a frame to the right."""
    ground = cv2.GaussianBlur(np.random.default_rng(1).random((216, 300, 3), np.float32), (0, 0), 3)
    ground = np.clip((ground - 0.3) * 2.5, 0, 1)
    for n in FRAMES:
        left, top, right, low = (40, 30, 40, 30) if request.param == "overscan" else (4 * n, n, 20, 3 * n)
        x, y = 70 - 2 * n, 60
        picture = ground[y - top : y + HIGH + low, x - left : x + WIDE + right]
        _written(tmp_path / f"p.{n:04d}.exr", picture, -left, -top)
    return tmp_path / "p.####.exr"


def analysed(plate: Path) -> Path:
    source, moments = Source(str(plate), 1), {}
    for n in FRAMES:
        picture = source.read(n)
        light = prepare({"Source": as_frame(picture)}, Settings(), 1).light
        lies = windows.of(picture.bounds, picture.size)
        moments[n] = Moment(likeness.of(light), window=lies)
    facts = PlateFacts("p.####.exr", WIDE, HIGH, 1, 6)
    return written(Shot(facts, (), (Scene(1, 6),), moments), plate.parent, "p.shot.json")


class Overscanned(FakeLooker):
    """Every other frame holds more than the plate."""

    def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
        found, size, small = super().look(frame)
        return dataclasses.replace(found, bounds=OVER if frame % 2 else (0, 0, *size)), size, small


def test_an_analysis_keeps_where_each_picture_lies(tmp_path: Path) -> None:
    assert analyse(shot(tmp_path, range(1001, 1008)), looker=Overscanned()) == 0
    found = read_shot(tmp_path / "plate.shot.json")
    for frame, moment in found.moments.items():
        assert moment.window == (windows.of(OVER, (16, 9)) if frame % 2 else windows.WHOLE)
        places = sorted(row[1] for row in moment.people)
        n = frame - 1001  # people stay in shares of their own picture, as renders see them
        assert places == pytest.approx(sorted((0.2 + 0.1 * n, 0.8 - 0.1 * n)))


def test_a_stroke_follows_the_plate(plate: Path) -> None:
    path = analysed(plate)
    words = [str(path), str(plate), "--frame", "3", "--keep", "--stroke", "80,24", "--reach", "3"]
    assert main(["correct", *words]) == 0
    made = read_shot(path)
    assert made.corrections[0].points == ((0.5, 0.75),)
    for n in FRAMES:
        (mark,) = made.moments[n].marks
        assert mark.points[0] == pytest.approx((0.5 + 2 * (n - 3) / WIDE, 0.75), abs=0.006), n


def test_a_painted_matte_is_the_frames_picture(plate: Path) -> None:
    path = analysed(plate)
    roto = np.zeros((10, 20, 4), np.float32)
    roto[:] = 1  # as programs write it: the box around what was painted
    _written(plate.parent / "roto.exr", roto, 30, 40)
    assert main(["correct", str(path), "--matte", f"2={plate.parent / 'roto.exr'}"]) == 0
    matte = cv2.imread(str(plate.parent / read_shot(path).painted[2].file), cv2.IMREAD_UNCHANGED)
    picture = Source(str(plate), 1).read(2)
    assert matte.shape == picture.pixels.shape[:2]
    rows, columns = np.nonzero(matte)
    x, y = picture.bounds[0], HIGH - picture.bounds[3]  # of its upper left corner, y down
    assert (columns.min() + x, columns.max() + x) == (30, 49)
    assert (rows.min() + y, rows.max() + y) == (40, 49)
