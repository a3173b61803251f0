"""The keyer's benchmark runs, prints one object, and finds our key at most half as wrong as the plain one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parent.parent.parent / "benchmarks"
MEASURES = {"alpha_sad", "alpha_mad_band", "grad", "conn", "composite_de", "edge_screen_hue", "holes", "left"}


def test_the_benchmark_prints_one_object() -> None:
    command = [sys.executable, str(BENCH / "keyer.py"), "--json", "--size", "320x180"]
    done = subprocess.run(
        [*command, "--plates", "spill,teal,dark,grain"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert set(found) == MEASURES | {f"plain_{name}" for name in MEASURES}
    for name in ("alpha_mad_band", "composite_de", "left"):
        assert found[name] <= 0.6 * found[f"plain_{name}"], name


def test_its_measures_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import keyer
    import plates

    # pairs 1, 7 and 17 of G. Sharma, W. Wu, E. Dalal, "The CIEDE2000 color-difference formula" (2005)
    one = np.array([[50, 2.6772, -79.7751], [50, 0, 0], [50, 2.5, 0]])
    two = np.array([[50, 0, -82.7485], [50, -1, 2], [73, 25, -18]])
    assert keyer.ciede2000(one, two) == pytest.approx([2.0425, 2.3669, 27.1492], abs=1e-4)
    made = plates.make("even", 90, 160)
    perfect = keyer.scores(made, (made.alpha, made.foreground))
    assert all(value == pytest.approx(0, abs=1e-6) for value in perfect.values())
    assert keyer.scores(made, (made.alpha * 0 + 1, made.foreground))["left"] == 1000
