"""Frame sets (``1001-1100x2,1150``) and file patterns (``####``, ``%04d``, ``$F4``, ``@@@``)."""

from __future__ import annotations

import itertools
import operator
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anatomatte.errors import PlateError, SettingsError

_TOKEN = re.compile(r"#+|@+|%(?:0?\d+)?d(?![a-z])|\$F\d*(?![A-Za-z])")
_IN_FOLDER = re.compile(r"##+|@@+|%(?:0?\d+)?d(?![a-z])|\$F\d*(?![A-Za-z])")
_NUMBERED = re.compile(r"[._](-?\d+)\.[^.]+$")
_RANGE = re.compile(r"(-?\d+)(?:-(-?\d+)(?:([x:])(\d+))?)?")
_MOST = 2_000_000


def parse_frames(text: str) -> list[int]:
    """The frames of a frame set, ascending, each once.

    Numbers and ranges, separated by commas or spaces: ``7``, ``1-10``, ``10-1``, ``-5--1``, every third as
    ``1-10x3`` or as Open Job Description writes it, ``1-10:3``.

    Raises:
        SettingsError: the text is no frame set, or it has more than two million frames.
    """
    frames: set[int] = set()
    for word in re.split(r"\s*,\s*|\s+", text.strip()):
        match = _RANGE.fullmatch(word)
        step = int(match[4] or 1) if match else 0
        if match is None or step < 1:
            raise SettingsError(
                f"{text!r} is no frame set{_where(text, word)}; write it like 1001-1100x2,1150 or -5-10."
            )
        first, last = int(match[1]), int(match[2] or match[1])
        if abs(last - first) // step >= _MOST:
            raise SettingsError(
                f"{text!r} has more than two million frames{_where(text, word)}; write fewer."
            )
        frames.update(range(first, last + 1, step) if first <= last else range(first, last - 1, -step))
    return sorted(frames)


def _where(text: str, word: str) -> str:
    return f" at {word!r}" if word and word != text.strip() else ""


