"""The page before axe-core: no finding in any view, light and dark, narrow and wide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from anatomatte_cli.checks import Finding
from anatomatte_cli.models.get import Puller
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made import native
from made.browsing import browser, until
from made.rooms_made import room
from made.serving import Running, encoded, running

AXE = Path(
    os.environ.get("ANATOMATTE_AXE") or native.ROOT / "node_modules" / "axe-core" / "axe.min.js",
)
VIEWS = ("result", "alpha", "parts", "wipe")
RUN = """
const done = arguments[0];
axe.run(document).then((found) => done(found.violations), (why) => done(`${why}`));
"""


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    if not AXE.is_file():
        pytest.skip(
            f"There is no axe-core at {AXE}: `npm pack axe-core`, and its axe.min.js in ANATOMATTE_AXE."
        )
    found = (Finding("node", "failed", "there is none; reinstall."), Finding("Python", "ok", "3.11"))
    with running(Setup(opened, examine=lambda: found, puller=Puller(), allow_pull=True)) as server:
        yield server


@pytest.fixture(scope="module")
def chromium(serving: Running) -> Iterator[WebDriver]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("axe") / "a.png"
    path.write_bytes(encoded())
    return path


def violations(page: WebDriver) -> list[str]:
    """What axe finds, with the elements."""
    if page.execute_script("return typeof axe === 'undefined'"):
        page.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found: Any = page.execute_async_script(RUN)
    assert isinstance(found, list), found
    return [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}" for one in found]


def dressed(page: WebDriver, width: int, scheme: str) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.mark.parametrize("width", [900, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    chromium: WebDriver, serving: Running, photo: Path, width: int, scheme: str
) -> None:
    dressed(chromium, width, scheme)
    chromium.get(serving.base)
    until(chromium, "document.querySelectorAll('#parts input').length > 20")
    found = {"empty": violations(chromium)}
    chromium.find_element(By.ID, "choose").send_keys(str(photo))
    until(chromium, "document.getElementById('said').textContent === '1 of 1 done.'")
    chromium.find_element(By.CSS_SELECTOR, "#keep summary").click()
    for view in VIEWS:
        chromium.find_element(By.CSS_SELECTOR, f"label[for=view-{view}]").click()
        found[view] = violations(chromium)
    chromium.find_element(By.ID, "about-open").click()
    until(chromium, "document.querySelector('#about-text .failed') !== null")
    until(chromium, "document.querySelectorAll('.networks li').length > 20")
    chromium.find_element(By.CSS_SELECTOR, "#about-text summary").click()
    chromium.find_element(By.CSS_SELECTOR, ".networks button").click()
    found["about"] = violations(chromium)
    chromium.get(f"{serving.base}/docs")
    until(chromium, "document.querySelectorAll('h2, h3, summary').length > 3")
    found["docs"] = violations(chromium)
    assert not any(found.values()), {view: wrong for view, wrong in found.items() if wrong}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("root")
    room(root / "day")
    with running(Setup(opened, root=root, writable=True)) as server:
        yield server


@pytest.mark.parametrize("width", [900, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_review_room(
    chromium: WebDriver, serving: Running, day: Running, width: int, scheme: str
) -> None:
    dressed(chromium, width, scheme)
    chromium.get(f"{day.base}/review")
    until(chromium, "document.querySelectorAll('#list-body button').length > 0")
    found = {"list": violations(chromium)}
    chromium.get(f"{day.base}/review#day/plate.shot.json?frame=1004")
    until(chromium, "document.getElementById('screen').dataset.shown")
    for summary in chromium.find_elements(By.CSS_SELECTOR, "#side details:not([open]) > summary"):
        summary.click()
    found["room"] = violations(chromium)
    for name in ("tool-one", "tool-keep", "help-open"):
        chromium.find_element(By.ID, name).click()
        found[name] = violations(chromium)
    chromium.get("about:blank")
    assert not any(found.values()), {view: wrong for view, wrong in found.items() if wrong}


def test_axe_sees_what_is_wrong(chromium: WebDriver, serving: Running) -> None:
    chromium.get(serving.base)
    chromium.execute_script("document.body.append(document.createElement('button'))")
    assert any(told.startswith("button-name") for told in violations(chromium))
