"""Where networks run: the processor, or a GPU that ONNX Runtime can use.

A GPU computes in float32 with fixed algorithms, so that a device gives the same numbers each time; between
devices they agree within 1/2048.  A provider that is installed need not have a GPU: one small network is
opened on it before it is believed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ...errors import SetupError
from .files import PROVIDERS, quietly

CPU = "cpu"
_FIRST = "cuda:0"
"""The GPU that `auto` takes where there is one."""
_KINDS = {"cuda": "cuda", "mps": "coreml"}
"""Word of a device without its number → the manifests' word for its provider."""

Provider = str | tuple[str, dict[str, str]]

_lock = threading.Lock()
_there: dict[str, str] = {}


def provider(device: str) -> tuple[str, dict[str, str]]:
    """ONNX Runtime's name of a device's provider and its options; *device* is a GPU's: ``cuda:0``, ``mps``.

    Raises:
        KeyError: it is none.
    """
    kind, _, number = device.partition(":")
    name = PROVIDERS[_KINDS[kind]]
    if kind == "cuda":
        # TF32 has 10 bits of a mantissa, and a search by timing another algorithm each time
        return name, {"device_id": number or "0", "use_tf32": "0", "cudnn_conv_algo_search": "DEFAULT"}
    return name, {"MLComputeUnits": "CPUAndGPU", "AllowLowPrecisionAccumulationOnGPU": "0"}


def available() -> tuple[str, ...]:
    """The providers of the ONNX Runtime that is installed."""
    return tuple(quietly("onnxruntime").get_available_providers())


def session(content: bytes, options: Any, providers: list[Provider]) -> Any:
    """A network that is opened by ONNX Runtime."""
    return quietly("onnxruntime").InferenceSession(content, options, providers=providers)


def fault(device: str, opened: Callable[[str], object]) -> str:
    """Why a GPU cannot be used, or an empty text; asked once in a process.

    Args:
        opened: opens a small network on it, or raises.
    """
    with _lock:
        if device not in _there:
            _there[device] = _fault(device, opened)
        return _there[device]


def _fault(device: str, opened: Callable[[str], object]) -> str:
    name = provider(device)[0]
    if name not in available():
        return f"the ONNX Runtime that is installed has no {name}"
    try:
        opened(device)
    except Exception as why:  # of a driver, of libraries, of the GPU itself
        return str(why).strip().splitlines()[0].rstrip(".") if str(why).strip() else type(why).__name__
    return ""


def forget() -> None:
    """Ask anew which GPUs are there."""
    with _lock:
        _there.clear()


def chosen(wanted: str, opened: Callable[[str], object]) -> str:
    """Where networks run that are wanted on *wanted*, a value of the control ``device``.

    Args:
        opened: as of `fault`.

    Raises:
        SetupError: the GPU that is asked for by name cannot be used.
    """
    if wanted == CPU:
        return CPU
    if wanted == "auto":
        return _FIRST if not fault(_FIRST, opened) else CPU
    if why := fault(wanted, opened):
        raise SetupError(
            f"Device (device) asks for {wanted} and it cannot be used: {why}. Install onnxruntime-gpu and "
            "its driver for the node's Python, or set Device to Auto; `anatomatte doctor` says what is there."
        )
    return wanted
