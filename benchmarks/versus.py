"""How much faster and smaller this checkout is than another commit: both are run in turn, in one go.

    python benchmarks/versus.py --base REV [--json] [--repeats 5] [--folder DIR] [--only NAME,NAME]

The base is cloned and built into a folder of its own (DIR keeps it for the next time), and runs in this
environment's packages with its own code in front. Every measure is a pair of fresh processes, the base first
and then this checkout, as often as *repeats* says; told are ratios of this one to the base, below 1 is in our
favour: the median of all pairs, their least and their most. Node measures go through the node, as a host
renders a sequence, with a plate that is another one in every frame; what later commits switched on by default
(Steady, which looks at two frames to both sides, and quality control) is in them.

    cold_photo      shell to cut-out of one 1-megapixel photo: seconds of the processor
                    (cold_photo_wall of the clock, cold_photo_mb the peak of memory)
    hd_people       a warm 1920 x 1080 frame of three people, the whole matte: seconds of the processor
    hd_parts        the same with two of the parts' mattes, where the base has them
    hd_parts_to_people   hd_parts of this checkout over hd_people of the base
    hd_keyer        a warm frame before a green screen
    hd_layers       all layers of four people of one 1920 x 1080 picture into one EXR, shell to file
    uhd_people_gb, uhd_keyer_gb   peak memory of a process that makes one 3840 x 2160 frame
    idle_mb         resident memory of a process that made one HD frame and was told that it is idle, of that
                    idle_private_mb what is no file's; idle_mb_now and idle_private_mb_now are this checkout's
                    in megabytes, also beside a base that lacks what the measure calls
    describe_ms, inprocess_ratio, worker_ratio  of border.py in both; worker_ratio_now is this checkout's own

Seconds of the processor are what counts where a machine does other work; of the clock they are beside it, as
`..._wall`. hd_people, hd_parts and hd_keyer take the threads that the machine grants.
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
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent

FRAMES = """
import functools, json, sys, time
from pathlib import Path
import numpy as np
from pyopenfx import Host

root, plate, controls, count = Path(sys.argv[1]), np.load(sys.argv[2]), *map(json.loads, sys.argv[3:5])
bundle = next((root / "plugin" / "anatomatte" / "ofx").glob("*.ofx.bundle"))

def other(frame):
    made = plate.copy()
    made[..., :3] *= 1 + 1e-3 * frame
    return made

if count > 1:  # making plates is not the node's time
    other = functools.cache(other)
walls, spent = [], []
with Host() as host:
    host.scan([bundle])
    with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 200)) as node:
        node.clips.Source = other
        for name, value in controls.items():
            setattr(node.params, name, value)
        for frame in range(-4, count + 6 if count > 1 else -4):
            other(frame)
        with node.sequence(1, count):
            for frame in range(1, count + 1):
                wall, cpu = time.perf_counter(), time.process_time()
                node.render(frame)
                walls.append(time.perf_counter() - wall)
                spent.append(time.process_time() - cpu)
print(json.dumps({"cpu": min(spent[2:] or spent), "wall": min(walls[2:] or walls)}))
"""


IDLE = """
import json, sys
import numpy as np
try:
    from anatomatte import entry
    from anatomatte.engine import Work, key_frame
    from anatomatte.frame import Frame
    from anatomatte.settings import Settings
    entry.purge
except (ImportError, AttributeError) as why:
    print(json.dumps({"lacks": str(why)}))
    sys.exit()

