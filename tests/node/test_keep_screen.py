"""In a host: what was decided on a screen is said, and a button keeps it for the shot."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest

from anatomatte.decision import parsed
from made.keyer_scenes import GREEN, scene
from made.shim_bench import BUNDLE
from pyopenfx import Host, Instance

WALL = scene(90, 140, colour=GREEN)
NOTHING = np.full((90, 140, 3), 0.2, np.float32)


@pytest.fixture(params=["in-process", "worker"])
def node(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", request.param)
    with Host() as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance("general", project_size=(140, 90)) as made:
            made.params["subject"] = "off"
            made.clips["Source"] = WALL.image
            yield made


def test_the_decision_is_said_and_kept(node: Instance) -> None:
    node.render(1)
    node.params["refresh"].press()
    said = str(node.params["status"].value)
    assert "green screen, " in said and "Keep this decision" in said
    account = json.loads(str(node.params["provenance"].value))
    assert account["screen"].startswith("green screen") and account["screen_code"] == "screen"
    assert float(account["screen_presence"]) > 0.9
    assert node.params["screen_kept"].value == ""
    node.params["keep_screen"].press()
    kept = parsed(str(node.params["screen_kept"].value))
    assert kept is not None and kept.screen and kept.presence > 0.9


def test_what_is_kept_holds_for_other_frames(node: Instance) -> None:
    node.render(1)
    node.params["keep_screen"].press()
    node.clips["Source"] = NOTHING
    assert node.render(2)["colour"][..., 3].min() == 1  # a screen of that colour is not in it
    node.clips["Source"] = WALL.image
    node.params["screen_kept"] = "presence=0.02 why=beside colour=0.05/0.4/0.07 area=0.4 frames=1,9"
    assert node.render(3)["colour"][..., 3].min() == 1
    node.params["refresh"].press()
    assert "no screen: the green area is not what people stand before" in str(node.params["status"].value)


def test_nothing_is_kept_before_a_frame_was_rendered(node: Instance) -> None:
    node.params["keep_screen"].press()
    assert node.params["screen_kept"].value == ""
    assert any("view a frame" in str(message) for message in node.messages)


def test_what_the_artist_set_is_no_decision_to_keep(node: Instance) -> None:
    node.params["screen"] = "none"
    node.render(1)
    node.params["screen"] = "auto"
    node.params["keep_screen"].press()
    assert node.params["screen_kept"].value == ""
