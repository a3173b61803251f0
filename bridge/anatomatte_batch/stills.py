"""Still images out: half-float multi-layer EXR, PNG, TIFF; and the judgement of one that is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte.atomic import beside
from anatomatte.errors import AnatomatteError, PlateError, SettingsError

from .cryptomatte import Cryptomatte
from .cut_files import cut
from .exr_zip import LINES, Lines, Proof
from .exr_zip import write as write_blocks
from .files import reachable
from .formats import BY_SUFFIX, suffixes, words
from .layers import called, channel_names
from .picture import Floats, Picture, placed
from .provenance import PREFIX, Provenance
from .still_rows import Spans, filled, read_rows, write_rows

STILLS = suffixes(video=False, written=True)
DEPTHS: dict[str, tuple[str, ...]] = {suffix: BY_SUFFIX[suffix].depths for suffix in sorted(STILLS)}
COMPRESSIONS = ("zips", "zip", "piz", "dwaa", "dwab", "none")
TRIMMED = "trimmed"
"""In the words for a format: every frame has a data window of its own."""
_LOSSY = ("dwaa", "dwab")
_PIXELS = {"8": "uint8", "16": "uint16", "half": "half", "float": "float"}
_HALF_MAX = np.float32(65504.0)


@dataclass(frozen=True)
class StillFormat:
    """How stills are written: the file's extension, layers, pixel depth and compression, the names of
    people (layer, name) that layers are called by, the Cryptomattes among the layers, and whether the data
    window is no larger than what is not 0.

    Raises:
        SettingsError: the combination does not exist in that kind of file.
    """

    extension: str
    layers: tuple[str, ...]
    depth: str
    compression: str
    names: tuple[tuple[str, str], ...] = ()
    cryptomattes: tuple[Cryptomatte, ...] = ()
    trim: bool = False

    def __post_init__(self) -> None:
        if self.extension not in STILLS:
            name = self.extension or "A name without extension"
            raise SettingsError(f"{name} is not written; there are {words(written=True)}.")
        if self.depth not in DEPTHS[self.extension]:
            depths = ", ".join(DEPTHS[self.extension])
            raise SettingsError(f"--depth {self.depth}: {self.extension} files take {depths}.")
        if not self.exr and len(self.channels) not in (1, 4):
            raise SettingsError(
                f"{self.extension} files hold one layer; write EXR for {', '.join(self.layers)}."
            )
        if self.trim and not self.exr:
            raise SettingsError(f"--trim: {self.extension} files have no data window; write EXR.")
        if self.cryptomattes and self.compression in _LOSSY:
            raise SettingsError(
                f"--compression {self.compression} alters the ids of Cryptomattes; take zips, zip or piz."
            )

    @property
    def exr(self) -> bool:
        return self.extension == ".exr"

    @property
    def linear(self) -> bool:
        """Whether the file holds scene-linear light: EXR and float TIFF."""
        return self.depth in ("half", "float")

    @property
    def channels(self) -> list[str]:
        """Names of the channels, in file order."""
        coded = [channel for one in self.cryptomattes for channel in one.channels]
        return channel_names(self.layers, dict(self.names)) + coded

    @property
    def depths(self) -> tuple[str, ...]:
        """Of each channel, in file order: a Cryptomatte keeps ids in the bits of floats."""
        kept = sum(len(one.channels) for one in self.cryptomattes)
        return (_PIXELS[self.depth],) * (len(self.channels) - kept) + ("float",) * kept

    def __str__(self) -> str:
        coded = {one.layer: str(one) for one in self.cryptomattes}
        layers = (coded.get(layer) or called(layer, dict(self.names)) for layer in self.layers)
        told = f"{','.join(layers)} {self.depth} {self.compression if self.exr else ''}".strip()
        return f"{told} {TRIMMED}" if self.trim else told


@dataclass(frozen=True)
class Written:
    """What a finished file has to look like ever after."""

    path: Path
    size: int
    channels: tuple[str, ...]
    digest: str
    inode: int

    def fault(self) -> str:
        """What is wrong with the file now; empty where it is as it was written."""
        try:
            now = self.path.stat()
        except OSError:
            return "is gone since it was written; check the disk"
        if now.st_ino != self.inode:  # somebody put another file there
            told = (attributes(self.path) or {}).get(PREFIX + "digest", "")
            if told and told != self.digest:
                return "was rendered with other words by another run meanwhile; give each run its own DST"
        if now.st_size != self.size:
            return f"has {now.st_size} bytes instead of {self.size} since it was written; check the disk"
        return ""


def write_still(
    path: Path, layers: Mapping[str, Floats], picture: Picture, how: StillFormat, record: Provenance
) -> Written:
    """Write a still whole or not at all, and read it back before it gets its name.

    Args:
        layers: H×W×4 for ``rgba``, H×W×1 for mattes, top row first, covering ``picture.bounds``.
        picture: the plate, for windows, pixel aspect and metadata.

    Raises:
        OutputError: the disk is full, no permission, or what was written reads back otherwise.
        PlateError: the result holds values that are no numbers, because the plate does.
        AnatomatteError: it does though the plate does not.
    """
    planes = _planes(layers, how)
    spans = Spans.of(planes)
    if not spans.finite:
        if not np.isfinite(picture.pixels).all():
            raise PlateError(
                f"{picture.name} holds pixels that are no numbers (NaN or infinite); mend the plate."
            )
        raise AnatomatteError(
            f"The render of {picture.name} holds values that are no numbers; please report it."
        )
    if how.trim:
        planes, picture = _trimmed(planes, spans, picture)
        spans = Spans.of(planes)
    names = how.channels
    with beside(path) as temporary:
        spec = _spec(planes[0].shape, names, picture, how, record)
        proof = _write(temporary, planes, spans, spec, how, picture)
        fault = damage(temporary, tuple(names), proof)
        if fault:
            raise OSError(f"what was written {fault}; check the disk")  # writers of some kinds never fail
        facts = temporary.stat()
    return Written(path, facts.st_size, tuple(names), record.digest, facts.st_ino)


def _planes(layers: Mapping[str, Floats], how: StillFormat) -> list[Floats]:
    """All channels in file order, H×W each."""
    parts: list[Floats] = [layers["rgba"]] if "rgba" in how.layers else []
    parts += [layers[name] for name in how.layers if name != "rgba" and not (name == "alpha" and parts)]
    return [part[..., n] for part in parts for n in range(part.shape[2])]


def _trimmed(planes: list[Floats], spans: Spans, picture: Picture) -> tuple[list[Floats], Picture]:
    """What is not 0, and the plate with the bounds of that."""
    rows, columns = filled(planes, spans)
    x, top = picture.bounds[0], picture.bounds[3]
    bounds = (x + columns.start, top - rows.stop, x + columns.stop, top - rows.start)
    return [plane[rows, columns] for plane in planes], replace(picture, bounds=bounds)


def _spec(
    size: tuple[int, ...], names: list[str], picture: Picture, how: StillFormat, record: Provenance
) -> Any:
    import OpenImageIO as oiio

    height, width = size
    spec = oiio.ImageSpec(width, height, len(names), how.depths[-1])
    spec.channelnames = tuple(names)
    if how.cryptomattes:
        spec.channelformats = tuple(oiio.TypeDesc(depth) for depth in how.depths)
    spec.alpha_channel = names.index("A") if "A" in names else -1
    x, y, full_width, full_height = picture.display
    if how.exr:
        spec.x, spec.y = x + picture.bounds[0], y + full_height - picture.bounds[3]
        spec.full_x, spec.full_y, spec.full_width, spec.full_height = picture.display
        for name, (kind, value) in picture.facts.items():
            if name != "colorInteropID" or str(value).startswith("lin_") == _is_linear(record):
                spec.attribute(name, kind, value)
        if picture.fps and "FramesPerSecond" not in picture.facts:
            rate = Fraction(picture.fps).limit_denominator(1001)
            spec.attribute("FramesPerSecond", "rational", (rate.numerator, rate.denominator))
        spec.attribute("compression", how.compression)
        for facts in (record.attributes(), *(one.header for one in how.cryptomattes)):
            for name, text in facts.items():
                spec.attribute(name, text)
    else:
        spec.width = spec.full_width = full_width
        spec.height = spec.full_height = full_height
        spec.attribute("ImageDescription", record.text())
        spec.attribute("oiio:UnassociatedAlpha", int(_is_straight(how, record)))
        spec.attribute("compression", "zip")
        if not how.linear:
            spec.attribute("oiio:ColorSpace", "sRGB")
    spec.attribute("PixelAspectRatio", picture.aspect)
    spec.attribute("DateTime", "")  # else the image library says in EXR and TIFF that it was taken just now
    spec.attribute("Software", f"Anatomatte {record.account.facts.get('version', '')}".strip())
    return spec


def _is_straight(how: StillFormat, record: Provenance) -> bool:
    """Whether the header says that readers are to multiply by the alpha; PNG knows nothing else."""
    if how.extension == ".png":
        return True
    return record.settings.get("output") == "unpremultiplied"


def _is_linear(record: Provenance) -> bool:
    told = record.settings
    return "linear" in (
        told.get("output_colour"),
        told.get("output_colour") == "input" and told.get("input_colour"),
    )


def _write(
    path: Path, planes: list[Floats], spans: Spans, spec: Any, how: StillFormat, picture: Picture
) -> Proof | None:
    """Write a file; what proves that it is whole, where that takes less than to decode it."""
    import OpenImageIO as oiio

    zipped = how.exr and how.compression in LINES
    with reachable(path) as name:
        sink = oiio.ImageOutput.create(name)
        if sink is None or not sink.open(name, spec):
            raise OSError(sink.geterror() if sink else oiio.geterror())
        try:
            if zipped:
                pass  # the library writes the header and leaves room for the table of blocks
            elif how.exr:
                write_rows(sink, planes, how.depths, spans.there)
            elif not sink.write_image(_into_display(planes, how, picture)):
                raise OSError(sink.geterror())
        finally:
            closed = sink.close()
        if not closed:
            raise OSError(sink.geterror())
    if not zipped:
        return None
    lines = Lines(how.channels, how.depths, planes[0].shape[1])
    return write_blocks(path, spec.y, LINES[how.compression], planes, spans, lines)


def _into_display(planes: list[Floats], how: StillFormat, picture: Picture) -> Floats:
    """The data window's pixels on a canvas of the display window, for files that know no windows."""
    stack = np.stack(planes, axis=2)
    if how.depth == "half":
        np.clip(stack, -_HALF_MAX, _HALF_MAX, out=stack)
    return placed(stack, picture.bounds, (0, 0, *picture.size))


