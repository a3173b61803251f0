"""What the tests of the service share: a memo as a server has it; parts do not look anew each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anatomatte.cache import memo


@pytest.fixture(scope="module", autouse=True)
def remembering() -> Iterator[None]:
    before, memo.limit = memo.limit, 200_000_000
    yield
    memo.limit = before
    memo.purge()
