"""Our own host asks for the part of a picture that is wanted; its pixels are those of the whole."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from anatomatte.cache import memo
from made.shim_bench import BUNDLE
from pyopenfx import Host

DATA = Path(__file__).resolve().parent.parent / "data" / "people"
ROWS, COLUMNS = 240, 480
PACKED = (
    {"pack_r": "person_01", "pack_g": "person_02", "pack_b": "alpha", "pack_a": "skin"},
    {
        "parts_of": "person_01",
        "pack_r": "hair",
        "pack_g": "face",
        "pack_b": "upper_clothes",
        "pack_a": "held",
    },
    {
        "parts_of": "person_02",
        "pack_r": "hair",
        "pack_g": "face_lips",
        "pack_b": "face_skin",
        "pack_a": "neck",
    },
    {"parts_of": "person_03", "pack_r": "hair", "pack_g": "face", "pack_b": "none", "pack_a": "none"},
)
WINDOWS = ((0, 0, 2, 2), (18, 32, 202, 234), (230, 0, 480, 240))


def plate() -> np.ndarray:
    photos = [cv2.imread(str(DATA / f"{name}.jpg"))[..., ::-1] for name in ("04", "06")]
    both = [cv2.resize(one, (240, 240), interpolation=cv2.INTER_AREA) for one in photos]
    return (np.concatenate(both, 1).astype(np.float32) / 255) ** 2.2


@pytest.mark.parametrize("runtime", ["in-process", "worker"])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_window_is_that_part_of_the_whole(
    runtime: str, scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANATOMATTE_RUNTIME", runtime)
    monkeypatch.setattr(memo, "limit", 200_000_000)
    rows = round(ROWS * scale)
    seen: set[int] = set()
    with Host() as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 1)) as node:
            node.clips.Source = plate()
            node.params.subject = "on"
            node.params.who, node.params.people = "everyone", 2
            with node.sequence(1, 1, scale=scale):
                for n, packed in enumerate((*PACKED, {"output": "premultiplied"}, {"output": "people"})):
                    for name, value in {"output": "packed", **packed}.items():
                        setattr(node.params, name, value)
                    whole = node.render(1, scale=scale)["colour"].copy()
                    seen |= {n} if whole.any() else set()
                    for window in WINDOWS:
                        x1, y1, x2, y2 = (round(side * scale) for side in window)
                        made = node.render(1, (x1, y1, x2, y2), scale)
                        assert made.bounds == (x1, y1, x2, y2) and made.buffer.shape[:2] == (y2 - y1, x2 - x1)
                        assert np.array_equal(made["colour"], whole[rows - y2 : rows - y1, x1:x2]), packed
    memo.purge()
    assert seen == {0, 1, 2, 4, 5}


@pytest.mark.parametrize(
    ("profile", "tiles"), [(None, 1), ("strict", 1), ("natron", 0), ("nuke", 0), ("mlt", 0)]
)
def test_no_other_host_cuts_a_picture_into_tiles(profile: str | None, tiles: int) -> None:
    with Host(profile=profile) as host:
        host.scan([BUNDLE.parent])
        plugin = host.load("org.anatomatte.Anatomatte")
        with plugin.instance() as node:
            assert node.flag("OfxImageEffectPropSupportsTiles") == tiles
            assert node.clips.Source.tiles is False
