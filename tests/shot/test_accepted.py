"""Frames that somebody found good: kept in the sidecar, doubtful no more, until what makes them changes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.qc import REASONS, Finding, sentence
from anatomatte.shot import reading
from anatomatte.shot.carrying import with_marks
from anatomatte.shot.corrections import Correction, Mark
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import Shot
from anatomatte.shot.writing import write_shot
from anatomatte_batch.correct import CorrectRequest, accepted, kept, told
from anatomatte_batch.doubtful import doubtful, lines
from anatomatte_batch.picture import Picture
from made.shots_made import shot, written

LIGHT = np.random.default_rng(0).random((45, 80, 3), np.float32)
FRAMES = range(10, 20)


def checked() -> Shot:
    """A shot with two doubtful frames, 12 and 15."""
    plain = shot(LIGHT, dict.fromkeys(FRAMES, ()))
    moments = {
        n: dataclasses.replace(one, qc={"hole": 0.9 if n in (12, 15) else 0.0})
        for n, one in plain.moments.items()
    }
    return dataclasses.replace(plain, moments=moments)


def test_what_is_accepted_is_doubtful_no_more(tmp_path: Path) -> None:
    path = written(checked(), tmp_path)
    assert sorted(one.frame for one in doubtful(read_shot(path))) == [12, 15]
    CorrectRequest(sidecar=path, accept=[12, 13]).run()
    found = read_shot(path)
    assert [one.frame for one in doubtful(found)] == [15]
    assert [n for n in FRAMES if found.accepted(n)] == [12, 13]
    assert lines(found)[-1] == "1 of 10 checked frames are doubtful; 1 more was accepted"
    assert "accepted: frames 12-13" in told(found)
    assert found.token(12) == checked().token(12)  # no pixel depends on it
    CorrectRequest(sidecar=path, unaccept=[12]).run()
    assert sorted(one.frame for one in doubtful(read_shot(path))) == [12, 15]


@pytest.mark.parametrize("code", sorted(REASONS))
def test_who_analysed_is_not_told_to_analyse(code: str) -> None:
    plain = shot(LIGHT, dict.fromkeys(FRAMES, ()))
    moments = {**plain.moments, 12: dataclasses.replace(plain.moments[12], qc={code: 1.0})}
    told, *_ = lines(dataclasses.replace(plain, moments=moments))
    assert told.startswith(f"doubtful 12: {code} 1.00: {REASONS[code].words}; ") and "analyse" not in told
    assert "analyse" not in sentence(Finding(code, 1.0), in_shot=True)
    assert sentence(Finding(code, 1.0)).endswith(f"{REASONS[code].cure}.")


def test_a_frame_that_is_mended_later_is_looked_at_again(tmp_path: Path) -> None:
    good = accepted(checked(), {12: True, 18: True})
    stroke = Correction(1, "remove", 13, stroke=(0.5, 0.5), reach=1)
    made = with_marks(good, stroke, {n: Mark(1, 1.0, stroke.points) for n in (12, 13, 14)})
    path = written(made, tmp_path)
    found = read_shot(path)
    assert not found.accepted(12) and found.accepted(18)
    assert 12 in {one.frame for one in doubtful(found)}
    assert "accepted before they were changed: frames 12" in told(found)


def test_a_new_analysis_keeps_it_where_the_frame_is_the_same() -> None:
    before = accepted(checked(), {12: True, 15: True})
    new = checked()
    moved = dataclasses.replace(new.moments[15], people=((1, 0.5, 0.5, 0.4, 0.4, 0.6, 0.6),))
    new = dataclasses.replace(new, moments={**new.moments, 15: moved})

    def read(_frame: int) -> Picture:
        raise AssertionError("nothing is carried")

    made = kept(new, before, read)
    assert made.accepted(12) and not made.accepted(15)


def test_schema_2_has_no_accepted_frames(tmp_path: Path) -> None:
    path = written(accepted(checked(), {12: True}), tmp_path)
    table = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**table, "schema": 2}), encoding="utf-8")
    found = read_shot(path)
    assert not any(one.accepted for one in found.moments.values())
    write_shot(accepted(found, {12: True}), path)
    assert read_shot(path).accepted(12)


def test_what_cannot_be_accepted_is_told(tmp_path: Path) -> None:
    path = written(checked(), tmp_path)
    with pytest.raises(SettingsError, match="does not know frame 99"):
        CorrectRequest(sidecar=path, accept=[99]).run()
    assert not any(one.accepted for one in read_shot(path).moments.values())


def test_a_sidecar_that_is_written_while_it_is_read_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(checked(), tmp_path)
    inner = reading._frames
    struck: list[bool] = []

    def frames(*told: Any) -> dict[str, Any]:
        if not struck:  # the short file was read; now somebody accepts a frame
            struck.append(True)
            write_shot(accepted(checked(), {12: True}), path)
        return inner(*told)

    monkeypatch.setattr(reading, "_frames", frames)
    assert read_shot(path).accepted(12)
    monkeypatch.setattr(reading, "_frames", inner)
    next(tmp_path.glob("*.frames-*.json")).unlink()
    with pytest.raises(SettingsError, match="copy both files together"):
        read_shot(path)
