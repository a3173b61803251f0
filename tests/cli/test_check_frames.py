"""``anatomatte check-frames``: a rendered range is judged by its files, whatever an exit code said."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from anatomatte_cli.main import main
from made.cli_fake import FakeConnect, FakeNode, cli, plate, shot, write

FRAMES = (1, 2, 3, 4)


def rendered(folder, *words: object, connect: FakeConnect | None = None) -> str:
    target = str(folder / "k.####.exr")
    assert cli(shot(folder, FRAMES), target, *words, connect=connect) == 0
    return target


def check(capsys, *words: object) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["check-frames", *map(str, words), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["exit"] == code
    return code, told


def faults(told: dict) -> list[tuple[int, str]]:
    return [(one["frame"], one["code"]) for one in told["faults"]]


def test_a_whole_range_is_right(tmp_path, capsys):
    target = rendered(tmp_path, "--layers", "rgba,screen")
    words = ["--frames", "1-4", "--layers", "rgba,screen", "--source", tmp_path / "plate.####.exr"]
    code, told = check(capsys, target, *words, "--same-as", tmp_path / "k.0002.exr")
    assert code == 0 and told["faults"] == [] and told["made_by_anatomatte"] == 4 and told["notes"] == []
    assert main(["check-frames", target]) == 0
    assert "4 frames are there and whole (1-4)" in capsys.readouterr().out


def lost(folder):
    (folder / "k.0002.exr").unlink()


def cut(folder):
    data = (folder / "k.0002.exr").read_bytes()
    (folder / "k.0002.exr").write_bytes(data[: len(data) - 40])


def nothing(folder):
    (folder / "k.0002.exr").write_bytes(b"")


def of_another_frame(folder):
    shutil.copy(folder / "k.0003.exr", folder / "k.0002.exr")


def foreign(folder):
    write(folder / "k.0002.exr", np.dstack([plate(), np.ones((9, 16, 1), np.float32)]))


def of_another_shot(folder):
    write(folder / "other.0002.exr", plate(seed=9))
    assert cli(folder / "other.####.exr", folder / "k.####.exr", "--frames", 2) == 0


def larger(folder):
    write(folder / "plate.0002.exr", plate(32, 18))
    assert cli(folder / "plate.####.exr", folder / "k.####.exr", "--frames", 2) == 0


def more_layers(folder):
    words = ["--frames", 2, "--layers", "rgba,screen"]
    assert cli(folder / "plate.####.exr", folder / "k.####.exr", *words) == 0


def other_settings(folder):
    words = ["--frames", 2, "--set", "alpha_model=modnet"]
    assert cli(folder / "plate.####.exr", folder / "k.####.exr", *words) == 0


@pytest.mark.parametrize(
    ("harm", "codes", "exit_code"),
    [
        (lost, {"missing"}, 7), (cut, {"damaged"}, 7), (nothing, {"damaged"}, 7),
        (of_another_frame, {"number"}, 7), (foreign, {"foreign", "full"}, 7), (larger, {"size"}, 7),
        (more_layers, {"channels", "settings"}, 7), (other_settings, {"settings"}, 2),
        (of_another_shot, {"settings"}, 2),
    ],
)  # fmt: skip
def test_a_frame_that_is_not_right_is_named_with_its_reason(tmp_path, capsys, harm, codes, exit_code):
    target = rendered(tmp_path)
    harm(tmp_path)
    code, told = check(capsys, target)
    assert {frame for frame, _ in faults(told)} == {2}, told
    assert {code for _, code in faults(told)} == codes and code == exit_code


def test_frames_that_nobody_made_are_missing_at_the_ends_too(tmp_path, capsys):
    target = rendered(tmp_path)
    assert faults(check(capsys, target, "--frames", "0-5")[1]) == [(0, "missing"), (5, "missing")]
    assert main(["check-frames", str(tmp_path / "none.####.exr")]) == 7
    assert "There is no frame of" in capsys.readouterr().err


def test_layers_that_were_asked_for_are_there(tmp_path, capsys):
    target = rendered(tmp_path)
    code, told = check(capsys, target, "--layers", "rgba,screen")
    assert code == 7 and faults(told) == [(n, "channels") for n in FRAMES]
    assert "lacks screen.A" in told["faults"][0]["message"]


@pytest.mark.parametrize("wrong", [(1,), (1, 2), (1, 2, 3)])
def test_frames_without_a_layer_do_not_say_what_the_right_ones_should_hold(tmp_path, capsys, wrong):
    source, target = shot(tmp_path, FRAMES), tmp_path / "{layer}.####.exr"
    assert cli(source, target, "--layers", "screen,spill", connect=FakeConnect()) == 0
    for frame in wrong:
        shutil.copy(tmp_path / f"spill.{frame:04d}.exr", tmp_path / f"screen.{frame:04d}.exr")
    words = ["--layers", "screen,spill", "--frames", "1-2" if len(wrong) == 1 else "1-4"]
    code, told = check(capsys, target, *words)
    assert code == 7 and faults(told) == [(n, "channels") for n in wrong]


def test_each_layer_and_each_proxy_is_looked_at(tmp_path, capsys):
    target, proxy = tmp_path / "{layer}" / "k.####.exr", tmp_path / "small.{layer}.####.exr"
    words = ["--layers", "rgba,people", "--proxy", proxy]
    source = shot(tmp_path, FRAMES)
    assert cli(source, target, *words, "--set", "people=2", "--trim", connect=FakeConnect()) == 0
    words += ["--source", source]
    code, told = check(capsys, target, *words)
    assert (code, told["frames"], told["made_by_anatomatte"], told["faults"]) == (0, 4, 4, [])
    (tmp_path / "person_02" / "k.0004.exr").unlink()
    shutil.copy(tmp_path / "small.person_01.0003.exr", tmp_path / "small.person_01.0002.exr")
    shutil.copy(tmp_path / "rgba" / "k.0001.exr", tmp_path / "person_01" / "k.0001.exr")
    code, told = check(capsys, target, *words)
    assert code == 7 and faults(told) == [(1, "channels"), (2, "number"), (2, "stale"), (4, "missing")]
    assert told["made_by_anatomatte"] == 3
    assert main(["check-frames", str(target)]) == 2 and "--layers" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["k.####.exr", "{layer}.####.exr"])
def test_parts_of_somebody_else_than_the_first(tmp_path, capsys, name):
    words = ["--layers", "person_02.face"]
    source = shot(tmp_path, (1, 2))
    assert cli(source, tmp_path / name, *words, connect=FakeConnect()) == 0
    assert check(capsys, tmp_path / name, *words)[0] == 0
    assert check(capsys, tmp_path / name, "--layers", "person_03.face", "--frames", "1-2")[0] == 7


def test_a_person_beyond_those_of_the_files_is_a_sentence(tmp_path, capsys):
    source = shot(tmp_path, (1,))
    words = ["--set", "people=1", "--layers"]
    for beyond in ("person_02", "person_02.face", "rgba,person_02.face"):
        assert cli(source, tmp_path / "k.####.exr", *words, beyond, connect=FakeConnect()) == 2
        assert "people = 1, so that nobody is person_02" in "".join(capsys.readouterr())
    assert not list(tmp_path.glob("k.*"))
    assert cli(source, tmp_path / "k.####.exr", *words, "people.face", connect=FakeConnect()) == 0
    assert main(["check-frames", str(tmp_path / "k.####.exr"), "--layers", "person_02.face"]) == 2
    assert "nobody is person_02" in capsys.readouterr().err


def test_a_plate_that_came_later_makes_a_frame_stale(tmp_path, capsys):
    target = rendered(tmp_path)
    write(tmp_path / "plate.0003.exr", plate(seed=99))
    code, told = check(capsys, target, "--source", tmp_path / "plate.####.exr")
    assert code == 3 and faults(told) == [(3, "stale")]


def test_controls_that_animate_may_differ_and_not_from_a_frame_that_is_right(tmp_path, capsys):
    (tmp_path / "p.toml").write_text("[keys]\nerode = {1 = 0.0, 4 = 3.0}\n")
    target = rendered(tmp_path, "--preset", tmp_path / "p.toml")
    assert check(capsys, target)[0] == 0
    code, told = check(capsys, target, "--same-as", tmp_path / "k.0001.exr")
    assert code == 2 and faults(told) == [(n, "settings") for n in (2, 3, 4)]
    assert "erode 0.0 → 1.0" in told["faults"][0]["message"]


def test_a_preset_that_was_changed_half_way_is_told(tmp_path, capsys):
    """What animates may differ from frame to frame, and yet each frame has one right value."""
    (tmp_path / "p.toml").write_text("[keys]\nerode = {1 = 0.0, 3 = 1.0}\n")
    target = rendered(tmp_path, "--preset", tmp_path / "p.toml", "--set", "soften=1")
    words = [target, "--preset", tmp_path / "p.toml"]
    assert check(capsys, *words, "--set", "soften=1")[0] == 0
    (tmp_path / "p.toml").write_text("[keys]\nerode = {1 = 0.0, 3 = 2.0}\n")
    code, told = check(capsys, *words, "--set", "soften=1")
    assert code == 2 and faults(told) == [(2, "settings"), (3, "settings"), (4, "settings")]
    assert "erode 0.5, not 1.0" in told["faults"][0]["message"]
    code, told = check(capsys, target, "--set", "erode=1")
    assert {1, 2, 3, 4} == {frame for frame, _ in faults(told)}
    assert "soften 1.0, not 0.0" in told["faults"][-1]["message"], "nobody asks for it any more"


def test_doubt_counts_when_it_is_asked_for(tmp_path, capsys):
    scores = {1: {"hole": 0.01}, 2: {"hole": 0.5}, 3: {"hole": 0.01}}
    target = rendered(tmp_path, connect=FakeConnect(checks=scores))
    assert check(capsys, target)[0] == 0
    code, told = check(capsys, target, "--qc-threshold", 1)
    assert code == 6 and faults(told) == [(2, "doubtful"), (4, "unchecked")]
    assert faults(check(capsys, target, "--qc-threshold", 99)[1]) == [(4, "unchecked")]


class Gone(FakeConnect):
    """A node that loses everybody in frames."""

    def __init__(self, frames, checks=None) -> None:
        super().__init__(checks=checks)
        self.frames = frames

    def __call__(self, clips):
        gone = self.frames

        class Node(FakeNode):
            def whole(self, frame, values):
                found = super().whole(frame, values)
                if frame in gone:
                    found.pixels[:] = 0
                return found

        self.node = Node(clips, self.before, self.checks)
        return self.node


def test_a_frame_that_is_empty_between_others_is_told(tmp_path, capsys):
    target = rendered(tmp_path, connect=Gone({3}))
    code, told = check(capsys, target)
    assert code == 7 and faults(told) == [(3, "empty")]


def test_people_may_leave_and_not_where_a_check_misses_somebody(tmp_path, capsys):
    target = rendered(tmp_path, connect=Gone({3, 4}))
    assert check(capsys, target)[0] == 0
    (tmp_path / "again").mkdir()
    target = rendered(tmp_path / "again", connect=Gone({3, 4}, {4: {"missing": 0.9}}))
    assert faults(check(capsys, target)[1]) == [(4, "empty")]


@pytest.mark.parametrize(("value", "codes"), [(0.25, {"flat"}), (np.nan, {"not-finite"})])
def test_frames_of_other_hosts_are_judged_as_pictures(tmp_path, capsys, value, codes):
    for n in FRAMES:
        write(tmp_path / f"natron.{n}.exr", np.dstack([plate(seed=n), np.ones((9, 16, 1), np.float32)]))
    code, told = check(capsys, tmp_path / "natron.#.exr", "--frames", "1-4", "--layers", "rgba")
    assert code == 0 and "checked as pictures alone" in told["notes"][0]
    write(tmp_path / "natron.2.exr", np.full((9, 16, 4), value, np.float32))
    code, told = check(capsys, tmp_path / "natron.#.exr")
    assert code == 7 and {(2, code) for code in codes} == set(faults(told))
    code, told = check(capsys, tmp_path / "natron.#.exr", "--frames", 5)
    assert faults(told) == [(5, "missing")]


def test_a_plate_that_a_host_handed_on_is_told(tmp_path, capsys):
    """As hosts do that lack the node, or pass over its failure and end with 0."""
    source, target = shot(tmp_path, FRAMES), tmp_path / "natron.#.exr"
    for n in FRAMES:
        keyed = np.dstack([plate(seed=n), np.full((9, 16, 1), 0.5, np.float32)])
        write(tmp_path / f"natron.{n}.exr", keyed)
    assert check(capsys, target, "--source", source)[0] == 0
    write(tmp_path / "natron.2.exr", np.dstack([plate(seed=2) * 0.5, np.ones((9, 16, 1), np.float32)]))
    assert faults(check(capsys, target, "--source", source)[1]) == [(2, "full")]  # a picture over another
    write(tmp_path / "natron.2.exr", np.dstack([plate(seed=2), np.ones((9, 16, 1), np.float32)]))
    write(tmp_path / "natron.4.exr", plate(seed=4))
    code, told = check(capsys, target, "--source", source)
    assert code == 7 and set(faults(told)) == {(2, "untouched"), (4, "untouched"), (4, "channels")}
    code, told = check(capsys, target)
    assert (
        code == 7 and set(faults(told)) == {(2, "full"), (4, "channels")} and "pictures" in told["notes"][0]
    )
    for n in FRAMES:
        write(tmp_path / f"natron.{n}.exr", np.dstack([plate(seed=n), np.ones((9, 16, 1), np.float32)]))
    assert "nothing was keyed" in check(capsys, target)[1]["notes"][1]
    assert len(check(capsys, target, "--source", source)[1]["faults"]) == len(FRAMES)


def test_frames_that_lack_in_a_row_are_one_line(tmp_path, capsys):
    for n in (1, 2, 40, 42, 50):
        write(tmp_path / f"k.{n}.exr", np.dstack([plate(seed=n), np.full((9, 16, 1), 0.5, np.float32)]))
    log = tmp_path / "log.ndjson"
    assert main(["check-frames", str(tmp_path / "k.#.exr"), "--log", str(log)]) == 7
    said = [line for line in capsys.readouterr().out.splitlines() if "missing:" in line]
    assert [line.partition(":")[0] for line in said] == ["frames 3-39", "frame 41", "frames 43-49"]
    assert said[0].endswith("k.3.exr is not there, nor are the 36 after it")
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert sum(one.get("code") == "missing" for one in events) == 37 + 1 + 7


def test_the_log_tells_every_fault(tmp_path, capsys):
    target = rendered(tmp_path)
    lost(tmp_path)
    assert main(["check-frames", target, "--log", str(tmp_path / "log.ndjson")]) == 7
    said = capsys.readouterr().out
    assert "frame 2: missing:" in said and "1 of 4 frames are not right: 2 (1 missing)" in said
    assert "rror:" not in said
    events = [json.loads(line) for line in (tmp_path / "log.ndjson").read_text().splitlines()]
    assert [one["event"] for one in events] == ["start", "fault", "end"]
    assert events[1]["frame"] == 2 and events[1]["exit"] == 7 == events[2]["exit"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["k.mov"], "is a video"), (["k.#.exr", "--qc-threshold", "0"], "a number above 0"),
        (["k.#.exr", "--frames", "a-b"], "no frame set"),
        (["k.#.exr", "--frames", "1", "--layers", "x"], "no layer"),
        (["k.#.exr", "--frames", "1", "--same-as", "none.exr"], "name a frame that is right"),
    ],
)  # fmt: skip
def test_words_that_are_wrong_are_sentences(tmp_path, capsys, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    assert main(["check-frames", *words]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("date", ["20240131", "20240131120000"])
def test_a_date_in_the_place_of_a_frame_is_told_and_costs_nothing(tmp_path, capsys, date):
    """Frames between two numbers were written out: minutes, or all of the memory."""
    target = rendered(tmp_path)
    shutil.copy(tmp_path / "k.0001.exr", tmp_path / f"k.{date}.exr")
    assert main(["check-frames", target]) == 2
    told = capsys.readouterr().err
    assert date in told and "--frames" in told
    assert main(["check-frames", target, "--frames", "1-4"]) == 0


def test_frames_are_as_large_as_their_plates_are(tmp_path, capsys):
    """A shot of several sizes is told when it is rendered; what is compared is what belongs together."""
    for frame in FRAMES:
        wide = 24 if frame % 2 else 36
        write(tmp_path / f"p.{frame:04d}.exr", plate(wide, 16))
    source, target = tmp_path / "p.####.exr", tmp_path / "k.####.exr"
    assert cli(source, target, "--set", "steady=0") == 0
    said = capsys.readouterr().out
    assert said.count("is of several sizes: frame 1 is 24×16 and frame 2 36×16") == 1
    assert faults(check(capsys, target)[1]) == [(2, "size"), (4, "size")]
    assert check(capsys, target, "--source", source)[0] == 0
    write(tmp_path / "other.0001.exr", plate(24, 18))
    shutil.copy(tmp_path / "other.0001.exr", tmp_path / "k.0003.exr")
    assert (3, "size") in faults(check(capsys, target, "--source", source)[1])


def test_one_frame_is_there(tmp_path, capsys):
    target = rendered(tmp_path)
    capsys.readouterr()
    assert main(["check-frames", target, "--frames", "2"]) == 0
    assert "1 frame is there and whole (2)" in capsys.readouterr().out
