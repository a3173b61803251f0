"""Other shapes of output: trimmed data windows, a sequence for each layer."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte_batch import RenderRequest
from anatomatte_batch.checking import CheckRequest
from anatomatte_cli.main import main
from made.cli_fake import FakeConnect, cli, plate, read, shot, write

WINDOWS = [{}, {"x": 5, "y": -3, "full": (0, 0, 40, 30)}]


def spot(folder, frame: int, left: int, top: int, **facts: object) -> None:
    """A plate of green, that is nothing to the fake, with a small block in it."""
    pixels = np.zeros((20, 30, 3), np.float32)
    pixels[..., 1] = 1.0
    pixels[top : top + 4, left : left + 6] = (0.5, 0.2, 0.1)
    write(folder / f"plate.{frame:04d}.exr", pixels, **facts)


@pytest.mark.parametrize("facts", WINDOWS)
def test_a_trimmed_file_holds_what_is_not_zero_in_its_place(tmp_path, facts):
    spot(tmp_path, 1, 7, 9, **facts)
    source = tmp_path / "plate.####.exr"
    assert cli(source, tmp_path / "whole.####.exr", "--layers", "rgba,screen") == 0
    assert cli(source, tmp_path / "k.####.exr", "--layers", "rgba,screen", "--trim") == 0
    whole, around = read(tmp_path / "whole.0001.exr")
    kept, spec = read(tmp_path / "k.0001.exr")
    assert (spec.width, spec.height) == (6, 4)
    assert (spec.x - around.x, spec.y - around.y) == (7, 9)
    assert spec.roi_full == around.roi_full
    assert np.array_equal(kept, whole[9:13, 7:13]) and not np.delete(whole, range(9, 13), 0).any()


def test_a_trimmed_frame_of_nothing_is_a_pixel(tmp_path):
    write(tmp_path / "plate.0001.exr", np.zeros((20, 30, 3), np.float32) + np.float32([0, 1, 0]))
    assert cli(tmp_path / "plate.####.exr", tmp_path / "k.####.exr", "--trim") == 0
    pixels, spec = read(tmp_path / "k.0001.exr")
    assert pixels.shape == (1, 1, 4) and not pixels.any() and spec.full_width == 30


def test_trimmed_frames_are_kept_and_checked_though_each_has_its_own_window(tmp_path):
    for frame in (1, 2, 3):
        spot(tmp_path, frame, frame * 3, frame)
    made = RenderRequest(source=tmp_path / "plate.####.exr", destination=tmp_path / "k.####.exr", trim=True)
    assert made.run(FakeConnect()).exit_code == 0
    assert [one.status for one in made.run(FakeConnect()).frames] == ["skipped"] * 3
    assert CheckRequest(target=tmp_path / "k.####.exr").run().exit_code == 0
    again = RenderRequest(source=tmp_path / "plate.####.exr", destination=tmp_path / "k.####.exr")
    assert "output" in again.run(FakeConnect()).frames[0].stale


@pytest.mark.parametrize("kind", ["exr", "png"])
def test_every_layer_has_its_own_sequence(tmp_path, kind):
    source = shot(tmp_path, [1, 2])
    out = tmp_path / "{layer}" / f"k_{{layer}}.####.{kind}"
    words = ["--layers", "rgba,screen,person_02", "--out-colour", "linear"]
    assert cli(source, out, *words) == 0
    assert cli(source, tmp_path / "all.####.exr", *words) == 0
    together, spec = read(tmp_path / "all.0002.exr")
    for layer, channels in (("rgba", "RGBA"), ("screen", ["screen.A"]), ("person_02", ["person_02.A"])):
        pixels, own = read(tmp_path / layer / f"k_{layer}.0002.{kind}")
        assert own.nchannels == len(channels)
        if kind == "exr":
            assert list(own.channelnames) == list(channels)
            at = [spec.channelnames.index(one) for one in channels]
            assert np.array_equal(pixels, together[..., at])
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_dir()) == ["person_02", "rgba", "screen"]


def test_a_frame_is_there_when_all_its_files_are(tmp_path, capsys):
    source, out = shot(tmp_path, [1, 2]), tmp_path / "k.{layer}.####.exr"
    words = ["--layers", "rgba,screen"]
    assert cli(source, out, *words) == 0
    (tmp_path / "k.screen.0002.exr").unlink()
    capsys.readouterr()
    assert cli(source, out, *words) == 0
    said = capsys.readouterr().out
    assert "frame 1 is there" in said and "frame 2 rendered" in said
    whole = (tmp_path / "k.screen.0001.exr").read_bytes()
    (tmp_path / "k.screen.0001.exr").write_bytes(whole[:-20])
    assert cli(source, out, *words) == 0
    assert "frame 1 rendered" in capsys.readouterr().out


def test_a_file_in_the_way_of_any_layer_is_named_and_kept(tmp_path, capsys):
    source = shot(tmp_path, [1])
    foreign = tmp_path / "k.screen.0001.exr"
    write(foreign, plate())
    before = foreign.read_bytes()
    assert cli(source, tmp_path / "k.{layer}.####.exr", "--layers", "rgba,screen") == 2
    assert "k.screen.0001.exr" in capsys.readouterr().out and foreign.read_bytes() == before
    assert not (tmp_path / "k.rgba.0001.exr").exists()


def test_no_plate_is_written_over_by_a_layer(tmp_path, capsys):
    shot(tmp_path, [1], "screen.{:04d}.exr")
    source = tmp_path / "screen.####.exr"
    assert cli(source, tmp_path / "{layer}.####.exr", "--layers", "rgba,screen", "--overwrite") == 2
    assert "would be written over" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "words", "told"),
    [
        ("k.####.png", ["--trim"], "no data window"), ("k.mov", ["--trim"], "of stills"),
        ("{layer}.mov", [], "of stills"),
    ],
)  # fmt: skip
def test_what_a_kind_of_file_cannot_hold_is_refused(tmp_path, capsys, target, words, told):
    assert cli(shot(tmp_path, [1]), tmp_path / target, *words) == 2
    assert told in capsys.readouterr().out


def test_the_command_itself_trims_and_sets_apart(tmp_path):
    source = shot(tmp_path, [1])
    words = ["--layers", "rgba,screen", "--trim", "--set", "screen=green", "--set", "subject=off"]
    assert main(["render", source, str(tmp_path / "{layer}.####.exr"), *words, "--quiet"]) == 0
    rgba, screen = (read(tmp_path / f"{name}.0001.exr")[1] for name in ("rgba", "screen"))
    assert rgba.full_width == screen.full_width == 16 and rgba.width < 16


@pytest.mark.parametrize("suffix", ["exr", "tif", "png"])
def test_no_file_says_when_it_was_written(tmp_path, suffix):
    """capDate is when a shot was taken; and the same frame is the same file whenever it is made."""
    write(tmp_path / "plate.0001.exr", plate(), DateTime="")
    assert cli(tmp_path / "plate.####.exr", tmp_path / f"k.####.{suffix}") == 0
    assert read(tmp_path / f"k.0001.{suffix}")[1].getattribute("DateTime") is None
    assert b"capDate" not in (tmp_path / f"k.0001.{suffix}").read_bytes()
