"""Little Sapiens2 networks with random weights, as files in the published names."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from anatomatte.nets.sapiens2.net import HeadShape, MattingHead, PartsHead, Sapiens2Net, Shape

SHAPE = Shape(width=64, depth=20, heads=4, hidden=96, registers=3)
"""Deep enough for blocks that share keys and for those that do not."""

PARTS = HeadShape((24, 20, 16, 12), (10, 8), (1, 1), 29)
MATTING = HeadShape((24, 20, 16, 12), (10, 8), (3, 3), 4)


def made_net(matting: bool = False, seed: int = 0, shape: Shape = SHAPE) -> Sapiens2Net:
    """A network whose every weight matters."""
    head = MattingHead(shape.width, MATTING) if matting else PartsHead(shape.width, PARTS)
    net = Sapiens2Net(shape, head).eval()
    draw = torch.Generator().manual_seed(seed)
    for name, parameter in net.named_parameters():
        middle = 1.0 if any(word in name for word in ("norm", "ln", "gamma")) else 0.0
        nn.init.normal_(parameter, middle, 0.15, generator=draw)
    return net


def published(net: Sapiens2Net) -> dict[str, Tensor]:
    """Its weights as a file holds them."""
    return {name: value.contiguous() for name, value in net.state_dict().items()}
