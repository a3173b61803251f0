"""``anatomatte models`` as a person types it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from anatomatte.models import manifest
from anatomatte.models.store import places, policy
from anatomatte_cli.cmd_models import command
from anatomatte_cli.commands import cli, main
from made.models_made import manifest_text, onnx_bytes, onnx_file, tflite_bytes

COMMANDS = sorted(command.commands)


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch) -> Path:
    for name in (places.SHARED, policy.FILE, policy.ALLOW, "ANATOMATTE_MODELS_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(places.OWN, str(tmp_path / "own"))
    return tmp_path / "own"


def run(*words: object) -> str:
    done = CliRunner().invoke(
        cli, ["models", *map(str, words)], prog_name="anatomatte", catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def fails(capsys, code: int, *words: object) -> str:
    assert main(["models", *map(str, words)]) == code
    return capsys.readouterr().err


@pytest.fixture
def mine(tmp_path) -> tuple[Path, Path]:
    """A user's network and its manifest."""
    (tmp_path / "my.toml").write_text(manifest_text(), encoding="utf-8")
    return tmp_path / "my.toml", onnx_file(tmp_path / "my.onnx")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_a_terminal(name):
    lines = (
        CliRunner().invoke(cli, ["models", *([name] if name else []), "--help"]).output.rstrip().split("\n")
    )
    assert len(lines) <= 23 and max(map(len, lines)) <= 80
    assert name or not any(line.endswith("...") for line in lines[1:]), "no sentence is cut off"


def test_the_issue_s_commands_are_there():
    wanted = "check convert import info list pack path pull remove unpack verify"
    assert " ".join(COMMANDS) == wanted


def test_list_tells_every_network_and_its_licence(mine):
    run("import", *mine)
    table = run("list")
    assert "Built in: the people network" in table and "Apache-2.0" in table
    for it in manifest.shipped().values():
        assert re.search(rf"^{it.id} +{it.licence.kind} ", table, re.MULTILINE), it.id
    facts = json.loads(run("list", "--json"))["models"]
    assert {one["id"] for one in facts} == {*manifest.shipped(), "my-net"}
    assert all(one["licence"] in manifest.LICENCES for one in facts)
    here = json.loads(run("list", "--here", "--json"))["models"]
    assert [one["id"] for one in here] == ["my-net"] and here[0]["files"][0]["installed"]
    assert "my-net" in run("list", "--here") and "modnet" not in run("list", "--here")


@pytest.mark.parametrize("name", sorted(manifest.shipped()))
def test_info_tells_licence_and_source(name):
    it = manifest.shipped()[name]
    told = " ".join(run("info", name).split())
    assert it.licence.kind in told and it.licence.weights.split()[0] in told and it.title in told
    facts = json.loads(run("info", name, "--json"))
    assert facts["manifest"]["id"] == name and facts["licence"] == it.licence.kind
    for url in it.files[0].urls:  # whole, to be taken from a pipe
        assert any(line.endswith(url) for line in run("info", name).splitlines())


def test_a_network_of_one_s_own_from_end_to_end(mine, tmp_path, own):
    told = run("import", *mine)
    digest = hashlib.sha256(onnx_bytes()).hexdigest()
    assert f"SHA-256 {digest}" in told and "(as it came)" in told
    assert Path(run("path", "my-net").strip()).read_bytes() == onnx_bytes()
    assert "my-net fp32: whole" in run("verify")
    assert json.loads(run("verify", "--json"))["ok"]
    assert "commercial" in run("pack", tmp_path / "all.zip")
    assert run("remove", "my-net") == "Removed my-net fp32\n"
    assert "Nothing is installed" in run("verify")
    assert "Installed my-net fp32, commercial" in run("unpack", tmp_path / "all.zip")
    assert "my-net fp32: whole" in run("verify", "my-net")


def test_the_licence_is_told_when_a_file_comes_in(mine):
    done = CliRunner().invoke(cli, ["models", "import", *map(str, mine)])
    assert "my-net: licence commercial: permits commercial work (CC0)." in done.stderr


