"""What `anatomatte models` shows: the list of networks, and one of them in full."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from typing import Any

from anatomatte.models import store
from anatomatte.models.manifest import LICENCES, File, Manifest
from anatomatte.models.store import catalogue, places, policy
from anatomatte.models.store.files import said

_COLOURS = {
    "commercial": "green",
    "copyleft": "yellow",
    "terms": "yellow",
    "non-commercial": "red",
    "unclear": "red",
}


def state(manifest: Manifest, entry: File) -> dict[str, Any]:
    """One file of a network, and whether it is here."""
    found = store.find(manifest, entry.precision)
    facts: dict[str, Any] = {
        "precision": entry.precision,
        "name": entry.name,
        "installed": bool(found),
        "bytes": found.record.bytes if found else entry.bytes,
        "sha256": found.record.sha256 if found else entry.sha256,
        "sha256_known": bool(entry.sha256),
    }
    if found:
        facts |= {"path": str(found.path), "origin": found.record.origin, "at": found.record.at}
        facts["shared"] = found.root != places.own()
    return facts


def facts(manifest: Manifest) -> dict[str, Any]:
    """A network for `list --json`."""
    return {
        "id": manifest.id,
        "title": manifest.title,
        "licence": manifest.licence.kind,
        "licence_name": manifest.licence.weights,
        "engines": list(manifest.engines),
        "refused": policy.refusal(manifest),
        "files": [state(manifest, entry) for entry in manifest.files],
    }


def everything(manifest: Manifest) -> dict[str, Any]:
    """A network for `info --json`: its manifest, and the state of its files."""
    return {"manifest": dataclasses.asdict(manifest), **facts(manifest)}


def _here(one: dict[str, Any]) -> str:
    there = [f for f in one["files"] if f["installed"]]
    if not there:
        return "–"
    sizes = " + ".join(f"{f['precision']} {said(f['bytes'])}" for f in there)
    return sizes + (" shared" if any(f["shared"] for f in there) else "")


BUILT_IN = (
    "Built in: the people network, commercial (Apache-2.0; its trunk, portraits, detector of persons and "
    "landmarks from MediaPipe)."
)
"""What comes with the package and needs no store."""


def show_list(only_here: bool) -> None:
    """The table of all networks, or of those that are here."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, (good, bad) = Console(), catalogue.known()
    table = Table(box=None, pad_edge=False)
    for head in ("id", "licence", "engine", "here"):
        table.add_column(head, overflow="fold")
    for manifest in good.values():
        one = facts(manifest)
        if only_here and not any(f["installed"] for f in one["files"]):
            continue
        here = Text("refused by policy", "red") if one["refused"] else Text(_here(one))
        kind = Text(one["licence"], _COLOURS[one["licence"]])
        table.add_row(manifest.id, kind, ", ".join(manifest.engines), here)
    console.print(table)
    for told in bad.values():
        console.print(f"Not read: {told}", markup=False, highlight=False)
    console.print(BUILT_IN, highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Store: {', '.join(map(str, places.roots()))}", highlight=False, markup=False, soft_wrap=True
    )


def _rows(manifest: Manifest) -> Iterator[tuple[str, str]]:
    licence = manifest.licence
    yield "title", manifest.title
    yield "about", manifest.about
    yield "licence", f"{licence.kind} ({licence.weights}): {LICENCES[licence.kind]}"
    yield "", licence.note
    yield "code", licence.code
    yield "data", licence.data
    yield "policy", policy.refusal(manifest)
    yield "source", manifest.page
    yield "engines", ", ".join(manifest.engines)
    yield "finds", f"{manifest.subject}, shown the {manifest.region}"
    yield "runs by", manifest.native if manifest.runtime == "native" else manifest.runtime
    yield "classes", ", ".join(manifest.class_names)
    if manifest.time.contract == "recurrent":
        yield "time", f"recurrent, {manifest.time.warm_up} frames of warm-up"
    for entry in manifest.files:
        yield from _file_rows(manifest, entry)


def _file_rows(manifest: Manifest, entry: File) -> Iterator[tuple[str, str]]:
    one = state(manifest, entry)
    size = said(one["bytes"]) if one["bytes"] else "size not known"
    yield entry.precision, f"{entry.name}, {size}"
    sha = one["sha256"] or "not published; recorded when it comes in"
    yield "  sha256", sha
    if one["installed"]:
        yield "  here", f"{one['path']} (since {one['at']}, from {one['origin']})"
        return
    for url in entry.urls:
        yield "  from", url
    if entry.wheel:
        yield "  from", f"{entry.wheel}: {entry.member}"
    if entry.convert:
        yield "  made by", f"anatomatte models convert {entry.convert} FILE --id {manifest.id}"
        for url in entry.origin_urls:
            yield "  out of", url
    yield "  by hand", entry.by_hand


def show_info(manifest: Manifest) -> None:
    """One network in full; off a terminal each line whole, so that addresses can be taken from it."""
    if not sys.stdout.isatty():
        for name, told in _rows(manifest):
            if told:
                print(f"{name:<10}{told}")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for name, told in _rows(manifest):
        if told:
            style = _COLOURS[manifest.licence.kind] if name == "licence" else ""
            table.add_row(name, Text(told, style, overflow="fold"))
    Console().print(table)
