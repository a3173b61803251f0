"""How a still is encoded: DPX codes by rule; tags of PNG, TIFF, JPEG, EXR; a word where they contradict."""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch.images import read_image
from anatomatte_batch.stills_colour import peek_colour
from made.cli_fake import cli, plate, read

TRANSFERS = {
    0: ("cineon", "taken as Cineon log"),
    1: ("cineon", ""),
    2: ("linear", "as older FFmpegs write of all"),
    3: ("cineon", ""),
    4: ("rec709", ""),
    5: ("rec709", ""),
    6: ("rec709", ""),
    7: ("rec709", ""),
    8: ("rec709", ""),
    9: ("rec709", ""),
    10: ("rec709", ""),
    11: (None, "Z depth linear"),
    12: (None, "Z depth homogeneous"),
    13: (None, "ADX"),
    77: ("cineon", "taken as Cineon log"),
    255: ("cineon", "taken as Cineon log"),
}


def dpx(path, transfer, colorimetric=0, bits=10, kind="uint16"):
    """A DPX with these codes in its header, at 801 and 802."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(16, 9, 3, kind)
    spec.attribute("oiio:BitsPerSample", bits)
    sink = oiio.ImageOutput.create("a.dpx")
    assert sink.open(str(path), spec) and sink.write_image(plate()) and sink.close()
    whole = bytearray(path.read_bytes())
    whole[801], whole[802] = transfer, colorimetric
    path.write_bytes(whole)
    return path


def told(picture):
    return [message.text for message in picture.messages if message.code == "colour-unsure"]


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("bits", [8, 10, 16])
def test_a_dpx_goes_by_its_transfer_code(tmp_path, transfer, bits):
    colour, words = TRANSFERS[transfer]
    path = dpx(tmp_path / "a.dpx", transfer, bits=bits, kind="uint8" if bits == 8 else "uint16")
    if colour is None:
        with pytest.raises(PlateError, match=f"is tagged as {words}.*--colour"):
            peek_colour(path)
        return
    assert peek_colour(path) == colour
    assert [words in text and "--colour" in text for text in told(read_image(path))] == [True] * bool(words)


@pytest.mark.parametrize(
    ("transfer", "colorimetric", "colour", "words"),
    [
        (255, 6, "rec709", "goes by its colorimetric, 'ITU-R 709-4'"),
        (0, 4, "rec709", "goes by its colorimetric"),
        (0, 1, "cineon", "goes by its colorimetric, 'Printing density'"),
        (3, 6, "cineon", "'Logarithmic' and, of its colorimetric, 'ITU-R 709-4'; the first counts"),
        (6, 1, "rec709", "the first counts"),
        (1, 1, "cineon", ""),
        (6, 6, "rec709", ""),
        (5, 6, "rec709", ""),
    ],
)
def test_the_colorimetric_code_stands_in_and_is_no_judge(tmp_path, transfer, colorimetric, colour, words):
    path = dpx(tmp_path / "a.dpx", transfer, colorimetric)
    assert peek_colour(path) == colour
    assert [words in text for text in told(read_image(path))] == [True] * bool(words)


def test_the_log_says_that_it_was_a_guess_once(tmp_path):
    for frame in (1, 2):
        dpx(tmp_path / f"a.{frame}.dpx", 255)
    log = tmp_path / "log"
    assert cli(tmp_path / "a.#.dpx", tmp_path / "k.#.exr", "--log", log) == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    (event,) = [event for event in events if event.get("code") == "colour-unsure"]
    assert "a.1.dpx does not say how it is encoded (transfer 'Undefined')" in json.dumps(event)
    _, spec = read(tmp_path / "k.1.exr")
    assert json.loads(spec.getattribute("anatomatte:settings"))["input_colour"] == "cineon"


# ---- ICC profiles, against curves written by hand


def profile(kind, *numbers, gray=False):
    """A profile that holds a tone curve and no more: parametric of *kind*, or ``curv`` of *numbers*."""
    if kind == "curv":
        tag = b"curv\0\0\0\0" + struct.pack(f">I{len(numbers)}H", len(numbers), *numbers)
    else:
        fixed = [round(n * 65536) for n in numbers]
        tag = b"para\0\0\0\0" + struct.pack(f">HH{len(fixed)}i", kind, 0, *fixed)
    tag += b"\0" * (-len(tag) % 4)
    names = (b"kTRC",) if gray else (b"rTRC", b"gTRC", b"bTRC")
    at = 132 + 12 * len(names)
    table = struct.pack(">I", len(names)) + b"".join(
        name + struct.pack(">II", at, len(tag)) for name in names
    )
    head = struct.pack(">I4sI4s4s4s", at + len(tag), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + tag


SRGB = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
TABLE = [round(65535 * (n / 1023) ** 2.2) for n in range(1024)]
PROFILES = [
    (("curv",), "linear"),
    (("curv", 256), "linear"),
    (("curv", 0, 65535), "linear"),
    ((0, 1.0), "linear"),
    (SRGB, "srgb"),
    (("curv", 563), "srgb"),
    (("curv", *TABLE), "srgb"),
    ((3, 1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081), "rec709"),
    (("curv", 461), "gamma 1.80"),
    ((1, 1.8, 1.0, 0.0), "gamma 1.80"),
    ((0, 2.6), "gamma 2.60"),
]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(path, *chunks):
    rows = b"".join(b"\0" + bytes([188] * 48) for _ in range(9))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 9, 8, 2, 0, 0, 0))
    body = b"".join(chunk(*one) for one in chunks) + chunk(b"IDAT", zlib.compress(rows))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b""))
    return path


def iccp(*curve):
    return b"iCCP", b"x\0\0" + zlib.compress(profile(*curve), 0)


def tagged(path, kind, pixels=None, **facts):
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(16, 9, 3, kind)
    for name, value in facts.items():
        if isinstance(value, bytes):
            spec.attribute(name, oiio.TypeDesc(f"uint8[{len(value)}]"), np.frombuffer(value, np.uint8))
        else:
            spec.attribute(name, value)
    sink = oiio.ImageOutput.create(path.name)
    assert sink.open(str(path), spec) and sink.write_image(plate() if pixels is None else pixels)
    assert sink.close()
    return path


@pytest.mark.parametrize(("curve", "colour"), PROFILES, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg", ".float.tif"])
def test_an_icc_profiles_curve_counts(tmp_path, curve, colour, suffix):
    if suffix == ".png":
        path = png(tmp_path / "a.png", iccp(*curve))
    else:
        kind = "float" if "float" in suffix else "uint8"
        path = tagged(tmp_path / f"a{suffix}", kind, ICCProfile=profile(*curve))
    if colour.startswith("gamma"):
        with pytest.raises(PlateError, match=f"is tagged as {colour}, .*--colour"):
            peek_colour(path)
    else:
        assert peek_colour(path) == colour


def test_a_profile_without_a_curve_or_damaged_says_nothing(tmp_path):
    whole = profile(*SRGB)
    for data in (whole[:140], whole[:-30], b"\0" * 128, whole.replace(b"TRC", b"XYZ")):
        assert peek_colour(tagged(tmp_path / "a.tif", "uint8", ICCProfile=data)) == "srgb"
    gray = profile("curv", gray=True)
    assert peek_colour(tagged(tmp_path / "a.tif", "uint8", ICCProfile=gray)) == "linear"


def gama(gamma):
    return b"gAMA", struct.pack(">I", round(gamma * 100_000))


@pytest.mark.parametrize(
    ("chunks", "colour", "words"),
    [
        ([(b"cICP", b"\x01\x08\0\x01"), iccp(*SRGB)], "linear", "linear by its cICP and srgb by its ICC"),
        ([(b"cICP", b"\x01\x0d\0\x01"), iccp("curv")], "srgb", "srgb by its cICP and linear by its ICC"),
        ([(b"cICP", b"\x02\x02\0\x01"), iccp("curv")], "linear", ""),
        ([iccp("curv"), gama(0.45455)], "linear", "linear by its ICC profile and srgb by its colour space"),
        ([iccp(*SRGB), gama(1.0)], "srgb", "srgb by its ICC profile and linear by its colour space"),
        ([iccp(*SRGB), gama(0.45455)], "srgb", ""),
        ([(b"sRGB", b"\0"), gama(0.45455)], "srgb", ""),
    ],
)  # fmt: skip
def test_of_contradicting_tags_the_weightiest_counts_and_is_told(tmp_path, chunks, colour, words):
    path = png(tmp_path / "a.png", *chunks)
    assert peek_colour(path) == colour
    assert [words in text and "the first counts" in text for text in told(read_image(path))] == (
        [True] * bool(words)
    )


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("lin_rec709_scene", "linear"),
        ("lin_ap1_scene", "linear"),
        ("ACEScg", "linear"),
        ("data", "linear"),
        ("our own linear", "linear"),
        ("srgb_rec709_scene", "srgb"),
        ("g22_rec709_scene", "srgb"),
        ("ACEScct", "acescct"),
        ("pq_rec2020_display", "pq"),
        ("logc4_awg4_scene", None),
    ],
)
def test_an_exr_that_says_it_is_not_linear_is_believed_and_told(tmp_path, name, colour):
    path = tagged(tmp_path / "a.exr", "half", colorInteropID=name)
    if colour is None:
        with pytest.raises(PlateError, match=r"is tagged as .*--colour"):
            peek_colour(path)
        assert cli(path, tmp_path / "k.exr", "--colour", "linear") == 0
        return
    assert peek_colour(path) == colour
    words = [f"says that it is {colour} by its colour space and linear by its type"] * (colour != "linear")
    assert [one in text for one, text in zip(words, told(read_image(path)), strict=True)] == [True] * len(
        words
    )


# ---- a sequence whose files are tagged in several ways


def test_every_frame_goes_by_its_own_header_in_any_chunk(tmp_path):
    alone = ("--set", "steady=0")  # else the frames beside one that cannot be read fail with it
    png(tmp_path / "a.1.png")
    png(tmp_path / "a.2.png", gama(1.0))
    png(tmp_path / "a.3.png", gama(1.6))
    png(tmp_path / "a.4.png")
    assert cli(tmp_path / "a.#.png", tmp_path / "all.#.exr", *alone) == 3
    colours = {}
    for frame in (4, 2, 1):
        assert cli(tmp_path / "a.#.png", tmp_path / "one.#.exr", "--frames", frame, *alone) == 0
        for name in ("all", "one"):
            _, spec = read(tmp_path / f"{name}.{frame}.exr")
            colours[name, frame] = json.loads(spec.getattribute("anatomatte:settings"))["input_colour"]
    assert colours == {
        (name, n): "linear" if n == 2 else "srgb" for name in ("all", "one") for n in (1, 2, 4)
    }
    assert not (tmp_path / "all.3.exr").exists()
    assert cli(tmp_path / "a.#.png", tmp_path / "all.#.exr", "--frames", "1-2", *alone) == 0
