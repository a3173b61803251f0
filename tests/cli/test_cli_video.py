"""Video in and out, and the other kinds of still pictures."""

from __future__ import annotations

import os

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.images import read_image
from anatomatte_batch.sinks import seen_over
from anatomatte_batch.video import VideoReader, frames_per_second
from anatomatte_batch.video_writer import VideoWriter
from made.cli_fake import FakeConnect, cli, plate, read, shot, write


def ramp(frame: int, width: int = 64, height: int = 48) -> np.ndarray:
    """A frame whose grey tells its number, over a colour ramp, with a soft alpha."""
    x = np.linspace(0, 1, width, dtype=np.float32)
    pixels = np.zeros((height, width, 4), np.float32)
    pixels[..., 0], pixels[..., 1], pixels[..., 2] = x, frame / 40, 0.25
    pixels[..., 3] = x
    return pixels


def film(path, frames: int = 12) -> None:
    with VideoWriter(path, 24.0, "test") as writer:
        for frame in range(frames):
            writer.write(ramp(frame))


@pytest.mark.parametrize(("name", "tolerance"), [("a.mp4", 0.03), ("a.mov", 0.006)])
def test_a_video_reads_back_by_number(tmp_path, name, tolerance):
    film(tmp_path / name)
    reader = VideoReader(tmp_path / name, start=101)
    assert list(reader.frames()) == list(range(101, 113)) and reader.fps == 24
    for number in (101, 112, 105, 106, 103):
        picture = reader.read(number)
        expected = ramp(number - 101)
        inside = np.s_[4:-4, 4:-4]
        assert np.abs(picture.pixels[..., :3] - expected[..., :3])[inside].max() < tolerance
        assert picture.colour == "rec709"
    if name.endswith("mov"):
        assert np.abs(picture.pixels[..., 3] - expected[..., 3]).max() < tolerance
        assert picture.premult == "unpremultiplied"
    with pytest.raises(PlateError, match="holds 101-112"):
        reader.read(113)
    reader.close()


def test_a_video_is_rendered_frame_by_frame(tmp_path):
    film(tmp_path / "a.mp4")
    fake = FakeConnect()
    words = ["--frames", "3-9x3", "--start", "1"]
    assert cli(tmp_path / "a.mp4", tmp_path / "k.####.exr", *words, connect=fake) == 0
    assert [frame for frame, _ in fake.node.calls] == [3, 6, 9]
    assert fake.node.calls[0][1]["input_colour"] == "rec709"
    pixels, _ = read(tmp_path / "k.0009.exr")
    assert abs(float(np.median(pixels[..., 1] / np.maximum(pixels[..., 3], 1e-3))) - 8 / 40) < 0.03


@pytest.mark.parametrize("name", ["k.mp4", "k.mov"])
def test_videos_out_are_whole_or_not_there(tmp_path, name):
    source = shot(tmp_path / "in", range(1, 6))
    out = tmp_path / "out" / name
    assert cli(source, out, "--fps", "23.976") == 0
    reader = VideoReader(out)
    assert len(reader.frames()) == 5 and reader.fps == pytest.approx(24000 / 1001, abs=1e-6)
    width = reader.read(1).pixels.shape[1]
    assert width == 16
    reader.close()
    assert os.listdir(out.parent) == [name]
    stamp = out.stat().st_mtime_ns
    assert cli(source, out, "--fps", "23.976") == 0 and out.stat().st_mtime_ns == stamp
    assert cli(source, out) == 0 and out.stat().st_mtime_ns > stamp

    def before(frame):
        if frame == 3:
            raise PlateError("bad")

    out.unlink()
    assert cli(source, out, connect=FakeConnect(before)) == 3
    assert os.listdir(out.parent) == []


def test_rates():
    assert frames_per_second("23.976") == frames_per_second("24000/1001") == pytest.approx(24000 / 1001)
    assert frames_per_second("25") == 25 and frames_per_second("29.97") == pytest.approx(30000 / 1001)


