"""What the small test plug-ins say of themselves."""

from __future__ import annotations

from pyopenfx import Instance


def last_line(instance: Instance) -> str:
    """The text of the newest message."""
    return instance.messages[-1][2]
