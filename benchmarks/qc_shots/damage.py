"""Damage as it happens to mattes, put into known frames.

*deep* damage is in what the networks say too, so that nothing in the frame contradicts it but the picture;
else only the matte is hurt.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.decision import Decision
from anatomatte.qc.seen import Seen

Pixels = npt.NDArray[np.float32]
Damage = Callable[[Seen, np.random.Generator, bool], Seen | None]
"""A frame, chance, whether it is deep → the damaged frame; None where there is nothing to hurt."""


def _times(seen: Seen, factor: Pixels, deep: bool) -> Seen:
    """The matte times *factor* h×w, and with it what the networks say."""
    made = dataclasses.replace(seen, alpha=seen.alpha * factor, parts=_parts(seen, factor))
    if not deep or seen.cover is None:
        return made
    return dataclasses.replace(
        made,
        **{
            name: None if plane is None else np.asarray(plane * factor, np.float32)
            for name, plane in (("cover", seen.cover), ("wanted", seen.wanted), ("second", seen.second))
        },
    )


def _parts(seen: Seen, factor: Pixels) -> dict[str, Pixels] | None:
    return None if seen.parts is None else {name: plane * factor for name, plane in seen.parts.items()}


def _size(seen: Seen) -> float:
    return float(np.sqrt((seen.alpha > 0.5).sum()))


def _blob(shape: tuple[int, ...], x: float, y: float, radius: float, chance: np.random.Generator) -> Pixels:
    """An uneven disc with a soft rim."""
    mask = np.zeros(shape[:2], np.uint8)
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wave = 1 + sum(chance.normal() * 0.25 / k * np.cos(k * turn + chance.uniform(0, 6.3)) for k in (2, 3, 4))
    points = np.stack([x + radius * wave * np.cos(turn), y + radius * wave * np.sin(turn)], -1)
    cv2.fillPoly(mask, [points.round().astype(np.int32)], 255)
    return cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.float32) / 255


def _within(mask: npt.NDArray[np.bool_], chance: np.random.Generator) -> tuple[float, float] | None:
    found = np.argwhere(mask)
    if not len(found):
        return None
    y, x = found[chance.integers(len(found))]
    return float(x), float(y)


def holes(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """One to three holes of 4 to 9 % of the subject's size, well inside."""
    size, factor = _size(seen), np.ones(seen.alpha.shape, np.float32)
    inside = cv2.distanceTransform((seen.alpha > 0.95).astype(np.uint8), cv2.DIST_L2, 5)
    for _ in range(int(chance.integers(1, 4))):
        radius = max(2.0, size * chance.uniform(0.04, 0.09))
        at = _within(inside > 1.4 * radius, chance)
        if at is not None:
            factor *= 1 - chance.uniform(0.6, 1) * _blob(factor.shape, *at, radius, chance)
    return _times(seen, factor, deep) if factor.min() < 0.6 else None


