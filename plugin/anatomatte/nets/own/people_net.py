"""The people network: one encoder, decoders for parts, alpha and instances, in one pass.

A trunk (published, `pose_trunk`, or of our own, `plain_trunk`), then attention at 1/32 of the input and
a decoder back to 1/2. Parts come out at half the input's size, alpha at its full size (a coarse matte
plus a correction that sees the picture itself), and
people are told apart by a heat map of heads and, per pixel, the offset to one's own head
(centre-and-offset grouping after Cheng et al., Panoptic-DeepLab, 2020). Only convolutions,
bilinear resizing, layer norm and plain attention are used, so that the network can be exported.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from ...errors import SetupError
from ...parts import INDEX, KNOWN, PARTS, UNDER
from .plain_trunk import ConvNorm, PlainShape, PlainTrunk
from .pose_trunk import Levels, PoseTrunk, TrunkShape
from .weights_file import fill, for_inference, must_be, read

STRIDE = 32
"""Width and height of the input must be multiples of this."""

OFFSET_UNIT = 32.0
"""Input pixels in one unit of the offset output."""

HEAD_STRIDE = 4
"""Input pixels per cell of the heat map and the offsets."""

NET = "people_net_2"
"""What the header of a weights file calls this network."""


class PeopleOutputs(NamedTuple):
    """Raw outputs for a batch of N pictures of H x W pixels.

    `parts` (N, the parts it knows, H/2, W/2), `alpha` (N, 2, H, W: person without held things, held things)
    and `centre` (N, 1, H/4, W/4) are logits; `offset` (N, 2, H/4, W/4: x, y) leads from a cell to
    its person's head in units of `OFFSET_UNIT` pixels. `pose_mask` (N, 1, H, W) are logits of the
    published trunk's own segmentation, one whole person. `fine` (N, C, H/8, W/8: the decoder at 1/4
    averaged, and the parts' probabilities) and `coarse` (N, D, H/16, W/16: decoder and trunk) are what
    the outfit head reads. These three are None in training and from a trunk of our own.
    """

    parts: Tensor
    alpha: Tensor
    centre: Tensor
    offset: Tensor
    pose_mask: Tensor | None = None
    fine: Tensor | None = None
    coarse: Tensor | None = None


class Halves(NamedTuple):
    """What the network knows up to 1/2 of a picture, before the layers at its full size.

    `parts` (N, parts, H/2, W/2), `centre` and `offset` as in `PeopleOutputs`; `fine` (N, 8, H/2, W/2) and
    `coarse` (N, 2, H/2, W/2) become the mattes; `levels` are the trunk's, `quarter` and `sixteenth` the
    decoder's features at 1/4 and 1/16.
    """

    parts: Tensor
    fine: Tensor
    coarse: Tensor
    centre: Tensor
    offset: Tensor
    levels: Levels
    quarter: Tensor
    sixteenth: Tensor


@dataclass(frozen=True)
class Shape:
    """Sizes of the network."""

    trunk: TrunkShape | PlainShape = field(default_factory=TrunkShape)
    context: int = 192
    """Channels of the attention at 1/32."""
    attention: int = 2
    """Attention blocks."""
    decoder: tuple[int, int, int, int] = (24, 48, 64, 128)
    """Decoder channels at 1/2, 1/4, 1/8 and 1/16."""


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


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def first(parts: Tensor) -> Tensor:
    """Probabilities (N, parts, h, w) of the parts that every network knows, later ones in what they cover.

    So a head that reads them reads a younger network as well.
    """
    if parts.shape[1] <= KNOWN:
        return parts
    known = parts[:, :KNOWN].clone()
    for name, under in UNDER.items():
        if INDEX[name] < parts.shape[1]:
            known[:, INDEX[under]] += parts[:, INDEX[name]]
    return known


class PeopleNet(nn.Module):
    """The network; call it with (N, 3, H, W) display-referred RGB in 0-1, H and W multiples of `STRIDE`.

    Args:
        parts: how many of `PARTS` it knows, from the first on; a network is older than parts appended later.
    """

    def __init__(self, shape: Shape | None = None, parts: int = len(PARTS)) -> None:
        super().__init__()
        self.shape = shape = shape or Shape()
        d0, d1, d2, d3 = shape.decoder
        self.trunk: nn.Module
        if isinstance(shape.trunk, PlainShape):
            self.trunk = PlainTrunk(shape.trunk)
            w1, w2, w3, w5, w6 = shape.trunk.widths
            more, soft = 0, 0
        else:
            self.trunk = PoseTrunk(shape.trunk)
            w1, w2, w3, _, w5, w6 = shape.trunk.widths
            more, soft = shape.trunk.back, shape.trunk.soft
        straight = isinstance(shape.trunk, PlainShape) and w6 == shape.context
        self.deepest = nn.Identity() if straight else ConvNorm(w6, shape.context, 1, act=False)
        self.context = nn.Sequential(*(Attention(shape.context) for _ in range(shape.attention)))
        self.lower = nn.ModuleList(
            ConvNorm(i, o, 1, act=False) for i, o in ((shape.context, d3), (d3, d2), (d2, d1), (d1, d0))
        )
        skips = (w5, d3), (w3, d2), (w2 + more, d1), (w1 + soft, d0)
        self.skip = nn.ModuleList(ConvNorm(i, o, 1, act=False) for i, o in skips)
        self.merge = nn.ModuleList(ConvNorm(c, c) for c in (d3, d2, d1, d0))
        self.to_parts = nn.Conv2d(d0, parts, 1)
        self.to_coarse = nn.Conv2d(d0, 2, 1)
        self.to_fine = nn.Conv2d(d0, 8, 1)
        self.fine = ConvNorm(8 + 3 + 2, 16)
        self.to_alpha = nn.Conv2d(16, 2, 3, 1, 1)
        self.people = ConvNorm(d1, 32)
        self.to_people = nn.Conv2d(32, 3, 1)

    def forward(self, picture: Tensor) -> PeopleOutputs:
        half = self.halves(picture)
        x = (picture - 0.5) * 2
        coarse = _twice(half.coarse)
        fine = self.fine(torch.cat([_twice(half.fine), x, coarse], 1))
        out = PeopleOutputs(half.parts, coarse + self.to_alpha(fine), half.centre, half.offset)
        trunk: nn.Module = self.trunk
        if self.training or not isinstance(trunk, PoseTrunk):
            return out
        return out._replace(
            pose_mask=trunk.segmented(half.levels.soft),
            fine=torch.cat([F.avg_pool2d(half.quarter, 2), F.avg_pool2d(first(out.parts.softmax(1)), 4)], 1),
            coarse=torch.cat([half.sixteenth, half.levels.sixteenth], 1),
        )

    def halves(self, picture: Tensor) -> Halves:
        """All but the layers at the full size of the picture."""
        features: Levels = self.trunk(picture)
        levels = (
            features.sixteenth,
            features.eighth,
            torch.cat([features.quarter, features.back], 1),
            torch.cat([features.half, features.soft], 1),
        )
        y = self.context(self.deepest(features.deep))
        decoded = []
        for level, lower, skip, merge in zip(levels, self.lower, self.skip, self.merge, strict=True):
            y = merge(F.relu(_twice(lower(y)) + skip(level)))
            decoded.append(y)
        sixteenth, _, quarter, _ = decoded
        instances = self.to_people(self.people(quarter))
        return Halves(
            self.to_parts(y),
            self.to_fine(y),
            self.to_coarse(y),
            instances[:, :1],
            instances[:, 1:],
            features,
            quarter,
            sixteenth,
        )

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
        "net": NET,
        "shape": json.dumps(asdict(shape)),
        "parts": ",".join(PARTS[: len(net_state["to_parts.bias"])]),
        **(note or {}),
    }
    save_file(halves, str(path), header)


def shape_of(header: dict[str, str]) -> Shape:
    """The shape that the header of a weights file tells."""
    raw = json.loads(header["shape"])
    trunk = raw["trunk"]
    inner = (
        PlainShape(tuple(trunk["widths"]), tuple(trunk["blocks"]))
        if "blocks" in trunk
        else TrunkShape(trunk["stem"], tuple(trunk["widths"]), trunk["expand"], trunk["back"], trunk["soft"])
    )
    return Shape(inner, raw["context"], raw["attention"], tuple(raw["decoder"]))


def load_trainable(path: Path) -> PeopleNet:
    """The network with the weights in `path`, in float32 and ready to be trained further.

    Raises:
        SetupError: the file is missing, damaged, or of another network or list of parts.
    """
    header, state = read(path, "the people network")
    known = tuple(header.get("parts", "").split(","))
    if known != PARTS[: len(known)]:
        raise SetupError(f"{path} was trained for another list of parts; install weights of this version")
    must_be(header, NET, path)
    net = PeopleNet(shape_of(header), len(known))
    fill(net, state, path)
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
    return for_inference(load_trainable(path).eval().fold(), device, dtype)
