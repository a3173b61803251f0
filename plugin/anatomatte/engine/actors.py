"""Which of a frame's faces is meant: by the controls of the page Faces and the shot's sidecar."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import SettingsError
from ..faces import actor
from ..faces.actor import Face
from ..faces.canonical import Floats
from ..faces.unsqueezed import unsqueezed
from ..frame import Pixels
from ..people.places import Point
from ..settings import BY_NAME
from . import face_nets, face_views
from .task import Task


def chosen(task: Task, faces: Sequence[Face], place: Point) -> tuple[Face | None, tuple[str, ...]]:
    """The face that is replaced, and sentences for the status; None where it is not in sight.

    Args:
        place: where the face point is, as shares of the picture.

    Raises:
        SettingsError: a name that the sidecar has not, or a reference without one face.
    """
    how = task.settings.swap_whose
    if how == "name":
        return _seen(actor.numbered(faces, _number(task)), f"the face of {task.settings.swap_name}")
    named = 0 if how != "main" or task.shot is None else task.shot.shot.actor
    if named:
        return _seen(actor.numbered(faces, named), f"the face of the shot's actor, person {named},")
    if not faces:
        return None, (
            "No face is in sight: nothing is replaced in this frame. If there is one, set Find people "
            "(subject) to On, or give a closer crop of the plate.",
        )
    if how == "number":
        number = task.settings.swap_number
        return _seen(actor.numbered(faces, number), f"a face of person {number}")
    if how == "point":
        high, wide = task.plate.light.shape[:2]
        across, down = task.stretch  # of faces: their landmarks are in square pixels
        at = place[0] * wide * across, place[1] * high * down
        found = actor.at_point(faces, at)
        return found, (() if found is not None else (_nobody_at(task.settings.swap_point),))
    if how == "reference":
        return _referred(task, faces)
    largest = actor.largest(faces)
    if len(faces) < 2 or largest is None:
        return largest, ()
    who = f"that of person {largest.number}" if largest.number else "that of somebody without a number"
    told = (
        f"{len(faces)} faces are in sight; {who}, the largest, is replaced. Whose face (swap_whose) chooses."
    )
    return largest, (told,)


def _nobody_at(point: Point) -> str:
    """That no face is at a point, in pixels of the full picture; its default is the middle."""
    moved = point != BY_NAME["swap_point"].default
    where = f"{point[0]:g}, {point[1]:g} (pixels from the lower left corner)" if moved else "the middle"
    return (
        f"No face is at the face point, {where}: nothing is replaced in this frame. Move it (swap_point) "
        "onto the face."
    )


def _seen(face: Face | None, what: str) -> tuple[Face | None, tuple[str, ...]]:
    return face, () if face is not None else (
        f"There is not {what} in sight: nothing is replaced in this frame.",
    )


def _number(task: Task) -> int:
    """The number that the sidecar has for a name.

    Raises:
        SettingsError: there is no sidecar, or nobody of that name.
    """
    name, words = task.settings.swap_name.strip(), BY_NAME["swap_name"].words
    names = (
        {}
        if task.shot is None
        else {one.name.casefold(): one.number for one in task.shot.shot.people if one.name}
    )
    if name and name.casefold() in names:
        return names[name.casefold()]
    if task.shot is None:
        raise SettingsError(
            f"{words} needs a shot file, which holds names: run `anatomatte analyse`, write the name "
            "there and choose it, or take the person by number, at a point or by a reference."
        )
    there = ", ".join(sorted(names)) or "nobody by name yet"
    raise SettingsError(
        f"{words} = {name!r}: the shot file has {there}; write one of these, or name the person there."
    )


def _referred(task: Task, faces: Sequence[Face]) -> tuple[Face | None, tuple[str, ...]]:
    """The face that is most like the reference's, and by what it was told; None where none is like it."""
    view = face_views.views(task, "swap_reference")[0]
    network = face_nets.recogniser(task.settings, task.work.threads)
    shown = [_shown(task, face) for face in faces]
    if network is None:
        how, least = "by colours and proportions, which is weak", actor.ALIKE
        looks = [actor.look_of(light, points) for light, points in shown]
        wanted = actor.look_of(view.light, view.points)
    else:
        how, least = f"by {network.manifest.title}", network.manifest.face.alike
        looks = [face_nets.looks(task, network, light, points) for light, points in shown]
        wanted = face_nets.looks(task, network, view.light, view.points)
    best, alike = actor.likest(looks, wanted)
    if alike < least:
        return None, (
            f"Nobody in sight is like the face reference (at most {alike:.2f} of {least:.2f}, {how}): "
            "nothing is replaced in this frame.",
        )
    told = f"Person {faces[best].number} is taken for the reference's (likeness {alike:.2f}, {how})."
    return faces[best], (told,)


def _shown(task: Task, face: Face) -> tuple[Pixels, Floats]:
    """A picture in which a face has its shape, and its landmarks in it: the plate, or of a squeezed one what
    lies around the face."""
    light, stretch = task.plate.light, task.stretch
    window = None if stretch == (1, 1) else unsqueezed(face.points, stretch, *light.shape[:2])
    return (light, face.points) if window is None else (window.of(light), window.points)
