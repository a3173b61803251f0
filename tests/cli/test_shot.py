"""A shot decides once on its screen, from samples of all its frames; a cut begins anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from anatomatte.decision import Decision, hue_of
from anatomatte.errors import Cancelled, PlateError, SettingsError, SetupError
from anatomatte.settings import Value
from anatomatte_batch import RenderRequest
from anatomatte_batch.node import Account, Pictures
from anatomatte_batch.picture import Picture
from anatomatte_batch.shot import Scene, change, decide, small
from made.cli_fake import FakeNode

GREEN, BLUE = (0.05, 0.4, 0.06), (0.03, 0.08, 0.26)
YES, NO = Decision(0.99, "screen", GREEN, 0.4), Decision(0.01, "beside", BLUE, 0.2)
AUTO: Mapping[str, Value] = {"screen": "auto", "screen_kept": ""}


class Deciding:
    """A node that knows a decision for each frame, and what it was asked."""

    def __init__(self, of: Callable[[int], Decision | None]) -> None:
        self.of, self.asked = of, list[int]()

    def decision(self, frame: int, _values: Mapping[str, Value]) -> Decision | None:
        self.asked.append(frame)
        return self.of(frame)


def picture(level: float) -> Picture:
    return Picture(np.full((8, 8, 3), level, np.float32), (0, 0, 8, 8), (0, 0, 8, 8))


def scenes(
    node: Deciding, frames: list[int], level: Callable[[int], float] = lambda _: 0.2,
    values: Mapping[str, Value] = AUTO,
) -> tuple[Scene, ...]:  # fmt: skip
    return decide(frames, lambda f: picture(level(f)), lambda _: values, node, lambda: None)  # type: ignore[arg-type]


def test_a_clear_shot_takes_three_frames() -> None:
    node = Deciding(lambda _: YES)
    (one,) = scenes(node, list(range(1001, 1101)))
    assert (one.first, one.last) == (1001, 1100)
    assert one.decision.screen and one.decision.frames == (1001, 1051, 1100)
    assert sorted(node.asked) == [1001, 1051, 1100]


def test_a_doubtful_shot_takes_nine_and_one_odd_frame_changes_nothing() -> None:
    node = Deciding(lambda f: YES if f == 49 else NO)
    (one,) = scenes(node, list(range(1, 98)))
    assert not one.decision.screen
    assert len(one.decision.frames) == 9


def test_a_cut_begins_anew() -> None:
    node = Deciding(lambda f: YES if f < 40 else NO)
    first, second = scenes(node, list(range(1, 101)), lambda f: 0.1 if f < 40 else 0.8)
    assert (first.first, first.last, second.first, second.last) == (1, 39, 40, 100)
    assert first.decision.screen and not second.decision.screen
    assert all(f < 40 for f in first.decision.frames) and all(f >= 40 for f in second.decision.frames)


def test_without_a_cut_contradictions_are_weighed_for_the_whole_shot() -> None:
    node = Deciding(lambda f: YES if f < 30 else NO)
    (one,) = scenes(node, list(range(1, 101)), lambda f: 0.1 + 0.005 * f)
    assert not one.decision.screen


def test_screens_of_two_colours_contradict_each_other() -> None:
    blue = Decision(0.99, "screen", BLUE, 0.4)
    made = scenes(
        Deciding(lambda f: YES if f < 40 else blue), list(range(1, 101)), lambda f: 0.1 if f < 40 else 0.8
    )
    assert [hue_of(one.decision.colour or BLUE) for one in made] == ["green", "blue"]


def test_frames_that_cannot_be_read_are_left_out() -> None:
    def of(frame: int) -> Decision:
        if frame in (1, 50):
            raise PlateError("damaged")
        return YES

    (one,) = scenes(Deciding(of), list(range(1, 100)))
    assert one.decision.screen and 1 not in one.decision.frames


def test_a_node_that_cannot_work_is_asked_once() -> None:
    def of(_: int) -> Decision:
        raise SetupError("no torch")

    node = Deciding(of)
    assert scenes(node, list(range(1, 100))) == ()
    assert len(node.asked) == 1


def test_a_signal_stops_it() -> None:
    def stop() -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        decide([1, 2, 3], lambda _: picture(0.1), lambda _: AUTO, Deciding(lambda _: YES), stop)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values", [{"screen": "green", "screen_kept": ""}, {"screen": "auto", "screen_kept": NO.kept}]
)
def test_nobody_is_asked_where_the_controls_decide(values: Mapping[str, Value]) -> None:
    node = Deciding(lambda _: YES)
    assert scenes(node, [1, 2, 3], values=values) == ()
    assert node.asked == []


@pytest.mark.parametrize("frames", [[], [7]])
def test_one_frame_decides_by_itself(frames: list[int]) -> None:
    node = Deciding(lambda _: YES)
    assert scenes(node, frames) == () and node.asked == []


def test_two_frames_are_a_shot() -> None:
    (one,) = scenes(Deciding(lambda _: YES), [5, 9])
    assert one.decision.frames == (5, 9)


def test_the_measure_of_a_cut_takes_any_light() -> None:
    strange = np.full((5, 7, 3), np.nan, np.float32)
    strange[0, 0] = np.inf
    strange[1, 1] = -3
    made = small(Picture(strange, (0, 0, 7, 5), (0, 0, 7, 5)))
    grey = small(Picture(np.ones((5, 7, 1), np.float32), (0, 0, 7, 5), (0, 0, 7, 5)))
    assert np.isfinite(made).all() and made.shape == grey.shape
    assert change(made, made) == 0 and change(made, grey) > 0.9


class Shy(FakeNode):
    """The fake with decisions: yes on even frames."""

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:  # type: ignore[override]
        return Decision(0.8 if frame % 2 else 0.9, "screen", GREEN, 0.4)


def test_any_chunk_decides_alike_and_the_header_says_on_what(tmp_path: Path) -> None:
    import cv2

    for frame in range(1, 11):
        cv2.imwrite(str(tmp_path / f"plate.{frame:04d}.png"), np.full((9, 16, 3), 40 + frame, np.uint8))
    kept = {}
    for chunk in ("1-3", "8-10", "5"):
        made: list[Shy] = []

        def connect(clips: Mapping[str, Pictures], made: list[Shy] = made) -> Shy:
            made.append(Shy(clips, lambda _: None))
            return made[-1]

        out = tmp_path / chunk / "key.####.png"
        result = RenderRequest(
            source=tmp_path / "plate.####.png", destination=out, frames=chunk, log=tmp_path / f"{chunk}.log"
        ).run(connect)
        assert result.exit_code == 0, result
        (kept[chunk],) = {values["screen_kept"] for _, values in made[0].calls}
        assert '"event": "screen"' in (tmp_path / f"{chunk}.log").read_text()
    assert len(set(kept.values())) == 1
    assert "frames=1," in str(kept["5"])


def test_an_account_tells_of_the_screen() -> None:
    facts = {"screen": "no screen: x", "screen_code": "beside", "screen_presence": "0.0100", "weights": {}}
    account = Account.of({**facts, "models": {}, "neighbours": [], "absent": [], "window": 0})
    assert account.screen == {"code": "beside", "presence": 0.01, "text": "no screen: x"}
    assert Account().screen == {}


def test_a_damaged_frame_beside_a_cut_hides_no_cut() -> None:
    def level(frame: int) -> float:
        if frame in (40, 41):
            raise PlateError("damaged")
        return 0.1 if frame < 41 else 0.8

    def of(frame: int) -> Decision:
        level(frame)
        return YES if frame < 41 else NO

    first, second = scenes(Deciding(of), list(range(1, 101)), level)
    assert first.last in (39, 40, 41) and second.first == first.last + 1
    assert first.decision.screen and not second.decision.screen


def test_a_flash_at_a_cut_hides_no_cut() -> None:
    node = Deciding(lambda f: YES if f < 40 else NO)
    made = scenes(node, list(range(1, 101)), lambda f: 1.0 if f == 40 else 0.1 if f < 40 else 0.6)
    assert made[0].decision.screen and not made[-1].decision.screen


def test_another_frame_stands_in_for_a_sample_that_cannot_be_read() -> None:
    def of(frame: int) -> Decision:
        if frame % 2:
            raise PlateError("damaged")
        return YES

    (one,) = scenes(Deciding(of), list(range(1, 18)))
    assert one.decision.frames == (2, 10, 16)


def test_a_wrong_setting_at_one_frame_stops_no_other() -> None:
    def of(frame: int) -> Decision:
        if frame == 1:
            raise SettingsError("parts_list names nothing")
        return YES

    (one,) = scenes(Deciding(of), list(range(1, 30)))
    assert one.decision.screen and len(one.decision.frames) == 3
