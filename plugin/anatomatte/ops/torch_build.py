"""Which build of torch is there, and whether a GPU is."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class TorchBuild:
    """What torch was built for.

    Attributes:
        version: as torch says it, with its local part.
        kind: ``CUDA 13.0``, ``ROCm 6.4``, or empty for processors.
        gpu: the name of the first one that it can use, or empty.
    """

    version: str
    kind: str
    gpu: str


def torch_build() -> TorchBuild:
    """Ask torch, and the driver where it was built for a GPU."""
    cuda, hip = torch.version.cuda, torch.version.hip
    kind = f"CUDA {cuda}" if cuda else f"ROCm {hip}" if hip else ""
    gpu = torch.cuda.get_device_name(0) if kind and torch.cuda.is_available() else ""
    return TorchBuild(torch.__version__, kind, gpu)
