"""No door replaces a face without a consent note, and none leaves a picture: one table of all doors."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from anatomatte.shot.writing import write_shot
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made.face_pictures import ANNA, BERT, light_of, smaller
from made.serving import picture, running
from made.shim_bench import BUNDLE
from made.shots_made import shot

SAYS = "is off until a consent note is given for this shot"
ASKED = (f"swap_source={BERT}", "swap=pictures", "screen=none")
SWAP = [word for one in ASKED for word in ("--set", one)]
BIN = Path(sys.executable).parent
HOST = """
import sys
import cv2, numpy as np
from pyopenfx import Host
from pyopenfx.errors import ActionError
bundle, source, target = sys.argv[1:]
with Host() as host:
    host.scan([bundle])
    node = host.load("org.anatomatte.Anatomatte").instance(project_size=(64, 64))
    node.clips["Source"] = np.full((64, 64, 3), 0.2, np.float32)
    values = {"screen": "none", "swap": "pictures", "swap_source": source, "output": sys.stdin.read()}
    for name, value in values.items():
        node.params[name] = value
    try:
        made = node.render(1)["colour"]
    except ActionError as why:
        sys.exit(f"refused: {why}")
    np.save(target, made)
"""


def _run(words: list[str], said: str = "", **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        words, input=said, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout + done.stderr


def _anatomatte(*words: str | Path) -> tuple[int, str]:
    return _run([sys.executable, "-m", "anatomatte_cli", *map(str, words)])


def _node(folder: Path, runtime: str, output: str) -> tuple[int, str]:
    words = [sys.executable, "-c", HOST, str(BUNDLE.parent), str(BERT), str(folder / "out" / "made.npy")]
    return _run(words, output, ANATOMATTE_RUNTIME=runtime)


def _shot(folder: Path) -> Path:
    made = shot(light_of(ANNA), {1: (), 2: ()})
    named = dataclasses.replace(made, plate=dataclasses.replace(made.plate, name="plate.####.png"))
    write_shot(named, folder / "plate.shot.json")
    return folder


def _render(folder: Path, *words: str) -> tuple[int, str]:
    return _anatomatte("render", folder / "plate.####.png", folder / "out" / "key.####.exr", *SWAP, *words)


def _preset(folder: Path) -> Path:
    path = folder / "one.toml"
    path.write_text(f'[settings]\nscreen = "none"\nswap = "pictures"\nswap_source = "{BERT}"\n')
    return path


def _farm(folder: Path) -> tuple[int, str]:
    if not (BIN / "openjd").is_file():
        pytest.skip("pip install openjd-cli")
    (folder / "sh.toml").write_text(
        '[shot]\nsource = "plate.####.png"\noutput = "out/key.####.exr"\nsheet = false\n'
        f'settings = {{screen = "none", swap = "pictures", swap_source = "{BERT}"}}\n'
    )
    code, said = _anatomatte("farm", "openjd", folder / "sh.toml", "-o", folder / "job")
    if code:
        return code, said
    file = f"file://{folder / 'job' / 'parameters.json'}"
    words = ["--job-param", file, "--job-param", f"Anatomatte={BIN / 'anatomatte'}"]
    return _run([str(BIN / "openjd"), "run", str(folder / "job" / "template.json"), *words])


def _served(folder: Path, ask: Callable[..., tuple[int, str]]) -> tuple[int, str]:
    (folder / "bert.jpg").write_bytes(BERT.read_bytes())
    with running(Setup(opened, root=folder, writable=True)) as serving:
        return ask(serving.client)


def _opened(folder: Path) -> tuple[int, str]:
    _shot(folder)
    (folder / "swap.toml").write_text('[settings]\nswap = "pictures"\nswap_source = "bert.jpg"\n')

    def ask(client: object) -> tuple[int, str]:
        answer = client.post("/shots", json={"shot": "plate.shot.json", "preset": "swap.toml"})  # type: ignore[attr-defined]
        return answer.status_code, answer.text

    return _served(folder, ask)


def _looked(folder: Path) -> tuple[int, str]:
    _shot(folder)

    def ask(client: object) -> tuple[int, str]:
        state = client.post("/shots", json={"shot": "plate.shot.json"}).json()  # type: ignore[attr-defined]
        path = f"/shots/{state['id']}/frames/1/replaced"
        answer = client.get(path, params={"source": "bert.jpg"})  # type: ignore[attr-defined]
        return answer.status_code, answer.text

    return _served(folder, ask)


DOORS: dict[str, Callable[[Path], tuple[int, str]]] = {
    "the node in its host": lambda folder: _node(folder, "in-process", "face_plate"),
    "the node in its worker": lambda folder: _node(folder, "worker", "face_plate"),
    "the key of the node in its worker": lambda folder: _node(folder, "worker", "premultiplied"),
    "render": _render,
    "render with a sidecar": lambda folder: _render(_shot(folder), "--shot", str(folder / "plate.shot.json")),
    "render over a cluster": lambda folder: _render(folder, "--ray"),
    "a preset": lambda folder: _anatomatte(
        "render", folder / "plate.####.png", folder / "out" / "key.####.exr", "--preset", _preset(folder)
    ),
    "a farm's job": _farm,
    "a farm's task": lambda folder: _anatomatte(
        "farm", "render", folder / "plate.####.png", folder / "out" / "key.####.exr", *SWAP
    ),
    "cutout": lambda folder: _anatomatte(
        "cutout", folder / "plate.0001.png", folder / "out" / "a.png", *SWAP
    ),
    "cutout with a preset": lambda folder: _anatomatte(
        "cutout", folder / "plate.0001.png", folder / "out" / "a.png", "--preset", _preset(folder)
    ),
    "sheet": lambda folder: _anatomatte(
        "sheet", folder / "plate.####.png", folder / "out" / "s.png", "--rows", "1", *SWAP
    ),
    "the room's opening": _opened,
    "the room's pictures": _looked,
}  # fmt: skip
"""Door → what tries to replace a face there without a note: its exit or HTTP code, and all it says."""


@pytest.mark.parametrize("door", DOORS)
def test_no_door_replaces_a_face_without_a_note(door: str, tmp_path: Path) -> None:
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f"plate.{number:04d}.png"), smaller(ANNA, 1.0))
    (tmp_path / "out").mkdir()
    code, said = DOORS[door](tmp_path)
    assert code not in (0, 200) and SAYS in " ".join(said.split()), said
    assert not list((tmp_path / "out").iterdir())


def test_the_service_for_stills_takes_no_control_that_replaces(tmp_path: Path) -> None:
    with running(Setup(opened)) as serving:
        for path in ("/remove_background", "/parse", "/batch"):
            answer = serving.client.post(path, files=[picture()], data={"swap": "pictures"})
            assert answer.status_code == 422 and "swap" in answer.text, path
