"""Steady: a frame is made of its window, whatever was rendered before, and its neighbours carry it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from anatomatte.cache import memo
from anatomatte.engine import steadying
from anatomatte.errors import PlateError
from made import window_fake
from made.window_fake import ALONE, COUNT, SIZE, STEADY, Clip, places, plate, said, told


@pytest.fixture(autouse=True)
def _fresh():
    memo.purge()
    yield
    memo.purge()


def lost_at(number: int, kept=(), top: str = "upper_clothes"):
    """A network that sees only *kept* in one frame."""
    return lambda n: said(n, kept) if n == number else said(n)


def inside(number: int, k: int) -> tuple[slice, slice]:
    columns = places(number)[k]
    return slice(40, 90), slice(columns.start + 6, columns.stop - 6)


def outline(alpha: np.ndarray, number: int) -> float:
    truth = np.zeros(SIZE, np.float32)
    for columns in places(number):
        truth[26:, columns] = 1
    return float(np.abs(alpha - truth).mean())


def test_a_frame_is_the_same_alone_backwards_and_after_others() -> None:
    with told(lost_at(3)):
        onwards = {n: Clip(trust="onwards").frame(n).alpha.copy() for n in range(COUNT)}
        memo.purge()
        back = {n: Clip(trust="back").frame(n).alpha.copy() for n in reversed(range(COUNT))}
        memo.purge()
        alone = Clip().frame(4).alpha
    assert all(np.array_equal(onwards[n], back[n]) for n in onwards)
    assert np.array_equal(alone, onwards[4])


def test_a_frame_is_looked_at_once_for_all_windows() -> None:
    with told() as looks, pytest.MonkeyPatch.context() as scene:
        scene.setattr(memo, "limit", 200_000_000)
        for n in range(COUNT):
            Clip(trust="once").frame(n)
    assert sorted(looks) == list(range(COUNT))


def test_off_is_the_frame_by_itself() -> None:
    with told(lost_at(3)):
        for off in (ALONE, STEADY.replace(steady=0.0), STEADY.replace(window=0)):
            clip = Clip()
            found = clip.frame(3, off)
            assert not found.alpha.any()
        assert np.array_equal(Clip().frame(2, ALONE).alpha, Clip(other_frames=False).frame(2, ALONE).alpha)


def test_a_collapsed_frame_is_carried_by_its_neighbours() -> None:
    with told(lost_at(3)):
        alone, carried = Clip().frame(3, ALONE), Clip().frame(3)
    assert not alone.alpha.any() and not alone.people
    assert carried.alpha[inside(3, 0)].min() > 0.9 and carried.alpha[inside(3, 1)].min() > 0.9
    assert outline(carried.alpha, 3) < 0.03
    left, right = carried.people
    assert left[inside(3, 0)].min() > 0.85 and right[inside(3, 1)].min() > 0.85
    assert left[inside(3, 1)].max() < 0.05


def test_who_walks_fast_is_carried_over_two_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frames that know better are two away, where he is found in steps alone."""
    fast = lambda n: (slice(20 + 9 * n, 50 + 9 * n), slice(110, 140))  # noqa: E731
    monkeypatch.setattr(window_fake, "places", fast)
    with told(lambda n: said(n, (1,)) if n in (3, 4) else said(n)):
        made = Clip().frame(3)
    assert made.alpha[40:90, fast(3)[0].start + 6 : fast(3)[0].stop - 6].mean() > 0.9


def test_background_that_was_taken_for_somebody_is_known_again() -> None:
    """Three frames of five add a piece of ground; its colours are those that were there without anybody."""
    added = (slice(50, 80), slice(59, 69))

    def more(n: int):
        made = said(n)
        if n in (2, 3, 4):
            made.alpha[added] = 1
        return made

    with told(more):
        alone, steady = Clip().frame(3, ALONE), Clip().frame(3)
    here = (slice(54, 76), slice(62, 67))
    assert alone.alpha[here].min() > 0.9 and steady.alpha[here].mean() < 0.2
    assert steady.alpha[inside(3, 0)].min() > 0.9 and steady.alpha[inside(3, 1)].min() > 0.9


def test_a_person_who_was_lost_keeps_a_number() -> None:
    with told(lost_at(3, kept=(1,))):
        alone, carried = Clip().frame(3, ALONE), Clip().frame(3)
    assert len(alone.people) == 1
    left, right = carried.people
    assert left[inside(3, 0)].min() > 0.85 and right[inside(3, 1)].min() > 0.95


def test_who_leaves_is_not_carried() -> None:
    with told(lambda n: said(n) if n < 3 else said(n, (1,))):
        found = Clip().frame(4)
    assert len(found.people) == 1


def test_the_laws_hold() -> None:
    with told(lost_at(3, kept=(1,))):
        found = Clip().frame(3, STEADY.replace(output="parts"))
    people, parts = found.people, found.parts
    assert all(np.isfinite(one).all() and one.min() >= 0 and one.max() <= 1 for one in (*people, found.alpha))
    assert (sum(people) <= found.alpha + 1e-4).all()
    assert np.abs(sum(parts.values()) - sum(people)).max() < 1e-4


