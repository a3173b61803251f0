"""What a model must do to be asked for parts, for alpha or for an edge.

A model returns evidence *given* what is known already: it is handed the evidence of our own network, or
the matte so far, and gives back a better one.  It may be a network of the store or a method without a
file; `built_in.BUILT_IN` is the one table of the latter.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal, Protocol

from ...people.evidence import PeopleEvidence, Plane
from ...work import Work
from .alpha_edge import Frames

Kind = Literal["parts", "alpha", "edge"]

Tell = Callable[[str], None]
"""Takes a sentence for the frame's status."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class PeopleGiven:
    """The evidence of all models for one picture.

    Attributes:
        people: the evidence of the people, every law kept.
        alpha: (H, W) what the alpha model said at the picture's own size, in 0..1; None without one.
        messages: sentences for the frame's status.
    """

    people: PeopleEvidence
    alpha: Plane | None = None
    messages: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class EdgeGiven:
    """A matte whose edge a model has refined.

    Attributes:
        matte: (H, W) in 0..1.
        messages: sentences for the frame's status.
        colour: (h, w, 3) the subject's own colour as an edge model gives it, shown as its picture was, of
            that picture's size; None where none does.
        trust: (h, w) how much that colour counts, in 0..1.
    """

    matte: Plane
    messages: tuple[str, ...] = ()
    colour: Plane | None = None
    trust: Plane | None = None


class PartsModel(Protocol):
    """Says which part of a person each pixel is."""

    @property
    def messages(self) -> tuple[str, ...]:
        """Sentences about the model itself, for every frame that asks it."""

    def parts(
        self, given: PeopleEvidence, picture: Plane, people: int, work: Work, tell: Tell
    ) -> PeopleEvidence:
        """The evidence with this model's parts; *picture* (H, W, 3) display-referred, *people* at most."""


class AlphaModel(Protocol):
    """Says how much of each pixel is person."""

    @property
    def messages(self) -> tuple[str, ...]:
        """Sentences about the model itself, for every frame that asks it."""

    def alpha(
        self, given: PeopleEvidence, picture: Plane, mix: float, work: Work, tell: Tell, frames: Frames | None
    ) -> tuple[PeopleEvidence, Plane | None]:
        """The evidence with this model's alpha, which counts *mix* (0..1), and that alpha (H, W) itself."""


class EdgeModel(Protocol):
    """Refines the edge of the matte that is there at last."""

    @property
    def messages(self) -> tuple[str, ...]:
        """Sentences about the model itself, for every frame that asks it."""

    def edge(
        self,
        rough: Plane,
        alpha: Plane | None,
        picture: Plane,
        work: Work,
        tell: Tell,
        frames: Frames | None,
    ) -> EdgeGiven:
        """The refined matte, of the size of *rough*; *alpha* is the alpha model's word, or None."""
