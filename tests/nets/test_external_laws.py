"""Whatever other networks say, the laws of the mattes hold or the frame fails in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from anatomatte.errors import SettingsError, SetupError
from anatomatte.nets.external import alpha_edge, choose
from anatomatte.nets.external.choose import Models
from anatomatte.nets.external.merge import lawful, only_known
from anatomatte.nets.external.regions import Region, regions
from anatomatte.nets.runtime.sessions import sessions
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.evidence import PeopleEvidence
from made.engine_scene import COLOURED, RED, brought, finished, keeps_the_laws, person, plate
from made.network_files import manifest, node, onnx_net


@pytest.fixture(autouse=True)
def store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANATOMATTE_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("ANATOMATTE_MODELS_SHARED", raising=False)
    alpha_edge.states.purge()
    sessions.purge()


# ---- whatever they say, the laws hold or the frame fails in words

NASTY = st.sampled_from(["nan", "inf", "huge", "negative", "classes", "shape", "constant"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NASTY, st.sampled_from(["alpha", "parts", "edge"]), st.sampled_from(["picture", "person", "face"]))
def test_nasty_networks_fail_in_words_or_keep_the_laws(
    tmp_path: Path, nasty: str, kind: str, region: str
) -> None:
    values = {"nan": np.nan, "inf": np.inf, "huge": 1e30, "negative": -5.0, "constant": 0.7}
    count = 3 if kind == "parts" else 1
    count += nasty == "classes"
    shape = (1, count, 5, 7) if nasty != "shape" else (count, 5)
    content = np.full(shape, values.get(nasty, 0.5), np.float32)
    name = f"nasty-{nasty}-{kind}-{region}"
    tables = (
        COLOURED.replace('encoding = "softmax"', "") if kind == "parts" else '[[output]]\nwhat = "alpha"\n'
    )
    if not (tmp_path / f"{name}.onnx").exists():
        brought(
            tmp_path, name, tables,
            lambda path: onnx_net(
                path, [node("Constant", "", "output", value=_tensor(content))],
                {"input": (1, 3, "h", "w")}, {"output": shape},
            ),
            head=f'region = "{region}"\n' if kind != "edge" else "",
        )  # fmt: skip
    named = Models(**{kind: name})
    try:
        sight = choose.given(person(), plate(), named)
        fine, _ = finished(person(48, 64).alpha, sight.alpha, plate(), named)
    except (SetupError, SettingsError) as error:
        assert "Little network" in str(error) and nasty not in ("constant",)
        return
    keeps_the_laws(sight.people)
    assert np.isfinite(fine).all() and fine.min() >= 0 and fine.max() <= 1
    # what must fail, failed; where nothing looked (there is no head in the picture) nothing can
    assert nasty == "constant" or (region == "face" and kind != "edge")


def _tensor(content: Any) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(content, "content")


FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(np.float32, (5, 6), elements=FLOATS),
    hnp.arrays(np.float32, (5, 6), elements=FLOATS),
    hnp.arrays(np.float32, (len(PARTS), 5, 6), elements=FLOATS, fill=FLOATS),
    hnp.arrays(np.float32, st.tuples(st.integers(0, 4), st.just(5), st.just(6)), elements=FLOATS),
)
def test_lawful_makes_anything_lawful(alpha: Any, held: Any, parts: Any, people: Any) -> None:
    heads = np.zeros((len(people), 3), np.float32)
    keeps_the_laws(lawful(PeopleEvidence(alpha, held, parts, people, heads)))


def test_only_known_keeps_the_sum() -> None:
    rng = np.random.default_rng(1)
    old, new = (
        rng.dirichlet(np.ones(len(PARTS)), (4, 5)).transpose(2, 0, 1).astype(np.float32) for _ in "ab"
    )
    known = (INDEX["hair"], INDEX["face"])
    made = only_known(new, old, known)
    assert np.abs(made.sum(0) - 1).max() < 1e-5 and np.allclose(made[list(known)], new[list(known)])


# ---- boxes


def test_boxes_have_the_networks_shape_and_may_leave_the_picture() -> None:
    told = manifest(RED + "[size]\nrule = 'fixed'\nheight = 64\nwidth = 32\n", head='region = "person"\n')
    (box,) = regions(told, person(), (48, 64))
    top, left, bottom, right = box.pixels((48, 64))
    assert (bottom - top) / (right - left) == pytest.approx(2, rel=0.1)
    assert top < 12 and left < 8 and right > 20 and bottom >= 48
    cut = box.cut(plate())
    assert cut.shape[:2] == (bottom - top, right - left)
    inside = box.inside((48, 64))
    back = np.zeros((48, 64, 3), np.float32)
    back[inside.rows, inside.columns] = inside.of(cut.transpose(2, 0, 1)).transpose(1, 2, 0)
    rows = slice(max(top, 0), min(bottom, 48))
    assert np.array_equal(back[rows, max(left, 0) : right], plate()[rows, max(left, 0) : right])


@given(st.tuples(*[st.floats(-1.5, 2.5) for _ in range(4)]), st.integers(1, 40), st.integers(1, 40))
def test_any_box_can_be_cut(corners: tuple[float, float, float, float], height: int, width: int) -> None:
    top, bottom = sorted(corners[:2])
    left, right = sorted(corners[2:])
    box = Region(top, left, bottom, right)
    picture = np.ones((height, width, 3), np.float32)
    cut = box.cut(picture)
    inside = box.inside((height, width))
    assert cut.shape[:2] == inside.box
    assert cut.sum() == inside.of(np.ones((1, *inside.box), np.float32)).sum() * 3
