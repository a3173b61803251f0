"""The last word on the matte's edge, where an edge engine is asked, and the colours that go with it."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..nets import engines
from ..nets.engine_ask import Frames
from ..nets.engines import Sight
from ..ops.filters import shrink
from ..people import colours
from ..settings import Settings
from . import subject
from .job import Job
from .look import Evidence, Key, surface_rows
from .plate import Plate

_FAINT = 0.004
_GRAIN = 0.03


def finish(
    plate: Plate,
    evidence: Evidence,
    key: Key,
    sight: Sight | None,
    settings: Settings,
    job: Job,
    frames: Frames | None = None,
) -> tuple[Key, tuple[str, ...]]:
    """The key with an edge engine's matte, and sentences for the status.

    Args:
        key: the matte so far, keyed or seen.
        sight: what was seen of the people; None where nobody was looked for.
        frames: the frames around this one, for a network that remembers.

    Raises:
        SettingsError, SetupError, OutOfMemory: with a sentence that names the network.
    """
    asked = engines.chosen(settings)
    if asked.edge == engines.OWN:
        return key, ()
    shown = subject.shown(plate, settings, job)
    matte, told = engines.finish(
        shown, key.matte, asked, sight, threads=job.threads, frames=frames, check=job.check
    )
    if matte is key.matte:
        return key, told
    job.check()
    edge = np.flatnonzero((matte > _FAINT) & (matte < 1 - _FAINT))
    made = unmixed(plate, evidence, matte, edge)
    return dataclasses.replace(key, matte=matte, edge=edge, colour=made), told


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
