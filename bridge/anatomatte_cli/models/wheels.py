"""Files inside packages of the Python index, without installing these: pip fetches the wheel.

pip knows the studio's index, mirrors, certificates and proxies (``PIP_INDEX_URL``, ``pip config``).
"""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from anatomatte.errors import AnatomatteError, SetupError
from anatomatte.models.manifest import File
from anatomatte.models.store import files, looks
from anatomatte.models.store.files import Tell


def download(entry: File, folder: Path, tell: Tell) -> Path:
    """The wheel that holds *entry*, fetched into *folder*.

    Raises:
        SetupError: pip is missing, or the index has no such wheel; the message has what pip said.
    """
    by_hand = f"Fetch it elsewhere with `pip download --no-deps {entry.wheel}` and import the wheel."
    if importlib.util.find_spec("pip") is None:
        raise SetupError(f"{sys.executable} has no pip to fetch {entry.wheel} with. {by_hand}")
    said = "it has no wheel of it"
    for tag in entry.wheel_tags or ("",):
        said = _pip(entry.wheel, tag, folder, tell)
        if found := next(iter(sorted(folder.glob("*.whl"))), None):
            _compare(found, entry)
            return found
        if "No matching distribution" not in said:
            break
    raise SetupError(f"The Python index did not give {entry.wheel}: {said}. {by_hand}")


def _pip(requirement: str, tag: str, folder: Path, tell: Tell) -> str:
    """Run pip once; what it complained about, empty where it did not."""
    line = [
        sys.executable, "-m", "pip", "download", requirement, "--no-deps", "--only-binary=:all:",
        "--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder),
    ]  # fmt: skip
    if tag:
        python, _, platform = tag.partition("-")
        version = f"{python[2]}.{python[3:]}"
        line += ["--python-version", version, "--implementation", "cp", "--abi", python]
        line += ["--platform", platform]
    with (
        tempfile.TemporaryDirectory(prefix="pip-", dir=folder) as work,
        subprocess.Popen(
            line,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | {"TMPDIR": work, "TEMP": work, "TMP": work},
        ) as pip,
    ):
        said = _listen(pip, Path(work), tell)
    complaints = re.findall(r"^ERROR: (.*)$", said, re.MULTILINE)
    return (complaints or [f"pip ended with {pip.returncode}"])[-1].rstrip(".") if pip.returncode else ""


def _listen(pip: subprocess.Popen[str], work: Path, tell: Tell) -> str:
    """What pip says until it ends; how far it is shows in the folder where it works."""
    try:
        while True:
            try:
                return pip.communicate(timeout=0.5)[0]
            except subprocess.TimeoutExpired:
                tell(sum(size_of(path) for path in work.rglob("*")), 0)
    except BaseException:
        pip.kill()
        raise


def size_of(path: Path) -> int:
    """Bytes of a file that may be gone already."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _compare(wheel: Path, entry: File) -> None:
    wanted = entry.wheel_sha256.get(wheel.name)
    if wanted and files.sha256_of(wheel) != wanted:
        raise SetupError(
            f"{wheel.name} is not the one that was published: its SHA-256 differs. Ask your index."
        )


def member(archive: Path, entry: File, target: Path, tell: Tell = files.silent) -> None:
    """Copy *entry*'s member of a wheel or zip file to *target*, without unpacking anything else.

    Raises:
        SetupError: the archive is damaged, hostile, or has no such member.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            try:
                info = file.getinfo(entry.member)
            except KeyError:
                raise SetupError(
                    f"{archive.name} does not hold {entry.member}; it takes {entry.wheel}."
                ) from None
            looks.check_entries([info], archive.stat().st_size)
            if entry.bytes and info.file_size != entry.bytes:
                raise SetupError(
                    f"{entry.member} in {archive.name} has {info.file_size} bytes instead of {entry.bytes}."
                )
            with file.open(info) as stream:
                files.copied(stream, info.file_size, target, tell)
    except AnatomatteError:
        raise
    except looks.Unfit as why:
        raise SetupError(f"{archive} {why}.") from why
    except FileNotFoundError as why:
        raise SetupError(f"There is no file {archive}.") from why
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as why:
        raise SetupError(f"{archive} is no wheel, or only the beginning of one: fetch it again.") from why


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive, as wheels are."""
    try:
        return stat.S_ISREG(path.stat().st_mode) and zipfile.is_zipfile(path)
    except OSError:
        return False
