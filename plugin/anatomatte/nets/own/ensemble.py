"""Inference with the ensemble: our people networks and the two published ones beside them, in torch.

A pass runs on one thread of torch, and several passes run in parallel: what a pass predicts
depends neither on the number of threads nor on what else the machine does, and no thread waits for
another inside of a layer, which is what makes torch slow on a busy machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open

from ...models.store.files import sha256_of
from ...parts import INDEX, MIRROR, PARTS
from ...people.detections import decoded, letterboxed
from ...people.evidence import PeopleEvidence, Plane
from ...people.instances import Prediction
from ...people.observe import observe_people
from ..beside import Beside, Request, predictions
from ..person_cells import Box
from . import outfit_head, person_detector, portrait_net
from .outfit_head import Seen, outfit_odds
from .passes import alone, one_torch_thread
from .people_net import OFFSET_UNIT, load

_FOLDER = Path(__file__).resolve().parents[2] / "weights"
WEIGHTS = (_FOLDER / "people.safetensors", _FOLDER / "people_plain.safetensors")
"""The weights in the package: the network on the published trunk, and the one on a trunk of our own.

They err at different places: the first has a trunk trained on real people, the second saw twice as
many drawn ones.
"""

PORTRAIT = _FOLDER / "portrait.safetensors"
"""The weights of the published portrait network, which runs beside the first one."""

DETECTOR = _FOLDER / "person_detector.safetensors"
"""The weights of the published person detector, which runs where the portrait network does."""

HEAD = _FOLDER / "outfit.safetensors"
"""The weights of the outfit head, which reads the first network's features."""

LONG_SIDE = 320
"""Longest side of the inference when the weights do not say."""


T = TypeVar("T")


