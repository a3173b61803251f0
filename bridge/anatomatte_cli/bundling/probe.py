"""Run by a bundle's own Python: the node in a host, by the worker and in the process, as one JSON object."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import numpy as np


def main(folder: str) -> None:
    """Load the node of *folder* in a host, render a frame of it each way, say what came; and which library
    the worker of the commands' own node has."""
    from anatomatte_batch import bundle
    from pyopenfx import Host

    told: dict[str, object] = {"modules": outside(Path(sys.prefix).parent)}
    frames = []
    for road in ("worker", "in-process"):
        os.environ["ANATOMATTE_RUNTIME"] = road
        with Host() as host:
            host.scan([folder])
            with host.load("org.anatomatte.Anatomatte").instance(context="filter") as node:
                node.clips.Source = plate()
                frames.append(np.array(node.render(1)["colour"]))
                node.params.subject, node.params.screen, node.params.output = "on", "none", "parts"
                people = node.render(1)["colour"]  # a network that cannot be run fails the frame
                told["people"] = bool(told.get("people", True) and np.isfinite(people).all())
                node.params.refresh.press()
                told[road] = node.params["status"].value
                if road == "worker":
                    told["library"] = library(str(told[road]))
    os.environ["ANATOMATTE_RUNTIME"] = "worker"
    with Host() as host:
        host.scan([bundle().parent])
        with host.load("org.anatomatte.Anatomatte").instance(context="filter") as node:
            node.clips.Source = plate()
            node.render(1)
            node.params.refresh.press()
            told["commands_library"] = library(str(node.params["status"].value))
    alpha = frames[0][..., 3]
    told["keyed"] = bool(alpha[2, 3] < 0.1 and alpha[40, 45] > 0.9)
    told["same"] = bool(np.array_equal(frames[0], frames[1]))
    print(json.dumps(told))


def plate() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A block before a screen."""
    made = np.zeros((60, 90, 4), np.float32)
    made[...] = [0.05, 0.4, 0.06, 1]
    made[20:, 30:60, :3] = [0.5, 0.3, 0.2]
    return made


def library(status: str) -> str:
    """The Python library that the worker of a node's status has loaded."""
    found = re.search(r"Worker process (\d+)", status)
    if not found:
        return ""
    maps = Path(f"/proc/{found[1]}/maps").read_text(encoding="utf-8", errors="surrogateescape")
    return next((line.split(maxsplit=5)[5] for line in maps.splitlines() if "libpython" in line), "")


def outside(root: Path) -> list[str]:
    """Loaded modules that do not lie in the bundle."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted({str(file) for file in files if file and not Path(file).is_relative_to(root)})


if __name__ == "__main__":
    main(sys.argv[1])
