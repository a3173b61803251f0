"""``anatomatte models convert cv-unet``: the way back from the rounding, the judgement, the leftovers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from anatomatte.errors import SetupError
from anatomatte.models import store
from anatomatte.models.store import places, policy
from anatomatte_cli.main import main
from anatomatte_cli.models import convert as models_convert
from anatomatte_cli.models.tf_to_onnx import NoFloat, Step, before_rounding, with_alpha

HERE = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch) -> Path:
    for name in (places.SHARED, policy.FILE, policy.ALLOW):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(places.OWN, str(tmp_path / "own"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path / "own"


# ---- the graph -----------------------------------------------------------------------------------

ENDS = {
    "one cast of all four": {
        "output_png": Step("Identity", ("whole",)),
        "whole": Step("Cast", ("rgba",), "uint8"),
        "rgba": Step("ConcatV2", ("picture", "alpha", "axis")),
        "alpha": Step("Mul", ("matte", "255")),
    },
    "joined as whole numbers": {
        "output_png": Step("ConcatV2", ("colour", "whole", "axis")),
        "colour": Step("Cast", ("picture",), "uint8"),
        "whole": Step("Cast", ("rounded",), "uint8"),
        "rounded": Step("Round", ("alpha",)),
        "alpha": Step("Mul", ("matte", "255")),
    },
    "reshaped after the cast": {
        "output_png": Step("Squeeze", ("rgba",)),
        "rgba": Step("ConcatV2", ("picture", "whole", "axis")),
        "whole": Step("Cast", ("int",), "uint8"),
        "int": Step("Cast", ("alpha:0",), "int32"),
        "alpha": Step("Mul", ("matte", "255")),
    },
}


@pytest.mark.parametrize("name", ENDS)
def test_the_alpha_is_found_before_it_is_rounded(name):
    assert before_rounding(ENDS[name], "output_png:0") == "alpha:0"


def test_a_second_output_of_a_node_keeps_its_number():
    steps = {"output_png": Step("Cast", ("split:3",), "uint8"), "split": Step("Split", ("x",))}
    assert before_rounding(steps, "output_png:0") == "split:3"


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        ({}, "nothing makes output_png"),
        ({"output_png": Step("Mul", ("a", "b"))}, "made by Mul"),
        ({"output_png": Step("Identity", ("x",)), "x": Step("Cast", ("y",), "float32")}, "made by Cast"),
    ],
)
def test_an_end_that_is_not_the_published_one_is_told(steps, word):
    with pytest.raises(NoFloat, match=word):
        before_rounding(steps, "output_png:0")


@pytest.mark.parametrize("batch", [False, True])
def test_the_onnx_gets_one_output_of_the_picture_s_size(tmp_path, batch):
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    nodes = [helper.make_node("Mul", ["input_image:0", "half"], ["scaled"])]
    weights = [helper.make_tensor("half", TensorProto.FLOAT, [1], [0.5])]
    if batch:
        nodes.append(helper.make_node("Unsqueeze", ["scaled", "axes"], ["alpha:0"]))
        weights.append(helper.make_tensor("axes", TensorProto.INT64, [1], [0]))
    else:
        nodes.append(helper.make_node("Identity", ["scaled"], ["alpha:0"]))
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("input_image:0", TensorProto.FLOAT, ["h", "w", 3])],
        [helper.make_tensor_value_info("alpha:0", TensorProto.FLOAT, None)],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(with_alpha(model, "alpha:0", "input_image:0"), tmp_path / "x.onnx")
    picture = np.random.default_rng(3).uniform(0, 255, (5, 7, 3)).astype(np.float32)
    run = onnxruntime.InferenceSession(tmp_path / "x.onnx", providers=["CPUExecutionProvider"])
    (alpha,) = run.run(None, {"input_image:0": picture})
    np.testing.assert_allclose(alpha, picture[..., 2] / 2, rtol=1e-6)


# ---- the judgement -------------------------------------------------------------------------------


@pytest.fixture
def graph(tmp_path) -> Path:
    """The outline of a frozen graph: one node."""
    (tmp_path / "tf_graph.pb").write_bytes(b"\x0a\x06\x0a\x01a\x12\x01b")
    return tmp_path / "tf_graph.pb"


def a_python(tmp_path: Path, *lines: str) -> str:
    """A program in the place of a Python with tensorflow: runs *lines* with `out`, prints JSON."""
    code = "\n".join(
        [
            f"#!{sys.executable}",
            "import sys",
            f"sys.path.insert(0, {str(HERE)!r})",
            "out = sys.argv[-1]",
            *lines,
        ]
    )
    path = tmp_path / "python"
    path.write_text(code)
    path.chmod(0o755)
    return str(path)


GOOD = (
    "from made.models_made import onnx_bytes",
    "open(out, 'wb').write(onnx_bytes())",
    "print('INFO: something that tensorflow says')",
    "print('{\"difference\": 0.9}')",
)


def convert(python: str, graph: Path, *more: str) -> int:
    return main(["models", "convert", "cv-unet", str(graph), "--python", python, *more])


def test_a_conversion_comes_into_the_store(tmp_path, graph, capsys):
    assert convert(a_python(tmp_path, *GOOD), graph) == 0
    told = capsys.readouterr()
    assert "Installed cv-unet-portrait" in told.out and "(made here)" in told.out and "unclear" in told.err
    assert store.installed("cv-unet-portrait").record.origin.startswith("cv-unet of ")
    assert os.listdir(tmp_path / "temporary") == []
    assert convert(a_python(tmp_path, *GOOD), graph, "--id", "cv-unet-universal") == 0
    assert store.path("cv-unet-universal") == store.path("cv-unet-portrait")


def test_a_conversion_can_go_to_a_file(tmp_path, graph, own):
    assert convert(a_python(tmp_path, *GOOD), graph, "--out", str(tmp_path / "out" / "x.onnx")) == 0
    assert (tmp_path / "out" / "x.onnx").is_file() and not own.exists()


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ((*GOOD[:-1], "print('{\"difference\": 7.25}')"), "7.2 of 255 off"),
        (('print(\'{"problem": "its end is odd"}\')', "sys.exit(3)"), "its end is odd"),
        (("sys.exit('ModuleNotFoundError: No module named tensorflow')",), "No module named tensorflow"),
        (("print('hello')",), "could not be converted: hello"),
        ((), "it said nothing"),
        (("open(out, 'wb').write(b'\\x3a')", GOOD[-1]), "no ONNX file"),
    ],
)
def test_a_conversion_that_went_wrong_leaves_nothing(tmp_path, graph, capsys, lines, word, own):
    assert convert(a_python(tmp_path, *lines), graph) == 4
    assert word in capsys.readouterr().err
    assert os.listdir(tmp_path / "temporary") == [] and not list(own.rglob("*.onnx"))


def test_it_is_refused_before_anything_is_made(tmp_path, graph, capsys, monkeypatch):
    monkeypatch.setattr(models_convert, "_environment", lambda *_: pytest.fail("too late"))
    assert convert("x", graph, "--id", "modnet") == 2
    assert "not made by the conversion" in capsys.readouterr().err
    assert convert("x", tmp_path / "none.pb") == 4
    (tmp_path / "cut.pb").write_bytes(graph.read_bytes()[:-2])
    assert convert("x", tmp_path / "cut.pb") == 4
    assert "no frozen TensorFlow graph" in capsys.readouterr().err
    monkeypatch.setenv(policy.ALLOW, "commercial")
    assert convert("x", graph) == 4
    assert "permits commercial" in capsys.readouterr().err


def test_no_room_and_no_python_are_told(tmp_path, graph, capsys, monkeypatch):
    monkeypatch.setattr(models_convert, "ROOM", 10**18)
    assert main(["models", "convert", "cv-unet", str(graph)]) == 7
    assert "too little room" in capsys.readouterr().err
    assert convert(str(tmp_path / "none"), graph) == 4
    assert "cannot be run" in capsys.readouterr().err


def test_an_environment_is_made_and_removed(tmp_path, monkeypatch):
    """Its making is watched; what is run in it is a soak test's matter."""
    ran: list[list[str]] = []

    def run(line, *_):
        ran.append([str(word) for word in line])
        if "venv" in line:
            (Path(line[-1]) / "bin").mkdir(parents=True)
            (Path(line[-1]) / "bin" / "python").touch()
        return []

    monkeypatch.setattr(models_convert, "_run", run)
    monkeypatch.setattr(models_convert, "ROOM", 0)
    with models_convert._environment(tmp_path, None, True) as python:
        assert Path(python).exists()
    assert not (tmp_path / "venv").exists()
    assert ran[0][:3] == [sys.executable, "-m", "venv"]
    assert ran[1][0] == python and ran[1][-len(models_convert.NEEDS) :] == list(models_convert.NEEDS)
    monkeypatch.setattr(models_convert, "_run", lambda *_: (_ for _ in ()).throw(SetupError("no index")))
    with pytest.raises(SetupError, match="no index"), models_convert._environment(tmp_path, None, True):
        pass


