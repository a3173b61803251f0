"""No silent setting: what is set, connected or chosen and changes nothing is told, with a code."""

from __future__ import annotations

import json

import pytest

from anatomatte import entry
from anatomatte.idle import CODE, is_idle, without_effect
from anatomatte.settings import Settings
from anatomatte_batch import RenderRequest
from anatomatte_batch.presets import Preset, Range
from made.cli_fake import FakeConnect, cli, plate, shot, write

CASES = {
    "person": ({"person": 2}, "person", {"who": "index"}),
    "point": ({"point": (0.2, 0.2)}, "point", {"who": "point"}),
    "corner": ({"also_keep": "point", "keep_corner": (9.0, 9.0)}, "keep_corner", {"also_keep": "box"}),
    "parts list": ({"parts_list": "hair"}, "parts_list", {"parts": "listed"}),
    "alpha network": ({"alpha_network": "x"}, "alpha_network", {"alpha_model": "custom"}),
    "mix": ({"alpha_mix": 0.5}, "alpha_mix", {"alpha_model": "parts"}),
    "pack": ({"pack_r": "screen"}, "pack_r", {"output": "packed"}),
    "window": ({"window": 4, "steady": 0.0}, "window", {"steady": 1.0}),
    "off": ({"subject": "off", "who": "largest"}, "who", {"subject": "on"}),
    "colour": ({"screen_colour": (0.0, 0.1, 0.9)}, "screen_colour", {"screen": "picked"}),
    "replace": ({"despill_colour": (0.1, 0.1, 0.1)}, "despill_colour", {"despill_replace": "colour"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_control_without_its_partner_is_told(tmp_path, case):
    values, name, cure = CASES[case]
    told = without_effect(Settings(**values), ("Source",))
    assert any(f"({name}) has no effect" in sentence for sentence in told)
    assert all(is_idle(sentence) and sentence.endswith(".") for sentence in told)
    assert not any(f"({name})" in one for one in without_effect(Settings(**{**values, **cure}), ("Source",)))
    result = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr", settings=values).run(
        FakeConnect()
    )
    assert [m.code for m in result.messages] == [CODE] and name in result.messages[0].text


def test_defaults_are_silent():
    assert without_effect(Settings(), ("Source", "InM", "OutM", "Hint", "CleanPlate")) == ()


def test_a_background_without_comp_and_comp_without_a_background(tmp_path, capsys):
    write(tmp_path / "bg.exr", plate(seed=4))
    source, log = shot(tmp_path), tmp_path / "log"
    assert cli(source, tmp_path / "k.####.exr", "--bg", tmp_path / "bg.exr", "--log", log) == 0
    assert "The background (Bg) has no effect" in capsys.readouterr().out
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert [event["message"] for event in events if event.get("code") == CODE]
    comp = ["--set", "output=comp", "--overwrite"]
    assert cli(source, tmp_path / "k.####.exr", "--bg", tmp_path / "bg.exr", *comp) == 0
    assert "(Bg)" not in capsys.readouterr().out
    assert cli(source, tmp_path / "k.####.exr", *comp) == 0
    assert "no background (Bg) is connected" in capsys.readouterr().out


def test_a_setting_that_counts_at_some_frame_is_not_told(tmp_path):
    preset = Preset({"person": 2}, {}, (Range("1001", {"who": "index"}),))
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / "k.####.exr", preset=preset)
    assert request.run(FakeConnect()).messages == ()


def test_a_range_outside_the_shot(tmp_path):
    preset = Preset({}, {}, (Range("1-50", {"erode": 2.0}), Range("1003-1010", {"erode": 1.0})))
    request = RenderRequest(
        source=shot(tmp_path), destination=tmp_path / "k.####.exr", frames="1001", preset=preset
    )
    (message,) = request.run(FakeConnect()).messages
    assert message.code == CODE and message.text == "The range 1-50 of the preset holds no frame of the shot."


@pytest.mark.parametrize("clip", ["Bg", "CleanPlate", "InM", "OutM", "Hint"])
def test_a_clip_of_another_size(tmp_path, clip):
    write(tmp_path / "side.exr", plate(32, 18))

    class Looking(FakeConnect):
        """A node that looks at its clips."""

        def __call__(self, clips):
            node = super().__call__(clips)
            self.before = node.before = lambda frame: clips[clip](frame)
            return node

    settings = {"output": "comp"} if clip == "Bg" else {}
    result = RenderRequest(
        source=shot(tmp_path),
        destination=tmp_path / "k.####.exr",
        sides={clip: tmp_path / "side.exr"},
        settings=settings,
    ).run(Looking())
    (message,) = result.messages
    assert message.code == "clip-of-another-size" and "32×18 and the plate 16×9" in message.text


def status_of(values, **sizes):
    """The engine's status after a frame of a flat plate, its clips of these sizes."""
    import numpy as np

    def clip(width, height):
        pixels = np.full((height, width, 3), (0.1, 0.7, 0.2), np.float32)
        return {"pixels": pixels, "bounds": (0, 0, width, height), "premult": "opaque", "aspect": 1.0}

    inputs = {"Source": clip(32, 24)} | {name: clip(*size) for name, size in sizes.items()}
    out = {"pixels": np.zeros((24, 32, 4), np.float32), "bounds": (0, 0, 32, 24)}
    return entry.render(
        inputs=inputs,
        output=out,
        window=(0, 0, 32, 24),
        values={"screen": "green", "subject": "off", **values},
        time=1.0,
        scale=(1.0, 1.0),
        draft=False,
        progress=lambda _: None,
        cancelled=lambda: False,
    )


def test_the_node_s_status_says_the_same():
    assert "has no effect" not in status_of({})
    assert "Person number (person) has no effect" in status_of({"person": 3})
    assert "The background (Bg) has no effect" in status_of({}, Bg=(32, 24))
    assert "no background (Bg) is connected" in status_of({"output": "comp"})
    assert "The background is 64×48 and the plate 32×24" in status_of({"output": "comp"}, Bg=(64, 48))
    told = status_of({"alpha_model": "custom", "alpha_network": "not-there"})
    assert "not-there" in told and "This frame did not ask it." in told


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("k.####.png", {"compression": "dwaa"}),
        ("k.mov", {"compression": "piz"}),
        ("k.mp4", {"depth": "half"}),
        ("k.mov", {"over": "grey"}),
        ("k.####.exr", {"over": "grey"}),
        ("k.####.exr", {"fps": "30"}),
        ("k.####.exr", {"start": 5}),
    ],
)
def test_a_word_about_another_kind_of_file_is_told(tmp_path, target, words):
    ((name, value),) = words.items()
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / target, **words)
    (message,) = request.run(FakeConnect()).messages
    assert message.code == CODE and message.text.startswith(f"--{name} {value} has no effect: it ")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("k.####.exr", {"compression": "piz", "depth": "float"}),
        ("k.mp4", {"over": "grey", "fps": 30}),
        ("k.####.png", {"depth": "8"}),
    ],
)
def test_a_word_in_its_place_is_not(tmp_path, target, words):
    request = RenderRequest(source=shot(tmp_path), destination=tmp_path / target, **words)
    assert not request.run(FakeConnect()).messages


@pytest.mark.parametrize("words", [("--compression", "dwax"), ("--depth", "12")])
def test_a_word_that_is_none_is_refused_for_every_kind_of_file(tmp_path, words):
    for target in ("k.####.exr", "k.####.png", "k.mp4", "k.mov"):
        assert cli(shot(tmp_path), tmp_path / target, *words) == 2
