"""Which pictures are meant by names, folders and globs, and what their cutouts are called."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anatomatte.errors import PlateError, SettingsError

from ..files import reachable
from ..formats import UNREAD, suffixes, words
from .options import FORMATS

STANDARD = "-"
SHEET = "cutout_sheet"
"""What a sheet is called, before a number and its suffix."""
_READ = suffixes(video=False)
_ENDS = re.compile(
    rf"(_(cutout|alpha|parts|regions|legend|labels|part_person_\d\d(\.\w+)?)|^{SHEET}(_\d+)?)$"
)
_SILENT = (".webp", ".json")
"""Kinds of files that do not say who made them: their names alone count."""
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

    Of several names, as a shell makes of ``*.png``, those of outputs are left out; a single one counts.

    Raises:
        PlateError: a name that is not there, a folder without pictures, or nothing but outputs.
        SettingsError: several pictures for one OUT, or a file of another kind.
    """
    found: dict[str, tuple[Path, Path]] = {}
    sources = list(sources)
    for text in sources:
        for path, shape in _meant(text, place):
            if len(sources) == 1 or not is_output(path):
                found.setdefault(os.path.realpath(path), (path, shape))
    if not found:
        raise PlateError(f"{sources[0]} and the others are cutouts of an earlier run; name the pictures.")
    if len(found) > 1 and (place.file is not None or place.standard):
        what = "standard output" if place.standard else str(place.file)
        raise SettingsError(f"{what} is one file for {len(found)} pictures; name a folder.")
    return tasks(list(found.values()), place)


def tasks(pictures: Sequence[tuple[Path, Path]], place: Place) -> list[Task]:
    """Tasks of pictures and their folders within what was named; names that would be the same keep their
    suffix: ``a.jpg_cutout.png``.

    Raises:
        SettingsError: the files of two pictures would have the same names.
    """
    bases = [(place.folder / shape if place.folder else path.parent) / path.stem for path, shape in pictures]
    often = {base: bases.count(base) for base in set(bases)} if len(set(bases)) < len(bases) else {}
    made = []
    for (path, _), base in zip(pictures, bases, strict=True):
        base = base.with_name(path.name) if often.get(base, 1) > 1 else base
        if place.file is not None:
            base = place.file.with_name(place.file.stem.removesuffix("_cutout"))
        made.append(Task(path, str(path), base, place.file))
    _check_apart(made)
    return made


def _check_apart(made: Sequence[Task]) -> None:
    """No cutout of a run replaces another of it."""
    first: dict[Path, Task] = {}
    for task in made:
        other = first.setdefault(task.base, task)
        if other is not task:
            raise SettingsError(
                f"{other.shown} and {task.shown} would both become {task.path('_cutout')}; name the folder "
                "that holds both, or give each an OUT of its own."
            )


def _meant(text: str, place: Place) -> Iterator[tuple[Path, Path]]:
    """Pictures of one name, and the folder of each within it."""
    path = Path(text).expanduser()
    if path.is_dir():
        pictures = list(walked(path, place))
        if not pictures:
            more = f" {left}" if (left := left_out(path, place)) else ""
            raise PlateError(f"{path} holds no picture that is read; there are {words(video=False)}.{more}")
        yield from pictures
    elif path.is_file():
        _check_kind(path)
        yield path, Path()
    elif _is_glob(text):
        hits = [Path(one) for one in sorted(glob.glob(os.path.expanduser(text), recursive=True))]
        matched = [one for one in hits if _is_picture(one) and not is_output(one)]
        if not matched:
            raise PlateError(f"{text} matches no picture; check the pattern.")
        top = _fixed(path)
        yield from ((one, one.parent.relative_to(top)) for one in matched)
    else:
        raise PlateError(f"{text} is not there; check the path.")


def _check_kind(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix in suffixes(video=True):
        raise SettingsError(f"{path} is a video; `anatomatte render {path} key.####.exr` keys it.")
    if suffix not in _READ:
        raise SettingsError(
            f"{path}: {suffix or 'this'} is no picture that is read; there are {words(video=False)}."
        )


def _fixed(pattern: Path) -> Path:
    """The folder of a glob above its first sign: what matches keeps its shape below it."""
    parts = pattern.parent.parts
    plain = next((n for n, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:plain])


def walked(folder: Path, place: Place) -> Iterator[tuple[Path, Path]]:
    """The pictures in a folder and below, and where below; hidden ones, links to folders, what is in OUT and
    outputs of ours are left out."""
    return (
        (path, shape) for path, shape in _files(folder, place) if _is_picture(path) and not is_output(path)
    )


def _files(
    folder: Path, place: Place, unread: Callable[[OSError], None] | None = None
) -> Iterator[tuple[Path, Path]]:
    """Files below a folder, and where below; *unread* hears of folders that cannot be looked into."""
    out = None if place.folder is None else os.path.realpath(place.folder)
    for root, folders, files in os.walk(folder, onerror=unread):
        here = Path(root)
        folders[:] = sorted(
            name for name in folders if name[0] != "." and os.path.realpath(here / name) != out
        )
        for name in sorted(files):
            if name[0] != ".":
                yield here / name, here.relative_to(folder)


def left_out(folder: Path, place: Place) -> str:
    """A sentence on folders below one that cannot be looked into, else on pictures of kinds not read, or
    nothing."""
    shut: list[OSError] = []
    kinds = Counter(path.suffix.lower() for path, _ in _files(folder, place, shut.append))
    if shut:
        more = f" and {len(shut) - 1} more" if len(shut) > 1 else ""
        return (
            f"{shut[0].filename}{more} cannot be looked into ({shut[0].strerror}), so nothing of it is cut."
        )
    left = {kind: count for kind, count in sorted(kinds.items()) if kind in UNREAD}
    if not left:
        return ""
    count, listed = sum(left.values()), ", ".join(f"{kind} ({count})" for kind, count in left.items())
    verb = "pictures are" if count > 1 else "picture is"
    return f"{folder}: {count} {verb} left out, as their kind is not read: {listed}; save as PNG or JPEG."


def _is_picture(path: Path) -> bool:
    """Whether a name is a picture's; a link that leads nowhere is one, which fails."""
    return path.suffix.lower() in _READ and (path.is_file() or not path.exists())


def is_output(path: Path) -> bool:
    """Whether an earlier run wrote a file: by its name, and by the picture beside it, as editors change
    headers, or by its header where its kind has one."""
    end = _ENDS.search(path.stem)
    if end is None:
        return False
    base = path.stem[: end.start()]
    beside = (path.with_name(base), *(path.with_name(base + suffix) for suffix in _READ)) if base else ()
    return path.suffix in _SILENT or any(one.is_file() for one in beside) or is_ours(path)


def is_ours(path: Path) -> bool:
    """Whether a picture says that Anatomatte made it."""
    import OpenImageIO as oiio

    with reachable(path) as name:
        source = oiio.ImageInput.open(name)
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
        SettingsError: it is one of them, or a file that Anatomatte did not make.
    """
    if os.path.realpath(path) in inputs:
        raise SettingsError(f"{path} would be written over a picture that is read; choose another OUT.")
    if overwrite or not path.exists() or (path.suffix in _SILENT and _ENDS.search(path.stem)):
        return
    if not is_ours(path):
        raise SettingsError(f"{path} is there and was not made by Anatomatte; --overwrite replaces it.")
