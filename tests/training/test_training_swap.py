"""`python -m training swap` on two takes of drawn people, in seconds, and the node that uses what it made."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import OpenImageIO as oiio
import pytest
import torch
from training.swap.command import SMALL
from training.swap.cuts import Faces
from training.swap.fit import FULL, Fit, People, Plan
from training.swap.losses import WEIGHTS, losses, weighed
from training.swap.net import PEOPLE, TwoFaces

from anatomatte.models.manifest import load
from made.face_pictures import ANNA, BERT, NOTE, ROOT, light_of

NOTED = [word for name, value in NOTE.items() for word in ("--set", f"{name}={value}")]
STEPS = 60


def python(*words: str | Path, models: Path | None = None) -> tuple[int, str]:
    """A module of Python as a process: its exit code and all it says."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, **({} if models is None else {"ANATOMATTE_MODELS": str(models)})},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def take(folder: Path, person: Path) -> Path:
    """A take of a drawn person: nearer and farther, darker and lighter, mirrored or not."""
    folder.mkdir()
    picture = cv2.imread(str(person))
    assert picture is not None
    height, width = picture.shape[:2]
    for number in range(10):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2.0 * (number - 5), 0.7 + 0.05 * number)
        moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        lit = np.clip(moved * (0.6 + 0.05 * number), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:02d}.png"), lit[:, ::-1] if number % 2 else lit)
    return folder


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """The words that name two takes."""
    folder = tmp_path_factory.mktemp("takes")
    return ["--source", take(folder / "bert", BERT), "--target", take(folder / "anna", ANNA)]


