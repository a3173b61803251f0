"""What the tests of the service share: a memo as a server has it; parts do not look anew each time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from anatomatte.cache import memo
from anatomatte_review.cutting import opened
from anatomatte_review.service import Setup
from made.serving import Running, running


@pytest.fixture(scope="module", autouse=True)
def remembering() -> Iterator[None]:
    before, memo.limit = memo.limit, 200_000_000
    yield
    memo.limit = before
    memo.purge()


@pytest.fixture(scope="module")
def serving(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose root holds, as ``day``, a copy of the folder that the module's *made* names."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(made, root / "day")
    with running(Setup(opened, root=root, writable=True)) as found:
        yield found
