"""Whether frames of ours hold the pixels and the header that Anatomatte wrote, and those that a render's log
tells of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from anatomatte.errors import AnatomatteError, OutputError, SettingsError

from .looked_at import LookedAt
from .pixel_marks import NAME, kept_by
from .provenance import coherent
from .sequences import compact

_OWN = "Anatomatte"
"""How what we write calls its program."""

Logged = Mapping[int, Mapping[str, str]]
"""Frame → layer → mark."""


def faults(
    ours: Mapping[int, LookedAt], logged: Logged, cure: str = "render it again"
) -> Iterator[tuple[int, str, str, type[AnatomatteError]]]:
    """Frame, code, sentence and class of each fault among frames of ours; *cure*: how one is made anew."""
    for frame, one in ours.items():
        if one.altered is not None and not coherent(one.facts):  # others are of older versions
            told = "says other things of itself than Anatomatte wrote: its header was altered"
            yield frame, "header", f"{told}; {cure}", OutputError
        if one.altered and _rewritten(one):
            which = f"{_named(one.altered)} {_are(one.altered)} not what Anatomatte made"
            told = f"was written again by {one.program}, and {which}"
            told += f"; check the file that it was made of, or {cure}"
            yield frame, "rewritten", told, SettingsError
        elif one.altered:
            told = f"holds other pixels in {_named(one.altered)} than were written into it: a program "
            told += f"altered them and kept the header; {cure}"
            yield frame, "altered", told, OutputError
        elif one.altered is not None and (other := _unlike(kept_by(one.facts), logged.get(frame))):
            told = f"holds other pixels in {_named(other)} than the log of its render tells of: "
            told += f"another file lies in its place; {cure}"
            yield frame, "swapped", told, OutputError


def notes(ours: Mapping[int, LookedAt], logged: Logged | None) -> Iterator[str]:
    """What there is to say of the marks of frames as a whole; *logged*: None where no log was named."""
    if unmarked := [frame for frame, one in ours.items() if one.altered is None]:
        yield f"frames {compact(unmarked)} keep no marks of their pixels: these may have been altered"
    yield from again(ours.values(), "frame")
    if logged is not None and (unknown := [frame for frame in ours if frame not in logged]):
        yield f"the log tells of no pixels of frames {compact(unknown)}"


def again(ours: Iterable[LookedAt], what: str) -> Iterator[str]:
    """What there is to say of files that others wrote again; *what* each is."""
    counted = Counter(one.program for one in ours if one.altered == () and _rewritten(one))
    for program, number in counted.items():
        files = f"1 {what} was" if number == 1 else f"{number} {what}s were"
        yield f"{files} written again by {program}, with the same pixels"


def logged(files: Sequence[str | Path]) -> dict[int, Mapping[str, str]]:
    """What the logs of renders tell of the pixels of each frame, the last word of each.

    Args:
        files: logs, and folders of them, as the tasks of a job write them (``*.ndjson``): of those the ones
            of tasks that made no frame may tell of none.

    Raises:
        SettingsError: a log cannot be read, or tells of no frame.
    """
    found: dict[int, tuple[float, Mapping[str, str]]] = {}
    for file in files:
        told = [one for line in _logs(Path(file)) if (one := _event(line)) is not None]
        if not told:
            raise SettingsError(f"--rendered {file} tells of no frame; name the log of a render (--log).")
        for frame, at, marks in told:
            if frame not in found or at >= found[frame][0]:
                found[frame] = at, marks
    return {frame: marks for frame, (_, marks) in found.items() if marks}


def _logs(file: Path) -> Iterator[str]:
    """The lines of a log, or of all in a folder."""
    try:
        for one in sorted(file.glob("*.ndjson")) if file.is_dir() else [file]:
            yield from one.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as why:
        raise SettingsError(f"--rendered {file}: {why.strerror}; name the log of a render.") from why


def _event(line: str) -> tuple[int, float, Mapping[str, str]] | None:
    """Frame, time and marks of a line of a log; None of one that tells of no file of a frame."""
    try:
        event = json.loads(line)
        if event.get("event") != "frame" or event.get("status") not in ("rendered", "skipped"):
            return None
        marks = kept_by({NAME: json.dumps(event.get("pixels", {}))})
        return int(event["frame"]), float(event.get("at", 0)), marks
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _rewritten(one: LookedAt) -> bool:
    return bool(one.program) and not one.program.startswith(_OWN)


def _unlike(kept: Mapping[str, str], told: Mapping[str, str] | None) -> list[str]:
    return [] if told is None else [layer for layer, mark in kept.items() if told.get(layer, mark) != mark]


def _named(layers: Sequence[str]) -> str:
    return ", ".join(layers[:8]) + (f" and {len(layers) - 8} more" if len(layers) > 8 else "")


def _are(layers: Sequence[str]) -> str:
    return "is" if len(layers) == 1 else "are"
