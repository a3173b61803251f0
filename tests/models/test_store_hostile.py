"""Hostile and damaged files, real ones: refused in a sentence, and nothing of them runs."""

from __future__ import annotations

import collections
import contextlib
import io
import os
import pickle
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from anatomatte.errors import SetupError
from anatomatte.models.store import looks
from made.models_made import onnx_bytes, tflite_bytes
from made.programs import Maps, OwnSave, Saves

torch = pytest.importorskip("torch")


@pytest.fixture
def victim(tmp_path) -> Path:
    """Is there if something ran."""
    return tmp_path / "it-ran"


def refused(path: Path, form: str, *words: str) -> None:
    with pytest.raises(SetupError) as caught:
        looks.inspect(path, form)
    told = str(caught.value)
    assert told.startswith(str(path)) and all(word in told for word in words), told


class _Reduced:
    """Becomes a call of *what* when it is unpickled."""

    def __init__(self, what, *arguments):
        self.how = what, arguments

    def __reduce__(self):
        return self.how


def weights() -> dict[str, object]:
    return {
        "model": collections.OrderedDict(w=torch.ones(3, 2), b=torch.zeros(3, dtype=torch.float16)),
        "iteration": 7,
        "scores": np.float64(0.5),
        "mean": np.arange(3.0),
    }


# ---- what is right passes ------------------------------------------------------------------------


@pytest.mark.parametrize("old", [False, True], ids=["zip", "old"])
def test_real_checkpoints_pass(tmp_path, old):
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    state = {0: {"step": torch.tensor(3.0), "exp_avg": torch.ones(4)}}
    groups = [{"lr": 1e-4, "betas": (0.9, 0.999), "foreach": None, "params": [0]}]
    facts = weights() | {
        "model": net.state_dict(),
        "optimizer": {"state": state, "param_groups": groups},
        "p": torch.nn.Parameter(torch.ones(2)),
    }
    torch.save(facts, tmp_path / "w.pth", _use_new_zipfile_serialization=not old)
    looks.inspect(tmp_path / "w.pth", "torch")
    assert torch.load(tmp_path / "w.pth", weights_only=False)["iteration"] == 7


