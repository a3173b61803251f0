"""Stills, sheets and pictures of the review room say of a new face whose it is and by whose consent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch import face_marks, pixel_marks
from anatomatte_batch.cutout import Cutter
from anatomatte_batch.cutout.encode import encoded, picture_bytes
from anatomatte_batch.cutout.options import FORMATS, CutoutOptions
from anatomatte_batch.cutout.pages import line_of, write_sheet
from anatomatte_batch.faces import counted
from anatomatte_batch.images import read_image
from anatomatte_batch.node import Account
from anatomatte_batch.result import FrameResult
from made.face_pictures import ANNA, BERT, NOTE, smaller

SWAP = {"swap": "pictures", "swap_source": str(BERT), "screen": "none", "steady": 0.0}
CONSENT = {name.removeprefix("consent_"): value for name, value in NOTE.items()} | {"note": ""}


def described(path: Path) -> dict[str, str]:
    picture = oiio.ImageInput.open(str(path))
    assert picture is not None
    return {one.name: str(one.value) for one in picture.spec().extra_attribs}


def said_of_a_face(path: Path) -> dict[str, str]:
    """What the description says besides the mark of the file's own pixels."""
    told: dict[str, str] = json.loads(described(path)["ImageDescription"])
    assert told.pop(pixel_marks.NAME)
    return told


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A still with a new face, and one without."""
    path = tmp_path_factory.mktemp("still") / "anna.png"
    cv2.imwrite(str(path), smaller(ANNA, 0.6))
    made = {}
    with Cutter(CutoutOptions()) as cutter:
        for name, settings in (("new", {**SWAP, **NOTE}), ("own", {"screen": "none", "steady": 0.0})):
            made[name] = cutter.cut(read_image(path), CutoutOptions(settings=settings))
    return made


def test_a_still_with_a_new_face_is_marked(cuts: dict[str, Any], tmp_path: Path) -> None:
    assert not cuts["own"].marks and "marks" not in cuts["own"].labels()
    marks = cuts["new"].marks
    assert marks["anatomatte:face_replaced"] == "pictures"
    assert json.loads(marks["anatomatte:face_consent"]) == CONSENT
    assert len(marks["anatomatte:face_source"]) == 64
    assert cuts["new"].labels()["marks"] == marks
    (_, content), *_ = encoded(cuts["new"])
    path = tmp_path / "new.png"
    path.write_bytes(content)
    assert said_of_a_face(path) == marks
    write_sheet(np.zeros((8, 8, 3), np.float32), path, [line_of("anna", one) for one in cuts.values()])
    assert said_of_a_face(path) == marks


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_every_format_holds_the_marks(kind: str, tmp_path: Path) -> None:
    said = {"anatomatte:face_replaced": "pictures", "anatomatte:face_consent": '{"who": "Änna <&> O\'Hara"}'}
    pixels = np.zeros((8, 8, 4 if kind != "jpeg" else 3), np.float32 if kind == "exr" else np.uint8)
    path = tmp_path / f"made{FORMATS[kind][0]}"
    path.write_bytes(picture_bytes(pixels, kind, marks=said))
    plain = picture_bytes(pixels, kind)
    assert b"face_replaced" in path.read_bytes() and b"face_replaced" not in plain
    if kind == "exr":
        assert said.items() <= described(path).items()
    elif kind == "webp":
        assert "&lt;&amp;&gt;" in path.read_bytes().decode("utf-8", "replace")
        shown = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        assert shown is not None and shown.shape[:2] == (8, 8)
    else:
        assert said_of_a_face(path) == said


def test_frames_whose_face_was_not_there_bear_no_mark() -> None:
    facts = {"face_replaced": "pictures", "face_source": "0" * 64, "face_consent": "{}"}
    assert face_marks.of([Account({**facts, "face_absent": "true"})]) == {}
    assert set(face_marks.of([Account(), Account(facts)])) == {f"anatomatte:{name}" for name in facts}
    pages = face_marks.together([{"a": "one"}, {}, {"a": "two"}, {"a": "one"}])
    assert pages == {"a": "one\ntwo"}


def test_a_run_without_a_face_does_not_say_that_headers_tell_of_one() -> None:
    one = FrameResult(1, "rendered", Path("out.exr"), face="absent")
    (said,) = counted([one])
    assert said.text.startswith("No face was replaced: in 1 frame") and "header" not in said.text
