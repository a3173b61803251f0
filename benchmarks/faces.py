"""How well faces are found: landmarks against the published networks, regions on drawn heads, and the time.

    python benchmarks/faces.py [--assets FOLDER] [--heads N] [--only drawn] [--swap] [--json] [--sheet PNG]

`landmark_nme` is the mean distance of 478 landmarks between what the node computes and what MediaPipe's own
graph said of drawn faces (`tests/data/faces`), through the distance between the outer corners of the eyes, in
%; `detector_off` the largest difference of the face detector's numbers from the LiteRT interpreter's.

FOLDER (or ANATOMATTE_ASSETS; `python -m training assets`) lets heads be drawn: `found` is the share of them
with a face, `iris_nme` the distance between the drawn irises' middles and the landmarks', in % as above, and
`region_miou` the mean IoU (Everingham et al. 2010, pixels of all heads with a face together) of brows, eyes,
iris, lips and beard through the engine, as a plate goes, against the renderer's own labels; `iou_...` are
its terms, `iou_face` that of the part face. Pixels that the node calls another part, such as glasses, count
against the regions. Without assets these are null.

`evidence_ms` is the time of one face's evidence (two looks of the mesh, the pose, what is in sight) where the
people and their landmarks are known, the best of five; `regions_ms` that of its regions at the plate's size.

`region_jitter_ratio` is that of `faces_steady.py`: how much regions tremble over a drawn clip with the window
of Steady, over how much they do alone.

With `--swap` the figures of `faces_swap.py` come behind: borders, truth, jitter and `one_pass_ratio`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from anatomatte.engine import faces as engine_faces
from anatomatte.engine import key_frame, memo, prepare, subject, work_for
from anatomatte.engine.evidence import people_of
from anatomatte.engine.task import Task
from anatomatte.faces import mesh
from anatomatte.faces.regions import regions
from anatomatte.frame import from_view
from anatomatte.ops.guided import brightness
from anatomatte.people import landmarks
from anatomatte.settings import Settings

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

FIXTURE = HERE.parent / "tests" / "data" / "faces" / "published.npz"
CONSOLE = Console(stderr=True)
COLOURS = {"brows": (255, 200, 0), "eyes": (255, 255, 255), "iris": (0, 90, 255), "lips": (255, 0, 60)}


def published() -> dict[str, float]:
    """The networks against what the published ones said."""
    nets, far, off = subject.face_model(), [], 0.0
    with np.load(FIXTURE) as kept:
        for name in ("upright", "left", "right"):
            theirs, picture = kept[f"{name}_mesh"], kept[name].astype(np.float32)
            points, _ = nets.mesh(picture / np.float32(255))
            eyes = np.hypot(*(theirs[33] - theirs[263])[:2])
            far.append(100 * np.hypot(*(points - theirs)[:, :2].T).mean() / eyes)
            scores, boxes = nets.detect(picture / np.float32(127.5) - 1)
            best = np.argsort(-kept[f"{name}_scores"], kind="stable")[:64]
            off = max(off, float(np.abs(scores - kept[f"{name}_scores"]).max()))
            off = max(off, float(np.abs(boxes[best] - kept[f"{name}_boxes"]).max()))
    return {"landmark_nme": float(np.mean(far)), "detector_off": off}


def task_of(picture: NDArray[np.uint8]) -> Task:
    """A picture as the engine takes a plate."""
    settings = Settings(subject="on", screen="none", who="everyone")
    height, width = picture.shape[:2]
    work = work_for(settings)
    source = from_view(picture, (0, 0, width, height))
    return Task(prepare({"Source": source}, settings, work.threads), settings, work, (0.5, 0.5))


class Tally:
    """Regions and irises of drawn heads."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.both = dict.fromkeys((*classes, "face"), 0)
        self.either = dict.fromkeys((*classes, "face"), 0)
        self.irises: list[float] = []
        self.found = self.heads = 0

    def add(self, name: str, ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> None:
        self.both[name] += int((ours & theirs).sum())
        self.either[name] += int((ours | theirs).sum())

    def scores(self, classes: tuple[str, ...]) -> dict[str, float | None]:
        iou = {name: self.both[name] / self.either[name] for name in self.both if self.either[name]}
        made: dict[str, float | None] = {"heads": self.heads, "found": self.found / max(self.heads, 1)}
        made["iris_nme"] = float(np.mean(self.irises)) if self.irises else None
        made["region_miou"] = float(np.mean([iou[name] for name in classes if name in iou]))
        return made | {f"iou_{name}": value for name, value in iou.items()}


def drawn(assets: Path, count: int, sheet: list[Any]) -> dict[str, float | None]:
    """Regions and irises of heads that `training/` draws."""
    from faces_drawn import CLASSES, heads

    tally = Tally(CLASSES)
    for head in track(heads(assets, count), "heads", count, console=CONSOLE):
        task = task_of(head.picture)
        seen = [one for one in engine_faces.faces_of(task, people_of(task)) if one is not None]
        tally.heads += 1
        tally.found += bool(seen)
        if not seen:
            continue
        settings = Settings(subject="on", screen="none", who="everyone")
        height, width = head.picture.shape[:2]
        clips = {"Source": from_view(head.picture, (0, 0, width, height))}
        mattes = key_frame(clips, settings, work_for(settings))
        planes = mattes.planes([*(f"face_{name}" for name in CLASSES), "face"])
        for name, plane in zip((*CLASSES, "face"), planes, strict=True):
            tally.add(name, plane > 0.5, head.face if name == "face" else head.regions[name])
        largest = max(seen, key=lambda one: one.eyes)
        tally.irises += list(_irises(largest, head.regions["iris"]))
        sheet.append(_shown(head.picture, dict(zip(CLASSES, planes, strict=False))))
    return tally.scores(CLASSES)


def _irises(face: mesh.Face, mask: NDArray[np.bool_]) -> Iterator[float]:
    """How far the landmarks of the irises are from the drawn ones, in % of the distance of the eyes."""
    _, _, stats, middles = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    large = middles[1:][stats[1:, cv2.CC_STAT_AREA] >= 12]
    for middle in large:
        yield 100 * float(np.hypot(*(face.points[[468, 473], :2] - middle - 0.5).T).min()) / face.eyes


def _shown(picture: NDArray[np.uint8], planes: dict[str, Any]) -> NDArray[np.uint8]:
    made = picture.astype(np.float32)
    for name, plane in planes.items():
        made += plane[..., None] * (np.array(COLOURS.get(name, (90, 90, 90)), np.float32) - made)
    both = np.vstack([picture, made.astype(np.uint8)])
    return cv2.resize(both, (320, 640), interpolation=cv2.INTER_AREA)


def times() -> dict[str, float]:
    """Milliseconds of the evidence and the regions of the face of a sample."""
    picture = cv2.imread(str(HERE.parent / "samples" / "photos" / "one.jpg"))[..., ::-1]
    task = task_of(np.ascontiguousarray(picture))
    seen = people_of(task)
    known, people, nets = subject.landmarks(task, seen), landmarks.seen(seen), subject.face_model()
    looks, shares = [], []
    bright = brightness(task.plate.light)
    for _ in range(5):
        began = time.perf_counter()
        found = [one for one in mesh.faces(task.picture(), people, known, nets) if one is not None]
        looks.append((time.perf_counter() - began) / max(len(found), 1))
        began = time.perf_counter()
        for one in found:
            made = regions(one, task.picture(), bright)
            if made is not None:
                for k in range(len(made.shares.labels)):
                    list(made.shares.rows((k,), 0, made.shares.bright.shape[0]))
        shares.append((time.perf_counter() - began) / max(len(found), 1))
    return {"evidence_ms": 1000 * min(looks), "regions_ms": 1000 * min(shares)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--assets", type=Path, default=os.environ.get("ANATOMATTE_ASSETS"))
    parser.add_argument("--heads", type=int, default=40)
    parser.add_argument("--only", choices=("drawn",), help="drawn heads alone: no times, no clip")
    parser.add_argument("--swap", action="store_true", help="measure replacement too")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    memo.memo.limit = 256 << 20
    made: dict[str, float | None] = {**published(), "region_miou": None, "iris_nme": None}
    sheet: list[Any] = []
    if args.assets:
        made |= drawn(args.assets, args.heads, sheet)
    if args.only != "drawn":
        import faces_steady

        CONSOLE.print("times, then how much regions tremble")
        made |= times() | faces_steady.measured()
    if args.swap:
        import faces_swap

        made |= faces_swap.measured()
    if args.sheet and sheet:
        rows = [np.hstack(sheet[k : k + 8]) for k in range(0, len(sheet) - len(sheet) % 8, 8)] or [
            np.hstack(sheet)
        ]
        cv2.imwrite(str(args.sheet), np.vstack(rows)[..., ::-1])
    if args.json:
        print(json.dumps(made))
        return
    if not args.assets:
        print("no heads are drawn: name the generator's assets with --assets")
    for name, value in made.items():
        print(f"{name:14} {'-' if value is None else f'{value:.4g}'}")


if __name__ == "__main__":
    main()
