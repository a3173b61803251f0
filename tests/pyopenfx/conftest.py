"""The test plug-ins, which `make test-build` makes, and a host that has scanned them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from made import native
from pyopenfx import Host, Instance


@pytest.fixture(scope="session")
def plugins() -> Path:
    """The folder of the built test plug-ins."""
    return native.ready(native.PLUGINS)


@pytest.fixture(scope="session")
def host(plugins: Path) -> Iterator[Host]:
    with Host(threads=4) as made:
        made.scan([plugins])
        yield made


@pytest.fixture
def suites(host: Host) -> Iterator[Instance]:
    """An instance of the plug-in whose parameter `case` chooses what its render does."""
    with host.load("org.anatomatte.test.suites").instance() as instance:
        instance.clips.Source = np.full((4, 6, 4), 0.25, np.float32)
        yield instance
