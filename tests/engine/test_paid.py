"""What nobody asks for is not paid for: the dear passes of each output are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte import entry
from anatomatte.cache import memo
from anatomatte.engine import edge, evidence, foreground, moments, output, parting, run, steady_parts, subject
from anatomatte.engine.task import Task
from anatomatte.people.parts import everyone
from anatomatte.people.parts.everyone import PartEvidence
from anatomatte.settings import Settings
from pyopenfx import Host

DATA = Path(__file__).resolve().parent.parent / "data" / "people"
BUNDLE = next(Path(foreground.__file__).parents[1].glob("ofx/*.ofx.bundle"))

PASSES = {
    "look": (subject, "observe_people"),
    "landmarks": (subject.marks, "landmarks"),
    "looks again": (subject, "look_again"),
    "parts": (everyone, "parts_of"),
    "key": (evidence, "key_screen"),
    "edge": (subject.edge, "refine"),
    "foreground": (foreground.Foreground, "strip"),
    "borders": (parting, "persons"),
}

PEOPLE = {"look", "edge"}
OF_PARTS = {"look", "edge", "landmarks", "looks again", "parts"}


def _person(name: str = "04") -> np.ndarray:
    photo = cv2.imread(str(DATA / f"{name}.jpg"), cv2.IMREAD_COLOR)
    assert photo is not None
    small = cv2.resize(photo[..., ::-1], (240, 240), interpolation=cv2.INTER_AREA)
    return (small.astype(np.float32) / 255) ** 2.2


def _screen() -> np.ndarray:
    made = np.full((120, 160, 3), (0.06, 0.45, 0.08), np.float32)
    made += np.random.default_rng(3).normal(0, 0.003, made.shape).astype(np.float32)
    made[30:, 50:110] = (0.5, 0.3, 0.2)
    return made


def _paid(plate: np.ndarray, monkeypatch: pytest.MonkeyPatch, **controls: object) -> set[str]:
    """The passes that a frame of a sequence ran, asked through the node."""
    counted: Counter[str] = Counter()
    with monkeypatch.context() as patch:
        for name, (where, what) in PASSES.items():
            real = getattr(where, what)

            def spy(*args: object, name: str = name, real=real, **named: object) -> object:
                counted[name] += 1
                return real(*args, **named)

            patch.setattr(where, what, spy)
        patch.setenv("ANATOMATTE_RUNTIME", "in-process")
        memo.purge()
        with Host() as host:
            host.scan([BUNDLE])
            with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 1)) as node:
                node.clips.Source = plate
                for name, value in controls.items():
                    setattr(node.params, name, value)
                node.render(1)
    return set(counted) - ({"key"} if controls["subject"] == "on" else set())


@pytest.mark.parametrize(
    ("controls", "passes"),
    [
        ({"output": "matte"}, PEOPLE),
        ({"output": "soft"}, PEOPLE),
        ({"output": "people"}, PEOPLE | {"foreground"}),
        ({"output": "premultiplied"}, PEOPLE | {"foreground"}),
        ({"output": "unpremultiplied"}, PEOPLE | {"foreground"}),
        ({"output": "packed", "pack_r": "alpha", "pack_g": "person_01"}, PEOPLE),
        ({"output": "packed", "pack_r": "spill"}, PEOPLE | {"foreground"}),
        ({"output": "packed", "pack_r": "hair"}, OF_PARTS),
        ({"output": "hard_people"}, PEOPLE),
        ({"output": "hard_parts"}, OF_PARTS),
        ({"output": "parts"}, OF_PARTS | {"foreground"}),
    ],
)
def test_people_pay_for_what_is_asked(
    controls: dict[str, object], passes: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _paid(_person("06"), monkeypatch, subject="on", **controls) == passes


@pytest.mark.parametrize(
    ("controls", "passes"),
    [({"output": "matte"}, PEOPLE), ({"output": "packed", "pack_r": "person_01"}, PEOPLE | {"borders"})],
)
def test_borders_of_two_people_are_drawn_where_they_are_asked_for(
    controls: dict[str, str], passes: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    both = np.concatenate([_person(), _person()], 1)
    assert _paid(both, monkeypatch, subject="on", **controls) == passes


def test_faces_and_hands_are_looked_for_where_nobody_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    controls = {"subject": "on", "output": "matte"}
    assert _paid(_person("07"), monkeypatch, **controls, check="off") == PEOPLE
    assert _paid(_person("07"), monkeypatch, **controls) == PEOPLE | {"landmarks"}


@pytest.mark.parametrize(
    ("output", "passes"),
    [("matte", {"key"}), ("premultiplied", {"key", "foreground"}), ("spill", {"key", "foreground"})],
)
def test_a_key_pays_for_what_is_asked(output: str, passes: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _paid(_screen(), monkeypatch, subject="off", output=output) == passes


def _sequence(
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    what: str,
    instead: Callable[..., object] | None = None,
    **controls: object,
) -> list[int]:
    """How often a function was called for each of six frames that move, asked through the node.

    Args:
        instead: what is called in its place.
    """
    called: list[int] = []
    real = instead or getattr(where, what)

    def spy(*args: object, **named: object) -> object:
        called.append(1)
        return real(*args, **named)

    monkeypatch.setattr(where, what, spy)
    monkeypatch.setattr(memo, "limit", 256_000_000)
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    memo.purge()
    person, counts = _person(), []
    with Host() as host:
        host.scan([BUNDLE])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 6)) as node:
            node.clips.Source = lambda frame: np.roll(person, 3 * int(frame), 1)
            for name, value in {"subject": "on", **controls}.items():
                setattr(node.params, name, value)
            with node.sequence(1, 6):
                for frame in range(1, 7):
                    before = len(called)
                    node.render(frame)
                    counts.append(len(called) - before)
    memo.purge()
    return counts


def test_motion_is_searched_once_between_a_frame_and_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = sum(_sequence(monkeypatch, moments, "flow", output="matte"))
    assert searched == 2 * 5, "forwards and backwards between the six frames"


def test_a_frame_that_comes_into_the_window_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _sequence(monkeypatch, moments, "prepare", output="packed", pack_r="hair")
    assert made[1:] == [1, 1, 1, 0, 0], "for its matte and for its parts"


def test_colours_of_a_moved_edge_are_solved_where_they_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for output_, solved in (("matte", [0] * 6), ("unpremultiplied", [1] * 6)):
        with monkeypatch.context() as patch:
            assert _sequence(patch, edge, "unmixed", output=output_) == solved


def test_controls_that_do_not_move_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entry._checked.cache_clear()
    looked = _sequence(monkeypatch, entry, "clamped", output="matte")
    assert looked[0] > 0 and looked[1:] == [0] * 5, "though each frame asks for those of four others"


def test_no_picture_is_kept_once_the_window_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    real = run.shape

    def spy(task: Task, *args: object) -> object:
        assert task.around is not None
        kept.append((task.around._held, task.kept.get("picture")))
        return real(task, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "shape", spy)
    _sequence(monkeypatch, moments, "flow", output="matte")
    assert kept == [(None, None)] * 6, "neither another frame's clips nor this one's display picture"


def test_votes_are_counted_where_it_is_open_which_part_a_pixel_is(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    real = steady_parts._settled

    def spy(made: np.ndarray, alone: np.ndarray) -> np.ndarray:
        counted.append(made.shape[1])
        return real(made, alone)

    monkeypatch.setattr(steady_parts, "_settled", spy)
    grids = [found.shares[0].size for found in _found(monkeypatch)]
    assert len(counted) == len(grids) == 6
    assert all(0 < few < 0.5 * all_ for few, all_ in zip(counted, grids, strict=True)), counted


def _found(monkeypatch: pytest.MonkeyPatch) -> list[PartEvidence]:
    """The parts of six frames that move."""
    found: list[PartEvidence] = []
    real = everyone.parts_of

    def spy(*args: Any, **named: Any) -> PartEvidence:
        found.append(real(*args, **named))
        return found[-1]

    _sequence(monkeypatch, everyone, "parts_of", spy, output="packed", pack_r="hair")
    return found


def test_a_matte_is_no_second_picture() -> None:
    alpha = np.random.default_rng(3).random((24, 32), np.float32)
    none = np.zeros_like(alpha)
    made = output.picture(output.Mattes(alpha, none, none, none, none), Settings(output="matte"))
    assert made.shape == (24, 32, 4) and np.shares_memory(made, alpha)


KEPT = "presence=0.1 why=none area=0"
"""A shot's decision that there is no screen."""
LAYERS = ("person_01", "person_02", "face", "hair")


@pytest.mark.parametrize(
    ("controls", "times"),
    [
        ({"subject": "on"}, 1),
        ({"subject": "auto", "screen": "none"}, 1),
        ({"subject": "auto", "screen_kept": KEPT}, 1),
        ({"subject": "auto"}, 2),  # a screen that may be there says whether a layer decides who is asked
        ({"subject": "off"}, 2),
    ],
)
def test_all_layers_are_of_one_frame_where_layers_do_not_decide_who_is_asked(
    controls: dict[str, str], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = run.shape
    monkeypatch.setattr(run, "shape", lambda *facts: made.append(1) or real(*facts))
    monkeypatch.setattr(memo, "limit", 64_000_000)
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    memo.purge()
    with Host() as host:
        host.scan([BUNDLE])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 1)) as node:
            node.clips.Source = _person("06")
            for name, value in controls.items():
                setattr(node.params, name, value)
            with node.sequence(1, 1):
                for layers in ({"output": "matte"}, *({"output": "packed", "pack_a": one} for one in LAYERS)):
                    for name, value in layers.items():
                        setattr(node.params, name, value)
                    node.render(1)
    assert len(made) == times
