"""The validator: every check of every plug-in in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from . import isolated
from .scan import PluginInfo

BAD = ("fail", "crash", "timeout")


@dataclass(frozen=True)
class Line:
    """One check of one plug-in: `result` is pass, warn, skip, fail, crash or timeout."""

    plugin: str
    version: tuple[int, int]
    check: str
    result: str
    text: str

    @property
    def bad(self) -> bool:
        return self.result in BAD


def where(plugin: PluginInfo) -> dict[str, object]:
    """Where a child process finds the plug-in."""
    return {
        "binary": str(plugin.binary),
        "bundle": str(plugin.bundle),
        "identifier": plugin.identifier,
        "version": list(plugin.version),
    }


def validate(
    plugins: Sequence[PluginInfo],
    *,
    only: Sequence[str] = (),
    profile: str | None = None,
    timeout: float = 60.0,
    jobs: int | None = None,
) -> Iterator[Line]:
    """Runs the checks (all of CHECKS, or `only` some) of each plug-in, `jobs` at a time.

    `profile`: in a host that is imitated.  Lines come in order.  A plug-in that crashes or hangs
    makes a line of it, after `timeout` seconds at the latest.
    """
    from .checks import CHECKS

    tasks = [(plugin, name) for plugin in plugins for name in (only or CHECKS)]
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        yield from pool.map(lambda task: _line(task[0], task[1], profile, timeout), tasks)


def _line(plugin: PluginInfo, name: str, profile: str | None, timeout: float) -> Line:
    outcome = isolated.run("check", {"name": name, "profile": profile, **where(plugin)}, timeout)
    if outcome.end == "done":
        result, text = outcome.value["result"], outcome.value["text"]
    else:
        result, text = ("fail" if outcome.end == "error" else outcome.end), outcome.text
    return Line(plugin.identifier, plugin.version, name, result, text)
