"""What ours costs beside others' code for the same work, in one run and on one thread.

    python benchmarks/peers.py [--json] [--mediapipe FOLDER] [--only NAME,NAME]

    networks_ratio  MediaPipe's own networks as our graphs run them (ONNX Runtime), through LiteRT with
                    XNNPACK on the published files and the same pictures: the sum over all of them
                    (networks_NAME of each). FOLDER holds an unpacked wheel of mediapipe 0.10.21
                    (ANATOMATTE_MEDIAPIPE); needs ai-edge-litert
    edge_ratio      the edge of people without a screen at 960 x 540, through closed-form matting (Levin et
                    al., PAMI 2008) by PyMatting of the same pixels, whose trimap is unknown where ours
                    solves (edge_band of all pixels); needs pymatting
    io_ratio        `RenderRequest` of a keyer batch, a video in, half EXR out, through a loop that only
                    decodes the video (PyAV) and writes the same frames (OpenImageIO)

All are seconds of the processor, ours over theirs: below 1 is in our favour. What is not installed or not
there is left out, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import speed

from anatomatte.cache import memo
from anatomatte.engine import Refined, Work, key_frame, run
from anatomatte.frame import Frame
from anatomatte.nets.graphs.graph import Graph, batch
from anatomatte.settings import Settings

TARGETS = {"networks_ratio": 1.1, "edge_ratio": 0.1, "io_ratio": 2.5}
PUBLISHED = {
    "portrait": "selfie_segmentation/selfie_segmentation.tflite",
    "detector": "pose_detection/pose_detection.tflite",
    "face": "face_landmark/face_landmark.tflite",
    "face_detector": "face_detection/face_detection_full_range_sparse.tflite",
    "hand": "hand_landmark/hand_landmark_full.tflite",
    "palm": "palm_detection/palm_detection_full.tflite",
}
"""Our graphs that compute what a published file does, and nothing else. Our pose network stands on the trunk
of the people network; the mesh with attention has an operator of its own, which LiteRT does not have."""
RUNS = 15


def least(work: Callable[[], object], runs: int) -> float:
    """Least seconds of the processor of some runs, after one that is not counted."""
    work()
    took = []
    for _ in range(runs):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def networks(folder: Path) -> dict[str, float]:
    """Each network in both, in turn, on the same noise; what they answer is compared by tests."""
    lite = import_module("ai_edge_litert.interpreter")
    ours, theirs, found = 0.0, 0.0, {}
    for name, file in PUBLISHED.items():
        path = folder / "mediapipe" / "modules" / file
        interpreter = lite.Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
        entry = interpreter.get_input_details()[0]
        picture = np.random.default_rng(1).random(entry["shape"][1:], np.float32)
        interpreter.set_tensor(entry["index"], picture[None])
        graph, given = Graph(name), batch(picture)
        mine = other = float("inf")
        for _ in range(3):  # in turn: what else the machine does hits both
            mine = min(mine, least(lambda graph=graph, given=given: graph(given), RUNS))
            other = min(other, least(interpreter.invoke, RUNS))
        found[f"networks_{name}"] = mine / other
        ours, theirs = ours + mine, theirs + other
    return {"networks_ratio": ours / theirs, **found}


def edge() -> dict[str, float]:
    """Our solving of a band of edges, and the closed form's."""
    from pymatting import estimate_alpha_cf

    light = speed.plate(540, 960)
    kept: list[Refined] = []
    took: list[float] = []
    real = run.refine

    def timed(*given: object) -> Refined:
        began = time.process_time()
        kept.append(real(*given))  # type: ignore[arg-type]
        took.append(time.process_time() - began)
        return kept[-1]

    run.refine = timed  # type: ignore[assignment]
    try:
        for _ in range(4):
            memo.purge()
            settings = Settings(subject="on", output="matte")
            key_frame({"Source": Frame(light.copy(), (0, 0, 960, 540))}, settings, Work(threads=1))
    finally:
        run.refine = real
    alpha, band = kept[-1].key.matte, kept[-1].band
    trimap = np.where(alpha > 0.5, 1.0, 0.0)
    trimap.ravel()[band] = 0.5
    shown = np.clip(light, 0, 1).astype(np.float64) ** (1 / 2.2)
    began = time.process_time()
    estimate_alpha_cf(shown, trimap)
    theirs = time.process_time() - began
    return {"edge_ratio": min(took[1:]) / theirs, "edge_band": len(band) / alpha.size}


