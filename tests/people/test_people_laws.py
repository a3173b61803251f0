"""The laws of people and parts, whatever the network says."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anatomatte
from anatomatte.menus import CHOSEN_MENU, MATTE_MENU
from anatomatte.settings import MATTES
from made.keyer_scenes import scene
from made.laws import check
from made.people_fake import KINDS, looking, seen, two_people

Plane = npt.NDArray[np.float32]
rng = np.random.default_rng(5)
STREET = rng.random((37, 51, 3), np.float32)
STUDIO = scene(60, 80).image
CORNERS = ("keep_corner", "keep_opposite", "leave_corner", "leave_opposite")

chosen = st.fixed_dictionaries(
    {},
    optional={
        "who": st.sampled_from(["everyone", "largest", "index", "point"]),
        "person": st.integers(1, 8),
        "point": st.tuples(st.floats(-20, 90), st.floats(-20, 90)),
        "also_keep": st.sampled_from(["nobody", "point", "box"]),
        "keep_point": st.tuples(st.floats(-20, 90), st.floats(-20, 90)),
        "leave_out": st.sampled_from(["nobody", "point", "box"]),
        "leave_point": st.tuples(st.floats(-20, 90), st.floats(-20, 90)),
        **{name: st.tuples(st.floats(-20, 90), st.floats(-20, 90)) for name in CORNERS},
        "parts": st.sampled_from(list(CHOSEN_MENU)),
        "parts_list": st.sampled_from(["all", "skin -face", "held", "hat,bag", "person"]),
        "held": st.booleans(),
        "erode": st.sampled_from([-3.0, 2.0]),
        "soften": st.just(3.0),
        "clip_white": st.just(0.6),
        "subject": st.sampled_from(["auto", "on"]),
        "draft": st.sampled_from(["off", "always"]),
        "source_alpha": st.sampled_from(["ignore", "multiply", "add"]),
    },
)


@settings(max_examples=120, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 99),
    size=st.sampled_from([(1, 1), (24, 32), (7, 60), (50, 20)]),
    people=st.integers(1, 8),
    values=chosen,
    studio=st.booleans(),
    roto=st.booleans(),
)
def test_people_and_parts_obey_their_laws(
    kind: str, seed: int, size: tuple[int, int], people: int, values: dict[str, Any], studio: bool, roto: bool
) -> None:
    image = STUDIO if studio else STREET
    core = np.zeros(image.shape[:2], np.float32)
    core[:9, :9] = 1
    helpers = {"inm": core, "outm": core[::-1]} if roto else {}
    with looking(seen(kind, seed, size, people)):
        check(anatomatte.matte(image, **helpers, **values))


def test_nobody_is_an_empty_matte_with_every_layer() -> None:
    with looking(seen("nobody")):
        mattes = anatomatte.matte(STREET)
    assert not mattes.alpha.any() and mattes.people == []
    assert all(not mattes.named(name).any() for name in MATTES if name != "screen")
    assert mattes.messages[0] == "No person was seen: mattes of people are empty."


def test_no_screen_and_nobody_asked_is_full_and_says_so() -> None:
    mattes = anatomatte.matte(STREET, subject="off")
    assert (mattes.alpha == 1).all() and mattes.split is None
    assert mattes.messages[-1] == "There is no screen and Find people is Off: the matte is full."


def test_a_screen_alone_asks_nobody() -> None:
    with looking(two_people()) as looks:
        mattes = anatomatte.matte(STUDIO)
        assert looks == [] and mattes.split is None and len(mattes.messages) == 1
        for name in MATTE_MENU:
            assert np.isfinite(mattes.named(name)).all()
        on = anatomatte.matte(STUDIO, who="largest")
        assert looks == [1] and len(on.people) == 1


def test_the_alpha_of_a_screen_does_not_depend_on_the_layers_that_are_asked_for() -> None:
    plain = anatomatte.matte(STUDIO)
    with looking(two_people()) as looks:
        packed = anatomatte.matte(STUDIO, output="packed", pack_r="face", pack_g="person_02")
        assert looks == [1]
    assert np.array_equal(plain.alpha, packed.alpha)
    assert np.array_equal(plain.foreground, packed.foreground)
    assert packed.named("face").max() > 0.9
    check(packed)


@pytest.mark.parametrize("kind", ["noise", "crowd", "blocks"])
def test_threads_strips_and_windows_change_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from anatomatte.ops import strips

    image = rng.random((300, 90, 3), np.float32)
    names = ["alpha", "person_02", "face", "skin", "held"]
    with looking(seen(kind)):
        first = anatomatte.matte(image, threads=1)
        planes = first.planes(names)
        many = anatomatte.matte(image, threads=4).planes(names)
        rows, columns = slice(130, 277), slice(11, 64)
        cut = first.cropped(rows, columns).planes(names)
        again = (
            first.cropped(slice(100, 300), slice(10, 80)).cropped(slice(30, 177), slice(1, 54)).planes(names)
        )
        monkeypatch.setattr(strips, "ROWS", 1 << 20)
        whole = anatomatte.matte(image).planes(names)
    for at in range(len(names)):
        assert np.array_equal(planes[at], many[at])
        assert np.abs(planes[at] - whole[at]).max() < 1e-6
        assert np.array_equal(planes[at][rows, columns], cut[at])
        assert np.array_equal(cut[at], again[at])


def test_an_edge_follows_the_plate_where_the_network_is_coarse() -> None:
    """Hair above face: the border lies on the plate's own edge, not on the network's grid."""
    height, width = 240, 320
    image = np.full((height, width, 3), 0.05, np.float32)
    image[133:] = 0.6
    look = seen("sure", size=(24, 32), people=1)
    look.parts[:] = 0
    look.parts[2, :13], look.parts[3, 13:] = 1, 1  # the grid's border is at row 130
    with looking(look):
        face = anatomatte.matte(image).named("face")
    middle = face[:, width // 2]
    assert middle[138:].min() > 0.9 and middle[:128].max() < 0.1
    step = int(np.argmax(middle > 0.5))
    assert abs(step - 133) <= 1 and middle[step + 2] - middle[step - 2] > 0.35
