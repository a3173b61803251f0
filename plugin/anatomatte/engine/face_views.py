"""The pictures of the face that is put in, each looked at as a plate is: whose face, where, how bare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..cache import content_key
from ..errors import SettingsError
from ..faces import hidden, occluders, swap_light, swap_pictures
from ..faces.canonical import POINTS, Floats
from ..faces.swap_warp import View, box_of, mesh
from ..frame import Frame, Pixels
from ..parts import channels
from ..people.places import Point
from ..plate import prepare
from ..settings import BY_NAME, Settings
from ..work import Work
from . import face_nets, memo, parting
from .edge import refine
from .evidence import looked, observe
from .faces import elsewhere, faces_of
from .shaping import shape
from .task import Task

LEAST = 48.0
"""Width in pixels of a face from which on there is enough of it to be put in."""


def digest_of(files: Sequence[Path]) -> str:
    """SHA-256 (hex) of some files' contents together, in their order.

    Raises:
        SettingsError: one cannot be read.
    """
    from .provenance import digest_of as of_file

    try:
        return hashlib.sha256("".join(of_file(path) for path in files).encode()).hexdigest()
    except OSError as why:
        raise SettingsError(f"The picture {why.filename} cannot be read: {why.strerror}.") from why


def digests(settings: Settings) -> tuple[str, ...]:
    """The digests of all pictures that the controls name, the source's first: of a network that needs none
    its own.

    Raises:
        SettingsError: there are none, or one cannot be read; or a network is not to be had.
        SetupError: a network is not in the store.
    """
    own = face_nets.own_face(settings)
    named = [] if own else ["swap_source"]
    if settings.swap_whose == "reference":
        named.append("swap_reference")
    files = (swap_pictures.files_of(str(getattr(settings, name)), BY_NAME[name].words) for name in named)
    return (*([own] if own else []), *(digest_of(found) for found in files))


def views(task: Task, control: str) -> tuple[View, ...]:
    """The faces of the pictures that a control names; each is looked at once.

    Raises:
        SettingsError: a picture is not to be read, shows no face or several, or one too small.
        SetupError: a network is missing or damaged.
    """
    words = BY_NAME[control].words
    files = swap_pictures.files_of(str(getattr(task.settings, control)), words)
    return tuple(_view(task, path, words) for path in files)


def _view(task: Task, path: Path, words: str) -> View:
    key = content_key("face view", digest_of([path]), path.suffix.lower())

    def make() -> View:
        return memo.frozen(_made(task, swap_pictures.light_of(path, words), f"{words}: {path.name}"))

    found: View = memo.evidence.get(key, make, task.work.check)
    return found


def task_of(light: Pixels, work: Work, place: Point = (0.5, 0.5)) -> Task:
    """A picture of a face as a plate, scene-linear, as every picture of a face is looked at."""
    height, width = light.shape[:2]
    settings = Settings(screen="none", input_colour="linear", who="everyone", check="off")
    plate = prepare({"Source": Frame(light, (0, 0, width, height))}, settings, work.threads)
    return Task(plate, settings, work, place)


def one_face(look: Task, where: str) -> tuple[int, Floats, float]:
    """The one face of a picture: whose it is, counted from 0, its landmarks (468, 3) in pixels, and how far
    it has a mask.

    Raises:
        SettingsError: there is none, there are several, or it is too small.
    """
    seen = looked(look).people
    known = [(at, one) for at, one in enumerate(faces_of(look, seen)) if one is not None]
    count = len(known) + len(elsewhere(look, [one for _, one in known]))
    if not known and count < 2:
        raise SettingsError(
            f"{where}: no face is seen in it; take a picture in which one face is in full sight, upright, "
            "from the shoulders up."
        )
    if count > 1:
        raise SettingsError(
            f"{where}: {count} faces are seen in it, and one is wanted; cut the picture around the one."
        )
    at, face = known[0]
    points = face.points
    across = float(np.ptp(points[:, 0]))
    if across < LEAST:
        raise SettingsError(
            f"{where}: the face in it is {across:.0f} pixels wide, of {LEAST:.0f} needed; take a larger one."
        )
    return at, points[:POINTS].astype(np.float64), hidden.mask(face.hides)


def _made(task: Task, light: Pixels, where: str) -> View:
    """The one face of a picture.

    Raises:
        SettingsError: as `one_face`.
    """
    look = task_of(light, task.work, task.place)
    at, points, mask = one_face(look, where)
    face, body = bare(look, at)
    face = _seen(light, points, face, mask, where)
    tone = swap_light.body_tone(light, body, BODY_LEAST * float(face.sum()))
    return View(light, points, face, tone)


def _seen(light: Pixels, points: Floats, face: Pixels, mask: float, where: str) -> Pixels:
    """How far each pixel is bare face H×W, less what is before it and is no skin by its colour.

    Raises:
        SettingsError: most of the face is behind something.
    """
    box = box_of(points, *light.shape[:2])
    if box is None:
        return face
    made, at = face.copy(), (box.rows, box.columns)
    made[at] *= occluders.uncovered(light, points, face[at], box, mask)
    there = mesh(points, box)[0] > 0
    share = float((made[at] > 0.5)[there].mean()) if there.any() else 0.0
    if share < BARE_LEAST:
        raise SettingsError(
            f"{where}: {100 * share:.0f} % of the face in it is bare, of {100 * BARE_LEAST:.0f} needed; a "
            "mask, a hand, glasses or hair lies over the rest: take a picture of the bare face."
        )
    return made


BARE_LEAST = 0.65
"""How much of a source's face must be bare, as a share of its mesh; what is not is not used."""

BODY = (*channels("neck"), *channels("torso_skin"))
"""Bare skin beside a face, which is in the same light."""

BODY_LEAST = 0.04
"""How much of it is needed, as a share of the face."""


def bare(task: Task, at: int) -> tuple[Pixels, Pixels]:
    """How far each pixel is bare face of a person, and bare neck or chest, H×W in 0..1."""
    evidence = observe(task)
    made = parting.bound(task, shape(task, evidence, refine(task, evidence)), task.plate.light)
    assert made.split is not None
    face, body = made.split.planes([(at, channels("face")), (at, BODY)])
    return face, body
