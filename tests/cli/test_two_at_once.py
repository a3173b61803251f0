"""Two renders into one place, and files that change behind a render's back: told, never passed over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from made.cli_fake import FakeConnect, cli, shot

WORDS = ("--compression", "none", "--frames", "1001-1003")


def disturbed(folder: Path, by: Callable[[], object]) -> int:
    """A render that something happens to while its last frame is made; its exit code."""

    def before(frame: int) -> None:
        if frame == 1003:
            while not (folder / "k.1001.exr").exists():
                pass
            by()

    words = (shot(folder), folder / "k.####.exr", *WORDS, "--set", "erode=1", "--overwrite")
    return cli(*words, connect=FakeConnect(before))


@pytest.mark.parametrize(
    ("erode", "code", "told"),
    [("2", 7, "k.1001.exr was rendered with other words by another run"), ("1", 0, "")],
)
def test_another_run_with_other_settings_is_told_and_an_equal_one_is_not(tmp_path, capsys, erode, code, told):
    words = (tmp_path / "plate.####.exr", tmp_path / "k.####.exr", *WORDS, "--set", f"erode={erode}")
    assert disturbed(tmp_path, lambda: cli(*words, "--overwrite", "--quiet")) == code
    assert told in capsys.readouterr().out + capsys.readouterr().err


def test_a_file_that_is_lost_or_shorter_at_the_end_is_told(tmp_path, capsys):
    path = tmp_path / "k.1001.exr"
    assert disturbed(tmp_path, path.unlink) == 7
    assert "k.1001.exr is gone since it was written" in capsys.readouterr().out
    assert disturbed(tmp_path, lambda: path.write_bytes(path.read_bytes()[:-9])) == 7
    assert "since it was written; check the disk" in capsys.readouterr().out
