"""What is taken out of a room: the list of frames, corrections, a preset, the sidecar, a rendered frame."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import zipfile
from pathlib import Path

from anatomatte.errors import AnatomatteError
from anatomatte.file_names import beside
from anatomatte.qc import REASONS, beyond
from anatomatte.shot.schema import Shot
from anatomatte_batch import presets
from anatomatte_batch.request import RenderRequest

from .room import Room

KINDS = ("list", "corrections", "preset", "sidecar")
"""What there is besides ``frame-N``."""

LAYERS = "rgba,people,parts"
"""Of a frame that is taken out."""


def frames_list(shot: Shot) -> bytes:
    """CSV, a line for each frame: what the checks say, why it is doubtful, whether somebody accepted it."""
    codes = sorted({code for one in shot.moments.values() for code in one.qc})
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(["frame", "state", "reasons", "cure", *codes])
    for frame in sorted(shot.moments):
        moment = shot.moments[frame]
        beyond_ = beyond(shot.checks(frame))
        state = "doubtful" if beyond_ else "ok" if moment.qc else "unchecked"
        state = "accepted" if shot.accepted(frame) else state
        why = "; ".join(REASONS[code].words for code in beyond_)
        cure = REASONS[beyond_[0]].cure_in_shot if beyond_ else ""
        rows.writerow(
            [frame, state, why, cure, *(f"{moment.qc[c]:.3f}" if c in moment.qc else "" for c in codes)]
        )
    return out.getvalue().encode()


def corrections(shot: Shot) -> bytes:
    """The corrections as `anatomatte correct --from` takes them."""
    tables = [
        {key: value for key, value in dataclasses.asdict(one).items() if key not in ("id", "carried")}
        for one in shot.corrections
    ]
    return (json.dumps(tables, indent=1) + "\n").encode()


def sidecar(shot: Shot, path: Path) -> bytes:
    """The sidecar's files in one zip: the short one, that of its frames, painted mattes."""
    names = [
        path.name,
        json.loads(path.read_bytes())["frames"]["file"],
        *(one.file for one in shot.painted.values()),
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in dict.fromkeys(names):
            packed.write(beside(path, name), name)
    return out.getvalue()


def preset(room: Room) -> bytes:
    """What the shot wants of the controls, for ``render --preset`` in the sidecar's folder: files are named
    from there, not by where the server's folder lies."""
    folder = room.ledger.path.parent.resolve()
    files = {name: str(room.preset.settings.get(name, "")) for name in ("swap_source", "swap_reference")}
    near = {name: os.path.relpath(path, folder) for name, path in files.items() if path}
    made = room.preset.override({"shot_file": room.ledger.path.name, **near})
    return presets.dumps(made).encode()


def frame(room: Room, number: int, folder: Path) -> Path:
    """A frame as `anatomatte render --shot` writes it; in the engine's thread.

    Raises:
        AnatomatteError: as a frame of a batch.
    """
    target = folder / f"{room.ledger.path.name.removesuffix('.shot.json')}.{number}.exr"
    request = RenderRequest(
        source=room.source.text,
        destination=target,
        frames=[number],
        preset=room.preset,
        shot=room.ledger.path,
        layers=LAYERS,
        start=room.source.frames()[0] if room.source.is_video else 1,
    )
    result = request.run(lambda _clips: room.screening.node())
    for error in result.errors:
        if isinstance(error, AnatomatteError):
            raise error
        raise RuntimeError(result.sentence) from error
    return target
