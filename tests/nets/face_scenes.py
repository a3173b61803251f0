"""Drawn faces, and what MediaPipe's own graph and the LiteRT interpreter say of them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from nets import landmark_scenes

FIXTURE = Path(__file__).resolve().parent.parent / "data" / "faces" / "published.npz"
"""8-bit pictures of 192 x 192, and what the published networks made of them."""

DETECTOR = "face_detection_full_range_sparse.tflite"
_TURNS = {"upright": (0, 1.0), "left": (20, 0.95), "right": (-25, 0.9)}

_GRAPH = """
input_stream: "image" input_stream: "roi" input_side_packet: "attention" output_stream: "landmarks"
node { calculator: "FaceLandmarkCpu" input_stream: "IMAGE:image" input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:attention" output_stream: "LANDMARKS:landmarks" }
"""


def pictures() -> dict[str, np.ndarray[Any, Any]]:
    """(192, 192, 3) uint8 of a drawn face, upright and turned."""
    face = np.round(landmark_scenes.pictures()["face"] * 255).astype(np.uint8)
    made = {}
    for name, (turn, scale) in _TURNS.items():
        matrix = cv2.getRotationMatrix2D((96, 96), turn, scale)
        made[name] = cv2.warpAffine(face, matrix, (192, 192), borderMode=cv2.BORDER_REPLICATE)
    return made


def mesh(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What MediaPipe's own graph says of a picture, (478, 3) in its pixels; needs the package mediapipe."""
    graphs = import_module("mediapipe.python._framework_bindings.calculator_graph")
    create = import_module("mediapipe.python.packet_creator")
    get = import_module("mediapipe.python.packet_getter")
    kinds = import_module("mediapipe.framework.calculator_pb2")
    import_module("mediapipe.python.solutions.face_mesh")  # its calculators
    text = import_module("google.protobuf.text_format")
    roi = import_module("mediapipe.framework.formats.rect_pb2").NormalizedRect(
        x_center=0.5, y_center=0.5, width=1, height=1
    )
    frames = import_module("mediapipe").ImageFormat
    graph = graphs.CalculatorGraph(graph_config=text.Parse(_GRAPH, kinds.CalculatorGraphConfig()))
    found: list[Any] = []
    graph.observe_output_stream("landmarks", lambda _name, packet: found.append(get.get_proto(packet)))
    graph.start_run({"attention": create.create_bool(True)})
    graph.add_packet_to_input_stream("roi", create.create_proto(roi).at(1))
    frame = create.create_image_frame(image_format=frames.SRGB, data=np.ascontiguousarray(picture))
    graph.add_packet_to_input_stream("image", frame.at(1))
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return np.array([[one.x, one.y, one.z] for one in found[0].landmark], np.float32) * 192


def detector(folder: Path, picture: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    """Scores and boxes of the published face detector in *folder*; needs the LiteRT interpreter."""
    lite = import_module("ai_edge_litert.interpreter")
    interpreter = lite.Interpreter(str(folder / DETECTOR), num_threads=1)
    interpreter.allocate_tensors()
    given = picture.astype(np.float32)[None] / np.float32(127.5) - 1
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], given)
    interpreter.invoke()
    told = {one["name"]: interpreter.get_tensor(one["index"])[0] for one in interpreter.get_output_details()}
    return told["Identity_1"][:, 0], told["Identity"]


def write(folder: Path) -> None:
    """Write the fixture; *folder* holds MediaPipe's files."""
    kept: dict[str, Any] = {}
    for name, picture in pictures().items():
        scores, boxes = detector(folder, picture)
        kept |= {name: picture, f"{name}_mesh": mesh(picture)}
        kept |= {f"{name}_scores": scores, f"{name}_boxes": boxes[_best(scores)]}
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(FIXTURE, allow_pickle=False, **kept)


def _best(scores: np.ndarray[Any, Any]) -> Any:
    """The anchors whose boxes the fixture keeps."""
    return np.argsort(-scores, kind="stable")[:64]
