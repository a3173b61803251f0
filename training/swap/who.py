"""A small network learns to tell people apart, among the two and others: the loss of identity asks it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .bent import pair, planes
from .cuts import Faces
from .net import Embedding, on_grey
from .telling import told

_SHARP = 12.0
"""By how much cosines are multiplied (NormFace, Wang et al., ACM MM 2017)."""

_EACH = 2


def learned(people: Sequence[Faces], steps: int, seed: int) -> Embedding:
    """An embedding in which each person's faces are near each other and far from those of others.

    Light and tone are shaken, so that neither tells who it is alone.
    """
    torch.manual_seed(seed)
    net = Embedding()
    homes = nn.Parameter(torch.randn(len(people), 64))
    optimiser = torch.optim.Adam([*net.parameters(), homes], 1e-3)
    for step in told(range(steps), "who is who", steps):
        rng = np.random.default_rng([seed, 1, step])
        chosen = rng.permutation(len(people))[:12]
        pairs = [pair(people[k], rng, _EACH) for k in chosen]
        faces = torch.cat([on_grey(one.picture, one.matte) for one in pairs])
        shaken = torch.from_numpy(np.exp(rng.normal(0, 0.12, (len(faces), 3, 1, 1))).astype(np.float32))
        cosines = net((faces * shaken).clamp(0, 1)) @ F.normalize(homes).T
        want = torch.from_numpy(np.repeat(chosen, _EACH))
        loss = F.cross_entropy(_SHARP * cosines, want)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net.eval().requires_grad_(False)


@torch.no_grad()
def numbers(net: Embedding, faces: Faces) -> Tensor:
    """(n, 64) of all faces."""
    return net(on_grey(planes(faces.pictures), planes(faces.mattes)))


def middle(net: Embedding, faces: Faces) -> Tensor:
    """(64,) the middle of a person's faces, of length 1."""
    return F.normalize(numbers(net, faces).mean(0), dim=0)
