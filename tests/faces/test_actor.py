"""One of two is meant: by number, by the sidecar's name, at a point, by a reference picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from made.face_pictures import ANNA, BERT, NOTE, PEOPLE, Light, light_of, smaller
from made.shim_bench import BUNDLE
from made.shots_made import shot, written
from pyopenfx import Host, Instance
from pyopenfx.errors import ActionError

CARL = PEOPLE / "half5.jpg"
HIGH = 480


def tall(path: Path) -> Light:
    """A person of so many rows."""
    light = light_of(path)
    made = cv2.resize(
        light, (round(light.shape[1] * HIGH / light.shape[0]), HIGH), interpolation=cv2.INTER_AREA
    )
    return np.asarray(made, np.float32)


PAIR = np.hstack([tall(ANNA), tall(BERT)])
MIDDLE = tall(ANNA).shape[1]
WIDE = PAIR.shape[1]
BASE: dict[str, Any] = {
    **NOTE, "screen": "none", "swap": "pictures", "swap_source": str(CARL), "output": "face_patch",
    "swap_whose": "main", "swap_number": 1, "swap_name": "", "swap_point": (WIDE / 2, HIGH / 2),
    "swap_reference": "", "shot_file": "", "who": "everyone",
}  # fmt: skip


@pytest.fixture(scope="module")
def node() -> Iterator[Instance]:
    with pytest.MonkeyPatch.context() as scene, Host() as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(project_size=(WIDE, HIGH)) as made:
            made.clips["Source"] = PAIR
            yield made


def whose(node: Instance, **values: Any) -> str:
    """In whose face the patch lies."""
    for name, value in (BASE | values).items():
        node.params[name] = value
    patch = node.render(1)["colour"][..., 3]
    left, right = (bool((half > 0.5).sum() > 500) for half in (patch[:, :MIDDLE], patch[:, MIDDLE:]))
    return {(True, False): "anna", (False, True): "bert", (False, False): "nobody"}.get((left, right), "both")


def status(node: Instance) -> str:
    node.params["refresh"].press()
    return str(node.params["status"].value)


def test_of_several_the_largest_is_taken_and_told(node: Instance) -> None:
    assert whose(node) == "anna"
    assert "the largest, is replaced. Whose face (swap_whose) chooses." in status(node)


def test_a_number_counts_from_the_left_without_a_sidecar(node: Instance) -> None:
    assert whose(node, swap_whose="number", swap_number=1) == "anna"
    assert whose(node, swap_whose="number", swap_number=2) == "bert"
    assert whose(node, swap_whose="number", swap_number=5) == "nobody"
    assert "There is not a face of person 5 in sight" in status(node)


def test_a_point_takes_the_face_around_it(node: Instance) -> None:
    assert whose(node, swap_whose="point", swap_point=(MIDDLE + 180, HIGH - 120)) == "bert"
    assert whose(node, swap_whose="point", swap_point=(140, HIGH - 150)) == "anna"
    assert whose(node, swap_whose="point", swap_point=(4000.75, 0.8)) == "nobody"
    assert "No face is at the face point, 4000.75, 0.8 (pixels from the lower left corner)" in status(node)


def test_a_sidecars_number_and_name_hold_whoever_stands_where(node: Instance, tmp_path: Path) -> None:
    """The sidecar calls him on the left person 2, and anna."""
    left = (2, 0.23, 0.3, 0.05, 0.02, 0.5, 0.98)
    right = (1, 0.75, 0.3, 0.55, 0.02, 0.95, 0.98)
    path = str(written(shot(PAIR, {1: (left, right)}, {2: "anna", 1: "bert"}), tmp_path))
    assert whose(node, swap_whose="number", swap_number=2, shot_file=path) == "anna"
    assert whose(node, swap_whose="name", swap_name="Anna", shot_file=path) == "anna"
    assert whose(node, swap_whose="name", swap_name="bert", shot_file=path) == "bert"
    with pytest.raises(
        ActionError, match=r"Face name \(swap_name\) = 'carl': the shot file has anna, bert; write"
    ):
        whose(node, swap_whose="name", swap_name="carl", shot_file=path)
    with pytest.raises(ActionError, match="needs a shot file, which holds names: run `anatomatte analyse`"):
        whose(node, swap_whose="name", swap_name="anna")


@pytest.mark.parametrize(("path", "name"), [(ANNA, "anna"), (BERT, "bert")])
def test_a_reference_finds_its_person(node: Instance, tmp_path: Path, path: Path, name: str) -> None:
    """Smaller, mirrored and darker than in the plate; by colours, which the status says."""
    other = (smaller(path, 0.8)[:, ::-1] * 0.7).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "reference.png"), other)
    assert whose(node, swap_whose="reference", swap_reference=str(tmp_path / "reference.png")) == name
    assert "by colours and proportions, which is weak" in status(node)


def test_who_is_not_in_sight_is_not_replaced_by_another(node: Instance) -> None:
    assert whose(node, swap_whose="reference", swap_reference=str(CARL)) == "nobody"
    assert "Nobody in sight is like the face reference" in status(node)
