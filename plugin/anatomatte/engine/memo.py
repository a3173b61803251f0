"""What is kept between frames: the regions of the memo that are the engine's, and every key, in one place.

A key is made of the pixels, of the controls that a result depends on, and of nothing else: which controls
these are the table says (`Settings.depends_on`).  Regions share one budget, ``ANATOMATTE_CACHE_MB``.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ..cache import Region, content_key, memo
from ..frame import Pixels
from ..nets.external import choose
from ..people.selection import Selection
from ..plate import Plate
from . import asking
from .task import Task

T = TypeVar("T")


def arrays(value: object) -> Iterator[npt.NDArray[Any]]:
    """Every array in a result, however deep."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from arrays(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays(getattr(value, field.name))


def bytes_of(value: object) -> int:
    """Bytes of all arrays in a result, each counted once."""
    return sum({id(array): array.nbytes for array in arrays(value)}.values())


def frozen(value: T) -> T:
    """A result whose arrays nobody can write into: it is shared from here on."""
    for array in arrays(value):
        array.flags.writeable = False
    return value


evidence: Region[Any] = memo.region("evidence", bytes_of, 8)
"""What was observed in plates and refined from it: tweaks and other planes need no second inference."""

frames: Region[Any] = memo.region("frames", bytes_of, 2)
"""Finished frames: the other planes and layers of a frame are packed from it without shaping it again."""

settled: Region[Any] = memo.region("settled", bytes_of, 2)
"""What a frame's window made of it: for its other planes and nothing else, so that it gives way first."""

foregrounds: Region[Any] = memo.region("foregrounds", bytes_of, 1)
"""Foregrounds before a screen: tweaks of the matte leave them as they are."""


moments: Region[Any] = memo.region("moments", bytes_of, 4)
"""What frames of a window say, each by itself: the next frame shares all of them but one."""

flows: Region[Any] = memo.region("flows", bytes_of, 0.5)
"""Motion between frames of a window, and how they lie over each other."""


_SHOWN = ("screen", "cleanplate", "hard_people", "hard_parts", "band", "soft")
"""Outputs whose picture is made with the frame (`views.screen`, `stages.picture`)."""

OF_PEOPLE = ("people", "parts", "fields", "steady people", "steady parts", "faces", "steady faces", "regions")
"""Kinds of evidence that a frame keeps as long as it may be asked for parts."""


_SETTLED = (
    "steady", "steady people", "steady parts", "edge colours", "fields", "persons", "steady faces", "regions",
    "face patch",
)  # fmt: skip
"""Kinds of evidence that no other frame asks for."""


def once(what: str, task: Task, facts: tuple[object, ...], make: Callable[[], T]) -> T:
    """Evidence of a kind, made by *make* if it is not known for these facts."""
    key = content_key(what, *facts)
    if key in task.kept:
        return cast(T, task.kept[key])
    region = settled if what in _SETTLED else evidence
    made = region.get(key, lambda: frozen(make()), task.work.check)
    if what in OF_PEOPLE:
        task.kept[key] = made
    return cast(T, made)


# ---- keys


def of_screen(task: Task) -> tuple[object, ...]:
    """What the evidence for a screen, and its key, depend on."""
    clean = content_key(task.plate.clean, task.plate.clean_known)
    chosen = task.settings.depends_on("observe", "refine", evidence="screen")
    return task.content, task.work.scale, clean, chosen, os.environ.get("OCIO", "")


def of_decision(task: Task) -> tuple[object, ...]:
    """What the decision on a screen depends on: the screen's evidence, and people where they may be asked."""
    settings = task.settings
    forced = settings.screen != "auto" or settings.subject == "off"
    chosen = settings.depends_on("observe", evidence="screen")
    where = os.environ.get("OCIO", "")
    return task.content, task.work.scale, chosen, where, forced, () if forced else of_people(task)


def of_people(task: Task) -> tuple[object, ...]:
    """What the people of a frame, each with a number, depend on; raises as `of_look`."""
    numbered = () if task.shot is None else (task.shot.token, task.settings.people)
    return *of_look(task), *numbered


def of_look(task: Task) -> tuple[object, ...]:
    """What the evidence of people depends on.

    Whether it is asked for changes nothing in it.

    Raises:
        SettingsError, SetupError: a chosen network is not to be had.
    """
    chosen = task.settings.depends_on("observe", evidence="people")
    rows = tuple(row for row in chosen if row[0] not in ("subject", "people", "shot_file", "shot_read"))
    return (
        task.content,
        task.aspect,
        rows,
        task.exposure,
        task.told_apart,
        task.models.identity("parts", "alpha"),
        *task.in_time("alpha"),
    )


