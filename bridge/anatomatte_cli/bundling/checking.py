"""Proof that a bundle runs as it lies: nothing in the environment, no home, no right to write into it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import bill, sums
from .contents import VERSION
from .making import ORIGIN, origin

_LONGEST_S = 900.0
_NOBODY = 65534
_ASKED = {"library", "commands_library", "keyed", "people", "same", "modules"}
"""What a bundle's own probe tells; those of older versions tell less."""
_PLATE = """
import sys
import numpy as np
import OpenImageIO as oiio
from anatomatte_cli.bundling.probe import plate
oiio.ImageBuf(plate()).write(sys.argv[1], "half")
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    told: str


def check(folder: Path) -> list[Finding]:
    """Look at a bundle, in the order in which one fault explains the next.

    Raises:
        SetupError: there is no bundle.
    """
    wrong = sums.faults(folder)
    told = "; ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
    found = [Finding("files", not wrong, told or f"{len(sums.listed(folder))} as listed"), _bill(folder)]
    if wrong:
        return found
    with _elsewhere(folder.resolve()) as (lies, moved), scratch() as work:
        found.append(Finding("place", True, moved))
        found += [_command_line(lies, work), *_host(lies, work)]
        wrote = sums.faults(lies)
        found.append(Finding("read-only", not wrote, "; ".join(wrote[:5]) or "nothing was written into it"))
    return found


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder that everybody may write to, for a while."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def _bill(folder: Path) -> Finding:
    """Every network of the bundle stands in its bill with the sum that the list has."""
    try:
        told = json.loads((folder / bill.NAME).read_text(encoding="utf-8"))
        listed = sums.listed(folder)
        parts = {one["bom-ref"]: one for one in told["components"]}
        whole = told["metadata"]["component"]
        wrong = [
            name
            for name, one in parts.items()
            if one["type"] in ("machine-learning-model", "file")
            and one["hashes"][0]["content"] != listed.get(name)
        ]
    except (OSError, ValueError, KeyError) as why:
        return Finding("bill of materials", False, f"{bill.NAME} cannot be read: {why}")
    return Finding(
        "bill of materials",
        not wrong,
        ", ".join(wrong) or f"Anatomatte {whole['version']}, {len(parts)} parts",
    )


@contextlib.contextmanager
def _elsewhere(folder: Path) -> Iterator[tuple[Path, str]]:
    """The bundle at another path than it was made at: a copy of hard links where it still lies there."""
    if (folder / ORIGIN).read_text(encoding="utf-8").strip() != origin(folder):
        yield folder, "not where it was made"
        return
    try:
        aside = Path(tempfile.mkdtemp(prefix=".anatomatte-", dir=folder.parent))
    except OSError:
        yield folder, "where it was made: copy it elsewhere and check it there, too"
        return
    try:
        aside.chmod(0o755)
        copy = aside / "Größe und Würde"
        shutil.copytree(folder, copy, copy_function=os.link)
        yield copy, "moved to another path for this check"
    finally:
        for path in (aside, *(path for path in aside.rglob("*") if path.is_dir())):
            path.chmod(0o755)
        shutil.rmtree(aside, ignore_errors=True)


def _run(words: list[str], work: Path, **environment: str) -> tuple[int, str, str]:
    """Run with nothing in the environment, as somebody without rights and home, from the root folder."""
    nobody: dict[str, Any] = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    who = nobody if _as_nobody(Path(words[0]), work) else {}
    done = subprocess.run(
        words, env={"TMPDIR": str(work), **environment}, cwd="/", capture_output=True, text=True,
        timeout=_LONGEST_S, check=False, **who,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def _as_nobody(program: Path, work: Path) -> bool:
    """Whether the rights of an administrator can be laid down, as others can reach both."""
    return os.geteuid() == 0 and _open_to_all(program) and _open_to_all(work)


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents) and (
        not path.is_dir() or bool(path.stat().st_mode & 0o001)
    )


def _failed(name: str, code: int, out: str, err: str) -> Finding:
    lines = (err or out).strip().splitlines()
    return Finding(name, False, f"exit {code}: {lines[-1] if lines else 'it said nothing'}")


def _command_line(lies: Path, work: Path) -> Finding:
    """A frame is rendered by the launcher."""
    plate, key = made_plate(lies, work), work / "key.1001.exr"
    if isinstance(plate, Finding):
        return plate
    words = [str(lies / "bin" / "anatomatte"), "render", str(plate), str(key), "--threads", "1"]
    done = _run(words, work)
    if done[0] or not key.is_file():
        return _failed("command line", *done)
    who = "nobody" if _as_nobody(lies / "bin" / "anatomatte", work) else "this user"
    return Finding("command line", True, f"rendered a frame as {who}, with an empty environment and no home")


def made_plate(lies: Path, work: Path) -> Path | Finding:
    """A plate, or why the bundle cannot draw one."""
    plate = work / "plate.1001.exr"
    done = _run([str(lies / "python" / "bin" / VERSION), "-I", "-B", "-c", _PLATE, str(plate)], work)
    return _failed("command line", *done) if done[0] else plate


def _host(lies: Path, work: Path) -> list[Finding]:
    """The node in a host, in a worker and in the host's process."""
    python = str(lies / "python" / "bin" / VERSION)
    words = [python, "-I", "-B", "-m", "anatomatte_cli.bundling.probe", str(lies / "ofx")]
    code, out, err = _run(words, work)
    if code:
        return [_failed("node in a host", code, out, err)]
    told = json.loads(out.splitlines()[-1])
    if lacks := _ASKED - told.keys():
        text = (
            f"its version does not say what this one asks ({', '.join(sorted(lacks))}); check it with its own"
        )
        return [Finding("node in a host", False, f"{text} bin/anatomatte")]
    loaded = [name for name in told["modules"] if not name.startswith(str(lies))]
    strange = ", ".join(loaded[:3])
    foreign = [
        told[name] or "nothing"
        for name in ("library", "commands_library")
        if not told[name].startswith(f"{lies}/")
    ]
    worker = not foreign
    whose = "its worker runs the bundle's Python, and that of commands too"
    whose = whose if worker else f"a worker runs {', '.join(foreign)}"
    return [
        Finding("node in a host", told["keyed"] and worker, whose if told["keyed"] else "the frame is wrong"),
        Finding("networks", told["people"], "people and parts were looked for, both ways" if told["people"]
                else "the frame holds values that are no numbers"),
        Finding("both ways", told["same"], "worker and in-process give the same pixels" if told["same"]
                else "worker and in-process differ"),
        Finding("modules", not loaded, f"not of the bundle: {strange}" if loaded else "all of the bundle"),
    ]  # fmt: skip
