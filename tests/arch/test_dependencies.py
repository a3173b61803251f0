"""What the package imports is what installing it brings: all by itself, or by the extra that says so."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest

from made import native

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGES = ("plugin/anatomatte", "bridge/pyopenfx", "bridge/anatomatte_batch", "bridge/anatomatte_cli")
SERVICE = "bridge/anatomatte_review"
OURS = {"anatomatte", "anatomatte_batch", "anatomatte_cli", "anatomatte_review", "pyopenfx"}
HOSTS = ("nuke", "natron")
"""Folders of scripts that run in hosts' own Pythons."""
ELSEWHERE = {"tensorflow", "tf2onnx", "onnx"}
"""In an environment that `models convert` makes."""


def told() -> dict[str, Any]:
    return tomllib.loads((native.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    """Distributions as one spells them."""
    return {plain(re.split(r"[\s<>=!~;\[]", one, maxsplit=1)[0]) for one in requirements}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(folder: str) -> Iterator[tuple[Path, str, bool]]:
    """File, top-level module, and whether importing the file imports it."""
    for path in sorted((native.ROOT / folder).rglob("*.py")):
        if path.parent.name in HOSTS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {
            id(deep)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.Try | ast.If)
            for deep in ast.walk(node)
        }
        for node in ast.walk(tree):
            found: list[str] = []
            if isinstance(node, ast.Import):
                found = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found = [node.module]
            for name in found:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in OURS | ELSEWHERE:
                    yield path.relative_to(native.ROOT), top, id(node) not in inside


def brought(required: set[str]) -> set[str]:
    """These, and what they themselves need."""
    deeper = {one for name in required for one in names(_needs(name))}
    return required | deeper


def _needs(name: str) -> list[str]:
    try:
        return [one for one in requires(name) or [] if "extra ==" not in one]
    except ModuleNotFoundError:
        return []


@pytest.mark.parametrize("folder", [*PACKAGES, SERVICE])
def test_every_import_is_of_a_package_that_is_asked_for(folder: str) -> None:
    project, of = told(), packages_distributions()
    own = names(project["dependencies"])
    extras = {name: names(some) for name, some in project["optional-dependencies"].items() if name != "dev"}
    always = own | (brought(extras["serve"]) if folder == SERVICE else set())
    sometimes = always | {one for some in extras.values() for one in brought(some)}
    wrong = [
        (str(path), module)
        for path, module, at_once in imported(folder)
        if not {plain(one) for one in of.get(module, [module])} & (always if at_once else sometimes)
    ]
    assert not wrong
