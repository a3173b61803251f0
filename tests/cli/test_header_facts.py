"""What an EXR says of its shot goes on by standard names; what it says of its own file does not."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest

from anatomatte_batch.images import read_image
from made.cli_fake import cli, plate, read, write
from made.clips import clip

TAKEN = "2026:11:30 10:00:00"


def facts(path):
    return {item.name: (str(item.type), item.value) for item in read(path)[1].extra_attribs}


def renamed(path, **names):
    """The file with other attributes of names as long."""
    content = path.read_bytes()
    for old, new in names.items():
        assert len(old) == len(new) and content.count(old.encode() + b"\0") == 1
        content = content.replace(old.encode() + b"\0", new.encode() + b"\0")
    path.write_bytes(content)
    return path


def test_a_plate_in_an_aces_container_is_rendered_and_its_frames_are_none(tmp_path):
    """SMPTE ST 2065-4: half, without compression; the image library writes nothing else under that flag."""
    flag = "acesImageContainerFla"
    write(tmp_path / "p.1.exr", plate(), **{f"{flag}X": 1})
    renamed(tmp_path / "p.1.exr", **{f"{flag}X": f"{flag}g"})
    assert facts(tmp_path / "p.1.exr")[f"{flag}g"] == ("int", 1)
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.exr") == 0
    assert f"{flag}g" not in facts(tmp_path / "k.exr")


@pytest.mark.parametrize("name", ["framesPerSecond", "FramesPerSecond"])
def test_the_rate_has_its_standard_name(tmp_path, name):
    """The image library writes its own name, which no reader of OpenEXR looks for."""
    write(tmp_path / "p.1.exr", plate(), **{name: ("rational", (24000, 1001))})
    assert read_image(tmp_path / "p.1.exr").fps == pytest.approx(24000 / 1001)
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.exr") == 0
    assert b"\0framesPerSecond\0rational\0" in (tmp_path / "k.exr").read_bytes()
    assert b"FramesPerSecond" not in (tmp_path / "k.exr").read_bytes()


def test_the_rate_of_a_video_has_its_standard_name(tmp_path):
    clip(tmp_path / "p.mov", numbers=range(1), rate=25)
    assert cli(tmp_path / "p.mov", tmp_path / "k.exr") == 0
    assert facts(tmp_path / "k.exr")["framesPerSecond"] == ("rational", (25, 1))


def test_when_it_was_taken_and_comments_go_on(tmp_path):
    write(tmp_path / "p.1.exr", plate(), DateTime=TAKEN, ImageDescription="roll 3, day 2")
    assert cli(tmp_path / "p.1.exr", tmp_path / "k.exr") == 0
    content = (tmp_path / "k.exr").read_bytes()
    assert b"capDate\0string\0" in content and TAKEN.encode() in content
    assert b"comments\0string\0" in content and b"roll 3, day 2" in content


def test_dates_and_descriptions_of_other_files_do_not(tmp_path):
    """They are those of the file, and ours what it was made of."""
    write(tmp_path / "p.tif", np.clip(plate(), 0, 1), "uint16", DateTime=TAKEN, ImageDescription="{}")
    assert cli(tmp_path / "p.tif", tmp_path / "k.exr") == 0
    assert not {"DateTime", "ImageDescription"} & set(facts(tmp_path / "k.exr"))


def bare(path, **facts):
    """An EXR whose header has these facts, each its type by OpenEXR and its numbers."""
    write(path, plate(), "half", compression="none")
    whole = path.read_bytes()
    added = b""
    for name, (kind, form, numbers) in facts.items():
        data = struct.pack(f"<{form}", *numbers)
        added += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(data)) + data
    at = whole.index(b"channels\0chlist\0")
    first = whole.index(struct.pack("<ii", 0, 16 * 3 * 2))  # the first line: its number and its length
    table = first - 8 * 9
    moved = struct.pack("<9Q", *(one + len(added) for one in struct.unpack("<9Q", whole[table:first])))
    path.write_bytes(whole[:at] + added + whole[at:table] + moved + whole[first:])
    return path


def test_numbers_of_every_kind_go_on(tmp_path):
    """Whole ones as they are; the image library's Python takes no double precision: it becomes single."""
    sides = {
        "box": ("box2i", "4i", (1, 2, 1918, 1078)),
        "two": ("v2i", "2i", (3, -4)),
        "three": ("v3i", "3i", (3, -4, 5)),
        "one": ("double", "d", (1.25,)),
        "pair": ("v2d", "2d", (0.5, 1.0)),
        "place": ("v3d", "3d", (0.5, 1.0, 2.0)),
        "turn": ("m33d", "9d", range(9)),
        "pose": ("m44d", "16d", range(16)),
    }
    single = {"double": "float", "v2d": "v2f", "v3d": "v3f", "m33d": "m33f", "m44d": "m44f"}
    path = bare(tmp_path / "p.1.exr", **sides)
    assert np.allclose(read_image(path).pixels, plate(), atol=0.01)
    assert cli(path, tmp_path / "k.exr") == 0
    content = (tmp_path / "k.exr").read_bytes()
    for name, (kind, form, numbers) in sides.items():
        data = struct.pack("<" + form.replace("d", "f"), *numbers)
        told = name.encode() + b"\0" + single.get(kind, kind).encode() + b"\0"
        assert told + struct.pack("<i", len(data)) + data in content, name


@pytest.mark.parametrize(
    ("film", "television", "rate"),
    [
        (24.0, 0.0, 24),
        (23.976, 0.0, 24000 / 1001),
        (0.0, 29.97, 30000 / 1001),
        (None, 25.0, 25),
        (25.0, 23.976, 25),
        (None, None, None),
    ],
)
def test_a_dpx_has_the_rate_of_its_film_or_of_its_television(tmp_path, film, television, rate):
    """SMPTE 268M, fields 57 and 69; as floats, in which the rates of NTSC are cut short."""
    write(tmp_path / "p.dpx", np.clip(plate(), 0, 1), "uint16")
    whole = bytearray((tmp_path / "p.dpx").read_bytes())
    order = ">" if whole[:4] == b"SDPX" else "<"
    for at, value in ((1724, film), (1940, television)):
        whole[at : at + 4] = b"\xff" * 4 if value is None else struct.pack(order + "f", value)
    (tmp_path / "p.dpx").write_bytes(whole)
    assert read_image(tmp_path / "p.dpx").fps == (rate if rate is None else pytest.approx(rate, abs=1e-9))


@pytest.mark.parametrize("told", [(23976, 1000), (2997, 125)])
def test_a_short_form_of_a_rate_is_the_exact_one_in_a_movie(tmp_path, told):
    from anatomatte_batch.video import VideoReader

    write(tmp_path / "p.1.exr", plate(), framesPerSecond=("rational", told))
    assert cli(tmp_path / "p.#.exr", tmp_path / "k.mov") == 0
    reader = VideoReader(tmp_path / "k.mov")
    assert reader._file.stream.average_rate == Fraction(24000, 1001)
    reader.close()