pixels = np.load(sys.argv[1])[..., :3].copy()
at = (0, 0, pixels.shape[1], pixels.shape[0])
key_frame({"Source": Frame(pixels, at)}, Settings(subject="on", output="matte"), Work(threads=1), keep=True)
del pixels
entry.purge()
told = dict(line.split(":") for line in open("/proc/self/status"))
print(json.dumps({name: int(told[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")}))
"""


@dataclass(frozen=True)
class Checkout:
    """A checkout that is built, and the Python that runs it."""

    root: Path
    python: Path

    def run(self, *words: str) -> tuple[str, dict[str, float]]:
        """What a process of it prints; its seconds of processor and clock, and its peak in MB."""
        env = {**os.environ, "ANATOMATTE_RUNTIME": "in-process", "PYTHONDONTWRITEBYTECODE": "1"}
        script = "import os, resource, subprocess, sys\n" + _WAIT
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", script, str(self.python), *words], capture_output=True, text=True, env=env
        )
        wall = time.perf_counter() - began
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["it said nothing"]
            raise SystemExit(f"{self.root}: {lines[-1]}")
        told, _, used = done.stdout.rstrip().rpartition("\n")
        cpu, peak = map(float, used.split())
        return told, {"cpu": cpu, "wall": wall, "mb": peak}


_WAIT = """
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.write(done.stdout.decode())
print(f"\\n{used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}")
sys.exit(done.returncode)
"""
"""A process that waits for one other: what children used is told of all children of a process together."""


def base(revision: str, folder: Path) -> Checkout:
    """The other commit, cloned and built into *folder* unless it is there.

    Raises:
        SystemExit: it does not build; the log is named.
    """
    root = folder / revision.replace("/", "_")
    python = root / ".versus" / "bin" / "python"
    if not python.exists():
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(root)], check=True)
        subprocess.run(["git", "-C", str(root), "checkout", "--quiet", revision], check=True)
        venv.create(root / ".versus", symlinks=True)
        site = next((root / ".versus").glob("lib/python*/site-packages"))
        # a line of a .pth is a folder alone: the editable install of this checkout does not come with it
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        (site / "versus.pth").write_text(f"{root / 'plugin'}\n{root / 'bridge'}\n{packages}\n")
    if not list(root.glob("bridge/pyopenfx/_host*.so")):
        log = root / "build" / "versus.log"
        log.parent.mkdir(exist_ok=True)
        tools = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        for words in (
            ["cmake", "--preset", "inplace", f"-DPython_EXECUTABLE={python}"],
            ["cmake", "--build", "--preset", "inplace"],
        ):
            with log.open("a") as file:
                done = subprocess.run(words, cwd=root, env=tools, stdout=file, stderr=file)
            if done.returncode:
                raise SystemExit(f"{revision} does not build: {log}")
    return Checkout(root, python)


def plates(folder: Path) -> dict[str, Path]:
    """The plates of all measures, as files."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import speed

    made = {}
    for name, size in (("hd", speed.HD), ("uhd", speed.UHD)):
        people = np.dstack([speed.plate(*size), np.ones(size, np.float32)])
        for kind, pixels in (("people", people), ("keyer", _screen(people))):
            made[f"{name}_{kind}"] = folder / f"{name}_{kind}.npy"
            np.save(made[f"{name}_{kind}"], pixels)
    photo = cv2.resize(np.load(made["hd_people"])[..., 2::-1], (1280, 720), interpolation=cv2.INTER_AREA)
    four = speed.plate(*speed.HD, people=4)[..., ::-1]
    for name, light in (("photo", photo), ("four", four)):
        made[name] = folder / f"{name}.png"
        cv2.imwrite(str(made[name]), np.clip(light ** (1 / 2.2) * 255, 0, 255).astype(np.uint8))
    return made


def _screen(people: np.ndarray) -> np.ndarray:
    """A soft figure before a lit green screen of the size of *people*."""
    height, width = people.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    made = np.empty((height, width, 4), np.float32)
    made[...] = (0.06, 0.45, 0.08, 1)
    made[..., :3] *= (0.8 + 0.2 * x / width)[..., None]
    cover = np.clip((0.35 * height - np.hypot(x - width / 2, y - height / 2)) / (0.02 * height), 0, 1)
    noise = np.random.default_rng(3).normal(0, 0.003, (height, width, 1)).astype(np.float32)
    made[..., :3] += cover[..., None] * (np.array([0.6, 0.35, 0.3], np.float32) - made[..., :3]) + noise
    return np.clip(made, 0, None)


PEOPLE = {"subject": "on", "output": "matte"}
PARTS = {"subject": "on", "output": "packed", "pack_r": "hair", "pack_g": "face"}
KEYER = {"subject": "off", "output": "matte"}


def _photo(one: Checkout, given: dict[str, Path]) -> dict[str, float]:
    out = given["photo"].with_name(f"cut_{one.root.name}.png")
    out.unlink(missing_ok=True)
    cutout = (one.root / "bridge" / "anatomatte_cli" / "cmd_cutout.py").exists()
    command = ["cutout"] if cutout else ["render"]
    _, used = one.run("-m", "anatomatte_cli", *command, str(given["photo"]), str(out))
    return {"cold_photo": used["cpu"], "cold_photo_wall": used["wall"], "cold_photo_mb": used["mb"]}


def _layers(one: Checkout, given: dict[str, Path]) -> dict[str, float]:
    out = given["four"].with_name(f"four_{one.root.name}.exr")
    out.unlink(missing_ok=True)
    words = ("-m", "anatomatte_cli", "render", str(given["four"]), str(out), "--layers", "all")
    used = one.run(*words)[1]
    return {"hd_layers": used["cpu"], "hd_layers_wall": used["wall"]}


def _idle(one: Checkout, given: dict[str, Path]) -> dict[str, float]:
    found = json.loads(one.run("-c", IDLE, str(given["hd_people"]))[0].splitlines()[-1])
    if "lacks" in found:
        print(f"{one.root}: idle is not measured, it lacks it ({found['lacks']})", file=sys.stderr)
        return {}
    return {"idle_mb": found["VmRSS"], "idle_private_mb": found["RssAnon"]}


def _warm(one: Checkout, given: dict[str, Path], name: str) -> dict[str, float]:
    kind = "keyer" if name == "hd_keyer" else "people"
    controls = {"hd_people": PEOPLE, "hd_parts": PARTS, "hd_keyer": KEYER}[name]
    words = ("-c", FRAMES, str(one.root), str(given[f"hd_{kind}"]), json.dumps(controls), "5")
    found = json.loads(one.run(*words)[0].splitlines()[-1])
    return {name: found["cpu"], f"{name}_wall": found["wall"]}


def _large(one: Checkout, given: dict[str, Path], name: str) -> dict[str, float]:
    kind = name.split("_")[1]
    controls = PEOPLE if kind == "people" else KEYER
    words = ("-c", FRAMES, str(one.root), str(given[f"uhd_{kind}"]), json.dumps(controls), "1")
    return {name: one.run(*words)[1]["mb"] / 1024}


def _border(one: Checkout) -> dict[str, float]:
    words = (str(one.root / "benchmarks" / "border.py"), "--json", "--repeats", "7", "--frames", "20")
    found = json.loads(one.run(*words)[0].splitlines()[-1])
    return {name: float(found[name]) for name in ("describe_ms", "inprocess_ratio", "worker_ratio")}


def measure(name: str, one: Checkout, given: dict[str, Path]) -> dict[str, float]:
    """One measure of one checkout."""
    if name == "cold_photo":
        return _photo(one, given)
    if name == "border":
        return _border(one)
    if name in ("hd_layers", "idle"):
        return _layers(one, given) if name == "hd_layers" else _idle(one, given)
    return _large(one, given, name) if name.startswith("uhd") else _warm(one, given, name)


MEASURES = (
    "cold_photo", "hd_people", "hd_parts", "hd_keyer", "hd_layers", "uhd_people_gb", "uhd_keyer_gb", "idle",
    "border",
)  # fmt: skip
OWN = {
    "idle_mb": "idle_mb_now", "idle_private_mb": "idle_private_mb_now", "worker_ratio": "worker_ratio_now"
}  # fmt: skip
"""Measures that have a target of their own, beside the ratio to the base."""


def compare(one: Checkout, other: Checkout, names: Sequence[str], repeats: int) -> dict[str, list[float]]:
    """Ratios of *other* to *one*, pair by pair."""
    ratios: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as told:
        given = plates(Path(told))
        for turn in range(repeats):
            people = 0.0
            for name in names:
                if turn and name.startswith(("uhd", "idle", "border")):
                    continue  # memory is the same each time, and border.py repeats by itself
                before, after = measure(name, one, given), measure(name, other, given)
                for key, value in after.items():
                    if key in before:
                        ratios.setdefault(key, []).append(value / before[key])
                    if key in OWN:
                        ratios.setdefault(OWN[key], []).append(value)
                people = before.get("hd_people", people)
                if name == "hd_parts" and people:
                    ratios.setdefault("hd_parts_to_people", []).append(after[name] / people)
                print(f"{turn + 1}/{repeats} {name}: {before} -> {after}", file=sys.stderr)
    return ratios


def main() -> int:
    """Measure and tell."""
    how = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=how)
    parser.add_argument("--base", required=True, metavar="REV", help="the commit to compare with")
    parser.add_argument("--folder", type=Path, default=None, help="keep the base's build here")
    parser.add_argument("--repeats", type=int, default=5, help="pairs of each measure")
    parser.add_argument("--only", default=",".join(MEASURES), help="some of: " + ", ".join(MEASURES))
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    args = parser.parse_args()
    names = [name for name in args.only.split(",") if name]
    if unknown := sorted(set(names) - set(MEASURES)):
        parser.error(f"--only knows no {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as told:
        there = base(args.base, args.folder or Path(told))
        found = compare(there, Checkout(ROOT, Path(sys.executable)), names, args.repeats)
    ranges = {key: (statistics.median(of), min(of), max(of)) for key, of in found.items()}
    if args.json:
        rounded = {key: [round(value, 3) for value in of] for key, of in ranges.items()}
        medians = {key: of[0] for key, of in rounded.items()}
        print(json.dumps({**medians, "ranges": {key: of[1:] for key, of in rounded.items()}}))
        return 0
    table = Table("measure", "ratio", "least", "most")
    for key, of in ranges.items():
        table.add_row(key, *(f"{value:.2f}" for value in of))
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
