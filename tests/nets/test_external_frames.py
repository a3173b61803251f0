"""Whole frames with other networks as engines: the laws, the edge, the screen, the status, the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import anatomatte
from anatomatte.engine import key_frame, memo, subject, work_for
from anatomatte.errors import SetupError
from anatomatte.frame import from_view
from anatomatte.nets.external import alpha_edge
from anatomatte.nets.runtime.sessions import sessions
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.settings import Settings
from made.engine_scene import COLOURED, RED, brought, by_colour, person, plate
from made.keyer_scenes import scene
from made.laws import check
from made.network_files import alpha_net, node, onnx_net

STUDIO = scene(60, 80)


@pytest.fixture(autouse=True)
def store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANATOMATTE_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("ANATOMATTE_MODELS_SHARED", raising=False)
    alpha_edge.states.purge()
    sessions.purge()


@contextmanager
def looking(answer: PeopleEvidence) -> Iterator[list[int]]:
    """Our own network answers *answer*; the list that is handed out grows by one with each look."""
    looks: list[int] = []

    def own(*_: object) -> PeopleEvidence:
        looks.append(1)
        return subject.selection.ordered(answer)

    with pytest.MonkeyPatch.context() as scene:
        scene.setattr(subject, "own_people", own)
        yield looks


def made(image: Any, **settings: Any) -> anatomatte.Mattes:
    """A frame for which our own network sees one half-sure person at the left; its laws are checked."""
    with looking(person()):
        mattes = anatomatte.matte(image, **settings)
    check(mattes)
    return mattes


def test_all_three_engines_in_one_frame(tmp_path: Path) -> None:
    red = brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))
    parts = brought(tmp_path, "colours", COLOURED, by_colour)
    mattes = made(
        plate(), parts_model="custom", parts_network=parts, alpha_model="custom", alpha_network=red,
        edge_model="alpha",
    )  # fmt: skip
    assert mattes.alpha[40, 12] > 0.99 and mattes.alpha[40, 60] > 0.99 and mattes.alpha[5, 30] < 0.05
    assert mattes.parts["hair"][40, 12] > 0.98 and mattes.parts["dress"].max() < 0.02
    own = made(plate())
    assert own.alpha[40, 60] < 0.2 and own.parts["dress"][40, 12] > 0.5


@pytest.mark.parametrize("kind", ["parts", "alpha", "edge"])
def test_a_missing_network_fails_the_frame_with_the_command(kind: str) -> None:
    name = {"parts": "schp-lip", "alpha": "modnet", "edge": "vitmatte-small"}[kind]
    with pytest.raises(SetupError, match=rf"not in the model store.*anatomatte models \w+ {name}"):
        made(plate(), **{f"{kind}_model": name})


def echo(tmp_path: Path, gain: float) -> str:
    """An edge model that gives the rough matte back, times *gain*."""
    hint = '[[extra]]\nwhat = "hint"\njoin = "channel"\n[[output]]\nwhat = "alpha"\nchannel = 3\n'
    return brought(
        tmp_path, "echo", hint,
        lambda path: onnx_net(
            path, [node("Mul", "input gain", "output")], {"input": (1, 4, "h", "w")},
            {"output": (1, 4, "h", "w")}, {"gain": np.array([gain], np.float32)},
        ),
    )  # fmt: skip


def test_edge_model_is_given_the_keyed_matte(tmp_path: Path) -> None:
    """Before a screen, with nobody looked for: the hint is the keyer's matte."""
    settings = {"edge_model": "custom", "edge_network": echo(tmp_path, 0.5), "subject": "off"}
    keyed = anatomatte.matte(STUDIO.image, subject="off")
    edged = anatomatte.matte(STUDIO.image, **settings)
    assert np.abs(edged.alpha - keyed.alpha / 2).max() < 1e-5
    assert np.array_equal(edged.screen, keyed.screen)


