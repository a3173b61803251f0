"""What an artist sees and reads, in every host that is imitated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from anatomatte.parts import GROUPS, PARTS
from anatomatte.settings import BY_NAME, CONTROLS, PAGES
from made.shim_bench import BUNDLE
from pyopenfx import PROFILES, Host, Instance, Plugin, RenderError

NODE = "org.anatomatte.Anatomatte"
TOLD = (
    f"Parts list names '100%d', which is no part of a person; there are {', '.join((*PARTS[1:], *GROUPS))}."
)
"""The sentence that `sentence` provokes."""


@pytest.fixture(scope="module", params=[None, *PROFILES], ids=lambda profile: profile or "own")
def plugin(request: pytest.FixtureRequest) -> Iterator[Plugin]:
    with pytest.MonkeyPatch.context() as scene, Host(profile=request.param) as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")  # the worker has tests of its own
        host.scan([BUNDLE.parent])
        yield host.load(NODE)


@pytest.fixture
def node(plugin: Plugin) -> Iterator[Instance]:
    with plugin.instance() as made:
        made.clips.Source = plate()
        yield made


def plate(height: int = 40, width: int = 60) -> np.ndarray:
    made = np.full((height, width, 4), (0.1, 0.6, 0.15, 1), np.float32)
    made[height // 4 :, width // 3 : 2 * width // 3, :3] = (0.6, 0.4, 0.3)
    return made


def follows(node: Instance) -> bool:
    """Whether the host tells the node of changes, and so lets it change its panel."""
    return node.profile.tells_changes


def has_layers(node: Instance) -> bool:
    """Whether the node offers layers there."""
    return node.profile.name == "natron"


def gives_values(node: Instance) -> bool:
    """Whether the host gives the node the values that it has: the example host makes them up."""
    return node.profile.name != "example"


def for_scripts(node: Instance) -> bool:
    """Whether the host is ours, where scripts read the sentences, and want the names of controls too."""
    return str(node.plugin.host.properties["OfxPropName"][0]).startswith("org.anatomatte.")


def sentence(node: Instance) -> str:
    """What the artist reads when a frame fails, and the way by which the host shows it."""
    node.params.parts = "listed"
    node.params.parts_list = "hair 100%d"
    with pytest.raises(RenderError):
        node.render(1, planes=["colour"])
    told = node.persistent_message or node.messages[-1]
    assert told[0] == "OfxMessageError"
    return told[2]


def test_the_panel_begins_with_the_output_and_has_seven_tabs(node: Instance) -> None:
    tabs = node.panel()
    shown = [name for tab in tabs for name in tab.names()]
    assert shown[0] == "output"
    hidden = {row.name for row in CONTROLS if row.hides}
    hidden |= set() if has_layers(node) else {"person_parts"}
    assert shown == [row.name for row in CONTROLS if row.name not in hidden or not follows(node)]
    labels = [tab.label for tab in tabs if tab.names()]
    folded = [row.param.label for row in tabs[0].rows if row.param.kind == "group"]
    assert PAGES == ("Output", "Screen", "Subject", "Matte", "Despill", "Time", "Shot", "Status", "Faces")
    assert (folded if node.profile.panel == "groups" else labels) == list(PAGES)


def test_networks_are_in_a_group_that_is_shut(node: Instance) -> None:
    group = node.params["group_Networks"]
    assert group.properties["OfxParamPropGroupOpen"] == [0]
    inside = [name for name in node.params if node.params[name].parent == "group_Networks"]
    assert inside == [row.name for row in CONTROLS if row.group == "Networks"]
    if follows(node) and gives_values(node):
        assert node.params["alpha_network"].secret
        node.params.alpha_model = "custom"
        assert not node.params["alpha_network"].secret and node.params["parts_network"].secret


@pytest.mark.parametrize("row", [row for row in CONTROLS if row.needs], ids=lambda row: row.name)
def test_what_has_no_effect_is_grey_or_gone(node: Instance, row: object) -> None:
    """Each control that needs another: without effect while one of its needs is not met."""
    assert isinstance(row, type(CONTROLS[0]))
    if not follows(node) or not gives_values(node):  # which gives no menu's value
        return
    param = node.params[row.name]
    for other, entries in row.needs:
        node.params[other].set(entries[0])
    assert param.enabled and not param.secret
    for other, entries in row.needs:
        without = next(entry for entry in BY_NAME[other].menu() if entry not in entries)
        node.params[other].set(without)
        assert param.secret if row.hides else not param.enabled
        node.params[other].set(entries[0])


def test_a_failure_is_read_word_for_word(node: Instance) -> None:
    if not gives_values(node):  # its texts cannot be read: the default list is taken
        return
    said = sentence(node)
    assert said == (TOLD.replace("list ", "list (parts_list) ", 1) if for_scripts(node) else TOLD)
    node.params["refresh"].press()
    if follows(node):
        assert node.params["status"].value.splitlines()[0] == f"Frame 1 failed: {said}"


def test_the_status_fills_itself_and_keeps_the_failure(node: Instance) -> None:
    if not follows(node) or not gives_values(node):
        return
    status = node.params["status"]
    node.render(1, planes=["colour"])
    assert status.value == "", "no render may set a parameter"
    node.params.erode = 1.5
    frame, colour, networks, screen, *_ = status.value.splitlines()
    assert frame.startswith("Frame 1: 60×40 in ") and colour.startswith("Screen colour ")
    assert networks == "Networks: none was asked" and screen.startswith("green screen, ")
    said = sentence(node)
    node.params.soften = 1.0
    assert status.value.splitlines()[0] == f"Frame 1 failed: {said}"
    node.params.parts = "all"
    node.render(1, planes=["colour"])
    node.params.soften = 2.0
    assert status.value.startswith("Frame 1: 60×40")
    with node.plugin.instance() as other:
        other.params.erode = 1.0
        assert other.params["status"].value == "", "another node's frames are not told"


def test_a_value_out_of_range_is_clamped_and_told(node: Instance) -> None:
    """A host need not keep to the ranges that it was told; the example host gives 2 for every number."""
    if gives_values(node):
        node.params.screen_balance.core.set_constant(2.0)
        node.params.erode.core.set_constant(float("nan"))
        node.params.output.core.set_constant(99)
    made = node.render(1, planes=["colour"])["colour"]
    assert np.isfinite(made).all() and node.persistent_message is None
    node.params["refresh"].press()
    if not follows(node):
        return
    told = node.params["status"].value
    name = " (screen_balance)" if for_scripts(node) else ""
    assert f"Screen balance{name} = 2 is outside 0 to 1: 1 was taken." in told
    assert not gives_values(node) or "has no entry of number 99: Premultiplied was taken." in told


def test_the_layers_follow_their_controls(node: Instance) -> None:
    if not has_layers(node):
        return
    before = {plane.name for plane in node.planes()}
    node.params.person_parts = True
    more = {plane.name for plane in node.planes()}
    node.params.people = 2
    fewer = {plane.name for plane in node.planes()}
    assert before < more > fewer and "person_02.face" in fewer and "person_03.face" not in fewer


@pytest.mark.parametrize(
    ("menu", "entry", "place", "share"),
    [
        ("who", "point", "point", 0.5),
        ("also_keep", "point", "keep_point", 0.5),
        ("also_keep", "box", "keep_corner", 0.25),
        ("also_keep", "box", "keep_opposite", 0.75),
        ("leave_out", "point", "leave_point", 0.5),
        ("leave_out", "box", "leave_corner", 0.25),
        ("leave_out", "box", "leave_opposite", 0.75),
    ],
)
def test_a_place_that_nobody_moved_goes_to_its_share_of_the_plate(
    plugin: Plugin, menu: str, entry: str, place: str, share: float
) -> None:
    with plugin.instance(project_size=(1920, 1080)) as node:
        node.clips.Source = plate()
        assert node.params[place].properties["kOfxParamPropUseHostOverlayHandle"] == [1]
        if not follows(node) or not gives_values(node):
            return
        before = node.params[menu].value
        node.params[menu] = entry
        assert node.params[place].value == (60 * share, 40 * share)
        node.params[place] = (12, 7)
        node.params[menu] = before
        node.params[menu] = entry
        assert node.params[place].value == (12, 7)
        node.params[place] = (-9, 55)  # a box may well reach beyond the plate, a handle for a point not
        node.params[menu] = before
        node.params[menu] = entry
        assert node.params[place].value == ((-9, 55) if entry == "box" else (30, 20))


def test_a_failed_frame_is_no_picture_whatever_the_host_makes_of_it(node: Instance) -> None:
    """Natron ends there, MLT goes on; both exit as if all were well, so the sentence must be told."""
    last = 3
    node.clips.Source = lambda time: plate() if time != 2 else None
    node.params.output = "matte"
    fate, made = node.profile.failed_frame, {}
    try:
        for frame, planes in node.film(1, last, ["colour"]):
            made[frame] = planes["colour"].copy()
    except RenderError as error:
        assert fate == "raises" and "Source has no picture at frame 2" in str(error)
        return
    assert list(made) == {"ends": [1], "kept": [1, 2, 3]}[fate]
    assert made[1].max() == 1 and (fate == "ends" or not made[2].any())
    ((frame, why),) = node.failed
    assert frame == 2 and "Source has no picture at frame 2: check the plate's frame range" in why
