"""The page in a real browser: every journey by clicks and keys, with nothing in the console."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from anatomatte_cli.checks import Finding
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made.browsing import browser, complaints, until
from made.serving import Gate, Running, encoded, running

DONE = "document.getElementById('said').textContent === arguments[0]"
NAMED = {
    "button",
    "link",
    "radio",
    "slider",
    "checkbox",
    "combobox",
    "ColorWell",
    "image",
    "progressbar",
    "dialog",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("root")
    (made / "day 1").mkdir()
    (made / "day 1" / "b.jpg").write_bytes(encoded(".jpg"))
    (made / "a.png").write_bytes(encoded())
    (made / "bad.png").write_bytes(encoded()[:400])
    return made


@pytest.fixture(scope="module")
def serving(folder: Path) -> Iterator[Running]:
    def examine() -> tuple[Finding, ...]:
        return (Finding("node", "failed", "there is none; reinstall."),)

    with running(Setup(opened, root=folder, examine=examine)) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    with browser() as found:
        yield found


@pytest.fixture
def page(chromium: WebDriver, serving: Running) -> Iterator[WebDriver]:
    """The page anew; it ends without a complaint in the console."""
    chromium.get(serving.base)
    until(chromium, "document.querySelectorAll('#parts input').length > 20")
    yield chromium
    assert complaints(chromium) == []


def at(page: WebDriver, name: str) -> WebElement:
    return page.find_element(By.ID, name)


def choose(page: WebDriver, *paths: Path) -> None:
    at(page, "choose").send_keys("\n".join(map(str, paths)))


def press(page: WebDriver, *keys: str) -> None:
    page.switch_to.active_element.send_keys(*keys)


def shown(page: WebDriver) -> str:
    """The address of the picture that is seen, once it is there."""
    ready = "document.getElementById('shown').complete && document.getElementById('shown').naturalWidth > 0"
    until(page, ready)
    return str(at(page, "shown").get_attribute("src"))


def test_a_picture_is_chosen_seen_from_every_side_and_downloaded(page: WebDriver, folder: Path) -> None:
    choose(page, folder / "a.png")
    until(page, DONE, "1 of 1 done.")
    seen = {}
    for key, view in (("2", "alpha"), ("3", "parts"), ("4", "result"), ("1", "result")):
        page.find_element(By.TAG_NAME, "body").send_keys(key)
        seen[key] = shown(page)
        assert seen[key].endswith(f"0-{view}")
        assert at(page, "legend").is_displayed() == (key == "3")
        assert at(page, "wipe").is_displayed() == (key == "4")
    page.find_element(By.TAG_NAME, "body").send_keys("3")
    legend = [line.text for line in at(page, "legend").find_elements(By.TAG_NAME, "li")]
    assert {"face", "hair"} <= set(legend)
    assert str(at(page, "save").get_attribute("href")).endswith("a_cutout.png")
    assert "/result" in str(at(page, "save-all").get_attribute("href"))


def test_the_wipe_obeys_keys_and_the_mouse(page: WebDriver, folder: Path) -> None:
    choose(page, folder / "a.png")
    until(page, DONE, "1 of 1 done.")
    page.find_element(By.TAG_NAME, "body").send_keys("4")
    shown(page)
    at(page, "wipe").send_keys(Keys.HOME)
    where = "document.getElementById('frame').style.getPropertyValue('--wipe')"
    assert page.execute_script(f"return {where}") == "0%"
    page.execute_script(
        "const frame = document.getElementById('frame'), box = frame.getBoundingClientRect();"
        "const clientX = box.left + box.width / 4, clientY = box.top + 5;"
        "frame.dispatchEvent(new PointerEvent('pointerdown', {buttons: 1, clientX, clientY}))"
    )
    assert page.execute_script(f"return {where}") == "25%"


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_pictures_are_pasted_and_dropped(page: WebDriver, way: str) -> None:
    page.execute_script(
        """
        const bytes = Uint8Array.from(atob(arguments[0]), (sign) => sign.charCodeAt(0));
        const held = new DataTransfer(), type = "image/png";
        for (const name of ["one.png", "two.png"]) held.items.add(new File([bytes], name, { type }));
        document.dispatchEvent(arguments[1] === "paste"
          ? new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })
          : new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
        """,
        base64.b64encode(encoded()).decode(),
        way,
    )
    until(page, DONE, "2 of 2 done.")
    first, second = page.find_elements(By.CSS_SELECTOR, "#strip button")
    first.click()
    press(page, Keys.ARROW_RIGHT)
    assert page.switch_to.active_element == second and second.get_attribute("aria-current") == "true"
    press(page, Keys.DELETE)
    assert len(page.find_elements(By.CSS_SELECTOR, "#strip button")) == 1


def test_settings_make_it_again(page: WebDriver, folder: Path) -> None:
    choose(page, folder / "a.png", folder / "day 1" / "b.jpg")
    until(page, DONE, "2 of 2 done.")
    before = shown(page)
    page.find_element(By.CSS_SELECTOR, "input[value=colour]").click()
    until(page, "document.getElementById('shown').src !== arguments[0]", before)
    until(page, DONE, "2 of 2 done.")
    corner = """
        const pen = document.createElement('canvas').getContext('2d');
        pen.drawImage(document.getElementById('shown'), 0, 0);
        return [...pen.getImageData(4, 4, 1, 1).data];
    """
    shown(page)
    assert all(
        abs(a - b) < 12 for a, b in zip(page.execute_script(corner), (0x20, 0xA0, 0x40, 255), strict=True)
    )
    assert at(page, "apply").is_displayed()
    at(page, "apply").click()
    until(page, "document.getElementById('apply').hidden")
    until(page, DONE, "2 of 2 done.")
    at(page, "hard").send_keys(Keys.SPACE)
    assert at(page, "threshold").is_displayed()
    at(page, "erode").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.find_element(By.CSS_SELECTOR, "output[for=erode]").text == "1 px"
    page.find_element(By.CSS_SELECTOR, "#keep summary").click()
    page.find_element(By.CSS_SELECTOR, "#parts input[value=face]").click()
    assert at(page, "kept").text == "1 chosen"
    until(page, DONE, "2 of 2 done.")


def test_a_bad_picture_is_told_with_its_cure(page: WebDriver, folder: Path) -> None:
    choose(page, folder / "bad.png", folder / "a.png")
    until(page, DONE, "1 of 2 done, 1 failed.")
    told = at(page, "trouble").text.splitlines()
    assert len(told) == 2 and "bad.png" in told[0]


def test_the_servers_folder_is_walked(page: WebDriver) -> None:
    until(page, "!document.getElementById('folder-open').hidden")
    at(page, "folder-open").send_keys(Keys.ENTER)
    until(page, "document.querySelectorAll('#folder-list li').length === 3")
    page.find_element(By.CSS_SELECTOR, "#folder-list button").click()
    until(page, "document.getElementById('folder-path').textContent.startsWith('/day 1')")
    page.find_element(By.CSS_SELECTOR, "#folder-list input").click()
    at(page, "folder-take").click()
    until(page, DONE, "1 of 1 done.")
    assert str(at(page, "save").get_attribute("href")).endswith("b_cutout.png")


def test_about_tells_what_is_wrong_and_the_cure(page: WebDriver) -> None:
    at(page, "about-open").send_keys(Keys.ENTER)
    until(page, "document.getElementById('about-text').textContent.includes('there is none; reinstall.')")
    told = at(page, "about-text").text
    assert "Apache-2.0" in told and "torch" in told and "megapixels" in told
    press(page, Keys.ESCAPE)
    assert not at(page, "about").is_displayed()


def test_escape_cancels(chromium: WebDriver, folder: Path) -> None:
    gate = Gate()
    with running(Setup(gate)) as serving:
        chromium.get(serving.base)
        choose(chromium, folder / "a.png", folder / "day 1" / "b.jpg")
        assert gate.began.acquire(timeout=120)
        chromium.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
        until(chromium, "document.querySelectorAll('#strip .cancelled').length === 2")
        until(chromium, DONE, "0 of 2 done.")
        gate.may.set()
        while serving.service.engine.busy:
            pass
        assert complaints(chromium) == []


@pytest.mark.parametrize("width", [900, 1400])
def test_everything_has_a_name_and_fits(page: WebDriver, folder: Path, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    choose(page, folder / "a.png")
    until(page, DONE, "1 of 1 done.")
    tree: list[dict[str, Any]] = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    nodes = [
        (one["role"]["value"], one.get("name", {}).get("value", "")) for one in tree if not one["ignored"]
    ]
    assert {role for role, _ in nodes} >= {"button", "radio", "slider", "status", "banner", "main", "form"}
    assert [role for role, name in nodes if role in NAMED and not name] == []
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_the_api_page_lists_every_operation(page: WebDriver, serving: Running) -> None:
    page.get(f"{serving.base}/docs")
    until(page, "document.querySelectorAll('section').length >= 9")
    assert "/remove_background" in page.find_element(By.TAG_NAME, "main").text
