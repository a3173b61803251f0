"""How fast and how surely frames of a video are read, beside plain PyAV in the same run.

    python benchmarks/seek.py [--json] [--frames 300] [--random 100]

The clip is made: HD H.264 with B-frames and a key frame a second, every frame with its number as a bar
code. `sequential_ratio` is the time to read all frames in order, the index built on the way, over that of a
plain loop of PyAV that delivers the same: decoded by its default threads, converted by `to_ndarray` to 16-bit
RGB and by numpy to float32. `sequential_decode_ratio` is the same over a loop that only decodes and converts
nothing. `random_ratio` is the time for frames in random order over PyAV's own seek to the key frame before,
decoding on to the time stamp, and the same conversion. Times are the best of two, in turns. `wrong` counts
pictures that carry another number than was asked for, of that clip in both orders and of small ones in other
containers and codecs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from anatomatte_batch.video import VideoReader

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from made.clips import BITS, clip, drawn, number_of

SIZE, RATE = (1920, 1080), 25
TARGETS = {"sequential_ratio": 1.1, "random_ratio": 1.5, "wrong": 0}
X264 = {"g": "25", "bf": "2", "preset": "veryfast", "crf": "20"}
SMALL = {
    "a.mkv": ("libx264", {"g": "10", "bf": "2"}),
    "a.ts": ("libx264", {"g": "10", "bf": "2"}),
    "a.avi": ("libx264", {"g": "10", "bf": "2"}),
    "b.ts": ("libx264", {"g": "10", "bf": "3", "x264-params": "open-gop=1:scenecut=0"}),
    "c.mp4": ("libx265", {"x265-params": "keyint=10:bframes=3:open-gop=1:log-level=0"}),
    "a.mxf": ("mpeg2video", {"g": "10", "bf": "2"}),
    "a.webm": ("libvpx-vp9", {"g": "10", "deadline": "realtime", "cpu-used": "8"}),
}


def textured(number: int) -> Any:
    """A numbered picture in HD with detail that moves, so that decoding costs what it does on a plate."""
    picture = drawn(number % 2**BITS, *SIZE)
    grain = np.random.default_rng(7).integers(0, 40, (SIZE[1] // 2, SIZE[0]), dtype=np.uint8)
    picture[: SIZE[1] // 2] += np.roll(grain, number * 3, axis=1)[..., None]
    return picture


def film(path: Path, frames: int) -> None:
    """The clip."""
    with av.open(str(path), "w") as box:
        stream: Any = box.add_stream("libx264", rate=RATE, options=X264)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.colorspace = 1
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(textured(number), format="rgb24")
            box.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=1)))
        box.mux(stream.encode(None))


def as_float(frame: Any) -> Any:
    """What a plain script makes of a frame."""
    raw = frame.to_ndarray(format="rgb48le", src_colorspace=1, dst_colorspace=1, interpolation="BICUBIC")
    return np.multiply(raw, np.float32(1 / 65535), dtype=np.float32)


def plain(path: Path, convert: bool) -> Iterator[Any]:
    """Every frame by PyAV alone."""
    with av.open(str(path)) as box:
        for frame in box.decode(video=0):
            yield as_float(frame) if convert else frame


def sought(path: Path, order: Iterable[int]) -> Iterator[Any]:
    """Frames by PyAV's seek, decoded on to their time stamps."""
    with av.open(str(path)) as box:
        stream = box.streams.video[0]
        for number in order:
            wanted = round(number / RATE / stream.time_base)
            box.seek(wanted, stream=stream)
            yield as_float(next(frame for frame in box.decode(stream) if frame.pts >= wanted))


def read(path: Path, order: Iterable[int]) -> Iterator[Any]:
    """Frames by the product."""
    reader = VideoReader(path)
    yield from (reader.read(number + 1).pixels for number in order)
    reader.close()


def seconds(pictures: Callable[[], Iterator[Any]]) -> float:
    """Time to run through *pictures*."""
    began = time.perf_counter()
    for _ in pictures():
        pass
    return time.perf_counter() - began


def wrong(path: Path, order: list[int]) -> int:
    """Pictures with another number than asked for."""
    return sum(
        number_of(pixels) != number % 2**BITS for number, pixels in zip(order, read(path, order), strict=True)
    )


def measured(frames: int, count: int) -> dict[str, float]:
    """All figures."""
    draw = random.Random(1)
    order = [draw.randrange(frames) for _ in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hd.mp4"
        film(path, frames)
        ways: dict[str, Callable[[], Iterator[Any]]] = {
            "read": lambda: read(path, range(frames)),
            "plain": lambda: plain(path, True),
            "decode": lambda: plain(path, False),
            "random": lambda: read(path, order),
            "seek": lambda: sought(path, order),
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(2):
            for name, way in ways.items():
                best[name] = min(best[name], seconds(way))
        bad = wrong(path, list(range(frames))) + wrong(path, order)
        for name, (codec, options) in SMALL.items():
            small = clip(Path(folder) / name, codec, options=options)
            bad += wrong(small, list(range(30))) + wrong(small, draw.sample(range(30), 30))
    return {
        "sequential_ratio": round(best["read"] / best["plain"], 3),
        "sequential_decode_ratio": round(best["read"] / best["decode"], 3),
        "random_ratio": round(best["random"] / best["seek"], 3),
        "wrong": bad,
        **{f"{name}_s": round(took, 3) for name, took in best.items()},
    }


def main() -> int:
    """Print the figures; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--random", type=int, default=100)
    asked = parser.parse_args()
    found = measured(asked.frames, asked.random)
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            target = f"(target {TARGETS[name]})" if name in TARGETS else ""
            print(f"{name:<26}{value:>9} {target}".rstrip())
    return int(any(found[name] > limit for name, limit in TARGETS.items()))


if __name__ == "__main__":
    raise SystemExit(main())
