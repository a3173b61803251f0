"""A video gives the picture of its number: the n-th of a full decode, alone and in any order."""

from __future__ import annotations

import random

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.video import VideoReader
from made.clips import clip, cut, decoded, number_of, remuxed

X264 = {"g": "10", "bf": "2", "preset": "ultrafast", "x264-params": "scenecut=0:threads=1"}
OPEN = {
    "g": "10",
    "bf": "3",
    "preset": "fast",
    "x264-params": "open-gop=1:scenecut=0:b-pyramid=strict:threads=1",
}
REFRESH = {"g": "10", "preset": "fast", "x264-params": "intra-refresh=1:scenecut=0:bframes=0:threads=1"}
X265 = {
    "preset": "ultrafast",
    "x265-params": "keyint=10:min-keyint=10:bframes=3:open-gop=1:scenecut=0:log-level=0:pools=1",
}
GOP = {"g": "10", "bf": "2"}
VPX = {"g": "10", "auto-alt-ref": "1", "lag-in-frames": "16", "deadline": "realtime", "cpu-used": "8"}

KINDS = {
    "h264.mp4": ("libx264", "yuv420p", X264),
    "h264.mov": ("libx264", "yuv420p", X264),
    "h264.mkv": ("libx264", "yuv420p", X264),
    "h264.ts": ("libx264", "yuv420p", X264),
    "h264.m2ts": ("libx264", "yuv420p", X264),
    "h264.mts": ("libx264", "yuv420p", X264),
    "h264.avi": ("libx264", "yuv420p", X264),
    "h264.flv": ("libx264", "yuv420p", X264),
    "h264.3gp": ("libx264", "yuv420p", X264),
    "h264.mxf": ("libx264", "yuv420p", X264),
    "h264.h264": ("libx264", "yuv420p", X264),
    "open.mp4": ("libx264", "yuv420p", OPEN),
    "open.mkv": ("libx264", "yuv420p", OPEN),
    "open.ts": ("libx264", "yuv420p", OPEN),
    "refresh.mp4": ("libx264", "yuv420p", REFRESH),
    "refresh.ts": ("libx264", "yuv420p", REFRESH),
    "h265.mp4": ("libx265", "yuv420p", X265),
    "h265.mkv": ("libx265", "yuv420p", X265),
    "h265.ts": ("libx265", "yuv420p", X265),
    "mpeg2.mpg": ("mpeg2video", "yuv420p", GOP),
    "mpeg2.vob": ("mpeg2video", "yuv420p", GOP),
    "mpeg2.ts": ("mpeg2video", "yuv420p", GOP),
    "mpeg2.mxf": ("mpeg2video", "yuv420p", GOP),
    "mpeg4.mp4": ("mpeg4", "yuv420p", GOP),
    "mpeg4.avi": ("mpeg4", "yuv420p", GOP),
    "vp8.webm": ("libvpx", "yuv420p", VPX),
    "vp9.webm": ("libvpx-vp9", "yuv420p", VPX),
    "prores.mov": ("prores_ks", "yuv422p10le", {}),
    "prores.mxf": ("prores_ks", "yuv422p10le", {}),
    "mjpeg.avi": ("mjpeg", "yuvj420p", {}),
    "ffv1.mkv": ("ffv1", "yuv420p", {}),
    "raw.avi": ("rawvideo", "bgr24", {}),
    "png.mov": ("png", "rgb24", {}),
    "qtrle.mov": ("qtrle", "rgb24", {}),
    "cfhd.mov": ("cfhd", "yuv422p10le", {}),
    "v210.mov": ("v210", "yuv422p10le", {}),
    "wmv2.wmv": ("wmv2", "yuv420p", {"g": "10"}),
    "moving.gif": ("gif", "rgb8", {}),
    "moving.apng": ("apng", "rgb24", {}),
}


def made(folder, name):
    codec, pixel, options = KINDS[name]
    container = {"mts": "mpegts", "h264": "h264"}.get(name.rpartition(".")[2])
    return clip(folder / name, codec, pixel=pixel, options=options, container=container)


def numbers(reader, frames):
    """The numbers on the pictures, None of those that cannot be decoded."""
    found = []
    for frame in frames:
        try:
            found.append(number_of(reader.read(frame).pixels))
        except PlateError as why:
            assert "cannot be decoded" in str(why) and f"Frame {frame} " in str(why)
            found.append(None)
    return found


def everywhere(path):
    """The numbers in order; they are the same backwards, in any order, and each from a reader of its own."""
    reader = VideoReader(path)
    frames = list(reader.frames())
    whole = numbers(reader, frames)
    mixed = random.Random(7).sample(frames, len(frames))
    assert numbers(reader, mixed) == [whole[frame - 1] for frame in mixed]
    assert numbers(VideoReader(path), frames[::-1]) == whole[::-1]
    for frame in frames[::3]:
        assert numbers(VideoReader(path), [frame]) == [whole[frame - 1]]
    reader.close()
    return whole


