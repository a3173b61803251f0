"""Older versions of the sidecar's schema, brought up to today's one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import SettingsError
from .schema import SCHEMA

Table = dict[str, Any]
Step = Callable[[Table, Table], tuple[Table, Table]]
"""The short table and the frames' table of one version → those of the next; may change what it is given."""


def _corrected(table: Table, frames: Table) -> tuple[Table, Table]:
    """1 → 2: corrections, and what the checks say of each frame (``qc``), of which nothing is known; a key
    ``corrections`` that nobody knew is no correction."""
    rows = {key: {"qc": {}, **row} if isinstance(row, dict) else row for key, row in frames.items()}
    return {**table, "corrections": []}, rows


def _reached(table: Table, frames: Table) -> tuple[Table, Table]:
    """2 → 3: a correction says over which reach it was carried; of older ones that stays unknown. Frames that
    somebody accepted are marked; a key ``accepted`` that nobody knew marks none."""
    rows = {
        key: {name: value for name, value in row.items() if name != "accepted"}
        if isinstance(row, dict)
        else row
        for key, row in frames.items()
    }
    return table, rows


def _spaced(table: Table, frames: Table) -> tuple[Table, Table]:
    """3 → 4: a plate says as which space of a config it was read; older ones were read as their files say,
    whatever a key ``colorspace`` that nobody knew says."""
    plate = table.get("plate")
    if isinstance(plate, dict):
        plate.pop("colorspace", None)
    return table, frames


def _faced(table: Table, frames: Table) -> tuple[Table, Table]:
    """4 → 5: the faces of a frame's people; nothing is known of them, whatever a key ``faces`` says."""
    rows = {
        key: {name: value for name, value in row.items() if name != "faces"} if isinstance(row, dict) else row
        for key, row in frames.items()
    }
    return table, rows


def _sighted(table: Table, frames: Table) -> tuple[Table, Table]:
    """5 → 6: which landmarks of a face are in sight, and where a frame's picture lies within the plate; of
    older ones that stays unknown."""
    for row in frames.values():
        if isinstance(row, dict):
            row.pop("window", None)
        if isinstance(row, dict) and isinstance(row.get("faces"), list):
            row["faces"] = [[*face, ""] if isinstance(face, list) else face for face in row["faces"]]
    return table, frames


STEPS: Mapping[int, Step] = {1: _corrected, 2: _reached, 3: _spaced, 4: _faced, 5: _sighted}
"""Version → the step from it to the next. Append-only: what once was written stays readable."""


def version(table: Mapping[str, Any], where: str, newest: int = SCHEMA) -> int:
    """The version of a sidecar's table.

    Raises:
        SettingsError: it has none, or one that this version does not know.
    """
    found = table.get("schema")
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        raise SettingsError(
            f"{where} does not say which schema it has (schema = {found!r}); put the line "
            f'"schema": {newest} back, or run `anatomatte analyse` again.'
        )
    if found > newest:
        raise SettingsError(
            f"{where} has schema {found} and this version reads up to {newest}: it was written by a newer "
            "Anatomatte; update, or run `anatomatte analyse` again with this one and another -o."
        )
    return found


def migrated(
    table: Table, frames: Table, where: str, steps: Mapping[int, Step] = STEPS, newest: int = SCHEMA
) -> tuple[Table, Table]:
    """Both tables of a sidecar in the newest schema.

    Raises:
        SettingsError: as `version`.
    """
    for number in range(version(table, where, newest), newest):
        table, frames = steps[number](table, frames)
        table = {**table, "schema": number + 1}
    return table, frames
