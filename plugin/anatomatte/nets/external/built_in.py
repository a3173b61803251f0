"""Models without a file of their own: ours, and those that take what another model has said.

`BUILT_IN` is the one table of them: an entry here is known to the engine, the identity of a frame and the
menus' checks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from ...people.evidence import PeopleEvidence, Plane
from ...work import Work
from ..runtime.sizes import resized
from .alpha_edge import Frames
from .merge import lawful, person_cover
from .protocols import AlphaModel, EdgeGiven, EdgeModel, PartsModel, Tell

OWN = "own"
"""The word for our own network in every model menu."""


class _Quiet:
    """A model that needs no word about itself."""

    @property
    def messages(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


class OwnParts(_Quiet):
    """The parts of our own network."""

    def parts(
        self, given: PeopleEvidence, picture: Plane, people: int, work: Work, tell: Tell
    ) -> PeopleEvidence:
        """What is given."""
        return given


class OwnAlpha(_Quiet):
    """The alpha of our own networks."""

    def alpha(
        self, given: PeopleEvidence, picture: Plane, mix: float, work: Work, tell: Tell, frames: Frames | None
    ) -> tuple[PeopleEvidence, Plane | None]:
        """What is given; there is no other word."""
        return given, None


class AlphaOfParts(_Quiet):
    """What the parts model takes for person."""

    def alpha(
        self, given: PeopleEvidence, picture: Plane, mix: float, work: Work, tell: Tell, frames: Frames | None
    ) -> tuple[PeopleEvidence, Plane | None]:
        """The evidence whose alpha is the share of all parts of people."""
        return covered(given, person_cover(lawful(given).parts), mix), None


class OwnEdge(_Quiet):
    """The edge as we solve it."""

    def edge(
        self, rough: Plane, alpha: Plane | None, picture: Plane, work: Work, tell: Tell, frames: Frames | None
    ) -> EdgeGiven:
        """The matte as it is."""
        return EdgeGiven(rough)


class EdgeOfAlpha(_Quiet):
    """The alpha model's word as it is."""

    def edge(
        self, rough: Plane, alpha: Plane | None, picture: Plane, work: Work, tell: Tell, frames: Frames | None
    ) -> EdgeGiven:
        """That alpha at the size of the matte; the matte as it is where no alpha model was asked."""
        if alpha is None:
            tell("There is no word of an alpha model in this frame: the edge is our own.")
            return EdgeGiven(rough)
        return EdgeGiven(sized(alpha, rough))


@dataclasses.dataclass(frozen=True)
class _Table:
    """Names of models that need no file, by what they give."""

    parts: dict[str, Callable[[], PartsModel]]
    alpha: dict[str, Callable[[], AlphaModel]]
    edge: dict[str, Callable[[], EdgeModel]]

    def names(self, kind: str) -> frozenset[str]:
        """The names for one use."""
        return frozenset(getattr(self, kind))


BUILT_IN = _Table(
    parts={OWN: OwnParts},
    alpha={OWN: OwnAlpha, "parts": AlphaOfParts},
    edge={OWN: OwnEdge, "alpha": EdgeOfAlpha},
)
"""Every model without a file; all other names are ids of the model store."""


def covered(given: PeopleEvidence, alpha: Plane, mix: float) -> PeopleEvidence:
    """Evidence whose alpha is *mix* (0..1) of another one, of any size."""
    there = resized(alpha, (given.alpha.shape[0], given.alpha.shape[1]), "area")
    return dataclasses.replace(given, alpha=given.alpha + np.float32(mix) * (there - given.alpha))


def sized(alpha: Plane, like: Plane) -> Plane:
    """An alpha in 0..1 at the size of another matte."""
    size = (like.shape[0], like.shape[1])
    return np.asarray(np.clip(resized(alpha, size, "bilinear"), 0, 1), np.float32)
