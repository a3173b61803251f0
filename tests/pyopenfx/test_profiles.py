"""What a plug-in meets in the hosts that are imitated."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from made.lines import last_line
from pyopenfx import (
    PROFILES,
    ContractError,
    Host,
    HostError,
    Image,
    ParamError,
    PluginNotFound,
    RenderAborted,
)

PREFIX = "org.anatomatte.test."
Open = Callable[[str | None], Host]


@pytest.fixture
def opened(plugins: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens hosts on copies of the plug-ins, for one binary has one host at a time."""
    hosts: list[Host] = []
    for name in ("broken", "every_param", "invert", "suites", "temporal"):
        shutil.copytree(plugins / f"{name}.ofx.bundle", tmp_path / f"{name}.ofx.bundle")

    def open_host(profile: str | None) -> Host:
        host = Host(threads=4, profile=profile)
        hosts.append(host)
        host.scan([tmp_path])
        return host

    yield open_host
    for host in hosts:
        host.close()


def plate(value: float = 0.25) -> np.ndarray:
    return np.full((4, 6, 4), value, np.float32)


@pytest.mark.parametrize("profile", [*PROFILES, None])
def test_an_honest_plugin_makes_the_same_picture_everywhere(opened: Open, profile: str | None) -> None:
    noise = np.random.default_rng(3).random((5, 7, 4), np.float32)
    with opened(profile).load(f"{PREFIX}invert").instance("filter") as invert:
        invert.clips.Source = noise
        out = invert.render(1, window=(2, 1, 5, 3))
        # the example host says that every box is ticked, among them the one that lets the plate through
        np.testing.assert_array_equal(out["colour"], (noise if profile == "example" else 1 - noise)[2:4, 2:5])
        assert invert.breaches == []


@pytest.mark.parametrize(
    ("profile", "name", "contexts"),
    [
        ("natron", "fr.inria.Natron", "general"),
        ("nuke", "uk.co.thefoundry.nuke", "filter"),
        ("mlt", "MLT", "filter"),
        ("resolve", "DaVinciResolve", "filter"),
    ],
)
def test_names_and_the_context_that_is_preferred(
    opened: Open, profile: str, name: str, contexts: str
) -> None:
    host = opened(profile)
    assert host.properties["OfxPropName"] == [name]
    with host.load(f"{PREFIX}invert").instance() as one:
        assert one.context == contexts
        assert one.properties.get("OfxPropType") == (
            ["OfxTypeImageEffectInstance"]
            if profile == "nuke"
            else None
            if profile == "mlt"
            else ["OfxTypeImageEffect"]
        )


def test_two_profiles_do_not_share_a_binary(opened: Open) -> None:
    opened("natron").load(f"{PREFIX}invert")
    mlt = opened("mlt")
    assert all("in use by a host of another profile" in p.reason for p in mlt.problems)
    assert len(mlt.problems) > 5
    with pytest.raises(ValueError, match="no profile 'fusion'; there are natron, nuke"):
        Host(profile="fusion")


def test_a_host_that_nobody_holds_is_in_nobodys_way(plugins: Path, tmp_path: Path) -> None:
    """One that nobody closed lives on until Python collects it, whenever that is."""
    shutil.copytree(plugins / "invert.ofx.bundle", tmp_path / "invert.ofx.bundle")

    def left() -> None:
        host = Host(profile="nuke")
        host.scan([tmp_path])
        assert host.load(f"{PREFIX}invert").label == "Invert"

    gc.disable()
    try:
        left()
        with Host(profile="natron") as natron:
            assert [info.label for info in natron.scan([tmp_path])] == ["Invert"], natron.problems
            with Host(profile="nuke") as nuke:
                nuke.scan([tmp_path])
                with pytest.raises(PluginNotFound, match=r"invert\.ofx: .* in use by a host of another"):
                    nuke.load(f"{PREFIX}invert")
    finally:
        gc.enable()


@pytest.mark.parametrize(("profile", "times"), [("natron", 2), ("nuke", 1), (None, 1)])
def test_natron_destroys_until_it_is_told_ok(opened: Open, profile: str | None, times: int) -> None:
    one = opened(profile).load(f"{PREFIX}broken.destroys_by_default").instance("filter")
    one.close()
    assert [text for _, _, text in one.messages] == ["destroyed"] * times


def test_natron_makes_small_what_takes_no_scale(opened: Open) -> None:
    with opened("natron").load(f"{PREFIX}broken.takes_no_scale").instance("filter") as one:
        one.clips.Source = np.arange(96, dtype=np.float32).reshape(4, 6, 4)
        assert not one.takes_scale
        out = one.render(1, scale=0.5)
        assert out.bounds == (0, 0, 3, 2)
        assert out["colour"][0, 0, 0] == np.mean([0, 4, 24, 28])


@pytest.mark.parametrize(
    ("profile", "kind"), [("natron", "strchoice"), ("nuke", "strchoice"), ("resolve", "int2d")]
)
def test_parameters_that_a_host_makes_no_instance_with(opened: Open, profile: str, kind: str) -> None:
    with pytest.raises(HostError, match=f"{profile} makes no instance with .*, a {kind}"):
        opened(profile).load(f"{PREFIX}params").instance("filter")


