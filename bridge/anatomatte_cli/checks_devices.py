"""What ``anatomatte doctor`` says of the devices that networks can run on, and how long a look takes."""

from __future__ import annotations

import time

import numpy as np

from anatomatte.nets.graphs.graph import Graph, where
from anatomatte.nets.runtime import devices

_SIDE = 256
_TRIES = 3


def told() -> str:
    """One sentence: each device with the time of a look at a person, and why there is no GPU.

    Raises:
        SetupError: the networks of the package cannot be read.
    """
    found = [f"cpu, {_timed(devices.CPU)}"]
    first = where("auto")
    if first != devices.CPU:
        return "; ".join([f"{first}, {_timed(first)}: Auto takes it", *found])
    why = devices.fault("cuda:0", lambda device: Graph("hand", device))
    return f"{found[0]}; no GPU is used: {why}"


def _timed(device: str) -> str:
    net = Graph("pose", device)
    picture = np.full((1, 3, _SIDE, _SIDE), 0.5, np.float32)
    net(picture)
    took = []
    for _ in range(_TRIES):
        began = time.perf_counter()
        net(picture)
        took.append(time.perf_counter() - began)
    return f"{1000 * min(took):.1f} ms for a look at a body"
