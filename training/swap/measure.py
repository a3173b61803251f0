"""A trained network beside the node's own warp, on drawn moments that it never saw.

The truth of a swapped face is the source drawn at the target's moment: the same pose, expression, light and
camera. Both are compared as the template has them, where the truth is bare face, the target is too, and the
target's mesh lies.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from anatomatte import engine
from anatomatte.engine import face_nets
from anatomatte.errors import SettingsError
from anatomatte.faces import swap_aligned, swap_warp
from anatomatte.frame import Frame, Pixels
from anatomatte.models import store
from anatomatte.models.manifest import parsed
from anatomatte.ops import colour
from anatomatte.settings import Settings

from . import cuts, who
from .bent import planes
from .drawn import SOURCE, Drawing, held_out, picture
from .fit import People
from .heads import Atelier
from .net import Embedding, PutIn, TwoFaces, on_grey
from .telling import say, told

NOTE = {"consent_who": "drawn heads", "consent_what": "a measurement", "consent_when": "2026-11-29"}
WAYS: dict[str, dict[str, Any]] = {
    "warp_alone": {"swap": "pictures", "swap_light": 0.0, "swap_texture": 0.0},
    "pictures": {"swap": "pictures"},
    "network_alone": {"swap": "network", "swap_light": 0.0, "swap_texture": 0.0},
    "network": {"swap": "network"},
}
"""How the node replaces a face: by the warp and by the network, each alone, and in the plate's light."""

_SHOWN = 24


def measured(
    net: TwoFaces, people: People, run: Path, files: tuple[Path, Path], assets: Path, seed: int, how: Drawing
) -> dict[str, float]:
    """The figures of a run on drawn heads, written into `measured.json` with a sheet beside it.

    Args:
        files: the network and its manifest.
    """
    everyone = [people.source, people.target, *people.others]
    judge = who.learned(everyone, 500, seed + 1)  # not the one that the loss asked
    homes = {"source": who.middle(judge, people.source), "target": who.middle(judge, people.target)}
    atelier = Atelier(assets, how.side)
    found: list[dict[str, float]] = []
    rows = []
    with _ready(files, atelier, seed, how) as (source, id):
        for target, truth in told(held_out(atelier, seed, how.held_out), "measuring", how.held_out):
            try:
                one, row = _moment(net, target, truth, source, id, (judge, homes))
            except SettingsError as why:
                say(f"left out: {why}")
                continue
            found.append(one)
            rows.append(row)
    made = {"moments": float(len(found))}
    made |= {name: float(np.mean([one[name] for one in found])) for name in (found[0] if found else {})}
    (run / "measured.json").write_text(json.dumps(made, indent=1) + "\n")
    if rows:
        cuts.sheet(rows[:12], run / "measured.png")
    return made


@contextmanager
def _ready(files: tuple[Path, Path], atelier: Atelier, seed: int, how: Drawing) -> Iterator[tuple[Path, str]]:
    """A folder of the source's pictures, of its take, and the network in a store that is there meanwhile."""
    before = os.environ.get("ANATOMATTE_MODELS")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ANATOMATTE_MODELS"] = str(Path(folder) / "models")
        try:
            text = files[1].read_text(encoding="utf-8")
            store.learn(told := parsed(text, str(files[1])), text)
            store.add(told, told.files[0], files[0])
            source = Path(folder) / "source"
            source.mkdir()
            for number in np.linspace(0, how.frames - 1, min(how.frames, 2 * _SHOWN)).astype(int):
                light, _ = picture(atelier, SOURCE, int(number), seed)
                if _seen(light) and len(list(source.iterdir())) < _SHOWN:
                    shown = np.rint(colour.srgb_encode(light)[..., ::-1] * 65535).astype(np.uint16)
                    cv2.imwrite(str(source / f"{number:04d}.png"), shown)
            yield source, told.id
        finally:
            os.environ.pop("ANATOMATTE_MODELS")
            if before is not None:
                os.environ["ANATOMATTE_MODELS"] = before