def damage(path: Path, channels: tuple[str, ...] | None = None, proof: Proof | None = None) -> str:
    """What is wrong with a file, or an empty text when it holds what was written: the bytes of *proof*, or
    without one pixels that all read and are finite."""
    if not path.is_file():
        return "is not there"
    if path.stat().st_size == 0:
        return "is empty"
    if cut(path) or (proof is not None and not proof.holds(path)):
        return "is truncated or damaged"
    with reachable(path) as name:
        return _damage(name, channels, proof is None)


def _damage(name: str, channels: tuple[str, ...] | None, decode: bool) -> str:
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(name)
    if source is None:
        oiio.geterror()
        return "is truncated or damaged"
    try:
        spec = source.spec()
        if channels is not None and not _same_channels(tuple(spec.channelnames), channels):
            return f"holds the channels {', '.join(spec.channelnames)} instead of {', '.join(channels)}"
        finite = read_rows(source) if decode else True
        if finite is None:
            source.geterror()
            return "is truncated or damaged"
        return "" if finite else "holds values that are no numbers"
    finally:
        source.close()


def _same_channels(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Files with one layer name a single channel as they like."""
    return set(found) == set(wanted) or (len(found) == len(wanted) == 1)


def attributes(path: Path) -> dict[str, str] | None:
    """The provenance that a file carries, empty in a foreign one; None when it has no readable header."""
    import OpenImageIO as oiio

    if not path.is_file() or path.stat().st_size == 0:
        return None
    with reachable(path) as name:
        source = oiio.ImageInput.open(name)
        if source is None:
            oiio.geterror()
            return None
        found = {item.name: item.value for item in source.spec().extra_attribs if isinstance(item.value, str)}
        source.close()
    own = {name: text for name, text in found.items() if name.startswith(PREFIX)}
    if own:
        return own
    try:
        described = json.loads(found.get("ImageDescription", ""))
    except ValueError:
        return {}
    return described if isinstance(described, dict) else {}
