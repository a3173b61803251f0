"""How well the node masks, mattes and parses people: in real photos, and in kinds of drawn ones.

    python benchmarks/people.py [--eval FOLDER] [--bank BANK] [--json] [--sheet OUT.png]

Pictures go through the engine as a plate does, from true defaults; clips through `RenderRequest`, as
`anatomatte render` takes them, so that a shot decides once on its screen.  What is scored is what the node
gives, at the picture's own size.  Beside it, as `forced_...`, the same with Find people on, Screen none and
held things dropped: the networks alone.

FOLDER (or the variable ANATOMATTE_EVAL) holds the sets `ccp`, `coco`, `alphaGT`, `alphaSilver`, `tennis` and
`davis_dance-twirl`: `X.jpg|png` with `X_labels.png`, `X_mask.png`, `X_alpha.png` and `X_void.png`. BANK
(`python -m training render`) gives drawn people that no training saw, by kind: small, backlit, reflective or
sheer clothing, overlap, back view, half body, close-up, seated; `..._parts` is the share of their pixels that
have the right part. Without either the benchmark says so and succeeds.

Definitions: IoU after Everingham et al. 2010, per picture, then averaged; boundary IoU after Cheng et al.
2021 with a band of 2 % of the diagonal; MAD the mean of |alpha - truth|; mIoU over the classes that the set
holds, pixels of all pictures together; dtSSD (x 100, less is steadier) after Erofeev et al. 2015, of clips.
The 6 classes are background, hair, skin, tops (with dresses), bottoms (with legwear) and footwear; other
labels do not count. `extra` and `missed` are what was found outside of people, and what of them was not
found, as shares of the people; `splits` the share of pictures of one person who got two numbers, each with
more than a tenth of that person; `gaps_filled` the share of enclosed gaps of the truth that stay closed;
`band_mad` the error of alpha near the true contour (matte_scores.py); `screen_wrong` the pictures in which a
screen was seen that is none; `firm`, `decided`, `border_f`, `sides_sure` and `outfit_right` of parts are
those of part_measures.py; `bag` is of pictures in which bags are labelled; they do not count elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.engine import Mattes, Task, key_frame, prepare, subject, work_for
from anatomatte.engine.evidence import people_of
from anatomatte.frame import from_view
from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX, PARTS
from anatomatte.settings import Settings
from anatomatte_batch import RenderRequest
from anatomatte_batch.images import read_image

sys.path.insert(0, str(Path(__file__).resolve().parent))
from matte_scores import band_mad, gaps_filled
from measures import CLASSES, TO_6, TO_13, Mask, Plane, Scores, Tally, band, iou, split_up, unsteady
from part_measures import PartScores


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


DEFAULTS, FORCED = Settings(), Settings(subject="on", screen="none", held=False)
"""What a user gets; and the networks alone, where what is held is no person, as in the labels."""

_BAG = CLASSES.index("bag")

CLIPS = {"tennis": "tennis", "dance": "davis_dance-twirl"}
"""Sets whose pictures are the frames of one shot."""

KINDS = {
    "small": "small",
    "backlit": "backlit",
    "reflective": "shiny cloth",
    "sheer": "sheer cloth",
    "overlap": "overlap",
    "back": "back view",
    "half": "half body",
    "close": "close-up",
    "seated": "seated",
}
"""Names of drawn kinds here and in `training.learn.breakdown`."""


def keyed(picture: NDArray[np.uint8], settings: Settings = FORCED) -> Mattes:
    """What the node makes of a picture (H, W, 3) of 8-bit sRGB."""
    height, width = picture.shape[:2]
    return key_frame({"Source": from_view(picture, (0, 0, width, height))}, settings, work_for(settings))


def shot(folder: Path, names: list[str]) -> list[Plane]:
    """The alphas (H, W) that `anatomatte render` writes of the pictures of a set, as one shot from defaults.

    Raises:
        RuntimeError: a frame failed.
    """
    with tempfile.TemporaryDirectory() as where:
        home = Path(where)
        for number, name in enumerate(names, 1):
            plate = next(p for p in (folder / f"{name}.jpg", folder / f"{name}.png") if p.exists())
            (home / f"plate.{number:04d}{plate.suffix}").symlink_to(plate.resolve())
        result = RenderRequest(
            source=home / f"plate.####{plate.suffix}",
            destination=home / "key.####.png",
            settings={"output": "matte"},
            runtime="in-process",
        ).run()
        if result.exit_code:
            raise RuntimeError(result.sentence)
        found = [read_image(home / f"key.{n:04d}.png").pixels[..., 0] for n in range(1, len(names) + 1)]
    return [np.asarray(one, np.float32) for one in found]


def parts_of(made: Mattes) -> NDArray[np.float32]:
    """The mattes of all parts (parts, H, W) in the order of `PARTS`; the background is 0."""
    found = made.planes(PART_MENU)
    out = np.zeros((len(PARTS), *made.alpha.shape), np.float32)
    for name, matte in zip(PART_MENU, found, strict=True):
        out[INDEX[name]] = matte
    return out


def classes_13(alpha: Plane, parts: Plane) -> NDArray[np.int64]:
    """The 13 classes: mattes of parts summed to classes, background where alpha is under a half."""
    shares = np.zeros((len(CLASSES), *alpha.shape), np.float32)
    np.add.at(shares, TO_13, parts)
    return np.where(alpha >= 0.5, shares[1:].argmax(0) + 1, 0)


def faces_camera(picture: NDArray[np.uint8], settings: Settings) -> bool:
    """Whether the largest person of a picture (H, W, 3) of 8-bit sRGB faces the camera, by landmarks."""
    height, width = picture.shape[:2]
    clips = {"Source": from_view(picture, (0, 0, width, height))}
    task = Task(prepare(clips, settings), settings, work_for(settings), (0.5, 0.5))
    seen = people_of(task)
    found = [marks for marks in subject.landmarks(task, seen) if marks is not None and marks.face is not None]
    if not found:
        return False
    pose = max(found, key=lambda marks: float(np.ptp(marks.pose[:, 1]))).pose[:, :2]
    shoulders, hips = pose[11] - pose[12], pose[23] - pose[24]
    torso = float(np.linalg.norm((pose[11] + pose[12] - pose[23] - pose[24]) / 2))
    return float(shoulders[0]) >= 0.35 * torso and hips[0] > 0


class Bench:
    """Scores of the node on the sets of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.screens = 0
        self.people: list[bool] = []
        self.gaps = [0, 0]

    def _made(self, picture: NDArray[np.uint8], settings: Settings) -> Mattes:
        made = keyed(picture, settings)
        self.screens += made.decision is not None and made.decision.screen
        return made

    def masks(self, name: str, settings: Settings) -> Scores:
        """A set with masks, picture by picture."""
        scores = Scores()
        for _, picture, truth, counts in pictures(self.folder / name, "mask"):
            scores.add(self._made(picture, settings).alpha, truth > 127, counts)
        return scores

    def clip(self, name: str) -> Scores:
        """A set with masks whose pictures are one shot, and how unsteady it is."""
        scores = Scores()
        there = [(n, truth > 127, counts) for n, _, truth, counts in pictures(self.folder / name, "mask")]
        before: tuple[Plane, Plane] | None = None
        for alpha, (_, truth, counts) in zip(
            shot(self.folder / name, [n for n, _, _ in there]), there, strict=True
        ):
            scores.add(alpha, truth, counts)
            now = alpha, truth.astype(np.float32)
            if before is not None and before[0].shape == alpha.shape:
                scores.unsteady.append(unsteady(before, now))
            before = now
        return scores

    def mattes(self, name: str, settings: Settings) -> tuple[float, float]:
        """Mean absolute difference of alpha of a set with mattes, over all and in the band of the contour."""
        scores, bands = [], []
        for _, picture, truth, counts in pictures(self.folder / name, "alpha"):
            alpha, true = self._made(picture, settings).alpha, truth / np.float32(255)
            scores.append(float(np.abs(alpha - true)[counts].mean()))
            bands.append(band_mad(alpha, true, counts))
        return float(np.mean(scores)), float(np.nanmean(bands))

    def parsing(self, settings: Settings) -> dict[str, float]:
        """Person IoU, boundary IoU and both mIoUs of the set with clothing labels."""
        lut = np.array(json.loads((self.folder / "ccp" / "ccp_to_coarse13.json").read_text())["lut"])
        person, border = Scores(), []
        thirteen, six, fine, bags = Tally(len(CLASSES)), Tally(6), PartScores(), Tally(2)
        for _, picture, labels, counts in pictures(self.folder / "ccp", "labels"):
            made = self._made(picture, settings)
            found, truth = made.alpha >= 0.5, labels > 0
            person.add(made.alpha, truth, counts)
            if settings == DEFAULTS:
                self.people.append(split_up(made, truth))
                filled, there = gaps_filled(made.alpha, truth.astype(np.float32), counts)
                self.gaps = [self.gaps[0] + filled, self.gaps[1] + there]
            border.append(iou(band(found), band(truth), counts))
            want = np.where(counts, lut[labels], 255)
            parts = parts_of(made)
            got = classes_13(made.alpha, parts)
            fine.add(parts, made.alpha, got, want, faces_camera(picture, settings))
            thirteen.add(got, want)
            six.add(TO_6[got], np.where(want < 255, TO_6[np.minimum(want, 12)], 255))
            if (bag := lut[labels] == _BAG).any():  # they do not count as a person's, so not above either
                bags.add((got == _BAG).astype(np.int64), np.where(bag | counts, bag, 255))
        scores = person.named("ccp") | {"boundary_iou": float(np.mean(border))}
        scores["ccp_miou13"] = float(np.nanmean(thirteen.ious()))
        scores["ccp_miou6"] = float(np.nanmean(six.ious()))
        per_class = zip(CLASSES, thirteen.ious(), strict=True)
        scores |= {f"ccp_{name}": float(v) for name, v in per_class} | fine.named("ccp")
        return scores | {"ccp_bag": float(bags.ious()[1])}

    def road(self, settings: Settings) -> dict[str, float]:
        """Every score of still pictures whose set is in the folder."""
        scores: dict[str, float] = {}
        if (self.folder / "ccp").is_dir():
            scores |= self.parsing(settings)
        if (self.folder / "coco").is_dir():
            scores |= self.masks("coco", settings).named("coco")
        for key, name in (("alpha", "alphaGT"), ("silver", "alphaSilver")):
            if (self.folder / name).is_dir():
                scores[f"{key}_mad"], scores[f"{key}_band_mad"] = self.mattes(name, settings)
        return scores

    def all(self) -> dict[str, float]:
        """Every score whose set is in the folder: from defaults, then of the networks alone."""
        scores = self.road(DEFAULTS)
        for key, name in CLIPS.items():
            if (self.folder / name).is_dir():
                scores |= self.clip(name).named(key)
        for kind in ("extra", "missed"):
            both = [scores[f"{key}_{kind}"] for key in ("coco", "dance") if f"{key}_{kind}" in scores]
            if both:
                scores[kind] = float(np.mean(both))
        if self.people:
            scores["splits"] = float(np.mean(self.people))
        if self.gaps[1]:
            scores["gaps_filled"] = self.gaps[0] / self.gaps[1]
        scores["screen_wrong"] = float(self.screens)
        return scores | {f"forced_{key}": value for key, value in self.road(FORCED).items()}

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
    """Person IoU, alpha MAD and how many pixels have the right part, of each kind that the bank holds."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from training.learn.breakdown import pictures as of_kind

    scores: dict[str, float] = {}
    for name, kind in KINDS.items():
        overlaps, errors, right = [], [], []
        for sample in of_kind(bank, kind, count):
            made = keyed(sample.picture)
            alpha = made.alpha
            truth = sample.alpha[..., 0] / np.float32(255)
            overlaps.append(iou(alpha >= 0.5, truth >= 0.5, np.ones(truth.shape, np.bool_)))
            errors.append(float(np.abs(alpha - truth).mean()))
            there = (truth >= 0.5) & (alpha >= 0.5)
            if there.any():
                right.append(float((parts_of(made)[1:].argmax(0) + 1 == sample.label)[there].mean()))
        if overlaps:
            scores |= {f"{name}_iou": float(np.mean(overlaps)), f"{name}_mad": float(np.mean(errors))}
        if right:
            scores[f"{name}_parts"] = float(np.mean(right))
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
