"""What goes into a bundle: this interpreter, the packages that are needed, the node; where each file lies."""

from __future__ import annotations

import importlib.metadata as metadata
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anatomatte
from anatomatte.errors import SetupError

from ..cmd_install import libpython

VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
SITE = PurePosixPath("python/lib") / VERSION / "site-packages"
OWN = ("anatomatte", "anatomatte_batch", "anatomatte_cli", "anatomatte_review", "pyopenfx")
_STDLIB_LEFT = {"test", "idlelib", "turtledemo", "tkinter", "ensurepip", "lib2to3", "site-packages", "venv"}
_LEFT = re.compile(r"(^|/)(__pycache__|torch/include|torch/share|torch/test|[^/]*\.pyc)(/|$)|\.(a|pyi)$")
"""Caches, headers and static libraries: nothing reads them when frames are rendered."""


@dataclass(frozen=True)
class Item:
    """A file of the bundle: where it comes from, where it lies."""

    source: Path
    target: PurePosixPath


@dataclass(frozen=True)
class Package:
    """A distribution that goes along."""

    name: str
    version: str
    licence: str
    files: tuple[Item, ...]


def needed(extras: tuple[str, ...] = ()) -> dict[str, metadata.Distribution]:
    """The distributions that this one needs, itself last; with those of its *extras*.

    Raises:
        SetupError: one is not installed.
    """
    found: dict[str, metadata.Distribution] = {}
    _gather("anatomatte", {"", *extras}, found)
    return found


def _gather(name: str, extras: set[str], found: dict[str, metadata.Distribution]) -> None:
    from packaging.requirements import Requirement

    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found:
        return
    try:
        told = metadata.distribution(name)
    except metadata.PackageNotFoundError as why:
        raise SetupError(f"The package {name} is not installed here; pip install {name}.") from why
    found[key] = told
    for text in told.requires or ():
        one = Requirement(text)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
            _gather(one.name, {"", *one.extras}, found)


def packages(extras: tuple[str, ...] = ()) -> Iterator[Package]:
    """The packages and their files; ours from where it is imported, built in place or installed."""
    for name, told in sorted(needed(extras).items()):
        files = tuple(_own() if name == "anatomatte" else _recorded(told))
        yield Package(name, told.version, licence_of(told), files)


def licence_of(told: metadata.Distribution) -> str:
    """A distribution's licence as it states it: an expression, a word, or its classifiers."""
    facts = told.metadata
    if "License-Expression" in facts:
        return str(facts["License-Expression"])
    word = str(facts["License"]) if "License" in facts else ""
    if word and "\n" not in word and len(word) < 80:
        return word
    classifiers = [str(text) for text in facts.get_all("Classifier") or () if text.startswith("License ::")]
    return " / ".join(text.split(" :: ")[-1] for text in classifiers)


def _recorded(told: metadata.Distribution) -> Iterator[Item]:
    root = Path(str(told.locate_file("")))
    for file in told.files or ():
        path = Path(os.path.normpath(root / file))
        inside = PurePosixPath(os.path.relpath(path, root))
        if inside.parts[0] != ".." and not _LEFT.search(str(inside)) and path.is_file():
            yield Item(path, SITE / inside)


def _own() -> Iterator[Item]:
    for name in OWN:
        file = anatomatte.__file__ if name == "anatomatte" else __file__
        root = Path(str(file)).resolve().parents[1 if name == "anatomatte" else 2]
        for path in sorted((root / name).rglob("*")):
            inside = PurePosixPath(path.relative_to(root))
            if path.is_file() and not _LEFT.search(str(inside)):
                yield Item(path, SITE / inside)


def interpreter() -> Iterator[Item]:
    """This Python without what only developing needs; its shared library beside it.

    Raises:
        SetupError: this Python has no shared library, which the node's worker needs.
    """
    library = libpython()
    if library is None:
        raise SetupError(
            "This Python has no shared library, which hosts need; make the bundle with one that has: a "
            "distribution's with libpython3, or one configured with --enable-shared."
        )
    base = Path(sys.base_prefix)
    program = Path(os.path.realpath(base / "bin" / VERSION))
    yield Item(program, PurePosixPath("python/bin") / VERSION)
    yield Item(Path(os.path.realpath(library)), PurePosixPath("python/lib") / library.name)
    stdlib = Path(sysconfig.get_path("stdlib"))
    for path in sorted(stdlib.rglob("*")):
        inside = path.relative_to(stdlib)
        top = inside.parts[0]
        if (
            set(inside.parts[:-1]) & {"test", "tests"}
            or top in _STDLIB_LEFT
            or top.startswith("config-")
            or _LEFT.search(inside.as_posix())
        ):
            continue
        if path.is_file():
            yield Item(path, PurePosixPath("python/lib") / VERSION / inside.as_posix())
