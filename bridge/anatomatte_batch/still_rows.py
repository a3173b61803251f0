"""An EXR's pixels some rows at a time: a hundred channels of a frame are never side by side in memory.

Channels come as planes; a plane that is 0 everywhere is neither copied nor converted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .boxed import Box
from .picture import Floats

ROWS = 32
"""Rows that are packed together: as many as stay in a processor's cache, a multiple of any compression's."""
_HALF_MAX = np.float32(65504.0)
_HALF_EXPONENT = np.uint16(0x7C00)


@dataclass(frozen=True)
class Spans:
    """Where planes of one size are not 0.

    Attributes:
        bands: for each `ROWS` rows from the top, the columns outside of which a plane is 0, by its place
            among the planes; those that are 0 in all of these rows are not named.
        finite: whether all that they hold are numbers.
    """

    bands: tuple[dict[int, slice], ...]
    finite: bool

    @classmethod
    def of(cls, planes: Sequence[Floats], boxes: Sequence[Box | None] | None = None) -> Spans:
        """Look through planes (H×W), some rows of one after the other.

        Args:
            boxes: where each is not 0, None where that is not known: nothing else of it is looked at.
        """
        from anatomatte.ops.loops import spans

        height, width = planes[0].shape
        whole = slice(0, height), slice(0, width)
        bands: list[dict[int, slice]] = [{} for _ in range(0, height, ROWS)]
        finite = True
        for n, plane in enumerate(planes):
            if not any(plane.strides) and not plane.flat[0]:
                continue
            rows, columns = (boxes[n] if boxes else None) or whole
            first = rows.start // ROWS
            found, numbers = spans(np.asarray(plane)[first * ROWS : rows.stop, columns], ROWS)
            finite = finite and numbers
            for band, (start, end) in zip(bands[first:], found.tolist(), strict=False):
                if end:
                    band[n] = slice(columns.start + start, columns.start + end)
        return cls(tuple(bands), finite)

    def columns(self, place: int) -> npt.NDArray[np.int32]:
        """Of each band the columns (first, behind the last) outside of which a plane is 0."""
        nothing = slice(0, 0)
        found = (band.get(place, nothing) for band in self.bands)
        return np.array([(one.start, one.stop) for one in found], np.int32).reshape(-1, 2)

    @property
    def there(self) -> list[int]:
        """Of the planes that are not 0 everywhere, the places."""
        return sorted({n for band in self.bands for n in band})


def filled(planes: Sequence[Floats], spans: Spans) -> tuple[slice, slice]:
    """The rows and columns outside of which every plane is 0; one pixel where all of them are."""
    height, width = planes[0].shape
    rows, columns = np.zeros(height, bool), np.zeros(width, bool)
    for k, band in enumerate(spans.bands):
        for n, x in band.items():
            columns[x] = True
            rows[k * ROWS : (k + 1) * ROWS] |= (planes[n][k * ROWS : (k + 1) * ROWS, x] != 0).any(1)
    return _span(rows), _span(columns)


def _span(there: npt.NDArray[np.bool_]) -> slice:
    places = np.flatnonzero(there)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 1)


def write_rows(sink: Any, planes: Sequence[Floats], depths: Sequence[str], there: Sequence[int]) -> None:
    """Write planes (H×W) as the channels of a file that is open; halves saturate at their largest number
    instead of becoming infinite.

    Args:
        there: the places of the planes that are not 0 everywhere.

    Raises:
        OSError: what the image library says.
    """
    height, width = planes[0].shape
    alike = len(set(depths)) == 1  # else the image library converts, channel by channel
    kind = np.float16 if alike and depths[0] == "half" else np.float32
    rows = np.zeros((min(ROWS, height), width, len(planes)), kind)
    for top in range(0, height, ROWS):
        strip = rows[: min(ROWS, height - top)]
        for n in there:
            part = planes[n][top : top + len(strip)]
            strip[..., n] = np.clip(part, -_HALF_MAX, _HALF_MAX) if depths[n] == "half" else part
        if not sink.write_scanlines(top + sink.spec().y, top + sink.spec().y + len(strip), 0, strip):
            raise OSError(sink.geterror())


def read_rows(source: Any, seen: Callable[[Any, npt.NDArray[Any], int], object] | None = None) -> bool | None:
    """Read every pixel of an open file; whether all are numbers, None where one cannot be read.

    Args:
        seen: takes what is read: the file's header, rows, the number of the first.
    """
    spec = source.spec()
    tall = spec.height if spec.tile_width else ROWS
    finite = True
    for top in range(spec.y, spec.y + spec.height, tall):
        end = min(top + tall, spec.y + spec.height)
        pixels = (
            source.read_image(0, 0, 0, spec.nchannels, spec.format)
            if spec.tile_width
            else source.read_scanlines(0, 0, top, end, 0, 0, spec.nchannels, spec.format)
        )
        if pixels is None:
            return None
        finite = finite and _finite(pixels)
        if seen is not None:
            seen(spec, pixels, top)
    return finite


def _finite(pixels: npt.NDArray[Any]) -> bool:
    if pixels.dtype == np.float16:  # by its exponent, many times quicker than as a number
        exponents: npt.NDArray[np.uint16] = pixels.view(np.uint16) & _HALF_EXPONENT
        return bool((exponents != _HALF_EXPONENT).all())
    return pixels.dtype.kind != "f" or bool(np.isfinite(pixels).all())
