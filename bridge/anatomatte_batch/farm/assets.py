"""The files of a job, for queues that carry them to machines that do not share them.

A queue uploads the files that a bundle names (the asset references of a job bundle, as AWS Deadline Cloud
reads them).  A parameter such as ``plate.####.exr`` names none, so that every task would miss its plate.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from anatomatte.errors import AnatomatteError
from anatomatte.shot.reading import read_shot
from anatomatte.shot.writing import stem_of

from ..sequences import parse_pattern
from .description import FarmShot

_AROUND = 8
"""Frames around the shot's that those at its ends may look at, as *Window* goes at most."""


def references(shot: FarmShot) -> dict[str, Any]:
    """The table of ``asset_references.json``: files that are there, and the folders that tasks write into."""
    plates = (shot.source, *(getattr(shot, name) for name in shot.clips))
    inputs = {path for text in plates for path in _frames(text, shot)}
    inputs |= {Path(text) for text in (shot.preset, *(path for _, path in shot.files)) if text}
    inputs |= set(_sidecar(shot))
    written = (shot.output, shot.proxy, shot.sheet_file if shot.sheet else "")
    folders = {str(Path(text).parent) for text in written if text} | ({shot.logs} if shot.logs else set())
    return {
        "assetReferences": {
            "inputs": {
                "filenames": sorted(str(path) for path in inputs if path.is_file()),
                "directories": [],
            },
            "outputs": {"directories": sorted(folders)},
            "referencedPaths": [],
        }
    }


def _frames(text: str, shot: FarmShot) -> Iterator[Path]:
    """The files of a clip that the shot's frames look at."""
    try:
        found = parse_pattern(text).on_disk()
    except AnatomatteError:  # its folder is elsewhere
        return
    first, last = shot.frames[0] - _AROUND, shot.frames[-1] + _AROUND
    for frame, path in found.items():
        if len(found) == 1 or first <= frame <= last:
            yield path


def _sidecar(shot: FarmShot) -> Iterator[Path]:
    """The sidecar, what it keeps beside it, and mattes that a hand painted."""
    if not shot.sidecar or not Path(shot.sidecar).is_file():
        return
    yield Path(shot.sidecar)
    place = Path(os.path.realpath(shot.sidecar))
    yield from (one for one in place.parent.iterdir() if one.name.startswith(f"{stem_of(place)}.frames-"))
    try:
        painted = read_shot(shot.sidecar).painted.values()
    except AnatomatteError:  # tasks say what is wrong with it
        return
    yield from (place.with_name(matte.file) for matte in painted)
