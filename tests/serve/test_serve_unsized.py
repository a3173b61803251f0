"""JPEG XL and JPEG 2000 are served as every still, although they are decoded before their size is known."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_review import pictures, unsized
from anatomatte_review.limits import Limits
from anatomatte_review.problems import Refused
from made.serving import Running, decoded, picture, running, shot

KINDS = ("jxl", "jp2", "j2k")


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running() as found:
        yield found


def still(folder: Path, kind: str, **size: int) -> bytes:
    path = folder / f"a.{kind}"
    made = oiio.ImageBuf(np.ascontiguousarray(shot(**size)[..., ::-1]))
    assert made.write(str(path)), made.geterror()
    return path.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_they_go_in(serving: Running, tmp_path: Path, kind: str) -> None:
    sent = picture(f"a.{kind}", still(tmp_path, kind))
    answer = serving.client.post("/remove_background", files=[sent])
    assert answer.status_code == 200, answer.text
    cut = decoded(answer.content)
    assert cut.shape == (*shot().shape[:2], 4) and cut[4, 4, 3] < 26 and cut[..., 3].max() == 255


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_beyond_the_limit_are_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    still(tmp_path, kind)
    with pytest.raises(Refused) as caught:
        pictures.measured(path, "a", Limits(megapixels=0.01))
    assert caught.value.status == 413


@pytest.mark.parametrize("kind", KINDS)
def test_what_takes_more_memory_than_a_picture_ends_a_process_of_its_own(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a.{kind}"
    still(tmp_path, kind)
    assert unsized.is_bounded(path, Limits())
    monkeypatch.setattr(unsized, "_LIBRARIES", 0)  # as for a picture that takes so much more
    with pytest.raises(Refused) as caught:
        pictures.measured(path, "a", Limits(megapixels=0.1))
    assert caught.value.status == 415 and "takes more to decode" in caught.value.error


def test_a_size_that_is_only_promised_is_refused(serving: Running, tmp_path: Path) -> None:
    """The size of a codestream of JPEG 2000 stands behind its second marker."""
    content = bytearray(still(tmp_path, "j2k"))
    content[8:16] = struct.pack(">II", 60000, 60000)
    content[24:32] = struct.pack(">II", 60000, 60000)
    answer = serving.client.post("/parse", files=[picture("a.j2k", bytes(content))])
    assert answer.status_code in (413, 415), answer.text
    assert answer.json()["cure"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_short_is_damaged(serving: Running, tmp_path: Path, kind: str) -> None:
    content = still(tmp_path, kind)
    answer = serving.client.post("/parse", files=[picture(f"a.{kind}", content[: len(content) // 3])])
    assert answer.status_code in (415, 422), answer.text