def _seen(light: Pixels) -> bool:
    try:
        cuts.cut(light, 128, light[..., 0])
    except SettingsError:
        return False
    return True


def _moment(
    net: TwoFaces,
    target: tuple[Pixels, Pixels],
    truth: tuple[Pixels, Pixels],
    source: Path,
    id: str,
    known: tuple[Embedding, dict[str, torch.Tensor]],
) -> tuple[dict[str, float], list[Pixels]]:
    side = net.shape.side
    there = cuts.cut(target[0], side, target[1], "a target")
    wanted = cuts.cut(truth[0], side, truth[1], "its truth")
    _, gain = face_nets.shown(target[0], there.points, side)

    def shown(light: Pixels, points: np.ndarray) -> Pixels:
        cut = swap_aligned.cut(light, points, side)
        return np.asarray(np.clip(colour.srgb_encode(np.maximum(cut * gain, 0)), 0, 1), np.float32)

    want = shown(truth[0], wanted.points)
    height, width = target[1].shape
    window = swap_warp.Box(0, 0, width, height)
    mesh = swap_aligned.cut(swap_warp.mesh(there.points, window)[0][..., None], there.points, side)
    where = (wanted.matte > 0.5) & (there.matte > 0.5) & (mesh.reshape(side, side) > 0.5)
    looks: dict[str, Pixels] = {"untouched": there.picture}
    face, matte = _given(net, there.picture)
    again, cover = _given(net, wanted.picture)
    looks["decoder"] = face
    for name, values in WAYS.items():
        looks[name] = shown(_replaced(target[0], source, id, values), there.points)
    made = {f"pixel_{name}": float(np.abs(look - want)[where].mean()) for name, look in looks.items()}
    made["pixel_own"] = float(np.abs(again - wanted.picture)[wanted.matte > 0.5].mean())
    mattes = {"": matte, "_own": cover, "_untouched": there.matte}
    made |= {f"alpha{name}": float(np.abs(one - wanted.matte).mean()) for name, one in mattes.items()}
    made |= _likeness(looks | {"truth": want}, where, *known)
    return made, [there.picture, want, *(looks[name] for name in ("decoder", *WAYS)), matte]


def _given(net: TwoFaces, picture: Pixels) -> tuple[Pixels, Pixels]:
    """The source's face for a cut one, and its matte."""
    with torch.no_grad():
        face, matte = PutIn(net)(planes(picture[None]))
    return face[0].permute(1, 2, 0).numpy(), matte[0, 0].numpy()


def _likeness(
    looks: dict[str, Pixels], where: np.ndarray, judge: Embedding, homes: dict[str, torch.Tensor]
) -> dict[str, float]:
    """The cosine to the source's middling face and to the target's, and how often the source's is nearer."""
    made: dict[str, float] = {}
    cover = planes(where[None].astype(np.float32))
    for name, look in looks.items():
        with torch.no_grad():
            vector = judge(on_grey(planes(look[None]), cover))[0]
        near = {whose: float(vector @ home) for whose, home in homes.items()}
        made |= {f"like_{whose}_{name}": value for whose, value in near.items()}
        made[f"nearer_source_{name}"] = float(near["source"] > near["target"])
    return made


def _replaced(light: Pixels, source: Path, id: str, values: dict[str, Any]) -> Pixels:
    """The plate with the face put in, through the node's engine, scene-linear."""
    facts = {"input_colour": "linear", "screen": "none", "who": "everyone", "check": "off", "threads": 1}
    whose = {"swap_source": str(source)} if values["swap"] == "pictures" else {"swap_network": id}
    settings = Settings(**{**facts, **NOTE, **whose, **values})
    frame = Frame(np.ascontiguousarray(light), (0, 0, light.shape[1], light.shape[0]))
    made = engine.key_frame({"Source": frame}, settings, engine.work_for(settings))
    assert made.face_plate is not None
    return made.face_plate
