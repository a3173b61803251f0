"""Of a JPEG with a gain map the picture in front of it is read, as usual programs and screens show it.

tests/data/stills/ultra_hdr.jpg: a ramp of 32 × 16 up to 1.6 times white, by libultrahdr (imagecodecs 2026.3).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anatomatte_batch.base_pictures import based
from anatomatte_batch.images import read_image
from anatomatte_batch.stills_colour import peek_colour
from made.cli_fake import cli, plate, read, write

PHOTO = Path(__file__).parents[1] / "data" / "stills" / "ultra_hdr.jpg"
MARK = b"urn:iso:std:iso:ts:21496:"


def base():
    """The picture as a decoder that knows no gain maps gives it: RGB, 0 to 1."""
    import cv2

    return cv2.imdecode(np.frombuffer(PHOTO.read_bytes(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1] / 255.0


@pytest.mark.parametrize("name", ["p.jpg", "p.jpeg", "p.png"])
def test_the_base_is_read_and_told(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(PHOTO.read_bytes())
    picture = read_image(path)
    assert picture.pixels.shape == (16, 32, 3) and picture.bits == 8 and picture.premult == "opaque"
    assert np.abs(picture.pixels - base()).max() < 0.01
    assert picture.colour == peek_colour(path) == "srgb"
    told = [one.text for one in picture.messages if one.code == "gain-map"]
    assert told == [f"{name} holds a gain map for HDR screens; its picture for other screens is read."]


def test_as_a_matte_it_has_no_alpha_of_its_own(tmp_path):
    picture = read_image(PHOTO, matte=True)
    assert picture.pixels.shape[2] == 3 and "matte-alpha-flat" not in [one.code for one in picture.messages]


def test_a_sequence_of_them_is_keyed_as_photos_are(tmp_path):
    (tmp_path / "p.1.jpg").write_bytes(PHOTO.read_bytes())
    write(tmp_path / "q.1.png", base().astype(np.float32), "uint8")
    assert (
        cli(tmp_path / "p.1.jpg", tmp_path / "k.1.exr")
        == cli(tmp_path / "q.1.png", tmp_path / "l.1.exr")
        == 0
    )
    made, same = (read(tmp_path / name)[0] for name in ("k.1.exr", "l.1.exr"))
    assert np.abs(made - same).max() < 0.02


def test_every_other_file_is_left_where_it_is(tmp_path):
    write(tmp_path / "p.jpg", np.clip(plate(), 0, 1), "uint8")
    whole = (tmp_path / "p.jpg").read_bytes()
    (tmp_path / "behind.jpg").write_bytes(whole + MARK)  # as a film that a phone puts behind a photo may hold
    (tmp_path / "cut.jpg").write_bytes(PHOTO.read_bytes()[:1500])
    (tmp_path / "alone.jpg").write_bytes(whole[:2] + b"\xff\xe2\0\x1e" + MARK.ljust(28, b"\0") + whole[2:])
    (tmp_path / "short.jpg").write_bytes(b"\xff\xd8\xff\xe1\0")
    for name in ("p.jpg", "behind.jpg", "cut.jpg", "alone.jpg", "short.jpg", "none.jpg"):
        with based(str(tmp_path / name)) as (file, gained):
            assert (file, gained) == (str(tmp_path / name), False), name
