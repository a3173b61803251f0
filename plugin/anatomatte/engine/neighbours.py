"""The frames around one: their clips and controls, for networks with a memory and for what is held in time.

They are handed over one at a time and let go of at once.  What a frame depends on is told by their
digests, so that what was made of them is found again only for the same pictures; within one sequence of a
host a frame's digests are taken once.
"""

from __future__ import annotations

import math
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from ..cache import content_key
from ..errors import PlateError, SettingsError
from ..frame import Frame, Pixels
from ..nets.external import choose
from ..nets.external.alpha_edge import Frames
from ..nets.external.choose import Models
from ..nets.external.protocols import Kind
from ..ops import colour, display
from ..ops.filters import shrink
from ..plate import Plate, laid, prepare
from ..settings import Settings
from ..timing import temporal_window
from ..work import Work

CLIPS = ("Source", "InM", "OutM", "CleanPlate", "Hint")
"""The clips that mattes are made of: of another frame no background is asked for."""

Span = tuple[float, float]
Fetch = Callable[[str, float], Frame | None]
"""(clip, frame number) → its picture there as it came; None where it has none."""

_MOST = 8192  # digests that are remembered
_lock = threading.Lock()
_known: OrderedDict[tuple[object, str, int], str | None] = OrderedDict()


def whole(time: float) -> int:
    """The number of the frame at a time: between two frames it is the one before."""
    near = round(time)
    return near if abs(time - near) < 1e-3 else math.floor(time)


def beside(number: int, first: int | None, last: int | None, window: int) -> tuple[int, ...]:
    """The frames at most *window* away, within a clip that begins and ends where it is told.

    A frame that the clip has not is seen alone.
    """
    low = number - window if first is None else max(number - window, first)
    high = number + window if last is None else min(number + window, last)
    if (first is not None and number < first) or (last is not None and number > last):
        return ()
    return tuple(n for n in range(low, high + 1) if n != number)


def reach(
    settings: Settings, time: float, first: float | None = None, last: float | None = None
) -> Span | None:
    """First and last of the other frames of Source that the frame at *time* may depend on, or None.

    Args:
        first, last: the clip's, or None.

    Raises:
        SettingsError: an engine's network is not known.
    """
    number = whole(time)
    asked = choose.chosen(settings)
    kinds: tuple[Kind, ...] = ("edge",) if settings.subject == "off" else ("alpha", "edge")
    before = choose.span(asked, number, _up(first), *kinds)[:-1]
    others = (*before, *beside(number, _up(first), _down(last), temporal_window(settings)))
    return (float(min(others)), float(max(others))) if others else None


def reach_of_clips(
    settings: Settings, time: float, first: float | None = None, last: float | None = None
) -> Span | None:
    """As `reach`, of the other clips: networks with a memory look at Source alone.

    Args:
        first, last: of Source.
    """
    others = beside(whole(time), _up(first), _down(last), temporal_window(settings))
    return (float(others[0]), float(others[-1])) if others else None


def _up(first: float | None) -> int | None:
    return None if first is None else math.ceil(first - 1e-3)


def _down(last: float | None) -> int | None:
    return None if last is None else math.floor(last + 1e-3)


