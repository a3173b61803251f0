"""What the engine makes of one frame."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from ..frame import Pixels


@dataclass(slots=True, eq=False)
class Mattes:
    """What the engine makes of one frame; float32, top row first.

    Attributes:
        alpha: H×W, the subject's coverage in 0..1.
        foreground: H×W×3, unmixed, despilled, not premultiplied, in the output's encoding.
        screen: H×W, the matte of the screen keyer before shaping.
        spill: H×W, share of the screen's colour that despill took off, in 0..1.
        core, garbage, hint: H×W, the mattes that came in (zero where none was given).
        people: one matte a person; empty until the people network exists.
        parts: label → matte; empty until the parts network exists.
        messages: doubts about the frame, as sentences.
    """

    alpha: Pixels
    foreground: Pixels
    screen: Pixels
    spill: Pixels
    core: Pixels
    garbage: Pixels
    hint: Pixels
    people: list[Pixels] = field(default_factory=list)
    parts: dict[str, Pixels] = field(default_factory=dict)
    messages: tuple[str, ...] = ()

    def named(self, name: str) -> Pixels:
        """The matte that a menu of packed channels calls *name* (``none`` is zero)."""
        if name == "none":
            return np.zeros_like(self.alpha)
        return np.asarray(getattr(self, name), np.float32)

    def cropped(self, rows: slice, columns: slice) -> Mattes:
        """A window of everything (views, no copies)."""
        cut = {
            name: getattr(self, name)[rows, columns]
            for name in ("alpha", "foreground", "screen", "spill", "core", "garbage", "hint")
        }
        return dataclasses.replace(self, **cut)