def test_nuke_has_whole_frames_floats_and_two_contexts(opened: Open) -> None:
    host = opened("nuke")
    assert host.properties["OfxImageEffectPropSupportedPixelDepths"] == ["OfxBitDepthFloat"]
    with host.load(f"{PREFIX}invert").instance() as one:
        one.clips.Source = np.zeros((2, 2, 4), np.uint8)
        assert one.render(1)["colour"].dtype == np.float32
        with pytest.raises(ValueError, match=r"nuke has no frame 1\.5"):
            one.render(1.5)
    assert "OfxImageEffectInstancePropSequentialRender" not in host.load(f"{PREFIX}invert").properties


def test_mlt_runs_rows_down_and_knows_no_time_line(opened: Open) -> None:
    host = opened("mlt")
    with host.load(f"{PREFIX}suites").instance(frame_range=(1001, 1100)) as one:
        one.clips.Source = plate()
        one.params.case = "memory of source"
        one.render(1001)
        assert int(last_line(one).split()[1]) == -6 * 4 * 4
        one.params.case = "time"
        one.render(1050)
        assert last_line(one) == "0 1001 1100"
        assert "OfxImageEffectPropProjectSize" not in one.properties
    with pytest.raises(PluginNotFound, match="mlt has no context 'general'"):
        host.load(f"{PREFIX}temporal").instance()


def test_mlt_makes_an_instance_a_frame_and_tells_no_changes(opened: Open) -> None:
    with opened("mlt").load(f"{PREFIX}broken.destroys_by_default").instance() as one:
        one.clips.Source = plate()
        one.params.value = 0.5
        one.render(1)
        one.render(2)
        assert [text for _, _, text in one.messages] == ["destroyed"] * 2


def test_mlt_never_aborts(opened: Open) -> None:
    for profile in ("mlt", None):
        with opened(profile).load(f"{PREFIX}invert").instance("filter") as one:
            one.clips.Source = plate()
            if profile:
                assert one.render(1, abort=lambda: True)["colour"].min() == 0.75
            else:
                with pytest.raises(RenderAborted):
                    one.render(1, abort=lambda: True)
        one.plugin.close()
        one.plugin.host.close()


def test_resolve_connects_every_clip_and_gives_no_image(opened: Open) -> None:
    with opened("resolve").load(f"{PREFIX}suites").instance() as one:
        one.clips.Source = plate()
        one.params.case = "matte"
        one.render(1)
        assert last_line(one).startswith("1 ")


def test_resolve_half_has_the_message_suite(opened: Open) -> None:
    host = opened("resolve")
    with host.load(f"{PREFIX}broken.good").instance() as one:
        one.clips.Source = Image(plate(), scale=(1.0, 1.0))
        assert one.params.value.range == (-1, 1)  # it gives no range of its own
        with pytest.raises(ParamError, match="outside -1 to 1"):
            one.params.value = 2


def test_the_strict_profile_raises(opened: Open) -> None:
    with opened("strict").load(f"{PREFIX}broken.sets_param").instance() as one:
        one.clips.Source = plate()
        with pytest.raises(ContractError, match="param_set_in_render"):
            one.render(1)


def test_natron_prints_the_arguments_of_a_message_as_the_list_that_they_are_in(opened: Open) -> None:
    """Natron 2.5: what a plug-in says by "%s" is a blank, what it says by the format is read."""
    with opened("natron").load(f"{PREFIX}suites").instance() as one:
        one.clips.Source = plate()
        one.params.case = "message"
        one.render(1)
        assert [text for _, _, text in one.messages] == ["  of  ?", "replied  "]
        assert one.persistent_message == ("OfxMessageWarning", "p", " % done")


def test_natron_asks_for_planes_when_it_asks_for_preferences(plugins: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(plugins / "layers.ofx.bundle", tmp_path / "layers.ofx.bundle")
    with Host(profile="natron") as host:
        host.scan([copy])
        with host.load(f"{PREFIX}layers").instance() as one:
            one.clips.Source = plate()
            before = one.planes()
            one.params.case = "default"  # from now on it has no planes
            assert one.planes() == before
            one.clips.Source = None
            assert [plane.name for plane in one.planes()] == ["colour"] != before


def test_natron_puts_what_is_on_no_page_onto_the_first(opened: Open) -> None:
    plugin = opened("natron").load(f"{PREFIX}params")
    (tab,) = plugin.panel("filter")
    shown = {p.name for p in plugin.params("filter") if p.kind not in ("page", "group") and not p.secret}
    assert set(tab.names()) == shown and len(tab.names()) == len(shown)


def test_the_example_host_makes_values_up_and_connects_every_clip(opened: Open) -> None:
    with opened("example").load(f"{PREFIX}invert").instance() as one:
        one.clips.Source = plate()
        one.params.bypass = False
        assert one.render(1)["colour"].min() == 0.25, "the box is ticked, whatever its value"
        assert all(one.clips[name].properties["OfxImageClipPropConnected"] == [1] for name in one.clips)
