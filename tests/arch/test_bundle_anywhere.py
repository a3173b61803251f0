"""The bundle wherever a studio puts it: copied, linked, read-only, oddly named, beside another version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import anatomatte
from anatomatte import settings
from anatomatte_cli.cmd_install import NAME, put
from made import native
from made.worker_host import host_says, start_host, told_by

MODULES = Path(anatomatte.__file__).resolve().parent.parent
SHOW = """
assert frame()[100, 100, 3] == 1, status()
print(open(f"/proc/{worker()}/cmdline").read().replace("\\0", " "))
"""


def configure(node: Path, **conf: object) -> None:
    """Write the node's runtime.conf."""
    lines = [f"{key} = {value}\n" for key, value in conf.items()]
    (node / "Contents" / "Resources" / "runtime.conf").write_text("".join(lines), encoding="utf-8")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    files = sorted(folder.rglob("*"))
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in files}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own beside the bundles, with what the tests' one has."""
    folder = tmp_path_factory.mktemp("studio") / "envs" / "key"
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=False)
    assert made.returncode == 0
    (packages,) = folder.glob("lib/python*/site-packages")
    paths = [str(MODULES), *(path for path in sys.path if path.endswith("site-packages"))]
    (packages / "base.pth").write_text("\n".join(paths) + "\n")
    return folder


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Path]:
    made = put(tmp_path / "plugins")
    yield made
    subprocess.run(["chmod", "-R", "u+w", str(made)], check=True)


def test_a_read_only_share_with_a_python_relative_to_it(environment: Path, tmp_path: Path) -> None:
    share = environment.parents[1] / "Größe und Würde" / "OFX Plugins"
    made = put(share)
    configure(made, python="../../../../../envs/key/bin/python", module_path=MODULES)
    subprocess.run(["chmod", "-R", "a-w", str(share)], check=True)
    before = snapshot(share)
    # an administrator writes where he may not, unless that power is taken from him
    dropped = "import ctypes; ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)\n" if os.geteuid() == 0 else ""
    told = host_says(dropped + SHOW, BUNDLE=str(share), XDG_STATE_HOME=str(tmp_path))
    assert str(environment / "bin" / "python") in told, "the environment's own, not what its link points to"
    assert snapshot(share) == before
    subprocess.run(["chmod", "-R", "u+w", str(share)], check=True)


@pytest.mark.parametrize("road", ["worker", "in-process"])
def test_a_host_that_names_a_link_relatively_and_moves_away(road: str, node: Path, tmp_path: Path) -> None:
    """pyopenfx asks for real paths; this host, which has no Python, takes what it is told."""
    (tmp_path / "linked").symlink_to(node)
    (binary,) = (tmp_path / "linked").glob("Contents/*/anatomatte.ofx")
    configure(node, python=os.path.relpath(sys.prefix, node.resolve() / "Contents" / "Resources"))
    host = native.built() / "tests" / "cpp" / "test_process"
    done = subprocess.run(
        [str(host), str(binary.relative_to(tmp_path)), "away"],
        cwd=tmp_path, env=os.environ | {"ANATOMATTE_RUNTIME": road},
        capture_output=True, text=True, timeout=native.HANG,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("Worker process" in done.stdout) == (road == "worker")


def test_an_environment_that_is_gone_and_comes_back(environment: Path, node: Path) -> None:
    """Gone before the first frame, then while a worker runs; back each time after Refresh."""
    away = environment.with_name("away")
    configure(node, python=environment / "bin" / "python", module_path=MODULES)
    told = host_says(
        f"""
        here, away = Path({str(environment)!r}), Path({str(away)!r})
        here.rename(away)
        why = failure()
        assert str(here) in why and "anatomatte doctor" in why, why
        assert failure() == why and not children(), "it is not tried again for every frame"
        away.rename(here)
        assert "Worker process" in status()
        first = frame()
        here.rename(away)
        assert np.array_equal(frame(), first), "a running worker has what it needs"
        os.kill(worker(), signal.SIGKILL)
        why = failure()
        print(why)
        away.rename(here)
        other = new_node()
        assert np.array_equal(frame(of=other), first)
        """,
        BUNDLE=str(node.parent),
    )
    assert str(environment) in told and "anatomatte doctor" in told, told


def test_two_versions_side_by_side(node: Path) -> None:
    """The older node is told apart in words, and its neighbour does not notice."""
    other = "0" * len(settings.digest())
    for name in ("anatomatte.ofx", "anatomatte-worker"):
        (path,) = node.glob(f"Contents/*/{name}")
        path.write_bytes(path.read_bytes().replace(settings.digest().encode(), other.encode()))
    told = host_says(
        """
        first = frame()
        strangers = Host()
        strangers.scan([os.environ["OLDER"]])
        older = strangers.load("org.anatomatte.Anatomatte").instance(context="filter")
        older.clips.Source = plate
        print(failure(of=older))
        assert np.array_equal(frame(), first) and len(children()) == 1
        """,
        OLDER=str(node.parent),
    )
    assert "do not belong together" in told and "anatomatte doctor" in told


def test_a_copy_needs_nothing_of_the_original(node: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / NAME
    shutil.move(node, moved)
    told = told_by(start_host(SHOW, BUNDLE=str(moved.parent), ANATOMATTE_PYTHON=sys.prefix))
    assert str(moved) in told and str(node) not in told
    moved.rename(node)