@pytest.mark.soak
def test_a_frozen_two_stage_graph_becomes_onnx(tmp_path, capsys):
    """With real tensorflow: that of ANATOMATTE_TF_PYTHON, or in an environment made for it."""
    told = os.environ.get("ANATOMATTE_TF_PYTHON")
    if told is None:
        pytest.skip("set ANATOMATTE_TF_PYTHON to a Python with tensorflow and tf2onnx, or to '' to make one")
    maker, more = told, ["--python", told]
    if not told:
        subprocess.run([sys.executable, "-m", "venv", tmp_path / "v"], check=True)
        maker, more = str(tmp_path / "v" / "bin" / "python"), []
        subprocess.run([maker, "-m", "pip", "install", "-q", models_convert.NEEDS[0]], check=True)
    for name, *wrong in (("good.pb",), ("wrong.pb", "wrong")):
        subprocess.run([maker, HERE / "made" / "cv_unet_made.py", tmp_path / name, *wrong], check=True)
    assert main(["models", "convert", "cv-unet", str(tmp_path / "good.pb"), *more]) == 0
    assert main(["models", "convert", "cv-unet", str(tmp_path / "wrong.pb"), "--replace", *more]) == 4
    assert "its end is not the published one" in capsys.readouterr().err

    from anatomatte.nets.runtime.runner import Runner

    found = store.installed("cv-unet-portrait")
    picture = np.random.default_rng(1).random((120, 96, 3)).astype(np.float32)
    answer, _ = Runner(found.manifest, found.path).infer(picture)
    alpha = answer.alpha_at()
    assert alpha is not None and alpha.shape == (120, 96) and 0 <= alpha.min() < alpha.max() <= 1
    assert len(np.unique(alpha)) > 256, "finer than eight bits"
