"""Video out, through PyAV: H.264 for a look, ProRes 4444 with alpha."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from anatomatte.errors import OutputError, PlateError

from .code_values import Coding
from .picture import Floats
from .video_planes import frame_of

_MATRIX = 1  # Rec.709


class VideoWriter:
    """H.264 for a look (.mp4) or ProRes 4444 with alpha (.mov), both Rec.709 of limited range.

    Frames are H×W×4 float32: for H.264 the colour is what is seen, for ProRes it is
    unpremultiplied.  Used in a ``with`` block; the file is complete when the block ends well.

    Args:
        path: its suffix decides.
        fps: frames a second.
        remark: a text for the file's comment.
        timecode: of the first frame, like ``01:00:00:00``, or an empty text.
    """

    def __init__(self, path: Path, fps: float, remark: str, timecode: str = "") -> None:
        import av

        self._alpha = path.suffix.lower() == ".mov"
        self._box = av.open(str(path), "w", options={"movflags": "+faststart+use_metadata_tags"})
        self._box.metadata["comment"] = remark
        if timecode:
            self._box.metadata["timecode"] = timecode
        self._fps = Fraction(fps).limit_denominator(1001)
        self._form, bits = ("yuva444p10le", 10) if self._alpha else ("yuv420p", 8)
        self._coding = Coding(bits, False, _MATRIX)
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
            PlateError: its size is not the first frame's.
            OutputError: the encoder refuses it.
        """
        import av

        height, width = pixels.shape[:2]
        if self._stream is None:
            self._open(width, height, aspect)
        elif self._size != (width, height):
            first, now = ("×".join(map(str, size)) for size in (self._size or (), (width, height)))
            raise PlateError(
                f"A video has one size, {first} by its first frame, and this one is {now}: write EXR."
            )
        frame = frame_of(_even(pixels), self._form, self._coding)
        frame.pts, self._count = self._count, self._count + 1
        frame.time_base = 1 / self._fps
        try:
            self._box.mux(self._stream.encode(frame))
        except (av.error.FFmpegError, OSError) as why:
            raise OutputError(f"The video cannot be written: {why}.") from why

    def _open(self, width: int, height: int, aspect: float) -> None:
        import av

        codec = "prores_ks" if self._alpha else "libx264"
        options = {"profile": "4444"} if self._alpha else {"crf": "16", "preset": "medium"}
        try:
            stream: Any = self._box.add_stream(codec, rate=self._fps, options=options)
        except (av.error.FFmpegError, ValueError) as why:
            raise OutputError(f"This PyAV cannot write {codec}: {why}; write EXR or PNG instead.") from why
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, self._form
        stream.sample_aspect_ratio = Fraction(aspect).limit_denominator(1000)
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _MATRIX
        context.color_range = 1
        self._stream, self._size = stream, (width, height)


def _even(pixels: Floats) -> Floats:
    """Odd sizes grow by a repeated row or column: video halves its colour."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return pixels
