"""Words and classes: a decoder's own word, logs that fail, homes that are absent, disks that are full."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from anatomatte.errors import DiskFull, OutputError, PlateError, SettingsError, SetupError, reason
from anatomatte.models import store
from anatomatte.models.store import looks, places
from anatomatte_batch import RenderRequest, presets, stills
from anatomatte_batch.images import read_image
from anatomatte_batch.stills_colour import peek_colour
from anatomatte_cli.models import fetch
from made.cli_fake import FakeConnect, cli, plate, read, shot, write


def jpeg(path, size=(160, 120)):
    write(path, np.clip(plate(*size), 0, 1), "uint8")
    return path.read_bytes()


@pytest.mark.parametrize("name", ["m.jpg", "m.jpeg", "m.JPG"])
def test_a_motion_photo_is_whole(tmp_path, name):
    data = jpeg(tmp_path / "m.jpg")
    (tmp_path / name).write_bytes(data + b"\0\0\0\x18ftypmp42" + bytes(100_000))
    assert read_image(tmp_path / name).pixels.shape == (120, 160, 3)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_cut_jpeg_with_a_thumbnail_is_cut(tmp_path, share):
    data = jpeg(tmp_path / "m.jpg")
    thumbnail = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + jpeg(tmp_path / "t.jpg", (32, 24))
    head = data[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    (tmp_path / "whole.jpg").write_bytes(head + data[2:])
    assert read_image(tmp_path / "whole.jpg").pixels.shape == (120, 160, 3)
    (tmp_path / "cut.jpg").write_bytes(head + data[2 : round(len(data) * share)])
    with pytest.raises(PlateError, match="truncated or damaged"):
        read_image(tmp_path / "cut.jpg")


def png(path, **chunks):
    """An 8-bit PNG with these chunks before its picture."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([90] * 48) for _ in range(16))
    told = b"".join(chunk(kind.encode(), data) for kind, data in chunks.items())
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + head + told + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize(
    ("chunks", "colour"),
    [
        ({}, "srgb"),
        ({"gAMA": (45455).to_bytes(4, "big")}, "srgb"),
        ({"gAMA": (100000).to_bytes(4, "big")}, "linear"),
        ({"cICP": bytes([12, 13, 0, 1])}, "srgb"),
        ({"cICP": bytes([12, 8, 0, 1])}, "linear"),
        ({"cICP": bytes([1, 1, 0, 1])}, "rec709"),
        ({"cICP": bytes([9, 16, 0, 1])}, "pq"),
        ({"cICP": bytes([9, 18, 0, 1])}, "hlg"),
        ({"gAMA": (38462).to_bytes(4, "big")}, None),
    ],
)
def test_a_png_that_says_what_it_is_is_believed(tmp_path, chunks, colour):
    path = png(tmp_path / "a.png", **chunks)
    if colour is None:
        with pytest.raises(PlateError, match=r"is tagged as .*--colour"):
            peek_colour(path)
        assert cli(path, tmp_path / "k.exr") == 3
        assert cli(path, tmp_path / "k.exr", "--colour", "srgb") == 0
    else:
        assert peek_colour(path) == colour


def test_what_a_header_says_of_the_shot_lives_on(tmp_path):
    facts = {
        "isoSpeed": 800.0, "focus": 2.0, "longitude": 8.5, "latitude": 47.0, "altitude": 400.0,
        "slate": "12A", "Exif:ISOSpeedRatings": 800, "com.arri.camera": "x", "cdl_slope": 1.0,
        "colorInteropID": "lin_ap1_scene",
        "smpte:TimeCode": ("timecode", (0x01020304, 0)), "reelName": "A001",
    }  # fmt: skip
    write(tmp_path / "p.exr", plate(), **facts)
    assert cli(tmp_path / "p.exr", tmp_path / "k.exr") == 0
    _, spec = read(tmp_path / "k.exr")
    for name, value in facts.items():
        wanted = value[1] if isinstance(value, tuple) else value
        assert spec.getattribute(name) == pytest.approx(wanted) if isinstance(wanted, float) else wanted, name
    assert spec.getattribute("colorInteropID") == "lin_ap1_scene"
    assert cli(tmp_path / "p.exr", tmp_path / "s.exr", "--out-colour", "srgb") == 0
    assert read(tmp_path / "s.exr")[1].getattribute("colorInteropID") is None


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
def test_a_failing_log_fails_no_frame(tmp_path, capsys):
    log = tmp_path / "log"
    log.symlink_to("/dev/full")
    result = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr", log=log).run(
        FakeConnect()
    )
    assert result.exit_code == 0 and len(result.numbers("rendered")) == 4
    assert [message.code for message in result.messages] == ["log-lost"]


def test_a_full_disk_is_said_and_no_more_is_asked(tmp_path, monkeypatch):
    asked = []

    def full(path, *_rest):
        asked.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stills, "_write", full)
    result = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr").run(FakeConnect())
    assert result.exit_code == 7 and len(asked) == 1 and result.numbers("failed") == [1001]
    assert "the disk is full; make room" in result.sentence and isinstance(result.errors[0], DiskFull)


