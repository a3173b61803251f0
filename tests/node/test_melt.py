"""The node in a real host: melt with MLT's openfx module, where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from anatomatte.parts import GROUPS, PARTS
from anatomatte.settings import PAGES
from anatomatte.shot.carrying import with_marks
from anatomatte.shot.corrections import Correction, Mark
from made import native
from made.shim_bench import BUNDLE
from made.shots_made import shot, written
from pyopenfx import Host

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


def film(folder: Path, producer: str, *settings: str) -> tuple[np.ndarray, subprocess.CompletedProcess[str]]:
    """Frames of a card or a clip, through the node: FRAMES × rows × columns × RGBA."""
    (folder / "profile").write_text(PROFILE, encoding="utf-8")
    out = folder / "out.raw"
    for _ in range(5):  # melt 7.42 ends once in a while before its consumer has written anything
        done = melt(
            "-silent", "-profile", str(folder / "profile"), producer, f"out={FRAMES - 1}",
            "-filter", FILTER, *settings, "-consumer", f"avformat:{out}", "real_time=-1", "an=1",
            "f=rawvideo", "vcodec=rawvideo", "pix_fmt=rgba",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        if out.stat().st_size:
            break
    return np.fromfile(out, np.uint8).reshape(FRAMES, HEIGHT, WIDTH, 4), done


def test_the_panel_has_its_groups_in_order(panel: str) -> None:
    groups = [line.split()[-1] for line in panel.splitlines() if "identifier: group_" in line]
    inner = {"group_Networks", "group_Hints"}
    assert [name for name in groups if name not in inner] == [f"group_{page}" for page in PAGES]


def test_a_screen_alone_is_nothing_and_without_one_the_card_stays(panel: str, tmp_path: Path) -> None:
    keyed, _ = film(tmp_path, "color:#1a9926", "subject=Off")
    assert keyed[..., 3].max() < 6
    whole, _ = film(tmp_path, "color:#1a9926", "screen=None", "subject=Off", "clip_black=0.0")
    assert whole[..., 3].min() == 255


def test_a_failure_is_read_word_for_word_and_is_no_picture(panel: str, tmp_path: Path) -> None:
    made, done = film(tmp_path, "color:#1a9926", "parts=As listed", "parts_list=hair 100%d")
    there = ", ".join((*PARTS[1:], *GROUPS))
    assert f"Parts list names '100%d', which is no part of a person; there are {there}." in done.stderr
    assert not made.any()


def card() -> np.ndarray:
    """Two things before a green screen, rows × columns × RGBA of 8 bits."""
    made = np.full((HEIGHT, WIDTH, 4), (26, 153, 38, 255), np.uint8)
    made[4:24, 8:26, :3] = (200, 40, 30)
    made[10:38, 38:56, :3] = (30, 40, 200)
    return made


def clip(folder: Path) -> str:
    """The card as a clip; MLT's own reader of pictures wants a display."""
    for number in range(FRAMES):
        cv2.imwrite(str(folder / f"plate.{number:04d}.png"), card()[..., [2, 1, 0]])
    return f"avformat:{folder}/plate.%04d.png"


def here(**values: object) -> np.ndarray:
    """The same frames in pyopenfx."""
    with Host() as host:
        host.scan([BUNDLE.parent])
        with host.load(FILTER.removeprefix("openfx.")).instance(
            "filter", project_size=(WIDTH, HEIGHT)
        ) as node:
            node.clips["Source"] = card()
            for name, value in {"subject": "off", "input_colour": "srgb", **values}.items():
                node.params[name] = value
            return np.stack([node.render(number)["colour"] for number in range(FRAMES)])


@pytest.mark.parametrize("by", ["hint", "stroke"])
def test_a_hint_and_a_stroke_mend_there_what_they_mend_here(panel: str, tmp_path: Path, by: str) -> None:
    settings, values = ["subject=Off"], {}
    if by == "hint":
        settings += ["fix_1=Remove this", "fix_1_at=16 34"]
        values = {"fix_1": "remove", "fix_1_at": (16.0, 34.0)}
    else:
        one = Correction(1, "remove", 0, stroke=(0.25, 0.3), reach=0)
        plain = shot(card()[..., :3].astype(np.float32) / 255, dict.fromkeys(range(FRAMES), ()))
        path = written(with_marks(plain, one, {0: Mark(1, 1.0, one.points)}), tmp_path)
        settings.append(f"shot_file={path}")
        values = {"shot_file": str(path)}
    made, _ = film(tmp_path, clip(tmp_path), *settings)
    inside = made[:, 9:19, 12:22, 3], made[:, 16:32, 42:52, 3]
    assert inside[0][0].max() == 0 and inside[1].min() == 255
    assert inside[0][1].max() == (0 if by == "hint" else 255)  # a stroke without reach is of its frame alone
    assert np.abs(made.astype(int) - here(**values).astype(int)).max() <= 1
