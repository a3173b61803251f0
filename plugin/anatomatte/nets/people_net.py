"""The people network: one encoder, decoders for parts, alpha and who is who, in one pass.

A U-shaped residual network with attention at 1/32 of the input. Parts come out at half the input's
size, alpha at its full size (a coarse matte plus a correction that sees the picture itself), and
people are told apart by a heat map of heads and, per pixel, the way to one's own head
(centre-and-offset grouping after Cheng et al., Panoptic-DeepLab, 2020). Only convolutions,
bilinear resizing, layer norm and plain attention are used, so that the network can be exported.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ..errors import SetupError
from ..parts import PARTS

STRIDE = 32
"""Width and height of the input must be multiples of this."""

OFFSET_UNIT = 32.0
"""Input pixels in one unit of the offset output."""

HEAD_STRIDE = 4
"""Input pixels per cell of the heat map and the offsets."""


class Observed(NamedTuple):
    """Raw outputs for a batch of N pictures of H x W pixels.

    `parts` (N, parts, H/2, W/2) and `alpha` (N, 2, H, W: person without held things, held things)
    and `centre` (N, 1, H/4, W/4) are logits; `offset` (N, 2, H/4, W/4: x, y) leads from a cell to
    its person's head in units of `OFFSET_UNIT` pixels.
    """

    parts: Tensor
    alpha: Tensor
    centre: Tensor
    offset: Tensor


@dataclass(frozen=True)
class Shape:
    """Sizes of the network: channels at 1/2, 1/4, 1/8, 1/16, 1/32, and residual blocks at the last four."""

    widths: tuple[int, int, int, int, int] = (16, 32, 64, 128, 192)
    blocks: tuple[int, int, int, int] = (1, 2, 3, 2)
    attention: int = 2
    decoder: tuple[int, int] = (24, 48)
    """Decoder channels at 1/2 and 1/4."""


class ConvNorm(nn.Module):
    """Convolution, batch norm and, unless `act` is false, ReLU; `fold` merges the norm into the weights."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, act: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return F.relu(x) if self.act else x

    def fold(self) -> None:
        """Merge the batch norm's running statistics into the convolution (inference only)."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm2d) or norm.running_var is None or norm.running_mean is None:
            return
        gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        self.conv.weight.data *= gain[:, None, None, None]
        self.conv.bias = nn.Parameter(norm.bias - norm.running_mean * gain)
        self.norm = nn.Identity()


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.a = ConvNorm(channels, channels)
        self.b = ConvNorm(channels, channels, act=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.b(self.a(x)))


class Attention(nn.Module):
    """A transformer block over all cells; a 3x3 depthwise convolution tells it where it is."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.place = nn.Conv2d(channels, channels, 3, 1, 1, groups=channels)
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.place(x)
        n, c, h, w = x.shape
        cells = x.flatten(2).transpose(1, 2)
        q, k, v = (
            self.qkv(self.norm1(cells))
            .reshape(n, h * w, 3, self.heads, c // self.heads)
            .permute(2, 0, 3, 1, 4)
        )
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, h * w, c)
        cells = cells + self.out(mixed)
        cells = cells + self.mlp(self.norm2(cells))
        back: Tensor = cells.transpose(1, 2).reshape(n, c, h, w)
        return back


