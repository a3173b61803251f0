"""The sidecar's files: what is written is read; whatever is wrong is a sentence with the cure."""

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

from anatomatte.errors import OutputError, SettingsError
from anatomatte.faces.mesh import POINTS
from anatomatte.shot import likeness, migrating, store
from anatomatte.shot.face_rows import FaceRow
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import named
from anatomatte.shot.writing import write_shot
from anatomatte.text_file import LONGEST
from anatomatte_batch.cryptomatte import Cryptomatte
from anatomatte_batch.layers import CRYPTOMATTES, EVERYONE, SETS, available
from made.shots_made import shot, written

LIGHT = np.random.default_rng(0).random((45, 80, 3), np.float32)
ROWS = dict.fromkeys((1001, 1002), ((1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.9), (0, 0.7, 0.3, 0.6, 0.2, 0.8, 0.9)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(shot(LIGHT, ROWS, {1: "anna"}), tmp_path)


def edited(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    table = json.loads(path.read_text(encoding="utf-8"))
    change(table)
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


def test_what_is_written_is_read(path: Path) -> None:
    found = read_shot(path)
    assert found.names == {"person_01": "anna"} and found.people[0].frames == 2
    assert found.moments[1001].people == ROWS[1001] and found.plate.name == "plate.####.exr"
    assert found.token(1001) == found.token(1002) != found.token(1003)


def test_a_name_edited_by_hand_and_unknown_keys_are_kept(path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table["people"][0]["name"] = "Bert_2"
        table["people"][0]["later"] = 1
        table["strokes"] = [{"frame": 1001}]

    before = read_shot(path).token(1001)
    found = read_shot(edited(path, change))
    assert found.names == {"person_01": "Bert_2"} and found.token(1001) == before
    write_shot(found, path)
    assert json.loads(path.read_text(encoding="utf-8"))["strokes"] == [{"frame": 1001}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.update(schema=99), f"schema 99 and this version reads up to {migrating.SCHEMA}.*newer"),
        (lambda t: t.pop("schema"), "does not say which schema"),
        (lambda t: t.update(kind="else"), "no sidecar of a shot"),
        (lambda t: t["people"][0].update(name="über"), r"name 'über' is no.*a to z.*such as uber\."),
        (lambda t: t["people"][0].update(name="Anna B"), "name 'Anna B' is no layer's name.*such as Anna_B"),
        (lambda t: t["people"][0].update(name="アンナ"), r"a to z\), digits and _, a letter first\.$"),
        (lambda t: t["people"][0].update(name="Fáce"), r"a letter first\.$"),
        (lambda t: t["people"][0].update(name="Face"), "is a layer of its own already"),
        (lambda t: t["painted"].extend([{"frame": 1, "file": "a", "sha256": ""}] * 2), "frame 1 has two"),
        (lambda t: t["people"][0].update(number=9), "number = 9 is outside 1 to 8"),
        (lambda t: t["people"].append(dict(t["people"][0], number=2)), "called 'anna' as person 1 is"),
        (lambda t: t["people"].append(dict(t["people"][0], name="")), "there twice"),
        (lambda t: t.update(people="anna"), "people must be a list"),
        (lambda t: t["scenes"][0].update(screen="green"), "scene 1001 to 1002: .*Kept decision"),
        (lambda t: t["scenes"].append({"first": 1002, "last": 1005}), "overlaps another"),
        (lambda t: t["frames"].update(file="../other.json"), "does not name the file of its frames"),
        (lambda t: t["frames"].update(file="gone.json"), "needs gone.json beside it.*copy both files"),
        (lambda t: t["frames"].update(sha256="0"), "do not belong together"),
        (lambda t: t["plate"].update(width="wide"), "width = 'wide': it takes a whole number"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_told(path: Path, change: Callable[[Any], object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        read_shot(edited(path, change))


def test_a_key_with_a_slip_in_it_is_no_unknown_key(path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table["people"][0]["nmae"] = table["people"][0].pop("name")

    with pytest.raises(SettingsError, match="people, entry 1 has no key 'nmae'; did you mean 'name'"):
        read_shot(edited(path, change))


def test_nobody_is_called_as_a_word_for_layers() -> None:
    words = {*available(), *SETS, *CRYPTOMATTES, EVERYONE, "all", "cryptomatte"}
    words |= {channel.partition(".")[0] for channel in Cryptomatte("cryptopart", {}).channels}
    for word in words:
        with pytest.raises(SettingsError, match="is a layer of its own already"):
            named(word, "person 1")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"name": "anna"', '"name": "anna", "name": "bert"', "has the key 'name' twice; mend it"),
        ('"number": 1,', f'"number": {"1" * 5000},', "cannot be meant.*; mend it, or"),
        ('"anna"', '"Zo\xeb"', "is no text in UTF-8; save it as UTF-8"),
    ],
)
def test_what_an_editor_leaves_is_told(path: Path, old: str, new: str, told: str) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").replace(old, new).encode("latin-1"))
    with pytest.raises(SettingsError, match=told):
        read_shot(path)


def test_a_long_shot_of_many_faces_is_read(tmp_path: Path) -> None:
    places = base64.b64encode(bytes(POINTS * 4)).decode()
    seen = base64.b64encode(bytes(POINTS)).decode()
    faces = tuple(FaceRow(at, 0.5, 0.0, 0.0, 0.0, places, seen) for at in range(8))
    made = shot(LIGHT, dict.fromkeys(range(850), ((1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.9),) * 8))
    moments = {n: dataclasses.replace(one, faces=faces) for n, one in made.moments.items()}
    path = written(dataclasses.replace(made, moments=moments), tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) > LONGEST
    assert read_shot(path).moments[849].faces == faces


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.97])
def test_half_a_file_is_told(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole.rstrip()))])
    with pytest.raises(
        SettingsError, match=r"ends early.*run `anatomatte analyse` again|is not JSON at line"
    ):
        read_shot(path)


def test_a_typing_error_names_its_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace('"number": 1,', '"number": 1')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"is not JSON at line 1\d, column \d+ \(.*\); mend that line"):
        read_shot(path)


