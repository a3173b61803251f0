"""Does the node know its bad frames?  Its checks on damage put into known frames, and on clean shots.

    python benchmarks/qc.py [--json] [--split dev|held] [--clips FOLDER]... [--alone]

Drawn shots (`traps_drawn`, people who move) go through the engine from true defaults.  Frames whose matte
is the truth's but for edges (`qc_shots.is_clean`) are clean; damage of every kind (`qc_shots/damage.py`)
is put into them, in the matte alone and in what the networks say too.  A frame is flagged where a score is
beyond its threshold (`anatomatte.qc.REASONS`).  Tune on `dev`; `held` has other people, colours and places.

    recall          damaged frames that are flagged, each kind of damage counting alike
    precision       flagged frames that are damaged, of as many clean frames as damaged ones
    clean_flagged   clean frames that are flagged
    recall_KIND     of one kind of damage
    flagged_CODE    clean frames that one reason flags
    bad_flagged     frames that the engine itself got wrong (IoU below .8) and that are flagged, of `bad`
    clip_recall     the same in clips with masks: FOLDER holds pictures and NAME_mask.png beside each
    clip_flagged    frames of the clips with an IoU of .9 and more that are flagged

--alone leaves out what needs the frames beside a frame.  No file from outside is needed without --clips.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from qc_shots import DAMAGE, SHOTS, Alignment, Taken, clip, drawn, is_clean
from qc_shots.damage import LASTING

from anatomatte.qc import REASONS, beyond, scores
from anatomatte.qc.checks import alone as checked_alone
from anatomatte.qc.checks import beside as checked_beside
from anatomatte.qc.seen import Seen

BAD, GOOD = 0.8, 0.9
"""IoU with the truth below which a frame of the engine is bad, and from which on one of a clip is good."""


@dataclasses.dataclass(frozen=True)
class Judged:
    """A frame: its shot and number, the damage in it ("" for none), its own IoU and flaw, the codes that flag
    it, and all scores."""

    shot: str
    frame: int
    damage: str
    iou: float
    flaw: float
    codes: tuple[str, ...]
    scores: dict[str, float]


class Reel:
    """A shot, with its frames aligned to each other once."""

    def __init__(self, taken: Sequence[Taken], alone: bool = False) -> None:
        self.taken = taken
        self._aligned = {} if alone else {(k, step): self._align(k, step) for k, step in self._pairs()}

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for k in range(len(self.taken)):
            yield from ((k, step) for step in (-1, 1) if 0 <= k + step < len(self.taken))

    def _align(self, k: int, step: int) -> Alignment:
        return Alignment(self.taken[k].seen.picture, self.taken[k + step].seen.picture)

    def judged(
        self, k: int, seen: Seen, damage: str, hurt: Callable[[Seen], Seen | None] | None = None
    ) -> Judged:
        """Frame *k* as *seen*; *hurt* damages the frames beside it alike."""
        around = []
        for step in (-1, 1):
            if (k, step) in self._aligned:
                other = self.taken[k + step].seen
                other = other if hurt is None else hurt(other) or other
                around.append(self._aligned[k, step].beside(other, step))
        told = scores((*checked_alone(seen), *(checked_beside(seen, around) if around else ())))
        one = self.taken[k]
        return Judged(one.name, one.frame, damage, one.iou, one.flaw, beyond(told), told)

    def plain(self) -> Iterator[Judged]:
        """Every frame as the engine made it."""
        for k, one in enumerate(self.taken):
            yield self.judged(k, one.seen, "")

    def damaged(self) -> Iterator[Judged]:
        """Damage of every kind in the inner frames that are clean, as are those beside them."""
        for k in range(1, len(self.taken) - 1):
            if not all(one.clean for one in self.taken[k - 1 : k + 2]):
                continue
            for number, (name, damage) in enumerate(DAMAGE.items()):
                seed = [7, k, number, *self.taken[k].name.encode()]
                deep = bool((k + number) % 2)

                def hurt(seen: Seen) -> Seen | None:
                    return damage(seen, np.random.default_rng(seed), deep)  # noqa: B023

                seen = hurt(self.taken[k].seen)
                if seen is not None:
                    yield self.judged(k, seen, name, hurt if name in LASTING else None)


def share(of: Iterable[Judged]) -> float | None:
    """The share of frames that are flagged; None of none."""
    flags = [bool(one.codes) for one in of]
    return round(float(np.mean(flags)), 4) if flags else None


def summary(frames: Sequence[Judged]) -> dict[str, float | int | None]:
    """The figures of the bench for drawn shots."""
    clean = [one for one in frames if not one.damage and is_clean(one.iou, one.flaw)]
    bad = [one for one in frames if not one.damage and one.iou < BAD]
    kinds = {name: share(one for one in frames if one.damage == name) for name in DAMAGE}
    known = [value for value in kinds.values() if value is not None]
    recall, wrong = (float(np.mean(known)) if known else 0.0), share(clean) or 0.0
    return {
        "precision": round(recall / max(recall + wrong, 1e-9), 4),
        "recall": round(recall, 4),
        "clean_flagged": wrong,
        "clean": len(clean),
        "damaged": sum(bool(one.damage) for one in frames),
        "bad_flagged": share(bad),
        "bad": len(bad),
        **{f"recall_{name}": value for name, value in kinds.items()},
        **{f"flagged_{code}": round(_by(clean, code), 4) for code in REASONS},
    }


def _by(frames: Sequence[Judged], code: str) -> float:
    return sum(code in one.codes for one in frames) / max(1, len(frames))


def of_clips(frames: Sequence[Judged]) -> dict[str, float | int | None]:
    """The figures of clips."""
    low = [one for one in frames if one.iou < BAD]
    return {
        "clip_recall": share(low),
        "clip_bad": len(low),
        "clip_flagged": share(one for one in frames if one.iou >= GOOD),
        "clip_good": sum(one.iou >= GOOD for one in frames),
        "clip_frames": len(frames),
    }


def main() -> int:
    """Judge the checks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--split", choices=("dev", "held"), default="dev", help="which pictures (dev)")
    parser.add_argument(
        "--clips", type=Path, action="append", default=[], metavar="FOLDER", help="with masks"
    )
    parser.add_argument("--alone", action="store_true", help="without the frames beside a frame")
    parser.add_argument("--frames", action="store_true", help="a line for each clean frame that is flagged")
    args = parser.parse_args()
    frames: list[Judged] = []
    for shot in SHOTS:
        reel = Reel(list(drawn(args.split, shot)), args.alone)
        frames += [*reel.plain(), *reel.damaged()]
    found = summary(frames)
    clips = [one for folder in args.clips for one in Reel(list(clip(folder)), args.alone).plain()]
    found |= of_clips(clips) if clips else {}
    if args.frames:
        for one in frames:
            if one.codes and not one.damage and is_clean(one.iou, one.flaw):
                told = " ".join(f"{code} {one.scores[code]:.2f}" for code in one.codes)
                print(f"{one.shot} {one.frame}: {told}", file=sys.stderr)
    if args.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:22}{'-' if value is None else value}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
