"""Code values of video: legal white is 1, overshoots stay, what was written comes back; alpha, turns."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch import timecode
from anatomatte_batch.code_values import WEIGHTS, Coding
from anatomatte_batch.source import Source
from anatomatte_batch.video import VideoReader
from anatomatte_batch.video_planes import frame_of, pixels_of
from anatomatte_batch.video_writer import VideoWriter
from made.clips import clip, drawn, with_matrix

FORMS = {8: "yuv444p", 10: "yuv444p10le", 12: "yuv444p12le"}


def stored(path, frames, form, codec="ffv1", **marks):
    """A lossless video of PyAV's *frames*."""
    import av

    with av.open(str(path), "w") as box:
        stream = box.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, form
        for name, value in marks.items():
            setattr(stream.codec_context, name, value)
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, Fraction(1, 25)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return path


def of_codes(form, *codes, size=(16, 16)):
    """A frame whose planes are filled with these codes."""
    import av

    frame = av.VideoFrame(*size, form)
    for plane, code in zip(frame.planes, codes, strict=True):
        wide = frame.format.components[0].bits > 8
        plane.update(
            np.full(plane.buffer_size // (2 if wide else 1), code, "<u2" if wide else "u1").tobytes()
        )
    return frame


@pytest.mark.parametrize("matrix", [1, 5, 9])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_codes_mean_what_the_standards_say(tmp_path, bits, full, matrix):
    unit = 1 << (bits - 8)
    black, white = (0, 2**bits - 1) if full else (16 * unit, 235 * unit)
    middle, form = 128 * unit, FORMS[bits]
    over = white if full else 250 * unit
    under = black if full else 4 * unit
    frames = [of_codes(form, luma, middle, middle) for luma in (black, white, over, under)]
    path = stored(tmp_path / "v.mkv", frames, form, colorspace=matrix, color_range=2 if full else 1)
    reader = VideoReader(path)
    values = [np.unique(reader.read(frame).pixels) for frame in reader.frames()]
    span = white - black
    wanted = [0.0, 1.0, (over - black) / span, (under - black) / span]
    for value, right in zip(values, wanted, strict=True):
        assert len(value) == 1 and value[0] == np.float32(right)


@pytest.mark.parametrize("matrix", sorted(WEIGHTS))
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_what_is_written_comes_back_within_half_a_code(tmp_path, bits, full, matrix):
    rng = np.random.default_rng(bits)
    pixels = rng.uniform(0, 1, (32, 32, 3)).astype(np.float32)
    coding = Coding(bits, full, matrix)
    path = stored(
        tmp_path / "v.mkv",
        [frame_of(pixels, FORMS[bits], coding)],
        FORMS[bits],
        colorspace=matrix,
        color_range=2 if full else 1,
    )
    back = VideoReader(path).read(1).pixels
    kr, kb = WEIGHTS[matrix]
    luma = np.array([kr, 1 - kr - kb, kb])
    half = 0.5 / coding.luma[1]
    assert np.abs((back - pixels) @ luma).max() <= half * 1.001
    blue, red = (
        ((x[..., 2] - x @ luma) / (2 - 2 * kb) for x in (back, pixels)),
        ((x[..., 0] - x @ luma) / (2 - 2 * kr) for x in (back, pixels)),
    )
    for there, here in (blue, red):
        assert np.abs(there - here).max() <= 0.5 / coding.chroma[1] * 1.001


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        ("gbrp", (255, 0, 128)),
        ("gbrp10le", (1023, 0, 512)),
        ("rgb24", (10,)),
        ("gray", (255,)),
        ("gray10le", (1023,)),
    ],
)
def test_rgb_and_grey_are_read_as_they_are(form, codes):
    top = 255 if form in ("gbrp", "rgb24", "gray") else 1023
    pixels = pixels_of(of_codes(form, *codes), "ffv1", "v.mkv")
    green, blue, red = codes if len(codes) == 3 else codes * 3
    assert np.allclose(pixels, np.array([red, green, blue]) / top, atol=1e-7) and pixels.shape == (16, 16, 3)


