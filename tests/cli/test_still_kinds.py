"""Stills that are whole and rare: packed by methods that are not built in, tagged JPEG XL, whole numbers."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.images import read_image
from anatomatte_batch.stills_colour import peek_colour
from made.cli_fake import plate

HEIGHT, WIDTH = 9, 16


def still(path, kind="uint16", channels=3, tags=(), kinds=(), fourth=1.0):
    """A plate in a file of that suffix, with these attributes."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(WIDTH, HEIGHT, channels, kind)
    for name, value in tags:
        spec.attribute(name, value)
    if kinds:
        spec.channelformats = tuple(oiio.TypeDesc(one) for one in kinds)
    pixels = np.full((HEIGHT, WIDTH, channels), fourth, np.float32)
    pixels[..., :3] = np.clip(plate(WIDTH, HEIGHT), 0, 1)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec) and sink.write_image(pixels) and sink.close(), sink.geterror()
    return path


@pytest.mark.parametrize("method", [34887, 50000, 50002], ids=["LERC", "ZSTD", "JPEG XL"])
def test_a_tiff_packed_by_an_unknown_method_is_not_called_damaged(tmp_path, method):
    path = still(tmp_path / "p.tif", tags=[("compression", "none")])
    whole = path.read_bytes()
    entry = struct.pack("<HHI", 259, 3, 1)
    at = whole.index(entry) + len(entry)
    path.write_bytes(whole[:at] + struct.pack("<H", method) + whole[at + 2 :])
    with pytest.raises(PlateError, match=r"p\.tif is packed in a way that is not read: .*LZW or ZIP\."):
        read_image(path)


def test_the_reason_of_a_damaged_tiff_is_the_decoder_s_own(tmp_path):
    path = still(tmp_path / "p.tif", tags=[("compression", "zip")])
    whole = bytearray(path.read_bytes())
    whole[-60:] = bytes(60)
    path.write_bytes(whole)
    with pytest.raises(PlateError, match=r"truncated or damaged: (?!could not seek)"):
        read_image(path)


@pytest.mark.parametrize(
    ("name", "space", "colour"),
    [
        ("p.jxl", "lin_rec709_scene", "linear"),
        ("p.jxl", "srgb_rec709_scene", "srgb"),
        ("p.jxl", "pq_rec2020_display", "pq"),
        ("p.jxl", "hlg_rec2020_display", "hlg"),
        ("p.tga", "lin_rec709_scene", "linear"),
        ("p.tga", "srgb_rec709_scene", "srgb"),
        ("p.jp2", "srgb_rec709_scene", "srgb"),
        ("p.bmp", "srgb_rec709_scene", "srgb"),
    ],
)
def test_every_type_of_still_is_believed_what_it_says_of_its_encoding(tmp_path, name, space, colour):
    path = still(
        tmp_path / name,
        "uint8" if name[-3:] in ("tga", "bmp") else "uint16",
        tags=[("oiio:ColorSpace", space)],
    )
    if colour is None:
        with pytest.raises(PlateError, match=f"is tagged as {space}.*--colour"):
            peek_colour(path)
    else:
        assert peek_colour(path) == colour


def test_whole_numbers_of_an_exr_are_their_values(tmp_path):
    """As OpenEXR itself reads them; a matte of ones is a matte."""
    path = still(
        tmp_path / "p.exr", "half", 4, kinds=["half", "half", "half", "uint"], fourth=1 / (2**32 - 1)
    )
    import OpenImageIO as oiio

    spec = oiio.ImageInput.open(str(path)).spec()
    assert str(spec.channelformat(3)) == "uint"
    assert (read_image(path).pixels[..., 3] == 1.0).all()


def test_the_alpha_of_a_bmp_is_no_factor_of_its_colour(tmp_path):
    assert read_image(still(tmp_path / "p.bmp", "uint8", 4)).premult == "unpremultiplied"


def with_tag(path, number, value):
    """The TIFF with another value of a short tag."""
    whole = path.read_bytes()
    entry = struct.pack("<HHI", number, 3, 1)
    at = whole.index(entry) + len(entry)
    path.write_bytes(whole[:at] + struct.pack("<H", value) + whole[at + 2 :])
    return path


def test_colours_that_are_no_rgb_are_told(tmp_path):
    separated = with_tag(still(tmp_path / "p.tif", "uint8", 4, [("compression", "none")]), 262, 5)
    picture = read_image(separated)
    assert [one.code for one in picture.messages] == ["colour-unsure"]
    assert "p.tif is CMYK: its colours become RGB without its profile" in picture.messages[0].text
    assert picture.pixels.shape == (HEIGHT, WIDTH, 3)
    assert not read_image(separated, matte=True).messages


@pytest.mark.parametrize(("name", "made"), [("p.mpo", "p.jpg"), ("p.jif", "p.jpg"), ("p.dib", "p.bmp")])
def test_further_names_of_formats_are_read_without_a_word(tmp_path, name, made):
    still(tmp_path / made, "uint8").rename(tmp_path / name)
    picture = read_image(tmp_path / name)
    assert picture.pixels.shape == (HEIGHT, WIDTH, 3) and not picture.messages
    assert peek_colour(tmp_path / name) == "srgb"


def test_a_jpeg_with_a_second_picture_behind_it_is_whole(tmp_path):
    """As cameras with two lenses, and phones with a map of depth, write."""
    one = still(tmp_path / "p.jpg", "uint8").read_bytes()
    (tmp_path / "q.mpo").write_bytes(one + one)
    assert np.array_equal(read_image(tmp_path / "q.mpo").pixels, read_image(tmp_path / "p.jpg").pixels)


