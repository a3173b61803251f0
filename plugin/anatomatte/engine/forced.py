"""Mattes that come in and force the alpha."""

from __future__ import annotations

import numpy as np

from .. import buffers
from ..frame import Pixels
from ..plate import Plate
from ..settings import Settings


def forcing(plate: Plate, settings: Settings) -> tuple[Pixels, Pixels]:
    """The core matte (with the source's alpha when that is added) and the garbage matte."""
    zero = buffers.zeros(plate.light.shape[:2])
    core = zero if plate.inm is None else plate.inm
    if plate.alpha is not None and settings.source_alpha == "add":
        core = np.maximum(core, plate.alpha)
    return core, zero if plate.outm is None else plate.outm
