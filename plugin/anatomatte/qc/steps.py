"""What steps from frame to frame where nothing should: sizes of parts, numbers of people, decisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..decision import contradict
from .areas import box_of
from .reason import Finding
from .seen import Beside, Seen

_LEAST, _TINY = 0.03, 0.001
"""Share of the subject, and of the frame, below which a part is too small to be judged."""


def part_jump(seen: Seen, around: Sequence[Beside]) -> Finding:
    """The largest change of a part's area against the frames beside this one, where these agree: 0 none,
    1 gone or doubled."""
    worst = Finding("part_jump", 0.0)
    known = [one.areas for one in around if one.same_shot and one.areas is not None]
    if len(known) < 2 or not seen.parts:
        return worst
    for name, plane in seen.parts.items():
        one, other = (areas.get(name, 0.0) for areas in known[:2])
        usual, here = (one + other) / 2, float(plane.mean())
        if usual < max(_LEAST * float(seen.alpha.mean()), _TINY):
            continue
        score = min(1.0, abs(here - usual) / usual) - abs(one - other) / usual
        if score > worst.score:
            worst = Finding("part_jump", score, box_of(np.asarray(plane > 0.3)), name)
    return worst


def identity(seen: Seen, around: Sequence[Beside]) -> Finding:
    """The share of the people whose number is another one's in a frame beside this one."""
    worst = Finding("identity", 0.0)
    if seen.people is None or not len(seen.people):
        return worst
    mine = seen.people * seen.alpha
    for one in around:
        if not one.same_shot or one.people is None or not len(one.people):
            continue
        if max(len(seen.people), len(one.people)) < 2:
            continue
        theirs = one.people
        there = (mine.max(0) > 0.5) & (theirs.max(0) > 0.5) & (one.valid > 0.5) & seen.free
        if not there.any():
            continue
        moved = there & (mine.argmax(0) != theirs.argmax(0))
        score = float(moved.sum() / there.sum())
        if score > worst.score:
            number = int(np.bincount(mine.argmax(0)[moved]).argmax()) + 1
            worst = Finding("identity", score, box_of(moved), f"person_{number:02d}")
    return worst


def flip(seen: Seen, around: Sequence[Beside]) -> Finding:
    """How far the decision on a screen is another one than in a frame beside this one."""
    here, score = seen.decision, 0.0
    if here is not None and here.why != "set":
        for one in around:
            there = one.decision
            if there is not None and one.same_shot and contradict(here, there):
                score = max(
                    score, abs(here.presence - there.presence) if here.screen != there.screen else 1.0
                )
    return Finding("flip", score, None, "screen")
