"""Doubtful frames of a run: told, written, counted, and an exit code where a threshold is asked for."""

from __future__ import annotations

import json

import pytest

from anatomatte.errors import QualityError, SettingsError
from anatomatte.qc import REASONS, codes
from anatomatte_batch import RenderRequest
from made.cli_fake import FakeConnect, cli, shot

HOLE = REASONS["hole"].threshold
FINE = dict.fromkeys(codes("frame"), 0.0)


def checks(**frames: float) -> FakeConnect:
    """A node that finds holes of so many times the threshold: ``f1002=1.5``."""
    found = {n: dict(FINE) for n in range(1001, 1005)}
    for name, ratio in frames.items():
        found[int(name[1:])]["hole"] = ratio * HOLE
    return FakeConnect(checks=found)


def test_a_doubtful_frame_is_written_and_ends_the_run_with_6(tmp_path, capsys):
    code = cli(shot(tmp_path), tmp_path / "k.####.exr", "--qc-threshold", 1, connect=checks(f1002=1.5))
    said = capsys.readouterr()
    assert code == QualityError.exit_code == 6
    assert sorted(path.name for path in tmp_path.glob("k.*.exr")) == [f"k.{n}.exr" for n in range(1001, 1005)]
    assert "1 of 4 frames are doubtful: 1002 (hole" in said.err
    assert "frame 1002 rendered" in said.out and "(doubtful: hole)" in said.out


def test_without_a_threshold_it_is_only_told(tmp_path):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr")
    result = request.run(checks(f1002=1.5))
    assert result.exit_code == 0 and result.doubtful == [1002]
    assert result.frames[1].doubtful == ("hole",)
    assert result.frames[1].qc["hole"] == pytest.approx(1.5 * HOLE)


@pytest.mark.parametrize(("limit", "doubtful"), [(1.0, [1002, 1004]), (2.0, [1004]), (5.0, [])])
def test_the_threshold_multiplies_the_checks_own(tmp_path, limit, doubtful):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr", qc_threshold=limit)
    result = request.run(checks(f1002=1.5, f1004=4.0))
    assert result.doubtful == doubtful
    assert result.exit_code == (6 if doubtful else 0)


def test_frames_that_are_there_are_judged_by_their_headers(tmp_path):
    """A farm's second try ends as the first did, and renders nothing."""
    source, target = shot(tmp_path), tmp_path / "k.####.exr"
    RenderRequest(source=source, destination=target).run(checks(f1003=1.5))
    again = RenderRequest(source=source, destination=target, qc_threshold=1.0).run(checks())
    assert len(again.numbers("skipped")) == 4
    assert again.exit_code == 6 and again.doubtful == [1003]


def test_frames_that_were_never_checked_are_rendered_again(tmp_path):
    source, target = shot(tmp_path), tmp_path / "k.####.exr"
    RenderRequest(source=source, destination=target).run(FakeConnect())
    again = RenderRequest(source=source, destination=target, qc_threshold=1.0).run(checks())
    assert len(again.numbers("rendered")) == 4 and again.frames[0].stale == "checks"
    third = RenderRequest(source=source, destination=target, qc_threshold=1.0).run(checks())
    assert len(third.numbers("skipped")) == 4


def test_scores_decide_no_pixel_and_make_no_frame_stale(tmp_path):
    source, target = shot(tmp_path), tmp_path / "k.####.exr"
    RenderRequest(source=source, destination=target).run(checks())
    off = RenderRequest(source=source, destination=target, settings={"check": "off"})
    assert len(off.run(checks(f1002=3.0)).numbers("skipped")) == 4


def test_the_log_holds_every_score(tmp_path):
    log = tmp_path / "log.ndjson"
    cli(shot(tmp_path), tmp_path / "k.####.exr", "--qc-threshold", 1, "--log", log, connect=checks(f1002=1.5))
    events = [json.loads(line) for line in log.read_text().splitlines()]
    frames = {event["frame"]: event for event in events if event["event"] == "frame"}
    assert set(frames[1001]["qc"]) == set(FINE) and "doubtful" not in frames[1001]
    assert frames[1002]["doubtful"] == ["hole"]
    assert events[-1]["exit"] == 6 and events[-1]["doubtful"] == 1


def test_a_failed_frame_is_graver_than_a_doubtful_one(tmp_path):
    connect = checks(f1002=1.5)
    (tmp_path / "plates").mkdir()
    source = shot(tmp_path / "plates")
    (tmp_path / "plates" / "plate.1003.exr").write_bytes(b"no picture")
    request = RenderRequest(source=source, destination=tmp_path / "k.####.exr", qc_threshold=1.0)
    result = request.run(connect)
    assert result.exit_code == 3 and result.doubtful == [1002]
    assert any(isinstance(error, QualityError) for error in result.errors)


def test_a_video_with_a_doubtful_frame_is_whole(tmp_path):
    source, target = shot(tmp_path), tmp_path / "k.mov"
    request = RenderRequest(source=source, destination=target, qc_threshold=1.0)
    assert request.run(checks(f1002=1.5)).exit_code == 6
    assert target.is_file()
    again = request.run(checks())
    assert len(again.numbers("skipped")) == 4 and "qc-unknown" in {one.code for one in again.messages}


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_threshold_that_is_none_is_refused(tmp_path, limit):
    with pytest.raises(SettingsError, match="above 0"):
        RenderRequest(source="p.####.exr", destination="k.####.exr", qc_threshold=limit)


def test_a_threshold_without_checks_is_refused():
    with pytest.raises(SettingsError, match="check=frame"):
        RenderRequest(
            source="p.####.exr", destination="k.####.exr", qc_threshold=1.0, settings={"check": "off"}
        )


def test_the_worst_of_several_renders_of_a_frame_counts(tmp_path):
    """Layers of parts are a render of their own, which knows how firm parts are."""
    from anatomatte_batch.node import CHECKS, Account

    one = Account({CHECKS: '{"hole": 0.1}'})
    two = Account({CHECKS: '{"hole": 0.05, "unsure_part": 0.7}'})
    assert one.with_(two).checks == {"hole": 0.1, "unsure_part": 0.7}
