"""Writes a C++ source that lists what the OFX headers in a folder declare.

    python make_table.py HEADERS > table.cpp

The list of names comes from our own headers; the source is compiled against ours and against the
official ones, and `compare` holds the two tables beside each other.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_CONSTANT = re.compile(r"^#define (k\w+)[ \t]+\S", re.MULTILINE)
_STRUCT = re.compile(r"^typedef struct (\w+) \{(.*?)^\} \1;", re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r"\(\*(\w+)\)\(")
_PLAIN = re.compile(r"(\w+)(?:\[\w+\])?;$")


def fields(body: str) -> list[str]:
    """The names of a struct's fields, in their order."""
    found = []
    for line in body.splitlines():
        match = _FUNCTION.search(line) or _PLAIN.search(line)
        if match:
            found.append(match.group(1))
    return found


def table(headers: Path) -> str:
    """The source of the table of all headers below *headers*."""
    lines = ['#include "table.h"', "namespace {"]
    calls = []
    includes = []
    for header in sorted(headers.rglob("*.h")):
        name = header.relative_to(headers).as_posix()
        text = header.read_text(encoding="utf-8")
        includes += [f"#if __has_include(<{name}>)", f"#include <{name}>", "#endif"]
        for struct, body in _STRUCT.findall(text):
            lines.append(f"template <typename T> void {struct}_rows(Rows& rows) {{")
            lines.append("  if constexpr (is_complete<T>()) {")
            lines.append(f'    ABI_SIZE("{struct}");')
            lines += [f'    ABI_FIELD("{struct}", {field});' for field in fields(body)]
            lines += ["  }", "}"]
            calls.append(f"  {struct}_rows<struct {struct}>(rows);")
        for constant in _CONSTANT.findall(text):
            calls += [f"#ifdef {constant}", f'  add(rows, "{constant}", {constant});', "#endif"]
    lines += ["}  // namespace", "Rows ABI_TABLE() {", "  Rows rows;", *calls, "  return rows;", "}", ""]
    return "\n".join(includes + lines)


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])))
