"""The review room in a real browser: every journey by clicks and by keys, nothing in the console."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from anatomatte.shot.reading import read_shot
from anatomatte.shot.writing import write_shot
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made.browsing import browser, complaints, until
from made.rooms_made import room
from made.serving import Running, running

THERE = "document.getElementById('busy').hidden && document.getElementById('screen').dataset.shown"
SHOWN = f"{THERE} && document.getElementById('screen').dataset.shown.endsWith(arguments[0])"
SAID = "document.getElementById('now').textContent.includes(arguments[0])"
CORRECTIONS = "document.getElementById('corrections-count').textContent === arguments[0]"
LIGHT = """
    const [canvas, [x, y]] = [document.getElementById('screen'), arguments[0]];
    const scale = Math.min(canvas.clientWidth, canvas.clientHeight * arguments[1]);
    const left = (canvas.clientWidth - scale) / 2, top = (canvas.clientHeight - scale / arguments[1]) / 2;
    const place = [left + x * scale, top + y * scale / arguments[1]];
    const copy = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    copy.drawImage(canvas, ...place, 1, 1, 0, 0, 1, 1);
    const [red] = copy.getImageData(0, 0, 1, 1).data;
    return [place[0] - canvas.clientWidth / 2, place[1] - canvas.clientHeight / 2, red];
"""
"""Of a place in shares: where it is from the middle of the canvas, and how light it is."""
COAT = (0.355, 0.42)
"""Somebody's chest in frame 1004."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room(tmp_path_factory.mktemp("made") / "day").parent


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with browser() as found:
        where = tmp_path_factory.mktemp("downloads")
        words = {"behavior": "allow", "downloadPath": str(where), "eventsEnabled": False}
        found.execute_cdp_cmd("Browser.setDownloadBehavior", words)
        found.capabilities["downloads"] = where
        yield found


@pytest.fixture
def page(chromium: WebDriver, serving: Running, made: Path) -> Iterator[WebDriver]:
    """The list of shots; the shot as it was made; it ends without a complaint in the console."""
    chromium.get("about:blank")
    day = serving.service.rooms.root.path / "day"
    shutil.rmtree(day)
    shutil.copytree(made, day)
    chromium.get(f"{serving.base}/review")
    until(chromium, "document.querySelectorAll('#list-body button').length > 0")
    yield chromium
    assert complaints(chromium) == []


@pytest.fixture
def shot(page: WebDriver, serving: Running) -> WebDriver:
    """The room with the shot in it."""
    enter(page, serving)
    return page


def enter(page: WebDriver, serving: Running, words: str = "") -> None:
    page.get(f"{serving.base}/review#day/plate.shot.json{words}")
    until(page, THERE)


def at(page: WebDriver, name: str) -> WebElement:
    return page.find_element(By.ID, name)


def click(page: WebDriver, *names: str) -> None:
    for name in names:
        at(page, name).click()


def press(page: WebDriver, *keys: str) -> None:
    for key in keys:
        page.switch_to.active_element.send_keys(key)


def light(page: WebDriver, place: tuple[float, float]) -> list[float]:
    found: list[float] = page.execute_script(LIGHT, place, 320 / 180)
    return found


def drawn(page: WebDriver, *places: tuple[float, float]) -> None:
    """Draw a stroke with the mouse."""
    hand = ActionChains(page, duration=20)
    for n, place in enumerate(places):
        x, y, _ = light(page, place)
        hand.move_to_element_with_offset(at(page, "screen"), round(x), round(y))
        if n == 0:
            hand.click_and_hold()
    hand.release().perform()


def download(page: WebDriver, name: str) -> bytes:
    path: Path = page.capabilities["downloads"] / name
    until(page, "true")
    while not path.is_file() or not path.stat().st_size:
        until(page, "document.getElementById('trouble').hidden")
    return path.read_bytes()


def told(serving: Running) -> dict[str, Any]:
    """The shot as the server has it."""
    found: dict[str, Any] = serving.client.post("/shots", json={"shot": "day/plate.shot.json"}).json()
    return found


