"""Layers where the host has them: one matte a plane, exactly the planes that were asked for, one look."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from anatomatte.menus import MATTE_MENU
from made import native

PREAMBLE = """
import numpy as np
import anatomatte
from anatomatte.engine import memo
from anatomatte.settings import MATTES
from anatomatte_batch.ofx_node import bundle
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

LAYERS = ["colour", *(name for name in MATTE_MENU if name not in ("none", "alpha"))]


def run(code: str, **environment: str) -> None:
    scene = os.environ | {"ANATOMATTE_RUNTIME": "in-process"} | environment
    text = PREAMBLE + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", text], env=scene, capture_output=True, text=True, timeout=native.HANG
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
        people = sum(found[f"person_{{n:02d}}"] for n in range(1, 9))
        assert (people[..., 0] <= truth.alpha + 1e-4).all()
        for name in ("screen", "core", "garbage", "hint", "spill"):
            assert found[name].shape == (90, 140, 1), name
            assert np.array_equal(found[name][..., 0], getattr(truth, name)), name
        assert truth.spill.max() > 0 and truth.core.max() == 0.75
        """,
        ANATOMATTE_RUNTIME=runtime,
        ANATOMATTE_CACHE_MB="100",
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
        memo.evidence.purge()
        made = memo.evidence.made
        for name in {LAYERS!r}:
            node.render(1, planes=[name])
        assert memo.evidence.made == made + 4  # the decision, the screen, the people, their shares
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


def test_each_part_of_each_person_is_a_plane_on_request() -> None:
    """The host asks again what there is when the control changes; a part's planes sum to the person's."""
    run(
        """
    node = host("natron")
    node.params.people = 2
    assert not any("." in plane.name for plane in node.planes(1))
    node.params.person_parts = True
    offered = [plane.name for plane in node.planes(1)]
    assert {"person_01.face", "person_02.face", "person_02.skin"} < set(offered)
    assert not any(name.startswith("person_03.") for name in offered)
    from anatomatte.menus import PART_MENU
    wanted = ["person_01", *(f"person_01.{part}" for part in PART_MENU)]
    found = node.render(1, planes=wanted)
    assert list(found) == wanted
    together = sum(found[name] for name in wanted[1:])
    assert np.abs(together - found["person_01"]).max() < 1e-4
    """,
        ANATOMATTE_CACHE_MB="100",
    )
