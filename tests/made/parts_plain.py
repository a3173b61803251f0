"""What the compiled loops of parts and windows compute, in plain NumPy: the law they are held against."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]

_TINY = np.float32(1e-9)


def harden(shares: Pixels, powered: bool) -> Pixels:
    """Shares n×N, decided; every sum goes through the parts in their order."""
    made = shares / np.maximum(shares.max(0), _TINY)
    if powered:
        made[made < np.float32(1e-6)] = 0
        made *= made * made
        made *= made
    total = np.zeros(shares.shape[1], np.float32)
    for plane in made:
        total += plane
    return np.asarray(made / np.maximum(total, _TINY), np.float32)


def vote(
    shares: Pixels,
    rows: npt.NDArray[np.int32],
    powered: bool,
    near: Pixels,
    limits: tuple[float, float],
    open_: int,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Some rows of shares in 255ths, and which of them a pixel surely is."""
    sure = np.full(near.shape, open_, np.uint8)
    for row, hard in zip(rows, harden(shares[rows], powered), strict=True):
        sure[(hard >= np.float32(limits[1])) & (near > np.float32(limits[0]))] = row
    return np.rint(shares[rows] * np.float32(255)).astype(np.uint8), sure


def ramp(
    lines: Pixels, which: list[int], bright: Pixels, units: Pixels | None, floor: float, power: int
) -> Pixels:
    """Shares of some parts over a whole plate, added up, by OpenCV's own look-up."""
    places = []
    for size, cells in zip(bright.shape, lines.shape[1:3], strict=True):
        places.append(np.asarray((np.arange(size) + 0.5) * (cells / size) - 0.5, np.float32))
    y, x = (np.asarray(at, np.float32) for at in np.meshgrid(*places, indexing="ij"))
    made = np.zeros_like(bright)
    for k in which:
        grown = cv2.remap(lines[k], x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        one = grown[..., 0] * bright + grown[..., 1] - np.float32(floor)
        one = np.clip(one, 0, np.float32(1) - np.float32(floor)) ** np.float32(power)
        made += one if units is None else one * units
    return made


Ends = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


def extremes(
    values: npt.NDArray[Any], rows: Ends, columns: Ends
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The least and the greatest value of windows of a plane."""
    windows = [[values[a:b, c:d] for c, d in zip(*columns, strict=True)] for a, b in zip(*rows, strict=True)]
    low, high = ([[of(one) for one in row] for row in windows] for of in (np.min, np.max))
    return np.array(low, values.dtype), np.array(high, values.dtype)


def along(own: Pixels, others: list[tuple[Pixels, Pixels]]) -> tuple[Pixels, Pixels, Pixels]:
    """Mean and standard deviation of planes along a window, and the weight of all."""
    total, first, second = np.ones(own.shape[-2:], np.float32), own.copy(), np.square(own)
    for planes, weight in others:
        part = planes * weight
        first += part
        part *= planes
        second += part
        total += weight
    first, second = first / total, second / total
    return first, np.sqrt(np.maximum(second - np.square(first), 0)), total


Limits = tuple[tuple[float, float], ...]


def drawn(own: Pixels, said: tuple[Pixels, Pixels, Pixels], limits: Limits, tiny: float = 1e-6) -> Pixels:
    """A mean along a window (`along`) drawn to what enough frames say where they disagree outright."""
    mean, spread, total = said
    (low, span), alone, enough, divided = ([np.float32(end) for end in pair] for pair in limits)
    left = np.maximum(total - 1, np.float32(tiny))
    theirs = (mean * total - own) / left
    square = ((np.square(spread) + np.square(mean)) * total - np.square(own)) / left
    apart = np.sqrt(np.maximum(square - np.square(theirs), 0))
    united = (1 - np.clip((apart - low) / span, 0, 1)) * np.clip(
        (np.abs(theirs - np.float32(0.5)) - alone[0]) / alone[1], 0, 1
    )
    united *= np.clip(total - 2, 0, 1)
    part = np.clip((mean - divided[0]) / divided[1] + np.float32(0.5), 0, 1)
    firm = np.clip((mean - enough[0]) / enough[1] + np.float32(0.5), 0, 1)
    gross = np.clip((spread - low) / span, 0, 1)
    return np.asarray(np.where(gross > 0, mean + gross * ((part + united * (firm - part)) - mean), mean))


def rests(own: Pixels, mean: Pixels, limits: tuple[float, float, float, float]) -> Pixels:
    """A mean without rests."""
    low, span, clear, full = (np.float32(limit) for limit in limits)

    def beyond(value: Pixels) -> Pixels:
        return np.asarray(np.clip((value - low) / span, 0, 1), np.float32)

    mean = np.clip(mean, 0, 1)
    gone = 1 - mean
    faded = np.maximum(mean * beyond(mean), np.minimum(own, mean))
    filled = np.minimum(1 - gone * beyond(gone), np.maximum(own, mean))
    return np.asarray(np.where(own <= clear, faded, np.where(own >= full, filled, mean)), np.float32)


def hear(codes: npt.NDArray[np.uint8], x: Pixels, y: Pixels, weight: Pixels) -> Pixels:
    """What codes n×h×w say at N places, by OpenCV's own look-up."""
    edge = cv2.BORDER_REPLICATE
    said = [
        cv2.remap(one.astype(np.float32), x[None], y[None], cv2.INTER_LINEAR, borderMode=edge)
        for one in codes
    ]
    return np.asarray([one[0] * weight for one in said], np.float32)


def fit(
    colours: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], rounds: int, floor: float, count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Means and shares of a mixture of colours N×3, from Gaussians at its first colours on."""
    means, shares = colours[:count].copy(), np.full(count, 1 / count)
    covers = np.repeat(np.cov(colours.T)[None], count, 0)
    for _ in range(rounds):
        away = colours[:, None] - means
        inverse, volume = np.linalg.inv(covers), np.linalg.det(covers)
        logs = np.log(shares / np.sqrt(volume)) - 0.5 * np.einsum("nki,kij,nkj->nk", away, inverse, away)
        share = np.exp(logs - logs.max(1, keepdims=True))
        share *= (weights / share.sum(1))[:, None]
        shares = share.sum(0) + 1e-4
        means = share.T @ colours / shares[:, None]
        # of the squares as they are, as a Gaussian of next to nothing has its mean near 0
        whole = np.einsum("nk,ni,nj->kij", share, colours, colours)
        sums = share.T @ colours
        off = np.einsum("ki,kj->kij", means, sums)
        within = whole - off - off.swapaxes(1, 2) + np.einsum("k,ki,kj->kij", shares - 1e-4, means, means)
        covers = within / shares[:, None, None] + floor * np.eye(3)
        shares /= shares.sum()
    return means, shares
