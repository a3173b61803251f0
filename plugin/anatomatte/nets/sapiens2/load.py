"""A published Sapiens2 file as a network that the runner can run: what it is, its file tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ...errors import SetupError
from ...ops.strips import never
from ..own.ensemble import native_dtype
from ..runtime.files import Array, Port
from .net import SHAPES, HeadShape, MattingHead, PartsHead, Rotary, Sapiens2Net, Shape

State = Mapping[str, Tensor]

_FIRST = "backbone.patch_embed.projection.weight"
_PERIODS = "backbone.rope_embed.periods"
_PARTS, _MATTING = "decode_head.conv_seg.weight", "decode_head.conv_matting.weight"


class Sapiens2File:
    """A file of Sapiens2, opened: `runtime.files.Net`.

    It takes `picture` (1, 3, H, W), normed, and gives logits at that size: `parts` (1, classes, H, W), or
    `foreground` (1, 3, H, W), premultiplied, and `alpha` (1, 1, H, W).

    Args:
        title: the network's name in sentences.
        path: a published .safetensors file of its segmentation or matting.
        device: `cpu` or `cuda`.
        threads: processor threads.
        shape: the backbone's sizes where they are not published ones.

    Raises:
        SetupError: the file cannot be read or is another network; the sentence says which.
    """

    remark = ""

    def __init__(self, title: str, path: Path, device: str, threads: int, shape: Shape | None = None) -> None:
        self._device, self._threads, self._dtype = device, threads, native_dtype(device)
        net = built(_read(title, path), title, path, shape)
        periods = net.backbone.rope_embed.periods
        self._net = net.to(device, self._dtype)
        self._net.backbone.rope_embed.periods = periods.to(device)  # in their own precision
        self._matting = isinstance(net.decode_head, MattingHead)
        self.inputs: tuple[Port, ...] = (Port("picture", (1, 3, None, None), np.dtype(np.float32)),)
        self.outputs: tuple[str, ...] = ("foreground", "alpha") if self._matting else ("parts",)

    def run(self, feeds: Mapping[str, Array], check: Callable[[], None] = never) -> list[Array]:
        """Run once; the outputs come in the order of `outputs`."""
        torch.set_num_threads(self._threads)
        picture = torch.from_numpy(np.ascontiguousarray(feeds["picture"])).to(self._device, self._dtype)
        with torch.inference_mode():
            made = self._net(picture).float().cpu().numpy()
        return [made[:, :3], made[:, 3:]] if self._matting else [made]


def built(state: State, title: str, path: Path, shape: Shape | None = None) -> Sapiens2Net:
    """The network with these weights, in float32 and inference mode.

    Raises:
        SetupError: as `Sapiens2File`.
    """
    first = state.get(_FIRST)
    head = next((key for key in (_PARTS, _MATTING) if key in state), None)
    if first is None or head is None:
        raise SetupError(
            f"{title}: {path} is no segmentation or matting of Sapiens2 (it has no "
            f"{_FIRST if first is None else _PARTS}): import the file that its page names."
        )
    sizes = shape or SHAPES.get(first.shape[0])
    if sizes is None:
        raise SetupError(f"{title}: {path} has a width of {first.shape[0]}, and no such Sapiens2 is known.")
    periods = state.get(_PERIODS)
    rotary = torch.float32 if periods is None else periods.dtype
    with torch.device("meta"):
        net = Sapiens2Net(sizes, _head(state, head, sizes.width), rotary)
    wanted = net.state_dict()
    given = {**({_PERIODS: wanted[_PERIODS]} if periods is None else {}), **state}
    wrong = [
        *(f"lacks {key}" for key in wanted if key not in given),
        *(f"has an unknown {key}" for key in given if key not in wanted),
        *(f"has another shape of {key}" for key in wanted if _apart(given.get(key), wanted[key])),
    ]
    if wrong:
        more = f" and {len(wrong) - 1} more such" if len(wrong) > 1 else ""
        raise SetupError(f"{title}: {path} {wrong[0]}{more}: import the file that its page names.")
    if periods is None:
        given[_PERIODS] = Rotary(sizes.width // sizes.heads).periods
    net.load_state_dict({key: _wide(key, given[key]) for key in wanted}, assign=True)
    return net.eval().requires_grad_(False)


def _apart(one: Tensor | None, other: Tensor) -> bool:
    return one is not None and one.shape != other.shape


def _wide(key: str, value: Tensor) -> Tensor:
    return value if key == _PERIODS else value.float()


def _head(state: State, last: str, width: int) -> nn.Module:
    """The head whose last weight is *last*, with the channels that its weights tell."""
    matting = last == _MATTING
    group = r"upsample_blocks\.(\d+)\.0" if matting else r"deconv_layers\.(\d+)"
    doubled = [
        weight.shape[0] // 4 if matting else weight.shape[1]
        for weight in _numbered(state, rf"decode_head\.{group}\.weight")
    ]
    refined = _numbered(state, r"decode_head\.conv_layers\.(\d+)\.weight")
    shape = HeadShape(
        tuple(doubled) or (width,),
        tuple(int(weight.shape[0]) for weight in refined),
        tuple(int(weight.shape[2]) for weight in refined),
        int(state[last].shape[0]),
    )
    return (MattingHead if matting else PartsHead)(width, shape)


def _numbered(state: State, pattern: str) -> list[Tensor]:
    """The tensors whose names match, by the number in them."""
    found = ((re.fullmatch(pattern, key), value) for key, value in state.items())
    return [value for _, value in sorted(((int(m[1]), v) for m, v in found if m), key=lambda one: one[0])]


def _read(title: str, path: Path) -> State:
    try:
        return load_file(str(path))
    except (OSError, SafetensorError) as cause:
        raise SetupError(
            f"{title}: {path} cannot be read as safetensors ({cause}); it is damaged or another format: "
            "import the network again with `anatomatte models import`."
        ) from cause
