"""What it costs to cross the border: host → .ofx → Python → .ofx → host, with an engine that does nothing.

The frame is UHD RGBA float.  The measure is the median of the frame's time divided by the median
time of copying the same bytes in and out once, in the same run.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte_batch.ofx_node import bundle

UHD = (2160, 3840, 4)
TARGETS = {"inprocess_ratio": 1.5, "worker_ratio": 3.0, "describe_ms": 20.0, "growth_mb": 8.0}

DESCRIBE = """
import sys, time
from pyopenfx import Host
host = Host()
began = time.perf_counter()
host.scan([sys.argv[1]])
host.load("org.anatomatte.Anatomatte").params("filter")
print((time.perf_counter() - began) * 1000)
"""


# For the worker: a Python environment that is this one, but for the engine behind the door.
STARTUP = """
import sys
sys.path[1:1] = {path!r}
sys.path.insert(1, {here!r})
import border
border.null_engine()
"""

WORKER = """
import os, statistics, sys, time
sys.path.insert(0, {here!r})
import border
began = time.perf_counter()
times = border.frame_times({repeats})
print(times[0], statistics.median(times[3:]))
"""


def null_engine() -> None:
    """Replace the engine behind the door by one that hands the plate through."""
    from anatomatte import entry
    from anatomatte.engine import Mattes

    none = np.zeros((1, 1), np.float32)
    nothing = Mattes(none, none, none, none, none)

    def picture(clips: dict[str, Any], chosen: Any, job: Any, draft: Any, window: Any, *_: Any) -> Any:
        x1, y1, x2, y2 = window
        source = clips["Source"]
        left, top = source.bounds[0], source.bounds[3]
        return source.pixels[top - y2 : top - y1, x1 - left : x2 - left], (), nothing

    entry.picture = picture


def timed(action: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return taken


def resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as facts:
        pages = int(facts.read().split()[1])
    return pages * 4096 / 1e6


def describe_ms() -> float:
    """Median of five fresh processes: load the binary and describe it."""
    runs = [
        float(subprocess.check_output([sys.executable, "-c", DESCRIBE, str(bundle().parent)], text=True))
        for _ in range(5)
    ]
    return statistics.median(runs)


def frame_times(repeats: int) -> list[float]:
    """Seconds of each frame, the first with all that has to start."""
    from pyopenfx import Host

    plate = np.random.default_rng(1).random(UHD, dtype=np.float32)
    with Host() as host:
        host.scan([bundle().parent])
        with host.load("org.anatomatte.Anatomatte").instance() as node:
            node.clips.Source = plate
            return timed(lambda: node.render(1), repeats + 3)


def worker_seconds(repeats: int) -> tuple[float, float]:
    """(the first frame with the worker's start, the median frame) through a private worker."""
    here = str(Path(__file__).resolve().parent)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, symlinks=True)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        (site / "border_startup.py").write_text(STARTUP.format(path=sys.path[1:], here=here))
        (site / "border.pth").write_text("import border_startup\n")
        environment = os.environ | {"ANATOMATTE_RUNTIME": "worker", "ANATOMATTE_PYTHON": folder}
        code = WORKER.format(here=here, repeats=repeats)
        told = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    first, median = map(float, told.split())
    return first, median


def measure(repeats: int, frames: int) -> dict[str, float]:
    from pyopenfx import Host

    null_engine()
    plate = np.random.default_rng(1).random(UHD, dtype=np.float32)
    inside, outside = np.empty_like(plate), np.empty_like(plate)

    def copy() -> None:
        np.copyto(inside, plate)
        np.copyto(outside, inside)

    host = Host()
    host.scan([bundle().parent])
    with host.load("org.anatomatte.Anatomatte").instance() as node:
        node.clips.Source = plate

        def render() -> object:
            return node.render(1)

        timed(copy, 3), timed(render, 3)
        pairs = [(timed(render, 1)[0], timed(copy, 1)[0]) for _ in range(repeats)]
        frame, memcpy = (statistics.median(side) for side in zip(*pairs, strict=True))
        node.clips.Source = plate[:270, :480].copy()
        timed(render, 20)
        gc.collect()
        before = resident_mb()
        timed(render, frames)
        gc.collect()
        growth = resident_mb() - before
    first, worker = worker_seconds(repeats)
    return {
        "inprocess_ratio": frame / memcpy,
        "worker_ratio": worker / memcpy,
        "worker_ms": worker * 1000,
        "worker_start_s": first - worker,
        "frame_ms": frame * 1000,
        "memcpy_ms": memcpy * 1000,
        "describe_ms": describe_ms(),
        "growth_mb": growth,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--frames", type=int, default=500, help="frames over which memory is watched")
    chosen = parser.parse_args()
    figures = measure(chosen.repeats, chosen.frames)
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        target = (
            f"   target {'≤' if name.endswith('ratio') else '<'} {TARGETS[name]:g}" if name in TARGETS else ""
        )
        print(f"{name:16} {value:8.2f}{target}")


if __name__ == "__main__":
    main()
