"""A run in which a face is replaced: refused without a consent note, and recorded in the shot's sidecar."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anatomatte import __version__
from anatomatte.errors import OutputError, SettingsError
from anatomatte.faces import consent
from anatomatte.settings import Settings, from_mapping

from .presets import Preset
from .result import FrameResult, Message
from .sequences import compact

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

    from .job import Job, Outcome

CODE, UNRECORDED = "face-replaced", "face-unrecorded"
"""The codes of what a run says of replaced faces, and of a record of them that cannot be written."""


def check(preset: Preset, named: Shot | None) -> None:
    """See that every frame in which a face is replaced has its consent note, and its pictures are there.

    Raises:
        SettingsError: a note is missing or not whole, or a picture is not there.
    """
    consented(preset, named)
    for settings in _replacing(preset):
        _pictures(settings)


def consented(preset: Preset, named: Shot | None) -> None:
    """See that every frame in which a face is replaced has its consent note, wherever its pictures are.

    Raises:
        SettingsError: a note is missing or not whole.
    """
    for settings in _replacing(preset):
        consent.needed(settings, None if named is None else named.consent)


def _replacing(preset: Preset) -> Iterator[Settings]:
    """The settings of a shot, and of its ranges, with which a face is replaced."""
    for values in ({}, *(entry.settings for entry in preset.ranges)):
        settings = from_mapping({**preset.settings, **values})
        if settings.swap != "off":
            yield settings


def _pictures(settings: Settings) -> tuple[str, ...]:
    from anatomatte.engine.face_views import digests

    return digests(settings)


def recorded(job: Job, named: Shot | None, outcome: Outcome) -> tuple[Message, ...]:
    """Write into the sidecar which frames were made with another face, by which source, under which consent.

    Returns:
        What there is to say of it.
    """
    told = counted(outcome.frames)
    if named is None or named.path is None:
        return told
    try:
        for row, frames in _rows(job, named, [one.frame for one in outcome.frames if one.face == "replaced"]):
            _append(named.path, {"frames": compact(frames), **row, "made_by": __version__})
    except (OSError, OutputError, SettingsError) as why:
        return *told, Message(UNRECORDED, f"The shot file could not be given the record of it: {why}")
    return told


def counted(frames: Iterable[FrameResult]) -> tuple[Message, ...]:
    """In how many of the frames that were made a face was replaced, and in how many there was none."""
    states = [one.face for one in frames]
    made, absent = states.count("replaced"), states.count("absent")
    if not made and not absent:
        return ()
    if not made:
        text = f"No face was replaced: in {_frames(absent)} it was not there, or too small, to be replaced."
        return (Message(CODE, text),)
    text = f"A face was replaced in {_frames(made)}; the headers say so, and by whose consent."
    if absent:
        text = f"{text} In {_frames(absent)} it was not there to be replaced."
    return (Message(CODE, text),)


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"


def _rows(job: Job, named: Shot | None, made: list[int]) -> list[tuple[dict[str, Any], list[int]]]:
    """How a face was replaced, by which source, under which note, and in which frames; ranges may differ."""
    found: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for frame in made:
        settings = from_mapping(job.preset.at(frame, job.filled))
        if settings.swap == "off":
            continue
        note = consent.needed(settings, None if named is None else named.consent)
        row = {"how": settings.swap, "source": _pictures(settings)[0], "consent": json.loads(note.text)}
        found.setdefault(json.dumps(row, sort_keys=True), (row, []))[1].append(frame)
    return list(found.values())


def _append(path: Path, row: Mapping[str, Any]) -> None:
    """Add a row to the sidecar's record; one that is there already is not written again."""
    from anatomatte.shot.reading import read_shot
    from anatomatte.shot.writing import write_shot

    with _alone(path.parent):
        shot = read_shot(path)
        if row not in shot.replaced:
            write_shot(dataclasses.replace(shot, replaced=(*shot.replaced, row)), path)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Held by one process at a time: chunks of a farm may end together."""
    import fcntl

    held = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks: the last one wins
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
