"""``--layers``: words that stand for several, parts of one person, and the renders that bring them."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.menus import GROUP_MENU, PART_MENU, PERSON_MENU
from anatomatte.settings import BY_NAME
from anatomatte_batch.layers import available, channel_names, parse_layers, passes
from made.cli_fake import FakeConnect, cli, read, shot


def test_words_stand_for_several_layers() -> None:
    assert parse_layers("people") == tuple(PERSON_MENU)
    assert parse_layers("parts") == tuple(PART_MENU)
    assert parse_layers("groups,face") == ("face", *GROUP_MENU)
    assert parse_layers("people", people=2) == ("person_01", "person_02")
    assert parse_layers("all", {"core"}, people=3)[:3] == ("rgba", "alpha", "screen")
    everything = parse_layers("all", people=3)
    assert "person_03" in everything and "person_04" not in everything
    assert {*PART_MENU, *GROUP_MENU} < set(everything) < set(available())


def test_a_part_of_a_person_is_a_layer() -> None:
    assert parse_layers("person_02.face,rgba,person_01.skin") == ("rgba", "person_01.skin", "person_02.face")
    assert parse_layers("person_01.parts") == tuple(f"person_01.{part}" for part in PART_MENU)
    assert parse_layers("people.hair", people=3) == ("person_01.hair", "person_02.hair", "person_03.hair")
    assert channel_names(("person_02.face",)) == ["person_02.face.A"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fase", "did you mean 'face'"),
        ("person_01.fase", "did you mean 'person_01.face'"),
        ("person_09.face", "person_0"),
        ("person_01.alpha", "no layer 'person_01.alpha'"),
        ("qqq", "people, parts, groups"),
        ("", "No layer"),
    ],
)
def test_an_unknown_layer_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse_layers(text)


def test_renders_are_four_mattes_each_of_one_person_at_a_time() -> None:
    layers = parse_layers("rgba,alpha,people,person_01.face,person_01.hair,person_02.face", people=4)
    plan = passes(layers)
    brought = [layer for step in plan for layer in step.layers]
    assert sorted(brought) == sorted(set(layers) - {"alpha"}) and len(plan) == 4
    whose = {layer: step.values.get("parts_of") for step in plan for layer in step.layers}
    assert whose["person_01.face"] == "person_01" and whose["person_02.face"] == "person_02"
    assert whose["person_03"] == "everyone"
    for step in plan:
        for name, value in step.values.items():
            assert value in BY_NAME[name].menu()


def test_files_hold_the_layers_of_people_and_parts(tmp_path) -> None:
    fake = FakeConnect()
    words = "rgba,people,person_02.face,groups"
    target = tmp_path / "k.####.exr"
    assert cli(shot(tmp_path, [1]), target, "--layers", words, "--set", "people=2", connect=fake) == 0
    pixels, spec = read(tmp_path / "k.0001.exr")
    expected = {"person_01.A", "person_02.A", "person_02.face.A", *(f"{name}.A" for name in GROUP_MENU)}
    assert set(spec.channelnames) == {"R", "G", "B", "A"} | expected
    assert np.isfinite(pixels).all()
    assert [values["parts_of"] for _, values in fake.node.calls] == [
        "everyone", "everyone", "everyone", "person_02",
    ]  # fmt: skip


def test_a_place_and_a_line_are_set_from_the_command_line(tmp_path) -> None:
    fake = FakeConnect()
    words = ["--set", "who=point", "--set", "point=12.5,3", "--set", "parts=listed"]
    words += ["--set", "parts_list=skin -face"]
    assert cli(shot(tmp_path, [1]), tmp_path / "k.####.exr", *words, connect=fake) == 0
    values = fake.node.calls[0][1]
    assert values["point"] == (12.5, 3.0) and values["parts_list"] == "skin -face"
    assert cli(shot(tmp_path, [1]), tmp_path / "l.####.exr", "--set", "point=7", connect=fake) == 2
