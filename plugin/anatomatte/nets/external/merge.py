"""What other networks say, laid over what our own network has seen, with the laws of the mattes kept."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ...parts import INDEX, PARTS
from ...people.evidence import PeopleEvidence, Plane
from ..runtime.sizes import resized

_LEAST_PERSON = 0.002
_BACKGROUND, _HELD = INDEX["background"], INDEX["held"]


def lawful(seen: PeopleEvidence) -> PeopleEvidence:
    """The same evidence with every law kept, whatever was laid over it.

    Coverage in 0..1 with alpha + held ≤ 1, parts that sum to 1, shares of people that sum to 1 at
    most; all finite.  Coverage with nobody in it becomes one person's, as soon as it is enough to be one.
    """
    alpha, held, parts, people = (
        np.nan_to_num(np.asarray(plane, np.float32), nan=0.0, posinf=1.0, neginf=0.0)
        for plane in (seen.alpha, seen.held, seen.parts, seen.people)
    )
    alpha = np.clip(alpha, 0, 1)
    held = np.minimum(np.clip(held, 0, 1), 1 - alpha)
    parts = np.clip(parts, 0, 1)
    parts[_BACKGROUND] += parts.sum(0) <= 1e-6
    parts = parts / parts.sum(0)
    people, heads = shared(np.clip(people, 0, 1), alpha, seen.heads)
    main = seen.main if seen.main is not None and len(seen.main) == len(people) else None
    outfits = seen.outfits if seen.outfits is not None and len(seen.outfits) == len(people) else None
    parts = np.asarray(parts, np.float32)
    return PeopleEvidence(
        alpha, held, parts, people, heads, main, seen.found, seen.bodies, outfits, recognised=seen.recognised
    )


def shared(people: Plane, alpha: Plane, heads: Plane) -> tuple[Plane, Plane]:
    """Shares (K, h, w) that sum to 1 at most, and their heads; what is left over is nobody's."""
    if len(people):
        total = np.maximum(people.sum(0), 1)
        return np.asarray(people / total, np.float32), np.asarray(heads, np.float32)
    if float((alpha > 0.5).mean()) < _LEAST_PERSON:
        return np.zeros((0, *alpha.shape), np.float32), np.zeros((0, 3), np.float32)
    return np.ones((1, *alpha.shape), np.float32), np.array([head_of(alpha)], np.float32)


def shares_of(people: Plane) -> Plane:
    """Coverage by each person (K, h, w) as shares: whose a covered pixel is, a little beyond its edge too."""
    if not len(people):
        return people
    reach = max(1.0, 0.01 * max(people.shape[1:]))
    near = np.stack([cv2.GaussianBlur(plane, (0, 0), reach) for plane in people])
    total = near.sum(0)
    return np.asarray(near / np.maximum(total, np.float32(1e-6)) * (total > 1e-3), np.float32)


def head_of(cover: Plane) -> tuple[float, float, float]:
    """Where a person's head may be: the middle of the upper seventh; x and y as shares, and a score."""
    rows, columns = np.nonzero(cover > 0.5 * max(float(cover.max(initial=0)), 0.02))
    if not len(rows):
        return 0.5, 0.5, 0.0
    upper = rows <= rows[0] + max(1, (rows[-1] - rows[0]) // 7)
    height, width = cover.shape
    score = float(np.clip(cover[rows, columns].mean(), 0, 1))
    return float((columns[upper].mean() + 0.5) / width), float((rows[upper].mean() + 0.5) / height), score


def on_grid(seen: PeopleEvidence, size: tuple[int, int]) -> PeopleEvidence:
    """The same evidence at another size (height, width)."""
    if seen.alpha.shape == seen.parts.shape[1:] == size:
        return seen

    def at(planes: Plane) -> Plane:
        if not len(planes):
            return np.zeros((0, *size), np.float32)
        turned = np.ascontiguousarray(planes.transpose(1, 2, 0))
        return np.ascontiguousarray(resized(turned, size, "bilinear", antialias=False).transpose(2, 0, 1))

    alpha, held = (resized(plane, size, "bilinear", antialias=False) for plane in (seen.alpha, seen.held))
    return replace(seen, alpha=alpha, held=held, parts=at(seen.parts), people=at(seen.people))


def only_known(new: Plane, old: Plane, known: tuple[int, ...]) -> Plane:
    """Parts (parts, h, w) of a network that knows a few of them only, laid over all of ours."""
    made = old.copy()
    made[list(known)] = 0
    rest = made.sum(0)
    made[_BACKGROUND] += rest <= 1e-6
    sure = np.clip(new[list(known)].sum(0), 0, 1)
    made *= (1 - sure) / np.maximum(made.sum(0), np.float32(1e-6))
    made[list(known)] += new[list(known)]
    return np.asarray(made, np.float32)


def person_cover(parts: Plane) -> Plane:
    """Coverage (h, w) by people without what they hold, from parts (parts, h, w) that sum to 1."""
    assert len(parts) == len(PARTS)
    return np.asarray(np.clip(1 - parts[_BACKGROUND] - parts[_HELD], 0, 1), np.float32)
