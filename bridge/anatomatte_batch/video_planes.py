"""A decoded frame of PyAV as float RGB, and float RGB as a frame, through the code values themselves.

FFmpeg's own conversion to RGB reads legal white as 0.992, cuts what lies above it and makes a full alpha of
0.996; so planes are taken as they are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anatomatte.errors import PlateError

from .code_values import WEIGHTS, Coding, decoded, encoded, from_rgb, halved, to_rgb
from .picture import Floats

_PLANAR = re.compile(r"(yuvj?|yuva|gbr|gbra|gray|ya)(?:4\d\dp|p)?(9|10|12|14|16|8)?(?:le|be)?")
_FLOATS = re.compile(r"gbra?pf(16|32)(le|be)")
_CENTRED = frozenset(("mjpeg", "mpeg1video", "theora", "ljpeg", "h261", "h263", "svq1", "flv1"))
"""Codecs whose chroma lies midway between two columns; in all others, below the left one."""
_RANGED = frozenset(("h264", "hevc", "vvc", "av1", "vp9", "mpeg2video"))
"""Codecs in which luma alone is of limited range unless they say otherwise."""
_FULL, _LIMITED = 2, 1
_UNUSUAL = {8: "YCgCo", 10: "constant luminance (BT.2020)", 13: "constant luminance", 14: "ICtCp"}


def pixels_of(frame: Any, codec: str, path: Path) -> Floats:
    """H×W×3, or H×W×4 with alpha as it is stored in 0…1: RGB in the file's own encoding, never clamped.

    Args:
        frame: as PyAV decoded it.
        codec: FFmpeg's name of the codec, which tells where chroma lies and what unmarked grey means.
        path: for messages.

    Raises:
        PlateError: the file's matrix is one that is not read.
    """
    if _FLOATS.fullmatch(frame.format.name):
        return _floats(frame)
    frame = _readable(frame)
    name, bits = frame.format.name, frame.format.components[0].bits
    planes = [_plane(frame, number, bits) for number in range(len(frame.planes))]
    if name.startswith("ya"):
        planes = [planes[0][:, 0::2], planes[0][:, 1::2]]
    alpha = planes.pop() if any(part.is_alpha for part in frame.format.components) else None
    colour = _colour(frame, planes, Coding(bits, _is_full(frame, codec), _matrix(frame)), codec, path)
    if alpha is None:
        return colour
    return np.concatenate([colour, decoded(alpha, 0.0, float(2**bits - 1))[..., None]], axis=2)


def refuse_matrix(matrix: int, form: str, path: Path) -> None:
    """Say before the first picture that a matrix is not read, where the file itself names it.

    Raises:
        PlateError: it is.
    """
    if matrix in _UNUSUAL and form.startswith("yuv"):
        raise _unread(matrix, path)


def _unread(matrix: int, path: Path) -> PlateError:
    told = _UNUSUAL.get(matrix, f"the matrix {matrix}")
    return PlateError(f"{path} is encoded with {told}, which is not read; convert it to EXR.")


def _floats(frame: Any) -> Floats:
    """H×W×3 or 4 of planes of floats, as EXR in a movie has them; light above 1 is kept."""
    import cv2

    if not frame.format.name.endswith("f32le"):
        frame = frame.reformat(format="gbrapf32le" if "gbra" in frame.format.name else "gbrpf32le")
    planes = []
    for plane in frame.planes:
        lines = np.frombuffer(plane, "<f4", plane.height * plane.line_size // 4)
        planes.append(lines.reshape(plane.height, -1)[:, : plane.width])
    green, blue, red, *alpha = (np.ascontiguousarray(plane) for plane in planes)
    return np.asarray(cv2.merge([red, green, blue, *alpha]), np.float32)


def _colour(frame: Any, planes: list[Any], coding: Coding, codec: str, path: Path) -> Floats:
    """H×W×3 of the planes of luma and chroma, of green, blue and red, or of grey alone."""
    import cv2

    if len(planes) == 1:
        return np.repeat(decoded(planes[0], *coding.luma)[..., None], 3, axis=2)
    if frame.format.name.startswith("gbr") or coding.matrix == 0:
        green, blue, red = (decoded(plane, *coding.luma) for plane in planes)
        return np.asarray(cv2.merge([red, green, blue]), np.float32)
    if coding.matrix not in WEIGHTS:
        raise _unread(coding.matrix, path)
    return to_rgb(planes[0], planes[1], planes[2], coding, _smaller(frame.format), codec in _CENTRED)


def _readable(frame: Any) -> Any:
    """The frame with planes that are read here: others are rearranged by FFmpeg, in which no value changes
    except where the samples have another depth."""
    kind = frame.format
    upright = all(plane.line_size > 0 for plane in frame.planes)
    if _PLANAR.fullmatch(kind.name) and kind.components[0].bits <= 16 and upright:
        return frame
    alpha = kind.has_palette or any(part.is_alpha for part in kind.components)
    deep = max((part.bits for part in kind.components), default=8) > 8
    if kind.is_rgb or kind.has_palette or kind.name.startswith(("mono", "xyz")):
        target = "gbra" if alpha else "gbr"
        return frame.reformat(format=f"{target}p16le" if deep else f"{target}p")
    if kind.name.startswith("gray"):
        return frame.reformat(format="gray16le")
    down, across = _smaller(kind)
    shape = {(0, 0): "444", (0, 1): "422", (1, 1): "420", (1, 0): "440", (0, 2): "411"}.get(
        (down, across), "444"
    )
    bits = kind.components[0].bits
    depth = f"{bits}le" if deep else ""
    return frame.reformat(format=f"yuv{'a' if alpha else ''}{shape}p{depth}")


def _smaller(kind: Any) -> tuple[int, int]:
    """Powers of two, down and across, by which chroma is smaller than luma."""
    return (64 // kind.chroma_height(64)).bit_length() - 1, (64 // kind.chroma_width(64)).bit_length() - 1


def _plane(frame: Any, number: int, bits: int) -> npt.NDArray[Any]:
    """The codes of a plane, without the padding of its lines."""
    plane = frame.planes[number]
    kind = np.dtype("u1" if bits == 8 else ">u2" if frame.format.is_big_endian else "<u2")
    samples = plane.width * (2 if frame.format.name.startswith("ya") else 1)
    lines = np.frombuffer(plane, kind, plane.height * plane.line_size // kind.itemsize)
    return lines.reshape(plane.height, -1)[:, :samples].astype(kind.newbyteorder("="), copy=False)


def _is_full(frame: Any, codec: str) -> bool:
    said, name = int(frame.color_range), frame.format.name
    if name.startswith("yuvj") or said == _FULL:
        return True
    if name.startswith("gbr"):
        return not (said == _LIMITED and codec in _RANGED)
    grey = name.startswith(("gray", "ya"))
    return grey and said != _LIMITED and codec not in _RANGED


def _matrix(frame: Any) -> int:
    """The matrix that the file names; unnamed, HD is Rec.709 and smaller is Rec.601."""
    named = int(frame.colorspace)
    if named in (2, 3) or (named == 0 and not frame.format.name.startswith(("yuv444", "yuva444"))):
        return 1 if frame.height > 576 else 5
    return named


def frame_of(pixels: Floats, form: str, coding: Coding) -> Any:
    """A frame of PyAV with the code values nearest to *pixels*, H×W×3 or H×W×4 with alpha in 0…1.

    Args:
        form: a planar format of FFmpeg with luma and chroma, of the depth that *coding* says.
        coding: depth, range and matrix.
    """
    import av

    height, width = pixels.shape[:2]
    frame = av.VideoFrame(width, height, form)
    luma, *chroma = from_rgb(pixels, coding.matrix)
    planes = [encoded(luma, *coding.luma, coding.top)]
    log = _smaller(frame.format)
    planes += [encoded(halved(plane, log), *coding.chroma, coding.top) for plane in chroma]
    if frame.format.components[-1].is_alpha:
        planes.append(encoded(pixels[..., 3], 0.0, coding.top, coding.top))
    for plane, codes in zip(frame.planes, planes, strict=True):
        lines = np.zeros((plane.height, plane.line_size // codes.itemsize), codes.dtype)
        lines[:, : codes.shape[1]] = codes
        plane.update(lines.tobytes())
    frame.colorspace, frame.color_range = coding.matrix, _FULL if coding.full else _LIMITED
    return frame
