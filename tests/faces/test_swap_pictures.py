"""Pictures of a new face are read as their cameras, depths and files say."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte.faces.swap_pictures import light_of
from anatomatte.ops import colour


def ramp(dtype: str) -> np.ndarray:
    """40×60×3: red grows to the right, green downwards."""
    y, x = np.mgrid[0:40, 0:60]
    share = np.stack([x / 59, y / 39, np.full(x.shape, 0.2)], 2)
    return np.asarray(share * np.iinfo(dtype).max, dtype)


TURNED = {1: lambda a: a, 3: lambda a: a[::-1, ::-1], 6: lambda a: np.rot90(a, -1), 8: np.rot90}


@pytest.mark.parametrize("orientation", TURNED)
def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path, orientation: int) -> None:
    spec = oiio.ImageSpec(60, 40, 3, "uint8")
    spec.attribute("Orientation", orientation)
    spec.attribute("Compression", "jpeg:100")
    file = oiio.ImageOutput.create("a.jpg")
    assert file.open(str(tmp_path / "a.jpg"), spec) and file.write_image(ramp("uint8")) and file.close()
    found = light_of(tmp_path / "a.jpg", "Face")
    right = TURNED[orientation](colour.decode("srgb", ramp("uint8").astype(np.float32) / 255))
    assert found.shape == right.shape and np.abs(found - right).max() < 0.05


@pytest.mark.parametrize(("dtype", "most"), [("uint8", 255), ("uint16", 65535)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_depths_and_channels(tmp_path: Path, dtype: str, most: int, channels: int) -> None:
    """Grey is grey, and an alpha changes no colour."""
    made = ramp(dtype)[..., ::-1]
    made = made[..., 1] if channels == 1 else made
    if channels == 4:
        made = np.concatenate([made, np.full((40, 60, 1), most // 2, dtype)], 2)
    cv2.imwrite(str(tmp_path / "a.png"), made)
    found = light_of(tmp_path / "a.png", "Face")
    told = ramp(dtype).astype(np.float32) / most
    told = np.repeat(told[..., 1:2], 3, 2) if channels == 1 else told
    assert np.abs(found - colour.decode("srgb", told)).max() < 2 / 255
