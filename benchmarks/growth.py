"""How a frame's cost grows: with people, with pixels, with the window of *Steady*, with threads.

    python benchmarks/growth.py [--json] [--plot FILE] [--only people,pixels,window,threads] [--count 3]

Warm frames of a sequence, rendered through the node as a host does it, each case in a process of its own,
with a plate that is another one in every frame. Seconds of the processor on one thread, and the peak of
memory of the process:

    people    UHD with parts, each frame by itself, of 1 to 4 drawn people of one size, apart (people_N), four
              beside one (people_ratio_4 is at most 4 where cost is no worse than linear); of more drawn
              ones networks that know photos find some
    pixels    the key and people (alpha alone), each frame by itself, at HD, UHD and 8K (keyer_hd …
              people_8k), and seconds and memory for a pixel at 8K through those at UHD (keyer_8k_ratio,
              people_8k_ratio, keyer_8k_gb_ratio, people_8k_gb_ratio), memory beyond that at HD
    window    HD people with a window of 0, 1, 2 and 4 frames to each side (window_N)
    threads   HD people on one and two threads, seconds of the clock (threads_N)

FILE gets a plot of all of it (needs matplotlib).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parent))
import speed
import versus

from anatomatte.ops.colour import srgb_decode

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = (1, 2, 3, 4)
SIZES = {"hd": (1080, 1920), "uhd": (2160, 3840), "8k": (4320, 7680)}
WINDOWS = (0, 1, 2, 4)
THREADS = (1, 2)
ALONE = """
import json, sys, time
from pathlib import Path
import numpy as np
from pyopenfx import Host

root, plate, controls, count = Path(sys.argv[1]), np.load(sys.argv[2]), *map(json.loads, sys.argv[3:5])
bundle = next((root / "plugin" / "anatomatte" / "ofx").glob("*.ofx.bundle"))
walls, spent = [], []
with Host() as host:
    host.scan([bundle])
    with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, count)) as node:
        node.clips.Source = lambda frame: plate
        for name, value in controls.items():
            setattr(node.params, name, value)
        for frame in range(1, count + 1):
            for row in plate:  # the next plate in the memory of the last
                row[..., :3] *= 1.001
            wall, cpu = time.perf_counter(), time.process_time()
            node.render(frame)
            walls.append(time.perf_counter() - wall)
            spent.append(time.process_time() - cpu)
print(json.dumps({"cpu": min(spent[1:]), "wall": min(walls[1:])}))
"""
"""Frames that look at no other: one plate is in memory, whatever its size."""

Case = tuple[str, Path, dict[str, object], int]


def cases(folder: Path, wanted: list[str], count: int) -> list[Case]:
    """What is measured: a name, the plate's file, the controls, and how many frames."""
    made: list[Case] = []

    def plate(name: str, size: tuple[int, int], people: int = 3) -> Path:
        path = folder / f"{name}.npy"
        if not path.exists():
            np.save(path, np.dstack([speed.plate(*size, people=people), np.ones(size, np.float32)]))
        return path

    def screen(name: str, size: tuple[int, int]) -> Path:
        path = folder / f"{name}_screen.npy"
        if not path.exists():
            np.save(path, versus._screen(np.empty((*size, 4), np.float32)))
        return path

    one = {"threads": 1}
    if "people" in wanted:
        made += [
            (f"people_{n}", _group(folder / f"p{n}.npy", n), {**versus.PARTS, **one, "steady": 0.0}, count)
            for n in PEOPLE
        ]
    if "pixels" in wanted:
        alone = {**one, "steady": 0.0}
        for name, size in SIZES.items():
            made.append((f"keyer_{name}", screen(name, size), {**versus.KEYER, **alone}, 2))
            made.append((f"people_{name}", plate(name, size), {**versus.PEOPLE, **alone}, 2))
    if "window" in wanted:
        made += [
            (f"window_{n}", plate("hd", SIZES["hd"]), {**versus.PEOPLE, **one, **_window(n)}, count)
            for n in WINDOWS
        ]
    if "threads" in wanted:
        made += [
            (f"threads_{n}", plate("hd", SIZES["hd"]), {**versus.PEOPLE, "threads": n}, count)
            for n in THREADS
        ]
    return made