def islands(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """Two to four blobs of 4 to 10 % of the subject's size, away from it."""
    if _size(seen) < 10:
        return None
    away = cv2.distanceTransform((seen.alpha < 0.05).astype(np.uint8), cv2.DIST_L2, 5)
    added = np.zeros(seen.alpha.shape, np.float32)
    for _ in range(int(chance.integers(2, 5))):
        radius = max(2.0, _size(seen) * chance.uniform(0.04, 0.10))
        at = _within(away > radius + 0.06 * max(seen.alpha.shape), chance)
        if at is not None:
            added = np.maximum(added, chance.uniform(0.7, 1) * _blob(added.shape, *at, radius, chance))
    return _with(seen, added, deep) if added.max() > 0.5 else None


def _with(seen: Seen, added: Pixels, deep: bool) -> Seen:
    """The matte, and with it what the networks say, at least as high as *added*."""
    made = dataclasses.replace(seen, alpha=np.maximum(seen.alpha, added))
    if not deep or seen.cover is None or seen.wanted is None:
        return made
    second = None if seen.second is None else np.maximum(seen.second, added)
    return dataclasses.replace(
        made, cover=np.maximum(seen.cover, added), wanted=np.maximum(seen.wanted, added), second=second
    )


def flicker(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """An edge that wanders by about 1 % of the picture, in and out."""
    if _size(seen) < 20:
        return None
    height, width = seen.alpha.shape
    reach = max(height, width) * chance.uniform(0.008, 0.015)
    low = chance.standard_normal((2, height // 12 + 2, width // 12 + 2)).astype(np.float32)
    x, y = (cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC) * reach for plane in low)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    moved = cv2.remap(seen.alpha, columns + x, rows + y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return dataclasses.replace(seen, alpha=np.asarray(moved, np.float32))


def lost_limb(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """What lies beyond a cut through an outlying part of the subject is gone: 6 to 18 % of it."""
    mask = seen.alpha > 0.5
    points = np.argwhere(mask).astype(np.float32)
    if len(points) < 400:
        return None
    middle = points.mean(0)
    for _ in range(12):
        angle = chance.uniform(0, 2 * np.pi)
        along = (points - middle) @ np.array([np.sin(angle), np.cos(angle)], np.float32)
        share = chance.uniform(0.06, 0.18)
        limit = float(np.quantile(along, 1 - share))
        rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
        side = (rows - middle[0]) * np.sin(angle) + (columns - middle[1]) * np.cos(angle)
        beyond = np.clip(side - limit, 0, 1).astype(np.float32)
        if float((seen.alpha * beyond).sum()) > 0.05 * seen.subject:
            return _times(seen, 1 - beyond, deep)
    return None


def lost_person(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """Somebody has no matte any more: one of several, or the only one."""
    if seen.people is None or not len(seen.chosen):
        return None
    who = int(chance.choice(seen.chosen))
    if float((seen.alpha * seen.people[who]).sum()) < 0.004 * seen.alpha.size:
        return None
    made = _times(seen, 1 - np.clip(seen.people[who], 0, 1), deep)
    if not deep:
        return made
    kept = [k for k in range(len(seen.people)) if k != who]
    rest = tuple(range(len(kept))) if len(seen.chosen) > 1 else ()
    return dataclasses.replace(
        made, people=seen.people[kept], heads=None if seen.heads is None else seen.heads[kept], chosen=rest
    )


def collapsed(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """Most of the matte is gone in rags, as where a network loses its hold."""
    if _size(seen) < 20:
        return None
    height, width = seen.alpha.shape
    low = chance.standard_normal((height // 48 + 2, width // 48 + 2)).astype(np.float32)
    rags = cv2.resize(low, (width, height), interpolation=cv2.INTER_CUBIC)
    limit = float(np.quantile(rags[seen.alpha > 0.5], chance.uniform(0.55, 0.8)))
    return _times(seen, np.clip((rags - limit) * 4 + 0.5, 0, 1).astype(np.float32), deep)


def swapped(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """Two people have each other's number."""
    if seen.people is None or len(seen.people) < 2:
        return None
    sizes = [float((seen.alpha * plane).sum()) for plane in seen.people]
    one, other = np.argsort(sizes)[::-1][:2]
    if min(sizes[one], sizes[other]) < 0.002 * seen.alpha.size:
        return None
    order = list(range(len(seen.people)))
    order[one], order[other] = order[other], order[one]
    return dataclasses.replace(seen, people=seen.people[order])


def merged(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """The two largest people are taken for one; their alpha is right."""
    if seen.people is None or seen.heads is None or len(seen.people) < 2:
        return None
    sizes = [float((seen.alpha * plane).sum()) for plane in seen.people]
    one, other = np.argsort(sizes)[::-1][:2]
    if sizes[other] < 0.002 * seen.alpha.size or sizes[other] < 0.25 * sizes[one]:
        return None
    people = seen.people.copy()
    people[one] += people[other]
    kept = [k for k in range(len(people)) if k != other]
    chosen = tuple(at for at, k in enumerate(kept) if k in seen.chosen)
    return dataclasses.replace(seen, people=people[kept], heads=seen.heads[kept], chosen=chosen)


def residue(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """A veil over the screen, or a denser patch of it: wrinkles, a dark corner."""
    if seen.backing is None or (seen.backing > 0.5).mean() < 0.1:
        return None
    height, width = seen.alpha.shape
    if chance.random() < 0.5:
        veil = np.full((height, width), chance.uniform(0.03, 0.15), np.float32)
    else:
        at = _within((seen.backing > 0.5) & (seen.alpha < 0.05), chance)
        if at is None:
            return None
        radius = max(height, width) * chance.uniform(0.08, 0.2)
        veil = np.float32(chance.uniform(0.25, 0.6)) * _blob((height, width), *at, radius, chance)
    return dataclasses.replace(seen, alpha=np.maximum(seen.alpha, veil * seen.backing))


def flipped(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """The frame decides otherwise on its screen, and its matte with it."""
    if seen.decision is None:
        return None
    if seen.screen:
        return dataclasses.replace(
            seen,
            decision=Decision(0.2, "texture", seen.decision.colour, seen.decision.area),
            key=None,
            backing=None,
        )
    hue = (0.1, 0.5, 0.15)
    return dataclasses.replace(seen, decision=Decision(0.8, "screen", hue, 0.3))


def soft_parts(seen: Seen, chance: np.random.Generator, deep: bool) -> Seen | None:
    """A part of the subject that is half there: 12 to 25 % of its size across."""
    size = _size(seen)
    at = _within(seen.alpha > 0.95, chance)
    if size < 20 or at is None:
        return None
    patch = _blob(seen.alpha.shape, *at, size * chance.uniform(0.12, 0.25), chance)
    patch = cv2.GaussianBlur(patch, (0, 0), max(1.0, 0.02 * size))
    return _times(seen, (1 - chance.uniform(0.35, 0.6) * patch).astype(np.float32), deep)


DAMAGE: dict[str, Damage] = {
    "holes": holes, "islands": islands, "flicker": flicker, "lost_limb": lost_limb,
    "lost_person": lost_person, "collapsed": collapsed, "swapped": swapped, "residue": residue,
    "flipped": flipped, "soft_parts": soft_parts, "merged": merged,
}  # fmt: skip
"""Every damage by its name."""
LASTING = ("residue", "soft_parts", "merged")
"""Damage that lasts: the frames beside are hurt alike, so that they show nothing."""
