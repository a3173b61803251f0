"""When the people network is asked, and what its look at a plate brings to the frame."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SetupError
from ..menus import GROUP_MENU, PART_MENU, PERSON_MENU
from ..ops import display
from ..people import choose, edge
from ..people.look import see
from ..people.seen import PeopleSeen
from ..settings import Settings
from .job import Job
from .look import Key
from .plate import Plate

if TYPE_CHECKING:
    from ..nets.people import PeopleModel

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
                from ..nets.people import PeopleModel
            except ImportError as why:
                raise SetupError(
                    f"The people network needs torch, which cannot be imported ({why}): install it into "
                    "the node's Python (`anatomatte doctor` names it), or set Find people to Off."
                ) from why
            _model = PeopleModel()
        return _model


def forget() -> None:
    """Give the network's memory back; the next frame reads it again."""
    global _model
    with _lock:
        _model = None


def wanted(settings: Settings) -> bool:
    """Whether a control or a layer asks for something that only the people network knows.

    Raises:
        SettingsError: the list of parts cannot be understood.
    """
    shown = settings.output in ("people", "parts")
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    layers = settings.output == "packed" and not LAYERS.isdisjoint(packed)
    return shown or layers or choose.narrowed(settings)


def asked(settings: Settings, screen: bool) -> bool:
    """Whether this frame asks the network: the control says so, or there is no screen, or it is needed."""
    if settings.subject == "auto":
        return not screen or wanted(settings)
    return settings.subject == "on"


def look(plate: Plate, settings: Settings, job: Job) -> PeopleSeen:
    """One look of the network at the plate, through the display transform; people from the left.

    Raises:
        SetupError: as `model`.
    """
    job.check()
    shown = display.shown(plate.light, settings.net_exposure, settings.net_gamma, job.threads)
    found = see(shown, model(), people=settings.people, threads=job.threads, check=job.check)
    return choose.ordered(found)


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
    matte = np.asarray(np.clip(soft.alpha + soft.held, 0, 1), np.float32)
    held = np.asarray(soft.held / np.maximum(matte, np.float32(1e-6)), np.float32)
    return Key(matte, soft.edge, soft.colour, around, np.clip(held, 0, 1))
