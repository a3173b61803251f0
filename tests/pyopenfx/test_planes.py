"""Planes, contexts, curves: what hosts of compositors have beside one picture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from made.lines import last_line
from pyopenfx import ContractError, Host, HostError, Instance, ParamError
from pyopenfx.planes import parsed

PREFIX = "org.anatomatte.test."
FLOAT = np.float32


def layers(host: Host, name: str = "layers", case: str = "") -> Instance:
    made = host.load(PREFIX + name).instance("general")
    made.clips.Source = np.zeros((3, 4, 4), FLOAT)
    made.params.case = case
    return made


@pytest.mark.parametrize(("name", "case"), [("layers", ""), ("layers.rgba", ""), ("layers", "version 1")])
def test_planes_come_with_their_own_channels(host: Host, name: str, case: str) -> None:
    with layers(host, name, case) as one:
        assert [p.name for p in one.planes()] == ["colour", "hair", "normal", "flow"]
        out = one.render(1)
        assert {n: a.shape[2] for n, a in out.items()} == {"colour": 4, "hair": 1, "normal": 3, "flow": 2}
        np.testing.assert_allclose(out["colour"][1, 1], [0.1, 0.11, 0.12, 0.13], rtol=1e-6)
        # where only RGBA is taken, a plane of one channel is its fourth
        hair = 0.2 if name == "layers" else 0.23
        np.testing.assert_allclose(out["hair"], hair, rtol=1e-6)
        np.testing.assert_allclose(out["normal"][0, 3], [0.3, 0.31, 0.32], rtol=1e-6)
        np.testing.assert_allclose(out["flow"][2, 0], [0.4, 0.41], rtol=1e-6)


def test_single_planes_are_rendered_alone(host: Host) -> None:
    with layers(host) as one:
        assert list(one.render(1, planes=["hair"])) == ["hair"]
        assert list(one.render(1, planes=["flow", "hair"])) == ["hair", "flow"]
        with pytest.raises(ValueError, match="Layers makes no plane 'skin' among colour, hair, normal, flow"):
            one.render(1, planes=["skin"])
        one.params.case = "default"  # an answer other than OK: the list counts for nothing
        assert [p.name for p in one.planes()] == ["colour"]


@pytest.mark.parametrize(
    ("case", "planes", "rule"),
    [
        ("unlisted", None, "plane_not_listed"),
        ("colour", ["hair"], "plane_not_listed"),
        ("as described", None, "plane_not_listed"),
        ("lazy", None, "pixels_unset"),
    ],
)
def test_planes_are_part_of_the_contract(
    plugins: Path, tmp_path: Path, case: str, planes: list[str] | None, rule: str
) -> None:
    shutil.copytree(plugins / "layers.ofx.bundle", tmp_path / "layers.ofx.bundle")
    with Host(strict=True, profile="natron") as host:
        host.scan([tmp_path])
        with layers(host) as good:
            good.render(1, planes=planes)
        with layers(host, case=case) as one, pytest.raises(ContractError) as caught:
            one.render(1, planes=planes)
        assert caught.value.rule == rule


@pytest.mark.parametrize(("profile", "listed"), [("natron", 4), ("nuke", 1)])
def test_only_natron_asks_for_planes(plugins: Path, tmp_path: Path, profile: str, listed: int) -> None:
    shutil.copytree(plugins / "layers.ofx.bundle", tmp_path / "layers.ofx.bundle")
    with Host(profile=profile) as host:
        host.scan([tmp_path])
        with layers(host) as one:
            assert len(one.planes()) == listed
    for other in ("mlt", "resolve"):  # where there is not even the suite
        with Host(profile=other) as host:
            assert host.scan([tmp_path]) == []


def test_a_host_gives_back_a_normalised_string() -> None:
    short = parsed("NatronOfxImageComponentsPlaneName_hair_Channel_A")
    assert short is not None
    full = "NatronOfxImageComponentsPlaneName_hair_PlaneLabel_hair_ChannelsLabel_A_Channel_A"
    assert short.string == full and parsed(full) == short
    named = parsed(
        "NatronOfxImageComponentsPlaneName_n_PlaneLabel_Normals_ChannelsLabel_xy_Channel_X_Channel_Y"
    )
    assert named is not None
    assert (named.name, named.label, named.channels) == ("n", "Normals", ("X", "Y"))
    for dropped in (
        "NatronOfxImageComponentsPlaneName_a",
        "depth",
        "NatronOfxImageComponentsPlaneName__Channel_A",
    ):
        assert parsed(dropped) is None
    assert parsed("NatronOfxImageComponentsPlaneName_a" + "_Channel_x" * 5) is None


@pytest.fixture
def every(host: Host) -> Iterator[Instance]:
    with host.load(f"{PREFIX}contexts").instance("general") as one:
        one.clips.Source = np.zeros((2, 2, 4), FLOAT)
        yield one


def test_a_generator_needs_no_picture(host: Host) -> None:
    with host.load(f"{PREFIX}contexts").instance("generator", project_size=(5, 3)) as one:
        assert list(one.clips) == []
        out = one.render(1)["colour"]
        assert out.shape == (3, 5, 4) and (out == 0.5).all()


def test_a_region_without_end_is_the_projects_and_an_empty_one_is_told(host: Host) -> None:
    with host.load(f"{PREFIX}contexts").instance("generator", project_size=(5, 3)) as one:
        one.params.SourceTime = -1
        assert one.region_of_definition(1)[0] < -1e9
        assert one.render(1).bounds == (0, 0, 5, 3)
        one.params.SourceTime = -2
        with pytest.raises(HostError, match="makes no pixels at 1: its region is"):
            one.render(1)


def test_a_transition_goes_from_one_to_the_other(host: Host) -> None:
    with host.load(f"{PREFIX}contexts").instance("transition") as one:
        one.clips.SourceFrom = np.zeros((2, 2, 4), FLOAT)
        one.clips.SourceTo = np.ones((2, 2, 4), FLOAT)
        one.params.Transition = 0.25
        assert (one.render(1)["colour"] == 0.25).all()


def test_a_retimer_reads_the_frame_of_its_parameter(host: Host) -> None:
    with host.load(f"{PREFIX}contexts").instance("retimer") as one:
        one.clips.Source = lambda time: np.full((2, 2, 4), time, FLOAT)
        one.params.SourceTime = 7.5
        assert (one.render(1)["colour"] == 7.5).all()


def test_paint_has_a_brush(host: Host) -> None:
    with host.load(f"{PREFIX}contexts").instance("paint") as one:
        one.clips.Source = np.zeros((2, 2, 4), FLOAT)
        one.clips.Brush = np.full((2, 2, 4), 0.75, FLOAT)
        assert (one.render(1)["colour"] == 0.75).all()


def test_a_render_asks_first_what_is_needed(every: Instance) -> None:
    every.render(1)
    asked = [
        text.removeprefix("OfxImageEffectActionGet") for _, id_, text in every.messages if id_ == "asked"
    ]
    assert asked == ["RegionsOfInterest", "FramesNeeded"]


def test_frames_that_are_needed_are_there_before_the_render(host: Host) -> None:
    with host.load(f"{PREFIX}temporal").instance("general", frame_range=(1, 9)) as one:
        one.params.reach = 1
        asked: list[float] = []

        def plate(time: float) -> np.ndarray:
            asked.append(time)
            return np.zeros((2, 2, 4), FLOAT)

        one.clips.Source = plate
        one.render(5)
        assert asked == [5, 4, 6]


def test_curves_are_described_edited_and_told_back(every: Instance) -> None:
    curve = every.params["curve"]
    assert curve.kind == "parametric"
    assert curve.curves == [{}, {0: 1, 1: 0}]
    state = every.params.state
    state.set("[10]", time=0)
    state.set("[20]", time=4)
    every.time = 1
    every.params.edit.press()
    # middle of 1 to 0.5, an empty curve is the position itself, two points, the second (1, 0.5); no
    # third curve, no ninth point; the custom value between its keys; no interact suite
    edits = [text for _, id_, text in every.messages if id_ == "edit"]
    assert edits == ["0.75 0.25 2 1 0.5 10 10 [12.5] 0"]
    assert curve.curves[1] == {0: 1, 1: 0.5}
    curve.set_curve(0, {0: 0, 0.5: 1})
    assert curve.curves[0] == {0: 0, 0.5: 1}
    with pytest.raises(ParamError, match="has 2 curves, not one of number 2"):
        curve.set_curve(2, {})
    with pytest.raises(ParamError, match="curve is a parametric and holds no value"):
        every.params.curve = 1
    assert (state.at(0), state.at(1), state.at(9)) == ("[10]", "[12.5]", "[20]")
    assert last_line(every)
