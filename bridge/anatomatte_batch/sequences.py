"""Frame sets (``1001-1100x2,1150``) and file patterns (``####``, ``%04d``, ``$F4``, ``@@@``)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from anatomatte.errors import PlateError, SettingsError

_TOKEN = re.compile(r"#+|@+|%(?:0?\d+)?d|\$F\d*")
_NUMBERED = re.compile(r"[._](-?\d+)\.[^.]+$")


def parse_frames(text: str) -> list[int]:
    """The frames of a frame set, ascending, each once.

    Raises:
        SettingsError: the text is no frame set.
    """
    from fileseq.exceptions import FileSeqException
    from fileseq.frameset import FrameSet

    try:
        frames = sorted(set(FrameSet(text)))
        if any(frame != int(frame) for frame in frames):
            raise ValueError("a fraction")
    except (FileSeqException, ValueError, TypeError) as why:
        raise SettingsError(f"{text!r} is no frame set; write it like 1001-1100x2,1150 or -5-10.") from why
    if not frames:
        raise SettingsError("The frame set is empty; write it like 1001-1100x2,1150.")
    return [int(frame) for frame in frames]


def compact(frames: Iterable[int]) -> str:
    """Frames as a person writes them: ``1001-1004,1010``."""
    runs: list[list[int]] = []
    for frame in sorted(set(frames)):
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def holes(frames: Iterable[int]) -> list[int]:
    """The frames that are absent between the first and the last."""
    have = set(frames)
    return [] if not have else [f for f in range(min(have), max(have)) if f not in have]


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
        number = re.compile(re.escape(self.prefix) + r"(-?)(\d+)" + re.escape(self.suffix))
        found: dict[int, Path] = {}
        try:
            with os.scandir(self.folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as why:
            raise PlateError(f"{self.folder} cannot be listed ({why.strerror}); check SRC.") from why
        for name in names:
            match = number.fullmatch(name)
            if match and self._padded(match[1], match[2]):
                found.setdefault(int(match[1] + match[2]), self.folder / name)
        return found

    def _padded(self, sign: str, digits: str) -> bool:
        pad = self.pad or 0
        if len(digits) in (pad, pad - len(sign)):
            return True
        return len(digits) > pad and not digits.startswith("0")


def parse_pattern(text: str) -> Pattern:
    """A file name with at most one frame token; the last one counts, so ``shot#1.####.exr`` works.

    Raises:
        SettingsError: the name is empty, or the token stands in a folder's name.
    """
    path = Path(text)
    if not path.name:
        raise SettingsError(f"{text!r} is no file name; write it like plate.####.exr.")
    tokens = list(_TOKEN.finditer(path.name))
    if not tokens:
        if any(re.search(r"##+|%0\d+d|\$F\d", part) for part in path.parent.parts):
            raise SettingsError(f"{text!r} has its frame number in a folder; put it into the file's name.")
        return Pattern(text, path.parent, path.name, "", None)
    token = tokens[-1]
    pad = _width(token[0])
    return Pattern(text, path.parent, path.name[: token.start()], path.name[token.end() :], pad)


def _width(token: str) -> int:
    if token[0] in "#@":
        return len(token)
    digits = re.sub(r"\D", "", token)
    return max(int(digits), 1) if digits else 1


def single_frame(text: str) -> int:
    """The frame number of a single file: ``plate.1001.exr`` is 1001, without a number it is 1."""
    match = _NUMBERED.search(Path(text).name)
    return int(match[1]) if match and len(match[1].lstrip("-")) <= 7 else 1
