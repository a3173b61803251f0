"""Video in and out through PyAV."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from anatomatte.errors import OutputError, PlateError, SettingsError

from .formats import suffixes
from .picture import Floats, Picture, whole

VIDEOS = suffixes(video=True)
_HDR = {16: "PQ", 18: "HLG"}


class VideoReader:
    """Frames of a video by number; the first has the number *start*.

    Raises:
        PlateError: no video inside, or it cannot be decoded; the message names the file.
    """

    def __init__(self, path: Path, start: int = 1) -> None:
        import av

        self.path, self.start = path, start
        try:
            self._box = av.open(str(path))
            self._stream = self._box.streams.video[0]
            self._times = _presentation_times(self._box, self._stream)
        except IndexError as why:
            raise PlateError(f"{path} holds no video; check SRC.") from why
        except (av.error.FFmpegError, OSError) as why:
            raise PlateError(f"{path} cannot be read: {why}.") from why
        if not self._times:
            raise PlateError(f"{path} holds no frame.")
        self._stream.thread_type = "AUTO"
        self._frames: Any = None
        self._next = -1
        self.remark = _remark(self._box.metadata.get("comment", ""))
        self.fps = float(self._stream.average_rate or self._stream.guessed_rate or 24)

    def frames(self) -> range:
        """The numbers of all frames."""
        return range(self.start, self.start + len(self._times))

    def read(self, number: int) -> Picture:
        """A frame as float32 RGB(A), Rec.709 encoded, never clamped below its own range."""
        index = number - self.start
        if not 0 <= index < len(self._times):
            raise PlateError(f"{self.path} has no frame {number}; it holds {self.start}-{self.frames()[-1]}.")
        import av

        try:
            return self._picture(self._decode(index))
        except (av.error.FFmpegError, StopIteration) as why:
            raise PlateError(
                f"Frame {number} of {self.path} cannot be decoded; the file is damaged."
            ) from why

    def close(self) -> None:
        self._box.close()

    def _decode(self, index: int) -> Any:
        wanted = self._times[index]
        if self._frames is None or index < self._next or index > self._next + 60:
            self._box.seek(wanted, stream=self._stream, backward=True, any_frame=False)
            self._frames = self._box.decode(self._stream)
        for frame in self._frames:
            if frame.pts is not None and frame.pts >= wanted:
                self._next = index + 1
                return frame
        self._frames = None
        raise StopIteration

    def _picture(self, frame: Any) -> Picture:
        if (transfer := _HDR.get(int(frame.color_trc))) is not None:
            raise PlateError(
                f"{self.path} is encoded for {transfer}; convert it to EXR or to a log curve that "
                "`anatomatte params` lists under input_colour."
            )
        alpha = any(letter == "a" for letter in (c.is_alpha and "a" for c in frame.format.components))
        kind, channels = ("rgba64le", 4) if alpha else ("rgb48le", 3)
        matrix = _matrix(frame)
        raw = frame.to_ndarray(
            format=kind, src_colorspace=matrix, dst_colorspace=matrix, interpolation="BICUBIC"
        )
        pixels: Floats = np.multiply(raw[..., :channels], np.float32(1.0 / 65535.0), dtype=np.float32)
        if (turn := getattr(frame, "rotation", 0)) % 360:
            pixels = np.ascontiguousarray(np.rot90(pixels, round(turn / 90)))
        return whole(
            pixels,
            aspect=float(self._stream.sample_aspect_ratio or 1),
            premult="unpremultiplied" if alpha else "opaque",
            colour="rec709",
            fps=self.fps,
            name=self.path.name,
        )


def _remark(text: str) -> dict[str, str]:
    """The provenance that a video of ours carries."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _presentation_times(box: Any, stream: Any) -> list[int]:
    times = {packet.pts for packet in box.demux(stream) if packet.pts is not None and not packet.is_discard}
    return sorted(times)


def _matrix(frame: Any) -> int:
    """The matrix that the file names; unnamed, HD is Rec.709 and smaller is Rec.601."""
    named = int(frame.colorspace)
    if named in (1, 5, 6, 7, 9, 10):
        return {1: 1, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}[named]
    return 1 if frame.height > 576 else 5


class VideoWriter:
    """H.264 for a look (.mp4) or ProRes 4444 with alpha (.mov), both Rec.709.

    Frames are H×W×4 float32: for H.264 the colour is what is seen, for ProRes it is
    unpremultiplied.  Used in a ``with`` block; the file is complete when the block ends well.
    """

    def __init__(self, path: Path, fps: float, remark: str) -> None:
        import av

        self._alpha = path.suffix.lower() == ".mov"
        self._box = av.open(str(path), "w", options={"movflags": "+faststart+use_metadata_tags"})
        self._box.metadata["comment"] = remark
        self._fps = Fraction(fps).limit_denominator(1001)
        self._stream: Any = None
        self._size: tuple[int, int] | None = None
        self._count = 0

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._stream is not None:
                self._box.mux(self._stream.encode(None))
        finally:
            self._box.close()

    def write(self, pixels: Floats, aspect: float = 1.0) -> None:
        """Append a frame.

        Raises:
            OutputError: its size is not the first frame's, or the encoder refuses it.
        """
        import av

        height, width = pixels.shape[:2]
        if self._stream is None:
            self._open(width, height, aspect)
        elif self._size != (width, height):
            raise OutputError(
                f"A video keeps one size: {self._size} first, now {(width, height)}; write EXR instead."
            )
        full = np.clip(np.nan_to_num(pixels), 0.0, 1.0) * np.float32(65535.0) + np.float32(0.5)
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(_even(full.astype(np.uint16))), format="rgba64le"
        )
        frame = frame.reformat(format=self._stream.pix_fmt, dst_colorspace=1, interpolation="BICUBIC")
        frame.pts, self._count = self._count, self._count + 1
        frame.time_base = 1 / self._fps
        try:
            self._box.mux(self._stream.encode(frame))
        except (av.error.FFmpegError, OSError) as why:
            raise OutputError(f"The video cannot be written: {why}.") from why

    def _open(self, width: int, height: int, aspect: float) -> None:
        import av

        codec, pixel = ("prores_ks", "yuva444p10le") if self._alpha else ("libx264", "yuv420p")
        options = {"profile": "4444"} if self._alpha else {"crf": "16", "preset": "medium"}
        try:
            stream: Any = self._box.add_stream(codec, rate=self._fps, options=options)
        except (av.error.FFmpegError, ValueError) as why:
            raise OutputError(f"This PyAV cannot write {codec}: {why}; write EXR or PNG instead.") from why
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, pixel
        stream.sample_aspect_ratio = Fraction(aspect).limit_denominator(1000)
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        self._stream, self._size = stream, (width, height)


def _even(pixels: Any) -> Any:
    """Odd sizes grow by a repeated row or column: video halves its colour."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return pixels


def frames_per_second(text: str) -> float:
    """``24``, ``23.976`` or ``24000/1001``; the short form of an NTSC rate means the exact one."""
    top, _, bottom = text.partition("/")
    try:
        rate = float(top) / float(bottom or 1)
    except (ValueError, ZeroDivisionError):
        rate = math.nan
    if not 0 < rate <= 1000:
        raise SettingsError(f"--fps {text!r} is no rate; write 24, 23.976 or 24000/1001.")
    ntsc = round(rate * 1.001) * 1000 / 1001
    return ntsc if abs(rate - ntsc) < 0.002 and abs(rate - round(rate)) > 0.01 else rate
