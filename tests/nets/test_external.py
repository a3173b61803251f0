"""Models for parts, alpha and edge: other networks, and the laws of the mattes whatever they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import anatomatte
from anatomatte.engine import subject
from anatomatte.errors import SettingsError, SetupError
from anatomatte.menus import ALPHA_MODELS, EDGE_MODELS, PARTS_MODELS
from anatomatte.models import store
from anatomatte.nets.external import alpha_edge, built_in, choose
from anatomatte.nets.external.alpha_edge import Frames
from anatomatte.nets.external.choose import Models
from anatomatte.nets.external.merge import on_grid
from anatomatte.nets.runtime.sessions import sessions
from anatomatte.parts import INDEX
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.settings import Settings
from made.engine_scene import (
    COLOURED,
    RED,
    brought,
    by_colour,
    finished,
    only_background,
    person,
    plate,
    seen_by,
)
from made.network_files import alpha_net, node, onnx_net, recurrent


@pytest.fixture(autouse=True)
def store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANATOMATTE_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("ANATOMATTE_MODELS_SHARED", raising=False)
    alpha_edge.states.purge()
    sessions.purge()


# ---- the menus


def test_every_entry_is_a_network_that_gives_this() -> None:
    for kind, menu in (("parts", PARTS_MODELS), ("alpha", ALPHA_MODELS), ("edge", EDGE_MODELS)):
        for name in set(menu) - {"own", "parts", "alpha", "custom"}:
            told = store.catalogue.get(name)
            assert kind in told.engines, name
            assert store.catalogue.is_shipped(name)
        assert (*menu,)[0] == "own" and "custom" in menu


def test_every_network_of_the_package_stands_in_its_menus() -> None:
    from anatomatte.models.manifest import shipped

    menus = {"parts": PARTS_MODELS, "alpha": ALPHA_MODELS, "edge": EDGE_MODELS}
    missing = [
        (name, kind) for name, told in shipped().items() for kind in told.engines if name not in menus[kind]
    ]
    assert not missing


def test_a_licence_that_binds_stands_in_the_menu_and_in_the_status(tmp_path: Path) -> None:
    words = {"unclear": "(licence unclear)", "terms": "(own terms)"}
    for menu in (PARTS_MODELS, ALPHA_MODELS, EDGE_MODELS):
        for name in set(menu) - {"own", "parts", "alpha", "custom"}:
            kind = store.catalogue.get(name).licence.kind
            end = "" if kind == "commercial" else words.get(kind, f"({kind})")
            assert menu[name].endswith(end) and ("(" in menu[name]) is bool(end), name
    name = brought(tmp_path, "bound", RED, alpha_net, kind="non-commercial")
    (told,) = seen_by(Models(alpha=name)).messages
    assert told == "Little network: the licence of its weights is non-commercial: forbids commercial work."
    hint = np.full((48, 64), 0.5, np.float32)
    assert finished(hint, None, plate(), Models(edge=name))[1] == (told,)


def test_controls_become_engines() -> None:
    assert choose.chosen(Settings()) == Models()
    made = choose.chosen(
        Settings(parts_model="custom", parts_network=" ours@fp16 ", alpha_model="modnet", alpha_mix=0.5)
    )
    assert made == Models("ours@fp16", "modnet", "own", 0.5)
    for kind in ("parts", "alpha", "edge"):
        with pytest.raises(SettingsError, match=r"is Custom and .* network is empty"):
            choose.chosen(Settings(**{f"{kind}_model": "custom"}))


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (Models(alpha="modnet"), r"MODNet.*is not in the model store.*anatomatte models pull modnet"),
        (
            Models(parts="m2fp-multi"),
            r"M2FP.*not in the model store.*models (pull|import) m2fp-multi",
        ),
        (
            Models(edge="vitmatte-small"),
            r"ViTMatte.*not in the model store.*models pull vitmatte-small",
        ),
        (Models(alpha="modnet@fp16"), r"not in the model store in fp16.*pull modnet --precision fp16"),
    ],
)
def test_a_missing_network_names_the_command(named: Models, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        named.identity("parts", "alpha", "edge")


def test_wrong_names_and_wrong_uses_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"No network is called 'modnett'; did you mean 'modnet'"):
        Models(alpha="modnett").identity("parts", "alpha", "edge")
    with pytest.raises(SettingsError, match=r"gives parts of people, not an alpha: choose another Alpha"):
        Models(alpha="m2fp-multi").identity("parts", "alpha", "edge")
    with pytest.raises(SettingsError, match=r"has no file in int8"):
        Models(parts="schp-lip@int8").identity("parts", "alpha", "edge")


def test_nothing_is_asked_before_a_missing_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "own_people", lambda _: pytest.fail("our own network was asked in vain"))
    with pytest.raises(SetupError, match="modnet"):
        anatomatte.matte(plate(), alpha_model="modnet")


def test_a_method_without_a_file_is_an_entry_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    class Half(built_in.OwnAlpha):
        def alpha(self, given: PeopleEvidence, picture: Any, mix: float, *_: Any) -> Any:
            said = np.full(picture.shape[:2], 0.5, np.float32)
            return built_in.covered(given, said, mix), said

    monkeypatch.setitem(built_in.BUILT_IN.alpha, "half", Half)
    made = seen_by(Models(alpha="half", mix=1.0))
    assert made.alpha is not None and (made.people.alpha == 0.5).all()
    assert Models(alpha="half").ids() == ()
    assert Models(alpha="half").identity("alpha") != Models().identity("alpha")


def test_a_studio_that_forbids_a_class_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))
    first = Models(alpha=name).identity("parts", "alpha", "edge")
    monkeypatch.setenv("ANATOMATTE_MODELS_POLICY", "copyleft")
    with pytest.raises(SetupError, match="policy"):
        Models(alpha=name).identity("parts", "alpha", "edge")
    assert "red" in str(first) and len(first[-1][2]) == 64


# ---- alpha


def red(tmp_path: Path) -> str:
    return brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))


def test_an_alpha_engine_says_what_is_person(tmp_path: Path) -> None:
    sight = seen_by(Models(alpha=red(tmp_path)))
    assert sight.alpha is not None and sight.alpha.shape == (48, 64)
    assert sight.alpha[40, 12] > 0.99 and sight.alpha[40, 60] > 0.99 and sight.alpha[5, 30] < 0.05
    # the evidence became as fine as that network looks
    assert sight.people.alpha.shape == (48, 64) and sight.people.alpha[40, 60] > 0.99
    # and what our own network knows of people and parts is still there
    assert sight.people.parts[INDEX["dress"], 40, 12] > 0.7 and len(sight.people.people) == 1


def test_the_mix_is_a_second_opinion(tmp_path: Path) -> None:
    name = red(tmp_path)
    alone, half, none = (seen_by(Models(alpha=name, mix=mix)).people.alpha[40, 60] for mix in (1.0, 0.5, 0.0))
    assert alone > 0.99 and half == pytest.approx(alone / 2, abs=1e-3) and none == 0


def test_coverage_with_nobody_in_it_becomes_one_person(tmp_path: Path) -> None:
    sight = seen_by(Models(alpha=red(tmp_path)), own=only_background)
    assert len(sight.people.people) == 1 and 0 < sight.people.heads[0, 0] < 1
    dark = seen_by(Models(alpha="red"), display=plate() * 0, own=only_background)
    assert len(dark.people.people) == 0


def test_a_network_that_looks_from_nearby_is_shown_each_person(tmp_path: Path) -> None:
    """Its whole crop is person: the box around ours is filled, the thing at the right is not."""
    tables = RED + "[size]\nrule = 'fixed'\nheight = 16\nwidth = 8\n"
    name = brought(
        tmp_path, "near", tables, lambda path: alpha_net(path, (0, 0, 0), 9), head='region = "person"\n'
    )
    sight = seen_by(Models(alpha=name))
    assert sight.alpha is not None
    assert sight.alpha[20:44, 10:18].min() > 0.99 and sight.alpha[40, 60] == 0
    nobody = seen_by(Models(alpha=name), own=only_background)
    assert nobody.messages == (
        "Little network was not asked: it looks at people from nearby, and nobody was seen.",
    )
    assert nobody.people.alpha.max() == 0


# ---- parts


def test_a_parts_engine_says_which_part(tmp_path: Path) -> None:
    name = brought(tmp_path, "colours", COLOURED, by_colour)
    sight = seen_by(Models(parts=name))
    assert (
        sight.people.parts[INDEX["hair"], 40, 12] > 0.99 and sight.people.parts[INDEX["dress"]].max() < 1e-3
    )
    assert sight.alpha is None
    # alpha is another engine's affair
    assert np.array_equal(sight.people.alpha, on_grid(person(), (48, 64)).alpha)
    both = seen_by(Models(parts=name, alpha="parts"))
    assert both.people.alpha[40, 60] > 0.99 and both.people.alpha[5, 30] < 0.05


def test_a_network_of_hair_alone_leaves_the_other_parts(tmp_path: Path) -> None:
    tables = COLOURED.replace('"trousers", "skirt"', '"background"')
    name = brought(tmp_path, "hair", tables, by_colour, head='subject = "hair"\n')
    sight = seen_by(Models(parts=name))
    assert sight.people.parts[INDEX["hair"], 40, 12] > 0.99
    blue = plate()
    blue[24:40, 8:20] = (0.1, 0.2, 0.9)
    sight = seen_by(Models(parts=name), display=blue)
    assert sight.people.parts[INDEX["dress"], 30, 12] == pytest.approx(0.8, abs=0.02)


def test_parts_from_boxes_belong_to_their_person_only(tmp_path: Path) -> None:
    name = brought(tmp_path, "boxes", COLOURED, by_colour, head='region = "person"\n')
    sight = seen_by(Models(parts=name))
    assert sight.people.parts[INDEX["hair"], 20, 6] > 0.99
    assert sight.people.parts[INDEX["hair"], 20, 30] == 0  # the red thing is in nobody's box
    assert sight.people.parts[INDEX["held"], 20, 30] == pytest.approx(0.1)  # what was known stays


# ---- edge


def test_an_edge_engine_answers_at_the_mattes_size(tmp_path: Path) -> None:
    hint = '[[extra]]\nwhat = "hint"\njoin = "channel"\n[[output]]\nwhat = "alpha"\nchannel = 3\n'
    name = brought(
        tmp_path, "echo", hint,
        lambda path: onnx_net(
            path, [node("Mul", "input half", "output")], {"input": (1, 4, "h", "w")},
            {"output": (1, 4, "h", "w")}, {"half": np.array([0.5], np.float32)},
        ),
    )  # fmt: skip
    rough = np.random.default_rng(1).random((48, 64)).astype(np.float32)
    fine, told = finished(rough, None, plate(), Models(edge=name))
    assert np.abs(fine - rough / 2).max() < 1e-6 and told == ()
    big, _ = finished(on_grid(person(), (96, 128)).alpha, None, plate(), Models(edge=name))
    assert big.shape == (96, 128)


def test_a_network_without_a_hint_is_believed_near_the_edge_only(tmp_path: Path) -> None:
    rough = np.zeros((480, 640), np.float32)
    rough[120:, 80:220] = 1
    fine, _ = finished(rough, None, plate(480, 640), Models(edge=red(tmp_path)))
    assert fine[400, 600] == 0  # the red thing far away stays out
    assert fine[118, 150] < 0.1 and fine[300, 212] > 0.9 and fine[300, 216] < 0.6


def test_the_alpha_engines_word_can_be_kept(tmp_path: Path) -> None:
    named = Models(alpha=red(tmp_path), edge="alpha")
    sight = seen_by(named)
    fine, told = finished(np.zeros((48, 64), np.float32), sight.alpha, plate(), named)
    assert told == () and np.array_equal(fine, sight.alpha)
    rough = np.full((48, 64), 0.25, np.float32)
    kept, told = finished(rough, seen_by(Models()).alpha, plate(), Models(edge="alpha"))
    assert np.array_equal(kept, rough) and "no word of an alpha model" in told[0]


def test_our_own_engines_change_nothing() -> None:
    own = person()
    sight = choose.given(own, plate(), Models())
    assert sight.people is own and sight.alpha is None and sight.messages == ()
    rough = np.full((48, 64), 0.25, np.float32)
    assert finished(rough, sight.alpha, plate(), Models())[0] is rough


# ---- a memory of frames

MEMORY = """
[input]
name = "src"
[[extra]]
what = "state"
name = "r1i"
source = "r1o"
shape = [1, 1, 1, 1]
[[extra]]
what = "ratio"
name = "ratio"
side = 9999
[[output]]
what = "alpha"
name = "pha"
[time]
contract = "recurrent"
warm_up = 3
block = 4
overlap = 2
"""


def test_a_frame_alone_is_the_frame_of_the_sequence(tmp_path: Path) -> None:
    name = brought(tmp_path, "memory", MEMORY, recurrent)

    def shown(frame: int) -> Any:
        return np.full((16, 16, 3), 0.5 + 0.4 * np.sin(frame), np.float32)

    def made(frame: int) -> Any:
        sight = seen_by(Models(alpha=name), shown(frame), frames=Frames(frame, 0, shown))
        assert sight.alpha is not None and sight.messages == ()
        return sight.alpha

    alone = {}
    for frame in (9, 5, 12):
        alpha_edge.states.purge()
        alone[frame] = made(frame)
    alpha_edge.states.purge()
    row = [made(frame) for frame in range(13)]
    for frame, one in alone.items():
        assert np.array_equal(one, row[frame])
    assert np.array_equal(made(9), alone[9])  # backwards

    # by hand: the block of frame 9 began at 8 − 3 and is the second of two that share the frame
    def run(start: int) -> float:
        state = 0.0
        for frame in range(start, 10):
            state = (state + float(shown(frame)[0, 0, 0])) / 2
        return state

    assert row[9][0, 0] == pytest.approx(run(1) / 3 + run(5) * 2 / 3, abs=1e-6)


def test_parts_are_not_carried_in_time(tmp_path: Path) -> None:
    name = brought(tmp_path, "memory", MEMORY, recurrent)
    with pytest.raises(SettingsError, match="parts are not carried in time: choose another Parts model"):
        seen_by(Models(parts=name))


def test_without_neighbours_it_sees_the_frame_alone_and_says_so(tmp_path: Path) -> None:
    name = brought(tmp_path, "memory", MEMORY, recurrent)
    sight = seen_by(Models(alpha=name), np.full((16, 16, 3), 0.8, np.float32))
    assert sight.alpha is not None and sight.alpha[0, 0] == pytest.approx(0.8 * (1 - 0.5**4), abs=1e-5)
    assert sight.messages == ("Little network saw this frame alone: the host hands over no other frames.",)
