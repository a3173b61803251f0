"""Runs a piece of Python in a process of its own, where the node's engine is the stand-in.

The process loads the real .ofx through pyopenfx; only `anatomatte` is replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from made import native

HERE = Path(__file__).resolve().parent.parent
BUNDLE = HERE.parent / "plugin" / "anatomatte" / "ofx" / "anatomatte.ofx.bundle"
BINARIES = next((BUNDLE / "Contents").glob("*/anatomatte.ofx")).parent

PREAMBLE = """
import os, sys, threading, time
# an editable install's finder is asked before the path and knows the real engine
sys.meta_path[:] = [finder for finder in sys.meta_path if isinstance(finder, type)]
import numpy as np
import pyopenfx
from pyopenfx import Image, Layout, RenderAborted, RenderError
from anatomatte import entry as engine

host = pyopenfx.Host()
host.scan([BUNDLE])
plugin = host.load("org.anatomatte.Anatomatte")

def node(context="filter", plate=None, **options):
    made = plugin.instance(context, **options)
    made.clips["Source"].feed(np.zeros((6, 8, 4), np.float32) if plate is None else plate)
    return made

def failure(one, frame):
    try:
        one.render(frame)
    except RenderError as error:
        return error
    raise AssertionError("the frame rendered")
"""


def run(code: str, **environment: str) -> str:
    """Run *code* after the preamble; what it prints comes back, a failure raises with its output."""
    script = f"BUNDLE = {str(BUNDLE.parent)!r}\n" + PREAMBLE + textwrap.dedent(code)
    path = os.pathsep.join([str(HERE / "shim_engine"), str(HERE.parent / "bridge")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path, "ANATOMATTE_RUNTIME": "in-process", **environment},
        capture_output=True,
        text=True,
        timeout=native.HANG,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
