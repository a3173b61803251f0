"""How well the node masks, mattes and parses people: in real photos, and in kinds of drawn ones.

    python benchmarks/people.py [--eval FOLDER] [--bank BANK] [--json] [--sheet OUT.png]

Every picture goes through the engine as a plate does, from defaults but for Find people on, Screen none
and held things dropped; what is scored is what the node gives, at the picture's own size.

FOLDER (or the variable ANATOMATTE_EVAL) holds the sets `ccp`, `coco`, `alphaGT`, `alphaSilver`, `tennis` and
`davis_dance-twirl`: `X.jpg|png` with `X_labels.png`, `X_mask.png`, `X_alpha.png` and `X_void.png`. BANK
(`python -m training render`) gives drawn people that no training saw, by kind: small, backlit, reflective or
sheer clothing, overlap, back view. Without either the benchmark says so and succeeds.

Definitions: IoU after Everingham et al. 2010, per picture, then averaged; boundary IoU after Cheng et al.
2021 with a band of 2 % of the diagonal; MAD the mean of |alpha - truth|; mIoU over the classes that the set
holds, pixels of all pictures together; dtSSD (x 100, less is steadier) after Erofeev et al. 2015, of clips;
`extra` is found outside of the truth and `missed` truth not found, each per area of truth, at alpha .5;
`splits` counts connected people in whom two numbers hold over a tenth each.
The 6 classes are background, hair, skin, tops (with dresses), bottoms (with legwear) and footwear; other
labels do not count.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.engine import Mattes, key_frame, work_for
from anatomatte.frame import from_view
from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX, PARTS
from anatomatte.settings import Settings

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

CLASSES = (
    *("background", "hair", "skin", "headwear", "eyewear", "upper", "dress"),
    *("skirt", "trousers", "legwear", "footwear", "bag", "accessory"),
)
_OF_PART = {
    "background": "background",
    "held": "background",
    "hat": "headwear",
    "hair": "hair",
    "glasses": "eyewear",
    "upper_clothes": "upper",
    "coat": "upper",
    "dress": "dress",
    "trousers": "trousers",
    "skirt": "skirt",
    "left_shoe": "footwear",
    "right_shoe": "footwear",
    "bag": "bag",
    "scarf": "accessory",
    "other": "accessory",
}
TO_13 = np.array([CLASSES.index(_OF_PART.get(name, "skin")) for name in PARTS])
"""Class of each part; every kind of bare body is skin."""

_SIX = {
    "background": 0,
    "hair": 1,
    "skin": 2,
    "upper": 3,
    "dress": 3,
    "skirt": 4,
    "trousers": 4,
    "legwear": 4,
}
TO_6 = np.array([{**_SIX, "footwear": 5}.get(name, 255) for name in CLASSES])


def iou(found: Mask, truth: Mask, counts: Mask) -> float:
    """Intersection over union of two masks where `counts`; 1 when both are empty."""
    union = ((found | truth) & counts).sum()
    return float((found & truth & counts).sum() / union) if union else 1.0


def areas(found: Mask, truth: Mask, counts: Mask) -> tuple[float, float]:
    """What is found outside of the truth, and what of it is missed, each as a share of the truth."""
    whole = max(1, int((truth & counts).sum()))
    return float((found & ~truth & counts).sum()) / whole, float((~found & truth & counts).sum()) / whole


SPLIT = 0.1
"""Share of a person that a number must hold before it counts."""


def is_cut(people: Sequence[Plane], truth: Mask) -> bool:
    """Whether the one connected person of *truth* is cut in two: several numbers hold more than `SPLIT`."""
    count, _ = cv2.connectedComponents(cv2.dilate(truth.astype(np.uint8), np.ones((3, 3), np.uint8)))
    held = [float(((matte >= 0.5) & truth).sum()) for matte in people]
    return count == 2 and sum(area > SPLIT * truth.sum() for area in held) > 1


def band(mask: Mask) -> Mask:
    """The inner border of a mask, 2 % of the picture's diagonal wide; the picture's own border counts."""
    width = max(1, round(0.02 * float(np.hypot(*mask.shape))))
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0))


def unsteady(before: tuple[Plane, Plane], now: tuple[Plane, Plane]) -> float:
    """How differently alpha and truth (both in each pair) change from one frame to the next, x 100."""
    change = (now[0] - before[0]) - (now[1] - before[1])
    return 100 * float(np.sqrt(np.square(change).mean()))


class Tally:
    """Confusion counts over a set of pictures."""

    def __init__(self, classes: int) -> None:
        self.counts = np.zeros((classes, classes), np.int64)

    def add(self, found: NDArray[np.integer], truth: NDArray[np.integer]) -> None:
        """Count one picture; values beyond the classes do not count."""
        n = len(self.counts)
        ok = (truth < n) & (found < n)
        self.counts += np.bincount(truth[ok].astype(int) * n + found[ok], minlength=n * n).reshape(n, n)

    def ious(self) -> NDArray[np.float64]:
        """IoU per class; NaN where the truth has none."""
        hit, truth, found = np.diag(self.counts), self.counts.sum(1), self.counts.sum(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(truth > 0, hit / (truth + found - hit), np.nan))


def read(path: Path, flags: int) -> NDArray[np.uint8]:
    """A picture as stored (BGR when it has colour).

    Raises:
        FileNotFoundError: there is none or it cannot be decoded.
    """
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise FileNotFoundError(f"{path} cannot be read; the folder is not whole")
    return np.asarray(picture, np.uint8)


def pictures(folder: Path, kind: str) -> Iterator[tuple[str, NDArray[np.uint8], NDArray[np.uint8], Mask]]:
    """Name, RGB, truth and where it counts, of every picture with a `<name>_<kind>.png`."""
    for truth_path in sorted(folder.glob(f"*_{kind}.png")):
        name = truth_path.name[: -len(kind) - 5]
        plate = next(p for p in (folder / f"{name}.jpg", folder / f"{name}.png") if p.exists())
        rgb = np.ascontiguousarray(read(plate, cv2.IMREAD_COLOR)[..., ::-1])
        truth = read(truth_path, cv2.IMREAD_UNCHANGED)
        truth = truth[..., 0] if truth.ndim == 3 else truth
        void = folder / f"{name}_void.png"
        counts = read(void, cv2.IMREAD_GRAYSCALE) == 0 if void.exists() else np.ones(truth.shape, np.bool_)
        yield name, rgb, truth, counts


SETTINGS = Settings(subject="on", screen="none", held=False)
"""The people network alone; what is held is no person, as in the sets' labels."""

