"""Still images out: half-float multi-layer EXR, PNG, TIFF; and the judgement of one that is there."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anatomatte.atomic import beside
from anatomatte.errors import AnatomatteError, PlateError, SettingsError

from . import face_marks
from .boxed import Box, box_of
from .cryptomatte import Cryptomatte
from .cut_files import cut
from .exr_zip import LINES, Lines, Proof
from .exr_zip import write as write_blocks
from .files import reachable
from .formats import BY_SUFFIX, suffixes, words
from .layers import called, channel_names
from .picture import Floats, Picture, placed
from .pixel_marks import Marks, kept_by
from .provenance import PREFIX, Provenance
from .still_headers import spec_of, tell
from .still_rows import Spans, filled, read_rows, write_rows

STILLS = suffixes(video=False, written=True)
DEPTHS: dict[str, tuple[str, ...]] = {suffix: BY_SUFFIX[suffix].depths for suffix in sorted(STILLS)}
COMPRESSIONS = ("zips", "zip", "piz", "dwaa", "dwab", "none")
TRIMMED = "trimmed"
"""In the words for a format: every frame has a data window of its own."""
_LOSSY = ("dwaa", "dwab")
ALTERED = "holds other pixels than were written into it"
_PIECE = 1 << 20
"""Bytes of a file that are read at once."""
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
    """What a finished file has to look like ever after; *marks* are those of its layers (`pixel_marks`)."""

    path: Path
    size: int
    channels: tuple[str, ...]
    digest: str
    inode: int
    marks: str

    def fault(self) -> str:
        """What is wrong with the file now; empty where it is as it was written."""
        try:
            now = os.stat(os.path.realpath(self.path))  # as it was written: `x/..` needs no x
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
    planes, boxes = _planes(layers, how)
    spans = Spans.of(planes, boxes)
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
        spec = spec_of(planes[0].shape, names, picture, how, record)
        proof, marks = _write(temporary, planes, spans, spec, how, picture, record)
        fault = damage(temporary, tuple(names), proof)
        if fault:
            raise OSError(f"what was written {fault}; check the disk")  # writers of some kinds never fail
        facts = temporary.stat()
    return Written(path, facts.st_size, tuple(names), record.digest, facts.st_ino, marks)


def _planes(layers: Mapping[str, Floats], how: StillFormat) -> tuple[list[Floats], list[Box | None]]:
    """All channels in file order, H×W each, and where each is not 0, if it is known."""
    parts: list[Floats] = [layers["rgba"]] if "rgba" in how.layers else []
    parts += [layers[name] for name in how.layers if name != "rgba" and not (name == "alpha" and parts)]
    channels = [(np.asarray(part)[..., n], box_of(part)) for part in parts for n in range(part.shape[2])]
    return [plane for plane, _ in channels], [box for _, box in channels]


def _trimmed(planes: list[Floats], spans: Spans, picture: Picture) -> tuple[list[Floats], Picture]:
    """What is not 0, and the plate with the bounds of that."""
    rows, columns = filled(planes, spans)
    x, top = picture.bounds[0], picture.bounds[3]
    bounds = (x + columns.start, top - rows.stop, x + columns.stop, top - rows.start)
    return [plane[rows, columns] for plane in planes], replace(picture, bounds=bounds)


def _write(
    path: Path,
    planes: list[Floats],
    spans: Spans,
    spec: Any,
    how: StillFormat,
    picture: Picture,
    record: Provenance,
) -> tuple[Proof | None, str]:
    """Write a file; what proves that it is whole, where that takes less than to decode it, and the marks of
    its layers."""
    marks = Marks(None if how.exr else called(how.layers[0], dict(how.names)))
    if how.exr:
        marks.planes(how.channels, planes, spans, how.depths, spec.y, spec.x)
        pixels = None
    else:
        pixels = of_depth(_into_display(planes, how, picture), how.depth)
        marks.pixels(spec, pixels, 0)
    lossy = how.compression in _LOSSY and how.exr
    zipped = how.exr and how.compression in LINES
    tell(spec, how, record, marks.text(lossy))
    with _opened(path, spec) as sink:
        if pixels is not None:
            if not sink.write_image(pixels):
                raise OSError(sink.geterror())
        elif not zipped:  # else the library writes the header and leaves room for the table of blocks
            write_rows(sink, planes, how.depths, spans.there)
    if lossy:
        return None, _decoded(path, marks.text(True))
    if not zipped:
        return None, marks.text()
    lines = Lines(how.channels, how.depths, planes[0].shape[1])
    return write_blocks(path, spec.y, LINES[how.compression], planes, spans, lines), marks.text()


@contextlib.contextmanager
def _opened(path: Path, spec: Any) -> Iterator[Any]:
    """A file that pixels are written into."""
    import OpenImageIO as oiio

    with reachable(path) as name:
        sink = oiio.ImageOutput.create(name)
        if sink is None or not sink.open(name, spec):
            raise OSError(sink.geterror() if sink else oiio.geterror())
        try:
            yield sink
        finally:
            closed = sink.close()
        if not closed:
            raise OSError(sink.geterror())


def of_depth(stack: Floats, depth: str) -> npt.NDArray[Any]:
    """Pixels as the file holds them, made by the library's own conversion."""
    import OpenImageIO as oiio

    if depth == "float":
        return stack
    return np.asarray(oiio.ImageBuf(np.ascontiguousarray(stack)).get_pixels(_PIXELS[depth]))


