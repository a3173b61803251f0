"""What `pip install .` brings: the package with its weights, the node, its runtimes; and that it works."""

from __future__ import annotations

import importlib.util
import os
import plistlib
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import click
import pytest
from scikit_build_core.metadata import regex as metadata

import anatomatte
from anatomatte.nets.graphs.files import FILES
from anatomatte_batch.ofx_node import bundle
from made import native

SOABI = sysconfig.get_config_var("SOABI")
CONTENTS = f"anatomatte/ofx/{bundle().name}/Contents"
PACKAGES = ("anatomatte", "anatomatte_batch", "anatomatte_cli", "anatomatte_review", "pyopenfx")
NODE = {
    "Info.plist",
    "Resources/org.anatomatte.Anatomatte.png",
    "Resources/org.anatomatte.Anatomatte.svg",
    "Resources/runtime.conf",
    "ARCH/anatomatte.ofx",
    f"ARCH/anatomatte_embed.{SOABI}.so",
    "ARCH/anatomatte-worker",
}
RENDER = """
import sys
import numpy as np
from pyopenfx import Host
host = Host()
host.scan([sys.argv[1]])
node = host.load("org.anatomatte.Anatomatte").instance(context="filter")
plate = np.zeros((60, 90, 4), np.float32)
plate[...] = [0.05, 0.4, 0.06, 1]
plate[20:, 30:60, :3] = [0.5, 0.3, 0.2]
node.clips.Source = plate
alpha = np.array(node.render(1)["colour"])[..., 3]
assert alpha[2, 3] < 0.1 and alpha[40, 45] > 0.9, alpha[[2, 40], [3, 45]]
node.params.refresh.press()
print(node.params["status"].value)
"""


def in_the_node(names: set[str]) -> set[str]:
    """Paths inside Contents, the machine's folder as ARCH."""
    return {re.sub(r"^(Linux|MacOS|Win)[^/]*", "ARCH", name) for name in names}


def test_every_file_tells_one_version() -> None:
    package = "plugin/anatomatte/__init__.py"
    for name in ("pyproject.toml", "CMakeLists.txt"):
        text = (native.ROOT / name).read_text()
        assert package in text and not re.search(r'(?i)\bversion (= ")?\d+\.\d+\.\d+', text), name
    assert metadata.dynamic_metadata("version", {"input": package}) == anatomatte.__version__
    plist = plistlib.loads((bundle() / "Contents" / "Info.plist").read_bytes())
    shown = {plist["CFBundleShortVersionString"], plist["CFBundleVersion"]}
    assert shown == {anatomatte.__version__}
    (node,) = bundle().glob("Contents/*/anatomatte.ofx")
    assert anatomatte.__version__.encode() + b"\0" in node.read_bytes()
    newest = re.search(r"^## (\d\S*)", (native.ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest and newest[1] == anatomatte.__version__


def test_the_bundle_is_whole() -> None:
    contents = bundle() / "Contents"
    there = {str(path.relative_to(contents)) for path in contents.rglob("*") if path.is_file()}
    assert in_the_node(there) >= NODE
    assert os.access(next(contents.glob("*/anatomatte-worker")), os.X_OK)


@pytest.fixture(scope="module", params=[native.WHEEL, native.PORTABLE], ids=lambda folder: folder.name)
def wheel(request: pytest.FixtureRequest) -> Path:
    """Of a clone where a build in place has left its files, and that of `make portable` (made/build.py)."""
    if request.param == native.PORTABLE and not importlib.util.find_spec("ziglang"):
        pytest.skip("`make portable` brings the compiler of this wheel")
    (made,) = native.ready(request.param).glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what it depends on comes from the tests' own environment."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    native.must(sys.executable, "-m", "venv", "--without-pip", str(folder))
    program = folder / "bin" / "python"
    native.must(
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(program),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    )
    (packages,) = folder.glob("lib/python*/site-packages")
    # all of them: an environment may lend from another by a .pth of its own, which is not followed from here
    lent = dict.fromkeys(path for path in sys.path if Path(path).name in ("site-packages", "dist-packages"))
    assert any(Path(click.__file__).is_relative_to(path) for path in lent), lent
    (packages / "base.pth").write_text("".join(f"{path}\n" for path in lent))
    return program


@pytest.mark.soak
def test_the_wheel_holds_what_works_and_nothing_that_lay_about(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    node = {name.removeprefix(f"{CONTENTS}/") for name in names if name.startswith(CONTENTS)}
    assert in_the_node(node) == NODE
    assert {name for name in names if name.startswith("pyopenfx/_host") and name.endswith(".so")} == {
        f"pyopenfx/_host.{SOABI}.so"
    }
    assert {name for name in names if "_kernels" in name and name.endswith(".so")} == {
        f"anatomatte/ops/_kernels.{SOABI}.so"
    }
    assert {
        "anatomatte/weights/people.safetensors",
        "anatomatte/weights/people_plain.safetensors",
        "anatomatte/weights/portrait.safetensors",
        "anatomatte/weights/portrait.md",
        "anatomatte/weights/person_detector.safetensors",
        "anatomatte/weights/person_detector.md",
        *(f"anatomatte/weights/{of}_landmarks.safetensors" for of in ("pose", "face", "hand")),
        *(f"anatomatte/weights/face_{of}.safetensors" for of in ("attention", "detector")),
        "anatomatte/weights/landmarks.md",
        "anatomatte/weights/faces.md",
        "anatomatte/weights/outfit.safetensors",
        "anatomatte/weights/outfit.md",
        *(f"anatomatte/weights/graphs/{of}.onnx" for of in FILES),
        "anatomatte/weights/graphs/weights.json",
        "anatomatte_cli/main.py",
        *(f"anatomatte_review/page/{part}" for part in ("index.html", "app.js", "style.css", "icon.svg")),
        *(f"anatomatte_cli/samples/{of}" for of in ("shot/plate.1012.exr", "room/plate.1012.jpg")),
        *(
            f"anatomatte_cli/samples/photos/{path.name}"
            for path in (native.ROOT / "samples/photos").iterdir()
        ),
        *(f"{package}/py.typed" for package in PACKAGES),
    } <= names
    assert {name.split("/")[0] for name in names} == {
        *PACKAGES, f"anatomatte-{anatomatte.__version__}.dist-info",
    }  # fmt: skip


@pytest.mark.soak
def test_the_installed_package_works_far_from_its_source(python: Path, tmp_path: Path) -> None:
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def says(*command: str, **environment: str) -> str:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=clean | environment,
            capture_output=True,
            text=True,
            timeout=native.HANG,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    program = str(python.parent / "anatomatte")
    assert "Everything works." in says(program, "doctor")
    says(program, "demo")
    assert (tmp_path / "demo" / "sheet.png").is_file() and list(
        (tmp_path / "demo").glob("photos/*_cutout.png")
    )
    says(program, "install", "--dir", str(tmp_path / "plugins"))
    (packages,) = python.parents[1].glob("lib/*/site-packages")
    for where in (str(tmp_path / "plugins"), str(packages / "anatomatte" / "ofx")):
        worker = says(str(python), "-c", RENDER, where, ANATOMATTE_RUNTIME="worker")
        here = says(str(python), "-c", RENDER, where, ANATOMATTE_RUNTIME="in-process")
        assert "Worker process" in worker and "Worker process" not in here
