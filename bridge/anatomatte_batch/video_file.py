"""A video that is open: its packets and pictures from where one is, errors of single packets passed over."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from anatomatte.errors import PlateError

from .video_alpha import hevc_has_alpha

_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that give the alpha of Matroska, which FFmpeg's own leave out."""

_SINGLE = frozenset(
    (
        "rawvideo",
        "v210",
        "v308",
        "v408",
        "v410",
        "r210",
        "r10k",
        "png",
        "huffyuv",
        "ffvhuff",
        "utvideo",
        "qoi",
    )
)


class Told(NamedTuple):
    """What a container says of a video's colours, by the numbers of H.273; 2 where it says nothing."""

    transfer: int
    matrix: int


class VideoFile:
    """The first video stream of a file; used in a ``with`` block, or closed.

    A picture that leans on one which the decoder refused is not given: FFmpeg makes it up, and gives it the
    time of another if it is H.264.

    Args:
        path: the file.
        careful: decode one picture after the other.  Several at a time are faster, but where one is refused
            others are lost with it.

    Attributes:
        box, stream: PyAV's own.
        tracks: all video streams, but for pictures on the file's shelf.
        codec: FFmpeg's name of the codec, whichever decoder is taken.
        told: the container's word on colours.  FFmpeg forgets it where the pictures have a place of their own
            for it and leave that open, as ProRes does.
        refused: how many packets the decoder refused since the file was opened.
        empty: how many packets held nothing: the picture before them stays.

    Raises:
        PlateError: there is no video inside, or the file cannot be opened.
    """

    def __init__(self, path: Path, careful: bool = False) -> None:
        self.path, self.careful = path, careful
        self.refused = self.empty = 0
        self.box: Any = None
        self._open()

    def _open(self) -> None:
        import av

        try:
            self.box = av.open(str(self.path), **_any_tags(av.__version__))
            self.tracks = [one for one in self.box.streams.video if not _cover(one)] or self.box.streams.video
            self.stream = self.tracks[0]
        except IndexError as why:
            self.close()
            raise PlateError(f"{self.path} holds no video; check SRC.") from why
        except (av.error.FFmpegError, OSError, ValueError) as why:
            raise PlateError(f"{self.path} cannot be read: {why}.") from why
        if self.box.format.name.endswith(_PICTURE):
            kind = self.box.format.name.removesuffix(_PICTURE).upper()
            self.close()
            raise PlateError(f"{self.path} holds a picture ({kind}), whatever its name says; name it so.")
        context = self.stream.codec_context
        if context is None:
            raise PlateError(f"{self.path} holds a codec that is not known; convert it, to ProRes or EXR.")
        self.codec = str(context.codec.canonical_name)
        self.told = Told(int(context.color_trc), int(context.colorspace))
        context.thread_type = "SLICE" if self.careful else "AUTO"
        self._context = self._with_alpha() or context
        self._before: Iterator[Any] = iter(())
        self._demuxed = self.box.demux(self.stream)
        if self.codec == "hevc" and not str(context.pix_fmt).startswith("yuva"):
            self._refuse_alpha(bytes(context.extradata or b""))

    def _refuse_alpha(self, extra: bytes) -> None:
        first = next(self.packets(), None)
        self._before = iter(() if first is None else (first,))
        if first is not None and hevc_has_alpha(extra, bytes(first)):
            raise PlateError(
                f"{self.path} is HEVC with an alpha, which this PyAV cannot read; convert it to ProRes 4444."
            )

    def _with_alpha(self) -> Any:
        import av

        name = _ALPHA_DECODERS.get(self.codec)
        if (
            name is None
            or self.stream.metadata.get("alpha_mode", self.stream.metadata.get("ALPHA_MODE")) != "1"
        ):
            return None
        try:
            return av.CodecContext.create(name, "r")
        except (av.error.FFmpegError, ValueError) as why:
            raise PlateError(
                f"{self.path} has an alpha that this PyAV cannot read (no {name}); convert it to ProRes 4444."
            ) from why

    @property
    def single_pictures(self) -> bool:
        """Whether each packet is a picture by itself."""
        return bool(self.stream.codec_context.codec.intra_only) or self.codec in _SINGLE

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.box is not None:
            self.box.close()
            self.box = None

    def rewind(self) -> None:
        """Begin again with the first packet; the file is opened again, as not every container can go back."""
        self.close()
        self.refused = 0
        self._open()

    def seek(self, time: int) -> bool:
        """Go to a key frame at or before a time in ticks, as the container understands it; whether it can."""
        import av

        try:
            self.box.seek(time, stream=self.stream, backward=True, any_frame=False)
        except (av.error.FFmpegError, OSError):
            return False
        self._context.flush_buffers()
        self._before, self._demuxed = iter(()), self.box.demux(self.stream)
        return True

    def skip_to(self, wanted: Callable[[Any], bool], orders: Mapping[int, int], order: int) -> Any | None:
        """The packet that is *wanted*, which then comes first; None where the container has gone past it.

        Args:
            orders: number of a packet by its time stamp.
            order: the number of the wanted one.
        """
        for packet in self.packets():
            if wanted(packet):
                self._before = iter((packet,))
                return packet
            at = orders.get(packet.pts) if packet.pts is not None else None
            if at is not None and at > order:
                return None
        return None

    def packets(self) -> Iterator[Any]:
        """The packets from here on; a container that is damaged ends where it is."""
        import av

        try:
            for packet in itertools.chain(self._before, self._demuxed):
                if packet.size:
                    yield packet
                elif packet.dts is not None:  # not the end, but a picture that stays
                    self.empty += 1
        except (av.error.FFmpegError, OSError):
            return

    def pictures(self) -> Iterator[Any]:
        """The pictures from here on, in the order in which they are shown, without those that are damaged.

        They end at the first packet that is refused, unless the file is read carefully.
        """
        lost: set[int | None] = set()
        leaning = False  # on a picture that was refused
        for packet in self.packets():
            leaning = leaning and not packet.is_keyframe
            pictures = self._given(packet)
            if pictures is None and not self.careful:
                return
            if pictures is None:
                leaning = leaning or not (self.single_pictures or self._stands_alone(packet))
            if leaning or pictures is None:
                lost.add(packet.pts)
            yield from (one for one in pictures or () if not one.is_corrupt and one.pts not in lost)
        yield from (one for one in self._given(None) or () if not one.is_corrupt and one.pts not in lost)

    def _given(self, packet: Any) -> list[Any] | None:
        """The pictures that the decoder gives for a packet; None where it refuses it."""
        import av

        try:
            return list(self._context.decode(packet))
        except av.error.FFmpegError:
            self.refused += 1
            return None

    def _stands_alone(self, packet: Any) -> bool:
        """Whether no other picture can lean on an H.264 picture, as its header says."""
        return self.codec == "h264" and next((byte >> 5 & 3 == 0 for byte in self._slices(packet)), False)

    def promised(self, packets: int, last: int | None) -> int:
        """How many packets the container says it has; 0 where it says nothing.

        Args:
            packets: how many there are.
            last: the time of the last picture, in ticks.
        """
        family = str(self.box.format.name)
        if "mov" in family:
            return len(getattr(self.stream, "index_entries", ()))
        if self.stream.frames:
            return int(self.stream.frames) - self.empty
        rate = rate_of(self.stream)
        length = self._length(family)
        if not (length and rate and last is not None):
            return 0
        begin = 0 if "matroska" in family else (self.stream.start_time or 0) * self.stream.time_base
        absent = begin + length - last * self.stream.time_base - 1 / rate
        loose = 4.5 if family in ("flv", "asf") else 1.5  # they count what the decoder holds back
        return packets + (round(absent * rate) if absent * rate > loose else 0)

    def _length(self, family: str) -> Fraction | None:
        """Seconds that a header claims for the video; not those that are reckoned from what is there."""
        told = self.stream.metadata.get("DURATION", "").split(":")
        if len(told) == 3:
            try:
                return int(told[0]) * 3600 + int(told[1]) * 60 + Fraction(told[2])
            except ValueError:
                return None
        if not any(name in family for name in ("matroska", "mxf", "flv", "asf", "nut")):
            return None
        if self.stream.duration:
            return Fraction(self.stream.duration * self.stream.time_base)
        alone = len(self.box.streams) == 1 and self.box.duration
        return Fraction(self.box.duration, 1_000_000) if alone else None

    def starts_afresh(self, packet: Any) -> bool:
        """Whether an H.264 key frame is an instantaneous refresh, not a point from which it recovers."""
        return next((byte & 31 == 5 for byte in self._slices(packet)), False)

    def _slices(self, packet: Any) -> Iterator[int]:
        """The first byte of each slice of an H.264 packet (ITU-T H.264, 7.3.1)."""
        extra, data = self.stream.codec_context.extradata or b"", bytes(packet)
        lengths = (extra[4] & 3) + 1 if extra[:1] == b"\x01" and len(extra) > 4 else 0
        units = _by_length(data, lengths) if lengths else _by_start_code(data)
        return (data[at] for at in units if data[at] & 31 in (1, 5))


