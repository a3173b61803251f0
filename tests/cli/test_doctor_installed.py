"""What the doctor says of the nodes that hosts find: which is which, which runs, and which is loaded."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from anatomatte import __version__, settings
from anatomatte_cli import checks
from anatomatte_cli.cmd_install import NAME, put
from anatomatte_cli.commands import cli

OLDER = "0.0.9"
DIGEST = "0" * len(settings.digest())


def older(folder: Path, told: str = f"{OLDER} {DIGEST}", code: int = 0) -> Path:
    """A node of another version, with a Python that tells *told* of its package."""
    node = put(folder)
    binary, plist = next(node.glob("Contents/*/*.ofx")), node / "Contents" / "Info.plist"
    text = binary.read_bytes()
    numbers = struct.pack("<II", 1, minor(__version__))
    assert text.count(numbers) == 1
    text = text.replace(numbers, struct.pack("<II", 1, minor(OLDER)))
    binary.write_bytes(text.replace(settings.digest().encode(), DIGEST.encode()))
    plist.write_text(plist.read_text().replace(__version__, OLDER))
    python = folder / "python"
    python.write_text(f"#!/bin/sh\necho {told}\nexit {code}\n")
    python.chmod(0o755)
    (node / "Contents" / "Resources" / "runtime.conf").write_text(f"python = {python}\n")
    return node


def minor(version: str) -> int:
    """The minor number that hosts compare."""
    major, middle, patch = map(int, version.split("."))
    return major * 10000 + middle * 100 + patch


def lines(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> list[tuple[str, str, str]]:
    """Name, state and sentence of what is said of the nodes below *folders*."""
    monkeypatch.setenv("OFX_PLUGIN_PATH", ":".join(map(str, folders)))
    here = [line for line in checks._installed() if line.name in ("installed", "loaded")]
    return [(one.name, one.state, one.told) for one in here if any(str(at) in one.told for at in folders)]


def test_two_versions_are_told_apart_and_the_newest_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = older(tmp_path / "old"), put(tmp_path / "new")
    told = lines(monkeypatch, tmp_path / "old", tmp_path / "new")
    assert [(name, state) for name, state, _ in told] == [
        ("installed", "ok"), ("installed", "ok"), ("loaded", "hint"),
    ]  # fmt: skip
    assert told[0][2] == f"{old}: Anatomatte {OLDER}, with {tmp_path / 'old' / 'python'}"
    assert told[1][2].startswith(f"{new}: Anatomatte {__version__}, with ")
    assert told[2][2].endswith(f"hosts load Anatomatte {__version__} at {new}")
    assert [name for name, _, _ in lines(monkeypatch, tmp_path / "new")] == ["installed"]


def test_of_one_version_twice_the_first_on_the_path_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = put(tmp_path / "b"), put(tmp_path / "a" / "below")
    told = lines(monkeypatch, tmp_path / "b", tmp_path / "a")
    assert told[-1][2].endswith(f"at {first}, the first of 2 that give the same number")
    assert [state for _, state, _ in told] == ["ok", "ok", "hint"]


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        ("0.0.8 " + "1" * len(DIGEST), 0, f"is of another version ({OLDER}) than the package of"),
        ("", 1, "finds no Anatomatte (it said nothing); install it there"),
    ],
)
def test_a_node_whose_python_does_not_belong_to_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, sentence: str
) -> None:
    older(tmp_path, said, code)
    ((name, state, told),) = lines(monkeypatch, tmp_path)
    assert (name, state) == ("installed", "failed") and sentence in told
    done = CliRunner().invoke(cli, ["doctor", "--json"])
    assert not json.loads(done.output)["ok"]


def test_a_node_for_other_machines_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = put(tmp_path)
    binary = next(node.glob("Contents/*/*.ofx"))
    binary.parent.rename(node / "Contents" / "MacOS")
    ((_, state, told),) = lines(monkeypatch, tmp_path)
    assert state == "failed" and f"{tmp_path / NAME} holds no binary for" in told and "MacOS" in told
