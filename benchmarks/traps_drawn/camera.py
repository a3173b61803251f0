"""The camera: a soft point, a veil, grain that grows with light, sRGB, and JPEG at 4:2:0."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from plates import srgb

from .canvas import Canvas, Pixels


def developed(light: Pixels) -> Pixels:
    """Display-referred values of scene light: sRGB with a shoulder above 0.7, as cameras have it."""
    over = np.maximum(light - 0.7, 0)
    return srgb(np.where(light > 0.7, 0.7 + 0.3 * (1 - np.exp(-over / 0.45)), light).astype(np.float32))


def shoot(canvas: Canvas) -> npt.NDArray[np.uint8]:
    """The picture (H×W×3 of 8-bit sRGB) that the canvas's camera takes of its light."""
    settings = canvas.camera
    light = (
        np.maximum(canvas.light, 0) * np.float32(settings.exposure) * np.asarray(settings.tint, np.float32)
    )
    edge = (canvas.x - 0.5) ** 2 + (canvas.y - 0.5) ** 2
    light *= (1 - np.float32(settings.vignette) * 2 * edge)[..., None]
    light = cv2.GaussianBlur(light, (0, 0), max(0.3, settings.blur * canvas.height / 360))
    small = cv2.resize(light, (canvas.width // 8, canvas.height // 8), interpolation=cv2.INTER_AREA)
    flare = cv2.resize(cv2.GaussianBlur(small, (0, 0), 8), (canvas.width, canvas.height))
    light = light * np.float32(1 - settings.veil) + flare * np.float32(settings.veil)
    rough = canvas.rng.standard_normal(light.shape).astype(np.float32)
    rough = cv2.GaussianBlur(rough, (0, 0), 0.6) * np.float32(1.9)
    spread = np.float32(settings.grain) * np.sqrt(np.maximum(light, 0) * 0.5 + 0.004)
    light = light + spread * rough * np.array([1.1, 0.85, 1.3], np.float32)
    coded = (developed(np.maximum(light, 0)) * 255 + 0.5).astype(np.uint8)
    if not settings.quality:
        return coded
    options = [cv2.IMWRITE_JPEG_QUALITY, settings.quality]
    done, data = cv2.imencode(".jpg", coded[..., ::-1], options)
    assert done
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)