def rate_of(stream: Any) -> Fraction | None:
    """Frames a second, on average; None where nothing tells.

    No average is above the rate that holds all times of a stream: what FFmpeg gives for raw DV is the tick of
    its clock.
    """
    average: Fraction | None = stream.average_rate
    base, guessed = stream.base_rate, stream.guessed_rate
    if average and guessed and base and average > 2 * max(base, guessed):
        return Fraction(guessed)
    return average or guessed


def _any_tags(version: str) -> dict[str, Any]:
    """What makes `av.open` take tags that are no UTF-8; PyAV 19 takes them unasked and has no word for it."""
    return {"metadata_errors": "replace"} if int(version.split(".")[0]) < 19 else {}


def _by_length(data: bytes, lengths: int) -> Iterator[int]:
    at = 0
    while at + lengths < len(data):
        yield at + lengths
        at += lengths + int.from_bytes(data[at : at + lengths], "big")


def _by_start_code(data: bytes) -> Iterator[int]:
    at = data.find(b"\0\0\1")
    while 0 <= at < len(data) - 3:
        yield at + 3
        at = data.find(b"\0\0\1", at + 3)


_PICTURE = "_pipe"
"""The end of FFmpeg's names of formats that are one picture."""


def _cover(stream: Any) -> bool:
    """Whether a stream is a picture for the file's shelf, as in music and phone clips."""
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)
