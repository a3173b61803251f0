"""`anatomatte bundle`: one folder that runs where nothing is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from anatomatte import __version__
from anatomatte_cli.bundling import bill, checking, contents, making, sums
from anatomatte_cli.commands import cli, main
from made import native

LIGHT = {"anatomatte", "click", "numpy", "openimageio"}


def clean(*words: str | Path) -> subprocess.CompletedProcess[str]:
    call = [str(word) for word in words]
    return subprocess.run(call, env={}, cwd="/", capture_output=True, text=True, timeout=native.HANG)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle with few packages, not compiled: it lists its commands, and renders nothing."""
    folder = tmp_path_factory.mktemp("bundles")
    packed = list(contents.packages())
    with pytest.MonkeyPatch.context() as scene:
        scene.setattr(contents, "packages", lambda extras: [one for one in packed if one.name in LIGHT])
        scene.setattr(making, "compiled", lambda root: None)
        making.make(folder / "1.0", (), lambda line: None)
    (folder / "1.0").rename(folder / "Version 1.0 ö")
    yield folder / "Version 1.0 ö"
    making.release(folder / "Version 1.0 ö")


def test_what_is_needed_goes_along_and_nothing_else() -> None:
    assert {"numpy", "torch", "click", "safetensors", "anatomatte"} <= set(contents.needed())
    assert not {"pytest", "ai-edge-litert", "mypy"} & set(contents.needed())
    assert "ai-edge-litert" in contents.needed(("litert",))


def test_it_runs_from_another_path_with_nothing_in_the_environment(small: Path) -> None:
    done = clean(small / "bin" / "anatomatte", "--version")
    assert done.returncode == 0 and done.stdout.startswith("anatomatte, version"), done.stderr
    where = "import sys, anatomatte; print(sys.prefix); print(anatomatte.__file__)"
    done = clean(small / "python" / "bin" / contents.VERSION, "-I", "-B", "-c", where)
    prefix, module = done.stdout.splitlines()
    assert prefix == str(small / "python") and module.startswith(f"{small}/{contents.SITE}/"), done.stderr


def test_libraries_of_the_callers_own_python_do_not_count(small: Path, tmp_path: Path) -> None:
    """Launchers of hosts and modules of clusters set LD_LIBRARY_PATH, where another libpython may lie."""
    (library,) = (small / "python" / "lib").glob("libpython*")
    (tmp_path / library.name).write_bytes(b"not this one")
    program = small / "python" / "bin" / contents.VERSION
    other = {"LD_LIBRARY_PATH": str(tmp_path)}
    for call in ([small / "bin" / "anatomatte", "--version"], [program, "-I", "-B", "-c", "pass"]):
        words = [str(word) for word in call]
        done = subprocess.run(words, env=other, capture_output=True, text=True, timeout=native.HANG)
        assert done.returncode == 0, done.stderr


def test_nobody_may_write_and_no_path_of_this_machine_is_in_what_is_run(small: Path) -> None:
    assert not [path for path in small.rglob("*") if path.stat().st_mode & 0o222]
    found = sorted(small.rglob("runtime.conf"))
    assert len(found) == 2  # of hosts, and of the commands themselves
    for name in (small / "bin" / "anatomatte", *found):
        text = name.read_text(encoding="utf-8")
        assert str(native.ROOT) not in text and sys.prefix not in text and os.sep + "root" not in text
    for conf in found:
        told = dict(line.split(" = ") for line in conf.read_text(encoding="utf-8").splitlines()[1:])
        assert set(told) == {"python", "libpython"}
        for path in told.values():
            assert (conf.parent / path).resolve().is_relative_to(small / "python"), path
            assert (conf.parent / path).is_file(), path


