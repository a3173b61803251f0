"""A clip of plates: a sequence, a single image or a video, asked by frame number."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from anatomatte.errors import PlateError, SettingsError

from .formats import words
from .images import IMAGES, peek_colour, read_image
from .picture import Picture
from .sequences import Pattern, compact, parse_pattern
from .video import VIDEOS, VideoReader

_KEPT_PICTURES = 3


class Source:
    """Pictures by frame number; a single image answers for every frame.

    Args:
        text: a pattern, an image or a video, as the user wrote it.
        start: the number of a video's first frame.

    Raises:
        PlateError: nothing is there.
        SettingsError: the file's type is not known.
    """

    def __init__(self, text: str, start: int = 1) -> None:
        self.text = text
        self.pattern: Pattern = parse_pattern(text)
        self._video: VideoReader | None = None
        self._colour: str | None = None
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        path = Path(text)
        if self.pattern.pad is None and path.is_dir():
            raise PlateError(f"{text} is a folder; {_in_folder(path)}")
        if self.pattern.extension in VIDEOS:
            if not path.is_file():
                raise PlateError(f"{text} is not there; check the path.")
            self._video = VideoReader(path, start)
            self._files: dict[int, Path] = dict.fromkeys(self._video.frames(), path)
            return
        if self.pattern.extension not in IMAGES:
            raise SettingsError(
                f"{text}: {self.pattern.extension or 'this'} is neither a picture nor a video that is read; "
                f"there are {words()}."
            )
        self._files = self.pattern.on_disk()
        if not self._files:
            raise PlateError(
                f"{text}: no such {'file' if self.single else 'sequence'}; check path and padding."
            )

    @property
    def single(self) -> bool:
        """One image for all frames."""
        return self.pattern.pad is None and self._video is None

    def frames(self) -> list[int]:
        """The frames that are there."""
        return sorted(self._files)

    def span(self) -> tuple[int, int]:
        """The first and the last frame that are there; a single image is a clip of one."""
        there = [1] if self.single else self.frames()
        return there[0], there[-1]

    def missing(self, frames: list[int]) -> list[int]:
        """Those of *frames* that are not there."""
        return [] if self.single else [frame for frame in frames if frame not in self._files]

    def file(self, frame: int) -> Path:
        """The file that holds a frame.

        Raises:
            PlateError: the frame is missing.
        """
        if self.single:
            return next(iter(self._files.values()))
        if frame not in self._files:
            have = compact(self._files)
            raise PlateError(f"{self.text} has no frame {frame}; there are {have}.")
        return self._files[frame]

    def colour(self, frame: int) -> str:
        """How the file of a frame is encoded, as a value of ``input_colour``; the type decides, DPX and
        TIFF by their first file's header."""
        if self._video:
            return self._video.colour
        if self._colour is None:
            self._colour = peek_colour(self.file(frame))
        return self._colour

    def read(self, frame: int) -> Picture:
        """The picture of a frame, from memory when it was just read.

        Raises:
            PlateError: missing or damaged.
        """
        path = self.file(frame)
        key = 0 if self.single else frame
        if key not in self._kept:
            self._kept[key] = self._video.read(frame) if self._video else read_image(path)
            while len(self._kept) > _KEPT_PICTURES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def close(self) -> None:
        if self._video:
            self._video.close()


def _in_folder(folder: Path) -> str:
    """What a folder holds, in the words that would have worked."""
    from fileseq.filesequence import FileSequence

    for sequence in FileSequence.findSequencesOnDisk(str(folder)):
        if sequence.extension().lower() in IMAGES:
            token = "#" * max(sequence.zfill(), 1)
            name = f"{sequence.dirname()}{sequence.basename()}{token}{sequence.extension()}"
            return f"did you mean {name}?"
    return "name the sequence in it, like plate.####.exr."
