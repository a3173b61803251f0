"""Whether there is a screen: decided once and whole, said in words, kept for a shot.  Standard library only.

A decision is a figure, `presence`: how likely the evidence makes a screen.  From a half on there is one.
Decisions of single frames become one for the shot by their log odds; a shot's decision is kept as a line of
text in the control ``screen_kept``, which a host saves and a preset or a header carries.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from .errors import SettingsError

Colour = tuple[float, float, float]

DOUBTFUL = 0.75
"""A decision that is less sure than this is told as a doubt with every frame."""

WHY: dict[str, str] = {
    "screen": "",
    "set": "",
    "none": "nothing has one strong colour",
    "small": "the {hue} area is too small",
    "pale": "the {hue} area is not of a screen's colour",
    "drifts": "the {hue} area is of many hues",
    "texture": "the {hue} area is no smooth material",
    "lettering": "the {hue} area holds lettering or things that are no people",
    "below": "the {hue} area lies below the people",
    "clothes": "the {hue} area is what people wear",
    "light": "the {hue} light falls on people and things alike",
    "beside": "the {hue} area is not what people stand before",
    "border": "the {hue} area does not reach the frame's border as a screen does",
}
"""Code of each reason → the words for it."""

_LEAST, _MOST = 0.01, 0.99
"""Between these one frame's presence counts among others."""

_NOTHING = 0.1
"""Presence that a frame counts with in which nothing has one strong colour: it may be black."""

_OPEN = 0.7
"""The most that a decision is sure of which a sure sample contradicts."""


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """Whether there is a screen.

    Attributes:
        presence: how likely it is, in 0..1; from a half on there is one.
        why: a code of `WHY`: what spoke for it or against it most.
        colour: scene-linear colour of the area that was looked at, or None.
        area: share of the frame that it covers, in 0..1.
        frames: the frames that were looked at; empty where it was this frame alone.
    """

    presence: float
    why: str
    colour: Colour | None = None
    area: float = 0.0
    frames: tuple[int, ...] = ()

    @property
    def screen(self) -> bool:
        """Whether there is a screen."""
        return self.presence >= 0.5

    @property
    def sure(self) -> float:
        """How sure the decision is, in 0.5..1."""
        return max(self.presence, 1 - self.presence)

    @property
    def text(self) -> str:
        """The decision in words, for people."""
        hue = "" if self.colour is None else hue_of(self.colour)
        if self.screen:
            sure = "as set" if self.why == "set" else f"sure {_short(self.sure)}"
            share = f"{100 * self.area:.0f} % of the frame, " if self.area > 0 or self.why != "set" else ""
            return f"{hue or 'coloured'} screen, {share}{sure}"
        if self.why == "set":
            return "no screen, as set"
        return f"no screen: {WHY[self.why].format(hue=hue or 'coloured')}"

    @property
    def doubt(self) -> str:
        """A sentence where the decision is doubtful; empty where it is not."""
        if self.sure >= DOUBTFUL:
            return ""
        text = self.text if self.screen else f"{self.text}, sure {_short(self.sure)}"
        return f"Whether there is a screen is doubtful ({text}): set Screen to Green, Blue or None."

    @property
    def kept(self) -> str:
        """The decision as the control ``screen_kept`` holds it."""
        colour = "" if self.colour is None else " colour=" + "/".join(f"{c:.5g}" for c in self.colour)
        frames = "" if not self.frames else " frames=" + ",".join(str(n) for n in self.frames)
        return f"presence={self.presence:.4f} why={self.why}{colour} area={self.area:.4f}{frames}"


def _short(share: float) -> str:
    """Two decimals without the nought: .93, and 1.00 as it is."""
    text = f"{share:.2f}"
    return text[1:] if text.startswith("0") else text


def hue_of(colour: Colour) -> str:
    """The word for a scene-linear colour's hue."""
    red, green, blue = (max(c, 0.0) for c in colour)
    top, least = max(red, green, blue), min(red, green, blue)
    if top <= 0 or top - least < 0.05 * top:
        return "grey"
    if green == top:
        if blue > 0.55 * green and blue > red:
            return "teal"
        return "yellow-green" if red > 0.6 * green else "green"
    if blue == top:
        if green > 0.7 * blue:
            return "teal"
        return "violet" if red > 0.6 * blue else "blue"
    return "yellow" if green > 0.7 * red else "magenta" if blue > 0.5 * red else "red"


