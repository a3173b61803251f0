"""What ``anatomatte doctor`` says of torch: the build, its size on the disk, and the device in use."""

from __future__ import annotations

import importlib.metadata
import re

from anatomatte.models.store.files import said

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""The index of torch's builds for processors; on PyPI the one for Linux is CUDA's."""
_OF_CUDA = re.compile(r"(nvidia|cuda)[-_.]|triton$", re.IGNORECASE)


def told() -> str:
    """One sentence; it imports torch.

    Raises:
        ImportError: torch is damaged.
    """
    from anatomatte.ops.torch_build import torch_build

    build = torch_build()
    found = [importlib.metadata.distribution("torch")]
    if not build.kind:
        return (
            f"the build for processors, {_size(found)}; networks of others that need it run on the processor"
        )
    found += [one for one in importlib.metadata.distributions() if _OF_CUDA.match(one.name or "")]
    here = f"the build for {build.kind}, {_size(found)}; our own networks do not need it"
    if build.gpu:
        return f"{here}, those of others may use {build.gpu}"
    version = build.version.partition("+")[0]
    pip = f"pip install --force-reinstall --no-deps torch=={version} --index-url {CPU_INDEX}"
    return f"{here}, and no GPU is there that torch can use: `{pip}` takes the small build"


def _size(found: list[importlib.metadata.Distribution]) -> str:
    """What the files of some packages take, as their records count them."""
    return said(sum(file.size or 0 for one in found for file in one.files or ()))
