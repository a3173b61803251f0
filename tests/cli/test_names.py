"""File names and frame lists: a file of that very name first, refused where not understood, cheap."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from anatomatte.errors import PlateError, SettingsError
from anatomatte_batch import RenderRequest
from anatomatte_batch.sequences import holes, parse_frames, parse_pattern, spelt
from anatomatte_batch.source import Source
from anatomatte_cli.main import main
from made.cli_fake import FakeConnect, cli, plate, read, shot, write


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1001-1005:2", [1001, 1003, 1005]),
        ("1001-1009:2", [1001, 1003, 1005, 1007, 1009]),
        ("1-2 3", [1, 2, 3]),
        ("1-2, 3", [1, 2, 3]),
        ("  5  ", [5]),
        ("10-1:3", [1, 4, 7, 10]),
        ("10-1x3", [1, 4, 7, 10]),
        ("-5--1x2", [-5, -3, -1]),
        ("3\t7\n9", [3, 7, 9]),
    ],
)
def test_what_is_a_frame_set(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize(
    "text",
    [
        "1 - 5",
        "1-5y2",
        "1-5:",
        "1-5x-1",
        "1..5",
        "1-10:3,2:4",
        ",",
        "1,,2",
        "0x10",
        "1-5:0",
        "1 to 5",
        "1-2-3",
        "#",
    ],
)
def test_what_is_none_is_refused(text):
    with pytest.raises(SettingsError, match="no frame set"):
        parse_frames(text)


def test_ranges_of_a_preset_go_the_same_way(tmp_path):
    preset = tmp_path / "p.toml"
    preset.write_text('[[range]]\nframes = "1001-1003:2"\nerode = 2.0\n')
    fake = FakeConnect()
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", "--preset", preset, connect=fake) == 0
    assert [values["erode"] for _, values in fake.node.calls] == [2.0, 0.0, 2.0, 0.0]
    preset.write_text('[[range]]\nframes = "1 - 3"\nerode = 2.0\n')
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", "--preset", preset) == 2


@pytest.mark.parametrize("name", ["still@2x.exr", "a#1.exr", "100%d.exr", "take$F.exr", "v####.exr"])
def test_a_file_of_that_very_name_beats_a_pattern(tmp_path, name):
    write(tmp_path / name, plate())
    source = Source(str(tmp_path / name))
    assert source.single and source.read(1).name == name
    side = Source(str(tmp_path / name), matte=True)
    assert side.read(77).name == name


@pytest.mark.parametrize("name", ["out@2x.exr", "k#1.exr", "100%done.exr", "x$Final.exr"])
def test_one_picture_keeps_the_name_it_was_given(tmp_path, name):
    write(tmp_path / "p.exr", plate())
    assert cli(tmp_path / "p.exr", tmp_path / name) == 0
    assert (tmp_path / name).is_file()
    assert cli(tmp_path / "p.exr", tmp_path / name) == 0


def test_a_sequence_still_gets_numbers(tmp_path):
    source = shot(tmp_path)
    assert cli(source, tmp_path / "k@2x.####.exr") == 0 and (tmp_path / "k@2x.1001.exr").is_file()
    assert (
        cli(source, tmp_path / "one.####.exr", "--frames", "1001") == 0
        and (tmp_path / "one.1001.exr").is_file()
    )


def test_folders_that_look_like_patterns(tmp_path):
    source = shot(tmp_path / "v##")
    assert Source(source).frames() == [1001, 1002, 1003, 1004]
    with pytest.raises(PlateError, match="is a folder; did you mean"):
        Source(str(tmp_path / "v##"))
    with pytest.raises(SettingsError, match="folder"):
        RenderRequest(source=source, destination=tmp_path / "o" / "####" / "key.####.exr")
    assert not (tmp_path / "o").exists()
    (tmp_path / "o" / "####").mkdir(parents=True)
    assert cli(source, tmp_path / "o" / "####" / "key.####.exr") == 0
    assert parse_pattern(str(tmp_path / "100%done" / "a.####.exr")).pad == 4


def test_memory_follows_the_files_not_the_span(tmp_path):
    """Under a bound that a list from 1001 to the date would not fit into."""
    for name in ("1001", "1002", "20240131", "20240131120000"):
        write(tmp_path / f"p.{name}.exr", plate())
    program = (
        "import resource, sys; sys.path[:0] = sys.argv[2:]\n"
        "from anatomatte_batch.source import Source\n"
        "from anatomatte_batch.sequences import holes, spelt\n"
        "import OpenImageIO, cv2\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000,) * 2)\n"
        "source = Source(sys.argv[1])\n"
        "print(source.frames(), spelt(holes(source.frames())), source.span())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "p.####.exr"), *sys.path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1003-20240130" in found.stdout


def test_a_date_among_the_numbers_is_rendered_like_any(tmp_path):
    for name in ("1001", "1002", "20240131"):
        write(tmp_path / f"p.{name}.exr", plate())
    result = RenderRequest(source=tmp_path / "p.####.exr", destination=tmp_path / "k.####.exr").run(
        FakeConnect()
    )
    assert result.numbers("rendered") == [1001, 1002, 20240131]
    assert [m.code for m in result.messages] == ["frames-missing"]


def test_gaps_are_runs():
    assert holes([1, 2, 5, 10**15]) == [(3, 4), (6, 10**15 - 1)] and holes([]) == []
    assert spelt([(3, 3), (5, 9)]) == "3,5-9"
    assert spelt([(n, n) for n in range(0, 100, 2)]).endswith("38 and 30 more gaps")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_utf8_is_a_name(tmp_path):
    folder = os.fsencode(tmp_path)
    write(tmp_path / "p.exr", plate())
    for number in (b"0001", b"0002"):
        os.link(tmp_path / "p.exr", folder + b"/caf\xe9." + number + b".exr")
    text = os.fsdecode(folder + b"/caf\xe9.####.exr")
    assert cli(text, os.fsdecode(folder + b"/out\xe9/k\xe8.####.exr")) == 0
    assert sorted(os.listdir(folder + b"/out\xe9")) == [b"k\xe8.0001.exr", b"k\xe8.0002.exr"]
    assert cli(text, tmp_path / "k.####.exr") == 0
    _, spec = read(tmp_path / "k.0001.exr")
    assert spec.getattribute("anatomatte:source") == "caf\\xe9.0001.exr"
    assert cli(text, tmp_path / "k.####.exr") == 0


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_an_analysis_and_a_sheet_of_a_name_that_is_no_utf8(tmp_path, capsys):
    write(tmp_path / "p.exr", plate(96, 64))
    folder = os.fsencode(tmp_path)
    os.rename(tmp_path / "p.exr", folder + b"/caf\xe9.exr")
    name, sidecar = (os.fsdecode(folder + b"/caf\xe9" + end) for end in (b".exr", b".shot.json"))
    assert main(["analyse", name, "--set", "subject=off"]) == 0
    assert (
        main(["analyse", sidecar, "--doubtful"]) == 0
        and main(["correct", sidecar, name, "--accept", "1"]) == 0
    )
    assert main(["sheet", name, f"{tmp_path}/sheet.png", "--set", "subject=off"]) == 0
    assert (tmp_path / "sheet.png").is_file()


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_video_by_a_name_that_is_no_utf8(tmp_path):
    from made.clips import clip

    clip(tmp_path / "v.mp4", numbers=range(3))
    name = os.fsencode(tmp_path) + b"/v\xe9.mp4"
    os.rename(tmp_path / "v.mp4", name)
    assert cli(os.fsdecode(name), tmp_path / "k.####.exr") == 0
    assert cli(os.fsdecode(name), os.fsdecode(os.fsencode(tmp_path) + b"/k\xe9.mov")) == 0


def test_a_link_is_followed_and_stays(tmp_path):
    write(tmp_path / "p.exr", plate())
    (tmp_path / "store").mkdir()
    (tmp_path / "k.exr").symlink_to(tmp_path / "store" / "real.exr")
    assert cli(tmp_path / "p.exr", tmp_path / "k.exr") == 0
    assert (tmp_path / "k.exr").is_symlink() and (tmp_path / "store" / "real.exr").is_file()
    assert os.listdir(tmp_path / "store") == ["real.exr"]


def test_a_plate_that_is_a_dead_link_is_a_plate_error(tmp_path):
    source = shot(tmp_path)
    assert cli(source, tmp_path / "k.####.exr") == 0
    (tmp_path / "plate.1002.exr").unlink()
    (tmp_path / "plate.1002.exr").symlink_to(tmp_path / "gone")
    assert cli(source, tmp_path / "k.####.exr") == 3


def latin(path, old=b"cafe", new=b"caf\xe9"):
    """The file with a text of it in Latin-1, of the same length."""
    whole = path.read_bytes()
    assert old in whole
    path.write_bytes(whole.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("suffix", "kind", "key"),
    [
        (".exr", "half", "Artist"),
        (".tif", "uint8", "Artist"),
        (".jpg", "uint8", "Artist"),
        (".tga", "uint8", "Artist"),
        (".dpx", "uint16", "Copyright"),
    ],
)
def test_a_header_in_latin_1_is_carried_as_text(tmp_path, suffix, kind, key):
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(16, 9, 3, kind)
    spec.attribute(key, "cafe noir")
    sink = oiio.ImageOutput.create(f"a{suffix}")
    assert sink.open(str(tmp_path / f"a{suffix}"), spec) and sink.write_image(plate()) and sink.close()
    for target in ("k.exr", "k.png", "k.tif"):
        assert cli(latin_once(tmp_path / f"a{suffix}"), tmp_path / target) == 0
    _, made = read(tmp_path / "k.exr")
    assert made.getattribute(key) == "café noir"


def latin_once(path):
    return path if b"caf\xe9" in path.read_bytes() else latin(path)


def test_layers_and_attributes_named_in_latin_1(tmp_path):
    write(tmp_path / "a.exr", plate(), names=("cafe.R", "cafe.G", "cafe.B"))
    name = os.fsdecode(b"caf\xe9")
    for more in ((), ("--layer", name), ("--log", tmp_path / "log")):
        assert cli(latin_once(tmp_path / "a.exr"), tmp_path / "k.exr", *more, "--overwrite") == 0
    _, made = read(tmp_path / "k.exr")
    assert "caf" in made.getattribute("anatomatte:layers")


@pytest.mark.parametrize("frames", [[], (), [1.5], ["1"], [None]])
def test_frames_of_python_are_whole_numbers_and_some(tmp_path, frames):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr", frames=frames)
    with pytest.raises(SettingsError, match=r"frames (holds no frame|takes whole numbers)"):
        request.run(FakeConnect())
    assert not list(tmp_path.glob("k.*"))
