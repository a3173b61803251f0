"""Frames around a frame on the command line's road: any chunk sees the same, and the header says of what."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anatomatte_batch import RenderRequest, stills
from anatomatte_batch.presets import Preset, Range
from made.cli_fake import read, write
from made.recurrent_made import frame
from made.time_probe import everything, level, watch

SAME = ("skipped", "")


@pytest.fixture(autouse=True, scope="module")
def no_other_host() -> Iterator[None]:
    """A binary has one profile at a time in a process: hosts that nobody holds are gone."""
    gc.collect()
    yield
    gc.collect()


def core(path: Path, time: int, light: float) -> None:
    write(path / f"core.{time:04d}.exr", np.full((40, 56, 1), light, np.float32), "float")


@pytest.fixture
def shot(tmp_path: Path) -> RenderRequest:
    """Frames 1 to 9 without 4, with a core matte as light as a tenth of its frame, held still at frame 5."""
    for time in range(1, 10):
        core(tmp_path, time, time / 10)
        if time != 4:
            write(tmp_path / f"plate.{time:04d}.exr", frame(time)[..., :3], "float")
    return RenderRequest(
        source=tmp_path / "plate.####.exr",
        destination=tmp_path / "key.####.exr",
        frames="5",
        settings={"subject": "off", "steady": 1.0, "screen": "green"},
        sides={"InM": tmp_path / "core.####.exr"},
        runtime="in-process",
    )


def told(request: RenderRequest) -> tuple[str, str]:
    result = request.run()
    assert result.exit_code == 0, result.sentence
    return result.frames[-1].status, result.frames[-1].stale


def around(path: Path, number: int = 5) -> dict[str, Any]:
    header = stills.attributes(path / f"key.{number:04d}.exr") or {}
    found: dict[str, Any] = json.loads(header["anatomatte:neighbours"])
    return found


def test_frames_outside_of_the_chunk_are_had_with_their_clips_and_controls(
    shot: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Controls by frame, those too that a host would not animate."""
    preset = Preset(keys={"erode": {3: 0.0, 7: 4.0}}, ranges=(Range("6", {"screen": "blue", "people": 3}),))
    seen = watch(monkeypatch, everything)
    rest = {"subject": "off", "steady": 1.0}
    assert told(replace(shot, preset=preset, settings=rest, frames="5", overwrite=True)) == ("rendered", "")
    alone = seen[-1]
    assert alone.clips[4] is None and alone.around.absent == {4}
    assert set(alone.clips) == {3, 4, 5, 6, 7}
    for number in (3, 5, 6, 7):
        assert level(alone.clips[number], "InM") == pytest.approx(number / 10)
        assert alone.settings[number].erode == number - 3
        assert (alone.settings[number].screen == "blue") == (number == 6)
        assert (alone.settings[number].people == 3) == (number == 6)
    replace(shot, preset=preset, settings=rest, frames="1-3,5-9", overwrite=True).run()
    whole = next(one for one in seen[1:] if one.around.number == 5 and 3 in one.clips)
    assert whole.tokens == alone.tokens and whole.settings == alone.settings


@pytest.mark.parametrize("road", ["in-process", "worker"])
def test_the_header_tells_what_was_looked_at(shot: RenderRequest, tmp_path: Path, road: str) -> None:
    assert told(replace(shot, runtime=road)) == ("rendered", "")
    made = around(tmp_path)
    assert set(made) == {"4"} | {f"{n}{what}" for n in (3, 6, 7) for what in ("", " InM", " settings")}
    assert made["4"] == "absent" and made["6 settings"] == "same"
    assert told(replace(shot, runtime="in-process")) == SAME  # by either road
    assert str(tmp_path) not in str(stills.attributes(tmp_path / "key.0005.exr"))


def test_a_change_beside_a_frame_makes_it_stale_and_one_further_away_does_not(
    shot: RenderRequest, tmp_path: Path
) -> None:
    assert told(shot) == ("rendered", "")
    core(tmp_path, 8, 0.0)
    write(tmp_path / "plate.0002.exr", frame(12)[..., :3], "float")
    assert told(shot) == SAME
    core(tmp_path, 7, 0.0)
    assert told(shot) == ("rendered", "neighbours")
    write(tmp_path / "plate.0003.exr", frame(13)[..., :3], "float")
    assert told(shot) == ("rendered", "neighbours")
    write(tmp_path / "plate.0004.exr", frame(4)[..., :3], "float")  # it was missing
    assert told(shot) == ("rendered", "neighbours")
    keyed = replace(shot, preset=Preset(keys={"erode": {5: 0.0, 6: 1.0, 7: 0.0}}))
    assert told(keyed) == ("rendered", "neighbours")
    assert told(keyed) == SAME
    (tmp_path / "core.0006.exr").unlink()
    assert told(keyed) == ("rendered", "neighbours")
    seen_alone = replace(shot, settings={"subject": "off", "screen": "green", "steady": 0.0})
    assert told(seen_alone)[0] == "rendered" and around(tmp_path) == {}
    core(tmp_path, 7, 0.3)
    assert told(seen_alone) == SAME


def test_the_end_of_a_plate_that_grows(shot: RenderRequest, tmp_path: Path) -> None:
    last = replace(shot, frames="9")
    assert told(last) == ("rendered", "")
    assert [around(tmp_path, 9)[n] for n in ("10", "11")] == ["absent", "absent"]
    assert told(last) == SAME
    write(tmp_path / "plate.0010.exr", frame(10)[..., :3], "float")
    assert told(last) == ("rendered", "neighbours")
    assert told(last) == SAME


def test_a_file_beside_it_that_cannot_be_read_fails_a_frame(shot: RenderRequest, tmp_path: Path) -> None:
    whole = (tmp_path / "plate.0006.exr").read_bytes()
    (tmp_path / "plate.0006.exr").write_bytes(whole[: len(whole) // 2])
    result = replace(shot, frames="3,5").run()
    assert result.exit_code == 3
    assert [one.status for one in result.frames] == ["rendered", "failed"]
    assert "plate.0006.exr" in result.sentence
    (tmp_path / "plate.0006.exr").write_bytes(whole)
    (tmp_path / "core.0007.exr").write_bytes(b"no picture")
    result = shot.run()
    assert result.exit_code == 3 and "core.0007.exr" in result.sentence


def test_a_still_is_seen_alone(shot: RenderRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watch(monkeypatch, everything)
    shutil.copy(tmp_path / "plate.0005.exr", tmp_path / "still.exr")
    still = replace(shot, source=tmp_path / "still.exr", sides={}, frames="1-3")
    assert told(still) == ("rendered", "")
    assert all(set(one.clips) == {one.around.number} for one in seen)
    assert told(still) == SAME


def test_a_missing_frame_that_is_asked_for_still_fails(shot: RenderRequest) -> None:
    result = replace(shot, frames="3-5").run()
    assert result.exit_code == 3 and "has no frame 4" in result.sentence
    assert [one.status for one in result.frames] == ["rendered", "failed", "rendered"]


def test_a_chunk_is_the_whole_shots(shot: RenderRequest, tmp_path: Path) -> None:
    assert told(shot) == ("rendered", "")
    alone = read(tmp_path / "key.0005.exr")[0]
    told(replace(shot, frames="5-9", overwrite=True))
    assert np.array_equal(read(tmp_path / "key.0005.exr")[0], alone)
