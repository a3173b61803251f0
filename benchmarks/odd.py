"""How well the node does on people as they are seldom seen: drawn sets with exact truth.

    python benchmarks/odd.py --bank BANK [--assets ASSETS] [--kinds half,close] [--json] [--sheet OUT.png]

BANK holds the sets (`python -m training odd`); with ASSETS what it lacks is rendered first. Pictures go
through the engine as a plate does, from true defaults, and are scored at their own size. Kinds: half bodies,
seated, close-ups, backs of heads, children, lying, from above (`training/odd.py`).

Of each kind: `iou` of the person and `mad` of alpha; `found`, the share of pictures with an IoU of a half or
more; `screen`, the share in which a screen was seen that is none (nobody is looked for then); `miou6` and
`miou13` as in people.py, over the classes that the set holds; `hair` and `face`, IoU of these parts; `parts`,
the share of found pixels that have the right part; `sides`, of pixels of limbs, hands and shoes that are
found as such, the share on the right side. And the mistakes that such pictures invite, as shares of the true
pixels: `hair_worn`, hair that became clothes, hat or a thing; `hair_bare`, hair that became skin;
`face_hair`, face (beards and brows are face) that became hair; `face_glasses`, face that became glasses, in
pictures without any.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from measures import CLASSES, TO_6, TO_13, Plane, Tally, iou
from people import DEFAULTS, keyed, parts_of
from training import odd

from anatomatte.parts import GROUPS, INDEX, MIRROR, PARTS

_SIDED = np.array([MIRROR[k] != k for k in range(len(PARTS))])
_LEFT = np.array([name.startswith("left_") for name in PARTS])
_BARE = GROUPS["skin"]
_WORN = tuple(name for name in PARTS if name not in ("background", "hair", "glasses", "held", *_BARE))
_WORN_GLASSES = 0.002
"""Share of somebody's pixels from which on they wear glasses."""

Labels = NDArray[np.uint8]


def _of(label: Labels, *names: str) -> NDArray[np.bool_]:
    return np.asarray(np.isin(label, [INDEX[name] for name in names]))


@dataclass
class OddScores:
    """Counts over the pictures of one kind."""

    iou: list[float] = field(default_factory=list)
    mad: list[float] = field(default_factory=list)
    screens: list[float] = field(default_factory=list)
    fine: Tally = field(default_factory=lambda: Tally(len(PARTS)))
    six: Tally = field(default_factory=lambda: Tally(6))
    thirteen: Tally = field(default_factory=lambda: Tally(len(CLASSES)))
    shares: dict[str, list[float]] = field(default_factory=dict)

    def add(self, alpha: Plane, found: Labels, truth: Plane, label: Labels) -> None:
        """One picture: alpha and main part (H, W) as they were found, and the truth of both."""
        person = label > 0
        self.iou.append(iou(alpha >= 0.5, truth >= 0.5, np.ones(person.shape, np.bool_)))
        self.mad.append(float(np.abs(alpha - truth).mean()))
        self.fine.add(found, label)
        six, want = TO_6[TO_13[found]], TO_6[TO_13[label]]
        self.six.add(six, want)
        self.thirteen.add(TO_13[found], TO_13[label])
        both = person & (found > 0)
        self._share("parts", both, found == label)
        limbs = both & _SIDED[label] & _SIDED[found]
        self._share("sides", limbs, _LEFT[found] == _LEFT[label])
        hair, face = _of(label, "hair"), _of(label, "face")
        self._share("hair_worn", hair, _of(found, *_WORN))
        self._share("hair_bare", hair, _of(found, *_BARE))
        self._share("face_hair", face, _of(found, "hair"))
        if _of(label, "glasses").sum() < _WORN_GLASSES * person.sum():
            self._share("face_glasses", face, _of(found, "glasses"))

    def _share(self, name: str, of: NDArray[np.bool_], which: NDArray[np.bool_]) -> None:
        if of.sum() >= 20:
            self.shares.setdefault(name, []).append(float(which[of].mean()))

    def named(self, kind: str) -> dict[str, float]:
        """The scores by their keys."""
        parts = self.fine.ious()
        scores = {
            "iou": _mean(self.iou),
            "mad": _mean(self.mad),
            "screen": _mean(self.screens),
            "found": _mean([float(one >= 0.5) for one in self.iou]),
            "miou6": float(np.nanmean(self.six.ious())),
            "miou13": float(np.nanmean(self.thirteen.ious())),
            "hair": float(parts[INDEX["hair"]]),
            "face": float(parts[INDEX["face"]]),
        }
        scores |= {name: _mean(values) for name, values in self.shares.items()}
        return {f"{kind}_{key}": value for key, value in scores.items()}


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def found_in(picture: NDArray[np.uint8]) -> tuple[Plane, Labels, bool]:
    """Alpha (H, W), the main part of each pixel of a picture (H, W, 3), and if a screen was seen."""
    made = keyed(picture, DEFAULTS)
    label = np.where(made.alpha >= 0.5, parts_of(made)[1:].argmax(0) + 1, 0)
    screen = made.decision is not None and made.decision.screen
    return made.alpha, np.asarray(label, np.uint8), bool(screen)


