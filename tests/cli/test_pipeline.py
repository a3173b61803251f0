"""A frame is made while the one before is written and the next is read: what the user sees stays in order."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from anatomatte.errors import DiskFull, OutputError
from anatomatte_batch import RenderRequest, sinks, source, stills
from made import native
from made.cli_fake import FakeConnect, plate, read, shot, write


def request(folder, frames=range(1, 5), **words):
    return RenderRequest(
        source=shot(folder, frames), destination=folder / "k.####.exr", log=folder / "log.ndjson", **words
    )


def events(folder, kind="frame"):
    told = [json.loads(line) for line in (folder / "log.ndjson").read_text().splitlines()]
    return [one for one in told if one["event"] == kind]


class Faults:
    """Fails the writing of a frame so many times."""

    def __init__(self, monkeypatch, frame: int, times: int, error: Exception) -> None:
        real = stills.write_still
        left = [times]

        def broken(path, *words):
            if path.name == f"k.{frame:04d}.exr" and left[0]:
                left[0] -= 1
                raise error
            return real(path, *words)

        monkeypatch.setattr(sinks.stills, "write_still", broken)


def test_a_frame_is_made_while_the_one_before_is_written_and_the_next_is_read(tmp_path, monkeypatch):
    """Each of the three waits for the other two: taking turns they would wait for ever."""
    making, writing, reading = threading.Event(), threading.Event(), threading.Event()
    met: list[bool] = []
    write_still, read_image = stills.write_still, source.read_image

    def slow_write(path, *words):
        if path.name == "k.0001.exr":
            writing.set()
            met.append(making.wait(native.HANG))
        return write_still(path, *words)

    def slow_read(path, *words):
        if path.name == "plate.0003.exr":
            reading.set()
        return read_image(path, *words)

    def before(frame: int) -> None:
        if frame == 2:
            making.set()
            met.extend((writing.wait(native.HANG), reading.wait(native.HANG)))

    monkeypatch.setattr(sinks.stills, "write_still", slow_write)
    monkeypatch.setattr(source, "read_image", slow_read)
    assert request(tmp_path).run(FakeConnect(before)).exit_code == 0
    assert met == [True] * 3
    assert [one["frame"] for one in events(tmp_path)] == [1, 2, 3, 4]


def test_no_more_than_one_finished_frame_waits(tmp_path, monkeypatch):
    done, ahead = [0], []
    write_still = stills.write_still

    def counted(path, *words):
        made = write_still(path, *words)
        done[0] += 1
        return made

    monkeypatch.setattr(sinks.stills, "write_still", counted)
    request(tmp_path, range(1, 9)).run(FakeConnect(lambda frame: ahead.append(frame - 1 - done[0])))
    assert max(ahead) <= 1


def test_a_failed_write_is_the_frames_own_and_the_others_go_on(tmp_path, monkeypatch):
    Faults(monkeypatch, 2, 1, OutputError("the share is gone"))
    result = request(tmp_path).run(FakeConnect())
    assert result.exit_code == 7
    assert [(one.frame, one.status) for one in result.frames] == [
        (1, "rendered"), (2, "failed"), (3, "rendered"), (4, "rendered"),
    ]  # fmt: skip
    assert [one.get("class") for one in events(tmp_path)] == [None, "OutputError", None, None]


def test_a_failed_write_is_tried_again_where_that_is_worth_it(tmp_path, monkeypatch):
    Faults(monkeypatch, 2, 2, OutputError("the share is gone"))
    result = request(tmp_path, retries=2).run(FakeConnect())
    assert result.exit_code == 0
    assert [(one.frame, one.tries) for one in result.frames] == [(1, 1), (2, 3), (3, 1), (4, 1)]
    assert [one["tries"] for one in events(tmp_path, "again")] == [1, 2]


@pytest.mark.parametrize(
    ("words", "error"), [({"on_error": "stop"}, OutputError("no")), ({}, DiskFull("full"))]
)
def test_a_frame_that_was_made_meanwhile_is_not_written_after_a_stop(tmp_path, monkeypatch, words, error):
    Faults(monkeypatch, 2, 9, error)
    result = request(tmp_path, **words).run(FakeConnect())
    assert result.exit_code == 7
    assert sorted(path.name for path in tmp_path.glob("k.*")) == ["k.0001.exr"]
    assert [one.frame for one in result.frames] == [1, 2]


def test_a_plate_that_is_replaced_after_it_was_read_ahead_is_read_again(tmp_path, monkeypatch):
    other, was_read, read_image = plate(seed=99), threading.Event(), source.read_image

    def told(path, *words):
        made = read_image(path, *words)
        if path.name == "plate.0002.exr":
            was_read.set()
        return made

    def before(frame: int) -> None:
        if frame == 1:
            assert was_read.wait(native.HANG)
            write(tmp_path / "plate.0002.exr", other)

    monkeypatch.setattr(source, "read_image", told)
    made = request(tmp_path, range(1, 3))
    made.run(FakeConnect(before))
    kept = read(tmp_path / "k.0002.exr")[0]
    write(tmp_path / "alone" / "plate.0002.exr", other)
    RenderRequest(
        source=tmp_path / "alone" / "plate.####.exr", destination=tmp_path / "alone" / "k.####.exr"
    ).run(FakeConnect())
    assert np.array_equal(kept, read(tmp_path / "alone" / "k.0002.exr")[0])


def test_what_is_finished_when_a_run_is_broken_off_is_kept(tmp_path):
    def before(frame: int) -> None:
        if frame == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        request(tmp_path).run(FakeConnect(before))
    assert sorted(path.name for path in tmp_path.glob("k.*")) == ["k.0001.exr", "k.0002.exr"]
    assert [one["frame"] for one in events(tmp_path)] == [1, 2]
    assert not list(tmp_path.glob(".anatomatte-*"))
