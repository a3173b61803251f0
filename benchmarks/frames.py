"""What networks that remember cost in a shot: states that are kept, and memory however far a run reaches.

    python benchmarks/frames.py [--json] [--frames N]

The network is made, with the time contract of Robust Video Matting (12 frames of warm-up, blocks of 16,
4 frames of overlap), and refines the keyer's edge in the real node.

    sequence_s    seconds a frame at 1920 x 1080, in order, in one sequence (network and keyer)
    alone_s       seconds a frame when nothing is kept from frame to frame
    ratio         how often the first goes into the second
    steps         frames shown to the network for a frame in order, on average (alone_steps: when alone)
    uhd_gb        largest memory of a process that renders one frame of 3840 x 2160, warm-up and all
    uhd_still_gb  the same without a network
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

CONTRACT = (12, 16, 4)
CHANNELS, LAYERS = 32, 4

MANIFEST = f"""
format = 1
id = "bench-remembers"
title = "Made network"
runtime = "onnx"
engines = ["edge"]
[licence]
weights = "CC0"
kind = "commercial"
[[file]]
name = "made.onnx"
format = "onnx"
[input]
name = "src"
[size]
rule = "any"
multiple = 8
[[extra]]
what = "state"
name = "r1i"
source = "r1o"
shape = [1, 1, 1, 1]
[[output]]
what = "alpha"
name = "pha"
[time]
contract = "recurrent"
warm_up = {CONTRACT[0]}
block = {CONTRACT[1]}
overlap = {CONTRACT[2]}
"""

# One process for one measure: mode, width, height, first frame, number of frames.
RENDER = """
import json, resource, sys, time
import numpy as np
from anatomatte.nets.runtime.runner import Runner
from anatomatte_batch import bundle
from pyopenfx import Host

mode, width, height, first, count = sys.argv[1], *map(int, sys.argv[2:])
steps = [0]
inferred = Runner.infer

def infer(*args, **facts):
    steps[0] += 1
    return inferred(*args, **facts)

Runner.infer = infer
base = np.zeros((height, width, 4), np.float32)
base[...] = (0.06, 0.45, 0.08, 1)
y, x = np.mgrid[:height, :width].astype(np.float32)

def plate(frame):
    away = np.hypot(x - width * (0.3 + 0.002 * frame), y - height / 2)
    cover = np.clip((0.3 * height - away) / (0.02 * height), 0, 1)[..., None]
    made = base.copy()
    made[..., :3] += cover * (np.array([0.6, 0.35, 0.3], np.float32) - made[..., :3])
    return made

with Host() as host:
    host.scan([bundle()])
    with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 200)) as node:
        node.clips.Source = plate
        node.params.subject = "off"
        node.params.output = "matte"
        if mode != "still":
            node.params.edge_model = "custom"
            node.params.edge_network = "bench-remembers"
        with node.sequence(1, 200):
            node.render(first)
            steps[0], began = 0, time.perf_counter()
            for frame in range(first + 1, first + 1 + count):
                node.render(frame)
            took = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"s": took / max(1, count), "steps": steps[0] / max(1, count), "gb": peak}))
"""


def network(path: Path) -> None:
    """Convolutions at an eighth of the size, added to the state, brought up to an alpha."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    widths = [3, *[CHANNELS] * LAYERS]
    nodes = [helper.make_node("AveragePool", ["src"], ["x0"], kernel_shape=[8, 8], strides=[8, 8])]
    held = [numpy_helper.from_array(np.array([1, 1, 8, 8], np.float32), "up")]
    for k in range(LAYERS):
        weight = (rng.standard_normal((widths[k + 1], widths[k], 3, 3)) * 0.1).astype(np.float32)
        held.append(numpy_helper.from_array(weight, f"w{k}"))
        nodes += [
            helper.make_node("Conv", [f"x{k}", f"w{k}"], [f"c{k}"], pads=[1] * 4),
            helper.make_node("Tanh", [f"c{k}"], [f"x{k + 1}"]),
        ]
    held.append(numpy_helper.from_array(np.array([0.5], np.float32), "half"))
    nodes += [
        helper.make_node("Add", [f"x{LAYERS}", "r1i"], ["sum"]),
        helper.make_node("Mul", ["sum", "half"], ["r1o"]),
        helper.make_node("ReduceMean", ["r1o"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sigmoid", ["mean"], ["small"]),
        helper.make_node("Resize", ["small", "", "up"], ["pha"], mode="linear"),
    ]

    def port(name: str, channels: object) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, None, None])

    ins, outs = [port("src", 3), port("r1i", None)], [port("pha", 1), port("r1o", None)]
    graph = helper.make_graph(nodes, "made", ins, outs, held)
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), str(path))


def bring(folder: Path) -> None:
    """The network into a store of its own."""
    (folder / "made.toml").write_text(MANIFEST, encoding="utf-8")
    network(folder / "made.onnx")
    words = ["models", "import", str(folder / "made.toml"), str(folder / "made.onnx")]
    run = [sys.executable, "-m", "anatomatte_cli", *words]
    subprocess.run(run, check=True, capture_output=True, env=scene(folder))


def scene(folder: Path, **more: str) -> dict[str, str]:
    road = {"ANATOMATTE_MODELS": str(folder / "store"), "ANATOMATTE_RUNTIME": "in-process"}
    return {**os.environ, **road, **more}


def ask(folder: Path, *words: object, **more: str) -> dict[str, float]:
    """One measure in a process of its own."""
    run = [sys.executable, "-c", RENDER, *map(str, words)]
    done = subprocess.run(run, capture_output=True, text=True, env=scene(folder, **more))
    if done.returncode:
        raise SystemExit(done.stderr.strip().splitlines()[-1])
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> int:
    """Measure, and tell as a table or as JSON."""
    how = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=how)
    parser.add_argument("--frames", type=int, default=16, help="frames of the sequence; a block by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as told,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        folder, task = Path(told), progress.add_task("network", total=5)
        bring(folder)
        measures: dict[str, dict[str, float]] = {}
        asked: dict[str, tuple[tuple[object, ...], dict[str, str]]] = {
            "sequence": (("kept", 1920, 1080, 35, args.frames), {}),
            "alone": (("kept", 1920, 1080, 41, 2), {"ANATOMATTE_CACHE_MB": "0"}),
            "uhd": (("kept", 3840, 2160, 35, 0), {}),
            "uhd_still": (("still", 3840, 2160, 35, 0), {}),
        }
        for name, (words, more) in asked.items():
            progress.update(task, advance=1, description=name)
            measures[name] = ask(folder, *words, **more)
    sequence, alone = measures["sequence"], measures["alone"]
    found = {
        "sequence_s": sequence["s"],
        "alone_s": alone["s"],
        "ratio": alone["s"] / sequence["s"],
        "steps": sequence["steps"],
        "alone_steps": alone["steps"],
        "uhd_gb": measures["uhd"]["gb"],
        "uhd_still_gb": measures["uhd_still"]["gb"],
    }
    if args.json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return 0
    table = Table("measure", "value")
    for name, value in found.items():
        table.add_row(name, f"{value:.3f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
