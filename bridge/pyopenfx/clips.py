"""Clips: what a plug-in describes, and what feeds them in an instance."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from . import _host
from ._words import COMPONENTS, DEPTHS, FIELDS, PREMULTS, short_word
from .errors import ClipError
from .guard import Copies
from .image import (
    Image,
    Layout,
    Rect,
    as_image,
    converted,
    laid_out,
    lend,
    pixel_rect,
    pixels_premult,
    placed,
)

_KEPT_BYTES = 256_000_000  # of one clip's pictures while a frame is made; the last one is always kept

Feed = Image | npt.ArrayLike | Callable[[float], "Image | npt.ArrayLike | None"] | None


class ClipDescription:
    """One clip as the plug-in describes it; `properties` reads any property by name."""

    def __init__(self, core: _host.Clip) -> None:
        self.core = core

    @property
    def name(self) -> str:
        return self.core.name

    @property
    def properties(self) -> dict[str, list[Any]]:
        return self.core.properties.as_dict()

    def _first(self, name: str, fallback: Any) -> Any:
        values = self.core.properties.get(name)
        return values[0] if values else fallback

    @property
    def label(self) -> str:
        return str(self._first("OfxPropLabel", self.name))

    @property
    def components(self) -> list[str]:
        """What it takes: "rgba", "rgb", "alpha", or the standard's string for others."""
        listed = self.core.properties.get("OfxImageEffectPropSupportedComponents")
        return [short_word(COMPONENTS, c, c) for c in listed]

    @property
    def optional(self) -> bool:
        return bool(self._first("OfxImageClipPropOptional", 0))

    @property
    def is_mask(self) -> bool:
        return bool(self._first("OfxImageClipPropIsMask", 0))

    @property
    def temporal(self) -> bool:
        """Whether the plug-in asks it for other times than the one that it renders."""
        return bool(self._first("OfxImageEffectPropTemporalClipAccess", 0))

    @property
    def tiles(self) -> bool:
        return bool(self._first("OfxImageEffectPropSupportsTiles", 1))

    def __repr__(self) -> str:
        return f"<clip {self.name} {'/'.join(self.components)}{' optional' if self.optional else ''}>"


@dataclass(frozen=True)
class ClipFormat:
    """What a clip's pictures are: components, depth, premultiplication, aspect, field order."""

    components: str
    depth: str
    premult: str = "premultiplied"
    pixel_aspect: float = 1.0
    field: str = "none"