def test_a_part_that_flips_is_outvoted() -> None:
    with told(lambda n: said(n, top="coat" if n == 3 else "upper_clothes")):
        chosen = STEADY.replace(output="parts")
        alone, steady = Clip().frame(3, chosen.replace(steady=0.0)), Clip().frame(3, chosen)
    chest = (slice(60, 90), inside(3, 0)[1])
    assert alone.parts["coat"][chest].mean() > 0.9
    assert steady.parts["upper_clothes"][chest].mean() > 0.9 > 0.1 > steady.parts["coat"][chest].mean()


def test_edges_that_flicker_flicker_less() -> None:
    def unsure(n: int):
        made, rng = said(n), np.random.default_rng(n)
        noise = rng.uniform(-0.5, 0.5, (SIZE[0] // 8, SIZE[1] // 8)).repeat(8, 0).repeat(8, 1)
        rim = np.zeros(SIZE, np.bool_)
        for columns in places(n):
            rim[26:, columns.start - 4 : columns.start + 4] = True
        made.alpha[rim] = np.clip(0.5 + noise[rim], 0, 1)
        return made

    def chatter(chosen) -> float:
        with told(unsure):
            frames = [Clip(trust=str(chosen.steady)).frame(n, chosen).alpha for n in range(1, COUNT - 1)]
        moved = [
            (b[30:, places(n + 1)[0].start - 6 :][:, :20] - a[30:, places(n)[0].start - 6 :][:, :20])
            for n, (a, b) in enumerate(pairwise(frames), 1)
        ]
        return float(np.sqrt(np.mean(np.square(moved))))

    assert chatter(STEADY) < 0.7 * chatter(ALONE)


def test_a_cut_ends_the_window() -> None:
    plates = {n: plate(n) for n in range(COUNT)}
    for n in (4, 5, 6):
        other = np.ascontiguousarray(plates[n].pixels[::-1, ::-1] * 0.3 + 0.6)
        other[:2, :2] = n / 100
        plates[n] = plates[n].with_pixels(other)
    with told():
        cut = Clip(plates=plates).frame(3).alpha.copy()
        ends = Clip(plates=plates, last=3).frame(3).alpha
    assert np.array_equal(cut, ends)


def test_a_frame_that_is_not_there_is_told() -> None:
    with told(lost_at(3)):
        found = Clip(gone=(4,)).frame(3)
    assert "Steady does without frame 4: there is no picture of it." in found.messages
    assert found.alpha[inside(3, 0)].min() > 0.9


def test_a_frame_that_cannot_be_read_fails_those_that_look_at_it() -> None:
    with told(), pytest.raises(PlateError, match="cannot be read"):
        Clip(broken=(4,)).frame(3)


def test_a_host_without_other_frames_sees_each_alone() -> None:
    with told(lost_at(3)):
        found = Clip(other_frames=False).frame(3)
    assert not found.alpha.any()


def test_a_draft_is_seen_by_itself_and_says_so() -> None:
    with told(lambda n: said(n)) as looks:
        found = Clip().frame(3, draft=True)
    assert steadying.DRAFT in found.messages and looks == [3]


def test_a_single_picture_needs_no_word() -> None:
    with told():
        found = Clip(last=0).frame(0)
    assert not [one for one in found.messages if "Steady" in one]


def test_neighbours_are_seen_with_the_controls_of_their_own_frame() -> None:
    bright = STEADY.replace(net_exposure=3.0)
    seen: list[float] = []

    def answer(n: int):
        return said(n)

    with told(answer), pytest.MonkeyPatch.context() as scene:
        from anatomatte.engine import task

        real = task.display.shown
        scene.setattr(
            task.display,
            "shown",
            lambda light, stops, *rest, **more: (seen.append(stops), real(light, stops, *rest, **more))[1],
        )
        Clip(controls={4: bright}).frame(3)
    assert sorted(set(seen)) == [0.0, 3.0] and seen.count(3.0) == 1


def test_a_decision_on_a_screen_that_flips_follows_the_window() -> None:
    from anatomatte.decision import Decision
    from anatomatte.engine import evidence

    real = evidence.decision_of

    def flips(task):
        made, found = real(task)
        number = round(float(task.plate.frame.pixels[0, 0, 0]) * 100)
        if number == 3 and not task.settings.screen_kept:
            return Decision(0.8, "screen", (0.1, 0.5, 0.1), 0.4), found
        return made, found

    with told(), pytest.MonkeyPatch.context() as scene:
        scene.setattr(evidence, "decision_of", flips)
        found = Clip().frame(3, STEADY.replace(screen="auto"))
    assert found.decision is not None and not found.decision.screen
    assert any("follows them" in one for one in found.messages)
