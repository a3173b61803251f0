"""The suite where it is hard: beside other work, in other arithmetic, on one thread and two.

    python tests/made/hard.py [what …] [-- arguments of pytest]

What: load, avx2, haswell, threads1, threads2, alone (without pytest-xdist); all of them without a word.
"""

from __future__ import annotations

import os
import subprocess
import sys

ALL: dict[str, dict[str, str]] = {
    "load": {},
    "avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
    "haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "threads1": {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "threads2": {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "alone": {},
}
BUSY = "while True: sum(k * k for k in range(100000))"


def suite(what: str, more: list[str]) -> int:
    """The suite in one of the settings; pytest's exit code."""
    spread = [] if what == "alone" else ["-n", "2", "--dist", "loadfile"]
    cores = len(os.sched_getaffinity(0)) if what == "load" else 0
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(4 * cores)]
    try:
        line = [sys.executable, "-m", "pytest", "-m", "not soak", *spread, *more]
        return subprocess.run(line, env=os.environ | ALL[what], check=False).returncode
    finally:
        for one in busy:
            one.kill()
            one.wait()


def main() -> int:
    words, cut, more = sys.argv[1:], "--", []
    if cut in words:
        at = words.index(cut)
        words, more = words[:at], words[at + 1 :]
    if unknown := set(words) - set(ALL):
        sys.exit(f"Not a setting: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}.")
    codes: dict[str, int] = {}
    for what in words or ALL:
        print(f"== {what}: {ALL[what]}", flush=True)
        codes[what] = suite(what, more)
    for what, code in codes.items():
        print(f"{what}: {'green' if code == 0 else f'exit code {code}'}")
    return max(codes.values())


if __name__ == "__main__":
    sys.exit(main())
