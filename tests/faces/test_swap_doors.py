"""Every door refuses to replace a face without a consent note, and marks what it replaced."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import OpenImageIO as oiio
import pytest

from anatomatte.shot.reading import read_shot
from anatomatte.shot.writing import write_shot
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made.face_pictures import ANNA, BERT, NOTE, light_of
from made.serving import running
from made.shots_made import shot

SWAP = ["--set", "swap=pictures", "--set", f"swap_source={BERT}", "--set", "screen=none"]
NOTED = {name.removeprefix("consent_"): value for name, value in NOTE.items()}


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    """Two frames of Anna, and a sidecar of them."""
    found = cv2.imread(str(ANNA))
    assert found is not None
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f"plate.{number:04d}.png"), found)
    made = shot(light_of(ANNA), {1: (), 2: ()})
    named = dataclasses.replace(made, plate=dataclasses.replace(made.plate, name="plate.####.png"))
    write_shot(named, tmp_path / "plate.shot.json")
    return tmp_path / "plate.####.png"


def anatomatte(*words: str | Path) -> tuple[int, str]:
    """The command line as a process: its exit code and all it says."""
    done = subprocess.run(
        [sys.executable, "-m", "anatomatte_cli", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def header(path: Path) -> dict[str, str]:
    picture = oiio.ImageInput.open(str(path))
    assert picture is not None
    return {one.name: str(one.value) for one in picture.spec().extra_attribs}


def test_a_run_ends_before_its_first_frame_without_a_note(plate: Path, tmp_path: Path) -> None:
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", *SWAP)
    assert code == 2 and "off until a consent note is given for this shot" in said
    preset = tmp_path / "one.toml"
    preset.write_text(f'[settings]\nswap_source = "{BERT}"\n[[range]]\nframes = "2"\nswap = "pictures"\n')
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", "--preset", preset)
    assert code == 2 and "consent note" in said
    code, said = anatomatte(
        "render", plate, tmp_path / "out.####.exr", "--set", "swap=pictures", "--set", "swap_source=gone.png",
        *(word for name, value in NOTE.items() for word in ("--set", f"{name}={value}")),
    )  # fmt: skip
    assert code == 2 and "no picture at gone.png" in said
    assert not list(tmp_path.glob("out.*"))


def test_the_note_is_in_the_header_and_the_record_in_the_sidecar(plate: Path, tmp_path: Path) -> None:
    preset, sidecar = tmp_path / "noted.toml", tmp_path / "plate.shot.json"
    note = "".join(f'{name} = "{value}"\n' for name, value in NOTED.items() if name != "when")
    preset.write_text(
        f'[settings]\nswap = "pictures"\nscreen = "none"\nsteady = 0.0\nswap_source = "{BERT}"\n'
        f"[consent]\n{note}when = {NOTED['when']}\n"
    )
    words = (
        "render",
        plate,
        tmp_path / "out.####.exr",
        "--preset",
        preset,
        "--shot",
        sidecar,
        "--frames",
        "1",
    )
    code, said = anatomatte(*words)
    assert code == 0, said
    assert "A face was replaced in 1 frame" in said
    told = header(tmp_path / "out.0001.exr")
    assert told["anatomatte:face_replaced"] == "pictures"
    assert json.loads(told["anatomatte:face_consent"]) == {**NOTED, "note": ""}
    (row,) = read_shot(sidecar).replaced
    assert row["frames"] == "1" and row["source"] == told["anatomatte:face_source"]
    assert row["consent"] == {**NOTED, "note": ""}
    # what was made under another note is told as stale
    code, said = anatomatte(*words)
    assert code == 0 and "face_consent" not in said
    preset.write_text(preset.read_text().replace("Anna Drawn", "Berta Drawn"))
    code, said = anatomatte(*words)
    assert code == 0 and "face_consent" in said, said


def test_the_record_says_which_frames_by_which_source(plate: Path, tmp_path: Path) -> None:
    """Of the ranges of a preset each has its row, and frames without a new face have none."""
    found = cv2.imread(str(ANNA))
    assert found is not None
    cv2.imwrite(str(tmp_path / "plate.0003.png"), found)
    sidecar, preset = tmp_path / "plate.shot.json", tmp_path / "ranges.toml"
    write_shot(dataclasses.replace(shot(light_of(ANNA), {1: (), 2: (), 3: ()})), sidecar)
    other = tmp_path / "again.jpg"
    other.write_bytes(BERT.read_bytes() + b" ")
    table = '[[range]]\nframes = "{}"\nswap = "pictures"\nswap_source = "{}"\n'
    note = "".join(f'{name} = "{value}"\n' for name, value in NOTE.items())
    preset.write_text(
        f'[settings]\nscreen = "none"\nsteady = 0.0\n{note}{table.format(2, BERT)}{table.format(3, other)}'
    )
    words = ("--preset", preset, "--shot", sidecar)
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", *words)
    assert code == 0 and "A face was replaced in 2 frames" in said, said
    rows = read_shot(sidecar).replaced
    sources = [header(tmp_path / f"out.{n:04d}.exr")["anatomatte:face_source"] for n in (2, 3)]
    assert [(row["frames"], row["source"]) for row in rows] == [("2", sources[0]), ("3", sources[1])]
    assert sources[0] != sources[1] and "anatomatte:face_source" not in header(tmp_path / "out.0001.exr")


def test_frames_without_the_face_are_counted_apart(plate: Path, tmp_path: Path) -> None:
    """The fifth person, whose face the second frame is to have, is not there."""
    preset, sidecar = tmp_path / "some.toml", tmp_path / "plate.shot.json"
    note = "".join(f'{name} = "{value}"\n' for name, value in NOTE.items())
    preset.write_text(
        f'[settings]\nscreen = "none"\nsteady = 0.0\nswap = "pictures"\nswap_source = "{BERT}"\n{note}'
        '[[range]]\nframes = "2"\nswap_whose = "number"\nswap_number = 5\n'
    )
    words = ("--preset", preset, "--shot", sidecar, "--layers", "rgba,face_patch")
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", *words)
    assert code == 0, said
    told = "A face was replaced in 1 frame; the headers say so, and by whose consent. In 1 frame it was not"
    assert told in said and [row["frames"] for row in read_shot(sidecar).replaced] == ["1"]
    headers = [header(tmp_path / f"out.{frame:04d}.exr") for frame in (1, 2)]
    assert ["anatomatte:face_absent" in one for one in headers] == [False, True]
    # what is there is kept: that nobody was there is no other result
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", *words)
    assert code == 0 and "2 skipped" in said and "A face" not in said, said


def test_the_sidecars_own_note_is_enough(plate: Path, tmp_path: Path) -> None:
    sidecar = tmp_path / "plate.shot.json"
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), "consent": NOTED}))
    words = ("--shot", sidecar, "--frames", "1", "--set", "steady=0")
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", *SWAP, *words)
    assert code == 0, said
    shot_ = read_shot(sidecar)
    assert shot_.consent.who == NOTED["who"] and len(shot_.replaced) == 1


def test_an_analysis_keeps_the_note_the_actor_and_the_record(plate: Path, tmp_path: Path) -> None:
    sidecar = tmp_path / "plate.shot.json"
    code, said = anatomatte("analyse", plate, "--overwrite")
    assert code == 0, said
    table = json.loads(sidecar.read_text())
    record = [{"frames": "1", "how": "pictures"}]
    told = {"consent": {**NOTED, "note": ""}, "actor": 1, "replaced": record}
    sidecar.write_text(json.dumps({**table, **told}))
    code, said = anatomatte("analyse", plate)
    assert code == 0, said
    table = json.loads(sidecar.read_text())
    assert {name: table[name] for name in told} == told
    sidecar.write_text(json.dumps({**table, "actor": 5}))
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", "--shot", sidecar)
    assert code == 2 and "actor = 5 is nobody of this shot; write the number of a person" in said


def test_a_note_of_a_preset_has_four_lines(plate: Path, tmp_path: Path) -> None:
    preset = tmp_path / "wrong.toml"
    preset.write_text('[consent]\nwhom = "Anna"\n')
    code, said = anatomatte("render", plate, tmp_path / "out.####.exr", "--preset", preset)
    assert code == 2 and "[consent] 'whom' is no part of a note; it has who, what, when and note" in said


def test_the_room_and_its_service_refuse_without_a_note(plate: Path, tmp_path: Path) -> None:
    shutil.copy(BERT, tmp_path / "bert.jpg")
    settings = '[settings]\nswap = "pictures"\nswap_source = "{}"\n'
    note = "".join(f'consent_{name} = "{value}"\n' for name, value in NOTED.items())
    (tmp_path / "swap.toml").write_text(settings.format("bert.jpg"))
    (tmp_path / "noted.toml").write_text(settings.format("bert.jpg") + note)
    (tmp_path / "outside.toml").write_text(settings.format(BERT) + note)
    with running(Setup(opened, root=tmp_path, writable=True)) as serving:

        def asked(preset: str) -> tuple[int, str]:
            answer = serving.client.post("/shots", json={"shot": "plate.shot.json", "preset": preset})
            return answer.status_code, answer.text

        code, said = asked("swap.toml")
        assert code == 422 and "off until a consent note is given for this shot" in said
        code, said = asked("outside.toml")
        assert code == 422 and "half1.jpg lies outside of the folder" in said
        assert asked("noted.toml")[0] == 200


def test_a_preset_without_its_reference_ends_before_the_first_frame(plate: Path, tmp_path: Path) -> None:
    preset = tmp_path / "whose.toml"
    note = "".join(f'consent_{name} = "{value}"\n' for name, value in NOTED.items())
    text = f'[settings]\nswap = "pictures"\nswap_source = "{BERT}"\nswap_whose = "reference"\n{note}'
    for line, says in (
        ("", "Face reference (swap_reference) is empty; choose a picture"),
        ('swap_reference = "anna.png"\n', "there is no picture at anna.png; check the path, on this machine"),
    ):
        preset.write_text(text + line)
        code, said = anatomatte("render", plate, tmp_path / "out.####.exr", "--preset", preset)
        assert code == 2 and says in said, said
    assert not list(tmp_path.glob("out.*"))
