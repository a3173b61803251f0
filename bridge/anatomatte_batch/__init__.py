"""The batch library: sequences in, sequences out, through the same .ofx as the artist's node.

``RenderRequest`` and ``AnalyseRequest`` are what the command line, farms and review call.  Importing this
package loads neither image libraries nor networks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analyse import AnalyseRequest, AnalyseResult
    from .request import RenderRequest, render
    from .result import FrameResult, RenderResult

__all__ = [
    "AnalyseRequest", "AnalyseResult", "FrameResult", "RenderRequest", "RenderResult", "bundle", "render",
]  # fmt: skip


def bundle() -> Path:
    """The OFX bundle that was built or installed with this Python package."""
    from .ofx_node import bundle

    return bundle()


def __getattr__(name: str) -> Any:
    if name in ("RenderRequest", "render"):
        from . import request

        return getattr(request, name)
    if name in ("AnalyseRequest", "AnalyseResult"):
        from . import analyse

        return getattr(analyse, name)
    if name in ("FrameResult", "RenderResult"):
        from . import result

        return getattr(result, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
