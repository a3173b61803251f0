"""What the batch adds to the engine, and what a second process, a warm worker and layers bring.

    python benchmarks/batch.py [--frames 4] [--size 1920x1080] [--json]

Each figure is a ratio of two runs that take turns, the median of their quotients over three rounds; each run
renders the sample plate before a screen, moved a little otherwise for each frame, EXR to EXR, on one thread.

- ``overhead_ratio``: `anatomatte render` of ``rgba,screen,spill``, without its start (from the end of the
  first frame to the end of the last, by its log), divided by the node's renders of the same frames with their
  plates in memory already.
- ``scaling_2``: frames a second of two processes, half of the frames each, divided by those of one.
- ``warm_start_ratio``: what it costs to start a command that renders one frame of ``rgba,people``, with a
  served worker that has rendered another, divided by the same without; the start is the wall time of the
  command less the seconds that the warm worker takes for the frame.  ``warm_command_ratio``: of the whole
  commands.
- ``layers_cost``: seconds of a frame of people with ``rgba,people,people.parts``, divided by ``rgba`` of the
  same frame; no screen is looked for, so that both look at people.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio

from anatomatte.cache import memo
from anatomatte_batch import RenderRequest
from anatomatte_batch.ofx_node import connect
from anatomatte_batch.picture import Picture
from anatomatte_batch.renders import render_layers
from anatomatte_batch.source import Source

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "anatomatte_cli"]
ROUNDS = 3
SCREEN = {"screen": "green", "threads": 1, "steady": 0.0}
PEOPLE = {"who": "everyone", "screen": "none", "people": 2, "threads": 1, "steady": 0.0}


def plates(folder: Path, count: int, size: tuple[int, int]) -> str:
    """Plates that differ; their pattern."""
    light = np.asarray(oiio.ImageBuf(str(ROOT / "samples/shot/plate.1001.exr")).get_pixels(oiio.FLOAT))
    for number in range(1, count + 1):
        moved = np.roll(light[..., :3], 7 * number, axis=1)
        pixels = np.ascontiguousarray(cv2.resize(moved, size, interpolation=cv2.INTER_AREA))
        spec = oiio.ImageSpec(*size, 3, "half")
        sink = oiio.ImageOutput.create(str(folder / f"plate.{number:04d}.exr"))
        sink.open(str(folder / f"plate.{number:04d}.exr"), spec)
        sink.write_image(pixels)
        sink.close()
    return str(folder / "plate.####.exr")


def batch_seconds(source: str, folder: Path, layers: str, settings: dict) -> float:
    """Seconds of the frames of a render but the first, which pays for the start: frames overlap, so that
    their own seconds do not add up."""
    memo.purge()  # nothing of a run before
    log = folder / "log.ndjson"
    log.unlink(missing_ok=True)
    result = RenderRequest(
        source=source,
        destination=folder / "k.####.exr",
        layers=layers,
        settings=settings,
        overwrite=True,
        log=log,
    ).run()
    assert result.exit_code == 0, result.sentence
    ends = [one["at"] for one in told_frames(log)]
    return ends[-1] - ends[0]


def told_frames(log: Path) -> list[dict]:
    """What a log says of its frames."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in lines if line["event"] == "frame"]


def node_seconds(source: str, layers: tuple[str, ...], values: Callable[[int], dict]) -> float:
    """Seconds of the node alone for the same frames."""
    memo.purge()
    clip = Source(source)
    frames = clip.frames()
    held: dict[int, Picture] = {frame: clip.read(frame) for frame in frames}
    node = connect({"Source": held.__getitem__}, lambda: False, (frames[0], frames[-1]))
    took = []
    for frame in frames:
        began = time.perf_counter()
        render_layers(node, frame, values(frame), layers, held[frame])
        took.append(time.perf_counter() - began)
    node.close()
    clip.close()
    return sum(took[1:])


