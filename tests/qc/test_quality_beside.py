"""Checks that look at the frames before and behind: what they find, in whatever order they are rendered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from anatomatte.cache import memo
from anatomatte.engine import Around, Mattes, work_for
from anatomatte.engine.looking import look_at
from anatomatte.engine.neighbours import reach
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.qc import codes, doubtful, scores
from anatomatte.qc.followed import Common, common, renumbered
from made.window_fake import ALONE, COUNT, STEADY, Clip, said, told

CHECKED = ALONE.replace(check="neighbours")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    memo.purge()
    yield
    memo.purge()


def lost_at(number: int, kept: tuple[int, ...] = (), top: str = "upper_clothes"):
    """A network that sees only *kept*, in a *top*, in one frame."""

    def answer(n: int) -> PeopleEvidence:
        return said(n, kept, top) if n == number else said(n)

    return answer


def doubts(made: Mattes) -> set[str]:
    return {one.code for one in doubtful(made.findings)}


def test_a_clip_as_it_should_be_is_not_doubted() -> None:
    with told():
        assert [doubts(Clip().frame(n, CHECKED)) for n in range(COUNT)] == [set()] * COUNT


def test_a_frame_that_lost_everybody_is_told_by_its_neighbours() -> None:
    with told(lost_at(3)):
        found = [doubts(Clip().frame(n, CHECKED)) for n in range(COUNT)]
        assert {"jump", "collapse"} <= found[3]
        assert all(not one & {"jump", "collapse"} for n, one in enumerate(found) if n != 3)
        assert not doubts(Clip().frame(3, ALONE)) & {"jump", "collapse"}


def test_a_frame_that_its_neighbours_carried_is_not_doubted() -> None:
    with told(lost_at(3)):
        carried = Clip().frame(3, STEADY.replace(check="neighbours"))
    assert not doubts(carried) & {"jump", "collapse"}


def test_a_person_who_is_lost_changes_the_others_number() -> None:
    """It matters where people are asked for by their numbers."""
    asked = CHECKED.replace(output="packed", pack_r="person_01")
    with told(lost_at(3, kept=(1,))):
        assert "identity" in doubts(Clip().frame(3, asked))
        assert "identity" not in doubts(Clip().frame(3, CHECKED))


def test_a_part_that_another_one_becomes_is_told() -> None:
    asked = CHECKED.replace(output="packed", pack_r="upper_clothes")
    with told(lost_at(3, (0, 1), top="dress")):
        made = Clip().frame(3, asked)
        assert "part_jump" in doubts(made)
        worst = next(one for one in made.findings if one.code == "part_jump")
        assert worst.layer == "upper_clothes"
        assert "part_jump" not in doubts(Clip().frame(5, asked))


def test_scores_are_the_same_alone_backwards_and_after_others() -> None:
    with told(lost_at(3)):
        onwards = {n: scores(Clip(trust="on").frame(n, CHECKED).findings) for n in range(COUNT)}
        memo.purge()
        back = {n: scores(Clip(trust="back").frame(n, CHECKED).findings) for n in reversed(range(COUNT))}
        memo.purge()
        alone = scores(Clip().frame(4, CHECKED).findings)
    assert onwards == back and alone == onwards[4]
    assert set(alone) == set(codes("neighbours"))


def test_checks_change_no_pixel_and_each_frame_is_looked_at_once() -> None:
    with told() as looks, pytest.MonkeyPatch.context() as scene:
        scene.setattr(memo, "limit", 200_000_000)
        checked = [Clip(trust="once").frame(n, CHECKED).alpha.copy() for n in range(COUNT)]
        assert sorted(looks) == list(range(COUNT))
    memo.purge()
    with told():
        plain = [Clip().frame(n, ALONE).alpha for n in range(COUNT)]
    assert all(np.array_equal(one, other) for one, other in zip(checked, plain, strict=True))


def test_the_host_is_asked_for_one_frame_to_each_side() -> None:
    assert reach(ALONE, 3, 0, 6) is None
    assert reach(CHECKED, 3, 0, 6) == (2, 4)
    assert reach(STEADY.replace(check="neighbours"), 3, 0, 6) == (1, 5)


def test_a_frame_that_is_gone_says_nothing() -> None:
    with told(lost_at(3)):
        made = Clip(gone=(4,)).frame(3, CHECKED)
    assert set(scores(made.findings)) == set(codes("neighbours"))


def test_a_host_without_other_frames_is_told_of_it() -> None:
    with told():
        made = Clip(other_frames=False).frame(3, CHECKED)
    assert any("by itself" in sentence for sentence in made.messages)
    assert scores(made.findings)["jump"] == 0


def test_an_analysis_knows_whom_frames_beside_each_other_share() -> None:
    """Along the motion: in the frame behind this one the network has seen them in the other order."""

    def answer(number: int) -> PeopleEvidence:
        return said(number) if number < 4 else said(number, kept=(1,))

    clip = Clip()
    clips = {"Source": clip.plates[3]}
    around = Around(3, clips, CHECKED, 0, COUNT - 1, clip.fetch, lambda n: CHECKED)
    with told(answer):
        found = look_at(clips["Source"], CHECKED, work_for(CHECKED), around)
        alone = look_at(clips["Source"], ALONE, work_for(ALONE))
    before, behind = found.common
    assert (before.step, behind.step) == (-1, 1)
    assert before.pixels.shape == (2, 2) and behind.pixels.shape == (2, 1)
    assert before.pixels.diagonal().min() > 500 and before.pixels.sum() == before.pixels.trace()
    assert behind.pixels[1, 0] > 500 and behind.pixels[0, 0] == 0
    assert alone.common == ()
    mattes = np.ones((1, 4, 4), np.float32)
    assert common(1, mattes, mattes, mattes[0]).pixels.sum() == 16
    assert not common(1, mattes, mattes, 0 * mattes[0]).pixels.any()  # hidden, or out of sight
    assert renumbered(found.common, (1, 2), {-1: (1, 2), 1: (2,)}) == 0
    assert renumbered(found.common, (1, 2), {-1: (1, 2), 1: (1,)}) == 1
    assert renumbered(found.common, (1, 0), {-1: (0, 2), 1: (1,)}) == 0  # of no number
    passing = Common(1, np.array([[60, 40], [0, 100]]))
    assert renumbered([passing], (1, 2), {1: (1, 2)}) == 0  # the second covers a part of the first
    assert renumbered([passing], (1, 2), {1: (2, 1)}) > 0.5
