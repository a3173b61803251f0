"""Writing a sidecar: the frames' file first, under a name that nobody reads yet, then the short one.

Whatever ends the writing early leaves the old sidecar whole or none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ..atomic import beside
from .schema import KIND, SCHEMA, SUFFIX, Moment, Shot

_DIGITS = 8


def stem_of(path: Path) -> str:
    """The name of a sidecar without its suffixes."""
    name = path.name
    for suffix in (SUFFIX, ".json"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def write_shot(shot: Shot, path: Path) -> None:
    """Write a sidecar's two files, and remove the frames' file of the one that was there.

    Raises:
        OutputError, DiskFull: a file cannot be written.
    """
    path = Path(os.path.realpath(path))  # of a link, the frames' file lies beside what it leads to
    text = _frames_text(shot)
    digest = hashlib.sha256(text.encode()).hexdigest()
    stem = stem_of(path)
    heavy = path.with_name(f"{stem}.frames-{digest[:_DIGITS]}.json")
    with beside(heavy) as draft:
        draft.write_bytes(text.encode())
    with beside(path) as draft:
        # halves of surrogates, of which names that are no UTF-8 consist, become the escapes of JSON
        draft.write_bytes(_text(shot, heavy.name, digest).encode(errors="backslashreplace"))
    for old in path.parent.glob(f"{_escaped(stem)}.frames-{'[0-9a-f]' * _DIGITS}.json"):
        if old.name != heavy.name:
            with contextlib.suppress(OSError):
                old.unlink()


def _escaped(text: str) -> str:
    """A text that a glob pattern takes for itself."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in text)


def _text(shot: Shot, frames: str, digest: str) -> str:
    table: dict[str, Any] = {
        "kind": KIND,
        "schema": SCHEMA,
        "made_by": shot.made_by,
        "plate": dataclasses.asdict(shot.plate),
        "people": [dataclasses.asdict(person) for person in shot.people],
        "scenes": [dataclasses.asdict(scene) for scene in shot.scenes],
        "corrections": [dataclasses.asdict(one) for one in shot.corrections],
        "painted": [dataclasses.asdict(one) for one in shot.painted.values()],
        "frames": {"file": frames, "sha256": digest},
    }
    if shot.consent.given:
        table["consent"] = dataclasses.asdict(shot.consent)
    if shot.actor:
        table["actor"] = shot.actor
    if shot.replaced:
        table["replaced"] = [dict(row) for row in shot.replaced]
    return json.dumps({**table, **shot.rest}, indent=2, ensure_ascii=False) + "\n"


def _frames_text(shot: Shot) -> str:
    """A frame a line, so that two sidecars can be compared."""
    rows = [f'"{number}": {_moment(shot.moments[number])}' for number in sorted(shot.moments)]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _moment(moment: Moment) -> str:
    people = [[row[0], *(round(value, 4) for value in row[1:])] for row in moment.people]
    facts: dict[str, Any] = {"exposure": round(moment.exposure, 3), "people": people}
    facts["likeness"] = moment.likeness
    if moment.window:
        facts["window"] = [round(value, 6) for value in moment.window]
    if moment.marks:
        facts["marks"] = [[mark.id, mark.belief, *sum(mark.points, ())] for mark in moment.marks]
    if moment.faces:
        facts["faces"] = [face.row() for face in moment.faces]
    if moment.accepted:
        facts["accepted"] = moment.accepted
    facts["qc"] = {code: round(score, 3) for code, score in moment.qc.items()}
    return json.dumps(facts, separators=(",", ":"))
