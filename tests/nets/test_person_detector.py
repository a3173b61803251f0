"""The person detector: what it finds, that it is the published graph, and what a wrong file says.

The published file itself is not in the repository. Where ANATOMATTE_MEDIAPIPE names a folder that holds
`pose_detection.tflite`, the LiteRT interpreter is asked too.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nets.test_portrait_net import DARK, LIGHT, Picture, portrait
from safetensors import safe_open
from safetensors.torch import save_file
from training.__main__ import DETECTOR as WEIGHTS
from training.pretrained import DETECTOR, convert_detector

from anatomatte.errors import SetupError
from anatomatte.nets.own.person_detector import ANCHORS, NET, NUMBERS, SIDE, PersonDetector, load
from anatomatte.people.detections import anchors, decoded, letterboxed

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def net() -> PersonDetector:
    return load(WEIGHTS)


def raw(net: PersonDetector, picture: Picture) -> tuple[Picture, Picture]:
    with torch.inference_mode():
        found = net(torch.from_numpy(letterboxed(picture)).permute(2, 0, 1)[None])
    return found.scores[0].float().numpy(), found.boxes[0].float().numpy()


def look(net: PersonDetector, picture: Picture) -> Picture:
    return decoded(*raw(net, picture), *picture.shape[:2])


def placed(height: int, width: int, top: int, left: int, side: int) -> Picture:
    """A drawn portrait of *side* pixels in a grey picture."""
    made = np.full((height, width, 3), 0.5, np.float32)
    made[top : top + side, left : left + side] = cv2.resize(
        portrait(), (side, side), interpolation=cv2.INTER_AREA
    )
    return made


def test_a_drawn_portrait_is_found_where_it_is_whatever_the_pictures_shape(net: PersonDetector) -> None:
    for height, width, top, left in ((256, 256, 0, 0), (300, 600, 20, 300), (640, 320, 300, 30)):
        found = look(net, placed(height, width, top, left, 256))
        assert len(found) == 1
        assert found[0, 0] > 0.5
        head = found[0, 1:3] * [width, height] - [left, top]
        assert np.hypot(*(head - [128, 128])) < 60, (height, width)
        hips, circle = (found[0, k : k + 2] * [width, height] - [left, top] for k in (5, 7))
        assert hips[1] > 200 and np.hypot(*(circle - hips)) > 150


def test_nobody_is_found_on_a_wall(net: PersonDetector) -> None:
    wall = portrait()
    wall[:] = wall[:, :20].mean(1, keepdims=True)
    assert not len(look(net, wall))


def test_anchors_are_row_by_row_and_level_by_level() -> None:
    made = anchors()
    assert made.shape == (ANCHORS, 2)
    assert np.allclose(made[[0, 1, 2, 56]] * SIDE, [[4, 4], [4, 4], [12, 4], [4, 12]])
    assert np.allclose(
        made[[1568, 1570, 1960, 1966, -1]] * SIDE, [[8, 8], [24, 8], [16, 16], [48, 16], [208, 208]]
    )


def test_detections_are_of_the_picture_before_it_was_letterboxed() -> None:
    scores, boxes = np.full(ANCHORS, -200, np.float32), np.zeros((ANCHORS, NUMBERS), np.float32)
    boxes[:, 2:4] = 50
    at = 2 * (14 * 28 + 7)  # centre (60, 116) of 224
    scores[[at, at + 1, 0]] = 3, 1, -0.01
    boxes[at + 1, 0] = 4
    (one,) = decoded(scores, boxes, 100, 200)
    sure = 1 / (1 + np.exp([-3.0, -1.0]))
    assert np.isclose(one[0], sure[0])
    assert np.allclose(one[1:3], [(60 + 4 * sure[1] / sure.sum()) / 224, (116 - 56) / 112], atol=1e-6)
    assert np.allclose(one[3:5], [50 / 224, 50 / 112])
    scores[0] = 400  # far away, another one, and the best
    assert np.allclose(decoded(scores, boxes, 100, 200)[:, 0], [1, sure[0]])


def test_the_other_order_of_the_same_sums(net: PersonDetector) -> None:
    """The step up as it was published: enlarge, then mix."""
    up = net.up[0]
    rng = np.random.default_rng(3)
    x, finer = (
        torch.from_numpy(rng.random((2, *s), dtype=np.float32)) for s in ((1152, 7, 7), (192, 14, 14))
    )
    with torch.inference_mode():
        large = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        y = F.relu6(F.conv2d(large, up.lower.conv.weight, up.lower.conv.bias)) + finer
        for m in up.mix:
            z = F.conv2d(y, m.filter.conv.weight, m.filter.conv.bias, padding=1, groups=192)
            y = F.relu6(y + F.conv2d(z, m.mix.conv.weight, m.mix.conv.bias))
        assert torch.allclose(up(x, finer), y, atol=1e-4)


def test_looks_beside_each_other_see_the_same(net: PersonDetector) -> None:
    def one(_: int) -> Picture:
        torch.set_num_threads(1)
        return look(net, picture)

    picture = portrait()
    alone = look(net, picture)
    assert len(alone)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(alone, other) for other in pool.map(one, range(8)))


def test_the_shipped_file_says_what_it_is() -> None:
    assert WEIGHTS.stat().st_size < 6_000_000
    with safe_open(str(WEIGHTS), "pt") as file:
        assert file.metadata() == {"net": NET}
        assert {file.get_tensor(name).dtype for name in list(file.keys())} == {torch.float16}


def test_a_wrong_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"person detector's weights .*none.* cannot be read .*install"):
        load(tmp_path / "none.safetensors")
    with pytest.raises(SetupError, match=r"portrait\.safetensors is of another network"):
        load(WEIGHTS.with_name("portrait.safetensors"))
    save_file({"stem.conv.weight": torch.zeros(1)}, str(tmp_path / "x.safetensors"), {"net": NET})
    with pytest.raises(SetupError, match="does not fit the network"):
        load(tmp_path / "x.safetensors")


def test_another_published_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.tflite").write_bytes(b"another network")
    with pytest.raises(ValueError, match=r"is not the person detector of mediapipe 0\.10\.21"):
        convert_detector(tmp_path / "other.tflite", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


@pytest.fixture(scope="module")
def published() -> Path:
    folder = os.environ.get("ANATOMATTE_MEDIAPIPE")
    if not folder:
        pytest.skip(
            "needs the published file: ANATOMATTE_MEDIAPIPE names a folder with pose_detection.tflite"
        )
    return Path(folder) / DETECTOR.name


def test_it_sees_what_the_published_network_sees(net: PersonDetector, published: Path) -> None:
    lite = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = lite.Interpreter(str(published), num_threads=1)
    interpreter.allocate_tensors()
    (taken,), given = interpreter.get_input_details(), interpreter.get_output_details()
    index = {int(one["shape"][-1]): one["index"] for one in given}
    rng = np.random.default_rng(5)
    blocks = cv2.resize(rng.random((8, 8, 3), dtype=np.float32), (SIDE, SIDE))
    for picture in (
        portrait(LIGHT),
        portrait(DARK),
        np.asarray(blocks, np.float32),
        placed(300, 600, 20, 300, 256),
    ):
        interpreter.set_tensor(taken["index"], letterboxed(picture)[None])
        interpreter.invoke()
        scores, boxes = raw(net, picture)
        theirs = interpreter.get_tensor(index[1])[0, :, 0], interpreter.get_tensor(index[12])[0]
        largest = [np.abs(a - b).max() for a, b in zip(theirs, (scores, boxes), strict=True)]
        print("largest differences from LiteRT, logits and pixels:", *(f"{x:.1e}" for x in largest))
        assert max(largest) < 0.02


def test_the_shipped_file_is_the_published_one(published: Path, tmp_path: Path) -> None:
    pytest.importorskip("tflite")
    convert_detector(published, tmp_path / "detector.safetensors")
    assert (tmp_path / "detector.safetensors").read_bytes() == WEIGHTS.read_bytes()