def test_an_edge_model_of_a_squeezed_plate_gives_the_plates_own_size(tmp_path: Path) -> None:
    high, wide = STUDIO.image.shape[0], STUDIO.image.shape[1]
    squeezed = cv2.resize(STUDIO.image, (wide // 2, high), interpolation=cv2.INTER_AREA)
    clips = {"Source": from_view(squeezed, (0, 0, wide // 2, high), aspect=2.0)}
    made = []
    for edge in ({}, {"edge_model": "custom", "edge_network": echo(tmp_path, 1.0)}):
        chosen = Settings(subject="off", **edge)
        made.append(key_frame(clips, chosen, work_for(chosen)).alpha)
    assert made[0].shape == made[1].shape == (high, wide // 2)
    assert np.abs(made[0] - made[1]).mean() < 0.03 and made[1].max() > 0.99


def test_colours_are_unmixed_for_the_edge_models_matte(tmp_path: Path) -> None:
    """An engine that knows the true matte: the foreground is as near to the true one as the keyer's."""
    true = STUDIO.alpha[None, None].astype(np.float32)
    tables = '[[extra]]\nwhat = "hint"\njoin = "channel"\n[[output]]\nwhat = "alpha"\n'

    def knows(path: Path) -> Path:
        from onnx import numpy_helper

        content = node("Constant", "", "output", value=numpy_helper.from_array(true, "true"))
        return onnx_net(path, [content], {"input": (1, 4, "h", "w")}, {"output": true.shape})

    brought(tmp_path, "knows", tables, knows)
    edged = anatomatte.matte(STUDIO.image, subject="off", edge_model="custom", edge_network="knows")
    keyed = anatomatte.matte(STUDIO.image, subject="off")
    band = (STUDIO.alpha > 0.05) & (STUDIO.alpha < 0.95)
    wrong = [np.abs(m.alpha - STUDIO.alpha)[band].mean() for m in (edged, keyed)]
    assert wrong[0] < 0.5 * wrong[1]
    off = [
        (np.abs(m.foreground - STUDIO.foreground).mean(2) * STUDIO.alpha)[band].mean() for m in (edged, keyed)
    ]
    assert off[0] < 0.6 * off[1]  # the keyer's colours belong to the keyer's matte


def knowing(tmp_path: Path, name: str, colour: Any) -> str:
    """An edge model that knows the studio's true matte, and gives *colour* for the subject's own."""
    from onnx import numpy_helper

    from anatomatte.ops.colour import srgb_encode

    alpha = STUDIO.alpha[None, None].astype(np.float32)
    shown = np.clip(srgb_encode(colour.astype(np.float32)), 0, 1).transpose(2, 0, 1)[None]
    tables = (
        '[[extra]]\nwhat = "hint"\njoin = "channel"\n[[output]]\nwhat = "alpha"\nname = "a"\n'
        '[[output]]\nwhat = "foreground"\nname = "f"\n'
    )

    def made(path: Path) -> Path:
        nodes = [
            node("Constant", "", port, value=numpy_helper.from_array(np.ascontiguousarray(plane), port))
            for port, plane in (("a", alpha), ("f", shown))
        ]
        return onnx_net(path, nodes, {"input": (1, 4, "h", "w")}, {"a": alpha.shape, "f": shown.shape})

    return brought(tmp_path, name, tables, made)


def test_edge_models_own_colours_are_the_foreground_at_the_edge(tmp_path: Path) -> None:
    """They come back through the display transform; what is solid stays the plate's, grain and all."""
    settings = {"subject": "off", "edge_model": "custom", "unmix": 1.0, "despill": 0.0}
    edged = anatomatte.matte(
        STUDIO.image, edge_network=knowing(tmp_path, "true", STUDIO.foreground), **settings
    )
    keyed = anatomatte.matte(STUDIO.image, subject="off", despill=0.0)
    band = (STUDIO.alpha > 0.05) & (STUDIO.alpha < 0.9)
    off = [
        (np.abs(m.foreground - STUDIO.foreground).mean(2) * STUDIO.alpha)[band].mean() for m in (edged, keyed)
    ]
    assert off[0] < 0.2 * off[1]
    blue = np.zeros_like(STUDIO.foreground) + np.array([0.05, 0.1, 0.7], np.float32)
    other = anatomatte.matte(STUDIO.image, edge_network=knowing(tmp_path, "blue", blue), **settings)
    assert other.foreground[band][:, 2].mean() > 0.6
    solid = STUDIO.alpha == 1
    assert np.array_equal(other.foreground[solid], edged.foreground[solid])


def test_what_an_engine_has_to_say_reaches_the_status(tmp_path: Path) -> None:
    name = brought(tmp_path, "heads", RED, alpha_net, head='region = "face"\n')
    told = made(plate(), alpha_model="custom", alpha_network=name).messages
    assert any("was not asked" in line for line in told)


def test_a_failing_network_fails_its_frame_and_the_next_one_works(tmp_path: Path) -> None:
    tables = '[input]\nname = "input"\n[[output]]\nwhat = "alpha"\nname = "output"\n'
    wild = brought(tmp_path, "wild", tables, lambda path: alpha_net(path, (900, 0, 0), 9))
    with pytest.raises(SetupError, match="goes from"):
        made(plate(), alpha_model="custom", alpha_network=wild)
    assert made(plate()).alpha[40, 12] > 0.5


def test_draft_proxies_and_odd_plates(tmp_path: Path) -> None:
    red = brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))
    settings = {"alpha_model": "custom", "alpha_network": red}
    assert made(plate(), draft="always", **settings).alpha[40, 12] > 0.9
    for shape in ((1, 1), (1, 90), (90, 1), (2, 3)):
        assert made(np.full((*shape, 3), 0.5, np.float32), **settings).alpha.shape == shape
    broken = plate()
    broken[10:20, 10:20] = np.nan
    assert np.isfinite(made(broken, **settings).alpha).all()


def test_looks_are_kept_apart_by_what_they_depend_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo.memo, "limit", 1 << 30)
    memo.evidence.purge()
    red = brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))
    settings = {"alpha_model": "custom", "alpha_network": red}
    with looking(person()) as asked:
        first = anatomatte.matte(plate(), **settings).alpha
        assert np.array_equal(
            anatomatte.matte(plate(), **settings, clip_white=0.9).alpha >= first, first >= 0
        )
        assert len(asked) == 1  # a tweak asks nobody
        anatomatte.matte(plate(), **settings, edge_model="custom", edge_network=echo(tmp_path, 1.0))
        assert len(asked) == 1  # the edge model neither
        anatomatte.matte(plate(), **settings, alpha_mix=0.5)
        assert len(asked) == 2
        # another file under the same id is another network
        from anatomatte.models import store

        told = store.catalogue.get("red")
        store.add(told, told.files[0], alpha_net(tmp_path / "other.onnx", (0, 0, 0), -9), replace=True)
        assert anatomatte.matte(plate(), **settings).alpha.max() < 0.5
        assert len(asked) == 3
    memo.evidence.purge()


def test_the_edge_model_sees_the_exposure_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a screen nobody is looked for, and the picture that the engine is shown is no other key's."""
    monkeypatch.setattr(memo.memo, "limit", 1 << 30)
    memo.evidence.purge()
    tables = '[[extra]]\nwhat = "hint"\njoin = "channel"\n[[output]]\nwhat = "alpha"\nchannel = 0\n'
    name = brought(
        tmp_path, "picture", tables,
        lambda path: onnx_net(
            path, [node("Identity", "input", "output")], {"input": (1, 4, "h", "w")},
            {"output": (1, 4, "h", "w")},
        ),
    )  # fmt: skip
    settings = {"edge_model": "custom", "edge_network": name, "subject": "off"}
    plain = anatomatte.matte(STUDIO.image, **settings).alpha
    bright = anatomatte.matte(STUDIO.image, **settings, net_exposure=1.0).alpha
    assert bright.mean() > plain.mean() + 0.02
    memo.evidence.purge()


@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_networks_of_ones_own_see_a_squeezed_plate_as_it_is(tmp_path: Path, aspect: float) -> None:
    """The alpha that they give is the share of the width in width and height."""
    nodes = [
        node("Shape", "input", "size"), node("Gather", "size 2", "high"), node("Gather", "size 3", "wide"),
        node("Add", "high wide", "both"), node("Cast", "wide", "across", to=1),
        node("Cast", "both", "all", to=1), node("Div", "across all", "share"),
        node("Mul", "input zero", "none"), node("Add", "none share", "output"),
    ]  # fmt: skip
    constants = {"2": np.int64(2), "3": np.int64(3), "zero": np.zeros(1, np.float32)}
    tables = '[[output]]\nwhat = "alpha"\nchannel = 0\n'
    name = brought(
        tmp_path, "width", tables,
        lambda path: onnx_net(
            path, nodes, {"input": (1, 3, "h", "w")}, {"output": (1, 3, "h", "w")}, constants
        ),
    )  # fmt: skip
    image = plate()
    high, wide = image.shape[0], image.shape[1]
    size = (round(wide / max(aspect, 1)), round(high * min(aspect, 1)))
    squeezed = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    clips = {"Source": from_view(squeezed, (0, 0, *size), aspect=aspect)}
    chosen = Settings(
        subject="on", screen="none", edge_model="alpha", alpha_model="custom", alpha_network=name
    )
    with looking(person()):
        mattes = key_frame(clips, chosen, work_for(chosen))
    found = mattes.alpha[mattes.alpha > 0.1]
    assert mattes.alpha.shape == size[::-1] and np.abs(found - wide / (wide + high)).max() < 0.02


def test_finished_frames_are_kept_apart_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from anatomatte.engine import Work, key_frame
    from anatomatte.frame import from_view
    from anatomatte.models import store
    from anatomatte.settings import Settings

    monkeypatch.setattr(memo.memo, "limit", 1 << 30)
    red = brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))
    chosen = Settings(alpha_model="custom", alpha_network=red, input_colour="srgb")
    clips = {"Source": from_view(plate(), (0, 0, 64, 48))}
    with looking(person()) as asked:
        first = key_frame(clips, chosen, Work(), keep=True)
        assert key_frame(clips, chosen, Work(), keep=True).alpha is first.alpha and len(asked) == 1
        told = store.catalogue.get("red")
        store.add(told, told.files[0], alpha_net(tmp_path / "other.onnx", (0, 0, 0), -9), replace=True)
        assert key_frame(clips, chosen, Work(), keep=True).alpha.max() < 0.5 < first.alpha.max()
    memo.frames.purge()
