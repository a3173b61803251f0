"""Flame graphs of a warm HD frame: where its time goes in another commit, and where in this checkout.

    python benchmarks/flame.py FOLDER --base REV [--keep DIR] [--only hd_people,hd_parts,hd_keyer]
                               [--frames 12] [--every 2]

The frames are those that `versus.py` times, of the same plates and controls, on one thread, in a process of
each checkout. A thread beside them looks every few milliseconds where the engine is, and counts what the
processor has worked for it since: what other processes do meanwhile is not seen. Frames before the first warm
one are left out, and so is what only hands work on: caches, strips, threads. A box is a function, as wide as
its share of a frame, and stands on the function that calls it. Both graphs of FOLDER/NAME.webp, the base
above, have one scale: the shorter one is the cheaper frame. Drawing needs matplotlib and Pillow.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import versus

NAMES = ("hd_people", "hd_parts", "hd_keyer")
CONTROLS = {"hd_people": versus.PEOPLE, "hd_parts": versus.PARTS, "hd_keyer": versus.KEYER}
WARM = 3
"""Frames before the first that is sampled: those that fill the window of *Steady* and what is kept."""

_MARK = """
import collections, os, threading
from anatomatte import entry

PAUSE, COUNT = float(sys.argv[5]) / 1000, int(sys.argv[4]) - WARM
plain, warm, at_work = entry.render, False, None
stacks = collections.Counter()

def warm_frame(*given, **named):
    global at_work
    at_work = threading.get_ident()
    try:
        return plain(*given, **named)
    finally:
        at_work = None

def rendered(*given, **named):  # on a thread of the engine's own
    return (warm_frame if warm else plain)(*given, **named)

