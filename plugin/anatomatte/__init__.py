"""Anatomatte: mattes of people from plates.

``anatomatte.matte(image, **settings)`` is the call for arrays; the node and the command line
drive the same engine.  Importing this package loads nothing heavy.
"""

from __future__ import annotations

__version__ = "0.6.0"
"""Told here alone: the wheel, CMake, the node and its bundle read this line."""

TYPE_CHECKING = False  # that of `typing`, whose import takes half as long as Python's start
if TYPE_CHECKING:
    from typing import Any

    from .engine import Mattes, matte
    from .settings import Settings

__all__ = ["Mattes", "Settings", "__version__", "matte"]


def __getattr__(name: str) -> Any:
    if name in ("matte", "Mattes"):
        from . import engine

        return getattr(engine, name)
    if name == "Settings":
        from .settings import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
