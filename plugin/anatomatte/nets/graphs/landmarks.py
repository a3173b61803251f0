"""The landmark networks of `nets.own.landmark_model`, computed by ONNX Runtime."""

from __future__ import annotations

from ...models.store.files import sha256_of
from ..runtime.devices import CPU
from .files import FILES
from .graph import Graph, Plane, batch


class LandmarkGraphs:
    """Landmarks of a body, a face, a hand, palms: `people.landmark_looks.LandmarkNetworks`; for many threads.

    Args:
        device: as of `Graph`.

    Raises:
        SetupError: weights or graphs are missing or damaged.
    """

    def __init__(self, device: str = CPU) -> None:
        names = ("pose", "face", "hand", "palm")
        self._pose, self._face, self._hand, self._palm = (Graph(name, device) for name in names)
        files = [FILES[name][-1] for name in names]
        self.digests = {path.stem: sha256_of(path) for path in files}
        """SHA-256 of the weights that were read, by their file's name."""

    def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
        """Landmarks (39, 5), heat (39, 64, 64), presence of the body in (256, 256, 3) display RGB."""
        points, heat, present = self._pose(batch(picture))
        return points, heat, float(present)

    def face(self, picture: Plane) -> tuple[Plane, float]:
        """Landmarks (468, 3) and presence of the face in (192, 192, 3) display-referred RGB."""
        points, present = self._face(batch(picture))
        return points, float(present)

    def hand(self, picture: Plane) -> tuple[Plane, float, float]:
        """Landmarks (21, 3) and presence of the hand in (224, 224, 3), and that it is a right one."""
        points, present, right = self._hand(batch(picture))
        return points, float(present), float(right)

    def palms(self, picture: Plane) -> tuple[Plane, Plane]:
        """Scores (2016,) and numbers (2016, 18) of each anchor in (192, 192, 3) display-referred RGB."""
        scores, boxes = self._palm(batch(picture))
        return scores, boxes
