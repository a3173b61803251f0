"""Is there a studio's screen in the picture?  What the node decides from true defaults, on drawn traps.

    python benchmarks/traps.py [--json] [--split dev|held] [--sheet OUT.png] [--only KIND]...

Every picture goes through the engine as a plate does, with `Settings()` as an artist finds them.  Half show
no screen but what keyers take for one: banners, sea, sky, lawns, courts, painted walls, jeans; half show a
screen, from perfect to awful (`traps_drawn`).  Tune on the split `dev`; `held` has other people, colours,
seeds and some kinds of its own, and is to be looked at only to judge.  No file from outside is needed.

    traps_wrong     pictures without a screen in which one was found, of `traps`
    screens_wrong   pictures with a screen in which none was found, of `screens`
    traps_mad       mean |alpha - truth| over the pictures without a screen; held things count as people
    screens_mad     the same with a screen, over what is screen or people: a lamp's stand does not count
    wrong           names of the wrong pictures

--json prints one object with these.  --sheet writes every picture small beside the alpha that the node gives,
framed green where the decision is right and red where it is wrong.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))
from traps_drawn import KINDS, SCREENS, Picture, pictures

from anatomatte.engine import Evidence, Task, key_frame, observe, prepare, work_for
from anatomatte.frame import from_view
from anatomatte.people.places import point_of
from anatomatte.settings import Settings

Pixels = npt.NDArray[np.float32]
SETTINGS = Settings()
"""True defaults: nothing is chosen for the picture."""


@dataclasses.dataclass(frozen=True)
class Said:
    """What the node decided about a picture: whether there is a screen, how sure it is, in what words."""

    screen: bool
    sure: float
    text: str


def decided(evidence: Evidence) -> Said:
    """The decision in an evidence: the one place that knows how it is said."""
    made = evidence.decision
    return Said(made.screen, made.sure, made.text)


@dataclasses.dataclass(frozen=True, eq=False)
class Score:
    """A picture, what was decided, the alpha that the node gives, and its MAD."""

    picture: Picture
    said: Said
    alpha: Pixels
    mad: float

    @property
    def right(self) -> bool:
        """Whether the decision is."""
        return bool(self.said.screen == self.picture.screen)


def score(picture: Picture) -> Score:
    """Ask the node about one picture."""
    height, width = picture.rgb.shape[:2]
    clips = {"Source": from_view(picture.rgb, (0, 0, width, height))}
    work = work_for(SETTINGS)
    plate = prepare(clips, SETTINGS, work.threads)
    place = point_of("point", SETTINGS, plate.frame.bounds, work.placed(plate.frame.aspect))
    said = decided(observe(Task(plate, SETTINGS, work, place)))
    alpha = key_frame(clips, SETTINGS, work).alpha
    counts = picture.mask | (picture.alpha > 0) if picture.screen else np.ones_like(picture.mask)
    return Score(picture, said, alpha, float(np.abs(alpha - picture.alpha)[counts].mean()))


def summary(scores: list[Score]) -> dict[str, object]:
    """The figures of the bench; a MAD is None where there is no picture of its half."""
    out: dict[str, object] = {}
    for name, screen in (("traps", False), ("screens", True)):
        half = [s for s in scores if s.picture.screen == screen]
        out[f"{name}_wrong"] = sum(not s.right for s in half)
        out[name] = len(half)
        out[f"{name}_mad"] = round(float(np.mean([s.mad for s in half])), 4) if half else None
    out["wrong"] = [s.picture.name for s in scores if not s.right]
    return out


def table(scores: list[Score]) -> str:
    """A line a kind: how many are wrong, the MAD, and what was said of each picture."""
    lines = [f"{'kind':14}{'':8}{'wrong':>7}{'MAD':>8}  said"]
    for kind in dict.fromkeys(s.picture.kind for s in scores):
        some = [s for s in scores if s.picture.kind == kind]
        wrong = f"{sum(not s.right for s in some)}/{len(some)}"
        mad = float(np.mean([s.mad for s in some]))
        said = "; ".join(s.said.text for s in some)
        lines.append(f"{kind:14}{'screen' if kind in SCREENS else 'trap':8}{wrong:>7}{mad:8.3f}  {said}")
    return "\n".join(lines)


CELL = 240, 160
GREEN, RED = (40, 200, 60), (230, 40, 40)


def fitted(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A picture made small, in the middle of a cell."""
    wide, tall = CELL
    scale = min(wide / picture.shape[1], tall / picture.shape[0])
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    x, y = (wide - size[0]) // 2, (tall - size[1]) // 2
    right, low = wide - size[0] - x, tall - size[1] - y
    return np.asarray(cv2.copyMakeBorder(small, y, low, x, right, cv2.BORDER_CONSTANT), np.uint8)


def cell(one: Score) -> npt.NDArray[np.uint8]:
    """A picture beside its alpha, in a frame that says whether the decision is right."""
    alpha = np.repeat((np.clip(one.alpha, 0, 1) * 255).astype(np.uint8)[..., None], 3, -1)
    both = np.hstack([fitted(one.picture.rgb), fitted(alpha)])
    colour = GREEN if one.right else RED
    framed = cv2.copyMakeBorder(both, 4, 20, 4, 4, cv2.BORDER_CONSTANT, value=colour)
    place = 8, framed.shape[0] - 6
    words = f"{one.picture.name}: {one.said.text}"
    cv2.putText(framed, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(framed, np.uint8)


def sheet(scores: list[Score], path: Path, across: int = 6) -> None:
    """Write every picture small."""
    cells = [cell(one) for one in scores]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % across)
    rows = [np.hstack(cells[k : k + across]) for k in range(0, len(cells), across)]
    if not cv2.imwrite(str(path), np.vstack(rows)[..., ::-1]):
        raise OSError(f"{path} cannot be written")


def main() -> int:
    """Score the node."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--split", choices=("dev", "held"), default="dev", help="which pictures (dev)")
    parser.add_argument("--sheet", type=Path, default=None, help="write a contact sheet here")
    parser.add_argument(
        "--only", action="append", choices=list(KINDS), metavar="KIND", help="only this kind; may be repeated"
    )
    args = parser.parse_args()
    scores = [score(picture) for picture in pictures(args.split, args.only)]
    if args.sheet is not None:
        sheet(scores, args.sheet)
    found = summary(scores)
    if args.json:
        print(json.dumps(found))
        return 0
    print(table(scores))
    for name in ("traps", "screens"):
        print(f"{name}: {found[f'{name}_wrong']} of {found[name]} wrong, MAD {found[f'{name}_mad']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
