"""Uploaded pictures: known by their content, measured by their headers, read as every still is."""

from __future__ import annotations

import struct
from pathlib import Path

from anatomatte.errors import PlateError
from anatomatte_batch.files import NATURES
from anatomatte_batch.images import read_image
from anatomatte_batch.picture import Picture

from .limits import Limits
from .problems import Refused, too_large
from .unsized import is_bounded

_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, ".png"),
    (b"\xff\xd8\xff", 0, ".jpg"),
    (b"WEBP", 8, ".webp"),
    (b"II*\0", 0, ".tif"),
    (b"MM\0*", 0, ".tif"),
    (b"II+\0", 0, ".tif"),
    (b"MM\0+", 0, ".tif"),
    (b"\x76\x2f\x31\x01", 0, ".exr"),
    (b"BM", 0, ".bmp"),
    (b"SDPX", 0, ".dpx"),
    (b"XPDS", 0, ".dpx"),
    (b"\x80\x2a\x5f\xd7", 0, ".cin"),
    (b"#?RADIANCE", 0, ".hdr"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", 0, ".jxl"),
    (b"\xff\x0a", 0, ".jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", 0, ".jp2"),
    (b"\xff\x4f\xff\x51", 0, ".j2k"),
)
"""(first bytes, where, suffix): the stills of `anatomatte_batch.formats` that have a magic."""

ACCEPTED = "PNG, JPEG, WebP, TIFF, OpenEXR, BMP, DPX, Cineon, Radiance HDR, JPEG XL, JPEG 2000, Targa"
HEAD = 18
"""Bytes that tell the kind of a file."""
_TARGA = struct.Struct("<BBBHHBHHHHBB")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_CHANNELS = 64
_MOST_PARTS = 64


def kind_of(head: bytes) -> str | None:
    """The suffix that a file with these first bytes has, ``.zip`` among them; None of anything else."""
    if head.startswith(_ZIP):
        return ".zip"
    found = next((suffix for magic, at, suffix in _MAGIC if head[at : at + len(magic)] == magic), None)
    return found or (".tga" if _is_targa(head) else None)


def _is_targa(head: bytes) -> bool:
    """Whether the 18 bytes are a header of Truevision's TGA 2.0 (1991), which has no magic.

    Every field that the standard bounds is held to it: colour map, kind, size, depth, descriptor.
    """
    if len(head) < HEAD:
        return False
    _, mapped, kind, _, entries, bits, _, _, width, height, depth, descriptor = _TARGA.unpack(head[:HEAD])
    if mapped not in (0, 1) or kind not in (1, 2, 3, 9, 10, 11) or (kind in (1, 9) and not mapped):
        return False
    if mapped and (not entries or bits not in (15, 16, 24, 32)):
        return False
    if not mapped and any(head[3:8]):
        return False
    return bool(width and height) and depth in (8, 15, 16, 24, 32) and not descriptor & 0xC0


def unknown(name: str) -> Refused:
    """415: a file that is no picture."""
    return Refused(
        415,
        f"{name} is no picture that is read here.",
        f"Send one of {ACCEPTED}; or a zip of them as a batch.",
    )


def measured(path: Path, name: str, limits: Limits) -> tuple[int, int]:
    """Width and height of a picture, from its header alone.

    Args:
        path: a file of ours, whose suffix is its content's.
        name: what its sender calls it.

    Raises:
        Refused: it is no picture, or its header promises more pixels, channels or parts than are taken.
    """
    import OpenImageIO as oiio

    if not is_bounded(path, limits):
        raise Refused(
            415,
            f"{name} is damaged or cut short, or takes more to decode than this server has for a picture.",
            "Save it again, smaller, or as PNG.",
        )
    source = oiio.ImageInput.open(str(path))
    if source is None:
        oiio.geterror()
        raise Refused(415, f"{name} is damaged or cut short.", "Save it again and send it whole.")
    try:
        if source.format_name() not in NATURES:
            raise unknown(name)
        spec = source.spec()
        width, height, parts = spec.full_width, spec.full_height, 1
        pixels = max(spec.width * spec.height, width * height)
        while parts < _MOST_PARTS and source.seek_subimage(parts, 0):
            inner = source.spec(parts, 0)
            pixels = max(pixels, inner.width * inner.height, inner.full_width * inner.full_height)
            parts += 1
    finally:
        source.close()
    if pixels > limits.pixels:
        raise too_large(f"{name} with {pixels / 1e6:.0f} megapixels", f"{limits.megapixels:g} megapixels")
    if spec.nchannels > _MOST_CHANNELS or parts >= _MOST_PARTS:
        raise too_large(f"{name} with {spec.nchannels} channels", f"{_MOST_CHANNELS}, in {_MOST_PARTS} parts")
    if width < 1 or height < 1:
        raise Refused(415, f"{name} holds no pixel.", "Save it again.")
    return width, height


def read(path: Path, name: str, limits: Limits) -> Picture:
    """A picture, upright, with its colour as every still of a batch.

    Raises:
        Refused: as `measured`.
        PlateError: it is damaged; the message names it as its sender does.
    """
    measured(path, name, limits)
    try:
        return read_image(path)
    except PlateError as why:
        raise PlateError(str(why).replace(str(path), name)) from why
