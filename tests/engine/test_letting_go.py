"""Pictures that came for one render are let go of once their plates are made."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from anatomatte import buffers, engine, entry
from anatomatte.cache import memo
from anatomatte.engine import output as packing
from anatomatte.frame import Frame, from_view
from anatomatte.plate import prepare
from anatomatte.settings import CONTROLS, Settings
from made.people_fake import looking, two_people

SIZE = (540, 960)
BOX = (0, 0, 960, 540)


def picture(frame: int = 0) -> npt.NDArray[np.float32]:
    made = np.random.default_rng(frame).uniform(0.1, 0.6, (*SIZE, 4)).astype(np.float32)
    made[..., 3] = 1
    return made


def clip(pixels: npt.NDArray[np.float32]) -> dict[str, Any]:
    return {"pixels": pixels, "bounds": BOX, "premult": "opaque", "aspect": 1.0, "rod": BOX}


def brief(pixels: npt.NDArray[np.float32]) -> Frame:
    return entry._frame(clip(pixels))


def test_a_brief_frame_gives_its_memory_back_and_stays_what_it_is() -> None:
    told = from_view(picture(), BOX, "opaque").digest
    buffers.purge()
    frame = brief(picture())
    assert not frame.gone
    frame.let_go()
    gc.collect()
    assert frame.gone and (frame.width, frame.height, frame.channels) == (960, 540, 4)
    assert np.isnan(frame.pixels).all() and frame.digest == told
    assert buffers.waiting() == 4 * 540 * 960 * 4
    buffers.purge()


def test_frames_of_somebody_else_are_left_alone() -> None:
    given = picture()
    frame = from_view(given, BOX, "opaque")
    frame.let_go()
    assert not frame.gone and np.array_equal(frame.pixels, given)
    clips = {"Source": frame}
    engine.key_frame(clips, Settings(), engine.Work(), keep=True)
    assert not frame.gone


def test_plates_are_told_apart_by_what_they_came_as_and_by_what_is_made_of_it() -> None:
    one, same, other = (prepare({"Source": brief(picture(n))}, Settings()) for n in (0, 0, 1))
    assert one.content == same.content != other.content
    added = prepare({"Source": brief(picture())}, Settings(source_alpha="add"))
    assert added.content != one.content


@pytest.mark.parametrize("subject", ["on", "off"])
def test_no_picture_that_came_is_held_when_the_output_is_written(
    subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[weakref.ref[Any]] = []
    held: list[int] = []
    view, written = entry.from_view, packing.written

    def watched(*words: Any) -> Frame:
        frame = view(*words)
        came.append(weakref.ref(frame.pixels))
        return frame

    def looked(*words: Any) -> None:
        gc.collect()
        held.append(sum(one() is not None for one in came))
        written(*words)

    monkeypatch.setattr(entry, "from_view", watched)
    monkeypatch.setattr(packing, "written", looked)
    values = {c.name: c.default for c in CONTROLS} | {"subject": subject, "output": "matte"}
    memo.purge()
    with looking(two_people()):
        entry.render(
            inputs={"Source": clip(picture())},
            output={"pixels": np.zeros((*SIZE, 4), np.float32), "bounds": BOX},
            window=BOX,
            values=values,
            time=1.0,
            scale=(1.0, 1.0),
            draft=False,
            progress=lambda share: None,
            cancelled=lambda: False,
            neighbours={
                "first": 0.0, "last": 3.0, "sequence": 1,
                "at": lambda name, time: clip(picture(int(time))) if name == "Source" else None,
                "values": lambda time: values,
            },
        )  # fmt: skip
    assert len(came) > 2 and held == [0]
    memo.purge()


def test_a_frame_that_was_let_go_of_is_fetched_again() -> None:
    fetched: list[int] = []

    def fetch(name: str, number: float) -> Frame | None:
        if name != "Source":
            return None
        fetched.append(int(number))
        return brief(picture(int(number)))

    around = engine.Around(
        1.0, {"Source": brief(picture())}, Settings(), 0.0, 5.0, fetch, lambda number: Settings()
    )
    first = around.clips(2)
    assert first is not None and around.clips(2) == first and fetched == [2]
    first["Source"].let_go()
    again = around.clips(2)
    assert again is not None and not again["Source"].gone and fetched == [2, 2]
    assert again["Source"].digest == first["Source"].digest


def test_a_frame_between_two_is_itself_when_its_pixels_are_gone() -> None:
    fetched: list[float] = []

    def fetch(name: str, when: float) -> Frame | None:
        fetched.append(when)
        return brief(picture(2))

    around = engine.Around(
        10.5, {"Source": brief(picture(2))}, Settings(), 0.0, 20.0, fetch, lambda number: Settings()
    )
    around.source.let_go()
    assert around.digest(10, engine.Work()) == brief(picture(2)).digest and not fetched
    assert np.array_equal(around._plate(10).pixels, picture(2)) and fetched == [10.5]


def test_large_zeros_are_zeros_to_write_into() -> None:
    for shape in ((20, 30), (2160, 3840)):
        made = buffers.zeros(shape)
        assert made.shape == shape and made.dtype == np.float32 and not made.any()
        made[-1] = 1
        assert made.sum() == shape[1] and not buffers.zeros(shape).any()


def test_pictures_above_the_largest_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    buffers.purge()
    monkeypatch.setattr(buffers, "LARGEST", 4 * 600 * 700)
    for rows, waits in ((600, True), (601, False)):
        made = buffers.empty((rows, 700))
        del made
        gc.collect()
        assert bool(buffers.waiting()) == waits
        buffers.purge()
