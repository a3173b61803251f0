"""One frame: region and buffers, identity, the sequence around the frame, and how it can end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from ._words import DTYPES, FIELDS
from .core import OUTPUT, RENDER
from .errors import OK, REPLY_DEFAULT, EmptyRegion, RenderAborted
from .guard import Guarded, guarded_output, outside
from .image import Bounds, Image, at_scale, empty_output, lend, pixel_rect, placed
from .pixels import convert_components, convert_depth, resample
from .planes import COLOUR, COLOUR_PLANE, Plane

if TYPE_CHECKING:
    from .instance import Instance

Array = npt.NDArray[Any]


class Stop(Protocol):
    """Anything that can be asked, as threading.Event."""

    def is_set(self) -> bool: ...


class Planes(dict[str, Array]):
    """Rendered planes by name, each H×W×C, top row first; "colour" is the clip's own picture.

    `bounds`: (x1, y1, x2, y2) of the arrays in pixels at `scale`, y up.  `premult`,
    `pixel_aspect` and `field` as the plug-in's preferences say.  `identity`: the input clip that
    was passed through, or "".  `buffer` is the whole memory that the plug-in had for the first
    plane, of `buffer_bounds`: what it wrote outside its window can be seen there.
    """

    def __init__(
        self,
        planes: Mapping[str, Array],
        *,
        bounds: Bounds,
        scale: tuple[float, float],
        premult: str,
        pixel_aspect: float,
        field: str,
        identity: str,
        buffer: Array,
        buffer_bounds: Bounds,
    ) -> None:
        super().__init__(planes)
        self.buffer = buffer
        self.buffer_bounds = buffer_bounds
        self.bounds = bounds
        self.scale = scale
        self.premult = premult
        self.pixel_aspect = pixel_aspect
        self.field = field
        self.identity = identity


class Job:
    """One frame on its way; making it settles formats, region and window."""

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
        if field not in FIELDS:
            raise ValueError(f"field is one of {', '.join(FIELDS)}, not {field!r}.")
        self.instance = instance
        self.time = time
        self.scale = scale
        self.field = field
        self.draft = draft
        self.interactive = interactive
        self.sequential = sequential
        self.planes = [COLOUR_PLANE]
        self.format = instance.clip_preferences(time).output
        region = instance.finite_region(time, scale)
        self.rod = pixel_rect(region, scale, self.format.pixel_aspect)
        if self.rod[0] >= self.rod[2] or self.rod[1] >= self.rod[3]:
            raise EmptyRegion(f"{instance.plugin.label} makes no pixels at {time:g}: its region is {region}.")
        x1, y1, x2, y2 = self.window = window or self.rod
        if not (self.rod[0] <= x1 < x2 <= self.rod[2] and self.rod[1] <= y1 < y2 <= self.rod[3]):
            raise ValueError(f"The render window {self.window} is not inside the region {self.rod}.")

    def identity(self) -> Planes | None:
        """The frame where the plug-in passes an input through, else None."""
        one = self.instance
        if not one.profile.asks_identity:
            return None
        args = {
            "OfxPropTime": self.time,
            "OfxImageEffectPropFieldToRender": FIELDS[self.field],
            "OfxImageEffectPropRenderWindow": self.window,
            "OfxImageEffectPropRenderScale": self.scale,
        }
        out = {"OfxPropName": "", "OfxPropTime": self.time}
        action = "OfxImageEffectActionIsIdentity"
        status, found = one.ask(action, args, out, time=self.time, scale=self.scale)
        if status == REPLY_DEFAULT:
            return None
        if status != OK:
            raise one.failure(action, status)
        name, time = found["OfxPropName"][0], found["OfxPropTime"][0]
        image = one.clips[name].image(time) if name in one.clips else None
        return None if image is None else self._pass_through(image, name)

    def render(
        self,
        progress: Callable[[float], object] | None,
        abort: Callable[[], object] | Stop | None,
        alone: bool,
    ) -> Planes:
        """The picture or an error; `alone` brackets the frame in a sequence of its own."""
        one = self.instance
        tiles = bool(one.flag("OfxImageEffectPropSupportsTiles"))
        tiles = tiles and one.profile.tiles and (one._output is None or one._output.tiles)
        bounds = self.window if tiles and one.layout.output == "window" else self.rod
        self._ask_first()
        if one.guard:
            return self._guarded(progress, abort, alone, tiles)
        depth = self.format.depth
        made = {p: empty_output(bounds, self._components(p), depth, one.layout) for p in self.planes}
        self._fill(made, bounds, tiles, progress, abort, alone)
        return self._planes(made, bounds, "")

    def _components(self, plane: Plane) -> str:
        if plane.name == COLOUR:
            return self.format.components
        output = self.instance._output
        return plane.components(output.components if output else ())

    def _ask_first(self) -> None:
        """Asks what is needed, as hosts do to have it ready, and has the frames ready where they are few."""
        one = self.instance
        one.regions_of_interest(self.time, scale=self.scale)
        if not one.flag("OfxImageEffectPropTemporalClipAccess"):
            return
        for name, ranges in one.frames_needed(self.time).items():
            if sum(int(last - first) + 1 for first, last in ranges) > one.frames_ahead:
                continue  # they are fetched when the plug-in asks, not all held at once
            for first, last in ranges:
                for step in range(int(last - first) + 1):
                    one.clips[name].image(first + step)

    def _guarded(
        self,
        progress: Callable[[float], object] | None,
        abort: Callable[[], object] | Stop | None,
        alone: bool,
        tiles: bool,
    ) -> Planes:
        """As `render`, in guarded memory; a picture with suspicious pixels is made twice."""
        one, depth = self.instance, self.format.depth
        window = self.window if tiles else self.rod
        beyond = outside(self.rod, window)
        unset: dict[Plane, npt.NDArray[np.bool_]] = {}
        for flip in (False, True):
            held = {
                p: guarded_output(self.rod, self._components(p), depth, one.layout, flip) for p in self.planes
            }
            made = {p: h.pixels for p, h in held.items()}
            self._fill(made, self.rod, tiles, progress, abort, alone)
            for plane, memory in held.items():
                self._inspect(plane, memory, beyond)
                unset[plane] = unset.get(plane, ~beyond) & memory.untouched()
            if not any(left.any() for left in unset.values()):
                break
        for plane, left in unset.items():
            if left.any():
                what = f"{int(left.sum())} pixels of {window} in the {plane.name} plane"
                one.breach("pixels_unset", f"{RENDER} left {what} unset")
        return self._planes(made, self.rod, "")

    def _inspect(self, plane: Plane, memory: Guarded, beyond: npt.NDArray[np.bool_]) -> None:
        one = self.instance
        if memory.overrun():
            one.breach("write_outside_buffer", f"{RENDER} wrote around the rows of the {plane.name} plane")
        if not memory.untouched()[beyond].all():
            one.breach("write_outside_window", f"{RENDER} wrote outside of {self.window}")

    def _fill(
        self,
        made: Mapping[Plane, Array],
        bounds: Bounds,
        tiles: bool,
        progress: Callable[[float], object] | None,
        abort: Callable[[], object] | Stop | None,
        alone: bool,
    ) -> None:
        one, f = self.instance, self.format
        lent = {}
        for plane, pixels in made.items():
            facts = Image(pixels, bounds, f.premult, f.pixel_aspect, self.field, self.scale)
            own = plane.name != COLOUR and self._components(plane) != "rgba"
            name = plane.string if own else None
            lent[plane] = lend(pixels, facts, f.premult, writable=True, rod=self.rod, components=name)
        asked = Asked(abort, progress)
        told = one._core.message_count
        with self._bracket() if alone else nullcontext():
            status, _ = one.ask(
                RENDER,
                self._arguments(self.window if tiles else self.rod),
                None,
                time=self.time,
                scale=self.scale,
                outputs={OUTPUT: lent[COLOUR_PLANE]} if COLOUR_PLANE in lent else {},
                planes={p.string: lent[p] for p in lent if p.name != COLOUR},
                aborted=asked if abort is not None else None,
                progress=asked.tell if progress is not None else None,
            )
        if asked.stopped or one.stopping:
            raise RenderAborted(f"The render of {one.plugin.label} at {self.time:g} was stopped.")
        if status != OK:
            error = one.failure(RENDER, status, told)
            if not one.keeps_failed:
                raise error
            one.failed.append((self.time, str(error)))
        for clip in one.copies.take_changed() if one.copies else ():
            one.breach("write_to_input", f"{RENDER} changed the pixels of clip {clip}")

    def _arguments(self, window: Bounds) -> dict[str, Any]:
        listed = [plane.string for plane in self.planes]
        multi = self.instance.flag("uk.co.thefoundry.OfxImageEffectPropMultiPlanar")
        planes = {"OfxImageEffectPropRenderPlanes": listed} if multi else {}
        return {
            **planes,
            "OfxPropTime": self.time,
            "OfxImageEffectPropFieldToRender": FIELDS[self.field],
            "OfxImageEffectPropRenderWindow": window,
            "OfxImageEffectPropRenderScale": self.scale,
            "OfxImageEffectPropSequentialRenderStatus": int(self.sequential),
            "OfxImageEffectPropInteractiveRenderStatus": int(self.interactive),
            "OfxImageEffectPropRenderQualityDraft": int(self.draft),
        }

    def _pass_through(self, image: Image, name: str) -> Planes:
        image = at_scale(image, self.scale, self.format.pixel_aspect)
        pixels = convert_components(image.pixels, self.format.components)
        pixels = convert_depth(pixels, DTYPES[self.format.depth])
        out = placed(replace(image, pixels=pixels), self.window).pixels
        return self._planes({COLOUR_PLANE: out.copy()}, self.window, name)

    @contextmanager
    def _bracket(self) -> Iterator[None]:
        one = self.instance
        span = (self.time, self.time)
        args = sequence_arguments(span, 1.0, self.scale, self.interactive, self.sequential, self.draft)
        one.act("OfxImageEffectActionBeginSequenceRender", args, None, time=self.time, scale=self.scale)
        try:
            yield
        finally:
            if one.profile.wrong_end_step:
                args["OfxImageEffectPropFrameStep"] = 0.0
            one.act("OfxImageEffectActionEndSequenceRender", args, None, time=self.time, scale=self.scale)

    def _planes(self, made: Mapping[Plane, Array], bounds: Bounds, identity: str) -> Planes:
        x1, y1, x2, y2 = self.window
        rows, columns = slice(bounds[3] - y2, bounds[3] - y1), slice(x1 - bounds[0], x2 - bounds[0])
        buffer = next(iter(made.values()))
        return Planes(
            {p.name: b[rows, columns, p.kept(b.shape[2])] for p, b in made.items()},
            bounds=self.window,
            scale=self.scale,
            premult=self.format.premult,
            pixel_aspect=self.format.pixel_aspect,
            field=self.field,
            identity=identity,
            buffer=buffer,
            buffer_bounds=bounds,
        )


def reduced(full: Planes, scale: tuple[float, float], window: Bounds | None) -> Planes:
    """A frame of full resolution at a render scale, as hosts do it for plug-ins that take none."""
    x1, y1, x2, y2 = full.bounds
    rod = pixel_rect((x1, y1, x2, y2), scale, 1.0)
    bounds = window or rod
    pixels = resample(full[COLOUR], full.bounds, bounds, scale)
    return Planes(
        {COLOUR: pixels},
        bounds=bounds,
        scale=scale,
        premult=full.premult,
        pixel_aspect=full.pixel_aspect,
        field=full.field,
        identity=full.identity,
        buffer=pixels,
        buffer_bounds=bounds,
    )


class Asked:
    """Asks the caller whether to stop, tells him how far it is, and remembers that he said stop."""

    def __init__(
        self, abort: Callable[[], object] | Stop | None, progress: Callable[[float], object] | None
    ) -> None:
        self.stopped = False
        self._abort = abort
        self._progress = progress

    def __call__(self) -> bool:
        if callable(self._abort):
            self.stopped = self.stopped or bool(self._abort())
        elif self._abort is not None:
            self.stopped = self.stopped or self._abort.is_set()
        return self.stopped

    def tell(self, fraction: float) -> bool:
        """Passes progress on; False asks the plug-in to stop."""
        if self._progress is not None and self._progress(fraction) is False:
            self.stopped = True
        return not self.stopped


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
        "OfxImageEffectPropFrameRange": (float(span[0]), float(span[1])),
        "OfxImageEffectPropFrameStep": float(step),
        "OfxPropIsInteractive": int(interactive),
        "OfxImageEffectPropRenderScale": scale,
        "OfxImageEffectPropSequentialRenderStatus": int(sequential),
        "OfxImageEffectPropInteractiveRenderStatus": int(interactive),
        "OfxImageEffectPropRenderQualityDraft": int(draft),
    }
