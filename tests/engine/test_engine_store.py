"""What was seen of a plate is seen once: tweaks, other outputs and other nodes need no second look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import anatomatte
from anatomatte.cache import Memo, Region
from anatomatte.engine import memo
from anatomatte.settings import CONTROLS, Control
from made.people_fake import looking, two_people

rng = np.random.default_rng(3)
PLATE = np.full((60, 90, 3), (0.06, 0.45, 0.08), np.float32) + rng.normal(0, 0.01, (60, 90, 3)).astype(
    np.float32
)
PLATE[15:, 30:60] = (0.5, 0.3, 0.2)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Region[Any]]:
    region: Region[Any] = Memo(50_000_000).region("evidence", memo.bytes_of)
    monkeypatch.setattr(memo, "evidence", region)
    yield region


def test_a_tweak_gives_what_a_fresh_render_gives_and_looks_once(looks: Region[Any]) -> None:
    anatomatte.matte(PLATE)
    tweaked = anatomatte.matte(PLATE, erode=1.5, clip_white=0.9, despill=0.5)
    assert looks.made == 2  # the decision on a screen, and its key
    looks.purge()
    fresh = anatomatte.matte(PLATE, erode=1.5, clip_white=0.9, despill=0.5)
    assert looks.made == 4
    np.testing.assert_array_equal(tweaked.alpha, fresh.alpha)
    np.testing.assert_array_equal(tweaked.foreground, fresh.foreground)


def test_roto_and_background_need_no_second_look(looks: Region[Any]) -> None:
    core = np.zeros(PLATE.shape[:2], np.float32)
    for inm in (None, core, core + 1):
        anatomatte.matte(PLATE, inm=inm)
    assert looks.made == 2


def test_another_plate_another_clean_plate_or_another_screen_is_another_look(looks: Region[Any]) -> None:
    other = PLATE.copy()
    other[59, 89, 2] += 1e-3
    anatomatte.matte(PLATE)
    anatomatte.matte(other)
    anatomatte.matte(PLATE, clean_plate=np.full_like(PLATE, (0.06, 0.45, 0.08)))
    anatomatte.matte(PLATE, screen="green")
    assert looks.made == 7  # a clean plate changes no decision


@pytest.mark.parametrize(
    "name",
    [
        c.name
        for c in CONTROLS
        if c.stage in ("observe", "refine") and c.evidence == "screen" and c.kind != "rgb"
    ],
)
def test_every_control_above_shape_is_part_of_the_key(looks: Region[Any], name: str) -> None:
    control = next(c for c in CONTROLS if c.name == name)
    if control.kind == "choice":
        value: object = next(key for key in control.menu() if key != control.default)
    elif control.kind == "bool":
        value = not control.default
    elif name == "screen_kept":
        value = "presence=0.9 why=screen colour=0.06/0.45/0.08 area=0.6"
    else:
        value = control.high
    anatomatte.matte(PLATE)
    anatomatte.matte(PLATE, **{name: value})
    # what is refined needs no other decision; one looks for people, too
    assert looks.made == (5 if name == "only_people" else 4 if control.stage == "observe" else 3)


def test_what_is_shared_cannot_be_written(looks: Region[Any]) -> None:
    with looking(two_people()):
        anatomatte.matte(PLATE, who="largest")
    assert len(looks._kept) == 4
    for look, _ in looks._kept.values():
        assert all(not array.flags.writeable for array in memo.arrays(look))


STREET = rng.random((60, 90, 3), np.float32)


def test_people_and_screen_are_looks_of_their_own(looks: Region[Any]) -> None:
    with looking(two_people()) as asked:
        anatomatte.matte(PLATE, who="largest")
        assert (looks.made, asked) == (4, [1])  # the decision, the key, the network's look, the shares
        anatomatte.matte(PLATE, who="largest", screen_gain=1.2)
        assert (looks.made, asked) == (5, [1])  # the key alone
        anatomatte.matte(PLATE, who="largest", net_exposure=1.0)
        assert (looks.made, asked) == (8, [1, 1])  # the network and what follows from it
        anatomatte.matte(PLATE, who="largest", erode=2.0, despill=0.3, pack_r="face", output="packed")
        assert looks.made == 9  # the parts, which nobody asked for before
        anatomatte.matte(PLATE, who="index", person=2)
        assert (looks.made, asked) == (10, [1, 1])  # other shares of the same look


def test_without_a_screen_a_tweak_needs_nothing_above_it(looks: Region[Any]) -> None:
    with looking(two_people()) as asked:
        first = anatomatte.matte(STREET)
        assert (looks.made, asked) == (4, [1])
        for values in ({"erode": 1.0}, {"output": "parts"}, {"output": "packed", "parts_of": "person_02"}):
            anatomatte.matte(STREET, **values)
        assert (looks.made, asked) == (5, [1])  # the parts, for the view that shows them
        again = anatomatte.matte(STREET)
    assert all(np.array_equal(a, b) for a, b in zip(first.people, again.people, strict=True))


NETWORK = [
    c
    for c in CONTROLS
    if c.evidence == "people"
    and c.stage == "observe"
    and c.kind in ("double", "int")
    and c.name != "shot_read"  # the sidecar's content is in the key: tests/engine/test_shot_frame.py
]


@pytest.mark.parametrize("control", NETWORK, ids=lambda control: control.name)
def test_every_control_of_the_network_is_part_of_its_key(looks: Region[Any], control: Control) -> None:
    with looking(two_people()) as asked:
        anatomatte.matte(STREET)
        other = control.low if control.default == control.high else control.high
        anatomatte.matte(STREET, **{control.name: int(other) if control.kind == "int" else other})
    assert asked == [1, 1]


def test_two_plates_and_a_purge_are_other_looks(looks: Region[Any]) -> None:
    with looking(two_people()) as asked:
        anatomatte.matte(STREET)
        anatomatte.matte(STREET[:, ::-1])
        looks.purge()
        anatomatte.matte(STREET)
    assert asked == [1, 1, 1]


def test_all_planes_of_a_frame_are_packed_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from anatomatte import engine
    from anatomatte.frame import from_view
    from anatomatte.settings import Settings

    store: Region[Any] = Memo(50_000_000).region("frames", memo.bytes_of)
    monkeypatch.setattr(memo, "frames", store)
    clips = {"Source": from_view(STREET, (0, 0, 90, 60))}
    core = {"InM": from_view(np.ones((60, 90, 1), np.float32), (0, 0, 90, 60))}

    def frame(clips: dict[str, Any] = clips, **values: Any) -> Any:
        """What tells a kept frame from another: the very same array."""
        return engine.key_frame(clips, Settings(**values), engine.Work(), keep=True).alpha

    with looking(two_people()):
        first = frame()
        assert frame(threads=2) is frame(output="packed") is frame(output="matte") is first
        layers = frame(output="packed", pack_r="face")
        for values in ({"output": "packed", "pack_g": "held"}, {"output": "parts"}, {"output": "people"}):
            assert frame(**values) is layers
        assert not first.flags.writeable
        others = [frame(erode=1.0), frame(output_colour="srgb"), frame(who="largest"), frame(clips | core)]
        others += [frame(draft="always"), frame(who="point", point=(12.0, 10.0))]
        others += [frame(who="point", point=(70.0, 10.0))]
    assert len({id(made) for made in (first, layers, *others)}) == store.made == 9
