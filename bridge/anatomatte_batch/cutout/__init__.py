"""Cutouts: stills of any number and size through one warm node, to memory or to files.

`Cutter` makes a `Cut` of a picture, `encoded` turns it into files; `CutoutRequest` is what the command line
calls.  Importing this package loads neither image libraries nor networks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .options import FORMATS, CutoutOptions

if TYPE_CHECKING:
    from .cut import Cut
    from .cutter import Cutter
    from .encode import encoded
    from .request import CutoutRequest, CutoutResult

__all__ = ["FORMATS", "Cut", "CutoutOptions", "CutoutRequest", "CutoutResult", "Cutter", "encoded"]

_HOMES = {
    "Cut": "cut", "Cutter": "cutter", "encoded": "encode", "CutoutRequest": "request",
    "CutoutResult": "request",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
