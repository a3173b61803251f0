"""Drawn pictures for the landmark networks, and what the published ones say of them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from nets.test_portrait_net import Picture, portrait

FIXTURE = Path(__file__).resolve().parent.parent / "data" / "landmarks" / "published.npz"
"""8-bit pictures for each network, and what the LiteRT interpreter made of them."""

NAMES = {
    "pose": "pose_landmark_full.tflite",
    "face": "face_landmark.tflite",
    "hand": "hand_landmark_full.tflite",
    "palm": "palm_detection_full.tflite",
}
_FINGERS = (
    ((0.36, 0.6), (0.28, 0.22), 0.075),
    ((0.45, 0.55), (0.42, 0.12), 0.075),
    ((0.54, 0.55), (0.56, 0.14), 0.075),
    ((0.62, 0.6), (0.69, 0.26), 0.065),
    ((0.38, 0.72), (0.16, 0.5), 0.08),
)
THINNED = np.s_[:, ::8, ::8]
"""The cells of the heat maps that the fixture keeps."""


def hand(side: int = 224) -> Picture:
    """An open hand before an even wall, fingers up, the thumb left."""

    def at(x: float, y: float) -> tuple[int, int]:
        return int(x * side), int(y * side)

    mask = np.zeros((side, side), np.uint8)
    cv2.ellipse(mask, at(0.5, 0.66), at(0.17, 0.17), 0, 0, 360, 1, -1)
    cv2.rectangle(mask, at(0.4, 0.7), at(0.6, 1), 1, -1)
    for start, end, thick in _FINGERS:
        cv2.line(mask, at(*start), at(*end), 1, int(thick * side))
    deep = np.minimum(cv2.distanceTransform(mask, cv2.DIST_L2, 5) / (0.04 * side), 1)[..., None]
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    shade = (1.05 - 0.35 * x - 0.1 * y)[..., None]
    skin = np.array((0.85, 0.64, 0.52)) * shade * (0.7 + 0.3 * deep)
    cover = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.2)[..., None]
    return np.asarray(np.clip(cover * skin + (1 - cover) * (0.45, 0.5, 0.55), 0, 1), np.float32)


def pictures() -> dict[str, Picture]:
    """A picture for each network, of its size, in steps of 8 bits."""
    whole = portrait()
    made = {"pose": whole, "face": cv2.resize(whole[32:182, 53:203], (192, 192)), "hand": hand()}
    made["palm"] = cv2.copyMakeBorder(hand(96), 96, 0, 30, 66, cv2.BORDER_REPLICATE)
    return {name: np.asarray(np.round(one * 255) / 255, np.float32) for name, one in made.items()}


def likely(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The anchors whose numbers the fixture keeps."""
    return np.argsort(-scores, kind="stable")[:32]


def published(folder: Path, name: str, picture: Picture) -> dict[str, np.ndarray[Any, Any]]:
    """What the published network *name* of MediaPipe's files in *folder* says of a picture."""
    lite = import_module("ai_edge_litert.interpreter")

    interpreter = lite.Interpreter(str(folder / NAMES[name]), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
    interpreter.invoke()
    given = {one["name"]: interpreter.get_tensor(one["index"]) for one in interpreter.get_output_details()}
    if name == "pose":
        heat = given["Identity_3"][0].transpose(2, 0, 1)
        return {"points": given["Identity"].reshape(39, 5), "present": given["Identity_1"], "heat": heat}
    if name == "face":
        present = 1 / (1 + np.exp(-given["conv2d_31"]))
        return {"points": given["conv2d_21"].reshape(468, 3), "present": present}
    if name == "palm":
        return {"scores": given["Identity_1"].reshape(-1), "boxes": given["Identity"].reshape(-1, 18)}
    points = given["Identity"].reshape(21, 3)
    return {"points": points, "present": given["Identity_1"], "right": given["Identity_2"]}


def write(folder: Path) -> None:
    """Write the fixture from MediaPipe's files in *folder*."""
    kept: dict[str, np.ndarray[Any, Any]] = {}
    for name, picture in pictures().items():
        kept[name] = np.round(picture * 255).astype(np.uint8)
        for what, value in published(folder, name, picture).items():
            if what == "boxes":
                value = value[likely(kept["palm_scores"])]
            kept[f"{name}_{what}"] = (value[THINNED] if what == "heat" else value).astype(np.float32)
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(FIXTURE, allow_pickle=False, **kept)
