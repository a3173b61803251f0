"""The user's own networks for faces, asked for a frame: one puts a face in, one tells faces apart."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..cache import content_key
from ..faces import swap_aligned
from ..faces.canonical import Floats
from ..faces.pose import apart, pose_of
from ..faces.swap_warp import Box, View, Warped, mesh
from ..frame import Pixels
from ..nets.external import faces
from ..nets.external.faces import FaceNetwork
from ..ops import colour
from ..settings import BY_NAME, Settings
from . import memo
from .task import Task

_MIDDLE = np.float32(0.2)
"""The light at which networks see the middle of a face."""


def swapper(settings: Settings, threads: int = 1) -> FaceNetwork | None:
    """The network that puts a face in; None where none is asked.

    Raises:
        SettingsError, SetupError: as `faces.asked`.
    """
    if settings.swap != "network":
        return None
    return faces.asked("swap", settings.swap_network, BY_NAME["swap_network"].words, threads)


def recogniser(settings: Settings, threads: int = 1) -> FaceNetwork | None:
    """The network that tells the actor from others; None where colours and proportions do it."""
    if settings.swap_whose != "reference" or not settings.identity_network.strip():
        return None
    return faces.asked("identity", settings.identity_network, BY_NAME["identity_network"].words, threads)


def identities(settings: Settings) -> dict[str, str]:
    """Use → id and digests of the networks that the controls ask.

    Raises:
        SettingsError, SetupError: as `faces.asked`.
    """
    told: dict[str, str] = {}
    network = swapper(settings)
    if network is not None:
        told["swap"] = network.identity
        if network.manifest.face.takes == "vector":
            told["swap_vector"] = _maker(network).identity
    known = recogniser(settings)
    return told if known is None else {**told, "identity": known.identity}


def own_face(settings: Settings) -> str:
    """The digest of a network that needs no source, for it knows whose face it puts in; empty of others.

    Raises:
        SettingsError, SetupError: as `faces.asked`.
    """
    network = swapper(settings)
    return network.digest if network is not None and network.alone else ""


def looks(task: Task, network: FaceNetwork, light: Pixels, points: Floats) -> np.ndarray:
    """The vector of a face in a picture."""
    cut, _ = shown(light, points, network.manifest.face.template)
    return network.vector(cut, task.work.check)


def drawn(
    task: Task, network: FaceNetwork, views: Sequence[View], points: Floats, box: Box, light: Pixels
) -> Warped:
    """The face that a network puts over landmarks (468, 3) of a plate's *light*, in a window of it."""
    source = None if network.alone else _source(task, network, _nearest(views, points))
    cut, gain = shown(light, points, network.side)
    made, matte = network.swapped(cut, source, task.work.check)
    window = (box.left, box.top, box.right, box.bottom)
    back = swap_aligned.back(colour.srgb_decode(made) / gain, points, window)
    cover = None if matte is None else swap_aligned.back(matte, points, window, cv2.INTER_LINEAR)
    inner, skin = mesh(points, box)
    return Warped(back, inner, skin, cover=cover)


def _nearest(views: Sequence[View], points: Floats) -> View:
    """The view whose head is turned most alike."""
    pose = pose_of(points)
    return min(views, key=lambda one: apart(pose_of(one.points), pose))


def _source(task: Task, network: FaceNetwork, view: View) -> Pixels:
    """Whose face it is, as the network takes it."""
    how = network.manifest.face
    if how.takes == "picture":
        return shown(view.light, view.points, how.template)[0]
    maker = _maker(network, task.work.threads)
    key = content_key("face vector", view.points, view.light, maker.identity)
    found: Pixels = memo.evidence.get(
        key, lambda: looks(task, maker, view.light, view.points), task.work.check
    )
    return found


def _maker(network: FaceNetwork, threads: int = 1) -> FaceNetwork:
    """The network that makes the vectors which another one takes."""
    where = f"[face] identity of {network.manifest.id}"
    return faces.asked("identity", network.manifest.face.identity, where, threads)


def shown(light: Pixels, points: Floats, side: int) -> tuple[Pixels, np.float32]:
    """A face cut upright, display-referred, and by how much its light was multiplied."""
    cut = swap_aligned.cut(light, points, side)
    quarter = side // 4
    level = float(np.median(cut[quarter:-quarter, quarter:-quarter].mean(2)))
    gain = _MIDDLE / np.float32(max(level, 1e-5))
    return np.clip(colour.srgb_encode(np.maximum(cut * gain, 0)), 0, 1), gain
