"""Parameters: every type through the variadics, ranges, choices, keys, changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from made.lines import last_line
from pyopenfx import Host, Instance, ParamError


@pytest.fixture
def every(host: Host) -> Iterator[Instance]:
    with host.load("org.anatomatte.test.params").instance(project_size=(200, 100)) as instance:
        yield instance


def texts(instance: Instance) -> list[str]:
    return [text for _, _, text in instance.messages]


def test_defaults_reach_the_plugin(every: Instance) -> None:
    every.params.report.press()
    assert last_line(every).startswith("OfxActionEnd")
    assert texts(every)[-2] == ("2.5|3|0 0|100 50|0 0 0|0 0|0 0 0|0 1 0|0 0 0 0|0|1|soft|hallo||0 -1")


def test_every_type_reaches_the_plugin(every: Instance) -> None:
    p = every.params
    p.width, p.count, p.point, p.centre = 1.25, 4, (1, 2), (3.5, 4.5)
    p.solid, p.cell, p.voxel = (1, 2, 3), (4, 5), (6, 7, 8)
    p.screen, p.fill = (0.25, 0.5, 1.5), np.array([0, 0.5, 1, 2])
    p.on, p.mode, p.look, p.note, p.state, p.blob = True, "hard", "off", "ä\n", "{}", b"a\0c"
    p.report.press()
    assert texts(every)[-2] == (
        "1.25|4|1 2|3.5 4.5|1 2 3|4 5|6 7 8|0.25 0.5 1.5|0 0.5 1 2|1|2|off|ä\n|{}|3 99"
    )
    assert (p.width.value, p.cell.value, p.on.value, p.blob.value) == (1.25, (4, 5), True, b"a\0c")
    assert (p.mode.value, p.mode.label_of_value) == (2, "Hard edge")


def test_what_the_plugin_sets_is_seen_and_told_back(every: Instance) -> None:
    every.params.edit.press()
    p = every.params
    assert (p.width.value, p.count.value, p.point.value) == (7.5, 5, (1.5, -2.5))
    assert (p.voxel.value, p.note.value, p.blob.value) == ((1, 2, 3), "set by the plug-in", b"\1\0\x09")
    assert p.centre.value == (1.5, -2.5)  # copied from point
    assert p.solid.value == (0, 0, 0)  # of another type than screen: not copied
    told = texts(every)
    # in order: seven values, one of a button (Unsupported), no handle, no animation, two copies
    assert "0 0 0 0 0 0 0 5 9 5 0 11 " in told
    changes = [t.removeprefix("changed ") for t in told if t.startswith("changed")]
    assert changes[0] == "edit OfxChangeUserEdited"
    assert "width OfxChangePluginEdited" in changes and "centre OfxChangePluginEdited" in changes
    assert told[0] == "OfxActionBeginInstanceChanged" and told[-1] == "OfxActionEndInstanceChanged"


def test_a_change_is_one_bracket_unless_several_are_asked_for(every: Instance) -> None:
    every.params.width = 3
    assert texts(every) == [
        "OfxActionBeginInstanceChanged",
        "changed width OfxChangeUserEdited",
        "OfxActionEndInstanceChanged",
    ]
    with every.changes():
        every.params.width = 4
        every.params["count"] = 6
    assert texts(every)[3:] == [
        "OfxActionBeginInstanceChanged",
        "changed width OfxChangeUserEdited",
        "changed count OfxChangeUserEdited",
        "OfxActionEndInstanceChanged",
    ]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("width", 100.5, r"width = 100\.5 px is outside 0 to 100 px\."),
        ("width", -1, r"width = -1 px is outside 0 to 100 px\."),
        ("count", 0, r"count = 0 is outside the range from 1\."),
        ("width", "wide", "width takes a number, not 'wide'"),
        ("width", float("nan"), "width takes a number, not nan"),
        ("count", 2.5, r"count takes a whole number, not 2\.5"),
        ("count", 2**31, "count = 2147483648 is outside the range from 1"),
        ("point", 3, "point takes 2 numbers, not 3"),
        ("screen", (1, 2), r"screen takes 3 numbers, not \(1, 2\)"),
        ("on", 2, "on takes True or False, not 2"),
        ("mode", 3, r"mode = 3 is outside 0 to 2 \(Off, Soft edge, Hard edge\)"),
        ("mode", "sof", "mode has no option 'sof' among 'off', 'soft', 'hard'; did you mean 'soft'"),
        ("look", "hrad", "look has no option 'hrad'.* did you mean 'hard'"),
        ("note", 5, "note takes text, not 5"),
        ("blob", "text", "blob takes bytes, not 'text'"),
        ("report", 1, "report is a button and holds no value"),
        ("numbers", 1, "numbers is a group and holds no value"),
        ("widht", 1, "There is no parameter widht; did you mean width"),
    ],
)
def test_errors_name_value_range_and_unit(every: Instance, name: str, value: object, says: str) -> None:
    before = every.params.values(0)
    with pytest.raises(ParamError, match=says):
        setattr(every.params, name, value)
    assert every.params.values(0) == before
    assert not texts(every)


def test_choices_go_by_index_label_and_key(every: Instance) -> None:
    for value in (2, "Hard edge", "hard", np.int64(2)):
        every.params.mode = 0
        every.params.mode = value
        assert every.params.mode.value == 2
    every.params.look = "Hard edge"
    assert every.params.look.value == "hard"
    assert every.params.mode.options == ["Off", "Soft edge", "Hard edge"]
    assert every.params.mode.keys_of_options == ["off", "soft", "hard"]


def test_numbers_colours_and_points_go_straight_between_keys(every: Instance) -> None:
    p = every.params
    p.width.set(0, time=10)
    p.width.set(4, time=20)
    assert [p.width.at(t) for t in (0, 10, 15, 20, 30)] == [0, 0, 2, 4, 4]
    p.count.set(1, time=0)
    p.count.set(4, time=2)
    assert [p.count.at(t) for t in (0, 0.5, 1, 2)] == [1, 2, 3, 4]
    p.screen.set((0, 1, 0), time=0)
    p.screen.set((1, 0, 0), time=4)
    assert p.screen.at(1) == (0.25, 0.75, 0)
    assert p.width.keys == [10, 20]
    every.time = 15
    assert p.width.value == 2


def test_a_change_of_time_is_told_of_what_is_animated(every: Instance) -> None:
    every.params.width.set(0, time=10)
    told = len(texts(every))
    every.time = 12
    assert texts(every)[told:] == [
        "OfxActionBeginInstanceChanged",
        "changed width OfxChangeTime",
        "OfxActionEndInstanceChanged",
    ]
    every.time = 12
    assert len(texts(every)) == told + 3


def test_texts_hold_and_what_does_not_animate_takes_no_key(every: Instance) -> None:
    note = every.params.note
    note.set("first", time=1)
    note.set("second", time=5)
    assert [note.at(t) for t in (0, 1, 4.9, 5, 9)] == ["first", "first", "first", "second", "second"]
    with pytest.raises(ParamError, match="mode does not animate; set it without a time"):
        every.params.mode.set(1, time=3)


def test_keys_go_away(every: Instance) -> None:
    width = every.params.width
    for time in (1, 2, 3):
        width.set(time, time=time)
    width.delete_key(2)
    assert width.keys == [1, 3]
    with pytest.raises(ParamError, match=r"width has no key at 2; its keys are at \[1\.0, 3\.0\]"):
        width.delete_key(2)
    width.delete_keys()
    assert (width.keys, width.value) == ([], 1)
    width.set(5, time=4)
    every.params.width = 9
    assert (width.keys, width.at(4)) == ([], 9)


def test_the_plugin_sees_keys_slopes_and_areas(every: Instance) -> None:
    every.params["keys"].press()
    # 2 keys, first at 10; before 15: key 0, at 15: none (Failed), after: key 1; the middle is 2,
    # the slope 0.4 a frame, the area of 5 to 30 is 0 + 20 + 40; one delete works, the next not
    assert "2 10 0 1 1 2 0.4 60 0 10" in texts(every)
    assert every.params.width.keys == [10]


def test_a_description_knows_kinds_ranges_groups_and_pages(host: Host) -> None:
    described = {p.name: p for p in host.load("org.anatomatte.test.params").params("general")}
    width = described["width"]
    assert (width.kind, width.range, width.unit, width.default) == ("double", (0, 100), "px", 2.5)
    assert (width.parent, width.animates, width.label) == ("numbers", True, "width")
    assert described["main_page"].children == ["width", "OfxParamPageSkipRow", "mode"]
    assert described["screen"].default == (0, 1, 0)
    assert described["point"].range is None
    assert {p.kind for p in described.values()} == {
        *("double", "int", "bool", "choice", "strchoice", "rgb", "rgba", "double2d", "double3d"),
        *("int2d", "int3d", "string", "custom", "bytes", "group", "page", "button"),
    }
    assert described["width"].properties["OfxParamPropMax"] == [100]


def test_parameters_can_be_listed_and_looked_up(every: Instance) -> None:
    assert "width" in every.params and "breadth" not in every.params
    assert len(every.params) == len(list(every.params)) == 20
    assert every.params["width"] is every.params.width
    assert every.params.values(0)["count"] == 3
    assert "width" in dir(every.params)
