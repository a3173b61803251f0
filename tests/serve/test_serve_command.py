"""``anatomatte serve`` as a process: its words, its documents, its end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from made import native
from made.serving import encoded, picture

DOCS = (native.ROOT / "docs" / "serve.md").read_text(encoding="utf-8")


@contextmanager
def served(tmp_path: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command on a free port, with a folder of its own for temporary files; and its address."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    line = [sys.executable, "-m", "anatomatte_cli", "serve", "--port", "0", *words]
    own = {name: value for name, value in os.environ.items() if name != "ANATOMATTE_CACHE_MB"}
    environment = own | {"TMPDIR": str(tmp_path / "tmp"), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        base = process.stdout.readline().split()[-1]
        yield process, base.rstrip("/")
    finally:
        process.kill()
        process.wait()


def answered(base: str, path: str = "/status", **more: object) -> httpx.Response:
    """An answer, once the process listens."""
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=120) as client:
        return client.get(base + path, **more)


def test_the_documents_curl_runs_and_the_end_is_clean(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("There is no curl on this machine; the examples of docs/serve.md were not run.")
    (tmp_path / "photo.jpg").write_bytes(encoded(".jpg"))
    wall = np.full((40, 60, 3), (60, 90, 120), np.uint8)
    cv2.imwrite(str(tmp_path / "wall.png"), wall)
    blocks = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
    assert len(blocks) == 3
    with served(tmp_path) as (process, base):
        assert answered(base).status_code == 200
        for block in blocks:
            script = block.replace("http://127.0.0.1:8411", base)
            shell = ["bash", "-euo", "pipefail", "-c", script]
            done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
        assert cv2.imread(str(tmp_path / "cut.png"), cv2.IMREAD_UNCHANGED).shape[2] == 4
        assert cv2.imread(str(tmp_path / "blue.jpg")) is not None
        assert (tmp_path / "results.zip").read_bytes().startswith(b"PK")
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_reads_the_address_may_end_it_at_once(tmp_path: Path, number: int) -> None:
    """The address is told when signals are heard, so that no folder of this run stays behind."""
    with served(tmp_path) as (process, _):
        process.send_signal(number)
        assert process.wait(native.HANG) == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_signal_ends_the_picture_in_work(tmp_path: Path) -> None:
    with served(tmp_path) as (process, base):
        answered(base)
        large = encoded(width=3840, height=2160)
        job = httpx.post(f"{base}/batch", files=[picture(content=large)] * 4, timeout=120)
        assert job.status_code == 202
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def test_beyond_this_machine_there_is_a_token(tmp_path: Path) -> None:
    with served(tmp_path, "--host", "0.0.0.0") as (process, base):
        assert process.stdout is not None
        link = process.stdout.readline().split()[-1]
        here = f"http://127.0.0.1:{base.rpartition(':')[2]}"
        token = link.partition("token=")[2]
        assert len(token) >= 32
        assert answered(here).status_code == 401
        assert answered(here, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_wrong_words_are_sentences(tmp_path: Path) -> None:
    def says(*words: str) -> tuple[int, str]:
        line = [sys.executable, "-m", "anatomatte_cli", "serve", *words]
        done = subprocess.run(line, capture_output=True, text=True)
        return done.returncode, done.stderr

    for words, named in (
        (("--root", str(tmp_path / "no")), "no folder"),
        (("--root-path", "cut"), "slash"),
        (("--token", "short"), "8 signs"),
        (("--host", "192.0.2.1"), "choose another"),
    ):
        code, told = says(*words)
        assert code == 2 and named in told and told.count("\n") == 1, told


@pytest.mark.parametrize("name", ["fastapi", "uvicorn", "python_multipart"])
def test_without_the_extra_it_says_how_to_get_it(name: str) -> None:
    code = (
        f"import sys; sys.modules[{name!r}] = None\n"
        "from anatomatte_cli.main import main; sys.exit(main(['serve']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 4 and f"{name} is missing" in done.stderr and "anatomatte[serve]" in done.stderr


def test_help_loads_neither_networks_nor_the_web() -> None:
    code = (
        "import sys; from anatomatte_cli.main import main\n"
        "try: main(['serve', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(m for m in ('torch', 'cv2', 'fastapi', 'uvicorn') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--root-path" in done.stdout and done.stderr == ""
