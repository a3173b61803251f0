"""`check-frames --source`: plates that are videos, that are not there, that lack frames."""

from __future__ import annotations

import json

import numpy as np
import pytest

from anatomatte_batch.checking import CheckRequest
from anatomatte_batch.video import VideoReader
from anatomatte_cli.main import main
from made.cli_fake import plate, write
from made.clips import clip, drawn

COUNT = 4


def handed_on(folder, first=1, count=COUNT, suffix="png", other=()):
    """Frames of a host that handed on FFmpeg's own RGB of the video; *other* ones are keyed."""
    import av

    path = clip(folder / "p.mp4", numbers=range(COUNT), size=(128, 64))
    with av.open(str(path)) as box:
        for number, frame in enumerate(box.decode(video=0)):
            pixels = frame.to_ndarray(format="rgb24").astype(np.float32) / 255
            if number in other:
                pixels[:, 40:] = 0
            if number < count:
                write(folder / f"k.{first + number:04d}.{suffix}", pixels, "uint16")
    return path


@pytest.mark.parametrize("first", [1, 1001])
def test_frames_that_are_the_video_are_untouched(tmp_path, first):
    """As melt and others leave them when the node has failed."""
    path = handed_on(tmp_path, first, other=(2,))
    found = CheckRequest(target=tmp_path / "k.####.png", source=path, start=first).run()
    assert [(one.frame, one.code) for one in found.faults] == [
        (first + number, "untouched") for number in (0, 1, 3)
    ]
    assert "p.mp4 as it is" in found.faults[0].text and found.exit_code == 7


def test_another_program_s_decoder_is_nearer_than_another_frame(tmp_path):
    path = handed_on(tmp_path)
    reader = VideoReader(path)
    apart = [
        np.abs(drawn(n).astype(np.float32) / 255 - reader.read(m + 1).pixels).mean()
        for n, m in ((1, 1), (1, 2))
    ]
    reader.close()
    assert apart[0] < 0.01 < apart[1]


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        ("q.####.exr", 3, "no such sequence; did you mean"),
        ("q.mp4", 3, "is not there"),
        ("k.py", 2, "neither a picture nor a video"),
    ],
)
def test_a_plate_that_is_not_there_is_told(tmp_path, capsys, source, code, told):
    """Frames of others were passed, whatever the plate was called."""
    for frame in (1, 2):
        write(tmp_path / f"k.{frame:04d}.exr", plate(seed=frame))
    assert main(["check-frames", str(tmp_path / "k.####.exr"), "--source", str(tmp_path / source)]) == code
    assert told in capsys.readouterr().err


def test_frames_that_the_plate_lacks_are_told(tmp_path, capsys):
    path = handed_on(tmp_path, 3)
    words = ["check-frames", str(tmp_path / "k.####.png"), "--source", str(path), "--json"]
    assert main(words) == 0
    assert any("has no frames 5-6" in note for note in json.loads(capsys.readouterr().out)["notes"])


def test_a_start_without_a_video_is_told(tmp_path):
    for frame in (1, 2):
        write(tmp_path / f"k.{frame:04d}.exr", plate(seed=frame))
    notes = CheckRequest(target=tmp_path / "k.####.exr", start=5).run().notes
    assert any("--start 5 has no effect" in note for note in notes)
