"""What the tests of M2FP share: small networks with made weights, and made answers with people in them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from anatomatte.nets.m2fp.net import M2FPNet, Raw, Shape
from anatomatte.nets.m2fp.post import Placement
from anatomatte.parts import CIHP

LABELS = tuple(CIHP)
HUMAN = len(LABELS)


def small(classes: int = 21) -> Shape:
    """The same network with a few channels: a picture takes a fraction of a second."""
    return Shape(
        classes=classes,
        blocks=(1, 2, 1, 1),
        stem=8,
        base=8,
        dim=32,
        heads=4,
        encoder_layers=2,
        encoder_ffn=32,
        decoder_layers=4,
        decoder_ffn=32,
        queries=30,
    )


def made_state(shape: Shape, seed: int = 0) -> dict[str, Tensor]:
    """Weights that keep signals of ordinary size, with norms that are not the identity."""
    draw = torch.Generator().manual_seed(seed)
    with torch.device("meta"):
        names = M2FPNet(shape).state_dict()
    state = {}
    for name, like in names.items():
        noise = torch.randn(like.shape, generator=draw)
        if name.endswith("num_batches_tracked"):
            state[name] = torch.zeros((), dtype=torch.long)
        elif name.endswith("running_var"):
            state[name] = noise.abs() * 0.5 + 0.75
        elif "query_" in name or "level_embed" in name:
            state[name] = noise
        elif like.ndim == 1:
            scales = name.endswith("weight")
            state[name] = noise * 0.1 + float(scales)
        else:
            size = (2 if like.ndim == 4 else 1) / like[0].numel()
            last = ".conv3.weight" in name and "stem" not in name
            state[name] = noise * size**0.5 * (0.3 if last else 1)
    state["sem_seg_head.predictor.class_embed.weight"] *= 8  # else no class is likelier than a fifth
    return state


def saved(folder: Path, state: dict[str, Tensor], name: str = "m2fp.pt") -> Path:
    """A training checkpoint with these weights."""
    path = folder / name
    torch.save({"model": state, "optimizer": {"state": {}}, "iteration": 7}, path)
    return path


Oval = tuple[float, float, float, float]
"""Middle (x, y) and half axes (x, y) as shares of the picture."""


def oval(shape: Oval, height: int, width: int, steep: float = 30.0) -> Tensor:
    """Logits (height, width) of a mask with a soft edge."""
    y, x = torch.meshgrid(
        (torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width, indexing="ij"
    )
    away = torch.sqrt(((x - shape[0]) / shape[2]) ** 2 + ((y - shape[1]) / shape[3]) ** 2)
    return ((1 - away) * steep).clamp(-20, 8)


def answer(said: list[tuple[int, float, Oval]], place: Placement, queries: int = 100) -> Raw:
    """A network's answer: the given (label, chance, oval), and queries that say nothing."""
    high, wide = place.padded[0] // 4, place.padded[1] // 4
    real = place.real[0] / place.padded[0], place.real[1] / place.padded[1]
    logits = torch.full((queries, HUMAN + 2), -6.0)
    logits[:, -1] = 6.0
    masks = torch.full((queries, high, wide), -15.0)
    for k, (label, chance, (x, y, rx, ry)) in enumerate(said):
        logits[k] = torch.log(torch.tensor((1 - chance) / (HUMAN + 1)))
        logits[k, label] = torch.log(torch.tensor(chance))
        masks[k] = oval((x * real[1], y * real[0], rx * real[1], ry * real[0]), high, wide)
    return Raw(logits, masks)


def label(name: str) -> int:
    """Number of a label, `human` for a whole person."""
    return HUMAN if name == "human" else LABELS.index(name)


def two_people() -> list[tuple[int, float, Oval]]:
    """One on the left, one on the right who stands a little before the first; each with a few parts."""
    said = []
    for x, sure in ((0.35, 0.9), (0.6, 0.95)):
        said += [
            (label("human"), sure, (x, 0.5, 0.16, 0.45)),
            (label("hair"), 0.85, (x, 0.15, 0.06, 0.08)),
            (label("face"), 0.9, (x, 0.22, 0.05, 0.07)),
            (label("upper-clothes"), 0.92, (x, 0.45, 0.09, 0.18)),
            (label("left-arm"), 0.7, (x + 0.12, 0.45, 0.03, 0.15)),
            (label("pants"), 0.9, (x, 0.75, 0.08, 0.13)),
            (label("socks"), 0.5, (x, 0.91, 0.05, 0.03)),
        ]
    said.append((label("hat"), 0.05, (0.8, 0.8, 0.1, 0.1)))  # hopeless
    said.append((0, 0.9, (0.05, 0.5, 0.1, 0.5)))  # background, which is never listed
    return said


FULL = Placement((640, 1152), (640, 1138), (0, 0, 640, 1138), (540, 960))
"""How a plate of 1920 x 1080, seen at half size, lies before a multi network."""
