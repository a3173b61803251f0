"""Faces in the review room: landmarks, regions, whose face is replaced, the plate beside it; by HTTP and in a
browser, by clicks and by keys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from anatomatte.shot.reading import read_shot
from made.browsing import browser, complaints, until
from made.rooms_made import couple
from made.serving import Running, decoded

NOTE = {"who": "Anna Drawn", "what": "a new face", "when": "2026-11-29", "note": ""}
SOURCE = "day/bert.png"
THERE = "document.getElementById('busy').hidden && document.getElementById('screen').dataset.shown"
SHOWN = f"{THERE} && document.getElementById('screen').dataset.shown.includes(arguments[0])"
PAINTED = """(() => {
    const canvas = document.getElementById('screen');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let n = 0; n < data.length; n += 4)
        sum = (sum * 31 + data[n] * 3 + data[n + 1] * 5 + data[n + 2]) % 2147483647;
    return sum;
})()"""
"""A sum of what the canvas shows."""
PLACED = """['stage', 'side', 'transport', 'tools'].map((id) => {
    const {x, y, width, height} = document.getElementById(id).getBoundingClientRect();
    return [x, y, width, height];
})"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return couple(tmp_path_factory.mktemp("made") / "day").parent


@pytest.fixture
def shot(serving: Running, made: Path) -> dict[str, Any]:
    """The shot, opened, its sidecar as it was made."""
    day = serving.service.rooms.root.path / "day"
    shutil.rmtree(day)
    shutil.copytree(made, day)
    return told(serving)


def told(serving: Running) -> dict[str, Any]:
    found: dict[str, Any] = serving.client.post("/shots", json={"shot": "day/plate.shot.json"}).json()
    return found


def put(serving: Running, shot: dict[str, Any], path: str, **body: Any) -> Any:
    headers = {"If-Match": f'"{shot["revision"]}"'}
    return serving.client.put(f"/shots/{shot['id']}/{path}", headers=headers, json=body)


def view(serving: Running, shot: dict[str, Any], name: str, **query: Any) -> Any:
    return serving.client.get(f"/shots/{shot['id']}/frames/1/{name}", params=query)


def changed(serving: Running, shot: dict[str, Any], **query: Any) -> tuple[float, float]:
    """How far the new face changes the left and the right half of the plate."""
    plate, new = (
        decoded(view(serving, shot, name, **query).content).astype(float) for name in ("plate", "replaced")
    )
    gap, half = np.abs(new - plate).max(2), plate.shape[1] // 2
    return float((gap[:, :half] > 5).mean()), float((gap[:, half:] > 5).mean())


def test_faces_are_told_with_their_landmarks(serving: Running, shot: dict[str, Any]) -> None:
    faces = view(serving, shot, "faces").json()["faces"]
    assert sorted(one["person"] for one in faces) == ["person_01", "person_02"]
    for one in faces:
        points = np.array(one["points"]).reshape(478, 2)
        left = next(row for row in shot["frames"][0]["people"] if f"person_{row[0]:02d}" == one["person"])[3]
        assert left < points[:, 0].mean() < left + 0.6 and 0.1 < points[:, 1].mean() < 0.7
        assert len(one["seen"]) == 478 and max(one["seen"]) > 0.9
        assert one["score"] > 0.2 and abs(one["yaw"]) < 60
    for layout in (68, 106):
        few = view(serving, shot, "faces", layout=layout).json()["faces"]
        assert [(len(one["points"]), len(one["seen"])) for one in few] == [(2 * layout, layout)] * 2
        for own, one in zip(few, faces, strict=True):  # the chin is in the middle of the jaw
            at, chin = 2 * (8 if layout == 68 else 16), 2 * 152
            assert own["points"][at : at + 2] == pytest.approx(one["points"][chin : chin + 2], abs=2e-5)
    assert view(serving, shot, "faces", layout=5).status_code == 422
    assert serving.client.get(f"/shots/{shot['id']}/frames/77/faces").status_code == 422


def test_regions_colour_the_faces_alone(serving: Running, shot: dict[str, Any]) -> None:
    plate, regions = (
        decoded(view(serving, shot, name).content).astype(float) for name in ("plate", "regions")
    )
    face = decoded(view(serving, shot, "matte", layer="face").content)[..., 0]
    gap = np.abs(regions - plate).max(2)
    assert np.median(gap[face > 250]) > 25 and np.median(gap[face == 0]) < 3
    lips = decoded(view(serving, shot, "matte", layer="person_01.face_lips").content)[..., 0] > 200
    colour = shot["regions"]["face_lips"]["colour"]
    wanted = 0.6 * np.array([int(colour[n : n + 2], 16) for n in (5, 3, 1)]) + 0.4 * plate[lips]
    assert np.abs(regions[lips] - wanted).mean() < 25
    assert len(shot["regions"]) == 9


def test_the_actor_gets_the_face_in_every_render(serving: Running, shot: dict[str, Any]) -> None:
    refused = view(serving, shot, "replaced", source=SOURCE)
    assert refused.status_code == 422 and "until a consent note is given" in refused.text
    noted = put(serving, shot, "consent", **NOTE).json()
    left, right = changed(serving, noted, source=SOURCE)
    assert left > 0.01 and right == 0
    assert put(serving, noted, "actor", number=7).status_code == 422
    chosen = put(serving, noted, "actor", number=2).json()
    assert chosen["actor"] == 2 and chosen["undo"][0] == "chose person 2 as the actor"
    left, right = changed(serving, chosen, source=SOURCE)
    assert left == 0 and right > 0.002  # his own face again, warped
    path = serving.service.rooms.root.path / "day" / "plate.shot.json"
    assert read_shot(path).actor == 2
    assert put(serving, chosen, "actor", number=0).json()["actor"] == 0
    assert read_shot(path).actor == 0


