"""A face of the frame is replaced, after the mattes are made: they say where it is and what is before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ..cache import content_key
from ..errors import SettingsError
from ..faces import actor, consent, hidden, occluders, swap_blend, swap_light
from ..faces.actor import Face
from ..faces.canonical import POINTS, Floats
from ..faces.mesh import squared
from ..faces.pose import apart, pose_of, width_of
from ..faces.swap_warp import Box, View, Warped, box_of, warped
from ..faces.unsqueezed import Unsqueezed, unsqueezed
from ..frame import Pixels
from ..nets.external.faces import FaceNetwork
from ..ops import colour
from ..parts import channels
from ..people.places import Point, point_of
from ..plate import Plate
from . import actors, face_nets, face_regions, face_views, memo, steady_faces, steadying
from .mattes import Mattes
from .task import Task

BESIDE = 0.06
"""Radians by which another view may be farther from the plate's pose and still be mixed in, so that the face
does not jump from one view to the next."""


CARRIED = "The face of person {} is not seen in this frame: it is carried by the frames before and behind."


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A replaced face: `box` where it lies in the plate, `change` h×w×3 what is added to the person's own
    colour there, scene-linear, `matte` h×w how much of a pixel of the person is the new face."""

    box: Box
    change: Pixels
    matte: Pixels
    messages: tuple[str, ...] = ()


def replaced(task: Task, made: Mattes, plate: Plate) -> Mattes:
    """A frame's mattes with the face replaced in its foreground, the patch and the whole plate with it.

    Args:
        plate: at full resolution, where *task* may be of half.

    Raises:
        SettingsError: no consent note is given, or the source, the person or a network is not to be had.
    """
    settings = task.settings
    if settings.swap == "off":
        if settings.output in ("face_plate", "face_patch"):
            raise SettingsError(
                "Output (output) shows a replaced face, and Replace face (swap) is Off: choose another, "
                f"or replace a face, for which {consent.CURE}."
            )
        return made
    consent.needed(settings, None if task.shot is None else task.shot.shot.consent)
    if made.split is None:
        raise SettingsError(
            "Replace face (swap) needs people, and Find people (subject) is Off: set it to Auto or On."
        )
    place = point_of("swap_point", settings, plate.frame.bounds, task.across)
    facts = (*_facts(task, made, plate), face_views.digests(settings), face_nets.identities(settings), place)
    patch: Patch = memo.once("face patch", task, facts, lambda: _patch(task, made, plate, place))
    return _laid(made, patch, plate, settings.output_colour)


def _facts(task: Task, made: Mattes, plate: Plate) -> tuple[object, ...]:
    """What a patch depends on besides pictures of other files."""
    chosen = (row for row in task.settings.depends_on("output") if row[0].startswith(("swap", "identity")))
    alpha = content_key(made.alpha, made.foreground)
    named = 0 if task.shot is None else task.shot.shot.actor
    facts = (*chosen, named, task.settings.output_colour, plate.light.shape, plate.curve, alpha)
    return *memo.of_parts(task), *memo.of_steady(task), task.hints, task.settings.depends_on("shape"), facts


def _patch(task: Task, made: Mattes, plate: Plate, place: Point) -> Patch:
    settings, work = task.settings, task.work
    height, width = plate.light.shape[:2]
    by = np.array([width / task.plate.light.shape[1], height / task.plate.light.shape[0]])
    network = face_nets.swapper(settings, work.threads)
    views = () if network is not None and network.alone else face_views.views(task, "swap_source")
    face, told = actors.chosen(task, _faces(task), place)
    if face is None:
        return _nothing(told)
    if face.carried:
        told = (*told, CARRIED.format(face.number))
    points = face.points[:POINTS].copy()
    points[:, :2] *= by
    points[:, 2] *= float(by.mean())
    across, down = task.stretch
    size = width_of(points) / float(np.sqrt(across * down))
    if size < actor.SMALLEST:
        return _nothing((
            *told, f"The face of person {face.number} is {size:.0f} pixels wide, too small to be replaced "
            f"(from {actor.SMALLEST:.0f} on): it stays as it is. Enlarge the plate before the node.",
        ))  # fmt: skip
    if (across, down) == (1, 1):
        box, window = box_of(points, height, width), None
    else:
        window = unsqueezed(points, (across, down), height, width)
        box = None if window is None else window.window
    if box is None:
        return _nothing((*told, "The face lies beyond the frame: nothing is replaced."))
    work.check()
    old = _own(made, plate, settings.output_colour, box)
    share = _share(made, face.number - 1, box)
    new, bare = _laid_over(task, network, views, plate.light, points, share, box, window, face.mask)
    share = share * bare
    work.check()
    weight = new.inner * share
    lit = old
    if network is None and new.body is not None:
        body = _body(made, plate, face.number - 1, box)
        if body is not None:
            lit = old * swap_light.own_tone(new.light, old, weight * new.skin, (new.body, body))
    light = swap_light.relit(new.light, lit, weight * new.skin, size, settings.swap_light)
    seed = int(task.content[:12], 16)
    light = swap_light.textured(light, old, weight, settings.swap_texture, seed)
    change, matte = swap_blend.blended(light, old, new.inner, share, settings.swap_amount, size)
    return Patch(box, change, matte, told)


