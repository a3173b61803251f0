"""Sidecars under names that are no UTF-8, and behind links: every door finds all of their files."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from anatomatte.shot.reading import read_shot
from anatomatte.shot.writing import write_shot
from anatomatte_batch.presets import parse_setting
from anatomatte_cli.main import main
from anatomatte_review.room import export
from made.cli_fake import read, write
from made.keyer_scenes import GREEN, scene
from made.shots_made import shot, written

NAME = os.fsdecode(b"caf\xe9.shot.json")
NO_SCREEN = "presence=0.0100 why=beside area=0.1000"
WALL = scene(90, 140, colour=GREEN).image[..., :3]

pytestmark = pytest.mark.skipif(
    os.name == "nt" or os.uname().sysname == "Darwin", reason="names are text there"
)


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    write(tmp_path / "p.0001.exr", WALL)
    return tmp_path / "p.####.exr"


def alpha(plate: Path, *words: object) -> np.ndarray:
    target = plate.with_name("k.####.exr")
    told = ["render", plate, target, "--set", "subject=off", *words, "--overwrite", "--quiet"]
    assert main([str(word) for word in told]) == 0
    return read(plate.with_name("k.0001.exr"))[0][..., 3]


@pytest.mark.parametrize("runtime", ["in-process", "worker"])
def test_a_name_that_is_no_utf8(plate: Path, monkeypatch: pytest.MonkeyPatch, runtime: str) -> None:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", runtime)
    path = written(shot(WALL, {1: ()}, screen=NO_SCREEN), plate.parent, NAME)
    assert float(alpha(plate, "--shot", path).min()) == 1.0  # the sidecar says: no screen
    assert float(alpha(plate, "--set", f"shot_file={path}").min()) == 1.0
    preset = plate.with_name("p.toml")
    assert float(alpha(plate, "--shot", path, "--save-preset", preset).min()) == 1.0
    assert float(alpha(plate, "--preset", preset).min()) == 1.0
    assert float(alpha(plate).min()) < 0.1


def test_a_text_of_a_control_that_is_no_file_stays_utf8(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse_setting(f"swap_source={NAME}") == ("swap_source", r"caf\xe9.shot.json")
    assert main(["render", "a.exr", "b.exr", "--set", f"parts_list={NAME}"]) == 2
    assert "is no text in UTF-8" in capsys.readouterr().err


def test_a_name_in_which_such_signs_stand_is_that_name(tmp_path: Path, plate: Path) -> None:
    written(shot(WALL, {1: ()}), tmp_path, NAME)
    path = written(shot(WALL, {1: ()}, screen=NO_SCREEN), tmp_path, r"caf\xe9.shot.json")
    assert float(alpha(plate, "--shot", path).min()) == 1.0


def test_the_files_of_a_link_lie_beside_what_it_leads_to(plate: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    link = tmp_path / "p.shot.json"
    link.symlink_to("store/real.shot.json")
    write_shot(shot(WALL, {1: ()}, screen=NO_SCREEN), link)
    cv2.imwrite(str(tmp_path / "roto.png"), np.full(WALL.shape[:2], 128, np.uint8))
    assert main(["correct", str(link), str(plate), "--matte", f"1={tmp_path / 'roto.png'}"]) == 0
    assert link.is_symlink() and not list(tmp_path.glob("*.frames-*")) + list(tmp_path.glob("*.matte-*"))
    assert sorted(one.name.partition("-")[0] for one in store.iterdir()) == [
        "real.frames", "real.matte", "real.shot.json",
    ]  # fmt: skip
    assert read_shot(link).moments == read_shot(store / "real.shot.json").moments
    assert np.allclose(alpha(plate, "--shot", link), 128 / 255, atol=1e-3)
    packed = zipfile.ZipFile(BytesIO(export.sidecar(read_shot(link), link))).namelist()
    assert [name.partition("-")[0] for name in packed] == ["p.shot.json", "real.frames", "real.matte"]


def test_the_review_room_refuses_what_its_page_cannot_name_or_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(shot(WALL, {1: ()}), tmp_path, NAME)
    assert main(["review", str(path)]) == 2
    assert r"whose name is no UTF-8 (caf\xe9.shot.json)" in capsys.readouterr().err
    (tmp_path / "link.shot.json").symlink_to(written(shot(WALL, {1: ()}), tmp_path))
    assert main(["review", str(tmp_path / "link.shot.json")]) == 2
    assert f"follows none; name {tmp_path / 'plate.shot.json'}" in capsys.readouterr().err


def test_files_beside_a_link_are_found_too(tmp_path: Path) -> None:
    """Where the frames' file was copied, or written by a version before this one."""
    path = written(shot(WALL, {1: ()}), tmp_path)
    (tmp_path / "store").mkdir()
    path.rename(tmp_path / "store" / "real.shot.json")
    path.symlink_to("store/real.shot.json")
    assert sorted(read_shot(path).moments) == [1]
