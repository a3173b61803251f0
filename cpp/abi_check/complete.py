"""Writes headers that stand before the official OFX headers and complete them.

    python complete.py OURS OFFICIAL INTO

Official headers of an older release lack constants and structs that the sources use.
INTO gets a header for each that both folders have; all of them include one, which includes the official
ones and then defines what they lack.  What only OURS has is found there, last on the include path.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_CONSTANT = re.compile(r"^#define (k\w+)[ \t]+(\S.*)$", re.MULTILINE)
_STRUCT = re.compile(r"^typedef struct (\w+) \{.*?^\} \1;", re.MULTILINE | re.DOTALL)
_ALL = "completed_ofx.h"


def completed(ours: list[Path], official: list[Path]) -> str:
    """The text of a header that is all of *official*, and what of *ours* they lack."""
    there = " ".join(header.read_text(encoding="utf-8", errors="replace") for header in official)
    lines = ["#pragma once", *(f'#include "{header}"' for header in official)]
    for header in ours:
        text = header.read_text(encoding="utf-8")
        for name, value in _CONSTANT.findall(text):
            lines += [f"#ifndef {name}", f"#define {name} {value}", "#endif"]
        lines += [found[0] for found in _STRUCT.finditer(text) if not re.search(rf"\b{found[1]}\b", there)]
    return "\n".join([*lines, ""])


def main(ours: Path, official: Path, into: Path) -> None:
    """Write the headers of all that both folders have."""
    both = [path for path in sorted(ours.glob("*.h")) if (official / path.name).is_file()]
    into.mkdir(parents=True, exist_ok=True)
    text = completed(both, [(official / path.name).resolve() for path in both])
    (into / _ALL).write_text(text, encoding="utf-8")
    for path in both:
        (into / path.name).write_text(f'#include "{_ALL}"\n', encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(word) for word in sys.argv[1:4]))
