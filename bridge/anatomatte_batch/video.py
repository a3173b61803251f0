"""Video in, through PyAV: the picture of a number is the one that a full decode counts so."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte.errors import PlateError, SettingsError
from anatomatte.file_names import shown

from . import timecode
from .files import state_of
from .formats import suffixes
from .header_facts import exact_rate
from .picture import Floats, Picture, whole
from .result import Message
from .video_file import VideoFile, rate_of
from .video_index import Index, index_of, pictures_from
from .video_planes import pixels_of, refuse_matrix
from .video_side_data import side_data_of

VIDEOS = suffixes(video=True)
_HDR = {"pq": "PQ: 203 cd/m² becomes 1", "hlg": "HLG: a code value of 75 % becomes 1"}
_COLOURS = {8: "linear", 13: "srgb", 16: "pq", 18: "hlg"}
"""Transfers of H.273 that are no Rec.709 and are read."""
_READ_SO = {
    4: "gamma 2.2 (BT.470 M)",
    5: "gamma 2.8 (BT.470 BG)",
    9: "logarithmic (100:1)",
    10: "logarithmic (316:1)",
    17: "SMPTE ST 428",
}
"""Transfers of H.273 that files seldom mean, and that players show as Rec.709."""
_OPEN = (2, 3)
"""Numbers of H.273 that say nothing: unspecified, reserved."""
_NEAR = 4
"""Pictures that are decoded for nothing rather than a key frame looked for."""


class VideoReader:
    """Frames of a video by number; the first has the number *start*.

    Attributes:
        fps: frames a second, on average.
        colour: how its pixels are encoded, as a value of the control ``input_colour``.
        remark: what made the file, where it is one of ours.
        messages: what there is to say of it: shorter than it says, uneven times, interlaced.

    Raises:
        PlateError: no video inside, or it cannot be decoded; the message names the file.
    """

    def __init__(self, path: Path, start: int = 1) -> None:
        self.path, self.start = path, start
        self.identity = state_of(path)
        self._index: Index = index_of(path, self.identity)
        self._file = VideoFile(path)
        if not self._index.times:
            raise PlateError(f"{path} holds no frame that can be decoded; copy or export it again.")
        stream = self._file.stream
        self.remark = _remark(self._file.box.metadata.get("comment", ""))
        refuse_matrix(self._file.told.matrix, str(stream.codec_context.pix_fmt or ""), path)
        self.fps = float(rate_of(stream) or 24)
        self.colour = _colour(self._file)
        self._timecode = _timecode(self._file)
        self._pictures: Iterator[Any] | None = None
        self._next = 0  # the place of the picture that comes next, where pictures come without a break
        self._passed = 0  # the first place that no picture came for
        self._from = 0  # the packet at which decoding began
        self._fresh = True  # nothing has been decoded yet
        self._broken: set[int] = set()
        self.messages = tuple(_messages(path, self._index, self._file))

    def frames(self) -> range:
        """The numbers of all frames."""
        return range(self.start, self.start + len(self._index.times))

    @property
    def promised(self) -> int:
        """How many frames the container promises, where it holds fewer; else 0."""
        return self._index.promised

    def read(self, number: int) -> Picture:
        """A frame as float32 RGB(A), encoded as the file says, never clamped.

        Raises:
            PlateError: there is no such frame, it cannot be decoded, or its colours are not understood.
        """
        place = number - self.start
        if not 0 <= place < len(self._index.times):
            raise PlateError(f"{self.path} has no frame {number}; it holds {self.start}-{self.frames()[-1]}.")
        frame = self._decoded(place)
        if frame is None:
            raise PlateError(
                f"Frame {number} of {self.path} cannot be decoded, it or one that it leans on; the file is "
                "damaged there: copy or export it again."
            )
        return self._picture(frame, place)

    def close(self) -> None:
        self._file.close()

    def _decoded(self, place: int) -> Any:
        """The picture at a place of the index; None where it cannot be decoded."""
        if place in self._broken or place >= self._index.certain:
            return None
        if self._on_the_way(place) and (frame := self._forward(place)) is not None:
            return frame
        for back, careful in (
            (0, False),
            (0, True),
            (1, True),
        ):  # from the key frame before it, or from another
            if self._file.careful and not careful:
                continue
            if careful:
                self._carefully()
            self._enter(place, back)
            if (frame := self._forward(place)) is not None:
                return frame
        self._broken.update(range(max(self._passed, 0) if self._passed <= place else place, place + 1))
        return None

    def _carefully(self) -> None:
        """Decode one picture after the other from now on: something is damaged."""
        if not self._file.careful:
            self._file.close()
            self._file, self._fresh = VideoFile(self.path, careful=True), True

    def _on_the_way(self, place: int) -> bool:
        """Whether to decode on is as good as to begin at a key frame."""
        if self._pictures is None or place < self._next:
            return False
        if not self._index.seekable or place <= self._next + _NEAR:
            return True
        order = self._index.orders.get(self._index.times[self._next] or 0, 0)
        return self._index.key_before(place) <= order

    def _enter(self, place: int, back: int) -> None:
        order = self._index.key_before(place, back)
        if self._fresh and order == 0:
            self._pictures, self._from = self._file.pictures(), 0
        else:
            self._pictures, self._from = pictures_from(self._file, self._index, order)
        self._fresh, self._next = False, 0

    def _forward(self, place: int) -> Any:
        """Decode on to a place; None where the pictures pass it by or end.  What passed it comes next."""
        assert self._pictures is not None
        self._passed = self._next if self._from == 0 else place
        for frame in self._pictures:
            at = self._index.places.get(frame.pts, -1) if self._index.seekable else self._next
            if at < 0:
                continue  # not one of the index: before a cut
            if at > place:
                self._pictures, self._next = itertools.chain((frame,), self._pictures), at
                return None
            self._passed = self._next = at + 1
            if at == place:
                return frame
        self._pictures = None
        return None

    def _picture(self, frame: Any, place: int) -> Picture:
        own = _COLOURS.get(_said(frame.color_trc, self._file.told.transfer), "rec709")
        if own != self.colour and _HDR.keys() & {own, self.colour}:
            raise PlateError(
                f"{self.path} is {self.colour} and its frame {self.start + place} says that it is {own}; cut "
                "it where that changes, or convert it to EXR."
            )
        frame.colorspace = _said(frame.colorspace, self._file.told.matrix)
        pixels = pixels_of(frame, self._file.codec, self.path)
        pixels, turned = upright(pixels, frame)
        aspect = float(self._file.stream.sample_aspect_ratio or 1) or 1.0
        facts = {}
        if self._timecode:
            facts = timecode.fact(timecode.counted(self._timecode, place, self.fps), self.fps)
        return whole(
            pixels,
            aspect=1.0 / aspect if turned else aspect,
            premult=_premult(self._file.codec, pixels.shape[2]),
            colour=self.colour,
            facts=facts,
            fps=self.fps,
            name=shown(self.path.name),
        )


def _premult(codec: str, channels: int) -> str:
    """EXR is multiplied by its alpha in a movie, too."""
    return "opaque" if channels != 4 else "premultiplied" if codec == "exr" else "unpremultiplied"


def _said(picture: Any, container: int) -> int:
    """A number of H.273 that a picture says; what it leaves open, its container says (where 0 is nothing)."""
    return int(picture) if int(picture) not in _OPEN or container in (0, *_OPEN) else container


def upright(pixels: Floats, frame: Any) -> tuple[Floats, bool]:
    """The picture as the display matrix of its file shows it, and whether width and height changed places.

    The matrix (ISO/IEC 14496-12) takes a point to (a·x + c·y, b·x + d·y): mirrors, flips and quarter turns
    are obeyed; of another angle the nearest of them.
    """
    found = side_data_of(frame).get("DISPLAYMATRIX")
    if found is None:
        return pixels, False
    matrix = np.frombuffer(bytes(found), np.int32)
    a, b, c, d = (int(matrix[n]) for n in (0, 1, 3, 4))
    turned = abs(b) + abs(c) > abs(a) + abs(d)
    across, down = (c, b) if turned else (a, d)
    if turned:
        pixels = pixels.transpose(1, 0, 2)
    if across < 0:
        pixels = pixels[:, ::-1]
    if down < 0:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels), turned


def _remark(text: str) -> dict[str, str]:
    """The provenance that a video of ours carries; what is no UTF-8, and PyAV 19 keeps so, is replaced."""
    try:
        found = json.loads(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _colour(file: VideoFile) -> str:
    if file.codec in ("gif", "apng"):
        return "srgb"
    return _COLOURS.get(file.told.transfer, "rec709")


def _timecode(file: VideoFile) -> str:
    """The time code of the first picture, wherever the container keeps it."""
    places = [file.stream.metadata, file.box.metadata, *(one.metadata for one in file.box.streams)]
    return next((place["timecode"] for place in places if "timecode" in place), "")


def _messages(path: Path, index: Index, file: VideoFile) -> Iterator[Message]:
    stream, transfer, there = file.stream, file.told.transfer, len(index.times)
    if len(file.tracks) > 1:
        sizes = ", ".join(f"{one.width}×{one.height}" for one in file.tracks)
        yield Message("video-tracks", f"{path} holds {len(file.tracks)} videos ({sizes}); the first is read.")
    if index.promised:
        yield Message(
            "video-short", f"{path} ends after {there} of the {index.promised} frames that it promises; "
            "copy it again.",
        )  # fmt: skip
    times = [time for time in index.times if time is not None]
    steps = sorted(b - a for a, b in itertools.pairwise(times))
    if index.seekable and len(steps) > 2:
        usual = steps[len(steps) // 2]
        if max(usual - steps[0], steps[-1] - usual) > max(2, usual / 10):
            low, high = (float(step * stream.time_base) for step in (steps[0], steps[-1]))
            yield Message(
                "video-uneven", f"The frames of {path} last between {low:.3f} and {high:.3f} s; they are "
                "counted one by one, and in a video out they become even.",
            )  # fmt: skip
    if index.interlaced:
        yield Message(
            "video-interlaced", f"{path} is interlaced; its frames are keyed as they are, both fields "
            "woven together. Deinterlace it first where the comb of moving edges hurts.",
        )  # fmt: skip
    if (told := _HDR.get(_COLOURS.get(transfer, ""))) is not None:
        yield Message(
            "video-hdr", f"{path} is {told} of scene-linear light, what is brighter stays brighter, and its "
            "primaries stay what they are.",
        )  # fmt: skip
    if transfer in _READ_SO:
        yield Message(
            "video-curve", f"{path} says that its curve is {_READ_SO[transfer]}; it is read as Rec.709, "
            "as players do. Where that is wrong, set input_colour or --colour.",
        )  # fmt: skip


def frames_per_second(text: str) -> float:
    """``24``, ``23.976`` or ``24000/1001``; the short form of an NTSC rate means the exact one."""
    top, _, bottom = text.partition("/")
    try:
        rate = float(top) / float(bottom or 1)
    except (ValueError, ZeroDivisionError):
        rate = math.nan
    if not 0 < rate <= 1000:
        raise SettingsError(f"--fps {text!r} is no rate; write 24, 23.976 or 24000/1001.")
    return exact_rate(rate)
