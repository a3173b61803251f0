"""`python -m pyopenfx` and its processes: nothing that a plug-in does ends the one that asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from anatomatte_batch.ofx_node import bundle
from pyopenfx import Host
from pyopenfx.__main__ import main
from pyopenfx.checks import CHECKS

FATAL = "org.anatomatte.test.fatal."
PREFIX = "org.anatomatte.test."


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def lines(*words: object) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code of a validation, however busy the machine is, and its lines by the name of the check."""
    done = run("validate", "--json", "--timeout", 1800, *words)
    return done.exit_code, {line["check"]: line for line in json.loads(done.stdout)["lines"]}


def test_a_scan_survives_binaries_that_kill_and_finds_the_others(plugins: Path) -> None:
    with Host() as host:
        found = host.scan([plugins / "@fatal", plugins / "invert.ofx.bundle"], isolated=True, timeout=10)
        reasons = [f"{Path(p.path).name}: {p.reason}" for p in host.problems]
        assert [i.identifier for i in found if Path(i.binary).name == "invert.ofx"] == [f"{PREFIX}invert"]
        assert [i.identifier for i in found if "in_describe" in str(i.binary)] == [f"{FATAL}well"]
        assert len([i for i in found if "later" in str(i.binary)]) == 5
        assert "fatal_at_load.ofx: crashed with SIGSEGV" in reasons
        assert f"fatal_in_describe.ofx: {FATAL}crashes crashed with SIGSEGV" in reasons
        assert f"fatal_in_describe.ofx: {FATAL}hangs gave no answer within 10 s" in reasons
        assert f"fatal_in_describe.ofx: {FATAL}exits ended the process with exit code 0" in reasons
        assert any("it had asked for what is not here: OfxNobodysSuite version 7" in r for r in reasons)
        with host.load(f"{PREFIX}invert").instance() as one:  # opened only now
            one.clips.Source = np.zeros((2, 2, 4), np.float32)
            assert one.render(1)["colour"].max() == 1


@pytest.mark.parametrize(
    ("name", "result", "says"),
    [
        ("crashes", "crash", "crashed with SIGSEGV"),
        ("hangs", "timeout", "gave no answer within 1.5 s"),
        ("exits", "crash", "ended the process with exit code 0"),
        ("lacks", "crash", "asked for what is not here: OfxNobodysSuite version 7"),
        ("well", "fail", "kOfxStatFailed"),
    ],
)
def test_a_death_is_a_line(plugins: Path, name: str, result: str, says: str) -> None:
    binary = plugins / "@fatal" / "fatal_later.ofx.bundle"
    checks = ("--check", "describe", "--check", "render", "--timeout", 1.5)
    code, told = lines(binary, "--id", FATAL + name, *checks)
    assert code == 1
    assert told["describe"]["result"] == "pass"
    assert told["render"]["result"] == result
    assert says in told["render"]["text"]


def test_a_good_plugin_passes_everything(plugins: Path) -> None:
    code, told = lines(plugins / "broken.ofx.bundle", "--id", f"{PREFIX}broken.good")
    assert code == 0
    assert set(told) == set(CHECKS)
    assert {line["result"] for line in told.values()} <= {"pass", "skip"}, told


@pytest.mark.parametrize("name", ["writes_before_buffer", "leaves_memory", "sets_param"])
def test_a_broken_plugin_fails_by_the_rules_name(plugins: Path, name: str) -> None:
    rule = {"writes_before_buffer": "write_outside_buffer", "leaves_memory": "memory_not_freed"}
    words = (plugins / "broken.ofx.bundle", "--id", f"{PREFIX}broken.{name}", "--check", "render")
    code, told = lines(*words)
    assert (code, told["render"]["result"]) == (1, "fail")
    assert rule.get(name, "param_set_in_render") in told["render"]["text"]


def test_a_plugin_that_declines_this_host_is_skipped(plugins: Path) -> None:
    words = (plugins / "safety.ofx.bundle", "--id", f"{PREFIX}unsafe", "--check", "describe")
    code, told = lines(*words)
    assert (code, told["load"]["result"], told["describe"]["result"]) == (0, "skip", "pass")
    assert "refuses answered OfxActionLoad with kOfxStatErrMissingHostFeature" in told["load"]["text"]


def test_our_own_node_passes_without_a_warning() -> None:
    code, told = lines(bundle())
    assert code == 0
    assert {line["result"] for line in told.values()} <= {"pass", "skip"}, told
    assert [name for name, line in told.items() if line["result"] == "skip"] == []


