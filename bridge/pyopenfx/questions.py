"""The questions that a host asks an instance before it renders."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from . import _host
from ._words import COMPONENTS, DEPTHS, short_word
from .clips import ClipDescription, ClipFormat, put_format, put_rate
from .core import OUTPUT, InstanceCore, Scale, pair
from .errors import OK, REPLY_DEFAULT
from .image import Rect
from .planes import COLOUR_PLANE, Plane, parsed
from .preferences import ClipPreferences, as_arguments, defaults, from_arguments, of_one_aspect

_KEPT_REGIONS = 64  # of the output, by time
_NO_END = 2.0**30  # canonical units; the standard's infinity is the largest int


def rect(values: Any) -> Rect:
    """Four numbers as (x1, y1, x2, y2)."""
    x1, y1, x2, y2 = values
    return (float(x1), float(y1), float(x2), float(y2))


class Questions(InstanceCore):
    """Formats, regions, frames and time domain."""

    _preferences: tuple[object, ClipPreferences] | None = None
    _layers: list[Plane] | None = None  # as last told
    _fixed_size = False
    frame_rate = 24.0
    project_size = (1920.0, 1080.0)
    _project_extent = (1920.0, 1080.0)
    _project_offset = (0.0, 0.0)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._ask_lock = threading.RLock()
        self._regions: OrderedDict[float, Rect] = OrderedDict()
        if not self.flag("OfxImageEffectPropSupportsMultiResolution"):
            common = weakref.WeakMethod(self._default_region)
            for clip in self._inputs.values():
                clip.common = lambda time: (ask := common()) and ask(time)
        if self._output:  # a plug-in may ask its own output how large it is
            told = weakref.WeakMethod(self._told_region)
            self._output.core.feed(lambda *_: None, lambda time: (ask := told()) and ask(time))

    def clip_preferences(self, time: float | None = None) -> ClipPreferences:
        """The formats of clips and output; asked again once connections or parameters changed."""
        at = self._core.time if time is None else float(time)
        with self._ask_lock, self.frame():
            raw = {name: clip.raw_format(at) for name, clip in self._inputs.items()}
            key = tuple(raw.items())
            if self._preferences is None or self._preferences[0] != key:
                self._fit_project(at)
                self._preferences = (key, self._ask_preferences(raw))
            return self._preferences[1]

    def region_of_definition(self, time: float, scale: Scale = 1.0) -> Rect:
        """Where the output has pixels: (x1, y1, x2, y2) in canonical coordinates, y up."""
        with self.frame():
            self.clip_preferences(time)
            args = {"OfxPropTime": float(time), "OfxImageEffectPropRenderScale": pair(scale)}
            out = {"OfxImageEffectPropRegionOfDefinition": self._default_region(time)}
            action = "OfxImageEffectActionGetRegionOfDefinition"
            found = self.act(action, args, out, time=time, scale=scale)
        told = rect(found["OfxImageEffectPropRegionOfDefinition"])
        with self._ask_lock:
            self._regions[float(time)] = told
            self._regions.move_to_end(float(time))
            if len(self._regions) > _KEPT_REGIONS:
                self._regions.popitem(last=False)
        return told

    def _told_region(self, time: float) -> Rect | None:
        """What the plug-in last answered for a time; None before it was asked."""
        with self._ask_lock:
            return self._regions.get(float(time))

    def finite_region(self, time: float, scale: Scale = 1.0) -> Rect:
        """As `region_of_definition`; edges that have no end are the project's."""
        project = (*self._project_offset, *self._project_extent)
        region = self.region_of_definition(time, scale)
        x1, y1, x2, y2 = (p if abs(v) >= _NO_END else v for v, p in zip(region, project, strict=True))
        return (x1, y1, x2, y2)

    def regions_of_interest(
        self, time: float, region: Rect | None = None, scale: Scale = 1.0
    ) -> dict[str, Rect]:
        """What of each connected input the plug-in needs for `region` (canonical; all by default)."""
        with self.frame():
            wanted = rect(region or self.region_of_definition(time, scale))
            args = {
                "OfxPropTime": float(time),
                "OfxImageEffectPropRenderScale": pair(scale),
                "OfxImageEffectPropRegionOfInterest": wanted,
            }
            out = {f"OfxImageClipPropRoI_{name}": wanted for name in self._inputs}  # connected or not
            action = "OfxImageEffectActionGetRegionsOfInterest"
            found = self.act(action, args, out, time=time, scale=scale)
        return {n: rect(found[f"OfxImageClipPropRoI_{n}"]) for n in self.connected()}

    def frames_needed(self, time: float) -> dict[str, list[tuple[float, float]]]:
        """Ranges of frames that the plug-in needs of each connected input to render `time`."""
        with self.frame():
            self.clip_preferences(time)
            names = {n: f"OfxImageClipPropFrameRange_{n}" for n in self._inputs}
            out = {prop: [float(time), float(time)] for prop in names.values()}
            args = {"OfxPropTime": float(time)}
            if not self.profile.asks_frames:
                return {n: [(float(time), float(time))] for n in self.connected()}
            found = self.act("OfxImageEffectActionGetFramesNeeded", args, out, time=time)
        ranges = {n: found[names[n]] for n in self.connected()}
        return {n: list(zip(r[::2], r[1::2], strict=False)) for n, r in ranges.items()}

    def planes(self, time: float | None = None) -> list[Plane]:
        """The planes that the plug-in makes at a time; the colour plane is always one, and first."""
        mark = "uk.co.thefoundry.OfxImageEffectPropMultiPlanar"
        if not self.profile.multi_planar or not self.flag(mark):
            return [COLOUR_PLANE]
        at = self._core.time if time is None else float(time)
        if self.profile.planes_with_preferences and self._layers is not None:
            return list(self._layers)
        found = self._ask_planes(at)
        self._layers = found
        return list(found)

    def _ask_planes(self, at: float) -> list[Plane]:
        needed = "uk.co.thefoundry.OfxNeededComp_"
        more = "uk.co.thefoundry.ImageEffectPropPassThrough"
        with self.frame():
            self.clip_preferences(at)
            args = {"OfxPropTime": at, "uk.co.thefoundry.OfxImageEffectPropView": 0}
            out: dict[str, Any] = {needed + name: [] for name in (*self._inputs, OUTPUT)}
            out |= {more + "Clip": self.first_input() or "", more + "Time": at, more + "View": 0}
            action = "uk.co.thefoundry.OfxImageEffectActionGetClipComponents"
            status, found = self.ask(action, args, out, time=at)
        if status != OK:
            return [COLOUR_PLANE]
        listed = [plane for string in found[needed + OUTPUT] if (plane := parsed(string))]
        by_name = {plane.name: plane for plane in (COLOUR_PLANE, *listed)}
        return list(by_name.values())

    def time_domain(self) -> tuple[float, float] | None:
        """First and last frame that the plug-in makes; None where it leaves that to the host."""
        action = "OfxImageEffectActionGetTimeDomain"
        out = {"OfxImageEffectPropFrameRange": self._core.time_bounds}
        if not self.profile.asks_frames:
            return None
        status, found = self.ask(action, None, out)
        if status == REPLY_DEFAULT:
            return None
        if status:
            raise self.failure(action, status)
        first, last = found["OfxImageEffectPropFrameRange"]
        return (first, last)

    def purge_caches(self) -> None:
        """Asks the plug-in to give memory back."""
        self.act("OfxActionPurgeCaches", None, None)

    def sync_private_data(self) -> None:
        """Asks the plug-in to write its state into its parameters, as before saving."""
        self.act("OfxActionSyncPrivateData", None, None)
        self._echo()

    def _echo(self) -> None:
        """Tells the plug-in of parameters that it has set itself, where changes can be told."""

    def fix_project(self, size: tuple[float, float]) -> None:
        """Sets the project's size in canonical units; inputs no longer change it."""
        self._fixed_size = True
        self._set_project(size, (0.0, 0.0))

    def _fit_project(self, time: float) -> None:
        first = self.first_input()
        region = self._inputs[first].extent(time) if first is not None else None
        if region and not self._fixed_size:
            self._set_project((region[2] - region[0], region[3] - region[1]), region[:2])

    def _set_project(self, size: tuple[float, float], offset: tuple[float, float]) -> None:
        self.put("OfxImageEffectPropProjectSize", (float(size[0]), float(size[1])))
        self.put("OfxImageEffectPropProjectOffset", (float(offset[0]), float(offset[1])))
        far = (float(size[0] + offset[0]), float(size[1] + offset[1]))
        self.put("OfxImageEffectPropProjectExtent", far)
        self.project_size, self._project_extent = (float(size[0]), float(size[1])), far
        self._project_offset = (float(offset[0]), float(offset[1]))

    def _ask_preferences(self, raw: dict[str, ClipFormat | None]) -> ClipPreferences:
        listed = self._common("PixelDepths", self._core.properties)
        aspects = bool(self.flag("OfxImageEffectPropSupportsMultipleClipPARs"))
        start = defaults(
            raw,
            {name: self._takes(clip) for name, clip in self._inputs.items()},
            self._takes(self._output) if self._output else ["rgba"],
            {n for n, clip in self._inputs.items() if clip.is_mask or clip.optional},
            [short_word(DEPTHS, d) for d in listed],
            bool(self.flag("OfxImageEffectPropMultipleClipDepths")),
            aspects,
        )
        start = replace(start, frame_rate=self.frame_rate)
        # the clips must hold what the arguments say before the plug-in looks at either
        self._settle(raw, start)
        action = "OfxImageEffectActionGetClipPreferences"
        prefs = from_arguments(self.act(action, None, as_arguments(start, OUTPUT)), start, OUTPUT)
        if not aspects:
            prefs = of_one_aspect(prefs)
        self._settle(raw, prefs)
        return prefs

    def _common(self, what: str, props: _host.PropertySet) -> list[str]:
        """What a plug-in and the host both list as supported; the plug-in's where that is nothing."""
        name = f"OfxImageEffectPropSupported{what}"
        here = self.plugin.host.record.properties.get(name)
        there = [str(item) for item in props.get(name)]
        return [item for item in there if item in here] or there

    def _takes(self, clip: ClipDescription) -> list[str]:
        listed = self._common("Components", clip.core.properties)
        return [short_word(COMPONENTS, c, c) for c in listed]

    def _settle(self, raw: dict[str, ClipFormat | None], prefs: ClipPreferences) -> None:
        for name, mapped in prefs.inputs.items():
            self._inputs[name].settle(raw[name], mapped)
        if self._output:
            put_format(self._output.core.properties, prefs.output)
            put_rate(self._output.core.properties, prefs.frame_rate)

    def _default_region(self, time: float) -> Rect:
        regions = [r for n in self._deciding() if (r := self._inputs[n].extent(time))]
        if not regions:
            return rect((0.0, 0.0, *self._project_extent))
        x1, y1, x2, y2 = zip(*regions, strict=True)
        return (min(x1), min(y1), max(x2), max(y2))

    def _deciding(self) -> list[str]:
        """Inputs whose union is the standard's default region of definition."""
        needed = [n for n, clip in self._inputs.items() if not clip.optional]
        return needed or list(self._inputs)
