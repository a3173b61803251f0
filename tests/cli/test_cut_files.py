"""Files without their last bytes: readers have all pixels by then; what the file says may be gone."""

from __future__ import annotations

import json

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch.cut_files import cut
from anatomatte_cli.main import main
from made.cli_fake import cli, shot


@pytest.mark.parametrize("lost", [1, 13, 200])
@pytest.mark.parametrize("kind", ["png", "tif"])
def test_a_frame_without_its_end_is_damaged_and_rendered_again(tmp_path, capsys, kind, lost):
    words = shot(tmp_path, (1, 2, 3)), tmp_path / f"k.####.{kind}"
    assert cli(*words) == 0
    whole = (tmp_path / f"k.0002.{kind}").read_bytes()
    (tmp_path / f"k.0002.{kind}").write_bytes(whole[:-lost])
    capsys.readouterr()
    assert main(["check-frames", str(words[1]), "--json"]) == 7
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert (fault["frame"], fault["code"]) == (2, "damaged")
    assert cli(*words) == 0, "it counts as missing, not as somebody else's"
    assert (tmp_path / f"k.0002.{kind}").read_bytes()[: len(whole) // 2] == whole[: len(whole) // 2]
    assert main(["check-frames", str(words[1])]) == 0


@pytest.mark.parametrize(
    "name", ["a.png", "a.tif", "big.tif", "tiled.tif", "pages.tif", "mm.tif", "float.tif"]
)
def test_whole_files_of_others_are_whole_and_their_last_bytes_count(tmp_path, name):
    path = tmp_path / name
    spec = oiio.ImageSpec(40, 30, 4, "float" if name == "float.tif" else "uint16")
    spec.attribute("ImageDescription", "words that a table names by their place")
    if name == "big.tif":
        spec.attribute("tiff:bigtiff", 1)
    if name == "mm.tif":
        spec.attribute("oiio:Endian", "big")
    if name == "tiled.tif":
        spec.tile_width = spec.tile_height = 16
    file = oiio.ImageOutput.create(str(path))
    pixels = np.linspace(0, 1, 40 * 30 * 4, dtype=np.float32).reshape(30, 40, 4)
    for page in range(2 if name == "pages.tif" else 1):
        assert file.open(str(path), spec, "AppendSubimage" if page else "Create"), file.geterror()
        assert file.write_image(pixels), file.geterror()
    file.close()
    whole = path.read_bytes()
    assert not cut(path)
    path.write_bytes(whole + b"\0" * 9)
    assert not cut(path), "what comes on top hurts nobody"
    for lost in (4, 12, len(whole) // 2):  # one byte may be none: places are even
        path.write_bytes(whole[:-lost])
        assert cut(path), lost


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0+\0\x08\0\0" + b"\xff" * 40],
)
def test_garbage_is_cut_or_none_of_these_kinds(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    assert cut(tmp_path / "a") == (len(data) > 4)


def test_what_is_not_there_is_not_cut(tmp_path):
    assert not cut(tmp_path / "a") and not cut(tmp_path)
