"""Whether colours are multiplied by their alpha: headers say it, and what no header can say is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch import RenderRequest, RenderResult
from anatomatte_batch.video import VideoReader
from made.cli_fake import FakeConnect, shot


def rendered(folder: Path, name: str, output: str, **more: object) -> RenderResult:
    settings: dict[str, object] = {"output": output} if output else {}
    request = RenderRequest(
        source=shot(folder / "in", [1]), destination=folder / name, settings=settings, **more
    )
    result = request.run(FakeConnect())
    assert result.exit_code == 0, result.sentence
    return result


def as_others_read(path: Path) -> np.ndarray:
    """A file by a reader that multiplies colours which its header says are not."""
    source = oiio.ImageInput.open(str(path))
    pixels = source.read_image(0, 0, 0, 4, "float")
    source.close()
    return np.asarray(pixels)


@pytest.mark.parametrize("depth", ["16", "float"])
@pytest.mark.parametrize("output", ["premultiplied", "matte", "packed", "unpremultiplied"])
def test_a_tiff_says_of_its_colours_what_they_are(tmp_path: Path, output: str, depth: str) -> None:
    """All 16-bit TIFF were told as unpremultiplied: readers squared the matte alone."""
    rendered(tmp_path, "k.tif", output, depth=depth)
    asks = oiio.ImageSpec()
    asks.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(tmp_path / "k.tif"), asks)
    told = source.spec().get_int_attribute("oiio:UnassociatedAlpha", 0)
    source.close()
    assert bool(told) == (output == "unpremultiplied")


def test_a_matte_in_a_tiff_is_nowhere_squared(tmp_path: Path) -> None:
    rendered(tmp_path, "k.tif", "premultiplied")
    straight = rendered(tmp_path, "s.exr", "premultiplied")
    assert straight.messages == ()
    made, wanted = as_others_read(tmp_path / "k.tif"), as_others_read(tmp_path / "s.exr")
    assert np.abs(np.clip(made, 0, 1) - np.clip(wanted, 0, 1)).max() < 2e-3


@pytest.mark.parametrize("name", ["k.png", "k.mov"])
@pytest.mark.parametrize("output", ["matte", "packed", "premultiplied", "unpremultiplied", ""])
def test_files_that_cannot_say_it_are_told(tmp_path: Path, name: str, output: str) -> None:
    codes = [one.code for one in rendered(tmp_path, name, output).messages if "alpha" in one.code]
    assert codes == ([] if output in ("", "unpremultiplied") else ["alpha-multiplied"])


def test_a_preview_of_unmultiplied_colours_is_laid_over_its_backing(tmp_path: Path) -> None:
    """They were added to it whole, so that what the alpha takes away shone through."""
    found = []
    for name, output in (("a.mp4", ""), ("b.mp4", "unpremultiplied")):
        rendered(tmp_path, name, output)
        reader = VideoReader(tmp_path / name)
        found.append(reader.read(1).pixels[..., :3])
        reader.close()
    assert np.abs(found[0] - found[1]).mean() > 0.02  # the fake's colours are multiplied already
