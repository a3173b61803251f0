"""The networks of faces, computed by ONNX Runtime: the mesh with attention, the detector."""

from __future__ import annotations

from ...models.store.files import sha256_of
from ..runtime.devices import CPU
from .files import FILES
from .graph import Graph, Plane, batch

_NAMES = ("face_attention", "face_detector")


class FaceGraphs:
    """Landmarks of a face, and where faces are: `faces.mesh.FaceNetworks`; threads may share it.

    Args:
        device: as of `Graph`.

    Raises:
        SetupError: weights or graphs are missing or damaged.
    """

    def __init__(self, device: str = CPU) -> None:
        self._mesh, self._detector = (Graph(name, device) for name in _NAMES)
        self.digests = {path.stem: sha256_of(path) for name in _NAMES for path in FILES[name]}
        """SHA-256 of the weights that were read, by their file's name."""

    def mesh(self, picture: Plane) -> tuple[Plane, float]:
        """Landmarks (478, 3) and presence of the face in (192, 192, 3) display-referred RGB in 0-1."""
        points, present = self._mesh(batch(picture))
        return points, float(present)

    def detect(self, picture: Plane) -> tuple[Plane, Plane]:
        """Scores (2304,) and numbers (2304, 16) of each anchor in (192, 192, 3) RGB in -1 to 1."""
        scores, boxes = self._detector(batch(picture))
        return scores, boxes
