"""M2FP's prediction as evidence of people: our parts, and the instances.

M2FP's labels are coarser than ours here and there: a label's arm takes in the hand, its socks have
no side. Such a label is shared among our parts by other evidence of the picture (that of the
people network, say); without one, evenly.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ...parts import INDEX, LABEL_SETS, PARTS, weighers
from ...people.evidence import PeopleEvidence
from ..external.merge import head_of, shares_of
from .model import M2FPPrediction
from .post import LEAST_PERSON

Plane = NDArray[np.float32]

_SOME = 0.1
"""Where the classes together are less probable than this, what is missing is the part `other`."""

_HEAD = ("hat", "hair", "face", "glasses")


def to_evidence(prediction: M2FPPrediction, prior: PeopleEvidence | None = None) -> PeopleEvidence:
    """`prediction` in the people network's terms, at the same size.

    Args:
        prediction: of M2FP.
        prior: other evidence of the same picture, of any size, that tells labels of several parts
            apart and shows what is held, which M2FP does not know.

    Returns:
        Alpha is what the people cover; where parts were seen and nobody to wear them, the parts'.
        Whose a pixel is goes a little beyond the people's edges, and not further.
    """
    high, wide = prediction.ids.shape
    guide = None if prior is None else _sized(prior.parts, high, wide)
    parts = _parts(prediction, guide)
    alpha = (
        np.minimum(prediction.people.sum(0), 1) if len(prediction.people) else prediction.classes[1:].max(0)
    )
    people = shares_of(prediction.people)
    if not len(people) and float((alpha > 0.5).mean()) > LEAST_PERSON:
        people = np.ones((1, high, wide), np.float32)
    held = np.zeros_like(alpha)
    if prior is not None:
        held = np.minimum(_sized(prior.held[None], high, wide)[0], 1 - alpha)
    parts *= alpha
    parts[INDEX["held"]] = held
    parts[INDEX["background"]] = np.maximum(1 - alpha - held, 0)
    parts /= parts.sum(0)
    return PeopleEvidence(alpha, held, parts, people, _heads(parts, people * alpha, prediction.scores))


def _sized(planes: Plane, high: int, wide: int) -> Plane:
    """(n, h, w) at another size."""
    if planes.shape[1:] == (high, wide):
        return planes
    return np.stack([cv2.resize(p, (wide, high), interpolation=cv2.INTER_LINEAR) for p in planes])


def _parts(prediction: M2FPPrediction, guide: Plane | None) -> Plane:
    """(parts, h, w) which part a person's pixel is: 0 for background and held, summing to 1."""
    table: Mapping[str, tuple[str, ...]] = LABEL_SETS[prediction.kind]
    out = np.zeros((len(PARTS), *prediction.ids.shape), np.float32)
    for label, plane in zip(prediction.labels[1:], prediction.classes[1:], strict=True):
        ours = [INDEX[name] for name in table[label]]
        if not prediction.class_scores[prediction.labels.index(label)]:
            continue
        for part, share in zip(ours, _split(table[label], guide), strict=True):
            out[part] += share * plane
    total = out.sum(0)
    out /= np.maximum(total, _SOME)
    out[INDEX["other"]] += np.maximum(1 - total / _SOME, 0)
    return out


def _split(names: tuple[str, ...], guide: Plane | None) -> list[Plane | float]:
    """How much of a label each of its parts gets, summing to 1."""
    if len(names) == 1 or guide is None:
        return [1 / len(names)] * len(names)
    weight = np.stack([guide[list(speak)].sum(0) for speak in weighers(names)]) + np.float32(1e-4)
    return list(weight / weight.sum(0))


def _heads(parts: Plane, mine: Plane, scores: Plane) -> Plane:
    """(K, 3): middle of each one's head, or of the upper end of somebody without one, as shares; a score."""
    head = parts[[INDEX[name] for name in _HEAD]].sum(0)
    high, wide = head.shape
    x, y = (np.arange(wide) + 0.5) / wide, (np.arange(high) + 0.5) / high
    found = []
    for k, plane in enumerate(mine):
        across, down, score = head_of(plane)
        weight = plane * head
        total = float(weight.sum())
        if total > 1e-3 * float(plane.sum()):
            across, down = float(weight.sum(0) @ x) / total, float(weight.sum(1) @ y) / total
        found.append((across, down, float(scores[k]) if k < len(scores) else score))
    return np.asarray(found, np.float32).reshape(-1, 3)
