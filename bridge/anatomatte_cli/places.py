"""Where OFX hosts look for plug-ins."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from anatomatte.models.store.places import home

_SYSTEM = {
    "darwin": "/Library/OFX/Plugins",
    "win32": r"C:\Program Files\Common Files\OFX\Plugins",
}


def system_folder() -> Path:
    """The standard's own folder, which every host reads."""
    return Path(_SYSTEM.get(sys.platform, "/usr/OFX/Plugins"))


def user_folder() -> Path:
    """A folder of the user's; hosts read it once it is in OFX_PLUGIN_PATH."""
    return home() / ("OFX/Plugins" if sys.platform in _SYSTEM else ".local/share/OFX/Plugins")


def listed() -> list[Path]:
    """The folders of OFX_PLUGIN_PATH."""
    separators = ";" if sys.platform == "win32" else "[:;]"
    return [Path(part) for part in re.split(separators, os.environ.get("OFX_PLUGIN_PATH", "")) if part]


def folders() -> list[Path]:
    """All of them, each once, in the order in which hosts look."""
    return list(dict.fromkeys([*listed(), system_folder(), user_folder()]))
