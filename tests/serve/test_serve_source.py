"""The pictures of a new face in the review room: chosen in the server's folder or sent, by HTTP and in a
browser; refused without a consent note; gone with the room."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from anatomatte_review.room.sources import MOST
from made.browsing import browser, complaints, until
from made.rooms_made import couple
from made.serving import Running, decoded

NOTE = {"who": "Anna Drawn", "what": "a new face", "when": "2026-11-29", "note": ""}
THERE = "document.getElementById('busy').hidden && document.getElementById('screen').dataset.shown"
SHOWN = f"{THERE} && document.getElementById('screen').dataset.shown.includes(arguments[0])"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return couple(tmp_path_factory.mktemp("made") / "day").parent


@pytest.fixture
def day(serving: Running, made: Path) -> Path:
    """The shot's folder as it was made."""
    found = serving.service.rooms.root.path / "day"
    shutil.rmtree(found)
    shutil.copytree(made, found)
    return found


@pytest.fixture
def shot(serving: Running, day: Path) -> dict[str, Any]:
    """The shot, opened, with a consent note."""
    found: dict[str, Any] = serving.client.post("/shots", json={"shot": "day/plate.shot.json"}).json()
    headers = {"If-Match": f'"{found["revision"]}"'}
    noted: dict[str, Any] = serving.client.put(
        f"/shots/{found['id']}/consent", headers=headers, json=NOTE
    ).json()
    return noted


def send(serving: Running, shot: dict[str, Any], *files: tuple[str, bytes]) -> Any:
    return serving.client.post(f"/shots/{shot['id']}/source", files=[("image", one) for one in files])


def view(serving: Running, shot: dict[str, Any], name: str, **query: Any) -> Any:
    return serving.client.get(f"/shots/{shot['id']}/frames/1/{name}", params=query)


def test_pictures_that_were_sent_give_the_face(serving: Running, shot: dict[str, Any], day: Path) -> None:
    bert = (day / "bert.png").read_bytes()
    before = sorted(day.rglob("*"))
    sent = send(serving, shot, ("../../bert.png", bert))
    assert sent.status_code == 200, sent.text
    told = sent.json()
    assert told["sent"] and told["pictures"] == 1 and told["command"] == ""
    content = view(serving, shot, "replaced", source=told["source"]).content
    assert b"face_consent" in content and b"Anna Drawn" in content  # the mark in its header
    assert b"face_consent" not in view(serving, shot, "matte").content
    new = decoded(content)
    same = decoded(view(serving, shot, "replaced", source="day/bert.png").content)
    plate = decoded(view(serving, shot, "plate").content)
    assert (new == same).all() and (np.abs(new.astype(int) - plate).max(2) > 5).mean() > 0.005
    small = serving.client.get(
        f"/shots/{shot['id']}/source/picture", params={"source": told["source"], "width": 64}
    )
    assert decoded(small.content).shape[1] == 64
    assert sorted(day.rglob("*")) == before  # the server's folder is as it was
    for _ in range(MOST):
        send(serving, shot, ("bert.png", bert))
    gone = view(serving, shot, "replaced", source=told["source"])
    assert gone.status_code == 422 and "Send them again" in gone.text


def test_what_is_sent_is_refused_with_its_cure(serving: Running, shot: dict[str, Any], day: Path) -> None:
    plate, bert = (day / "plate.0001.png").read_bytes(), (day / "bert.png").read_bytes()
    two = send(serving, shot, ("two.png", plate)).json()["source"]
    assert "2 faces are seen in it" in view(serving, shot, "replaced", source=two).text
    for answer, code, says in (
        (send(serving, shot, ("a.png", b"no picture")), 415, "no picture that is read here"),
        (send(serving, shot, *[("a.png", bert)] * 25), 413, "24"),
        (
            serving.client.post(f"/shots/{shot['id']}/source", files={"bg": ("b.png", bert)}),
            422,
            "no picture",
        ),
        (serving.client.get(f"/shots/{shot['id']}/source", params={"source": "../x"}), 422, "outside"),
    ):
        assert answer.status_code == code and says in answer.text, answer.text
    headers = {"If-Match": f'"{shot["revision"]}"'}
    serving.client.put(f"/shots/{shot['id']}/consent", headers=headers, json={"who": ""})
    refused = send(serving, shot, ("bert.png", bert))
    assert refused.status_code == 422 and "until a consent note is given" in refused.text
    assert view(serving, shot, "replaced", source=two).status_code == 422


def test_a_source_of_the_folder_tells_its_command(serving: Running, shot: dict[str, Any], day: Path) -> None:
    (day / "a face").mkdir()
    shutil.copy(day / "bert.png", day / "a face")
    told = serving.client.get(f"/shots/{shot['id']}/source", params={"source": "day/a face"}).json()
    assert told["pictures"] == 1 and not told["sent"]
    words = shlex.split(told["command"])
    assert words[:4] == ["anatomatte", "render", "day/plate.####.png", "plate_face.####.exr"]
    assert words[4:6] == ["--shot", "day/plate.shot.json"] and "--layers" not in words
    assert words[-6:] == [
        "--set", "output=face_plate", "--set", "swap=pictures", "--set", "swap_source=day/a face",
    ]  # fmt: skip


def test_a_preset_that_is_taken_out_names_pictures_from_the_shots_folder(
    serving: Running, shot: dict[str, Any], day: Path
) -> None:
    (day.parent / "faces").mkdir(exist_ok=True)
    shutil.copy(day / "bert.png", day.parent / "faces")
    (day / "swap.toml").write_text('[settings]\nswap = "pictures"\nswap_source = "faces/bert.png"\n')
    body = {"shot": "day/plate.shot.json", "preset": "day/swap.toml"}
    found = serving.client.post("/shots", json=body).json()
    taken = serving.client.get(f"/shots/{found['id']}/export/preset").text
    assert 'swap_source = "../faces/bert.png"' in taken and str(day.parent) not in taken


def test_in_a_browser_a_source_is_chosen_and_sent(serving: Running, shot: dict[str, Any], day: Path) -> None:
    with browser() as page:
        page.get(f"{serving.base}/review#day/plate.shot.json?frame=1")
        until(page, THERE)
        page.find_element(By.CSS_SELECTOR, "#face-box summary").click()
        page.find_element(By.ID, "source-open").click()
        until(page, "document.querySelectorAll('#sources-list .pick').length === 3")
        page.find_element(By.XPATH, "//button[contains(., 'bert.png')]").click()
        _new_face(page)
        assert "day/bert.png" in page.find_element(By.ID, "source-words").text
        assert "swap_source=day/bert.png" in page.find_element(By.ID, "face-command").get_attribute("value")
        first = page.execute_script("return document.getElementById('screen').dataset.shown")
        page.find_element(By.ID, "source-send").send_keys(str(day / "bert.png"))
        until(page, f"{THERE} && document.getElementById('screen').dataset.shown !== arguments[0]", first)
        _new_face(page)
        assert "Sent to this room" in page.find_element(By.ID, "source-words").text
        assert not page.find_element(By.ID, "face-command").is_displayed()
        assert complaints(page) == []


def _new_face(page: WebDriver) -> None:
    """The new face is on the screen, and a picture of its source beside it."""
    until(page, SHOWN, "|replaced|")
    until(page, "document.getElementById('source-shown').naturalWidth > 0")