def test_a_report_has_a_line_for_each_check(plugins: Path) -> None:
    done = run("validate", plugins / "invert.ofx.bundle", "--check", "describe", "--check", "rows")
    assert done.exit_code == 0
    assert done.output.split() == f"pass {PREFIX}invert describe pass {PREFIX}invert rows 2 pass".split()
    assert run("validate", plugins / "invert.ofx.bundle", "--check", "nothing").exit_code == 2
    assert run("validate", plugins / "nowhere").exit_code == 1


def test_listing_and_describing(plugins: Path) -> None:
    told = json.loads(run("list", "--json", plugins / "temporal.ofx.bundle").stdout)
    assert [p["identifier"] for p in told["plugins"]] == [f"{PREFIX}temporal"]
    assert f"{PREFIX}temporal" in run("list", plugins / "temporal.ofx.bundle").output
    told = json.loads(run("describe", "--json", plugins / "every_param.ofx.bundle").stdout)
    width = next(p for p in told["params"] if p["name"] == "width")
    assert (width["range"], width["default"], width["parent"]) == ([0, 100], 2.5, "numbers")
    assert "Soft edge" in run("describe", plugins / "every_param.ofx.bundle").output
    several = run("describe", plugins / "safety.ofx.bundle")
    assert several.exit_code == 1 and "choose with --id" in several.output


def test_a_frame_is_rendered_from_files_into_a_file(plugins: Path, tmp_path: Path) -> None:
    plate = np.random.default_rng(1).random((6, 8, 4)).astype(np.float32)
    np.save(tmp_path / "plate.npy", plate)
    invert = plugins / "invert.ofx.bundle"
    for name in ("out.npy", "out.exr"):
        done = run("render", invert, tmp_path / name, "--clip", f"Source={tmp_path / 'plate.npy'}")
        assert done.exit_code == 0, done.output
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), 1 - plate)
    words = ("--clip", f"Source={tmp_path / 'out.exr'}", "--set", "bypass=on")
    assert run("render", invert, tmp_path / "same.npy", *words).exit_code == 0
    np.testing.assert_array_equal(np.load(tmp_path / "same.npy"), 1 - plate)
    wrong = run("render", invert, tmp_path / "x.npy", "--clip", "Source=none.npy")
    assert wrong.exit_code == 1 and "none.npy cannot be read" in wrong.output
    assert not (tmp_path / "x.npy").exists()


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_a_pfm_has_its_bottom_row_first(plugins: Path, tmp_path: Path, kind: Any) -> None:
    head, plate = b"PF\n40 36\n-1.0\n", np.linspace(0, 1, 40 * 36 * 3, dtype="<f4").reshape(36, 40, 3)
    plate = plate.astype(kind).astype("<f4")
    (tmp_path / "plate.pfm").write_bytes(head + plate[::-1].tobytes())
    for name, source in (("out.npy", "plate.pfm"), ("out.pfm", "plate.npy")):
        np.save(tmp_path / "plate.npy", plate.astype(kind))
        words = ("--clip", f"Source={tmp_path / source}", "--set", "bypass=on")
        done = run("render", plugins / "invert.ofx.bundle", tmp_path / name, *words)
        assert done.exit_code == 0, done.output
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy")[..., :3], plate)
    written = np.frombuffer((tmp_path / "out.pfm").read_bytes()[-plate.nbytes :], "<f4")
    np.testing.assert_array_equal(written.reshape(plate.shape)[::-1], plate)


@pytest.mark.parametrize("kind", ["jp2", "jxl"])
def test_colour_of_other_jpegs_is_multiplied_and_divided_by_alpha(
    plugins: Path, tmp_path: Path, kind: str
) -> None:
    import OpenImageIO as oiio

    straight = np.full((36, 40, 4), (0.75, 0.5, 0.25, 0.5), np.float32)
    hints = oiio.ImageSpec(40, 36, 4, "uint16")
    hints["oiio:UnassociatedAlpha"] = 1
    sink = oiio.ImageOutput.create(f"plate.{kind}")
    assert sink.open(str(tmp_path / f"plate.{kind}"), hints) and sink.write_image(straight) and sink.close()
    for name, source in (("out.npy", f"plate.{kind}"), (f"out.{kind}", "out.npy")):
        words = ("--clip", f"Source={tmp_path / source}", "--set", "bypass=on")
        done = run("render", plugins / "invert.ofx.bundle", tmp_path / name, *words)
        assert done.exit_code == 0, done.output
    read = np.load(tmp_path / "out.npy")
    top = np.iinfo(read.dtype).max if read.dtype.kind == "u" else 1
    np.testing.assert_allclose(read[3, 3] / top, (0.375, 0.25, 0.125, 0.5), atol=1e-3)
    written = oiio.ImageInput.open(str(tmp_path / f"out.{kind}"), hints).read_image(oiio.FLOAT)
    np.testing.assert_allclose(written[3, 3], straight[3, 3], atol=1e-3)
