"""How long a frame of people takes, and how much memory, on a plate without a screen.

    python benchmarks/speed.py [--json] [--threads 2] [--rvm rvm_mobilenetv3_fp32.onnx]

The plate is made: three drawn people over a textured ground. `hd_observe_s` is the network's look at it
(display transform, all passes, who is who); `hd_full_s` a whole 1920 x 1080 frame with nothing in the store:
look, edge, people, foreground; `hd_parts_s` the same with parts (landmarks, further looks, regions) and one
of their layers; `tweak_ratio` the whole frame after a change of the Matte page, as a share of it;
`hd_layers_s` the mattes of all people and parts of a finished frame; `uhd_peak_gb` the largest memory of a
process that does nothing but import and key one 3840 x 2160 frame. Times are medians. Beside
them, in the same run: copying the frame's bytes once (`memcpy_s`), and the published network of Robust Video
Matting where its file is given (`rvm_s`; needs onnxruntime), fed as its authors say (ratio 0.25 in HD).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.cache import memo
from anatomatte.engine import Task, Work, key_frame, prepare, subject
from anatomatte.frame import Frame
from anatomatte.menus import PART_MENU, PERSON_MENU
from anatomatte.ops.colour import srgb_decode
from anatomatte.ops.strips import granted, opencv_threads
from anatomatte.people.places import point_of
from anatomatte.settings import Settings

HD, UHD = (1080, 1920), (2160, 3840)
TARGETS = {"hd_observe_s": 0.4, "hd_full_s": 1.0, "tweak_ratio": 0.2, "uhd_peak_gb": 3.0}
NAMES = ("04", "06", "13", "02", "08", "10")
DRAWN = Path(__file__).resolve().parent.parent / "tests" / "data" / "people"


def plate(height: int, width: int, people: int = 3) -> NDArray[np.float32]:
    """Drawn people side by side over a textured ground, scene-linear (height, width, 3).

    Args:
        people: one to twenty-four; of more than three each is as much smaller as he has less room.
    """
    rng = np.random.default_rng(3)
    coarse = rng.uniform(0.4, 0.55, (height // 60, width // 60, 3)).astype(np.float32)
    ground = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    ground += rng.normal(0, 0.01, ground.shape).astype(np.float32)
    size = round(0.86 * height * min(1.0, 3 / people))
    for k in range(people):
        name = NAMES[k % len(NAMES)]
        colour = cv2.imread(str(DRAWN / f"{name}.jpg"), cv2.IMREAD_COLOR)
        alpha = cv2.imread(str(DRAWN / f"{name}_alpha.png"), cv2.IMREAD_GRAYSCALE)
        if colour is None or alpha is None:
            raise FileNotFoundError(f"{DRAWN} lacks {name}: this benchmark runs in a whole checkout")
        figure = cv2.resize(
            np.dstack([colour[..., ::-1], alpha]), (size, size), interpolation=cv2.INTER_CUBIC
        )
        x = round((0.03 + 0.93 / max(people, 3) * k) * width)
        figure = figure[:, : width - x].astype(np.float32) / 255
        there = ground[height - size :, x : x + figure.shape[1]]
        there += (figure[..., :3] - there) * figure[..., 3:]
    return srgb_decode(np.clip(ground, 0, 1))


def median(work: Callable[[], object], repeats: int) -> float:
    """Seconds that *work* takes."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def source(pixels: NDArray[np.float32]) -> dict[str, Frame]:
    """The clips of a frame."""
    return {"Source": Frame(pixels, (0, 0, pixels.shape[1], pixels.shape[0]))}


def hd(threads: int, repeats: int) -> dict[str, float]:
    """All times at 1920 x 1080."""
    pixels = plate(*HD)
    work, chosen = Work(threads=threads), Settings(subject="on")
    place = point_of("point", chosen, (0, 0, HD[1], HD[0]), work.placed(1.0))
    ready = Task(prepare(source(pixels), chosen), chosen, work, place)

    def full() -> None:
        memo.purge()
        key_frame(source(pixels), chosen, work)

    def parts() -> None:
        memo.purge()
        key_frame(source(pixels), Settings(subject="on", output="parts"), work).named("face")

    turns = iter(range(1, 1000))

    def tweak() -> None:
        key_frame(source(pixels), Settings(subject="on", erode=0.1 * next(turns)), work)

    with opencv_threads(threads):
        subject.own_people(ready)  # reads the weights
        observe = median(lambda: subject.own_people(ready), repeats)
    full()
    whole = median(full, repeats)
    parts()  # reads the landmarks' weights
    with_parts = median(parts, repeats)
    made = key_frame(source(pixels), chosen, work)
    return {
        "hd_observe_s": observe,
        "hd_full_s": whole,
        "hd_parts_s": with_parts,
        "tweak_ratio": median(tweak, repeats) / whole,
        "hd_layers_s": median(lambda: made.planes([*PERSON_MENU, *PART_MENU]), 3),
        "memcpy_s": median(pixels.copy, 9),
        "people": float(len(made.people)),
    }


def uhd_peak_gb(threads: int) -> float:
    """GB that a process needs at most for one UHD frame; the plate itself is in it."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import speed; speed.one({threads})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def one(threads: int) -> None:
    """Key one UHD frame with all people and parts, and print the peak of this process in GB."""
    pixels = plate(*UHD)
    key_frame(source(pixels), Settings(subject="on"), Work(threads=threads))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)


def rvm_seconds(model: Path, threads: int, repeats: int) -> float:
    """Seconds for one HD frame of RVM's published ONNX network, without its file's reading.

    Raises:
        SystemExit: onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as why:
        raise SystemExit("--rvm needs onnxruntime: pip install onnxruntime") from why
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    picture = np.clip(plate(*HD), 0, 1).transpose(2, 0, 1)[None] ** np.float32(1 / 2.2)
    feeds = {f"r{k}i": np.zeros((1, 1, 1, 1), np.float32) for k in (1, 2, 3, 4)}
    feeds |= {"src": np.ascontiguousarray(picture), "downsample_ratio": np.array([0.25], np.float32)}
    session.run(None, feeds)
    return median(lambda: session.run(None, feeds), repeats)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    parser.add_argument("--threads", type=int, default=granted(), help="processor threads")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--rvm", type=Path, default=None, help="RVM's .onnx file, to time beside")
    args = parser.parse_args()
    figures = hd(args.threads, args.repeats) | {"uhd_peak_gb": uhd_peak_gb(args.threads)}
    figures["observe_per_memcpy"] = figures["hd_observe_s"] / figures["memcpy_s"]
    figures["full_per_memcpy"] = figures["hd_full_s"] / figures["memcpy_s"]
    if args.rvm is not None:
        figures["rvm_s"] = rvm_seconds(args.rvm, args.threads, args.repeats)
        figures["observe_per_rvm"] = figures["hd_observe_s"] / figures["rvm_s"]
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}))
        return 0
    for name, value in figures.items():
        target = f"   target ≤ {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"{name:20} {value:9.3f}{target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
