"""Frames are rendered again when what they were made of is other, whatever the dates say."""

from __future__ import annotations

import os
import shutil

import pytest

from anatomatte_batch import RenderRequest
from made.cli_fake import FakeConnect, cli, plate, shot, write
from made.clips import clip

SIDES = {"InM": "core", "OutM": "garbage", "CleanPlate": "clean plate", "Hint": "hint", "Bg": "bg"}


def replaced(path, pixels, keep_date=True):
    """Another picture under a file's name, with its date or an older one."""
    before = path.stat()
    write(path.with_name("new.exr"), pixels)
    os.utime(
        path.with_name("new.exr"), ns=(before.st_atime_ns, before.st_mtime_ns - (0 if keep_date else 10**12))
    )
    os.replace(path.with_name("new.exr"), path)


@pytest.mark.parametrize("keep_date", [True, False])
def test_a_plate_with_an_old_date_is_another_plate(tmp_path, keep_date):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr")
    assert request.run(FakeConnect()).numbers("rendered") == [1001, 1002, 1003, 1004]
    assert request.run(FakeConnect()).numbers("skipped") == [1001, 1002, 1003, 1004]
    replaced(tmp_path / "plate.1002.exr", plate(seed=77), keep_date)
    again = request.run(FakeConnect())
    assert again.numbers("rendered") == [1002] and again.frames[1].stale == "source"


def test_a_plate_of_another_size_under_the_same_name(tmp_path):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr")
    request.run(FakeConnect())
    replaced(tmp_path / "plate.1003.exr", plate(32, 18), keep_date=False)
    assert request.run(FakeConnect()).numbers("rendered") == [1003]


def test_a_copy_from_elsewhere_with_its_date_is_the_same_plate(tmp_path):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr")
    request.run(FakeConnect())
    shutil.copy2(tmp_path / "plate.1001.exr", tmp_path / "copy.exr")
    os.replace(tmp_path / "copy.exr", tmp_path / "plate.1001.exr")
    os.utime(tmp_path / "plate.1002.exr", (2**31, 2**31))  # a clock that goes ahead
    assert request.run(FakeConnect()).numbers("skipped") == [1001, 1002, 1003, 1004]


@pytest.mark.parametrize("side", SIDES)
def test_every_clip_counts(tmp_path, side):
    write(tmp_path / "side.exr", plate(seed=5))
    request = RenderRequest(
        source=shot(tmp_path), destination=tmp_path / "k.####.exr", sides={side: tmp_path / "side.exr"}
    )
    request.run(FakeConnect())
    assert request.run(FakeConnect()).numbers("rendered") == []
    replaced(tmp_path / "side.exr", plate(seed=6))
    again = request.run(FakeConnect())
    assert len(again.numbers("rendered")) == 4 and again.frames[0].stale == SIDES[side]


def test_windows_count(tmp_path):
    source = shot(tmp_path, [1])
    request = RenderRequest(source=source, destination=tmp_path / "k.####.exr")
    request.run(FakeConnect())
    write(tmp_path / "plate.0001.exr", plate(seed=1), x=4, y=2, full=(0, 0, 32, 18))
    assert request.run(FakeConnect()).numbers("rendered") == [1]


@pytest.mark.parametrize("side", ["Source", *SIDES])
def test_a_clip_that_changes_while_its_frame_is_made_fails_it(tmp_path, side):
    write(tmp_path / "side.1002.exr", plate(seed=5))
    for number in (1001, 1003, 1004):
        shutil.copy(tmp_path / "side.1002.exr", tmp_path / f"side.{number}.exr")
    file = tmp_path / ("plate.1002.exr" if side == "Source" else "side.1002.exr")

    def before(frame):
        if frame == 1002:
            replaced(file, plate(seed=9))

    sides = {} if side == "Source" else {side: tmp_path / "side.####.exr"}
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr", sides=sides)
    result = request.run(FakeConnect(before))
    assert result.numbers("failed") == [1002] and result.exit_code == 3
    assert f"{file} changed while frame 1002 was made of it; render it again." in result.sentence
    assert not (tmp_path / "k.1002.exr").exists()
    assert request.run(FakeConnect()).numbers("rendered") == [1002]


def test_a_plate_that_is_only_touched_does_not_fail(tmp_path):
    def before(frame):
        os.utime(tmp_path / f"plate.{frame}.exr")

    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr")
    assert request.run(FakeConnect(before)).exit_code == 0


def test_a_video_that_is_replaced_while_it_is_read(tmp_path):
    clip(tmp_path / "v.mkv", numbers=range(6))
    clip(tmp_path / "w.mkv", numbers=range(9))

    def before(frame):
        if frame == 3:
            os.replace(tmp_path / "w.mkv", tmp_path / "v.mkv")

    request = RenderRequest(source=tmp_path / "v.mkv", destination=tmp_path / "k.####.exr")
    result = request.run(FakeConnect(before))
    assert result.numbers("rendered") == [1, 2] and result.exit_code == 3
    again = request.run(FakeConnect())
    assert again.numbers("rendered") == list(range(1, 10))


def test_what_was_seen_of_the_shot_is_not_taken_for_the_plate(tmp_path):
    """A picture that is kept in memory is of a file as it was; the frame is made of the file as it is."""
    from anatomatte_batch.source import Source

    source = Source(shot(tmp_path))
    first = source.read(1001).pixels
    replaced(tmp_path / "plate.1001.exr", plate(seed=3))
    assert not (source.read(1001).pixels == first).all()


def test_a_movie_is_made_again_for_the_same_reasons(tmp_path):
    write(tmp_path / "bg.exr", plate(seed=5))
    request = RenderRequest(
        source=shot(tmp_path), destination=tmp_path / "k.mov", sides={"Bg": tmp_path / "bg.exr"}
    )
    assert len(request.run(FakeConnect()).numbers("rendered")) == 4
    assert len(request.run(FakeConnect()).numbers("skipped")) == 4
    replaced(tmp_path / "bg.exr", plate(seed=6))
    assert request.run(FakeConnect()).frames[0].stale == "bg"
    replaced(tmp_path / "plate.1004.exr", plate(seed=8), keep_date=False)
    assert request.run(FakeConnect()).frames[0].stale == "source"


def test_the_command_line_says_why(tmp_path, capsys):
    source = shot(tmp_path)
    assert cli(source, tmp_path / "k.####.exr") == 0
    replaced(tmp_path / "plate.1004.exr", plate(seed=4), keep_date=False)
    assert cli(source, tmp_path / "k.####.exr") == 0
    assert "(stale: source)" in capsys.readouterr().out


def test_what_is_other_is_not_told_by_halves(tmp_path, capsys):
    source, out = shot(tmp_path), tmp_path / "k.####.exr"
    assert cli(source, out, "--frames", "1001") == 0
    changed = ["clip_black=0.1", "erode=2", "soften=1", "despill=0.5", "unmix=0.5"]
    words = [word for text in changed for word in ("--set", text)]
    assert cli(source, out, "--frames", "1001", *words) == 0
    assert "erode 0.0 → 2.0, soften 0.0 → 1.0 and 1 more)" in capsys.readouterr().out
    assert (
        cli(source, out, "--frames", "1001", *words, "--layers", "rgba,screen,core,garbage,hint,spill") == 0
    )
    assert "(stale: output (rgba half zips → rgba,screen,core,garbag…))" in capsys.readouterr().out