def test_floats_are_not_cut(tmp_path):
    import av

    frame = av.VideoFrame(16, 16, "gbrpf32le")
    for plane, value in zip(frame.planes, (2.5, -0.25, 1.0), strict=True):
        plane.update(np.full(plane.buffer_size // 4, value, "<f4").tobytes())
    assert (pixels_of(frame, "exr", tmp_path)[5, 5] == np.float32([1.0, 2.5, -0.25])).all()


def test_a_matrix_that_is_not_read_is_refused():
    frame = of_codes("yuv444p", 100, 128, 128)
    frame.colorspace = 14
    with pytest.raises(PlateError, match=r"ICtCp.*convert it to EXR"):
        pixels_of(frame, "hevc", "v.mp4")


@pytest.mark.parametrize(("form", "sub"), [("yuv420p", (2, 2)), ("yuv422p", (1, 2))])
def test_chroma_lies_on_the_left_column(form, sub):
    """A ramp of chroma that was sampled at the left of each pair comes back as the ramp of every column."""
    import av

    frame = av.VideoFrame(64, 32, form)
    rows, columns = 32 // sub[0], 64 // sub[1]
    blue = np.repeat((np.arange(columns, dtype=np.uint8) * 2 + 96)[None], rows, 0)
    for plane, codes in zip(
        frame.planes,
        (np.full((32, 64), 126, np.uint8), blue, np.full((rows, columns), 128, np.uint8)),
        strict=True,
    ):
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : codes.shape[1]] = codes
        plane.update(lines.tobytes())
    frame.colorspace = 1
    pixels = pixels_of(frame, "h264", "v.mp4")
    right = (126 - 16) / 219 + (np.arange(64) + 96 - 128) / 224 * 1.8556
    assert np.abs(pixels[8, 4:-4, 2] - right[4:-4]).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [
        ("a.webm", "libvpx-vp9", "yuva420p"),
        ("b.webm", "libvpx", "yuva420p"),
        ("a.mkv", "ffv1", "yuva444p10le"),
        ("a.mov", "png", "rgba"),
        ("b.mov", "prores_ks", "yuva444p10le"),
        ("q.mov", "qtrle", "argb"),
    ],
)
def test_alpha_is_read(tmp_path, name, codec, form):
    import av

    rgba = np.full((120, 160, 4), 255, np.uint8)
    rgba[..., 3] = 0
    rgba[40:80, 60:100, 3] = 255
    frame = av.VideoFrame.from_ndarray(rgba, "rgba").reformat(format=form)
    options = {"prores_ks": {"profile": "4444"}, "libvpx": {"auto-alt-ref": "0"}}.get(codec, {})
    with av.open(str(tmp_path / name), "w") as box:
        stream = box.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 120, form
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    picture = VideoReader(tmp_path / name).read(1)
    assert picture.pixels.shape == (120, 160, 4) and picture.premult == "unpremultiplied"
    assert (picture.pixels[44:76, 64:96, 3] == 1).all() and (picture.pixels[:36, :, 3] == 0).all()


def test_own_videos_come_back(tmp_path):
    levels = np.repeat(np.linspace(0, 1, 8, dtype=np.float32), 16)
    pixels = np.ones((48, 128, 4), np.float32)
    pixels[..., :3] = levels[None, :, None]
    for name, tolerance in (("a.mp4", 1.2 / 219), ("a.mov", 0.6 / 876)):
        with VideoWriter(tmp_path / name, 25, "") as writer:
            writer.write(pixels)
        back = VideoReader(tmp_path / name).read(1).pixels
        middle = back[24, 8::16, :3]
        assert np.abs(middle - pixels[24, 8::16, :3]).max() < tolerance
        assert (back[24, 124] == 1).all(), name  # white is white, and an alpha of one is one


