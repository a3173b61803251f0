"""Which shots there are below the server's root, and where their plates lie; no link is followed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from anatomatte.errors import AnatomatteError
from anatomatte.qc import beyond
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import SUFFIX, Shot
from anatomatte_batch.images import IMAGES
from anatomatte_batch.sequences import parse_pattern
from anatomatte_batch.source import Source
from anatomatte_batch.video import VIDEOS

from ..folder import Root, parts_of
from ..problems import Refused

MOST_SHOTS = 200
"""Sidecars of one folder that are read for a list."""
_MOST_PLATES = 200


@dataclass(frozen=True)
class Listed:
    """A sidecar in a list: its name, its path below the root, the plate, and how it stands; `fault` is a
    sentence where it cannot be read."""

    name: str
    path: str
    plate: str = ""
    first: int = 0
    last: int = 0
    people: int = 0
    checked: int = 0
    doubtful: int = 0
    accepted: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Plate:
    """A sequence or a video without a sidecar: its name as a pattern, its path, first and last frame; of a
    video, which would have to be read for it, 0 and 0."""

    name: str
    path: str
    first: int
    last: int


@dataclass(frozen=True)
class Folder:
    """What a folder holds for a review; `whole` is False where it holds more."""

    path: str
    folders: list[str]
    shots: list[Listed] = field(default_factory=list)
    plates: list[Plate] = field(default_factory=list)
    whole: bool = True


def listing(root: Root, inside: str) -> Folder:
    """The shots of a folder below the root, its plates without a sidecar, and its folders.

    Raises:
        Refused: 404, there is no such folder in the root.
    """
    held = root.names(inside)
    path = "/".join(parts_of(inside))
    sidecars = [name for name in held.files if name.endswith(SUFFIX)]
    shots = [_listed(root, _below(path, name)) for name in sidecars[:MOST_SHOTS]]
    taken = {_told(one.plate) for one in shots}
    plates = [one for one in _plates(root, path, held.files) if _told(one.name) not in taken]
    whole = held.whole and len(sidecars) <= MOST_SHOTS and len(plates) <= _MOST_PLATES
    return Folder(path, held.folders, shots, plates[:_MOST_PLATES], whole)


def _told(name: str) -> tuple[str, str]:
    """What tells a plate from others, however its frame number is written."""
    pattern = parse_pattern(name or "-")
    return pattern.prefix, pattern.suffix


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _listed(root: Root, inside: str) -> Listed:
    name = inside.rpartition("/")[2]
    try:
        shot = read_shot(root.file(inside))
    except (AnatomatteError, Refused) as why:
        return Listed(name, inside, fault=str(why).replace(f"{root.path}/", ""))
    return Listed(
        name, inside, shot.plate.name, shot.plate.first, shot.plate.last, len(shot.people), *_counts(shot)
    )


def _counts(shot: Shot) -> tuple[int, int, int]:
    """Frames that were checked, that are doubtful, and that somebody accepted."""
    checked = doubtful = good = 0
    for frame, moment in shot.moments.items():
        checked += bool(moment.qc)
        accepted = shot.accepted(frame)
        good += accepted
        doubtful += bool(beyond(shot.checks(frame))) and not accepted
    return checked, doubtful, good


def _plates(root: Root, path: str, names: list[str]) -> list[Plate]:
    """The sequences and videos among files; single pictures are stills, not shots."""
    from fileseq.filesequence import FileSequence

    videos = [Plate(name, _below(path, name), 0, 0) for name in names if Path(name).suffix.lower() in VIDEOS]
    stills = [name for name in names if Path(name).suffix.lower() in IMAGES]
    found = []
    for one in FileSequence.yield_sequences_in_list(stills):
        if one.zfill() and len(one) > 1:
            name = f"{one.basename()}{'#' * one.zfill()}{one.extension()}"
            found.append(Plate(name, _below(path, name), int(one.start()), int(one.end())))
    return sorted([*found, *videos], key=lambda plate: plate.name)


def opened(root: Root, inside: str, shot: Shot) -> Source:
    """The plate of a sidecar as pictures by frame.

    Args:
        inside: a sequence, a video or a picture below the root.

    Raises:
        Refused: 404, it is not there; 403, files of it are links.
        PlateError, SettingsError: as `Source`.
    """
    *above, name = parts_of(inside) or ("",)
    folder = root.folder("/".join(above))
    text = str(folder / name)
    source = Source(text)
    if source.is_video and len(source.frames()) == shot.plate.last - shot.plate.first + 1:
        source.close()
        source = Source(text, shot.plate.first)
    source.read_as(shot.plate.colorspace)
    if any(_is_link(source.file(frame)) for frame in source.frames()):
        source.close()
        raise Refused(
            403, f"Files of {name} are links, which no server follows.", "Put the files themselves there."
        )
    return source


def _is_link(path: Path) -> bool:
    return stat.S_ISLNK(os.lstat(path).st_mode)
