"""The new face is held still by the frames around, and a frame depends on its window alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
import pytest

from made.face_pictures import ANNA, BERT, NOTE, Light, light_of
from made.shim_bench import BUNDLE
from pyopenfx import Host, Instance

SMALL = np.asarray(cv2.resize(light_of(ANNA), (300, 440), interpolation=cv2.INTER_AREA), np.float32)
FRAMES = range(1, 8)
FACE = (95, 120, 185, 215)
"""Left, top, right and bottom of the eyes, the nose and the mouth before the head moves."""


def frame(number: float) -> Light:
    """A head that moves by a pixel a frame, in grain of its own."""
    moved = np.roll(SMALL, round(number), 1)
    grain = np.random.default_rng(round(number)).normal(0, 0.03, SMALL.shape)
    return np.asarray(np.maximum(moved + grain * (0.2 + moved), 0), np.float32)


@pytest.fixture(scope="module")
def node() -> Iterator[Instance]:
    with pytest.MonkeyPatch.context() as scene, Host() as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(
            project_size=(300, 440), frame_range=(FRAMES[0], FRAMES[-1])
        ) as made:
            made.clips.Source = frame
            values = {
                **NOTE,
                "screen": "none",
                "swap": "pictures",
                "swap_source": str(BERT),
                "output": "face_patch",
            }
            for name, value in values.items():
                made.params[name] = value
            yield made


@pytest.fixture
def losing(node: Instance) -> Iterator[set[int]]:
    """Frames in which the face is smeared away: to be filled."""
    lost: set[int] = set()

    def smeared(number: float) -> Light:
        made = frame(number)
        if round(number) in lost:
            left, top, right, bottom = FACE
            there = made[top:bottom, left + round(number) : right + round(number)]
            there[:] = np.median(there, (0, 1))
        return made

    node.clips.Source = smeared
    yield lost
    node.clips.Source = frame
    node.params["steady"] = 1.0
    node.params["output"] = "face_patch"


def status(node: Instance) -> str:
    node.params["refresh"].press()
    return str(node.params["status"].value)


def rendered(node: Instance, number: int) -> Light:
    made: Light = node.render(number)["colour"]
    return made


def test_the_face_does_not_tremble_over_the_head(node: Instance) -> None:
    """What changes from frame to frame when the head's own motion is taken away."""

    def trembling() -> float:
        found = [np.roll(rendered(node, n)[..., 3], -n, 1)[:, 20:-20] for n in FRAMES[2:-2]]
        return float(np.mean([np.abs(a - b).sum() for a, b in pairwise(found)]))

    with_ = trembling()
    node.params["steady"] = 0.0
    alone = trembling()
    node.params["steady"] = 1.0
    assert with_ < 0.6 * alone


def test_a_frame_is_the_same_after_any_other(node: Instance) -> None:
    from anatomatte.cache import memo

    first = rendered(node, 4).copy()
    memo.purge()
    rendered(node, 6)
    assert np.array_equal(rendered(node, 4), first)


def test_a_face_that_one_frame_lost_is_carried_by_those_around(node: Instance, losing: set[int]) -> None:
    whole = rendered(node, 4)[..., 3].copy()
    losing.add(4)
    node.params["steady"] = 0.0
    assert not rendered(node, 4)[..., 3].any()
    assert "No face is in sight: nothing is replaced in this frame." in status(node)
    node.params["steady"] = 1.0
    made = rendered(node, 4)[..., 3].copy()
    assert np.abs(made - whole).sum() < 0.5 * whole.sum()  # of a smear not all is a face
    said = "The face of person 1 is not seen in this frame: it is carried by the frames before and behind."
    assert said in status(node)
    node.params["output"], node.params["pack_r"] = "packed", "face_nose"
    nose = rendered(node, 4)[..., 0].copy()
    losing.clear()
    there = rendered(node, 4)[..., 0]
    assert np.minimum(nose, there).sum() > 0.15 * there.sum() > 100  # as far as the smear is a face


def test_a_face_that_only_one_side_has_is_not_made_up(node: Instance, losing: set[int]) -> None:
    losing.update(range(5, 8))
    assert not rendered(node, 6)[..., 3].any()
    assert "No face is in sight: nothing is replaced in this frame." in status(node)
