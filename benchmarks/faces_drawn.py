"""Heads drawn by `training/`, and which region of the face each of their pixels is.

The renderer draws a head twice: as a picture, and with the region of each triangle for a label. Regions are
the body model's own: eyes and brows are meshes, lips and beard weights of the skin. It has no nose and no
ears of its own, so these are not scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import INDEX

SIZE = 512
CLASSES = ("brows", "eyes", "iris", "lips", "beard")
"""Regions that are scored; numbers of labels begin behind those of parts."""

_FIRST = 100
_IRIS = 0.51
"""Radians from the pupil's middle at which the drawn iris ends."""

_LIPS = 0.7
"""Weight of the lips' muscle from which on the skin is drawn in their colour, more than half."""

_BEARDED = 0.55
"""Density from which on a drawn beard is one."""


@dataclass(frozen=True, eq=False)
class Head:
    """A picture (H, W, 3) uint8, where the face is, and a mask of each of `CLASSES`."""

    picture: NDArray[np.uint8]
    face: NDArray[np.bool_]
    regions: dict[str, NDArray[np.bool_]]


def heads(assets: Path, count: int, seed: int = 7) -> Iterator[Head]:
    """So many heads that look more or less at the camera; none of them taught a network of ours.

    Args:
        assets: the generator's folder (`python -m training assets`).
    """
    from training.people.brief import Brief
    from training.people.studio import Studio, draw_light

    brief = Brief({"portrait": 0.5, "face": 0.5}, (1.0, *[0.0] * 8), yaw=(0, 22), pitch=(-12, 12))
    rng = np.random.default_rng(seed)
    studio = Studio(assets, rng, 2, validation=True, brief=brief, tile=SIZE)
    made = 0
    while made < count:
        person = studio.casting.draw(rng, True, True, brief)
        camera, width, height, reach = studio._frame(person, str(rng.choice(["portrait", "face"])))
        light = draw_light(rng)
        scene = list(person.scene)
        colour, parts = studio.renderer.draw(scene, camera, light, width, height, reach)
        _, label = studio.renderer.draw(
            [_labelled(one) for one in scene], camera, light, width, height, reach
        )
        head = _head(colour.copy(), parts.copy(), label.copy(), rng)
        if head is not None:
            made += 1
            yield head


def _labelled(one: object) -> object:
    """A piece of a scene with its region for a part."""
    from training.people.material import EYE, SKIN
    from training.people.render import Strands

    number = {name: _FIRST + k for k, name in enumerate(CLASSES)}
    if isinstance(one, Strands):
        return replace(one, part=number["brows"]) if one.part == INDEX["face"] else one
    aux = one.aux.copy()  # type: ignore[attr-defined]
    face = aux[:, 0] == INDEX["face"]
    kind, pattern = one.material.kind, one.material.pattern  # type: ignore[attr-defined]
    if kind == EYE:
        aux[:, 0] = np.where(aux[:, 1] < _IRIS, number["iris"], number["eyes"])
    elif kind == SKIN:
        if pattern[0] > _BEARDED:
            aux[face & (aux[:, 2] > 0.5), 0] = number["beard"]
        aux[face & (aux[:, 1] > _LIPS), 0] = number["lips"]
    else:
        aux[face, 0] = number["brows"]
    return replace(one, aux=aux)  # type: ignore[type-var]


def _head(
    colour: NDArray[np.uint8], parts: NDArray[np.uint8], label: NDArray[np.uint8], rng: np.random.Generator
) -> Head | None:
    """One picture of what was drawn; None where hardly any of the face is in sight."""
    height, width = parts.shape[0] // 2, parts.shape[1] // 2

    def mean(plane: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), np.float32)

    cover = mean((colour[..., 3] > 0).astype(np.float32))[..., None]
    wall = np.linspace(*rng.uniform(60, 200, (2, 3)), width)[None].astype(np.float32)
    mixed = mean(np.ascontiguousarray(colour[..., :3]).astype(np.float32)) + (1 - cover) * wall
    masks = {name: mean((label == _FIRST + k).astype(np.float32)) > 0.5 for k, name in enumerate(CLASSES)}
    face = (mean((parts == INDEX["face"]).astype(np.float32)) > 0.5) | np.any(list(masks.values()), 0)
    if face.mean() < 0.02 or masks["eyes"].sum() < 20 or masks["lips"].sum() < 30:
        return None
    return Head(np.clip(mixed + 0.5, 0, 255).astype(np.uint8), face, masks)
