"""The matte at the plate's resolution: the second stage, and the colours that go with its edge."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from ..cache import content_key
from ..frame import Pixels
from ..keyer.key import Key, surface_rows
from ..keyer.screen import Screen
from ..nets.external import choose
from ..nets.external.built_in import OWN
from ..ops import display
from ..ops.filters import shrink
from ..people import colours, fuse
from ..plate import Plate
from . import memo, subject
from .evidence import Evidence
from .task import Task

_FAINT = 0.004
_GRAIN = 0.03
_SOLID = 0.1  # of a matte: from here to 1 a network's colour gives way to the plate's


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """The matte at the plate's resolution, before any tweak.

    Attributes:
        key: the matte (H×W), and the colours of its edge.
        held: H×W, how much of the matte is held by people; None before a screen.
        messages: sentences for the status.
        band: flat indices of the pixels in which the matte was solved, ascending; elsewhere it is decided.
        kept: H×W, what a hand keeps whoever is chosen; None: nothing.
        decided: H×W, where the matte is a hand's; None: nowhere.
    """

    key: Key
    held: Pixels | None = None
    messages: tuple[str, ...] = ()
    band: npt.NDArray[np.intp] = dataclasses.field(default_factory=lambda: np.empty(0, np.intp))
    kept: Pixels | None = None
    decided: Pixels | None = None


def refine(task: Task, evidence: Evidence) -> Refined:
    """The matte that the evidence gives: keyed, fused with the people, or solved from them alone.

    Raises:
        SettingsError, SetupError, OutOfMemory: an edge model fails, with a sentence that names it.
    """
    seen, held = evidence.people, None
    if seen is None:
        if not evidence.keyed:
            return Refined(evidence.key, band=evidence.key.edge)
        base = evidence.key
    elif not evidence.keyed:
        base = memo.once("soft", task, memo.of_people(task), lambda: subject.soft_key(task, seen))
        held = base.held
    else:
        settings = task.settings
        # what is filled must not depend on the layers that are asked for beside the alpha
        fill = 1.0 if settings.subject == "on" else fuse.wants(evidence.key.matte)
        fused = fuse.fuse(
            evidence.key.matte, seen, fill=fill, outside=settings.only_people, held=settings.held
        )
        base = dataclasses.replace(evidence.key, matte=fused)
    key, messages = edged(task, evidence, base)
    band = base.edge if key is base else np.union1d(base.edge, key.edge)
    return Refined(key, held, messages, band)


def edged(task: Task, evidence: Evidence, base: Key) -> tuple[Key, tuple[str, ...]]:
    """The key with the edge model's matte, and sentences for the status."""
    if task.models.edge == OWN:
        return base, ()
    facts = memo.of_edge(task, base.matte, evidence.people is not None)
    return memo.once("edge", task, facts, lambda: _edged(task, evidence, base))


def _edged(task: Task, evidence: Evidence, base: Key) -> tuple[Key, tuple[str, ...]]:
    made = choose.refined(
        base.matte, evidence.alpha, task.wide(), task.models, work=task.work, frames=task.frames
    )
    matte, plate, settings = made.matte, task.plate, task.settings
    if matte is base.matte:
        return base, made.messages
    task.work.check()
    edge = np.flatnonzero((matte > _FAINT) & (matte < 1 - _FAINT))
    colour = unmixed(plate, evidence.screen.screen, matte, edge)
    if made.colour is not None and made.trust is not None:
        given = _given(made.colour, made.trust, matte, edge)
        light = display.revealed(
            given.colour, plate.light, settings.net_exposure, settings.net_gamma, task.exposure
        )
        colour = colour + given.share[:, None] * (light - colour)
    return dataclasses.replace(base, matte=matte, edge=edge, colour=colour), made.messages


class _Given(NamedTuple):
    """Colours of a network in the edge's pixels (N×3, as it was shown them), and how much they count (N)."""

    colour: Pixels
    share: Pixels


def _given(colour: Pixels, trust: Pixels, matte: Pixels, edge: npt.NDArray[np.intp]) -> _Given:
    """What a network says of the edge's pixels; where they are nearly solid the plate knows better: it has
    the grain, and the light above white."""
    size = (matte.shape[1], matte.shape[0])
    there, counts = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)
        for plane in (colour, trust)
    )
    solid = np.clip((1 - matte.ravel()[edge]) / np.float32(_SOLID), 0, 1)
    return _Given(there.reshape(-1, 3)[edge], np.clip(counts.ravel()[edge], 0, 1) * solid)


def complete(task: Task, screen: Screen | None, key: Key) -> Key:
    """A key with the colours of all of its edge; those that nobody asked for yet are solved now."""
    late = key.unsolved
    if late is None:
        return key

    def make() -> Pixels:
        colour = key.colour.copy()
        colour[np.searchsorted(key.edge, late)] = unmixed(task.plate, screen, key.matte, late)
        return colour

    before = None if screen is None else (content_key(screen.surface), screen.axis)
    facts = (*memo.of_screen(task), before, content_key(key.matte, key.colour, late))
    colour = memo.once("edge colours", task, facts, make)
    return dataclasses.replace(key, colour=colour, unsolved=None)


def unmixed(plate: Plate, before: Screen | None, matte: Pixels, edge: npt.NDArray[np.intp]) -> Pixels:
    """The subject's own light (N×3) in pixels *edge* (N, flat) of a matte that is known.

    C = αF + (1−α)B with Gaussian F and B: what the means leave over is shared out by what may vary.
    Before a screen B is the screen.
    """
    height, width = matte.shape
    if not len(edge):
        return np.empty((0, 3), np.float32)
    scale = min(1.0, colours.CELLS / max(height, width))
    cover = shrink(matte, max(1, round(height * scale)), max(1, round(width * scale)))
    sides = colours.sides(plate.light, cover)
    y, x = np.divmod(edge, width)
    seen = plate.light[y, x]
    shown = colours.opponent(seen, sides.level)
    fields = sides.at(y, x, (height, width))
    inside, spread_in, outside, spread_out = (fields[k : k + 3] for k in (0, 3, 6, 9))
    noise = np.square(np.float32(_GRAIN) * (np.abs(shown[0]) + np.float32(0.3)))
    if before is not None:
        screen = surface_rows(plate, before, 0, height)[y, x]
        outside, spread_out = colours.opponent(screen, sides.level), np.zeros_like(spread_out)
    share = matte.ravel()[edge]
    rest = 1 - share
    left = shown - share * inside - rest * outside
    own = share * (spread_in + noise)
    own = own / (share * own + rest * rest * (spread_out + noise))
    found = colours.light(np.asarray(inside + own * left, np.float32), sides.level)
    return np.asarray(np.maximum(found, 0) + (seen - colours.light(shown, sides.level)), np.float32)
