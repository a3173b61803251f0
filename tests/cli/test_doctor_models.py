"""What `anatomatte doctor` says of the model store: folders, policy, and what is missing or damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from anatomatte.models import store
from anatomatte.models.manifest import parsed
from anatomatte_cli import checks, checks_models
from anatomatte_cli.cmd_doctor import command
from made.models_made import manifest_text, onnx_file


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    monkeypatch.setenv("ANATOMATTE_MODELS", str(folder))
    for name in ("SHARED", "POLICY", "ALLOW"):
        monkeypatch.delenv(f"ANATOMATTE_MODELS_{name}", raising=False)
    return folder


def brought(tmp_path: Path, name: str, kind: str = "commercial") -> store.Installed:
    text = manifest_text(name, kind)
    manifest = parsed(text, f"{name}.toml")
    store.learn(manifest, text)
    return store.add(manifest, manifest.files[0], onnx_file(tmp_path / f"{name}.onnx", scale=len(name)))


def said() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"ok": [], "failed": [], "hint": []}
    for state, told in checks_models.lines():
        found[state].append(told)
    return found


def test_a_fresh_machine_has_no_store_and_no_fault(own: Path) -> None:
    found = said()
    assert found["failed"] == [] and "not made yet" in found["ok"][0] and str(own) in found["ok"][0]
    assert "no policy" in found["hint"][0]


def test_folders_policy_and_refusals_are_told(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(tmp_path, "free")
    brought(tmp_path, "bound", "non-commercial")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "policy.toml").write_text('allow = ["commercial"]\n')
    monkeypatch.setenv("ANATOMATTE_MODELS_SHARED", f"{tmp_path / 'shared'}:{tmp_path / 'gone'}")
    found = said()
    (folders,) = found["ok"]
    assert "2 files" in folders and "written to" in folders
    assert f"{tmp_path / 'shared'}: empty, read only" in folders
    assert f"{tmp_path / 'gone'}: not there: is the share mounted?" in folders
    (policy,) = found["hint"]
    assert policy.startswith("commercial permitted by") and policy.endswith("here and refused: bound")
    assert found["failed"] == []


def test_what_is_missing_or_damaged_fails_with_the_cure(own: Path, tmp_path: Path) -> None:
    held = [brought(tmp_path, name) for name in ("a", "bb", "ccc", "dddd")]
    held[0].path.unlink()
    for one in held[1:]:
        one.path.chmod(0o644)
        one.path.write_bytes(b"cut")
    failed = said()["failed"]
    assert len(failed) == 3
    assert "is not there; bring it again" in failed[0]
    assert "is 3 bytes long" in failed[1] and "anatomatte models import bb FILE" in failed[1]
    assert failed[2] == "and 2 more; `anatomatte models verify` names them all"


def test_a_policy_that_cannot_be_read_is_a_fault(own: Path) -> None:
    own.mkdir()
    (own / "policy.toml").write_text("allow = 3\n")
    (told,) = said()["failed"]
    assert "no model is used" in told


def test_the_doctor_tells_it(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_render", lambda: "a render")
    monkeypatch.setattr(checks, "_worker", lambda: "a render")
    told = json.loads(CliRunner().invoke(command, ["--json"], standalone_mode=False).output)
    lines = [line["told"] for line in told["findings"] if line["name"] == "models"]
    assert len(lines) == 2 and str(own) in lines[0]
