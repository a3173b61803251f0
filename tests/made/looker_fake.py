"""An analysis whose looks are made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from anatomatte.decision import Decision
from anatomatte.engine.looking import Looked
from anatomatte.errors import AnatomatteError
from anatomatte.qc import Finding, Findings
from anatomatte.settings import Value
from anatomatte.shot import likeness
from anatomatte.shot.looks import Look
from anatomatte_batch.picture import Floats
from anatomatte_cli import cmd_analyse
from made.shots_made import ASPECT, BLUE, RED, look

SCREEN = Decision(0.99, "screen", (0.05, 0.4, 0.06), 0.4)


class FakeLooker:
    """Two people who change places, before a screen; *before* may fail a frame; a cut is before *cut*."""

    def __init__(
        self,
        before: Callable[[int], None] = lambda frame: None,
        cut: int = 9999,
        seed: int = 0,
        checks: Mapping[int, Findings] | None = None,
    ) -> None:
        self.before, self.cut, self.seed, self.checks = before, cut, seed, checks or {}

    def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
        self.before(frame)
        n = frame - 1001
        found: tuple[Look, ...] = (look(0.2 + 0.1 * n, RED, 0.6), look(0.8 - 0.1 * n, BLUE, 0.6))
        found = found if n % 2 else found[::-1]  # in whatever order
        light = np.random.default_rng(self.seed).random((9, 16, 3), np.float32)
        small = np.full((64, 64, 3), 0.2 if frame < self.cut else 0.8, np.float32)
        ground, checks = np.zeros((72, 128), np.float32), self.checks.get(frame, (Finding("hole", 0.01),))
        return Looked(found, likeness.of(light), 0.5, ASPECT, ground, checks), (16, 9), small

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        return SCREEN


def analyse(*words: object, looker: FakeLooker | None = None) -> int:
    """The exit code of the command; what ends it early is printed."""
    made = cmd_analyse.command.make_context("analyse", [str(word) for word in words]).params
    try:
        return cmd_analyse.analyse(made, looker or FakeLooker())
    except AnatomatteError as why:
        print(f"anatomatte: {why}")
        return why.exit_code
