"""What the checks of `qc` are told of a frame that the engine made, and what they say of it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import cast

import numpy as np

from .. import qc
from ..frame import Bounds, Pixels
from ..ops import display
from ..ops.filters import grow, shrink, step
from ..parts import INDEX
from ..people.evidence import PeopleEvidence
from ..people.shares import Shares
from ..plate import Plate
from ..qc.checks import alone
from ..qc.firmness import unsure_part
from ..qc.seen import Seen, grid_of
from . import quality_beside, recognition
from .edge import Refined
from .evidence import Evidence
from .forced import forcing
from .mattes import Mattes
from .task import Task

_SKULL = ("hair", "hat", "face")
"""Parts of a head."""

_LIKE = (0.35, 0.7)
"""How far a colour lies from grey towards the screen's, from which on it is the screen's own."""
_DARK = 0.08
"""Light over the screen's below which a colour says nothing."""


def found(task: Task, evidence: Evidence, refined: Refined, made: Mattes) -> qc.Findings:
    """What the frame says of itself, and where it is asked for those beside it; nothing where checks are off.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: a frame beside it cannot be made.
    """
    if task.settings.check == "off":
        return ()
    here = seen(task, evidence, refined, made)
    if not quality_beside.by_number(task):
        here = dataclasses.replace(here, skulls=None, faces=None)
    others = quality_beside.found(task, here, evidence, refined, made) if quality_beside.asked(task) else ()
    return (*alone(here), *others)


def seen(task: Task, evidence: Evidence, refined: Refined, made: Mattes) -> Seen:
    """The frame on the grid of the checks."""
    plate, settings, people = task.plate, task.settings, evidence.people
    grid = grid_of(*made.alpha.shape)
    light = shrink(plate.light, *grid)
    core, garbage = forcing(plate, settings)
    keyed = evidence.keyed
    shares = None if made.split is None else made.split.made
    cover = None if people is None else _sized(np.clip(people.alpha + people.held, 0, 1), *grid)
    taken = None if shares is None or shares.taken is None else _sized(shares.taken, *grid)
    return Seen(
        picture=display.shown(light, settings.net_exposure, settings.net_gamma, exposed=task.exposure),
        alpha=shrink(made.alpha, *grid),
        decision=evidence.decision,
        key=shrink(evidence.key.matte, *grid) if keyed else None,
        backing=_backing(light, evidence) if keyed else None,
        cover=cover,
        wanted=cover if cover is None or taken is None else cover * taken,
        second=_second(evidence, grid),
        people=None if people is None else _stack(people, grid),
        chosen=() if shares is None or people is None else _places(people, shares.numbers),
        ruled=settings.who == "main" and settings.leave_out == "nobody",
        heads=None if people is None else people.heads,
        bodies=None if people is None else people.bodies,
        skulls=None if people is None else _of_parts(people, _SKULL, grid),
        faces=None if people is None else _of_parts(people, ("face",), grid),
        recognised=None if people is None or keyed else recognition.sure(task, people),
        forced=_forced(plate, core, garbage, refined.decided, grid),
        softened=task.settings.soften * task.work.scale * grid[1] / made.alpha.shape[1],
    )


def _sized(plane: Pixels, height: int, width: int) -> Pixels:
    return (shrink if plane.shape[0] * plane.shape[1] > height * width else grow)(plane, height, width)


def _of_parts(people: PeopleEvidence, names: tuple[str, ...], grid: tuple[int, int]) -> Pixels:
    """How much pixels of the grid are of some parts together."""
    return _sized(people.parts[[INDEX[name] for name in names]].sum(0), *grid)


def _stack(people: PeopleEvidence, grid: tuple[int, int]) -> Pixels:
    planes = [_sized(plane, *grid) for plane in people.people]
    return np.stack(planes) if planes else np.zeros((0, *grid), np.float32)


