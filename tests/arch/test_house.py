"""The house rules that a person forgets first: who may use what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE = ROOT / "plugin" / "anatomatte"

# Layer of each module of `anatomatte` (ARCHITECTURE.md); a module uses only what is below it.
LAYERS = {
    "errors": 1, "controls": 1, "menus": 1, "menus_frozen": 1, "settings": 1, "params_header": 1, "parts": 1,
    "frame": 1,
    "models": 1, "keying": 1, "whose": 1, "shooting": 1, "fixing": 1, "facing": 1, "timing": 1,
    "idle": 1, "decision": 1, "buffers": 1, "libraries": 1, "cache": 1, "atomic": 1,
    "toml_table": 1, "room": 1, "text_file": 1, "file_names": 1,
    "ops": 2, "work": 2, "plate": 2,
    "nets": 3, "keyer": 3, "people": 3, "temporal": 3, "faces": 3,
    "engine": 4, "shot": 4, "qc": 4,
    "entry": 5,
    "__init__": 9,
}  # fmt: skip
TORCH_LAYERS = {2, 3, 4}


def modules() -> Iterator[tuple[Path, str]]:
    for path in sorted(ENGINE.rglob("*.py")):
        yield path, path.relative_to(ENGINE).parts[0].removesuffix(".py")


def layer(path: Path) -> int:
    """The layer of a Python file; 8 for everything outside `anatomatte`."""
    if ENGINE not in path.parents:
        return 8
    return LAYERS[path.relative_to(ENGINE).parts[0].removesuffix(".py")]


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """(dotted name, level of dots) of every import in a file, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, 0
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level
            if not node.module:
                for alias in node.names:
                    yield alias.name, node.level


def own(path: Path, name: str, level: int) -> str | None:
    """The top module of `anatomatte` that an import means, or None for somebody else's."""
    if level == 0:
        head, _, rest = name.partition(".")
        return rest.split(".")[0] if head == "anatomatte" and rest else None
    package = [*path.relative_to(ENGINE).parts[:-1]]
    base = package[: len(package) - (level - 1)]
    parts = [*base, *(name.split(".") if name else [])]
    return parts[0] if parts else None


def test_every_module_has_a_layer() -> None:
    unknown = {top for _, top in modules()} - set(LAYERS) - {"weights", "ofx"}
    assert not unknown, f"give these a layer in ARCHITECTURE.md and here: {sorted(unknown)}"


def test_a_module_uses_only_what_is_below_it() -> None:
    wrong = []
    for path, top in modules():
        for name, level in imported(path):
            target = own(path, name, level)
            if target in LAYERS and target != top and LAYERS[target] > LAYERS[top] and top != "__init__":
                wrong.append(
                    f"{path.relative_to(ROOT)} (layer {LAYERS[top]}) imports {target} ({LAYERS[target]})"
                )
    assert not wrong, "\n".join(wrong)


def test_torch_stays_in_layers_2_to_4() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for folder in ("plugin", "bridge")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name, level in imported(path)
        if level == 0
        and name.split(".")[0] == "torch"
        and not (
            ENGINE in path.parents
            and LAYERS.get(path.relative_to(ENGINE).parts[0].removesuffix(".py")) in TORCH_LAYERS
        )
    ]
    assert not wrong, wrong


def test_runtimes_of_networks_are_imported_in_one_place() -> None:
    """One of them speaks to the network unless it is told before its import (`runtime.files.quietly`)."""
    wrong = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("plugin", "bridge")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"(import_module\(.*|^\s*(import|from) )(onnxruntime|ai_edge_litert|openvino)", line)
    ]
    assert not wrong, wrong


def test_the_web_stays_in_one_package() -> None:
    web = {"fastapi", "starlette", "uvicorn", "pydantic", "httpx"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for folder in ("plugin", "bridge")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name, level in imported(path)
        if level == 0 and name.split(".")[0] in web and "anatomatte_review" not in path.parts
    ]
    assert not wrong, wrong


CPP_RULES = [
    (r'#\s*include\s*[<"](Python\.h|pybind11/)', {"embed", "host", "kernels"}, "Python.h and pybind11"),
    (r'#\s*include\s*[<"](ofx\w*\.h|nuke/fn\w+\.h)', {"shim", "host", "ofx", "abi_check"}, "OFX headers"),
]


@pytest.mark.parametrize(("pattern", "allowed", "what"), CPP_RULES, ids=["python", "ofx"])
def test_headers_stay_behind_their_border(pattern: str, allowed: set[str], what: str) -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "cpp").rglob("*"))
        if path.suffix in {".h", ".cpp", ".c"}
        and path.relative_to(ROOT / "cpp").parts[0] not in allowed
        and re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    assert not wrong, f"{what} may only stand in {sorted(allowed)}: {wrong}"


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import anatomatte_cli", ("torch", "cv2", "OpenImageIO", "av")),
        ("import anatomatte_batch", ("torch", "cv2", "OpenImageIO", "av")),
        ("import anatomatte_review", ("torch", "cv2", "OpenImageIO", "av", "fastapi", "uvicorn")),
        ("import anatomatte", ("torch", "cv2", "numpy")),
        ("import pyopenfx", ("torch", "cv2", "anatomatte")),
    ],
)
def test_importing_loads_nothing_heavy(statement: str, heavy: tuple[str, ...]) -> None:
    code = f"{statement}; import sys; print(*[m for m in {heavy!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_help_loads_no_torch() -> None:
    code = (
        "import sys; from anatomatte_cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(m for m in ('torch', 'cv2', 'OpenImageIO', 'av') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "render" in done.stdout
    assert done.stderr == ""


def test_source_files_stay_short() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.cpp", "*.h"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    long = [name for name in listed if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > 400]
    assert not long, f"one idea a file, under 400 lines: {long}"


BRIDGE_RULES = [
    ("anatomatte_review", {"anatomatte_cli"}),
    ("anatomatte_batch", {"anatomatte_cli", "anatomatte_review"}),
    ("pyopenfx", {"anatomatte_cli", "anatomatte_review", "anatomatte_batch"}),
]


@pytest.mark.parametrize(("package", "above"), BRIDGE_RULES, ids=["review", "batch", "pyopenfx"])
def test_a_package_of_the_bridge_uses_nothing_above_it(package: str, above: set[str]) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "bridge" / package).rglob("*.py"))
        for name, _ in imported(path)
        if name.split(".")[0] in above
    ]
    assert not wrong, "\n".join(wrong)


def test_no_documents_python_imports_the_command_line() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for code in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            assert "anatomatte_cli" not in code, page.name
