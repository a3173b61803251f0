"""One network of the store asked about one picture: for alpha, or for the edge."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...cache import Region, content_key, memo
from ...errors import SettingsError
from ...models.manifest import Manifest
from ...people.evidence import PeopleEvidence, Plane
from ...work import Work
from ..runtime.files import PROVIDERS, quietly
from ..runtime.outputs import Answer
from ..runtime.recurrent import Contract, Planes, answer, bytes_of
from ..runtime.runner import RecurrentState, Runner
from ..runtime.sizes import resized
from .regions import WHOLE, regions

Tell = Callable[[str], None]
Check = Callable[[], None]

STILL = 3
"""How often a network with a memory is shown a frame without neighbours before its word counts."""

NEAR = 0.02
"""How far from the edge a network that takes no rough matte may change it; of the longer side."""

states: Region[Any] = memo.region("states", lambda state: bytes_of(state) + 1)
"""States of recurrent networks, for every node of the process."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """A network's manifest and its file."""

    manifest: Manifest
    path: Path
    sha256: str
    precision: str = "fp32"

    def runner(self, threads: int, device: str = "auto") -> Runner:
        """The runner of its file, where it is asked to run (a value of the control ``device``)."""
        return Runner(
            self.manifest,
            self.path,
            precision=self.precision,
            device=device_of(self.manifest, device),
            threads=threads,
        )


@dataclasses.dataclass(frozen=True)
class Frames:
    """The pictures of the frames around one, for networks with a memory.

    Attributes:
        frame: the number of the frame that is made.
        first: the clip's first frame, or None.
        at: (frame) → the picture (H, W, 3) of a frame, display-referred with the exposure of its own.
        digest: (frame) → what tells a frame's plate from every other; None takes its picture's.
        how: what else decides how plates become pictures.
    """

    frame: int
    first: int | None
    at: Callable[[int], Plane]
    digest: Callable[[int], str] | None = None
    how: str = ""


def device_of(manifest: Manifest, wanted: str = "auto") -> str:
    """Where a network runs first: a GPU where the manifest, what is installed and *wanted* allow one, else
    the CPU.  Of several GPUs the one that is asked for, where the file runs in torch."""
    words = [word for word in manifest.run.providers if word != "cpu" and wanted != "cpu"]
    if manifest.runtime == "onnx" and words and importlib.util.find_spec("onnxruntime"):
        there = quietly("onnxruntime").get_available_providers()
        return next((word for word in words if PROVIDERS.get(word) in there), "cpu")
    if manifest.runtime in ("torchscript", "native") and "cuda" in words:
        import torch

        asked = wanted if wanted.startswith("cuda:") else "cuda"
        return asked if torch.cuda.is_available() else "cpu"
    return "cpu"


def nobody(manifest: Manifest) -> str:
    """What is told when a network that looks at people from nearby finds none to look at."""
    return f"{manifest.title} was not asked: it looks at people from nearby, and nobody was seen."


def alpha_of(
    network: Asked,
    display: Plane,
    seen: PeopleEvidence,
    work: Work,
    frames: Frames | None,
    tell: Tell,
) -> Plane:
    """A network's alpha (H, W) at the picture's size."""
    manifest, runner = network.manifest, network.runner(work.threads, work.device)
    if manifest.states:
        return np.asarray(_recurrent(network, runner, display, frames, tell, work.check)["alpha"], np.float32)
    size = (display.shape[0], display.shape[1])
    rough = seen.alpha if wants_rough(manifest) else None
    boxes = regions(manifest, seen, size)
    made = np.zeros(size, np.float32)
    for box in boxes:
        shown = display if box == WHOLE else box.cut(display)
        hint = rough if rough is None or box == WHOLE else box.cut(rough)
        spot, _ = runner.infer(shown, hint=hint, report=tell, check=work.check)
        inside = box.inside(size)
        alpha = inside.of(_alpha(spot, inside.box))
        there = made[inside.rows, inside.columns]
        np.maximum(there, alpha, out=there)
    if not boxes:
        tell(nobody(manifest))
    return made


def wants_rough(manifest: Manifest) -> bool:
    """Whether a network refines a rough matte, and can do nothing without one."""
    return any(extra.what in ("hint", "trimap") for extra in manifest.extras)


def _alpha(spot: Answer, size: tuple[int, int] | None = None) -> Plane:
    found = spot.alpha_at(size)
    if found is None:
        raise SettingsError(
            f"{spot.manifest.title} ({spot.manifest.id}) gives no alpha: choose another Alpha model."
        )
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class Edge:
    """What an edge model says of a picture.

    Attributes:
        alpha: (H, W) coverage at the picture's size.
        colour: (H, W, 3) the subject's own colour, shown as the picture is and not premultiplied; None
            where the network gives none.
        trust: (H, W) how much the colour counts, in 0..1.
    """

    alpha: Plane
    colour: Plane | None = None
    trust: Plane | None = None


