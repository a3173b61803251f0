"""How the doctor tells what it finds: each line when it is known, and whole where it is read by programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anatomatte_cli import checks
from anatomatte_cli.checks import Finding
from anatomatte_cli.commands import main

PATH = f"/{'long/' * 40}anatomatte.ofx.bundle"


def test_a_line_is_told_before_the_next_check_and_its_path_is_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []

    def examine() -> Iterator[Finding]:
        yield Finding("node", "ok", PATH)
        told.append(capsys.readouterr().out)
        yield Finding("worker", "failed", "it did not start; reinstall.")

    monkeypatch.setattr(checks, "examine", examine)
    assert main(["doctor"]) == 4
    assert [line.split() for line in told[0].splitlines()] == [["ok", "node", PATH]]
    assert capsys.readouterr().out.splitlines()[1] == "1 of 2 checks failed"