@pytest.mark.parametrize("kind", ["heic", "gpr", "jxr", "pcx", "dds"])
def test_a_folder_tells_what_it_holds_that_is_not_read(tmp_path, kind):
    from anatomatte_batch.cutout.names import Place, left_out

    still(tmp_path / "p.jpg", "uint8")
    (tmp_path / f"q.{kind}").touch()
    assert f".{kind} (1)" in left_out(tmp_path, Place(folder=tmp_path / "out"))


@pytest.mark.parametrize("code", range(8))
def test_a_dpx_stands_as_its_orientation_says_or_is_refused(tmp_path, code):
    """The image library makes a picture of wrong rows where lines are columns (SMPTE 268M, field 21)."""
    path = still(tmp_path / "p.dpx", tags=[("oiio:BitsPerSample", 16)])
    plain = read_image(path).pixels
    whole = bytearray(path.read_bytes())
    whole[768:770] = struct.pack(">H" if whole[:4] == b"SDPX" else "<H", code)
    path.write_bytes(whole)
    if code > 3:
        with pytest.raises(PlateError, match=r"p\.dpx holds lines that run up or down .* turn it first"):
            read_image(path)
        return
    turned = plain[:, ::-1] if code % 2 else plain
    assert np.array_equal(read_image(path).pixels, turned[::-1] if code > 1 else turned)


@pytest.mark.parametrize("endian", ["little", "big"])
@pytest.mark.parametrize("packing", ["Filled, method A", "Filled, method B", "Packed"])
@pytest.mark.parametrize("order", ["RGBA", "ABGR"])
def test_the_last_value_of_each_row_of_a_dpx_is_that_of_the_file(tmp_path, order, packing, endian):
    """The image library leaves out the last of four channels where it has a word of 10 bits for itself."""
    told = [("oiio:BitsPerSample", 10), ("dpx:Packing", packing), ("oiio:Endian", endian)]
    alpha = np.linspace(0.1, 0.9, HEIGHT, dtype=np.float32)[:, None, None]
    path = still(tmp_path / "p.dpx", channels=4, tags=told, fourth=alpha)
    whole = bytearray(path.read_bytes())
    whole[800] = {"RGBA": 51, "ABGR": 52}[order]
    path.write_bytes(whole)
    written = np.empty((HEIGHT, WIDTH, 4), np.float32)
    written[..., :3], written[..., 3:] = np.clip(plate(WIDTH, HEIGHT), 0, 1), alpha
    wanted = written if order == "RGBA" else written[..., ::-1]
    assert np.abs(read_image(path).pixels - wanted).max() < 1e-3
    if packing != "Packed":
        path.write_bytes(whole[:-1])
        with pytest.raises(PlateError, match=r"p\.dpx is truncated or damaged"):
            read_image(path)


@pytest.mark.parametrize("small", [1, 0])
def test_a_tiff_that_begins_with_its_thumbnail_is_the_picture_behind(tmp_path, small):
    """NewSubfileType, TIFF 6.0 section 8: bit 0 is a smaller copy of another picture in the file."""
    import OpenImageIO as oiio

    path = tmp_path / "p.tif"
    large = np.clip(plate(WIDTH, HEIGHT), 0, 1)
    thumb, whole = oiio.ImageSpec(4, 3, 3, "uint8"), oiio.ImageSpec(WIDTH, HEIGHT, 3, "float")
    thumb.attribute("tiff:subfiletype", small)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), (thumb, whole)) and sink.write_image(np.zeros((3, 4, 3), np.float32))
    assert sink.open(str(path), whole, "AppendSubimage") and sink.write_image(large) and sink.close()
    data = path.read_bytes()
    entry = struct.pack("<HHI", 254, 4, 1)
    assert data.index(entry)
    path.write_bytes(data.replace(entry + struct.pack("<I", 0), entry + struct.pack("<I", small), 1))
    picture = read_image(path)
    if small:
        assert picture.size == (WIDTH, HEIGHT) and np.allclose(picture.pixels, large)
        assert peek_colour(path) == picture.colour == "linear" and not picture.messages
    else:
        assert picture.size == (4, 3) and peek_colour(path) == "srgb"


def test_a_jpeg_of_twelve_bits_is_not_called_damaged(tmp_path):
    path = still(tmp_path / "p.jpg", "uint8")
    whole = path.read_bytes()
    at = whole.index(b"\xff\xc0") + 4  # the precision in the frame's header
    path.write_bytes(whole[:at] + b"\x0c" + whole[at + 1 :])
    with pytest.raises(PlateError, match=r"packed in a way that is not read: .*12.* 8 bits\.$"):
        read_image(path)


def test_a_radiance_file_of_xyze_is_refused_with_its_cure(tmp_path):
    head = "#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n-Y 1 +X 8\n"
    (tmp_path / "p.hdr").write_bytes(head.encode() + bytes(32))
    with pytest.raises(PlateError, match=r"p\.hdr cannot be read: .*RGBE are read: convert XYZE.*\.$"):
        read_image(tmp_path / "p.hdr")


def test_an_exr_of_smaller_chroma_is_refused_with_its_cure(tmp_path):
    """OpenEXR's own luminance and chroma; the image library reads channels of one size alone."""
    path = still(tmp_path / "p.exr", "half", tags=[("compression", "none")])
    whole = path.read_bytes()
    at = whole.index(b"chlist\0") + 11 + len(b"B\0") + 8  # behind its length, name, kind and linearity
    path.write_bytes(whole[:at] + struct.pack("<II", 2, 1) + whole[at + 8 :])
    with pytest.raises(
        PlateError, match=r"p\.exr cannot be read: Subsampled .*; write it with .* R, G and B\.$"
    ):
        read_image(path)
