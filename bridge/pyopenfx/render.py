"""Rendering: regions, buffers, identity, the sequence around the frame, and how it can end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ._words import FIELDS
from .clips import ClipFormat
from .errors import ERR_MEMORY, OK, REPLY_DEFAULT, RenderAborted, RenderError
from .image import Bounds, Image, empty_output, lend, pixel_rect
from .instance import OUTPUT, InstanceBase, Scale, pair
from .pixels import convert_components, convert_depth
from .image import at_scale
from ._words import DTYPES

Array = npt.NDArray[Any]
COLOUR = "colour"


class Stop(Protocol):
    """Anything that can be asked, as threading.Event."""

    def is_set(self) -> bool: ...


class Planes(dict[str, Array]):
    """Rendered planes by name, each H×W×C, top row first; "colour" is the clip's own picture.

    `bounds`: (x1, y1, x2, y2) of the arrays in pixels at `scale`, y up.  `premult`,
    `pixel_aspect`, `field` as the plug-in's preferences say.  `identity`: the input clip that
    was passed through, or "".
    """

    bounds: Bounds
    scale: tuple[float, float]
    premult: str
    pixel_aspect: float
    field: str
    identity: str = ""


class Instance(InstanceBase):
    """An instance of a plug-in that can render; a context manager that closes it.

    Several threads may render at once; how many really do is the plug-in's render thread safety.
    """

    def __enter__(self) -> Instance:
        return self

    def abort(self) -> None:
        """Asks every render of this instance that is under way to stop; any thread may call it."""
        if self._renders:
            self._core.stop = True

    _renders = 0
    _sequence: tuple[float, float, float] | None = None

    def render(
        self,
        time: float | None = None,
        window: Bounds | None = None,
        scale: Scale = 1.0,
        planes: Sequence[str] | None = None,
        *,
        field: str = "none",
        draft: bool = False,
        interactive: bool = False,
        sequential: bool = False,
        identity: bool = True,
        progress: Callable[[float], object] | None = None,
        abort: Callable[[], object] | Stop | None = None,
    ) -> Planes:
        """Renders one frame.

        `time`: frame, by default the time line's.  `window`: (x1, y1, x2, y2) in pixels at the
        render scale, y up; by default the whole region of definition.  `scale`: render scale.
        `planes`: names of planes; this host has "colour".  `identity`: ask the plug-in whether an
        input can be passed through.  `progress` is told fractions and may answer False to stop;
        `abort` is asked by the plug-in: a callable, or an object with `is_set`.
        Raises RenderError, RenderAborted, ValueError for a window outside the region, and
        whatever a clip's callable raised.
        """
        if planes is not None and list(planes) != [COLOUR]:
            raise ValueError(f"This host renders the plane {COLOUR!r}, not {list(planes)}.")
        at = self.time if time is None else float(time)
        job = _Job(self, at, window, pair(scale), field, draft, interactive, sequential)
        with self._frame(), self._counted():
            job.prepare()
            passed = job.identity() if identity else None
            return passed if passed is not None else job.render(progress, abort)

    @contextmanager
    def sequence(
        self, first: float, last: float, step: float = 1.0, *, scale: Scale = 1.0, sequential: bool = True
    ) -> Iterator[None]:
        """Brackets the renders within in one Begin/EndSequenceRender."""
        args = sequence_arguments((first, last), step, pair(scale), False, sequential, False)
        self._act("OfxImageEffectActionBeginSequenceRender", args, None, time=first, scale=scale)
        self._sequence = (first, last, step)
        try:
            yield
        finally:
            self._sequence = None
            self._act("OfxImageEffectActionEndSequenceRender", args, None, time=last, scale=scale)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._renders += 1
        try:
            yield
        finally:
            with self._lock:
                self._renders -= 1
                if not self._renders:
                    self._core.stop = False


class _Job:
    """One frame on its way."""

    def __init__(
        self,
        instance: Instance,
        time: float,
        window: Bounds | None,
        scale: tuple[float, float],
        field: str,
        draft: bool,
        interactive: bool,
        sequential: bool,
    ) -> None:
        self.instance = instance
        self.time = time
        self.asked = window
        self.scale = scale
        self.field = field
        self.draft = draft
        self.interactive = interactive
        self.sequential = sequential

    def prepare(self) -> None:
        """Settles formats, region and window."""
        one = self.instance
        self.format: ClipFormat = one.clip_preferences(self.time).output
        region = one.region_of_definition(self.time, self.scale)
        self.rod = pixel_rect(region, self.scale, self.format.pixel_aspect)
        x1, y1, x2, y2 = self.window = self.asked or self.rod
        inside = self.rod[0] <= x1 <= x2 <= self.rod[2] and self.rod[1] <= y1 <= y2 <= self.rod[3]
        if not inside:
            raise ValueError(f"The render window {self.window} is not inside the region {self.rod}.")

    def identity(self) -> Planes | None:
        """The frame where the plug-in passes an input through, else None."""
        one = self.instance
        args = {
            "OfxPropTime": self.time,
            "OfxImageEffectPropFieldToRender": FIELDS[self.field],
            "OfxImageEffectPropRenderWindow": list(self.window),
            "OfxImageEffectPropRenderScale": list(self.scale),
        }
        out = {"OfxPropName": "", "OfxPropTime": self.time}
        action = "OfxImageEffectActionIsIdentity"
        status, found = one._core.act(action, args, out, time=self.time, scale=self.scale)
        if status == REPLY_DEFAULT:
            return None
        one._must(status, action)
        name, time = found["OfxPropName"][0], found["OfxPropTime"][0]
        if name not in one.clips:
            return None
        image = one.clips[name].image(time)
        return None if image is None else self._pass_through(image, name)

    def _pass_through(self, image: Image, name: str) -> Planes:
        image = at_scale(image, self.scale)
        pixels = convert_depth(
            convert_components(image.pixels, self.format.components), DTYPES[self.format.depth]
        )
        x1, y1, x2, y2 = self.window
        out = np.zeros((y2 - y1, x2 - x1, pixels.shape[2]), pixels.dtype)
        bx1, by1, bx2, by2 = image.pixel_bounds
        l, r, b, t = max(x1, bx1), min(x2, bx2), max(y1, by1), min(y2, by2)
        if l < r and b < t:
            out[y2 - t : y2 - b, l - x1 : r - x1] = pixels[by2 - t : by2 - b, l - bx1 : r - bx1]
        return self._planes(out, name)

    def render(
        self, progress: Callable[[float], object] | None, abort: Callable[[], object] | Stop | None
    ) -> Planes:
        """Begin, Render, End; the picture or an error."""
        one = self.instance
        tiles = one._flag("OfxImageEffectPropSupportsTiles") and (one._output is None or one._output.tiles)
        bounds = self.window if tiles and one.layout.output == "window" else self.rod
        window = self.window if tiles else self.rod
        f = self.format
        pixels = empty_output(bounds, f.components, f.depth, one.layout)
        facts = Image(pixels, bounds, f.premult, f.pixel_aspect, self.field, self.scale)
        target = lend(pixels, facts, f.premult, writable=True, rod=self.rod)
        asked = _Asked(one, abort)
        args: dict[str, Any] = {
            "OfxPropTime": self.time,
            "OfxImageEffectPropFieldToRender": FIELDS[self.field],
            "OfxImageEffectPropRenderWindow": list(window),
            "OfxImageEffectPropRenderScale": list(self.scale),
            "OfxImageEffectPropSequentialRenderStatus": int(self.sequential),
            "OfxImageEffectPropInteractiveRenderStatus": int(self.interactive),
            "OfxImageEffectPropRenderQualityDraft": int(self.draft),
        }
        with self._bracket():
            status, _ = one._core.act(
                "OfxImageEffectActionRender",
                args,
                None,
                time=self.time,
                scale=self.scale,
                outputs={OUTPUT: target},
                aborted=asked if abort is not None else None,
                progress=asked.progress(progress) if progress else None,
            )
        if asked.stopped or one._core.stop:
            raise RenderAborted(f"The render of {one.plugin.label} at {self.time:g} was stopped.")
        if status != OK:
            self._fail(status)
        x1, y1, x2, y2 = self.window
        bx1, _, _, by2 = bounds
        return self._planes(pixels[by2 - y2 : by2 - y1, x1 - bx1 : x2 - bx1], "")

    def _fail(self, status: int) -> None:
        one = self.instance
        error = RenderError("OfxImageEffectActionRender", status, one.plugin.label, one._last_words())
        if status == ERR_MEMORY:
            raise error from MemoryError(f"{one.plugin.label} found no memory")
        raise error

    @contextmanager
    def _bracket(self) -> Iterator[None]:
        one = self.instance
        if one._sequence is not None:
            yield
            return
        span = (self.time, self.time)
        args = sequence_arguments(span, 1.0, self.scale, self.interactive, self.sequential, self.draft)
        one._act("OfxImageEffectActionBeginSequenceRender", args, None, time=self.time, scale=self.scale)
        try:
            yield
        finally:
            one._act("OfxImageEffectActionEndSequenceRender", args, None, time=self.time, scale=self.scale)

    def _planes(self, pixels: Array, identity: str) -> Planes:
        planes = Planes({COLOUR: pixels})
        planes.bounds = self.window
        planes.scale = self.scale
        planes.premult = self.format.premult
        planes.pixel_aspect = self.format.pixel_aspect
        planes.field = self.field
        planes.identity = identity
        return planes


class _Asked:
    """Asks the caller whether to stop, and remembers that he said so."""

    def __init__(self, instance: Instance, abort: Callable[[], object] | Stop | None) -> None:
        self.stopped = False
        self._lock = threading.Lock()
        is_set = getattr(abort, "is_set", None)
        self._abort: Callable[[], object] = is_set if is_set is not None else (abort or bool)  # type: ignore

    def __call__(self) -> bool:
        if self._abort():
            self.stopped = True
        return self.stopped

    def progress(self, listener: Callable[[float], object]) -> Callable[[float], bool]:
        def tell(fraction: float) -> bool:
            if listener(fraction) is False:
                self.stopped = True
            return not self.stopped

        return tell


def sequence_arguments(
    span: tuple[float, float],
    step: float,
    scale: tuple[float, float],
    interactive: bool,
    sequential: bool,
    draft: bool,
) -> dict[str, Any]:
    """The in arguments of Begin and EndSequenceRender."""
    return {
        "OfxImageEffectPropFrameRange": [float(span[0]), float(span[1])],
        "OfxImageEffectPropFrameStep": float(step),
        "OfxPropIsInteractive": int(interactive),
        "OfxImageEffectPropRenderScale": list(scale),
        "OfxImageEffectPropSequentialRenderStatus": int(sequential),
        "OfxImageEffectPropInteractiveRenderStatus": int(interactive),
        "OfxImageEffectPropRenderQualityDraft": int(draft),
    }
