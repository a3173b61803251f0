"""The portrait network: what it sees, that it is the published graph, and what a wrong file says.

The published file itself is not in the repository. Where ANATOMATTE_MEDIAPIPE names a folder that holds
`selfie_segmentation.tflite`, or the store of models has it, the LiteRT interpreter is asked too.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from training.__main__ import PORTRAIT as WEIGHTS
from training.pretrained import PORTRAIT, convert_portrait

from anatomatte.errors import SetupError
from anatomatte.models import store
from anatomatte.nets.own.portrait_net import NET, SIDE, Filter, PortraitNet, load

Picture = NDArray[np.float32]
LIGHT, DARK, BROWN = (0.9, 0.72, 0.62), (0.36, 0.22, 0.15), (0.8, 0.6, 0.48)


@pytest.fixture(scope="module")
def net() -> PortraitNet:
    return load(WEIGHTS)


pytestmark = pytest.mark.usefixtures("one_thread")


def portrait(skin: tuple[float, ...] = BROWN, wall: tuple[float, ...] = (0.62, 0.66, 0.64)) -> Picture:
    """A head with hair and a face on a neck and shoulders, before a wall with soft light."""
    y, x = np.mgrid[0 : 1 : SIDE * 1j, 0 : 1 : SIDE * 1j]

    def oval(cx: float, cy: float, rx: float, ry: float) -> NDArray[np.bool_]:
        return np.hypot((x - cx) / rx, (y - cy) / ry) < 1

    shade = 1.1 - 0.8 * np.abs(x - 0.42)
    hair = (0.14, 0.09, 0.06)
    painted = [
        (oval(0.5, 0.35, 0.165, 0.2), hair),
        (oval(0.5, 1.02, 0.36, 0.34), (0.16, 0.22, 0.34)),
        ((np.abs(x - 0.5) < 0.075) & (y > 0.45) & (y < 0.74), tuple(0.85 * c for c in skin)),
        (oval(0.5, 0.4, 0.135, 0.185) & (y > 0.29 + 2.5 * (x - 0.5) ** 2), skin),
        *((oval(0.5 + s, 0.385, 0.024, 0.011), (0.95, 0.93, 0.9)) for s in (-0.055, 0.055)),
        *((oval(0.5 + s, 0.385, 0.011, 0.011), (0.1, 0.07, 0.05)) for s in (-0.055, 0.055)),
        *((oval(0.5 + s, 0.352, 0.034, 0.007), hair) for s in (-0.055, 0.055)),
        (oval(0.5, 0.445, 0.018, 0.012), tuple(0.75 * c for c in skin)),
        (oval(0.5, 0.495, 0.043, 0.012), (0.62, 0.28, 0.27)),
    ]
    picture = (1.05 - 0.25 * y - 0.15 * x)[..., None] * np.array(wall)
    for where, colour in painted:
        picture[where] = (shade[..., None] * np.array(colour))[where]
    return np.asarray(np.clip(cv2.GaussianBlur(picture, (0, 0), 1), 0, 1), np.float32)


def person() -> NDArray[np.bool_]:
    """Where `portrait` has painted somebody."""
    return np.asarray(np.abs(portrait(wall=(0, 0, 0)) - portrait(wall=(1, 1, 1))).max(2) < 0.3)


def batch(*pictures: Picture) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def look(net: PortraitNet, picture: Picture) -> Picture:
    with torch.inference_mode():
        return np.asarray(torch.sigmoid(net(batch(picture)).float())[0, 0].numpy())


@pytest.mark.parametrize("skin", [LIGHT, BROWN, DARK])
@pytest.mark.parametrize("wall", [(0.62, 0.66, 0.64), (0.3, 0.35, 0.5)])
def test_a_drawn_portrait_is_found(
    net: PortraitNet, skin: tuple[float, ...], wall: tuple[float, ...]
) -> None:
    found, there = look(net, portrait(skin, wall)), person()
    assert ((found > 0.5) & there).sum() / ((found > 0.5) | there).sum() > 0.95
    kernel = np.ones((11, 11), np.uint8)
    assert found[cv2.erode(there.astype(np.uint8), kernel) > 0].mean() > 0.98
    assert found[cv2.dilate(there.astype(np.uint8), kernel) == 0].max() < 0.05


def test_nobody_is_found_on_a_wall(net: PortraitNet) -> None:
    wall = portrait()
    wall[:] = wall[:, :20].mean(1, keepdims=True)
    assert look(net, wall).max() < 0.01


def published_order(net: PortraitNet, picture: Tensor) -> Tensor:
    """The graph step by step as it was published: pad, enlarge first, average what was added."""

    def conv(x: Tensor, m: Any) -> Tensor:
        return F.conv2d(x, m.weight[:, :, None, None], m.bias)

    def filtered(x: Tensor, m: Filter) -> Tensor:
        c = m.conv
        if c.stride == (2, 2):
            less = (c.kernel_size[0] - 2) // 2
            x = F.pad(x, (less, c.kernel_size[0] - 2 - less) * 2)
            return F.conv2d(x, c.weight, c.bias, 2, groups=c.groups)
        return F.conv2d(x, c.weight, c.bias, padding="same", groups=c.groups)

    def gate(x: Tensor, m: Any) -> Tensor:
        return torch.sigmoid(conv(F.relu(conv(F.adaptive_avg_pool2d(x, 1), m.squeeze)), m.excite))

    def inverted(x: Tensor, m: Any, act: Any) -> Tensor:
        y = act(filtered(act(conv(x, m.widen)), m.filter))
        y = conv(y if m.gate is None else y * gate(y, m.gate), m.narrow)
        return x + y if x.shape == y.shape else y

    half = F.hardswish(filtered(picture, net.stem))
    quarter = inverted(half, net.quarter, F.relu)
    eighth = quarter
    for block in net.eighth:
        eighth = inverted(eighth, block, F.relu)
    y = eighth
    for block in net.sixteenth:
        y = inverted(y, block, F.hardswish)
    whole = conv(F.adaptive_avg_pool2d(y, 1), net.overview.weigh)
    y = F.relu(conv(y, net.overview.mix)) * torch.sigmoid(whole)
    for step, level in zip(net.finer, (eighth, quarter, half), strict=True):
        m: Any = step
        y = conv(F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False), m.lower)
        y = F.relu(conv(level * gate(level + y, m.gate) + y, m.mix))
        y = y + F.relu(filtered(y, m.filter))
    last = net.last.conv
    return F.conv_transpose2d(y, last.weight, last.bias, stride=2)


@pytest.mark.parametrize("size", [(256, 256), (96, 160)])
def test_another_order_of_the_same_sums(net: PortraitNet, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    noise = rng.random((*size, 3), dtype=np.float32)
    drawn = cv2.resize(portrait(), size[::-1])
    pictures = batch(noise, np.asarray(drawn, np.float32))
    with torch.inference_mode():
        one, other = net(pictures), published_order(net, pictures)
    assert one.shape == (2, 1, *size)
    assert one.std() > 1
    assert torch.allclose(one, other, atol=2e-4, rtol=1e-4)


def test_pictures_of_a_batch_do_not_see_each_other_and_stay_as_they_are(net: PortraitNet) -> None:
    pictures = batch(portrait(LIGHT), portrait(DARK, (0.3, 0.35, 0.5)))
    before = pictures.clone()
    with torch.inference_mode():
        both = net(pictures)
        alone = torch.cat([net(pictures[:1]), net(pictures[1:].contiguous())])
    assert torch.equal(pictures, before)
    assert torch.allclose(both, alone, atol=1e-3, rtol=1e-4)


def test_looks_beside_each_other_see_the_same(net: PortraitNet) -> None:
    def one(_: int) -> Picture:
        torch.set_num_threads(1)
        return look(net, picture)

    picture = portrait()
    alone = look(net, picture)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(alone, other) for other in pool.map(one, range(8)))


def test_the_number_of_torchs_own_threads_changes_roundings_only(net: PortraitNet) -> None:
    found = []
    for threads in (1, 2, 5):
        torch.set_num_threads(threads)
        found.append(look(net, portrait()))
    assert all(np.allclose(found[0], other, atol=1e-5) for other in found[1:])


def test_it_is_ready_to_be_used_and_works_in_16_bit(net: PortraitNet) -> None:
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert net.stem.conv.weight.is_contiguous(memory_format=torch.channels_last)
    short = load(WEIGHTS, dtype=torch.bfloat16)
    with torch.inference_mode():
        logits = short(batch(portrait()).bfloat16())
    assert logits.dtype == torch.bfloat16
    assert np.abs(torch.sigmoid(logits.float())[0, 0].numpy() - look(net, portrait())).mean() < 0.01


def test_the_shipped_file_is_small_and_says_what_it_is() -> None:
    assert WEIGHTS.stat().st_size < 250_000
    with safe_open(str(WEIGHTS), "pt") as file:
        assert file.metadata() == {"net": NET}
        assert {file.get_tensor(name).dtype for name in list(file.keys())} == {torch.float16}


def test_a_wrong_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"portrait network's weights .*none.* cannot be read .*install"):
        load(tmp_path / "none.safetensors")
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(WEIGHTS.read_bytes()[:100_000])
    with pytest.raises(SetupError, match=r"portrait network's weights .*torn.* cannot be read"):
        load(torn)
    with pytest.raises(SetupError, match=r"people\.safetensors is of another network"):
        load(WEIGHTS.with_name("people.safetensors"))
    save_file({"stem.conv.weight": torch.zeros(1)}, str(tmp_path / "x.safetensors"), {"net": NET})
    with pytest.raises(SetupError, match="does not fit the network"):
        load(tmp_path / "x.safetensors")


def test_another_published_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.tflite").write_bytes(b"another network")
    with pytest.raises(ValueError, match=r"is not the portrait network of mediapipe 0\.10\.21"):
        convert_portrait(tmp_path / "other.tflite", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


@pytest.fixture(scope="module")
def published() -> Path:
    folder = os.environ.get("ANATOMATTE_MEDIAPIPE")
    if folder:
        return Path(folder) / PORTRAIT.name
    found = store.find(store.catalogue.get("mediapipe-selfie"))
    if found is None:
        pytest.skip("needs the published file: anatomatte models pull mediapipe-selfie")
    return found.path


def test_it_sees_what_the_published_network_sees(net: PortraitNet, published: Path) -> None:
    lite = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = lite.Interpreter(str(published), num_threads=1)
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    rng = np.random.default_rng(5)
    blocks = cv2.resize(rng.random((8, 8, 3), dtype=np.float32), (SIDE, SIDE))
    grain = np.clip(portrait(LIGHT) + rng.normal(0, 0.1, (SIDE, SIDE, 3)), 0, 1).astype(np.float32)
    largest = []
    for picture in (portrait(), portrait(DARK), grain, np.asarray(blocks, np.float32)):
        interpreter.set_tensor(taken["index"], picture[None])
        interpreter.invoke()
        largest.append(np.abs(interpreter.get_tensor(given["index"])[0, ..., 0] - look(net, picture)).max())
    print("largest differences of probability from LiteRT:", *(f"{x:.1e}" for x in largest))
    assert max(largest) < 1e-4


def test_the_shipped_file_is_the_published_one(published: Path, tmp_path: Path) -> None:
    pytest.importorskip("tflite")
    convert_portrait(published, tmp_path / "portrait.safetensors")
    assert (tmp_path / "portrait.safetensors").read_bytes() == WEIGHTS.read_bytes()
