"""A trained network as the node reads networks for faces: a graph and its manifest."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import torch

from anatomatte.faces.consent import Consent
from anatomatte.models.manifest import parsed

from .net import PutIn, TwoFaces

OPSET = 17
_DRAWN = "made by `python -m training swap` of drawn heads, which are nobody's"
_OWN = "made by `python -m training swap` of your own takes: {}"

MANIFEST = """id = "{id}"
title = "Two faces"
runtime = "onnx"
engines = ["swap"]

[licence]
weights = {weights}
kind = "{kind}"
faces = "allowed"

[[file]]
name = "{file}"
format = "onnx"

[input]
name = "target"

[face]
template = {side}
takes = "nothing"

[[output]]
what = "face"
name = "face"

[[output]]
what = "alpha"
name = "alpha"
"""


def written(net: TwoFaces, folder: Path, id: str, note: Consent | None) -> tuple[Path, Path]:
    """Write the half of a network that is used, and its manifest.

    Args:
        note: of the takes that it was made of; None of drawn heads.

    Raises:
        SettingsError: the id is none.
    """
    side = net.shape.side
    whose = _DRAWN if note is None else _OWN.format(note.text)
    quoted = '"' + whose.replace("\\", "\\\\").replace('"', '\\"') + '"'
    network, manifest = folder / f"{id}.onnx", folder / f"{id}.toml"
    kind = "commercial" if note is None else "terms"
    text = MANIFEST.format(id=id, weights=quoted, kind=kind, file=network.name, side=side)
    parsed(text, str(manifest))
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of this exporter's age
        torch.onnx.export(
            PutIn(net).eval(), (torch.zeros(1, 3, side, side),), file, dynamo=False, opset_version=OPSET,
            input_names=["target"], output_names=["face", "alpha"],
        )  # fmt: skip
    network.write_bytes(file.getvalue())
    manifest.write_text(text, encoding="utf-8")
    return network, manifest