def test_failures_are_sentences_with_the_exit_codes_of_the_table(mine, tmp_path, capsys, monkeypatch, own):
    assert "did you mean 'modnet'" in fails(capsys, 2, "info", "modnett")
    gone = fails(capsys, 2, "info", "studio-hair-7")
    assert str(own) in gone and "ANATOMATTE_MODELS_SHARED" in gone and "birefnet-general" not in gone
    assert "`anatomatte models pull modnet`" in fails(capsys, 4, "path", "modnet")
    assert "There is no file" in fails(capsys, 4, "import", "modnet", tmp_path / "none.onnx")
    assert "SHA-256" in fails(capsys, 4, "import", "modnet", mine[1])
    (tmp_path / "bad.toml").write_text(manifest_text(more="sha = 1"))
    assert "did you mean 'sha256'" in fails(capsys, 2, "import", tmp_path / "bad.toml", mine[1])
    (tmp_path / "taken.toml").write_text(manifest_text("modnet"))
    assert "choose another one" in fails(capsys, 2, "import", tmp_path / "taken.toml", mine[1])
    assert "is not installed" in run_code(4, "verify", "my-net")
    assert "not there" in fails(capsys, 4, "remove", "my-net")
    assert "Nothing is installed" in fails(capsys, 4, "pack", tmp_path / "x.zip")
    assert "no pack of models" in fails(capsys, 4, "unpack", mine[0])
    monkeypatch.setenv(policy.ALLOW, "copyleft")
    assert "permits copyleft" in fails(capsys, 4, "import", *mine)
    monkeypatch.delenv(policy.ALLOW)
    monkeypatch.setenv(places.OWN, str(mine[0] / "below a file"))
    assert "ANATOMATTE_MODELS" in fails(capsys, 7, "import", *mine)


def run_code(code: int, *words: object) -> str:
    done = CliRunner().invoke(cli, ["models", *map(str, words)], standalone_mode=False)
    assert done.return_value == code
    return done.output


def test_refused_networks_are_marked_in_the_list(monkeypatch):
    monkeypatch.setenv(policy.ALLOW, "commercial")
    table = run("list")
    assert re.search(r"m2fp-multi +non-commercial +parts +refused by policy", table)
    facts = {one["id"]: one["refused"] for one in json.loads(run("list", "--json"))["models"]}
    assert policy.ALLOW in facts["m2fp-multi"] and not facts["modnet"]


def test_verify_tells_what_changed(mine, capsys):
    run("import", *mine)
    found = Path(run("path", "my-net").strip())
    found.chmod(0o644)
    found.write_bytes(b"\0" * found.stat().st_size)
    assert "has changed since it came in" in run_code(4, "verify")
    assert not json.loads(run_code(4, "verify", "--json"))["ok"]


# ---- check ---------------------------------------------------------------------------------------


def test_check_runs_a_network_on_a_made_picture(mine):
    told = run("check", *mine)
    assert "alpha [270, 480]" in told and "ran on a made picture" in told
    assert f'sha256 = "{hashlib.sha256(onnx_bytes()).hexdigest()}"' in told
    facts = json.loads(run("check", *mine, "--json"))
    assert 0 <= facts["answers"]["alpha"]["low"] < facts["answers"]["alpha"]["high"] <= 1


def test_check_without_a_file_tells_the_road(mine):
    told = run("check", mine[0])
    assert "srgb RGB 0 to 1" in told and "alpha from output 0" in told


def test_check_finds_what_does_not_fit(mine, tmp_path, capsys):
    (tmp_path / "name.toml").write_text(manifest_text() + '[input]\nname = "picture"\n')
    assert "'input'" in fails(capsys, 4, "check", tmp_path / "name.toml", mine[1])
    (tmp_path / "out.toml").write_text(
        manifest_text().replace('what = "alpha"', 'what = "alpha"\nname = "matte"')
    )
    assert "matte" in fails(capsys, 4, "check", tmp_path / "out.toml", mine[1])
    (tmp_path / "cut.onnx").write_bytes(onnx_bytes()[:-9])
    assert "only the beginning" in fails(capsys, 4, "check", mine[0], tmp_path / "cut.onnx")
    assert "There is no file" in fails(capsys, 4, "check", mine[0], tmp_path / "none.onnx")


def test_the_worked_example_of_the_manual_runs(tmp_path):
    """docs/models.md: its manifest, for a network as it describes one, from check to path."""
    import onnx
    from onnx import TensorProto, helper

    page = (Path(__file__).parent.parents[1] / "docs" / "models.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(format = 1\n.*?)```", page, re.DOTALL)
    (tmp_path / "studio-hair.toml").write_text(text, encoding="utf-8")
    made = [
        helper.make_node("Conv", ["image", "weights"], ["logits"], kernel_shape=[1, 1]),
    ]
    weights = helper.make_tensor("weights", TensorProto.FLOAT, [4, 3, 1, 1], [0.1 * n for n in range(12)])
    sides = ["n", 3, 384, 384], ["n", 4, 384, 384]
    graph = helper.make_graph(
        made,
        "parts",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, sides[0])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, sides[1])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, tmp_path / "studio-hair.onnx")
    told = run("check", tmp_path / "studio-hair.toml", tmp_path / "studio-hair.onnx")
    assert "classes [4, 384, 384]" in told and "ran on a made picture" in told
    run("import", tmp_path / "studio-hair.toml", tmp_path / "studio-hair.onnx")
    assert Path(run("path", "studio-hair").strip()).is_file()