def edge_of(
    network: Asked,
    display: Plane,
    rough: Plane,
    work: Work,
    frames: Frames | None,
    tell: Tell,
) -> Edge:
    """A network's finer matte at the picture's size, from the matte that is there.

    A network that takes a rough matte answers for the whole picture.  One that takes none is
    believed near the edge only: it may mean somebody else.
    """
    manifest, runner = network.manifest, network.runner(work.threads, work.device)
    if wants_rough(manifest):
        spot, _ = runner.infer(display, hint=rough, report=tell, check=work.check)
        colour = spot.foreground_at()
        return Edge(_alpha(spot), colour, None if colour is None else np.ones_like(rough))
    if manifest.states:
        planes = _recurrent(network, runner, display, frames, tell, work.check, colours=True)
        fine, colour = planes["alpha"], planes.get("colour")
    else:
        spot, _ = runner.infer(display, report=tell, check=work.check)
        fine, colour = _alpha(spot), spot.foreground_at()
    there = np.clip(resized(rough, (display.shape[0], display.shape[1]), "bilinear"), 0, 1)
    near = _near_edge(there)
    return Edge(np.asarray(there + near * (fine - there), np.float32), colour, near)


def _near_edge(rough: Plane) -> Plane:
    """1 on the edge of a matte, falling to 0 at `NEAR` of the picture's longer side from it."""
    sure = ((rough <= 0.05) | (rough >= 0.95)).astype(np.uint8)
    steps = cv2.copyMakeBorder(rough, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    sure &= (np.abs(np.diff(steps, axis=0)[:, :-1]) < 0.5) & (np.abs(np.diff(steps, axis=1)[:-1]) < 0.5)
    if sure.all():
        return np.zeros_like(rough)
    away = cv2.distanceTransform(sure, cv2.DIST_L2, 3) / max(1.0, NEAR * max(rough.shape))
    return np.asarray(np.clip(2 - 2 * away, 0, 1), np.float32)


def contract_of(manifest: Manifest) -> Contract:
    """How a network with a memory is run in time."""
    time = manifest.time
    return Contract(time.block, time.warm_up, min(time.overlap, time.block))


def _recurrent(
    network: Asked,
    runner: Runner,
    display: Plane,
    frames: Frames | None,
    tell: Tell,
    check: Check,
    colours: bool = False,
) -> Planes:
    """The alpha (H, W) of a network with a memory, and on request the ``colour`` (H, W, 3) that it gives:
    by the time contract, or of this frame alone."""
    short: list[str] = []

    def told(line: str) -> None:
        short.append(line)
        if short.count(line) == 1:
            tell(line)

    def step(picture: Plane, before: RecurrentState | None) -> tuple[Planes, RecurrentState | None]:
        spot, carried = runner.infer(picture, before=before, report=told, check=check)
        made = {"alpha": _alpha(spot)}
        colour = spot.foreground_at() if colours else None
        return (made if colour is None else made | {"colour": colour}), carried

    if frames is not None:
        return _in_time(network, display, frames, runner.threads, step, short, check)
    tell(f"{network.manifest.title} saw this frame alone: the host hands over no other frames.")
    planes, carried = step(display, None)
    for _ in range(min(STILL, network.manifest.time.warm_up)):
        planes, carried = step(display, carried)
    return planes


def _in_time(
    network: Asked,
    display: Plane,
    frames: Frames,
    threads: int,
    step: Callable[[Plane, Any], tuple[Planes, Any]],
    short: list[str],
    check: Check,
) -> Planes:
    """By the time contract: the same alone, backwards and in a sequence."""
    facts = (network.sha256, repr(network.manifest), frames.how, threads)
    digests: dict[int, str] = {}

    def at(frame: int) -> Plane:
        return display if frame == frames.frame else frames.at(frame)

    def key_of(start: int, frame: int) -> str:
        for number in range(start, frame + 1):
            if number not in digests:
                told = frames.digest
                digests[number] = told(number) if told else content_key(at(number))
        return content_key(*facts, tuple(digests[number] for number in range(start, frame + 1)))

    made = answer(
        frames.frame,
        contract_of(network.manifest),
        lambda frame, before: step(at(frame), before),
        first=frames.first,
        key_of=key_of,
        memory=states,
        keeps=lambda: not short,  # what was made at a smaller size because memory was short is no truth
        check=check,
    )
    return {name: np.clip(plane, 0, 1) for name, plane in made.items()}
