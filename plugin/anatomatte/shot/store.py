"""The sidecars that are in use: read once for each state of their files."""

from __future__ import annotations

import threading
from collections import OrderedDict

from ..errors import SettingsError
from ..file_names import meant
from .reading import AGAIN, read_shot
from .schema import Shot

_MOST = 16
_lock = threading.Lock()
_known: OrderedDict[tuple[str, int, int, int], Shot] = OrderedDict()


def load(text: str) -> Shot:
    """The sidecar at a path as somebody wrote it; ``~`` is the home folder.

    Raises:
        SettingsError: as `read_shot`.
    """
    path = meant(text)
    try:
        facts = path.stat()
    except (OSError, ValueError) as why:
        raise SettingsError(f"The shot file {text} is not there; check the path, or {AGAIN}.") from why
    key = (str(path.absolute()), facts.st_ino, facts.st_size, facts.st_mtime_ns)
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = read_shot(path)
    with _lock:
        _known[key] = found
        while len(_known) > _MOST:
            _known.popitem(last=False)
    return found
