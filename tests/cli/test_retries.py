"""Retries, time for a frame, and what the end of a run says of its failures."""

from __future__ import annotations

import json

import pytest

from anatomatte.errors import DiskFull, OutOfMemory, OutputError, PlateError, SettingsError
from anatomatte_batch import RenderRequest, cancel, ofx_node
from made.cli_fake import FakeConnect, cli, shot


class Failing:
    """Fails a frame so many times."""

    def __init__(self, error: Exception, times: int, frame: int = 2) -> None:
        self.error, self.left, self.frame, self.calls = error, times, frame, 0

    def __call__(self, frame: int) -> None:
        if frame == self.frame:
            self.calls += 1
            if self.left:
                self.left -= 1
                raise self.error


@pytest.mark.parametrize(
    ("error", "retries", "calls", "code"),
    [
        (OutOfMemory("no room"), 2, 3, 0), (MemoryError(), 2, 3, 0), (OutputError("gone"), 2, 3, 0),
        (OutOfMemory("no room"), 1, 2, 5), (OutOfMemory("no room"), 0, 1, 5),
        (PlateError("damaged"), 2, 1, 3), (SettingsError("wrong"), 2, 1, 2), (ValueError("ours"), 2, 1, 1),
        (DiskFull("full"), 2, 1, 7),
    ],
)  # fmt: skip
def test_a_frame_is_tried_again_where_the_table_says_so(tmp_path, error, retries, calls, code):
    failing = Failing(error, 2)
    request = RenderRequest(
        source=shot(tmp_path, [1, 2, 3]),
        destination=tmp_path / "k.####.exr",
        retries=retries,
        log=tmp_path / "log.ndjson",
    )
    result = request.run(FakeConnect(failing))
    assert failing.calls == calls and result.exit_code == code
    two = next(one for one in result.frames if one.frame == 2)
    assert two.tries == calls and (two.status == "rendered") == (code == 0)
    events = [json.loads(line) for line in (tmp_path / "log.ndjson").read_text().splitlines()]
    again = [one for one in events if one["event"] == "again"]
    assert [one["tries"] for one in again] == list(range(1, calls))
    assert (tmp_path / "k.0003.exr").exists() == (not isinstance(error, DiskFull))


def test_the_end_says_what_failed_and_why(tmp_path, capsys):
    def before(frame: int) -> None:
        if frame in (1002, 1003):
            raise OutOfMemory(f"frame {frame} has no room")
        if frame == 1004:
            raise PlateError("it is damaged")

    words = ["--log", tmp_path / "log.ndjson"]
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", *words, connect=FakeConnect(before)) == 5
    said = capsys.readouterr().out
    assert "failed 1002-1003 (memory, worth a retry): frame 1002 has no room" in said
    assert "failed 1004 (plate, not worth a retry): it is damaged" in said
    end = json.loads((tmp_path / "log.ndjson").read_text().splitlines()[-1])
    assert end["failures"] == [
        {"class": "OutOfMemory", "code": 5, "retry": True, "frames": "1002-1003",
         "message": "frame 1002 has no room"},
        {"class": "PlateError", "code": 3, "retry": False, "frames": "1004", "message": "it is damaged"},
    ]  # fmt: skip


