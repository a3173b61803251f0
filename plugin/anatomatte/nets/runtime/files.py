"""A network's file, opened: ONNX, TorchScript or LiteRT behind one face.

A `Net` takes arrays by input name and gives arrays by output name, exactly as the file has them;
what they mean is the manifest's (`runner.py`).  Each runtime is imported when its first file is
opened: onnxruntime comes with `anatomatte[onnx]`, the LiteRT interpreter with `anatomatte[litert]`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import SetupError, is_shortage, reason
from ...ops.strips import never
from .sessions import short_of_memory

Array = NDArray[Any]

PROVIDERS: Mapping[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""Execution providers of ONNX Runtime by the manifests' words."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a file: its name, its shape (None where it is free) and its type."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: np.dtype[Any]


class Net(Protocol):
    """An opened network.

    Attributes:
        inputs: what it takes, in the file's order; a scalar number has the shape ().
        outputs: what it gives, in the file's order; empty names where the file has none.
        remark: a sentence for the frame's status, known once it has run; or empty.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    remark: str

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        """Run once; the outputs come in the file's order.

        Args:
            check: raises Cancelled to stop; one that runs in this process cannot listen before it is done.
        """


def quietly(module: str) -> Any:
    """The module of a runtime, imported. Every import of one goes through here: ONNX Runtime reports its use
    over the network and keeps an id of the machine unless it is told so before (seen with 1.31)."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return import_module(module)


def _runtime(module: str, extra: str, kind: str, title: str) -> Any:
    try:
        return quietly(module)
    except ImportError as error:
        if is_shortage(error):
            raise MemoryError(f"{module} cannot be loaded: {error}") from error
        raise SetupError(
            f"{title} is {kind} file and {module} is not installed: pip install 'anatomatte[{extra}]'."
        ) from error


def unreadable(title: str, path: Path, kind: str, error: Exception) -> SetupError:
    """The failure of a file that its runtime does not open."""
    return SetupError(
        f"{title}: {path} cannot be read as {kind} file ({reason(error)}); it is damaged, another format or "
        "made for another version: import the network again with `anatomatte models import`."
    )


_ONNX_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(uint16)": np.uint16,
    "tensor(int8)": np.int8,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


class OnnxNet:
    """A file of ONNX Runtime; it widens halves itself where the processor has no code for them.

    Args:
        providers: the manifests' words, best first; those that are not installed are left out and
            the CPU always comes last.
        device: `cpu` leaves every other provider out.
    """

    remark = ""

    def __init__(
        self, title: str, path: Path, device: str, threads: int, providers: Sequence[str] = ("cpu",)
    ) -> None:
        ort = _runtime("onnxruntime", "onnx", "an ONNX", title)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        chosen = installed(providers, ort.get_available_providers(), device)
        try:
            self._session = ort.InferenceSession(str(path), options, providers=chosen)
            inputs = self._session.get_inputs()
            self.outputs = tuple(node.name for node in self._session.get_outputs())
            named = [(node.name, node.type, node.shape) for node in inputs]  # names may be no text
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise unreadable(title, path, "an ONNX", error) from error
        self._run_options = ort.RunOptions()
        # the arena gives its memory back after each frame: a farm's node has other work too
        self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._run_options.log_severity_level = 4
        self.providers: tuple[str, ...] = tuple(self._session.get_providers())
        self.inputs = tuple(_onnx_port(title, *facts) for facts in named)

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        made = self._session.run(None, dict(feeds), self._run_options)
        return [np.asarray(plane) for plane in made]


def _onnx_port(title: str, name: str, kind: str, sides: Any) -> Port:
    if kind not in _ONNX_TYPES:
        raise SetupError(
            f"{title}: input {name!r} of its file takes {kind}, which cannot be made: export it "
            "with float32, float16 or uint8 inputs."
        )
    shape = None if sides is None else tuple(n if isinstance(n, int) else None for n in sides)
    return Port(name, shape, np.dtype(_ONNX_TYPES[kind]))


def installed(wanted: Sequence[str], available: Sequence[str], device: str) -> list[str]:
    """ONNX Runtime's names of the wanted providers that are installed, the CPU last."""
    names = [PROVIDERS[word] for word in wanted if word != "cpu"] if device != "cpu" else []
    return [*(name for name in names if name in available), PROVIDERS["cpu"]]


class LiteRtNet:
    """A .tflite file, run by the LiteRT interpreter, one frame at a time."""

    remark = ""

    def __init__(self, title: str, path: Path, device: str, threads: int) -> None:
        module = _runtime("ai_edge_litert.interpreter", "litert", "a LiteRT", title)
        try:
            self._net = module.Interpreter(model_path=str(path), num_threads=threads)
            self._net.allocate_tensors()
            self._in, self._out = self._net.get_input_details(), self._net.get_output_details()
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise unreadable(title, path, "a LiteRT", error) from error
        self._lock = threading.Lock()
        self.inputs = tuple(
            Port(d["name"], tuple(int(n) for n in d["shape"]), np.dtype(d["dtype"])) for d in self._in
        )
        self.outputs = tuple(str(d["name"]) for d in self._out)

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        with self._lock:
            for detail in self._in:
                self._net.set_tensor(detail["index"], np.ascontiguousarray(feeds[detail["name"]]))
            self._net.invoke()
            return [np.array(self._net.get_tensor(detail["index"])) for detail in self._out]


def _torchscript(title: str, path: Path, device: str, threads: int) -> Net:
    from .torchscript import TorchScriptNet

    return TorchScriptNet(title, path, device, threads)


def _sapiens2(title: str, path: Path, device: str, threads: int) -> Net:
    from ..sapiens2.load import Sapiens2File

    return Sapiens2File(title, path, device, threads)


NATIVE: Mapping[str, Callable[..., Net]] = {"sapiens2": _sapiens2}
"""Code of ours that opens a file as the runtimes do, by the manifests' word `native`."""

OPENERS: Mapping[str, Callable[..., Net]] = {
    "onnx": OnnxNet,
    "torchscript": _torchscript,
    "tflite": LiteRtNet,
}
"""What opens a file of each format: (title, path, device, threads)."""


def opened(
    runtime: str,
    title: str,
    path: Path,
    device: str,
    threads: int,
    providers: Sequence[str] = ("cpu",),
    check: Callable[[], None] = never,
) -> Net:
    """The file opened in this very process; called as `guests.guest.Guest` is.

    Raises:
        SetupError: the runtime is not installed, or the file is damaged.
    """
    check()
    if runtime == "onnx":
        return OnnxNet(title, path, device, threads, providers)
    return OPENERS[runtime](title, path, device, threads)
