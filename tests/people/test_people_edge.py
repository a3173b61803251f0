"""The edge of people's mattes: it lies on the plate's where colours differ, and else stays put."""

from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest

from anatomatte.ops import strips
from anatomatte.people import edge
from anatomatte.people.calibration import decided, probable
from anatomatte.people.edge import refine
from anatomatte.people.evidence import PeopleEvidence

SIZE = (360, 640)


def seen_of(alpha: np.ndarray, held: np.ndarray | None = None) -> PeopleEvidence:
    """What a network sees that sees this."""
    alpha = np.asarray(alpha, np.float32)
    parts = np.zeros((24, *alpha.shape), np.float32)
    parts[0] = 1
    none = np.zeros_like(alpha) if held is None else np.asarray(held, np.float32)
    return PeopleEvidence(
        alpha, none, parts, np.ones((1, *alpha.shape), np.float32), np.zeros((1, 3), np.float32)
    )


def coarse(truth: np.ndarray, by: int = 5, blur: float = 1.0, shift: float = 0.0) -> np.ndarray:
    """The truth as a network sees it: small, soft and a little beside."""
    small = cv2.resize(truth, (truth.shape[1] // by, truth.shape[0] // by), interpolation=cv2.INTER_AREA)
    move = np.array([[1, 0, shift], [0, 1, 0]], np.float32)
    moved = cv2.warpAffine(small, move, small.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return cv2.GaussianBlur(moved, (0, 0), blur)


def disc(soft: float = 1.0) -> np.ndarray:
    """Coverage by a disc in the middle, *soft* pixels wide at its edge."""
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]].astype(np.float32)
    far = np.hypot(y - SIZE[0] / 2, x - SIZE[1] / 2)
    return np.clip((110 - far) / soft + 0.5, 0, 1)


def mixed(
    truth: np.ndarray, inside: tuple[float, ...], outside: tuple[float, ...], grain: float = 0.01
) -> np.ndarray:
    """Light of two colours, mixed by the truth, with grain."""
    rng = np.random.default_rng(1)
    one, two = (
        np.array(c, np.float32) * rng.normal(1, grain, (*SIZE, 3)).astype(np.float32)
        for c in (inside, outside)
    )
    return two + (one - two) * truth[..., None]


def error(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean difference around the edge."""
    near = cv2.dilate(truth, np.ones((31, 31))) - cv2.erode(truth, np.ones((31, 31))) > 0.1
    return float(np.abs(found - truth)[near].mean())


SKIN, WALL = (0.5, 0.3, 0.2), (0.15, 0.25, 0.45)


@pytest.mark.parametrize("exposure", [0.01, 1.0, 40.0])
def test_the_edge_lies_on_the_plates(exposure: float) -> None:
    truth = disc()
    seen = seen_of(coarse(truth, shift=0.6))
    made = refine(mixed(truth, SKIN, WALL) * np.float32(exposure), seen)
    grown = cv2.resize(seen.alpha, SIZE[::-1])
    assert error(made.alpha, truth) < 0.25 * error(grown, truth)
    assert error(made.alpha, truth) < 0.03


def test_without_a_difference_it_stays_where_the_network_saw_it() -> None:
    truth = disc()
    seen = seen_of(coarse(truth))
    made = refine(mixed(truth, SKIN, SKIN, 0.05), seen)
    grown = cv2.resize(decided(seen.alpha), SIZE[::-1])
    assert error(made.alpha, truth) < 1.3 * error(grown, truth)
    far = cv2.dilate(truth, np.ones((41, 41))) == 0
    deep = cv2.erode(truth, np.ones((41, 41))) == 1
    assert made.alpha[far].max() == 0 and made.alpha[deep].min() == 1


def test_it_does_not_leak_into_a_neighbour_of_the_same_colour() -> None:
    """A wall of the shirt's colour touches the figure for a while; the edge there is the network's."""
    truth = disc()
    plate = mixed(truth, SKIN, WALL)
    plate[170:190, 420:] = mixed(np.ones(SIZE, np.float32), SKIN, WALL)[170:190, 420:]
    made = refine(plate, seen_of(coarse(truth)))
    assert made.alpha[170:190, 460:].max() < 0.05


def strands() -> np.ndarray:
    """Coverage of a head with strands of hair, one pixel wide and half transparent."""
    truth = disc()
    for k in range(40):
        angle = 2 * np.pi * k / 40
        start = (int(320 + 100 * np.cos(angle)), int(180 + 100 * np.sin(angle)))
        end = (int(320 + 122 * np.cos(angle)), int(180 + 122 * np.sin(angle)))
        line = cv2.line(np.zeros(SIZE, np.float32), start, end, 0.6, 1, cv2.LINE_AA)
        truth = np.maximum(truth, np.minimum(line, 0.6))
    return truth


def test_hair_keeps_partial_alpha_and_its_own_colour() -> None:
    truth = strands()
    plate = mixed(truth, (0.05, 0.04, 0.03), (0.6, 0.65, 0.7))
    made = refine(plate, seen_of(coarse(truth)))
    hair = (truth > 0.3) & (truth < 0.7) & (disc() == 0)
    near = hair & (cv2.dilate(disc(), np.ones((21, 21))) > 0)
    assert 0.25 < made.alpha[near].mean() < 0.75
    colour = plate.reshape(-1, 3).copy()
    colour[made.edge] = made.colour
    own = colour.reshape(*SIZE, 3)[near & (made.alpha > 0.2)]
    assert np.abs(own - (0.05, 0.04, 0.03)).mean() < 0.1  # on the plate it is .25 and lighter
    assert plate[near].mean() > 0.25


def test_what_is_sure_is_the_plate() -> None:
    truth = disc(3.0)
    plate = mixed(truth, SKIN, WALL)
    made = refine(plate, seen_of(coarse(truth)))
    assert (np.diff(made.edge) > 0).all()
    solid = made.alpha.ravel()[made.edge] > 0.999
    assert np.abs(made.colour[solid] - plate.reshape(-1, 3)[made.edge][solid]).max() < 0.02
    assert np.isfinite(made.colour).all()


def test_held_things_share_the_edge() -> None:
    truth = disc()
    right = (np.mgrid[0 : SIZE[0], 0 : SIZE[1]][1] > 320).astype(np.float32)
    alpha, held = coarse(truth * (1 - right)), coarse(truth * right)
    made = refine(mixed(truth, SKIN, WALL), seen_of(alpha, held))
    assert error(made.alpha + made.held, truth) < 0.04
    assert made.held[180, 400] > 0.95 and made.alpha[180, 240] > 0.95
    assert (made.alpha + made.held).max() <= 1 + 1e-6


def test_a_faint_rest_of_held_things_is_not_held() -> None:
    truth = disc()
    made = refine(mixed(truth, SKIN, WALL), seen_of(coarse(truth) * 0.985, coarse(truth) * 0.015))
    assert not made.hold.any() and made.alpha[180, 320] > 0.995


def test_wide_doubt_is_settled_and_a_crisp_edge_stays() -> None:
    grey = np.full((40, 60), 0.65, np.float32)
    assert decided(grey).min() > 0.95 and decided(1 - grey).max() < 0.05
    ramp = np.tile(np.clip((np.arange(60) - 28) / 4, 0, 1), (40, 1)).astype(np.float32)
    made = decided(ramp)[20]
    assert made[26] == 0 or made[26] < 1e-6
    assert made[29] < ramp[20][29] and 0.4 < made[30] < 0.6 and made[31] > ramp[20][31]
    alpha, held = probable(np.array([[[9.0, -9.0]], [[9.0, 0.0]]], np.float32))
    assert alpha[0, 0] == pytest.approx(0.5) and held[0, 1] == pytest.approx(0.5)


def test_threads_and_strips_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = strands()
    plate, seen = mixed(truth, SKIN, WALL), seen_of(coarse(truth), coarse(disc()) * 0.3)
    whole = refine(plate, seen)
    for rows, threads in ((128, 3), (16, 1), (1000, 1)):
        monkeypatch.setattr(strips, "ROWS", rows)
        other = refine(plate, seen, threads=threads)
        for name in ("alpha", "held", "edge", "colour"):
            assert np.array_equal(getattr(whole, name), getattr(other, name)), (rows, threads, name)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (33, 47)])
@pytest.mark.parametrize("kind", ["empty", "full", "noise", "hdr", "negative"])
def test_odd_plates(shape: tuple[int, int], kind: str) -> None:
    rng = np.random.default_rng(2)
    light = rng.random((*shape, 3), np.float32)
    light = {"hdr": light * 1e5, "negative": light - 0.5}.get(kind, light)
    alpha = {"empty": np.zeros((32, 32)), "full": np.ones((32, 32))}.get(kind, rng.random((32, 32)))
    made = refine(np.asarray(light, np.float32), seen_of(alpha, (1 - alpha) * 0.5))
    for plane in (made.alpha, made.held):
        assert plane.shape == shape and np.isfinite(plane).all()
        assert plane.min() >= 0 and plane.max() <= 1
    assert (made.alpha + made.held).max() <= 1 + 1e-6
    assert np.isfinite(made.colour).all() and len(made.colour) == len(made.edge)
    if kind == "full":
        assert made.alpha.min() == 1


def test_a_stop_is_heard_and_progress_told() -> None:
    truth = disc()
    plate, seen = mixed(truth, SKIN, WALL), seen_of(coarse(truth))
    told: list[float] = []
    refine(plate, seen, progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0

    class Stop(Exception):
        pass

    def check() -> None:
        raise Stop

    with pytest.raises(Stop):
        refine(plate, seen, check=check)


def test_memory_stays_bounded() -> None:
    """A child process: an 8K plate costs little beyond itself and its two mattes."""
    code = """
import resource, numpy as np
from anatomatte.people.edge import refine
from anatomatte.people.evidence import PeopleEvidence
y, x = np.mgrid[0:160, 0:288].astype(np.float32)
alpha = np.clip((60 - np.hypot(y - 80, x - 140)) / 3, 0, 1)
none, parts = np.zeros((1, 160, 288), np.float32), np.zeros((24, 160, 288), np.float32)
seen = PeopleEvidence(alpha, none[0], parts, alpha[None], np.zeros((1, 3), np.float32))
light = np.full((4320, 7680, 3), 0.3, np.float32)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
refine(light, seen, threads=2)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024**2)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.2  # GB; the two mattes are a quarter of one


def test_the_seams_facts() -> None:
    assert edge.refine is refine
    nobody = refine(np.full((20, 30, 3), 0.2, np.float32), seen_of(np.zeros((32, 32))))
    assert nobody.edge.shape == (0,) and nobody.colour.shape == (0, 3) and not nobody.alpha.any()