def test_a_frame_that_takes_too_long_has_failed_and_the_others_go_on(tmp_path, capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(cancel, "monotonic", lambda: now[0])

    def before(frame: int) -> None:
        now[0] += 30.0 if frame == 1002 else 1.0

    words = ["--timeout-per-frame", "10"]
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", *words, connect=FakeConnect(before)) == 8
    said = capsys.readouterr().out
    assert "failed 1002 (time, worth a retry): Frame 1002 took longer than 10 s" in said
    assert sorted(path.name for path in tmp_path.glob("k.*")) == ["k.1001.exr", "k.1003.exr", "k.1004.exr"]


def test_a_frame_that_took_too_long_may_be_tried_again(tmp_path, monkeypatch):
    now, seen = [0.0], []
    monkeypatch.setattr(cancel, "monotonic", lambda: now[0])

    def before(frame: int) -> None:
        seen.append(frame)
        now[0] += 30.0 if seen.count(1002) == 1 and frame == 1002 else 1.0

    words = ["--timeout-per-frame", "10", "--retries", "1"]
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", *words, connect=FakeConnect(before)) == 0
    assert seen.count(1002) == 2


def test_the_node_itself_is_asked_to_end_the_frame(tmp_path, capsys, monkeypatch):
    """The clock goes on whenever it is looked at, so that the time is over while the node renders."""
    now, aborted = [0.0], []

    def clock() -> float:
        now[0] += 1.0
        return now[0]

    class Node(ofx_node.OfxNode):
        def render(self, *words, **more):
            try:
                return super().render(*words, **more)
            except Exception as why:
                aborted.append(type(why).__name__)
                raise

    monkeypatch.setattr(cancel, "monotonic", clock)
    monkeypatch.setattr(ofx_node, "OfxNode", Node)
    from anatomatte_cli.main import main

    words = ["render", shot(tmp_path, [1]), str(tmp_path / "k.####.exr"), "--timeout-per-frame", "1.5"]
    assert main([*words, "--set", "screen=green"]) == 8
    assert "Frame 1 took longer than 1.5 s" in capsys.readouterr().err
    assert aborted == ["Cancelled"] and not (tmp_path / "k.0001.exr").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--retries", "-1"], "0 or more"), (["--timeout-per-frame", "0"], "seconds above 0"),
        (["--timeout-per-frame", "nan"], "seconds above 0"),
    ],
)  # fmt: skip
def test_numbers_that_are_none_are_refused(tmp_path, capsys, words, told):
    assert cli(shot(tmp_path, [1]), tmp_path / "k.####.exr", *words) == 2
    assert told in capsys.readouterr().out


def test_a_reason_that_holds_for_many_frames_is_told_once(tmp_path, capsys):
    """But for its own number and file a frame says nothing new; the log has all of it."""

    def refuse(frame: int) -> None:
        if frame == 1002:
            raise PlateError("it is empty")
        kind = SettingsError if frame == 1004 else PlateError
        raise kind(f"p.{frame}.exr is tagged as lg10; frame {frame} is not read")

    words = ["--log", tmp_path / "log.ndjson"]
    assert cli(shot(tmp_path), tmp_path / "k.####.exr", *words, connect=FakeConnect(refuse)) == 3
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")]
    assert lines[:4] == [
        "[1/4] frame 1001 failed (plate): p.1001.exr is tagged as lg10; frame 1001 is not read",
        "[2/4] frame 1002 failed (plate): it is empty",
        "[3/4] frame 1003 failed (plate) as frame 1001 did",
        "[4/4] frame 1004 failed (settings): p.1004.exr is tagged as lg10; frame 1004 is not read",
    ]
    told = [json.loads(line) for line in (tmp_path / "log.ndjson").read_text().splitlines()]
    said = [one["message"] for one in told if one["event"] == "frame"]
    assert said[2] == "p.1003.exr is tagged as lg10; frame 1003 is not read"


@pytest.mark.parametrize(
    ("words", "rendered"),
    [([], 2), (["--continue-on-error"], 2), (["--on-error", "continue"], 2), (["--on-error", "stop"], 1)],
)
def test_a_failed_frame_ends_a_run_only_where_that_is_asked_for(tmp_path, words, rendered):
    failing = FakeConnect(Failing(PlateError("damaged"), 9))
    more = ["--retries", 1, "--timeout-per-frame", 100, *words]
    assert cli(shot(tmp_path, [1, 2, 3]), tmp_path / "k.####.exr", *more, connect=failing) == 3
    assert len(list(tmp_path.glob("k.*.exr"))) == rendered