def _decoded(path: Path, placeholder: str) -> str:
    """The marks of what a file's pixels became when they were packed, put into its header."""
    marks = marks_in(path)
    _put(path, placeholder.encode(), marks.text().ljust(len(placeholder)).encode())
    return marks.text()


def _put(path: Path, placeholder: bytes, told: bytes) -> None:
    """Write *told* over the first place where a file holds *placeholder*, which is as long: a header is as
    long as what the plate and its people say."""
    with path.open("r+b") as file:
        held, before = b"", 0
        while (at := held.find(placeholder)) < 0:
            keep = held[len(held) - min(len(held), len(placeholder) - 1) :]
            before += len(held) - len(keep)
            piece = file.read(_PIECE)
            if not piece:
                raise OSError("what was written lacks a part of its header; check the disk")
            held = keep + piece
        file.seek(before + at)
        file.write(told)


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
    return _damage(path, channels, marks_of(path) if proof is None else None)


def marks_of(path: Path) -> Marks:
    """Where the marks of a file's layers come together when it is read."""
    return Marks(None if path.suffix.lower() == ".exr" else "")


def marks_in(path: Path) -> Marks:
    """The marks of what a file that was just written is decoded to, whatever marks it holds.

    Raises:
        OSError: it cannot be read.
    """
    marks = marks_of(path)
    if (fault := _damage(path, None, marks)) not in ("", ALTERED):
        raise OSError(f"what was written {fault}; check the disk")
    return marks


def opened(name: str) -> Any:
    """A file that is read as it was written: colours are not multiplied by an alpha that they are kept
    beside.  None where it cannot be opened."""
    import OpenImageIO as oiio

    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    return oiio.ImageInput.open(name, hints)


def _damage(path: Path, channels: tuple[str, ...] | None, marks: Marks | None) -> str:
    """As `damage`; pixels are decoded where there are *marks* to take of them."""
    with reachable(path) as name:
        return _damage_of(name, channels, marks)


def _damage_of(name: str, channels: tuple[str, ...] | None, marks: Marks | None) -> str:
    import OpenImageIO as oiio

    source = opened(name)
    if source is None:
        oiio.geterror()
        return "is truncated or damaged"
    try:
        spec = source.spec()
        if channels is not None and not _same_channels(tuple(spec.channelnames), channels):
            return f"holds the channels {', '.join(spec.channelnames)} instead of {', '.join(channels)}"
        finite = True if marks is None else read_rows(source, marks.pixels)
        if finite is None:
            source.geterror()
            return "is truncated or damaged"
        if not finite:
            return "holds values that are no numbers"
        return ALTERED if marks and marks.differing(kept_by(_own(spec))) else ""
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
        try:
            return _own(source.spec()) or (face_marks.of_webp(path) if path.suffix.lower() == ".webp" else {})
        finally:
            source.close()


def _own(spec: Any) -> dict[str, str]:
    """The provenance in a header."""
    found = {item.name: item.value for item in spec.extra_attribs if isinstance(item.value, str)}
    own = {name: text for name, text in found.items() if name.startswith(PREFIX)}
    if own:
        return own
    try:
        described = json.loads(found.get("ImageDescription", ""))
    except ValueError:
        return {}
    return described if isinstance(described, dict) else {}
