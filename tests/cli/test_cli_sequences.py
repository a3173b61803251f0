"""Frame sets and file patterns, as compositors and farms write them."""

from __future__ import annotations

import pytest

from anatomatte.errors import PlateError, SettingsError
from anatomatte_batch.sequences import compact, holes, parse_frames, parse_pattern, single_frame


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1001-1004", [1001, 1002, 1003, 1004]),
        ("1001-1007x3,1150", [1001, 1004, 1007, 1150]),
        ("-2-1", [-2, -1, 0, 1]),
        ("-5--3", [-5, -4, -3]),
        ("5-1", [1, 2, 3, 4, 5]),
        ("7,3,3", [3, 7]),
    ],
)
def test_frame_sets(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize("text", ["", "a", "1-", "1.5", "1-99999999999", "1-10x0"])
def test_what_is_no_frame_set_is_told(text):
    with pytest.raises(SettingsError):
        parse_frames(text)


def test_frames_are_written_as_people_write_them():
    assert compact([1001, 1002, 1003, 1010, -3, -2]) == "-3--2,1001-1003,1010"
    assert parse_frames(compact([1, 2, 5])) == [1, 2, 5]
    assert holes([1, 2, 5]) == [(3, 4)]


@pytest.mark.parametrize("token", ["####", "%04d", "$F4", "@@@@"])
def test_patterns_name_files(token, tmp_path):
    pattern = parse_pattern(str(tmp_path / f"plate.{token}.exr"))
    assert pattern.path(7).name == "plate.0007.exr"
    assert pattern.path(12345).name == "plate.12345.exr"
    assert pattern.path(-7).name == "plate.-007.exr"
    assert pattern.extension == ".exr"


@pytest.mark.parametrize(
    ("token", "name"), [("%d", "p7.png"), ("$F", "p7.png"), ("#", "p7.png"), ("@@@", "p007.png")]
)
def test_padding_follows_the_token(token, name):
    assert parse_pattern(f"p{token}.png").path(7).name == name


def test_frames_on_disk(tmp_path):
    names = [
        "s#1.0001.exr",
        "s#1.0010.exr",
        "s#1.-003.exr",
        "s#1.12345.exr",
        "s#1.00012.exr",
        "s#1.7.exr",
        "x.0002.exr",
    ]
    for name in names:
        (tmp_path / name).touch()
    assert sorted(parse_pattern(str(tmp_path / "s#1.####.exr")).on_disk()) == [-3, 1, 10, 12345]


def test_signs_of_both_customs_are_found(tmp_path):
    (tmp_path / "a.-0003.exr").touch()
    assert list(parse_pattern(str(tmp_path / "a.%04d.exr")).on_disk()) == [-3]


def test_a_folder_that_is_called_like_a_number_takes_new_folders(tmp_path):
    (tmp_path / "shot %d").mkdir()
    new = str(tmp_path / "shot %d" / "out" / "k.####.exr")
    assert parse_pattern(new, there=False).path(7) == tmp_path / "shot %d" / "out" / "k.0007.exr"
    with pytest.raises(SettingsError, match="in a folder"):
        parse_pattern(str(tmp_path / "shot %d" / "####" / "k.exr"), there=False)


def test_a_number_in_a_folder_is_told(tmp_path):
    with pytest.raises(SettingsError, match="folder"):
        parse_pattern("shot.%04d/plate.exr")
    with pytest.raises(PlateError, match="cannot be listed"):
        parse_pattern(str(tmp_path / "no" / "a.####.exr")).on_disk()


def test_a_single_file_knows_its_frame():
    assert single_frame("a/plate.1012.exr") == 1012
    assert single_frame("plate_v002.exr") == 1
    assert single_frame("plate.exr") == 1
    assert single_frame("plate.-5.exr") == -5