def compact(frames: Iterable[int]) -> str:
    """Frames as a person writes them: ``1001-1004,1010``."""
    runs: list[list[int]] = []
    for frame in sorted(set(frames)):
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def holes(frames: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each run of frames that are absent between the first and the last."""
    have = sorted(set(frames))
    return [(a + 1, b - 1) for a, b in itertools.pairwise(have) if b > a + 1]


def spelt(runs: Sequence[tuple[int, int]], most: int = 20) -> str:
    """Runs of frames as a person writes them, the first ones of very many."""
    told = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs[:most])
    return told + (f" and {len(runs) - most} more gaps" if len(runs) > most else "")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Where the frames of a sequence lie; ``pad`` is None for a single file."""

    text: str
    folder: Path
    prefix: str
    suffix: str
    pad: int | None

    @property
    def extension(self) -> str:
        """Lower case, with the dot."""
        return Path(self.text).suffix.lower()

    def path(self, frame: int) -> Path:
        """The file of a frame; a sign counts as a digit, as in printf."""
        if self.pad is None:
            return Path(self.text)
        return self.folder / f"{self.prefix}{frame:0{self.pad}d}{self.suffix}"

    def on_disk(self) -> dict[int, Path]:
        """Every frame that is there.  A number may outgrow its padding but not be padded further.

        Raises:
            PlateError: the folder cannot be listed.
        """
        if self.pad is None:
            path = Path(self.text)
            return {single_frame(self.text): path} if path.is_file() else {}
        return self.listed()[0]

    def listed(self) -> tuple[dict[int, Path], list[str]]:
        """As `on_disk`, and the names of files whose number is padded otherwise than the token."""
        if self.pad is None:
            return self.on_disk(), []
        found: dict[int, Path] = {}
        misfits: list[str] = []
        number = re.compile(re.escape(self.prefix) + r"(-?)(\d+)" + re.escape(self.suffix))
        try:
            with os.scandir(self.folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as why:
            raise PlateError(f"{self.folder} cannot be listed ({why.strerror}); check SRC.") from why
        for name in names:
            match = number.fullmatch(name)
            if match and self._padded(match[1], match[2]):
                found.setdefault(int(match[1] + match[2]), self.folder / name)
            elif match:
                misfits.append(name)
        return found, misfits

    def _padded(self, sign: str, digits: str) -> bool:
        pad = self.pad or 0
        if len(digits) in (pad, pad - len(sign)):
            return True
        return len(digits) > pad and not digits.startswith("0")


def parse_pattern(text: str, there: bool = True) -> Pattern:
    """A file name with at most one frame token; the last one counts, so ``shot#1.####.exr`` works.

    A file or folder of that very name counts before any token in it.

    Args:
        text: as the user wrote it.
        there: look whether such a file or folder is there.

    Raises:
        SettingsError: the name is empty, or the token stands in a folder's name.
    """
    path = Path(text)
    if not path.name:
        raise SettingsError(f"{text!r} is no file name; write it like plate.####.exr.")
    tokens = list(_TOKEN.finditer(path.name))
    if not tokens or (there and (path.is_file() or path.is_dir())):
        _no_token_in(path, text)
        return Pattern(text, path.parent, path.name, "", None)
    _no_token_in(path, text)
    token = tokens[-1]
    pad = _width(token[0])
    return Pattern(text, path.parent, path.name[: token.start()], path.name[token.end() :], pad)


def _no_token_in(path: Path, text: str) -> None:
    """Folders have one name each, unless one is really called so."""
    named = (folder for folder in (path.parent, *path.parent.parents) if _IN_FOLDER.search(folder.name))
    if not all(folder.is_dir() for folder in named):
        raise SettingsError(f"{text!r} has its frame number in a folder; put it into the file's name.")


def as_one_file(pattern: Pattern) -> Pattern:
    """The pattern as the name of one file, whatever tokens are in it."""
    return Pattern(pattern.text, pattern.folder, Path(pattern.text).name, "", None)


def is_certain(pattern: Pattern) -> bool:
    """Whether a name's token can hardly mean anything else: several signs, or one between dots."""
    name = Path(pattern.text).name
    token = list(_TOKEN.finditer(name))[-1]
    return len(token[0]) > 1 or (
        name[token.start() - 1 : token.start()] in "._-" and name[token.end() :][:1] == "."
    )


def _width(token: str) -> int:
    if token[0] in "#@":
        return len(token)
    digits = re.sub(r"\D", "", token)
    return max(int(digits), 1) if digits else 1


def single_frame(text: str) -> int:
    """The frame number of a single file: ``plate.1001.exr`` is 1001, without a number it is 1."""
    match = _numbered(text)
    return int(match[1]) if match else 1


def _numbered(text: str) -> re.Match[str] | None:
    """The number in a single file's name, if it has one."""
    match = _NUMBERED.search(Path(text).name)
    return match if match and len(match[1].lstrip("-")) <= 7 else None


def only_its_own(text: str, frames: Iterable[int]) -> None:
    """A file of a sequence is its own frame, and stands for no other one.

    A number behind a dot, or one beside which the folder holds others, is a frame's; ``photo_2020.png`` may
    be called so.

    Raises:
        PlateError: other frames are asked for.
    """
    match = _numbered(text)
    if match is None or not (others := set(frames) - {int(match[1])}):
        return
    path, name = Path(text), Path(text).name
    head, tail, pad = name[: match.start(1)], name[match.end(1) :], len(match[1])
    if match[0][0] == "_" and len(Pattern(text, path.parent, head, tail, pad).on_disk()) < 2:
        return
    verb = "are" if len(others) > 1 else "is"
    raise PlateError(
        f"{text} is frame {int(match[1])} alone, and {compact(others)} {verb} asked for: write "
        f"{head}{'#' * pad}{tail} for its sequence. A copy without a number stands for every frame."
    )


def whole_numbers(frames: Iterable[int]) -> list[int]:
    """Frame numbers from Python, ascending, each once."""
    try:
        found = sorted({operator.index(frame) for frame in frames})
    except TypeError as why:
        raise SettingsError(f"frames takes whole numbers, or a set like 1001-1100x2,1150: {why}.") from why
    if not found:
        raise SettingsError("frames holds no frame; leave it out for all that are there.")
    return found
