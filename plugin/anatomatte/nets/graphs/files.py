"""Where the networks of the package lie: a graph without numbers each, and the weights by their names."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
GRAPHS = WEIGHTS / "graphs"
"""`training.graphs` writes them."""


def _weights(*names: str) -> tuple[Path, ...]:
    return tuple(WEIGHTS / f"{name}.safetensors" for name in names)


FILES = {
    "people": _weights("people"),
    "people_halves": _weights("people"),
    "people_plain_halves": _weights("people_plain"),
    "people_parts": _weights("people"),
    "people_plain": _weights("people_plain"),
    "portrait": _weights("portrait"),
    "detector": _weights("person_detector"),
    "pose": _weights("people", "pose_landmarks"),
    "face": _weights("face_landmarks"),
    "hand": _weights("hand_landmarks"),
    "palm": _weights("palm_detector"),
    "face_attention": _weights("face_attention"),
    "face_detector": _weights("face_detector"),
    "outfit": _weights("outfit"),
}
"""Of each graph, the files that hold its weights."""
