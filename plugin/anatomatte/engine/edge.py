"""The last word on the matte's edge, where an edge model is asked, and the colours that go with it."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..keyer.key import Evidence, Key, surface_rows
from ..nets.external import choose
from ..nets.external.alpha_edge import Frames
from ..nets.external.choose import Sight
from ..ops import display
from ..ops.filters import shrink
from ..people import colours
from ..plate import Plate
from ..settings import Settings
from ..work import Job
from . import subject

_FAINT = 0.004
_GRAIN = 0.03
_SOLID = 0.1  # of a matte: from here to 1 a network's colour gives way to the plate's


def finish(
    plate: Plate,
    evidence: Evidence,
    key: Key,
    sight: Sight | None,
    settings: Settings,
    job: Job,
    frames: Frames | None = None,
) -> tuple[Key, tuple[str, ...]]:
    """The key with an edge model's matte, and sentences for the status.

    Args:
        key: the matte so far, keyed or seen.
        sight: what was seen of the people; None where nobody was looked for.
        frames: the frames around this one, for a network that remembers.

    Raises:
        SettingsError, SetupError, OutOfMemory: with a sentence that names the network.
    """
    asked = choose.chosen(settings)
    if asked.edge == choose.OWN:
        return key, ()
    shown = subject.shown(plate, settings, job)
    found = choose.finish(shown, key.matte, asked, sight, threads=job.threads, frames=frames, check=job.check)
    matte, told = found.matte, found.told
    if matte is key.matte:
        return key, told
    job.check()
    edge = np.flatnonzero((matte > _FAINT) & (matte < 1 - _FAINT))
    made = unmixed(plate, evidence, matte, edge)
    if found.colour is not None and found.trust is not None:
        given = _given(found.colour, found.trust, matte, edge)
        light = display.revealed(given.colour, plate.light, settings.net_exposure, settings.net_gamma)
        made = made + given.share[:, None] * (light - made)
    return dataclasses.replace(key, matte=matte, edge=edge, colour=made), told


class _Given(NamedTuple):
    """Colours of a network in the edge's pixels (N×3, as it was shown them), and how much they count (N)."""

    colour: Pixels
    share: Pixels


def _given(colour: Pixels, trust: Pixels, matte: Pixels, edge: npt.NDArray[np.intp]) -> _Given:
    """What a network says of the edge's pixels; where they are nearly solid the plate knows better: it has
    the grain, and the light above white."""
    size = (matte.shape[1], matte.shape[0])
    there, counts = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)
        for plane in (colour, trust)
    )
    solid = np.clip((1 - matte.ravel()[edge]) / np.float32(_SOLID), 0, 1)
    return _Given(there.reshape(-1, 3)[edge], np.clip(counts.ravel()[edge], 0, 1) * solid)


def unmixed(plate: Plate, evidence: Evidence, matte: Pixels, edge: npt.NDArray[np.intp]) -> Pixels:
    """The subject's own light (N×3) in pixels *edge* (N, flat) of a matte that is known.

    C = αF + (1−α)B with Gaussian F and B: what the means leave over is shared out by what may vary.
    Before a screen B is the screen.
    """
    height, width = matte.shape
    if not len(edge):
        return np.empty((0, 3), np.float32)
    scale = min(1.0, colours.CELLS / max(height, width))
    cover = shrink(matte, max(1, round(height * scale)), max(1, round(width * scale)))
    sides = colours.sides(plate.light, cover)
    y, x = np.divmod(edge, width)
    seen = plate.light[y, x]
    shown = colours.opponent(seen, sides.level)
    fields = sides.at(y, x, (height, width))
    inside, spread_in, outside, spread_out = (fields[k : k + 3] for k in (0, 3, 6, 9))
    noise = np.square(np.float32(_GRAIN) * (np.abs(shown[0]) + np.float32(0.3)))
    if evidence.screen is not None:
        screen = surface_rows(plate, evidence.screen, 0, height)[y, x]
        outside, spread_out = colours.opponent(screen, sides.level), np.zeros_like(spread_out)
    share = matte.ravel()[edge]
    rest = 1 - share
    left = shown - share * inside - rest * outside
    own = share * (spread_in + noise)
    own = own / (share * own + rest * rest * (spread_out + noise))
    found = colours.light(np.asarray(inside + own * left, np.float32), sides.level)
    return np.asarray(np.maximum(found, 0) + (seen - colours.light(shown, sides.level)), np.float32)
