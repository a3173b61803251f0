"""In a host: the page Shot names a sidecar, Reload has the host ask again, another plate's is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from anatomatte.shot.carrying import with_marks
from anatomatte.shot.corrections import Correction, Mark
from made.keyer_scenes import GREEN, scene
from made.shim_bench import BUNDLE
from made.shots_made import shot, written
from pyopenfx import Host, Instance
from pyopenfx.errors import ActionError

WALL = scene(90, 140, colour=GREEN)
KEPT = "presence=0.0100 why=beside area=0.1000"


@pytest.fixture(params=["in-process", "worker"])
def node(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", request.param)
    with Host() as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance("general", project_size=(140, 90)) as made:
            made.params["subject"] = "off"
            made.clips["Source"] = WALL.image
            yield made


def test_the_node_reads_the_file_by_its_content(node: Instance, tmp_path: Path) -> None:
    path = written(shot(WALL.image, {1: ()}, screen=KEPT), tmp_path)
    node.params["shot_file"] = str(path)
    assert float(node.render(1)["colour"][..., 3].min()) == 1.0  # the sidecar says: no screen
    node.params["refresh"].press()
    account = json.loads(str(node.params["provenance"].value))
    assert account["shot"] and str(tmp_path) not in str(account)
    written(shot(WALL.image, {1: ()}), tmp_path)
    node.params["reload_shot"].press()
    assert node.params["shot_read"].value == 1
    assert float(node.render(1)["colour"][..., 3].min()) < 0.1  # now the frame decides


def test_another_plates_sidecar_fails_the_frame(node: Instance, tmp_path: Path) -> None:
    other = np.random.default_rng(1).random((9, 14, 3), np.float32).repeat(10, 0).repeat(10, 1)
    node.params["shot_file"] = str(written(shot(other, {1: ()}), tmp_path))
    with pytest.raises(ActionError, match=r"Shot file.*is of another plate"):
        node.render(1)
    node.params["shot_file"] = ""
    node.render(1)


def test_a_stroke_and_a_hint_take_away_the_same(node: Instance, tmp_path: Path) -> None:
    """The wall's subject lies in the middle: a correction of the file, then a hint there."""
    node.params["output"] = "matte"
    before = node.render(1)["colour"][..., 3]
    stroke = Correction(1, "remove", 1, stroke=(0.5, 0.5), reach=0)
    plain = shot(WALL.image, {1: (), 2: ()})
    path = written(with_marks(plain, stroke, {1: Mark(1, 1.0, stroke.points)}), tmp_path)
    node.params["shot_file"] = str(path)
    stroked = node.render(1)["colour"][..., 3]
    assert float(before[45, 70]) > 0.9 and float(stroked[45, 70]) == 0.0
    assert np.array_equal(node.render(2)["colour"][..., 3], before)
    node.params["shot_file"] = ""
    assert np.array_equal(node.render(1)["colour"][..., 3], before)
    node.params["fix_1"] = "remove"
    node.params["fix_1_at"] = (70.0, 45.0)
    assert np.array_equal(node.render(1)["colour"][..., 3], stroked)
    node.params["fix_1_on"] = False
    assert np.array_equal(node.render(1)["colour"][..., 3], before)
