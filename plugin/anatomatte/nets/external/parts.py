"""A network of the store asked which part of a person each pixel is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...errors import SettingsError, SetupError
from ...models.manifest import Manifest
from ...parts import INDEX, LABEL_SETS
from ...people.evidence import PeopleEvidence, Plane
from ...work import Work
from ..runtime.files import NATIVE
from ..runtime.outputs import Answer, in_our_parts
from ..runtime.sessions import descend, ladder, sessions
from ..runtime.sizes import plan
from .alpha_edge import Asked, Tell, device_of, nobody
from .merge import on_grid, only_known
from .regions import WHOLE, Region, regions

if TYPE_CHECKING:
    from ..m2fp.model import M2FP, M2FPPrediction

M2FP_WORD = "m2fp"
"""What manifests call the native network that has a door of its own."""

MOST_GRID = 1024
"""Longest side of the grid of evidence when a network saw more of the picture than ours."""

Classes = Callable[[Plane, tuple[int, int]], Plane]
"""(picture, size) → class probabilities (classes, height, width) at that size."""


def parts_of(
    network: Asked, display: Plane, seen: PeopleEvidence, people: int, work: Work, tell: Tell
) -> PeopleEvidence:
    """The evidence with the parts that a network names; who is who too, where it knows that."""
    manifest = network.manifest
    if manifest.runtime == "native" and manifest.native not in (M2FP_WORD, *NATIVE):
        raise SetupError(
            f"{manifest.title} ({manifest.id}) is no network that this version has code for: "
            "update Anatomatte, or choose another model."
        )
    if manifest.native == M2FP_WORD and manifest.region == "picture":
        return _by_m2fp(network, display, seen, people, work, tell)
    boxes = regions(manifest, seen, (display.shape[0], display.shape[1]))
    if not boxes:
        tell(nobody(manifest))
        return seen
    classes = _classes_by(network, work, tell)
    if boxes == (WHOLE,):
        if manifest.native != M2FP_WORD:
            seen = on_grid(seen, grid_for(manifest, display, seen))
        grid = (seen.alpha.shape[0], seen.alpha.shape[1])
        said = in_our_parts(classes(display, grid), manifest, seen.parts)
    else:
        said = _from_boxes(classes, boxes, display, seen, manifest)
    if manifest.subject in ("hair", "face"):
        said = only_known(said, seen.parts, _known(manifest))
    return dataclasses.replace(seen, parts=said)


def grid_for(manifest: Manifest, display: Plane, seen: PeopleEvidence) -> tuple[int, int]:
    """The evidence's grid, in the picture's shape and as fine as the network looks, if that is finer."""
    height, width = display.shape[:2]
    looked = max(plan(manifest.size, manifest.pad, height, width).inner)
    side = min(looked, MOST_GRID, max(height, width))
    if manifest.region != "picture" or side <= max(seen.alpha.shape):
        return seen.alpha.shape[0], seen.alpha.shape[1]
    scale = side / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _from_boxes(
    classes: Classes, boxes: tuple[Region, ...], display: Plane, seen: PeopleEvidence, manifest: Manifest
) -> Plane:
    """Each person's parts from a box of its own; what is outside all boxes stays as it was."""
    grid = (seen.alpha.shape[0], seen.alpha.shape[1])
    said, left = np.zeros_like(seen.parts), np.ones(grid, np.float32)
    for box in boxes:
        inside = box.inside(grid)
        rows, columns = inside.rows, inside.columns
        mine = seen.people[box.person][rows, columns]
        found = inside.of(classes(box.cut(display), inside.box))
        said[:, rows, columns] += mine * in_our_parts(found, manifest, seen.parts[:, rows, columns])
        left[rows, columns] -= mine
    return np.asarray(said + np.maximum(left, 0) * seen.parts, np.float32)


def _classes_by(network: Asked, work: Work, tell: Tell) -> Classes:
    """How a network's classes are had, whatever runs it."""

    def by_runner(picture: Plane, size: tuple[int, int]) -> Plane:
        spot, _ = network.runner(work.threads, work.device).infer(picture, report=tell, check=work.check)
        return _said(spot, size)

    def by_m2fp(picture: Plane, size: tuple[int, int]) -> Plane:
        _, found = _m2fp(network, picture, 1, size, work, tell)
        return _shares(found, np.clip(1 - found.classes[0], 0, 1))

    return by_m2fp if network.manifest.native == M2FP_WORD else by_runner


def _said(spot: Answer, size: tuple[int, int]) -> Plane:
    found = spot.classes_at(size)
    if found is not None:
        return found
    cover = spot.alpha_at(size)
    if cover is None or len(spot.manifest.class_names) != 2:
        raise SettingsError(
            f"{spot.manifest.title} ({spot.manifest.id}) gives no classes: choose another Parts model."
        )
    return np.stack([1 - cover, cover])


def _known(manifest: Manifest) -> tuple[int, ...]:
    names = {name for parts in manifest.class_parts for name in parts} - {"background"}
    return tuple(sorted(INDEX[name] for name in names))


def _m2fp(
    network: Asked, picture: Plane, people: int, size: tuple[int, int], work: Work, tell: Tell
) -> tuple[M2FP, M2FPPrediction]:
    """M2FP's look, on the CPU where the GPU has too little memory."""
    import torch

    from ..m2fp.model import M2FP

    def on(device: str) -> tuple[M2FP, M2FPPrediction]:
        key = ("native", str(network.path), device)
        with sessions.using(key, lambda: M2FP(network.path, device), work.check) as net:
            torch.set_num_threads(work.threads)
            work.check()
            return net, net.observe(picture, people=people, size=size)

    rungs = ladder(device_of(network.manifest, work.device))
    return descend(network.manifest.title, rungs, lambda rung: on(rung.device), tell)


def _shares(found: M2FPPrediction, cover: Plane) -> Plane:
    """M2FP's classes in the order of their label set, summing to 1 with the background outside *cover*."""
    shares = found.shares() * cover
    table = list(LABEL_SETS[found.kind])
    made = np.zeros((len(table), *cover.shape), np.float32)
    made[[table.index(label) for label in found.labels]] = shares
    made[table.index("background")] = np.clip(1 - shares[1:].sum(0), 0, 1)
    return made


def _by_m2fp(
    network: Asked, display: Plane, seen: PeopleEvidence, people: int, work: Work, tell: Tell
) -> PeopleEvidence:
    """Parts and people of the multi-person kind."""
    from ..m2fp.people import to_evidence

    height, width = display.shape[:2]
    scale = min(1.0, MOST_GRID / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    net, found = _m2fp(network, display, people, size, work, tell)
    seen = on_grid(seen, size)
    if net.kind.many:
        said = to_evidence(found, seen)
        return dataclasses.replace(
            seen, parts=said.parts, people=said.people, heads=said.heads, outfits=None, recognised=None
        )
    classes = _shares(found, np.clip(1 - found.classes[0], 0, 1))
    told = dataclasses.replace(network.manifest.classes, set=found.kind, labels=(), parts={})
    parts = in_our_parts(classes, dataclasses.replace(network.manifest, classes=told), seen.parts)
    return dataclasses.replace(seen, parts=parts)
