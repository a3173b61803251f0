"""A cutout's threads share one arena of the allocator, or free memory of each waits for itself alone."""

from __future__ import annotations

import ctypes
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner

from anatomatte_batch import frugal
from anatomatte_batch.cutout import processes
from anatomatte_cli import cmd_cutout


class Libc:
    """A C library that notes what malloc is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def mallopt(self, what: int, value: int) -> int:
        self.told.append((what, value))
        return 1


def test_threads_are_told_to_share_before_the_first_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    libc = Libc()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: libc)
    CliRunner().invoke(cmd_cutout.command, [str(tmp_path / "none.jpg"), "--quiet"])
    assert libc.told == [(-8, 1)]  # M_ARENA_MAX of glibc's malloc.h


def test_processes_beside_are_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    libc = Libc()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: libc)
    for name in ("_Child", "_ENDS"):
        monkeypatch.setattr(processes, name, mock.MagicMock() if name == "_Child" else set())
    monkeypatch.setattr(processes, "_child", None, raising=False)
    processes._start(mock.Mock(), mock.Mock())
    assert libc.told == [(-3, frugal.MAPPED_BY_ITSELF), (-8, 1)]


def test_another_c_library_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", none)
    frugal.one_arena()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    frugal.one_arena()
