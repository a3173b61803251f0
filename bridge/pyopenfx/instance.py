"""An instance of a plug-in: parameters, clips, and the actions that a host asks of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _host
from ._words import DEPTHS, FIELDS, short_word
from .clips import Clip, ClipDescription, Clips, ClipFormat, Feed, put_format
from .errors import ERR_MEMORY, OK, REPLY_DEFAULT, REPLY_NO, REPLY_YES, ActionError, HostError, RenderError
from .image import Layout, Rect
from .params import Param, Params
from .preferences import ClipPreferences, as_arguments, defaults, from_arguments

if TYPE_CHECKING:
    from .host import Plugin

OUTPUT = "Output"
Scale = float | tuple[float, float]
_MOST_ECHOES = 8  # rounds of parameters that a plug-in sets in answer to parameters


def pair(scale: Scale) -> tuple[float, float]:
    """A render scale as (x, y); ValueError unless above 0."""
    x, y = scale if isinstance(scale, tuple) else (scale, scale)
    if not (x > 0 and y > 0):
        raise ValueError(f"The render scale is above 0, not {scale}.")
    return (float(x), float(y))


class InstanceBase:
    """What an instance is between renders: made, changed, asked, and closed."""

    def __init__(
        self,
        plugin: Plugin,
        descriptor: _host.Effect,
        context: str,
        *,
        layout: Layout,
        project_size: tuple[float, float] | None,
        frame_range: tuple[float, float],
        frame_rate: float,
        interactive: bool,
    ) -> None:
        self.plugin = plugin
        self.context = context
        self.layout = layout
        self._core = descriptor.instance()
        self._fixed_size = project_size is not None
        self._lock = threading.RLock()
        self._busy = 0
        self._preferences: tuple[object, ClipPreferences] | None = None
        self._closed = False
        cores = {c.name: c for c in self._core.clips()}
        self._output = ClipDescription(cores[OUTPUT]) if OUTPUT in cores else None
        inputs = {n: Clip(c, layout) for n, c in cores.items() if n != OUTPUT}
        self.clips = Clips(inputs, self._connect)
        self.params = Params(
            {p.name: Param(p, lambda: self._core.time, self._param_changed) for p in self._core.params()}
        )
        self._put("OfxPropIsInteractive", int(interactive))
        self._put("OfxImageEffectPropFrameRate", float(frame_rate))
        self._set_project(project_size or (1920.0, 1080.0))
        self.frame_range = frame_range
        self.time = frame_range[0]
        self._quiet = True
        self._act("OfxActionCreateInstance", None, None)
        self._core.take_plugin_edits()
        self._quiet = False

    # ---- life ----

    def close(self) -> None:
        """Destroys the instance; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._core.act("OfxActionDestroyInstance", None, None)
        for name in self.clips:
            self.clips[name].feed(None)
        self.plugin._forget(self)

    def __enter__(self) -> InstanceBase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- what the artist sees ----

    @property
    def messages(self) -> list[tuple[str, str, str]]:
        """Every message of the plug-in: (type, id, text), type in the standard's words."""
        return self._core.messages()

    @property
    def persistent_message(self) -> tuple[str, str, str] | None:
        """The message that the plug-in keeps up: (type, id, text), or None."""
        return self._core.persistent()

    @property
    def notes(self) -> list[str]:
        """Breaches of the standard by the plug-in that the host put right, one sentence each."""
        return self._core.notes()

    @property
    def answer(self) -> bool:
        """What questions of the plug-in are answered; yes by default."""
        return self._core.answer == REPLY_YES

    @answer.setter
    def answer(self, yes: bool) -> None:
        self._core.answer = REPLY_YES if yes else REPLY_NO

    @property
    def time(self) -> float:
        """The time line's current frame."""
        return self._core.time

    @time.setter
    def time(self, time: float) -> None:
        self._core.time = float(time)

    @property
    def frame_range(self) -> tuple[float, float]:
        """First and last frame of the time line and of every input."""
        return self._core.time_bounds

    @frame_range.setter
    def frame_range(self, span: tuple[float, float]) -> None:
        first, last = float(span[0]), float(span[1])
        if last < first:
            raise ValueError(f"The frame range ends before it starts: {first:g} to {last:g}.")
        self._core.time_bounds = (first, last)
        self._put("OfxImageEffectInstancePropEffectDuration", last - first + 1)
        for clip in self._core.clips():
            clip.properties.put("OfxImageEffectPropFrameRange", [first, last])
            clip.properties.put("OfxImageEffectPropUnmappedFrameRange", [first, last])

    @property
    def properties(self) -> dict[str, list[Any]]:
        return self._core.properties.as_dict()

    # ---- questions ----

    def clip_preferences(self, time: float | None = None) -> ClipPreferences:
        """The formats of clips and output; asked again once connections or parameters changed."""
        at = self.time if time is None else float(time)
        with self._lock, self._frame():
            raw = {name: self.clips[name].raw_format(at) for name in self.clips}
            key = tuple(raw.items())
            if self._preferences is None or self._preferences[0] != key:
                self._preferences = (key, self._ask_preferences(raw))
            return self._preferences[1]

    def region_of_definition(self, time: float, scale: Scale = 1.0) -> Rect:
        """Where the output has pixels: (x1, y1, x2, y2) in canonical coordinates, y up."""
        with self._frame():
            prefs = self.clip_preferences(time)
            start = self._default_region(time, prefs)
            args = {"OfxPropTime": float(time), "OfxImageEffectPropRenderScale": list(pair(scale))}
            out = {"OfxImageEffectPropRegionOfDefinition": list(start)}
            name = "OfxImageEffectActionGetRegionOfDefinition"
            found = self._act(name, args, out, time=time, scale=scale)
            region = found["OfxImageEffectPropRegionOfDefinition"]
        return (region[0], region[1], region[2], region[3])

    def regions_of_interest(
        self, time: float, region: Rect | None = None, scale: Scale = 1.0
    ) -> dict[str, Rect]:
        """What of each connected input the plug-in needs for `region` (canonical; all by default)."""
        with self._frame():
            wanted = region or self.region_of_definition(time, scale)
            args = {
                "OfxPropTime": float(time),
                "OfxImageEffectPropRenderScale": list(pair(scale)),
                "OfxImageEffectPropRegionOfInterest": [float(v) for v in wanted],
            }
            out = {f"OfxImageClipPropRoI_{name}": [float(v) for v in wanted] for name in self._connected()}
            name = "OfxImageEffectActionGetRegionsOfInterest"
            found = self._act(name, args, out, time=time, scale=scale)
        return {n: tuple(found[f"OfxImageClipPropRoI_{n}"]) for n in self._connected()}

    def frames_needed(self, time: float) -> dict[str, list[tuple[float, float]]]:
        """Ranges of frames that the plug-in needs of each connected input to render `time`."""
        with self._frame():
            self.clip_preferences(time)
            out = {f"OfxImageClipPropFrameRange_{n}": [float(time)] * 2 for n in self._connected()}
            args = {"OfxPropTime": float(time)}
            found = self._act("OfxImageEffectActionGetFramesNeeded", args, out, time=time, free=True)
        ranges = {n: found[f"OfxImageClipPropFrameRange_{n}"] for n in self._connected()}
        return {n: list(zip(r[::2], r[1::2], strict=False)) for n, r in ranges.items()}

    def time_domain(self) -> tuple[float, float] | None:
        """First and last frame that the plug-in makes; None where it leaves that to the host."""
        out = {"OfxImageEffectPropFrameRange": list(self.frame_range)}
        status, found = self._core.act("OfxImageEffectActionGetTimeDomain", None, out)
        if status == REPLY_DEFAULT:
            return None
        self._must(status, "OfxImageEffectActionGetTimeDomain")
        first, last = found["OfxImageEffectPropFrameRange"]
        return (first, last)

    def purge_caches(self) -> None:
        """Asks the plug-in to give memory back."""
        self._act("OfxActionPurgeCaches", None, None)

    def sync_private_data(self) -> None:
        """Asks the plug-in to write its state into its parameters, as before saving."""
        self._act("OfxActionSyncPrivateData", None, None)

    # ---- changes ----

    @contextmanager
    def changes(self, reason: str = "OfxChangeUserEdited") -> Iterator[None]:
        """Brackets several changes in one Begin/EndInstanceChanged."""
        args = {"OfxPropChangeReason": reason}
        with self._lock:
            outer = self._quiet
            if not outer:
                self._act("OfxActionBeginInstanceChanged", args, None)
            self._quiet = True
            try:
                yield
            finally:
                self._quiet = outer
                if not outer:
                    self._act("OfxActionEndInstanceChanged", args, None)

    def _param_changed(self, name: str) -> None:
        self._changed("OfxTypeParameter", name)

    def _changed(self, kind: str, name: str) -> None:
        with self._lock:
            self._preferences = None
            with self.changes():
                self._tell(kind, name, "OfxChangeUserEdited")
                for _ in range(_MOST_ECHOES):
                    edits = self._core.take_plugin_edits()
                    for edited in dict.fromkeys(edits):
                        self._tell("OfxTypeParameter", edited, "OfxChangePluginEdited")
                    if not edits:
                        break

    def _tell(self, kind: str, name: str, reason: str) -> None:
        args: dict[str, Any] = {
            "OfxPropType": kind,
            "OfxPropName": name,
            "OfxPropChangeReason": reason,
            "OfxPropTime": self.time,
            "OfxImageEffectPropRenderScale": [1.0, 1.0],
        }
        with self._frame():
            self._act("OfxActionInstanceChanged", args, None, time=self.time)

    def _connect(self, clip: Clip, source: Feed) -> None:
        with self._lock, self._frame():
            before = clip.raw_format(self.time)
            clip.feed(source)
            after = clip.raw_format(self.time)
            clip.settle(after, after)
            if before == after:
                return
            if clip.name == self._first_input() and not self._fixed_size and clip.connected:
                region = clip.extent(self.time)
                if region:
                    self._set_project((region[2] - region[0], region[3] - region[1]), region[:2])
            self._changed("OfxTypeClip", clip.name)

    # ---- inside ----

    @contextmanager
    def _frame(self) -> Iterator[None]:
        """What callables return is remembered until the outermost question is answered."""
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
                if not self._busy:
                    for name in self.clips:
                        self.clips[name].forget()

    def _act(
        self,
        action: str,
        in_args: Mapping[str, Any] | None,
        out_args: Mapping[str, Any] | None,
        *,
        time: float | None = None,
        scale: Scale = 1.0,
        free: bool = False,
    ) -> dict[str, list[Any]]:
        if self._closed:
            raise HostError(f"This instance of {self.plugin.label} is closed.")
        status, found = self._core.act(action, in_args, out_args, time=time, scale=pair(scale))
        self._must(status, action)
        return found

    def _must(self, status: int, action: str) -> None:
        if status in (OK, REPLY_DEFAULT):
            return
        kind = RenderError if action == "OfxImageEffectActionRender" else ActionError
        error = kind(action, status, self.plugin.label, self._last_words())
        if status == ERR_MEMORY:
            raise error from MemoryError(f"{self.plugin.label} found no memory")
        raise error

    def _last_words(self) -> str:
        if self.persistent_message:
            return self.persistent_message[2]
        bad = [m[2] for m in self.messages if m[0] in ("OfxMessageError", "OfxMessageFatal")]
        return bad[-1] if bad else ""

    def _ask_preferences(self, raw: dict[str, ClipFormat | None]) -> ClipPreferences:
        takes = {name: self.clips[name].components for name in self.clips}
        output_takes = self._output.components if self._output else ["rgba"]
        masks = {n for n in self.clips if self.clips[n].is_mask or self.clips[n].optional}
        depths = [
            short_word(DEPTHS, d) for d in self._core.properties.get("OfxImageEffectPropSupportedPixelDepths")
        ]
        several = bool(self._flag("OfxImageEffectPropMultipleClipDepths"))
        start = defaults(raw, takes, output_takes, masks, depths, several)
        name = "OfxImageEffectActionGetClipPreferences"
        found = self._act(name, None, as_arguments(start, OUTPUT))
        prefs = from_arguments(found, start, OUTPUT)
        for clip, mapped in prefs.inputs.items():
            self.clips[clip].settle(raw[clip], mapped)
        if self._output:
            put_format(self._output._core.properties, prefs.output)
        return prefs

    def _default_region(self, time: float, prefs: ClipPreferences) -> Rect:
        regions = [r for n in self._deciding() if (r := self.clips[n].extent(time))]
        if not regions:
            width, height = self._core.properties.get("OfxImageEffectPropProjectExtent")
            return (0.0, 0.0, width, height)
        x1, y1, x2, y2 = zip(*regions, strict=True)
        return (min(x1), min(y1), max(x2), max(y2))

    def _deciding(self) -> list[str]:
        first = self._first_input()
        if self.context == "filter" and first is not None:
            return [first]
        return [n for n in self.clips if not self.clips[n].optional] or list(self.clips)

    def _first_input(self) -> str | None:
        return "Source" if "Source" in self.clips else next(iter(self.clips), None)

    def _connected(self) -> list[str]:
        return [n for n in self.clips if self.clips[n].connected]

    def _flag(self, name: str) -> int:
        values = self._core.properties.get(name)
        return int(values[0]) if values else 0

    def _put(self, name: str, value: Any) -> None:
        self._core.properties.put(name, value)

    def _set_project(self, size: tuple[float, float], offset: tuple[float, ...] = (0.0, 0.0)) -> None:
        self._put("OfxImageEffectPropProjectSize", [float(v) for v in size])
        self._put("OfxImageEffectPropProjectOffset", [float(v) for v in offset])
        self._put(
            "OfxImageEffectPropProjectExtent", [float(s + o) for s, o in zip(size, offset, strict=True)]
        )


Callback = Callable[[], bool]
