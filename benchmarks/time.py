"""Steady in time: what a window does to flicker, to errors, to collapsed frames, and what it costs.

    python benchmarks/time.py [--bank BANK] [--eval FOLDER] [--kinds walking] [--window N] [--shot] [--json]

Clips are written as pictures and rendered by `RenderRequest`, as `anatomatte render` does it, twice: with
*Steady* off, each frame by itself, and as it is by default. Drawn clips (`drawn_clips`) have the truth of
every pixel; those of a bank (`python -m training`) have parts too. With FOLDER (or ANATOMATTE_EVAL) the clips
`tennis` and `davis_dance-twirl` are rendered too. One of the drawn clips stands before a green screen.

`dtssd` (x 100, less is steadier) after Erofeev et al. 2015: how differently alpha and truth change from one
frame to the next. `dtssd_ratio` and `sad_ratio` are steady through by itself, of the drawn clips together;
`parts_dtssd_ratio` that of the parts, over all layers of parts, where there is truth, and
`parts_shot_ratio` the same with the sidecar of an analysis (`--shot`). A wrong name that moves along with a
person counts for dtSSD however steady it is: `parts_wrong_ratio` is that of a matte without any flicker that
calls each part what it is called most. `parts_changed`: % of the pixels well inside of a part that change
their name along the motion, steady, and `parts_changed_ratio`, `parts_changed_shot_ratio` through those by
itself. `collapse_left` the
frames of IoU under .5 between two of more than .85; with `--strokes` `strokes_to_095` and `painted_to_095`
as `strokes.py` says; `time_cost_ratio` the seconds of an HD frame with parts
within a sequence, steady through by itself (the median of frames, without the first five).
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import drawn_clips
import part_flicker
import strokes as simulated
from measures import unsteady

from anatomatte.cache import memo
from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX
from anatomatte_batch import AnalyseRequest, RenderRequest

Pixels = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]

_STROKED = 12
"""Frames of a clip in which strokes are tried."""
_MEMO = 4_000_000_000
"""Bytes in which all that is known of so many frames is kept."""

KINDS = ("standing", "walking", "crossing", "pan", "noise", "screen")
CLIPS = {"tennis": "tennis", "dance": "davis_dance-twirl"}
GREEN = np.array([0.06, 0.42, 0.1], np.float32)


def _changes(found: list[Pixels], truth: list[Pixels]) -> list[float]:
    pairs = list(zip(found, truth, strict=True))
    return [unsteady(before, now) for before, now in pairwise(pairs)]


class Score:
    """Errors over the frames of clips, of one way to render them."""

    def __init__(self) -> None:
        self.change: list[float] = []
        self.parts: list[float] = []
        self.wrong: list[float] = []
        self.renamed = np.zeros(2)
        self.sad: list[float] = []
        self.iou: list[float] = []

    def add(self, found: list[Pixels], truth: list[Pixels]) -> None:
        """The alpha of a clip's frames, H×W in 0..1 each."""
        self.change += _changes(found, truth)
        self.sad += [float(np.abs(a - t).mean()) for a, t in zip(found, truth, strict=True)]
        for a, t in zip(found, truth, strict=True):
            both, either = (a > 0.5) & (t > 0.5), (a > 0.5) | (t > 0.5)
            self.iou.append(float(both.sum() / max(either.sum(), 1)))

    def add_parts(self, found: list[Pixels], truth: list[Picture], pictures: list[Picture]) -> None:
        """The layers of parts n×H×W of a clip's frames, the main part of each pixel, and the frames."""
        labels = [INDEX[name] for name in PART_MENU]
        wanted = [np.stack([(one == label).astype(np.float32) for label in labels]) for one in truth]
        self.parts += _changes(found, wanted)
        self.wrong += _changes(part_flicker.as_wrong(found, truth), wanted)
        called = [part_flicker.names(one) for one in found]
        self.renamed += part_flicker.changed(called, truth, pictures)

    def join(self, other: Score) -> None:
        """Add what *other* scored."""
        self.change += other.change
        self.parts += other.parts
        self.wrong += other.wrong
        self.sad += other.sad
        self.renamed += other.renamed

    @property
    def changed(self) -> float:
        """Share of the pixels inside of parts that change their name."""
        return float(self.renamed[0] / max(self.renamed[1], 1))

    @property
    def collapsed(self) -> int:
        """Frames that are wrong between two that are right."""
        three = zip(self.iou, self.iou[1:], self.iou[2:], strict=False)
        return sum(now < 0.5 and before > 0.85 and after > 0.85 for before, now, after in three)


def before_green(kind: str, count: int, bank: Path | None) -> Iterable[drawn_clips.DrawnFrame]:
    """A drawn clip before a green screen that is lit unevenly."""
    wide, high = drawn_clips.SIZE
    fall = np.linspace(1.15, 0.8, 2 * wide, dtype=np.float32)[None, :, None].repeat(high, 0)
    return drawn_clips.frames(kind, 1, count, bank=bank, ground=GREEN * fall)


