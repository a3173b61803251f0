"""Layers where the host has them: one matte a plane, exactly the planes that were asked for, one look."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

PREAMBLE = """
import numpy as np
import anatomatte
from anatomatte import engine
from anatomatte.settings import MATTES
from anatomatte_cli.ofx_node import bundle
from pyopenfx import Host, RenderError

plate = np.zeros((90, 140, 4), np.float32)
plate[...] = [0.05, 0.4, 0.06, 1]
plate[30:, 40:100, :3] = [0.5, 0.3, 0.2]
plate[30:, 40:60, 1] += 0.1
core = np.zeros((90, 140), np.float32)
core[:20] = 0.75
truth = anatomatte.matte(plate, inm=core)

def host(profile):
    made = Host(profile=profile, strict=True, guard=True)
    made.scan([bundle()])
    node = made.load("org.anatomatte.Anatomatte").instance()
    node.clips.Source = plate
    node.clips.InM = core
    return node
"""

LAYERS = ["colour", "screen", "core", "garbage", "hint", "spill"]


def run(code: str, **environment: str) -> None:
    scene = os.environ | {"ANATOMATTE_RUNTIME": "in-process"} | environment
    text = PREAMBLE + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", text], env=scene, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("runtime", ["in-process", "worker"])
def test_every_matte_is_a_plane_in_natron(runtime: str) -> None:
    run(
        f"""
        node = host("natron")
        assert [plane.name for plane in node.planes(1)] == {LAYERS!r}
        found = node.render(1)
        assert list(found) == {LAYERS!r}
        assert np.array_equal(found["colour"][..., 3], truth.alpha)
        for name in ("screen", "core", "garbage", "hint", "spill"):
            assert found[name].shape == (90, 140, 1), name
            assert np.array_equal(found[name][..., 0], getattr(truth, name)), name
        assert truth.spill.max() > 0 and truth.core.max() == 0.75
        """,
        ANATOMATTE_RUNTIME=runtime,
    )


def test_only_what_is_asked_for_is_fetched_and_the_window_crops() -> None:
    run("""
    node = host("natron")  # strict: a plane that was not listed is a breach
    one = node.render(1, planes=["core"], window=(10, 5, 60, 88))
    assert list(one) == ["core"]
    assert np.array_equal(one["core"][..., 0], core[2:85, 10:60])
    """)


def test_a_render_for_each_plane_looks_once() -> None:
    run(
        f"""
        node = host("natron")
        engine.looks.purge()
        made = engine.looks.made
        for name in {LAYERS!r}:
            node.render(1, planes=[name])
        assert engine.looks.made == made + 1
        """,
        ANATOMATTE_CACHE_MB="100",
    )


@pytest.mark.parametrize("output", ["matte", "packed", "status"])
def test_planes_do_not_depend_on_what_the_picture_shows(output: str) -> None:
    run(f"""
    node = host("natron")
    node.params.output = {output!r}
    assert np.array_equal(node.render(1)["screen"][..., 0], truth.screen)
    """)


@pytest.mark.parametrize("profile", ["nuke", "mlt", "resolve", "strict"])
def test_nothing_of_planes_is_declared_elsewhere(profile: str) -> None:
    run(f"""
    node = host({profile!r})
    assert not any("MultiPlanar" in name and any(value) for name, value in node.plugin.properties.items())
    assert list(node.render(1)) == ["colour"]
    """)
