"""What the tests only read: everything compiled, made before pytest starts (`make test-build`).

    python tests/made/build.py            the C++ tests, the test plug-ins, both comparisons of headers
    python tests/made/build.py --soak     also the wheel and, where ziglang is, the portable wheel

Each result has a digest of its sources beside it, so that a stale one is told (native.py).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from made import native
from made.native import ABI, BUILD, NINJA_AND_PYTHON, PLUGINS, PORTABLE, ROOT, WHEEL, must, official, tool

TARGETS = (
    "test_describe", "test_render", "test_frames", "test_bad_hosts", "test_process", "test_worker",
    "test_neighbours", "test_served", "held_gil", "test_kernels",
)  # fmt: skip


def cpp_tests() -> None:
    must(tool("cmake"), "--preset", "tests", *NINJA_AND_PYTHON)
    must(tool("cmake"), "--build", str(BUILD), "--target", *TARGETS, "--", "-j2")


def plugins() -> None:
    build = PLUGINS / "cmake"
    must(
        tool("cmake"), "-S", str(ROOT / "tests" / "plugins"), "-B", str(build),
        f"-DANATOMATTE_TEST_PLUGIN_DIR={PLUGINS}",
    )  # fmt: skip
    must(tool("cmake"), "--build", str(build), "--parallel", "2")


def compared(headers: Path, name: str, *more: str) -> None:
    """Build the comparison of our headers with *headers*, and *more*; what came of it, as JSON in ABI."""
    build = ABI / f"{name}-build"
    must(
        tool("cmake"), "-G", "Ninja", "-S", str(ROOT), "-B", str(build), *NINJA_AND_PYTHON,
        f"-DOPENFX_INCLUDE_DIR={headers}", "-DCMAKE_BUILD_TYPE=Debug",
    )  # fmt: skip
    done = subprocess.run(
        [tool("cmake"), "--build", str(build), "--target", "abi_check", *more, "--", "-j2"],
        capture_output=True, text=True,
    )  # fmt: skip
    said = {"code": done.returncode, "said": done.stdout + done.stderr}
    (ABI / f"{name}.json").write_text(json.dumps(said), encoding="utf-8")


def abi() -> None:
    shutil.rmtree(ABI, ignore_errors=True)
    same, other = ABI / "same", ABI / "other"
    for headers in (same, other):
        shutil.copytree(ROOT / "cpp" / "ofx", headers)
    compared(same, "same")
    suite, core = other / "ofxProperty.h", other / "ofxCore.h"
    first, second = "(*propSetPointer)", "(*propSetString)"
    text = suite.read_text().replace(first, "(*x)").replace(second, first).replace("(*x)", second)
    suite.write_text(text)
    core.write_text(core.read_text().replace('"OfxActionLoad"', '"OfxActionLoaded"'))
    compared(other, "other")
    older = ABI / "older"
    older_headers(older)
    compared(older, "older", "anatomatte_shim", *host_objects())
    for number, folder in enumerate(official()):
        compared(folder, f"official-{number}", "anatomatte_ofx", "_host")


LATER = (
    "kOfxActionSyncPrivateData", "kOfxParamTypeStrChoice", "kOfxParamTypeBytes", "kOfxParamPropChoiceEnum",
    "kOfxParamPropChoiceOrder", "kOfxParamHostPropSupportsStrChoice", "kOfxImageEffectPropRenderQualityDraft",
    "kOfxBitDepthHalf", "kOfxPropIcon",
)  # fmt: skip
"""Constants that headers of an older release lack."""


def older_headers(folder: Path) -> None:
    """Headers as an older release may have them: without GPU, colour, drawing, bytes, and without LATER."""
    shutil.copytree(ROOT / "cpp" / "ofx", folder)
    for name in ("ofxGPURender.h", "ofxColour.h", "ofxDrawSuite.h", "ofxNatron.h", "nuke"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for header in folder.glob("*.h"):
        lines = header.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if not any(f" {name} " in line for name in LATER))
        kept = re.sub(r"^typedef struct OfxBytes \{.*?^\} OfxBytes;$", "", kept, flags=re.M | re.S)
        header.write_text(kept, encoding="utf-8")


def host_objects() -> list[str]:
    """What pyopenfx compiles with OFX headers and without Python's, which takes long."""
    sources = sorted((ROOT / "cpp" / "host").glob("*.cpp"))
    plain = [path.name for path in sources if "py::" not in path.read_text(encoding="utf-8")]
    return [f"cpp/host/CMakeFiles/_host.dir/{name}.o" for name in plain]


def clone(folder: Path) -> None:
    """The tracked files, and among them what a build in place leaves."""
    names = must("git", "ls-files", "-co", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    bundle = folder / "plugin" / "anatomatte" / "ofx" / "anatomatte.ofx.bundle"
    left = bundle / "Contents" / "Linux-x86-64"
    left.mkdir(parents=True)
    for path in (left / "old.ofx", left / "anatomatte_embed.cpython-39-x.so"):
        path.write_text("left over")
    for module in ("bridge/pyopenfx/_host", "plugin/anatomatte/ops/_kernels"):
        (folder / f"{module}.cpython-39-x.so").write_text("left over")


def packed(into: Path, source: Path, **settings: object) -> None:
    shutil.rmtree(into, ignore_errors=True)
    told = [word for key, value in settings.items() for word in ("-C", f"{key}={value}")]
    must(
        sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "--no-build-isolation",
        "--wheel-dir", str(into), *told, str(source),
    )  # fmt: skip


def wheel() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone(Path(folder))
        packed(WHEEL, Path(folder))


def portable() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "build-dir": folder,
            "cmake.define.CMAKE_TOOLCHAIN_FILE": ROOT / "cmake" / "zig-linux-glibc228.cmake",
            "cmake.define.ANATOMATTE_ZIG": sys.executable,
        }
        packed(PORTABLE, ROOT, **settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--soak", action="store_true", help="also the wheels, which only `make soak` reads")
    jobs = {BUILD: cpp_tests, PLUGINS: plugins, ABI: abi}
    if parser.parse_args().soak:
        jobs[WHEEL] = wheel
        if importlib.util.find_spec("ziglang"):
            jobs[PORTABLE] = portable
    for folder, make in jobs.items():
        if native.stale(folder):
            print(f"Building {folder.relative_to(ROOT)} …", flush=True)
            make()
            native.mark(folder)


if __name__ == "__main__":
    main()
