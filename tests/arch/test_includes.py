"""Every C++ file brings the standard headers of the names it uses, itself or by headers of ours.

A header of the standard library may bring others along or not, as each compiler likes: those of GCC 16 bring
<system_error> no longer.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADERS = {
    "algorithm": (
        "all_of clamp copy count equal fill fill_n find find_if max max_element min min_element remove "
        "remove_if stable_sort"
    ),
    "array": "array",
    "atomic": "atomic atomic_thread_fence memory_order_acquire memory_order_relaxed",
    "chrono": "chrono milli",
    "cmath": "fabs floor isfinite round",
    "condition_variable": "condition_variable",
    "csignal": "raise",
    "cstdio": "fflush fprintf printf snprintf sscanf vsnprintf",
    "cstdlib": "_Exit aligned_alloc atof free getenv llabs malloc",
    "cstring": "memchr memcmp memcpy memset strchr strcmp strcspn strerror strlen strncmp",
    "deque": "deque",
    "exception": "current_exception exception_ptr rethrow_exception",
    "fstream": "ifstream",
    "functional": "function",
    "limits": "numeric_limits",
    "map": "map",
    "memory": "enable_shared_from_this make_shared make_unique shared_ptr unique_ptr",
    "mutex": "adopt_lock lock_guard mutex recursive_mutex timed_mutex try_to_lock unique_lock",
    "new": "bad_alloc nothrow",
    "optional": "nullopt optional",
    "random": "mt19937 random_device",
    "set": "set",
    "shared_mutex": "shared_lock shared_mutex",
    "sstream": "istringstream",
    "stdexcept": "runtime_error",
    "string": "getline string to_string",
    "string_view": "string_view",
    "system_error": "system_error",
    "thread": "this_thread thread",
    "tuple": "tie tuple",
    "type_traits": "is_same_v",
    "unordered_map": "unordered_map",
    "utility": "exchange move pair swap",
    "variant": "get_if variant",
    "vector": "vector",
}
# a header that the standard says brings another, or a family that shares the name
ALSO = {
    "utility": {"algorithm", "map", "memory", "mutex", "string", "tuple", "unordered_map", "vector"},
    "exception": {"stdexcept", "system_error", "new"},
    "cmath": {"cstdlib"},
}
# what nearly every header declares, or several of them
EVERYWHERE = {"abs", "exception", "get", "initializer_list", "next", "prev", "ptrdiff_t", "size", "size_t"}
HEADER_OF = {name: header for header, names in HEADERS.items() for name in names.split()}
FILES = sorted(
    path
    for folder in ("cpp", "tests/cpp", "tests/plugins")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".cpp", ".h"} and "build" not in path.parts
)


def _without_words(text: str) -> str:
    """*text* without remarks and without what stands in quotes, but for the names of files."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"(?m)^(?!\s*#include).*$", lambda line: re.sub(r'"(?:\\.|[^"\\])*"', '""', line[0]), text)


def _brought(path: Path, seen: set[Path]) -> set[str]:
    """The standard headers that *path* includes, with those of our own headers."""
    seen.add(path)
    found: set[str] = set()
    text = _without_words(path.read_text(encoding="utf-8"))
    for kind, name in re.findall(r'(?m)^\s*#include ([<"])([^>"]+)', text):
        if kind == "<":
            found.add(name)
            continue
        for other in FILES:
            if other.name == Path(name).name and other not in seen:
                found |= _brought(other, seen)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_brings_the_headers_of_what_it_uses(path: Path) -> None:
    used = set(re.findall(r"\bstd::(\w+)", _without_words(path.read_text(encoding="utf-8"))))
    brought = _brought(path, set())
    missing = {
        f"std::{name} wants <{HEADER_OF[name]}>"
        for name in used & HEADER_OF.keys()
        if HEADER_OF[name] not in brought and not ALSO.get(HEADER_OF[name], set()) & brought
    }
    assert not missing


def test_every_standard_name_that_is_used_is_known_here() -> None:
    """A name that is missing in the table above would be looked for nowhere."""
    used: set[str] = set()
    for path in FILES:
        used |= set(re.findall(r"\bstd::(\w+)", _without_words(path.read_text(encoding="utf-8"))))
    assert used - HEADER_OF.keys() - EVERYWHERE == set()