COLOURS = np.asarray(
    cv2.cvtColor(
        np.stack([np.arange(len(PARTS)) * 67 % 180, *np.full((2, len(PARTS)), 230)], 1).astype(np.uint8)[
            None
        ],
        cv2.COLOR_HSV2RGB,
    )[0]
)
"""A colour for each part on sheets."""


def row(picture: NDArray[np.uint8], label: Labels, found: Labels, tall: int) -> NDArray[np.uint8]:
    """A picture beside its true and its found parts, *tall* pixels high."""
    cells = [picture]
    for parts in (label, found):
        tint = np.where((parts > 0)[..., None], COLOURS[parts], 0)
        cells.append(np.asarray(0.35 * picture + 0.65 * tint, np.uint8))
    size = round(picture.shape[1] * tall / picture.shape[0]), tall
    return np.hstack([cv2.resize(cell, size, interpolation=cv2.INTER_AREA) for cell in cells])


def sheet(rows: list[NDArray[np.uint8]], columns: int) -> NDArray[np.uint8]:
    """Rows of a sheet side by side in *columns*, padded to one width."""
    wide = max(one.shape[1] for one in rows)
    rows = [np.pad(one, ((0, 3), (0, wide + 3 - one.shape[1]), (0, 0))) for one in rows]
    rows += [np.zeros_like(rows[0])] * (-len(rows) % columns)
    tall = len(rows) // columns
    return np.hstack([np.vstack(rows[k * tall : (k + 1) * tall]) for k in range(columns)])


def score(bank: Path, kind: str, count: int | None, out: Path | None) -> dict[str, float]:
    """The scores of one kind; writes its sheet beside *out* where that is given."""
    scores, rows = OddScores(), []
    for one in odd.pictures(bank, kind, count):
        alpha, found, screen = found_in(one.picture)
        scores.screens.append(float(screen))
        scores.add(alpha, found, one.alpha, one.label)
        if out is not None:
            rows.append(row(one.picture, one.label, found, 240))
    if out is not None:
        path = out.with_name(f"{out.stem}_{kind}{out.suffix}")
        cv2.imwrite(str(path), sheet(rows, 3)[..., ::-1])
    return scores.named(kind)


def main() -> int:
    """Score the node on the odd sets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bank", type=Path, required=True, help="bank with the sets (python -m training odd)"
    )
    parser.add_argument("--assets", type=Path, default=None, help="render what the bank lacks from these")
    parser.add_argument("--kinds", default=",".join(odd.KINDS), help="the kinds to score")
    parser.add_argument("--count", type=int, default=None, help="pictures of each kind (default: all)")
    parser.add_argument("--sheet", type=Path, default=None, help="write a sheet of each kind: OUT_kind.png")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    if args.assets is not None:
        odd.render(args.assets, args.bank)
    scores: dict[str, float] = {}
    for kind in args.kinds.split(","):
        scores |= score(args.bank, kind, args.count, args.sheet)
    scores = {key: round(value, 4) for key, value in scores.items() if not np.isnan(value)}
    print(json.dumps(scores) if args.json else "\n".join(f"{k:20} {v:.4f}" for k, v in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
