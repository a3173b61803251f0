"""What the engine tells of its frames: the account, the status, the same at every size and in every order."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from anatomatte.engine import Mattes, Work, key_frame, quality
from anatomatte.engine.provenance import of_checks
from anatomatte.frame import from_view
from anatomatte.qc import codes, doubtful, scores
from anatomatte.settings import Settings
from made.keyer_scenes import scene
from made.people_fake import looking, two_people

PLATE = scene(180, 320)


def keyed(image: np.ndarray, work: Work | None = None, **settings: Any) -> Mattes:
    height, width = image.shape[:2]
    frame = {"Source": from_view(image, (0, 0, width, height))}
    return key_frame(frame, Settings(**settings), work or Work())


def test_a_clean_key_is_not_doubted() -> None:
    assert doubtful(keyed(PLATE.image, subject="off").findings) == ()


def test_what_the_artist_opens_is_told() -> None:
    """A gain that is too low leaves screen; the sentence says where, in the viewer's pixels."""
    made = keyed(PLATE.image, subject="off", screen_gain=0.2)
    assert "residue" in {one.code for one in doubtful(made.findings)}
    told = quality.told(made.findings, (0, 0, 320, 180), (1.0, 1.0))
    assert any(sentence.startswith("Check residue") and sentence.endswith(".") for sentence in told)


def test_checks_are_off_where_they_are_switched_off() -> None:
    made = keyed(PLATE.image, subject="off", check="off")
    assert made.findings == () and of_checks(made.findings) == {}


def test_checks_change_no_pixel() -> None:
    on, off = (keyed(PLATE.image, subject="off", check=how) for how in ("frame", "off"))
    assert np.array_equal(on.alpha, off.alpha) and np.array_equal(on.foreground, off.foreground)


def test_the_account_holds_every_code() -> None:
    made = keyed(PLATE.image, subject="off")
    told = json.loads(of_checks(made.findings)["qc"])
    assert set(told) == set(codes("frame"))


def test_a_frame_that_is_kept_knows_its_checks() -> None:
    """Switching checks on after a frame was made without them makes them."""
    image = np.ascontiguousarray(PLATE.image[:, ::-1])
    height, width = image.shape[:2]
    frame = {"Source": from_view(image, (0, 0, width, height))}
    for how, there in (("off", False), ("frame", True), ("off", False), ("frame", True)):
        assert bool(key_frame(frame, Settings(subject="off", check=how), Work(), keep=True).findings) == there


@pytest.mark.parametrize("scale", [2, 4])
def test_scores_are_the_same_for_larger_plates(scale: int) -> None:
    """HD and UHD of the same picture lie on one grid."""
    small = scene(180, 320).image
    large = np.repeat(np.repeat(small, scale, 0), scale, 1)
    larger = np.repeat(np.repeat(small, 2 * scale, 0), 2 * scale, 1)
    one, other = (scores(keyed(image, subject="off").findings) for image in (large, larger))
    assert max(abs(one[code] - other[code]) for code in one) < 0.02


def test_half_resolution_and_proxies_are_judged_too() -> None:
    made = keyed(PLATE.image, subject="off", draft="always")
    assert {one.code for one in made.findings} == set(codes("frame"))
    assert doubtful(made.findings) == ()


def test_people_are_judged_by_the_networks_that_saw_them() -> None:
    image = np.full((96, 128, 3), 0.4, np.float32)
    with looking(two_people()):
        made = keyed(image, screen="none", who="everyone")
    assert {one.code for one in made.findings} == set(codes("frame"))
    assert scores(made.findings)["missing"] < 0.45


def test_a_part_that_stays_open_is_a_reason_where_parts_are_asked_for() -> None:
    image = np.full((96, 128, 3), 0.4, np.float32)
    with looking(two_people()):
        made = keyed(image, screen="none", output="packed", pack_r="hair")
        assert "unsure_part" in {one.code for one in made.findings}


def test_a_place_is_told_in_pixels_of_the_full_picture() -> None:
    made = keyed(PLATE.image, subject="off", screen_gain=0.2)
    full = quality.told(made.findings, (0, 0, 320, 180), (1.0, 1.0))
    proxy = quality.told(made.findings, (0, 0, 320, 180), (0.5, 0.5))
    assert full != proxy
