"""A matte that a hand painted for a frame, from the file beside its sidecar."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np

from .. import file_names
from ..errors import SettingsError
from ..frame import Pixels
from .task import Task


def of(task: Task) -> Pixels | None:
    """The painted matte of this frame, H×W in 0..1; None where there is none.

    Raises:
        SettingsError: its file is gone, was changed, or is no matte of this plate's size.
    """
    shot = task.shot
    found = None if shot is None else shot.shot.painted.get(shot.number)
    if shot is None or found is None or shot.shot.path is None:
        return None
    path = file_names.beside(shot.shot.path, found.file)
    where = f"The painted matte {found.file} of frame {found.frame}"
    again = "paint it again with `anatomatte correct SHOT SRC --matte FRAME=FILE`"
    try:
        content = path.read_bytes()
    except OSError as why:
        raise SettingsError(f"{where} is not beside the shot file; copy it there, or {again}.") from why
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise SettingsError(f"{where} was changed since it was taken in; {again}.")
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 2:
        raise SettingsError(f"{where} is no picture of one channel; {again}.")
    most = 255 if picture.dtype == np.uint8 else 65535
    matte = np.asarray(picture, np.float32) / np.float32(most)
    high, wide = task.plate.light.shape[:2]
    if abs(matte.shape[1] * high - matte.shape[0] * wide) > max(high, wide):
        raise SettingsError(
            f"{where} has {matte.shape[1]}×{matte.shape[0]} pixels and the plate {wide}×{high}: "
            f"another shape; {again}."
        )
    if matte.shape == (high, wide):
        return matte
    how = cv2.INTER_AREA if matte.shape[0] > high else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(matte, (wide, high), interpolation=how), np.float32)