def test_by_clicks_from_the_list_to_the_corrections_taken_out(page: WebDriver, serving: Running) -> None:
    page.find_element(By.XPATH, "//button[.='day/']").click()
    until(page, "document.querySelector('#list-body .open') !== null")
    assert page.find_element(By.CSS_SELECTOR, ".doubting").text == "! 1"
    page.find_element(By.CSS_SELECTOR, "#list-body .open").click()
    until(page, THERE)
    click(page, "doubt-on")
    until(page, SHOWN, "|1004")
    assert all(words in at(page, "now").text for words in ("A hole in the subject", "Paint it shut"))
    assert light(page, COAT)[2] > 200
    click(page, "tool-remove", "strokes")
    page.execute_script("document.getElementById('radius').value = 40")
    drawn(page, (COAT[0], COAT[1] - 0.03), COAT, (COAT[0], COAT[1] + 0.03))
    until(page, CORRECTIONS, "1")
    until(page, SHOWN, "|1004")
    assert light(page, COAT)[2] < 60
    (one,) = told(serving)["corrections"]
    assert (one["kind"], one["frame"], one["radius"]) == ("remove", 1004, 0.04)
    click(page, "accept")
    until(page, "document.querySelectorAll('.cell.accepted').length === 1")
    assert told(serving)["accepted"] == 1
    click(page, "undo")
    until(page, "document.querySelectorAll('.cell.accepted').length === 0")
    click(page, "undo")
    until(page, CORRECTIONS, "0")
    until(page, SHOWN, "|1004")
    assert light(page, COAT)[2] > 200
    click(page, "redo")
    until(page, CORRECTIONS, "1")
    page.find_element(By.XPATH, "//button[.='Corrections (JSON)']").click()
    (taken,) = json.loads(download(page, "plate_corrections.json"))
    assert taken["kind"] == "remove" and taken["stroke"] == one["stroke"]


def test_by_keys_from_the_list_to_the_list_taken_out(page: WebDriver, serving: Running) -> None:
    page.find_element(By.XPATH, "//button[.='day/']").send_keys(Keys.ENTER)
    until(page, "document.querySelector('#list-body .open') !== null")
    page.find_element(By.CSS_SELECTOR, "#list-body .open").send_keys(Keys.ENTER)
    until(page, THERE)
    press(page, "n", "h", "x", *"]" * 9, "r", Keys.BACKSPACE, Keys.BACKSPACE, "1", Keys.ENTER)
    steps = round((0.5 - COAT[0]) / 0.005)
    press(page, *[Keys.ARROW_LEFT] * steps, Keys.ENTER, Keys.ARROW_DOWN, Keys.ENTER, Keys.ENTER)
    until(page, CORRECTIONS, "1")
    until(page, SHOWN, "|1004")
    assert light(page, COAT)[2] < 60
    (one,) = told(serving)["corrections"]
    assert one["reach"] == 1 and len(one["stroke"]) == 4
    press(page, Keys.ESCAPE, "a")
    until(page, "document.querySelectorAll('.cell.accepted').length === 1")
    press(page, "z")
    until(page, "document.querySelectorAll('.cell.accepted').length === 0")
    page.find_element(By.XPATH, "//button[.='List (CSV)']").send_keys(Keys.ENTER)
    rows = download(page, "plate_frames.csv").decode().splitlines()
    assert len(rows) == 5 and rows[2].startswith("1004,doubtful,a hole")
    at(page, "screen").send_keys("?")
    assert "ten frames on" in at(page, "help").text
    press(page, Keys.ESCAPE)
    assert not at(page, "help").is_displayed()


def test_views_people_and_parts_are_switched_by_keys_and_clicks(shot: WebDriver, serving: Running) -> None:
    for key, view in zip(
        "12345678",
        ("plate", "matte", "people", "parts", "overlay", "comp", "evidence", "band"),
        strict=True,
    ):
        press(shot, key)
        until(
            shot,
            f"{THERE} && document.getElementById('screen').dataset.shown.includes(arguments[0])",
            f"|{view}|",
        )
    press(shot, "2", "n")
    until(shot, SHOWN, "|1004")
    x, y, _ = light(shot, COAT)
    ActionChains(shot).move_to_element_with_offset(at(shot, "screen"), round(x), round(y)).click().perform()
    until(shot, f"{THERE} && document.getElementById('screen').dataset.shown.includes('|person_0')")
    ActionChains(shot).click().perform()
    until(shot, f"{THERE} && /person_0[0-9][.]/.test(document.getElementById('screen').dataset.shown)")
    layer = shot.find_element(By.CSS_SELECTOR, "#layers [aria-pressed=true]").get_attribute("data-layer")
    until(shot, "location.hash.endsWith(`layer=${arguments[0]}`)", layer)
    shot.refresh()
    until(
        shot,
        f"{THERE} && document.getElementById('screen').dataset.shown.includes(arguments[0])",
        f"|{layer}|",
    )
    press(shot, Keys.ESCAPE)
    until(shot, f"{THERE} && document.getElementById('screen').dataset.shown.includes('|matte||')")


