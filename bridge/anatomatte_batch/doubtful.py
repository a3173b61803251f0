"""The doubtful frames of a shot, by what its sidecar keeps of the checks: the worst first, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anatomatte.errors import SettingsError
from anatomatte.qc import REASONS, beyond

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

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
        return f"doubtful {self.frame}: {named}: {REASONS[code].words}; {REASONS[code].cure}"


def doubtful(shot: Shot) -> tuple[Doubt, ...]:
    """The doubtful frames of a sidecar that nobody accepted, the worst first."""
    found = []
    for frame, moment in shot.moments.items():
        codes = beyond(moment.qc)
        if codes and not shot.accepted(frame):
            ratio = moment.qc[codes[0]] / REASONS[codes[0]].threshold
            found.append(Doubt(frame, tuple((code, moment.qc[code]) for code in codes), ratio))
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
    good = sum(shot.accepted(frame) and bool(beyond(one.qc)) for frame, one in shot.moments.items())
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
