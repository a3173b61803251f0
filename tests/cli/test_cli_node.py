"""The command line and the node are one: the built .ofx behind `anatomatte render`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from anatomatte.errors import AnatomatteError, Cancelled, OutOfMemory, PlateError, SettingsError, SetupError
from anatomatte_batch import ofx_node
from anatomatte_batch.images import read_image
from anatomatte_batch.picture import whole
from anatomatte_batch.presets import Preset
from made import native
from made.cli_fake import cli, plate, read, shot, write
from pyopenfx import Host, Image

ANATOMATTE = [sys.executable, "-m", "anatomatte_cli"]


def run(*words: object, **kwargs) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ANATOMATTE, *map(str, words)], capture_output=True, text=True, timeout=native.HANG, **kwargs
    )


def direct(picture, **values):
    """A render of the node by hand, without anything of the command line."""
    host = Host()
    host.scan([ofx_node.bundle()])
    with host.load("org.anatomatte.Anatomatte").instance("general") as node:
        node.clips.Source = Image(picture.pixels, picture.bounds, picture.premult, picture.aspect)
        for name, value in values.items():
            node.params[name] = value
        return node.render(1)["colour"].copy()


def test_files_equal_a_direct_render_bit_for_bit(tmp_path):
    source = tmp_path / "plate.0001.exr"
    write(source, plate(96, 64), x=5, y=3, full=(0, 0, 111, 81), PixelAspectRatio=1.3)
    words = [
        "--layers",
        "rgba,screen,spill",
        "--depth",
        "float",
        "--set",
        "erode=1.5",
        "--set",
        "despill=0.5",
    ]
    done = run("render", source, tmp_path / "key.0001.exr", *words)
    assert done.returncode == 0, done.stderr
    values = {"input_colour": "linear", "output_colour": "linear", "erode": 1.5, "despill": 0.5}
    picture = read_image(source)
    beauty = direct(picture, **values)
    packed = direct(
        picture, **values, output="packed", pack_r="screen", pack_g="spill", pack_b="none", pack_a="none"
    )
    pixels, spec = read(tmp_path / "key.0001.exr")
    for name, wanted in (
        *(("RGBA"[i], beauty[..., i]) for i in range(4)),
        ("screen.A", packed[..., 0]),
        ("spill.A", packed[..., 1]),
    ):
        assert np.array_equal(pixels[..., spec.channelindex(name)], wanted), name
    assert 0.1 < beauty[..., 3].mean() < 0.9 and (spec.x, spec.y) == (5, 3)


def test_png_and_exr_tell_the_same(tmp_path):
    write(tmp_path / "p.1.exr", plate(64, 48).clip(0, 1))
    for name in ("k.1.exr", "k.1.png"):
        words = ["--set", "soften=4"]
        assert cli(tmp_path / "p.1.exr", tmp_path / name, *words, connect=through_all) == 0
    exr, png = read_image(tmp_path / "k.1.exr").pixels, read_image(tmp_path / "k.1.png").pixels
    assert np.abs(exr[..., 3] - png[..., 3]).max() < 1e-3
    linear = np.where(png <= 0.04045, png / 12.92, ((png + 0.055) / 1.055) ** 2.4)[..., :3]
    soft = (exr[..., 3] > 0.1) & (exr[..., 3] < 0.9)
    assert soft.sum() > 200 and png.max() <= 1.0
    fits = exr[..., :3] <= exr[..., 3:]  # what is brighter than white does not fit into a PNG
    assert np.abs(linear * exr[..., 3:] - exr[..., :3])[soft[..., None] & fits].max() < 2e-3


def through_all(clips):
    return ofx_node.connect(clips, lambda: False)


def test_side_clips_reach_the_node(tmp_path):
    write(tmp_path / "p.1.exr", plate(64, 48))
    garbage = np.zeros((48, 64, 1), np.float32)
    garbage[:, 30:] = 1
    write(tmp_path / "g.png", garbage, "uint8")
    words = ["--outm", tmp_path / "g.png", "--layers", "rgba,garbage"]
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.1.exr", *words, connect=through_all) == 0
    pixels, spec = read(tmp_path / "k.1.exr")
    assert pixels[:, 30:, spec.channelindex("A")].max() == 0
    assert pixels[20:, 24:28, spec.channelindex("A")].min() > 0.9
    assert np.array_equal(pixels[..., spec.channelindex("garbage.A")], garbage[..., 0])


def test_a_background_of_another_size_makes_one_picture_with_layers(tmp_path):
    write(tmp_path / "p.1.exr", plate(64, 48))
    write(tmp_path / "bg.exr", np.full((60, 80, 3), 0.5, np.float32))
    words = ["--bg", tmp_path / "bg.exr", "--set", "output=comp", "--layers", "rgba,screen"]
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.1.exr", *words, connect=through_all) == 0
    pixels, spec = read(tmp_path / "k.1.exr")
    assert (spec.width, spec.height, spec.full_width, spec.full_height) == (80, 60, 64, 48)
    assert abs(float(pixels[16, 4, spec.channelindex("G")]) - 0.5) < 0.05
    assert abs(float(pixels[2, 70, spec.channelindex("G")]) - 0.5) < 1e-3
    assert pixels[:12, :, spec.channelindex("screen.A")].max() == 0


def test_key_frames_are_the_values_of_their_frames(tmp_path):
    source = shot(tmp_path, [1, 2, 3])
    (tmp_path / "s.toml").write_text("[keys]\nmatte_gamma = {1 = 1.0, 3 = 4.0}\n")
    words = ["--preset", tmp_path / "s.toml", "--depth", "float"]
    assert cli(source, tmp_path / "k.####.exr", *words, connect=through_all) == 0
    pixels, spec = read(tmp_path / "k.0002.exr")
    by_hand = direct(
        read_image(tmp_path / "plate.0002.exr"),
        input_colour="linear",
        output_colour="linear",
        matte_gamma=2.5,
    )
    assert np.array_equal(pixels[..., spec.channelindex("A")], by_hand[..., 3])


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (PlateError("a"), PlateError), (SettingsError("a"), SettingsError), (SetupError("a"), SetupError),
        (MemoryError("a"), OutOfMemory), (ValueError("a"), AnatomatteError),
    ],
)  # fmt: skip
def test_the_class_of_a_failure_crosses_the_c_api(monkeypatch, raised, told):
    def fail(*args: object) -> None:
        raise raised

    monkeypatch.setattr("anatomatte.entry.from_view", fail)
    node = ofx_node.connect({"Source": lambda frame: whole(plate())}, lambda: False)
    with pytest.raises(AnatomatteError) as caught:
        node.render(1, Preset().at(1))
    node.close()
    assert type(caught.value) is told


def test_a_stopped_render_is_no_picture():
    node = ofx_node.connect({"Source": lambda frame: whole(plate())}, lambda: True)
    with pytest.raises(Cancelled):
        node.render(1, Preset().at(1))
    node.close()


def test_a_grey_plate_is_seen_as_grey(tmp_path):
    write(tmp_path / "y.exr", np.full((24, 32, 1), 0.4, np.float32), names=("Y",))
    words = ["--set", "screen=none", "--set", "subject=off"]
    assert cli(tmp_path / "y.exr", tmp_path / "k.exr", *words, connect=through_all) == 0
    pixels, _ = read(tmp_path / "k.exr")
    assert np.abs(pixels[..., :3] - 0.4).max() < 1e-3


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_signal_leaves_no_half_file(tmp_path, number, code):
    source = shot(tmp_path / "in", range(1, 3))
    for frame in range(1, 400):
        target = tmp_path / "in" / f"plate.{frame:04d}.exr"
        if not target.exists():
            os.link(tmp_path / "in" / "plate.0001.exr", target)
    job = subprocess.Popen(
        [*ANATOMATTE, "render", source, str(tmp_path / "out" / "k.####.exr")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert job.stdout is not None
    assert "no screen" in job.stdout.readline()
    for _ in range(3):
        assert "rendered" in job.stdout.readline()
    job.send_signal(number)
    began = time.monotonic()
    _, told = job.communicate(timeout=native.HANG)
    assert time.monotonic() - began < 60
    assert job.returncode == code and "Stopped by" in told and "Traceback" not in told
    files = sorted(os.listdir(tmp_path / "out"))
    assert 3 <= len(files) < 399 and not [name for name in files if name.startswith(".")]
    for name in files:
        pixels, _ = read(tmp_path / "out" / name)
        assert np.isfinite(pixels).all()


def test_exit_codes_reach_the_shell(tmp_path):
    source = shot(tmp_path, [1])
    assert run("render", source, tmp_path / "k.####.exr", "--set", "erod=1").returncode == 2
    told = run("render", tmp_path / "no.####.exr", tmp_path / "k.####.exr")
    assert told.returncode == 3 and told.stderr.startswith("anatomatte: ") and "Traceback" not in told.stderr
    assert run("render").returncode == 2
    assert run("rendr").returncode == 2


def test_all_layers_are_those_that_have_something_to_say(tmp_path):
    write(tmp_path / "p.1.exr", plate(32, 24))
    write(tmp_path / "g.png", np.zeros((24, 32, 1), np.float32), "uint8")
    words = ["--layers", "all", "--outm", tmp_path / "g.png"]
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.1.exr", *words, connect=through_all) == 0
    _, spec = read(tmp_path / "k.1.exr")
    assert {"screen.A", "spill.A", "garbage.A"} <= set(spec.channelnames)
    assert not {"core.A", "hint.A"} & set(spec.channelnames)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
def test_a_full_disk_is_an_output_error_and_leaves_nothing(tmp_path):
    import resource

    write(tmp_path / "p.1.exr", plate(128, 128))
    done = run(
        "render", tmp_path / "p.1.exr", tmp_path / "out" / "k.1.exr", "--compression", "none",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)),
    )  # fmt: skip
    assert done.returncode == 7 and "Traceback" not in done.stderr, done.stdout + done.stderr
    assert "frames 1 failed" in done.stderr and os.listdir(tmp_path / "out") == []


def test_a_background_of_another_encoding_is_converted(tmp_path):
    write(tmp_path / "p.1.exr", plate(64, 48))
    level = np.full((48, 64, 3), 0.5, np.float32)
    write(tmp_path / "bg.png", level, "uint16")
    write(tmp_path / "bg.exr", level)
    found = {}
    for name in ("bg.png", "bg.exr"):
        words = ["--bg", tmp_path / name, "--set", "output=comp", "--overwrite"]
        assert cli(tmp_path / "p.1.exr", tmp_path / "k.1.exr", *words, connect=through_all) == 0
        pixels, _ = read(tmp_path / "k.1.exr")
        found[name] = float(np.median(pixels[:8, :8, 0]))
    assert found["bg.exr"] == pytest.approx(0.5, abs=0.01)
    assert found["bg.png"] == pytest.approx(0.214, abs=0.01)  # sRGB 0.5 as light


def test_what_the_node_has_to_say_of_a_frame_is_in_the_log(tmp_path):
    """A farm keeps the log, not the node's status: it must tell of a frame made at a smaller size, say."""
    for frame in (1, 2):
        write(tmp_path / f"plate.{frame:04d}.exr", np.full((24, 32, 3), 0.3, np.float32))
    log = tmp_path / "run.ndjson"
    done = run(
        "render", tmp_path / "plate.####.exr", tmp_path / "key.####.exr", "--set", "subject=off", "--log", log
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    told = [event["told"] for event in events if event["event"] == "frame"]
    assert told == [["There is no screen and Find people is Off: the matte is full."]] * 2
    assert done.stdout.count("the matte is full.") == 1
