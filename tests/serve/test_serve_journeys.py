"""The page from the first picture to the file on the disk, twice: with keys alone, and with a mouse alone."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from anatomatte_review.pictures import kind_of
from anatomatte_review.service import Setup
from made.browsing import browser, complaints, until
from made.serving import Gate, Running, decoded, encoded, running

COPY = """
const [bytes, done] = [Uint8Array.from(atob(arguments[0]), (sign) => sign.charCodeAt(0)), arguments[1]];
const held = new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) });
navigator.clipboard.write([held]).then(() => done(""), (why) => done(`${why}`));
"""
SAID = "document.getElementById('said').textContent === arguments[0]"
WIPE = "return document.getElementById('frame').style.getPropertyValue('--wipe')"


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture
def saved(chromium: WebDriver, tmp_path: Path) -> Path:
    """The folder that the browser saves to."""
    words = {"behavior": "allow", "downloadPath": str(tmp_path)}
    chromium.execute_cdp_cmd("Browser.setDownloadBehavior", words)
    return tmp_path


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drop") / "photo.png"
    path.write_bytes(encoded())
    return path


def opened_page(page: WebDriver, serving: Running) -> None:
    page.get(serving.base)
    until(page, "document.querySelectorAll('#parts input').length > 20")


def press(page: WebDriver, *keys: str) -> None:
    ActionChains(page).send_keys(*keys).perform()


def tab_to(page: WebDriver, name: str) -> None:
    """Press Tab until an element has the focus; it is found on the way, or not at all."""
    for _ in range(60):
        if page.switch_to.active_element.get_attribute("id") == name:
            return
        press(page, Keys.TAB)
    raise AssertionError(f"Tab does not lead to {name}")


def pasted(page: WebDriver) -> None:
    """The sample comes from the clipboard, by Ctrl+V."""
    page.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    assert page.execute_async_script(COPY, base64.b64encode(encoded()).decode()) == ""
    ActionChains(page).key_down(Keys.CONTROL).send_keys("v").key_up(Keys.CONTROL).perform()


def dropped(page: WebDriver, path: Path) -> None:
    """A file of the desktop is dragged over the stage, and let go."""
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        page.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})


def click(page: WebDriver, where: str | WebElement) -> None:
    element = page.find_element(By.CSS_SELECTOR, where) if isinstance(where, str) else where
    ActionChains(page).move_to_element(element).click().perform()


def arrived(folder: Path, name: str) -> bytes:
    """A file that the browser saves, once it is whole."""
    path = folder / name
    while not path.is_file() or list(folder.glob("*.crdownload")):
        pass
    return path.read_bytes()


def seen(page: WebDriver) -> str:
    until(
        page, "document.getElementById('shown').complete && document.getElementById('shown').naturalWidth > 0"
    )
    return str(page.find_element(By.ID, "shown").get_attribute("src")).rpartition("-")[2]


def test_a_picture_is_cut_with_keys_alone(chromium: WebDriver, serving: Running, saved: Path) -> None:
    page = chromium
    opened_page(page, serving)
    tab_to(page, "choose")
    pasted(page)
    until(page, SAID, "1 of 1 done.")
    for key, view in (("2", "alpha"), ("3", "parts"), ("4", "result")):
        press(page, key)
        assert seen(page) == view
    tab_to(page, "wipe")
    press(page, Keys.HOME)
    assert page.execute_script(WIPE) == "0%"
    press(page, Keys.ARROW_RIGHT)
    assert page.execute_script(WIPE) == "1%"
    press(page, Keys.TAB, Keys.ARROW_RIGHT)
    assert (
        page.execute_script("return new FormData(document.getElementById('settings')).get('ground')")
        == "colour"
    )
    tab_to(page, "erode")
    press(page, Keys.ARROW_RIGHT)
    tab_to(page, "format")
    press(page, "w")
    until(page, "document.getElementById('save').href.endsWith('.webp')")
    until(page, SAID, "1 of 1 done.")
    tab_to(page, "save")
    press(page, Keys.ENTER)
    cut = arrived(saved, "image_cutout.webp")
    assert kind_of(cut) == ".webp" and decoded(cut).shape[2] == 3, "a colour is behind it"
    tab_to(page, "save-all")
    press(page, Keys.ENTER)
    arrived(saved, "anatomatte.zip")
    names = zipfile.ZipFile(saved / "anatomatte.zip").namelist()
    assert "image_cutout.webp" in names and "image_labels.json" in names
    tab_to(page, "choose")
    press(page, Keys.TAB, Keys.DELETE)
    until(page, SAID, "No picture yet.")
    assert page.switch_to.active_element.get_attribute("id") == "choose"
    assert complaints(page) == []


def test_a_picture_is_cut_with_a_mouse_alone(
    chromium: WebDriver, serving: Running, saved: Path, photo: Path
) -> None:
    page = chromium
    opened_page(page, serving)
    dropped(page, photo)
    until(page, SAID, "1 of 1 done.")
    assert seen(page) == "result"
    click(page, "label[for=view-parts]")
    assert seen(page) == "parts"
    legend = page.find_elements(By.CSS_SELECTOR, "#legend li")
    assert {"face", "hair"} <= {line.text for line in legend}
    click(page, "label[for=view-wipe]")
    seen(page)
    frame = page.find_element(By.ID, "frame")
    aside = frame.size["width"] // 4
    chain = ActionChains(page).move_to_element(frame).click_and_hold()
    chain.move_by_offset(aside // 2, 0).move_by_offset(aside - aside // 2, 0).release().perform()
    assert page.execute_script(WIPE) in ("74%", "75%", "76%")
    click(page, "#keep summary")
    click(page, "#parts input[value=face]")
    until(page, SAID, "1 of 1 done.")
    click(page, "#keep-all")
    click(page, "#hard")
    slider = page.find_element(By.ID, "threshold")
    ActionChains(page).move_to_element_with_offset(slider, slider.size["width"] // 4, 0).click().perform()
    assert 0.7 < float(page.find_element(By.CSS_SELECTOR, "output[for=threshold]").text) < 0.8
    page.find_element(By.CSS_SELECTOR, "#format option[value=tif]").click()
    until(page, "document.getElementById('save').href.endsWith('.tif')")
    until(page, SAID, "1 of 1 done.")
    click(page, "#save")
    cut = decoded(arrived(saved, "photo_cutout.tif"))
    alpha = cut[..., 3] / (65535 if cut.dtype.itemsize == 2 else 255)
    assert ((alpha > 0.02) & (alpha < 0.98)).mean() < 0.01, "its edge is hard"
    click(page, "#save-all")
    arrived(saved, "anatomatte.zip")
    assert "photo_cutout.tif" in zipfile.ZipFile(saved / "anatomatte.zip").namelist()
    click(page, "#about-open")
    until(page, "document.querySelector('#about-text h3') !== null")
    click(page, "#about-close")
    assert not page.find_element(By.ID, "about").is_displayed()
    assert complaints(page) == []


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_what_is_under_way_is_cancelled(chromium: WebDriver, photo: Path, way: str) -> None:
    gate = Gate()
    with running(Setup(gate)) as serving:
        opened_page(chromium, serving)
        if way == "keys":
            pasted(chromium)
        else:
            dropped(chromium, photo)
        assert gate.began.acquire(timeout=120)
        if way == "keys":
            tab_to(chromium, "cancel")
            press(chromium, Keys.ENTER)
        else:
            click(chromium, "#cancel")
        until(chromium, "document.querySelectorAll('#strip .cancelled').length === 1")
        gate.may.set()
        while serving.service.engine.busy:
            pass
        assert complaints(chromium) == []


@pytest.mark.parametrize(("width", "height"), [(900, 800), (1200, 800), (1400, 900)])
def test_there_is_one_scrollbar_at_most(
    chromium: WebDriver, serving: Running, photo: Path, width: int, height: int
) -> None:
    page = chromium
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    opened_page(page, serving)
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    dropped(page, photo)
    until(page, SAID, "1 of 1 done.")
    click(page, "#keep summary")
    fits = "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight]"
    for view in ("result", "alpha", "parts", "wipe"):
        click(page, f"label[for=view-{view}]")
        seen(page)
        assert page.execute_script(fits) == [width, height], view
