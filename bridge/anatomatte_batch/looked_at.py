"""A picture file as whoever checks a render finds it: read to the last tile, without a word of trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import stills
from .cut_files import cut
from .files import reachable
from .pixel_marks import kept_by
from .provenance import PREFIX

Facts = Mapping[str, str]


@dataclass(frozen=True)
class LookedAt:
    """What a file says and holds.

    Attributes:
        fault: why it is no whole picture; empty where it is one.
        facts: its provenance, by full name; empty of a file that Anatomatte did not make.
        channels: of all its parts.
        windows: of the first part: x, y, width, height of the data and of the display window.
        flat: whether all its pixels are the same.
        empty: whether the alpha is 0 everywhere; None where there is no alpha.
        full: whether it is 1 everywhere; None as above.
        path: of the file.
        altered: layers whose pixels are not those that Anatomatte wrote; None where the header keeps no
            marks of them.
        program: that says in the header that it wrote the file.
    """

    fault: str = ""
    facts: Facts = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    windows: tuple[int, ...] = ()
    flat: bool = False
    empty: bool | None = None
    full: bool | None = None
    path: Path | None = None
    altered: tuple[str, ...] | None = None
    program: str = ""

    @property
    def ours(self) -> bool:
        return bool(self.facts)


def look(path: Path) -> LookedAt:
    """Read a still, every part and pixel of it."""
    import OpenImageIO as oiio

    if not path.is_file():
        return LookedAt("is not there")
    if path.stat().st_size == 0:
        return LookedAt("is empty (0 bytes)")
    if cut(path):
        return LookedAt("is truncated or damaged")
    with reachable(path) as name:
        source = stills.opened(name)
        if source is None:
            oiio.geterror()
            return LookedAt("is truncated or damaged")
        try:
            return _read(path, source)
        finally:
            source.close()


def _read(path: Path, source: Any) -> LookedAt:
    channels: list[str] = []
    windows: tuple[int, ...] = ()
    flat, empty, full, finite, part, program = True, None, None, True, 0, ""
    marks = stills.marks_of(path)
    while source.seek_subimage(part, 0):
        spec = source.spec()
        if spec.deep:
            return LookedAt("is a deep image")
        pixels = source.read_image(part, 0, 0, spec.nchannels, spec.format)
        if pixels is None:
            source.geterror()
            return LookedAt("is truncated or damaged")
        marks.pixels(spec, pixels, spec.y)
        pixels = np.asarray(pixels).reshape(-1, spec.nchannels)
        finite = finite and (pixels.dtype.kind != "f" or bool(np.isfinite(pixels).all()))
        flat = flat and bool((pixels == pixels[0]).all())
        names = [str(one) for one in spec.channelnames]
        if spec.alpha_channel >= 0:
            alpha = pixels[:, spec.alpha_channel]
            most = 1 if alpha.dtype.kind == "f" else np.iinfo(alpha.dtype).max
            empty = (empty is not False) and not bool(alpha.any())
            full = (full is not False) and bool((alpha == most).all())
        channels += names
        program = program or program_of(spec)
        windows = windows or (
            spec.x, spec.y, spec.width, spec.height,
            spec.full_x, spec.full_y, spec.full_width, spec.full_height,
        )  # fmt: skip
        part += 1
    told = stills.attributes(path) or {}
    own = {name: text for name, text in told.items() if name.startswith(PREFIX)}
    fault = "" if finite else "holds values that are no numbers"
    kept = kept_by(own)
    altered = tuple(marks.differing(kept)) if kept else None
    return LookedAt(fault, own, tuple(channels), windows, flat, empty, full, path, altered, program)


def program_of(spec: Any) -> str:
    """The program that says that it wrote a file; an empty text where none does."""
    if version := spec.getattribute("nuke/version"):
        return f"Nuke {version}"
    told = str(spec.getattribute("Software") or "")
    return told.split(" : ")[0].strip()  # OpenImageIO puts the words of its command behind
