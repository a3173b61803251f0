"""What one photo has nothing to do with is not imported for it: half of a cold start is imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

HEAVY = {"http.client", "ssl", "urllib.request", "email.message", "multiprocessing", "statistics", "torch"}
RUN = """
import json, sys
from anatomatte_cli.main import main
try:
    main(["cutout", sys.argv[1], sys.argv[2], "--quiet"])
finally:
    print(json.dumps(sorted(sys.modules)))
"""


def test_a_photo_brings_no_servers_nor_processes_along(tmp_path: Path) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    y, x = np.mgrid[:90, :120]
    assert cv2.imwrite(str(photo), np.dstack([x, y, x + y]).astype(np.uint8))
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(photo), str(out)], capture_output=True, text=True, check=False
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "onnxruntime" in loaded, done.stderr  # it was cut
    assert not loaded & HEAVY
