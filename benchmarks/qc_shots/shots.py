"""Shots: drawn pictures whose people move, the sample shot, and clips of others with masks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from traps_drawn.pictures import draw

from anatomatte.engine import (
    Around,
    Task,
    observe,
    prepare,
    quality,
    refine,
    shape,
    steady_parts,
    steadying,
    work_for,
)
from anatomatte.frame import Frame as Frame_
from anatomatte.frame import from_view
from anatomatte.people.parts.labels import LABELS
from anatomatte.qc.areas import opened, root
from anatomatte.qc.seen import Seen
from anatomatte.settings import Settings

Pixels = npt.NDArray[np.float32]
SETTINGS = Settings()
FRAMES = 6
"""Frames of a drawn shot."""

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "shot"


@dataclasses.dataclass(frozen=True)
class Shot:
    """A drawn shot: a picture of `traps_drawn` whose people go *speed* shares of the width a frame."""

    kind: str
    number: int = 0
    speed: float = 0.006
    parts: bool = False


SHOTS = (
    *(Shot(kind) for kind in ("clear sky", "lawn", "court", "hoardings", "painted wall", "corner", "sea")),
    *(Shot(kind, 1, 0.012) for kind in ("banner", "pitch", "bare wall", "foliage", "jeans", "snow")),
    *(Shot(kind) for kind in ("even", "uneven", "wrinkled", "dark", "spill", "green shirt", "nobody")),
    *(Shot(kind, 1, 0.012) for kind in ("close", "motion", "veil", "markers", "blue", "part", "curtain")),
    *(Shot(kind, 1, 0.0, True) for kind in ("coat", "dress", "cloudy sky")),
    Shot("empty place"),
    Shot("empty place", 1),
)  # fmt: skip


@dataclasses.dataclass(frozen=True, eq=False)
class Taken:
    """A frame after the engine: what the checks see, and the true matte on the same grid."""

    name: str
    frame: int
    seen: Seen
    truth: Pixels

    @property
    def iou(self) -> float:
        """Of the matte with the truth; 1 where both are empty."""
        one, other = self.seen.alpha >= 0.5, self.truth >= 0.5
        union = int((one | other).sum())
        return float((one & other).sum() / union) if union else 1.0

    @property
    def flaw(self) -> float:
        """How large the area is in which the matte is wrong, edges aside, over the subject's, as lengths."""
        wrong = opened(np.abs(self.seen.alpha - self.truth) > 0.5, 1)
        return root(float(wrong.sum()), float(self.truth.sum()))

    @property
    def clean(self) -> bool:
        """Whether it is as good as the truth."""
        return is_clean(self.iou, self.flaw)


def is_clean(iou: float, flaw: float) -> bool:
    """Whether a matte with such figures is the truth's but for edges."""
    return iou >= 0.9 and flaw < 0.08


Frame = tuple[npt.NDArray[np.uint8] | Pixels, Pixels]
"""A picture H×W×3 and its true matte."""


def keyed(name: str, number: int, frames: Sequence[Frame], parts: bool = False) -> Taken:
    """A frame of a shot through the engine with true defaults, among the frames around it."""
    rgb, truth = frames[number]
    height, width = rgb.shape[:2]
    work = work_for(SETTINGS)

    def clip_at(name: str, at: int) -> Frame_ | None:
        if name != "Source" or not 0 <= at < len(frames):
            return None
        high, wide = frames[at][0].shape[:2]
        return from_view(frames[at][0], (0, 0, wide, high))

    clips = {"Source": from_view(rgb, (0, 0, width, height))}
    around = Around(number, clips, SETTINGS, 0, len(frames) - 1, clip_at, lambda at: SETTINGS)
    task = Task(prepare(clips, SETTINGS), SETTINGS, work, (0.5, 0.5), around)
    evidence = observe(task)
    evidence, refined = steadying.steadied(task, evidence, refine(task, evidence))
    made = shape(task, evidence, refined)
    seen = quality.seen(task, evidence, refined, made)
    height, width = seen.alpha.shape
    small = cv2.resize(truth, (width, height), interpolation=cv2.INTER_AREA)
    if parts and evidence.people is not None:
        shares = steady_parts.parts_of(task).shares
        planes = [cv2.resize(plane, (width, height)) * seen.alpha for plane in shares]
        seen = dataclasses.replace(seen, parts=dict(zip(LABELS, planes, strict=True)))
    return Taken(name, number, seen, small)


def drawn(split: str, shot: Shot) -> Iterator[Taken]:
    """The frames of a drawn shot."""
    frames: list[Frame] = []
    for frame in range(FRAMES):
        step = frame - FRAMES / 2
        moved = shot.speed * step, 0.004 * math.sin(1.3 * frame) * (shot.speed > 0)
        picture = draw(split, shot.kind, shot.number, moved=moved, take=frame + 1)
        frames.append((picture.rgb, picture.alpha))
    for frame in range(FRAMES):
        yield keyed(f"{shot.kind} {shot.number + 1}", frame, frames, shot.parts)


def clip(folder: Path) -> Iterator[Taken]:
    """The frames of a clip of others: pictures with NAME_mask.png beside each.

    Raises:
        FileNotFoundError: there is none.
    """
    pictures = sorted(p for p in folder.iterdir() if (folder / f"{p.stem}_mask.png").is_file())
    if not pictures:
        raise FileNotFoundError(f"{folder} holds no pictures with NAME_mask.png beside them")
    frames: list[Frame] = []
    for path in pictures:
        rgb = cv2.imread(str(path), cv2.IMREAD_COLOR)
        mask = cv2.imread(str(folder / f"{path.stem}_mask.png"), cv2.IMREAD_GRAYSCALE)
        if rgb is None or mask is None:
            raise FileNotFoundError(f"{path} or its mask cannot be read")
        frames.append((np.ascontiguousarray(rgb[..., ::-1]), (mask > 127).astype(np.float32)))
    for frame in range(len(frames)):
        yield keyed(folder.name, frame, frames)