def test_a_preview_is_laid_over_its_backing_in_light():
    from anatomatte.ops.colour import rec709_decode

    rgba = np.zeros((48, 64, 4), np.float32)
    rgba[..., :3], rgba[..., 3] = 0.3, 0.5
    for over, levels in (("grey", {0.18}), ("checker", {0.18, 0.08})):
        seen = rec709_decode(seen_over(rgba, over)[..., :3])
        wanted = {round(0.3 + 0.5 * level, 3) for level in levels}
        assert {round(float(v), 3) for v in np.unique(np.round(seen, 3))} == wanted


@pytest.mark.parametrize(
    "name",
    [
        "a.png",
        "a.jpg",
        "a.jfif",
        "a.tif",
        "a.webp",
        "a.bmp",
        "a.dpx",
        "a.exr",
        "a.hdr",
        "a.jp2",
        "a.jxl",
        "ö ü/ж.png",
    ],
)
def test_every_kind_of_still_is_read(tmp_path, name):
    pixels = np.clip(plate(64, 48), 0, 1)
    kind = {"dpx": "uint16", "exr": "half", "hdr": "float"}.get(name[-3:], "uint8")
    write(tmp_path / name, pixels, kind)
    picture = read_image(tmp_path / name)
    assert picture.pixels.dtype == np.float32 and picture.pixels.shape == pixels.shape
    lossy = name.endswith(("jpg", "jfif", "webp"))
    assert np.abs(picture.pixels - pixels).mean() < (0.05 if lossy else 0.01)
    assert picture.colour == {"exr": "linear", "hdr": "linear", "dpx": "cineon"}.get(name[-3:], "srgb")


def test_sixteen_bits_are_kept(tmp_path):
    pixels = (np.arange(300, dtype=np.uint16).reshape(10, 10, 3) + 30000).astype(np.float32) / 65535
    write(tmp_path / "a.png", pixels, "uint16")
    assert np.array_equal(np.round(read_image(tmp_path / "a.png").pixels * 65535), np.round(pixels * 65535))


def test_alpha_is_read_in_its_own_state(tmp_path):
    rgba = np.dstack([plate(64, 48).clip(0, 1), np.full((48, 64), 0.5, np.float32)])
    write(tmp_path / "a.png", rgba, "uint8", **{"oiio:UnassociatedAlpha": 1})
    write(tmp_path / "a.exr", rgba)
    for name in ("a.jp2", "a.jxl"):
        write(tmp_path / name, rgba, "uint8", **{"oiio:UnassociatedAlpha": 1})
        seen = read_image(tmp_path / name)
        assert seen.premult == "unpremultiplied" and np.abs(seen.pixels - rgba).max() < 0.01
    png, exr = read_image(tmp_path / "a.png"), read_image(tmp_path / "a.exr")
    assert (png.premult, exr.premult) == ("unpremultiplied", "premultiplied")
    assert np.abs(png.pixels - rgba).max() < 0.01 and np.abs(exr.pixels - rgba).max() < 0.01


def test_beauty_is_found_among_layers(tmp_path):
    stack = np.dstack([plate(8, 8), plate(8, 8, seed=2)])
    write(tmp_path / "a.exr", stack, names=("mask.R", "mask.G", "mask.B", "R", "G", "B"))
    assert np.abs(read_image(tmp_path / "a.exr").pixels - stack[..., 3:]).max() < 0.002
    write(tmp_path / "y.exr", stack[..., :1], names=("Y",))
    assert read_image(tmp_path / "y.exr").pixels.shape == (8, 8, 1)


def test_the_header_of_a_dpx_has_its_say(tmp_path):
    for transfer, colour in (("Linear", "linear"), ("ITU-R 709-4", "rec709"), ("Printing density", "cineon")):
        write(tmp_path / "a.dpx", plate(8, 8).clip(0, 1), "uint16", **{"dpx:Transfer": transfer})
        assert read_image(tmp_path / "a.dpx").colour == colour