def _video(path: Path, frames: int) -> None:
    """Somebody before a green screen who moves, ProRes 422 HQ."""
    import av

    rng = np.random.default_rng(2)
    y, x = np.mgrid[:1080, :1920].astype(np.float32)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("prores_ks", rate=24, options={"profile": "3"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv422p10le"
        for number in range(frames):
            cover = np.clip(400 - np.hypot(x - 700 - 20 * number, y - 560), 0, 8)[..., None] / 8
            shown = cover * (200, 150, 130) + (1 - cover) * (30, 160, 50) + rng.normal(0, 3, (1080, 1920, 1))
            frame = av.VideoFrame.from_ndarray(np.clip(shown, 0, 255).astype(np.uint8), "rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def _only_files(video: Path, out: Path) -> int:
    """Decode every frame and write it as a half EXR with four channels."""
    import av
    import OpenImageIO as oiio

    count = 0
    with av.open(str(video)) as file:
        for frame in file.decode(video=0):
            pixels = frame.to_ndarray(format="rgb48le").astype(np.float32) / 65535
            rgba = np.dstack([pixels, np.ones(pixels.shape[:2], np.float32)])
            spec = oiio.ImageSpec(rgba.shape[1], rgba.shape[0], 4, "half")
            spec.attribute("compression", "zips")
            sink = oiio.ImageOutput.create(str(out / f"f.{count:04d}.exr"))
            sink.open(str(out / f"f.{count:04d}.exr"), spec)
            sink.write_image(rgba)
            sink.close()
            count += 1
    return count


def files(frames: int = 24) -> dict[str, float]:
    """A batch by the key of a video, and reading and writing alone; the first frames pay for the start."""
    from anatomatte_batch import RenderRequest

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = {}
        for count in (frames // 3, frames):  # the difference is without what a start costs
            video = folder / f"{count}.mov"
            _video(video, count)
            memo.purge()
            began = time.process_time()
            made = RenderRequest(
                source=video, destination=folder / f"k{count}.####.exr", layers="rgba",
                settings={"screen": "green", "subject": "off", "threads": 1, "steady": 0.0},
            ).run()  # fmt: skip
            ours = time.process_time() - began
            if made.exit_code:
                raise SystemExit(made.sentence)
            began = time.process_time()
            _only_files(video, folder)
            seconds[count] = ours, time.process_time() - began
    (one, other), (all_one, all_other) = seconds.values()
    return {"io_ratio": (all_one - one) / (all_other - other)}


def main() -> int:
    """Print the table, or one object with `--json`."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    parser.add_argument("--mediapipe", type=Path, default=os.environ.get("ANATOMATTE_MEDIAPIPE"))
    parser.add_argument("--only", default="networks,edge,io")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    wanted, found = args.only.split(","), {}
    if unknown := set(wanted) - {"networks", "edge", "io"}:
        parser.error(f"--only takes networks, edge, io; not {', '.join(sorted(unknown))}")
    cv2.setNumThreads(1)
    warnings.simplefilter("ignore")
    if "networks" in wanted:
        if args.mediapipe is None or find_spec("ai_edge_litert") is None:
            print("networks: no folder of MediaPipe's files, or no ai-edge-litert", file=sys.stderr)
        else:
            found |= networks(Path(args.mediapipe))
    if "edge" in wanted:
        if find_spec("pymatting") is None:
            print("edge: pymatting is not installed", file=sys.stderr)
        else:
            found |= edge()
    if "io" in wanted:
        found |= files()
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))
    else:
        for name, value in found.items():
            target = f"   (at most {TARGETS[name]})" if name in TARGETS else ""
            print(f"{name:24} {value:8.3f}{target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
