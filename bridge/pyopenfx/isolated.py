"""Plug-ins in a process of their own: what crashes or hangs there is a sentence here."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_HERE = str(Path(__file__).resolve().parent.parent)
_START = "import sys; sys.path.insert(0, sys.argv[1]); from pyopenfx.child import main; main(sys.argv[2])"
_MISSING = re.compile(r"^pyopenfx: no suite (\S+ version \d+)$", re.MULTILINE)
_GRACE = 5.0  # seconds between the kill and its being noticed


@dataclass(frozen=True)
class Outcome:
    """What came of a task: `value` where `end` is "done", else `text` says what happened."""

    end: Literal["done", "error", "crash", "timeout"]
    value: Any = None
    text: str = ""


def run(task: str, arguments: Mapping[str, Any], timeout: float) -> Outcome:
    """Runs a task of `pyopenfx.child` in a process of its own, for at most `timeout` seconds.

    Whatever a plug-in does there, this returns: the child and what it started are killed with it.
    """
    with tempfile.TemporaryDirectory(prefix="pyopenfx-") as folder:
        place = Path(folder)
        request = {"task": task, "arguments": dict(arguments), "answer": str(place / "answer.json")}
        (place / "request.json").write_text(json.dumps(request), "utf-8")
        with (place / "said").open("wb") as said:
            child = subprocess.Popen(
                [sys.executable, "-c", _START, _HERE, str(place / "request.json")],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            late = not _wait(child, timeout)
        words = (place / "said").read_bytes()[-20000:].decode("utf-8", "replace")
        if late:
            return Outcome("timeout", text=f"gave no answer within {timeout:g} s")
        return _outcome(child.returncode, place / "answer.json", words)


def _wait(child: subprocess.Popen[bytes], timeout: float) -> bool:
    try:
        child.wait(timeout)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        if sys.platform == "win32":
            child.kill()
        else:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):  # nobody of that group is left
                child.kill()
        child.wait(_GRACE)


def _outcome(code: int, answer: Path, words: str) -> Outcome:
    if answer.is_file():
        told = json.loads(answer.read_text("utf-8"))
        if "error" in told:
            return Outcome("error", text=str(told["error"]))
        if code == 0:
            return Outcome("done", told["value"])
        return Outcome("crash", told["value"], f"{_death(code)} while the process ended")
    missing = _MISSING.findall(words)
    lacked = f"; it had asked for what is not here: {', '.join(missing)}" if missing else ""
    lines = [line for line in words.splitlines() if line.strip() and not _MISSING.match(line)]
    last = f"; last words: {lines[-1].strip()[-200:]}" if lines else ""
    return Outcome("crash", text=_death(code) + lacked + last)


def _death(code: int) -> str:
    if code >= 0:
        return f"ended the process with exit code {code}"
    try:
        return f"crashed with {signal.Signals(-code).name}"
    except ValueError:
        return f"crashed with signal {-code}"