@pytest.mark.parametrize("name", KINDS)
def test_frame_n_is_the_nth_picture(tmp_path, name):
    path = made(tmp_path, name)
    assert everywhere(path) == decoded(path) == list(range(30))
    assert VideoReader(path).messages == ()


@pytest.mark.parametrize("name", ["open.ts", "refresh.mp4", "h265.mkv", "h264.avi"])
def test_a_picture_is_the_same_to_the_bit_however_it_is_reached(tmp_path, name):
    path = made(tmp_path, name)
    reader = VideoReader(path)
    whole = [reader.read(frame).pixels for frame in reader.frames()]
    for frame in (30, 12, 13, 21, 20, 9, 1):
        assert np.array_equal(VideoReader(path).read(frame).pixels, whole[frame - 1])


@pytest.mark.parametrize(
    "name", ["h264.ts", "open.ts", "open.mkv", "h265.ts", "h265.mkv", "mpeg2.ts", "mpeg2.mpg"]
)
@pytest.mark.parametrize("first", [4, 10])
def test_a_file_may_begin_inside_a_group_of_pictures(tmp_path, name, first):
    source = made(tmp_path, name)
    path = remuxed(source, tmp_path / f"late.{name}", lambda order: order >= first)
    found = everywhere(path)
    assert found == decoded(path) and found == list(range(30 - len(found), 30))


def test_two_transport_streams_in_one_file_are_counted_on(tmp_path):
    one, two = (made(tmp_path, name).read_bytes() for name in ("h264.ts", "open.ts"))
    path = tmp_path / "joined.ts"
    path.write_bytes(one + two)
    assert everywhere(path) == [*range(30), *range(30)]


@pytest.mark.parametrize("skipped", [3, 5, 12])
def test_what_an_edit_list_leaves_out_is_no_frame(tmp_path, skipped):
    path = made(tmp_path, "h264.mp4")
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 12  # after version and count: length in ms, beginning in ticks of 1/12800 s
    length, begin = (int.from_bytes(data[at + n : at + n + 4], "big") for n in (0, 4))
    data[at : at + 8] = (length - 40 * skipped).to_bytes(4, "big") + (begin + 512 * skipped).to_bytes(
        4, "big"
    )
    path.write_bytes(data)
    assert everywhere(path) == decoded(path) == list(range(skipped, 30))


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_uneven_times_are_counted_one_by_one_and_told(tmp_path, name):
    times = [3 * n + (2 if n % 3 == 2 else 0) for n in range(30)]
    path = clip(tmp_path / name, times=times, rate=75, options=X264)
    assert everywhere(path) == list(range(30))
    assert [message.code for message in VideoReader(path).messages] == ["video-uneven"]


@pytest.mark.parametrize(("name", "lost"), [("mjpeg.avi", 1), ("prores.mov", 1), ("qtrle.mov", 10)])
def test_what_cannot_be_decoded_keeps_its_number(tmp_path, name, lost):
    path = remuxed(made(tmp_path, name), tmp_path / f"spoilt.{name}", spoil=[14])
    assert everywhere(path) == [*range(14), *[None] * lost, *range(14 + lost, 30)]


@pytest.mark.parametrize(
    "name", ["h264.mp4", "h264.mkv", "open.mkv", "h265.mp4", "vp9.webm", "h264.avi", "mpeg4.avi"]
)
@pytest.mark.parametrize("order", [10, 14])
def test_no_number_shifts_and_no_picture_is_made_up(tmp_path, name, order):
    path = remuxed(made(tmp_path, name), tmp_path / f"spoilt.{name}", spoil=[order])
    found = everywhere(path)
    assert len(found) == 30 and None in found
    assert all(got in (number, None) for number, got in enumerate(found))
    assert found[:8] == list(range(8))


@pytest.mark.parametrize(
    ("name", "share"),
    [("h264.mkv", 0.6), ("vp9.webm", 0.6), ("mjpeg.avi", 0.6), ("prores.mxf", 0.6), ("fast.mp4", 0.8)],
)
def test_a_file_that_is_shorter_than_it_says_is_told(tmp_path, name, share):
    if name == "fast.mp4":  # its index stands in front
        source = clip(tmp_path / "whole.mp4", options=X264, container_options={"movflags": "faststart"})
    else:
        source = made(tmp_path, name)
    path = cut(source, tmp_path / f"cut.{name}", share)
    reader = VideoReader(path)
    there = len(reader.frames())
    assert 5 < there < 30 and reader.promised == 30
    (message,) = reader.messages
    assert message.code == "video-short" and f"after {there} of the 30 frames" in message.text
    found = numbers(reader, reader.frames())
    assert all(got in (number, None) for number, got in enumerate(found)) and found[:5] == list(range(5))


def test_interlaced_is_told(tmp_path):
    path = clip(tmp_path / "i.mp4", options={**X264, "x264-params": "tff=1:scenecut=0:threads=1"})
    assert [message.code for message in VideoReader(path).messages] == ["video-interlaced"]
