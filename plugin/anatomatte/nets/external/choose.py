"""Other networks beside our own: which ones are asked for parts, alpha and edge, and what they change.

Each of the three is chosen apart.  Our own network's look is always the ground: it knows who is who
and what is held.  A *parts* model says which part a pixel is, an *alpha* model how much of a
pixel is person, an *edge* model refines the matte that is there at last.  A network is named by its
id in the model store, with ``@fp16`` or another precision behind it if wanted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import numpy as np

from ...errors import AnatomatteError, SettingsError
from ...models import store
from ...models.manifest import Manifest
from ...people.evidence import PeopleSeen, Plane
from ...settings import Settings
from ..runtime.recurrent import Contract, frames_for
from ..runtime.sizes import resized
from .alpha_edge import Asked, Frames, alpha_of, contract_of, edge_of
from .merge import lawful, on_grid, person_cover
from .parts import grid_for, parts_of

Kind = Literal["parts", "alpha", "edge"]

OWN = "own"
"""The word for our own network in every menu of models."""


def _never() -> None:
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class Engines:
    """Which networks are asked.

    Attributes:
        parts: ``own`` or an id.
        alpha: ``own``, ``parts`` (what the parts model takes for person), or an id.
        edge: ``own``, ``alpha`` (the alpha model's word as it is), ``none``, or an id.
        mix: how much the alpha model counts beside our own network, 0..1.
    """

    parts: str = OWN
    alpha: str = OWN
    edge: str = OWN
    mix: float = 1.0

    @property
    def sees(self) -> bool:
        """Whether evidence is changed."""
        return self.parts != OWN or self.alpha != OWN

    def ids(self) -> tuple[tuple[Kind, str], ...]:
        """The networks of the store that are asked, and what for."""
        named: tuple[tuple[Kind, str], ...] = (
            ("parts", self.parts),
            ("alpha", self.alpha),
            ("edge", self.edge),
        )
        return tuple((kind, name) for kind, name in named if name not in (OWN, "parts", "alpha"))

    def identity(self, *kinds: Kind) -> tuple[object, ...]:
        """What makes the networks of these uses what they are: a part of every cache's key.

        Raises:
            SettingsError, SetupError: as `asked`.
        """
        made: list[object] = [self.mix, self.parts, self.alpha]
        for kind, name in self.ids():
            if kind in kinds:
                found = asked(kind, name)
                made.append((kind, name, found.sha256, repr(found.manifest)))
        return tuple(made)


def chosen(settings: Settings) -> Engines:
    """The models that the controls choose.

    Raises:
        SettingsError: a model is Custom and names no network.
    """

    def named(kind: str, value: str, line: str) -> str:
        if value != "custom":
            return value
        if not line.strip():
            raise SettingsError(
                f"{kind} model is Custom and {kind} network is empty: write the id of a network there; "
                "`anatomatte models list` shows them."
            )
        return line.strip()

    return Engines(
        named("Parts", settings.parts_model, settings.parts_network),
        named("Alpha", settings.alpha_model, settings.alpha_network),
        named("Edge", settings.edge_model, settings.edge_network),
        settings.alpha_mix,
    )


def _remembering(asked: Engines, *kinds: Kind) -> list[Manifest]:
    named = [manifest_of(name) for kind, name in asked.ids() if kind in kinds]
    return [manifest for manifest in named if manifest.states]


def remembering(asked: Engines, *kinds: Kind) -> str:
    """The titles of those networks of these uses that remember the frames before; empty without any.

    Raises:
        SettingsError: no network has an id that is asked.
    """
    return " and ".join(dict.fromkeys(manifest.title for manifest in _remembering(asked, *kinds)))


def span(asked: Engines, frame: int, first: int | None, *kinds: Kind) -> range:
    """The frames that the networks of these uses must see for *frame*, which is the last of them.

    Args:
        first: the clip's first frame, or None.

    Raises:
        SettingsError: as `remembering`.
    """
    contracts: list[Contract] = [contract_of(manifest) for manifest in _remembering(asked, *kinds)]
    starts = [frames_for(frame, contract, first)[0] for contract in contracts]
    return range(min([frame, *starts]), frame + 1)


_USES = {"parts": "parts of people", "alpha": "an alpha", "edge": "a finer edge"}


def asked(kind: Kind, name: str) -> Asked:
    """The network of an id, permitted, whole and fit for its use.

    Raises:
        SettingsError: no network has this id or precision, or it gives something else.
        SetupError: it is not in the store (the message has the command), refused or damaged.
    """
    id, _, precision = name.partition("@")
    manifest = store.catalogue.get(id)
    if kind not in manifest.engines:
        gives = " and ".join(_USES[word] for word in manifest.engines) or "nothing that a model gives"
        raise SettingsError(
            f"{manifest.title} ({id}) gives {gives}, not {_USES[kind]}: choose another {kind.title()} model."
        )
    if kind == "parts" and manifest.states:
        raise SettingsError(
            f"{manifest.title} ({id}) remembers the frames before, and parts are not carried in time: choose "
            "another Parts model."
        )
    found = store.installed(id, precision)
    return Asked(found.manifest, found.path, found.record.sha256, found.file.precision)


def installed(settings: Settings) -> tuple[object, ...]:
    """The identity of the networks that the controls choose; empty where one of them is not to be had.

    For caches of whole frames, which need not know why: a frame that asks for it fails in words.
    """
    try:
        return chosen(settings).identity("parts", "alpha", "edge")
    except AnatomatteError:
        return ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What all networks have seen in one picture.

    Attributes:
        seen: the evidence, every law kept.
        alpha: (H, W) what the alpha model said at the picture's own size; None without one.
        told: sentences for the frame's status.
    """

    seen: PeopleSeen
    alpha: Plane | None = None
    told: tuple[str, ...] = ()


def see(
    display: Plane,
    own: Callable[[], PeopleSeen],
    engines: Engines,
    *,
    people: int = 4,
    threads: int = 1,
    frames: Frames | None = None,
    check: Callable[[], None] = _never,
) -> Sight:
    """Everything that the chosen networks see in *display*, (H, W, 3) display-referred RGB.

    Args:
        own: our own network's look at the same picture.
        people: how many people are told apart at most.
        frames: the pictures of other frames, for networks with a memory; None where the host hands
            over none, and such a network then sees this frame alone.
        check: called between networks; raises Cancelled to stop.

    Raises:
        SettingsError, SetupError, PlateError, OutOfMemory: with a sentence that names the network.
    """
    networks = {kind: asked(kind, name) for kind, name in engines.ids() if kind != "edge"}
    check()
    seen = own()
    told = [line for network in networks.values() for line in _licence(network.manifest)]
    if "parts" in networks:
        seen = parts_of(networks["parts"], display, seen, people, threads, told.append, check)
    alpha: Plane | None = None
    if "alpha" in networks:
        alpha = alpha_of(networks["alpha"], display, seen, threads, frames, told.append, check)
        finer = on_grid(seen, grid_for(networks["alpha"].manifest, display, seen))
        seen = _covered(finer, alpha, engines.mix)
    elif engines.alpha == "parts":
        seen = _covered(seen, person_cover(lawful(seen).parts), engines.mix)
    return Sight(lawful(seen) if engines.sees else seen, alpha, tuple(told))


def _licence(manifest: Manifest) -> tuple[str, ...]:
    """A line for the status where the weights' licence binds whoever uses them."""
    if manifest.licence.kind == "commercial":
        return ()
    return (f"{manifest.title}: the licence of its weights is {manifest.licence.words}.",)


def _covered(seen: PeopleSeen, alpha: Plane, mix: float) -> PeopleSeen:
    there = resized(alpha, (seen.alpha.shape[0], seen.alpha.shape[1]), "area")
    return dataclasses.replace(seen, alpha=seen.alpha + np.float32(mix) * (there - seen.alpha))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A matte's edge, finished.

    Attributes:
        matte: (H, W) in 0..1.
        told: sentences for the frame's status.
        colour: (h, w, 3) the subject's own colour as an edge model gives it, shown as its picture was, of
            that picture's size; None where none does.
        trust: (h, w) how much that colour counts, in 0..1.
    """

    matte: Plane
    told: tuple[str, ...] = ()
    colour: Plane | None = None
    trust: Plane | None = None


def finish(
    display: Plane,
    rough: Plane,
    engines: Engines,
    sight: Sight | None,
    *,
    threads: int = 1,
    frames: Frames | None = None,
    check: Callable[[], None] = _never,
) -> Finished:
    """The matte of an edge model at the size of *rough* (H, W), and what else it says.

    Args:
        display: (H', W', 3) display-referred RGB of the same frame.
        rough: the matte so far, in 0..1.
        sight: what was seen; None where nobody was looked for.
        frames: as `see`.
    """
    size = (rough.shape[0], rough.shape[1])
    if engines.edge == "alpha":
        if sight is None or sight.alpha is None:
            return Finished(
                rough, ("There is no word of an alpha model in this frame: the edge is our own.",)
            )
        return Finished(_sized(sight.alpha, size))
    if engines.edge == OWN:
        return Finished(rough)
    network = asked("edge", engines.edge)
    told = [*_licence(network.manifest)]
    made = edge_of(network, display, rough, threads, frames, told.append, check)
    if made.colour is None or made.trust is None:
        return Finished(_sized(made.alpha, size), tuple(told))
    return Finished(_sized(made.alpha, size), tuple(told), made.colour, made.trust)


def _sized(alpha: Plane, size: tuple[int, int]) -> Plane:
    return np.asarray(np.clip(resized(alpha, size, "bilinear"), 0, 1), np.float32)


def manifest_of(name: str) -> Manifest:
    """The manifest of a model's id, whether or not its file is there."""
    return store.catalogue.get(name.partition("@")[0])
