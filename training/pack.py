"""Packs the assets small enough to travel to a machine without a network: `python -m training pack`."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from .assets import FACES, LANDMARKS

_HALF = ("blendshapes", "coef")
_GEOMETRY = (".obj", ".mhclo")
_FOLDERS = ("clothes", "hair", "eyebrows")


def pack(assets: Path, out: Path) -> int:
    """Copy what the generator reads from `assets` to `out`, compressed; returns the size in bytes.

    Raises:
        FileNotFoundError: `assets` is not complete.
    """
    if not (assets / "body.npz").exists():
        raise FileNotFoundError(f"{assets} has no body.npz; run: python -m training assets --assets {assets}")
    (out / "hdri").mkdir(parents=True, exist_ok=True)
    body = dict(np.load(assets / "body.npz"))
    for name, value in body.items():
        if value.dtype.kind == "f":
            body[name] = value.astype(np.float16 if name in _HALF else np.float32)
    body["vertex_bone_indices"] = body["vertex_bone_indices"].astype(np.uint8)
    unused = ("texture_coordinates", "face_texture_coordinate_indices", "faces")
    np.savez_compressed(out / "body.npz", **{k: v for k, v in body.items() if k not in unused})
    plain = ("trunk.safetensors", "portrait.safetensors", "person_detector.safetensors")
    networks = (*plain, *LANDMARKS, *FACES)
    for name in ("base.obj", *networks):
        shutil.copy(assets / name, out)
    for folder in _FOLDERS:
        for path in (assets / "makehuman" / "base" / folder).rglob("*"):
            if path.suffix in _GEOMETRY:
                target = out / path.relative_to(assets)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    for path in (assets / "hdri").glob("*.exr"):
        shutil.copy(path, out / "hdri")
    return sum(p.stat().st_size for p in out.rglob("*") if p.is_file())
