"""The node in a real host: melt with MLT's openfx module, where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from anatomatte.parts import GROUPS, PARTS
from anatomatte.settings import PAGES
from made import native
from made.shim_bench import BUNDLE

MELT = os.environ.get("ANATOMATTE_MELT") or shutil.which("melt") or shutil.which("melt-7") or ""
FILTER = "openfx.org.anatomatte.Anatomatte"
WIDTH, HEIGHT, FRAMES = 64, 48, 2
PROFILE = "\n".join(
    [
        "description=small", "frame_rate_num=24", "frame_rate_den=1", f"width={WIDTH}", f"height={HEIGHT}",
        "progressive=1", "sample_aspect_num=1", "sample_aspect_den=1", "display_aspect_num=4",
        "display_aspect_den=3", "colorspace=709",
    ]
)  # fmt: skip


def melt(*words: str) -> subprocess.CompletedProcess[str]:
    scene = os.environ | {"OFX_PLUGIN_PATH": str(BUNDLE.parent)}
    return subprocess.run([MELT, *words], env=scene, capture_output=True, text=True, timeout=native.HANG)


@pytest.fixture(scope="module")
def panel() -> str:
    """What MLT reads of the node, before anything is rendered."""
    told = melt("-query", f"filter={FILTER}").stdout if MELT else ""
    if FILTER not in told:
        pytest.skip("no melt with MLT's openfx module is there: name one in ANATOMATTE_MELT")
    return told


def film(folder: Path, colour: str, *settings: str) -> tuple[np.ndarray, subprocess.CompletedProcess[str]]:
    """Frames of a card, through the node: FRAMES × rows × columns × RGBA."""
    (folder / "profile").write_text(PROFILE, encoding="utf-8")
    out = folder / "out.raw"
    for _ in range(5):  # melt 7.42 ends once in a while before its consumer has written anything
        done = melt(
            "-silent", "-profile", str(folder / "profile"), f"color:{colour}", f"out={FRAMES - 1}",
            "-filter", FILTER, *settings, "-consumer", f"avformat:{out}", "real_time=-1", "an=1",
            "f=rawvideo", "vcodec=rawvideo", "pix_fmt=rgba",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        if out.stat().st_size:
            break
    return np.fromfile(out, np.uint8).reshape(FRAMES, HEIGHT, WIDTH, 4), done


def test_the_panel_has_its_groups_in_order(panel: str) -> None:
    groups = [line.split()[-1] for line in panel.splitlines() if "identifier: group_" in line]
    assert [name for name in groups if name != "group_Networks"] == [f"group_{page}" for page in PAGES]


def test_a_screen_alone_is_nothing_and_without_one_the_card_stays(panel: str, tmp_path: Path) -> None:
    keyed, _ = film(tmp_path, "#1a9926", "subject=Off")
    assert keyed[..., 3].max() < 6
    whole, _ = film(tmp_path, "#1a9926", "screen=None", "subject=Off", "clip_black=0.0")
    assert whole[..., 3].min() == 255


def test_a_failure_is_read_word_for_word_and_is_no_picture(panel: str, tmp_path: Path) -> None:
    made, done = film(tmp_path, "#1a9926", "parts=As listed", "parts_list=hair 100%d")
    there = ", ".join((*PARTS[1:], *GROUPS))
    assert f"Parts list names '100%d', which is no part of a person; there are {there}." in done.stderr
    assert not made.any()
