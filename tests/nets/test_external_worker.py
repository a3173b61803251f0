"""Other networks in the real node's worker: a frame fails in words, the worker lives; one session for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from made.engine_scene import RED, brought
from made.network_files import alpha_net
from made.worker_host import host_says

WILD = '[input]\nname = "input"\n[[output]]\nwhat = "alpha"\nname = "output"\n'


def test_a_network_that_fails_costs_its_frame_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = str(tmp_path / "models")
    monkeypatch.setenv("ANATOMATTE_MODELS", models)
    brought(tmp_path, "red", RED, lambda path: alpha_net(path, (20, -20, 0), -4))
    brought(tmp_path, "wild", WILD, lambda path: alpha_net(path, (900, 0, 0), 9))
    code = """
    plate[...] = [0.3, 0.3, 0.3, 1]
    plate[40:, 60:140, :3] = [0.5, 0.1, 0.1]
    node = new_node(plate)
    def made(**settings):
        for name, value in settings.items():
            setattr(node.params, name, value)
        return frame(of=node)

    def said(**settings):
        try:
            made(**settings)
        except RenderError as why:
            return str(why)
        return "rendered"

    first = made(subject="on", screen="none", output="matte", alpha_model="custom", edge_model="alpha",
                 alpha_network="red")
    print(first[40, 100, 3] > 0.95, first[110, 10, 3] < 0.05, first.shape)
    pid = worker()
    print(said(alpha_network="wild"))
    print(said(alpha_network="nobody-has-this"))
    print(said(alpha_model="modnet"))
    again = made(alpha_model="custom", alpha_network="red")
    print(np.array_equal(first, again), worker() == pid)
    """
    lines = host_says(code, ANATOMATTE_MODELS=models, OMP_NUM_THREADS="1").splitlines()
    assert lines[0].startswith("True True"), lines[0]
    assert "goes from" in lines[1] and "where 0 to 1 is expected" in lines[1]
    assert "No network is called 'nobody-has-this'" in lines[2]
    assert "MODNet" in lines[3] and "anatomatte models pull modnet" in lines[3]
    assert lines[4] == "True True"
