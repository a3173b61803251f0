"""Whether people keep their numbers through a shot: identity switches on drawn clips.

    python benchmarks/shots.py [--bank BANK] [--kinds crossing,return] [--seeds 2] [--json] [--sheet OUT.png]

Each clip of `drawn_clips` is looked at frame by frame as `anatomatte analyse` does it. Of each kind:
`id_switches`, how often somebody's number is another than when they were last seen with one (the IDSW of MOT
challenges, K. Bernardin and R. Stiefelhagen 2008: a person is the one whose figure overlaps by half or
more); `spatial`, the same for counting from the left of each
frame, which is what a node without a sidecar does; `unnumbered`, the share of visible people without a
number. Somebody is visible where a two-hundredth of the picture is theirs. Sums over all kinds are
`id_switches`, `spatial` and `unnumbered`; clips of crowds count for themselves, as `crowd_…`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import drawn_clips
from drawn_clips import DrawnFrame

from anatomatte.engine.looking import look_at
from anatomatte.frame import from_view
from anatomatte.settings import Settings
from anatomatte.shot import numbers
from anatomatte.shot.assignment import assigned
from anatomatte.shot.camera import shift
from anatomatte.shot.looks import MASK, FrameLooks
from anatomatte.shot.tracks import tracked
from anatomatte.work import work_for
from anatomatte_batch.picture import whole
from anatomatte_batch.shot import change, cuts, small

VISIBLE = 0.005
"""Share of the picture from which on somebody is visible."""

SAME = 0.5
"""Overlap of figures from which on a person who is seen is one of the truth."""

Mask = npt.NDArray[np.uint8]


def looked(clip: Iterator[DrawnFrame]) -> tuple[list[FrameLooks], list[dict[int, Mask]], list[np.ndarray]]:
    """The looks at a clip, the true figures of whoever is visible in each frame, and small pictures."""
    settings = Settings()
    work = work_for(settings)
    looks: list[FrameLooks] = []
    truth: list[dict[int, Mask]] = []
    pictures: list[np.ndarray] = []
    changes: list[float] = []
    before = None
    for n, frame in enumerate(clip):
        high, wide = frame.picture.shape[:2]
        found = look_at(from_view(frame.picture, (0, 0, wide, high)), settings, work)
        tiny = small(whole(np.asarray(frame.picture, np.float32) / 255))
        moved = (0.0, 0.0) if before is None else shift(before[0], found.background)
        changes.append(0.0 if before is None else change(before[1], tiny))
        before = found.background, tiny
        looks.append(FrameLooks(n, found.aspect, found.looks, moved))
        truth.append(visible(frame.ids))
        pictures.append(cv2.resize(frame.picture, (240, 135), interpolation=cv2.INTER_AREA))
    begun = set(cuts(changes))
    looks = [
        FrameLooks(one.number, one.aspect, one.looks, one.shift, at in begun) for at, one in enumerate(looks)
    ]
    return looks, truth, pictures


def visible(ids: npt.NDArray[np.uint8]) -> dict[int, Mask]:
    """Person → figure, at a look's size, of those who are visible in a map of numbers."""
    scale = MASK / max(ids.shape)
    size = round(ids.shape[1] * scale), round(ids.shape[0] * scale)
    found = {}
    for number in np.unique(ids[ids > 0]):
        mine = np.where(ids == number, np.float32(255), np.float32(0))
        if float(mine.mean()) >= 255 * VISIBLE:
            found[int(number)] = cv2.resize(mine, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return found


def overlap(one: Mask, other: Mask) -> float:
    """Intersection over union of two soft masks; the second may have other cells."""
    if one.shape != other.shape:
        other = np.asarray(cv2.resize(other, one.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    whole = int(np.maximum(one, other).sum(dtype=np.int64))
    return int(np.minimum(one, other).sum(dtype=np.int64)) / whole if whole else 0.0


def numbered(looks: Sequence[FrameLooks]) -> list[list[int]]:
    """The number of each look of each frame, as a sidecar has it."""
    tracks = tracked(looks)
    given = numbers.numbered(looks, tracks)
    return [[given.get(track, 0) for track in mine] for mine in tracks]


def from_left(looks: Sequence[FrameLooks]) -> list[list[int]]:
    """The number of each look, counted from the left of its frame."""
    heads = ([look.head for look in one.looks] for one in looks)
    return [[1 + sorted(mine).index(head) for head in mine] for mine in heads]


def switches(
    looks: Sequence[FrameLooks], given: Sequence[list[int]], truth: Sequence[dict[int, Mask]]
) -> tuple[int, int, int]:
    """Identity switches, visible people without a number, and visible people, over all frames."""
    last: dict[int, int] = {}
    switched = unnumbered = seen = 0
    for one, mine, true in zip(looks, given, truth, strict=True):
        people = list(true)
        costs = np.array([[1 - overlap(look.mask, true[who]) for who in people] for look in one.looks])
        pairs = assigned(costs.reshape(len(mine), len(people)), 1 - SAME)
        number = {people[column]: mine[row] for row, column in pairs}
        for who in people:
            seen += 1
            if not number.get(who):
                unnumbered += 1
                continue
            switched += who in last and last[who] != number[who]
            last[who] = number[who]
    return switched, unnumbered, seen


def sheet(
    looks: Sequence[FrameLooks], given: Sequence[list[int]], pictures: Sequence[np.ndarray]
) -> np.ndarray:
    """Eight frames of a clip with the numbers on them."""
    cells = []
    for at in np.linspace(0, len(pictures) - 1, 8).astype(int):
        cell = np.ascontiguousarray(pictures[at])
        high, wide = cell.shape[:2]
        for number, look in zip(given[at], looks[at].looks, strict=True):
            (x, y), (left, top, right, bottom) = look.head, look.box
            colour = tuple(int(c) for c in drawn_clips.COLOURS[number % len(drawn_clips.COLOURS)])
            corners = (int(left * wide), int(top * high)), (int(right * wide), int(bottom * high))
            cv2.rectangle(cell, *corners, colour, 1)
            place = int(x * wide) - 4, int(y * high) + 4
            cv2.putText(cell, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1)
        cells.append(cell)
    return np.hstack(cells)


def main() -> int:
    """Measure identity switches."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bank", type=Path, default=None, help="bank with figures (python -m training)")
    parser.add_argument("--kinds", default=",".join(drawn_clips.KINDS), help="the clips")
    parser.add_argument("--seeds", type=int, default=1, help="clips of each kind, with other people")
    parser.add_argument("--frames", type=int, default=drawn_clips.FRAMES, help="frames of a clip")
    parser.add_argument("--sheet", type=Path, default=None, help="write what was numbered")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    bank = drawn_clips.bank_or_none(args.bank)
    scores: dict[str, float] = {}
    totals = {"": np.zeros(4), "crowd_": np.zeros(4)}
    strips = []
    for kind in args.kinds.split(","):
        own = np.zeros(4)
        for seed in range(args.seeds):
            clip = drawn_clips.frames(kind, seed, args.frames, bank=bank)
            looks, truth, pictures = looked(clip)
            given = numbered(looks)
            switched, unnumbered, seen = switches(looks, given, truth)
            own += switched, switches(looks, from_left(looks), truth)[0], unnumbered, seen
            strips.append(sheet(looks, given, pictures))
        totals["crowd_" if kind == "crowd" else ""] += own
        scores |= keyed(f"{kind}_" if kind != "crowd" else "", own) if kind != "crowd" else {}
        if not args.json:
            print(kind, *(f"{name} {value:g}" for name, value in keyed("", own).items()), flush=True)
    for prefix, total in totals.items():
        if total[3]:
            scores |= keyed(prefix, total)
    if args.sheet is not None:
        cv2.imwrite(str(args.sheet), np.vstack(strips)[..., ::-1])
    if args.json:
        print(json.dumps(scores))
    else:
        print("all", *(f"{name} {value:g}" for name, value in keyed("", totals[""]).items()))
    return 0


def keyed(prefix: str, counts: np.ndarray) -> dict[str, float]:
    """Counts by their keys."""
    switched, spatial, unnumbered, seen = counts
    return {
        f"{prefix}id_switches": float(switched),
        f"{prefix}spatial": float(spatial),
        f"{prefix}unnumbered": round(float(unnumbered / max(seen, 1)), 4),
    }


if __name__ == "__main__":
    sys.exit(main())
