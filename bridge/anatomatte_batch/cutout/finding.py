"""Which stills are meant by the words of a person, and where what is made of each goes."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anatomatte.errors import PlateError, SettingsError

from ..formats import suffixes, words
from .options import FORMATS

STDIN = "-"
SHEET = "cutout_sheet"
"""What the contact sheet of a run is called, before a number and its suffix."""
_STILLS = suffixes(video=False)
_VIDEOS = suffixes(video=True)
_OWN = re.compile(rf"(_cutout|_alpha|_parts|_legend|_part_person_\d\d[a-z_.]*|{SHEET}(_\d+)?)$")
_WITHOUT_HEADER = (".webp",)


@dataclass(frozen=True)
class Found:
    """A still to be cut: its file, and where it lies below the folder that was named (its name alone where a
    file was named)."""

    path: Path
    place: Path


@dataclass(frozen=True)
class Task:
    """A still, and what the names of its files begin with; ``exact`` is the cutout's own name, where one was
    given."""

    path: Path
    base: Path
    exact: Path | None = None

    def target(self, ending: str) -> Path:
        """The file that *ending* (``_alpha.png``) names."""
        if self.exact is not None and ending.startswith("_cutout."):
            return self.exact
        return self.base.with_name(self.base.name + ending)


def is_own(path: Path) -> bool:
    """Whether a file is one that a cutout made, by its name and, where its kind has one, its header."""
    if not _OWN.search(path.stem):
        return False
    return path.suffix.lower() in _WITHOUT_HEADER or made_here(path)


def made_here(path: Path) -> bool:
    """Whether a picture's header says that Anatomatte wrote it."""
    import OpenImageIO as oiio

    from ..files import reachable

    if not path.is_file():
        return False
    with reachable(path) as name:
        source = oiio.ImageInput.open(name)
        if source is None:
            oiio.geterror()
            return False
        told = str(source.spec().get_string_attribute("Software"))
        source.close()
    return told.startswith("Anatomatte")


def find(sources: Sequence[str | Path], out: Path | None = None) -> list[Found]:
    """Every still that *sources* mean, each once, in their order; of folders all, sorted by name.

    Hidden files, files of other kinds, what lies in *out* and what an earlier run made are left out of
    folders and of several names; a single name is taken as it is.

    Args:
        sources: files, folders and patterns with ``* ? [``; ``**`` is any folders.
        out: the folder that results go to.

    Raises:
        PlateError: a name that is not there, a pattern or folder without a still.
        SettingsError: a file of another kind.
    """
    there: dict[Path, Found] = {}
    alone = len(sources) == 1
    for source in sources:
        for found in _meant(Path(source).expanduser(), out, alone):
            there.setdefault(Path(os.path.realpath(found.path)), found)
    return list(there.values())


def _meant(path: Path, out: Path | None, alone: bool) -> list[Found]:
    if path.is_dir():
        found = in_folder(path, out)
        if not found:
            raise PlateError(f"{path} holds no still to cut; there are {words()}.")
        return found
    if path.is_file():
        _check_kind(path)
        return [] if not alone and is_own(path) else [Found(path, Path(path.name))]
    if not glob.has_magic(str(path)):
        raise PlateError(f"{path} is not there; check the path.")
    names = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]
    kept = [one for one in names if one.is_file() and one.suffix.lower() in _STILLS and not is_own(one)]
    if not kept:
        raise PlateError(f"{path} matches no still; check the pattern, or name the folder.")
    top = Path(os.path.commonpath([one.parent for one in kept]))
    return [Found(one, one.relative_to(top)) for one in kept]


def _check_kind(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix in _VIDEOS:
        raise SettingsError(f"{path} is a video; `anatomatte render {path} key.####.exr` keys it.")
    if suffix not in _STILLS:
        raise SettingsError(f"{path}: {suffix or 'this'} is no still that is read; there are {words()}.")


def in_folder(folder: Path, out: Path | None = None) -> list[Found]:
    """The stills of a folder and those below it, sorted, without links to folders."""
    inside = Path(os.path.realpath(out)) if out is not None else None
    if inside == Path(os.path.realpath(folder)):
        inside = None
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name[0] != "." and Path(os.path.realpath(Path(here, name))) != inside
        )
        for name in sorted(names):
            path = Path(here, name)
            if name[0] != "." and path.suffix.lower() in _STILLS and path.is_file() and not is_own(path):
                found.append(Found(path, path.relative_to(folder)))
    return found


def tasks(found: Sequence[Found], out: Path | None, kind: str) -> list[Task]:
    """Where the files of each still go.

    Stills whose names differ only in their suffix keep it in the names of their files.

    Args:
        out: None for beside each still; a file with a suffix of `FORMATS` for a single one; else a folder.
        kind: a name of `FORMATS`.

    Raises:
        SettingsError: one file for several stills, or a still would be written over.
    """
    if out is not None and is_file_name(out):
        if len(found) != 1:
            raise SettingsError(f"{out} is one file for {len(found)} stills; name a folder.")
        made = [Task(found[0].path, out.with_suffix(""), out)]
    else:
        bases = [_base(one, out) for one in found]
        often = Counter(bases)
        made = [
            Task(one.path, base if often[base] == 1 else base.with_name(one.place.name))
            for one, base in zip(found, bases, strict=True)
        ]
    check_places(made, FORMATS[kind][0])
    return made


def _base(found: Found, out: Path | None) -> Path:
    return (found.path if out is None else out / found.place).with_suffix("")


def is_file_name(out: Path) -> bool:
    """Whether OUT is the name of a file rather than of a folder."""
    known = {suffix for kind in FORMATS.values() for suffix in kind}
    return not out.is_dir() and out.suffix.lower() in known


def check_places(made: Iterable[Task], suffix: str) -> None:
    """No still is ever written over.

    Raises:
        SettingsError: one would be.
    """
    made = list(made)
    plates = {os.path.realpath(task.path) for task in made}
    for task in made:
        target = task.target("_cutout" + suffix)
        if os.path.realpath(target) in plates:
            raise SettingsError(f"{target} would be written over a still; name another OUT.")
