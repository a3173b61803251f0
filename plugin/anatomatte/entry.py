"""The door from C++: the four calls that ``cpp/embed`` makes."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import platform
import time as clock
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import __version__, buffers, engine, libraries
from . import settings as table
from .cache import memo
from .controls import clamped
from .engine import again, asking, provenance, quality
from .engine import output as packing
from .errors import AnatomatteError, Cancelled, OutOfMemory, PlateError, SetupError
from .frame import Bounds, Frame, Pixels, from_view, unheard
from .idle import without_effect
from .ops.strips import granted
from .shot.numbering import AtFrame, at_frame, settled_beside
from .timing import temporal_window


def handshake(digest: str, version: str) -> None:
    """Check that the node and this module were made from the same table.

    Raises:
        SetupError: they were not.
    """
    if digest != table.digest():
        raise SetupError(
            f"The node (version {version}) and the Python module anatomatte {__version__} do not belong "
            "together; `anatomatte doctor` shows which files are in use."
        )


def _frame(clip: Mapping[str, Any]) -> Frame:
    at = _bounds(clip["bounds"])
    frame = from_view(clip["pixels"], at, clip["premult"], clip["aspect"], clip.get("kept", False))
    return dataclasses.replace(frame, brief=True)


def _bounds(four: Any) -> Bounds:
    x1, y1, x2, y2 = (int(v) for v in four)
    return x1, y1, x2, y2


def render(
    *,
    inputs: dict[str, dict[str, Any]],
    output: dict[str, Any],
    window: tuple[int, int, int, int],
    values: dict[str, object],
    time: float,
    scale: tuple[float, float],
    draft: bool,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
    neighbours: Mapping[str, Any] | None = None,
) -> str:
    """Render one frame: write every pixel of *window* into ``output["pixels"]``, nothing outside it.

    Returns a line with the frame's account (`engine.provenance`) as JSON, and behind it the lines of the
    node's status: the frame, what was decided on a screen, networks, people, doubts, what has no effect.

    Args:
        inputs: clips by name; where ``kept`` is true their pixels stay as they are for as long as the array
            is there, else they go back to the host at the end.
        output: ``wrote`` is told how many rows from the top are written, ``lies`` where the channels of
            the picture lie and answers whether that will do (`packing.written`); each may be None.
        neighbours: other frames: ``first`` and ``last`` of Source or None, ``sequence`` a number under
            which pictures stay what they are or 0, ``at`` (clip's name, time) → a clip as in *inputs* with
            pixels of its own, None where it has no picture, or (exit code, sentence); ``values`` (time) →
            as *values*, or (exit code, sentence); these two are None where the host has no other frames.

    Raises:
        AnatomatteError: with a sentence for the artist; nothing was written.
    """
    began = clock.perf_counter()

    def check() -> None:
        if cancelled():
            raise Cancelled("The host stopped this frame.")

    chosen, outside = _within(values)
    shot = at_frame(chosen, engine.whole(time))
    chosen = chosen if shot is None else shot.settled(chosen)
    if "Source" not in inputs:
        raise PlateError("Source is not connected: connect a plate to it.")
    behind = chosen.output == "comp" or chosen.despill_replace == "bg"
    needed = {name: clip for name, clip in inputs.items() if name != "Bg" or behind}
    if 0 in needed["Source"]["pixels"].shape:
        raise PlateError("Source is empty at this frame: connect a plate that has pixels here.")
    size = math.sqrt(abs(scale[0] * scale[1]))
    across = (scale[0] / (needed["Source"]["aspect"] or 1.0), scale[1])
    work = engine.work_for(chosen, check=check, progress=progress, scale=size, across=across)
    known = _known(neighbours, time, needed, chosen, shot, work, draft)
    last = again.find(known)
    clips = {name: _frame(clip) for name, clip in needed.items()} if last is None else last.clips
    source = clips["Source"]
    check()
    around = None if neighbours is None else _around(neighbours, clips, chosen, time, scale)
    channels = output["pixels"].shape[2]
    made, doubts, mattes = picture(clips, chosen, work, draft, window, channels, around, shot, known)
    check()
    view = output["pixels"][_place(window, _bounds(output["bounds"]))]
    packing.written(made, view, output.get("wrote") or unheard, output.get("lies"))
    progress(1.0)
    took = clock.perf_counter() - began
    idle = (
        *without_effect(chosen, inputs, hosted=True),
        *_sizes(clips),
        *_absent(chosen),
        *_alone(chosen, around),
    )
    people = mattes.split is not None
    parts, regions = people and engine.parts_asked(chosen), people and asking.regions(chosen)
    account = provenance.account(chosen, time, around, people, True, parts, regions)
    said = provenance.of_screen(mattes.decision) | provenance.of_parts(mattes.unsure)
    said |= provenance.of_checks(mattes.findings) | provenance.of_faces(mattes.faces, mattes.landmarks)
    said |= provenance.of_patch(mattes.face_patch)
    checks = quality.told(mattes.findings, source.bounds, across, shot is not None)
    frame = f"Frame {time:g}: {source.width}×{source.height} in {took:.2f} s"
    facts = (*_screen_colour(mattes), _networks(account, people))
    return "\n".join(
        (json.dumps(account | said, sort_keys=True), frame, *facts, *checks, *doubts, *outside, *idle)
    )


def _known(
    told: Mapping[str, Any] | None,
    time: float,
    inputs: dict[str, dict[str, Any]],
    chosen: table.Settings,
    shot: AtFrame | None,
    work: engine.Work,
    draft: bool,
) -> str:
    """What the frame is known by in a sequence of the host, for its other planes; empty outside of one."""
    if told is None or not told["sequence"]:
        return ""
    return again.key_of(
        told["sequence"], time, told["first"], told["last"], inputs, chosen, shot, work, draft
    )


def _within(values: Mapping[str, object]) -> tuple[table.Settings, tuple[str, ...]]:
    """The settings of values that a host gave, and a sentence for each that was out of range."""
    return _checked(tuple((name, type(value), value) for name, value in values.items()))


@functools.lru_cache(maxsize=64)  # of the many layers of a frame each has its own
def _checked(rows: tuple[tuple[str, type, object], ...]) -> tuple[table.Settings, tuple[str, ...]]:
    """As `_within`, looked at once: the frames of a window mostly have the same values."""
    values = table.current({name: value for name, _, value in rows})
    table.known(values)
    pairs = {name: clamped(table.BY_NAME[name], value) for name, value in values.items()}
    settings = table.from_mapping({name: value for name, (value, _) in pairs.items()})
    return settings, tuple(sentence for _, sentence in pairs.values() if sentence)


def _screen_colour(mattes: engine.Mattes) -> tuple[str, ...]:
    made = mattes.decision
    if made is None or not made.screen or made.colour is None:
        return ()
    return ("Screen colour {:.3g} {:.3g} {:.3g}, scene-linear".format(*made.colour),)


def _networks(account: Mapping[str, Any], people: bool) -> str:
    """Which networks were asked; those of the model store by use and id."""
    asked = [f"{use} {str(told).split()[0]}" for use, told in account["models"].items()]
    return "Networks: " + (", ".join([*(["Anatomatte"] if people else []), *asked]) or "none was asked")


def _around(
    told: Mapping[str, Any],
    clips: Mapping[str, Frame],
    chosen: table.Settings,
    time: float,
    scale: tuple[float, float],
) -> engine.Around:
    """The other frames as the engine asks for them."""
    lend, ask = told["at"], told["values"]

    def at(name: str, when: float) -> Frame | None:
        clip = lend(name, float(when))
        if isinstance(clip, tuple):
            raise _refused(*clip)
        return None if clip is None or 0 in clip["pixels"].shape else _frame(clip)

    def settings_at(number: int) -> table.Settings:
        values = ask(float(number))
        if isinstance(values, tuple):
            raise _refused(*values)
        return settled_beside(_within(values)[0], number)

    trust = told["sequence"] and (told["sequence"], scale)
    fetch = None if lend is None else at
    return engine.Around(time, clips, chosen, told["first"], told["last"], fetch, settings_at, trust)


def _refused(code: int, sentence: str) -> AnatomatteError:
    """Why another frame is not to be had, by the numbers of engine_api.h."""
    if code == Cancelled.exit_code:
        return Cancelled("The host stopped this frame.")
    if code == OutOfMemory.exit_code:
        return OutOfMemory(sentence or "Another frame does not fit into memory.")
    return PlateError(sentence or "The host could not hand over another frame.")


def reach(
    *, values: dict[str, object], time: float, first: float | None, last: float | None
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """First and last of the other frames that a frame depends on, of Source and of the other clips; None
    where there are none.

    Args:
        first, last: of Source, or None.

    Raises:
        AnatomatteError: the controls or a manifest are wrong, which the render will say too.
    """
    chosen = _within(values)[0]
    return engine.reach(chosen, time, first, last), engine.reach_of_clips(chosen, time, first, last)


def picture(
    clips: dict[str, Frame],
    chosen: table.Settings,
    work: engine.Work,
    draft: bool,
    window: Bounds,
    channels: int,
    around: engine.Around | None = None,
    shot: AtFrame | None = None,
    known: str = "",
) -> tuple[Pixels | tuple[Pixels, ...], tuple[str, ...], engine.Mattes]:
    """What the engine puts into *window*, rows × columns × *channels* or a plane for each of them, its
    sentences, and the mattes."""
    mattes = engine.key_frame(clips, chosen, work, draft, keep=True, around=around, shot=shot, known=known)
    work.progress(0.9)
    behind = clips.get("Bg") if chosen.output == "comp" else None
    if channels == 1 and chosen.output == "status":  # without colour it is the matte
        chosen = chosen.replace(output="matte")
    doubts = (*_seen(mattes, shot), *mattes.messages, *_unsure(mattes), *_keep(mattes, chosen))
    whole = clips["Source"].bounds
    if chosen.output == "packed" and _common(window, whole) == window:
        inner = mattes if window == whole else mattes.cropped(*_place(window, whole))
        return packing.packed(inner, chosen, channels), doubts, mattes
    made = _windowed(mattes, clips["Source"], behind, chosen, window)
    return packing.components(made, channels, chosen), doubts, mattes


def _sizes(clips: Mapping[str, Frame]) -> tuple[str, ...]:
    """That a clean plate or a background is of another format than the plate."""
    source = clips["Source"]
    told = []
    for name, label in (("CleanPlate", "The clean plate"), ("Bg", "The background")):
        clip = clips.get(name)
        if clip is None or (clip.width, clip.height) == (source.width, source.height):
            continue
        if clip.bounds[:2] == source.bounds[:2] == (0, 0):  # whole pictures, no windows within one
            told.append(
                f"{label} is {clip.width}×{clip.height} and the plate {source.width}×{source.height}: it "
                "lies in the lower left corner and is not scaled."
            )
    return tuple(told)


def _absent(chosen: table.Settings) -> tuple[str, ...]:
    """That a model is chosen which is not to be had, where this frame did without it."""
    return tuple(f"{why} This frame did not ask it." for why in engine.absent_models(chosen))


def _alone(chosen: table.Settings, around: engine.Around | None) -> tuple[str, ...]:
    """That the host has no other frames, where the controls want them looked at."""
    if not chosen.steady or not temporal_window(chosen) or around is None or around.can:
        return ()
    words = table.BY_NAME["steady"].words
    return (f"{words} has no effect in this host, which hands over no other frames: each is seen alone.",)


def _keep(mattes: engine.Mattes, chosen: table.Settings) -> tuple[str, ...]:
    """How a decision on a screen that is this frame's own becomes the shot's."""
    if mattes.decision is None or chosen.screen != "auto" or chosen.screen_kept:
        return ()
    return ("(decided at this frame; Keep this decision on the Screen page holds it for the shot)",)


def _unsure(mattes: engine.Mattes) -> tuple[str, ...]:
    """The layers of parts that are mostly open, in one sentence, each with the group that is firm."""
    if not mattes.unsure:
        return ()
    told = (f"{name}: unsure" + (f" ({of} is firm)" if of else "") for name, of in mattes.unsure.items())
    return (", ".join(told) + ".",)


def _seen(mattes: engine.Mattes, shot: AtFrame | None) -> tuple[str, ...]:
    """How many people the network saw, in words; nothing where it was not asked."""
    if mattes.split is None:
        return ()
    count = len(mattes.split.made.numbers)
    told = f"{count} {'person' if count == 1 else 'people'} in the matte"
    if shot is not None:
        keys = [f"person_{number + 1:02d}" for number in mattes.split.made.numbers if number >= 0]
        names = [f"{key} {shot.shot.names.get(key, '')}".rstrip() for key in keys]
        names += [f"{count - len(keys)} without a number"] if count > len(keys) else []
        told += ": " * bool(names) + ", ".join(names)
    elif count > 1:
        told += ", counted from the left of this frame (a shot file keeps numbers)"
    return (told,)


def _common(one: Bounds, other: Bounds) -> Bounds:
    """What two windows have in common; x1 ≥ x2 or y1 ≥ y2 where that is nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _place(window: Bounds, whole: Bounds) -> tuple[slice, slice]:
    """Rows and columns of a window among the pixels of *whole*, which holds it."""
    rows = slice(whole[3] - window[3], whole[3] - window[1])
    return rows, slice(window[0] - whole[0], window[2] - whole[0])


def _windowed(
    mattes: engine.Mattes, source: Frame, background: Frame | None, chosen: table.Settings, window: Bounds
) -> Pixels:
    """The output picture cut to *window*; zero (or the background alone) outside the plate."""
    if background is None and window == source.bounds:
        return packing.picture(mattes, chosen)
    made = np.zeros((window[3] - window[1], window[2] - window[0], 4), np.float32)
    if background is not None:
        made[...] = packing.backdrop(engine.moved(background, window))
    there = _common(window, source.bounds)
    if there[0] >= there[2] or there[1] >= there[3]:
        return made
    inner = mattes.cropped(*_place(there, source.bounds))
    behind = None if background is None else engine.moved(background, there)
    made[_place(there, window)] = packing.picture(inner, chosen, behind)
    return made


def status() -> str:
    """A few short lines for any node: version, Python, libraries, threads."""
    import cv2  # not before the engine has looked whether there is room for it

    lines = (
        f"Anatomatte {__version__}, Python {platform.python_version()}",
        f"numpy {np.__version__}, OpenCV {cv2.__version__}, {granted()} threads granted",
    )
    return "\n".join(lines)


def purge() -> None:
    """Give the memory back that waits for the next frame."""
    memo.purge()
    engine.forget()
    buffers.purge()
    libraries.let_go()
