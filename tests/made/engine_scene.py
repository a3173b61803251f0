"""A plate, what our own network says of it, and little networks in a store, for the tests of engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte.models import store
from anatomatte.models.manifest import parsed
from anatomatte.nets.external import choose
from anatomatte.nets.external.choose import Models
from anatomatte.nets.external.protocols import PeopleGiven
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.evidence import PeopleEvidence
from made.network_files import HEAD, SUFFIX, node, onnx_net

RED = '[input]\nname = "input"\n[[output]]\nwhat = "alpha"\nname = "output"\nencoding = "sigmoid"\n'


def brought(
    tmp_path: Path,
    id: str,
    tables: str,
    make: Callable[[Path], Path],
    head: str = "",
    kind: str = "commercial",
) -> str:
    """A network in the store, as `anatomatte models import` puts it there."""
    top = HEAD.format(id=id, runtime="onnx", suffix=SUFFIX["onnx"])
    text = head + top.replace('kind = "commercial"', f'kind = "{kind}"') + tables
    told = parsed(text, f"{id}.toml")
    folder = tmp_path / "models" / "manifests"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{id}.toml").write_text(text, encoding="utf-8")
    store.add(told, told.files[0], make(tmp_path / f"{id}.onnx"))
    return id


def plate(height: int = 48, width: int = 64) -> Any:
    """Grey, with a red person at the left and a red thing at the right."""
    made = np.full((height, width, 3), 0.4, np.float32)
    made[height // 4 :, 8 : width // 3] = (0.9, 0.2, 0.2)
    made[height // 2 :, -12:] = (0.9, 0.2, 0.2)
    return made


def person(height: int = 24, width: int = 32) -> PeopleEvidence:
    """What our own network says of it: one person at the left, in a dress, half sure."""
    alpha = np.zeros((height, width), np.float32)
    alpha[height // 4 :, 4 : width // 3] = 0.8
    parts = np.zeros((len(PARTS), height, width), np.float32)
    parts[INDEX["dress"]] = alpha
    parts[INDEX["held"]] = 0.1
    parts[0] = 1 - parts[1:].sum(0)
    held = np.full_like(alpha, 0.1)
    return PeopleEvidence(
        alpha, held, parts, np.ones((1, height, width), np.float32), np.array([[0.2, 0.3, 0.9]], np.float32)
    )


def keeps_the_laws(seen: PeopleEvidence) -> None:
    for plane in (seen.alpha, seen.held, seen.parts, seen.people):
        assert np.isfinite(plane).all() and plane.min(initial=0) >= 0 and plane.max(initial=0) <= 1
        assert plane.dtype == np.float32
    assert (seen.alpha + seen.held).max() <= 1 + 1e-6
    assert np.abs(seen.parts.sum(0) - 1).max() < 1e-4
    assert len(seen.heads) == len(seen.people)
    if len(seen.people):
        assert seen.people.sum(0).max() < 1 + 1e-4


def seen_by(named: Models, display: Any = None, own: Any = None, **facts: Any) -> PeopleGiven:
    sight = choose.given((own or person)(), plate() if display is None else display, named, **facts)
    keeps_the_laws(sight.people)
    return sight


def finished(*args: Any, **facts: Any) -> tuple[Any, tuple[str, ...]]:
    """The matte that an edge engine gives, and what it has to say."""
    made = choose.refined(*args, **facts)
    return made.matte, made.messages


def only_background() -> PeopleEvidence:
    parts = np.zeros((len(PARTS), 24, 32), np.float32)
    parts[0] = 1
    none = np.zeros((24, 32), np.float32)
    return PeopleEvidence(none, none, parts, np.zeros((0, 24, 32), np.float32), np.zeros((0, 3), np.float32))


def by_colour(path: Path) -> Path:
    """Three classes: grey is background, red is hair, the rest trousers."""
    weight = np.array([[0, 0, 0], [20, -20, 0], [-20, 0, 20]], np.float32).reshape(3, 3, 1, 1)
    return onnx_net(
        path,
        [node("Conv", "input w b", "output")],
        {"input": (1, 3, "h", "w")},
        {"output": (1, 3, "h", "w")},
        {"w": weight, "b": np.array([0, -4, -4], np.float32)},
    )


COLOURED = """
[[output]]
what = "parts"
encoding = "softmax"
[classes]
labels = ["nothing", "red", "blue"]
[classes.parts]
nothing = ["background"]
red = ["hair"]
blue = ["trousers", "skirt"]
"""