class Around:
    """The frames around one frame, as they come from a host; for the thread and the time of one render.

    Args:
        time: of the frame.
        clips: its own, as they came; those of `CLIPS` count.
        settings: its own.
        first, last: of Source, or None.
        fetch: another frame's pictures; None where the host hands over no other frames.
        settings_at: (frame number) → the controls there.
        trust: what names a sequence within which pictures stay what they are; falsy for no trust.

    Attributes:
        number: of the frame.
        first, last: frame numbers of Source's first and last frame, or None.
        absent: numbers of the frames that were asked for and are not there.
    """

    def __init__(
        self,
        time: float,
        clips: Mapping[str, Frame],
        settings: Settings,
        first: float | None = None,
        last: float | None = None,
        fetch: Fetch | None = None,
        settings_at: Callable[[int], Settings] | None = None,
        trust: object = None,
    ) -> None:
        self.number, self.first, self.last = whole(time), _up(first), _down(last)
        self.absent: set[int] = set()
        self._clips = {name: clips[name] for name in CLIPS if name in clips}
        self._fetch, self._settings_at, self._trust = fetch, settings_at, trust
        self._settings, self._time = {self.number: settings}, time
        self._own: dict[str, str] = {}
        self._held: tuple[int, dict[str, Frame]] | None = None  # what was fetched last, and no more

    @property
    def source(self) -> Frame:
        """The frame's own plate as it came."""
        return self._clips["Source"]

    @property
    def own(self) -> dict[str, Frame]:
        """The frame's own clips as they came."""
        return dict(self._clips)

    @property
    def can(self) -> bool:
        """Whether the host hands over other frames."""
        return self._fetch is not None

    def at(self, number: int) -> Around:
        """The frames around another frame, which must be there."""
        clips = self.clips(number)
        assert clips is not None, "a frame that is not there has no frames around it"
        found = Around(
            number, clips, self.settings(number), self.first, self.last, self._fetch, self._settings_at,
            self._trust,
        )  # fmt: skip
        found._own = {what: told for what in ("clips", "source") if (told := self._told(what, number))}
        return found

    def _told(self, what: str, number: int) -> str | None:
        known = self._remembered(what, number)
        return known[0] if known else None

    def window(self) -> tuple[int, ...]:
        """The other frames that this one depends on with all their clips, whether they are there or not."""
        if not self.can:
            return ()
        return beside(self.number, self.first, self.last, temporal_window(self._settings[self.number]))

    def settings(self, number: int) -> Settings:
        """The controls at a frame, each within its range.

        Raises:
            SettingsError: a control there is of another kind than the table's.
            Cancelled: the host stops this frame.
        """
        if number not in self._settings:
            assert self._settings_at is not None, "this host hands over no other frames"
            self._settings[number] = self._settings_at(number)
        return self._settings[number]

    def clips(self, number: int) -> dict[str, Frame] | None:
        """The pictures of all connected clips at a frame, by name; None where Source has none there.

        The last frame that was asked for is at hand until another one is.

        Raises:
            PlateError, OutOfMemory: there is a picture that cannot be had.
            Cancelled: the host stops this frame.
        """
        if number == self.number:
            return dict(self._clips)
        held = self._at_hand(number)
        if held is None:
            self._held = None  # let go of before the next one comes
            held = self._fetched(number)
            if held is None:
                return None
            self._held = number, held
        return dict(held)

    def _at_hand(self, number: int) -> dict[str, Frame] | None:
        """The clips of the frame that was fetched last, if it is this one and its plate was not yet made."""
        if self._held is None or self._held[0] != number or self._held[1]["Source"].gone:
            return None
        return self._held[1]

    def let_go(self) -> None:
        """Keep no picture of another frame at hand: what was to be made of it is made."""
        self._held = None

    def _fetched(self, number: int) -> dict[str, Frame] | None:
        assert self._fetch is not None, "this host hands over no other frames"
        source = self._fetch("Source", number) if self._within(number) else None
        if source is None:
            self.absent.add(number)
            return None
        others = {name: self._fetch(name, number) for name in CLIPS[1:]}
        return {"Source": source} | {name: clip for name, clip in others.items() if clip is not None}

    def _within(self, number: int) -> bool:
        before = self.first is not None and number < self.first
        return not before and not (self.last is not None and number > self.last)

    def token(self, number: int, work: Work) -> str | None:
        """What tells the clips of a frame from any others; None where Source has no picture there.

        Controls are not in it.  Within a sequence that is trusted a frame is fetched once.

        Raises:
            PlateError, OutOfMemory, Cancelled: as `clips`.
        """
        found = self._remembered("clips", number)
        if found is None:
            work.check()
            clips = self.clips(number)
            told = None if clips is None else {name: clip.digest for name, clip in clips.items()}
            found = (None if told is None else content_key(tuple(told.items())),)
            self._remember("clips", number, found[0])
            if told is not None:
                self._remember("source", number, told["Source"])
        if found[0] is None:
            self.absent.add(number)
        return found[0]

    def in_time(self, asked: Models, work: Work, *kinds: Kind) -> tuple[object, ...]:
        """What the networks of these uses depend on in time; nothing where none of them remembers.

        Raises:
            SettingsError: one does, and the host hands over no other frames.
            PlateError, Cancelled: as the host says of a frame.
        """
        named = choose.remembering(asked, *kinds)
        if not named:
            return ()
        if not self.can:
            raise SettingsError(
                f"{named} looks at the frames before this one, and this host hands over no other frames: "
                "choose an engine without a memory, or render the shot with `anatomatte render`."
            )
        span = choose.span(asked, self.number, self.first, *kinds)
        return "time", self.number, self.first, tuple(self.digest(number, work) for number in span)

    def digest(self, number: int, work: Work) -> str:
        """What tells the plate of a frame from every other.

        Raises:
            PlateError: it is not there.
            OutOfMemory, Cancelled: as `clips`.
        """
        found = self._remembered("source", number)
        if found is None or found[0] is None:
            work.check()
            # its own is known when its pixels are gone, and no frame between two numbers is fetched for it
            digest = (self.source if number == self.number else self._plate(number)).digest
            self._remember("source", number, digest)
            return digest
        return found[0]

    def _remembered(self, what: str, number: int) -> tuple[str | None] | None:
        """A digest in brackets, None where it is not known; of this frame only what this call has seen."""
        if number == self.number:
            return (self._own[what],) if what in self._own else None
        with _lock:
            key = (self._trust, what, number)
            return (_known[key],) if self._trust and key in _known else None

    def _remember(self, what: str, number: int, digest: str | None) -> None:
        if number == self.number and digest is not None:
            self._own[what] = digest
        if not self._trust:
            return
        with _lock:
            _known[self._trust, what, number] = digest
            _known.move_to_end((self._trust, what, number))
            while len(_known) > _MOST:
                _known.popitem(last=False)

    def _plate(self, number: int) -> Frame:
        """Source at a frame that a network with a memory must see."""
        if number == self.number and not self.source.gone:
            return self.source
        held = self._at_hand(number)
        if held is not None:
            return held["Source"]
        assert self._fetch is not None, "this host hands over no other frames"
        found = self._fetch("Source", self._time if number == self.number else number)
        if found is None:
            raise PlateError(
                f"The host gave no picture of Source at frame {number}, which this frame needs because a "
                "network that was chosen remembers the frames before: check the plate's frame range and "
                "that its files can be read, or choose another model."
            )
        return found

    def frames(
        self, like: Plate, settings: Settings, work: Work, exposure: Callable[[int], float | None]
    ) -> Frames | None:
        """The other frames as networks see them, at the size of *like*, this frame's own.

        Args:
            exposure: of a frame, in stops, where a shot knows it.
        """
        if not self.can:
            return None
        shape = (like.light.shape[0], like.light.shape[1])
        facts = (
            self.source.bounds, shape, settings.input_colour, settings.source_alpha, settings.net_exposure,
            settings.net_gamma, os.environ.get("OCIO", ""), exposure(self.number),
        )  # fmt: skip
        return Frames(
            self.number,
            self.first,
            lambda number: self._shown(number, shape, settings, work, exposure(number)),
            lambda number: self.digest(number, work),
            content_key(*facts),
        )

    def _shown(
        self, number: int, shape: tuple[int, int], settings: Settings, work: Work, exposure: float | None
    ) -> Pixels:
        """A frame's picture, made as this frame's is."""
        plate = prepare({"Source": laid(self._plate(number), self.source.bounds)}, settings)
        light = plate.light
        if light.shape[:2] != shape:
            light = colour.decode(plate.curve, shrink(plate.frame.pixels, *shape))
        return display.shown(light, settings.net_exposure, settings.net_gamma, work.threads, exposure)


def forget() -> None:
    """Forget the digests of frames."""
    with _lock:
        _known.clear()
