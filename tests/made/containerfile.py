"""A Containerfile read line by line, and its steps run in a folder where no builder of images is at hand.

Of the instructions those are known that ours uses; another one is an error and never skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = frozenset(
    {"ARG", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
)
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Step:
    """One instruction: its number of line, its word and what follows."""

    line: int
    word: str
    rest: str


@dataclass
class Stage:
    """The steps after a FROM: the image it begins with, its name, and the steps."""

    image: str
    name: str
    steps: list[Step] = field(default_factory=list)


def steps(text: str) -> Iterator[Step]:
    """The instructions of a Containerfile.

    Raises:
        ValueError: an instruction is not known, or goes on over the end of its line.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word not in KNOWN or not rest or line.endswith("\\"):
            raise ValueError(f"line {number} is not understood: {line}")
        yield Step(number, word, rest)


def stages(text: str) -> list[Stage]:
    """The stages, in their order.

    Raises:
        ValueError: as `steps`; or a FROM has another form.
    """
    found: list[Stage] = []
    for step in steps(text):
        if step.word == "FROM":
            match = re.fullmatch(r"(\S+)(?: AS (\w+))?", step.rest)
            if match is None:
                raise ValueError(f"line {step.line} is not understood: {step.rest}")
            found.append(Stage(match[1], match[2] or ""))
        elif found:
            found[-1].steps.append(step)
        elif step.word != "ARG":
            raise ValueError(f"line {step.line} comes before the first FROM: {step.word}")
    return found


def copied(step: Step) -> tuple[list[str], str, str]:
    """The sources of a COPY, its target, and the stage it takes them from (empty: the folder built from).

    Raises:
        ValueError: it has an option that is not known, or no target.
    """
    words = step.rest.split()
    stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else ""
    if len(words) < 2 or any(word.startswith("--") for word in words):
        raise ValueError(f"line {step.line} is not understood: {step.rest}")
    return words[:-1], words[-1], stage


def listed(step: Step) -> list[str]:
    """The words of an ENTRYPOINT, a CMD or a HEALTHCHECK in JSON.

    Raises:
        ValueError: it is no list of texts.
    """
    words = json.loads(step.rest[step.rest.index("[") :])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"line {step.line} is no list of words: {step.rest}")
    return words


def build(text: str, context: Path, root: Path, python: str) -> dict[str, str]:
    """Run the steps below *root* instead of ``/``: packages of the system are taken as they are here.

    Args:
        text: the Containerfile.
        context: the folder that it is built from.
        root: an empty folder.
        python: the interpreter that the image has.

    Returns:
        The environment that the image's program starts with.

    Raises:
        ValueError: an instruction is not understood.
        subprocess.CalledProcessError: a RUN failed.
    """
    (root / "bin").mkdir()
    (root / "bin" / "python").symlink_to(python)
    first = {**os.environ, "PATH": f"{root / 'bin'}:{os.environ['PATH']}"}
    environment = first
    for stage in stages(text):
        environment, where = dict(first), root
        for step in stage.steps:
            if step.word == "RUN":
                _run(step.rest, where, root, environment)
            elif step.word == "WORKDIR":
                where = _inside(step.rest, root)
                where.mkdir(parents=True, exist_ok=True)
            elif step.word == "COPY":
                _copy(step, context, where)
            elif step.word == "ENV":
                for pair in step.rest.split():
                    name, _, value = pair.partition("=")
                    environment[name] = _filled(_mapped(value, root), environment)
    return environment


def _run(line: str, where: Path, root: Path, environment: dict[str, str]) -> None:
    """One RUN; packages of Debian have to be here already, by the programs that they bring."""
    if line.startswith("apt-get update && apt-get install "):
        names = [word for word in line.split(" install ")[1].split() if not word.startswith("--")]
        missing = [name for name in names if shutil.which(name) is None]
        if missing:
            raise ValueError(f"{', '.join(missing)} of `{line}` is not on this machine")
        return
    subprocess.run(["sh", "-c", _mapped(line, root)], cwd=where, env=environment, check=True)


def _copy(step: Step, context: Path, where: Path) -> None:
    """One COPY of the folder built from; what comes from a stage lies in its place already."""
    sources, target, stage = copied(step)
    if stage:
        if sources != [target]:
            raise ValueError(f"line {step.line}: a stage's files move from {sources} to {target}")
        return
    for source in sources:
        if (context / source).is_dir():
            shutil.copytree(context / source, where / target, dirs_exist_ok=True)
        else:
            shutil.copy(context / source, where / target)


def _filled(text: str, environment: dict[str, str]) -> str:
    """A value with the variables in it as they are."""
    return _VARIABLE.sub(lambda match: environment[match[1]], text)


def _inside(path: str, root: Path) -> Path:
    return root / path.lstrip("/")


def _mapped(text: str, root: Path) -> str:
    """Paths of the image as they are below *root*."""
    return re.sub(r"(?<![\w/.])/(opt|src|tmp)\b", rf"{root}/\1", text)
