"""Which name of a plate would have worked, by what its folder holds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .images import IMAGES
from .sequences import Pattern


def in_folder(folder: Path) -> str:
    """What a folder holds, in the words that would have worked."""
    found = _sequences(folder)
    shots = [one for one in found if one.zfill() and len(one) > 1]
    if shots:
        return f"did you mean {folder / _name(max(shots, key=len))}?"
    if found:
        return f"`anatomatte cutout {folder}` takes a folder of photos; a shot is named like plate.####.exr."
    return "name the sequence in it, like plate.####.exr."


def not_there(pattern: Pattern, misfits: Sequence[str] = ()) -> str:
    """That nothing has the name, with one that is there and is like it.

    Args:
        pattern: the name.
        misfits: files of that name whose numbers are padded otherwise.
    """
    what = f"{pattern.text}: no such {'file' if pattern.pad is None else 'sequence'}"
    if misfits:
        return f"{what}, but there are {others(misfits)}"
    found = _sequences(pattern.folder) if pattern.folder.is_dir() else []
    names = {_bare(_name(one)): _name(one) for one in found}
    near = difflib.get_close_matches(_bare(pattern.text.rpartition("/")[2]), names, n=1)
    return f"{what}; " + (
        f"did you mean {pattern.folder / names[near[0]]}?" if near else "check path and padding."
    )


def others(misfits: Sequence[str]) -> str:
    """Files of another padding than the token's, and how they are asked for."""
    more = f" and {len(misfits) - 1} more" if len(misfits) > 1 else ""
    return (
        f"{misfits[0]}{more}, whose numbers are padded otherwise: write as many # as they have digits, and a "
        "single # where they are not padded."
    )


def _sequences(folder: Path) -> list[Any]:
    """The sequences and pictures of a folder."""
    from fileseq.filesequence import FileSequence

    found = FileSequence.findSequencesOnDisk(str(folder))
    return [one for one in found if one.extension().lower() in IMAGES]


def _bare(name: str) -> str:
    """A name without its case, its padding and a range of frames in it."""
    return re.sub(r"(\d+-\d+)?[#@]+", "#", name.lower())


def _name(found: Any) -> str:
    """A sequence or a file as it is asked for."""
    if len(found) == 1:
        return Path(str(found[0])).name
    return f"{found.basename()}{'#' * max(found.zfill(), 1)}{found.extension()}"
