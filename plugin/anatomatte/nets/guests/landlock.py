"""Files that a process may read, and no others (Landlock, Linux 5.13 and newer).

Rights and structures are those of `include/uapi/linux/landlock.h`; what a kernel does not know yet is left
out, so an older one guards less.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from .syscalls import no_new_privileges

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _BENEATH = 1, 1

_RUN, _WRITE, _READ, _LIST, _TRUNCATE, _IOCTL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_FILES = _RUN | _WRITE | _READ | _TRUNCATE | _IOCTL
_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""Rights over files by the version that brought them: this many bits."""
_TCP, _OTHERS = 0b11, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("others", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    # the kernel's is packed and ends after the folder; what ctypes adds behind it is not read
    _fields_ = [("rights", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def version() -> int:
    """The version of Landlock that the kernel has; 0 for none."""
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE, None, 0, _VERSION)))


def only(readable: Iterable[Path], devices: Iterable[Path] = ()) -> int:
    """Let this thread and those that it starts from now on read nothing but *readable*.

    Args:
        readable: files, and folders with all that is in them; what is not there is left out.
        devices: folders of devices that may be opened for writing too.

    Returns:
        The version that guards; 0 where the kernel has none and nothing is guarded.
    """
    libc, known = ctypes.CDLL(None), version()
    if not known or not no_new_privileges():
        return 0
    devices = [*devices]
    bits = max(count for since, count in _RIGHTS.items() if since <= known)
    rights = (1 << bits) - 1
    rules = _Ruleset(rights, _TCP if known >= 4 else 0, _OTHERS if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    ruleset = int(libc.syscall(_CREATE, ctypes.byref(rules), size, 0))
    if ruleset < 0:
        return 0
    try:
        for path in readable:
            _allow(libc, ruleset, path, rights & (_READ | _LIST))
        for path in devices:
            _allow(libc, ruleset, path, rights & (_READ | _LIST | _WRITE | _IOCTL))
        return known if int(libc.syscall(_RESTRICT, ruleset, 0)) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    with contextlib.suppress(OSError):
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(folder).st_mode):
                rights &= _FILES
            rule = _Beneath(rights, folder)
            libc.syscall(_ADD, ruleset, _BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(folder)