@pytest.fixture(scope="module")
def run(takes: list[str | Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has ended."""
    folder = tmp_path_factory.mktemp("run")
    words = ["--small", "--steps", str(STEPS), "--batch", "4", "--run", folder, *NOTED]
    code, said = python("training", "swap", *takes, *words)
    assert code == 0, said
    return folder


def read(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """The pixels of an EXR, and its header."""
    picture = oiio.ImageInput.open(str(path))
    assert picture is not None
    told = {one.name: str(one.value) for one in picture.spec().extra_attribs}
    return np.asarray(picture.read_image(0, 0, 0, picture.spec().nchannels, "float")), told


def test_takes_of_people_need_a_consent_note(takes: list[str | Path], tmp_path: Path) -> None:
    begin = ["training", "swap", *takes, "--small", "--steps", "1", "--run", tmp_path / "run"]
    code, said = python(*begin)
    assert code == 1 and "off until a consent note is given for this shot" in said
    code, said = python(*begin, *NOTED[:2])
    assert code == 1 and "the consent note does not say what" in said
    assert not (tmp_path / "run").exists()


def test_a_take_without_faces_is_told(takes: list[str | Path], tmp_path: Path) -> None:
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((90, 90, 3), 120, np.uint8))
    words = [*takes[2:], "--source", tmp_path, "--small", "--run", tmp_path / "run", *NOTED]
    code, said = python("training", "swap", *words)
    assert code == 1 and "0 of its 2 pictures show one face in full sight, and 8 are the fewest" in said


def test_all_losses_fall(run: Path) -> None:
    with (run / "curve.csv").open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert rows[-1]["step"] == STEPS
    for name in WEIGHTS:
        assert rows[-1][name] < 0.95 * rows[0][name], name
    assert cv2.imread(str(run / "sheet.png")) is not None and cv2.imread(str(run / "curve.png")) is not None


def test_the_node_puts_that_face_in(run: Path, tmp_path: Path) -> None:
    """Its file and manifest are taken in as any network's; a render puts the source's face in, as far as its
    matte says, and the frame is marked with the note and the network's digest."""
    models, out = tmp_path / "models", tmp_path / "out"
    out.mkdir()
    imported = python(
        "anatomatte_cli", "models", "import", run / "two-faces.toml", run / "two-faces.onnx", models=models
    )
    assert imported[0] == 0, imported[1]
    words = ["--set", "swap=network", "--set", "swap_network=two-faces", "--set", "screen=none", *NOTED]
    made = {}
    for output in ("face_patch", "face_plate"):
        words_of = [*words, "--set", f"output={output}", "--set", "output_colour=linear"]
        code, said = python("anatomatte_cli", "render", ANNA, out / f"{output}.exr", *words_of, models=models)
        assert code == 0, said
        made[output] = read(out / f"{output}.exr")
    (pixels, told), (plate, _) = made["face_patch"], made["face_plate"]
    light, matte = light_of(ANNA), pixels[..., 3]
    assert np.abs(plate[..., :3] - light)[matte == 0].max() < 1e-3
    inside = matte > 0.5
    assert (
        inside.sum() > 2000
        and np.median(np.abs(plate[..., :3] - light)[inside] / (light[inside] + 0.02)) > 0.02
    )
    digest = hashlib.sha256((run / "two-faces.onnx").read_bytes()).hexdigest()
    assert told["anatomatte:face_replaced"] == "network" and told["anatomatte:face_source"] == digest
    assert json.loads(told["anatomatte:face_consent"])["who"] == NOTE["consent_who"]


def test_file_and_manifest_say_the_same(run: Path) -> None:
    """One input, a face and its matte; and by whose consent they were made."""
    graph = onnx.load(run / "two-faces.onnx").graph
    assert [one.name for one in graph.input] == ["target"]
    assert [one.name for one in graph.output] == ["face", "alpha"]
    told = load(run / "two-faces.toml")
    assert told.face.takes == "nothing" and told.face.template == SMALL.side
    assert NOTE["consent_who"] in told.licence.weights
    net = TwoFaces(SMALL)
    net.load_state_dict(torch.load(run / FULL, weights_only=True)["net"])
    picture = torch.rand((1, 3, SMALL.side, SMALL.side), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        faces = {name: net.decoders[name](net.eval().encoder(picture))[0].numpy() for name in PEOPLE}
    session = onnxruntime.InferenceSession(run / "two-faces.onnx", providers=["CPUExecutionProvider"])
    (made,) = session.run(["face"], {"target": picture.numpy()})
    off = {name: float(np.abs(made - face).max()) for name, face in faces.items()}
    assert off["source"] < 1e-3 < off["target"]  # it puts in the source's face, not the target's own


def little(seed: int) -> Faces:
    rng = np.random.default_rng(seed)
    side = SMALL.side
    rough = rng.uniform(0, 1, (6, 8, 8, 4)).astype(np.float32)
    made = np.stack([cv2.resize(one, (side, side)) for one in rough])
    return Faces(made[..., :3], made[..., 3])


def begun(run: Path, batch: int = 2) -> Fit:
    plan = Plan(run, 6, batch, who_steps=3, every=3, shape=SMALL)
    return Fit(plan, People(little(1), little(2)))


def test_each_loss_has_its_effect(tmp_path: Path) -> None:
    """Without one of them the decoders would be moved elsewhere."""
    from training.swap.bent import pair

    fit = begun(tmp_path)
    pairs = {name: pair(fit.people.of(name), np.random.default_rng(3), 2) for name in PEOPLE}

    def gradient(weights: dict[str, float]) -> torch.Tensor:
        fit.net.zero_grad()
        weighed(losses(fit.net, pairs, fit.judge), weights).backward()
        return torch.cat([one.grad.flatten() for one in fit.net.parameters() if one.grad is not None])

    whole = gradient(WEIGHTS)
    assert torch.equal(whole, gradient(WEIGHTS))
    for name in WEIGHTS:
        without = gradient({**WEIGHTS, name: 0.0})
        assert (whole - without).norm() > 1e-4 * whole.norm(), name


def test_a_run_that_is_broken_off_goes_on_to_the_same_numbers(tmp_path: Path) -> None:
    whole = begun(tmp_path / "whole")
    whole.run()
    broken = begun(tmp_path / "broken")
    while broken.done < 3:
        broken.step()
    broken.rows = whole.rows[:1]
    broken.save()
    again = begun(tmp_path / "broken")
    assert again.done == 3
    again.run()
    for one, other in zip(whole.net.parameters(), again.net.parameters(), strict=True):
        assert torch.equal(one, other)
    assert whole.rows == again.rows


def test_another_run_in_the_same_folder_is_told(tmp_path: Path) -> None:
    begun(tmp_path)
    with pytest.raises(ValueError, match=r"was begun with other settings; name another folder \(--run\)"):
        begun(tmp_path, 3)
    plan = dataclasses.replace(begun(tmp_path).plan, every=1)  # how often it is told may be another
    Fit(plan, People(little(1), little(2)))
