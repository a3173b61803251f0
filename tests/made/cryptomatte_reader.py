"""A small reader of Cryptomatte, from its specification and from nothing of ours."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]


class Found:
    """One Cryptomatte of a file: its manifest, its ranks, and the matte of each name."""

    def __init__(self, name: str, manifest: dict[str, str], ranks: list[tuple[Plane, Plane]]) -> None:
        self.name, self.manifest, self.ranks = name, manifest, ranks

    def matte(self, name: str) -> Plane:
        (wanted,) = struct.unpack("<f", struct.pack("<I", int(self.manifest[name], 16)))
        planes = [np.where(ids == np.float32(wanted), cover, 0) for ids, cover in self.ranks]
        return np.asarray(np.sum(planes, axis=0), np.float32)


def cryptomattes(path: Path) -> dict[str, Found]:
    """All Cryptomattes of an EXR, by name."""
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(str(path))
    assert source, oiio.geterror()
    spec = source.spec()
    pixels = np.asarray(source.read_image(0, 0, 0, spec.nchannels, "float"), np.float32)
    pixels = pixels.reshape(spec.height, spec.width, -1)
    source.close()
    facts: dict[str, Any] = {one.name: one.value for one in spec.extra_attribs}
    found = {}
    for key in facts:
        if re.fullmatch(r"cryptomatte/[0-9a-f]{7}/name", key):
            base, name = key[: -len("name")], facts[key]
            assert facts[f"{base}hash"] == "MurmurHash3_32"
            assert facts[f"{base}conversion"] == "uint32_to_float32"
            found[name] = Found(name, json.loads(facts[f"{base}manifest"]), _ranks(spec, pixels, name))
    return found


def _ranks(spec: Any, pixels: Plane, name: str) -> list[tuple[Plane, Plane]]:
    ranks = []
    layer = 0
    while (first := spec.channelindex(f"{name}{layer:02d}.R")) >= 0:
        planes = [pixels[..., spec.channelindex(f"{name}{layer:02d}.{label}")] for label in "RGBA"]
        assert str(spec.channelformats[first] if spec.channelformats else spec.format) == "float"
        ranks += [(planes[0], planes[1]), (planes[2], planes[3])]
        layer += 1
    return ranks
