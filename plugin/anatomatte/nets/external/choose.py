"""Which models are asked for parts, alpha and edge: our own, those that are built in, networks of the store.

Each of the three is chosen apart.  The evidence of our own network is always the ground: it knows who
is who and what is held.  A network of the store is named by its id, with ``@fp16`` or another precision
behind it if wanted.  What a model must do is in `protocols`, those that need no file in `BUILT_IN`.
"""

from __future__ import annotations

import dataclasses

from ...errors import AnatomatteError, SettingsError
from ...models import store
from ...models.manifest import Manifest
from ...people.evidence import PeopleEvidence, Plane
from ...settings import Settings
from ...work import Work
from ..runtime.recurrent import Contract, frames_for
from .alpha_edge import Asked, Frames, contract_of
from .built_in import BUILT_IN, OWN
from .merge import lawful, on_grid
from .protocols import AlphaModel, EdgeGiven, EdgeModel, Kind, PartsModel, PeopleGiven
from .stored import StoredAlpha, StoredEdge, StoredParts

WORK = Work()
"""The work of whoever asks outside of a frame: one thread, never cancelled."""


@dataclasses.dataclass(frozen=True, slots=True)
class Models:
    """Which models are asked.

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
    def change_evidence(self) -> bool:
        """Whether the evidence of our own network is changed."""
        return self.parts != OWN or self.alpha != OWN

    def ids(self) -> tuple[tuple[Kind, str], ...]:
        """The networks of the store that are asked, and what for."""
        named: tuple[tuple[Kind, str], ...] = (
            ("parts", self.parts),
            ("alpha", self.alpha),
            ("edge", self.edge),
        )
        return tuple((kind, name) for kind, name in named if name not in BUILT_IN.names(kind))

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


def chosen(settings: Settings) -> Models:
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

    return Models(
        named("Parts", settings.parts_model, settings.parts_network),
        named("Alpha", settings.alpha_model, settings.alpha_network),
        named("Edge", settings.edge_model, settings.edge_network),
        settings.alpha_mix,
    )


def _remembering(asked: Models, *kinds: Kind) -> list[Manifest]:
    named = [manifest_of(name) for kind, name in asked.ids() if kind in kinds]
    return [manifest for manifest in named if manifest.states]


def remembering(asked: Models, *kinds: Kind) -> str:
    """The titles of those networks of these uses that remember the frames before; empty without any.

    Raises:
        SettingsError: no network has an id that is asked.
    """
    return " and ".join(dict.fromkeys(manifest.title for manifest in _remembering(asked, *kinds)))


def span(asked: Models, frame: int, first: int | None, *kinds: Kind) -> range:
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


def absent(settings: Settings) -> tuple[str, ...]:
    """Why each of the chosen networks that are not to be had is not, a sentence each."""
    try:
        wanted = chosen(settings).ids()
    except AnatomatteError as why:
        return (str(why),)
    told: list[str] = []
    for kind, name in wanted:
        try:
            asked(kind, name)
        except AnatomatteError as why:
            told.append(str(why))
    return tuple(dict.fromkeys(told))


def parts_model(name: str) -> PartsModel:
    """The parts model of a name.

    Raises:
        SettingsError, SetupError: as `asked`.
    """
    made = BUILT_IN.parts.get(name)
    return made() if made else StoredParts(asked("parts", name))


def alpha_model(name: str) -> AlphaModel:
    """The alpha model of a name; raises as `asked`."""
    made = BUILT_IN.alpha.get(name)
    return made() if made else StoredAlpha(asked("alpha", name))


def edge_model(name: str) -> EdgeModel:
    """The edge model of a name; raises as `asked`."""
    made = BUILT_IN.edge.get(name)
    return made() if made else StoredEdge(asked("edge", name))


def given(
    own: PeopleEvidence,
    picture: Plane,
    models: Models,
    *,
    people: int = 4,
    work: Work = WORK,
    frames: Frames | None = None,
) -> PeopleGiven:
    """The evidence of the chosen parts and alpha models, given that of our own network.

    Args:
        own: what our own network says of the picture.
        picture: (H, W, 3) display-referred RGB.
        people: how many people are told apart at most.
        frames: the pictures of other frames, for recurrent models; None where the host hands over
            none, and such a model then sees this frame alone.

    Raises:
        SettingsError, SetupError, PlateError, OutOfMemory: with a sentence that names the network.
    """
    parts, alpha = parts_model(models.parts), alpha_model(models.alpha)
    work.check()
    messages = [*parts.messages, *alpha.messages]
    own = on_grid(own, (own.alpha.shape[0], own.alpha.shape[1]))
    found = parts.parts(own, picture, people, work, messages.append)
    found, said = alpha.alpha(found, picture, models.mix, work, messages.append, frames)
    return PeopleGiven(lawful(found) if models.change_evidence else found, said, tuple(messages))


def refined(
    rough: Plane,
    alpha: Plane | None,
    picture: Plane,
    models: Models,
    *,
    work: Work = WORK,
    frames: Frames | None = None,
) -> EdgeGiven:
    """The matte of the chosen edge model at the size of *rough* (H, W), and what else it says.

    Args:
        rough: the matte so far, in 0..1.
        alpha: what the alpha model said of this frame; None without one.
        picture: (H', W', 3) display-referred RGB of the same frame.
        frames: as `given`.
    """
    model = edge_model(models.edge)
    messages = [*model.messages]
    made = model.edge(rough, alpha, picture, work, messages.append, frames)
    return dataclasses.replace(made, messages=tuple(messages))


def manifest_of(name: str) -> Manifest:
    """The manifest of a model's id, whether or not its file is there."""
    return store.catalogue.get(name.partition("@")[0])