@pytest.mark.parametrize(
    ("matrix", "turned"),
    [
        ((1, 0, 0, 1), lambda p: p),
        ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
        ((1, 0, 0, -1), lambda p: p[::-1]),
        ((-1, 0, 0, -1), lambda p: p[::-1, ::-1]),
        ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
        ((0, -1, 1, 0), lambda p: np.rot90(p, 1)),
        ((0, 1, 1, 0), lambda p: p.transpose(1, 0, 2)),
        ((0, -1, -1, 0), lambda p: np.rot90(p, 2).transpose(1, 0, 2)),
    ],
)
def test_the_whole_display_matrix_is_obeyed(tmp_path, matrix, turned):
    path = clip(tmp_path / "v.mp4", numbers=[5], options={"crf": "1"}, aspect=Fraction(2))
    plain = VideoReader(path).read(1)
    picture = VideoReader(with_matrix(path, *matrix)).read(1)
    assert np.array_equal(picture.pixels, turned(plain.pixels))
    assert plain.aspect == 2 and picture.aspect == (0.5 if matrix[0] == 0 else 2)
    assert not np.array_equal(drawn(5), drawn(5)[:, ::-1])


@pytest.mark.parametrize(
    ("text", "frames", "fps", "right"),
    [
        ("01:00:00:00", 0, 25, "01:00:00:00"),
        ("01:00:00:24", 1, 25, "01:00:01:00"),
        ("23:59:59:23", 1, 24, "00:00:00:00"),
        ("00:00:59;29", 1, 30000 / 1001, "00:01:00;02"),
        ("00:09:59;29", 1, 30000 / 1001, "00:10:00;00"),
        ("00:00:00;00", 17982, 30000 / 1001, "00:10:00;00"),
        ("00:00:59;59", 1, 60000 / 1001, "00:01:00;04"),
        ("01:00:00:49", 1, 50, "01:00:01:00"),
        ("01:00:00:119", 1, 120, "01:00:01:00"),
    ],
)
def test_time_code_is_counted_on(text, frames, fps, right):
    assert timecode.counted(text, frames, fps) == right
    assert timecode.text_of(timecode.fact(right, fps), fps) == right


@pytest.mark.parametrize(
    ("text", "fps", "number"),
    [
        ("01:00:00:119", 120, 29), ("01:00:00:95", 96, 23), ("01:00:00:99", 100, 24), ("01:00:00:71", 72, 23),
        ("01:00:00;119", 120000 / 1001, 29), ("01:00:00:47", 48, 23), ("01:00:00:239", 240, 29),
    ],
)  # fmt: skip
def test_a_number_above_thirty_is_that_of_several_frames(text, fps, number):
    """The word has room for 39 at most: 119 of 120 stood there as 19."""
    word = timecode.fact(text, fps)[timecode.NAME][1][0]
    assert (word >> 4 & 3) * 10 + (word & 15) == number
    found = int(timecode.text_of(timecode.fact(text, fps), fps)[9:])
    assert 0 <= int(text[9:]) - found < round(fps) / 24


@pytest.mark.parametrize("name", ["t.mov", "t.mp4", "t.mxf"])
def test_the_time_code_of_a_video_is_carried(tmp_path, name):
    codec, pixel = ("mpeg2video", "yuv420p") if name.endswith("mxf") else ("libx264", "yuv420p")
    path = clip(tmp_path / name, codec, range(5), pixel=pixel, metadata={"timecode": "01:02:03:23"}, rate=25)
    reader = VideoReader(path)
    assert [timecode.text_of(reader.read(n).facts, 25) for n in (1, 2, 3)] == [
        "01:02:03:23",
        "01:02:03:24",
        "01:02:04:00",
    ]
    with VideoWriter(tmp_path / "out.mov", 25, "", timecode.text_of(reader.read(2).facts, 25)) as writer:
        writer.write(np.zeros((48, 64, 4), np.float32))
    assert timecode.text_of(VideoReader(tmp_path / "out.mov").read(1).facts, 25) == "01:02:03:24"


