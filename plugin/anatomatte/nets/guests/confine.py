"""What the process of a network may do, given up in two steps: files before libraries, the rest after."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from . import landlock, syscalls

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/localtime", "/proc/self",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys", "/sys/devices", "/sys/bus", "/sys/class",
    "/sys/fs/cgroup",    "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random",
)  # fmt: skip
_OF_A_GPU = ("/proc/driver", "/proc/devices", "/proc/modules", "/sys", "/etc")
_INSTALLED = ("site-packages", "dist-packages", "lib-dynload")


def readable(gpu: bool) -> list[Path]:
    """What a Python process needs to read: the system's libraries, its own and the installed packages."""
    package = Path(__file__).resolve().parents[2]
    made = [package, Path(sys.prefix), Path(sys.base_prefix), *map(Path, _SYSTEM)]
    installed = [Path(entry) for entry in sys.path if Path(entry).name in _INSTALLED]
    made += installed + [target for folder in installed for target in linked(folder)]
    made += [Path(folder) for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    return made + [Path(name) for name in _OF_A_GPU if gpu]


def linked(folder: Path) -> list[Path]:
    """Where the packages of a *folder* lie that are links, or whose files are, as uv and rez make them.

    Of each package the first file tells; nothing that holds the user's home is among them.
    """
    home, own = Path(os.path.expanduser("~")).resolve(), folder.resolve()
    made = []
    for package in sorted(folder.iterdir()) if folder.is_dir() else ():
        inside = sorted(package.iterdir()) if package.is_dir() else []
        file = next((one for one in inside if one.is_file()), package)
        target = file.resolve() if file is package else file.resolve().parent
        if target.exists() and own not in target.parents and target not in (home, *home.parents):
            made.append(target)
    return made


def files(path: Path, gpu: bool) -> int:
    """Read nothing from now on but libraries and the network's file; before other threads are started.

    Returns:
        The version of Landlock that guards, 0 for none.
    """
    return landlock.only([*readable(gpu), path], [Path("/dev")] if gpu else [])


def rest(memory: int, gpu: bool) -> bool:
    """Neither sockets nor programs nor written files from now on, and at most *memory* bytes.

    A GPU's driver opens its devices for writing and maps more memory than there is, so with one only
    `files` guards what is written and the memory is the machine's.

    Returns:
        Whether the kernel filters the calls; the memory is bounded in any case.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not gpu:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        if memory:
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    return syscalls.filtered(files=not gpu)


def close_inherited(keep: Sequence[int]) -> None:
    """Close every file but the standard ones and *keep*: a node's files are not a network's."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in keep:
            try:
                os.close(int(name))
            except OSError:
                continue
