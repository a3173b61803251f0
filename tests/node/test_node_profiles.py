"""The node under every host that pyopenfx imitates: the key of the default host, by both runtimes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made import native
from pyopenfx import PROFILES

# One process for all profiles of a runtime: a host ends before the next begins.
CODE = """
import sys
import numpy as np
from anatomatte_batch.ofx_node import bundle
from pyopenfx import PROFILES, Host

plate = np.zeros((90, 140, 4), np.float32)
plate[...] = [0.05, 0.4, 0.06, 1]
plate[30:, 40:100, :3] = [0.5, 0.3, 0.2]
garbage = np.zeros((90, 140), np.float32)
garbage[:, :50] = 1
found = {}
for profile in (None, *(name for name in PROFILES if name != "example")):  # which has no values
    with Host(profile=profile, guard=True) as host:
        host.scan([bundle()])
        with host.load("org.anatomatte.Anatomatte").instance() as node:
            node.clips.Source = plate
            node.params.erode = 1.5
            name = profile or "default"
            found[name] = node.render(1)["colour"].copy()
            found[name + ".small"] = node.render(1, scale=0.5)["colour"].copy()
            node.clips.OutM = garbage
            found[name + ".outm"] = node.render(2)["colour"].copy()
            node.clips.Source = None
            try:
                node.render(1)
            except Exception as error:
                found[name + ".error"] = np.array(type(error).__name__)
            found[name + ".notes"] = np.array(node.notes)
np.savez(sys.argv[1], **found)
"""


@pytest.fixture(scope="module", params=["in-process", "worker"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the node gave, by profile."""
    path = tmp_path_factory.mktemp("profiles") / "found.npz"
    scene = os.environ | {"ANATOMATTE_RUNTIME": request.param}
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path)],
        env=scene,
        capture_output=True,
        text=True,
        timeout=native.HANG,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return np.load(Path(path))


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "example"])
def test_the_key_is_the_default_hosts(found: Mapping[str, Any], profile: str) -> None:
    expected = found["default"]
    assert 0.1 < expected[..., 3].mean() < 0.9
    np.testing.assert_allclose(found[profile], expected, atol=1e-6)
    np.testing.assert_allclose(found[f"{profile}.small"], found["default.small"], atol=1e-6)


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "example"])
def test_a_garbage_matte_counts(found: Mapping[str, Any], profile: str) -> None:
    assert found["default.outm"][:, :50, 3].max() == 0
    seen = "default" if profile == "mlt" else "default.outm"  # there only Source and Mask can be connected
    np.testing.assert_allclose(found[f"{profile}.outm"], found[seen], atol=1e-6)


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "example"])
def test_the_contract_is_kept_and_nothing_in_is_no_picture_out(
    found: Mapping[str, Any], profile: str
) -> None:
    assert found[f"{profile}.notes"].size == 0, found[f"{profile}.notes"]
    assert str(found[f"{profile}.error"]) == "RenderError"
