"""Videos that hold more, or less, than a video."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.video import VideoReader
from made.cli_fake import plate, write

av = pytest.importorskip("av")


def film(path, *sizes: tuple[int, int]) -> None:
    """A lossless video with a track of each size (width, height); the n-th is grey, 40 times n."""
    with av.open(str(path), "w") as box:
        streams: list[Any] = []
        for width, height in sizes:
            stream = box.add_stream("ffv1", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
            streams.append(stream)
        for frame in range(3):
            for n, (stream, (width, height)) in enumerate(zip(streams, sizes, strict=True), 1):
                grey = np.full((height, width, 3), 40 * n, np.uint8)
                picture = av.VideoFrame.from_ndarray(grey, "rgb24").reformat(format="yuv444p")
                picture.pts = frame
                box.mux(stream.encode(picture))
        for stream in streams:
            box.mux(stream.encode(None))


def test_which_of_several_tracks_is_read_is_told(tmp_path):
    film(tmp_path / "a.mkv", (64, 48), (128, 96))
    reader = VideoReader(tmp_path / "a.mkv")
    (told,) = (one.text for one in reader.messages if one.code == "video-tracks")
    assert told.endswith("holds 2 videos (64×48, 128×96); the first is read.")
    assert reader.read(2).size == (64, 48)
    reader.close()


def test_one_track_is_not_told(tmp_path):
    film(tmp_path / "a.mkv", (64, 48))
    reader = VideoReader(tmp_path / "a.mkv")
    assert not [one for one in reader.messages if one.code == "video-tracks"]
    reader.close()


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
def test_a_picture_that_is_called_a_video_is_refused(tmp_path, suffix):
    """As a video its colours would be taken for Rec.709."""
    write(tmp_path / f"p{suffix}", np.clip(plate(64, 48), 0, 1), "uint8")
    shutil.copy(tmp_path / f"p{suffix}", tmp_path / "p.mp4")
    with pytest.raises(PlateError, match=r"p\.mp4 holds a picture \(\w+\), whatever its name says"):
        VideoReader(tmp_path / "p.mp4")
