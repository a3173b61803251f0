"""Bring a network of your own: a manifest says how it is fed, the store keeps it, a control chooses it.

The network is a made one of three weights: whatever is redder than green is somebody.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

MANIFEST = """
format = 1
id = "redder"
title = "Whatever is redder than green"
about = "An example of three weights."
runtime = "onnx"
engines = ["alpha"]
subject = "people"
[licence]
weights = "CC0"
kind = "commercial"
[[file]]
name = "redder.onnx"
format = "onnx"
[input]
name = "image"
[size]
rule = "any"
[[output]]
what = "alpha"
name = "alpha"
encoding = "sigmoid"
"""


def network(path: Path) -> None:
    """alpha = sigmoid(40·(r − g) − 4), with dynamic height and width."""
    picture, alpha = (
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, "h", "w"])
        for name, channels in (("image", 3), ("alpha", 1))
    )
    weights = np.array([40, -40, 0], np.float32).reshape(1, 3, 1, 1)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["image", "w", "b"], ["alpha"])], "redder", [picture], [alpha],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.array([-4], np.float32), "b")],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("folder", type=Path, help="for the manifest, the network and a store of models")
    given = words.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    manifest, file = given.folder / "redder.toml", given.folder / "redder.onnx"
    manifest.write_text(MANIFEST, encoding="utf-8")
    network(file)

    os.environ["ANATOMATTE_MODELS"] = str(given.folder / "store")
    import anatomatte
    from anatomatte_cli.main import main as anatomatte_command

    for step in ("check", "import"):  # the same as on the command line
        if code := anatomatte_command(["models", step, str(manifest), str(file)]):
            raise SystemExit(code)
    rows, columns = np.mgrid[:120, :160]
    figure = np.hypot(rows - 60, columns - 80) < 30
    plate = np.where(figure[..., None], (0.6, 0.3, 0.2), (0.2, 0.2, 0.2)).astype(np.float32)
    mattes = anatomatte.matte(plate, alpha_model="custom", alpha_network="redder")
    print(
        f"alpha {mattes.alpha[figure].mean():.2f} on the figure, {mattes.alpha[~figure].mean():.2f} beside it"
    )


if __name__ == "__main__":
    main()
