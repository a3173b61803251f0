"""``anatomatte correct``: words become a correction, carried and kept; what is wrong is a sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.people import mend
from anatomatte.shot import likeness
from anatomatte.shot.corrections import Correction
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import Moment, PlateFacts, Scene, Shot
from anatomatte_batch import correct
from anatomatte_batch.correct import carry, kept
from anatomatte_batch.looker import as_frame
from anatomatte_batch.source import Source
from anatomatte_cli.main import main
from made.shots_made import written

FRAMES = range(1, 7)


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    """Six frames of a textured picture that pans by two pixels a frame."""
    ground = cv2.GaussianBlur(np.random.default_rng(1).random((96, 200, 3), np.float32), (0, 0), 3)
    for n in FRAMES:
        picture = np.clip((ground[:, 20 - 2 * n : 180 - 2 * n] - 0.3) * 640, 0, 255)
        cv2.imwrite(str(tmp_path / f"p.{n:04d}.png"), picture.astype(np.uint8))
    return tmp_path / "p.####.png"


def analysed(plate: Path, name: str = "p.shot.json") -> tuple[Path, Shot]:
    from anatomatte.plate import prepare
    from anatomatte.settings import Settings

    source = Source(str(plate), 1)
    read = Settings(input_colour=source.colour(1))  # as an analysis does
    lights = {n: prepare({"Source": as_frame(source.read(n))}, read, 1).light for n in FRAMES}
    moments = {n: Moment(likeness.of(light)) for n, light in lights.items()}
    made = Shot(PlateFacts("p.####.png", 160, 96, 1, 6), (), (Scene(1, 6),), moments)
    return written(made, plate.parent, name), made


def test_a_stroke_is_added_carried_listed_and_taken_out(
    plate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, before = analysed(plate)
    words = [str(path), str(plate), "--frame", "3", "--part", "coat", "--stroke", "80,24 88,24"]
    assert main(["correct", *words, "--reach", "2", "--radius", "4.8"]) == 0
    made = read_shot(path)
    (one,) = made.corrections
    assert one.points == ((0.5, 0.75), (0.55, 0.75)) and one.radius == 0.05
    assert [n for n in FRAMES if made.token(n) != before.token(n)] == [1, 2, 3, 4, 5]
    x, y = {mark.id: mark for mark in made.moments[5].marks}[1].points[0]
    assert x == pytest.approx(0.5 + 4 / 160, abs=0.006) and y == pytest.approx(0.75, abs=0.006)
    capsys.readouterr()
    assert main(["correct", str(path)]) == 0
    assert capsys.readouterr().out == "1: coat at frame 3, reach 2: frames 1 to 5\n"
    assert main(["correct", str(path), "--delete", "1"]) == 0
    assert all(read_shot(path).token(n) == before.token(n) for n in FRAMES)


def test_frames_are_accepted_and_looked_at_again(plate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = analysed(plate)
    assert main(["correct", str(path), "--accept", "2-3,5"]) == 0
    assert capsys.readouterr().out == "accepted: frames 2-3,5\n"
    assert [n for n in FRAMES if read_shot(path).accepted(n)] == [2, 3, 5]
    assert main(["correct", str(path), "--delete", "3=accepted"]) == 0
    assert [n for n in FRAMES if read_shot(path).accepted(n)] == [2, 5]
    assert main(["correct", str(path), "--delete", "3=good"]) == 2
    assert "it takes an id, N=matte or N=accepted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--frame", "3", "--stroke", "8,8"], "give one"),
        (["--keep", "--stroke", "8,8"], "--frame is missing"),
        (["--one", "1,2"], "around which --one holds"),
        (["--frame", "3", "--part", "coat"], "--stroke is missing"),
        (["--frame", "9", "--keep", "--stroke", "8,8"], "frame 9, which the sidecar does not know"),
        (["--frame", "3", "--keep", "--stroke", "900,8"], "outside of the picture"),
        (["--frame", "3", "--keep", "--stroke", "a,8"], "--stroke 'a,8': it takes numbers"),
        (["--frame", "3", "--part", "cote", "--stroke", "8,8"], "did you mean 'coat'"),
        (["--delete", "4"], "has no correction 4"),
        (["--frame", "3", "--person", "2", "--stroke", "8,8"], "has no person 2; nobody has a number in it"),
        (["--frame", "3", "--one", "1,2"], "Correction 1: the shot has no person 1"),
        (["--frame", "3", "--one", "1,2", "--stroke", "8,8"], "--stroke: who is one with somebody is said"),
        (["--frame", "3", "--one", "1,2", "--radius", "8"], "--radius: who is one with somebody is said"),
        (["--radius", "5"], "--radius is of a stroke that is drawn; give --frame"),
        (["--frame", "3", "--one", "1"], "kind one takes two different numbers of people, not 1."),
        (
            ["--frame", "3", "--keep", "--stroke", "9,9", "--radius", "0"],
            "--radius 0: it takes 0.1 to 48 pixels",
        ),
        (["--reach", "0"], "--reach is of a stroke that is drawn; give --frame"),
        (["--top"], "--top is of a stroke that is drawn; give --frame"),
        (["--accept", "2-4", "--delete", "3=accepted"], "Frame 3 is to be accepted, and not to be"),
        (["--matte", "3=a.png", "--matte", "3=b.png"], "frame 3 has two mattes"),
        (["--matte", "3=a.png", "--delete", "3=matte"], "Frame 3 is to be painted, and not to be"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    plate: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    path, _ = analysed(plate)
    whole = path.read_bytes()
    assert main(["correct", str(path), str(plate), *words]) == 2
    assert told in capsys.readouterr().err and path.read_bytes() == whole


def test_another_plate_is_refused(plate: Path) -> None:
    _, made = analysed(plate)
    other = Source(str(plate), 1).read(3)
    other.pixels[...] = other.pixels[::-1, ::-1].copy()
    with pytest.raises(SettingsError, match="is of another plate"):
        carry(made, [Correction(1, "keep", 3, stroke=(0.5, 0.5))], lambda n: other)


def test_analysing_again_keeps_the_hands_work(plate: Path) -> None:
    _, made = analysed(plate)
    read = Source(str(plate), 1).read
    one = Correction(1, "keep", 3, stroke=(0.5, 0.5), reach=2)
    before = carry(made, [one], read)

    def never(frame: int) -> object:
        raise AssertionError(frame)

    assert kept(made, before, never).moments == before.moments  # type: ignore[arg-type]
    cut = Shot(made.plate, (), (Scene(1, 3), Scene(4, 6)), made.moments)
    again = kept(cut, before, read)
    assert again.corrections == (dataclasses.replace(one, carried=one.reach),)
    assert [n for n in FRAMES if again.moments[n].marks] == [1, 2, 3]


def test_a_painted_matte_is_taken_in_and_another_size_is_told(
    plate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, before = analysed(plate)
    matte = np.zeros((96, 160), np.uint8)
    matte[20:60, 40:90] = 200
    cv2.imwrite(str(tmp_path / "roto.png"), matte)
    assert main(["correct", str(path), "--matte", f"3={tmp_path / 'roto.png'}"]) == 0
    made = read_shot(path)
    stored = cv2.imread(str(path.with_name(made.painted[3].file)), cv2.IMREAD_UNCHANGED)
    assert stored is not None and stored.dtype == np.uint16
    assert np.allclose(stored / 65535, matte / 255, atol=1e-4)
    assert [n for n in FRAMES if made.token(n) != before.token(n)] == [3]
    capsys.readouterr()
    assert main(["correct", str(path)]) == 0
    assert capsys.readouterr().out.startswith("3=matte: ")
    cv2.imwrite(str(tmp_path / "small.png"), matte[:48])
    assert main(["correct", str(path), "--matte", f"3={tmp_path / 'small.png'}"]) == 2
    assert "160×48 pixels and the plate 160×96" in capsys.readouterr().err
    assert main(["correct", str(path), "--delete", "3=matte"]) == 0
    assert not read_shot(path).painted


def test_a_painted_matte_may_be_a_box_of_one_channel(plate: Path, tmp_path: Path) -> None:
    """As roto leaves Nuke: an EXR with an alpha alone, no larger than what was painted."""
    from made.cli_fake import write

    path, _ = analysed(plate)
    drawn = np.full((40, 50, 1), 0.75, np.float32)
    write(tmp_path / "roto.exr", drawn, names=("A",), x=40, y=20, full=(0, 0, 160, 96))
    assert main(["correct", str(path), "--matte", f"3={tmp_path / 'roto.exr'}"]) == 0
    stored = cv2.imread(str(path.with_name(read_shot(path).painted[3].file)), cv2.IMREAD_UNCHANGED)
    assert stored is not None and stored.shape == (96, 160)
    expected = np.zeros((96, 160))
    expected[20:60, 40:90] = 0.75
    assert np.allclose(stored / 65535, expected, atol=1e-4)


def test_a_painted_matte_with_an_empty_alpha_is_told(
    plate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = analysed(plate)
    drawn = np.zeros((96, 160, 4), np.uint8)
    drawn[20:60, 40:90, :3], drawn[..., 3] = 255, 255
    cv2.imwrite(str(tmp_path / "roto.png"), drawn)
    assert main(["correct", str(path), "--matte", f"3={tmp_path / 'roto.png'}"]) == 2
    assert "is 1 everywhere" in capsys.readouterr().err


def test_a_renumbered_plate_is_told(plate: Path) -> None:
    _, made = analysed(plate)
    source = Source(str(plate), 1)
    with pytest.raises(
        SettingsError, match="knows as frame 4, not as 3: the plate was renumbered or retimed"
    ):
        carry(made, [Correction(1, "keep", 3, stroke=(0.5, 0.5))], lambda n: source.read(n + 1))


def test_the_lower_left_corner_is_in_the_picture(plate: Path) -> None:
    path, _ = analysed(plate)
    words = ["--frame", "3", "--keep", "--stroke", "0,0 159,0", "--reach", "1"]
    assert main(["correct", str(path), str(plate), *words]) == 0
    (one,) = read_shot(path).corrections
    assert one.points == ((0.0, 1.0), (0.99375, 1.0))
    assert mend.drawn(one.points, 0.001, (96, 160))[95, :159].all()


def test_a_renumbered_plate_is_not_analysed_into_a_mended_sidecar(plate: Path) -> None:
    _, made = analysed(plate)
    read = Source(str(plate), 1).read
    later = {n: made.moments[n + 1] for n in FRAMES if n + 1 in made.moments}
    moved = dataclasses.replace(made, moments=later)
    assert kept(moved, made, read).moments == later, "nothing was mended"
    before = carry(made, [Correction(1, "keep", 3, stroke=(0.5, 0.5), reach=2)], read)
    with pytest.raises(
        SettingsError, match="Frame 1 is what the sidecar knows as frame 2: the plate was renu"
    ):
        kept(moved, before, read)


def test_what_somebody_else_wrote_meanwhile_stays(plate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, made = analysed(plate)
    judge = correct.accepted

    def slowly(shot: Shot, judged: dict[int, bool]) -> Shot:
        written(judge(made, {5: True}), plate.parent, path.name)
        return judge(shot, judged)

    monkeypatch.setattr(correct, "accepted", slowly)
    with pytest.raises(SettingsError, match="was changed meanwhile, by somebody else; correct it once more"):
        correct.CorrectRequest(sidecar=path, accept=[2]).run()
    assert [n for n in FRAMES if read_shot(path).accepted(n)] == [5]
