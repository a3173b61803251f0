"""Clips whose frames carry their number as a bar code, in whatever codec and container PyAV writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

BITS, WIDTH, HEIGHT = 8, 128, 64


def drawn(number: int, width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.uint8]:
    """An RGB picture, H×W×3: a bar of *width*/8 for each bit of *number*, over a moving ramp."""
    picture = np.zeros((height, width, 3), np.uint8)
    ramp = (np.arange(width) * 2 + number * 5) % 200 + 20
    picture[: height // 2] = ramp[None, :, None]
    for bit in range(BITS):
        level = 220 if number >> bit & 1 else 30
        picture[height // 2 :, bit * width // BITS : (bit + 1) * width // BITS] = level
    return picture


def number_of(pixels: npt.NDArray[Any]) -> int:
    """The number that a picture of `drawn` carries, from its green in 0..1 or from grey."""
    grey = pixels[..., 1] if pixels.ndim == 3 and pixels.shape[2] >= 3 else pixels.reshape(pixels.shape[:2])
    height = grey.shape[0]
    bars = grey[height // 2 + height // 8 : height - height // 8].mean(axis=0).reshape(BITS, -1)
    inside = bars[:, bars.shape[1] // 4 : -bars.shape[1] // 4].mean(axis=1)
    return sum(1 << bit for bit, level in enumerate(inside) if level > 0.45)


def clip(
    path: Path,
    codec: str = "libx264",
    numbers: Iterable[int] = range(30),
    *,
    pixel: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    rate: int | Fraction = 25,
    times: Sequence[int] | None = None,
    container: str | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    container_options: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """Write the pictures of *numbers* in order; *times* are their time stamps in frames of *rate*."""
    import av

    with av.open(str(path), "w", format=container, options=dict(container_options or {})) as box:
        box.metadata.update(metadata or {})
        stream: Any = box.add_stream(codec, rate=rate, options=dict(options or {}))
        stream.width, stream.height, stream.pix_fmt = *size, pixel
        if aspect is not None:
            stream.sample_aspect_ratio = aspect
        for index, number in enumerate(numbers):
            frame = av.VideoFrame.from_ndarray(drawn(number, *size), format="rgb24").reformat(format=pixel)
            frame.pts = index if times is None else times[index]
            frame.time_base = 1 / Fraction(rate)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return path


def decoded(path: Path) -> list[int]:
    """The numbers that a plain full decode of a file gives, in order."""
    import av

    found = []
    with av.open(str(path)) as box:
        for packet in box.demux(video=0):
            try:
                pictures = packet.decode()
            except av.error.InvalidDataError:
                continue
            found += [number_of(picture.to_ndarray(format="rgb24") / 255.0) for picture in pictures]
    return found


def remuxed(
    source: Path, target: Path, keep: Callable[[int], bool] = lambda _: True, spoil: Iterable[int] = ()
) -> Path:
    """Copy the packets of a video, numbered in the order of the file: those that *keep* lets through, the
    contents of those in *spoil* overwritten but for their beginning."""
    import av

    with av.open(str(source)) as box, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(box.streams.video[0])
        for order, packet in enumerate(p for p in box.demux(video=0) if p.size):
            if not keep(order):
                continue
            if order in spoil:
                packet.update(b"\xff" * packet.size)
            packet.stream = stream
            out.mux(packet)
    return target


def with_matrix(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Write a display matrix into the track header of an MP4 or MOV."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    at += 40 if data[at] == 0 else 52  # version 1 has longer dates
    for place, value in ((0, a), (4, b), (12, c), (16, d)):
        data[at + place : at + place + 4] = (value * 65536).to_bytes(4, "big", signed=True)
    path.write_bytes(data)
    return path


def cut(source: Path, target: Path, share: float) -> Path:
    """The beginning of a file."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])
    return target
