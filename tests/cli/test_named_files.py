"""What somebody names on the command line is a file that ends, and there is room to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anatomatte.models.store import policy
from anatomatte_cli.main import main
from made.cli_fake import cli, shot


@pytest.mark.parametrize("megabytes", [350, 450, 550])
def test_no_room_for_the_libraries_is_short_of_memory(tmp_path, megabytes):
    import resource

    limit = megabytes << 20
    done = subprocess.run(
        [sys.executable, "-m", "anatomatte_cli", "render", shot(tmp_path, [1]), str(tmp_path / "k.####.exr")],
        capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 5 and "Traceback" not in done.stderr, done.stderr
    assert "no room for the libraries" in done.stderr and "ulimit -v" in done.stderr


@pytest.mark.parametrize("what", ["pipe", "device", "long"])
def test_settings_are_read_from_files_and_nothing_that_never_ends(tmp_path, capsys, monkeypatch, what):
    path = Path("/dev/zero") if what == "device" else tmp_path / "it.toml"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "long":
        path.write_bytes(b"#" * (17 << 20))
    told = "longer than 16 MB" if what == "long" else "a pipe or a device, not a file"
    source = shot(tmp_path, [1])
    assert cli(source, tmp_path / "k.####.exr", "--preset", path) == 2
    assert told in "".join(capsys.readouterr())
    asked = [["check", str(path)]]
    if what != "device":  # which has no .toml behind its name, and would be an id
        asked.append(["import", str(path), str(path)])
    for words in asked:
        assert main(["models", *words]) == 2
        assert told in capsys.readouterr().err
    monkeypatch.setenv(policy.FILE, str(path))
    assert main(["models", "list"]) == 4
    assert told in capsys.readouterr().err