def test_a_missing_file_and_a_damaged_frame_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not there; check the path"):
        store.load(str(tmp_path / "none.shot.json"))
    made = shot(LIGHT, {1: ((1, float("nan"), 0, 0, 0, 0, 0),)})
    with pytest.raises(SettingsError, match="frame 1 is damaged"):
        read_shot(written(made, tmp_path))


def test_the_old_sidecar_stays_whole_when_writing_fails(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Path, content: bytes) -> int:
        if self.suffix == ".json" and b'"kind"' in content:
            raise OSError(5, "the disk went away")
        return original(self, content)

    original = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(OutputError, match="the disk went away"):
        write_shot(shot(LIGHT, {5: ROWS[1001]}), path)
    assert sorted(read_shot(path).moments) == [1001, 1002]


def test_one_frames_file_is_left(path: Path) -> None:
    write_shot(shot(LIGHT, {5: ROWS[1001]}), path)
    assert len(list(path.parent.iterdir())) == 2 and sorted(read_shot(path).moments) == [5]


def test_a_change_on_the_disk_is_seen(path: Path) -> None:
    assert store.load(str(path)) is store.load(str(path))
    edited(path, lambda table: table["people"][0].update(name="carla_the_other"))
    assert store.load(str(path)).names == {"person_01": "carla_the_other"}


def older(path: Path) -> Path:
    """The sidecar as schema 1 had it: without checks."""
    heavy = next(path.parent.glob("*.frames-*.json"))
    frames = json.loads(heavy.read_text(encoding="utf-8"))
    for row in frames.values():
        del row["qc"]
    text = json.dumps(frames)
    heavy.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return edited(path, lambda table: (table.update(schema=1), table["frames"].update(sha256=digest)))


def test_a_sidecar_without_checks_is_read_and_decides_the_same(path: Path) -> None:
    before = read_shot(path)
    found = read_shot(older(path))
    assert found == before and all(not moment.qc for moment in found.moments.values())
    assert found.token(1001) == before.token(1001)
    write_shot(found, path)
    assert (
        json.loads(path.read_text(encoding="utf-8"))["schema"] == migrating.SCHEMA
        and read_shot(path) == before
    )


def test_checks_are_kept_and_decide_no_pixel(path: Path) -> None:
    before = read_shot(path)
    moments = {
        n: dataclasses.replace(one, qc={"hole": 0.25, "of_later": 0.5}) for n, one in before.moments.items()
    }
    write_shot(dataclasses.replace(before, moments=moments), path)
    found = read_shot(path)
    assert found.moments[1001].qc == {"hole": 0.25, "of_later": 0.5}
    assert found.token(1001) == before.token(1001)


def test_an_older_schema_is_brought_up_step_by_step() -> None:
    def first(table: dict[str, Any], frames: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"people": table.pop("actors"), **table}, frames

    def second(table: dict[str, Any], frames: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return table, {key: {"people": rows} for key, rows in frames.items()}

    steps = {1: first, 2: second}
    table, rows = migrating.migrated({"schema": 1, "actors": [1]}, {"7": [2]}, "it", steps, 3)
    assert (table, rows) == ({"schema": 3, "people": [1]}, {"7": {"people": [2]}})
    table, rows = migrating.migrated({"schema": 2, "people": []}, {"7": []}, "it", steps, 3)
    assert table["schema"] == 3 and rows == {"7": {"people": []}}
    with pytest.raises(SettingsError, match="schema 4 and this version reads up to 3"):
        migrating.migrated({"schema": 4}, {}, "it", steps, 3)
    assert set(migrating.STEPS) == set(range(1, migrating.SCHEMA))


def test_a_likeness_survives_grades_and_proxies_and_no_other_plate() -> None:
    smooth = np.random.default_rng(1).random((9, 16, 3), np.float32).repeat(20, 0).repeat(20, 1)
    own = likeness.of(smooth)
    assert likeness.alike(own, likeness.of(0.1 + 3 * smooth**1.8)) > 0.95
    assert likeness.alike(own, likeness.of(smooth[::2, ::2])) > 0.95
    assert likeness.alike(own, likeness.of(smooth[::-1])) < likeness.ALIKE
    even = likeness.of(np.full((20, 20, 3), 0.2, np.float32))
    assert likeness.alike(even, even) == 1.0 and likeness.alike(even, own) == 0.0
