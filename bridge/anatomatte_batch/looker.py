"""Who looks at single frames for an analysis: the engine of this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from anatomatte.decision import Decision
from anatomatte.settings import Value, from_mapping

from .picture import Floats, Picture

if TYPE_CHECKING:
    from anatomatte.engine.looking import Looked
    from anatomatte.frame import Frame


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
    """Asks the engine of this process, with the controls as a render would have them."""

    def __init__(
        self,
        read: Callable[[int], Picture],
        values: Callable[[int], Mapping[str, Value]],
        check: Callable[[], None],
    ) -> None:
        self._read, self._values, self._check = read, values, check

    def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
        """As `Looker.look`."""
        from anatomatte.engine.looking import look_at
        from anatomatte.work import work_for

        from .shot import small

        picture = self._read(frame)
        settings = from_mapping(dict(self._values(frame)))
        found = look_at(as_frame(picture), settings, work_for(settings, check=self._check))
        return found, picture.size, small(picture)

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        """As `Looker.decision`, at half resolution as a render's."""
        from anatomatte import engine

        settings = from_mapping({**values, "output": "matte", "draft": "always"})
        clips = {"Source": as_frame(self._read(frame))}
        return engine.key_frame(clips, settings, engine.work_for(settings, check=self._check)).decision


def as_frame(picture: Picture) -> Frame:
    """A plate's picture as the engine takes it; one channel is grey."""
    from anatomatte.frame import from_view

    pixels = picture.pixels
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return from_view(pixels, picture.bounds, picture.premult, picture.aspect)  # type: ignore[arg-type]
