"""Whether a file is what its manifest says: whole, of its format, and without anything that runs.

Each format is looked at through a memory map, without the library that will load it, so that a
file is judged before anything else touches it.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from ...errors import SetupError
from . import pickles

_BAD = (struct.error, IndexError, ValueError, OverflowError)
_PICKLE_LISTS = 5  # an old torch file: magic number, protocol, system, the weights, their keys


class Unfit(Exception):
    """The file is not what it should be; the text is the rest of a sentence that begins with it."""


def inspect(path: Path, form: str, title: str = "") -> None:
    """Raise SetupError unless the file at *path* is a whole and harmless one of the format *form*.

    Args:
        form: a key of `anatomatte.models.manifest.FORMATS`.
        title: what the file is called in the message; its path by default.
    """
    name = title or str(path)
    try:
        size = path.stat().st_size
        if size == 0:
            raise Unfit("is empty; fetch it again")
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            _refuse_pages(view)
            _LOOKS[form](view, file)
    except Unfit as why:
        raise SetupError(f"{name} {why}.") from why
    except pickles.Hostile as why:
        raise SetupError(
            f"{name} is refused: {why}, which weights never need. Do not open it; get it from its source."
        ) from why
    except pickles.Broken as why:
        raise SetupError(f"{name} is damaged or no {form} file ({why}); fetch it again.") from why
    except OSError as why:
        raise SetupError(f"{name} cannot be read: {why.strerror}.") from why


def _refuse_pages(view: mmap.mmap) -> None:
    start = view[:64].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unfit(
            "is a web page, not a network: the address asked for a log-in or a click; fetch it by hand"
        )
    if start.startswith(b"version https://git-lfs"):
        raise Unfit("is a Git LFS pointer, not the network itself; fetch it with `git lfs pull`")


# ---- protocol buffers: ONNX and TensorFlow graphs ------------------------------------------------


def _varint(view: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 64:
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number without an end")


def _fields(view: mmap.mmap, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(field, wire type, first byte, byte behind) of a message; ValueError where it does not end."""
    while at < end:
        key, at = _varint(view, at, end)
        field, wire = key >> 3, key & 7
        if wire == 0:
            first, (_, at) = at, _varint(view, at, end)
        elif wire in (1, 5):
            first, at = at, at + (8 if wire == 1 else 4)
        elif wire == 2:
            length, first = _varint(view, at, end)
            at = first + length
        else:
            raise ValueError("an unknown kind of field")
        if field == 0 or at > end:
            raise ValueError("a field beyond the end")
        yield field, wire, first, at


_INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
"""Fields of ONNX's messages that lead to tensors (onnx.proto)."""
_EXTERNAL = 13  # of a tensor: where its values lie, if not in it
_DEEPEST = 64
_NOT_ONNX = "is no ONNX file, or only the beginning of one; fetch it again"


def _onnx(view: mmap.mmap, file: IO[bytes]) -> None:
    if view[:4] == b"PK\x03\x04":
        _torch_zip(file, scripted=True)  # which says what a program of torch.export is
        raise Unfit("is a file of torch, not ONNX; export the network with torch.onnx.export")
    try:
        if not any(field == 7 and wire == 2 for field, wire, _, _ in _fields(view, 0, len(view))):
            raise Unfit(_NOT_ONNX)
        _own_values(view, "model", 0, len(view), 0)
    except ValueError as why:
        raise Unfit(_NOT_ONNX) from why


def _own_values(view: mmap.mmap, kind: str, first: int, end: int, depth: int) -> None:
    """Raise Unfit where a tensor of a message, however deep, keeps its values in another file."""
    if depth > _DEEPEST:
        raise ValueError("nested without end")
    for field, wire, start, stop in _fields(view, first, end):
        inner = _INSIDE[kind].get(field) if wire == 2 else None
        if inner == "tensor":
            if any(part == _EXTERNAL for part, _, _, _ in _fields(view, start, stop)):
                raise Unfit(
                    "keeps its weights in a second file: export it again with "
                    "`torch.onnx.export(…, external_data=False)`, or save it as one with "
                    "`onnx.save(onnx.load(FILE), NEW)` while the second file is still its own"
                )
        elif inner is not None:
            _own_values(view, inner, start, stop, depth + 1)


def _graphdef(view: mmap.mmap, _: IO[bytes]) -> None:
    nodes = 0
    try:
        for field, wire, _first, _end in _fields(view, 0, len(view)):
            if field > 5 or (field == 1 and wire != 2):
                raise ValueError
            nodes += field == 1
    except ValueError as why:
        raise Unfit("is no frozen TensorFlow graph, or only the beginning of one; fetch it again") from why
    if not nodes:
        raise Unfit("holds no node of a TensorFlow graph")


# ---- flat buffers: LiteRT ------------------------------------------------------------------------


