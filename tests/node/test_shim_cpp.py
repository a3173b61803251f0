"""The C++ tests, each as a test of its own, and what the built plug-in is made of."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from made import native

CASES = [
    "shim_describe", "shim_render", "shim_frames", "shim_bad_hosts",
    "process_describe", "process_render", "process_threads",
    "kernels", "join_held", "join_released", "join_starved",
]  # fmt: skip
BUNDLE = native.ROOT / "plugin" / "anatomatte" / "ofx" / "anatomatte.ofx.bundle"
BINARY = next((BUNDLE / "Contents").glob("*/anatomatte.ofx"))


@pytest.mark.parametrize("case", CASES)
def test_ctest(case: str) -> None:
    build = native.built()
    native.must(
        native.tool("ctest"), "--test-dir", str(build), "-R", f"^{case}$",
        "--no-tests=error", "--output-on-failure",
    )  # fmt: skip


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_plugin_exports_its_three_functions_and_nothing_else() -> None:
    symbols = output_of("nm", "-D", "--defined-only", str(BINARY)).split()[2::3]
    assert sorted(symbols) == ["OfxGetNumberOfPlugins", "OfxGetPlugin", "OfxSetHost"]
    (runtime,) = BINARY.parent.glob("anatomatte_embed.*")
    symbols = output_of("nm", "-D", "--defined-only", str(runtime)).split()[2::3]
    assert symbols == ["anatomatte_engine"]


def test_the_plugin_needs_no_python_and_no_runtime_of_cpp() -> None:
    for binary in (BINARY, *BINARY.parent.glob("anatomatte_embed.*")):
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", output_of("readelf", "-d", str(binary))))
        system = re.compile(r"(libc|libm|libdl|libpthread|librt|ld-linux.*)\.so\.\d+")
        assert not {name for name in needed if not system.fullmatch(name)}, needed


def test_loading_and_describing_opens_nothing_but_the_plugin(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("strace is not here to watch the system calls")
    build = native.built()
    log = tmp_path / "calls"
    program = build / "tests" / "cpp" / "test_process"
    native.must(
        strace, "-f", "-o", str(log), "-e", "trace=%file,%network,%process",
        str(program), str(BINARY), "describe",
    )  # fmt: skip
    lines = log.read_text().splitlines()
    loaded = next(i for i, line in enumerate(lines) if "openat" in line and str(BINARY) in line)
    after = "\n".join(lines[loaded:])
    opened = re.findall(r'(?:open|openat|stat|access|readlink)\w*\([^"]*"([^"]+)"', after)
    system = ("/lib", "/usr/lib", "/etc/ld.so")
    own = [name for name in opened if not name.startswith((*system, str(BUNDLE)))]
    assert not own, own
    assert "socket(" not in after and "fork(" not in after


def test_the_bundle_is_laid_out_as_hosts_expect() -> None:
    contents = BINARY.parent.parent
    assert BINARY.stem + ".ofx.bundle" == contents.parent.name
    plist = (contents / "Info.plist").read_text()
    assert "<string>anatomatte.ofx</string>" in plist and "@" not in plist
    for kind, magic in (("svg", b"<svg"), ("png", b"\x89PNG")):
        icon = contents / "Resources" / f"org.anatomatte.Anatomatte.{kind}"
        assert icon.read_bytes().startswith(magic)


def test_headers_that_differ_from_the_official_ones_stop_the_build() -> None:
    """Both comparisons are built by `make test-build`: with our own headers, and with altered ones."""
    abi = native.ready(native.ABI)
    same, other = (json.loads((abi / f"{name}.json").read_text()) for name in ("same", "other"))
    assert same["code"] == 0, same["said"]
    assert other["code"] != 0
    for name in ("OfxPropertySuiteV1.propSetPointer", "kOfxActionLoad"):
        assert f"{name}: ours is" in other["said"]


def test_headers_of_an_older_release_are_completed() -> None:
    older = json.loads((native.ready(native.ABI) / "older.json").read_text())
    assert older["code"] == 0, older["said"]
    assert "0 differ" in next((native.ABI / "older-build").rglob("abi.txt")).read_text()


def test_the_official_headers_build() -> None:
    if not native.official():
        pytest.skip("no package of Debian or PyPI has them: name their folders in ANATOMATTE_OPENFX_HEADERS")
    for number, folder in enumerate(native.official()):
        told = json.loads((native.ready(native.ABI) / f"official-{number}.json").read_text())
        assert told["code"] == 0, f"{folder}: {told['said'][-4000:]}"


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("/no/such/folder", "neither a Python executable nor an environment's folder"),
        ("/bin/true", "does not answer as CPython does"),
    ],
)
def test_a_python_that_is_none_is_a_sentence(python: str, sentence: str) -> None:
    program = native.built() / "tests" / "cpp" / "test_process"
    done = subprocess.run(
        [program, BINARY, "render"],
        env={**os.environ, "ANATOMATTE_RUNTIME": "in-process", "ANATOMATTE_PYTHON": python},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"message: {python}" in done.stderr or f"names {python}" in done.stderr
    assert sentence in done.stderr and "anatomatte doctor" in done.stderr
