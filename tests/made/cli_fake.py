"""A stand-in for the node: a keyer of one line, with the faults that a test asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from anatomatte.settings import Value
from anatomatte_batch.node import ALONE, CHECKS, Account, Pictures, Rendered
from anatomatte_batch.picture import Window

Checks = Mapping[str, float]


class FakeNode:
    """Alpha is what is not green; ``before`` may fail a frame; ``checks`` are the scores of frames."""

    identity: Mapping[str, str] = {"version": "0", "table": "t", "precision": "float32"}

    def __init__(
        self,
        clips: Mapping[str, Pictures],
        before: Callable[[int], None],
        checks: Mapping[int, Checks] | None = None,
    ) -> None:
        self.clips, self.before, self.checks = clips, before, checks or {}
        self.calls: list[tuple[int, dict[str, Value]]] = []
        self.windows: list[Window | None] = []

    def expected(self, frame: int, values: Mapping[str, Value]) -> Account:
        return Account(self.identity)

    def decision(self, frame: int, values: Mapping[str, Value]) -> None:
        return None

    def render(
        self,
        frame: int,
        values: Mapping[str, Value],
        around: Mapping[int, Mapping[str, Value]] = ALONE,
        window: Window | None = None,
    ) -> Rendered:
        self.windows.append(window)
        made = self.whole(frame, values)
        if window is None:
            return made
        (x1, y1, x2, y2), (left, _, _, top) = window, made.bounds
        return replace(made, pixels=made.pixels[top - y2 : top - y1, x1 - left : x2 - left], bounds=window)

    def whole(self, frame: int, values: Mapping[str, Value]) -> Rendered:
        """As `render`, all of the picture."""
        self.before(frame)
        self.calls.append((frame, dict(values)))
        plate = self.clips["Source"](frame)
        rgb = np.broadcast_to(plate.pixels[..., :3], (*plate.pixels.shape[:2], 3))
        alpha = 1.0 - np.clip(rgb[..., 1:2] - rgb[..., 0:1], 0, 1)
        if values["output"] == "packed":
            mattes = [
                alpha * 0 if values[f"pack_{c}"] == "none" else alpha * _mark(values[f"pack_{c}"])
                for c in "rgba"
            ]
            return Rendered(np.concatenate(mattes, axis=2), plate.bounds, account=self.account(frame))
        return Rendered(
            np.concatenate([rgb * alpha, alpha], axis=2).astype(np.float32),
            plate.bounds,
            account=self.account(frame),
        )

    def account(self, frame: int) -> Account:
        """As the node tells it."""
        told = {CHECKS: json.dumps(self.checks[frame])} if frame in self.checks else {}
        return Account({**self.identity, **told})


def _mark(layer: Value) -> float:
    """A different level for each layer, so that a swap shows."""
    return {"alpha": 1.0, "screen": 0.5, "core": 0.25, "garbage": 0.125, "hint": 0.0625}.get(
        str(layer), 0.03125
    )


class FakeConnect:
    """Makes the fake and remembers it."""

    def __init__(
        self, before: Callable[[int], None] = lambda frame: None, checks: Mapping[int, Checks] | None = None
    ) -> None:
        self.before, self.checks = before, checks
        self.node: FakeNode | None = None

    def __call__(self, clips: Mapping[str, Pictures]) -> FakeNode:
        self.node = FakeNode(clips, self.before, self.checks)
        return self.node


def cli(*argv: object, connect: FakeConnect | None = None) -> int:
    """``anatomatte render`` with these words and the fake behind it; the exit code."""
    from anatomatte.errors import AnatomatteError
    from anatomatte_cli.cmd_render import command, render

    words = command.make_context("render", [str(word) for word in argv]).params
    try:
        return render(words, connect or FakeConnect())
    except AnatomatteError as why:
        print(f"anatomatte: {why}")
        return why.exit_code


def plate(width: int = 16, height: int = 9, seed: int = 1) -> np.ndarray:
    """A noisy green plate with a red block in it, and light above 1."""
    rng = np.random.default_rng(seed)
    pixels = np.empty((height, width, 3), np.float32)
    pixels[:] = (0.1, 0.7, 0.2)
    pixels[height // 3 :, width // 3 : 2 * width // 3] = (2.5, 0.3, 0.25)
    return pixels + rng.normal(0, 0.01, pixels.shape).astype(np.float32)


def write(path, pixels: np.ndarray, kind: str = "half", **facts: object) -> None:
    """A picture file, with attributes; ``x``, ``y`` and ``full`` (x y w h) place its windows."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], kind)
    spec.x, spec.y = int(facts.pop("x", 0)), int(facts.pop("y", 0))
    full: Any = facts.pop("full", (0, 0, pixels.shape[1], pixels.shape[0]))
    spec.full_x, spec.full_y, spec.full_width, spec.full_height = full
    if "names" in facts:
        spec.channelnames = facts.pop("names")
    # the clock would make another file, and so another plate, of the same pixels a second later
    for name, value in {"DateTime": "2026:01:01 00:00:00", **facts}.items():
        spec.attribute(name, *value) if isinstance(value, tuple) else spec.attribute(name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec), sink.geterror()
    assert sink.write_image(pixels), sink.geterror()
    sink.close()


def shot(folder, frames=range(1001, 1005), name: str = "plate.{:04d}.exr") -> str:
    """A sequence of EXR plates; its pattern."""
    for frame in frames:
        write(folder / name.format(frame), plate(seed=abs(frame)))
    return str(folder / "plate.####.exr")


def read(path) -> tuple[np.ndarray, Any]:
    """All channels of a file as float32, and its spec."""
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(str(path))
    assert source, oiio.geterror()
    spec = source.spec()
    pixels = source.read_image(0, 0, 0, spec.nchannels, "float")
    source.close()
    return pixels.reshape(spec.height, spec.width, -1), spec