def _tflite(view: mmap.mmap, _: IO[bytes]) -> None:
    def u32(at: int) -> int:
        return int(struct.unpack_from("<I", view, at)[0])

    def field(table: int, number: int) -> int:
        """Where a table's field lies, 0 where it has none."""
        vtable = table - int(struct.unpack_from("<i", view, table)[0])
        length = int(struct.unpack_from("<H", view, vtable)[0])
        if 4 + 2 * number >= length:
            return 0
        offset = int(struct.unpack_from("<H", view, vtable + 4 + 2 * number)[0])
        return table + offset if offset else 0

    if view[4:8] != b"TFL3":
        raise Unfit("is no LiteRT (tflite) file")
    try:
        buffers = field(u32(0), 4)
        vector = buffers + u32(buffers)
        for number in range(u32(vector)):
            entry = vector + 4 + 4 * number
            if data := field(entry + u32(entry), 0):
                start = data + u32(data)
                if start + 4 + u32(start) > len(view):
                    raise ValueError
    except _BAD as why:
        raise Unfit("is only the beginning of a LiteRT (tflite) file; fetch it again") from why


# ---- safetensors ---------------------------------------------------------------------------------


def _safetensors(view: mmap.mmap, _: IO[bytes]) -> None:
    try:
        length = int(struct.unpack_from("<Q", view, 0)[0])
        if length > len(view) - 8:
            raise ValueError
        header = json.loads(view[8 : 8 + length])
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    except (*_BAD, KeyError, TypeError, AttributeError, RecursionError) as why:
        raise Unfit("is no safetensors file, or only the beginning of one; fetch it again") from why
    if max(ends, default=0) != len(view) - 8 - length:
        raise Unfit("is not as long as its own table says; fetch it again")


# ---- torch ---------------------------------------------------------------------------------------


def _torch(view: mmap.mmap, file: IO[bytes]) -> None:
    if view[:4] == b"PK\x03\x04":
        names = _torch_zip(file)
        if "code" in names:
            raise Unfit('is a TorchScript program, not weights; its format is "torchscript"')
        return
    if view[257:262] == b"ustar":
        raise Unfit("is of the first format of torch (a tar file); load and save it once with a newer torch")
    pickles.check(file, _PICKLE_LISTS if _is_old_torch(view) else 1)


def _is_old_torch(view: mmap.mmap) -> bool:
    return view[:16].find(b"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") >= 0  # torch's magic number


def _torchscript(view: mmap.mmap, file: IO[bytes]) -> None:
    if view[:4] != b"PK\x03\x04" or "code" not in _torch_zip(file, scripted=True):
        raise Unfit(
            "is no TorchScript program. Weights alone cannot be run: trace the network with torch.jit.trace, "
            "or export it to ONNX with torch.onnx.export(…, external_data=False)"
        )


def _torch_zip(file: IO[bytes], scripted: bool = False) -> set[str]:
    """The names below the archive's one folder; its pickle is read unless it is a script's."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            check_entries(entries, os.fstat(file.fileno()).st_size)
            tables = [entry for entry in entries if entry.filename.endswith("/data.pkl")]
            if any(entry.filename.endswith("/archive_format") for entry in entries) and not tables:
                raise Unfit(
                    "is a program of torch.export (.pt2), which is not run here; write ONNX with "
                    "`torch.onnx.export(torch.export.load(FILE), …, external_data=False)`"
                )
            if len(tables) != 1:
                raise Unfit("is a zip file, but not one that torch wrote")
            below = {"/".join(entry.filename.split("/")[1:2]) for entry in entries}
            if scripted:
                _refuse_reaching_out(archive, entries)
            if not scripted and "code" not in below:
                pickles.check_bytes(archive.read(tables[0]))
            return below
    except Unfit:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as why:
        raise Unfit("is only the beginning of a torch file, or damaged; fetch it again") from why


_REACHES_OUT = re.compile(
    rb"\b(?:torch|ops\.\w+)\s*\.\s*(from_file|save|load_tensor|rpc_\w+)\b"
    rb"|\bops\s*\.\s*(rpc|c10d\w*|_c10d\w*|symm_mem|debugprims)\b"
    rb"|\b__torch__\.torch\.classes\.(\w+)"
)
"""Operators of torch 2.13 that touch files or other processes, and classes that are code of somebody's."""


def _refuse_reaching_out(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Raise Unfit for a program with operators that a network never needs."""
    for entry in entries:
        code = entry.filename.split("/")[1:2] == ["code"] and entry.filename.endswith(".py")
        found = _REACHES_OUT.search(archive.read(entry)) if code else None
        if found is not None:
            raise Unfit(
                f"is refused: its program uses {found[0].decode(errors='replace')}, which touches files or "
                "other processes and which a network never needs"
            )


def check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Raise Unfit for names that lead out, links, passwords, or more content than *size* explains."""
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise Unfit(f"is refused: it holds {entry.filename!r}, a name that leads out of its folder")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unfit(f"is refused: it holds {entry.filename!r}, a link")
        if entry.flag_bits & 1:
            raise Unfit("is refused: it has a password")
    if len({entry.filename for entry in entries}) != len(entries):
        raise Unfit("is refused: it holds a name twice")
    if sum(entry.file_size for entry in entries) > 20 * size + 2**20:
        raise Unfit("is refused: it would swell to many times its size")


_LOOKS: Mapping[str, Callable[[mmap.mmap, IO[bytes]], None]] = {
    "onnx": _onnx,
    "graphdef": _graphdef,
    "tflite": _tflite,
    "safetensors": _safetensors,
    "torch": _torch,
    "torchscript": _torchscript,
}
