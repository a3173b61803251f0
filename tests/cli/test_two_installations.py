"""Two versions on one machine, at work at once: files, workers, logs and sockets are each one's own."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

import anatomatte
from anatomatte_cli.bundling import beside
from anatomatte_cli.bundling.checking import made_plate
from anatomatte_cli.bundling.contents import VERSION
from anatomatte_cli.commands import main
from made import native
from made.installations import installed

OTHER = "0" * (len(anatomatte.__version__) - 1) + "9"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """This version and another one."""
    folder = tmp_path_factory.mktemp("share")
    return installed(folder / "this one"), installed(folder / "Andere", OTHER)


def test_two_versions_at_once_do_not_mix(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(root) for root in two]
    assert main(["bundle", "check", words[0], "--beside", words[1]]) == 0
    first, second = capsys.readouterr().out.splitlines()
    versions = anatomatte.__version__, OTHER
    assert f"{versions[0]} and {versions[1]}" in first
    assert all(f"worker-{version}.log" in first for version in versions)
    assert second.startswith("ok") and "its own worker" in second


def test_a_node_that_was_given_the_others_python_is_told(two: tuple[Path, Path]) -> None:
    (conf,) = (two[1] / "ofx").glob("*/Contents/Resources/runtime.conf")
    (stranger,) = (two[0] / "ofx").glob("*/Contents/Resources/runtime.conf")
    text = conf.read_text()
    conf.write_text(stranger.read_text())
    try:
        found = beside.check(*two)
    finally:
        conf.write_text(text)
    assert [finding.ok for finding in found] == [True, False]
    assert "do not belong together" in found[1].told


def test_a_served_worker_takes_nothing_of_another_version(two: tuple[Path, Path], tmp_path: Path) -> None:
    plate = made_plate(two[0], tmp_path)
    assert isinstance(plate, Path)
    for frame in (1002, 1003):
        plate.with_name(f"plate.{frame}.exr").symlink_to(plate)
    address, pipe = tmp_path / "worker", subprocess.PIPE
    line = [str(two[0] / "bin" / "anatomatte"), "worker", "serve", str(address)]
    with subprocess.Popen(line, stdout=pipe, text=True) as worker:
        assert worker.stdout is not None and "Serving at" in worker.stdout.readline()
        scene = os.environ | {"ANATOMATTE_WORKER": str(address)}
        words = ["render", str(tmp_path / "plate.####.exr"), str(tmp_path / "key.####.exr")]
        line = [str(two[1] / "bin" / "anatomatte"), *words]
        done = subprocess.run(
            line, env=scene, capture_output=True, text=True, timeout=native.HANG, check=False
        )
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(native.HANG) == 0
    assert done.returncode == 4, done.stderr
    said = f"The worker is Anatomatte {anatomatte.__version__}"
    assert said in done.stderr and f"the node is {OTHER}" in done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert said in lines[0] and lines[1:] == [
        f"[{n}/3] frame {1000 + n} failed (setup) as frame 1001 did" for n in (2, 3)
    ]
    assert not list(tmp_path.glob("key.*"))


def test_which_of_two_a_host_takes_is_the_first_on_the_path(two: tuple[Path, Path]) -> None:
    """Both say the same number to hosts, which know two figures of a version."""
    word = "import sys; from pyopenfx import Host; h = Host(); h.scan(); print(h.load(sys.argv[1]).bundle)"
    for order in (two, two[::-1]):
        scene = os.environ | {"OFX_PLUGIN_PATH": os.pathsep.join(str(root / "ofx") for root in order)}
        line = [
            str(order[0] / "python" / "bin" / VERSION),
            "-I",
            "-B",
            "-c",
            word,
            "org.anatomatte.Anatomatte",
        ]
        done = subprocess.run(
            line, env=scene, capture_output=True, text=True, timeout=native.HANG, check=False
        )
        assert done.stdout.startswith(f"{order[0]}/"), done.stderr + done.stdout
