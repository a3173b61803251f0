"""Finding, loading, describing and unloading plug-ins."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pyopenfx._host
from made import native
from pyopenfx import Host, HostError, PluginNotFound

ARCH = "Linux-x86-64"


def bundle(folder: Path, name: str, content: bytes | Path) -> Path:
    """A bundle with anything in the place of its binary."""
    binary = folder / f"{name}.ofx.bundle" / "Contents" / ARCH / f"{name}.ofx"
    binary.parent.mkdir(parents=True)
    if isinstance(content, Path):
        shutil.copy(content, binary)
    else:
        binary.write_bytes(content)
    return binary


def test_a_scan_describes_what_it_finds(plugins: Path) -> None:
    with Host() as host:
        found = {info.identifier: info for info in host.scan([plugins])}
        invert = found["org.anatomatte.test.invert"]
        assert (invert.label, invert.grouping, invert.version) == ("Invert", "Tests", (1, 0))
        assert invert.contexts == ("filter", "general")
        assert invert.bundle.name == "invert.ofx.bundle"
        assert invert.binary.name == "invert.ofx"


def test_a_description_lists_params_clips_and_depths(host: Host) -> None:
    temporal = host.load("org.anatomatte.test.temporal")
    assert [p.name for p in temporal.params()] == ["reach", "margin"]
    source, output = temporal.clips()
    assert (source.name, source.temporal, source.optional) == ("Source", True, False)
    assert source.components == ["rgba", "rgb", "alpha"]
    assert (output.name, output.temporal) == ("Output", False)
    assert temporal.depths == ("float",)
    assert host.load("org.anatomatte.test.invert").depths == ("float", "half", "short", "byte")


def test_the_newest_version_is_loaded_unless_one_is_asked_for(host: Host) -> None:
    name = "org.anatomatte.test.fully_safe"
    assert host.load(name).version == (1, 3)
    assert host.load(name, 1).version == (1, 3)
    assert host.load(name, (1, 0)).version == (1, 0)
    with pytest.raises(PluginNotFound, match=r"of version \(2, 0\)"):
        host.load(name, (2, 0))


def test_what_cannot_be_used_is_told_and_hinders_nothing(plugins: Path, tmp_path: Path) -> None:
    bundle(tmp_path, "text", b"this is no program")
    bundle(tmp_path, "other", Path(pyopenfx._host.__file__))
    shutil.copytree(plugins / "invert.ofx.bundle", tmp_path / "invert.ofx.bundle")
    with Host() as host:
        found = host.scan([tmp_path, plugins / "safety.ofx.bundle", tmp_path / "nowhere"])
        assert "org.anatomatte.test.invert" in {info.identifier for info in found}
        assert "org.anatomatte.test.refuses" not in {info.identifier for info in found}
        reasons = {Path(p.path).name: p.reason for p in host.problems}
    assert "text.ofx" in reasons["text.ofx"]
    assert "does not export OfxGetNumberOfPlugins" in reasons["other.ofx"]
    assert "kOfxStatErrMissingHostFeature" in reasons["safety.ofx"]


def test_the_search_path_comes_from_the_environment(
    plugins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for separator in ":;":
        monkeypatch.setenv("OFX_PLUGIN_PATH", f"{tmp_path}{separator}{plugins / 'invert.ofx.bundle'}")
        with Host() as host:
            assert host.load("org.anatomatte.test.invert").label == "Invert"


def test_folders_that_start_with_an_at_sign_are_skipped(plugins: Path, tmp_path: Path) -> None:
    shutil.copytree(plugins / "invert.ofx.bundle", tmp_path / "@off" / "invert.ofx.bundle")
    shutil.copytree(plugins / "temporal.ofx.bundle", tmp_path / "vendor" / "temporal.ofx.bundle")
    with Host() as host:
        assert [i.identifier for i in host.scan([tmp_path])] == ["org.anatomatte.test.temporal"]


def test_a_plugin_that_is_not_there_is_named_with_what_is(plugins: Path) -> None:
    with Host() as host:
        host.scan([plugins / "invert.ofx.bundle"])
        with pytest.raises(
            PluginNotFound, match=r"org\.none was found; found: org\.anatomatte\.test\.invert"
        ):
            host.load("org.none")


def test_a_context_that_is_not_offered_is_refused(host: Host) -> None:
    with pytest.raises(PluginNotFound, match="no context 'filter'; it offers general"):
        host.load("org.anatomatte.test.temporal").instance(context="filter")


def test_two_hosts_share_a_binary_that_is_loaded_once_and_unloaded_last(plugins: Path) -> None:
    def loads(host: Host) -> float:
        with host.load("org.anatomatte.test.unsafe").instance() as one:
            one.clips.Source = np.zeros((1, 1, 4), np.float32)
            return float(one.render()["colour"][0, 0, 2])

    first, second = Host(), Host()
    first.scan([plugins / "safety.ofx.bundle"])
    before = loads(first)
    second.scan([plugins / "safety.ofx.bundle"])
    assert loads(second) == before
    first.close()
    assert loads(second) == before
    second.close()
    with Host() as third:
        third.scan([plugins / "safety.ofx.bundle"])
        assert loads(third) == before  # each Unload was one Load's


LEFT_OPEN = """
import sys, numpy as np, pyopenfx
host = pyopenfx.Host()
host.scan([sys.argv[1]])
every = host.load("org.anatomatte.test.unsafe").instance()
every.clips.Source = np.zeros((2, 2, 4), np.float32)
kept = every.render(1)["colour"]
print("rendered", flush=True)
"""


def test_a_process_that_leaves_everything_open_ends_well(plugins: Path) -> None:
    command = [sys.executable, "-c", LEFT_OPEN, str(plugins / "safety.ofx.bundle")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=native.HANG, check=False)
    assert (done.returncode, done.stdout) == (0, "rendered\ndestroyed\nunloaded\n"), done.stderr


def test_what_is_closed_says_so(plugins: Path) -> None:
    host = Host()
    host.scan([plugins / "invert.ofx.bundle"])
    plugin = host.load("org.anatomatte.test.invert")
    instance = plugin.instance()
    host.close()
    with pytest.raises(HostError, match="closed"):
        instance.render(1)
    with pytest.raises(HostError, match="closed"):
        plugin.instance()
    instance.close()
