"""What scripts get wrong: variables that are not set, names of other programs, numbers of mixed padding."""

from __future__ import annotations

import json

import numpy as np
import pytest

from anatomatte.errors import PlateError
from anatomatte_batch import RenderRequest
from anatomatte_batch.checking import CheckRequest
from anatomatte_batch.source import Source
from anatomatte_cli.commands import main
from made.cli_fake import FakeConnect, cli, plate, write


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["render", "p.#.exr", "k.#.exr", "--frames", ""], "--frames has an empty value"),
        (["render", "p.#.exr", "k.#.exr", "--outm="], "--outm has an empty value"),
        (["render", "", "k.#.exr"], "Word 2 of the command is empty"),
        (["analyse", "p.#.exr", "-o", ""], "-o has an empty value"),
        (["cutout", "p.jpg", "out/", "--only", ""], "--only has an empty value"),
        (["install", "--dir", ""], "--dir has an empty value"),
        (["farm", "openjd", "shot.toml", "-o", ""], "-o has an empty value"),
        (["serve", "--token", ""], "--token has an empty value"),
        (["sheet", "p.#.exr", ""], "Word 3 of the command is empty"),
    ],
)
def test_a_variable_that_is_not_set_is_refused(tmp_path, monkeypatch, capsys, words, told):
    """It counted as if nothing were asked for: all frames, no garbage matte, this folder."""
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_empty_text_is_a_value_of_a_control(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["render", "p.exr", "k.exr", "--set", "parts_list="]) == 3
    assert main(["render", "p.exr", "k.exr", "--set=parts_list="]) == 3
    assert "empty" not in capsys.readouterr().err


def mixed(folder, names):
    for name in names:
        write(folder / name, plate())
    return folder


def test_numbers_of_another_padding_are_told(tmp_path):
    mixed(tmp_path, ["p.998.exr", "p.999.exr", "p.1000.exr", "p.1001.exr"])
    log = tmp_path / "log"
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", "--log", log) == 0
    told = [json.loads(line) for line in log.read_text().splitlines()]
    (note,) = [one["message"] for one in told if one.get("code") == "padding"]
    assert "leaves out p.998.exr and 1 more" in note and "a single #" in note
    assert Source(str(tmp_path / "p.#.exr")).frames() == [998, 999, 1000, 1001]


def test_a_clip_of_another_padding_is_told_too(tmp_path):
    mixed(tmp_path, ["p.0001.exr", "m.0001.exr", "m.2.exr"])
    request = RenderRequest(
        source=tmp_path / "p.####.exr",
        destination=tmp_path / "k.####.exr",
        sides={"OutM": tmp_path / "m.####.exr"},
    )
    assert [one.code for one in request.run(FakeConnect()).messages] == ["padding"]


def test_only_another_padding_is_no_sequence_and_says_why(tmp_path):
    mixed(tmp_path, ["p.00001.exr"])
    with pytest.raises(PlateError, match=r"no such sequence, but there are p\.00001\.exr, whose numbers"):
        Source(str(tmp_path / "p.####.exr"))


def test_a_check_tells_them(tmp_path):
    mixed(tmp_path, ["k.998.exr", "k.1000.exr"])
    notes = CheckRequest(target=tmp_path / "k.####.exr").run().notes
    assert any("leaves out k.998.exr" in note for note in notes)


@pytest.mark.parametrize(
    "name",
    ["p.<F4>.exr", "p.${F4}.exr", "p.*.exr", "p.1001-1010#.exr", "p.%V.exr", "p_####.exr", "P.####.EXR"],
)
def test_the_name_that_would_have_worked_is_told(tmp_path, name):
    mixed(tmp_path, ["p.1001.exr", "p.1002.exr", "other.1001.exr", "other.1002.exr"])
    with pytest.raises(PlateError, match=r"did you mean .*/p\.####\.exr\?"):
        Source(str(tmp_path / name))


@pytest.mark.parametrize("name", ["out", "out/", "v1.2"])
def test_a_folder_for_frames_is_told_with_a_name(tmp_path, capsys, name):
    mixed(tmp_path, ["p.1001.exr"])
    (tmp_path / name).mkdir()
    assert cli(tmp_path / "p.1001.exr", f"{tmp_path}/{name}") == 2
    assert "is a folder; name the files in it, like" in capsys.readouterr().out


LONG = "x" * 300


def test_a_name_that_no_file_system_takes_is_a_sentence(tmp_path, monkeypatch, capsys):
    """It was called a bug of ours."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "p.exr", plate())
    for words in (
        ["render", "p.exr", f"{LONG}.exr"],
        ["render", f"{LONG}.exr", "k.exr"],
        ["render", "p.exr", f"{LONG}/k.exr"],
        ["cutout", f"{LONG}.jpg"],
        ["check-frames", f"{LONG}.####.exr"],
        ["farm", "openjd", f"{LONG}.toml", "-o", "job"],
    ):
        assert main(words) in (2, 3, 7), words
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and ("too long" in said.lower() or "longer than" in said), said


def test_a_cutout_whose_files_would_have_too_long_names_fails_alone(tmp_path, capsys):
    write(tmp_path / "in" / f"{'x' * 245}.png", np.clip(plate(), 0, 1), "uint8")
    write(tmp_path / "in" / "y.png", np.clip(plate(seed=2), 0, 1), "uint8")
    assert main(["cutout", str(tmp_path / "in"), str(tmp_path / "out")]) == 2
    assert "is longer than the file system takes" in capsys.readouterr().err
    assert (tmp_path / "out" / "y_cutout.png").is_file()


@pytest.mark.parametrize("words", [["render"], ["check-frames"], ["analyse"], ["sheet"]])
def test_a_pattern_that_the_shell_wrote_out_is_told(tmp_path, capsys, words):
    """`render plate.*.exr key.####.exr` without quotes: “unexpected extra arguments” cured nothing."""
    for frame in range(1001, 1004):
        write(tmp_path / f"plate.{frame}.exr", plate())
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    assert main([*words, *names, str(tmp_path / "key.####.exr")]) == 2
    told = capsys.readouterr().err
    assert "the shell wrote out a pattern" in told and f"like {tmp_path}/plate.####.exr." in told
    assert main([*words, "a", "b", "c", "d"]) == 2
    assert "unexpected extra argument" in capsys.readouterr().err