def test_a_library_that_gives_no_number_is_asked_about_the_disk(tmp_path, monkeypatch):
    from anatomatte import atomic

    def failed(*_rest):
        raise OSError("could not write the chunk")

    monkeypatch.setattr(stills, "_write", failed)
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr")
    assert len(request.run(FakeConnect()).numbers("failed")) == 4
    monkeypatch.setattr(atomic.shutil, "disk_usage", lambda folder: SimpleNamespace(total=1 << 30, free=4096))
    assert isinstance(request.run(FakeConnect()).errors[0], DiskFull)


@pytest.mark.parametrize(
    ("why", "closed", "failed"),
    [
        (OSError("Could not open it (Permission denied)"), True, 1),
        (OSError(errno.EROFS, "Read-only file system"), True, 1),
        (OSError(errno.EACCES, "Permission denied"), False, 4),
        (OSError(errno.EIO, "Input/output error"), True, 4),
    ],
)
def test_a_folder_that_takes_no_files_any_more_is_said_once(tmp_path, monkeypatch, why, closed, failed):
    """A share that was mounted anew without the right to write: no further frame is made in vain."""
    from anatomatte import atomic

    def refused(*_rest):
        raise why

    monkeypatch.setattr(stills, "_write", refused)
    monkeypatch.setattr(atomic.os, "access", lambda *_rest: not closed)
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "out" / "k.####.exr", retries=1)
    result = request.run(FakeConnect())
    assert result.exit_code == 7 and len(result.numbers("failed")) == failed
    told = f"{tmp_path / 'out'} takes no files (no permission, or it is read-only now); mend that"
    assert (told in result.sentence) == (failed == 1)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="every user has a home there")