Rendered = tuple[list[Pixels], list[Pixels], list[float]]


def rendered(
    folder: Path, out: str, parts: bool, frames: list[int] | None = None, **settings: object
) -> Rendered:
    """Alpha of each frame of a folder's clip, its parts n×H×W where they are asked for, and its seconds.

    Args:
        frames: numbers from 1; None takes all.
    """
    layers = ["rgba", *(list(PART_MENU) if parts else [])]
    made = RenderRequest(
        source=folder / "plate.####.png", destination=folder / f"{out}.####.exr", layers=",".join(layers),
        frames=frames, settings=settings,
    ).run()  # fmt: skip
    if made.exit_code:
        raise RuntimeError(made.sentence)
    alphas, planes = [], []
    for frame in made.frames:
        channels, pixels = _channels(Path(str(frame.path)))
        alphas.append(pixels[..., channels.index("A")])
        if parts:
            planes.append(np.stack([pixels[..., channels.index(f"{name}.A")] for name in PART_MENU]))
    return alphas, planes, [frame.seconds for frame in made.frames]


def _channels(path: Path) -> tuple[list[str], Pixels]:
    import OpenImageIO as oiio

    names: list[str] = []
    planes: list[Pixels] = []
    file = oiio.ImageInput.open(str(path))
    part = 0
    while file.seek_subimage(part, 0):
        names += file.spec().channelnames
        planes.append(np.atleast_3d(file.read_image(part, 0, 0, file.spec().nchannels, "float")))
        part += 1
    return names, np.concatenate(planes, 2)


def written(folder: Path, pictures: Iterable[Picture]) -> None:
    """Pictures H×W×3 of 8-bit sRGB as the frames of a clip."""
    for number, picture in enumerate(pictures, 1):
        cv2.imwrite(str(folder / f"plate.{number:04d}.png"), picture[..., ::-1])


def drawn(kind: str, count: int, bank: Path | None) -> list[drawn_clips.DrawnFrame]:
    """The frames of a drawn clip; ``screen`` walks before a green one."""
    if kind == "screen":
        return list(before_green("walking", count, bank))
    return list(drawn_clips.frames(kind, 1, count, bank=bank))


def of_drawn(
    clip: list[drawn_clips.DrawnFrame],
    alone: Score,
    steady: Score,
    shot: Score | None = None,
    **settings: object,
) -> None:
    """Both ways over a drawn clip; with *shot* a third one, steady with the sidecar of an analysis."""
    parts = clip[0].parts is not None
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        written(folder, (one.picture for one in clip))
        ways = [(alone, "alone", {"steady": 0.0}), (steady, "steady", settings)]
        if shot is not None and parts:
            made = AnalyseRequest(source=folder / "plate.####.png", sidecar=folder / "plate.shot.json").run()
            ways.append((shot, "shot", {**settings, "shot_file": str(made.sidecar)}))
        for score, out, values in ways:
            found, planes, _ = rendered(folder, out, parts, who="everyone", **values)
            score.add(found, [one.alpha for one in clip])
            if parts:
                truth = [one.parts for one in clip if one.parts is not None]
                score.add_parts(planes, truth, [one.picture for one in clip])


def of_photos(folder: Path, alone: Score, steady: Score, **settings: object) -> None:
    """Both ways over a clip with a mask for every frame."""
    plates = sorted(one for one in folder.iterdir() if not one.stem.endswith("_mask"))
    pictures = [cv2.imread(str(one), cv2.IMREAD_COLOR)[..., ::-1] for one in plates]
    masks = [str(one.with_name(f"{one.stem}_mask.png")) for one in plates]
    truth = [(cv2.imread(one, cv2.IMREAD_GRAYSCALE) > 127).astype(np.float32) for one in masks]
    with tempfile.TemporaryDirectory() as where:
        written(Path(where), pictures)
        for score, out, values in ((alone, "alone", {"steady": 0.0}), (steady, "steady", settings)):
            score.add(rendered(Path(where), out, False, **values)[0], truth)


def strokes(kinds: Iterable[str], bank: Path | None, say: Callable[[str], object]) -> dict[str, float]:
    """Strokes until a wrong part is right, and painted frames: means over drawn clips, the first half.

    Frames are looked at once: the memo holds all of them, and those that a stroke changes are rendered.
    """
    memo.limit = _MEMO
    counts = []
    for kind in kinds:
        clip = drawn(kind, 24, bank)[:_STROKED]
        truth = [one.parts for one in clip if one.parts is not None]
        if len(truth) < len(clip):
            continue
        with tempfile.TemporaryDirectory() as where:
            folder = Path(where)
            written(folder, (one.picture for one in clip))

            def render(out: str, sidecar: str, frames: list[int], folder: Path = folder) -> list[Pixels]:
                return rendered(folder, out, True, frames, who="everyone", shot_file=sidecar, check="off")[1]

            found = simulated.mended(folder, truth, render, lambda text, kind=kind: say(f"{kind}: {text}"))
        memo.purge()
        if found is not None:
            counts.append(found)
    if not counts:
        return {}
    made = np.mean(counts, 0)
    return {"strokes_to_095": float(made[0]), "painted_to_095": float(made[1])}


