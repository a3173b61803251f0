"""Regions of faces where stills are cut: the command line, the service, the page."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from selenium.webdriver.common.by import By

from anatomatte.menus import FACE_MENU
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made.browsing import browser, complaints, until
from made.face_pictures import ANNA, smaller
from made.serving import Running, decoded, running

SEEN = {"face_skin", "face_brows", "face_eyes", "face_nose", "face_lips"}
"""What is there of Anna's face, and maybe more."""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "anna.png"
    cv2.imwrite(str(path), smaller(ANNA, 0.6))
    return path


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running(Setup(opened)) as found:
        yield found


def post(serving: Running, path: str, photo: Path, **fields: str) -> Any:
    answer = serving.client.post(path, files={"image": (photo.name, photo.read_bytes())}, data=fields)
    assert answer.status_code < 300, answer.text
    return answer


def grey(content: bytes) -> np.ndarray:
    return decoded(content).astype(float) / 255


def partition(masks: dict[str, np.ndarray]) -> None:
    """Regions sum up to the face, as far as 8 bits can say."""
    regions = [one for name, one in masks.items() if name.startswith("person_01.face_")]
    assert len(regions) >= len(SEEN)
    assert np.abs(sum(regions) - masks["person_01.face"]).max() <= (len(regions) + 1) / 255


def test_the_command_line_writes_a_matte_each_a_map_and_labels(photo: Path, tmp_path: Path) -> None:
    words = ("cutout", str(photo), str(tmp_path / "out") + "/", "--regions", "--parts")
    done = subprocess.run(
        [sys.executable, "-m", "anatomatte_cli", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    files = {path.name.removeprefix("anna_"): path for path in (tmp_path / "out").iterdir()}
    begin = "part_"
    masks = {n[len(begin) : -4]: grey(path.read_bytes()) for n, path in files.items() if n.startswith(begin)}
    assert {f"person_01.{name}" for name in SEEN} <= set(masks)
    partition(masks)
    labels = json.loads(files["labels.json"].read_text())
    regions = labels["people"]["person_01"]["regions"]
    assert set(regions) >= SEEN and regions["face_lips"]["colour"] == labels["legend"]["face_lips"]
    picture = decoded(files["regions.png"].read_bytes())
    lips = masks["person_01.face_lips"] > 0.99
    wanted = [int(regions["face_lips"]["colour"][n : n + 2], 16) for n in (5, 3, 1)]
    assert np.abs(np.median(picture[lips], axis=0) - wanted).max() <= 2
    assert not picture[masks["person_01.face"] == 0].any()


def test_without_the_word_there_are_none(serving: Running, photo: Path) -> None:
    told = post(serving, "/parse", photo, format="json").json()
    assert not any("face_" in name for name in told["masks"])
    assert "regions" not in told["labels"]["people"]["person_01"]


def test_the_service_tells_them(serving: Running, photo: Path) -> None:
    told = post(serving, "/parse", photo, format="json", regions="true").json()
    masks = {name: grey(base64.b64decode(one)) for name, one in told["masks"].items()}
    partition(masks)
    assert set(told["labels"]["people"]["person_01"]["regions"]) >= SEEN
    colours = decoded(post(serving, "/parse", photo, regions="true").content)
    assert not colours[masks["person_01.face"] == 0].any() and colours.any()
    packed = zipfile.ZipFile(io.BytesIO(post(serving, "/parse", photo, format="zip", regions="true").content))
    assert {"regions.png", "parts.png", "person_01.face_lips.png", "labels.json"} <= set(packed.namelist())


def test_the_page_shows_them_with_their_legend(serving: Running, photo: Path) -> None:
    with browser() as page:
        page.get(serving.base)
        page.find_element(By.ID, "choose").send_keys(str(photo))
        until(page, "document.getElementById('said').textContent === '1 of 1 done.'")
        page.find_element(By.TAG_NAME, "body").send_keys("5")
        until(page, "document.getElementById('shown').naturalWidth > 0")
        assert page.find_element(By.ID, "shown").get_attribute("alt").startswith("Regions of faces of anna")
        legend = {one.text.replace(" ", "_") for one in page.find_elements(By.CSS_SELECTOR, "#legend li")}
        assert legend >= SEEN and legend <= set(FACE_MENU)
        page.find_element(By.CSS_SELECTOR, "label[for=view-parts]").click()
        parts = {one.text for one in page.find_elements(By.CSS_SELECTOR, "#legend li")}
        assert "hair" in parts and not any(name.startswith("face ") for name in parts)
        assert complaints(page) == []
