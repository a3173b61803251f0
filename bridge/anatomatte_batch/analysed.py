"""What an analysis has to say when it has looked at all frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .doubtful import lines
from .result import Message
from .sequences import compact

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

    from .report import Report


def common_size(sizes: Mapping[int, tuple[int, int]], report: Report) -> tuple[int, int]:
    """Width and height of most frames; frames of another size are told."""
    (width, height), _ = Counter(sizes.values()).most_common(1)[0]
    odd = [frame for frame, size in sizes.items() if size != (width, height)]
    if odd:
        text = f"the plate is {width}×{height}, and its frames {compact(odd)} are of another size"
        report.message(Message("frames-of-another-size", text))
    return width, height


def told(shot: Shot, path: Path, report: Report) -> None:
    """Say what the sidecar at *path* says of the shot."""
    from anatomatte.decision import parsed

    for scene in shot.scenes:
        decision = parsed(scene.screen)
        text = decision.text if decision is not None else "each frame decides on a screen"
        report.note(f"scene {scene.first}-{scene.last}: {text}")
    for person in shot.people:
        name = f" ({person.name})" if person.name else ""
        report.note(
            f"{person.key}{name}: in {person.frames} frames, {person.first}-{person.last}"
            f"{', wears ' + person.wears if person.wears else ''}"
            if person.frames
            else f"{person.key}{name}: not seen any more"
        )
    crowd = {n: sum(row[0] == 0 for row in one.people) for n, one in shot.moments.items()}
    if most := max(crowd.values(), default=0):
        where = compact(frame for frame, count in crowd.items() if count)
        report.note(
            f"up to {most} further people in a frame have no number and stay nobody's: frames {where}"
        )
    report.event("shot", path=str(path), people=len(shot.people), scenes=len(shot.scenes), names=shot.names)
    for line in lines(shot):
        report.note(line)
    report.note(f"written: {path}")
