"""One picture of a sequence is its own frame and no other one; any other picture stands for all of them."""

from __future__ import annotations

import pytest

from made.cli_fake import FakeConnect, cli, plate, write


@pytest.mark.parametrize(
    ("names", "source", "frames", "code"),
    [
        (["p.1001.exr"], "p.1001.exr", "1001", 0),
        (["p.1001.exr"], "p.1001.exr", "1001-1003", 3),
        (["p.1001.exr", "p.1002.exr"], "p.1001.exr", "1002", 3),
        (["p_1001.exr", "p_1002.exr"], "p_1001.exr", "1001-1002", 3),
        (["p.-003.exr"], "p.-003.exr", "3", 3),
        (["photo_2020.exr"], "photo_2020.exr", "1-2", 0),
        (["still.exr", "p.1001.exr"], "still.exr", "1-2", 0),
    ],
)
def test_a_frame_of_a_sequence_stands_for_no_other(tmp_path, capsys, names, source, frames, code):
    for name in names:
        write(tmp_path / name, plate())
    fake = FakeConnect()
    assert cli(tmp_path / source, tmp_path / "k.####.exr", "--frames", frames, connect=fake) == code
    if code:
        told = capsys.readouterr().out
        assert "alone" in told and "####.exr for its sequence" in told
        assert not list(tmp_path.glob("k.*"))


def test_an_analysis_asks_the_same(tmp_path):
    from anatomatte.errors import PlateError
    from anatomatte_batch import AnalyseRequest

    write(tmp_path / "p.1001.exr", plate())
    with pytest.raises(PlateError, match=r"p\.1001\.exr is frame 1001 alone, and 1002 is asked for"):
        AnalyseRequest(source=tmp_path / "p.1001.exr", frames="1002").run()


@pytest.mark.parametrize("name", ["k.mov", "k.mp4"])
def test_a_video_of_two_sizes_is_not_worth_a_retry(tmp_path, capsys, name):
    write(tmp_path / "p.1.exr", plate(16, 8))
    write(tmp_path / "p.2.exr", plate(32, 16))
    words = ["--retries", "2", "--log", tmp_path / "log"]
    assert cli(tmp_path / "p.#.exr", tmp_path / name, *words, connect=FakeConnect()) == 3
    assert "one size, 16×8 by its first frame, and this one is 32×16: write EXR." in capsys.readouterr().err
    assert '"again"' not in (tmp_path / "log").read_text() and not (tmp_path / name).exists()


def test_a_way_through_a_folder_that_is_not_there_leads_on(tmp_path):
    write(tmp_path / "p.1.exr", plate())
    assert cli(tmp_path / "p.1.exr", tmp_path / "none" / ".." / "k.exr", connect=FakeConnect()) == 0
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["k.exr", "p.1.exr"]