def _laid_over(
    task: Task, network: FaceNetwork | None, views: Sequence[View], light: Pixels, points: Floats,
    share: Pixels, box: Box, window: Unsqueezed | None, mask: float,
) -> tuple[Warped, Pixels]:  # fmt: skip
    """The new face as it lies in a window of the plate, and how far a pixel of it may be a face.

    Args:
        window: of a squeezed plate, the same window in square pixels; faces have their shape there.
        mask: how far the face has one.
    """
    if window is not None:
        light, share, points, box = window.of(light), window.wide(share), window.points, window.whole
    bare = occluders.uncovered(light, points, share, box, mask)
    if network is None:
        new = _drawn(views, points, box)
    else:
        new = face_nets.drawn(task, network, views, points, box, light)
        bare = bare if new.cover is None else bare * new.cover
    if window is None:
        return new, bare
    planes = (window.back(plane) for plane in (new.light, new.inner, new.skin, bare))
    return Warped(next(planes), next(planes), next(planes), new.body), next(planes)


def _nothing(told: tuple[str, ...]) -> Patch:
    return Patch(Box(0, 0, 0, 0), np.zeros((0, 0, 3), np.float32), np.zeros((0, 0), np.float32), told)


def _faces(task: Task) -> list[Face]:
    """The faces of a frame with their people's numbers, as the mattes have them, held still; landmarks in
    pixels as wide as high (`Task.stretch`)."""
    people, stretch, words = steadying.people(task).evidence, task.stretch, face_regions.hiding(task)
    return [
        Face(
            one.at, people.number(one.at) + 1, squared(one.face.points, stretch).astype(np.float64),
            one.face.score, one.carried, hidden.mask(one.face.hides, words.get(people.number(one.at), ())),
        )
        for one in steady_faces.found(task)
    ]  # fmt: skip


def _own(made: Mattes, plate: Plate, output: str, box: Box) -> Pixels:
    """The person's own colour in a window, scene-linear."""
    target = plate.curve if output == "input" else output
    return np.asarray(colour.decode(target, made.foreground[box.rows, box.columns]), np.float32)


def _share(made: Mattes, person: int, box: Box) -> Pixels:
    """How far a pixel of a person is bare face of theirs: hair, glasses, hands and things are in front."""
    assert made.split is not None
    window = made.split.cropped(box.rows, box.columns)
    plane = window.planes([(person, channels("face"))])[0]
    alpha = made.alpha[box.rows, box.columns]
    return np.asarray(np.minimum(plane / np.maximum(alpha, np.float32(1e-6)), 1), np.float32)


def _body(made: Mattes, plate: Plate, person: int, box: Box) -> Pixels | None:
    """The colour of a person's bare neck and chest, near the face; None where too little is seen."""
    assert made.split is not None
    rows, columns = box.size
    down = slice(box.top, min(box.bottom + rows, plate.light.shape[0]))
    across = slice(max(0, box.left - columns // 2), min(box.right + columns // 2, plate.light.shape[1]))
    (body,) = made.split.cropped(down, across).planes([(person, face_views.BODY)])
    return swap_light.body_tone(plate.light[down, across], body, face_views.BODY_LEAST * rows * columns / 2)


def _drawn(views: Sequence[View], points: Floats, box: Box) -> Warped:
    """The face of the views with the nearest poses; of two about as near both, so that none jumps."""
    pose = pose_of(points)
    away = np.array([apart(pose_of(view.points), pose) for view in views])
    first = int(np.argmin(away))
    made = warped(views[first], points, box)
    rest = np.where(np.arange(len(away)) == first, np.inf, away)
    if not len(rest) or not np.isfinite(rest.min()) or rest.min() - away[first] >= BESIDE:
        return made
    second = warped(views[int(np.argmin(rest))], points, box)
    share = np.float32(0.5 * (1 - (rest.min() - away[first]) / BESIDE))
    one, two = made.inner * (1 - share), second.inner * share
    total = np.maximum(one + two, np.float32(1e-6))[..., None]
    light = (made.light * one[..., None] + second.light * two[..., None]) / total
    return Warped(np.asarray(light, np.float32), np.maximum(made.inner, second.inner), made.skin, made.body)


def _laid(made: Mattes, patch: Patch, plate: Plate, output: str) -> Mattes:
    """The mattes with a patch in the foreground and in the plate, all in the output's encoding."""
    target = plate.curve if output == "input" else output
    whole = plate.frame.pixels if target == plate.curve else colour.encode(target, plate.light)
    matte, shown = np.zeros(made.alpha.shape, np.float32), np.array(whole[..., :3], np.float32)
    rest = np.zeros(shown.shape, np.float32)
    foreground, spill = made.foreground, made.spill
    messages = (*made.messages, *patch.messages)
    if patch.matte.size:
        at = patch.box.rows, patch.box.columns
        alpha = made.alpha[at]
        matte[at] = patch.matte * alpha
        there = patch.matte > 0
        light = plate.light[at] + patch.change * alpha[..., None]
        shown[at][there] = colour.encode(target, light)[there]
        own = colour.decode(target, foreground[at]) + patch.change
        foreground = foreground.copy()
        foreground[at][there] = colour.encode(target, np.asarray(own, np.float32))[there]
        over = shown[at] - whole[at][..., :3] * (1 - matte[at][..., None])
        rest[at] = np.where(matte[at][..., None] > 0, over, np.float32(0))
    return dataclasses.replace(
        made, colours=lambda: (foreground, spill), messages=messages, face_plate=shown, face_patch=matte,
        face_light=rest,
    )  # fmt: skip