def _group(path: Path, people: int) -> Path:
    """Drawn people of 500 pixels in a row, over textured ground of UHD."""
    size, tall = SIZES["uhd"], 500
    alone = speed.plate(*size, people=1)  # its ground, and the figure that stands on it is covered
    ground = alone[:1080, 1920:]
    light = np.vstack([np.hstack([ground, ground])] * 2)
    for k in range(people):
        name = speed.NAMES[k]
        colour = cv2.imread(str(speed.DRAWN / f"{name}.jpg"), cv2.IMREAD_COLOR)
        cover = cv2.imread(str(speed.DRAWN / f"{name}_alpha.png"), cv2.IMREAD_GRAYSCALE)
        both = np.dstack([colour[..., ::-1], cover]).astype(np.float32) / 255
        figure = cv2.resize(both, (tall, tall), interpolation=cv2.INTER_AREA)
        there = light[20 : 20 + tall, 768 * k + 100 : 768 * k + 100 + tall]
        there += (srgb_decode(figure[..., :3]) - there) * figure[..., 3:]
    np.save(path, np.dstack([light, np.ones(size, np.float32)]))
    return path


def _window(frames: int) -> dict[str, object]:
    return {"window": frames} if frames else {"steady": 0.0}


def measured(case: Case) -> dict[str, float]:
    """Seconds and peak of one case."""
    name, plate, controls, count = case
    here = versus.Checkout(ROOT, Path(sys.executable))
    script = ALONE if controls.get("steady") == 0.0 else versus.FRAMES
    told, used = here.run("-c", script, str(ROOT), str(plate), json.dumps(controls), str(count))
    found = json.loads(told.splitlines()[-1])
    seconds = found["wall" if name.startswith("threads") else "cpu"]
    return {name: seconds, f"{name}_gb": used["mb"] / 1024}


def ratios(found: dict[str, float]) -> dict[str, float]:
    """What is told beside the figures themselves."""
    made = {}
    if "people_4" in found:
        made["people_ratio_4"] = found["people_4"] / found["people_1"]
    for kind in ("keyer", "people"):
        if f"{kind}_8k" in found:
            made[f"{kind}_8k_ratio"] = found[f"{kind}_8k"] / found[f"{kind}_uhd"] / 4
            small = found[f"{kind}_hd_gb"]
            large, less = (found[f"{kind}_{size}_gb"] - small for size in ("8k", "uhd"))
            made[f"{kind}_8k_gb_ratio"] = large / less / 5  # 15 and 3 more pictures of HD
    return made


def plot(found: dict[str, float], path: Path) -> None:
    """Four small plots beside each other."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 4, figsize=(13, 3.2), constrained_layout=True)
    megapixels = [high * wide / 1e6 for high, wide in SIZES.values()]

    def line(axis: pyplot.Axes, at: list[float], names: list[str], label: str) -> None:
        there = [(x, found[name]) for x, name in zip(at, names, strict=True) if name in found]
        if there:
            axis.plot(*zip(*there, strict=True), marker="o", label=label)
            if axis in axes[:2]:  # what would be linear in people and in pixels
                axis.plot([0, at[-1]], [0, there[0][1] * at[-1] / at[0]], "k:", linewidth=0.8)

    line(axes[0], list(map(float, PEOPLE)), [f"people_{n}" for n in PEOPLE], "with parts")
    for kind in ("keyer", "people"):
        line(axes[1], megapixels, [f"{kind}_{name}" for name in SIZES], kind)
    line(axes[2], list(map(float, WINDOWS)), [f"window_{n}" for n in WINDOWS], "people")
    line(axes[3], list(map(float, THREADS)), [f"threads_{n}" for n in THREADS], "people")
    titles = ("people", "megapixels", "frames to each side", "threads (clock)")
    for axis, title in zip(axes, titles, strict=True):
        axis.set_xlabel(title)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    axes[0].set_ylabel("seconds a frame")
    figure.savefig(path, dpi=110)


def main() -> int:
    """Print the table, or one object with `--json`."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("--only", default="people,pixels,window,threads")
    parser.add_argument("--count", type=int, default=4, help="frames of a case, at least 2: one warms up")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.count < 2:
        parser.error(f"--count {args.count}: a case takes 2 frames or more, as the first one warms up.")
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        todo = cases(Path(name), args.only.split(","), args.count)
        for case in track(todo, "Measuring", disable=args.json):
            found |= measured(case)
    found |= ratios(found)
    if args.plot:
        plot(found, args.plot)
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))
    else:
        for key, value in found.items():
            print(f"{key:24} {value:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
