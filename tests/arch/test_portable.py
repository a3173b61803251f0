"""The node on old systems: what the binaries ask of the C library, and that its compiler left nothing out."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from anatomatte_batch.ofx_node import bundle
from made import elf, native

OLDEST = (2, 28)  # Rocky 8, which the VFX reference platform builds on
BINARIES = sorted(bundle().glob("Contents/*/anatomatte*"))


@pytest.mark.parametrize("binary", BINARIES, ids=lambda path: path.name)
def test_the_reader_sees_what_binutils_see(binary: Path) -> None:
    objdump = shutil.which("objdump")
    if not objdump:
        pytest.skip("objdump is not here to compare with")
    told = subprocess.run([objdump, "-T", str(binary)], capture_output=True, text=True, check=True).stdout
    names = set(re.findall(r"\((GLIBC_[\w.]+)\)|\s(GLIBC_[\w.]+)\s", told))
    found = {name for versions in elf.needed_versions(binary).values() for name in versions}
    # a linker's note that no symbol bears
    assert {first or second for first, second in names} == found - {"GLIBC_ABI_DT_RELR"}
    assert elf.newest(elf.needed_versions(binary)) >= (2, 2, 5)


def test_a_file_of_another_kind_is_told() -> None:
    with pytest.raises(ValueError, match="ELF"):
        elf.needed_versions(Path(__file__))


CLOSES = """
import _ctypes, ctypes, sys
for _ in range(2):
    node = ctypes.CDLL(sys.argv[1])
    assert node.OfxGetNumberOfPlugins() == 1
    _ctypes.dlclose(node._handle)
assert sys.argv[1] not in open("/proc/self/maps").read()
"""


@pytest.fixture(scope="module")
def portable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel that `make portable` makes."""
    if not importlib.util.find_spec("ziglang"):
        pytest.skip("`make portable` brings the compiler")
    (wheel,) = native.ready(native.PORTABLE).glob("*.whl")
    folder = tmp_path_factory.mktemp("portable")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.mark.soak
def test_the_portable_wheel_loads_on_an_old_system(portable: Path) -> None:
    names = ("anatomatte.ofx", "anatomatte-worker", "anatomatte_embed.*", "_host.*.so", "_kernels.*.so")
    binaries = [path for name in names for path in portable.rglob(name)]
    assert len(binaries) == len(names)
    for binary in binaries:
        versions = elf.needed_versions(binary)
        assert () < elf.newest(versions) <= OLDEST, (binary.name, versions)
        assert elf.newest(versions, "GLIBCXX") == ()


@pytest.mark.soak
def test_a_host_may_unload_the_portable_node(portable: Path) -> None:
    (node,) = portable.rglob("anatomatte.ofx")
    done = subprocess.run([sys.executable, "-c", CLOSES, str(node)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
