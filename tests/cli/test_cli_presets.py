"""Presets: what a shot wants, exact to the last bit; and ``--set``, by the table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anatomatte import settings as table
from anatomatte.errors import SettingsError
from anatomatte.settings import CONTROLS, Control, Settings
from anatomatte_batch import presets
from anatomatte_batch.presets import Preset, Range, parse_setting

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHOT = """
[settings]
erode = 0.5
screen = "green"
[keys]
soften = {1001 = 0.0, 1011 = 2.0}
despill = {-5 = 1.0, 1001 = 0.25}
[[range]]
frames = "1005-1006,1009"
erode = 2.0
[[range]]
frames = "1006"
erode = 3
"""


def _load(tmp_path, text: str) -> Preset:
    path = tmp_path / "shot.toml"
    path.write_text(text, encoding="utf-8")
    return presets.load(path)


def test_values_at_a_frame(tmp_path):
    preset = _load(tmp_path, SHOT)
    assert preset.at(1001) == {
        **preset.at(1001),
        "erode": 0.5,
        "soften": 0.0,
        "despill": 0.25,
        "screen": "green",
    }
    assert preset.at(1005)["soften"] == pytest.approx(0.8)
    assert [preset.at(f)["erode"] for f in (1004, 1005, 1006, 1009)] == [0.5, 2.0, 3.0, 2.0]
    assert preset.at(2000)["soften"] == 2.0 and preset.at(-100)["despill"] == 1.0
    assert preset.at(1)["clip_white"] == 1.0


def test_the_command_line_has_the_last_word(tmp_path):
    preset = _load(tmp_path, SHOT).override({"erode": 9.0, "soften": 1.0})
    assert {preset.at(f)["erode"] for f in (1004, 1005, 1006)} == {9.0}
    assert preset.at(1011)["soften"] == 1.0 and preset.ranges == () and list(preset.keys) == ["despill"]


def _value(control: Control) -> st.SearchStrategy:
    if control.kind == "choice":
        return st.sampled_from(control.menu())
    if control.kind == "bool":
        return st.booleans()
    if control.kind == "int":
        return st.integers(int(control.low), int(control.high))
    if control.kind in ("line", "file"):
        return st.text(max_size=8)
    number = st.floats(control.low, control.high, allow_nan=False)
    count = {"rgb": 3, "point": 2}.get(control.kind, 1)
    return st.tuples(*[number] * count) if count > 1 else number


SETTABLE = [c for c in CONTROLS if c.kind not in ("button", "text")]
VALUES = st.fixed_dictionaries({}, optional={c.name: _value(c) for c in SETTABLE})
KEYS = st.fixed_dictionaries(
    {},
    optional={
        c.name: st.dictionaries(st.integers(-9, 9999), _value(c), min_size=1, max_size=4)
        for c in SETTABLE
        if c.animates
    },
)
RANGES = st.lists(st.builds(Range, st.sampled_from(["1", "-5-10x2,30"]), VALUES), max_size=2).map(tuple)


@settings(max_examples=60, deadline=None)
@given(st.builds(Preset, VALUES, KEYS, RANGES))
def test_a_saved_preset_reads_back_the_same(tmp_path_factory, preset):
    path = tmp_path_factory.mktemp("p") / "ö shot.toml"
    presets.save(preset, path)
    assert presets.load(path) == preset


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[settings]\nerod = 1", "erode"),
        ("[settings]\nerode = 1000.0", "-200 to 200 px"),
        ("[setings]\nerode = 1", "no part of a preset"),
        ("[keys]\nscreen = {1 = 'green'}", "does not animate"),
        ("[keys]\nerode = {a = 1.0}", "whole frame numbers"),
        ("[keys]\nerode = {1.5 = 1.0}", "whole frame numbers, and '1.5' is none"),
        ("[keys]\nerode = {1_0 = 1.0}", "whole frame numbers, and '1_0' is none"),
        ("[keys]\nerode = {7 = 1.0, 07 = 2.0}", "have frame 7 twice"),
        ("[keys]\nerode = 3", "keys of erode"),
        ("[[range]]\nerode = 1", "needs its frames"),
        ("[[range]]\nframes = 'x'\nerode = 1", "frame set"),
        ("[range]\nframes = '1'", "two brackets"),
        ("[settings\n", "not TOML"),
        ("[settings]\nstatus = 'x'", "not set"),
        ("settings = 3", "section"),
    ],
)
def test_a_wrong_preset_names_its_file_and_the_cure(tmp_path, text, words):
    with pytest.raises(SettingsError, match=words) as told:
        _load(tmp_path, text)
    assert "shot.toml" in str(told.value)


def test_an_absent_preset_is_told(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        presets.load(tmp_path / "no.toml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("erode=-1.5", -1.5),
        (" erode = 2 ", 2.0),
        ("threads=4", 4),
        ("screen=Picked colour", "picked"),
        ("screen_uneven=off", False),
        ("screen_colour=0.1,0.5,0.2", (0.1, 0.5, 0.2)),
        ("screen_colour=0.1 0.5 0.2", (0.1, 0.5, 0.2)),
    ],
)
def test_set_reads_by_the_table(text, value):
    assert parse_setting(text)[1] == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("erode", "name=value"),
        ("errode=1", "'erode'"),
        ("erode=a", "takes a number"),
        ("erode=nan", "outside"),
        ("threads=1.5", "whole number"),
        ("erode=1_0", "takes a number"),
        ("screen_colour=0_1,0,0", "takes a number"),
        ("screen=red", "auto, green, blue"),
        ("screen_uneven=maybe", "true or false"),
        ("screen_colour=1,2", "three numbers"),
        ("refresh=1", "not set"),
    ],
)
def test_a_wrong_set_says_what_it_takes(text, words):
    with pytest.raises(SettingsError, match=words):
        parse_setting(text)


def test_every_control_has_a_value_at_every_frame():
    values = Preset().at(1)
    assert values == {c.name: getattr(Settings(), c.name) for c in CONTROLS if c.kind != "button"}


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_told", set())


def test_a_preset_of_0_1_still_loads_and_tells_the_new_names_once(tmp_path, untold, capsys):
    old = '[settings]\nparts_engine = "custom"\nparts_network = "ours"\n'
    old += '[[range]]\nframes = "5"\nalpha_engine = "As Parts model"\n'
    for _ in range(2):
        preset = _load(tmp_path, old)
    assert dict(preset.settings) == {"parts_model": "custom", "parts_network": "ours"}
    assert [preset.at(f)["alpha_model"] for f in (4, 5)] == ["own", "parts"]
    assert parse_setting("parts_engine=custom") == ("parts_model", "custom")
    assert parse_setting("edge_engine=modnet") == ("edge_model", "modnet")
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"anatomatte: {old} is called {new} now; it was taken as {new}."
        for old, new in (
            ("parts_engine", "parts_model"),
            ("alpha_engine", "alpha_model"),
            ("edge_engine", "edge_model"),
        )
    ]
    assert "engine" not in presets.dumps(preset)


def test_old_names_are_taken_wherever_controls_come_by_name(untold):
    for old, new in table.RENAMED.items():
        assert old not in table.BY_NAME and new in table.BY_NAME
        value = table.BY_NAME[new].menu()[1]
        assert (
            table.from_mapping({old: value}) == Settings(**{new: value}) == Settings().replace(**{old: value})
        )
        with pytest.raises(SettingsError, match=f"{old} is called {new} now and both are given; leave"):
            table.from_mapping({old: value, new: value})
        with pytest.raises(SettingsError, match=f"{old}' is called '{new}' now; use that name"):
            table.known([old])
        with pytest.raises(SettingsError, match="does not animate"):
            presets._preset({"keys": {old: {1: value}}})


RELEASES = sorted((Path(__file__).resolve().parent.parent / "data" / "presets").glob("*.toml"))


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_what_a_release_wrote_of_every_control_means_the_same(path: Path) -> None:
    """Each file was written by that release's own `--save-preset`, away from its defaults."""
    assert len(RELEASES) == 4
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    loaded = presets.load(path)
    assert {name: list(v) if isinstance(v, tuple) else v for name, v in loaded.settings.items()} == (
        written["settings"]
    )
    assert dict(loaded.keys["erode"]) == {1001: 0.0, 1050: 2.0} and loaded.ranges[0].frames == "1020-1040"
    assert loaded.at(1030)["erode"] == 2.0 and loaded.at(1001)["erode"] == 0.0