KINDS = {
    "small": "small",
    "backlit": "backlit",
    "reflective": "shiny cloth",
    "sheer": "sheer cloth",
    "overlap": "overlap",
    "back": "back view",
}
"""Names of drawn kinds here and in `training.learn.breakdown`."""


def keyed(picture: NDArray[np.uint8]) -> Mattes:
    """What the node makes of a picture (H, W, 3) of 8-bit sRGB."""
    height, width = picture.shape[:2]
    return key_frame({"Source": from_view(picture, (0, 0, width, height))}, SETTINGS, work_for(SETTINGS))


def parts_of(made: Mattes) -> NDArray[np.float32]:
    """The mattes of all parts (parts, H, W) in the order of `PARTS`; the background is 0."""
    found = made.planes(PART_MENU)
    out = np.zeros((len(PARTS), *made.alpha.shape), np.float32)
    for name, matte in zip(PART_MENU, found, strict=True):
        out[INDEX[name]] = matte
    return out


def classes_13(made: Mattes) -> NDArray[np.int64]:
    """The 13 classes: mattes of parts summed to classes, background where alpha is under a half."""
    shares = np.zeros((len(CLASSES), *made.alpha.shape), np.float32)
    np.add.at(shares, TO_13, parts_of(made))
    return np.where(made.alpha >= 0.5, shares[1:].argmax(0) + 1, 0)


