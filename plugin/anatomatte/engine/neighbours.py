"""The plates around a frame, for networks that remember the frames before it.

They are handed over one at a time and let go of at once.  What a frame depends on is told by their
digests, so that states are found again only for the same plates; within one sequence of a host a
plate's digest is taken once.
"""

from __future__ import annotations

import math
import os
import threading
from collections import OrderedDict
from collections.abc import Callable

from ..cache import content_key
from ..errors import SettingsError
from ..frame import Frame, Pixels
from ..nets.external import choose
from ..nets.external.alpha_edge import Frames
from ..nets.external.choose import Models
from ..nets.external.protocols import Kind
from ..ops import colour, display
from ..ops.filters import shrink
from ..plate import Plate, laid, prepare
from ..settings import Settings
from ..work import Work

_MOST = 8192  # digests that are remembered
_lock = threading.Lock()
_known: OrderedDict[tuple[object, int], str] = OrderedDict()


def whole(time: float) -> int:
    """The number of the frame at a time: between two frames it is the one before."""
    near = round(time)
    return near if abs(time - near) < 1e-3 else math.floor(time)


def reach(settings: Settings, time: float, first: float | None) -> tuple[float, float] | None:
    """First and last of the other frames that the frame at *time* may depend on, or None.

    Args:
        first: the clip's first frame, or None.

    Raises:
        SettingsError: an engine's network is not known.
    """
    number = whole(time)
    asked = choose.chosen(settings)
    kinds: tuple[Kind, ...] = ("edge",) if settings.subject == "off" else ("alpha", "edge")
    span = choose.span(asked, number, _number(first), *kinds)
    return (float(span[0]), float(number - 1)) if len(span) > 1 else None


def _number(first: float | None) -> int | None:
    return None if first is None else math.ceil(first - 1e-3)


class Around:
    """The frames around one frame of the Source clip.

    Args:
        time: of the frame.
        source: its plate as it came.
        first: the clip's first frame, or None.
        at: (frame number) → the plate of another frame as it came; None where the host has none.
        trust: what names a sequence within which plates stay what they are; falsy for no trust.
    """

    def __init__(
        self,
        time: float,
        source: Frame,
        first: float | None,
        at: Callable[[int], Frame] | None,
        trust: object = None,
    ) -> None:
        self.number, self.source, self.first = whole(time), source, _number(first)
        self._at, self._trust = at, trust
        self._own: str | None = None

    def token(self, asked: Models, work: Work, *kinds: Kind) -> tuple[object, ...]:
        """What the networks of these uses depend on in time; nothing where none of them remembers.

        Raises:
            SettingsError: one does, and the host hands over no other frames.
            PlateError, Cancelled: as the host says of a frame.
        """
        named = choose.remembering(asked, *kinds)
        if not named:
            return ()
        if self._at is None:
            raise SettingsError(
                f"{named} looks at the frames before this one, and this host hands over no other frames: "
                "choose an engine without a memory, or render the shot with `anatomatte render`."
            )
        span = choose.span(asked, self.number, self.first, *kinds)
        return "time", self.number, self.first, tuple(self.digest(number, work) for number in span)

    def digest(self, number: int, work: Work) -> str:
        """What tells the plate of a frame from every other."""
        if number == self.number:
            if self._own is None:
                self._own = _digest(self.source, work)
                self._remember(number, self._own)
            return self._own
        with _lock:
            found = _known.get((self._trust, number)) if self._trust else None
        if found is None:
            work.check()
            found = _digest(self._plate(number), work)
            self._remember(number, found)
        return found

    def _remember(self, number: int, digest: str) -> None:
        if not self._trust:
            return
        with _lock:
            _known[self._trust, number] = digest
            _known.move_to_end((self._trust, number))
            while len(_known) > _MOST:
                _known.popitem(last=False)

    def _plate(self, number: int) -> Frame:
        assert self._at is not None
        return self._at(number)

    def frames(self, like: Plate, settings: Settings, work: Work) -> Frames | None:
        """The other frames as networks see them, at the size of *like*, this frame's own."""
        if self._at is None:
            return None
        shape = (like.light.shape[0], like.light.shape[1])
        facts = (
            self.source.bounds, shape, settings.input_colour, settings.source_alpha, settings.net_exposure,
            settings.net_gamma, os.environ.get("OCIO", ""),
        )  # fmt: skip
        return Frames(
            self.number,
            self.first,
            lambda number: self._shown(number, shape, settings, work),
            lambda number: self.digest(number, work),
            content_key(*facts),
        )

    def _shown(self, number: int, shape: tuple[int, int], settings: Settings, work: Work) -> Pixels:
        """A frame's picture, made as this frame's is."""
        plate = prepare({"Source": laid(self._plate(number), self.source.bounds)}, settings)
        light = plate.light
        if light.shape[:2] != shape:
            light = colour.decode(plate.curve, shrink(plate.frame.pixels, *shape))
        return display.shown(light, settings.net_exposure, settings.net_gamma, work.threads)


def _digest(frame: Frame, work: Work) -> str:
    facts = (frame.bounds, frame.premult, frame.aspect, frame.integer)
    return content_key(frame.pixels, *facts, threads=work.threads)


def forget() -> None:
    """Forget the digests of plates."""
    with _lock:
        _known.clear()
