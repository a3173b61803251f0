"""No room for what is written: said as it is, whichever library writes it; what is lost counts as lost."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from anatomatte import atomic
from anatomatte.errors import DiskFull, NotWritable, OutputError
from anatomatte_batch import RenderRequest, sinks, stills
from anatomatte_cli import cmd_install
from anatomatte_cli.main import main
from made import native
from made.cli_fake import FakeConnect, cli, shot

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from anatomatte_batch import RenderRequest
from made.cli_fake import FakeConnect
made = RenderRequest(source=sys.argv[2], destination=sys.argv[3], compression=sys.argv[4]).run(FakeConnect())
print(made.exit_code, [one.status for one in made.frames], made.sentence)
"""


@pytest.mark.parametrize(
    ("name", "how"),
    [("k.####.exr", "none"), ("k.####.exr", "piz"), ("k.####.png", "zips"), ("k.####.tif", "zips")],
)
def test_a_file_that_may_not_be_so_large_is_said_so(tmp_path: Path, name: str, how: str) -> None:
    """`ulimit -f` of a farm: it was a damaged file, a scan line that failed, or a library's own words."""
    source = shot(tmp_path / "in", [1, 2])
    tests = str(Path(__file__).parents[1])
    line = [sys.executable, "-c", LIMITED, tests, source, str(tmp_path / name), how]
    done = subprocess.run(line, capture_output=True, text=True, timeout=native.HANG)
    assert done.stdout.startswith("7 ['failed']"), done.stdout + done.stderr
    assert "no file may be so large here (`ulimit -f`" in done.stdout and ".." not in done.stdout
    assert not list(tmp_path.glob("k.*")) and not list(tmp_path.glob(".*"))


def test_a_writer_that_notices_nothing_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PNG: what was written was damaged, and every further frame was rendered to find it so again."""
    monkeypatch.setattr(stills, "damage", lambda *_: "is truncated or damaged")
    monkeypatch.setattr(atomic, "is_full", lambda *_: True)
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.png")
    result = request.run(FakeConnect())
    assert [type(one) for one in result.errors] == [DiskFull] and "the disk is full" in result.sentence


def test_with_room_it_is_what_was_written_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "damage", lambda *_: "is truncated or damaged")
    result = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.png").run(FakeConnect())
    assert {type(one) for one in result.errors} == {OutputError}
    assert "cannot be written: what was written is truncated or damaged; check the disk." in result.sentence


def test_frames_of_a_video_that_is_not_there_are_not_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end said “2 rendered” beside the failure, and so did every frame of the result."""

    def full(_self: object) -> None:
        raise DiskFull("k.mov cannot be written: the disk is full.")

    monkeypatch.setattr(sinks.VideoSink, "finish", full)
    log = tmp_path / "log"
    result = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.mov", log=log).run(FakeConnect())
    assert result.exit_code == 7 and result.numbers("failed") == [1001, 1002, 1003, 1004]
    assert '"rendered": 0' in log.read_text() and not result.numbers("rendered")


@pytest.mark.parametrize("name", ["k.####.mov", "k_%04d.mp4", "@@@@.mov"])
def test_a_video_has_no_frame_number(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It became one file of that very name."""
    assert cli(shot(tmp_path), tmp_path / name) == 2
    assert "a video is one file for all frames; name it like" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.m*"))
    assert cli(shot(tmp_path), tmp_path / "take@2.mov") == 0 and (tmp_path / "take@2.mov").is_file()


def test_a_node_that_does_not_fit_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(source: Path, target: Path) -> None:
        why = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise shutil.Error([(str(source / "a"), str(target / "a"), str(why))])

    monkeypatch.setattr(cmd_install.shutil, "copytree", full)
    assert main(["install", "--dir", str(tmp_path)]) == 7
    told = capfd.readouterr().err
    assert told == f"anatomatte: {tmp_path} cannot be written: the disk is full; make room.\n"


def test_the_limit_is_what_counts(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    with pytest.raises(NotWritable, match="so large"), atomic.beside(tmp_path / "a") as temporary:
        temporary.write_bytes(b"x")
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    with pytest.raises(OutputError, match=r"cannot be written: it broke\.$"), atomic.beside(tmp_path / "a"):
        raise OSError("it broke.")
