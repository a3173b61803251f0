"""The Containerfile: every line is understood, what it copies is there, and its steps make a server."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import httpx
import pytest

from anatomatte_cli import checks_torch
from anatomatte_cli.cmd_serve import command
from anatomatte_review import guard
from made import containerfile, native

TEXT = (native.ROOT / "Containerfile").read_text(encoding="utf-8")
STAGES = containerfile.stages(TEXT)
KEPT = [
    line[1:]
    for line in (native.ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line.startswith("!")
]


def last(word: str) -> str:
    return next(step.rest for step in reversed(STAGES[-1].steps) if step.word == word)


def test_what_is_copied_is_in_git_and_not_left_out() -> None:
    sources = [
        source
        for stage in STAGES
        for step in stage.steps
        if step.word == "COPY"
        for source in (containerfile.copied(step)[0] if "--from" not in step.rest else [])
    ]
    known = subprocess.run(
        ["git", "ls-files", "--", *sources], cwd=native.ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for source in sources:
        assert any(name == source or name.startswith(f"{source}/") for name in known), source
    assert sorted(sources) == sorted(KEPT)


@pytest.mark.parametrize(
    "line", ["ADD a b", "RUN", "RUN true \\", "run true", "FROM a b c", "COPY --chown=1 a b"]
)
def test_a_line_that_is_not_understood_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        for stage in containerfile.stages(f"FROM x\n{line}\n"):
            for step in stage.steps:
                containerfile.copied(step)


def test_it_serves_as_nobody_and_keeps_the_rule_of_the_token() -> None:
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last("USER"))
    words = [
        *containerfile.listed(containerfile.Step(0, "", last("ENTRYPOINT"))),
        *containerfile.listed(containerfile.Step(0, "", last("CMD"))),
    ]
    assert words[:2] == ["anatomatte", "serve"]
    with command.make_context("serve", words[2:]) as context:
        host, port = context.params["host"], context.params["port"]
    assert context.params["token"] is None and not guard.is_loopback(host)  # so one is made
    assert last("EXPOSE") == str(port) and f", {port}, " in last("HEALTHCHECK")
    assert "'/status'" in last("HEALTHCHECK")


def test_torch_comes_from_the_index_that_the_doctor_names() -> None:
    named = [step.rest for step in STAGES[0].steps if step.word == "ARG"]
    assert named == [f"PIP_EXTRA_INDEX_URL={checks_torch.CPU_INDEX}"]


@pytest.mark.soak
@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not here, which the image builds with")
def test_its_steps_make_a_server_that_lives(tmp_path: Path) -> None:
    """All of it but the base image, in a folder: torch is fetched from the index that pip is set to."""
    context, root = tmp_path / "context", tmp_path / "root"
    root.mkdir()
    with (tmp_path / "tree.tar").open("wb") as out:
        subprocess.run(["git", "archive", "HEAD"], cwd=native.ROOT, stdout=out, check=True)
    with tarfile.open(tmp_path / "tree.tar") as tree:
        tree.extractall(context, filter="data")
    for path in context.iterdir():
        if not any(fnmatch.fnmatch(path.name, kept) for kept in KEPT):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    environment = containerfile.build(TEXT, context, root, sys.executable)
    entry = containerfile.listed(containerfile.Step(0, "", last("ENTRYPOINT")))
    program = shutil.which(entry[0], path=environment["PATH"])
    assert program and Path(program).is_relative_to(root)
    (root / "tmp").mkdir(exist_ok=True)
    line = [program, *entry[1:], "--host", "0.0.0.0", "--port", "0"]
    environment["TMPDIR"] = environment["HOME"]
    process = subprocess.Popen(line, env=environment, cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = re.findall(r":(\d+)/", process.stdout.readline())[0]
        token = re.findall(r"token=(\S+)", process.stdout.readline())[0]
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=120) as client:
            assert client.get(f"{base}/status").status_code == 401
            shown = {"Authorization": f"Bearer {token}"}
            while (state := client.get(f"{base}/status", headers=shown).json()["engine"])[
                "state"
            ] == "starting":
                time.sleep(0.2)
        assert state["state"] == "ready", state
    finally:
        process.terminate()
        process.wait()


@pytest.mark.soak
def test_a_builder_makes_it_and_it_starts() -> None:
    builder = next((name for name in ("podman", "docker") if shutil.which(name)), None)
    if builder is None or subprocess.run([builder, "info"], capture_output=True).returncode:
        pytest.skip("No builder of images works here; the Containerfile's steps are run in a folder instead.")
    image = f"anatomatte-test-{os.getpid()}"
    subprocess.run([builder, "build", "-t", image, "-f", "Containerfile", "."], cwd=native.ROOT, check=True)
    try:
        line = [builder, "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--entrypoint", "anatomatte", image]
        subprocess.run([*line, "doctor"], check=True)
    finally:
        subprocess.run([builder, "rmi", "-f", image], check=False)
