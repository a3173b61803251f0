"""An idle process holds hardly anything of its libraries' files, and works on as before."""

from __future__ import annotations

import ctypes
import mmap
import subprocess
import sys
from pathlib import Path

import pytest

from anatomatte import libraries

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="another system")

IDLE = """
import os, sys
import numpy as np
from anatomatte import entry, libraries
from anatomatte.engine import Work, key_frame
from anatomatte.frame import Frame
from anatomatte.settings import Settings

pixels = np.random.default_rng(1).random((90, 160, 3), np.float32)

def frame():
    clips = {"Source": Frame(pixels, (0, 0, 160, 90))}
    return key_frame(clips, Settings(subject="on", output="matte"), Work(threads=1)).alpha

def held():
    facts = dict(line.split(":") for line in open("/proc/self/status"))
    return int(facts["RssFile"].split()[0])

before = frame()
busy = held()
entry.purge()
idle = held()
again = frame()
assert np.array_equal(before, again)
print(busy, idle)
"""


def test_an_idle_process_holds_little_of_its_libraries() -> None:
    told = subprocess.run([sys.executable, "-c", IDLE], capture_output=True, text=True, check=True).stdout
    busy, idle = map(int, told.split())
    assert idle < busy / 2


PAGE = mmap.PAGESIZE
READ, WRITE, PRIVATE = 1, 2, 2


class Mapped:
    """A private mapping of a file, as a loader makes it."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(b"a" * PAGE)
        self.libc = ctypes.CDLL(None)
        self.libc.mmap.restype = ctypes.c_void_p
        with path.open("rb") as file:
            self.at = self.libc.mmap(
                None, ctypes.c_size_t(PAGE), READ | WRITE, PRIVATE, file.fileno(), ctypes.c_long(0)
            )
        assert self.seen == b"a"

    @property
    def seen(self) -> bytes:
        return ctypes.string_at(self.at, 1)

    def change(self) -> None:
        ctypes.memset(self.at, ord("b"), 1)

    def protect(self) -> None:
        assert self.libc.mprotect(ctypes.c_void_p(self.at), ctypes.c_size_t(PAGE), READ) == 0

    def resident(self) -> bool:
        there = (ctypes.c_ubyte * 8)()
        with open("/proc/self/pagemap", "rb") as file:
            file.seek(self.at // PAGE * 8)
            there[:] = file.read(8)
        return bool(there[7] & 0x80)


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("protected", [False, True])
@pytest.mark.parametrize("beside", [False, True])
def test_only_what_nobody_changed_or_may_change_is_given_back(
    tmp_path: Path, changed: bool, protected: bool, beside: bool
) -> None:
    """A loader writes addresses into pages of a library and makes them read only."""
    own = tmp_path / "site"
    own.mkdir()
    mapped = Mapped(tmp_path / "site.so" if beside else own / "a library.so")
    if changed:
        mapped.change()
    if protected:
        mapped.protect()
    libraries.let_go(own)
    assert mapped.resident() == (changed or not protected or beside)
    assert mapped.seen == (b"b" if changed else b"a")
