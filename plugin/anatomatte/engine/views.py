"""Views for the artist: what the key made of the plate, instead of the key itself."""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from ..keyer.key import Key, surface_rows
from ..ops import colour
from ..ops.filters import EDGE, disc
from ..ops.strips import each
from .evidence import Evidence
from .mattes import Mattes
from .task import Task

VIEWS = ("status", "spill", "edge", "screen", "cleanplate")
"""Outputs that are pictures of the key."""

_THIN, _DIRT, _SPILL = (1.0, 0.25, 0.2), (0.25, 0.4, 1.0), (0.35, 0.9, 0.35)


def status(mattes: Mattes) -> Pixels:
    """H×W×3: white subject, black screen, grey edge; problems away from the edge have colours.

    Red: the subject lets a little through.  Blue: a little is left on the screen.  Green: the
    subject is solid and spill came off it.
    """
    alpha = mattes.alpha
    shown = np.repeat(alpha[..., None], 3, 2)
    soft = ((alpha > 0.1) & (alpha < 0.9)).astype(np.uint8)
    reach = max(1, round(max(alpha.shape) / 480))
    away = cv2.dilate(soft, disc(reach), borderType=EDGE) == 0
    problems = (
        (away & (alpha >= 0.5) & (alpha < 0.995), _THIN),
        (away & (alpha < 0.5) & (alpha > 0.002), _DIRT),
        ((alpha >= 0.995) & (mattes.spill > 0.03), _SPILL),
    )
    for where, tint in problems:
        shown[where] = (0.35 + 0.65 * alpha[where, None]) * np.array(tint, np.float32)
    return shown


def edge(mattes: Mattes) -> Pixels:
    """H×W×4: the foreground in the edge alone, premultiplied by how much of an edge it is."""
    band = np.minimum(4 * mattes.alpha * (1 - mattes.alpha), 1)[..., None]
    return np.concatenate([mattes.foreground * band, band], 2)


def screen(task: Task, evidence: Evidence, key: Key) -> Pixels | None:
    """H×W×3 for the views of the screen, in the output's encoding; None for the other outputs.

    ``screen`` is the model of the screen that the key was measured against; ``cleanplate`` is the
    plate wherever it shows the screen, and the model behind the subject.  Black without a screen.
    """
    plate, settings = task.plate, task.settings
    if settings.output not in ("screen", "cleanplate"):
        return None
    height, width = plate.light.shape[:2]
    made, model = np.zeros((height, width, 3), np.float32), evidence.screen.screen
    if model is None:
        return made
    target = plate.curve if settings.output_colour == "input" else settings.output_colour
    reach = max(2, round(max(height, width) / 320))

    def strip(y1: int, y2: int) -> None:
        surface = surface_rows(plate, model, y1, y2)
        if settings.output == "cleanplate":
            top, bottom = max(0, y1 - reach), min(height, y2 + reach)
            covered = (key.matte[top:bottom] > 0.002).astype(np.uint8)
            hidden = cv2.dilate(covered, disc(reach))[y1 - top : y1 - top + y2 - y1] > 0
            surface = np.where(hidden[..., None], surface, plate.light[y1:y2])
        made[y1:y2] = colour.encode(target, np.asarray(surface, np.float32))

    each(height, strip, task.work.threads, task.work.check)
    return made