def overhead(source: str, folder: Path) -> float:
    from anatomatte_batch.presets import Preset

    told = Preset(settings={**SCREEN, "input_colour": "linear", "output_colour": "linear"})
    batch = batch_seconds(source, folder, "rgba,screen,spill", dict(told.settings))
    return batch / node_seconds(source, ("rgba", "screen", "spill"), lambda frame: told.at(frame))


def started(
    source: str, target: Path, frames: str, layers: str, settings: dict, log: Path | None, **environment: str
):
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    line = [*COMMAND, "render", source, str(target), "--frames", frames, "--layers", layers, "--overwrite"]
    words += ["--log", str(log)] if log is not None else []
    return subprocess.Popen(
        [*line, *words, "--quiet"], cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1", **environment}
    )


def seconds(
    source: str,
    folder: Path,
    sets: list[str],
    layers: str,
    settings: dict,
    log: Path | None = None,
    **environment: str,
) -> float:
    """Wall seconds of so many processes at once."""
    began = time.perf_counter()
    running = [
        started(source, folder / f"p{n}.####.exr", frames, layers, settings, log, **environment)
        for n, frames in enumerate(sets)
    ]
    assert all(one.wait() == 0 for one in running)
    return time.perf_counter() - began


def scaling(source: str, folder: Path, count: int) -> float:
    """Twice as many frames as processes have them, so that starts cost both the same."""
    half = f"1-{count // 2}", f"{count // 2 + 1}-{count}"
    one = seconds(source, folder, [half[0]], "rgba,screen,spill", SCREEN)
    return 2 * one / seconds(source, folder, list(half), "rgba,screen,spill", SCREEN)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a worker that is there, with its commands' threads: it serves no others."""
    address = folder / "worker.sock"
    told = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*COMMAND, "worker", "serve", str(address)], cwd=ROOT, env=told) as worker:
        while not address.exists():
            assert worker.poll() is None
            time.sleep(0.02)
        yield str(address)
        worker.terminate()


def warm_start(source: str, folder: Path, start: bool) -> float:
    """A first render warms the worker; another frame is measured, which its memo does not hold."""
    cold = seconds(source, folder, ["1"], "rgba,people", PEOPLE)
    with served(folder) as address:
        told = {"ANATOMATTE_WORKER": address, "ANATOMATTE_RUNTIME": "worker"}
        seconds(source, folder, ["2"], "rgba,people", PEOPLE, **told)
        log = folder / "warm.ndjson"
        log.unlink(missing_ok=True)
        warm = seconds(source, folder, ["1"], "rgba,people", PEOPLE, log, **told)
    own = told_frames(log)[0]["seconds"] if start else 0.0
    return (warm - own) / (cold - own)


def layers_cost(source: str, folder: Path) -> float:
    many = batch_seconds(source, folder, "rgba,people,people.parts", PEOPLE)
    return many / batch_seconds(source, folder, "rgba", PEOPLE)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--frames", type=int, default=4)
    words.add_argument("--size", default="1920x1080")
    words.add_argument("--rounds", type=int, default=ROUNDS)
    words.add_argument("--only", default="", help="figures, divided by commas")
    words.add_argument("--json", action="store_true")
    told = words.parse_args()
    width, _, height = told.size.partition("x")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = plates(folder, told.frames, (int(width), int(height)))
        measured = {
            "overhead_ratio": lambda: overhead(source, folder),
            "scaling_2": lambda: scaling(source, folder, told.frames),
            "warm_start_ratio": lambda: warm_start(source, folder, True),
            "warm_command_ratio": lambda: warm_start(source, folder, False),
            "layers_cost": lambda: layers_cost(source, folder),
        }
        found = {
            key: round(statistics.median(figure() for _ in range(told.rounds)), 3)
            for key, figure in measured.items()
            if not told.only or key in told.only.split(",")
        }
    print(json.dumps(found) if told.json else "\n".join(f"{key} {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
