"""What the service asks of the cutter: a still in, encoded files and labels out."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from anatomatte_batch.cutout import CutoutOptions
from anatomatte_batch.cutout.cut import Cut, coded
from anatomatte_batch.cutout.cutter import Cutter
from anatomatte_batch.cutout.encode import ALPHA, LABELS, PARTS, REGIONS, encoded, picture_bytes
from anatomatte_batch.picture import Floats

from .limits import Limits
from .pictures import read

_KINDS = {"jpg": "jpeg", "tif": "tiff"}
"""Formats of the service that `anatomatte_batch.cutout.FORMATS` calls otherwise."""
_SEEN = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
"""Formats that browsers show."""
_VIEW_QUALITY = 90


@dataclass(frozen=True)
class Wish:
    """What is wanted of each picture of a request.

    Attributes:
        options: of the cutout; their ``sheet`` asks for the colour map of parts and the labels.
        alpha: the matte too, as a grey PNG.
        plate: the picture as it was read too, and everything as a browser shows it.
    """

    options: CutoutOptions = field(default_factory=CutoutOptions)
    alpha: bool = False
    plate: bool = False


@dataclass
class Made:
    """What became of a picture.

    Attributes:
        files: suffix of the name → bytes; the result first.
        views: what a page shows: ``result``, ``alpha``, ``parts``, ``regions``, ``plate`` → (extension,
            bytes).
        labels: as `Cut.labels`; None where neither parts nor regions were not asked for.
        seconds: in the engine.
        told: what there is to say of it.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    views: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    labels: dict[str, object] | None = None
    seconds: float = 0.0
    told: tuple[str, ...] = ()


def opened(stop: Callable[[], bool]) -> Cutter:
    """The warm cutter."""
    return Cutter(stop=stop)


def options(
    background: str | Path, kind: str, only: tuple[str, ...], quality: int, **edge: float | None
) -> CutoutOptions:
    """The options of a cutout as the service's words say them.

    Args:
        background: ``transparent``, a colour, or a file of ours; a sender's word is never a path.
        edge: ``threshold``, ``feather``, ``erode``, as `CutoutOptions`.

    Raises:
        SettingsError: a colour or a part does not exist.
    """
    word = background.strip().lower() if isinstance(background, str) else background
    behind = None if word in ("", "transparent", "none") else background
    kind = _KINDS.get(kind, kind)
    given = {name: value for name, value in edge.items() if value is not None}
    return CutoutOptions(background=behind, format=kind, only=only, quality=quality, **given)  # type: ignore[arg-type]


def made(cutter: Cutter, source: Path, name: str, wish: Wish, limits: Limits) -> Callable[[], Made]:
    """A picture cut, in the engine's thread; what is returned encodes it, in any other.

    Raises:
        Refused: it is no picture, or too large; or its background is.
        AnatomatteError: as a batch's frame.
    """
    began = time.monotonic()
    behind = wish.options.background
    if isinstance(behind, Path):
        read(behind, "The background", limits)  # what is wrong with it is told of it, not of a path of ours
    cut = cutter.cut(read(source, name, limits), wish.options)
    took = time.monotonic() - began
    return lambda: _encoded(cut, wish, took)


def found(
    cutter: Cutter, source: Path, name: str, kind: str, limits: Limits, regions: bool = False
) -> Callable[[], dict[str, bytes]]:
    """The parts of a picture, as `made`.

    Args:
        kind: ``png``, ``zip`` or ``json``.
        regions: those of faces too; a colour map is then of them.
    """
    cut = cutter.cut(read(source, name, limits), CutoutOptions(sheet=True, regions=regions))
    return lambda: _parsed(cut, kind)


def _encoded(cut: Cut, wish: Wish, seconds: float) -> Made:
    """All files of a cut picture."""
    said = (*(one.text for one in cut.picture.messages), *cut.told)
    result = Made(seconds=round(seconds, 3), told=tuple(dict.fromkeys(said)))
    suffix, first = next(encoded(cut))
    result.files[suffix] = first
    if wish.alpha:
        result.files[f"{ALPHA}.png"] = _png(cut.alpha[..., None])
        result.views["alpha"] = ".png", result.files[f"{ALPHA}.png"]
    if wish.options.sheet:
        result.files[f"{PARTS}.png"] = _png(cut.parts_map())
        result.views["parts"] = ".png", result.files[f"{PARTS}.png"]
    if wish.options.regions:
        result.files[f"{REGIONS}.png"] = _png(cut.regions_map())
        result.views["regions"] = ".png", result.files[f"{REGIONS}.png"]
    if wish.options.sheet or wish.options.regions:
        result.labels = cut.labels()
        result.files[f"{LABELS}.json"] = json.dumps(result.labels, indent=1).encode()
    if wish.plate:
        shown = picture_bytes(coded(cut.plate, False), "jpeg", _VIEW_QUALITY, held=False)
        result.views["plate"] = ".jpg", shown
        result.views["result"] = _shown(cut, first)
    return result


def _shown(cut: Cut, first: bytes) -> tuple[str, bytes]:
    """The result as a browser shows it: extension, bytes."""
    kind = cut.options.format
    if kind in _SEEN:
        return _SEEN[kind], first
    return ".png", next(encoded(cut, replace(cut.options, format="png")))[1]


def _png(values: Floats) -> bytes:
    return picture_bytes(coded(values, False), "png")


def _parsed(cut: Cut, kind: str) -> dict[str, bytes]:
    """``png``: the colour map; ``zip``: one archive; ``json``: labels.json and a PNG of each mask."""
    regions = {"regions.png": _png(cut.regions_map())} if cut.options.regions else {}
    if kind == "png":
        return regions or {"parts.png": _png(cut.parts_map())}
    masks = {**cut.people, **cut.parts, **cut.regions}
    files = {"labels.json": json.dumps(cut.labels(), indent=1).encode()}
    files |= {f"{name}.png": _png(mask[..., None]) for name, mask in masks.items()}
    if kind == "json":
        return files
    return {"parts.zip": _zipped({**files, "parts.png": _png(cut.parts_map()), **regions})}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()
