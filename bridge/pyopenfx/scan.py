"""Finding plug-ins on disk: search path, bundles, binaries."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import isolated


@dataclass(frozen=True)
class BinaryProblem:
    """A binary that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class PluginInfo:
    """A plug-in that a scan found."""

    identifier: str
    version: tuple[int, int]
    label: str
    grouping: str
    contexts: tuple[str, ...]
    binary: Path
    bundle: Path


def architecture() -> str:
    """The folder under Contents that holds this machine's binary."""
    if sys.platform == "darwin":
        return "MacOS"
    if sys.platform == "win32":
        return "Win64" if sys.maxsize > 2**32 else "Win32"
    machine = platform.machine()
    return "Linux-" + {"x86_64": "x86-64", "i686": "x86"}.get(machine, machine)


def search_path() -> list[Path]:
    """OFX_PLUGIN_PATH (":" or ";" between folders), then the standard's own folder."""
    parts = (
        re.split(r"[:;]", os.environ.get("OFX_PLUGIN_PATH", ""))
        if sys.platform != "win32"
        else (os.environ.get("OFX_PLUGIN_PATH", "").split(";"))
    )
    standard = {"darwin": "/Library/OFX/Plugins", "win32": r"C:\Program Files\Common Files\OFX\Plugins"}
    return [Path(p) for p in (*parts, standard.get(sys.platform, "/usr/OFX/Plugins")) if p]


def binaries(paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """(binary, bundle) below each path: a folder to walk, a bundle, or a bare .ofx file.

    Folders whose name starts with "@" are skipped, as the standard asks.  A path that is not
    there gives nothing.
    """
    seen: set[Path] = set()
    for path in paths:
        for binary, bundle in _below(path):
            real = binary.resolve()
            if real not in seen:
                seen.add(real)
                yield real, bundle


def without_binary(paths: Iterable[Path]) -> Iterator[BinaryProblem]:
    """The bundles below each path that hold no binary for this machine, and what they hold instead."""
    for path in paths:
        for bundle in _bundles(path):
            if any(_below(bundle)):
                continue
            contents = bundle / "Contents"
            here = sorted(p.name for p in (contents / architecture()).glob("*.ofx"))
            others = sorted(p.name for p in contents.glob("*") if any(p.glob("*.ofx")))
            if here:
                name = bundle.name.removesuffix(".bundle")
                why = f"its binary is called {here[0]}, where hosts look for {name}"
            else:
                found = f"there is one for {', '.join(others)}" if others else "there is none at all"
                why = f"holds no binary for {architecture()}; {found}"
            yield BinaryProblem(str(bundle), why)


def _bundles(path: Path) -> Iterator[Path]:
    if path.name.endswith(".ofx.bundle"):
        yield path
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_dir() and not child.name.startswith("@"):
                yield from _bundles(child)


def _below(path: Path) -> Iterator[tuple[Path, Path]]:
    if path.suffix == ".ofx" and path.is_file():
        inside = path.parent.parent.name == "Contents"
        yield path, (path.parents[2] if inside else path.parent)
    elif path.name.endswith(".ofx.bundle"):
        binary = path / "Contents" / architecture() / path.name.removesuffix(".bundle")
        if binary.is_file():
            yield binary, path
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_dir() and not child.name.startswith("@"):
                yield from _below(child)


def scan_apart(binary: Path, bundle: Path, timeout: float) -> tuple[list[PluginInfo], list[BinaryProblem]]:
    """What a binary holds, found out in a process of its own; in one for each of its plug-ins where
    they do not survive together."""
    place = {"binary": str(binary), "bundle": str(bundle)}
    outcome = isolated.run("scan", place, timeout)
    if outcome.end == "done":
        return _infos(outcome.value, binary, bundle), _problems(outcome.value, binary)
    listed = isolated.run("names", place, timeout)
    if listed.value is None or len(listed.value) < 2:
        return [], [BinaryProblem(str(binary), outcome.text)]
    plugins: list[PluginInfo] = []
    problems: list[BinaryProblem] = []
    for only in listed.value:
        outcome = isolated.run("scan", {**place, "only": only}, timeout)
        if outcome.value is not None:
            plugins += _infos(outcome.value, binary, bundle)
            problems += _problems(outcome.value, binary)
        if outcome.end != "done":
            problems.append(BinaryProblem(str(binary), f"{only[0]} {outcome.text}"))
    return plugins, problems


def _infos(told: dict[str, Any], binary: Path, bundle: Path) -> list[PluginInfo]:
    return [
        PluginInfo(
            p["identifier"],
            (p["version"][0], p["version"][1]),
            p["label"],
            p["grouping"],
            tuple(p["contexts"]),
            binary,
            bundle,
        )
        for p in told["plugins"]
    ]


def _problems(told: dict[str, Any], binary: Path) -> list[BinaryProblem]:
    return [BinaryProblem(str(binary), reason) for reason in told["problems"]]
