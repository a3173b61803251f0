"""What a check says of a frame: a code, a score, how much of it is doubtful, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A place in a frame: shares of its width from the left and of its height from the top, in 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle: x, y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a frame may be doubtful.

    Attributes:
        code: a word for scripts; it never changes.
        threshold: score above which a frame is doubtful.
        words: what is wrong, in words that go before a place.
        cure: what mends it.
        beside: whether it needs the frames beside this one.
        after: what mends it where the shot was analysed already; empty: *cure* does.
    """

    code: str
    threshold: float
    words: str
    cure: str
    beside: bool = False
    after: str = ""

    @property
    def cure_in_shot(self) -> str:
        """What mends it in a shot that was analysed: not another analysis."""
        return self.after or self.cure


_EACH = "draw a stroke for each of them"

REASONS: dict[str, Reason] = {
    one.code: one
    for one in (
        Reason("hole", 0.08, "a hole in the subject", "paint it shut in InM, or raise Despot black"),
        Reason("island", 0.10, "matte that stands alone", "raise Despot white, or paint it out in OutM"),
        Reason("residue", 0.08, "screen left in the matte", "raise Screen gain or Clip black, or OutM"),
        Reason("disagree", 0.36, "networks that disagree", "look at the matte there; InM and OutM decide"),
        Reason("soft", 0.15, "a matte that is not firm", "raise Clip black and lower Clip white, or InM"),
        Reason("unsure_part", 0.5, "a part that is not firm", "use the group's layer instead of the part's"),
        Reason("missing", 0.45, "somebody without a matte", "set Whose matte to Everyone, or draw a Hint"),
        Reason("merged", 0.27, "two people in one matte", f"analyse it, and {_EACH}", after=_EACH),
        Reason("nobody", 0.5, "a matte in which nobody is recognised", "use OutM, or InM where it is meant"),
        Reason("chatter", 0.2, "an edge that chatters", "raise Steady, or Soften", True),
        Reason("jump", 0.18, "a matte that jumps", "raise Steady, or take the next frame's matte", True),
        Reason("collapse", 0.5, "a matte that collapses in this frame", "raise Steady, or paint it", True),
        Reason("part_jump", 0.5, "a part that jumps in size", "raise Steady, or use the group's layer", True),
        Reason(
            "identity",
            0.25,
            "people who change their numbers",
            "analyse it, or draw a stroke",
            True,
            after=f"{_EACH}, or say which numbers are one",
        ),
        Reason("flip", 0.5, "a decision on the screen that flips", "press Keep this decision", True),
    )
}
"""Every reason by its code, single frames' first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found in a frame.

    Attributes:
        code: of `REASONS`.
        score: 0 (nothing) to 1.
        place: where it is worst; None where it is nowhere or everywhere.
        layer: the layer that it concerns.
    """

    code: str
    score: float
    place: Box | None = None
    layer: str = "alpha"

    @property
    def ratio(self) -> float:
        """Score over threshold: above 1 the frame is doubtful."""
        return self.score / REASONS[self.code].threshold


Findings = tuple[Finding, ...]


def scores(findings: Iterable[Finding]) -> dict[str, float]:
    """Code → score, as accounts and logs hold it; three decimals."""
    return {one.code: round(one.score, 3) for one in findings}


def codes(check: str) -> tuple[str, ...]:
    """The codes that every frame has a score of, by the control ``check``.

    How firm parts are is only known where somebody asks for parts.
    """
    if check == "off":
        return ()
    return tuple(
        c for c, one in REASONS.items() if c != "unsure_part" and (not one.beside or check != "frame")
    )


def beyond(told: Mapping[str, float], limit: float = 1.0) -> tuple[str, ...]:
    """The codes whose scores are beyond *limit* times their thresholds, the worst first."""
    ratios = {code: score / REASONS[code].threshold for code, score in told.items() if code in REASONS}
    return tuple(sorted((c for c, ratio in ratios.items() if ratio > limit), key=lambda c: (-ratios[c], c)))


def doubtful(findings: Iterable[Finding], limit: float = 1.0) -> Findings:
    """The findings beyond *limit* times their thresholds, the worst first."""
    return tuple(sorted((one for one in findings if one.ratio > limit), key=lambda one: -one.ratio))


def sentence(one: Finding, at: tuple[int, int] | None = None, in_shot: bool = False) -> str:
    """A finding for people: what, in which layer, where, and the cure.

    Args:
        at: the place in pixels of the full picture, from its lower left corner, as viewers count.
        in_shot: the shot was analysed already.
    """
    reason = REASONS[one.code]
    where = "" if one.place is None else f" {_words(one.place)}"
    where += "" if at is None else f" (x {at[0]}, y {at[1]})"
    layer = "" if one.layer == "alpha" else f" in {one.layer}"
    cure = reason.cure_in_shot if in_shot else reason.cure
    return f"Check {one.code} {one.score:.2f}: {reason.words}{layer}{where}; {cure}."


def _words(place: Box) -> str:
    x, y = place.centre
    across = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
    down = "upper" if y < 1 / 3 else "lower" if y > 2 / 3 else ""
    wide = place.right - place.left > 0.8 and place.bottom - place.top > 0.8
    if wide:
        return "all over the frame"
    return f"at the {' '.join(word for word in (down, across) if word) or 'middle'}"
