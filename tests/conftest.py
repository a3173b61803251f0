"""What all tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# a machine that does other work is slow, and no test says how long anything takes
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Tests look at what is computed, not at what an earlier test left: the store of results keeps
# nothing, except where a test brings its own (test_engine_store.py).
os.environ["ANATOMATTE_CACHE_MB"] = "0"

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who runs them under `nohup` means them, not what they start

if "PYTEST_XDIST_WORKER" in os.environ:  # beside another one: the processors are shared
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def pytest_configure(config: pytest.Config) -> None:
    """Failures are told as they happen, by the process that writes to the terminal."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(AsItFails(config), "as-it-fails")


class AsItFails:
    """One line for each failure, at once, also under -q and pytest-xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.failed:
            return
        crash = getattr(report.longrepr, "reprcrash", None)
        why = crash.message if crash else str(report.longrepr)
        first = next((line for line in why.splitlines() if line.strip()), "")
        word = "FAILED" if report.when == "call" else f"ERROR in {report.when}"
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.line("")  # the row of dots may be under way
            terminal.write_line(f"{word} {report.nodeid}: {first[:300]}", red=True)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Torch on one thread, as the node runs it."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
