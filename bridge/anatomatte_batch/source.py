"""A clip of plates: a sequence, a single image or a video, asked by frame number."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import NamedTuple

from anatomatte.errors import FrameMissing, PlateError, SettingsError

from .files import State, state_of
from .formats import words
from .images import IMAGES, read_image
from .ocio import Space, space_of
from .picture import Picture
from .provenance import content
from .result import Message
from .sequence_names import in_folder, not_there, others
from .sequences import Pattern, compact, parse_pattern
from .stills_colour import peek_colour
from .video import VIDEOS, VideoReader

_KEPT_PICTURES = 3
"""Pictures that are kept where nobody asks for more (`Source.keep`)."""
_AHEAD = 2
"""Pictures that are read ahead at most."""


class Seen(NamedTuple):
    """What stays known of a picture that was read: its layer, and its width and height."""

    layer: str
    size: tuple[int, int]


class Source:
    """Pictures by frame number; a single image answers for every frame.

    Args:
        text: a pattern, an image or a video, as the user wrote it.
        start: the number of a video's first frame.
        layer: the layer or part of its files to read; None reads the picture itself.
        matte: whether one channel will do.

    Raises:
        PlateError: nothing is there.
        SettingsError: the file's type is not known, or a video is asked for a layer.
    """

    def __init__(self, text: str, start: int = 1, layer: str | None = None, matte: bool = False) -> None:
        self.text, self.layer, self._matte = text, layer or "", matte
        self.pattern: Pattern = parse_pattern(text)
        self._video: VideoReader | None = None
        self._colours: dict[int, str] = {}
        self._kept: OrderedDict[tuple[int, State], Picture] = OrderedDict()
        self._seen: dict[int, Seen] = {}
        self._most = _KEPT_PICTURES
        self.space: Space | None = None
        """In which its files are, where that is asked for by name."""
        self._ahead: OrderedDict[tuple[int, State], Future[Picture]] = OrderedDict()
        self._video_at_work = threading.Lock()
        self._told: dict[tuple[str, str], Message] = {}
        self._listener: Callable[[Message], object] | None = None
        path = Path(text)
        if self.pattern.pad is None and path.is_dir():
            raise PlateError(f"{text} is a folder; {in_folder(path)}")
        if self.pattern.extension in VIDEOS:
            if not path.is_file():
                raise PlateError(f"{text} is not there; check the path.")
            if layer:
                raise SettingsError(f"--layer {layer}: {text} is a video, which has no layers.")
            self._video = VideoReader(path, start)
            self._files: dict[int, Path] = dict.fromkeys(self._video.frames(), path)
            for message in self._video.messages:
                self._tell(message, "")
            return
        if self.pattern.extension not in IMAGES:
            raise SettingsError(
                f"{text}: {self.pattern.extension or 'this'} is neither a picture nor a video that is read; "
                f"there are {words()}."
            )
        self._files, misfits = self.pattern.listed()
        if not self._files:
            raise PlateError(not_there(self.pattern, misfits))
        if misfits:
            self._tell(Message("padding", f"{text} leaves out {others(misfits)}"), "")

    @property
    def single(self) -> bool:
        """One image for all frames."""
        return self.pattern.pad is None and self._video is None

    @property
    def is_video(self) -> bool:
        return self._video is not None

    @property
    def short(self) -> str:
        """That a video ends before its container says so, in a sentence; else empty."""
        told = self._video.messages if self._video is not None else ()
        return next((message.text for message in told if message.code == "video-short"), "")

    @property
    def colorspace(self) -> str:
        """The space of a config as which its files are read; empty where they are read as they say."""
        return "" if self.space is None else self.space.name

    def read_as(self, name: str) -> None:
        """Read the files as a space of the config in $OCIO, from now on; nothing by an empty name.

        Raises:
            SetupError, SettingsError: as `ocio.space_of`.
        """
        self.space = space_of(name, self.text) if name else None

    def listen(self, listener: Callable[[Message], object]) -> None:
        """Hand on what there is to say of the files, each sentence once, from now on and what was said."""
        self._listener = listener
        for message in self._told.values():
            listener(message)

    def _tell(self, message: Message, layer: str) -> None:
        """Say something of the clip: once, however many of its files it is true of."""
        key = (message.code, layer)
        if key not in self._told:
            self._told[key] = message
            if self._listener is not None:
                self._listener(message)

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

    def shows(self, frame: int) -> bool:
        """Whether a frame of the time line is there: a single image is a clip of one, repeated around it."""
        first, last = self.span()
        return first <= frame <= last and not self.missing([frame])

    def file(self, frame: int) -> Path:
        """The file that holds a frame.

        Raises:
            FrameMissing: the clip has no such frame.
        """
        if self.single:
            return next(iter(self._files.values()))
        if frame not in self._files:
            have = compact(self._files)
            short = f" {self.short}" if self.short else ""
            raise FrameMissing(f"{self.text} has no frame {frame}; there are {have}.{short}")
        return self._files[frame]

    def state(self, frame: int) -> State:
        """What tells the state of a frame's file from any other; of a video, as it was opened."""
        return self._video.identity if self._video is not None else state_of(self.file(frame))

    def changed(self, frame: int, before: State, digest: str) -> bool:
        """Whether a frame's file is another than when its state was *before* and its SHA-256 *digest*."""
        path = self.file(frame)
        now = state_of(path)
        if now == before:
            return False
        return content(path) != digest or (self._video is not None and now[:4] != before[:4])

    def colour(self, frame: int) -> str:
        """How the file of a frame is encoded, as a value of ``input_colour``; its own header decides, so that
        a frame is the same in any chunk.

        Raises:
            PlateError: it is tagged with an encoding that is not read.
        """
        if self.space is not None:
            return "linear"
        if self._video:
            return self._video.colour
        key = 0 if self.single else frame
        if key not in self._colours:
            self._colours[key] = peek_colour(self.file(frame))
        return self._colours[key]

    def read(self, frame: int) -> Picture:
        """The picture of a frame, from memory when it was just read and its file is the same.

        Raises:
            FrameMissing: the clip has no such frame.
            PlateError: it is damaged.
            SettingsError: it has no such layer.
        """
        path = self.file(frame)
        key = (0 if self.single else frame, self.state(frame))
        if key not in self._kept:
            begun = self._ahead.pop(key, None)
            picture = self._decoded(frame, path) if begun is None else begun.result()
            for message in picture.messages:
                self._tell(message, picture.layer)
            self._kept[key] = picture
            self._compare(key[0], picture)
            self._seen[key[0]] = Seen(picture.layer, picture.size)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)  # in the order of reading: a batch is done with it first
        return self._kept[key]

    def _compare(self, frame: int, picture: Picture) -> None:
        """Say that files are of several sizes, which is seldom meant."""
        for other, seen in self._seen.items():
            if seen.size != picture.size:
                one, two = ("×".join(map(str, size)) for size in (seen.size, picture.size))
                text = f"{self.text} is of several sizes: frame {other} is {one} and frame {frame} {two}"
                self._tell(Message("sizes-differ", f"{text}; each is rendered as it is."), "")
            return

    def _decoded(self, frame: int, path: Path) -> Picture:
        if self._video:
            with self._video_at_work:
                picture = self._video.read(frame)
        else:
            picture = read_image(path, self.layer or None, self._matte)
        return picture if self.space is None else self.space.came_in(picture)

    def ahead(self, frame: int, reader: Executor) -> None:
        """Begin to read a picture that is asked for next; what is wrong with it is raised when it is.

        A file that is another one by then is read again.
        """
        if self.single or self.missing([frame]):
            return
        path, key = self.file(frame), (frame, self.state(frame))
        if key in self._kept or key in self._ahead:
            return

        def begin() -> Picture:
            if not self._video:
                content(path)  # it is asked for too, and remembered
            return self._decoded(frame, path)

        self._ahead[key] = reader.submit(begin)
        while len(self._ahead) > _AHEAD:
            self._ahead.popitem(last=False)[1].cancel()

    def keep(self, window: int) -> None:
        """Keep as many pictures as a run needs that looks *window* frames ahead: none is read twice."""
        self._most = max(_KEPT_PICTURES, window + 2)

    def seen(self, frame: int) -> Seen | None:
        """What the picture of a frame was, however long ago it was read; None of one that was not."""
        return self._seen.get(0 if self.single else frame)

    def close(self) -> None:
        if self._video:
            self._video.close()