def sample():
    clock, last = None, 0.0
    while True:
        time.sleep(PAUSE)
        whose = at_work
        frame = whose and sys._current_frames().get(whose)
        if not frame:
            clock = None
            continue
        if clock is None:
            clock = time.pthread_getcpuclockid(whose)
            last = time.clock_gettime(clock)
            continue
        told = []
        while frame and frame.f_code.co_name != "warm_frame":
            told.append(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")
            frame = frame.f_back
        there, frame = bool(frame), None  # it would keep the host's pixels
        now = time.clock_gettime(clock)
        if there:
            stacks[";".join(reversed(told))] += (now - last) / COUNT
        last = now

entry.render = rendered
sys.setswitchinterval(0.002)
threading.Thread(target=sample, daemon=True).start()
"""
_HANDED_ON = re.compile(
    r"<lambda>|<genexpr>|<listcomp>|<dictcomp>|^(make|on|one|own|work|once|get|every|each|climbed|result|run|"
    r"frozen|_once|_wrapped_call_impl|_call_impl|render|picture|looked|_people|own_people|_of|_alone|_votes)$"
)
"""Functions of which the picture would say nothing but that they call another one."""
_KINDS = (
    ("nets/", "#d9544d"), ("onnxruntime", "#d9544d"), ("torch", "#d9544d"), ("people/parts", "#e8a33d"),
    ("people/landmark", "#e8c93d"), ("people/", "#d98c4d"), ("temporal/", "#5aa469"), ("qc/", "#9673b9"),
    ("keyer/", "#4d7fd9"), ("ops/", "#7fb8c9"), ("engine/", "#a8b0b8"),
)  # fmt: skip
"""Colours by where a function lies."""
_LEAST = 0.004
"""Share of a frame that a box needs to be drawn."""
_TALLEST = 15
"""Boxes that stand on each other at most: what is above says no more."""


@dataclass
class Box:
    """A function in a stack: its seconds of a frame and what it calls."""

    name: str
    where: str
    seconds: float = 0.0
    calls: dict[str, Box] = field(default_factory=dict)

    def depth(self, least: float) -> int:
        """How many boxes stand on each other, of those of at least so many seconds."""
        return 1 + max((one.depth(least) for one in self.calls.values() if one.seconds >= least), default=0)


def script(count: int) -> str:
    """`versus.FRAMES`, with a function of its own around frames that are warm, and a thread that looks."""
    head, rest = versus.FRAMES.split("root, plate, controls", 1)
    plain, told = "                node.render(frame)\n", "print(json.dumps({"
    assert plain in rest and told in rest, "versus.py renders its frames otherwise"
    rest = rest.replace(plain, f"                warm = {WARM} < frame <= {count}\n{plain}").split(told)[0]
    return f"{head}WARM = {WARM}\n{_MARK}root, plate, controls{rest}print(json.dumps(stacks))\n"


def sampled(one: versus.Checkout, plate: Path, controls: dict[str, Any], count: int, pause: float) -> Box:
    """The stacks of *count* warm frames of a checkout, looked at every *pause* milliseconds."""
    count += WARM
    words = ("-c", script(count), str(one.root), str(plate), json.dumps(controls), str(count), str(pause))
    return stack_of(json.loads(one.run(*words)[0].splitlines()[-1]))


def stack_of(stacks: dict[str, float]) -> Box:
    """Boxes of stacks, each with its seconds of a frame, without what only hands work on."""
    whole = Box("frame", "warm.py")
    for stack, seconds in stacks.items():
        at = whole
        whole.seconds += seconds
        for name, where in _told(stack):
            if (name, where) == (at.name, at.where):
                continue
            at = at.calls.setdefault(f"{where} {name}", Box(name, where))
            at.seconds += seconds
    return whole


def _told(stack: str) -> Iterator[tuple[str, str]]:
    """Names and files of the functions of a stack."""
    for one in stack.split(";"):
        file, _, name = one.replace("\\", "/").rpartition(":")
        if name and not (_HANDED_ON.search(name) or "concurrent/" in file or "/threading.py" in file):
            yield name, re.sub(r"^.*(anatomatte|site-packages)/", "", file)


def draw(graphs: Sequence[tuple[str, Box]], path: Path) -> None:
    """One graph above the other, of the titles and stacks, in one scale."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    longest = max(box.seconds for _, box in graphs)
    tall = [min(_TALLEST, box.depth(_LEAST * longest)) for _, box in graphs]
    figure, axes = pyplot.subplots(
        len(graphs), 1, figsize=(13, 0.24 * sum(tall) + 0.9), height_ratios=tall, constrained_layout=True
    )
    for axis, (title, box), rows in zip(axes, graphs, tall, strict=True):
        _stand(axis, box, 0.0, 0, longest)
        axis.set_xlim(0, 1000 * longest)
        axis.set_ylim(0, rows)
        axis.set_title(f"{title}: {1000 * box.seconds:.0f} ms", loc="left", fontsize=9)
        axis.tick_params(labelsize=7)
        axis.set_yticks([])
        for side in ("left", "right", "top"):
            axis.spines[side].set_visible(False)
    axes[-1].set_xlabel("milliseconds of the processor, one thread", fontsize=8)
    figure.savefig(path, dpi=100, pil_kwargs={"quality": 80})
    pyplot.close(figure)


def _stand(axis: Any, box: Box, left: float, row: int, whole: float) -> None:
    """Draw a box and what stands on it from *left* on, in a picture of *whole* seconds."""
    colour = next((tint for part, tint in _KINDS if box.where.startswith(part)), "#c8c8c8")
    line = {"color": colour, "edgecolor": "white", "linewidth": 0.4}
    axis.barh(row + 0.5, 1000 * box.seconds, 0.92, 1000 * left, **line)
    letters = int(170 * box.seconds / whole)
    if letters >= 3:
        name = _label(box)[:letters]
        axis.text(1000 * (left + 0.002 * whole), row + 0.5, name, fontsize=6.5, va="center", clip_on=True)
    if row + 1 >= _TALLEST:
        return
    for one in sorted(box.calls.values(), key=lambda one: -one.seconds):
        if one.seconds >= _LEAST * whole:
            _stand(axis, one, left, row + 1, whole)
        left += one.seconds


def _label(box: Box) -> str:
    """What is written on a box: the module and the function."""
    return f"{Path(box.where).stem}.{box.name}".replace("onnxruntime_inference_collection.", "onnxruntime.")


def main() -> int:
    """Draw them."""
    how = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=how)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the pictures are written here")
    parser.add_argument("--base", required=True, metavar="REV", help="the commit that is drawn above")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the base's build here")
    parser.add_argument("--only", default=",".join(NAMES), help="some of: " + ", ".join(NAMES))
    parser.add_argument("--frames", type=int, default=12, help="warm frames of each")
    parser.add_argument("--every", type=float, default=2, metavar="MS", help="milliseconds between looks")
    args = parser.parse_args()
    names = [name for name in args.only.split(",") if name]
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"--only knows no {', '.join(unknown)}")
    args.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as told:
        there = versus.base(args.base, args.keep or Path(told))
        given = versus.plates(Path(told))
        if hasattr(os, "sched_setaffinity"):  # who has one processor is granted one thread
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        both = ((f"commit {args.base}", there), ("now", versus.Checkout(versus.ROOT, Path(sys.executable))))
        for name in names:
            plate = given["hd_keyer" if name == "hd_keyer" else "hd_people"]
            graphs = []
            for title, one in both:
                box = sampled(one, plate, CONTROLS[name], args.frames, args.every)
                graphs.append((f"{name}, {title}", box))
                print(f"{name}, {title}: {1000 * box.seconds:.0f} ms", file=sys.stderr)
            draw(graphs, args.folder / f"{name}.webp")
    return 0


if __name__ == "__main__":
    sys.exit(main())