def of_open_pictures(path, codec, form, **marks):
    """A video whose pictures say nothing of their colours, and whose container says *marks*."""
    unit = 1 << (8 if codec == "prores_ks" else 0)
    codes = [90 * unit, 100 * unit, 199 * unit, 255 * unit][: 4 if "a" in form else 3]
    frame = of_codes("yuva444p16le" if unit > 1 else form, *codes, size=(64, 48))
    frame.color_range = 1
    return stored(path, [frame.reformat(format=form)], form, codec, **marks)


KINDS = [
    ("v.mov", "prores_ks", "yuva444p10le"),
    ("v.webm", "libvpx-vp9", "yuva420p"),
    ("v.webm", "libvpx-vp9", "yuv420p"),
    ("v.mp4", "libx264", "yuv420p"),
]


@pytest.mark.parametrize(("name", "codec", "form"), KINDS)
def test_the_container_says_what_the_pictures_leave_open(tmp_path, name, codec, form):
    found = {}
    for matrix in (1, 9):
        marks = {"colorspace": matrix, "color_trc": 1, "color_primaries": 1}
        path = of_open_pictures(tmp_path / f"{matrix}{name}", codec, form, **marks)
        found[matrix] = VideoReader(path).read(1).pixels[24, 32, :3]
        red, blue = WEIGHTS[matrix]
        luma, cb, cr = (90 - 16) / 219, (100 - 128) / 224, (199 - 128) / 224
        wanted = luma + 2 * (1 - red) * cr, luma + 2 * (1 - blue) * cb
        assert np.abs(found[matrix][[0, 2]] - wanted).max() < 0.02
    assert found[1][0] - found[9][0] > 0.02


@pytest.mark.parametrize(("transfer", "colour"), [(16, "pq"), (18, "hlg")])
@pytest.mark.parametrize(("name", "codec", "form"), KINDS)
def test_pq_and_hlg_are_read_as_such_and_told(tmp_path, name, codec, form, transfer, colour):
    usual = of_open_pictures(
        tmp_path / f"sdr{name}", codec, form, colorspace=9, color_trc=1, color_primaries=9
    )
    path = of_open_pictures(tmp_path / name, codec, form, colorspace=9, color_trc=transfer, color_primaries=9)
    reader = VideoReader(path)
    assert reader.colour == colour and reader.read(1).colour == colour
    assert [colour.upper() in one.text for one in reader.messages if one.code == "video-hdr"] == [True]
    assert np.array_equal(reader.read(1).pixels, VideoReader(usual).read(1).pixels)  # code values as they are
    assert Source(str(path)).colour(1) == colour


@pytest.mark.parametrize(("matrix", "told"), [(14, "ICtCp"), (8, "YCgCo"), (10, "constant luminance")])
def test_a_matrix_that_is_not_read_is_told_before_the_first_picture(tmp_path, matrix, told):
    marks = {"colorspace": matrix, "color_trc": 16, "color_primaries": 9}
    path = of_open_pictures(tmp_path / "v.mp4", "libx264", "yuv420p", **marks)
    with pytest.raises(PlateError, match=f"{told}.*convert it to EXR"):
        VideoReader(path)


@pytest.mark.parametrize(
    ("name", "codec", "form"), [("v.avi", "mjpeg", "yuvj420p"), ("v.mkv", "ffv1", "yuv420p")]
)
def test_tags_that_are_no_utf_8_are_no_hindrance(tmp_path, name, codec, form):
    import av

    path = tmp_path / name
    with av.open(str(path), "w") as box:
        box.metadata.update({"title": "a caf~ at night", "comment": '{"version": "caf~"}'})
        stream = box.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, form
        frame = av.VideoFrame(64, 48, form)
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    data = path.read_bytes()
    assert data.count(b"caf~") == 2
    path.write_bytes(data.replace(b"caf~", b"caf\xe9"))  # as Latin-1 writes it
    reader = VideoReader(path)
    assert reader.read(1).pixels.shape == (48, 64, 3)
    assert all(value.isprintable() for value in reader.remark.values())
    assert bool(reader.remark) == (name == "v.avi")  # Matroska calls a comment otherwise
