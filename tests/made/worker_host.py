"""Host processes that render through the node's worker, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from made import native

PREAMBLE = """
import os, re, resource, signal, sys, threading, time
from pathlib import Path
import numpy as np
from anatomatte_batch.ofx_node import bundle
from pyopenfx import Host, RenderAborted, RenderError

host = Host()
host.scan([os.environ.get("BUNDLE") or bundle().parent])
plugin = host.load("org.anatomatte.Anatomatte")
plate = np.zeros((120, 200, 4), np.float32)
plate[...] = [0.05, 0.4, 0.06, 1]
plate[40:, 60:140, :3] = [0.5, 0.3, 0.2]

def new_node(plate=plate):
    made = plugin.instance(context="filter")
    made.clips.Source = plate
    return made

node = new_node()

def frame(time=1.0, of=None, **settings):
    return np.array((of or node).render(time, **settings)["colour"])

def failure(of=None):
    try:
        frame(of=of)
    except RenderError as why:
        return str(why)
    return ""

def status():
    node.params.refresh.press()
    return str(node.params["status"].value)

def worker():
    return int(re.search(r"Worker process (\\d+)", status())[1])

def children(of="self"):
    return open(f"/proc/{of}/task/{os.getpid() if of == 'self' else of}/children").read().split()

def memfds(pid="self"):
    files = [os.path.realpath(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
    return sum("memfd:anatomatte" in name for name in files)
"""


def start_host(code: str, **environment: str) -> subprocess.Popen[str]:
    """A host process that runs *code* after the preamble, which gives it a node with a plate."""
    scene = os.environ | {"ANATOMATTE_RUNTIME": "worker"} | environment
    line = [sys.executable, "-c", PREAMBLE + textwrap.dedent(code)]
    pipe = subprocess.PIPE
    return subprocess.Popen(line, env=scene, stdout=pipe, stderr=pipe, text=True)


def told_by(process: subprocess.Popen[str], timeout: float = native.HANG) -> str:
    """What it prints; it must end well."""
    with process:
        try:
            told, complaints = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert process.returncode == 0, complaints
    return told.strip()


def host_says(code: str, **environment: str) -> str:
    """What a host process prints that renders through the worker."""
    return told_by(start_host(code, **environment))


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie that nobody reaps has)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"
