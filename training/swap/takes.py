"""The faces of a run of two takes that the user brings; made once and kept."""

from __future__ import annotations

from pathlib import Path

from . import cuts
from .fit import People


def brought(run: Path, side: int, source: str, target: str) -> People:
    """The faces of two takes of the user's own.

    Raises:
        SettingsError: there are no pictures, or too few with a face.
    """
    made = []
    for name, take, words in (("source", source, "--source"), ("target", target, "--target")):
        path = run / "faces" / f"{name}.npz"
        if not path.exists():
            cuts.kept(path, cuts.of_take(take, words, side))
        made.append(cuts.read(path))
    return People(made[0], made[1])
