"""A still that comes through a pipe."""

from __future__ import annotations

import tempfile
from pathlib import Path

from anatomatte.errors import PlateError

from ..picture import Picture

_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"II*\0", ".tif"), (b"MM\0*", ".tif"),
    (b"\x76\x2f\x31\x01", ".exr"), (b"BM", ".bmp"), (b"SDPX", ".dpx"), (b"XPDS", ".dpx"), (b"#?", ".hdr"),
)  # fmt: skip
"""First bytes of a file → its usual suffix."""


def picture_of(content: bytes, name: str = "standard input") -> Picture:
    """The bytes of a still, read as its file would be.

    Raises:
        PlateError: they are none, or no picture.
    """
    from ..images import read_image

    if not content:
        raise PlateError(f"{name} is empty (0 bytes); send the bytes of a picture.")
    suffix = ".webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ".png"
    suffix = next((end for magic, end in _MAGIC if content.startswith(magic)), suffix)
    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        path = Path(folder) / f"stdin{suffix}"
        path.write_bytes(content)
        try:
            return read_image(path)
        except PlateError as why:
            raise PlateError(str(why).replace(str(path), name)) from why