def test_time_goes_by_keys_by_clicks_and_by_itself(shot: WebDriver) -> None:
    press(shot, Keys.ARROW_RIGHT)
    until(shot, SAID, "Frame 1004")
    press(shot, Keys.END)
    until(shot, SHOWN, "|1006")
    press(shot, Keys.HOME)
    until(shot, SHOWN, "|1003")
    shot.find_element(By.ID, "cell-1005").click()
    until(shot, SHOWN, "|1005")
    ActionChains(shot).move_to_element_with_offset(at(shot, "plot"), -200, 0).click().perform()
    until(shot, SAID, "Frame 1004")
    assert "A hole" in str(at(shot, "plot").get_attribute("aria-valuetext"))
    press(shot, Keys.SPACE)
    until(shot, "document.getElementById('speed').textContent.includes('4 of 4 frames ready')")
    until(shot, SAID, "Frame 1003")
    press(shot, Keys.SPACE)
    assert at(shot, "play").get_attribute("aria-pressed") == "false"


def test_people_are_named_and_corrections_taken_out(shot: WebDriver, serving: Running) -> None:
    shot.find_element(By.XPATH, "//summary[.='People']").click()
    shot.find_element(By.CSS_SELECTOR, "[aria-label='Name of person 1']").send_keys("anna", Keys.ENTER)
    until(shot, "document.getElementById('layers').textContent.includes('anna')")
    assert told(serving)["people"][0]["name"] == "anna"
    click(shot, "tool-keep")
    drawn(shot, (0.6, 0.2), (0.62, 0.25))
    until(shot, CORRECTIONS, "1")
    press(shot, Keys.ESCAPE)
    x, y, _ = light(shot, (0.6, 0.2))
    ActionChains(shot).move_to_element_with_offset(at(shot, "screen"), round(x), round(y)).click().perform()
    assert shot.find_element(By.CSS_SELECTOR, "#corrections button").get_attribute("aria-pressed") == "true"
    press(shot, Keys.DELETE)
    until(shot, CORRECTIONS, "0")


def test_consent_is_written_on_the_page_and_taken_back(shot: WebDriver, serving: Running) -> None:
    state = "document.getElementById('consent-state').textContent === arguments[0]"
    until(shot, state, "none")
    shot.find_element(By.CSS_SELECTOR, "#consent-box summary").click()
    at(shot, "consent-who").send_keys("Anna Example", Keys.ENTER)
    assert not shot.execute_script("return document.getElementById('consent').checkValidity()")
    assert not told(serving)["consent"]["who"]
    at(shot, "consent-what").send_keys("a new face in this shot")
    shot.execute_script("document.getElementById('consent-when').value = '2026-11-29'")
    shot.find_element(By.CSS_SELECTOR, "#consent [type=submit]").click()
    until(shot, state, "Anna Example, 2026-11-29")
    said = {"who": "Anna Example", "what": "a new face in this shot", "when": "2026-11-29", "note": ""}
    assert told(serving)["consent"] == said
    click(shot, "consent-back")
    until(shot, state, "none")
    assert at(shot, "consent-what").get_attribute("value") == ""