def test_what_training_frameworks_leave_behind_passes(tmp_path, monkeypatch):
    """A full checkpoint holds schedulers and configurations; the loader makes empty shells of them."""
    import sys
    import types

    for name in ("fvcore", "fvcore.common", "fvcore.common.config"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    node = type("CfgNode", (dict,), {"__module__": "fvcore.common.config", "__qualname__": "CfgNode"})
    monkeypatch.setattr(sys.modules["fvcore.common.config"], "CfgNode", node, raising=False)
    facts = weights() | {"milestones": collections.Counter([5, 9]), "cfg": node(lr=1e-4)}
    torch.save(facts, tmp_path / "w.pth")
    looks.inspect(tmp_path / "w.pth", "torch")


def test_a_real_script_passes_and_is_no_checkpoint(tmp_path):
    torch.jit.trace(torch.nn.Conv2d(3, 1, 1), torch.ones(1, 3, 4, 4)).save(tmp_path / "s.pt")
    looks.inspect(tmp_path / "s.pt", "torchscript")
    refused(tmp_path / "s.pt", "torch", "TorchScript program", 'its format is "torchscript"')
    torch.save(weights(), tmp_path / "w.pth")
    refused(tmp_path / "w.pth", "torchscript", "no TorchScript program")


def test_the_other_formats_pass(tmp_path):
    from safetensors.numpy import save_file

    (tmp_path / "n.onnx").write_bytes(onnx_bytes())
    (tmp_path / "n.tflite").write_bytes(tflite_bytes())
    save_file({"w": np.ones((3, 2), np.float32)}, tmp_path / "n.safetensors", metadata={"a": "b"})
    for form in ("onnx", "tflite", "safetensors"):
        looks.inspect(tmp_path / f"n.{form}", form)


# ---- pickles -------------------------------------------------------------------------------------


def _attack(victim: Path) -> list[tuple[str, object]]:
    touch = f"touch {victim}"
    return [
        ("system", _Reduced(os.system, touch)),
        ("eval", _Reduced(eval, f"open({str(victim)!r}, 'w')")),
        ("exec", _Reduced(exec, f"open({str(victim)!r}, 'w')")),
        ("getattr", _Reduced(getattr, dict, "clear")),
        ("Popen", _Reduced(__import__("subprocess").Popen, ["touch", str(victim)])),
        ("partial", _Reduced(__import__("functools").partial, os.system, touch)),
        ("_load_from_bytes", _Reduced(torch.storage._load_from_bytes, b"x")),
    ]


@pytest.mark.parametrize("number", range(7), ids=lambda n: _attack(Path("x"))[n][0])
@pytest.mark.parametrize("how", ["zip", "old", "bare 0", "bare 2", "bare 4"])
def test_a_pickle_that_would_run_something_is_refused_unrun(tmp_path, victim, number, how):
    _, bomb = _attack(victim)[number]
    facts = {"model": {"w": torch.ones(2)} if "bare" not in how else {}, "extra": [bomb]}
    path = tmp_path / "evil.pth"
    if how.startswith("bare"):
        path.write_bytes(pickle.dumps(facts, protocol=int(how[-1])))
    else:
        torch.save(facts, path, _use_new_zipfile_serialization=how == "zip")
    refused(path, "torch", "is refused: it would run", "Do not open it")
    assert not victim.exists()


def test_the_attack_is_a_real_one(victim):
    pickle.loads(pickle.dumps(_attack(victim)[0][1]))
    assert victim.exists(), "these pickles do run something, where nobody looks"


def test_a_second_pickle_behind_the_first_is_read_too(tmp_path, victim):
    buffer = io.BytesIO()
    torch.save({}, buffer, _use_new_zipfile_serialization=False)
    parts = []
    stream = io.BytesIO(buffer.getvalue())
    for _ in range(4):
        began = stream.tell()
        pickle.Unpickler(stream).load()
        parts.append(buffer.getvalue()[began : stream.tell()])
    evil = b"".join(parts) + pickle.dumps(_Reduced(os.system, f"touch {victim}"))
    (tmp_path / "evil.pth").write_bytes(evil)
    refused(tmp_path / "evil.pth", "torch", "it would run", "system")


OPS = {
    "inst": b"(S'touch /tmp/x'\nios\nsystem\n.",
    "global by hand": b"cos\nsystem\n(S'true'\ntR.",
    "nested name": b"\x80\x04\x8c\x05torch\x8c\x12serialization.load\x93.",
    "dotted": b"\x80\x04\x8c\x08builtins\x8c\x0elist.__class__\x93.",
    "registry": b"\x80\x02\x82\x01.",
    "memory of a memo": b"\x80\x02]r\xff\xff\xff\x7f.",
    "a little memory of a memo": b"\x80\x02]r\xff\xff\xff\x0f.",
    "memory of a long": b"\x80\x02\x8b\xff\xff\xff\x7f" + b"\0" * 9,
    "memory of bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b"abc.",
    "deep": b"\x80\x02" + b"]" * 20_000 + b"a" * 19_999 + b".",
}


@pytest.mark.parametrize("name", OPS)
def test_pickles_made_by_hand(tmp_path, name):
    import resource

    (tmp_path / "evil.pth").write_bytes(OPS[name])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name == "deep":  # harmless, only deep: it must not take the process down
        looks.inspect(tmp_path / "evil.pth", "torch")
    else:
        with pytest.raises(SetupError, match=r"evil.pth is (refused|damaged)"):
            looks.inspect(tmp_path / "evil.pth", "torch")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


def test_every_cut_of_a_checkpoint_is_refused(tmp_path):
    for old in (False, True):
        torch.save(weights(), tmp_path / "w.pth", _use_new_zipfile_serialization=not old)
        whole = (tmp_path / "w.pth").read_bytes()
        if old:
            whole = whole[: whole.rindex(b".", 0, len(whole) // 2)]  # inside the pickles
        for part in (0, 1, 3, 10, len(whole) // 2, len(whole) - 30):
            (tmp_path / "cut.pth").write_bytes(whole[:part])
            refused(tmp_path / "cut.pth", "torch")


# ---- archives ------------------------------------------------------------------------------------


def _zipped(path: Path, *entries: tuple[str, bytes], link: str = "", compress: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as file:
        for name, data in entries:
            file.writestr(name, data)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(info, "/etc/passwd")
    return path


GOOD = ("w/data.pkl", pickle.dumps({}, 2))


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ([("../../x", b"")], "leads out of its folder"),
        ([("w/../../x", b"")], "leads out of its folder"),
        ([("/etc/x", b"")], "leads out of its folder"),
        ([("C:\\x", b"")], "leads out of its folder"),
        ([("..\\x", b"")], "leads out of its folder"),
        ([GOOD, ("v/data.pkl", b"")], "not one that torch wrote"),
        ([], "not one that torch wrote"),
    ],
)
def test_names_that_lead_out_of_an_archive(tmp_path, entries, word):
    entries = (
        entries if entries and entries[0] is GOOD else [*entries, *([GOOD] if entries else [("w/x", b"")])]
    )
    refused(_zipped(tmp_path / "evil.pth", *entries), "torch", word)


def test_links_and_bombs_and_doubles(tmp_path):
    refused(_zipped(tmp_path / "link.pth", GOOD, link="w/data/0"), "torch", "'w/data/0', a link")
    bomb = _zipped(tmp_path / "bomb.pth", GOOD, ("w/data/0", b"\0" * 60_000_000), compress=True)
    assert bomb.stat().st_size < 100_000
    refused(bomb, "torch", "swell to many times its size")
    with pytest.warns(UserWarning):
        double = _zipped(tmp_path / "double.pth", GOOD, GOOD)
    refused(double, "torch", "a name twice")


def test_a_zip_with_a_password(tmp_path):
    data = bytearray(_zipped(tmp_path / "x.pth", GOOD).read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    (tmp_path / "locked.pth").write_bytes(data)
    refused(tmp_path / "locked.pth", "torch", "password")


# ---- formats -------------------------------------------------------------------------------------


def test_every_cut_of_the_other_formats_is_refused(tmp_path):
    from safetensors.numpy import save

    whole = {
        "onnx": onnx_bytes(words=500),
        "tflite": tflite_bytes(),
        "safetensors": save({"w": np.ones(64, np.float32)}),
    }
    for form, data in whole.items():
        for part in (0, 1, 7, 20, len(data) // 2, len(data) - 1):
            (tmp_path / "cut").write_bytes(data[:part])
            refused(tmp_path / "cut", form)


@pytest.mark.parametrize(
    ("module", "named"), [(Maps("elsewhere"), "torch.from_file"), (Saves(), "torch.save")]
)
def test_a_program_that_touches_files_is_refused(tmp_path: Path, module, named: str) -> None:
    torch.jit.script(module).save(str(tmp_path / "a.pt"))
    refused(tmp_path / "a.pt", "torchscript", "is refused", named, "never needs")
    torch.jit.script(OwnSave()).save(str(tmp_path / "b.pt"))
    looks.inspect(tmp_path / "b.pt", "torchscript")


@pytest.mark.parametrize("form", ["onnx", "tflite", "safetensors", "torch", "torchscript", "graphdef"])
def test_what_is_not_a_network_at_all(tmp_path, form):
    (tmp_path / "page").write_text("<!DOCTYPE html><html>Sign in</html>")
    refused(tmp_path / "page", form, "a web page", "by hand")
    (tmp_path / "lfs").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")
    refused(tmp_path / "lfs", form, "Git LFS pointer")
    (tmp_path / "noise").write_bytes(np.random.default_rng(1).bytes(5000))
    refused(tmp_path / "noise", form)
    (tmp_path / "nothing").write_bytes(b"")
    refused(tmp_path / "nothing", form, "empty")


def test_noise_never_escapes_as_another_error(tmp_path):
    made = np.random.default_rng(2)
    heads = [
        b"",
        b"\x08\x08",
        b"\x3a\x10",
        b"\0\0\0\0TFL3",
        struct.pack("<Q", 8),
        b"PK\x03\x04",
        b"\x80\x02",
        b"\x80\x04\x95",
    ]
    for number in range(80):
        (tmp_path / "x").write_bytes(heads[number % len(heads)] + made.bytes(int(made.integers(1, 300))))
        for form in ("onnx", "tflite", "safetensors", "torch", "torchscript", "graphdef"):
            with contextlib.suppress(SetupError):
                looks.inspect(tmp_path / "x", form)


def test_weights_in_a_second_file_are_told(tmp_path):
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(onnx_bytes(words=500))
    for tensor in model.graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).reshape(-1), tensor.name))
    onnx.save(
        model, tmp_path / "n.onnx", save_as_external_data=True, size_threshold=100, location="weights.bin"
    )
    refused(tmp_path / "n.onnx", "onnx", "second file", "onnx.save")


def _elsewhere(where: str):
    """An ONNX model one of whose tensors, at *where*, says that its values lie in another file."""
    pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    def port(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8])

    away = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    away.external_data.add(key="location", value="weights.bin")
    constant = helper.make_node("Constant", [], ["w"], value=away)
    if where == "initializer":
        graph = helper.make_graph(
            [helper.make_node("Add", ["x", "w"], ["y"])], "g", [port("x")], [port("y")], [away]
        )
    elif where == "constant":
        graph = helper.make_graph(
            [constant, helper.make_node("Add", ["x", "w"], ["y"])], "g", [port("x")], [port("y")]
        )
    else:
        inner = helper.make_graph([helper.make_node("Add", ["x", "w"], ["z"])], "b", [], [port("z")], [away])
        node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
        graph = helper.make_graph([node], "g", [port("x")], [port("y")])
    if where != "function":
        return helper.make_model(graph).SerializeToString()
    made = helper.make_function(
        "d", "f", ["x"], ["y"], [constant, helper.make_node("Add", ["x", "w"], ["y"])], []
    )
    graph = helper.make_graph(
        [helper.make_node("f", ["x"], ["y"], domain="d")], "g", [port("x")], [port("y")]
    )
    return helper.make_model(graph, functions=[made]).SerializeToString()


@pytest.mark.parametrize("where", ["initializer", "constant", "branch", "function", "second graph"])
def test_weights_elsewhere_are_found_wherever_they_hang(tmp_path, where):
    data = _elsewhere("branch" if where == "second graph" else where)
    if where == "second graph":  # a field that comes twice: readers keep the last, runtimes merge both
        data += b"\x3a\x00"
    (tmp_path / "n.onnx").write_bytes(data)
    with pytest.raises(SetupError, match=r"keeps its weights in a second file.*external_data=False"):
        looks.inspect(tmp_path / "n.onnx", "onnx", "n.onnx")


@pytest.mark.parametrize("kind", ["onnx", "torchscript", "torch"])
def test_a_program_of_torch_export_is_called_what_it_is(tmp_path, kind):
    with zipfile.ZipFile(tmp_path / "m.pt2", "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/models/model.json", "{}")
    with pytest.raises(SetupError, match=r"torch\.export .*\.pt2.*torch\.onnx\.export"):
        looks.inspect(tmp_path / "m.pt2", kind, "m.pt2")
