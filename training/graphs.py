"""Writes the networks of the package as ONNX graphs without weights, for the engine on processors.

    python -m training graphs

A graph names each of its weights as the .safetensors file beside it does, so that the numbers are in the
package once. A convolution that halves is padded as a picture here (`Filter` pads the kernel, for torch).
"""

from __future__ import annotations

import io
import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from anatomatte.nets.graphs.files import FILES, GRAPHS
from anatomatte.nets.own import (
    face_attention,
    face_detector,
    face_mesh,
    hand_net,
    outfit_head,
    palm_detector,
    person_detector,
    portrait_net,
    pose_head,
)
from anatomatte.nets.own.people_net import OFFSET_UNIT, PeopleNet, PeopleOutputs, load_trainable
from anatomatte.nets.own.pose_trunk import PoseTrunk

OPSET = 17
_WRAPPED = ("net.", "head.")


class _People(nn.Module):
    """What `PeopleModel` makes of a pass: probabilities, and offsets in pixels."""

    def __init__(self, net: PeopleNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        out: PeopleOutputs = self.net(picture)
        made = out.parts.softmax(1), out.alpha, torch.sigmoid(out.centre), out.offset * OFFSET_UNIT
        beside = (out.pose_mask, out.fine, out.coarse)
        return (*made, *(one for one in beside if one is not None))


class _Halves(nn.Module):
    """The same up to 1/2 of the picture, and what the outfit head reads; loops go on from there."""

    def __init__(self, net: PeopleNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        half = self.net.halves(picture)
        made = half.parts, half.fine, half.coarse, torch.sigmoid(half.centre), half.offset * OFFSET_UNIT
        if not isinstance(self.net.trunk, PoseTrunk):
            return made
        deep = torch.cat([half.sixteenth, half.levels.sixteenth], 1)
        return (*made, half.levels.soft, F.avg_pool2d(half.quarter, 2), deep)


class _Parts(nn.Module):
    """Logits of the parts alone; what nobody asks for is not in the graph."""

    def __init__(self, net: PeopleNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> Tensor:
        return self.net.halves(picture).parts


class _Pose(nn.Module):
    """The published trunk and its head."""

    def __init__(self, trunk: PoseTrunk, head: pose_head.PoseHead) -> None:
        super().__init__()
        self.trunk, self.head = trunk, head

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        found = self.head(self.trunk.body(picture))
        return found.points, found.heat, found.present


class _Outfit(nn.Module):
    """The odds that `outfit_head.outfit_odds` returns."""

    def __init__(self, net: outfit_head.OutfitHead) -> None:
        super().__init__()
        self.net = net

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        found = self.net(fine, coarse)
        return torch.cat([found.outfit.log_softmax(1), found.signs], 1)


@dataclass(frozen=True)
class Written:
    """One graph: the network, names and shapes of what goes in, names of what comes out."""

    net: nn.Module
    shapes: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    any_size: bool = False


def networks() -> dict[str, Callable[[], Written]]:
    """How each graph's network is made, by the graph's name."""
    many = ("parts", "alpha", "centre", "offset", "pose_mask", "fine", "coarse")
    halves = ("parts", "fine", "coarse", "centre", "offset", "soft", "quarter", "deep")
    wide, high = {"picture": (1, 3, 192, 320)}, {"fine": (1, 76, 32, 16), "coarse": (1, 216, 16, 8)}

    def square(side: int) -> dict[str, tuple[int, ...]]:
        return {"picture": (1, 3, side, side)}

    def people(name: str) -> PeopleNet:
        return load_trainable(FILES[name][0])

    def pose() -> Written:
        trunk = people("people").trunk
        assert isinstance(trunk, PoseTrunk)
        return Written(
            _Pose(trunk, pose_head.load(FILES["pose"][1])), square(256), ("points", "heat", "present")
        )

    return {
        "people": lambda: Written(_People(people("people")), wide, many, True),
        "people_halves": lambda: Written(_Halves(people("people")), wide, halves, True),
        "people_plain_halves": lambda: Written(_Halves(people("people_plain")), wide, halves[:5], True),
        "people_parts": lambda: Written(_Parts(people("people")), wide, many[:1], True),
        "people_plain": lambda: Written(_People(people("people_plain")), wide, many[:4], True),
        "portrait": lambda: Written(portrait_net.load(FILES["portrait"][0]), square(256), ("logits",)),
        "detector": lambda: Written(
            person_detector.load(FILES["detector"][0]), square(224), ("scores", "boxes")
        ),
        "pose": pose,
        "face": lambda: Written(face_mesh.load(FILES["face"][0]), square(192), ("points", "present")),
        "hand": lambda: Written(hand_net.load(FILES["hand"][0]), square(224), ("points", "present", "right")),
        "palm": lambda: Written(palm_detector.load(FILES["palm"][0]), square(192), ("scores", "boxes")),
        "face_attention": lambda: Written(
            face_attention.load(FILES["face_attention"][0]), square(192), ("points", "present")
        ),
        "face_detector": lambda: Written(
            face_detector.load(FILES["face_detector"][0]), square(192), ("scores", "boxes")
        ),
        "outfit": lambda: Written(_Outfit(outfit_head.load(FILES["outfit"][0])), high, ("odds",)),
    }


def write(folder: Path = GRAPHS) -> None:
    """Write every graph into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for name, make in networks().items():
        made = graph(make())
        wanted[name] = weights_of(made)
        (folder / f"{name}.onnx").write_bytes(made.SerializeToString(deterministic=True))
    (folder / "weights.json").write_text(json.dumps(wanted, indent=0) + "\n", encoding="utf-8")


def graph(one: Written) -> onnx.ModelProto:
    """A network as a graph without weights."""
    net = one.net.eval().to(memory_format=torch.contiguous_format)
    given = tuple(
        torch.rand(shape, generator=torch.Generator().manual_seed(0)) for shape in one.shapes.values()
    )
    axes = {name: {2: "height", 3: "width"} for name in one.shapes} if one.any_size else None
    file = io.BytesIO()
    with _as_graphs_can(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes that are fixed on purpose, and of this exporter's age
        torch.onnx.export(
            net,
            given,
            file,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(one.shapes),
            output_names=list(one.outputs),
            dynamic_axes=axes,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )
    made = onnx.load_from_string(file.getvalue())
    _fold(made.graph)
    _pad_within(made.graph)
    _without_weights(made.graph)
    _short(made.graph)
    return made


@contextmanager
def _as_graphs_can() -> Iterator[None]:
    """A graph's convolution cannot have a kernel that is padded on the way; and ONNX Runtime is half as quick
    at a softmax over channels as at what it is made of, and quicker at 1x1 convolutions than at products of
    matrices between two layouts.

    It lays channels out by eights or sixteens as long as every node can be had so: convolutions with what is
    added to them, ramps, pooling, doubling, concatenation.  PReLU and channels of zeros are made of these.
    """
    before, softmax, prelu, mix, pad = (
        portrait_net.Filter.forward, Tensor.softmax, nn.PReLU.forward, portrait_net.Mix.forward,
        face_mesh.Residual.widened,
    )  # fmt: skip

    def forward(self: portrait_net.Filter, x: Tensor) -> Tensor:
        conv = self.conv
        if conv.stride[0] == 1:
            found: Tensor = conv(x)
            return found
        high, wide = conv.kernel_size[0] // 2, conv.kernel_size[1] // 2
        padded = F.pad(x, (wide - 1, wide, high - 1, high))
        return F.conv2d(padded, conv.weight, conv.bias, conv.stride, groups=conv.groups)

    def shares(self: Tensor, dim: int) -> Tensor:
        made = (self - self.amax(dim, keepdim=True)).exp()
        return made / made.sum(dim, keepdim=True)

    def sloped(self: nn.PReLU, x: Tensor) -> Tensor:  # x + (1 - slope) max(-x, 0)
        count = self.weight.numel()
        below = F.relu(F.conv2d(x, -torch.ones(count, 1, 1, 1), groups=count))
        return F.conv2d(below, (1 - self.weight)[:, None, None, None], groups=count) + x

    def mixed(self: portrait_net.Mix, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)

    def widened(self: face_mesh.Residual, x: Tensor) -> Tensor:
        assert self.more == self.mix.in_channels  # none of the published networks grows by other numbers
        return torch.cat([x, F.conv2d(x, torch.zeros(self.more, 1, 1, 1), groups=self.more)], 1)

    portrait_net.Filter.forward = forward  # type: ignore[method-assign]
    Tensor.softmax = shares  # type: ignore[assignment, method-assign]
    nn.PReLU.forward = sloped  # type: ignore[method-assign]
    portrait_net.Mix.forward = mixed  # type: ignore[method-assign]
    face_mesh.Residual.widened = widened  # type: ignore[method-assign]
    try:
        yield
    finally:
        portrait_net.Filter.forward = before  # type: ignore[method-assign]
        Tensor.softmax = softmax  # type: ignore[method-assign]
        nn.PReLU.forward = prelu  # type: ignore[method-assign]
        portrait_net.Mix.forward = mix  # type: ignore[method-assign]
        face_mesh.Residual.widened = pad  # type: ignore[method-assign]


def _fold(made: onnx.GraphProto) -> None:
    """Casts of constants become constants, and equal constants one: a third of all nodes otherwise."""
    values: dict[str, np.ndarray] = {}
    kept: list[onnx.NodeProto] = []
    same: dict[tuple[str, tuple[int, ...], bytes], str] = {}
    instead: dict[str, str] = {}
    for node in made.node:
        inputs = [instead.get(name, name) for name in node.input]
        del node.input[:]
        node.input.extend(inputs)
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            value = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "Cast" and node.input[0] in values:
            to = onnx.helper.tensor_dtype_to_np_dtype(node.attribute[0].i)
            value = values[node.input[0]].astype(to)
        else:
            kept.append(node)
            continue
        key = (value.dtype.str, value.shape, value.tobytes())
        name = same.setdefault(key, node.output[0])
        instead[node.output[0]] = name
        values[name] = value
    used = {name for node in kept for name in node.input}
    del made.node[:]
    made.node.extend(kept)
    made.initializer.extend(
        numpy_helper.from_array(value, name) for name, value in values.items() if name in used
    )


def _pad_within(made: onnx.GraphProto) -> None:
    """A picture that is padded with zeros for one convolution is padded by it: no copy of it is made."""
    by = {name: node for node in made.node for name in node.output}
    uses = Counter(name for node in made.node for name in node.input)
    gone = []
    for node in made.node:
        pad = by.get(node.input[0]) if node.op_type == "Conv" else None
        if pad is None or pad.op_type != "Pad" or uses[pad.output[0]] > 1:
            continue
        sides = _constant(made, pad.input[1], by)
        fill = _constant(made, pad.input[2], by) if len(pad.input) > 2 and pad.input[2] else None
        if sides is None or sides[[0, 1, 4, 5]].any() or (fill is not None and fill.any()):
            continue
        own = next((one for one in node.attribute if one.name == "pads"), None)
        pads = sides[[2, 3, 6, 7]] + (0 if own is None else np.array(own.ints))
        if own is not None:
            node.attribute.remove(own)
        node.attribute.append(onnx.helper.make_attribute("pads", pads.tolist()))
        node.input[0] = pad.input[0]
        gone.append(pad)
    for pad in gone:
        made.node.remove(pad)
    _unused(made)


def _constant(made: onnx.GraphProto, name: str, by: dict[str, onnx.NodeProto]) -> np.ndarray | None:
    """A value that no input changes; None for another one."""
    order: list[onnx.NodeProto] = []
    given = {one.name for one in made.input}

    def visit(wanted: str) -> bool:
        if wanted in given:
            return False
        node = by.get(wanted)
        if node is None or any(node is one for one in order):
            return True
        found = all(visit(one) for one in node.input if one)
        order.append(node)
        return found

    if not visit(name):
        return None
    needed = {name, *(one for node in order for one in node.input)}
    initializers = [one for one in made.initializer if one.name in needed]
    told = onnx.helper.make_tensor_value_info(name, TensorProto.UNDEFINED, None)
    graph = onnx.helper.make_graph(order, "constant", [], [told], initializers)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)])
    return np.asarray(ReferenceEvaluator(model).run(None, {})[0])


def _unused(made: onnx.GraphProto) -> None:
    """Nodes and constants that nothing asks for any more go."""
    wanted = {one.name for one in made.output}
    for node in reversed(list(made.node)):
        if wanted.isdisjoint(node.output):
            made.node.remove(node)
        else:
            wanted.update(node.input)
    for one in [one for one in made.initializer if one.name not in wanted]:
        made.initializer.remove(one)


def _without_weights(made: onnx.GraphProto) -> None:
    """Weights are named as in their file, and are to be found there."""
    constants = {node.output[0] for node in made.node}
    named: dict[str, str] = {}
    for one in made.initializer:
        name = one.name
        for wrap in _WRAPPED:
            name = name.removeprefix(wrap)
        if one.name.startswith("/") or ("." not in name and name not in ("middle", "spread")):
            continue
        assert name not in constants
        named[one.name] = one.name = name
        for field in ("raw_data", "float_data"):
            one.ClearField(field)
        one.data_location = TensorProto.EXTERNAL
        where = one.external_data.add()
        where.key, where.value = "location", "weights"
    for node in made.node:
        for at, name in enumerate(node.input):
            node.input[at] = named.get(name, name)


def _short(made: onnx.GraphProto) -> None:
    """Values that only this graph knows are numbered; what the exporter says of where they come from goes."""
    named = {one.name for one in (*made.input, *made.output)}
    named |= {one.name for one in made.initializer if one.data_location == TensorProto.EXTERNAL}
    numbered: dict[str, str] = {"": ""}

    def short(name: str) -> str:
        return name if name in named else numbered.setdefault(name, f"v{len(numbered)}")

    for one in made.initializer:
        one.name = short(one.name)
    for node in made.node:
        for names in (node.input, node.output):
            names[:] = [short(name) for name in names]
        node.ClearField("doc_string")
        node.ClearField("name")
    del made.value_info[:]


def weights_of(made: onnx.ModelProto) -> Sequence[str]:
    """The names of the weights that a graph wants."""
    return [one.name for one in made.graph.initializer if one.data_location == TensorProto.EXTERNAL]
