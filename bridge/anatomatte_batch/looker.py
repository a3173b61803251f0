"""Who looks at single frames for an analysis: the engine of this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from anatomatte.decision import Decision
from anatomatte.errors import PlateError
from anatomatte.settings import Settings, Value, from_mapping

from .picture import Floats, Picture

if TYPE_CHECKING:
    from anatomatte.engine.looking import Looked
    from anatomatte.frame import Frame

    from .source import Source


class Looker(Protocol):
    """Looks at the frames of a plate."""

    def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
        """Who is in a frame; its width and height; and the small picture that shows cuts (`shot.small`).

        Raises:
            AnatomatteError: the frame cannot be read or looked at.
        """

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        """Whether there is a screen, by this frame alone."""


class EngineLooker:
    """Asks the engine of this process, with the controls as a render would have them.

    A frame is checked beside those around it, whatever *Check frames* says of a render, but Off. A frame
    around it that cannot be read is told when its own turn comes, and here is as if it were not there.
    """

    def __init__(
        self,
        source: Source,
        values: Callable[[int], Mapping[str, Value]],
        check: Callable[[], None],
    ) -> None:
        self._source, self._values, self._check = source, values, check
        self._trust = object()

    def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
        """As `Looker.look`."""
        from anatomatte.engine import Around
        from anatomatte.engine.looking import look_at
        from anatomatte.timing import temporal_window
        from anatomatte.work import work_for

        from .shot import small

        picture, settings = self._source.read(frame), self._settings(frame)
        self._source.keep(temporal_window(settings))
        here, (first, last) = as_frame(picture), self._source.span()
        around = Around(
            frame, {"Source": here}, settings, first, last, self._fetch, self._settings, self._trust
        )
        found = look_at(here, settings, work_for(settings, check=self._check), around)
        return found, picture.size, small(picture)

    def _settings(self, frame: int) -> Settings:
        values = dict(self._values(frame))
        return from_mapping(values if values["check"] == "off" else {**values, "check": "neighbours"})

    def _fetch(self, clip: str, when: float) -> Frame | None:
        """A plate beside the one that is looked at; an analysis has no other clips."""
        frame = int(when)
        if clip != "Source" or not self._source.shows(frame):
            return None
        try:
            return as_frame(self._source.read(frame))
        except PlateError:
            return None

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        """As `Looker.decision`, at half resolution as a render's."""
        from anatomatte import engine

        settings = from_mapping({**values, "output": "matte", "draft": "always"})
        clips = {"Source": as_frame(self._source.read(frame))}
        return engine.key_frame(clips, settings, engine.work_for(settings, check=self._check)).decision


def as_frame(picture: Picture) -> Frame:
    """A plate's picture as the engine takes it; one channel is grey."""
    from anatomatte.frame import from_view

    pixels = picture.pixels
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return from_view(pixels, picture.bounds, picture.premult, picture.aspect)  # type: ignore[arg-type]