def test_before_is_held_and_the_wipe_parts_the_picture(shot: WebDriver) -> None:
    press(shot, "n", "h", "x", *"]" * 9)
    drawn(shot, COAT, (COAT[0], COAT[1] + 0.05))
    until(shot, CORRECTIONS, "1")
    until(shot, SHOWN, "|1004")
    assert light(shot, COAT)[2] < 60
    until(shot, "location.hash.includes('frame=1004')")
    shot.refresh()  # so that nothing is known of before
    until(shot, SHOWN, "|1004")
    press(shot, "h")
    ActionChains(shot).key_down("b").perform()
    until(shot, f"{SHOWN} && !document.getElementById('screen').dataset.shown.includes('+')", "|1004")
    assert light(shot, COAT)[2] > 200
    ActionChains(shot).key_up("b").perform()
    until(shot, f"{SHOWN} && document.getElementById('screen').dataset.shown.includes('+')", "|1004")
    assert light(shot, COAT)[2] < 60
    press(shot, Keys.ESCAPE)
    at(shot, "wipe-of").send_keys("before")
    until(shot, f"{THERE} && !document.getElementById('wipe').hidden")
    until(shot, "document.getElementById('screen').dataset.under")
    assert light(shot, COAT)[2] > 200
    at(shot, "wipe").send_keys(Keys.HOME)
    until(shot, "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    assert light(shot, COAT)[2] < 60


def test_a_frame_that_cannot_be_rendered_is_told_and_tried_again(shot: WebDriver, serving: Running) -> None:
    until(shot, "document.querySelectorAll('.cell').length === 4")
    plate = serving.service.rooms.root.path / "day" / "plate.1005.png"
    good = plate.read_bytes()
    plate.write_bytes(good[:200])
    press(shot, "6")
    shot.find_element(By.ID, "cell-1005").click()
    until(shot, "!document.getElementById('trouble').hidden")
    assert len(shot.find_elements(By.CSS_SELECTOR, "#trouble p")) == 2
    plate.write_bytes(good)
    shot.find_element(By.XPATH, "//button[.='Try again']").click()
    until(shot, SHOWN, "|1005")
    assert not at(shot, "trouble").is_displayed()
    assert all("Failed to load resource" in line for line in complaints(shot))


def test_another_hands_change_is_told_and_the_stroke_stays(shot: WebDriver, serving: Running) -> None:
    path = serving.service.rooms.root.path / "day" / "plate.shot.json"
    press(shot, "n", "x")
    until(shot, SHOWN, "|1004")
    shot.execute_script("Object.defineProperty(document, 'hidden', {get: () => true})")  # it asks no more
    known = read_shot(path)
    people = (dataclasses.replace(known.people[0], name="else"), *known.people[1:])
    write_shot(dataclasses.replace(known, people=people), path)
    drawn(shot, COAT, (COAT[0], COAT[1] + 0.05))
    until(shot, "!document.getElementById('trouble').hidden")
    assert "changed meanwhile" in at(shot, "trouble").text and "loaded again" in at(shot, "trouble").text
    shot.find_element(By.XPATH, "//button[.='Send it again']").click()
    until(shot, CORRECTIONS, "1")
    assert "else" in at(shot, "layers").text
    assert all("409" in line for line in complaints(shot))


def test_a_server_that_only_looks_says_so(chromium: WebDriver, serving: Running) -> None:
    root = serving.service.rooms.root.path
    with running(Setup(opened, root=root)) as looking:
        enter(chromium, looking)
        for name in ("tool-keep", "tool-remove", "tool-part", "tool-person", "tool-one", "accept"):
            assert not at(chromium, name).is_enabled()
        assert "--allow-write" in at(chromium, "tool-hint").text
        press(chromium, "k", "a", "3")
        until(chromium, f"{THERE} && document.getElementById('screen').dataset.shown.includes('|people|')")
        chromium.get("about:blank")
        assert complaints(chromium) == []


def test_a_long_shot_has_few_cells_and_missing_frames_are_told(page: WebDriver, serving: Running) -> None:
    path = serving.service.rooms.root.path / "day" / "plate.shot.json"
    known = read_shot(path)
    moments = {**known.moments, **dict.fromkeys(range(1007, 6003), known.moments[1006])}
    plate = dataclasses.replace(known.plate, last=6002)
    scenes = (dataclasses.replace(known.scenes[0], last=6002),)
    write_shot(dataclasses.replace(known, moments=moments, plate=plate, scenes=scenes), path)
    enter(page, serving, "?frame=1004")
    assert at(page, "film").find_element(By.ID, "cell-1004").get_attribute("aria-selected") == "true"
    assert page.execute_script("return document.querySelectorAll('.cell').length") < 60
    press(page, Keys.END)
    until(page, "document.getElementById('cell-6002') !== null")
    assert page.execute_script("return document.querySelectorAll('.cell').length") < 60
    assert "missing" in at(page, "now").text and "missing" in at(page, "busy").text
    press(page, Keys.HOME)
    until(page, SHOWN, "|1003")


NAMED = {
    "button",
    "link",
    "radio",
    "slider",
    "combobox",
    "image",
    "textbox",
    "spinbutton",
    "option",
    "dialog",
}


@pytest.mark.parametrize("width", [900, 1400])
def test_everything_has_a_name_and_fits(shot: WebDriver, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    shot.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    at(shot, "wipe-of").send_keys("plate")
    click(shot, "tool-one")
    tree: list[dict[str, Any]] = shot.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    nodes = [
        (one["role"]["value"], one.get("name", {}).get("value", "")) for one in tree if not one["ignored"]
    ]
    assert {role for role, _ in nodes} >= {"button", "radio", "slider", "status", "listbox", "option", "main"}
    assert [role for role, name in nodes if role in NAMED and not name] == []
    assert shot.execute_script("return document.documentElement.scrollWidth") <= width
    tall = shot.execute_script("return document.getElementById('screen').clientHeight")
    assert tall >= 200
