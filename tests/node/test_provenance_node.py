"""A file that is there is kept only when everything that made it is the same; else it is told why not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import anatomatte
from anatomatte.engine import provenance, subject
from anatomatte.nets.external import choose
from anatomatte_batch import RenderRequest, stills
from made.cli_fake import write
from made.recurrent_made import frame, network


@pytest.fixture
def request_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RenderRequest:
    """A small shot with a clean plate, and the real node in this process."""
    monkeypatch.setenv("ANATOMATTE_RUNTIME", "in-process")
    for time in range(1, 14):
        write(tmp_path / f"plate.{time:04d}.exr", frame(time)[..., :3], "float")
    write(tmp_path / "clean.exr", np.full((40, 56, 3), (0.06, 0.45, 0.08), np.float32), "float")
    return RenderRequest(
        source=tmp_path / "plate.####.exr",
        destination=tmp_path / "key.####.exr",
        frames="9",
        settings={"subject": "off", "steady": 0.0},
        sides={"CleanPlate": tmp_path / "clean.exr"},
        log=tmp_path / "log",
    )


def told(request: RenderRequest) -> tuple[str, str]:
    """Status and reason of the one frame, which the log says too."""
    result = request.run()
    assert result.exit_code == 0, result.sentence
    (one,) = result.frames
    lines = [json.loads(line) for line in Path(str(request.log)).read_text().splitlines()]
    assert [line for line in lines if line["event"] == "frame"][-1].get("stale", "") == one.stale
    return one.status, one.stale


SAME = ("skipped", "")


def test_settings_plates_and_output_by_their_contents(request_: RenderRequest, tmp_path: Path) -> None:
    assert told(request_) == ("rendered", "")
    assert told(request_) == SAME
    for name in ("plate.0009.exr", "clean.exr"):
        shutil.copy(tmp_path / name, tmp_path / "again")
        os.replace(tmp_path / "again", tmp_path / name)
        os.utime(tmp_path / name, (2e9, 2e9))
    assert told(request_) == SAME
    request_ = replace(request_, settings={"subject": "off", "steady": 0.0, "erode": 1.0})
    assert told(request_) == ("rendered", "settings (erode 0.0 → 1.0)")
    write(tmp_path / "clean.exr", np.full((40, 56, 3), (0.06, 0.5, 0.08), np.float32), "float")
    assert told(request_) == ("rendered", "clean plate")
    write(tmp_path / "plate.0009.exr", frame(19)[..., :3], "float")
    os.utime(tmp_path / "plate.0009.exr", (1, 1))
    assert told(request_) == ("rendered", "source")
    write(tmp_path / "plate.0008.exr", frame(18)[..., :3], "float")
    assert told(request_) == SAME
    status, why = told(replace(request_, compression="piz"))
    assert status == "rendered" and why.startswith("output")
    assert told(replace(request_, compression="piz")) == SAME


def test_another_version_or_table(request_: RenderRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    told(request_)
    monkeypatch.setattr(provenance, "__version__", "99")
    assert told(request_) == ("rendered", f"version ({anatomatte.__version__} → 99)")
    assert told(request_) == SAME
    monkeypatch.setattr(provenance.table, "digest", lambda: "other")
    assert told(request_) == ("rendered", "table")


def test_weights_count_where_they_were_asked(
    request_: RenderRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = replace(
        request_, settings={"subject": "on", "screen": "green"}, destination=tmp_path / "asked.####.exr"
    )
    keyed = replace(request_, settings={"subject": "auto", "screen": "green"})
    assert told(asked) == told(keyed) == ("rendered", "")
    assert '"people"' in (stills.attributes(tmp_path / "asked.0009.exr") or {})["anatomatte:weights"]
    assert (stills.attributes(tmp_path / "key.0009.exr") or {})["anatomatte:weights"] == "{}"
    other = tmp_path / "weights"
    shutil.copytree(provenance.FOLDER, other)
    monkeypatch.setattr(provenance, "FOLDER", other)
    assert told(asked) == told(keyed) == SAME
    bytes_ = bytearray((other / "portrait.safetensors").read_bytes())
    bytes_[-1] ^= 1
    (other / "portrait.safetensors").write_bytes(bytes_)
    assert told(asked) == SAME  # this process has read the others, and says so
    subject.forget()
    assert told(asked) == ("rendered", "weights")
    assert told(keyed) == told(asked) == SAME


@pytest.mark.parametrize("road", ["in-process", "worker"])
def test_neighbours_and_networks_of_others(request_: RenderRequest, tmp_path: Path, road: str) -> None:
    store = tmp_path / "store"
    store.mkdir()
    with pytest.MonkeyPatch.context() as scene:
        scene.setenv("ANATOMATTE_MODELS", str(store / "models"))
        network(store, "remembers", 3, 4, 2)
    words = ["--frames", "13", "--log", str(tmp_path / "log"), "--set", "subject=off"]
    words += ["--set", "edge_model=custom", "--set", "edge_network=remembers"]

    shot = [str(request_.source), str(request_.destination)]

    def told() -> tuple[str, str]:
        facts = {"ANATOMATTE_MODELS": str(store / "models"), "ANATOMATTE_RUNTIME": road}
        done = subprocess.run(
            [sys.executable, "-m", "anatomatte_cli", "render", *shot, *words],
            env=os.environ | facts, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
        last = [line for line in lines if line["event"] == "frame"][-1]
        assert f"(stale: {last.get('stale')})" in done.stdout or "stale" not in last
        return last["status"], last.get("stale", "")

    assert told() == ("rendered", "")
    assert told() == SAME
    write(tmp_path / "plate.0001.exr", frame(11)[..., :3], "float")
    assert told() == SAME
    write(tmp_path / "plate.0012.exr", frame(18)[..., :3], "float")
    assert told() == ("rendered", "neighbours")
    header = stills.attributes(tmp_path / "key.0013.exr") or {}
    assert "12" in json.loads(header["anatomatte:neighbours"])
    assert header["anatomatte:models"].startswith('{"edge": "remembers ')
    assert str(tmp_path) not in str(header)


def test_another_network_under_the_same_id(
    request_: RenderRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANATOMATTE_MODELS", str(tmp_path / "models"))
    network(tmp_path, "remembers", 3, 4, 2)
    chosen = {"subject": "off", "steady": 0.0, "edge_model": "custom", "edge_network": "remembers"}
    request_ = replace(request_, settings=chosen)
    assert told(request_) == ("rendered", "")
    asked = choose.asked
    monkeypatch.setattr(choose, "asked", lambda *what: replace(asked(*what), sha256="other"))
    assert told(request_) == ("rendered", "model")
    assert told(request_) == SAME
