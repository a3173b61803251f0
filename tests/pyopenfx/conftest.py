"""The test plug-ins, built once a session with cmake, and a host that has scanned them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pyopenfx import Host, Instance

ROOT = Path(__file__).parents[2]
BUNDLES = ROOT / "build" / "test-plugins"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}", pytrace=False)


@pytest.fixture(scope="session")
def plugins() -> Path:
    """The folder of the built test plug-ins."""
    cmake = shutil.which("cmake")
    if not cmake:
        pytest.fail(
            "The test plug-ins need cmake and a C++ compiler; `make venv` brings cmake.", pytrace=False
        )
    build = BUNDLES / "cmake"
    sources = ROOT / "tests" / "plugins"
    _run(cmake, "-S", str(sources), "-B", str(build), f"-DANATOMATTE_TEST_PLUGIN_DIR={BUNDLES}")
    _run(cmake, "--build", str(build), "--parallel", "2")
    return BUNDLES


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


def last_line(instance: Instance) -> str:
    """The text of the newest message."""
    return instance.messages[-1][2]
