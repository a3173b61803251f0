"""Faces in a sidecar: what an analysis writes is read, of every schema; what is damaged is a sentence."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anatomatte.engine.looking import look_at
from anatomatte.errors import SettingsError
from anatomatte.frame import Frame
from anatomatte.settings import Settings
from anatomatte.shot.face_rows import rows_of
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import SCHEMA
from anatomatte.shot.writing import write_shot
from anatomatte.work import Work
from made.face_marks import evidence, face, plate, turned
from made.people_fake import looking
from made.shots_made import shot, written


def test_an_analysis_keeps_faces_in_the_sidecar(tmp_path: Path) -> None:
    light = plate()
    with looking(evidence(), faces=(face(turned(yaw=20)),)):
        found = look_at(
            Frame(light, (0, 0, 400, 300)), Settings(screen="none", input_colour="linear"), Work()
        )
    (row,) = found.faces
    assert (row.at, row.score, row.yaw) == (0, 1.0, 20.0)
    sight = row.sight()
    assert sight is not None and sight.shape == (478,) and sight.max() == 1
    assert np.abs(row.points(400, 300) - turned(yaw=20)[:, :2]).max() < 0.02
    made = shot(light, {7: ((1, 0.5, 0.5, 0.1, 0.1, 0.9, 0.9),)})
    moments = {7: dataclasses.replace(made.moments[7], faces=found.faces)}
    path = written(dataclasses.replace(made, moments=moments), tmp_path)
    read = read_shot(path)
    assert read.moments[7].faces == found.faces and read.token(7) == made.token(7)
    write_shot(read, path)
    assert read_shot(path).moments[7].faces == found.faces


def edited(path: Path, change: Callable[[dict[str, Any]], object], schema: int | None = None) -> Path:
    """The sidecar with another row of its frame 7."""
    table = json.loads(path.read_text(encoding="utf-8"))
    heavy = path.with_name(table["frames"]["file"])
    rows = json.loads(heavy.read_text(encoding="utf-8"))
    change(rows["7"])
    text = json.dumps(rows)
    heavy.write_text(text, encoding="utf-8")
    table["frames"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    table["schema"] = schema or table["schema"]
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = shot(plate(), {7: ((1, 0.5, 0.5, 0.1, 0.1, 0.9, 0.9),)})
    rows = rows_of((face(turned()),), 400, 300)
    return written(
        dataclasses.replace(made, moments={7: dataclasses.replace(made.moments[7], faces=rows)}), tmp_path
    )


def test_what_is_behind_a_hand_is_not_in_sight() -> None:
    frame, settings = Frame(plate(), (0, 0, 400, 300)), Settings(screen="none", input_colour="linear")
    found = []
    for hand in (False, True):
        with looking(evidence(hand), faces=(face(turned()),)):
            (row,) = look_at(frame, settings, Work()).faces
        sight = row.sight()
        assert sight is not None
        found.append(sight)
    mouth, eyes = [13, 14, 17, 0, 61, 291], [33, 133, 362, 263, 468, 473, 168]
    assert found[0][mouth].min() > 0.9 and found[1][mouth].max() < 0.1
    assert min(one[eyes].min() for one in found) > 0.9


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_schemas_up_to_4_know_no_faces(path: Path, schema: int) -> None:
    read = read_shot(edited(path, lambda row: row.update(faces="of others"), schema))
    assert read.moments[7].faces == () and read.moments[7].people


WHOLE = base64.b64encode(bytes(478 * 4)).decode("ascii")
SIGHT = base64.b64encode(bytes([255]) + bytes(477)).decode("ascii")


def test_schema_5_does_not_know_what_is_in_sight(path: Path) -> None:
    before = read_shot(path)
    found = read_shot(edited(path, lambda row: row["faces"][0].pop(), 5))
    (row,) = found.moments[7].faces
    assert row.sight() is None and dataclasses.replace(before.moments[7].faces[0], seen="") == row
    assert found.token(7) == before.token(7)
    write_shot(found, path)
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == SCHEMA and read_shot(path) == found


@pytest.mark.parametrize("faces", [[[0, 1]], [7], "x", [[0, 1, 0, 0, 0, WHOLE, SIGHT]]])
def test_a_damaged_face_of_schema_5_is_a_sentence(path: Path, faces: object) -> None:
    with pytest.raises(SettingsError, match="is damaged; run `anatomatte analyse` again"):
        read_shot(edited(path, lambda row: row.update(faces=faces), 5))


def test_a_whole_face_is_read(path: Path) -> None:
    read = read_shot(edited(path, lambda row: row.update(faces=[[0, 1, 0, 0, 0, WHOLE, SIGHT]])))
    (row,) = read.moments[7].faces
    sight = row.sight()
    assert not row.points(1920, 1080).any() and sight is not None and sight.tolist() == [1] + [0] * 477


@pytest.mark.parametrize(
    "faces",
    [
        [[1, 1, 0, 0, 0, WHOLE, SIGHT]],
        [[0, 2, 0, 0, 0, WHOLE, SIGHT]],
        [[0, 1, float("nan"), 0, 0, WHOLE, SIGHT]],
        [[0, 1, 0, 0, 0, "AAAA", SIGHT]],
        [[0, 1, 0, 0, 0, WHOLE, "AAAA"]],
        [[0, 1, 0, 0, 0, WHOLE, 7]],
        [[0, 1, 0, 0, 0, WHOLE]],
        [[0, 1]],
        [7],
        "x",
    ],
)
def test_a_damaged_face_is_a_sentence(path: Path, faces: object) -> None:
    with pytest.raises(SettingsError, match="is damaged; run `anatomatte analyse` again"):
        read_shot(edited(path, lambda row: row.update(faces=faces)))
