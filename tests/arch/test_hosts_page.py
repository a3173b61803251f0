"""The page for TDs names the variables that the code reads, and their defaults."""

from __future__ import annotations

import re

from made import native

PAGE = (native.ROOT / "docs" / "hosts.md").read_text(encoding="utf-8")


def sources(*patterns: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for at in patterns for path in native.ROOT.glob(at))


def test_every_variable_is_on_the_page_and_is_read() -> None:
    told = set(re.findall(r"^\| `(ANATOMATTE_\w+)`", PAGE, re.MULTILINE))
    native_code = (f"cpp/{where}/*.cpp" for where in ("shim", "channel", "embed", "kernels"))
    code = sources(*native_code, "plugin/anatomatte/**/*.py")
    read = set(re.findall(r'"(ANATOMATTE_[A-Z_]+)"', code))
    assert told == read


def test_the_defaults_are_those_of_the_code() -> None:
    facts = sources("cpp/channel/client.h", "cpp/embed/*.cpp")
    facts += sources("plugin/anatomatte/cache.py", "plugin/anatomatte/nets/runtime/sessions.py")
    facts += sources("plugin/anatomatte/nets/guests/guest.py")
    for name, default in re.findall(r"^\| `ANATOMATTE_(\w+)` \| (\d+) ", PAGE, re.MULTILINE):
        value = {
            "WORKER_START_S": rf"start_s = {default}\.0;",
            "WORKER_SILENCE_S": rf"silence_s = {default}\.0;",
            "WORKER_FRAME_S": rf"frame_s = {default}\.0;",
            "GIL_PATIENCE_S": rf": {default}\.0;",
            "CACHE_MB": rf"DEFAULT_MB = {default}$",
            "MODEL_LONGEST_S": rf"LONGEST_S = {default}\.0$",
            "MODEL_MEMORY_GB": rf"_OF_THE_MACHINE = 0\.{default}$",
            "MODEL_IDLE_S": rf"IDLE_SECONDS = {default}\.0$",
        }[name]
        assert re.search(value, facts, re.MULTILINE), name
