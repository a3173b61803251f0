"""``--layers``: words that stand for several, parts of one person, and the renders that bring them."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.menus import GROUP_MENU, PART_MENU, PERSON_MENU
from anatomatte.settings import BY_NAME
from anatomatte_batch.layers import available, channel_names, parse_layers, passes
from made.cli_fake import FakeConnect, FakeNode, cli, plate, read, shot, write


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
        ("person_09.face", "8 people have numbers"),
        ("person_12", "8 people have numbers"),
        ("person_5.face", "did you mean 'person_05.face'"),
        ("person2", "did you mean 'person_02'"),
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


class Standing(FakeNode):
    """Two people, the first of them in a corner, the second not there; parts are shares of them."""

    def whole(self, frame, values):
        made = super().whole(frame, values)
        if values["output"] != "packed":
            return made
        for n, slot in enumerate("rgba"):
            key, person = str(values[f"pack_{slot}"]), str(values["parts_of"])
            whose = key if key in PERSON_MENU else person
            share = np.zeros(made.pixels.shape[:2], np.float32)
            if whose == "person_01" and key != "none":
                share[5:8, 9:14] = 1 if key == whose else list(PART_MENU).index(key) / 32
            made.pixels[..., n] = share
        return made


class Connect(FakeConnect):
    def __call__(self, clips):
        self.node = Standing(clips, self.before, self.checks)
        return self.node


@pytest.mark.parametrize("layers", ["rgba,people,people.parts", "people.parts", "person_01.parts"])
def test_layers_of_a_person_are_rendered_where_that_person_is(tmp_path, layers) -> None:
    """The plate is 16 x 9, its rows count from the top and windows from below."""
    write(tmp_path / "p.0001.exr", plate(), x=3, y=-2)
    words = ["--layers", layers, "--set", "people=2"]
    fake = Connect()
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", *words, connect=fake) == 0
    bottom = next(one for one in fake.node.windows if one is not None)[1] - 1
    of: dict[object, set[object]] = {values["parts_of"]: set() for _, values in fake.node.calls}
    for (_, values), window in zip(fake.node.calls, fake.node.windows, strict=True):
        of[values["parts_of"]].add(window)
    assert of["everyone"] == {None} and of["person_01"] == {(12, bottom + 1, 17, bottom + 4)}
    assert "person_02" not in of, "a render of who is not there brings nothing and tells nothing new"
    pixels, spec = read(tmp_path / "k.0001.exr")
    assert not {"person_01.A"}.issubset(spec.channelnames) or "people" in layers.split(",")
    at = {name: pixels[..., n] for n, name in enumerate(spec.channelnames)}
    for n, part in enumerate(PART_MENU):
        right = np.zeros((9, 16), np.float32)
        right[5:8, 9:14] = n / 32
        assert np.array_equal(at[f"person_01.{part}.A"], right)


def test_few_layers_of_a_person_take_no_render_more(tmp_path) -> None:
    fake = Connect()
    words = ["--layers", "person_01.face,person_01.hair", "--set", "people=2"]
    assert cli(shot(tmp_path, [1]), tmp_path / "k.####.exr", *words, connect=fake) == 0
    assert fake.node.windows == [None]
