"""The published landmark networks, ready to be asked: body, face, hand, palms, a thread of torch each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...models.store.files import sha256_of
from ...people.evidence import Plane
from . import face_mesh, hand_net, palm_detector, pose_head
from .ensemble import PeopleModel
from .passes import alone, one_torch_thread
from .people_net import PeopleNet
from .pose_trunk import PoseTrunk

_FOLDER = Path(__file__).resolve().parents[2] / "weights"
POSE, FACE, HAND, PALM = (
    _FOLDER / f"{name}.safetensors"
    for name in ("pose_landmarks", "face_landmarks", "hand_landmarks", "palm_detector")
)
"""The weights in the package; those of the pose network's trunk are in the people network's file."""


class LandmarkModel:
    """Landmarks of a body, a face, a hand, palms: `people.landmark_looks.LandmarkNetworks`; for many threads.

    Args:
        people: the networks whose published trunk the pose network stands on, and their device and precision.

    Raises:
        SetupError: the weights are missing, damaged or of another network.
    """

    def __init__(
        self,
        people: PeopleModel,
        pose: Path = POSE,
        face: Path = FACE,
        hand: Path = HAND,
        palm: Path = PALM,
    ) -> None:
        self.device, self.dtype = people.device, people.dtype
        self._trunk = published_trunk(people.nets)
        self._pose = pose_head.load(pose, self.device, self.dtype)
        self._face = face_mesh.load(face, self.device, self.dtype)
        self._hand = hand_net.load(hand, self.device, self.dtype)
        self._palm = palm_detector.load(palm, self.device, self.dtype)
        self.digests = {path.stem: sha256_of(path) for path in (pose, face, hand, palm)}
        """SHA-256 of the weights that were read, by their file's name."""

    def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
        """Landmarks (39, 5), heat (39, 64, 64), presence of the body in (256, 256, 3) display RGB."""
        with one_torch_thread(), torch.inference_mode():
            alone()
            found = self._pose(self._trunk.body(self._batch(picture)))
            return _array(found.points), _array(found.heat), float(found.present)

    def face(self, picture: Plane) -> tuple[Plane, float]:
        """Landmarks (468, 3) and presence of the face in (192, 192, 3) display-referred RGB."""
        with one_torch_thread(), torch.inference_mode():
            alone()
            found = self._face(self._batch(picture))
            return _array(found.points), float(found.present)

    def hand(self, picture: Plane) -> tuple[Plane, float, float]:
        """Landmarks (21, 3) and presence of the hand in (224, 224, 3), and that it is a right one."""
        with one_torch_thread(), torch.inference_mode():
            alone()
            found = self._hand(self._batch(picture))
            return _array(found.points), float(found.present), float(found.right)

    def palms(self, picture: Plane) -> tuple[Plane, Plane]:
        """Scores (2016,) and numbers (2016, 18) of each anchor in (192, 192, 3) display-referred RGB."""
        with one_torch_thread(), torch.inference_mode():
            alone()
            found = self._palm(self._batch(picture))
            return _array(found.scores), _array(found.boxes)

    def _batch(self, picture: Plane) -> Tensor:
        batch = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
        return batch.to(self.device, self.dtype, memory_format=torch.channels_last)


def published_trunk(nets: list[PeopleNet]) -> PoseTrunk:
    """The trunk of the pose network, as it was published, out of the people networks."""
    for net in nets:
        trunk: torch.nn.Module = net.trunk
        if isinstance(trunk, PoseTrunk):
            return trunk
    raise ValueError("none of the people networks stands on the published trunk")


def _array(one: Tensor) -> Plane:
    return np.asarray(one[0].float().cpu().numpy(), np.float32)
