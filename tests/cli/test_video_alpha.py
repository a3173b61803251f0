"""An alpha that the decoder does not give is refused, not missed; that of EXR is a factor of its colour."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.video import VideoReader
from anatomatte_batch.video_alpha import hevc_has_alpha
from made.clips import clip

INFORMATION = bytes.fromhex("4e01a50400007f9080")
"""What libx265 4.1 writes with alpha=1 (supplemental information 165 in a unit of type 39)."""
DISPLAY = bytes.fromhex("4e018805ffffffffff80")


def hevc(path, *units):
    """A raw HEVC whose first picture has these units before its slice."""
    clip(path, "libx265", range(3), options={"x265-params": "log-level=none:info=0"})
    whole = path.read_bytes()
    first = next(
        at for at in range(len(whole)) if whole[at : at + 3] == b"\0\0\1" and whole[at + 3] >> 1 & 63 < 32
    )
    added = b"".join(b"\0\0\0\1" + unit for unit in units)
    path.write_bytes(whole[: first - 1] + added + whole[first - 1 :])
    return path


def test_hevc_with_an_alpha_is_refused_with_its_cure(tmp_path):
    with pytest.raises(PlateError, match=r"p\.hevc is HEVC with an alpha, .*convert it to ProRes 4444\.$"):
        VideoReader(hevc(tmp_path / "p.hevc", DISPLAY, INFORMATION))


def test_hevc_without_is_read(tmp_path):
    for name, units in (("p.hevc", (DISPLAY,)), ("q.hevc", ())):
        reader = VideoReader(hevc(tmp_path / name, *units))
        assert len(reader.frames()) == 3 and reader.read(2).pixels.shape[2] == 3
        reader.close()


def record(*units):
    """An hvcC with one array of units."""
    listed = b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
    return b"\1" + bytes(20) + b"\xff\1" + b"\xa7" + len(units).to_bytes(2, "big") + listed


@pytest.mark.parametrize(
    ("units", "found"), [((INFORMATION,), True), ((DISPLAY, INFORMATION), True), ((), False)]
)
def test_a_container_may_say_it_too(units, found):
    assert hevc_has_alpha(record(*units), b"") is found
    behind = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    assert hevc_has_alpha(record(DISPLAY), behind) is found


@pytest.mark.parametrize(
    "damaged", [b"", b"\1", b"\1" * 22, record(INFORMATION)[:27], b"\0\0\1", b"\0\0\1\x4e\1\xff"]
)
def test_what_is_damaged_has_none(damaged):
    assert hevc_has_alpha(damaged, damaged) is False


def test_exr_in_a_movie_is_multiplied_by_its_alpha(tmp_path):
    import av

    with av.open(str(tmp_path / "p.mov"), "w") as box:
        stream = box.add_stream("exr", rate=24)
        stream.width, stream.height, stream.pix_fmt = 16, 8, "gbrapf32le"
        frame = av.VideoFrame(16, 8, "gbrapf32le")
        for plane in frame.planes:
            plane.update(np.full(plane.buffer_size // 4, 0.5, np.float32).tobytes())
        frame.pts = 0
        box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    picture = VideoReader(tmp_path / "p.mov").read(1)
    assert picture.premult == "premultiplied" and picture.colour == "linear"
    assert np.allclose(picture.pixels, 0.5)