def test_the_bill_is_valid_and_each_part_has_a_licence_and_a_sum(small: Path) -> None:
    text = (small / bill.NAME).read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = json.loads(text)
    parts = {one["name"]: one for one in told["components"]}
    assert {"numpy", "cpython", "people.safetensors", "people.onnx"} <= set(parts)
    assert parts["people.safetensors"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert any(name.endswith(".ttf") for name in parts)
    bare = [name for name, one in parts.items() if not one.get("licenses") or not one["hashes"]]
    assert not bare
    listed = sums.listed(small)
    weights = f"{contents.SITE}/anatomatte/weights/people.safetensors"
    assert listed[weights] == parts["people.safetensors"]["hashes"][0]["content"]
    assert (small / "licences" / "anatomatte__LICENSE").is_file()


@pytest.mark.parametrize("fault", ["changed", "missing", "not in the list"])
def test_check_names_a_file_that_is_not_as_listed(small: Path, tmp_path: Path, fault: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(small, copy, copy_function=os.link)
    (copy / "licences").chmod(0o755)
    file = copy / "licences" / "anatomatte__LICENSE"
    if fault == "not in the list":
        file = copy / "licences" / "other"
    else:
        file.unlink()
    if fault != "missing":
        file.write_text("mine")
    assert sums.faults(small) == []
    done = CliRunner().invoke(cli, ["bundle", "check", str(copy)])
    assert f"FAILED  files: licences/{file.name} " in done.output and fault in done.output
    assert main(["bundle", "check", str(copy)]) == 4
    for folder in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def test_a_bundle_that_does_not_run_is_told(small: Path) -> None:
    """Its sums are right, but it has no torch: what fails is the frame."""
    found = {finding.name: finding for finding in checking.check(small)}
    assert (
        found["files"].ok and found["bill of materials"].ok and found["place"].told == "not where it was made"
    )
    assert found["bill of materials"].told.startswith(f"Anatomatte {__version__}, ")
    assert not found["command line"].ok and not found["node in a host"].ok


def test_the_probe_fails_where_the_networks_cannot_be_run(tmp_path: Path) -> None:
    """A bundle that lacks what runs the networks keys a screen all the same."""
    import anatomatte

    plugins = Path(anatomatte.__file__).parent / "ofx"
    call = [sys.executable, "-m", "anatomatte_cli.bundling.probe", str(plugins)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=native.HANG)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["keyed"] and told["same"] and told["people"], done.stderr
    assert told["library"] == told["commands_library"] and "libpython" in told["library"]
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('not here')\n")
    broken = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(call, capture_output=True, text=True, timeout=native.HANG, env=broken)
    assert done.returncode != 0 and "onnxruntime" in done.stderr, done.stderr[-800:]


@pytest.mark.parametrize("name", ["library", "commands_library"])
def test_a_worker_with_a_python_of_elsewhere_is_told(tmp_path: Path, monkeypatch, name: str) -> None:
    told = dict.fromkeys(("library", "commands_library"), f"{tmp_path}/python/lib/libpython3.so")
    told[name] = "/other/lib/libpython3.so"
    text = json.dumps({**told, "keyed": True, "people": True, "same": True, "modules": []})
    monkeypatch.setattr(checking, "_run", lambda words, work: (0, text, ""))
    wrong = [finding for finding in checking._host(tmp_path, tmp_path) if not finding.ok]
    assert [one.name for one in wrong] == ["node in a host"] and "/other/lib" in wrong[0].told


def test_a_bundle_of_an_older_version_is_told_to_check_itself(tmp_path: Path, monkeypatch) -> None:
    told = {"library": "", "keyed": True, "people": True, "same": True, "modules": []}
    monkeypatch.setattr(checking, "_run", lambda words, work: (0, json.dumps(told), ""))
    (finding,) = checking._host(tmp_path, tmp_path)
    assert not finding.ok and finding.told.endswith(
        "(commands_library); check it with its own bin/anatomatte"
    )


def test_what_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    (tmp_path / "there").mkdir()
    assert main(["bundle", "make", str(tmp_path / "there")]) == 7
    assert "is there already" in capsys.readouterr().err
    assert main(["bundle", "check", str(tmp_path / "there")]) == 4
    assert "is no bundle" in capsys.readouterr().err
    monkeypatch.setattr(contents, "libpython", lambda: None)
    assert main(["bundle", "make", str(tmp_path / "other")]) == 4
    assert "--enable-shared" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["there"]


@pytest.mark.soak
def test_the_whole_bundle_and_two_versions_side_by_side(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    try:
        assert main(["bundle", "make", str(first)]) == 0
        found = checking.check(first)
        assert all(finding.ok for finding in found), found
        assert {finding.name for finding in found} >= {"command line", "node in a host", "read-only"}
        shutil.copytree(first, second)  # another version: it must not lean on the first
        first.rename(tmp_path / "gone")
        found = checking.check(second)
        assert all(finding.ok for finding in found), found
        assert [finding.told for finding in found if finding.name == "place"] == ["not where it was made"]
    finally:
        for folder in (second, tmp_path / "gone", first):
            if folder.exists():
                making.release(folder)
