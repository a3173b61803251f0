"""The environment variables that count, and those of them that are set and mean nothing.

What reads a variable takes its default where the value is none, as a host must not lose a frame by it; here
it is told.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping

PREFIX = "ANATOMATTE_"

NUMBERS: Mapping[str, tuple[float, bool, str]] = {
    "ANATOMATTE_WORKER_START_S": (60, False, "seconds"),
    "ANATOMATTE_WORKER_SILENCE_S": (20, False, "seconds"),
    "ANATOMATTE_WORKER_FRAME_S": (900, False, "seconds"),
    "ANATOMATTE_GIL_PATIENCE_S": (60, False, "seconds"),
    "ANATOMATTE_CACHE_MB": (512, True, "whole megabytes"),
    "ANATOMATTE_MODEL_LONGEST_S": (600, False, "seconds"),
    "ANATOMATTE_MODEL_MEMORY_GB": (0, False, "gigabytes"),
    "ANATOMATTE_MODEL_IDLE_S": (300, True, "seconds"),
}
"""Numbers: what counts where there is none (0: what the machine has), whether 0 is one, and the unit."""

WORDS: Mapping[str, tuple[str, ...]] = {"ANATOMATTE_KERNELS": ("auto", "plain")}
"""Words of which one is to be given; the first counts where none is."""

OTHERS = (
    "ANATOMATTE_RUNTIME",
    "ANATOMATTE_PYTHON",
    "ANATOMATTE_WORKER",
    "ANATOMATTE_WORKER_LD_LIBRARY_PATH",
    "ANATOMATTE_MODELS",
    "ANATOMATTE_MODELS_SHARED",
    "ANATOMATTE_MODELS_MIRROR",
    "ANATOMATTE_MODELS_POLICY",
    "ANATOMATTE_MODELS_ALLOW",
    "ANATOMATTE_SHOT",
)
"""Words, folders, files and addresses of which what reads them says when they are wrong."""


def misread(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """A sentence for each variable that is set and counts as if it were not."""
    for name, (default, nothing, unit) in NUMBERS.items():
        told = environment.get(name, "")
        if told and not _is_number(told, nothing, whole=unit.startswith("whole")):
            least = "from 0" if nothing else "above 0"
            counts = f"{default:g}" if default else "what the machine has"
            yield f"{name}={told} is no number of {unit} {least}; {counts} counts. Correct or unset it."
    for name, words in WORDS.items():
        told = environment.get(name, "")
        if told and told not in words:
            yield f"{name}={told} is none of {', '.join(words)}; {words[0]} counts. Correct or unset it."


def unknown(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """A sentence for each variable with our prefix that nothing reads."""
    known = (*NUMBERS, *WORDS, *OTHERS)
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            like = difflib.get_close_matches(name, known, 1, 0.8)
            yield f"{name}: nothing reads it{f'; {like[0]} is meant?' if like else '.'}"


def _is_number(told: str, nothing: bool, whole: bool) -> bool:
    if whole:
        return told.isdecimal()
    try:
        value = float(told)
    except ValueError:
        return False
    return 0 < value < float("inf") or (nothing and value == 0)
