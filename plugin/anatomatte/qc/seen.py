"""A frame as the checks see it: everything on one grid, small, the same for every size of plate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..decision import Decision
from ..frame import Pixels
from ..ops.filters import Mask

SIDE = 640
"""Longest side of the grid: a thing of 1/640 of the picture is a pixel, whatever the plate's size."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame on a grid h×w; float32 in 0..1 and finite.

    Attributes:
        picture: h×w×3, display-referred.
        alpha: h×w, the matte that leaves the node.
        decision: whether there is a screen; None where that is not known.
        key: h×w, the screen keyer's own matte; None where there is no screen.
        backing: h×w, how much the picture is of the screen's own colour; None where there is no screen.
        cover: h×w, coverage by people and what they hold, as the networks say; None where none was asked.
        wanted: h×w, *cover* of what the alpha should hold: the chosen people and parts.
        second: h×w, coverage as another network says; None where there is none.
        people: K×h×w, whose a pixel is.
        chosen: the people whom the alpha holds.
        ruled: whether a rule chose them, not the artist.
        heads: K×3, x and y as shares, and score.
        bodies: n×13, as `people.detections` gives them; None where no detector ran.
        recognised: how sure it is that there is somebody, in 0..1; None where nothing was asked that says so.
        skulls: h×w, how much a pixel is of a head (hair, hat, face), as the networks say; None where none was
            asked, or nobody asks who is who.
        faces: h×w, the same of a face alone.
        parts: part → h×w, matte of a part over all people; None where nobody asks for parts.
        forced: h×w, where mattes that came in decide, or a hand that mended it; nothing is judged there.
        softened: pixels of the grid by which the artist blurs the matte.
    """

    picture: Pixels
    alpha: Pixels
    decision: Decision | None = None
    key: Pixels | None = None
    backing: Pixels | None = None
    cover: Pixels | None = None
    wanted: Pixels | None = None
    second: Pixels | None = None
    people: Pixels | None = None
    chosen: tuple[int, ...] = ()
    ruled: bool = False
    heads: Pixels | None = None
    bodies: Pixels | None = None
    recognised: float | None = None
    skulls: Pixels | None = None
    faces: Pixels | None = None
    parts: dict[str, Pixels] | None = None
    forced: Mask | None = None
    softened: float = 0.0

    @property
    def screen(self) -> bool:
        """Whether the frame has a screen."""
        return self.decision is not None and self.decision.screen

    @property
    def free(self) -> Mask:
        """h×w, where nothing is forced."""
        return np.ones(self.alpha.shape, np.bool_) if self.forced is None else ~self.forced

    @property
    def subject(self) -> float:
        """Pixels of the grid that the matte covers, together."""
        return float(self.alpha.sum())


def grid_of(height: int, width: int) -> tuple[int, int]:
    """Height and width of the grid for a plate."""
    scale = min(1.0, SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The frame before or behind, brought into this one along the flow.

    Attributes:
        step: -1 before, 1 behind.
        alpha: h×w, its matte as it should lie here.
        valid: h×w, 0..1, where that is known: no occlusion, no change of light, inside of the frame.
        people: K×h×w, mattes of its people as they should lie here, by its own numbers.
        areas: part → share of the frame's area in the frame itself.
        decision: its decision on a screen.
    """

    step: int
    alpha: Pixels
    valid: Pixels
    people: Pixels | None = None
    areas: dict[str, float] | None = None
    decision: Decision | None = None

    @property
    def same_shot(self) -> bool:
        """Whether enough of it is found again here: it is not behind a cut."""
        return float(self.valid.mean()) > 0.3