class Clip(ClipDescription):
    """An input of an instance."""

    def __init__(self, core: _host.Clip, layout: Layout, copies: Copies | None = None) -> None:
        super().__init__(core)
        self.layout = layout
        self._copies = copies
        self.format: ClipFormat | None = None  # as the plug-in is given it; None while disconnected
        self._source: Callable[[float], Image | None] | None = None
        self.known: ClipFormat | None = None  # of the last picture seen
        # the region of every clip, for a plug-in that takes one size; None where each has its own
        self.common: Callable[[float], Rect | None] | None = None
        self._memo: OrderedDict[float, Image | None] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def connected(self) -> bool:
        return self._source is not None

    def feed(self, source: Feed) -> None:
        """An array or Image for every time, a callable of time that returns one (or None where
        there is no picture), or None to disconnect.  Arrays are borrowed, not copied."""
        with self._lock:
            self._memo.clear()
            self.known = None
            if source is None:
                self._source = None
            elif callable(source):
                self._source = _called(source)
            else:
                still = as_image(source)
                self._source = lambda time: still
        if self._source is None:
            self.core.feed(None, None)
        else:
            self.core.feed(self._fetch, self._extent)
        self.core.properties.put("OfxImageClipPropConnected", int(self.connected))

    def image(self, time: float) -> Image | None:
        """The picture at a time as it was given; remembered until `forget`, as far as memory is granted."""
        with self._lock:
            if time in self._memo:
                self._memo.move_to_end(time)
                return self._memo[time]
            source = self._source
        found = source(time) if source else None
        with self._lock:
            self._memo[time] = found
            while len(self._memo) > 1 and _bytes(self._memo.values()) > _KEPT_BYTES:
                self._memo.popitem(last=False)
        return found

    def forget(self) -> None:
        """Lets go of what the callable returned."""
        with self._lock:
            self._memo.clear()

    def raw_format(self, time: float) -> ClipFormat | None:
        """The format as given, before the plug-in's preferences; None while disconnected.

        A frame without a picture has the format of the last one that had.
        """
        found = self.image(time)
        if found is not None:
            self.known = ClipFormat(
                found.components, found.depth, found.premultiplication, found.pixel_aspect, found.field
            )
        return self.known

    def settle(self, raw: ClipFormat | None, mapped: ClipFormat | None) -> None:
        """Tells the plug-in what it gets, and what there was."""
        self.format = mapped
        put_format(self.core.properties, mapped)
        props = self.core.properties
        props.put("OfxImageClipPropUnmappedPixelDepth", DEPTHS[raw.depth] if raw else "OfxBitDepthNone")
        props.put(
            "OfxImageClipPropUnmappedComponents",
            COMPONENTS[raw.components] if raw else "OfxImageComponentNone",
        )

    def extent(self, time: float) -> Rect | None:
        """Region of definition in canonical coordinates; None without a picture."""
        found = self.image(time)
        return found.region_of_definition if found else None

    def _extent(self, time: float) -> Rect | None:
        extent = self.extent(time)
        return (self.common(time) or extent) if self.common and extent else extent

    def _fetch(
        self, time: float, scale: tuple[float, float], region: Rect | None
    ) -> _host.ImageBuffer | None:
        # the whole picture, whatever region is asked for: it lies in memory already
        found = self.image(time)
        if found is None:
            return None
        depth = self.format.depth if self.format else found.depth
        components = self.format.components if self.format else found.components
        aspect = self.format.pixel_aspect if self.format else found.pixel_aspect
        ready = converted(found, depth, components, scale, aspect)
        if self.common and (common := self.common(time)):
            ready = replace(placed(ready, pixel_rect(common, scale, aspect)), region=common)
        if self._copies is not None:
            ready = self._copies.of(self.name, ready, self.layout)
        else:
            ready = replace(ready, pixels=laid_out(ready.pixels, self.layout))
        return lend(ready.pixels, ready, pixels_premult(found, components), writable=False)


def put_rate(props: _host.PropertySet, rate: float) -> None:
    """Writes a clip's frame rate into those of its properties that the host has."""
    for name in ("OfxImageEffectPropFrameRate", "OfxImageEffectPropUnmappedFrameRate"):
        if props.get(name):
            props.put(name, rate)


def put_format(props: _host.PropertySet, mapped: ClipFormat | None) -> None:
    """Writes a clip's format into its properties; None for a clip that has no picture."""
    props.put("OfxImageEffectPropPixelDepth", DEPTHS[mapped.depth] if mapped else "OfxBitDepthNone")
    props.put(
        "OfxImageEffectPropComponents", COMPONENTS[mapped.components] if mapped else "OfxImageComponentNone"
    )
    if mapped:
        props.put("OfxImageEffectPropPreMultiplication", PREMULTS[mapped.premult])
        props.put("OfxImagePropPixelAspectRatio", float(mapped.pixel_aspect))
        props.put("OfxImageClipPropFieldOrder", FIELDS[mapped.field])


def _bytes(images: Iterable[Image | None]) -> int:
    """Of different pictures: a still is one, at whatever times."""
    return sum({id(image.pixels): image.pixels.nbytes for image in images if image is not None}.values())


def _called(source: Callable[[float], Image | npt.ArrayLike | None]) -> Callable[[float], Image | None]:
    def image_at(time: float) -> Image | None:
        found = source(time)
        return None if found is None else as_image(found)

    return image_at


class Clips:
    """An instance's input clips, as attributes and items: `clips.Source = array`."""

    _all: dict[str, Clip]
    _connect: Callable[[Clip, Feed], None]

    def __init__(self, clips: dict[str, Clip], connect: Callable[[Clip, Feed], None]) -> None:
        object.__setattr__(self, "_all", clips)
        object.__setattr__(self, "_connect", connect)

    def __getitem__(self, name: str) -> Clip:
        if name not in self._all:
            raise ClipError(f"There is no input clip {name} among {', '.join(self._all) or 'none'}.")
        return self._all[name]

    def __getattr__(self, name: str) -> Clip:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __setitem__(self, name: str, source: Feed) -> None:
        self._connect(self[name], source)

    def __setattr__(self, name: str, source: Feed) -> None:
        self[name] = source

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._all]
