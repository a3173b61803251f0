"""What benchmarks import is there: in their own code, and in the code that they hand to other processes."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("anatomatte", "anatomatte_batch", "anatomatte_cli", "anatomatte_review", "pyopenfx")


def programs(path: Path) -> Iterator[ast.AST]:
    """A file, and every text in it that is a program."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "import " in node.value:
            try:
                yield ast.parse(node.value)
            except SyntaxError:  # it is prose
                continue


def missing(path: Path) -> list[str]:
    """Names of ours that a benchmark imports and that do not exist."""
    wrong = []
    for program in programs(path):
        for node in ast.walk(program):
            if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in OURS:
                continue
            for alias in node.names:
                try:
                    found = hasattr(importlib.import_module(node.module or ""), alias.name)
                    found = found or bool(importlib.import_module(f"{node.module}.{alias.name}"))
                except ImportError:
                    found = False
                if not found:
                    wrong.append(f"{node.module}.{alias.name}")
    return wrong


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_imports_is_there(path: Path) -> None:
    assert missing(path) == []


def test_a_name_that_is_gone_is_found_in_a_text_too(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("CODE = 'from anatomatte.nets import engine_ask'\n", encoding="utf-8")
    assert missing(tmp_path / "old.py") == ["anatomatte.nets.engine_ask"]
