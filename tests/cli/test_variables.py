"""A variable that is set and means nothing is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from anatomatte_cli import commands, variables

ROOT = Path(__file__).parents[2]
KNOWN = {*variables.NUMBERS, *variables.WORDS, *variables.OTHERS}
KNOWN -= {"ANATOMATTE_SHOT"}  # of a queue's job: docs/farm.md


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANATOMATTE_CACHE_MB", "abc"),
        ("ANATOMATTE_CACHE_MB", "-5"),
        ("ANATOMATTE_CACHE_MB", "1.5"),
        ("ANATOMATTE_WORKER_START_S", "nan"),
        ("ANATOMATTE_WORKER_FRAME_S", "0"),
        ("ANATOMATTE_MODEL_MEMORY_GB", "4 GB"),
        ("ANATOMATTE_MODEL_IDLE_S", "-1"),
        ("ANATOMATTE_KERNELS", "fast"),
    ],
)
def test_a_value_that_counts_as_none_is_told_with_what_counts(name: str, value: str) -> None:
    (sentence,) = variables.misread({name: value})
    assert sentence.startswith(f"{name}={value} is ") and "counts. Correct or unset it." in sentence


def test_values_that_count_are_not_told() -> None:
    there = {"CACHE_MB": "0", "MODEL_IDLE_S": "0", "WORKER_FRAME_S": "7.5", "KERNELS": "plain"}
    there |= {"GIL_PATIENCE_S": "", "MODEL_MEMORY_GB": "4", "RUNTIME": "worker"}
    there = {variables.PREFIX + name: value for name, value in there.items()}
    assert not list(variables.misread(there)) and not list(variables.unknown(there))


def test_a_name_that_nothing_reads_is_told_with_the_nearest() -> None:
    (sentence,) = variables.unknown({"ANATOMATTE_CACHE_MBS": "100", "PATH": "/bin"})
    assert sentence == "ANATOMATTE_CACHE_MBS: nothing reads it; ANATOMATTE_CACHE_MB is meant?"


def test_commands_tell_it_and_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANATOMATTE_CACHE_MB", "lots")
    assert commands.main(["params", "--json"]) == 0
    told = capsys.readouterr()
    assert "ANATOMATTE_CACHE_MB=lots is no number of whole megabytes from 0; 512 counts." in told.err
    json.loads(told.out)


def test_the_table_is_what_documents_and_sources_say() -> None:
    rows = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("hosts.md", "models.md"))
    lines = [line for line in rows.splitlines() if line.startswith("| `ANATOMATTE_")]
    assert {name for line in lines for name in re.findall(r"`(ANATOMATTE_\w+)`", line.split("|")[1])} == KNOWN
    for name, (default, *_) in variables.NUMBERS.items():
        (line,) = [line for line in lines if f"`{name}`" in line.split("|")[1]]
        assert not default or line.split("|")[2].strip() == f"{default:g}"
