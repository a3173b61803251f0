"""Where the pixels of a still lie, and which of its pictures they are, whatever its writer says beside."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from anatomatte_batch.images import read_image
from made.cli_fake import cli, plate, read, write

SHOWN = np.clip(plate(), 0, 1)
TURNED = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
"""An Exif that says no more than that the picture lies on its side."""


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(path, before=b"", behind=b""):
    """A PNG with these chunks before and behind its pixels, and none of theirs from the image library."""
    write(path, SHOWN, "uint8")
    whole = path.read_bytes()
    for name in (b"eXIf", b"oFFs"):
        at = whole.index(name) - 4
        whole = whole[:at] + whole[at + 12 + int.from_bytes(whole[at : at + 4], "big") :]
    first = whole.index(b"IDAT") - 4
    path.write_bytes(whole[:first] + before + whole[first:-12] + behind + whole[-12:])
    return path


@pytest.mark.parametrize("place", [(3, 2), (4000, 3000), (-5, 0)])
def test_a_png_that_was_trimmed_is_where_it_is_shown(tmp_path, place):
    """oFFs is a place on a page (ImageMagick's -trim, GIMP's layers), and no window."""
    path = png(tmp_path / "p.1.png", chunk(b"oFFs", struct.pack(">iiB", *place, 0)))
    picture = read_image(path)
    assert picture.bounds == picture.display == (0, 0, 16, 9) and not picture.messages
    assert cli(path, tmp_path / "k.png") == 0
    assert read(tmp_path / "k.png")[0][..., 3].max() == 1


def test_a_dpx_without_the_size_of_its_original_is_where_it_is_shown(tmp_path):
    write(tmp_path / "p.dpx", SHOWN, "uint16")
    whole = bytearray((tmp_path / "p.dpx").read_bytes())
    whole[1408:1416] = struct.pack(">II" if whole[:4] == b"SDPX" else "<II", 10, 5)
    (tmp_path / "p.dpx").write_bytes(whole)
    assert read_image(tmp_path / "p.dpx").bounds == (0, 0, 16, 9)


def test_a_tiff_that_tells_the_size_of_its_page_lies_on_it(tmp_path):
    """As panoramas are cut (hugin): XPosition with the full width and height."""
    write(tmp_path / "p.tif", SHOWN, "uint8", x=3, y=2, full=(0, 0, 40, 20))
    picture = read_image(tmp_path / "p.tif")
    assert picture.bounds == (3, 9, 19, 18) and picture.display == (0, 0, 40, 20)


@pytest.mark.parametrize("big", [False, True])
def test_exif_behind_the_pixels_of_a_png_turns_it(tmp_path, big):
    exif = TURNED if not big else struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x112, 3, 1, 6, 0, 0)
    before = read_image(png(tmp_path / "a.png", chunk(b"eXIf", exif)))
    behind = read_image(png(tmp_path / "b.png", b"", chunk(b"eXIf", exif)))
    assert behind.size == before.size == (9, 16)
    assert np.array_equal(behind.pixels, before.pixels)


@pytest.mark.parametrize("exif", [b"", b"II*\0", TURNED[:12], b"II*\0\xff\xff\xff\xff", TURNED[2:]])
def test_a_damaged_exif_turns_nothing(tmp_path, exif):
    assert read_image(png(tmp_path / "p.png", b"", chunk(b"eXIf", exif))).size == (16, 9)


@pytest.mark.parametrize(("unit", "aspect"), [(0, 2.0), (1, 0.5), (2, 0.5)])
def test_dots_per_inch_of_a_jpeg_are_no_shape(tmp_path, unit, aspect):
    """JFIF: of units 0 the two numbers are the shape of a pixel; more dots make it narrower."""
    write(tmp_path / "p.jpg", SHOWN, "uint8")
    whole = bytearray((tmp_path / "p.jpg").read_bytes())
    at = whole.index(b"JFIF\0") + 7
    whole[at : at + 5] = struct.pack(">BHH", unit, 144, 72)
    (tmp_path / "p.jpg").write_bytes(whole)
    assert read_image(tmp_path / "p.jpg").aspect == pytest.approx(aspect)


def test_the_pixel_aspect_of_our_own_jpegs_comes_back(tmp_path):
    write(tmp_path / "p.jpg", SHOWN, "uint8", PixelAspectRatio=2.0)
    assert read_image(tmp_path / "p.jpg").aspect == pytest.approx(2.0)


def told(path):
    return [one.text for one in read_image(path).messages if one.code == "pages"]


def test_of_an_apng_it_is_told_that_its_still_is_read(tmp_path):
    path = png(tmp_path / "p.png", chunk(b"acTL", struct.pack(">II", 2, 0)))
    assert told(path) == ["p.png holds moving pictures; its still is read."]
    assert told(png(tmp_path / "q.png", b"", chunk(b"acTL", struct.pack(">II", 2, 0)))) == []


def test_a_larger_picture_behind_the_first_is_told(tmp_path):
    import OpenImageIO as oiio

    path = tmp_path / "p.tif"
    specs = [oiio.ImageSpec(size, size, 3, "uint8") for size in (4, 16)]
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), specs)
    for at, spec in enumerate(specs):
        assert not at or sink.open(str(path), spec, "AppendSubimage")
        assert sink.write_image(np.zeros((spec.height, spec.width, 3), np.float32))
    sink.close()
    (text,) = told(path)
    assert text.startswith("p.tif holds a picture of 16×16 behind its first one of 4×4, which is read")


# JPEG XL of 8 × 8, grey, without loss, by libjxl 0.11 (imagecodecs 2026.3): one picture, and two that move
STILL = "ff0a414050dc080804010018004b188b158201"
MOVING = "ff0a41044d0020286e090804010018004b188b1582010804050044004b188b15c249414e480000000000000000"


def test_a_jpeg_xl_that_moves_is_told(tmp_path):
    (tmp_path / "p.jxl").write_bytes(bytes.fromhex(MOVING))
    (tmp_path / "q.jxl").write_bytes(bytes.fromhex(STILL))
    assert told(tmp_path / "p.jxl") == ["p.jxl holds moving pictures; the last is read."]
    assert told(tmp_path / "q.jxl") == []


def test_a_short_jpeg_xl_is_not_called_damaged(tmp_path):
    """An empty matte of HD has 123 bytes."""
    (tmp_path / "p.jxl").write_bytes(bytes.fromhex(STILL))
    assert read_image(tmp_path / "p.jxl", matte=True).pixels.max() == 0