def _places(people: PeopleEvidence, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Where people of these numbers stand in the evidence."""
    return tuple(k for k in range(len(people.people)) if people.number(k) in numbers)


def _second(evidence: Evidence, grid: tuple[int, int]) -> Pixels | None:
    """The voice beside the networks together: the alpha model's, or the parts'."""
    if evidence.people is None:
        return None
    if evidence.alpha is not None:
        return _sized(evidence.alpha, *grid)
    return 1 - _sized(evidence.people.parts[0], *grid)


def _forced(
    plate: Plate, core: Pixels, garbage: Pixels, decided: Pixels | None, grid: tuple[int, int]
) -> np.ndarray | None:
    """Where nobody but the artist decides: mattes that came in, and what a hand mended."""
    came = plate.inm is not None or plate.outm is not None or core.any()
    given = [*([core, garbage] if came else []), *([] if decided is None else [decided])]
    if not given:
        return None
    return np.asarray(shrink(functools.reduce(np.maximum, given), *grid) > 0.1)


def _backing(light: Pixels, evidence: Evidence) -> Pixels | None:
    """h×w, how much a picture's colour is the screen's: its chromaticity on the way from grey."""
    colour = evidence.decision.colour
    if colour is None:
        return None
    screen = np.maximum(np.asarray(colour, np.float32), 0)
    lit = np.maximum(light, 0)
    total = np.maximum(lit[..., 0] + lit[..., 1] + lit[..., 2], np.float32(1e-6))
    away = screen / max(float(screen.sum()), 1e-6) - np.float32(1 / 3)
    along = (lit / total[..., None] - np.float32(1 / 3)) @ away / max(float(away @ away), 1e-6)
    bright = step(total / max(float(screen.sum()), 1e-6), _DARK / 2, _DARK)
    return np.asarray(step(along, *_LIKE) * bright, np.float32)


def of_parts(
    task: Task, made: Mattes, shares: Pixels, names: Mapping[str, int], chosen: Shares
) -> qc.Finding:
    """How much of the subject lies in layers of parts that stay open.

    Args:
        task: keeps what the frame's other planes need again.
        shares: parts×h×w, in the order of `parts.PERSON`.
        names: part → plane of *shares*.
        chosen: whose they are.
    """
    height, width = shares.shape[1:]
    alpha = _alpha_of(task, made.alpha, height, width)
    planes: dict[str, Pixels] = {}
    for layer in made.unsure:
        person, _, part = layer.rpartition(".")
        plane = alpha * shares[names[part]]
        if person:
            theirs = chosen.people[chosen.numbers.index(int(person[-2:]) - 1)]
            plane = plane * _sized(theirs, height, width)
        planes[layer] = plane
    return unsure_part(planes, float(alpha.sum()))


def _alpha_of(task: Task, alpha: Pixels, height: int, width: int) -> Pixels:
    """The alpha at another size, made once for all planes of a frame."""
    whole, sized = task.kept.get("alpha sized", (None, None))
    if whole is not alpha or sized.shape != (height, width):
        sized = _sized(alpha, height, width)
        task.kept["alpha sized"] = alpha, sized
    return cast(Pixels, sized)


def told(
    findings: qc.Findings, bounds: Bounds, across: tuple[float, float], in_shot: bool = False
) -> tuple[str, ...]:
    """A sentence for each doubtful finding, with its place as viewers count.

    Args:
        bounds: of the plate.
        across: pixels of the plate per pixel of the full picture, to the right and up.
        in_shot: the frame has a sidecar.
    """
    x1, y1, x2, y2 = bounds

    def at(one: qc.Finding) -> tuple[int, int] | None:
        if one.place is None:
            return None
        x, y = one.place.centre
        return round((x1 + x * (x2 - x1)) / across[0]), round((y2 - y * (y2 - y1)) / across[1])

    return tuple(qc.sentence(one, at(one), in_shot) for one in qc.doubtful(findings))