# ---- wheels --------------------------------------------------------------------------------------


def wheel_manifest(data: bytes, more: str = "") -> str:
    text = manifest_text("wheel-net").replace('runtime = "onnx"', 'runtime = "tflite"')
    text = text.replace('format = "onnx"', 'format = "tflite"').replace("net.onnx", "net.tflite")
    digest = hashlib.sha256(data).hexdigest()
    entry = f'sha256 = "{digest}"\nbytes = {len(data)}\nwheel = "tinywheel==1.0"\n'
    entry += f'member = "pkg/net.tflite"\n{more}\n'
    return text.replace("\n[[output]]", f"{entry}\n[[output]]")


def a_wheel(folder: Path, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    info = "tinywheel-1.0.dist-info"
    path = folder / "tinywheel-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("pkg/__init__.py", "raise SystemExit('installed or imported')")
        file.writestr("pkg/net.tflite", data)
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinywheel\nVersion: 1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    """A Python index of one package, in a folder; pip knows no other."""
    data = tflite_bytes(b"real weights" * 50)
    wheel = a_wheel(tmp_path / "simple" / "tinywheel", data)
    (wheel.parent / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "simple").as_uri())
    folder = places.own() / "manifests"
    folder.mkdir(parents=True)
    (folder / "wheel-net.toml").write_text(wheel_manifest(data))
    return wheel


def test_pull_takes_a_file_out_of_a_wheel_by_the_studio_s_index(index, own):
    assert "as published" in run("pull", "wheel-net")
    assert Path(run("path", "wheel-net").strip()).read_bytes() == tflite_bytes(b"real weights" * 50)
    assert run("pull", "wheel-net") == "wheel-net is there already\n"
    assert [path.suffix for path in (own / "partial").iterdir()] == [".lock"]
    import importlib.util

    assert importlib.util.find_spec("tinywheel") is None and importlib.util.find_spec("pkg") is None


def test_an_index_without_the_wheel_is_told_with_the_way_round(index, capsys):
    index.unlink()
    (index.parent / "index.html").write_text("")
    told = fails(capsys, 4, "pull", "wheel-net")
    assert "did not give tinywheel==1.0" in told and "pip download --no-deps tinywheel==1.0" in told


def test_a_wheel_of_other_content_is_refused(index, capsys, own):
    a_wheel(index.parent, tflite_bytes(b"other weights!" * 50)[: len(tflite_bytes(b"real weights" * 50))])
    assert "not net.tflite of wheel-net" in fails(capsys, 4, "import", "wheel-net", index)
    assert not list(own.rglob("*.tflite"))
    (own / "manifests" / "wheel-net.toml").write_text(
        wheel_manifest(tflite_bytes(), f'[file.wheel_sha256]\n"{index.name}" = "{"0" * 64}"')
    )
    assert "its SHA-256 differs" in fails(capsys, 4, "pull", "wheel-net")


def test_import_takes_a_wheel_that_was_carried_here(index):
    assert "as published" in run("import", "wheel-net", index)


@pytest.mark.parametrize("member", ["../net.tflite", "/net.tflite", "pkg/absent"])
def test_a_member_that_leads_out_or_is_not_there(index, member, capsys, tmp_path, own):
    text = wheel_manifest(tflite_bytes()).replace("pkg/net.tflite", member)
    (own / "manifests" / "wheel-net.toml").write_text(text)
    with zipfile.ZipFile(tmp_path / "evil.whl", "w") as file:
        for name in ("../net.tflite", "/net.tflite"):
            file.writestr(name, tflite_bytes())
    told = fails(capsys, 4, "import", "wheel-net", tmp_path / "evil.whl")
    assert "leads out of its folder" in told or "does not hold pkg/absent" in told


def test_a_wheel_that_swells_is_stopped(index, capsys, tmp_path, own):
    (own / "manifests" / "wheel-net.toml").write_text(
        re.sub(r"(bytes|sha256) = .*\n", "", wheel_manifest(tflite_bytes()))
    )
    with zipfile.ZipFile(tmp_path / "bomb.whl", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("pkg/net.tflite", b"\0" * 50_000_000)
    assert "swell" in fails(capsys, 4, "import", "wheel-net", tmp_path / "bomb.whl")
