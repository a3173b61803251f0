"""The gizmo for Nuke: its names are the node's, and run node by node it gives the layers of the batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from anatomatte.ops import colour
from anatomatte_batch import cryptomatte
from anatomatte_cli.hosts import facts, nuke_gizmo
from made import nuke_script
from made.shim_bench import BUNDLE
from pyopenfx import Host, Plugin

DATA = Path(__file__).parent.parent / "data" / "people"
Plane = npt.NDArray[np.float32]


def pair() -> Plane:
    """Two people, as light."""
    halves = [cv2.imread(str(DATA / f"{number:02d}.jpg"))[..., ::-1] for number in (4, 13)]
    light = colour.srgb_decode(np.hstack(halves) / np.float32(255))
    return np.dstack([light, np.ones((*light.shape[:2], 1), np.float32)])


@pytest.fixture(scope="module")
def truth() -> dict[str, Plane]:
    """What a host with planes gets; it is closed before another host opens the node."""
    plate = pair()
    with pytest.MonkeyPatch.context() as scene, Host(profile="natron") as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        with host.load(facts.IDENTIFIER).instance(project_size=plate.shape[1::-1]) as node:
            node.clips.Source = plate
            node.params.who, node.params.erode = 0, 1.0
            planes: dict[str, Plane] = node.render(1)
    return planes


@pytest.fixture(scope="module")
def plugin(truth: dict[str, Plane]) -> Iterator[Plugin]:
    with pytest.MonkeyPatch.context() as scene, Host(profile="nuke") as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        yield host.load(facts.IDENTIFIER)


@pytest.fixture(scope="module")
def gizmo() -> nuke_script.Gizmo:
    return nuke_script.read(nuke_gizmo.gizmo())


def test_names_are_those_that_the_plugin_tells(plugin: Plugin) -> None:
    assert f"OFX{plugin.identifier}_v{plugin.version[0]}" == facts.NUKE_CLASS
    assert (plugin.identifier, plugin.version[0]) == (facts.IDENTIFIER, facts.MAJOR)
    assert [clip.name for clip in plugin.clips() if clip.name != "Output"] == list(facts.CLIPS)


def test_every_knob_is_a_parameter_and_every_value_an_entry(plugin: Plugin, gizmo: nuke_script.Gizmo) -> None:
    params = {param.name: param for param in plugin.params()}
    nodes = [node for node in gizmo.nodes.values() if node.kind == facts.NUKE_CLASS]
    assert len(nodes) == 1 + len(list(nuke_gizmo.packs()))
    for node in nodes:
        for knob, words in node.knobs.items():
            if knob == "name":
                continue
            param = params[knob]
            assert param.kind not in ("page", "group", "button", "string"), knob
            if words[0].startswith("{"):
                links = next(nuke_script.commands(words[0]))
                count = {"rgb": 3, "double2d": 2}.get(param.kind, 1)
                assert len(links) == count, (knob, links)
                assert knob == "parts_of" or all(link.split(".")[1:3] == ["Look", knob] for link in links)
            else:
                assert words[0] in param.options, knob
    for number, name, *words in gizmo.users:
        if number == "41":
            assert words[-2:] == ["T", f"Look.{name}"] and name in params, name
        if name == "parts_of":
            (menu,) = (words[place + 1] for place, word in enumerate(words) if word == "M")
            assert next(nuke_script.commands(menu)) == params[name].options
    followed = {knob for knob in gizmo.nodes["Pack1"].knobs if knob in params}
    left = {name for name, param in params.items() if param.kind not in ("page", "group", "button")}
    left -= {*followed, *nuke_gizmo.TEXTS, "status", "output_colour", "person_parts"}
    assert {name for name in left if not params[name].secret} == set(), (
        "the packing nodes do not follow these"
    )


def run(plugin: Plugin, gizmo: nuke_script.Gizmo, plate: Plane, **look: Any) -> tuple[Any, dict[str, Plane]]:
    """The gizmo's channels for a plate, with values of Look."""
    options = {param.name: param.options for param in plugin.params()}

    def render(node: nuke_script.Node, inputs: dict[int, dict[str, Plane]]) -> dict[str, Plane]:
        with plugin.instance(project_size=plate.shape[1::-1]) as made:
            for place, clip in enumerate(facts.CLIPS):
                if inputs[place]:
                    made.clips[clip] = np.dstack([inputs[place][name] for name in nuke_script.RGBA])
            for knob in node.knobs:
                value = nuke.knob(node, knob)
                linked = [one for one in value if isinstance(one, tuple)]
                if linked and knob in look:
                    made.params[knob] = look[knob]
                elif knob in options and not linked:
                    made.params[knob] = options[knob].index(value[0]) if value[0] else 0
            if node.name == "Look":
                for knob, value in look.items():
                    made.params[knob] = value
            picture = made.render(1)["colour"]
        return {name: picture[..., place] for place, name in enumerate(nuke_script.RGBA)}

    given = {"Source": {name: plate[..., place] for place, name in enumerate(nuke_script.RGBA)}}
    nuke = nuke_script.Nuke(gizmo, given, render)
    return nuke, nuke.render(gizmo.output)


def test_the_gizmo_gives_the_layers_and_the_cryptomatte_of_the_batch(
    plugin: Plugin, gizmo: nuke_script.Gizmo, truth: dict[str, Plane]
) -> None:
    nuke, found = run(plugin, gizmo, pair(), who=0, erode=1.0)  # everyone
    for place, name in enumerate(nuke_script.RGBA):
        assert np.array_equal(found[name], truth["colour"][..., place]), name
    for layer in facts.LAYERS:
        assert np.array_equal(found[f"{layer}.alpha"], truth[layer][..., 0]), layer
    assert found["person_02.alpha"].max() > 0.9 and found["face.alpha"].max() > 0.9
    assert {name.split(".")[0] for name in found} == {
        *("rgba", "CryptoPerson00", "CryptoPerson01", "CryptoPerson02"), *facts.LAYERS,
    }  # fmt: skip

    (what,) = cryptomatte.asked(("cryptoperson",))
    ranks = cryptomatte.Ranks(what)
    for layer in what.names:
        ranks.add(layer, truth[layer])
    theirs = ranks.channels()
    layers = [f"CryptoPerson{n:02d}.{c}" for n in range(3) for c in ("red", "green", "blue", "alpha")]
    for place, name in enumerate(layers):
        assert np.array_equal(found[name], theirs[..., place]), name
    assert nuke.metadata == {f"exr/{key}": text for key, text in what.header.items()}
    assert json.loads(what.manifest)["person_01"] == "1f83426f"


def test_ids_read_back_to_the_bit() -> None:
    from anatomatte_cli.hosts.nuke_crypto import number_of

    for name in cryptomatte.asked(("cryptoperson",))[0].names:
        bits = np.float32(nuke_script.evaluate(number_of(name), {}, {}, ())).view(np.uint32)
        assert int(bits) == cryptomatte.id_of(name), name


@pytest.mark.parametrize("text", ["plain.png", "Person 1", 'a "b" [c] $d \\ {e}', "one\ntwo"])
def test_what_is_written_is_read_back(text: str) -> None:
    from anatomatte_cli.hosts.nuke_text import word

    assert list(nuke_script.commands(f"knob {word(text)}")) == [["knob", text]]