def native_dtype(device: str) -> torch.dtype:
    """float16 on a GPU; on a processor bfloat16 where it multiplies that itself, else float32."""
    if torch.device(device).type != "cpu":
        return torch.float16
    asked = (
        getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
    return torch.bfloat16 if any(ask is not None and ask() for ask in asked) else torch.float32


class PeopleModel:
    """The ensemble with its weights, ready for inference; may be shared by threads.

    Args:
        weights: .safetensors files of `people_net.save`, one a network; the first runs most often.
        portrait: the weights of the portrait network; None runs without.
        detector: the weights of the person detector; None runs without.
        head: the weights of the outfit head; None runs without. It always runs on the processor.
        device: `cpu`, `cuda` or any torch device.
        dtype: None takes what `native_dtype` says; float32 gives the same mattes on every processor.

    Raises:
        SetupError: the weights are missing, damaged or of another list of parts.
    """

    def __init__(
        self,
        weights: Sequence[Path] = WEIGHTS,
        device: str = "cpu",
        dtype: torch.dtype | None = torch.float32,
        portrait: Path | None = PORTRAIT,
        detector: Path | None = DETECTOR,
        head: Path | None = HEAD,
    ) -> None:
        self.device = device
        self.dtype = native_dtype(device) if dtype is None else dtype
        self.nets = [load(path, device, self.dtype) for path in weights]
        self.portrait = None if portrait is None else portrait_net.load(portrait, device, self.dtype)
        self.detector = None if detector is None else person_detector.load(detector, device, self.dtype)
        self.head = None if head is None else outfit_head.load(head)
        self.long_sides = [_long_side(path) for path in weights]
        """Pixels of the longest side of the full frame for each network."""
        files = (*weights, *(path for path in (portrait, detector, head) if path is not None))
        self.digests = {path.stem: sha256_of(path) for path in files}
        """SHA-256 of the weights that were read, by their file's name."""

    @property
    def variants(self) -> int:
        """How many variants of inference there are: each network, plain and mirrored."""
        return 2 * len(self.nets)

    def observe(
        self,
        picture: Plane,
        *,
        people: int = 4,
        long_side: int | None = None,
        scales: tuple[float, ...] = (),
        mirror: bool = False,
    ) -> PeopleEvidence:
        """Inference at full frame only, at fixed sizes; the node calls `people.observe.observe_people`.

        Args:
            people: instances at most.
            long_side: pixels of the longest side for the network; None asks the weights.
            scales: further inferences at these multiples of that size; all are merged.
            mirror: also run on the mirrored picture (test-time augmentation).
        """
        return observe_people(
            picture, self, people=people, crops=False, long_side=long_side, scales=scales, mirror=mirror
        )

    def infer(
        self, wanted: Sequence[Request], threads: int = 1, check: Callable[[], None] = lambda: None
    ) -> list[Prediction]:
        """A prediction for each pass *wanted*; *check* is called between passes and may raise Cancelled."""
        with one_torch_thread():
            own: Callable[[Request], Prediction] = partial(self._checked, self._infer, check=check)
            published: Callable[[Request], Beside] = partial(self._checked, self._published, check=check)
            return predictions(wanted, own, published, threads if self.device == "cpu" else 1)

    def parts(
        self,
        wanted: Sequence[tuple[Plane, bool]],
        threads: int = 1,
        check: Callable[[], None] = lambda: None,
    ) -> list[Plane]:
        """Probabilities (parts, h/2, w/2) by the first network alone of each picture, mirrored or not."""
        found = self.infer([(picture, int(mirror), 0) for picture, mirror in wanted], threads, check)
        return [one.parts for one in found]

    @staticmethod
    def _checked(run: Callable[[Request], T], one: Request, check: Callable[[], None]) -> T:
        check()
        alone()
        return run(one)

    def _published(self, one: Request) -> Beside:
        """What the published networks beside ours say of a picture: the portrait one, and the detector."""
        picture, _, published = one
        with torch.inference_mode():
            portrait = self._portrait(picture) if published else None
            persons = self._persons(picture) if published == 1 else None
        return portrait, persons

    def _infer(self, one: Request) -> Prediction:
        picture, variant, _ = one
        which, mirror = divmod(variant, 2)
        small = np.ascontiguousarray(picture[:, ::-1]) if mirror else picture
        height, width = small.shape[:2]
        batch = torch.from_numpy(small).permute(2, 0, 1)[None]
        with torch.inference_mode():
            out = self.nets[which](batch.to(self.device, self.dtype, memory_format=torch.channels_last))
            parts, alpha, centre, offset = (t[0].float().cpu() for t in out[:4])
            offset = offset * torch.tensor([OFFSET_UNIT / width, OFFSET_UNIT / height])[:, None, None]
            parts, centre = _of_all_parts(parts.softmax(0)), torch.sigmoid(centre[0])
            if mirror:
                parts, alpha, centre, offset = (t.flip(-1) for t in (parts, alpha, centre, offset))
                parts = parts[list(MIRROR)]
                offset = offset * torch.tensor([-1.0, 1.0])[:, None, None]
            pose_mask, fine, coarse = (
                None if plane is None or mirror else plane[0].float().cpu().numpy()
                for plane in (out.pose_mask, out.fine, out.coarse)
            )
            pose_mask = None if pose_mask is None else pose_mask[0]
            alpha, parts, centre, offset = (t.contiguous() for t in (alpha, parts, centre, offset))
            return Prediction(
                alpha.numpy(),
                parts.numpy(),
                centre.numpy(),
                offset.numpy(),
                pose_mask=pose_mask,
                fine=fine,
                coarse=coarse,
            )

    def outfit(self, seen: Prediction, window: Box, picture: Plane, matte: Plane) -> Plane | None:
        """What somebody may wear, as `outfit_head.outfit_odds` says; None where nobody is.

        Args:
            seen: a plain prediction of the first network.
            window: what it looked at, as shares of the picture.
            picture: (H, W, 3) display-referred, whole, of any size.
            matte: (h, w) the person's own coverage.
        """
        if self.head is None or seen.fine is None or seen.coarse is None:
            return None
        features = Seen(torch.from_numpy(seen.fine), torch.from_numpy(seen.coarse), window)
        with one_torch_thread():
            alone()
            return outfit_odds(self.head, features, picture, matte)

    def _portrait(self, picture: Plane) -> Plane | None:
        """The portrait network's logits at its own size; the picture is squeezed to it as in its training."""
        if self.portrait is None:
            return None
        side = portrait_net.SIDE
        small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
        batch = torch.from_numpy(small).permute(2, 0, 1)[None]
        published = self.portrait(batch.to(self.device, self.dtype, memory_format=torch.channels_last))
        return np.asarray(published[0, 0].float().cpu().numpy(), np.float32)

    def _persons(self, picture: Plane) -> Plane | None:
        """Detections (n, 13) in a picture, as `detections.decoded` gives them."""
        if self.detector is None:
            return None
        batch = torch.from_numpy(letterboxed(picture)).permute(2, 0, 1)[None]
        found = self.detector(batch.to(self.device, self.dtype, memory_format=torch.channels_last))
        scores, boxes = (np.asarray(t[0].float().cpu().numpy(), np.float32) for t in found)
        return decoded(scores, boxes, *picture.shape[:2])


def _of_all_parts(known: torch.Tensor) -> torch.Tensor:
    """Probabilities (known, h, w) with 0 for the parts that the network does not know, (parts, h, w)."""
    return torch.nn.functional.pad(known, (0, 0, 0, 0, 0, len(PARTS) - len(known)))


def _long_side(weights: Path) -> int:
    with safe_open(str(weights), "pt") as file:
        return int((file.metadata() or {}).get("long_side", LONG_SIDE))


def main_parts(evidence: PeopleEvidence) -> NDArray[np.uint8]:
    """The most likely part per pixel, (h, w): background where alpha and held together are under a half."""
    said = np.stack([evidence.part(k) for k in range(1, len(evidence.parts))])
    best = said.argmax(0).astype(np.uint8) + 1
    return np.where(evidence.alpha + evidence.held >= 0.5, best, np.uint8(INDEX["background"])).astype(
        np.uint8
    )
