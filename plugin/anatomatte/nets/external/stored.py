"""Networks of the model store as models for parts, alpha and edge."""

from __future__ import annotations

import dataclasses

from ...people.evidence import PeopleEvidence, Plane
from ...work import Work
from .alpha_edge import Asked, Frames, alpha_of, edge_of
from .built_in import covered, sized
from .merge import on_grid
from .parts import grid_for, parts_of
from .protocols import EdgeGiven, Tell


@dataclasses.dataclass(frozen=True)
class _Stored:
    """A network of the store."""

    network: Asked

    @property
    def messages(self) -> tuple[str, ...]:
        """A line where the weights' licence binds whoever uses them."""
        manifest = self.network.manifest
        if manifest.licence.kind == "commercial":
            return ()
        return (f"{manifest.title}: the licence of its weights is {manifest.licence.words}.",)


class StoredParts(_Stored):
    """A network that parses people."""

    def parts(
        self, given: PeopleEvidence, picture: Plane, people: int, work: Work, tell: Tell
    ) -> PeopleEvidence:
        """The evidence with the parts that the network names; who is who too, where it knows that."""
        return parts_of(self.network, picture, given, people, work, tell)


class StoredAlpha(_Stored):
    """A network that gives an alpha."""

    def alpha(
        self, given: PeopleEvidence, picture: Plane, mix: float, work: Work, tell: Tell, frames: Frames | None
    ) -> tuple[PeopleEvidence, Plane | None]:
        """The evidence on a grid that is fine enough for the network's alpha, and that alpha."""
        said = alpha_of(self.network, picture, given, work, frames, tell)
        finer = on_grid(given, grid_for(self.network.manifest, picture, given))
        return covered(finer, said, mix), said


class StoredEdge(_Stored):
    """A network that refines a matte."""

    def edge(
        self, rough: Plane, alpha: Plane | None, picture: Plane, work: Work, tell: Tell, frames: Frames | None
    ) -> EdgeGiven:
        """The network's matte, and the subject's colours where it gives them."""
        made = edge_of(self.network, picture, rough, work, frames, tell)
        if made.colour is None or made.trust is None:
            return EdgeGiven(sized(made.alpha, rough))
        return EdgeGiven(sized(made.alpha, rough), (), made.colour, made.trust)
