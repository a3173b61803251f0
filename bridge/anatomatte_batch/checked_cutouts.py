"""Whether the cutouts in a folder are whole and hold the pixels that Anatomatte wrote into them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anatomatte.errors import AnatomatteError, OutputError, SettingsError

from . import checked_marks, stills
from .cutout.names import is_ours, is_output
from .cutout.options import FORMATS
from .face_marks import PREFIX
from .looked_at import LookedAt, look
from .report import worst

_SUFFIXES = frozenset(suffix for suffixes in FORMATS.values() for suffix in suffixes)
_NOT_FINITE = "holds values that are no numbers"
_AGAIN = "cut it again"


@dataclass(frozen=True)
class PictureFault:
    """What is wrong with a file.

    Attributes:
        path: of it.
        code: as of a frame: ``damaged``, ``not-finite``, ``altered``, ``rewritten``, ``header``, ``foreign``.
        text: a sentence, with the path.
        error: its class in the table of errors.
    """

    path: Path
    code: str
    text: str
    error: type[AnatomatteError]


@dataclass(frozen=True)
class CutoutsResult:
    """How a check of a folder ended.

    Attributes:
        pictures: that were looked at.
        faults: what is wrong, by path.
        notes: what there is to say besides.
    """

    pictures: tuple[Path, ...]
    faults: tuple[PictureFault, ...]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0, or that of the gravest class of fault."""
        return worst([one.error(one.text) for one in self.faults])

    @property
    def sentence(self) -> str:
        """The result in one line."""
        if not self.faults:
            return f"{_pictures(len(self.pictures))} there and whole"
        counts = Counter(one.code for one in self.faults)
        told = ", ".join(f"{number} {code}" for code, number in counts.items())
        bad = len({one.path for one in self.faults})
        return f"{bad} of {len(self.pictures)} pictures are not right ({told})"

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        faults = [
            {
                "path": str(one.path),
                "code": one.code,
                "exit": one.error.exit_code,
                "message": one.text,
            }
            for one in self.faults
        ]
        return {
            "exit": self.exit_code,
            "pictures": len(self.pictures),
            "faults": faults,
            "notes": list(self.notes),
        }


def check_cutouts(folder: Path, tell: Callable[[PictureFault], object] = lambda _: None) -> CutoutsResult:
    """Look at every cutout in a folder and below, with its mattes, maps and sheets, to the last pixel.

    Pictures that neither are called as outputs are nor say that Anatomatte made them are left out: they may
    be those that were cut.

    Args:
        tell: takes each fault when it is found.

    Raises:
        OutputError: there is no cutout.
    """
    looked = {path: look(path) for path in _cutouts(folder)}
    if not looked:
        raise OutputError(f"There is no cutout in {folder}; cut pictures, or name files like key.####.exr.")
    faults = []
    for path, code, text, error in _faults(looked):
        faults.append(PictureFault(path, code, f"{path} {text}", error))
        tell(faults[-1])
    return CutoutsResult(
        tuple(looked), tuple(sorted(faults, key=lambda one: one.path)), tuple(_notes(looked))
    )


def _cutouts(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        for path in (Path(root) / name for name in sorted(files) if name[0] != "."):
            if path.suffix.lower() in _SUFFIXES and (is_output(path) or _marked(path)):
                yield path


def _marked(path: Path) -> bool:
    return any(name.startswith(PREFIX) for name in stills.attributes(path) or {})


def _faults(
    looked: Mapping[Path, LookedAt],
) -> Iterator[tuple[Path, str, str, type[AnatomatteError]]]:
    paths = list(looked)
    for path, one in looked.items():
        if one.fault:
            yield path, "not-finite" if one.fault == _NOT_FINITE else "damaged", one.fault, OutputError
        elif not one.ours and path.suffix.lower() != ".webp" and not is_ours(path):
            yield path, "foreign", "was not made by Anatomatte, or another program saved it", SettingsError
    ours = {n: looked[path] for n, path in enumerate(paths) if looked[path].ours and not looked[path].fault}
    for n, code, text, error in checked_marks.faults(ours, {}, _AGAIN):
        yield paths[n], code, text, error


def _notes(looked: Mapping[Path, LookedAt]) -> Iterator[str]:
    """What there is to say of the pictures as a whole."""
    whole = [one for one in looked.values() if not one.fault]
    if unmarked := [one for one in whole if one.altered is None]:
        keep = "keeps" if len(unmarked) == 1 else "keep"
        names = ", ".join(str(one.path) for one in unmarked[:3])
        names += f" and {len(unmarked) - 3} more" if len(unmarked) > 3 else ""
        yield f"{names} {keep} no marks of pixels: whether these were altered is not known"
    yield from checked_marks.again(whole, "picture")


def _pictures(number: int) -> str:
    return "1 picture is" if number == 1 else f"{number} pictures are"