class Bench:
    """Scores of the node on the sets of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def masks(self, name: str) -> tuple[float, float, float, float]:
        """Mean person IoU of a set with masks; as a clip, how unsteady it is; extra and missed area."""
        scores, steps, wrong = [], [], []
        before: tuple[Plane, Plane] | None = None
        for _, picture, truth, counts in pictures(self.folder / name, "mask"):
            alpha, mask = keyed(picture).alpha, truth > 127
            scores.append(iou(alpha >= 0.5, mask, counts))
            wrong.append(areas(alpha >= 0.5, mask, counts))
            now = alpha, mask.astype(np.float32)
            if before is not None and before[0].shape == alpha.shape:
                steps.append(unsteady(before, now))
            before = now
        extra, missed = np.mean(wrong, 0)
        return float(np.mean(scores)), float(np.mean(steps)) if steps else float("nan"), extra, missed

    def mattes(self, name: str) -> float:
        """Mean absolute difference of alpha of a set with mattes."""
        scores = []
        for _, picture, truth, counts in pictures(self.folder / name, "alpha"):
            alpha = keyed(picture).alpha
            scores.append(float(np.abs(alpha - truth / np.float32(255))[counts].mean()))
        return float(np.mean(scores))

    def parsing(self) -> dict[str, float]:
        """Person IoU, boundary IoU and both mIoUs of the set with clothing labels."""
        lut = np.array(json.loads((self.folder / "ccp" / "ccp_to_coarse13.json").read_text())["lut"])
        person, border, wrong, cut = [], [], [], 0
        thirteen, six = Tally(len(CLASSES)), Tally(6)
        for _, picture, labels, counts in pictures(self.folder / "ccp", "labels"):
            made = keyed(picture)
            found, truth = made.alpha >= 0.5, labels > 0
            person.append(iou(found, truth, counts))
            border.append(iou(band(found), band(truth), counts))
            wrong.append(areas(found, truth, counts))
            cut += is_cut(made.people, truth)
            want = np.where(counts, lut[labels], 255)
            got = classes_13(made)
            thirteen.add(got, want)
            six.add(TO_6[got], np.where(want < 255, TO_6[np.minimum(want, 12)], 255))
        scores = {"ccp_iou": float(np.mean(person)), "boundary_iou": float(np.mean(border))}
        scores["ccp_extra"], scores["ccp_missed"] = np.mean(wrong, 0).tolist()
        scores["splits"] = cut
        scores["ccp_miou13"] = float(np.nanmean(thirteen.ious()))
        scores["ccp_miou6"] = float(np.nanmean(six.ious()))
        per_class = zip(CLASSES, thirteen.ious(), strict=True)
        return scores | {f"ccp_{name}": float(v) for name, v in per_class}

    def all(self) -> dict[str, float]:
        """Every score whose set is in the folder."""
        scores: dict[str, float] = {}
        if (self.folder / "ccp").is_dir():
            scores |= self.parsing()
        for key, name in (("coco", "coco"), ("tennis", "tennis"), ("dance", "davis_dance-twirl")):
            if (self.folder / name).is_dir():
                scores[f"{key}_iou"], steps, *wrong = self.masks(name)
                scores[f"{key}_extra"], scores[f"{key}_missed"] = wrong
                if key != "coco":
                    scores[f"{key}_dtssd"] = steps
        for key, name in (("alpha_mad", "alphaGT"), ("silver_mad", "alphaSilver")):
            if (self.folder / name).is_dir():
                scores[key] = self.mattes(name)
        return scores

    def sheet(self, path: Path, count: int = 6) -> None:
        """Write the first pictures of every set beside their parts and alpha."""
        colours = np.random.default_rng(7).integers(60, 255, (len(PARTS), 3)).astype(np.uint8)
        colours[INDEX["background"]] = 0
        rows = []
        for name, kind in (("ccp", "labels"), ("coco", "mask"), ("tennis", "mask"), ("alphaGT", "alpha")):
            for k, (_, picture, _, _) in enumerate(pictures(self.folder / name, kind)):
                if k >= count:
                    break
                made = keyed(picture)
                size = (round(240 * picture.shape[1] / picture.shape[0]), 240)
                parts = np.where(made.alpha >= 0.5, parts_of(made)[1:].argmax(0) + 1, 0)
                planes = [picture, colours[parts]]
                planes.append(np.repeat((made.alpha[..., None] * 255).astype(np.uint8), 3, -1))
                row = np.hstack([cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in planes])
                rows.append(np.pad(row[:, :1100], ((0, 4), (0, max(0, 1100 - row.shape[1])), (0, 0))))
        half = (len(rows) + 1) // 2
        rows += [np.zeros_like(rows[0])] * (2 * half - len(rows))
        cv2.imwrite(str(path), np.hstack([np.vstack(rows[:half]), np.vstack(rows[half:])])[..., ::-1])


def drawn(bank: Path, count: int) -> dict[str, float]:
    """Person IoU and alpha MAD of each kind of drawn people that the bank holds."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from training.learn.breakdown import pictures as of_kind

    scores: dict[str, float] = {}
    for name, kind in KINDS.items():
        overlaps, errors = [], []
        for sample in of_kind(bank, kind, count):
            alpha = keyed(sample.picture).alpha
            truth = sample.alpha[..., 0] / np.float32(255)
            overlaps.append(iou(alpha >= 0.5, truth >= 0.5, np.ones(truth.shape, np.bool_)))
            errors.append(float(np.abs(alpha - truth).mean()))
        if overlaps:
            scores |= {f"{name}_iou": float(np.mean(overlaps)), f"{name}_mad": float(np.mean(errors))}
    return scores


def main() -> int:
    """Score the node."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = os.environ.get("ANATOMATTE_EVAL")
    parser.add_argument("--eval", type=Path, default=Path(home) if home else None, help="folder of the sets")
    parser.add_argument("--bank", type=Path, default=None, help="a bank of drawn people, for the kinds")
    parser.add_argument("--count", type=int, default=24, help="drawn pictures of each kind")
    parser.add_argument("--weights", type=Path, default=None, help="other weights of the people network")
    parser.add_argument("--sheet", type=Path, default=None, help="write a contact sheet here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    there = args.eval is not None and args.eval.is_dir()
    if not there and args.bank is None:
        sentence = "no evaluation photos: give their folder with --eval or ANATOMATTE_EVAL, or a --bank"
        print(json.dumps({"skipped": sentence}) if args.json else f"{sentence}; nothing was measured")
        return 0
    if args.weights is not None:
        use(args.weights)
    scores = Bench(args.eval).all() if there else {}
    if args.bank is not None:
        scores |= drawn(args.bank, args.count)
    scores = {key: round(value, 4) for key, value in scores.items() if not np.isnan(value)}
    if args.sheet is not None and there:
        Bench(args.eval).sheet(args.sheet)
    print(json.dumps(scores) if args.json else "\n".join(f"{k:16} {v:.4f}" for k, v in scores.items()))
    return 0


def use(weights: Path) -> None:
    """Let the engine ask the network with other weights."""
    from anatomatte.engine import subject
    from anatomatte.nets.own.ensemble import PeopleModel

    model = PeopleModel([weights])
    subject.model = lambda: model


if __name__ == "__main__":
    sys.exit(main())
