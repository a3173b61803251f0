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
    """

    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]

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


def _unreadable(title: str, path: Path, kind: str, error: Exception) -> SetupError:
    return SetupError(
        f"{title}: {path} cannot be read as {kind} file ({reason(error)}); it is damaged, another format or "
        "made for another version: import the network again with `anatomatte models import`."
    )


_ONNX_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


class OnnxNet:
    """A file of ONNX Runtime.

    Args:
        providers: the manifests' words, best first; those that are not installed are left out and
            the CPU always comes last.
        device: `cpu` leaves every other provider out.
    """

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
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise _unreadable(title, path, "an ONNX", error) from error
        self._run_options = ort.RunOptions()
        # the arena gives its memory back after each frame: a farm's node has other work too
        self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._run_options.log_severity_level = 4
        self.providers: tuple[str, ...] = tuple(self._session.get_providers())
        self.inputs = tuple(_onnx_port(node) for node in self._session.get_inputs())
        self.outputs = tuple(node.name for node in self._session.get_outputs())

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        made = self._session.run(None, dict(feeds), self._run_options)
        return [np.asarray(plane) for plane in made]


def _onnx_port(node: Any) -> Port:
    shape = None if node.shape is None else tuple(n if isinstance(n, int) else None for n in node.shape)
    return Port(node.name, shape, np.dtype(_ONNX_TYPES.get(node.type, np.float32)))


def installed(wanted: Sequence[str], available: Sequence[str], device: str) -> list[str]:
    """ONNX Runtime's names of the wanted providers that are installed, the CPU last."""
    names = [PROVIDERS[word] for word in wanted if word != "cpu"] if device != "cpu" else []
    return [*(name for name in names if name in available), PROVIDERS["cpu"]]


class TorchScriptNet:
    """A TorchScript file; its inputs are named by the arguments of its `forward`.

    A tuple's outputs have no names; those of a dictionary have its keys, once it has run.
    """

    def __init__(self, title: str, path: Path, device: str, threads: int) -> None:
        import torch

        self._torch, self._device, self._threads = torch, device, threads
        load: Any = torch.jit.load
        try:
            self._module = load(str(path), map_location=device).eval()
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise _unreadable(title, path, "a TorchScript", error) from error
        kinds = {tensor.dtype for tensor in self._module.state_dict().values() if tensor.is_floating_point()}
        real = np.dtype(np.float16 if kinds == {torch.float16} else np.float32)
        self._widen = kinds == {torch.bfloat16}
        arguments = self._module.forward.schema.arguments[1:]
        self.inputs = tuple(_torch_port(argument, real) for argument in arguments)
        self._needed = {a.name for a in arguments if not a.has_default_value()}
        self.outputs: tuple[str, ...] = ()

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        torch = self._torch
        torch.set_num_threads(self._threads)
        given = {port.name: self._value(feeds[port.name], port) for port in self.inputs if port.name in feeds}
        with torch.inference_mode():
            made = self._module(**given)
        if isinstance(made, dict):
            self.outputs = tuple(str(name) for name in made)
            made = list(made.values())
        made = [made] if isinstance(made, torch.Tensor) else list(made)
        return [tensor.float().cpu().numpy() for tensor in made if isinstance(tensor, torch.Tensor)]

    def _value(self, array: Array, port: Port) -> Any:
        if port.shape == ():
            return float(np.asarray(array).reshape(-1)[0])
        tensor = self._torch.from_numpy(np.ascontiguousarray(array)).to(self._device)
        return tensor.to(self._torch.bfloat16) if self._widen and tensor.is_floating_point() else tensor


def _torch_port(argument: Any, real: np.dtype[Any]) -> Port:
    scalar = str(argument.type) in ("float", "int")
    return Port(str(argument.name), () if scalar else None, real)


class LiteRtNet:
    """A .tflite file, run by the LiteRT interpreter, one frame at a time."""

    def __init__(self, title: str, path: Path, device: str, threads: int) -> None:
        module = _runtime("ai_edge_litert.interpreter", "litert", "a LiteRT", title)
        try:
            self._net = module.Interpreter(model_path=str(path), num_threads=threads)
            self._net.allocate_tensors()
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise _unreadable(title, path, "a LiteRT", error) from error
        self._lock = threading.Lock()
        self._in = self._net.get_input_details()
        self._out = self._net.get_output_details()
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


def _sapiens2(title: str, path: Path, device: str, threads: int) -> Net:
    from ..sapiens2.load import Sapiens2File

    return Sapiens2File(title, path, device, threads)


NATIVE: Mapping[str, Callable[..., Net]] = {"sapiens2": _sapiens2}
"""Code of ours that opens a file as the runtimes do, by the manifests' word `native`."""

OPENERS: Mapping[str, Callable[..., Net]] = {
    "onnx": OnnxNet,
    "torchscript": TorchScriptNet,
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
