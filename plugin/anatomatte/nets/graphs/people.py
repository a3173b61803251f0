"""The ensemble of `nets.own.ensemble`, computed by ONNX Runtime: what the node asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import cv2
import numpy as np
from safetensors import safe_open

from ...models.store.files import sha256_of
from ...ops import loops
from ...ops.strips import every, never
from ...parts import MIRROR, PARTS
from ...people.detections import decoded, letterboxed
from ...people.instances import Prediction
from ..beside import Beside, Request, predictions
from ..person_cells import Box
from ..runtime.devices import CPU
from .files import FILES
from .graph import Graph, Plane, batch
from .outfit import OutfitGraph
from .people_pass import PeoplePass

_PORTRAIT = 256
"""Width and height of what the portrait network looks at."""

_NETS = ("people", "people_plain")


class PeopleGraphs:
    """The ensemble with its weights: `people.observe.PeopleNetwork`; threads may share it.

    Args:
        device: as of `Graph`.

    Raises:
        SetupError: weights or graphs are missing or damaged.
    """

    def __init__(self, device: str = CPU) -> None:
        self._device = device
        self._nets = [PeoplePass(name, device) for name in _NETS]
        self._portrait, self._detector = Graph("portrait", device), Graph("detector", device)
        self._outfit = OutfitGraph(device)
        self.long_sides = [_long_side(name) for name in _NETS]
        """Pixels of the longest side of the full frame for each network."""
        files = {path for name in (*_NETS, "portrait", "detector", "outfit") for path in FILES[name]}
        self.digests = {path.stem: sha256_of(path) for path in sorted(files)}
        """SHA-256 of the weights that were read, by their file's name."""

    @property
    def variants(self) -> int:
        """How many variants of inference there are: each network, plain and mirrored."""
        return 2 * len(self._nets)

    def infer(
        self, wanted: Sequence[Request], threads: int = 1, check: Callable[[], None] = never
    ) -> list[Prediction]:
        """A prediction for each pass *wanted*; *check* is called between passes and may raise Cancelled."""

        def published(one: Request) -> Beside:
            check()
            return self._published(one)

        def own(one: Request) -> Prediction:
            check()
            return self._own(one)

        return predictions(wanted, own, published, threads)

    @cached_property
    def _parts(self) -> Graph:
        return Graph("people_parts", self._device)

    def parts(
        self, wanted: Sequence[tuple[Plane, bool]], threads: int = 1, check: Callable[[], None] = never
    ) -> list[Plane]:
        """Probabilities (parts, h/2, w/2) by the first network alone of each picture, mirrored or not.

        Half the work of a whole prediction.
        """
        made: list[Plane] = [np.empty(0, np.float32)] * len(wanted)
        net = self._parts if wanted else None

        def one(k: int) -> None:
            assert net is not None
            picture, mirror = wanted[k]
            logits = net(batch(picture[:, ::-1] if mirror else picture))[0]
            parts = _of_all_parts(loops.softmax(logits))
            made[k] = np.ascontiguousarray(parts[list(MIRROR), :, ::-1]) if mirror else parts

        every(len(wanted), one, threads, check)
        return made

    def outfit(self, seen: Prediction, window: Box, picture: Plane, matte: Plane) -> Plane | None:
        """What somebody may wear, as `nets.own.outfit_head.outfit_odds` says; None where nobody is."""
        return self._outfit.odds(seen, window, picture, matte)

    def _own(self, one: Request) -> Prediction:
        picture, variant, _ = one
        which, mirror = divmod(variant, 2)
        height, width = picture.shape[:2]
        made = self._nets[which](batch(picture[:, ::-1] if mirror else picture), more=not mirror)
        parts, offset = (
            _of_all_parts(made.parts),
            made.offset / np.array([width, height], np.float32)[:, None, None],
        )
        alpha, centre = made.alpha, made.centre
        if mirror:
            parts, alpha, centre, offset = (
                np.ascontiguousarray(plane[..., ::-1])
                for plane in (parts[list(MIRROR)], alpha, centre, offset)
            )
            offset[0] *= -1
        return Prediction(
            alpha, parts, centre[0], offset, pose_mask=made.pose_mask, fine=made.fine, coarse=made.coarse
        )

    def _published(self, one: Request) -> Beside:
        """What the published networks beside ours say of a picture: the portrait one, and the detector."""
        picture, _, published = one
        if not published:
            return None, None
        small = cv2.resize(picture, (_PORTRAIT, _PORTRAIT), interpolation=cv2.INTER_LINEAR)
        portrait = self._portrait(batch(np.asarray(small, np.float32)))[0][0]
        if published != 1:
            return portrait, None
        scores, boxes = self._detector(batch(letterboxed(picture)))
        return portrait, decoded(scores, boxes, *picture.shape[:2])


def _of_all_parts(known: Plane) -> Plane:
    """Probabilities (known, h, w) with 0 for the parts that the network does not know, (parts, h, w)."""
    if len(known) == len(PARTS):
        return known
    return np.concatenate([known, np.zeros((len(PARTS) - len(known), *known.shape[1:]), np.float32)])


def _long_side(name: str) -> int:
    with safe_open(str(FILES[name][0]), "np") as file:
        return int((file.metadata() or {}).get("long_side", _LONG_SIDE))


_LONG_SIDE = 320
"""Longest side of the inference when the weights do not say."""
