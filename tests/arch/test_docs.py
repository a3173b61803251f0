"""Documents are true: their examples run, their links lead somewhere, their names exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted(
    page
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "samples/*.md",
        "training/*.md",
        "examples/*.md",
        ".github/**/*.md",
    )
    for page in ROOT.glob(pattern)
)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [t for t in targets if not t.startswith("http") and not (page.parent / t).exists()]
    assert not missing


def test_the_readmes_python_runs_and_says_the_truth() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    mean, difference = map(float, done.stdout.split())
    assert 0.05 < mean < 0.6
    assert difference == 0.0


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named_targets = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE))
    assert named_targets
    assert named_targets <= targets


def test_every_folder_of_the_tree_exists() -> None:
    tree = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## The tree")[1].split("```")[1]
    inside = ""
    missing = []
    for line in tree.splitlines():
        top = re.match(r"^([a-z]+)/", line)
        below = re.match(r"^  ([a-z_]+)/", line)
        if top:
            inside = top[1]
        folder = ROOT / inside / below[1] if below else ROOT / inside if top else ROOT
        if not folder.is_dir():
            missing.append(line)
    assert not missing


def test_what_is_said_of_versions_of_python_is_one_thing() -> None:
    """Which one the package takes, and which `make`: constraints.txt has no versions for older ones."""
    said = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in (
            "README.md",
            "docs/hosts.md",
            "pyproject.toml",
            "CMakeLists.txt",
            ".github/workflows/ci.yml",
        )
    }
    (package,) = re.findall(r'^requires-python = ">=([\d.]+)"', said["pyproject.toml"], re.M)
    assert re.findall(r"find_package\(Python ([\d.]+) ", said["CMakeLists.txt"]) == [package]
    assert re.findall(r"any Python since ([\d.]+) ", said["docs/hosts.md"]) == [package]
    assert re.findall(r"itself runs on ([\d.]+) too", said["README.md"]) == [package]
    (made,) = re.findall(r"They need Python ([\d.]+) or newer", said["README.md"])
    assert re.findall(r"`constraints.txt` is for ([\d.]+) and newer", said["docs/hosts.md"]) == [made]
    (matrix,) = re.findall(r"python: \[(.*?)\]", said[".github/workflows/ci.yml"])
    assert min(re.findall(r"\d+\.\d+", matrix), key=lambda text: tuple(map(int, text.split(".")))) == made
