"""When the people network is asked, and what its look at a plate brings to the frame."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SetupError, is_shortage
from ..frame import Pixels
from ..keyer.key import Key
from ..menus import GROUP_MENU, PART_MENU, PERSON_MENU
from ..nets.external import alpha_edge
from ..nets.external import choose as engines
from ..nets.external.alpha_edge import Frames
from ..nets.external.choose import Engines, Sight
from ..nets.runtime.sessions import sessions
from ..ops import display
from ..people import edge, selection
from ..people.evidence import PeopleSeen
from ..people.observe import see
from ..plate import Plate
from ..settings import Settings
from ..work import Job

if TYPE_CHECKING:
    from ..nets.own.ensemble import PeopleModel

_lock = threading.Lock()
_model: PeopleModel | None = None

LAYERS = frozenset({*PERSON_MENU, *PART_MENU, *GROUP_MENU})
"""Mattes that only the people network can give."""


def model() -> PeopleModel:
    """The people network of this process, read once.

    Raises:
        SetupError: torch or the weights are missing or damaged.
    """
    global _model
    with _lock:
        if _model is None:
            try:
                from ..nets.own.ensemble import PeopleModel
            except ImportError as why:
                if is_shortage(why):
                    raise MemoryError(f"torch cannot be loaded: {why}") from why
                raise SetupError(
                    f"The people network needs torch, which cannot be imported ({why}): install it into "
                    "the node's Python (`anatomatte doctor` names it), or set Find people to Off."
                ) from why
            _model = PeopleModel()
        return _model


def forget() -> None:
    """Give the networks' memory back; the next frame reads them again."""
    global _model
    with _lock:
        _model = None
    sessions.purge()
    alpha_edge.memory.purge()


def wanted(settings: Settings) -> bool:
    """Whether a control or a layer asks for something that only the people network knows.

    Raises:
        SettingsError: the list of parts cannot be understood.
    """
    shown = settings.output in ("people", "parts")
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    layers = settings.output == "packed" and not LAYERS.isdisjoint(packed)
    return shown or layers or selection.narrowed(settings) or settings.only_people or by_parts(settings)


DESPILLED = ("skin", "hair", "clothes")
"""Parts of people that despill may treat each in its way."""


def by_parts(settings: Settings) -> bool:
    """Whether despill is to differ between parts of people."""
    return any(getattr(settings, f"despill_{name}") != 1.0 for name in DESPILLED)


def asked(settings: Settings, screen: bool) -> bool:
    """Whether this frame asks the network: the control says so, or there is no screen, or it is needed."""
    if settings.subject == "auto":
        return not screen or wanted(settings) or settings.edge_model == "alpha"
    return settings.subject == "on"


def own(plate: Plate, settings: Settings, job: Job) -> PeopleSeen:
    """One look of our own network at the plate, through the display transform; people from the left.

    Raises:
        SetupError: as `model`.
    """
    job.check()
    found = see(
        shown(plate, settings, job), model(), people=settings.people, threads=job.threads, check=job.check
    )
    return selection.ordered(found)


def shown(plate: Plate, settings: Settings, job: Job) -> Pixels:
    """The plate as networks see it, H×W×3 display-referred."""
    return display.shown(plate.light, settings.net_exposure, settings.net_gamma, job.threads)


def look(plate: Plate, settings: Settings, job: Job, asked: Engines, frames: Frames | None = None) -> Sight:
    """One look of all networks that are asked; people from the left.

    Args:
        frames: the frames around this one, for networks that remember.

    Raises:
        SetupError: as `model`, or another network is missing, refused or damaged.
        SettingsError: another network is unknown, or not for this use.
    """
    if not asked.sees:
        return Sight(own(plate, settings, job))
    found = engines.see(
        shown(plate, settings, job),
        lambda: own(plate, settings, job),
        asked,
        people=settings.people,
        threads=job.threads,
        frames=frames,
        check=job.check,
    )
    return dataclasses.replace(found, seen=selection.ordered(found.seen))


def key(plate: Plate, seen: PeopleSeen, job: Job) -> Key:
    """The matte of people and what they hold at the plate's resolution; empty where nobody was seen."""
    height, width = plate.light.shape[:2]
    around = np.zeros((1, 1, 4), np.float32)
    if not len(seen.people):
        nothing = np.zeros((height, width), np.float32)
        return Key(nothing, np.empty(0, np.intp), np.empty((0, 3), np.float32), around, nothing)

    def progress(share: float) -> None:
        job.progress(0.4 + 0.25 * share)

    soft = edge.refine(plate.light, seen, threads=job.threads, check=job.check, progress=progress)
    return Key(soft.matte, soft.edge, soft.colour, around, soft.hold)
