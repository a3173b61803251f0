"""What the node says of its clips before a frame: components, depth, alpha, aspect, fields, rate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from anatomatte.settings import BY_NAME
from made.shim_bench import BUNDLE
from pyopenfx import Host, Image, Instance, Plugin

MULTIPLIED = {"premultiplied", "comp", "edge", "face_patch", "matte"}
"""Outputs whose colours are nothing where the alpha that comes with them is."""


@pytest.fixture(scope="module")
def plugin() -> Iterator[Plugin]:
    with pytest.MonkeyPatch.context() as scene, Host() as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        yield host.load("org.anatomatte.Anatomatte")


@pytest.fixture
def node(plugin: Plugin) -> Iterator[Instance]:
    with plugin.instance("filter", frame_rate=25.0) as made:
        made.clips.Source = np.full((8, 12, 4), 0.5, np.float32)
        yield made


def test_the_alpha_is_told_for_each_output_as_soon_as_it_changes(node: Instance) -> None:
    for output in BY_NAME["output"].menu():
        node.params.output = output
        told = node.clip_preferences(1).output.premult
        # mattes are no colours and views have a solid alpha: what is told to be multiplied, nobody multiplies
        assert told == ("unpremultiplied" if output == "unpremultiplied" else "premultiplied"), output


def test_the_matte_of_a_host_that_multiplies_for_its_files_is_the_matte(node: Instance) -> None:
    """Natron's writer multiplies what is told to be unpremultiplied: an EXR of Matte only was squared."""
    node.clips.Source = np.linspace(0, 1, 8 * 12 * 3, dtype=np.float32).reshape(8, 12, 3)
    node.params.output = "matte"
    made = node.render(1)["colour"]
    straight = node.clip_preferences(1).output.premult == "unpremultiplied"
    written = made[..., :3] * made[..., 3:] if straight else made[..., :3]
    assert np.array_equal(written[..., 0], made[..., 3])


@pytest.mark.parametrize("output", sorted({*MULTIPLIED, "unpremultiplied"} - {"face_patch"}))
def test_what_is_told_to_be_multiplied_is(node: Instance, output: str) -> None:
    """Where the alpha is 0 nothing is left of a colour that is multiplied by it."""
    pixels = np.zeros((60, 80, 3), np.float32)
    pixels[...] = (0.1, 0.6, 0.15)
    pixels[20:, 30:50] = (0.6, 0.4, 0.3)
    node.clips.Source = pixels
    node.params.output = output
    made = node.render(1)["colour"]
    clear = made[made[..., 3] == 0][:, :3]
    assert len(clear) and (not clear.any()) == (output in MULTIPLIED)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_whatever_comes_in_the_output_is_rgba_of_its_depth(
    node: Instance, channels: int, dtype: type
) -> None:
    node.clips.Source = np.ones((8, 12, channels), dtype)
    told = node.clip_preferences(1)
    depth = {"uint8": "byte", "uint16": "short", "float16": "half", "float32": "float"}[np.dtype(dtype).name]
    assert (told.output.components, told.output.depth) == ("rgba", depth)
    source = told.inputs["Source"]
    assert source is not None
    assert (source.components, source.depth) == ("rgba" if channels == 4 else "rgb", depth)


def test_aspect_fields_and_rate_stay_what_they_are(node: Instance) -> None:
    node.clips.Source = Image(np.ones((8, 12, 3), np.float32), pixel_aspect=2.0, field="lower")
    node.clips.InM = np.ones((8, 12, 1), np.float32)
    told = node.clip_preferences(1)
    assert (told.output.pixel_aspect, told.output.field, told.frame_rate) == (2.0, "lower", 25.0)
    assert not told.continuous and not told.frame_varying