def parsed(text: str) -> Decision | None:
    """The decision that the control ``screen_kept`` holds; None where it is empty.

    Raises:
        SettingsError: the text is not one that was kept.
    """
    if not text.strip():
        return None
    try:
        words = [word.split("=", 1) for word in text.split()]
        facts = dict(words)
        if len(facts) < len(words):
            raise ValueError(text)
        colour = tuple(float(c) for c in facts["colour"].split("/")) if "colour" in facts else None
        frames = tuple(int(n) for n in facts["frames"].split(",")) if "frames" in facts else ()
        made = Decision(float(facts["presence"]), facts["why"], _three(colour), float(facts["area"]), frames)
        numbers = (made.presence, made.area, *(made.colour or ()))
        if set(facts) - {"presence", "why", "colour", "area", "frames"} or made.why not in WHY:
            raise ValueError(text)
        if not all(map(math.isfinite, numbers)) or not 0 <= made.presence <= 1 or not 0 <= made.area <= 1:
            raise ValueError(text)
        if made.screen != (made.why == "screen") or (made.colour is not None and min(made.colour) < 0):
            raise ValueError(text)
        if made.screen and (made.colour is None or max(made.colour) <= 0):
            raise ValueError(text)
    except (KeyError, ValueError) as why:
        raise SettingsError(
            f"Kept decision (screen_kept) = {text!r} is none; empty it, or press Keep this decision."
        ) from why
    return made


def _three(colour: tuple[float, ...] | None) -> Colour | None:
    if colour is None:
        return None
    red, green, blue = colour
    return red, green, blue


def pooled(decisions: Sequence[tuple[int, Decision]]) -> Decision:
    """The decision of a shot from those of some of its frames: the mean of their log odds.

    Colour and area are the middle of those that agree with it, so that one odd frame moves nothing, and
    all is rounded, so that a plate that comes again a little different makes no other decision.  Where a sure
    sample contradicts it, it is in doubt.

    Args:
        decisions: the frame's number and its decision, at least one.
    """
    shares = [max(d.presence, _NOTHING) if d.why == "none" else d.presence for _, d in decisions]
    odds = [math.log(p / (1 - p)) for p in (min(max(share, _LEAST), _MOST) for share in shares)]
    presence = min(max(round(1 / (1 + math.exp(-math.fsum(odds) / len(odds))), 2), _LEAST), _MOST)
    same = [d for _, d in decisions if d.screen == (presence >= 0.5)] or [d for _, d in decisions]
    reasons = [d.why for d in same]
    why = max(reasons, key=lambda code: (reasons.count(code), -reasons.index(code)))
    colours = [d.colour for d in same if d.colour is not None and d.why == why]
    colour = min(colours, key=lambda one: sum(distance(one, other) for other in colours), default=None)
    if any(
        d.sure >= DOUBTFUL and d.why != "none" and d.screen != (presence >= 0.5) for _, d in decisions
    ) or (presence >= 0.5 and any(contradict(one, other) for one in same for other in same)):
        presence = min(max(presence, 1 - _OPEN), _OPEN)
    rounded = None if colour is None else _rounded(colour)
    area = round(_middle([d.area for d in same]), 2)
    frames = tuple(sorted(number for number, _ in decisions))
    return Decision(presence, why, rounded, area, frames)


def _middle(values: Sequence[float]) -> float:
    """The median; the module of that name brings decimal fractions along."""
    ordered = sorted(values)
    return (ordered[len(ordered) // 2] + ordered[~(len(ordered) // 2)]) / 2


def _rounded(colour: Colour) -> Colour:
    """A colour whose chromaticity is on a grid of twentieths: near enough to find the screen again."""
    red, green, blue = (max(c, 0.0) for c in colour)
    total = float(f"{red + green + blue:.1g}")
    red, green, blue = (total * round(20 * c / (red + green + blue + 1e-9)) / 20 for c in (red, green, blue))
    return round(red, 6), round(green, 6), round(blue, 6)


def distance(one: Colour, other: Colour) -> float:
    """How far two colours' chromaticities are apart, 0 to 1."""
    a, b = ([max(c, 0.0) for c in colour] for colour in (one, other))
    return max(abs(x / (sum(a) + 1e-9) - y / (sum(b) + 1e-9)) for x, y in zip(a, b, strict=True))


def contradict(one: Decision, other: Decision) -> bool:
    """Whether two decisions contradict each other: yes against no, or screens of two colours."""
    if one.screen != other.screen:
        return True
    if not one.screen or one.colour is None or other.colour is None:
        return False
    return distance(one.colour, other.colour) > 0.2
