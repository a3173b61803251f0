"""The review room over HTTP: a shot looked at, mended, accepted and taken out, in its own sidecar."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte.shot.reading import read_shot
from anatomatte_batch.correct import CorrectRequest
from anatomatte_batch.request import RenderRequest
from anatomatte_review.cutting import opened
from anatomatte_review.room.screening import scale_of
from anatomatte_review.service import Setup
from made.rooms_made import room
from made.serving import Running, decoded, running

FRAMES = range(1003, 1007)
ROOT = Path(__file__).resolve().parents[2]
COAT = {"kind": "part", "frame": 1005, "part": "coat", "stroke": [0.44, 0.42, 0.45, 0.46], "radius": 0.02}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room(tmp_path_factory.mktemp("made") / "day").parent


@pytest.fixture
def shot(serving: Running, made: Path) -> dict[str, Any]:
    """The shot, opened, its sidecar as it was made."""
    day = serving.service.rooms.root.path / "day"
    for name in os.listdir(day):
        if name.endswith(".json"):
            (day / name).unlink()
    for name in os.listdir(made):
        if name.endswith(".json"):
            shutil.copy(made / name, day / name)
    answer = serving.client.post("/shots", json={"shot": "day/plate.shot.json"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def change(serving: Running, shot: dict[str, Any], method: str, path: str, **body: Any) -> Any:
    """A change of a shot at its revision."""
    headers = {"If-Match": f'"{shot["revision"]}"'}
    kind = {"json": body} if body else {}
    return serving.client.request(method, f"/shots/{shot['id']}/{path}", headers=headers, **kind)


def picture(serving: Running, shot: dict[str, Any], frame: int, view: str, **query: Any) -> np.ndarray:
    answer = serving.client.get(f"/shots/{shot['id']}/frames/{frame}/{view}", params=query)
    assert answer.status_code == 200, answer.text
    return decoded(answer.content).astype(np.float32)


def test_a_folder_lists_its_shots(serving: Running, shot: dict[str, Any]) -> None:
    above = serving.client.get("/shots").json()
    assert above["folders"] == ["day"] and above["shots"] == [] and above["writable"]
    (found,) = serving.client.get("/shots", params={"path": "day"}).json()["shots"]
    assert (found["path"], found["plate"]) == ("day/plate.shot.json", "plate.####.png")
    assert (found["first"], found["last"], found["checked"], found["doubtful"]) == (1003, 1006, 4, 1)
    day = serving.service.rooms.root.path / "day"
    (day / "other.shot.json").write_text("{", encoding="utf-8")
    shutil.copy(day / "plate.1003.png", day / "b.0001.png")
    shutil.copy(day / "plate.1003.png", day / "b.0002.png")
    held = serving.client.get("/shots", params={"path": "day"}).json()
    (day / "other.shot.json").unlink()
    assert "ends early" in held["shots"][0]["fault"] and str(day) not in held["shots"][0]["fault"]
    assert [(one["name"], one["first"], one["last"]) for one in held["plates"]] == [("b.####.png", 1, 2)]


def test_a_shot_tells_its_frames_people_and_doubts(serving: Running, shot: dict[str, Any]) -> None:
    assert [one["n"] for one in shot["frames"]] == list(FRAMES)
    assert shot["doubtful"] == [1004] and shot["reasons"]["hole"]["cure"]
    assert [one["layer"] for one in shot["people"]] == ["person_01", "person_02"]
    assert shot["source"] == "day/plate.####.png" and not shot["corrections"] and not shot["undo"]
    answer = serving.client.get(f"/shots/{shot['id']}", headers={"If-None-Match": f'"{shot["revision"]}"'})
    assert answer.status_code == 304
    assert serving.client.get("/shots/nobody").status_code == 404


def test_every_view_is_a_picture_of_its_own(serving: Running, shot: dict[str, Any]) -> None:
    views = ("plate", "matte", "overlay", "comp", "people", "parts", "evidence", "band")
    seen = [picture(serving, shot, 1005, view) for view in views]
    assert {one.shape for one in seen} == {(180, 320, 3)}
    for n, one in enumerate(seen):
        assert all(np.abs(one - other).mean() > 1 for other in seen[:n]), views[n]
    assert picture(serving, shot, 1005, "plate", width=64).shape == (36, 64, 3)
    small = serving.client.get(f"/shots/{shot['id']}/thumbs/1005", params={"width": 80})
    assert decoded(small.content).shape == (45, 80, 3)


def test_the_room_shows_what_a_render_with_the_sidecar_writes(
    serving: Running, shot: dict[str, Any], tmp_path: Path
) -> None:
    day = serving.service.rooms.root.path / "day"
    mended = change(serving, shot, "POST", "corrections", corrections=[COAT]).json()
    target = tmp_path / "key.####.exr"
    request = RenderRequest(
        source=str(day / "plate.####.png"), destination=target, frames=[1005],
        shot=day / "plate.shot.json", layers="rgba,people,parts",
    )  # fmt: skip
    assert request.run().exit_code == 0
    there = serving.client.get(f"/shots/{shot['id']}/export/frame-1005")
    assert there.status_code == 200, there.text
    (tmp_path / "room.exr").write_bytes(there.content)
    one, other = (oiio.ImageBuf(str(tmp_path / name)) for name in ("room.exr", "key.1005.exr"))
    assert one.spec().channelnames == other.spec().channelnames and "coat.A" in one.spec().channelnames
    assert np.array_equal(one.get_pixels(oiio.FLOAT), other.get_pixels(oiio.FLOAT))
    alpha = np.clip(np.asarray(other.get_pixels(oiio.FLOAT))[..., 3], 0, 1) * 255
    assert np.abs(picture(serving, mended, 1005, "matte")[..., 0] - alpha).mean() < 1.5
    assert one.spec().get_string_attribute("anatomatte:shot") == other.spec().get_string_attribute(
        "anatomatte:shot"
    )


def test_a_stroke_mends_a_part_is_undone_and_done_again(serving: Running, shot: dict[str, Any]) -> None:
    before = picture(serving, shot, 1005, "matte", layer="coat")
    answer = change(serving, shot, "POST", "corrections", corrections=[COAT])
    assert answer.status_code == 200, answer.text
    mended = answer.json()
    (one,) = mended["corrections"]
    assert (one["kind"], one["part"], one["frame"]) == ("part", "coat", 1005)
    assert one["first"] <= 1005 <= one["last"]
    assert mended["revision"] != shot["revision"] and len(mended["undo"]) == 1
    coat = picture(serving, mended, 1005, "matte", layer="coat")
    assert coat.mean() > before.mean() + 1
    assert np.array_equal(picture(serving, mended, 1005, "matte", layer="coat", before=True), before)
    undone = change(serving, mended, "POST", "undo").json()
    assert undone["corrections"] == [] and len(undone["redo"]) == 1
    assert np.array_equal(picture(serving, undone, 1005, "matte", layer="coat"), before)
    again = change(serving, undone, "POST", "redo").json()
    assert np.array_equal(picture(serving, again, 1005, "matte", layer="coat"), coat)
    gone = change(serving, again, "DELETE", "corrections/1").json()
    assert gone["corrections"] == []
    assert change(serving, gone, "DELETE", "corrections/7").status_code == 422


def test_a_place_tells_who_and_what_is_there(serving: Running, shot: dict[str, Any]) -> None:
    path = f"/shots/{shot['id']}/frames/1003/at"
    left, _, right, _ = next(one for one in shot["frames"] if one["n"] == 1003)["people"][0][3:]
    found = serving.client.get(path, params={"x": (left + right) / 2, "y": 0.45}).json()
    assert found["person"] == "person_01" and found["part"] and found["alpha"] > 0.9
    assert f"person_01.{found['part']}" in {one["layer"] for one in found["layers"]}
    nobody = serving.client.get(path, params={"x": 0.01, "y": 0.01}).json()
    assert (nobody["person"], nobody["part"], nobody["alpha"]) == ("", "", 0.0)


def test_an_accepted_frame_is_doubtful_no_more(serving: Running, shot: dict[str, Any]) -> None:
    good = change(serving, shot, "PUT", "accepted/1004", accepted=True).json()
    assert good["doubtful"] == [] and good["accepted"] == 1
    assert read_shot(serving.service.rooms.root.path / "day" / "plate.shot.json").accepted(1004)
    mended = change(serving, good, "POST", "corrections", corrections=[{**COAT, "frame": 1004}]).json()
    assert mended["doubtful"] == [1004]  # it is another one now
    assert change(serving, mended, "PUT", "accepted/9", accepted=True).status_code == 422


def test_people_are_named(serving: Running, shot: dict[str, Any]) -> None:
    made = change(serving, shot, "PATCH", "people/2", name="anna", wears="trousers,top").json()
    assert made["people"][1]["name"] == "anna" and made["people"][1]["wears"] == "trousers,top"
    for name in ("face", "1a", "a b"):
        answer = change(serving, made, "PATCH", "people/1", name=name)
        assert answer.status_code == 422 and "name" in answer.json()["error"]
    assert change(serving, made, "PATCH", "people/1", name="Anna").status_code == 422
    assert change(serving, made, "PATCH", "people/1", wears="toga").status_code == 422
    assert change(serving, made, "PATCH", "people/7", name="x").status_code == 422


def test_consent_is_written_into_the_sidecar_and_taken_back(serving: Running, shot: dict[str, Any]) -> None:
    note = {"who": "Anna Example", "what": "a new face", "when": "2026-11-29", "note": ""}
    assert shot["consent"]["who"] == ""
    for wrong in ({**note, "who": " "}, {**note, "when": "tomorrow"}, {**note, "what": ""}):
        answer = change(serving, shot, "PUT", "consent", **wrong)
        assert answer.status_code == 422 and "consent" in answer.text
    made = change(serving, shot, "PUT", "consent", **note).json()
    assert made["consent"] == note and made["undo"][0] == "wrote the consent note"
    gone = change(serving, made, "PUT", "consent", who="").json()
    assert gone["consent"]["who"] == ""
    assert change(serving, gone, "POST", "undo").json()["consent"] == note


def test_what_was_changed_elsewhere_is_not_overwritten(serving: Running, shot: dict[str, Any]) -> None:
    change(serving, shot, "PUT", "accepted/1003", accepted=True)
    path = serving.service.rooms.root.path / "day" / "plate.shot.json"
    CorrectRequest(sidecar=path, accept=[1006]).run()  # as the command line does
    late = change(serving, shot, "PUT", "accepted/1004", accepted=True)
    assert late.status_code == 409 and "changed meanwhile" in late.json()["error"]
    now = serving.client.get(f"/shots/{shot['id']}").json()
    assert [one["n"] for one in now["frames"] if one["accepted"]] == [1003, 1006]
    assert now["undo"] == []  # what somebody else did is not undone with it
    assert change(serving, now, "POST", "undo").status_code == 409
    assert serving.client.post(f"/shots/{shot['id']}/undo").status_code == 422  # no revision


def test_all_is_taken_out(serving: Running, shot: dict[str, Any], tmp_path: Path) -> None:
    mended = change(serving, shot, "POST", "corrections", corrections=[{**COAT, "reach": 1}]).json()
    mended = change(serving, mended, "PUT", "accepted/1003", accepted=True).json()

    def export(what: str) -> Any:
        return serving.client.get(f"/shots/{shot['id']}/export/{what}")

    lines = export("list").text.splitlines()
    assert lines[0].startswith("frame,state,reasons,cure,") and lines[1].startswith("1003,accepted,")
    assert lines[2].startswith("1004,doubtful,a hole in the subject,")
    (tmp_path / "c.json").write_bytes(export("corrections").content)
    day = serving.service.rooms.root.path / "day"
    with zipfile.ZipFile(io.BytesIO(export("sidecar").content)) as packed:
        packed.extractall(tmp_path)
    assert (
        read_shot(tmp_path / "plate.shot.json").corrections == read_shot(day / "plate.shot.json").corrections
    )
    undone = change(serving, change(serving, mended, "POST", "undo").json(), "POST", "undo").json()
    assert undone["corrections"] == []
    from anatomatte_cli.main import main

    words = [str(day / "plate.shot.json"), str(day / "plate.####.png"), "--from", str(tmp_path / "c.json")]
    assert main(["correct", *words]) == 0
    now = serving.client.get(f"/shots/{shot['id']}").json()
    assert now["corrections"] == mended["corrections"]
    assert 'shot_file = "plate.shot.json"' in export("preset").text
    assert export("everything").status_code == 404


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({**COAT, "part": "cote"}, "Did you mean 'coat'"),
        ({**COAT, "frame": 7}, "frame 7, which the sidecar does not know"),
        ({**COAT, "stroke": [1.5, 0.5]}, "outside of the picture"),
        ({**COAT, "stroke": [0.5]}, "Give pairs"),
        ({**COAT, "radius": 9}, "radius"),
        ({"kind": "one", "frame": 1004, "people": [1]}, "takes two different numbers"),
    ],
)
def test_a_stroke_that_cannot_be_meant_is_told(
    serving: Running, shot: dict[str, Any], body: dict[str, Any], told: str
) -> None:
    answer = change(serving, shot, "POST", "corrections", corrections=[body])
    assert answer.status_code == 422 and told in answer.json()["error"] + answer.json()["cure"]
    assert str(serving.service.rooms.root.path) not in answer.text
    assert serving.client.get(f"/shots/{shot['id']}").json()["revision"] == shot["revision"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"shot": "day/none.shot.json"}, 404),
        ({"shot": "../day/plate.shot.json"}, 404),
        ({"shot": "/etc/passwd.shot.json"}, 404),
        ({"shot": "day/plate.1003.png"}, 422),
        ({"shot": "day/plate.shot.json", "source": "day/other.####.png"}, 415),
        ({"shot": "day/plate.shot.json", "source": "../plate.####.png"}, 404),
        ({"shot": "day/plate.shot.json", "preset": "day/none.toml"}, 404),
        ({"shot": "day/link.shot.json"}, 404),
        ({"shot": "day/plate.shot.json", "source": "day/links.####.png"}, 403),
    ],
)
def test_nothing_outside_of_the_folder_is_opened(
    serving: Running, shot: dict[str, Any], asked: dict[str, str], code: int
) -> None:
    day = serving.service.rooms.root.path / "day"
    for n, name in enumerate(("links.1003.png", "link.shot.json")):
        if not (day / name).is_symlink():
            (day / name).symlink_to(day / ("plate.1003.png", "plate.shot.json")[n])
    answer = serving.client.post("/shots", json=asked)
    assert answer.status_code == code, answer.text
    assert str(day.parent) not in answer.text
    for name in ("links.1003.png", "link.shot.json"):
        (day / name).unlink()


def test_the_documents_curl_runs(serving: Running, shot: dict[str, Any], tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("There is no curl on this machine; the examples of docs/review.md were not run.")
    text = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    script = script.replace("http://127.0.0.1:8411", serving.base)
    shell = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "shot.json").read_text())["accepted"] == 1
    assert json.loads((tmp_path / "undone.json").read_text())["accepted"] == 0
    assert json.loads((tmp_path / "place.json").read_text())["layers"]
    assert json.loads((tmp_path / "corrections.json").read_text())[0]["part"] == "coat"
    assert (tmp_path / "frame.exr").read_bytes().startswith(b"\x76\x2f")


def test_a_server_that_only_looks_changes_nothing(made: Path) -> None:
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    with running(Setup(opened, root=made)) as looking:
        shot = looking.client.post("/shots", json={"shot": "plate.shot.json"}).json()
        assert not shot["writable"]
        for method, path, body in (
            ("PUT", "accepted/1004", {"accepted": True}),
            ("POST", "corrections", {"corrections": [COAT]}),
            ("PATCH", "people/1", {"name": "anna"}),
            ("PUT", "consent", {"who": "Anna", "what": "a new face", "when": "2026-11-29"}),
            ("POST", "undo", {}),
        ):
            answer = change(looking, shot, method, path, **body)
            assert answer.status_code == 403 and "--allow-write" in answer.json()["cure"]
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_a_wide_plate_is_looked_at_as_a_proxy() -> None:
    asked = {(3840, 1280): 0.25, (3840, 1920): 0.5, (3840, 3840): 1.0, (1920, 1280): 1.0, (1920, 960): 0.5}
    asked |= {(1001, 250): 0.25, (960, 1280): 1.0, (7680, 1280): 0.25}
    assert {key: scale_of(*key) for key in asked} == asked


def test_a_proxy_shows_the_frame_at_its_size(serving: Running, shot: dict[str, Any]) -> None:
    whole = picture(serving, shot, 1005, "matte", width=80, full=True)
    proxy = picture(serving, shot, 1005, "matte", width=80)
    assert whole.shape == proxy.shape == (45, 80, 3)
    assert not np.array_equal(whole, proxy) and np.abs(whole - proxy).mean() < 12


def test_the_exported_state_is_json_of_the_contract(serving: Running, shot: dict[str, Any]) -> None:
    assert json.loads(json.dumps(shot)) == shot
    assert set(shot["frames"][0]) == {
        "n", "qc", "doubtful", "ratio", "accepted", "painted", "people", "marks", "missing",
    }  # fmt: skip
