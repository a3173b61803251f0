"""What a command and the command server say to each other; standard library only, and little of it.

The command connects and sends a request, and with it its three standard streams (SCM_RIGHTS).  The server
answers `TAKEN` or `REFUSED`; what it has taken waits for `BEGIN`, so that a command that gave the server up
meanwhile runs in one place only.  Later it sends the exit code in four bytes (of a signal: less than 0).
Meanwhile each byte from the command is the number of a signal that it got; when it is gone, so is its process
there.
"""

from __future__ import annotations

import os
import sys

import anatomatte

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUFFIX = ".commands"
"""Behind the worker's address: that of its command server."""

VERSION = b"2"
TAKEN, REFUSED = b"y", b"n"
BEGIN = b"\0"
"""No signal has this number."""
LENGTH = 8
"""Bytes of a number before a request: how long it is."""
MOST = 16 << 20
"""Bytes of the longest request: the most that Linux hands to a program is 6 MB."""

AT_LOADING = (
    b"PYTHON", b"LD_", b"LANG", b"LC_", b"MALLOC_", b"GLIBC_", b"OPENCV_", b"OPENIMAGEIO_", b"NPY_",
    b"OMP_", b"GOMP_", b"KMP_", b"OPENBLAS_", b"GOTO_", b"MKL_", b"BLIS_",
)  # fmt: skip
"""How variables begin that libraries read while they are loaded, among them how many threads numpy's
matrix products have: there it is too late to set them."""


def packed(lists: Sequence[Sequence[bytes]]) -> bytes:
    """Lists of texts without NUL as bytes, with their length before."""
    body = b"\0".join(field for items in lists for field in (b"%d" % len(items), *items))
    return len(body).to_bytes(LENGTH, "big") + body


def unpacked(body: bytes) -> list[list[bytes]]:
    """The lists of `packed`, without the length.

    Raises:
        ValueError: these are none.
    """
    fields, lists = body.split(b"\0"), []
    while fields:
        count = int(fields[0])
        if not 0 <= count < len(fields):
            raise ValueError("a list is shorter than it says")
        lists.append(fields[1 : 1 + count])
        fields = fields[1 + count :]
    return lists


def installation() -> list[bytes]:
    """Which program this is: a command is only run by the very same one."""
    told = (anatomatte.__version__, os.path.abspath(anatomatte.__file__), sys.executable, str(sys.flags))
    return [VERSION, *(os.fsencode(one) for one in told)]


def at_loading(environment: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """The variables that only count while libraries are loaded."""
    return {name: value for name, value in environment.items() if name.startswith(AT_LOADING)}
