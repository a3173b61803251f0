"""Parts along a window: votes are undecided shares, and what they add up to is decided."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from anatomatte.cache import memo
from anatomatte.engine import parts_alone
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.people.parts.everyone import PartEvidence
from anatomatte.people.parts.hardness import hardened
from anatomatte.people.parts.labels import AT, LABELS
from made.window_fake import COUNT, STEADY, Clip, places, told

CHOSEN = STEADY.replace(output="parts")


@pytest.fixture(autouse=True)
def _fresh():
    memo.purge()
    yield
    memo.purge()


def coats(monkeypatch: pytest.MonkeyPatch, share: Callable[[int], float]) -> None:
    """Makes every person of each frame a coat by *share* of the frame's number, and else a top."""

    def parts_of(
        picture: np.ndarray, seen: PeopleEvidence, _: object, hardness: float, **_more: object
    ) -> PartEvidence:
        made = np.zeros((len(LABELS), *picture.shape[:2]), np.float32)
        made[AT["coat"]] = share(round((float(seen.heads[0, 0]) * 160 - 35) / 3))
        made[AT["upper_clothes"]] = 1 - made[AT["coat"]]
        return PartEvidence(hardened(made, hardness), ((),) * len(seen.people))

    monkeypatch.setattr(parts_alone.everyone, "parts_of", parts_of)


def chest(number: int, **chosen: float) -> tuple[float, float]:
    """Coat and top on somebody's chest in a frame."""
    memo.purge()
    with told():
        parts = Clip().frame(number, CHOSEN.replace(**chosen)).parts
    columns = places(number)[0]
    here = slice(60, 90), slice(columns.start + 6, columns.stop - 6)
    return float(parts["coat"][here].mean()), float(parts["upper_clothes"][here].mean())


def test_a_frame_that_is_sure_outweighs_frames_that_hardly_are(monkeypatch: pytest.MonkeyPatch) -> None:
    coats(monkeypatch, lambda n: 0.0 if n in (2, 4) else 0.62)
    assert chest(3, steady=0.0)[0] > 0.9
    coat, top = chest(3)
    assert coat < 0.1 and top > 0.9


def test_what_a_window_is_sure_of_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    coats(monkeypatch, lambda n: 0.66)
    alone, steady = chest(3, steady=0.0), chest(3)
    assert steady == pytest.approx(alone, abs=0.01) and steady[0] > 0.95
    assert chest(3, parts_hardness=0.0) == pytest.approx((0.66, 0.34), abs=0.02)


def test_undecided_votes_give_the_same_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    coats(monkeypatch, lambda n: 0.1 * (n % 7) + 0.2)
    with told():
        onwards = [Clip(trust="on").frame(n, CHOSEN).parts["coat"].copy() for n in range(COUNT)]
        memo.purge()
        back = [Clip(trust="back").frame(n, CHOSEN).parts["coat"].copy() for n in reversed(range(COUNT))]
    assert all(np.array_equal(one, two) for one, two in zip(onwards, reversed(back), strict=True))
