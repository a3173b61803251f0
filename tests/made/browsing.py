"""Chromium without a window, for the journeys of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 300
"""Seconds after which a journey hangs: no machine comes near it."""


def _program(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def browser(width: int = 1400, height: int = 900) -> Iterator[WebDriver]:
    """A browser of that size; tests are skipped where there is none."""
    chromium = _program("chromium", "chromium-browser", "google-chrome")
    driver = _program("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("There is no Chromium with its driver here (Debian: chromium, chromium-driver).")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        found.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield found
    finally:
        found.quit()


def until(driver: WebDriver, script: str, *words: Any) -> Any:
    """Wait until a JavaScript expression is true; its value."""
    wait = WebDriverWait(driver, PATIENCE, poll_frequency=0.1)
    return wait.until(lambda one: one.execute_script(f"return {script}", *words))


def complaints(driver: WebDriver) -> list[str]:
    """What the console says of errors: scripts, refused sources, missing files."""
    return [
        line["message"]
        for line in driver.execute("getLog", {"type": "browser"})["value"]
        if line["level"] in ("SEVERE", "WARNING")
    ]
