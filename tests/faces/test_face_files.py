"""Regions of faces through the user's doors: the real node in a host, and files of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from nets.test_portrait_net import portrait

from anatomatte.menus import FACE_MENU
from anatomatte.shot.face_rows import FaceRow
from anatomatte_batch.node import Account
from anatomatte_cli.main import main
from made import native

WANTED = [*FACE_MENU, "face"]


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faces") / "portrait.png"
    picture = cv2.resize(portrait(), (320, 320))
    cv2.imwrite(str(path), np.asarray(np.clip(picture[..., ::-1] * 255, 0, 255), np.uint8))
    return path


@pytest.mark.parametrize("runtime", ["in-process", "worker"])
def test_a_host_gets_regions_as_planes(photo: Path, runtime: str) -> None:
    code = f"""
    import cv2, numpy as np
    from anatomatte_batch.ofx_node import bundle
    from pyopenfx import Host

    plate = np.ones((320, 320, 4), np.float32)
    plate[..., :3] = cv2.imread({str(photo)!r})[..., ::-1] / np.float32(255)
    host = Host(profile="natron", strict=True, guard=True)
    host.scan([bundle()])
    node = host.load("org.anatomatte.Anatomatte").instance()
    node.clips.Source = plate
    node.params.input_colour = "srgb"
    node.params.screen = "none"
    node.params.person_parts = True
    wanted = {WANTED!r}
    found = node.render(1, planes=wanted)
    assert sorted(found) == sorted(wanted)
    assert np.abs(sum(found[name] for name in wanted[:-1]) - found["face"]).max() < 1e-4
    assert all(found[name].max() > 0.5 for name in ("face_skin", "face_lips", "face_nose", "face_iris"))
    own = node.render(1, planes=["person_01.face_lips", "person_02.face_lips"])
    assert np.abs(own["person_01.face_lips"] - found["face_lips"]).max() < 1e-4
    assert own["person_02.face_lips"].max() == 0
    """
    scene = os.environ | {"ANATOMATTE_RUNTIME": runtime, "ANATOMATTE_CACHE_MB": "200"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=scene, capture_output=True, text=True, timeout=native.HANG,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


def test_files_have_regions_and_the_header_says_where_heads_look(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "key.exr"
    layers = "rgba,face,regions,person_01.face_lips"
    assert main(["render", str(photo), str(out), "--layers", layers, "--set", "screen=none"]) == 0
    pixels, spec = _read(out)
    planes = {name: pixels[..., spec.channelindex(f"{name}.A")] for name in WANTED}
    assert np.abs(sum(planes[name] for name in FACE_MENU) - planes["face"]).max() < 0.01  # halves
    assert planes["face_lips"].max() > 0.5
    assert spec.channelindex("person_01.face_lips.A") >= 0
    told = json.loads(spec.getattribute("anatomatte:faces"))
    believed, *angles = told["person_01"]
    assert list(told) == ["person_01"] and believed > 0.5 and all(abs(angle) < 25 for angle in angles)
    places = json.loads(spec.getattribute("anatomatte:face_landmarks"))["person_01"]
    seen = json.loads(spec.getattribute("anatomatte:face_visible"))["person_01"]
    sight = FaceRow(0, believed, 0, 0, 0, places, seen).sight()
    assert sight is not None and sight.mean() > 0.7
    x, y = FaceRow(0, believed, 0, 0, 0, places).points(320, 320)[[13, 14]].mean(0)  # between the lips
    assert planes["face_lips"][int(y) - 12 : int(y) + 12, int(x)].max() > 0.5
    assert "face_attention" in json.loads(spec.getattribute("anatomatte:weights"))


def test_without_regions_nothing_is_looked_for(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "key.exr"
    assert main(["render", str(photo), str(out), "--layers", "rgba,face", "--set", "screen=none"]) == 0
    _, spec = _read(out)
    assert not spec.getattribute("anatomatte:faces") and not spec.getattribute("anatomatte:face_landmarks")
    assert not spec.getattribute("anatomatte:face_visible")
    assert "face_attention" not in json.loads(spec.getattribute("anatomatte:weights"))


def test_faces_of_several_renders_are_told_together() -> None:
    """A layer of each person is a render of its own; each tells of that person's face."""
    first, second = (
        Account({"faces": f'{{"{who}": {head}}}', "face_landmarks": f'{{"{who}": "{places}"}}'}
                | {"face_visible": f'{{"{who}": "{seen}"}}'})
        for who, head, places, seen in (
            ("person_02", [1, 0, 0, 0], "AA", "CC"), ("person_01", [0.9, 1, 2, 3], "BB", "DD"))
    )  # fmt: skip
    for both in (first.with_(second), second.with_(first)):
        assert json.loads(both.facts["faces"]) == {"person_01": [0.9, 1, 2, 3], "person_02": [1, 0, 0, 0]}
        assert json.loads(both.facts["face_visible"]) == {"person_01": "DD", "person_02": "CC"}
        assert json.loads(both.facts["face_landmarks"]) == {"person_01": "BB", "person_02": "AA"}


def _read(path: Path) -> tuple[np.ndarray, Any]:
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(str(path))
    pixels, spec = source.read_image(), source.spec()
    source.close()
    return np.asarray(pixels), spec
