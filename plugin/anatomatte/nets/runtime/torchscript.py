"""A TorchScript file, opened; weights of half precision are widened to float32 on a processor.

Processors compute in halves many times slower than in float32, and torch does not widen by itself.  A
program that fixes half precision (`.half()`, a constant) cannot be widened: it runs as it is, and says so.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import SetupError, reason
from ...ops.strips import never
from .files import Array, Port, unreadable
from .sessions import short_of_memory

_OF_TYPES = re.compile(r"dtype|Half|BFloat16", re.IGNORECASE)
"""What torch's words hold when types of two tensors do not fit."""

_CURE = "export it in float32, from `net.float()`"


class TorchScriptNet:
    """A TorchScript file: `files.Net`; its inputs are named by the arguments of its `forward`.

    A tuple's outputs have no names; those of a dictionary have its keys, once it has run.
    """

    def __init__(self, title: str, path: Path, device: str, threads: int) -> None:
        import torch

        self._torch, self._title, self._path, self._device = torch, title, path, device
        self._threads = threads
        self._lock = threading.Lock()
        self._settled = False
        self.remark = ""
        self._module = self._loaded()
        kinds = {tensor.dtype for tensor in self._module.state_dict().values() if tensor.is_floating_point()}
        self._real = torch.float32
        if device == "cpu" or torch.float64 in kinds:
            self._module = self._module.float()
        elif len(kinds) == 1:
            self._real = next(iter(kinds))
        arguments = self._module.forward.schema.arguments[1:]
        self.inputs: tuple[Port, ...] = tuple(_port(argument) for argument in arguments)
        self.outputs: tuple[str, ...] = ()

    def _loaded(self) -> Any:
        load: Any = self._torch.jit.load
        try:
            return load(str(self._path), map_location=self._device).eval()
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise unreadable(self._title, self._path, "a TorchScript", error) from error

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        torch = self._torch
        torch.set_num_threads(self._threads)
        made = self._made(feeds) if self._settled else self._first(feeds)
        if isinstance(made, dict):
            self.outputs = tuple(str(name) for name in made)
            made = list(made.values())
        made = [made] if isinstance(made, torch.Tensor) else list(made)
        return [tensor.float().cpu().numpy() for tensor in made if isinstance(tensor, torch.Tensor)]

    def _made(self, feeds: Mapping[str, Array]) -> Any:
        given = {port.name: self._value(feeds[port.name], port) for port in self.inputs if port.name in feeds}
        with self._torch.inference_mode():
            return self._module(**given)

    def _first(self, feeds: Mapping[str, Array]) -> Any:
        """The run that shows whether the program takes the type that was chosen for it."""
        with self._lock:
            try:
                made = self._made(feeds)
            except RuntimeError as error:
                if self._settled or short_of_memory(error) or not _OF_TYPES.search(str(error)):
                    raise
                made = self._as_it_is(feeds, error)
            self._settled = True
            return made

    def _as_it_is(self, feeds: Mapping[str, Array], before: RuntimeError) -> Any:
        """A run in the file's own precision, which its program fixes."""
        chosen = self._module, self._real
        self._module = self._loaded()
        for real in (self._torch.float16, self._torch.bfloat16):
            self._real = real
            try:
                made = self._made(feeds)
            except RuntimeError as error:
                if short_of_memory(error):
                    raise
                last = error
                continue
            if self._device == "cpu":
                self.remark = (
                    f"{self._title} fixes half precision in its program, so it cannot be widened and is many "
                    f"times slower on a processor: {_CURE}."
                )
            return made
        self._module, self._real = chosen
        if "not implemented for" not in str(last):
            raise before
        raise SetupError(
            f"{self._title} fixes half precision in its program, which {self._device} cannot compute "
            f"({reason(last, last=True)}): {_CURE}."
        ) from before

    def _value(self, array: Array, port: Port) -> Any:
        if port.shape == ():
            return float(np.asarray(array).reshape(-1)[0])
        tensor = self._torch.from_numpy(np.ascontiguousarray(array)).to(self._device)
        return tensor.to(self._real) if tensor.is_floating_point() else tensor


def _port(argument: Any) -> Port:
    scalar = str(argument.type) in ("float", "int")
    return Port(str(argument.name), () if scalar else None, np.dtype(np.float32))
