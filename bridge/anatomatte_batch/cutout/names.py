"""Which pictures are meant by names, folders and globs, and what their cutouts are called."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anatomatte.errors import OutputError, PlateError, SettingsError

from ..formats import suffixes, words
from .options import FORMATS

STANDARD = "-"
SHEET = "cutout_sheet.png"
_READ = suffixes(video=False)
_ENDS = re.compile(r"_(cutout|alpha|parts|legend|part_person_\d\d(\.\w+)?)$")
_BY_SUFFIX = {suffix: name for name, all_of_it in FORMATS.items() for suffix in all_of_it}


@dataclass(frozen=True)
class Task:
    """One picture to be cut.

    Attributes:
        source: its file.
        shown: what it is called in messages.
        base: folder and beginning of the names of its files.
        exact: the cutout's own file where one was named; None where it is called by *base*.
    """

    source: Path
    shown: str
    base: Path
    exact: Path | None = None

    def path(self, end: str) -> Path:
        """The file of what is put behind its name, as `encoded` gives it."""
        if self.exact is not None and end.startswith("_cutout"):
            return self.exact
        return self.base.with_name(self.base.name + end)


@dataclass(frozen=True)
class Place:
    """Where cutouts go: a *folder* (None: beside each picture), one *file*, or standard output."""

    folder: Path | None = None
    file: Path | None = None
    standard: bool = False


def place_of(out: str | None) -> Place:
    """What OUT means: ``-``, a file by its suffix, else a folder."""
    if out is None:
        return Place()
    if out == STANDARD:
        return Place(standard=True)
    path = Path(out).expanduser()
    if path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
        return Place(folder=path)
    if path.suffix.lower() not in _BY_SUFFIX:
        raise SettingsError(f"{out}: cutouts are written as {', '.join(_BY_SUFFIX)}; or name a folder.")
    return Place(file=path)


def format_of(place: Place, wanted: str | None) -> str:
    """The format by name or suffix, else by OUT's suffix, else PNG.

    Raises:
        SettingsError: there is none such, or OUT's suffix says another.
    """
    named = None if place.file is None else _BY_SUFFIX[place.file.suffix.lower()]
    if wanted is None:
        return named or "png"
    word = wanted.lower().removeprefix(".")
    found = word if word in FORMATS else _BY_SUFFIX.get(f".{word}")
    if found is None:
        raise SettingsError(f"--format {wanted}: it takes {', '.join(FORMATS)}.")
    if named not in (None, found):
        raise SettingsError(f"--format {wanted} and OUT {place.file} contradict each other; leave one out.")
    return found


def split(names: Sequence[str]) -> tuple[list[str], str | None]:
    """Sources and OUT of a row of names: of several the last is OUT, unless it is a picture to be cut."""
    if len(names) < 2:
        return list(names), None
    last = names[-1]
    path = Path(last)
    if path.is_file() and not (len(names) == 2 and is_ours(path)):
        return list(names), None
    if _is_glob(last) and glob.glob(last, recursive=True):
        return list(names), None
    return list(names[:-1]), last


def _is_glob(text: str) -> bool:
    return not os.path.lexists(text) and glob.has_magic(text)


def gathered(sources: Iterable[str], place: Place) -> list[Task]:
    """The pictures that are meant, each once, in the order of the names; a folder's by name, deep ones too.

    Raises:
        PlateError: a name that is not there, or a folder without pictures.
        SettingsError: several pictures for one OUT.
    """
    found: dict[str, tuple[Path, Path]] = {}
    for text in sources:
        for path, shape in _meant(text, place):
            found.setdefault(os.path.realpath(path), (path, shape))
    if len(found) > 1 and (place.file is not None or place.standard):
        what = "standard output" if place.standard else str(place.file)
        raise SettingsError(f"{what} is one file for {len(found)} pictures; name a folder.")
    return tasks(list(found.values()), place)


def tasks(pictures: Sequence[tuple[Path, Path]], place: Place) -> list[Task]:
    """Tasks of pictures and their folders within what was named; names that would be the same keep their
    suffix: ``a.jpg_cutout.png``."""
    bases = [(place.folder / shape if place.folder else path.parent) / path.stem for path, shape in pictures]
    often = {base: bases.count(base) for base in set(bases)} if len(set(bases)) < len(bases) else {}
    made = []
    for (path, _), base in zip(pictures, bases, strict=True):
        base = base.with_name(path.name) if often.get(base, 1) > 1 else base
        if place.file is not None:
            base = place.file.with_name(place.file.stem.removesuffix("_cutout"))
        made.append(Task(path, str(path), base, place.file))
    return made


def _meant(text: str, place: Place) -> Iterator[tuple[Path, Path]]:
    """Pictures of one name, and the folder of each within it."""
    path = Path(text).expanduser()
    if path.is_dir():
        pictures = list(walked(path, place))
        if not pictures:
            raise PlateError(f"{path} holds no picture that is read; there are {words()}.")
        yield from pictures
    elif path.is_file():
        yield path, Path()
    elif _is_glob(text):
        hits = [Path(one) for one in sorted(glob.glob(os.path.expanduser(text), recursive=True))]
        pictures = [(one, Path()) for one in hits if _is_picture(one) and not is_output(one)]
        if not pictures:
            raise PlateError(f"{text} matches no picture; check the pattern.")
        yield from pictures
    else:
        raise PlateError(f"{text} is not there; check the path.")


def walked(folder: Path, place: Place) -> Iterator[tuple[Path, Path]]:
    """The pictures in a folder and below, and where below; hidden ones, links to folders, what is in OUT and
    outputs of ours are left out."""
    out = None if place.folder is None else os.path.realpath(place.folder)
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            name for name in folders if name[0] != "." and os.path.realpath(here / name) != out
        )
        for name in sorted(files):
            path = here / name
            if name[0] != "." and _is_picture(path) and not is_output(path):
                yield path, here.relative_to(folder)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in _READ and path.is_file()


def is_output(path: Path) -> bool:
    """Whether an earlier run wrote a file: by its name, and by its header or the picture beside it."""
    if path.name == SHEET:
        return True
    end = _ENDS.search(path.stem)
    if end is None:
        return False
    base = path.stem[: end.start()]
    beside = (path.with_name(base), *(path.with_name(base + suffix) for suffix in _READ))
    return any(one.is_file() for one in beside) or is_ours(path)


def is_ours(path: Path) -> bool:
    """Whether a picture says that Anatomatte made it."""
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(str(path))
    if source is None:
        oiio.geterror()
        return False
    told = str(source.spec().get_string_attribute("Software"))
    source.close()
    return told.startswith("Anatomatte")


def check_writable(path: Path, inputs: frozenset[str], overwrite: bool) -> None:
    """A picture that is read is never written over, and a foreign file only when that is asked for.

    Args:
        inputs: real paths of all pictures of the run.

    Raises:
        SettingsError: it is one of them.
        OutputError: a file that Anatomatte did not make is there.
    """
    if os.path.realpath(path) in inputs:
        raise SettingsError(f"{path} would be written over a picture that is read; choose another OUT.")
    if overwrite or not path.exists() or _ENDS.search(path.stem) or path.suffix == ".json":
        return
    if path.name != SHEET and not is_ours(path):
        raise OutputError(f"{path} is there and was not made by Anatomatte; --overwrite replaces it.")
