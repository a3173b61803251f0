"""What all tests share."""

from __future__ import annotations

import os

# Tests look at what is computed, not at what an earlier test left: the store of results keeps
# nothing, except where a test brings its own (test_engine_store.py).
os.environ["ANATOMATTE_CACHE_MB"] = "0"
