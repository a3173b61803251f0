"""What the standard permits and few plug-ins do: the host keeps its side of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pyopenfx import Host, Image, Instance


@pytest.fixture
def one(host: Host) -> Iterator[Instance]:
    plugin = host.load("org.anatomatte.test.permitted")
    with plugin.instance("general", frame_range=(1, 30)) as made:
        yield made


def said(one: Instance) -> list[str]:
    return [text for _, _, text in one.messages]


def ramp(height: int, width: int) -> np.ndarray:
    """H×W×4, each column its own number."""
    return np.broadcast_to(np.arange(width, dtype=np.float32)[:, None], (height, width, 4)).copy()


def test_a_copy_takes_all_keys_some_or_a_curve(one: Instance) -> None:
    """A range from 0 to 0 means all keys, as none does."""
    one.params["copy"].press()
    everything = "to 105=1 110=2 120=4"
    assert [line for line in said(one) if line.startswith(("to", "curve"))] == [
        everything, everything, "to 105=1 110=2", "curve 0.750000",
    ]  # fmt: skip
    assert one.params["other"].curves == one.params["curve"].curves


def test_image_memory_may_belong_to_no_instance(one: Instance) -> None:
    one.params["memory"].press()
    assert "memory 0 0 0" in said(one)


def test_what_the_time_line_and_a_save_make_the_plugin_set_is_told_back(one: Instance) -> None:
    one.params["from"].set(1.0, time=2)
    one.time = 5
    assert one.params["follows"].value == 7 and "edited follows" in said(one)
    one.sync_private_data()
    assert one.params["to"].value == 3 and "edited to" in said(one)


def test_an_output_knows_its_region_before_it_is_written(one: Instance) -> None:
    one.clips.Source = Image(ramp(4, 6), (-2, 3, 4, 7))
    one.render(3)
    told = [line.split(" ", 1)[1] for line in said(one) if "Action" in line and "order" not in line]
    assert told == ["0 -2 3 4 7"] * 3


def test_renders_of_a_sequence_say_what_the_sequence_said(one: Instance) -> None:
    one.clips.Source = ramp(4, 6)
    one.render(1)
    with one.sequence(1, 3):
        one.render(1)
        one.render(2, sequential=False)
    with one.sequence(1, 3, sequential=False):
        one.render(1)
    list(one.film(1, 2))
    order = [line.rsplit(" ", 1) for line in said(one) if "in order" in line]
    renders = [told for action, told in order if "Render in" in action and "Sequence" not in action]
    begins = [told for action, told in order if "Begin" in action]
    assert begins == ["0", "1", "0", "1"] and renders == ["0", "1", "0", "0", "1", "1"]


def test_clips_of_other_pixels_are_resampled_to_the_outputs(one: Instance) -> None:
    """For a plug-in that takes one pixel aspect: a square picture beside a squeezed one."""
    one.clips.Source = Image(ramp(4, 6), pixel_aspect=2.0)
    one.clips.Extra = Image(ramp(4, 12))
    made = one.render(3)
    assert made.pixel_aspect == 2 and made.bounds == (0, 0, 6, 4)
    np.testing.assert_allclose(made["colour"][0, :, 0], [0.5, 2.5, 4.5, 6.5, 8.5, 10.5])
    assert said(one)[-2:] == [
        "Source 0 0 6 4 aspect 2 clip 0 0 12 4 aspect 2",
        "Extra 0 0 6 4 aspect 2 clip 0 0 12 4 aspect 2",
    ]


@pytest.mark.parametrize("guard", [False, True])
def test_a_plugin_of_one_size_gets_one_size(host: Host, guard: bool) -> None:
    """A smaller picture off the origin lies where it was, on a canvas of the main one's size."""
    one = host.load("org.anatomatte.test.permitted").instance("general")
    one.guard = guard
    with one:
        one.clips.Source = ramp(4, 6)
        one.clips.Extra = Image(np.full((8, 3, 4), 9, np.float32), (5, 2, 8, 10))
        for scale, right in ((1.0, [[0] * 5 + [9]] * 2 + [[0] * 6] * 2), (0.5, [[0, 0, 9], [0, 0, 0]])):
            np.testing.assert_array_equal(one.render(1, scale=scale)["colour"][..., 0], right)
        assert "Extra 0 0 6 4 aspect 1 clip 0 0 6 4 aspect 1" in said(one)
