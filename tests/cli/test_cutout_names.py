"""`anatomatte cutout`: which names are pictures, what is left alone, and long runs."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte.errors import DiskFull, PlateError, SettingsError
from anatomatte_batch.cutout import CutoutOptions, CutoutRequest, Cutter, encoded
from anatomatte_batch.cutout.names import gathered, place_of, split
from anatomatte_batch.cutout.watch import arriving
from anatomatte_batch.images import read_image
from anatomatte_cli import cmd_cutout
from made.cli_fake import FakeConnect


def photo(path: Path, depth: type = np.uint8, green: float = 1.0) -> Path:
    """A picture with a red square before green, 24×16."""
    pixels = np.zeros((16, 24, 3), np.float32)
    pixels[..., 1] = green
    pixels[4:12, 8:16] = (0, 0, 1)  # blue, green, red
    path.parent.mkdir(parents=True, exist_ok=True)
    full = float(np.iinfo(depth).max)
    assert cv2.imwrite(str(path), np.rint(pixels * full).astype(depth))
    return path


def ask(*names: str | Path, connect: FakeConnect | None = None, **more: Any):
    """Run a request with the fake node."""
    if "out" in more:
        more["out"] = str(more["out"]) if more["out"] is not None else None
    return CutoutRequest(sources=[str(name) for name in names], **more).run(connect or FakeConnect())


def words(*line: str) -> dict[str, Any]:
    """What click makes of a command line."""
    return dict(cmd_cutout.command.make_context("cutout", list(line)).params)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_second_run_takes_nothing_of_the_first_for_a_photo(tmp_path):
    photo(tmp_path / "a.png")
    photo(tmp_path / "face_alpha.png")  # a photo that only sounds like one of ours
    options = CutoutOptions(alpha_too=True, parts=True, sheet=True)
    for out in (None, tmp_path / "out"):
        first = ask(tmp_path, out=out, options=options)
        there = names(tmp_path)
        again = ask(tmp_path, out=out, options=options)
        assert [one.source for one in again.pictures] == [one.source for one in first.pictures]
        assert len(first.pictures) == 2 and names(tmp_path) == there and again.exit_code == 0
    listed = sorted(str(path) for path in tmp_path.glob("*.png"))  # as a shell spells *.png
    assert len(listed) > 4 and len(gathered(listed, place_of(None))) == 2


def test_no_still_and_no_file_of_others_is_written_over(tmp_path):
    source, other = photo(tmp_path / "a.png"), photo(tmp_path / "b.png", green=0.5)
    before = other.read_bytes()
    assert "written over" in str(ask(source, out=source).pictures[0].error)
    assert ask(source, out=other).exit_code == 2 and other.read_bytes() == before
    assert ask(source, out=other, overwrite=True).exit_code == 0 and other.read_bytes() != before
    assert ask(source, out=other).exit_code == 0  # it is ours now


def test_pictures_of_kinds_that_are_not_read_are_told(tmp_path, capsys):
    photo(tmp_path / "in" / "a.png")
    for name in ("b.HEIC", "deep/c.heic", "d.gif", ".hidden.heic", "notes.txt"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"x")
    assert ask(tmp_path / "in", out=tmp_path / "out", quiet=False).exit_code == 0
    assert (
        "3 pictures are left out, as their kind is not read: .gif (1), .heic (2)" in capsys.readouterr().err
    )
    (tmp_path / "in" / "a.png").unlink()
    with pytest.raises(PlateError, match=r"holds no picture that is read; .*\.heic \(2\); save as PNG"):
        ask(tmp_path / "in", out=tmp_path / "out")


def test_a_cutout_that_a_hand_mended_is_neither_cut_nor_replaced(tmp_path):
    source = photo(tmp_path / "a.png")
    ask(source)
    mended = photo(tmp_path / "a_cutout.png", green=0.5)  # an editor's header, or none
    before = mended.read_bytes()
    again = ask(tmp_path)
    assert [one.source for one in again.pictures] == [str(source)] and again.exit_code == 2
    assert mended.read_bytes() == before


def test_exr_holds_premultiplied_scene_linear_light(tmp_path):
    ask(photo(tmp_path / "a.png"), format="exr")
    made = read_image(tmp_path / "a_cutout.exr")
    assert made.premult == "premultiplied" and made.colour == "linear" and made.pixels.shape[2] == 4
    assert made.pixels[8, 12].tolist() == [1, 0, 0, 1]


class Pipe(io.BytesIO):
    """Standard input or output of a process: text, and below it bytes."""

    @property
    def buffer(self) -> Pipe:
        return self


def test_pipes(tmp_path, monkeypatch):
    content = photo(tmp_path / "a.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", Pipe(content))
    monkeypatch.setattr(sys, "stdout", out := Pipe())
    assert ask("-", out="-").exit_code == 0
    assert cv2.imdecode(np.frombuffer(out.getvalue(), np.uint8), -1).shape == (16, 24, 4)
    monkeypatch.setattr(sys, "stdin", Pipe(content))
    ask("-", out=tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes() == out.getvalue()
    monkeypatch.setattr(sys, "stdout", piped := Pipe())
    ask(tmp_path / "a.png", out="-")
    assert piped.getvalue() == out.getvalue()
    monkeypatch.setattr(sys, "stdin", Pipe(b""))
    with pytest.raises(PlateError, match="Standard input"):
        ask("-", out="-")


def test_what_cannot_be_meant_is_a_sentence(tmp_path):
    photo(tmp_path / "a.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "b.mov").write_bytes(b"")
    for name, told in (
        ("gone.png", "not there"),
        ("empty", r"no picture that is read; there are .*HDR\.$"),
        ("*.exr", "no picture"),
    ):
        with pytest.raises(PlateError, match=told):
            ask(tmp_path / name)
    with pytest.raises(SettingsError, match="anatomatte render"):
        ask(tmp_path / "b.mov")
    photo(tmp_path / "c.png")
    with pytest.raises(SettingsError, match="one file for 2 pictures"):
        ask(tmp_path, out=tmp_path / "x.png")
    for wrong in ({"format": "gif"}, {"quality": 0}, {"threshold": 2.0}, {"background": "mauve"},
                  {"only": ("nose",)}, {"feather": 2.0, "settings": {"soften": 1.0}},
                  {"feather": float("nan")}, {"erode": float("nan")}, {"erode": float("inf")}):  # fmt: skip
        with pytest.raises(SettingsError):
            CutoutOptions(**wrong)
    for more in ({"jobs": 0}, {"watch": True}, {"out": "-", "options": CutoutOptions(parts=True)}):
        with pytest.raises(SettingsError):
            CutoutRequest(sources=[str(tmp_path / "a.png")], **more)


def test_the_words_of_the_command(tmp_path):
    source, made = photo(tmp_path / "a.png"), tmp_path / "made.png"
    asked = cmd_cutout.requested(words(str(source), str(made), "--only", "face,hair", "--feather", "2"))
    assert list(asked.sources) == [str(source)] and asked.out == str(made)
    values = asked.options.values()
    assert values["parts_list"] == "face hair" and values["soften"] == 2
    assert asked.run(FakeConnect()).exit_code == 0
    again = cmd_cutout.requested(words(str(source), str(made)))  # now OUT is there, and ours
    assert again.out == str(made)
    both = cmd_cutout.requested(words(str(source), str(photo(tmp_path / "b.png"))))
    assert len(both.sources) == 2 and both.out is None
    into = cmd_cutout.requested(words(str(source), str(tmp_path / "b.png"), str(tmp_path)))
    assert len(into.sources) == 2 and into.out == str(tmp_path)
    assert split(["-"]) == (["-"], None) and split(["a.png", "-"]) == (["a.png"], "-")
    with pytest.raises(SettingsError, match="contradict"):
        cmd_cutout.requested(words(str(source), str(tmp_path / "x.jpg"), "--format", "png"))


def test_a_watched_folder_gives_each_whole_file_once(tmp_path):
    """The folder changes at each look, never after a time."""
    new, old = tmp_path / "new.png", photo(tmp_path / "old.png")
    ask(old)
    acts = [
        lambda: new.write_bytes(b"\x89PNG"),  # half of it
        lambda: photo(new),  # it grew between two looks
        lambda: None,
        lambda: None,
        lambda: os.utime(new, (1, 1)),  # replaced
        lambda: None,
        lambda: None,
    ]
    came: list[int] = []
    for task in arriving(tmp_path, place_of(None), lambda: _next(acts), "png", 0.0):
        assert task.source == new
        came.append(len(acts))
    assert came == [4, 1]  # once whole, and once replaced; never the one that is cut


def test_no_picture_of_a_watched_folder_replaces_anothers_cutout(tmp_path):
    one, other, late = photo(tmp_path / "a.png"), photo(tmp_path / "a.jpg"), tmp_path / "b.jpg"
    photo(tmp_path / "b.png"), photo(tmp_path / "c.png")
    acts = [
        lambda: None,
        lambda: None,
        lambda: photo(late),
        lambda: os.utime(tmp_path / "b.png", (1, 1)),  # replaced, when its name is no longer alone
        lambda: (tmp_path / "c.png").rename(tmp_path / "c.jpg"),  # taken away, and another in its place
        *[lambda: None] * 9,
    ]
    came = {}
    for task in arriving(tmp_path, place_of(None), lambda: _next(acts), "png", 0.0):
        assert came.setdefault(task.source, task.base) == task.base
        came[task.source] = task.base
    assert {path.name: base.name for path, base in came.items()} == {
        "a.jpg": "a.jpg", "a.png": "a.png", "b.png": "b", "b.jpg": "b.jpg", "c.png": "c",
        "c.jpg": "c.jpg",
    }  # fmt: skip
    assert one in came and other in came
    photo(tmp_path / "a.jpg_cutout.png")  # a later run: one of the two is cut, the other not
    acts = [lambda: None] * 6
    again = {task.source.name for task in arriving(tmp_path, place_of(None), lambda: _next(acts), "png", 0.0)}
    assert again == {"a.png", "b.jpg", "b.png", "c.jpg"}


def test_what_cannot_be_reached_is_told(tmp_path, capsys, monkeypatch):
    photo(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "gone.jpg").symlink_to("nowhere.jpg")
    result = ask(tmp_path / "in", out=tmp_path / "out")
    assert result.exit_code == 3 and names(tmp_path / "out") == ["a_cutout.png"]
    assert "gone.jpg cannot be read: No such file" in str(result.failed[0].error)
    (tmp_path / "in" / "gone.jpg").unlink()
    photo(tmp_path / "in" / "shut" / "b.png")
    scan = os.scandir

    def refused(path: Any) -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    capsys.readouterr()
    assert ask(tmp_path / "in", out=tmp_path / "out", quiet=False).exit_code == 0
    told = capsys.readouterr().err
    assert "shut cannot be looked into (Permission denied), so nothing of it is cut" in told


def _next(acts: list[Any]) -> bool:
    if not acts:
        return True
    acts.pop(0)()
    return False


def test_watching_ends_at_a_full_disk(tmp_path):
    def before(_frame: int) -> None:
        raise DiskFull("there is no room")

    photo(tmp_path / "a.png")
    result = ask(tmp_path, watch=True, connect=FakeConnect(before))
    assert result.exit_code == 7 and names(tmp_path) == ["a.png"]


def test_the_cutter_takes_arrays():
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[..., 1] = 255
    pixels[2:6, 2:6] = (255, 0, 0)
    with Cutter(connect=FakeConnect()) as cutter:
        cut = cutter.cut(pixels, CutoutOptions(parts=True))
        assert cut.rgba.dtype == np.uint8 and cut.rgba[4, 4].tolist() == [255, 0, 0, 255]
        assert cut.alpha.shape == (8, 8) and cut.parts_map().shape == (8, 8, 3)
        assert next(encoded(cut))[0] == "_cutout.png"
        with pytest.raises(PlateError, match="height × width"):
            cutter.cut(np.zeros((4, 4, 7), np.uint8))


def test_a_file_name_as_out_takes_the_other_files_with_it(tmp_path):
    ask(photo(tmp_path / "a.png"), out=tmp_path / "x" / "made.png", options=CutoutOptions(alpha_too=True))
    assert names(tmp_path / "x") == ["made.png", "made_alpha.png"]


def test_names_that_meet_in_one_folder_are_refused_and_globs_keep_their_shape(tmp_path):
    one, two = photo(tmp_path / "x" / "a.png"), photo(tmp_path / "y" / "a.png")
    with pytest.raises(SettingsError, match="both become"):
        ask(one, two, out=tmp_path / "out")
    ask(tmp_path / "*" / "a.png", out=tmp_path / "out")
    assert names(tmp_path / "out") == ["x/a_cutout.png", "y/a_cutout.png"]


def test_a_long_run_has_several_sheets(tmp_path, monkeypatch):
    from anatomatte_batch.cutout import pages

    monkeypatch.setattr(pages, "LINES", 2)
    for name in "abc":
        photo(tmp_path / f"{name}.png")
    result = ask(tmp_path, options=CutoutOptions(sheet=True))
    assert [path.name for path in result.sheets] == ["cutout_sheet_01.png", "cutout_sheet_02.png"]
    assert all(path.is_file() for path in result.sheets)
