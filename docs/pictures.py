"""The pictures of the documents, out of the project's own shots: ``make pictures``.

A function makes a picture; the page needs Chromium and its driver (Debian: chromium, chromium-driver).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

DOCS = Path(__file__).resolve().parent
PHOTOS = sorted((DOCS.parent / "samples" / "photos").glob("*.jpg"))
ROOM = sorted((DOCS.parent / "samples" / "room").glob("*.jpg"))
MOST_BYTES = 200_000
"""Of one picture: clones stay small."""
_PATIENCE = 300
_SHEET_WIDTH = 1400


def page() -> Path:
    """The page of `anatomatte serve` with the sample photos, parts with their legend."""
    with _serving() as base, _browser() as driver:
        driver.get(base)
        wait = WebDriverWait(driver, _PATIENCE)
        wait.until(lambda one: len(one.find_elements(By.CSS_SELECTOR, "#parts input")) > 20)
        driver.find_element(By.ID, "choose").send_keys("\n".join(map(str, PHOTOS)))
        ended = f"{len(PHOTOS)} of {len(PHOTOS)} done."
        wait.until(lambda one: one.find_element(By.ID, "said").text == ended)
        driver.find_elements(By.CSS_SELECTOR, "#strip button")[-1].click()
        driver.find_element(By.CSS_SELECTOR, "label[for=view-parts]").click()
        seen = "const one = document.getElementById('shown'); return one.complete && one.naturalWidth > 0"
        wait.until(lambda one: one.execute_script(seen))
        shot = np.frombuffer(driver.get_screenshot_as_png(), np.uint8)
    return _kept("page.webp", cv2.imdecode(shot, cv2.IMREAD_COLOR))


def review() -> Path:
    """The review room with the sample shot of two people: parts, and a stroke that mends one."""
    with TemporaryDirectory() as folder:
        for plate in ROOM:
            shutil.copy(plate, folder)
        source = f"{folder}/plate.####.jpg"
        subprocess.run([sys.executable, "-m", "anatomatte_cli", "analyse", source, "--quiet"], check=True)
        stroke = {"kind": "part", "part": "upper_clothes", "frame": 1005, "stroke": (0.58, 0.38, 0.6, 0.52)}
        strokes = Path(folder) / "strokes.json"
        strokes.write_text(json.dumps([stroke]), encoding="utf-8")
        line = [sys.executable, "-m", "anatomatte_cli", "correct", f"{folder}/plate.shot.json", source]
        subprocess.run([*line, "--from", str(strokes)], check=True)
        with _serving("--root", folder, "--allow-write") as base, _browser() as driver:
            driver.get(f"{base}review#plate.shot.json?frame=1005&view=parts")
            seen = "return document.querySelector('[data-shown]') && document.querySelector('#busy[hidden]')"
            wait = WebDriverWait(driver, _PATIENCE)
            wait.until(lambda one: one.execute_script(seen))
            thumbs = "return [...document.querySelectorAll('.cell img')].every((one) => one.naturalWidth > 0)"
            wait.until(lambda one: one.execute_script(thumbs))
            shot = np.frombuffer(driver.get_screenshot_as_png(), np.uint8)
    return _kept("review.webp", cv2.imdecode(shot, cv2.IMREAD_COLOR))


def sheet() -> Path:
    """The sheet of `make demo`: a shot with a screen and one without, alpha, people, parts and comp."""
    with TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "anatomatte_cli.demo", "--out", folder]
        subprocess.run(line, check=True)
        made = cv2.imread(str(Path(folder) / "sheet.png"), cv2.IMREAD_COLOR)
    return _kept("sheet.webp", _smaller(made))


def people() -> Path:
    """The sheet of `anatomatte cutout` of the sample photos: people and parts without a screen."""
    with TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "anatomatte_cli", "cutout", *map(str, PHOTOS), f"{folder}/", "--sheet"]
        subprocess.run(line, check=True)
        made = cv2.imread(str(Path(folder) / "cutout_sheet.png"), cv2.IMREAD_COLOR)
    return _kept("people.webp", _smaller(made))


def replacement() -> Path:
    """Drawn people who get each other's faces: plate, source, the new plate, the patch's matte."""
    drawn = DOCS.parent / "benchmarks" / "traps_people"
    rows = []
    for plate, source in (("half2", "half1"), ("half5", "half2")):
        with TemporaryDirectory() as folder:
            for name, layers, output in (("new", "rgba", "face_plate"), ("matte", "rgba", "packed")):
                line = [sys.executable, "-m", "anatomatte_cli", "render", str(drawn / f"{plate}.jpg")]
                values = {
                    "screen": "none", "output": output, "swap": "pictures",
                    "swap_source": str(drawn / f"{source}.jpg"), "consent_who": "nobody, both are drawn",
                    "consent_what": "a picture of the documents", "consent_when": "2026-11-29",
                    **{f"pack_{of}": "face_patch" for of in "rgb"},
                }  # fmt: skip
                line += [f"{folder}/{name}.png", "--layers", layers, "--depth", "8", "--quiet"]
                line += [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
                subprocess.run(line, check=True)
            made = [str(drawn / f"{plate}.jpg"), str(drawn / f"{source}.jpg")]
            made += [f"{folder}/new.png", f"{folder}/matte.png"]
            rows.append(np.hstack([_head(cv2.imread(path, cv2.IMREAD_COLOR)) for path in made]))
    return _kept("replacement.webp", _smaller(np.vstack(rows)))


def _head(picture: np.ndarray | None) -> np.ndarray:
    """The upper part of a drawn half, of one size."""
    assert picture is not None
    wide, high = 420, 420
    scale = wide / picture.shape[1]
    made = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:high]
    return cv2.copyMakeBorder(made, 0, high - made.shape[0], 0, 0, cv2.BORDER_CONSTANT)


PICTURES = (sheet, people, page, review, replacement)


@contextmanager
def _serving(*words: str) -> Iterator[str]:
    line = [sys.executable, "-m", "anatomatte_cli", "serve", "--port", "0", *words]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@contextmanager
def _browser() -> Iterator[webdriver.Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        raise SystemExit("There is no Chromium with its driver here; install chromium and chromium-driver.")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,1000"):
        options.add_argument(word)
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield found
    finally:
        found.quit()


def _smaller(sheet: np.ndarray | None) -> np.ndarray:
    """A sheet at the width of the documents."""
    assert sheet is not None
    scale = _SHEET_WIDTH / sheet.shape[1]
    return cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _kept(name: str, pixels: np.ndarray) -> Path:
    """Write H×W×3 of 8 bits, BGR, as WebP, if it is small enough."""
    path = DOCS / name
    content = cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, 85])[1].tobytes()
    if len(content) > MOST_BYTES:
        raise SystemExit(f"{name} would have {len(content)} bytes; {MOST_BYTES} is the most.")
    path.write_bytes(content)
    return path


if __name__ == "__main__":
    for make in PICTURES:
        print(make())
