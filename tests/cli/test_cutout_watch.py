"""A watched folder: what its end says, and what else came."""

from __future__ import annotations

from pathlib import Path

import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.cancel import Signals
from anatomatte_batch.cutout import CutoutRequest
from anatomatte_batch.cutout import request as module
from anatomatte_batch.cutout.telling import Telling
from anatomatte_batch.cutout.watch import arriving
from anatomatte_batch.cutout.work import Done


def test_a_picture_that_was_looked_at_while_it_was_copied_is_no_failure_in_the_end() -> None:
    half = Done("slow.jpg", error=PlateError("slow.jpg is truncated"))
    bad = Done("bad.jpg", error=PlateError("bad.jpg is damaged"))
    ends = [half, half, bad, Done("slow.jpg"), Done("a.png")]
    with Signals() as signals, Telling(None, True) as telling:
        made = module._finished(iter(ends), telling, True, signals)
        assert [one.source for one in made.pictures] == ["bad.jpg", "slow.jpg", "a.png"]
        assert made.sentence == "1 of 3 pictures failed; bad.jpg is damaged" and made.exit_code == 3
        made = module._finished(iter([half, Done("slow.jpg")]), telling, True, signals)
        assert made.exit_code == 0
        made = module._finished(iter([Done("slow.jpg"), half]), telling, True, signals)
        assert made.exit_code == 3


def test_a_kind_that_is_not_read_is_told_when_it_comes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def stop() -> bool:
        looks.append(1)
        if len(looks) == 3:
            (tmp_path / "late.heic").write_bytes(b"x")
        return len(looks) > 25

    def watching(folder, place, signals, cut_as, looked):
        return arriving(folder, place, stop, cut_as, 0.0, looked)

    monkeypatch.setattr(module, "arriving", watching)
    request = CutoutRequest(sources=[str(tmp_path)], watch=True, quiet=False)
    assert request.run(connect=lambda *_: None).exit_code == 0  # type: ignore[arg-type, return-value]
    assert capsys.readouterr().err.count(".heic (1)") == 1
