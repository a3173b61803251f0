"""doctor, install, params, help: what a TD meets first."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from anatomatte.settings import BY_NAME, CONTROLS, Settings, digest
from anatomatte_batch import ofx_node
from anatomatte_batch.presets import parse_setting
from anatomatte_cli import checks, checks_torch
from anatomatte_cli.cmd_install import NAME
from anatomatte_cli.commands import COMMANDS, cli, main
from made import native

ROOT = Path(__file__).parent.parents[1]


def run(*words: str):
    return CliRunner().invoke(cli, list(words), prog_name="anatomatte")


INNER = [
    [outer, name]
    for outer in ("farm", "bundle")
    for name, inner in cli.get_command(None, outer).commands.items()
    if not inner.hidden
]


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS), *INNER])
def test_help_fits_a_terminal(words):
    told = run(*words, "--help").output
    lines = told.rstrip("\n").split("\n")
    assert len(lines) <= 23 and max(map(len, lines)) <= 80, told
    assert not any(line.startswith("  ") and line.endswith("...") for line in lines), told  # cut off


def test_the_help_of_a_task_is_that_of_a_render():
    task, render = (run(*words, "--help").output.splitlines() for words in (["farm", "render"], ["render"]))
    assert set(render[4:]) < set(task) and max(map(len, task)) <= 80


def test_every_option_is_in_the_help_and_in_the_manual():
    from anatomatte_cli.cmd_render import command

    told, manual = run("render", "--help").output, (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for parameter in command.params:
        for name in parameter.opts:
            if name.startswith("--"):
                assert name in told and f"`{name}" in manual, name


def test_the_manual_runs(tmp_path):
    from anatomatte_batch import presets
    from anatomatte_cli.cmd_correct import command as correct
    from anatomatte_cli.cmd_render import command

    manual = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(\w*)\n(.*?)```", manual, re.DOTALL)[::-1])
    (tmp_path / "shot.toml").write_text(blocks["toml"], encoding="utf-8")
    preset = presets.load(tmp_path / "shot.toml")
    assert preset.at(1030)["erode"] == 2.0 and preset.at(1000)["erode"] == 0.5
    lines = [line.partition("#  ")[0] for line in blocks[""].splitlines()]
    calls = [shlex.split(line.replace("####", "%04d").partition(" # ")[0]) for line in lines if line]
    assert {call[1] for call in calls} == {
        *(
            "render",
            "cutout",
            "sheet",
            "analyse",
            "correct",
            "review",
            "check-frames",
            "farm",
            "doctor",
            "install",
            "bundle",
            "params",
            "demo",
        )
    }
    for call in calls:
        if call[1] == "render":
            command.make_context("render", call[2:])
        if call[1] == "correct":
            correct.make_context("correct", call[2:])


@pytest.mark.parametrize(
    "word, meant", [("rendr", "render"), ("CUTOUT", "cutout"), ("check_frames", "check-frames")]
)
def test_of_a_word_that_is_no_command_the_nearest_is_told(capsys, word, meant):
    assert main([word, "x"]) == 2
    assert f"did you mean '{meant}'?" in capsys.readouterr().err


def test_help_loads_nothing_heavy():
    code = (
        "import sys; import anatomatte_cli.main as m; m.main(['--help']); m.main(['render', '--help']);"
        "heavy = 'torch cv2 OpenImageIO av numpy pyopenfx rich fileseq'.split();"
        "print(sorted(set(heavy) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=native.HANG)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


def test_the_page_of_controls_is_the_table():
    page = (ROOT / "docs" / "params.md").read_text(encoding="utf-8")
    assert run("params", "--markdown").output == page, "run `anatomatte params --markdown > docs/params.md`"


def test_params_for_programs_and_people():
    facts = json.loads(run("params", "--json").output)
    assert facts["digest"] == digest() and len(facts["controls"]) == len(CONTROLS)
    assert "-200 to 200 px" in run("params", "erode").output
    assert main(["params", "erod"]) == 2


def test_defaults_are_told_as_set_takes_them():
    from anatomatte_cli.cmd_params import default

    for name in (c.name for c in CONTROLS if c.kind not in ("button", "text")):
        assert parse_setting(f"{name}={default(BY_NAME[name])}") == (name, getattr(Settings(), name))


def test_doctor_finds_all_well():
    done = run("doctor", "--json")
    found = json.loads(done.output)
    assert found["ok"], found
    assert {"Python", "node", "describe", "table", "render"} <= {line["name"] for line in found["findings"]}


def test_doctor_names_what_is_wrong(monkeypatch, tmp_path):
    monkeypatch.setattr(ofx_node, "bundle", lambda: tmp_path / "none")
    monkeypatch.setattr(checks, "PACKAGES", ("numpy", "no-such-package"))
    found = {finding.name: finding for finding in checks.examine()}
    assert found["node"].failed and "make build" in found["node"].told
    assert found["render"].failed and found["no-such-package"].failed and not found["numpy"].failed
    assert main(["doctor"]) == 4


AGES = [("16.1.0", False), ("16.10", False), ("17", True), ("17.0.1.post2", True), ("19.0.2", True)]


@pytest.mark.parametrize(("there", "fits"), AGES)
def test_doctor_tells_what_is_too_old(monkeypatch, capsys, there, fits):
    version, asked = importlib.metadata.version, ["numpy>=2.0", "av>=17.0", "available>=99"]
    monkeypatch.setattr(checks, "PACKAGES", ("numpy", "av"))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: there if name == "av" else version(name))
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: asked)
    code = main(["doctor", "--json"])
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert (found["av"]["state"] == "ok") == fits == (code == 0)
    assert fits or f"{there} is too old, 17.0 is needed" in found["av"]["told"]
    assert found["numpy"]["state"] == "ok"


def test_doctor_tells_the_build_of_torch_and_its_size(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    told = checks._torch()
    assert told.startswith(importlib.metadata.version("torch")) and "build for processors" in told
    assert re.search(r"\d+ MB|\d\.\d GB", told), told


@pytest.mark.parametrize("gpu", [True, False])
def test_doctor_tells_whether_a_gpu_is_used(monkeypatch, gpu):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda which: "Made GPU")
    told = checks._torch()
    assert "build for CUDA 13.0" in told
    assert ("Made GPU" in told) == gpu and (checks_torch.CPU_INDEX in told) != gpu


def test_the_documents_name_the_index_that_the_doctor_names():
    for name in ("README.md", "Makefile", "constraints.txt"):
        text = (native.ROOT / name).read_text(encoding="utf-8")
        assert f"PIP_EXTRA_INDEX_URL={checks_torch.CPU_INDEX}" in text, name


def test_doctor_tells_another_table(monkeypatch):
    monkeypatch.setattr(checks.settings, "digest", lambda: "0" * 64)
    found = {finding.name: finding for finding in checks.examine()}
    assert found["table"].failed and "another table" in found["table"].told


def test_install_and_uninstall(tmp_path, monkeypatch):
    folder = tmp_path / "ofx ö"
    for _ in range(2):
        done = run("install", "--dir", str(folder))
        assert done.exit_code == 0 and "OFX_PLUGIN_PATH" in done.output
        assert os.listdir(folder) == [NAME]
    conf = (folder / NAME / "Contents" / "Resources" / "runtime.conf").read_text(encoding="utf-8")
    facts = dict(line.split(" = ") for line in conf.splitlines() if " = " in line)
    assert facts["python"] == sys.executable and (Path(facts["module_path"]) / "anatomatte").is_dir()
    monkeypatch.setenv("OFX_PLUGIN_PATH", str(folder))
    installed = [finding for finding in checks.examine() if finding.name == "installed"]
    assert [finding.state for finding in installed if "ofx ö" in finding.told] == ["ok"]
    assert run("install", "--dir", str(folder), "--uninstall").exit_code == 0
    assert os.listdir(folder) == []
    assert main(["install", "--dir", str(folder), "--uninstall"]) == 4


def test_a_folder_named_from_here_is_told_whole_and_two_places_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["install", "--dir", "ofx"]) == 0
    assert f"OFX_PLUGIN_PATH holds {tmp_path / 'ofx'}\n" in capsys.readouterr().out
    assert main(["install", "--dir", "ofx", "--user"]) == 2
    assert "name two places; say one" in capsys.readouterr().err


def test_everybody_may_read_what_is_installed_and_its_owner_change_it(tmp_path, monkeypatch):
    """Whatever umask installs it, and from whatever share."""
    shared = tmp_path / "share" / NAME
    shutil.copytree(ofx_node.bundle(), shared)
    for path in (shared, *shared.rglob("*")):
        path.chmod(0o555 if path.is_dir() or path.suffix == ".ofx" else 0o444)
    monkeypatch.setattr(ofx_node, "bundle", lambda: shared)
    before = os.umask(0o077)
    try:
        assert run("install", "--dir", str(tmp_path / "ofx")).exit_code == 0
    finally:
        os.umask(before)
    made = tmp_path / "ofx" / NAME
    modes = {path.relative_to(made): path.stat().st_mode & 0o777 for path in made.rglob("*")}
    assert {Path("Contents/Resources/runtime.conf"), Path("Contents/Resources/nuke/menu.py")} <= set(modes)
    assert {mode for path, mode in modes.items() if (made / path).is_dir()} == {0o755}
    assert {mode for path, mode in modes.items() if (made / path).is_file()} == {0o755, 0o644}


@pytest.mark.skipif(not shutil.which("setpriv") or os.getuid(), reason="takes its rights from the superuser")
def test_it_is_installed_from_a_share_that_nobody_may_write(tmp_path):
    shared = tmp_path / "share" / NAME
    shutil.copytree(ofx_node.bundle(), shared)
    for path in (shared, *shared.rglob("*")):
        path.chmod(0o555)
    code = (
        "import pathlib, sys; from anatomatte_batch import ofx_node; from anatomatte_cli.main import main;"
        "shared = pathlib.Path(sys.argv[1]); ofx_node.bundle = lambda: shared; sys.exit(main(sys.argv[2:]))"
    )
    bare = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", sys.executable, "-c", code, str(shared)]
    for _ in range(2):
        done = subprocess.run(
            [*bare, "install", "--dir", str(tmp_path / "ofx")], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert os.listdir(tmp_path / "ofx") == [NAME]


def test_the_doctor_tells_a_bundle_that_everybody_may_change(tmp_path, monkeypatch):
    run("install", "--dir", str(tmp_path))
    monkeypatch.setenv("OFX_PLUGIN_PATH", str(tmp_path))
    binary = next((tmp_path / NAME).glob("Contents/*/*.ofx"))
    for mode, state in ((0o755, "ok"), (0o757, "failed")):
        os.chmod(binary, mode)
        told = [
            line for line in checks._installed() if str(tmp_path) in line.told and line.name == "installed"
        ]
        assert [line.state for line in told] == [state]
    assert binary.name in told[0].told and "chmod -R o-w" in told[0].told


def test_install_refuses_what_it_cannot_write(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["install", "--dir", str(tmp_path / "file")]) == 7
    assert "--user or --dir" in capsys.readouterr().err


def test_the_version_is_told():
    assert run("--version").output.startswith("anatomatte, version ")


def test_the_demo_writes_layers_a_preview_and_a_sheet(tmp_path):
    import OpenImageIO as oiio

    shot = tmp_path / "in"
    shot.mkdir()
    for frame in (1001, 1002):
        os.link(ROOT / "samples" / "shot" / "plate.1001.exr", shot / f"plate.{frame}.exr")
    done = run("demo", "--out", str(tmp_path / "out"), "--shot", str(shot / "plate.####.exr"))
    assert done.exit_code == 0, done.output
    assert sorted(os.listdir(tmp_path / "out")) == [
        "key.1001.exr",
        "key.1002.exr",
        "preview.mp4",
        "sheet.png",
    ]
    assert str(tmp_path / "out" / "sheet.png") in done.output
    sheet = oiio.ImageBuf(str(tmp_path / "out" / "sheet.png")).get_pixels("float")
    assert sheet.shape[1] > 1600 and sheet.shape[0] > 400
    plate_cell, alpha_cell, parts_cell = (sheet[112:290, x : x + 330] for x in (26, 372, 1064))
    assert plate_cell[..., 1].mean() > 1.5 * plate_cell[..., 0].mean()
    assert 0.05 < (alpha_cell.mean(axis=2) > 0.5).mean() < 0.6
    colourful = parts_cell.max(axis=2) - parts_cell.min(axis=2) > 0.4
    assert 0.05 < colourful.mean() < 0.6  # the people's parts are painted, the ground is not
