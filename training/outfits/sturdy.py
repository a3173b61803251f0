"""What keeps the outfit head from learning how drawn people look, where real ones look otherwise.

All of it changes what a step of the training sees, none of it the head: features mirrored, of two people who
wear the same (mixup, H. Zhang et al., 2018, within a class), with the channels' levels of another picture
(MixStyle, K. Zhou et al., 2021), and as another crop or scale would give them. The weights are a running mean
of the steps' (B. Polyak and A. Juditsky, 1992).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .features import Set, Wander


@dataclass
class Sturdy:
    """How much of each; all 0 leaves the features as they are."""

    wander: float = 1.0
    """Noise, in spreads by which looks at one figure differ."""
    mixed: float = 0.5
    """Share of steps in which people are mixed with others in the same outfit."""
    style: float = 0.5
    """Share of steps in which people take the levels of others."""
    drop: float = 0.2
    """Share of channels that a step leaves out."""


NONE = Sturdy(0, 0, 0, 0.1)
"""As the head was fitted before."""

_BETA = 0.4
"""Both parameters of the law by which shares of a mixture are drawn."""


class Shaken:
    """Draws what the steps of one training see."""

    def __init__(self, how: Sturdy, wander: Wander | None, seed: int) -> None:
        self.how, self.wander = how, wander
        self.draw = torch.Generator().manual_seed(seed)

    def _chance(self) -> float:
        return float(torch.rand(1, generator=self.draw))

    def __call__(self, batch: Set) -> tuple[Set, Set, Tensor]:
        """The batch as a step sees it, the people who are mixed in, and the share (N,) of the first."""
        fine, coarse, cells = batch.fine.float(), batch.coarse.float(), batch.cells
        if self._chance() < 0.5:
            fine, coarse, cells = fine.flip(3), coarse.flip(3), cells.flip(2)
        if self._chance() < self.how.style:
            fine, coarse = self._styled(fine, coarse)
        if self.wander is not None and self.how.wander:
            fine, coarse = self._wandered(fine, self.wander.fine), self._wandered(coarse, self.wander.coarse)
        share, other = torch.ones(len(batch)), torch.arange(len(batch))
        if self._chance() < self.how.mixed:
            share, other = self._shares(len(batch)), self._alike(batch.outfit)
            of = share[:, None, None, None]
            fine, coarse = fine * of + fine[other] * (1 - of), coarse * of + coarse[other] * (1 - of)
        made = Set(fine, coarse, cells, batch.outfit, batch.signs)
        return made, made.only(other), share

    def _shares(self, count: int) -> Tensor:
        """Shares drawn from a Beta law, the larger of both first."""
        with torch.random.fork_rng([]):
            torch.manual_seed(int(torch.randint(2**31, (1,), generator=self.draw)))
            drawn = torch.distributions.Beta(_BETA, _BETA).sample((count,))
        return torch.maximum(drawn, 1 - drawn)

    def _alike(self, outfit: Tensor) -> Tensor:
        """For each person another one in the same outfit, or the same one where there is none."""
        other = torch.arange(len(outfit))
        for worn in outfit.unique():
            here = torch.nonzero(outfit == worn)[:, 0]
            other[here] = here[torch.randperm(len(here), generator=self.draw)]
        return other

    def _styled(self, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """Each person's channels with a mean and a spread between their own and another person's."""
        other = torch.randperm(len(fine), generator=self.draw)
        share = self._shares(len(fine))[:, None, None, None]
        made = []
        for planes, inside in ((fine[:, :-1], fine[:, -1:]), (coarse, _halved(fine[:, -1:]))):
            total = inside.sum((2, 3), keepdim=True).clamp(min=1)
            mean = (planes * inside).sum((2, 3), keepdim=True) / total
            spread = (((planes - mean).square() * inside).sum((2, 3), keepdim=True) / total + 1e-6).sqrt()
            to_mean = share * mean + (1 - share) * mean[other]
            to_spread = share * spread + (1 - share) * spread[other]
            made.append((planes - mean) / spread * to_spread + to_mean)
        return torch.cat([made[0], fine[:, -1:]], 1), made[1]

    def _wandered(self, planes: Tensor, spread: tuple[Tensor, Tensor]) -> Tensor:
        whole = torch.randn(*planes.shape[:2], 1, 1, generator=self.draw) * spread[0]
        return planes + self.how.wander * (whole + torch.randn(planes.shape, generator=self.draw) * spread[1])


def _halved(inside: Tensor) -> Tensor:
    return nn.functional.avg_pool2d(inside, 2)


class Running:
    """A running mean of a network's weights."""

    def __init__(self, net: nn.Module, keep: float) -> None:
        self.net, self.keep, self.steps = net, keep, 0
        self.mean = {name: value.clone() for name, value in net.state_dict().items()}

    def step(self) -> None:
        """Take the weights of now into the mean; the first steps count less."""
        self.steps += 1
        keep = min(self.keep, self.steps / (self.steps + 10))
        for name, value in self.net.state_dict().items():
            self.mean[name].lerp_(value.detach(), 1 - keep)

    def copied(self) -> nn.Module:
        """A network with the mean of the weights; the one that is trained stays as it is."""
        made = copy.deepcopy(self.net)
        made.load_state_dict(self.mean)
        return made.eval()

    def put(self) -> None:
        """Make the mean the network's weights."""
        self.net.load_state_dict(self.mean)
