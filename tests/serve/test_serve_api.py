"""The service's answers: pictures in by HTTP, cutouts, parts and batches out, through the true engine."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch.looked_at import look
from anatomatte_review.cutting import opened
from anatomatte_review.limits import Limits
from anatomatte_review.pictures import kind_of
from anatomatte_review.service import Setup
from made.serving import Gate, Running, decoded, encoded, picture, running, shot, zipped


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running() as found:
        yield found


def finished(serving: Running, job: str) -> dict[str, Any]:
    while True:
        state: dict[str, Any] = serving.client.get(f"/jobs/{job}").json()
        if state["state"] not in ("waiting", "running"):
            return state
        time.sleep(0.05)


def post(serving: Running, path: str, *files: Any, **fields: Any) -> Any:
    return serving.client.post(path, files=list(files), data=fields)


def test_a_photo_comes_out_without_its_background(serving: Running) -> None:
    answer = post(serving, "/remove_background", picture())
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert 'filename="photo_cutout.png"' in answer.headers["content-disposition"]
    cut = decoded(answer.content)
    assert cut.shape == (108, 192, 4)
    assert cut[4, 4, 3] < 26 and cut[:, 60:130, 3].max() == 255


@pytest.mark.parametrize(
    ("kind", "magic"), [("jpg", b"\xff\xd8"), ("webp", b"RIFF"), ("tif", b"II"), ("exr", b"\x76\x2f")]
)
def test_every_format_comes_out_and_holds_a_mark_of_its_pixels(
    serving: Running, kind: str, magic: bytes, tmp_path: Path
) -> None:
    answer = post(serving, "/remove_background", picture(), format=kind)
    assert answer.status_code == 200
    assert answer.content.startswith(magic)
    (tmp_path / f"a.{kind}").write_bytes(answer.content)
    assert look(tmp_path / f"a.{kind}").altered == ()


@pytest.mark.parametrize("squeezed", ["none", "rle"])
def test_a_targa_goes_in(serving: Running, tmp_path: Path, squeezed: str) -> None:
    path = tmp_path / "a.tga"
    pixels = np.ascontiguousarray(shot()[..., ::-1])
    made = oiio.ImageBuf(pixels)
    made.specmod().attribute("compression", squeezed)
    assert made.write(str(path))
    answer = post(serving, "/remove_background", picture("a.tga", path.read_bytes()))
    assert answer.status_code == 200, answer.text
    assert decoded(answer.content).shape == (*shot().shape[:2], 4)


@pytest.mark.parametrize(
    "head",
    [
        b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0",  # an icon
        b"\0\0\0\x18ftypmp42\0\0\0\0\0\0",  # a film
        b"\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x18\0",  # a Targa without a pixel
        b"\0" * 17,
    ],
)
def test_what_is_no_targa_is_not_taken_for_one(head: bytes) -> None:
    assert kind_of(head) is None


def test_a_jpeg_tells_that_white_is_behind(serving: Running) -> None:
    told = post(serving, "/remove_background", picture(), format="jpg").headers["X-Told"]
    assert "JPEG knows no transparency" in told and "--" not in told
    assert "X-Told" not in post(serving, "/remove_background", picture(), format="jpg", bg="#20a040").headers


def test_a_colour_goes_behind(serving: Running) -> None:
    seen = decoded(post(serving, "/remove_background", picture(), bg="#2040c0").content)
    assert seen.shape == (108, 192, 3)
    assert np.abs(seen[4, 4].astype(int) - (0xC0, 0x40, 0x20)).max() <= 8


def test_a_picture_goes_behind(serving: Running) -> None:
    from cv2 import imencode

    ground = bytes(imencode(".png", np.full((20, 30, 3), (10, 20, 200), np.uint8))[1])
    answer = post(serving, "/remove_background", picture(), ("bg", ("wall.png", ground)))
    assert np.abs(decoded(answer.content)[4, 4].astype(int) - (10, 20, 200)).max() <= 8


def test_a_background_that_is_damaged_is_told_without_a_path_of_the_server(serving: Running) -> None:
    cut = encoded()[: len(encoded()) // 2]
    answer = post(serving, "/remove_background", picture(), ("bg", ("wall.png", cut)))
    assert answer.status_code == 415 and answer.json()["error"].startswith("The background is ")
    assert "/" not in answer.json()["error"]


def test_a_quality_that_counts_for_nothing_is_told(serving: Running) -> None:
    told = post(serving, "/remove_background", picture(), quality=50).headers["X-Told"]
    assert "quality 50 has no effect on png" in told
    answer = post(serving, "/remove_background", picture(), quality=50, format="webp")
    assert "quality" not in answer.headers.get("X-Told", "")


@pytest.mark.parametrize("path", ["/", "/status", "/openapi.json", "/models"])
def test_the_head_of_an_answer_may_be_asked_for(serving: Running, path: str) -> None:
    """As proxies and monitors do."""
    head, whole = serving.client.head(path), serving.client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert serving.client.head("/nothing").status_code == 404
    assert serving.client.head("/parse").status_code == 405


def test_the_edge_obeys(serving: Running) -> None:
    def cover(**fields: Any) -> float:
        return float(decoded(post(serving, "/remove_background", picture(), **fields).content)[..., 3].mean())

    assert cover(erode=3) < cover() < cover(erode=-3)
    hard = decoded(post(serving, "/remove_background", picture(), threshold=0.5).content)[..., 3]
    soft = decoded(post(serving, "/remove_background", picture(), feather=4).content)[..., 3]
    between = [int(((one > 12) & (one < 243)).sum()) for one in (hard, soft)]
    assert between[0] < between[1] / 4


def test_only_a_part_is_kept(serving: Running) -> None:
    whole, head = (
        decoded(post(serving, "/remove_background", picture(), only=only).content)[..., 3]
        for only in ("", "face, hair")
    )
    assert 0 < head.mean() < whole.mean() * 0.7


def test_parts_as_colours_zip_and_json(serving: Running) -> None:
    colours = post(serving, "/parse", picture())
    assert decoded(colours.content).shape == (108, 192, 3) and decoded(colours.content).any()
    told = post(serving, "/parse", picture(), format="json").json()
    person = told["labels"]["people"]["person_01"]
    assert 0.02 < person["area"] < 0.9 and set(person["parts"]) >= {"face", "hair"}
    assert set(told["labels"]["legend"]) >= {"face", "hair"}
    assert {"person_01", "person_01.face"} <= set(told["masks"])
    asked = serving.client.post("/parse", files=[picture()], headers={"Accept": "application/zip, */*;q=0.1"})
    names = zipfile.ZipFile(io.BytesIO(asked.content)).namelist()
    assert {"labels.json", "parts.png", "person_01.face.png"} <= set(names)


def test_a_batch_of_files_and_zips_is_fetched_as_one_zip(serving: Running) -> None:
    sent = zipped({"deep/photo.png": encoded(), "readme.txt": b"no picture"})
    answer = post(
        serving,
        "/batch",
        picture(),
        picture("bad.png", encoded()[:900]),
        picture("more.zip", sent),
        alpha="true",
    )
    assert answer.status_code == 202
    job = answer.json()
    state = finished(serving, job["id"])
    assert [item["state"] for item in state["items"]] == ["done", "failed", "done"]
    assert "bad.png" in state["items"][1]["error"] and state["items"][1]["cure"]
    packed = zipfile.ZipFile(io.BytesIO(serving.client.get(state["result"]).content))
    assert packed.testzip() is None
    assert sorted(packed.namelist()) == [
        "photo-2_alpha.png", "photo-2_cutout.png", "photo_alpha.png", "photo_cutout.png",
    ]  # fmt: skip
    (one,) = [path for name, path in state["items"][0]["files"].items() if "cutout" in name]
    assert decoded(serving.client.get(one).content).shape == (108, 192, 4)
    assert serving.client.delete(f"/jobs/{job['id']}").status_code == 204
    assert serving.client.get(f"/jobs/{job['id']}").status_code == 404
    assert serving.service.store.size == 0


def test_failures_have_a_cure(serving: Running) -> None:
    cases = [
        (post(serving, "/remove_background", bg="red"), 415),
        (post(serving, "/remove_background", picture(), picture()), 422),
        (post(serving, "/remove_background", picture(content=b"not a picture at all")), 415),
        (post(serving, "/remove_background", picture(content=encoded()[:300])), 415),
        (post(serving, "/remove_background", picture(), only="nose"), 422),
        (post(serving, "/remove_background", picture(), bg="plaid"), 422),
        (post(serving, "/remove_background", picture(), threshold="2"), 422),
        (post(serving, "/remove_background", picture(), colour="red"), 422),
        (post(serving, "/parse", picture(), format="gif"), 422),
        (post(serving, "/batch", picture("empty.zip", zipped({}))), 422),
        (serving.client.get("/jobs/none"), 404),
        (serving.client.get("/nothing"), 404),
        (serving.client.put("/parse"), 405),
    ]
    for answer, code in cases:
        told = answer.json()
        assert answer.status_code == code, told
        assert told["error"].endswith(".") and told["cure"].endswith("."), told
        assert set(told) == {"error", "cure"}


def test_the_status_tells_engine_models_and_versions(serving: Running) -> None:
    told = serving.client.get("/status").json()
    assert told["engine"]["state"] in ("ready", "starting") and told["device"]
    assert {model["id"] for model in told["models"]} >= {"people", "person_detector"}
    assert all(model["licence"] for model in told["models"])
    assert told["versions"]["anatomatte"] and told["doctor"] is None
    assert {"face", "skin", "clothes"} <= set(told["parts"])


def test_the_page_and_the_api_come_whole(serving: Running) -> None:
    page = serving.client.get("/")
    assert "<title>Anatomatte" in page.text
    api = serving.client.get("/openapi.json").json()
    assert {"/parse", "/remove_background", "/batch", "/jobs/{name}", "/status"} <= set(api["paths"])
    for operations in api["paths"].values():
        for operation in operations.values():
            assert operation["summary"] and "500" in operation["responses"]


@pytest.mark.parametrize("sent", ["/cut/status", "/status"], ids=["passed on", "taken off"])
def test_a_proxy_may_stand_before_it(sent: str) -> None:
    with running(Setup(opened, prefix="/cut")) as serving:
        assert serving.client.get(sent).status_code == 200
        page = serving.client.get(sent.replace("status", ""))
        assert 'src="page/app.js"' in page.text
        job = serving.client.post(sent.replace("status", "batch"), files=[picture()]).json()
        assert job["result"].startswith("/cut/jobs/")
        assert serving.client.delete(f"/cut/jobs/{job['id']}").status_code == 204


def test_who_sends_too_much_is_told_when_to_come_again() -> None:
    gate = Gate()
    with running(Setup(gate, Limits(waiting=3, waiting_each=2, jobs=1))) as serving:
        jobs = [serving.client.post("/batch", files=[picture()], headers={"X-Client": "a"})]
        assert gate.began.acquire(timeout=60)
        more = serving.client.post("/batch", files=[picture()])
        assert more.status_code == 429 and int(more.headers["retry-after"]) >= 1
        gate.may.set()
        assert finished(serving, jobs[0].json()["id"])["state"] == "done"


def test_what_takes_too_long_is_given_up() -> None:
    gate = Gate()
    with running(Setup(gate, Limits(seconds=0.3))) as serving:
        answer = post(serving, "/remove_background", picture())
        assert answer.status_code == 504 and answer.json()["cure"]
        gate.may.set()
        while serving.service.engine.busy:
            time.sleep(0.02)
        assert serving.service.engine.tally.cancelled == 1


def test_a_cancelled_batch_leaves_nothing() -> None:
    gate = Gate()
    with running(Setup(gate)) as serving:
        job = serving.client.post("/batch", files=[picture("a.png"), picture("b.png")]).json()
        assert gate.began.acquire(timeout=60)
        assert serving.client.get(job["result"]).status_code == 409
        assert serving.client.delete(f"/jobs/{job['id']}").status_code == 204
        left = [path for path in serving.service.store.folder.rglob("*") if path.is_file()]
        assert [path.name for path in left] == ["running"]  # the lock of the folder
        gate.may.set()
        assert post(serving, "/remove_background", picture()).status_code == 200


def test_who_hangs_up_makes_room() -> None:
    gate = Gate()
    with running(Setup(gate)) as serving:
        request = serving.client.build_request("POST", "/remove_background", files=[picture()])
        content, kind = request.read(), request.headers["content-type"]
        head = f"POST /remove_background HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        with serving.raw() as caller:
            caller.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
            assert gate.began.acquire(timeout=60)
        while serving.service.engine.busy:
            time.sleep(0.02)
        assert serving.service.engine.tally.cancelled == 1
        gate.may.set()
        assert post(serving, "/remove_background", picture()).status_code == 200


def test_labels_are_json_in_the_zip_of_a_batch(serving: Running) -> None:
    job = post(serving, "/batch", picture(), parts="true", plate="true").json()
    state = finished(serving, job["id"])
    packed = zipfile.ZipFile(io.BytesIO(serving.client.get(state["result"]).content))
    assert json.loads(packed.read("photo_labels.json"))["people"]
    views = state["items"][0]["views"]
    assert set(views) == {"plate", "result", "parts"}
    assert all(serving.client.get(path).status_code == 200 for path in views.values())
    again = serving.client.get(f"{state['result']}?also={job['id']}")
    assert again.status_code == 200
