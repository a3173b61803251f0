"""Reading published M2FP files: training checkpoints or bare weights, without running what is in them.

A checkpoint is a pickle, and a pickle may name any function to be called. Only tensors, numbers
and containers are let through; classes of training frameworks that stand beside the weights
(schedulers, configurations) become empty shells, and anything else is refused.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ...errors import SetupError, reason
from .net import M2FPNet, Shape

State = dict[str, Tensor]

_FRAMEWORKS = ("detectron2", "fvcore", "yacs", "iopath", "omegaconf", "modelscope", "mask2former")
"""Their classes may stand beside the weights; what they hold is not read."""

_BESIDE = ("criterion.", "pixel_mean", "pixel_std", "module.criterion.")
"""Keys that training left in the file; the network does without."""

_CLASS_KEY = "sem_seg_head.predictor.class_embed.weight"


class _Shell:
    """What a class of a training framework becomes: it takes anything and does nothing."""

    def __init__(self, *args: object, **more: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


def _numbers() -> list[Any]:
    """What NumPy pickles its scalars and arrays with."""
    core: Any = getattr(np, "_core", None) or np.core
    kinds = [type(np.dtype(c)) for c in "?bBhHiIlLqQefd"]
    both = [
        (function, f"{home}.multiarray.{name}")
        for home in ("numpy.core", "numpy._core")
        for name, function in (
            ("scalar", core.multiarray.scalar),
            ("_reconstruct", core.multiarray._reconstruct),
        )
    ]
    return [np.dtype, np.ndarray, *kinds, *both]


@contextlib.contextmanager
def _allowed(path: Path) -> Iterator[None]:
    """Within, `torch.load` lets numbers and the shells of frameworks through."""
    allowed = _numbers()
    with contextlib.suppress(Exception):  # only files of torch 1.6 and later can be asked
        named = torch.serialization.get_unsafe_globals_in_checkpoint(path)
        allowed += [(_Shell, name) for name in named if name.split(".")[0] in _FRAMEWORKS]
    with torch.serialization.safe_globals(allowed):
        yield


def _unpickled(path: Path) -> Any:
    with _allowed(path):
        try:
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        except RuntimeError as cause:
            if "mmap" not in str(cause):
                raise
            return torch.load(path, map_location="cpu", weights_only=True)


def read_state(path: Path) -> State:
    """Tensors by name from a checkpoint (`.pt`, `.pth`, `.bin`) or a `.safetensors` file.

    Nothing in the file is executed. Names are as published: a `module.` in front of all of them
    goes, the old `static_query` becomes `query_feat`.

    Raises:
        SetupError: the file is missing, damaged, holds no weights, or holds more than data.
    """
    cure = "fetch it again or verify it with `anatomatte models verify`"
    try:
        found = load_file(path) if path.suffix == ".safetensors" else _unpickled(path)
    except FileNotFoundError as cause:
        raise SetupError(
            f"there is no M2FP file {path}; import it with `anatomatte models import`"
        ) from cause
    except pickle.UnpicklingError as cause:
        raise SetupError(
            f"{path} is damaged or holds more than weights, and nothing in it was run "
            f"({_first_line(cause)}); take the file from its publisher"
        ) from cause
    except (OSError, RuntimeError, SafetensorError, EOFError, ValueError, KeyError, TypeError) as cause:
        raise SetupError(f"{path} cannot be read as weights ({_first_line(cause)}); {cure}") from cause
    for key in ("model", "state_dict", "model_state_dict"):
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
            break
    named = isinstance(found, Mapping) and all(isinstance(k, str) for k in found)
    state = {k: _tensor(v) for k, v in found.items()} if named else {}
    tensors = {k: v for k, v in state.items() if v is not None}
    if not tensors:
        raise SetupError(f"{path} holds no weights by name; {cure}")
    return {_published(k): v for k, v in tensors.items()}


def _tensor(value: object) -> Tensor | None:
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return torch.from_numpy(value)
    return value if isinstance(value, Tensor) else None


def _published(name: str) -> str:
    name = name.removeprefix("module.").removeprefix("_orig_mod.")
    return name.replace(".predictor.static_query.", ".predictor.query_feat.")


def _first_line(cause: BaseException) -> str:
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    telling = [line for line in lines if "GLOBAL" in line or "Unsupported" in line]
    return reason((telling or lines or [type(cause).__name__])[0])


def classes_in(state: Mapping[str, Tensor], path: Path) -> int:
    """How many classes the weights tell apart, *nothing* not counted.

    Raises:
        SetupError: these are no weights of M2FP.
    """
    last = state.get(_CLASS_KEY)
    if last is None or last.ndim != 2 or last.shape[0] < 3:
        raise SetupError(
            f"{path} is no M2FP file: it has no {_CLASS_KEY}; M2FP's files are called "
            "m2fp-single and m2fp-multi in `anatomatte models list`"
        )
    return int(last.shape[0]) - 1


def build(state: Mapping[str, Tensor], shape: Shape, path: Path) -> M2FPNet:
    """The network of `shape` in inference mode with these weights, in float32.

    Every name that the network has must be there with its shape (batch counters excepted); names
    that only training needs may be there too.

    Raises:
        SetupError: a name is missing, unknown, or of another shape; the sentence says which.
    """
    with torch.device("meta"):
        net = M2FPNet(shape)
    wanted = net.state_dict()
    needed = {k: v for k, v in wanted.items() if not k.endswith("num_batches_tracked")}
    _complain("lacks", sorted(needed.keys() - state.keys()), path)
    surplus = state.keys() - wanted.keys()
    _complain("has unknown", sorted(k for k in surplus if not k.startswith(_BESIDE)), path)
    wrong = [
        f"{k} {list(state[k].shape)} instead of {list(v.shape)}"
        for k, v in needed.items()
        if state[k].shape != v.shape
    ]
    _complain("has", wrong, path)
    broken = [k for k in needed if not bool(torch.isfinite(state[k]).all())]
    _complain("has values that are not numbers in", broken, path)
    net.to_empty(device="cpu")
    full = {k: state[k] if k in needed else torch.zeros_like(v, device="cpu") for k, v in wanted.items()}
    net.load_state_dict(full)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net.eval()


def _complain(what: str, names: list[str], path: Path) -> None:
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise SetupError(
            f"{path} does not fit M2FP: it {what} {names[0]}{more}; "
            "take a published file with a ResNet-101 backbone and 100 queries"
        )


def save_weights(state: Mapping[str, Tensor], path: Path, shape: Shape | None = None) -> None:
    """Only what the network needs, as `.safetensors`: a third of a published checkpoint.

    The file is written beside and renamed.

    Raises:
        SetupError: as `classes_in` and `build`.
    """
    whole = build(state, shape or Shape(classes=classes_in(state, path)), path).state_dict()
    kept = {k: v.contiguous() for k, v in whole.items() if not k.endswith("num_batches_tracked")}
    beside = path.with_name(path.name + ".part")
    save_file(kept, str(beside), {"net": "m2fp"})
    beside.replace(path)
