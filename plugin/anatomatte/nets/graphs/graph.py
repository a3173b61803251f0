"""One network as ONNX Runtime computes it, on one thread or a GPU; any number of threads may ask it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from ...errors import SetupError, is_shortage, reason
from ..runtime import devices
from ..runtime.devices import CPU
from ..runtime.files import quietly
from ..runtime.sessions import short_of_memory
from .files import FILES, GRAPHS

ort = quietly("onnxruntime")

Plane = NDArray[np.float32]

_RUST = "pyo3_runtime"
"""Where the panics of safetensors come from, which has no other word for memory that is short."""


class Graph:
    """A network of the package.

    What it answers depends on what it is given alone: one thread computes it, whatever else runs.

    Args:
        name: a key of `FILES`.
        device: ``cpu``, or a GPU's (`devices`).

    Raises:
        SetupError: a file is missing, damaged or of another network.
        RuntimeError: the GPU cannot be used.
    """

    def __init__(self, name: str, device: str = CPU) -> None:
        self.device = device
        self._weights = dict(_weights(name))
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = True
        options.enable_mem_pattern = False  # a plan for each size of a picture takes 50 MB, and no less time
        options.log_severity_level = 4
        options.use_deterministic_compute = device != CPU
        options.add_external_initializers(list(self._weights), list(self._weights.values()))
        path = GRAPHS / f"{name}.onnx"
        try:
            self._session = devices.session(path.read_bytes(), options, _providers(device))
        except Exception as cause:  # its own are of no common kind
            if short_of_memory(cause):
                raise MemoryError(reason(cause)) from cause
            if device != CPU:
                raise RuntimeError(reason(cause)) from cause
            files = ", ".join(str(file) for file in FILES[name])
            raise SetupError(
                f"The network {path} does not fit its weights ({files}): {cause}; install the package again"
            ) from cause
        if device != CPU and self._session.get_providers()[0] != devices.provider(device)[0]:
            raise RuntimeError("ONNX Runtime found no GPU, or not the libraries of its version")
        self._run = ort.RunOptions()
        if device == CPU:  # else each network keeps the largest look's memory: 35 of 460 MB of a cold photo
            self._run.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._given = [one.name for one in self._session.get_inputs()]

    def __call__(self, *given: Plane) -> list[Plane]:
        """What the network says of one picture (1, C, H, W) or more planes, without the first dimension.

        Raises:
            MemoryError: it does not fit.
        """
        feed: dict[str, Any] = dict(zip(self._given, given, strict=True))
        try:
            return [one[0] for one in self._session.run(None, feed, self._run)]
        except Exception as cause:
            if short_of_memory(cause):
                raise MemoryError(reason(cause)) from cause
            raise


def _providers(device: str) -> list[devices.Provider]:
    """The providers of a session; the processor last, for what a GPU has no code for."""
    last: list[devices.Provider] = ["CPUExecutionProvider"]
    return last if device == CPU else [devices.provider(device), *last]


def where(wanted: str) -> str:
    """The device that a value of the control ``device`` means here, tried with a small network of ours.

    Raises:
        SetupError: as `devices.chosen`.
    """
    return devices.chosen(wanted, lambda device: Graph("hand", device))


def _weights(name: str) -> Iterator[tuple[str, Any]]:
    """Names and float32 values of a network's weights; ONNX Runtime does not copy them."""
    wanted = set(_names()[name])
    for path in FILES[name]:
        try:
            with safe_open(str(path), "np") as file:
                for key in wanted.intersection(file.keys()):
                    value = np.ascontiguousarray(file.get_tensor(key), np.float32)
                    yield key, ort.OrtValue.ortvalue_from_numpy(value)
        except BaseException as cause:
            if is_shortage(cause) or short_of_memory(cause) or type(cause).__module__ == _RUST:
                raise MemoryError(f"the weights {path} do not fit: {reason(cause)}") from cause
            if isinstance(cause, (OSError, SafetensorError)):
                raise SetupError(
                    f"the weights {path} cannot be read ({cause}); install the package again"
                ) from cause
            raise


@cache
def _names() -> dict[str, list[str]]:
    """The weights that each graph wants."""
    path = GRAPHS / "weights.json"
    try:
        found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise SetupError(f"{path} cannot be read ({cause}); install the package again") from cause
    return found


def batch(picture: Plane) -> Plane:
    """A picture (h, w, 3) as networks take it, (1, 3, h, w)."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
