"""Reads the networks of faces out of MediaPipe's published files: the mesh with attention, the detector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from anatomatte.nets.own import face_attention, face_detector
from anatomatte.nets.own.face_attention import FaceAttention
from anatomatte.nets.own.face_detector import FaceDetector

from .landmarks import converted
from .pretrained import Published

ATTENTION = Published(
    "the face mesh with attention",
    "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite",
    "e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4",
)
DETECTOR = Published(
    "the face detector",
    "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
    "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
)


def attention_order(net: FaceAttention) -> list[nn.Module]:
    """The convolutions and activations of the mesh with attention in the order in which they run.

    Lips and eyes run beside each other, an operation of each after the other, and so do their heads.
    """
    parts = [part.blocks for part in net.parts]
    heads = [head for part in net.parts for head in part.heads]
    order: list[nn.Module] = [net.stem, net.act, net.halved, net.levels]
    order += [net.points.blocks, net.points.reduce, net.points.act, net.points.last, net.points.out]
    for beside in (*zip(*parts, strict=True), *zip(*(head.blocks for head in heads), strict=True)):
        order += _beside(beside)
    order += [*(head.reduce for head in heads), *(head.act for head in heads)]
    order += _beside([head.last for head in heads])
    return [*order, *(head.out for head in heads), net.present]


def _beside(blocks: Sequence[nn.Module]) -> list[nn.Module]:
    """Residuals that run beside each other."""
    return [getattr(block, name) for name in ("filter", "mix", "act") for block in blocks]


def detector_order(net: FaceDetector) -> list[nn.Module]:
    """The detector's convolutions in the order in which the published graph runs them."""
    order: list[nn.Module] = [net.stem, net.upper]
    for stage, side in zip(net.stages, (*net.side, nn.Identity()), strict=True):
        order += [stage, side]
    return [*order, net.up, net.score, net.box]


def convert_attention(source: Path, target: Path) -> None:
    """Write the published mesh with attention `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = FaceAttention()
    converted(net, attention_order(net), source, ATTENTION, target, face_attention.NET)


def convert_detector(source: Path, target: Path) -> None:
    """Write the published face detector `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = FaceDetector()
    converted(net, detector_order(net), source, DETECTOR, target, face_detector.NET)