def test_a_source_lies_in_the_folder(serving: Running, shot: dict[str, Any], tmp_path: Path) -> None:
    noted = put(serving, shot, "consent", **NOTE).json()
    for source, says in (
        ("../bert.png", "lies outside of the folder"),
        (str(tmp_path / "x.png"), "lies outside of the folder"),
        ("day/gone.png", "there is no picture at gone.png"),
        ("", "shows a replaced face, and Replace face (swap) is Off"),
    ):
        answer = view(serving, noted, "replaced", source=source)
        assert answer.status_code == 422 and says in answer.text, answer.text


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    with browser() as found:
        yield found


@pytest.fixture
def page(chromium: WebDriver, serving: Running, shot: dict[str, Any]) -> Iterator[WebDriver]:
    """The room with the shot in it; it ends without a complaint in the console."""
    chromium.get("about:blank")
    put(serving, shot, "consent", **NOTE)
    chromium.get(f"{serving.base}/review#day/plate.shot.json?frame=1")
    until(chromium, THERE)
    yield chromium
    assert complaints(chromium) == []


def press(page: WebDriver, *keys: str) -> None:
    for key in keys:
        page.switch_to.active_element.send_keys(key)


def test_by_clicks_to_the_actors_new_face(page: WebDriver, serving: Running) -> None:
    page.find_element(By.CSS_SELECTOR, "label[for=view-plate]").click()
    until(page, SHOWN, "|plate|")
    before, placed = page.execute_script(f"return {PAINTED}"), page.execute_script(f"return {PLACED}")
    page.find_element(By.ID, "marks").click()
    until(page, f"{PAINTED} !== arguments[0]", before)
    assert page.execute_script(f"return {PLACED}") == placed
    page.find_element(By.ID, "marks").click()
    until(page, f"{PAINTED} === arguments[0]", before)
    page.find_element(By.CSS_SELECTOR, "label[for=view-regions]").click()
    until(page, SHOWN, "|regions|")
    page.find_element(By.CSS_SELECTOR, "#face-box summary").click()
    page.find_element(By.ID, "actor-pick").click()
    screen = page.find_element(By.ID, "screen")
    ActionChains(page).move_to_element_with_offset(screen, screen.size["width"] // 5, 0).click().perform()
    until(page, "document.getElementById('actor-state').textContent === 'Person 2'")
    assert told(serving)["actor"] == 2
    page.find_element(By.ID, "source-path").send_keys(SOURCE)
    page.find_element(By.CSS_SELECTOR, "#source button").click()
    until(page, SHOWN, "|replaced|")
    assert page.execute_script(f"return {PLACED}") == placed
    page.find_element(By.ID, "wipe-of").send_keys("plate")
    until(page, f"{THERE} && document.getElementById('screen').dataset.under.includes('|plate|')")
    until(page, "location.hash.includes('source=day%2Fbert.png')")
    page.refresh()
    until(page, SHOWN, "|replaced|")


def test_by_keys_to_landmarks_and_the_plate_beside(page: WebDriver, serving: Running) -> None:
    press(page, "1")
    until(page, SHOWN, "|plate|")
    before = page.execute_script(f"return {PAINTED}")
    press(page, "l")
    until(page, f"{PAINTED} !== arguments[0]", before)
    press(page, "l", "9")
    until(page, SHOWN, "|regions|")
    press(page, "c")
    assert "Click the person" in page.find_element(By.ID, "actor-hint").get_attribute("textContent")
    press(page, Keys.ESCAPE)
    assert page.find_element(By.ID, "actor-pick").get_attribute("aria-pressed") == "false"
    page.find_element(By.CSS_SELECTOR, "#face-box summary").send_keys(Keys.ENTER)
    page.find_element(By.CSS_SELECTOR, "[data-actor='2']").send_keys(Keys.ENTER)
    until(page, "document.getElementById('actor-state').textContent === 'Person 2'")
    assert page.execute_script("return document.activeElement.dataset.actor") == "2"
    page.find_element(By.ID, "source-path").send_keys(SOURCE, Keys.ENTER)
    until(page, SHOWN, "|replaced|")
    page.find_element(By.ID, "screen").send_keys("6")
    until(page, SHOWN, "|comp|")
    press(page, "d")
    until(page, SHOWN, "|replaced|")
    ActionChains(page).key_down("b").perform()
    until(page, SHOWN, "|plate|")
    ActionChains(page).key_up("b").perform()
    until(page, SHOWN, "|replaced|")


def test_without_a_note_the_page_leads_to_it(page: WebDriver, serving: Running) -> None:
    put(serving, told(serving), "consent", who="")
    until(page, "document.getElementById('consent-state').textContent === 'none'")
    page.find_element(By.CSS_SELECTOR, "#face-box summary").click()
    page.find_element(By.ID, "source-path").send_keys(SOURCE, Keys.ENTER)
    until(page, "!document.getElementById('trouble').hidden")
    assert "until a consent note is given" in page.find_element(By.ID, "trouble").text
    page.find_element(By.XPATH, "//button[.='To the consent note']").click()
    assert page.execute_script("return document.activeElement.id") == "consent-who"
    assert all("422" in line for line in complaints(page))