def cost(bank: Path | None, frames: int, **settings: object) -> float:
    """Seconds of an HD frame with parts in a sequence, steady through by itself."""
    clip = drawn_clips.frames("walking", 1, frames, (1920, 1080), bank)
    took = []
    with tempfile.TemporaryDirectory() as where:
        written(Path(where), (one.picture for one in clip))
        for out, values in (("alone", {"steady": 0.0}), ("steady", settings)):
            seconds = rendered(Path(where), out, True, **values)[2]
            took.append(float(np.median(seconds[5:])))
    return took[1] / took[0]


def line(name: str, one: Score, two: Score) -> str:
    """What a clip is like, by itself → steady."""
    pairs = (
        ("dtSSD", np.mean(one.change), np.mean(two.change)),
        ("SAD", 1000 * np.mean(one.sad), 1000 * np.mean(two.sad)),
        ("IoU", np.mean(one.iou), np.mean(two.iou)),
        ("least", min(one.iou), min(two.iou)),
        *([("parts", np.mean(one.parts), np.mean(two.parts))] if one.parts else []),
    )
    return f"{name:18}" + "   ".join(f"{what} {a:.3f} → {b:.3f}" for what, a, b in pairs)


def table(
    clips: Iterable[tuple[str, list[drawn_clips.DrawnFrame]]],
    folder: Path | None,
    say: Callable[[str], object],
    sidecar: bool = False,
    **settings: object,
) -> dict[str, float]:
    """All figures but the cost, of drawn clips and of those in a folder; with a *sidecar* too."""
    alone, steady, shot = Score(), Score(), Score()
    made: dict[str, float] = {"collapse_left": 0}
    for name, clip in clips:
        one, two, three = Score(), Score(), Score()
        of_drawn(clip, one, two, three if sidecar else None, **settings)
        say(line(name, one, two) + (f"   with a sidecar {np.mean(three.parts):.3f}" if three.parts else ""))
        made["collapse_left"] += two.collapsed
        for total, part in ((alone, one), (steady, two), (shot, three)):
            total.join(part)
    if alone.change:
        made["dtssd"] = float(np.mean(steady.change))
        made["dtssd_ratio"] = float(np.mean(steady.change) / np.mean(alone.change))
        made["sad_ratio"] = float(np.mean(steady.sad) / np.mean(alone.sad))
    if alone.parts:
        made["parts_dtssd_ratio"] = float(np.mean(steady.parts) / np.mean(alone.parts))
        made["parts_wrong_ratio"] = float(np.mean(steady.wrong) / np.mean(alone.parts))
        made["parts_changed"] = 100 * steady.changed
        made["parts_changed_ratio"] = steady.changed / max(alone.changed, 1e-9)
    if shot.parts:
        made["parts_shot_ratio"] = float(np.mean(shot.parts) / np.mean(alone.parts))
        made["parts_changed_shot_ratio"] = shot.changed / max(alone.changed, 1e-9)
    if folder is None:
        say("no folder of real clips is named: drawn ones only")
        return made
    for key, name in CLIPS.items():
        if not (folder / name).is_dir():
            say(f"{name}: not in {folder}")
            continue
        one, two = Score(), Score()
        of_photos(folder / name, one, two, **settings)
        say(line(name, one, two))
        made[f"{key}_dtssd"] = float(np.mean(two.change))
        made["collapse_left"] += two.collapsed
    return made


def main() -> int:
    """Print the table, or one object with `--json`."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("--bank", type=Path, help="drawn people with parts (python -m training)")
    parser.add_argument("--eval", default=os.environ.get("ANATOMATTE_EVAL"), help="real clips")
    parser.add_argument("--kinds", default=",".join(KINDS), help="drawn clips")
    parser.add_argument("--frames", type=int, default=24, help="of the table; 0 leaves the table out")
    parser.add_argument("--window", type=int, default=None, help="frames to each side; the default otherwise")
    parser.add_argument("--shot", action="store_true", help="with a sidecar as well")
    parser.add_argument("--strokes", action="store_true", help="strokes that mend a part, simulated")
    parser.add_argument("--no-cost", action="store_true", help="without the HD sequence")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    settings = {} if args.window is None else {"window": args.window}
    say = functools.partial(print, file=sys.stderr if args.json else sys.stdout, flush=True)
    bank = drawn_clips.bank_or_none(args.bank, say)
    folder = Path(args.eval) if args.eval else None
    kinds = [kind for kind in args.kinds.split(",") if kind]
    clips = ((kind, drawn(kind, args.frames, bank)) for kind in kinds)
    made = table(clips, folder, say, args.shot, **settings) if args.frames else {}
    if args.strokes:
        made |= strokes(kinds, bank, say)
    if not args.no_cost:
        made["time_cost_ratio"] = cost(bank, 14, **settings)
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in made.items()}))
    else:
        for name, value in made.items():
            print(f"{name:20} {value:.4g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
