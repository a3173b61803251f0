"""One frame to be made: its plate, the controls, how it is worked on, and what lies around it."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, cast

from ..cache import content_key
from ..frame import NONSENSE, SQUEEZED, Pixels
from ..nets.external import choose
from ..nets.external.alpha_edge import Frames
from ..nets.external.choose import Models
from ..nets.external.protocols import Kind
from ..ops import display
from ..ops.filters import grow, shrink
from ..people.instances import MOST_HEADS
from ..people.places import UNMOVED, Marks, Point
from ..plate import Plate
from ..settings import Settings
from ..shot.numbering import AtFrame
from ..work import Work
from .hints import Hints
from .neighbours import Around


@dataclasses.dataclass(frozen=True)
class Task:
    """What `observe`, `refine` and `shape` need to know of a frame.

    Attributes:
        plate: all clips of the frame in one place, at the size at which the frame is worked on.
        settings: all controls.
        work: threads, cancelling, progress, scale.
        place: where the Point control points.
        marks: where those of Also keep and Leave out do.
        around: the frames around this one; None where there are none to be had.
        half: whether this is the plate at half resolution.
        shot: the shot's sidecar at this frame; None without one.
        wardrobe: the same, where people are not numbered by it but wear what it says.
        hints: what the page Shot says of places in this frame.
        crowd: networks tell apart as many people as they can, whatever People says.
        exposure: automatic exposure in stops, by the scene of a shot; None takes the frame's own.
        kept: what was made of the people of this frame, for when parts are asked of it later.
    """

    plate: Plate
    settings: Settings
    work: Work
    place: Point
    around: Around | None = None
    marks: Marks = UNMOVED
    half: bool = False
    shot: AtFrame | None = None
    wardrobe: AtFrame | None = None
    hints: Hints = ()
    crowd: bool = False
    exposure: float | None = None
    kept: dict[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    @property
    def content(self) -> str:
        """What tells the plate from every other; taken once."""
        if "content" not in self.kept:
            self.kept["content"] = content_key(self.plate.content, self.plate.curve)
        return cast(str, self.kept["content"])

    @property
    def told_apart(self) -> int:
        """How many people networks are to tell apart: of a shot that numbers them, as many as they can."""
        return MOST_HEADS if self.shot is not None or self.crowd else self.settings.people

    @functools.cached_property
    def models(self) -> Models:
        """The models that the controls choose.

        Raises:
            SettingsError: one is Custom and names no network.
        """
        return choose.chosen(self.settings)

    def in_time(self, *kinds: Kind) -> tuple[object, ...]:
        """What the models of these uses depend on in other frames; nothing where none is recurrent."""
        return () if self.around is None else self.around.in_time(self.models, self.work, *kinds)

    @property
    def frames(self) -> Frames | None:
        """The frames around this one as models see them, `wide`; None where nobody hands them over."""
        around = self.around
        if around is None:
            return None
        found = around.frames(self.plate, self.settings, self.work, self.exposure_at)
        if found is None or self.aspect == 1:
            return found
        how = content_key(found.how, self.aspect)
        return dataclasses.replace(found, at=lambda number: self._widened(found.at(number)), how=how)

    def exposure_at(self, number: int) -> float | None:
        """The exposure of another frame, as `exposure`."""
        return self.exposure if self.shot is None else self.shot.exposure_at(number)

    @property
    def window(self) -> tuple[int, ...]:
        """The numbers of the other frames that this one is made steady with; a draft is seen by itself."""
        return () if self.around is None or self.half else self.around.window()

    def let_go(self) -> None:
        """Keep the picture no longer: it is made again where somebody asks for it."""
        self.kept.pop("picture", None)
        self.kept.pop("square", None)

    def picture(self) -> Pixels:
        """The plate as networks see it, H×W×3 display-referred."""
        if "picture" not in self.kept:
            chosen = self.settings
            self.kept["picture"] = display.shown(
                self.plate.light, chosen.net_exposure, chosen.net_gamma, self.work.threads, self.exposure
            )
        return cast(Pixels, self.kept["picture"])

    @property
    def aspect(self) -> float:
        """Width of a pixel as networks are shown it, divided by its height; 1 where it is nearly square, and
        where what the plate says can be of no picture."""
        told = self.told_aspect
        return told if told > 0 and SQUEEZED <= max(told, 1 / told) <= NONSENSE else 1.0

    @property
    def told_aspect(self) -> float:
        """Width of a pixel as it is worked on, divided by its height, whatever the plate says of it."""
        right, up = self.across
        return up / right if right > 0 else 1.0

    @property
    def across(self) -> tuple[float, float]:
        """Pixels of the plate per unit of canonical coordinates, to the right and up."""
        return self.work.placed(self.plate.frame.aspect)

    def square(self) -> Pixels:
        """`picture` with pixels as wide as high: people in it have the shape that networks know.

        It is never larger: what a squeezed plate has too much of, up or across, is averaged.
        """
        picture, aspect = self.picture(), self.aspect
        if aspect == 1:
            return picture
        if "square" not in self.kept:
            height, width = picture.shape[:2]
            rows, columns = height / max(aspect, 1), width * min(aspect, 1)
            self.kept["square"] = shrink(picture, max(1, round(rows)), max(1, round(columns)))
        return cast(Pixels, self.kept["square"])

    def wide(self) -> Pixels:
        """`picture` with pixels as wide as high, and never smaller: for networks of one's own, whose matte is
        as fine as what they see."""
        return self._widened(self.picture())

    def _widened(self, picture: Pixels) -> Pixels:
        across, down = self.stretch
        if (across, down) == (1, 1):
            return picture
        height, width = picture.shape[:2]
        return grow(picture, round(height * down), round(width * across))

    @property
    def stretch(self) -> tuple[float, float]:
        """By how much x and y grow from the plate's pixels to square ones, of which there are never fewer."""
        return max(self.aspect, 1.0), max(1 / self.aspect, 1.0)
