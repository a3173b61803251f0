"""Installations beside this one: our packages and the node in a folder of their own, linked, not copied, and
of another version where that is asked for.  They need what this Python has, and take no time to make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import anatomatte
from anatomatte import settings
from anatomatte_cli.bundling.contents import OWN, VERSION
from anatomatte_cli.bundling.making import LAUNCHER
from anatomatte_cli.cmd_install import NAME, libpython


def installed(root: Path, version: str = "") -> Path:
    """An installation at *root*, as `bundle make` lays one out: ``bin/anatomatte``, ``ofx``, ``python``.

    Args:
        version: as long as this one's; a control is then another one too.
    """
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / "python")], check=False)
    assert made.returncode == 0
    (site,) = (root / "python").glob("lib/python*/site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (site / "others.pth").write_text("\n".join(others) + "\n")
    for package in OWN:
        folder = anatomatte.__file__ if package == "anatomatte" else __import__(package).__file__
        assert folder is not None
        shutil.copytree(
            Path(folder).parent, site / package, copy_function=linked,
            ignore=shutil.ignore_patterns("__pycache__"),
        )  # fmt: skip
    if version:
        _change(site, version, root / "python" / "bin" / "python")
    (root / "bin").mkdir()
    launcher = root / "bin" / "anatomatte"
    launcher.write_text(LAUNCHER.replace(VERSION, "python"), encoding="utf-8")
    launcher.chmod(0o755)
    shutil.copytree(site / "anatomatte" / "ofx" / NAME, root / "ofx" / NAME, copy_function=linked)
    for node in (root / "ofx" / NAME, site / "anatomatte" / "ofx" / NAME):
        conf = node / "Contents" / "Resources" / "runtime.conf"
        lines = [f"python = {root / 'python' / 'bin' / 'python'}", f"module_path = {site}"]
        lines += [f"libpython = {libpython()}"] if libpython() else []
        _rewrite(conf, lambda _, lines=lines: "\n".join(lines).encode())  # type: ignore[misc]
    return root


def linked(source: str, target: str) -> None:
    """A hard link, or a copy where that cannot be."""
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)


def _rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file, and not what it is linked with."""
    mode, fresh = path.stat().st_mode, change(path.read_bytes())
    path.unlink()
    path.write_bytes(fresh)
    path.chmod(mode)


def _change(site: Path, version: str, python: Path) -> None:
    """Make another version of what is installed, in Python and in what is compiled."""
    before, now = anatomatte.__version__.encode(), version.encode()
    assert len(before) == len(now) and before != now
    _rewrite(site / "anatomatte" / "__init__.py", lambda text: text.replace(before, now))
    old = settings.BY_NAME["erode"].hint.encode()
    for path in (site / "anatomatte").glob("*.py"):
        if old in path.read_bytes():
            _rewrite(path, lambda text: text.replace(old, old.upper()))
    word = "from anatomatte.settings import digest; print(digest())"
    done = subprocess.run([str(python), "-I", "-B", "-c", word], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    digest = done.stdout.strip()
    assert digest != settings.digest()
    for name in ("anatomatte.ofx", "anatomatte-worker"):
        (binary,) = (site / "anatomatte" / "ofx" / NAME).glob(f"Contents/*/{name}")
        _rewrite(
            binary,
            lambda code: code.replace(settings.digest().encode(), digest.encode()).replace(
                before + b"\0", now + b"\0"
            ),
        )