def _up(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


class PeopleNet(nn.Module):
    """The network; call it with (N, 3, H, W) display-referred RGB in 0-1, H and W multiples of `STRIDE`."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or Shape()
        w0, w1, w2, w3, w4 = shape.widths
        d0, d1 = shape.decoder
        self.stem = ConvNorm(3, w0, 3, 2)
        stages = []
        for inputs, outputs, count in zip(shape.widths[:-1], shape.widths[1:], shape.blocks, strict=True):
            stages.append(
                nn.Sequential(ConvNorm(inputs, outputs, 3, 2), *(Residual(outputs) for _ in range(count)))
            )
        self.stages = nn.ModuleList(stages)
        self.context = nn.Sequential(*(Attention(w4) for _ in range(shape.attention)))
        self.lower = nn.ModuleList(
            ConvNorm(i, o, 1, act=False) for i, o in ((w4, w3), (w3, w2), (w2, d1), (d1, d0))
        )
        self.skip = nn.ModuleList(
            ConvNorm(i, o, 1, act=False) for i, o in ((w3, w3), (w2, w2), (w1, d1), (w0, d0))
        )
        self.merge = nn.ModuleList(ConvNorm(c, c) for c in (w3, w2, d1, d0))
        self.to_parts = nn.Conv2d(d0, len(PARTS), 1)
        self.to_coarse = nn.Conv2d(d0, 2, 1)
        self.to_fine = nn.Conv2d(d0, 8, 1)
        self.fine = ConvNorm(8 + 3 + 2, 16)
        self.to_alpha = nn.Conv2d(16, 2, 3, 1, 1)
        self.people = ConvNorm(d1, 32)
        self.to_people = nn.Conv2d(32, 3, 1)

    def forward(self, picture: Tensor) -> Observed:
        x = (picture - 0.5) * 2
        levels = [self.stem(x)]
        for stage in self.stages:
            levels.append(stage(levels[-1]))
        y = self.context(levels.pop())
        quarter = y
        for k, (lower, skip, merge) in enumerate(zip(self.lower, self.skip, self.merge, strict=True)):
            level = levels.pop()
            y = merge(F.relu(_up(lower(y), level) + skip(level)))
            if k == 2:
                quarter = y
        coarse = _up(self.to_coarse(y), x)
        fine = self.fine(torch.cat([_up(self.to_fine(y), x), x, coarse], 1))
        who = self.to_people(self.people(quarter))
        return Observed(self.to_parts(y), coarse + self.to_alpha(fine), who[:, :1], who[:, 1:])

    def fold(self) -> PeopleNet:
        """Merge all batch norms into their convolutions (inference only); returns itself."""
        for module in self.modules():
            if isinstance(module, ConvNorm):
                module.fold()
        return self


def save(net_state: dict[str, Tensor], shape: Shape, path: Path, note: dict[str, str] | None = None) -> None:
    """Write weights as 16-bit safetensors whose header says the shape and the parts."""
    halves = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in net_state.items()}
    header = {
        "net": "people_net",
        "shape": json.dumps({k: getattr(shape, k) for k in ("widths", "blocks", "attention", "decoder")}),
        "parts": ",".join(PARTS),
        **(note or {}),
    }
    save_file(halves, str(path), header)


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    with safe_open(str(path), "pt") as file:
        names = list(file.keys())
        return file.metadata() or {}, {name: file.get_tensor(name).float() for name in names}


def load_trainable(path: Path) -> PeopleNet:
    """The network with the weights in `path`, in float32 and ready to be trained further.

    Raises:
        SetupError: the file is missing, damaged, or of another network or list of parts.
    """
    try:
        header, state = _read(path)
    except (OSError, SafetensorError) as cause:
        raise SetupError(
            f"the people network's weights {path} cannot be read ({cause}); install the package again"
        ) from cause
    if header.get("parts") != ",".join(PARTS):
        raise SetupError(f"{path} was trained for another list of parts; install weights of this version")
    raw = json.loads(header.get("shape", "{}"))
    shape = (
        Shape(tuple(raw["widths"]), tuple(raw["blocks"]), raw["attention"], tuple(raw["decoder"]))
        if raw
        else Shape()
    )
    net = PeopleNet(shape)
    try:
        net.load_state_dict(state)
    except RuntimeError as cause:
        raise SetupError(
            f"{path} does not fit the network ({cause}); install weights of this version"
        ) from cause
    return net


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> PeopleNet:
    """The network for inference: eval mode, norms folded, channels-last, no gradients.

    Args:
        path: a .safetensors file written by `save`.
        device: `cpu`, `cuda` or any torch device.
        dtype: float32 or bfloat16 on a CPU, float16 on a GPU.

    Raises:
        SetupError: as `load_trainable`.
    """
    net = load_trainable(path).eval().fold()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net.to(device=device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
