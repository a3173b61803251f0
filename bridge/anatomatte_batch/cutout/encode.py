"""A cut picture as the bytes of files: the cutout, its matte, people and parts, the legend, labels."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte import __version__
from anatomatte.errors import AnatomatteError, OutputError

from .. import face_marks
from ..picture import Floats
from ..pixel_marks import NAME, Marks
from .cut import Cut, coded
from .options import FORMATS, CutoutOptions

CUTOUT, ALPHA, PARTS, LEGEND, LABELS = "_cutout", "_alpha", "_parts", "_legend", "_labels"
REGIONS = "_regions"
MATTE = "_part_"
"""What the names of files end in, before their suffix; a matte's is followed by whose it is."""
_LOSSY = ("jpeg", "webp")
_LAYER = "rgba"
"""What the pixels of a file are called in its mark, as those of a render's picture are."""
_PLACE = "a7a0a77e5eed0f11"
_PLACEHOLDER = json.dumps({_LAYER: _PLACE})
"""A mark until it is known."""
MADE_BY = f"Anatomatte {__version__}"


def encoded(cut: Cut, options: CutoutOptions | None = None) -> Iterator[tuple[str, bytes]]:
    """The files of a picture: what is put behind its name, suffix included, and the bytes.

    ``_cutout.png`` comes first; ``_alpha.png`` with *alpha_too*; with *parts* ``_part_person_01.face.png`` of
    each person and part, ``_parts.png`` (colour map), ``_legend.png`` (the map with names), ``_labels.json``;
    with *regions* ``_part_person_01.face_lips.png`` of each region, ``_regions.png`` and the labels.
    Mattes have the depth of the cutout; where that is EXR, they are EXR too.

    Args:
        options: as the picture was cut with; others may change format, quality and background.

    Raises:
        AnatomatteError: the cutout holds what is no number.
        OutputError: it cannot be encoded.
    """
    from dataclasses import replace

    wish = options or cut.options
    cut = cut if wish == cut.options else replace(cut, options=wish)
    if not np.isfinite(cut.light).all():
        raise AnatomatteError(f"The cutout of {cut.picture.name} holds values that are no numbers.")
    suffix, aspect = FORMATS[wish.format][0], cut.picture.aspect
    yield CUTOUT + suffix, picture_bytes(_for_format(cut), wish.format, wish.quality, aspect, cut.marks)
    matte = "exr" if wish.format == "exr" else "tiff" if wish.format == "tiff" else "png"
    end = FORMATS[matte][0]
    if wish.alpha_too:
        yield ALPHA + end, _matte(cut.alpha, matte, cut.deep, aspect)
    if wish.parts:
        for name, plane in {**cut.people, **cut.parts}.items():
            yield MATTE + name + end, _matte(plane, matte, cut.deep, aspect)
        yield PARTS + ".png", picture_bytes(coded(cut.parts_map(), False), "png", aspect=aspect)
        from .pages import legend_page

        yield LEGEND + ".png", picture_bytes(coded(legend_page(cut), False), "png", marks=cut.marks)
    if wish.regions:
        for name, plane in cut.regions.items():
            yield MATTE + name + end, _matte(plane, matte, cut.deep, aspect)
        yield REGIONS + ".png", picture_bytes(coded(cut.regions_map(), False), "png", aspect=aspect)
    if wish.parts or wish.regions:
        yield LABELS + ".json", (json.dumps(cut.labels(), indent=1) + "\n").encode()


def _for_format(cut: Cut) -> Any:
    """The pixels that the format takes: no alpha in JPEG nor over a background, premultiplied in EXR."""
    pixels = cut.rgba
    if cut.options.format == "jpeg" or (cut.options.background is not None and cut.options.format != "exr"):
        pixels = pixels[..., :3]
    if cut.options.format in ("jpeg", "webp") and pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    if cut.options.format == "exr":
        half = np.float32(65504.0)
        light = cut.light if cut.options.background is None else pixels
        return np.clip(light, -half, half)
    return pixels


def _matte(matte: Floats, kind: str, deep: bool, aspect: float) -> bytes:
    plane = np.ascontiguousarray(matte[..., None])
    return picture_bytes(plane if kind == "exr" else coded(plane, deep), kind, aspect=aspect)


