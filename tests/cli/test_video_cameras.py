"""Videos as cameras write them: MJPEG with Exif in each picture, tapes of DV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from anatomatte_batch import timecode
from anatomatte_batch.images import read_image
from anatomatte_batch.video import VideoReader
from made.cli_fake import cli, read
from made.clips import clip, drawn, number_of

COUNT = 4


def of_a_camera(path: Path, turn: int) -> Path:
    """MJPEG whose pictures are JPEGs with Exif, as compact cameras write AVI and MOV."""
    import av
    import OpenImageIO as oiio

    with av.open(str(path), "w") as box:
        stream = box.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuvj420p"
        stream.time_base = Fraction(1, 25)
        for number in range(COUNT):
            still = path.with_name(f"{number}.jpg")
            spec = oiio.ImageSpec(128, 64, 3, "uint8")
            for name, value in (("Make", "Camera"), ("Orientation", turn), ("compression", "jpeg:98")):
                spec.attribute(name, value)
            sink = oiio.ImageOutput.create("a.jpg")
            assert sink.open(str(still), spec) and sink.write_image(drawn(number)) and sink.close()
            packet = av.Packet(still.read_bytes())
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 25)
            packet.is_keyframe = True
            box.mux(packet)
    return path


@pytest.mark.parametrize("name", ["p.avi", "p.mov"])
@pytest.mark.parametrize("turn", [1, 2, 3, 4, 5, 6, 7, 8])
def test_mjpeg_with_exif_is_read_and_stands_as_its_pictures_do(tmp_path, name, turn):
    reader = VideoReader(of_a_camera(tmp_path / name, turn))
    assert list(reader.frames()) == list(range(1, COUNT + 1))
    for number in range(COUNT):
        still = read_image(tmp_path / f"{number}.jpg").pixels
        found = reader.read(number + 1).pixels
        assert found.shape == still.shape
        assert np.abs(found - still).mean() < 0.02
    reader.close()


@pytest.mark.parametrize("kind", ["tiff", "png"])
def test_stills_in_a_movie_are_read_whatever_they_say_beside(tmp_path, kind):
    reader = VideoReader(clip(tmp_path / "p.mov", kind, range(COUNT), pixel="rgb24"))
    assert [number_of(reader.read(frame).pixels) for frame in reader.frames()] == list(range(COUNT))
    reader.close()


@pytest.mark.parametrize(
    ("size", "pixel", "rate"),
    [((720, 576), "yuv420p", Fraction(25)), ((720, 480), "yuv411p", Fraction(30000, 1001))],
    ids=["PAL", "NTSC"],
)
def test_a_tape_of_dv_has_its_own_rate(tmp_path, size, pixel, rate):
    reader = VideoReader(clip(tmp_path / "p.dv", "dvvideo", range(COUNT), pixel=pixel, rate=rate, size=size))
    assert reader.fps == pytest.approx(float(rate))
    assert reader.read(2).fps == pytest.approx(float(rate))
    reader.close()


def test_frames_of_a_video_keep_its_rate_and_its_time_code_to_the_next_video(tmp_path):
    """At 24 frames a second, as they were taken without a rate, 27 is no number of a time code."""
    rate = Fraction(30000, 1001)
    clip(tmp_path / "p.mov", numbers=range(COUNT), rate=rate, metadata={"timecode": "00:00:59;27"})
    assert cli(tmp_path / "p.mov", tmp_path / "k.####.exr") == 0
    _, spec = read(tmp_path / "k.0001.exr")
    assert spec.getattribute("FramesPerSecond") == (30000, 1001)
    assert cli(tmp_path / "k.####.exr", tmp_path / "k.mov") == 0
    reader = VideoReader(tmp_path / "k.mov")
    assert reader.fps == pytest.approx(float(rate))
    assert timecode.text_of(reader.read(4).facts, reader.fps) == "00:01:00;02"
    reader.close()


@pytest.mark.parametrize(("curve", "name"), [("bt470m", "2.2"), ("bt470bg", "2.8"), ("log100", "100:1")])
def test_a_curve_that_is_read_as_another_is_told(tmp_path, curve, name):
    options = {"x264-params": f"transfer={curve}"}
    reader = VideoReader(clip(tmp_path / "p.mp4", numbers=range(COUNT), options=options))
    (message,) = reader.messages
    assert message.code == "video-curve" and name in message.text and "input_colour" in message.text
    assert reader.colour == "rec709" and reader.read(1).pixels.shape[2] == 3
    reader.close()
    plain = VideoReader(
        clip(tmp_path / "q.mp4", numbers=range(COUNT), options={"x264-params": "transfer=bt709"})
    )
    assert not plain.messages
    plain.close()


@pytest.mark.parametrize(
    ("text", "fps", "rate", "right"),
    [
        ("01:00:00:29", 30, 24, "01:00:00:23"), ("01:00:00:12", 24, 24, "01:00:00:12"),
        ("00:00:59;45", 60, 30, "00:00:59;22"), ("01:00:00;29", 30, 25, "01:00:00:24"),
        ("01:00:00:12", 25, 50, "01:00:00:24"), ("", 25, 24, ""),
    ],
)  # fmt: skip
def test_a_time_code_is_the_same_time_at_another_rate(text, fps, rate, right):
    assert timecode.at_rate(text, fps, rate) == right


def test_a_movie_of_fewer_frames_a_second_keeps_its_time_code(tmp_path):
    clip(tmp_path / "p.mov", numbers=range(COUNT), rate=30, metadata={"timecode": "01:00:00:28"})
    assert cli(tmp_path / "p.mov", tmp_path / "o.mov", "--fps", "24") == 0
    reader = VideoReader(tmp_path / "o.mov")
    assert timecode.text_of(reader.read(1).facts, 24) == "01:00:00:22"
    reader.close()
