"""`anatomatte render` from words to files, with a stand-in for the node."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from anatomatte.errors import OutOfMemory, PlateError, SetupError
from anatomatte_batch import presets
from made.cli_fake import FakeConnect, cli, plate, read, shot, write

FRAMES = [1001, 1002, 1003, 1004]


def keys(folder) -> list[str]:
    """Every file, hidden ones included."""
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def test_a_sequence_becomes_half_float_layers(tmp_path, capsys):
    fake = FakeConnect()
    out = tmp_path / "ключ" / "key.####.exr"
    assert cli(shot(tmp_path), out, "--layers", "rgba,spill,screen,core,garbage,hint", connect=fake) == 0
    assert keys(out.parent) == [f"key.{f}.exr" for f in FRAMES]
    pixels, spec = read(out.parent / "key.1001.exr")
    levels = {"screen.A": 0.5, "core.A": 0.25, "garbage.A": 0.125, "hint.A": 0.0625, "spill.A": 0.03125}
    assert set(spec.channelnames) == {"R", "G", "B", "A", *levels} and str(spec.format) == "half"
    for name, level in levels.items():
        assert np.abs(pixels[..., spec.channelindex(name)] - pixels[..., 3] * level).max() < 1e-3
    assert pixels.max() > 2
    assert len(fake.node.calls) == 3 * len(FRAMES)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("[1/4] frame 1001 rendered in") and lines[-1].startswith("4 rendered in")


def test_alpha_alone_is_the_unnamed_fourth_channel(tmp_path):
    fake = FakeConnect()
    assert cli(shot(tmp_path, [1]), tmp_path / "m.####.exr", "--layers", "alpha", connect=fake) == 0
    _, spec = read(tmp_path / "m.0001.exr")
    assert list(spec.channelnames) == ["A"]
    assert len(fake.node.calls) == 1
    assert cli(shot(tmp_path, [1]), tmp_path / "m.####.png", "--layers", "screen") == 0
    grey, spec = read(tmp_path / "m.0001.png")
    assert spec.nchannels == 1 and 0.2 < grey.max() < 0.51


def test_what_the_node_is_asked_follows_the_files(tmp_path):
    cases = {
        ("p.exr", "k.exr"): ("linear", "linear", "premultiplied"),
        ("p.exr", "k.png"): ("linear", "srgb", "unpremultiplied"),
        ("p.png", "k.exr"): ("srgb", "linear", "premultiplied"),
        ("p.png", "k.tif"): ("srgb", "srgb", "unpremultiplied"),
        ("p.dpx", "k.exr"): ("cineon", "linear", "premultiplied"),
        ("p.exr", "k.mp4"): ("linear", "linear", "premultiplied"),
        ("p.exr", "k.mov"): ("linear", "rec709", "unpremultiplied"),
    }
    for (source, target), wanted in cases.items():
        write(tmp_path / source, np.clip(plate(), 0, 1), "half" if source.endswith("exr") else "uint16")
        fake = FakeConnect()
        assert cli(tmp_path / source, tmp_path / target, "--overwrite", connect=fake) == 0
        _, values = fake.node.calls[0]
        assert (values["input_colour"], values["output_colour"], values["output"]) == wanted, (source, target)
    fake = FakeConnect()
    words = ["--colour", "logc3", "--out-colour", "input", "--set", "output=comp", "--overwrite"]
    assert cli(tmp_path / "p.png", tmp_path / "k.exr", *words, connect=fake) == 0
    _, values = fake.node.calls[0]
    assert (values["input_colour"], values["output_colour"], values["output"]) == ("logc3", "input", "comp")


def test_settings_come_from_preset_and_words(tmp_path):
    (tmp_path / "s.toml").write_text(
        "[settings]\ndespill = 0.5\n[keys]\nerode = {1001 = 0.0, 1004 = 3.0}\n"
        '[[range]]\nframes = "1002"\nsoften = 4.0\n'
    )
    fake = FakeConnect()
    words = ["--preset", tmp_path / "s.toml", "--set", "despill=0.25", "--threads", 3]
    words += ["--save-preset", tmp_path / "out.toml"]
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", *words, connect=fake) == 0
    asked = dict(fake.node.calls)
    assert [asked[f]["erode"] for f in FRAMES] == [0.0, 1.0, 2.0, 3.0]
    assert [asked[f]["soften"] for f in FRAMES] == [0.0, 4.0, 0.0, 0.0]
    assert {asked[f]["despill"] for f in FRAMES} == {0.25} and asked[1001]["threads"] == 3
    saved = presets.load(tmp_path / "out.toml")
    assert saved.settings == {"despill": 0.25, "threads": 3} and saved.at(1002)["soften"] == 4.0


def test_windows_aspect_and_metadata_are_kept(tmp_path):
    camera = tuple(float(i) for i in range(16))
    facts = {"PixelAspectRatio": 2.0, "FramesPerSecond": ("rational", (24000, 1001))}
    chroma = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
    facts |= {"chromaticities": ("float[8]", chroma), "Copyright": "Ö. Owner"}
    facts |= {"smpte:TimeCode": ("timecode", (0x01020304, 0)), "worldtocamera": ("matrix", camera)}
    write(tmp_path / "p.1.exr", plate(8, 6), x=3, y=-2, full=(1, 1, 20, 10), **facts)
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.1.exr") == 0
    _, source = read(tmp_path / "p.1.exr")
    _, key = read(tmp_path / "k.1.exr")
    for field in ("x", "y", "width", "height", "full_x", "full_y", "full_width", "full_height"):
        assert getattr(key, field) == getattr(source, field), field
    for name in (
        "PixelAspectRatio",
        "FramesPerSecond",
        "smpte:TimeCode",
        "worldToCamera",
        "chromaticities",
        "Copyright",
    ):
        assert key.getattribute(name) == source.getattribute(name) and key.getattribute(name) is not None
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.png") == 0
    pixels, spec = read(tmp_path / "k.png")
    assert (spec.width, spec.height) == (20, 10)
    assert pixels[3:, :2].max() == 0 and pixels[:3, 2:10, 3].max() > 0


def test_provenance_is_in_the_file(tmp_path):
    source = shot(tmp_path / "secret-folder", [7])
    assert cli(source, tmp_path / "k.####.exr", "--set", "erode=2") == 0
    _, spec = read(tmp_path / "k.0007.exr")
    facts = {item.name: item.value for item in spec.extra_attribs if item.name.startswith("anatomatte:")}
    wanted = {
        "version",
        "table",
        "precision",
        "weights",
        "models",
        "neighbours",
        "contents",
        "settings",
        "frame",
        "source",
        "clips",
        "layers",
        "output",
        "pixels",
        "digest",
    }
    assert {name.partition(":")[2] for name in facts} == wanted
    settings = json.loads(facts["anatomatte:settings"])
    assert settings["erode"] == 2.0 and settings["input_colour"] == "linear" and "threads" not in settings
    assert facts["anatomatte:source"] == "plate.0007.exr" and facts["anatomatte:frame"] == "7"
    assert "secret-folder" not in str(facts)


@pytest.mark.parametrize("extension", ["exr", "png", "tif"])
def test_frames_that_are_there_and_valid_are_skipped(tmp_path, extension, capsys):
    source, out = shot(tmp_path), tmp_path / f"k.####.{extension}"
    assert cli(source, out) == 0
    first = tmp_path / f"k.1001.{extension}"
    (tmp_path / f"k.1002.{extension}").write_bytes(b"")
    whole = (tmp_path / f"k.1003.{extension}").read_bytes()
    (tmp_path / f"k.1003.{extension}").write_bytes(whole[: len(whole) // 2])
    stamp = first.stat().st_mtime_ns
    fake = FakeConnect()
    assert cli(source, out, connect=fake) == 0
    assert [frame for frame, _ in fake.node.calls] == [1002, 1003]
    assert first.stat().st_mtime_ns == stamp
    assert "frame 1001 is there" in capsys.readouterr().out
    assert cli(source, out, "--overwrite") == 0
    assert first.stat().st_mtime_ns > stamp


def test_frames_of_other_settings_are_never_mixed(tmp_path, capsys):
    source, out = shot(tmp_path), tmp_path / "k.####.exr"
    assert cli(source, out, "--frames", "1002-1003", "--set", "erode=1") == 0
    fake = FakeConnect()
    assert cli(source, out, connect=fake) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.endswith("(stale: settings (erode 1.0 → 0.0))") for line in told[-5:-1]] == [0, 1, 1, 0]
    assert [frame for frame, _ in fake.node.calls] == FRAMES


def test_foreign_files_are_told_and_a_touched_plate_is_the_same(tmp_path, capsys):
    source, out = shot(tmp_path, [1]), tmp_path / "k.####.exr"
    write(tmp_path / "k.0001.exr", plate())
    assert cli(source, out) == 2
    assert "not made by Anatomatte" in capsys.readouterr().out
    assert cli(source, out, "--overwrite") == 0
    later = (tmp_path / "k.0001.exr").stat().st_mtime + 10
    os.utime(tmp_path / "plate.0001.exr", (later, later))
    fake = FakeConnect()
    assert cli(source, out, connect=fake) == 0 and fake.node.calls == []


def test_missing_plates_are_listed(tmp_path, capsys):
    source = shot(tmp_path, [1001, 1002, 1005])
    assert cli(source, tmp_path / "k.####.exr", "--frames", "1001-1006") == 3
    told = capsys.readouterr().out
    assert "frame 1003 failed (plate)" in told and "Error" not in told
    assert len([n for n in keys(tmp_path) if n.startswith("k.")]) == 3
    assert cli(source, tmp_path / "s.####.exr", "--frames", "1001-1006", "--on-error", "stop") == 3
    assert "lacks the frames 1003-1004,1006; there are 1001-1002,1005" in capsys.readouterr().out
    assert not [n for n in keys(tmp_path) if n.startswith("s.")]
    assert cli(tmp_path / "no.####.exr", tmp_path / "k.####.exr") == 3
    assert cli(tmp_path, tmp_path / "k.####.exr") == 3
    assert "did you mean" in capsys.readouterr().out


def test_holes_are_told_but_are_no_failure(tmp_path, capsys):
    assert cli(shot(tmp_path, [1, 2, 5]), tmp_path / "k.####.exr") == 0
    assert "note: the plate has no frames 3-4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PlateError("bad"), 3), (SetupError("no python"), 4), (OutOfMemory("big"), 5), (MemoryError(), 5),
        (ValueError("ours"), 1),
    ],
)  # fmt: skip
def test_a_failed_frame_has_the_exit_code_of_its_class(tmp_path, error, code, capsys):
    def before(frame):
        if frame == 1002:
            raise error

    source = shot(tmp_path)
    assert cli(source, tmp_path / "k.####.exr", connect=FakeConnect(before)) == code
    assert [n for n in keys(tmp_path) if n.startswith("k.")] == ["k.1001.exr", "k.1003.exr", "k.1004.exr"]
    assert "[2/4] frame 1002 failed" in capsys.readouterr().out
    assert cli(source, tmp_path / "s.####.exr", "--on-error", "stop", connect=FakeConnect(before)) == code
    assert [n for n in keys(tmp_path) if n.startswith("s.")] == ["s.1001.exr"]


def test_the_gravest_class_decides(tmp_path):
    def before(frame):
        raise {1001: PlateError("a"), 1002: OutOfMemory("b"), 1003: SetupError("c"), 1004: PlateError("d")}[
            frame
        ]

    assert cli(shot(tmp_path), tmp_path / "k.####.exr", connect=FakeConnect(before)) == 4


def test_the_log_is_one_object_a_line(tmp_path):
    def before(frame):
        if frame == 1003:
            raise OutOfMemory("big")

    words = ["--log", tmp_path / "logs" / "run.ndjson", "--quiet"]
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", *words, connect=FakeConnect(before)) == 5
    events = [json.loads(line) for line in (tmp_path / "logs" / "run.ndjson").read_text().splitlines()]
    assert [event["event"] for event in events] == ["start", *["frame"] * 4, "end"]
    failed = events[3]
    assert (failed["frame"], failed["status"], failed["class"], failed["code"], failed["retry"]) == (
        1003, "failed", "OutOfMemory", 5, True,
    )  # fmt: skip
    assert events[-1]["exit"] == 5 and events[-1]["rendered"] == 3


@pytest.mark.parametrize(
    "words",
    [
        ["k.exr"],
        ["k.####.jpg"],
        ["k.####.png", "--layers", "rgba,screen"],
        ["k.mp4", "--layers", "alpha"],
        ["k.####.exr", "--layers", "scren"],
        ["k.####.exr", "--depth", "8"],
        ["k.####.exr", "--compression", "lzw"],
        ["k.####.exr", "--on-error", "maybe"],
        ["k.####.exr", "--frames", "x"],
        ["k.####.exr", "--set", "erod=1"],
        ["k.mp4", "--fps", "fast"],
        ["plate.@@@@.exr"],
    ],
)
def test_wrong_words_are_settings_errors_and_write_nothing(tmp_path, words, capsys):
    source = shot(tmp_path)
    before = keys(tmp_path)
    assert cli(source, tmp_path / words[0], *words[1:]) == 2
    assert keys(tmp_path) == before
    assert len(capsys.readouterr().out.strip().splitlines()[-1]) > 20


@pytest.mark.parametrize("words", [["plate.%d.exr", "plate.%d.exr"], ["plate.1001.exr", "plate.####.exr"]])
def test_a_plate_is_never_written_over(tmp_path, words):
    shot(tmp_path, [1001])
    whole = (tmp_path / "plate.1001.exr").read_bytes()
    os.symlink(tmp_path, tmp_path / "link")
    for folder in ("", "link"):
        assert cli(tmp_path / words[0], tmp_path / folder / words[1], "--overwrite") == 2
    assert cli(tmp_path / words[0], tmp_path / "g.exr", "--outm", tmp_path / "g.exr", "--overwrite") in (2, 3)
    assert (tmp_path / "plate.1001.exr").read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert cli(shot(tmp_path, [1]), tmp_path / "file" / "k.####.exr") == 7
    assert "cannot be written" in capsys.readouterr().out


def test_results_that_are_no_numbers_are_never_written(tmp_path):
    pixels = plate()
    pixels[4, 4] = np.nan
    write(tmp_path / "p.1.exr", pixels)
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.1.exr") == 3
    assert keys(tmp_path) == ["p.1.exr"]


def test_damaged_plates_are_plate_errors(tmp_path):
    whole = tmp_path / "p.png"
    write(whole, np.clip(plate(64, 64), 0, 1), "uint8")
    for name, data in (("a.exr", b""), ("b.exr", b"no"), ("c.png", whole.read_bytes()[:2000])):
        (tmp_path / name).write_bytes(data)
        assert cli(tmp_path / name, tmp_path / "k.exr") == 3, name
    write(tmp_path / "d.jpg", np.clip(plate(64, 64), 0, 1), "uint8")
    (tmp_path / "d.jpg").write_bytes((tmp_path / "d.jpg").read_bytes()[:-300])
    assert cli(tmp_path / "d.jpg", tmp_path / "k.exr") == 3


def test_what_a_killed_run_left_is_swept_after_a_day(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name, age in ((".anatomatte-old.exr", 2e5), (".anatomatte-new.exr", 60), (".other.exr", 2e5)):
        (out / name).write_bytes(b"x")
        when = (out / name).stat().st_mtime - age
        os.utime(out / name, (when, when))
    assert cli(shot(tmp_path / "in", [1]), out / "k.####.exr") == 0
    assert keys(out) == [".anatomatte-new.exr", ".other.exr", "k.0001.exr"]


def test_what_reads_back_otherwise_gets_no_name(tmp_path, monkeypatch):
    # as of damaged pixels
    monkeypatch.setattr("anatomatte_batch.stills.read_rows", lambda source, seen: None)
    for words in (["--compression", "piz"], ["--depth", "float", "--compression", "none"]):
        out = tmp_path / "out" / "k.####.exr"
        assert cli(shot(tmp_path / "in", [1]), out, *words) == 7
    assert keys(tmp_path / "out") == []


def test_side_clips_are_part_of_a_frame(tmp_path, capsys):
    source, out = shot(tmp_path, [1]), tmp_path / "k.####.exr"
    write(tmp_path / "g.png", plate().clip(0, 1), "uint8")
    assert cli(source, out) == 0
    words = ["--outm", tmp_path / "g.png"]
    assert cli(source, out, *words) == 0
    assert "(stale: garbage)" in capsys.readouterr().out
    fake = FakeConnect()
    assert cli(source, out, *words, connect=fake) == 0 and fake.node.calls == []
    assert cli(source, out, "--inm", tmp_path / "no.####.exr") == 3
