"""The flame graphs' stacks: nothing of a frame is lost, and what only hands work on is not drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
CODE = """
import sys
sys.path.insert(0, sys.argv[1])
import flame

engine, ops = "/x/plugin/anatomatte/engine/run.py", "C:\\\\y\\\\anatomatte\\\\ops\\\\strips.py"
box = flame.stack_of({
    f"{engine}:key_frame;{ops}:every;{ops}:shrink": 0.25,
    f"{engine}:key_frame;{engine}:<lambda>;{engine}:key_frame": 0.5,
    f"{engine}:other": 0.125,
})
assert box.seconds == 0.875 and {one.name for one in box.calls.values()} == {"key_frame", "other"}
key = box.calls["engine/run.py key_frame"]
assert key.seconds == 0.75 and list(key.calls) == ["ops/strips.py shrink"]
assert box.depth(0.2) == 3 and box.depth(0.3) == 2
made = flame.script(5)
assert made.count("warm = 3 < frame <= 5") == 1 and "json.dumps(stacks)" in made
compile(made, "frames", "exec")
"""


def test_stacks_add_up_to_a_frame() -> None:
    done = subprocess.run([sys.executable, "-c", CODE, str(BENCHMARKS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