def of_edge(task: Task, rough: Pixels, people: bool) -> tuple[object, ...]:
    """What an edge model's matte depends on, from the matte so far."""
    settings = task.settings
    facts = (
        content_key(rough),
        settings.net_exposure,
        settings.net_gamma,
        task.exposure,
        task.aspect,
    )
    named = (task.models.edge, *task.models.identity("edge"), *task.in_time("edge"))
    return *of_screen(task), *facts, *named, of_people(task) if people else None


def of_shares(task: Task, choice: Selection, alone: bool) -> tuple[object, ...]:
    """What the shares of people and parts depend on; *alone*: there is no screen."""
    return *of_steady(task), task.hints, dataclasses.replace(choice, doubts=()), alone


def of_parts(task: Task) -> tuple[object, ...]:
    """What the parts of people depend on."""
    return *of_people(task), task.settings.parts_hardness, of_wardrobe(task)


def of_wardrobe(task: Task, number: int | None = None) -> str:
    """What the shot says that people wear in a frame, this one or another."""
    there = task.wardrobe if task.wardrobe is None or number is None else task.wardrobe.at(number)
    return "" if there is None else there.token


def of_fields(task: Task, labels: tuple[int, ...], size: tuple[int, ...]) -> tuple[object, ...]:
    """What the fields of some parts, over a plate of some size, depend on."""
    return *of_parts(task), *of_steady(task), task.hints, labels, size


def of_foreground(task: Task, *pixels: npt.NDArray[Any] | None, facts: tuple[object, ...]) -> str:
    """The key of a foreground before a screen."""
    chosen = task.settings.feeding("foreground")
    return content_key("foreground", task.content, *pixels, chosen, *facts)


def of_frame(task: Task, plate: Plate, content: str, half: bool, wanted: bool | None, observed: bool) -> str:
    """The key of a finished frame: every clip, and all controls but those that only pack it.

    Args:
        plate: at full resolution.
        content: its digest.
        half: whether the frame is worked on at half resolution.
        wanted: whether mattes of people are asked for; None where that decides nothing (`asking.decides`).
        observed: whether models look at the people in this frame.
    """
    known = ("frame", "light")  # *content* tells these
    clips = [getattr(plate, field.name) for field in dataclasses.fields(plate) if field.name not in known]
    settings = task.settings
    facts = (
        settings.depends_on("observe", "steady", "refine", "shape"),
        settings.output_colour,
        settings.output in _SHOWN and settings.output,
        wanted,
        choose.installed(settings),
        settings.check,
        task.work.scale,
        task.told_aspect,
        task.place,
        task.marks,
        task.hints,
        task.shot and task.shot.token,
        half,
        os.environ.get("OCIO", ""),
    )
    return content_key("frame", content, *clips, *facts, *_in_time(task, observed))


def _in_time(task: Task, observed: bool) -> tuple[object, ...]:
    """What the frame depends on in other frames; they are not asked for where nobody looks."""
    if task.around is None:
        return ()
    if not choose.remembering(task.models, "alpha", "edge"):
        return of_window(task)
    return *of_window(task), *(task.in_time("alpha", "edge") if observed else task.in_time("edge"))


def of_steady(task: Task) -> tuple[object, ...]:
    """What people and parts depend on once they are steady: those of this frame, and its window."""
    window = of_window(task)
    return *of_people(task), window, task.settings.depends_on("steady") if window else ()


def of_window(task: Task) -> tuple[object, ...]:
    """What the frames to both sides are, where this one depends on them: how far away, and what each says."""
    around = task.around
    if around is None or not around.window():
        return ()
    around.token(around.number, task.work)  # the frames after this one look back at it
    there = ((n, around.token(n, task.work)) for n in task.window)
    return tuple(
        (n - around.number, token and of_moment(task, n), of_wardrobe(task, n)) for n, token in there
    )


def of_moment(task: Task, number: int) -> str:
    """What a frame of the window says by itself depends on this."""
    crowd, shown = task.crowd or task.shot is not None, task.exposure_at(number)
    named = f"moment {number} {crowd} {shown}"  # in which tasks that share what is kept may differ
    if named not in task.kept:  # each frame of the window is asked for some five times
        task.kept[named] = _of_moment(task, number, crowd, shown)
    return cast(str, task.kept[named])


def _of_moment(task: Task, number: int, crowd: bool, shown: float | None) -> str:
    around = task.around
    assert around is not None
    settings = around.settings(number)
    return content_key(
        "moment", around.token(number, task.work), settings.depends_on("observe", "refine"),
        settings.input_colour, settings.source_alpha, settings.held, settings.only_people,
        asking.decides(settings), asking.by_parts(settings),
        task.models.identity("parts", "alpha", "edge"), around.source.bounds, task.plate.light.shape,
        task.work.scale, task.told_aspect, task.half, crowd, shown,
        os.environ.get("OCIO", ""),
    )  # fmt: skip
