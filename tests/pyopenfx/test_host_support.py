"""Plug-ins made with the OpenFX Support library: what they take for granted, this host has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pyopenfx import PROFILES, Host
from pyopenfx.__main__ import main
from pyopenfx.errors import HostError

SUPPORT = "org.anatomatte.test.support"


@pytest.fixture
def bundle(plugins: Path, tmp_path: Path) -> Path:
    """A copy of its own: a binary has one profile at a time."""
    return Path(shutil.copytree(plugins / "support.ofx.bundle", tmp_path / "support.ofx.bundle"))


@pytest.mark.parametrize("profile", [None, *PROFILES])
def test_host_after_host_of_one_process_renders(bundle: Path, profile: str | None) -> None:
    """Its OfxPlugin is gone after Unload, and every clip has its properties, connected or not."""
    plate = np.random.default_rng(5).random((6, 9, 4), np.float32)
    for _ in range(3):
        with Host(profile=profile) as host:
            host.scan([bundle])
            if profile == "nuke":  # it has no parametric parameters, in the versions that are imitated
                with pytest.raises(HostError, match="nuke makes no instance with curve, a parametric"):
                    host.load(SUPPORT).instance("filter")
                continue
            with host.load(SUPPORT).instance("filter") as one:
                one.clips.Source = plate
                np.testing.assert_array_equal(one.render(1)["colour"], plate)
                assert one.frames_needed(1) == {name: [(1.0, 1.0)] for name in one.connected()}


def test_a_curve_has_a_label_for_each_dimension(bundle: Path) -> None:
    with Host() as host:
        host.scan([bundle])
        (curve,) = host.load(SUPPORT).params("filter")
        assert curve.properties["OfxParamPropDimensionLabel"] == ["master", "red"]


def test_the_validator_raises_no_false_alarm(bundle: Path) -> None:
    """Nor for a picture that is taken for granted: a mandatory input is never taken away."""
    words = ["loads-again", "no-input", "questions"]
    done = CliRunner().invoke(
        main,
        ["validate", str(bundle), "--json", "--timeout", "1800", *(w for n in words for w in ("--check", n))],
    )
    told = {line["check"]: (line["result"], line["text"]) for line in json.loads(done.stdout)["lines"]}
    assert done.exit_code == 0 and {result for result, _ in told.values()} == {"pass"}, told


def test_a_bundle_for_another_machine_is_told(bundle: Path, tmp_path: Path) -> None:
    contents = bundle / "Contents"
    here = next(contents.iterdir())
    far, misnamed, empty = (tmp_path / "more" / f"{n}.ofx.bundle" for n in ("far", "misnamed", "empty"))
    shutil.copytree(here, far / "Contents" / "Win64")
    shutil.copytree(here, misnamed / "Contents" / here.name)
    (empty / "Contents").mkdir(parents=True)
    with Host() as host:
        assert host.scan([tmp_path / "more"]) == []
        told = {Path(problem.path).name: problem.reason for problem in host.problems}
    assert told == {
        "far.ofx.bundle": f"holds no binary for {here.name}; there is one for Win64",
        "misnamed.ofx.bundle": "its binary is called support.ofx, where hosts look for misnamed.ofx",
        "empty.ofx.bundle": f"holds no binary for {here.name}; there is none at all",
    }
