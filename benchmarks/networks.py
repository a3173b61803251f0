"""What published networks cost: M2FP's seconds and memory, beside other people's code for the same network.

    python benchmarks/networks.py [--json] [--oracle PYTHON] [--threads N] [--runs N]

The weights are made, of the published sizes; what a pass costs does not depend on them.

    m2fp_net_s      seconds of one pass at 512 x 896, best of the runs (m2fp_net_cpu_s: of the processor)
    m2fp_post_s     seconds from the raw answer to maps, people and list at 1920 x 1080, for an answer with
                    six people and ten parts each (m2fp_post_cpu_s likewise)
    m2fp_peak_gb    largest memory of a process that reads a whole training checkpoint and looks at one
                    1920 x 1080 picture

With --oracle, a Python that has torch, transformers, timm and scipy, the same is asked of transformers'
Mask2Former and of the published list made plainly, in the same run, and ratios are told: above 1 is in our
favour. Ratios of processor seconds mean more than those of the clock where a machine does other work.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from anatomatte.nets.m2fp.model import KINDS
from anatomatte.nets.m2fp.net import M2FPNet, Raw, Shape
from anatomatte.nets.m2fp.post import Placement, find_many

ORACLE = Path(__file__).resolve().parent.parent / "tests" / "oracles" / "m2fp_oracle.py"
NET = (512, 896)
PLACE = Placement((640, 1152), (640, 1138), (0, 0, 640, 1138), (1080, 1920))
PARTS = (
    "hat",
    "hair",
    "face",
    "upper-clothes",
    "coat",
    "pants",
    "left-arm",
    "right-arm",
    "left-shoe",
    "scarf",
)

_PEAK = """
import resource, sys
import numpy as np, torch
torch.set_num_threads(int(sys.argv[2]))
from pathlib import Path
from anatomatte.nets.m2fp.model import M2FP
picture = np.random.default_rng(0).random((1080, 1920, 3), np.float32)
M2FP(Path(sys.argv[1])).observe(picture, size=(1080, 1920))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def answer() -> Raw:
    """Six people side by side with ten parts each, in a hundred queries."""
    labels = KINDS[21].labels
    high, wide = PLACE.padded[0] // 4, PLACE.padded[1] // 4
    y, x = torch.meshgrid((torch.arange(high) + 0.5) / high, (torch.arange(wide) + 0.5) / wide, indexing="ij")
    logits, masks = torch.full((100, 22), -6.0), torch.full((100, high, wide), -12.0)
    logits[:, 21] = 6.0
    query = 0
    for person in range(6):
        middle = 0.1 + 0.16 * person
        ovals = [(20, 0.5, 0.1, 0.48)]
        ovals += [(labels.index(name), 0.1 + 0.09 * k, 0.06, 0.08) for k, name in enumerate(PARTS)]
        for label, down, across, along in ovals:
            away = torch.sqrt(((x - middle) / across) ** 2 + ((y - down) / along) ** 2)
            masks[query] = ((1 - away) * 25).clamp(-14, 8)
            logits[query, label], logits[query, 21] = 5.0, 1.0
            query += 1
    return Raw(logits, masks)


def best(run: Callable[[], object], runs: int) -> tuple[float, float]:
    """Least wall and processor seconds of several runs; one more goes before them."""
    run()
    walls, spent = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - wall)
        spent.append(time.process_time() - cpu)
    return min(walls), min(spent)


def checkpoint(path: Path) -> None:
    """A file as training left it: weights, and both moments of AdamW."""
    torch.manual_seed(0)
    state = M2FPNet(Shape()).state_dict()
    moments = {
        k: {"exp_avg": torch.zeros_like(v), "exp_avg_sq": torch.zeros_like(v)} for k, v in state.items()
    }
    torch.save({"model": state, "optimizer": {"state": moments}, "iteration": 1}, path)


def ask(python: str, threads: int, *words: str) -> dict[str, float]:
    """What the oracle says, as many threads as ours."""
    env = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run([python, str(ORACLE), *words], capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(f"the oracle {python} failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def measure(oracle: str | None, threads: int, runs: int, step: Callable[[str], None]) -> dict[str, float]:
    """Everything, in seconds, gigabytes and ratios."""
    torch.set_num_threads(threads)
    found: dict[str, float] = {"threads": threads}
    with tempfile.TemporaryDirectory() as folder:
        path, raw_path = Path(folder) / "m2fp.pt", Path(folder) / "raw.npz"
        checkpoint(path)
        step("the network")
        net = M2FPNet(Shape())
        net.load_state_dict(torch.load(path, weights_only=True, mmap=True)["model"])
        net.eval().fold()
        picture = torch.randn(1, 3, *NET, generator=torch.Generator().manual_seed(0))
        picture = picture.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            found["m2fp_net_s"], found["m2fp_net_cpu_s"] = best(partial(net, picture), runs)
            step("its answer")
            raw = answer()
            post = partial(find_many, raw, PLACE, 8)
            found["m2fp_post_s"], found["m2fp_post_cpu_s"] = best(post, runs)
        step("memory")
        words = [sys.executable, "-c", _PEAK, str(path), str(threads)]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        found["m2fp_peak_gb"] = float(said)
        if oracle is not None:
            step("the oracle's network")
            theirs = ask(oracle, threads, "time", str(path), *map(str, NET))
            found |= {"oracle_net_s": theirs["wall_s"], "oracle_net_cpu_s": theirs["cpu_s"]}
            step("the oracle's answer")
            shapes = {"padded": np.array(PLACE.padded), "real": np.array(PLACE.real)}
            np.savez(raw_path, logits=raw.logits.numpy(), masks=raw.masks.numpy(), **shapes)
            theirs = ask(
                oracle, threads, "post", str(raw_path), "1080", "1920", str(Path(folder) / "out.npz")
            )
            found |= {"oracle_post_s": theirs["wall_s"], "oracle_post_cpu_s": theirs["cpu_s"]}
            found["oracle_post_peak_gb"] = theirs["peak_gb"]
            for name in ("net_s", "net_cpu_s", "post_s", "post_cpu_s"):
                ratio = found[f"oracle_{name}"] / found[f"m2fp_{name}"]
                found[f"m2fp_{name.removesuffix('_s')}_ratio"] = ratio
        step("")
    return found


def main() -> int:
    """Measure, and tell as a table or as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--oracle", default=None, help="a Python with torch, transformers, timm and scipy")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checkpoint", total=5 if args.oracle else 4)

        def step(name: str) -> None:
            progress.update(task, advance=1, description=name)

        found = measure(args.oracle, args.threads, args.runs, step)
    if args.json:
        print(json.dumps({key: round(value, 4) for key, value in found.items()}))
        return 0
    table = Table("measure", "value")
    for key, value in found.items():
        table.add_row(key, f"{value:.3f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
