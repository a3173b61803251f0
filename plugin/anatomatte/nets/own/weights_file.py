"""Weights files: safetensors whose header names the network, read with a sentence for whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ...errors import SetupError

Net = TypeVar("Net", bound=nn.Module)


def read(path: Path, whose: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Header and float32 tensors of the weights file `path`.

    Args:
        whose: the network's name in a sentence, as in "the people network".

    Raises:
        SetupError: the file is missing or damaged.
    """
    try:
        with safe_open(str(path), "pt") as file:
            names = list(file.keys())
            return file.metadata() or {}, {name: file.get_tensor(name).float() for name in names}
    except (OSError, SafetensorError) as cause:
        raise SetupError(
            f"{whose}'s weights {path} cannot be read ({cause}); install the package again"
        ) from cause


def must_be(header: dict[str, str], net: str, path: Path) -> None:
    """Refuse a file whose `header` names another network than `net`.

    Raises:
        SetupError: it does.
    """
    if header.get("net") != net:
        raise SetupError(f"{path} is of another network; install weights of this version")


def fill(net: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    """Put the tensors read from `path` into `net`.

    Raises:
        SetupError: they do not fit.
    """
    try:
        net.load_state_dict(state)
    except RuntimeError as cause:
        raise SetupError(
            f"{path} does not fit the network ({cause}); install weights of this version"
        ) from cause


def for_inference(net: Net, device: str, dtype: torch.dtype) -> Net:
    """`net` on `device` as `dtype`: eval mode, channels-last, no gradients."""
    net.eval().requires_grad_(False).to(torch.device(device), dtype)
    for parameter in net.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return net


def ready(make: Callable[[], Net], net: str, whose: str, path: Path, device: str, dtype: torch.dtype) -> Net:
    """The network that `make` builds with the weights in `path`, for inference: eval mode, no gradients.

    Args:
        net: what the file's header must name.
        whose: the network's name in a sentence, as in "the people network".
        path: a .safetensors file that `training` wrote.
        device: `cpu`, `cuda` or any torch device.
        dtype: float32 or bfloat16 on a CPU, float16 on a GPU.

    Raises:
        SetupError: the file is missing, damaged or of another network.
    """
    header, state = read(path, whose)
    must_be(header, net, path)
    made = make()
    fill(made, state, path)
    return for_inference(made, device, dtype)
