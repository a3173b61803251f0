"""Reads the landmark networks out of MediaPipe's published files: the pose head, face mesh, hand, palms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from anatomatte.nets.own import face_mesh, hand_net, palm_detector, pose_head
from anatomatte.nets.own.face_mesh import FaceMesh
from anatomatte.nets.own.hand_net import HandNet
from anatomatte.nets.own.palm_detector import PalmDetector
from anatomatte.nets.own.pose_head import PoseHead
from anatomatte.nets.own.pose_trunk import PoseTrunk

from .pretrained import POSE, Conv, Published, fill, running_order, slopes, write

FACE = Published(
    "the face mesh",
    "mediapipe/modules/face_landmark/face_landmark.tflite",
    "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
)
HAND = Published(
    "the hand network",
    "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
    "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
)
PALM = Published(
    "the palm detector",
    "mediapipe/modules/palm_detection/palm_detection_full.tflite",
    "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
)

_WORLD = 117
"""Numbers of the pose network's landmarks in metres, which lie between those that are read."""


def head_order(head: PoseHead) -> list[Conv]:
    """The head's convolutions in the order in which the published graph runs them, after the trunk's."""
    order: list[nn.Module] = [head.heat, head.reduce, head.coarse, head.coarser, head.points]
    order += [nn.Conv2d(head.points.in_channels, _WORLD, 2), head.present]
    return _convolutions(order)


def mesh_order(net: FaceMesh) -> list[nn.Module]:
    """The face mesh's convolutions and activations in the order in which the published graph runs them."""
    where, there = net.points, net.present
    third, first = where.blocks[2], there.blocks[0]
    return [
        *(net.stem, net.act, net.halved, net.levels, where.blocks[:2]),
        *(first.filter, third.filter, first.mix, third.mix, first.act, third.act),
        *(there.reduce, where.reduce, there.act, where.act),
        *(there.last.filter, where.last.filter, there.last.mix, where.last.mix),
        *(there.last.act, where.last.act, there.out, where.out),
    ]


def palm_order(net: PalmDetector) -> list[nn.Module]:
    """The palm detector's convolutions and activations in the order in which they are published."""
    order: list[nn.Module] = [net.stem, net.act, net.halved, net.levels]
    for up, head in zip(net.up, (net.coarse, net.fine), strict=True):
        order += [up, head.score, head.box]
    return order


def _convolutions(order: Sequence[nn.Module]) -> list[Conv]:
    return [found for module in order for found in module.modules() if isinstance(found, Conv)]


def _whole(beyond: int, source: Path, what: str) -> None:
    if beyond:
        raise ValueError(f"{source} has {beyond} convolutions more than {what}")


def convert_pose(source: Path, target: Path) -> None:
    """Write the head of the published pose network `source` to the safetensors file `target`, without loss.

    Raises:
        ValueError: the file is another one.
    """
    head = PoseHead()
    _whole(fill([*running_order(PoseTrunk()), *head_order(head)], source, POSE), source, "trunk and head")
    write(head, target, {"net": pose_head.NET})


def convert_face(source: Path, target: Path) -> None:
    """Write the published face mesh `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = FaceMesh()
    converted(net, mesh_order(net), source, FACE, target, face_mesh.NET)


def converted(
    net: nn.Module, order: Sequence[nn.Module], source: Path, published: Published, target: Path, name: str
) -> None:
    """Put all convolutions and slopes of a published file into those of *net*, in their *order*, and write it
    to *target* under the *name* of its kind.

    Raises:
        ValueError: the file is another one.
    """
    _whole(fill(_convolutions(order), source, published), source, published.what)
    acts = [found for module in order for found in module.modules() if isinstance(found, nn.PReLU)]
    for act, slope in zip(acts, slopes(source, published), strict=True):
        act.weight.data.copy_(slope)
    write(net, target, {"net": name})


def convert_hand(source: Path, target: Path) -> None:
    """Write the published hand network `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = HandNet()
    world = nn.Linear(net.points.in_features, net.points.out_features)  # in metres; not read
    order = [module for module in net.modules() if isinstance(module, Conv)]
    _whole(fill([*order, world], source, HAND), source, "the hand network")
    write(net, target, {"net": hand_net.NET})


def convert_palm(source: Path, target: Path) -> None:
    """Write the published palm detector `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = PalmDetector()
    converted(net, palm_order(net), source, PALM, target, palm_detector.NET)