@pytest.mark.parametrize("words", [["models", "list"], ["doctor"]])
def test_who_has_no_home_and_no_account_is_served(words):
    program = (
        "import os, pwd, sys; sys.path[:0] = sys.argv[1].split(os.pathsep)\n"
        "def none(number): raise KeyError(number)\n"
        "pwd.getpwuid = none\n"
        "from anatomatte_cli.main import main\n"
        "sys.exit(main(sys.argv[2:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, os.pathsep.join(sys.path), *words],
        env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr and "home dir" not in done.stderr, done.stderr
    assert done.returncode in ((0,) if words == ["models", "list"] else (0, 4)), done.stderr


def test_places_without_a_home(monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(places.Path, "home", staticmethod(homeless))
    monkeypatch.delenv(places.OWN, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert places.own() == tmp_path / "anatomatte" / "models"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert not places.own().exists() and places.roots()[-1] == places.own()
    with pytest.raises(OutputError, match="ANATOMATTE_MODELS"), places.locked(places.own()):
        pass


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_words_fit_any_terminal(encoding):
    program = (
        "import sys; sys.path[:0] = sys.argv[1].split(':'); from anatomatte_cli.main import main\n"
        "sys.exit(main(['models', 'list']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, ":".join(sys.path)],
        env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def test_the_reason_is_what_is_left_of_a_long_message():
    text = (
        "void onnxruntime::Model::Load("
        + "const std::string&, " * 40
        + ") unsupported IR version: 99, max supported 13"
    )
    assert reason(text).endswith("unsupported IR version: 99, max supported 13") and len(reason(text)) < 260
    assert reason("first\nsecond", last=True) == "second" and reason("first.\nsecond") == "first"
    assert reason(ValueError()) == "ValueError"


def test_a_network_for_a_newer_runtime_says_so(tmp_path):
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    from anatomatte.nets.runtime.files import OnnxNet

    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", ends[:1], ends[1:])
    model = helper.make_model(graph)
    model.ir_version = 99
    folder = tmp_path / ("a" * 120) / ("b" * 120)
    folder.mkdir(parents=True)
    onnx.save(model, str(folder / "new.onnx"))
    with pytest.raises(SetupError, match="IR version"):
        OnnxNet("New", folder / "new.onnx", "cpu", 1)
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_nests_without_end_are_settings_errors(tmp_path):
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 50_000 + "]" * 50_000)
    with pytest.raises(SettingsError, match="nested"):
        presets.load(deep)
    from anatomatte.models.manifest import parsed

    with pytest.raises(SettingsError, match="nested"):
        parsed(deep.read_text(), "deep.toml")


def test_a_torch_archive_with_a_name_that_is_no_text_is_damaged(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
        archive.writestr("w/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("w/vérsion", "3")
    data = (tmp_path / "w.pt").read_bytes().replace("vérsion".encode(), b"v\xff\xffrsion")
    (tmp_path / "w.pt").write_bytes(data)
    with pytest.raises(SetupError, match="damaged"):
        looks.inspect(tmp_path / "w.pt", "torch", "w.pt")


class Answer:
    """What a server says."""

    def __init__(self, body: bytes, **headers: str) -> None:
        import io

        self.status, self.headers, self._body = (
            200,
            {k.replace("_", "-"): v for k, v in headers.items()},
            io.BytesIO(body),
        )

    def read(self, amount: int) -> bytes:
        return self._body.read(amount)

    def close(self) -> None:
        """Nothing is held."""


def fetched(tmp_path, monkeypatch, answer):
    opener = type("Opener", (), {"open": lambda self, request, timeout: answer})()
    monkeypatch.setattr(fetch.urllib.request, "build_opener", lambda *_: opener)
    fetch.fetch(["https://example.org/n"], tmp_path / "pull-n", tell=lambda *_: None, wait=lambda _: None)


def test_a_length_that_is_no_number_is_said(tmp_path, monkeypatch):
    with pytest.raises(SetupError, match="'many' bytes, which is no number"):
        fetched(tmp_path, monkeypatch, Answer(b"x", Content_Length="many"))


def test_a_download_without_a_length_has_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "MOST", 1000)
    with pytest.raises(SetupError, match=r"sends more than the 1\.0 kB"):
        fetched(tmp_path, monkeypatch, Answer(bytes(5000)))
    fetched(tmp_path, monkeypatch, Answer(bytes(1000)))
    assert (tmp_path / "pull-n").stat().st_size == 1000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name here")
def test_a_pipe_is_not_imported(tmp_path, monkeypatch):
    from anatomatte.models.store import catalogue

    monkeypatch.setenv(places.OWN, str(tmp_path / "models"))
    os.mkfifo(tmp_path / "pipe.onnx")
    manifest = (
        catalogue.get("modnet")
        if "modnet" in catalogue.known()[0]
        else next(iter(catalogue.known()[0].values()))
    )
    for source in (tmp_path / "pipe.onnx", "/dev/zero"):
        with pytest.raises(SetupError, match="a pipe or a device"):
            store.add(manifest, manifest.file(""), places.Path(source))


def test_a_display_window_is_a_movie_s_frame(tmp_path):
    from anatomatte_batch.video import VideoReader

    wide = plate(20, 15)
    write(tmp_path / "p.exr", wide, x=-2, y=-1, full=(0, 0, 16, 12))
    for name in ("k.mov", "k.mp4"):
        assert cli(tmp_path / "p.exr", tmp_path / name) == 0
        assert VideoReader(tmp_path / name).read(1).pixels.shape[:2] == (12, 16)


def test_a_video_that_ends_early_is_a_plate_error(tmp_path):
    from made.clips import clip, cut

    path = cut(clip(tmp_path / "v.mkv", options={"g": "10"}), tmp_path / "cut.mkv", 0.6)
    log = tmp_path / "log"
    assert cli(path, tmp_path / "k.####.exr", "--log", log) == 3
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert any(event.get("code") == "video-short" for event in events) and events[-1]["exit"] == 3
    assert "of the 30 frames" in str(events)
    assert cli(path, tmp_path / "k.####.exr", "--frames", "1-5") == 0
    assert cli(path, tmp_path / "k.mov") == 3 and not (tmp_path / "k.mov").exists()


def test_a_network_that_asks_for_a_petabyte_is_short_of_memory(tmp_path):
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    from anatomatte.nets.runtime.files import OnnxNet
    from anatomatte.nets.runtime.sessions import short_of_memory

    size = numpy_helper.from_array(np.array([1 << 24, 1 << 24, 1, 1], np.int64), "s")
    zero = numpy_helper.from_array(np.zeros(1, np.float32))
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["big"], value=zero),
        helper.make_node("ReduceMax", ["big"], ["most"], keepdims=1),
        helper.make_node("Add", ["x", "most"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in "xy"]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [size])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "n.onnx"))
    net = OnnxNet("Big", tmp_path / "n.onnx", "cpu", 1)
    with pytest.raises(Exception, match="allocate memory") as told:
        net.run({"x": np.zeros((1, 3, 8, 8), np.float32)})
    assert short_of_memory(told.value)


@pytest.mark.parametrize(
    ("made", "named", "colour"),
    [
        ("a.exr", "b.png", "linear"),
        ("a.jpg", "b.exr", "srgb"),
        ("a.dpx", "b.tif", "cineon"),
        ("a.png", "b.dpx", "srgb"),
    ],
)
def test_a_file_of_another_format_than_its_name_is_read_as_what_it_is(tmp_path, made, named, colour):
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(16, 9, 3, "half" if made.endswith("exr") else "uint8")
    sink = oiio.ImageOutput.create(made)
    assert sink.open(str(tmp_path / made), spec) and sink.write_image(plate()) and sink.close()
    (tmp_path / made).rename(tmp_path / named)
    picture = read_image(tmp_path / named)
    assert peek_colour(tmp_path / named) == picture.colour == colour
    assert any(
        message.code == "file-type" and f"{named} holds {made[2:].upper()}" in message.text
        for message in picture.messages
    )


@pytest.mark.skipif(not os.access("/proc/self/status", os.R_OK), reason="there is no such file system")
def test_what_cannot_be_written_to_is_not_called_full(tmp_path, capsys):
    assert cli(shot(tmp_path), "/proc/k.####.exr") == 7
    told = capsys.readouterr()
    assert "cannot be written" in told.err and "full" not in told.err
