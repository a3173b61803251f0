"""What a cICP says of a PNG (ITU-T H.273): every transfer code, and video's range."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.images import read_image
from anatomatte_batch.stills_colour import peek_colour

KNOWN = {
    1: "rec709",
    4: "srgb",
    6: "rec709",
    8: "linear",
    13: "srgb",
    14: "rec709",
    15: "rec709",
    16: "pq",
    18: "hlg",
    2: "srgb",  # unspecified: as any PNG
}
BYTES_OF_KINDS = {0: 1, 2: 3, 4: 2, 6: 4}


def png(path, pixel, cicp, kind=2, bits=8):
    """A PNG of one colour, *pixel*: codes of 8 or 16 bits; *kind* of colour as its header has it."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    assert len(pixel) == BYTES_OF_KINDS[kind]
    row = b"\0" + struct.pack(f">{len(pixel)}{'B' if bits == 8 else 'H'}", *pixel) * 5
    body = chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 3, bits, kind, 0, 0, 0))
    body += chunk(b"cICP", bytes(cicp)) + chunk(b"IDAT", zlib.compress(row * 3))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("code", [*KNOWN, 0, 3, 5, 7, 9, 10, 11, 12, 17, 19, 255])
def test_every_transfer_code_is_read_or_refused(tmp_path, code):
    path = png(tmp_path / "a.png", (90, 90, 90), (9, code, 0, 1))
    if code in KNOWN:
        assert peek_colour(path) == read_image(path).colour == KNOWN[code]
    else:
        with pytest.raises(PlateError, match=r"is tagged as .*--colour"):
            peek_colour(path)
        assert read_image(path).colour.startswith("?")


@pytest.mark.parametrize("bits", [8, 16])
def test_video_s_range_is_obeyed(tmp_path, bits):
    black, white, over = (code << (bits - 8) for code in (16, 235, 240))
    path = png(tmp_path / "a.png", (black, white, over), (1, 1, 0, 0), bits=bits)
    assert np.allclose(read_image(path).pixels[0, 0], (0, 1, 224 / 219), atol=1e-6)
    assert np.allclose(
        read_image(png(path, (black, white, over), (1, 1, 0, 1), bits=bits)).pixels[0, 0] * (2**bits - 1),
        (black, white, over),
        atol=0.01,
    )


def test_an_alpha_has_the_full_range(tmp_path):
    path = png(tmp_path / "a.png", (235, 235, 235, 235), (1, 13, 0, 0), kind=6)
    assert np.allclose(read_image(path).pixels[0, 0], (1, 1, 1, 235 / 255), atol=1e-6)


@pytest.mark.parametrize(("kind", "pixel", "value"), [(0, (235,), 1.0), (4, (16, 235), 235 / 255)])
def test_a_matte_of_video_s_range_is_whole(tmp_path, kind, pixel, value):
    path = png(tmp_path / "a.png", pixel, (1, 13, 0, 0), kind=kind)
    assert np.allclose(read_image(path, matte=True).pixels, value, atol=1e-6)
