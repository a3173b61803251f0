"""The doubtful frames of a shot, by what its sidecar keeps of the checks: the worst first, with reasons.

Whether people keep their numbers is known once all frames were looked at, and joins the checks then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from anatomatte.errors import SettingsError
from anatomatte.qc import REASONS, beyond
from anatomatte.qc.followed import Common, renumbered

from .result import FrameResult

if TYPE_CHECKING:
    from anatomatte.shot.looks import FrameLooks
    from anatomatte.shot.schema import Moment, Shot

MOST = 20
"""Frames that are told one by one."""


@dataclass(frozen=True)
class Doubt:
    """A doubtful frame: its number, its scores beyond their thresholds (the worst first), and how far the
    worst is beyond its threshold (a ratio above 1)."""

    frame: int
    scores: tuple[tuple[str, float], ...]
    ratio: float

    @property
    def text(self) -> str:
        """A line for people: what is wrong and what mends it."""
        code = self.scores[0][0]
        named = ", ".join(f"{name} {score:.2f}" for name, score in self.scores)
        return f"doubtful {self.frame}: {named}: {REASONS[code].words}; {REASONS[code].cure_in_shot}"


def followed(
    moments: Mapping[int, Moment],
    looks: Sequence[FrameLooks],
    tracks: Sequence[Sequence[int]],
    given: Mapping[int, int],
    common: Mapping[int, Sequence[Common]],
) -> dict[int, Moment]:
    """The frames with what the checks say of the numbers that their people got, and of two who have one.

    Args:
        tracks: of each frame the track of each look.
        given: track → number.
        common: what the people of each frame share with those of the frames beside it.
    """
    from anatomatte.shot.merging import merged

    numbers = {
        one.number: [given.get(track, 0) for track in mine] for one, mine in zip(looks, tracks, strict=True)
    }
    together = merged(looks, tracks, given)
    two_in_one = {one.number: share for one, share in zip(looks, together, strict=True)}
    made = dict(moments)
    for frame, moment in moments.items():
        if "identity" in moment.qc:
            beside = {step: numbers[frame + step] for step in (-1, 1) if frame + step in numbers}
            score = round(renumbered(common.get(frame, ()), numbers[frame], beside), 3)
            both = max(moment.qc.get("merged", 0.0), round(two_in_one[frame], 3))
            made[frame] = replace(moment, qc={**moment.qc, "identity": score, "merged": both})
    return made


def checked(one: FrameResult, moments: Mapping[int, Moment]) -> FrameResult:
    """A frame's result with what the checks say of it in the end."""
    if one.frame not in moments:
        return one
    qc = moments[one.frame].qc
    return replace(one, qc=qc, doubtful=beyond(qc))


def doubtful(shot: Shot) -> tuple[Doubt, ...]:
    """The doubtful frames of a sidecar that nobody accepted, the worst first."""
    found = []
    for frame in shot.moments:
        qc = shot.checks(frame)
        codes = beyond(qc)
        if codes and not shot.accepted(frame):
            ratio = qc[codes[0]] / REASONS[codes[0]].threshold
            found.append(Doubt(frame, tuple((code, qc[code]) for code in codes), ratio))
    return tuple(sorted(found, key=lambda one: (-one.ratio, one.frame)))


def lines(shot: Shot) -> list[str]:
    """What there is to tell people of a sidecar's checks."""
    checked = sum(bool(moment.qc) for moment in shot.moments.values())
    if not checked:
        return ["no frame of this sidecar was checked: `anatomatte analyse` again with check on"]
    found = doubtful(shot)
    more = len(found) - MOST
    told = [one.text for one in found[:MOST]]
    rest = [f"and {more} more"] if more > 0 else []
    good = sum(shot.accepted(frame) and bool(beyond(shot.checks(frame))) for frame in shot.moments)
    besides = f"; {good} more {'was' if good == 1 else 'were'} accepted" if good else ""
    return [*told, *rest, f"{len(found)} of {checked} checked frames are doubtful{besides}"]


def of_sidecar(source: str, sidecar: str | Path | None) -> list[str]:
    """As `lines`, of the sidecar that is there for a plate, or of the one that *source* names.

    Raises:
        SettingsError: it is not there, or cannot be read.
    """
    from anatomatte.shot.reading import read_shot
    from anatomatte.shot.schema import SUFFIX

    from .analyse import beside
    from .sequences import parse_pattern

    path = Path(sidecar) if sidecar else Path(source)
    if not sidecar and not source.endswith(SUFFIX):
        path = beside(parse_pattern(source))
    if not path.is_file():
        raise SettingsError(
            f"{path} is not there: run `anatomatte analyse {source}` without --doubtful first."
        )
    return lines(read_shot(path))
