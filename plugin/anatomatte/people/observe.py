"""Multi-scale inference: the full frame, then crops around people who are small in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ..ops.filters import grow, shrink
from ..ops.strips import never
from .alignment import Square
from .crops import Window, corners, on_cells, windows
from .evidence import PeopleEvidence, Plane
from .figures import Figures, LargerInference, figures
from .instances import Prediction, find_heads
from .merge import Crop, MergedCrops
from .outfits import Reader, with_outfits

FAR = 2.0
"""One more inference at full frame has this many times the smallest size, if the plate has the pixels."""

_STRIDE = 32
_AREA = 0.64
_FINEST = 2.5


class PeopleNetwork(Protocol):
    """An ensemble that predicts people in pictures; `nets.graphs.people.PeopleGraphs` is one."""

    @property
    def long_sides(self) -> Sequence[int]:
        """Pixels of the longest side of the full frame for each network; the first one runs most often."""

    @property
    def variants(self) -> int:
        """Variants of inference: each network, and each on the mirrored picture (test-time augmentation)."""

    def infer(
        self, wanted: Sequence[tuple[Plane, int, int]], threads: int = 1, check: Callable[[], None] = never
    ) -> list[Prediction]:
        """A prediction for each picture, variant, and which published networks run too (`Request`)."""

    def parts(
        self, wanted: Sequence[tuple[Plane, bool]], threads: int = 1, check: Callable[[], None] = never
    ) -> list[Plane]:
        """Probabilities (parts, h/2, w/2) by the first network alone of each picture, mirrored or not."""


def observe_people(
    display: Plane,
    model: PeopleNetwork,
    *,
    people: int = 8,
    crops: bool = True,
    threads: int = 1,
    check: Callable[[], None] = never,
    long_side: int | None = None,
    scales: tuple[float, ...] = (),
    mirror: bool = False,
    outfit: Reader | None = None,
) -> PeopleEvidence:
    """Evidence of the people in *display*, (H, W, 3) display-referred RGB; outside 0-1 is clipped, NaN is 0.

    Args:
        people: instances at most; others are covered, but are nobody.
        crops: also run on crops around people who are small in the picture.
        threads: processor threads; the result does not depend on them.
        check: called between passes of the network; raises Cancelled to stop.
        long_side: pixels of the longest side of the full frame for the network; None asks the weights.
        scales: further inferences at full frame at these multiples of that size.
        mirror: also run on the mirrored picture (test-time augmentation).
        outfit: asks what somebody wears; None leaves that out.
    """
    sides = [long_side or side for side in model.long_sides]
    work = _Observation(display, model, sides, threads, check)
    wanted = [
        (work.full_frame(sides[variant // 2] / sides[0]), variant, variant == 0)
        for variant in range(0, model.variants, 1 if mirror else 2)
    ]
    variants = len(wanted)
    wanted += [(work.full_frame(scale), 0, False) for scale in scales]
    larger = FAR * min(sides) / sides[0]
    far = crops and max(display.shape[:2]) >= larger * sides[0]
    predicted = work.infer([*wanted, (work.full_frame(larger), 0, False)] if far else wanted)
    grid = work.grid(larger if far else 1.0)
    first = MergedCrops(work.plate, grid, predicted[:variants])
    larger_inference = _larger_inference(work.plate, grid, predicted[-1]) if far else None
    found = figures(first.cover, first.instances(), larger_inference, first.agreed)
    again = work.crop_windows(found) if crops else []
    finest = max((window.zoom for window in again), default=0.0) / work.full_frame(1.0).zoom
    grid = work.grid(min(max(finest, 1.0), _FINEST))
    near = (
        2 if len(first.bodies.circles) else 1
    )  # whom the detector saw in the whole picture needs no second look
    predicted += work.infer([(on_cells(window, work.plate, grid), 0, near) for window in again])
    seen = MergedCrops(work.plate, grid, predicted, found, threads, check).evidence(people, work.small)
    return seen if outfit is None else with_outfits(seen, predicted, work.plate, work.small, outfit)


def look_again(
    display: Plane,
    model: PeopleNetwork,
    wanted: Sequence[tuple[Window | None, bool]],
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> list[tuple[Window, Plane]]:
    """Probabilities of all parts in windows of *display*, (H, W, 3) display-referred RGB.

    Args:
        wanted: windows, None for the whole picture at the network's own size, and whether to mirror each.
        threads: processor threads; the result does not depend on them.
        check: called between passes of the network; raises Cancelled to stop.
    """
    if not wanted:
        return []
    work = _Observation(display, model, list(model.long_sides), threads, check)
    whole = work.full_frame(1.0)
    windows = [whole if window is None else window for window, _ in wanted]
    pictures = work.pictures(windows)
    asked = [(pictures[window], mirror) for window, (_, mirror) in zip(windows, wanted, strict=True)]
    return list(zip(windows, model.parts(asked, threads, check), strict=True))


def look_turned(
    display: Plane,
    model: PeopleNetwork,
    squares: Sequence[tuple[Square, int]],
    threads: int = 1,
    check: Callable[[], None] = never,
) -> list[Plane]:
    """Probabilities (parts, s, s) of all parts in turned *squares* of *display*.

    Args:
        display: (H, W, 3) display-referred RGB.
        squares: each with its side in pixels of the network, a multiple of its stride.
        threads: processor threads; the result does not depend on them.
        check: called between passes of the network; raises Cancelled to stop.
    """
    if not squares:
        return []
    clean = _clean(display)
    cuts = [(np.clip(square.cut(clean, side), 0, 1), False) for square, side in squares]
    return model.parts(cuts, threads, check)


def _larger_inference(plate: tuple[int, int], grid: tuple[int, int], crop: Crop) -> LargerInference:
    """The result of one pass at a larger scale, by itself."""
    merged = MergedCrops(plate, grid, [crop])
    return LargerInference(merged.cover, find_heads(merged.centre))


class _Observation:
    """One picture and the networks that run on it."""

    def __init__(
        self,
        display: Plane,
        model: PeopleNetwork,
        sides: Sequence[int],
        threads: int,
        check: Callable[[], None],
    ) -> None:
        self.picture, self.model, self.side = _clean(display), model, sides[0]
        self.nearest = _AREA * min(sides) ** 2
        self.threads, self.check = threads, check
        self.plate = (int(display.shape[0]), int(display.shape[1]))
        self.small = self.picture

    def grid(self, finer: float) -> tuple[int, int]:
        """Height and width of the grid on which predictions are merged."""
        side = min(self.side * finer, max(self.side, max(self.plate)))
        return _sized(*self.plate, side)

    def full_frame(self, scale: float) -> Window:
        """The whole plate at a multiple of the network's own size."""
        height, width = _sized(*self.plate, max(_STRIDE, self.side * scale))
        return Window(0, self.plate[0], 0, self.plate[1], height, width)

    def infer(self, wanted: Sequence[tuple[Window, int, int]]) -> list[Crop]:
        """Crops with predictions; wanted are window, variant, and which published networks run too."""
        self.check()
        pictures = self.pictures([window for window, _, _ in wanted])
        predictions = self.model.infer(
            [(pictures[window], variant, published) for window, variant, published in wanted],
            self.threads,
            self.check,
        )
        return [
            Crop(window, prediction) for (window, _, _), prediction in zip(wanted, predictions, strict=True)
        ]

    def pictures(self, of: Sequence[Window]) -> dict[Window, Plane]:
        """What is in windows; smaller ones of the whole plate are made from the largest one of it."""
        made: dict[Window, Plane] = {}
        for window in sorted(set(of), key=lambda window: (-window.height * window.width, window)):
            whole = (window.top, window.bottom, window.left, window.right) == (
                0,
                self.plate[0],
                0,
                self.plate[1],
            )
            made[window] = self._picture(window, self.small if whole else None)
            if whole and self.small is self.picture and made[window].size < self.small.size:
                self.small = made[window]
        return made

    def _picture(self, window: Window, whole: Plane | None) -> Plane:
        cut = self.picture[window.top : window.bottom, window.left : window.right] if whole is None else whole
        down = window.height * window.width < cut.shape[0] * cut.shape[1]
        return (shrink if down else grow)(cut, window.height, window.width)

    def crop_windows(self, found: Figures) -> list[Window]:
        """Windows around the people whom a crop shows larger."""
        rows, columns = (side / cells for side, cells in zip(self.plate, found.sizes.shape, strict=True))
        boxes = corners(found.boxes, rows, columns)
        return windows(boxes, self.plate, self.full_frame(1.0).zoom, self.nearest)


def _clean(display: Plane) -> Plane:
    """The same picture, or a copy with every value in 0-1."""
    low, high = float(display.min()), float(display.max())
    if low >= 0 and high <= 1:  # false for NaN
        return display
    return np.clip(np.nan_to_num(display, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)


def _sized(height: int, width: int, side: float) -> tuple[int, int]:
    """Height and width, multiples of the network's stride, with about this longest side."""
    scale = side / max(height, width)
    rows, columns = (max(_STRIDE, round(edge * scale / _STRIDE) * _STRIDE) for edge in (height, width))
    return rows, columns
