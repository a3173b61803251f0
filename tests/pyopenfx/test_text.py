"""Text that is no UTF-8 passes the host unharmed: as file names do in Python (PEP 383)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyopenfx import Host, ParamError, RenderError

DETAIL, SIDE = os.fsdecode(b"d\xe9tail"), os.fsdecode(b"C\xf4t\xe9")
NAME = os.fsdecode(b"org.anatomatte.test.caf\xe9")


@pytest.fixture
def latin(plugins: Path, tmp_path: Path) -> Path:
    """The bundle, in a folder whose name is no UTF-8 either."""
    place = tmp_path / os.fsdecode(b"gr\xe8")
    try:
        shutil.copytree(plugins / "@latin", place)
    except OSError:
        pytest.skip("the file system takes no such name")
    return place


@pytest.mark.parametrize("isolated", [False, True])
def test_names_come_and_go(latin: Path, isolated: bool) -> None:
    with Host() as host:
        (info,) = host.scan([latin], isolated=isolated, timeout=60)
        assert (info.identifier, info.label) == (NAME, os.fsdecode(b"Caf\xe9")) and not host.problems
        instance = host.load(NAME).instance()
        detail = instance.params[DETAIL]
        assert detail.name == DETAIL and detail.label == os.fsdecode(b"D\xe9tail")
        for value in (os.fsdecode(b"/plates/\xff\xe9.exr"), "ä ü 😀", ""):
            detail.set(value)
            assert detail.value == value and instance.params["copy"].value == value
            assert instance.messages[-1][2] == os.fsdecode(b"re\xe7u: ") + value
        instance.clips["Source"].feed(np.zeros((4, 6, 4), np.float32))
        instance.clips[SIDE].feed(np.ones((4, 6, 4), np.float32))
        with pytest.raises(RenderError) as told:
            instance.render(1)
        assert told.value.message == SIDE + os.fsdecode(b" n'est pas pr\xeat")


@pytest.mark.parametrize("value", ["half \ud800", "a\0b"])
def test_what_no_c_string_can_hold_is_refused(latin: Path, value: str) -> None:
    with Host() as host:
        host.scan([latin])
        with host.load(NAME).instance() as instance, pytest.raises(ParamError, match="takes text without"):
            instance.params[DETAIL].set(value)


def test_a_binary_that_cannot_be_opened_is_told_with_its_path(latin: Path) -> None:
    binary = next(latin.rglob("latin.ofx"))
    binary.write_bytes(b"nothing")
    with Host() as host:
        assert host.scan([latin]) == []
        (problem,) = host.problems
        assert str(latin) in problem.path and "nothing" not in problem.reason and problem.reason


def test_the_command_line_prints_such_names(latin: Path) -> None:
    for command in ("list", "describe"):
        line = [sys.executable, "-m", "pyopenfx", command, str(latin)]
        done = subprocess.run(line, capture_output=True, check=False)
        assert done.returncode == 0 and rb"caf\udce9" in done.stdout, done.stderr
