"""Pictures out of panoramas: HDRIs (equirectangular, linear light) seen through a random camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..people.geometry import DEGREE, rot_x, rot_y, rot_z


def read_exr(path: Path) -> NDArray[np.float32]:
    """Linear RGB, (H, W, 3), of an OpenEXR file.

    Raises:
        ImportError: the module OpenEXR is not installed.
    """
    import OpenEXR

    channels = OpenEXR.File(str(path)).parts[0].channels
    if len(channels) == 1:
        picture = np.asarray(next(iter(channels.values())).pixels, np.float32)[..., :3]
    else:
        picture = np.stack([channels[c].pixels for c in "RGB"], -1).astype(np.float32)
    return np.maximum(np.nan_to_num(picture, nan=0.0, posinf=1e4, neginf=0.0), 0)


def read_panoramas(folder: Path) -> list[NDArray[np.float32]]:
    """All panoramas in `folder`/hdri; an empty list when there are none."""
    return [read_exr(p) for p in sorted((folder / "hdri").glob("*.exr"))]


def view(panorama: NDArray[np.float32], rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """A random view of a panorama, toned for display, (size, size, 3) uint8."""
    fov = rng.uniform(30, 95) * DEGREE
    k = np.tan(fov / 2) * np.linspace(-1, 1, size)
    rays = np.stack(np.broadcast_arrays(k[None], -k[:, None], np.float64(-1)), -1)
    turn = (
        rot_y(rng.uniform(0, 2 * np.pi))
        @ rot_x(rng.normal(0, 12) * DEGREE)
        @ rot_z(rng.normal(0, 4) * DEGREE)
    )
    rays = rays @ turn.T
    high, wide = panorama.shape[:2]
    x = (np.arctan2(rays[..., 0], -rays[..., 2]) / (2 * np.pi) + 0.5) * wide
    y = (0.5 - np.arctan2(rays[..., 1], np.hypot(rays[..., 0], rays[..., 2])) / np.pi) * high
    seen = cv2.remap(
        panorama, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    level = np.exp(np.log(seen.mean(-1) + 1e-3).mean()) * np.exp(rng.normal(0, 0.4))
    toned = seen / (seen + 1.6 * level)
    return (np.clip(toned, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
