"""A face drawn anew: each triangle of the mesh takes its pixels from the same triangle of another picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import shrink, step
from .canonical import POINTS, Floats, canonical
from .pose import facing, pose_of

UNSEEN, SEEN = 0.08, 0.3
"""How far a place of the source faces its camera up to which nothing is taken, and from which on all."""

_EDGE = 1e-6
_FOREHEAD = (54, 103, 67, 109, 10, 338, 297, 332, 284, 300, 334, 336, 9, 107, 105, 70)


@dataclass(frozen=True, slots=True)
class Box:
    """A window of a picture: left, top, right, bottom in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def rows(self) -> slice:
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture of the face that is put in: `light` H×W×3 scene-linear, `points` (468, 3) in its pixels,
    `cover` H×W in 0..1, how far a pixel is bare face, `body` the colour of the skin beside it
    (`swap_light.body_tone`)."""

    light: Pixels
    points: Floats
    cover: Pixels
    body: Pixels | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Warped:
    """A face as it lies in a window: `light` h×w×3, `inner` h×w in 0..1, 0 at the border of the mesh and
    where the source shows nothing, `skin` h×w, 0 at lips, brows and eyes, `body` as in its `View`, `cover`
    h×w how far a pixel of it is bare face, where it is known beside that."""

    light: Pixels
    inner: Pixels
    skin: Pixels
    body: Pixels | None = None
    cover: Pixels | None = None


def box_of(points: Floats, height: int, width: int) -> Box | None:
    """The window of a plate in which landmarks lie, and a pixel around; None beyond the plate."""
    low, high = np.floor(points[:, :2].min(0)) - 1, np.ceil(points[:, :2].max(0)) + 1
    left, right = (int(np.clip(value, 0, width)) for value in (low[0], high[0]))
    top, bottom = (int(np.clip(value, 0, height)) for value in (low[1], high[1]))
    return Box(left, top, right, bottom) if right - left > 1 and bottom - top > 1 else None


def warped(view: View, points: Floats, box: Box) -> Warped:
    """The face of *view* over landmarks (468, 3) of a plate, in a window of it."""
    source = view.points[:POINTS]
    seen = step(facing(pose_of(source)).astype(np.float32), UNSEEN, SEEN)
    light, cover, by = _fitting(view, points)
    places = source[:, :2] / by - 0.5  # pixels' middles
    drawn = _drawn(points[:POINTS], np.column_stack([places, seen, canonical().inner, canonical().skin]), box)
    x, y = (np.ascontiguousarray(drawn[..., k]) for k in (0, 1))
    made = cv2.remap(light, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    bare = cv2.remap(cover, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    inner = drawn[..., 2] * drawn[..., 3] * np.minimum(bare * np.float32(1.02), 1)  # 0 where no triangle is
    return Warped(np.asarray(made, np.float32), np.asarray(inner, np.float32), drawn[..., 4], view.body)


def mesh(points: Floats, box: Box) -> tuple[Pixels, Pixels]:
    """`inner` and `skin` of landmarks (468, 3) in a window, as `Warped` has them where all is in sight."""
    drawn = _drawn(points[:POINTS], np.column_stack([canonical().inner, canonical().skin]), box)
    return drawn[..., 0], drawn[..., 1]


def forehead(points: Floats, box: Box) -> Pixels:
    """1 above the brows of landmarks (468, 3) in a window, else 0: what stands before a face is lower."""
    plane = np.zeros(box.size, np.uint8)
    hull = points[list(_FOREHEAD), :2] - [box.left + 0.5, box.top + 0.5]
    cv2.fillConvexPoly(plane, cv2.convexHull(np.rint(hull).astype(np.int32)), 1)
    return plane.astype(np.float32)


def _fitting(view: View, points: Floats) -> tuple[Pixels, Pixels, float]:
    """The source's light and cover, averaged first where it is much larger than the plate's; by how much."""
    by = max(1.0, pose_of(view.points).scale / pose_of(points).scale)
    if by < 1.5:
        return view.light, view.cover, 1.0
    rows, columns = (max(1, round(side / by)) for side in view.light.shape[:2])
    across = view.light.shape[1] / columns
    return shrink(view.light, rows, columns), shrink(view.cover, rows, columns), across


def _drawn(points: Floats, values: Floats, box: Box) -> Pixels:
    """Values (468, k) of the vertices, drawn into a window h×w×k; 0 where there is no face.

    Only what faces the camera is drawn, the nearest of it in front.
    """
    rows, columns = box.size
    made = np.zeros((rows, columns, values.shape[1]), np.float32)
    depth = np.full((rows, columns), np.inf, np.float32)
    pose = pose_of(points)
    flat = points[:, :2] - [box.left + 0.5, box.top + 0.5]
    table = np.column_stack([values, pose.placed(canonical().points)[:, 2]])
    ahead = facing(pose)[canonical().triangles].mean(1) > 0
    for corners in canonical().triangles[ahead]:
        _triangle(flat[corners], table[corners], made, depth)
    return made


def _triangle(flat: Floats, table: Floats, made: Pixels, depth: Pixels) -> None:
    """Draw one triangle: (3, 2) corners, (3, k) values, of which the last is how far away it is."""
    (ax, ay), (bx, by), (cx, cy) = flat.tolist()
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if abs(area) < _EDGE:
        return
    rows, columns = depth.shape
    left, right = max(0, int(np.ceil(min(ax, bx, cx)))), min(columns - 1, int(max(ax, bx, cx)))
    top, bottom = max(0, int(np.ceil(min(ay, by, cy)))), min(rows - 1, int(max(ay, by, cy)))
    if right < left or bottom < top:
        return
    x, y = np.arange(left, right + 1)[None], np.arange(top, bottom + 1)[:, None]
    second = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
    third = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
    first = 1 - second - third
    inside = (first >= -_EDGE) & (second >= -_EDGE) & (third >= -_EDGE)
    found = first[..., None] * table[0] + second[..., None] * table[1] + third[..., None] * table[2]
    window = slice(top, bottom + 1), slice(left, right + 1)
    inside &= found[..., -1] < depth[window]
    depth[window][inside] = found[inside, -1]
    made[window][inside] = found[inside, :-1]