def picture_bytes(
    pixels: Any,
    kind: str,
    quality: int = 92,
    aspect: float = 1.0,
    marks: Mapping[str, str] = face_marks.NONE,
    held: bool = True,
) -> bytes:
    """Pixels H×W×C with C in 1, 3, 4 as the bytes of a file.

    Args:
        pixels: uint8 or uint16 sRGB, not premultiplied; float32, scene-linear and premultiplied, for ``exr``.
        kind: a name of `FORMATS`.
        aspect: width of a pixel divided by its height, which WebP cannot hold.
        marks: what its header says of a face that was replaced.
        held: whether the header holds a mark of the pixels (`pixel_marks`) too: of what JPEG and WebP are
            decoded to, else of what was written.

    Raises:
        OutputError: the image library does not take them.
    """
    lossy = kind in _LOSSY
    marks = {**marks, NAME: _PLACEHOLDER} if held and lossy else marks
    if kind == "webp":
        content = _webp(pixels, quality, marks)
        return _stamped(content, kind) if held else content
    import OpenImageIO as oiio

    height, width, channels = pixels.shape
    spec = oiio.ImageSpec(width, height, channels, "half" if kind == "exr" else str(pixels.dtype))
    if kind == "exr" and channels == 1:
        spec.channelnames = ("A",)
    if held and not lossy:
        marks = {**marks, NAME: _mark(spec, pixels, kind)}
    spec.attribute("Software", MADE_BY)
    if kind == "exr":
        for name, text in marks.items():
            spec.attribute(name, text)
    elif marks:
        spec.attribute("ImageDescription", face_marks.text(marks))
    spec.attribute("DateTime", "")  # else an EXR or a TIFF says that it was taken just now
    spec.attribute("oiio:UnassociatedAlpha", 0 if kind == "exr" else 1)
    spec.attribute("compression", f"jpeg:{quality}" if kind == "jpeg" else "zips" if kind == "exr" else "zip")
    spec.attribute("png:compressionLevel", 4)
    if aspect != 1.0:
        spec.attribute("PixelAspectRatio", aspect)
    if kind != "exr":
        spec.attribute("oiio:ColorSpace", "sRGB")
    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        path = Path(folder) / f"made{FORMATS[kind][0]}"
        sink = oiio.ImageOutput.create(str(path))
        good = sink is not None and sink.open(str(path), spec) and sink.write_image(pixels)
        if sink is None or not good or not sink.close():
            why = sink.geterror() if sink is not None else oiio.geterror()
            raise OutputError(f"A {kind} of {width}×{height} cannot be made: {why.strip()}.")
        return _stamped(path.read_bytes(), kind) if held and lossy else path.read_bytes()


def _mark(spec: Any, pixels: Any, kind: str) -> str:
    """The mark of what a file that loses nothing holds, as its header has it."""
    from ..stills import of_depth

    found = Marks(None if kind == "exr" else _LAYER)
    found.pixels(spec, of_depth(pixels, "half") if kind == "exr" else pixels, 0)
    return found.text()


def _stamped(content: bytes, kind: str) -> bytes:
    """A file with the mark of what it is decoded to in the place of the one that it was made with."""
    from ..stills import marks_in

    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        path = Path(folder) / f"made{FORMATS[kind][0]}"
        path.write_bytes(content)
        mark = marks_in(path).total()
    return content.replace(_PLACE.encode(), f"{mark:016x}".encode())


def _webp(pixels: Any, quality: int, marks: Mapping[str, str]) -> bytes:
    import cv2

    height, width, channels = pixels.shape
    if max(height, width) > 16383:
        raise OutputError(f"WebP holds at most 16383 pixels a side, not {width}×{height}; write PNG.")
    order = cv2.COLOR_RGBA2BGRA if channels == 4 else cv2.COLOR_RGB2BGR
    how, picture = [cv2.IMWRITE_WEBP_QUALITY, quality], cv2.cvtColor(pixels, order)
    if marks:
        said = np.frombuffer(face_marks.xmp(marks).encode(), np.uint8)
        good, content = cv2.imencodeWithMetadata(".webp", picture, [cv2.IMAGE_METADATA_XMP], [said], how)
    else:
        good, content = cv2.imencode(".webp", picture, how)
    if not good:
        raise OutputError(f"A WebP of {width}×{height} cannot be made; write PNG.")
    return bytes(content)
