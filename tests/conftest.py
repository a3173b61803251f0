"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

# Tests look at what is computed, not at what an earlier test left: the store of results keeps
# nothing, except where a test brings its own (test_engine_store.py).
os.environ["ANATOMATTE_CACHE_MB"] = "0"


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Torch on one thread, as the node runs it."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
