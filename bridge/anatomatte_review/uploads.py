"""A form as it comes in: files go straight to the disk, everything is bounded before it is held."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from .archives import unpacked
from .limits import Limits
from .names import shown
from .pictures import HEAD, kind_of, unknown
from .problems import Refused, too_large

_FIELDS = 64
_FIELD_BYTES = 1 << 16
_PIECE = 1 << 20
_PICTURES = frozenset({"image", "images", "file", "files"})
"""Fields that hold the pictures to cut; the first is the documented one."""


class _Parser(MultiPartParser):
    """Starlette's, with little of a file in memory: the rest lies in a file without a name."""

    spool_max_size = 1 << 16


@dataclass
class Form:
    """What a form held.

    Attributes:
        fields: the text fields, and words of the address (``?format=jpg``) for those that the form
            lacks; empty ones are left out, as pages send them for what was not chosen.
        pictures: the files to cut, in order.
        backgrounds: files in the field ``bg``.
        paths: what the fields ``path`` name below the server's folder.
    """

    fields: dict[str, str] = field(default_factory=dict)
    pictures: list[UploadFile] = field(default_factory=list)
    backgrounds: list[UploadFile] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@asynccontextmanager
async def received(request: Request, limits: Limits, files: int) -> AsyncIterator[Form]:
    """The form of a request; its files go when the block ends.

    Args:
        files: that it may hold.

    Raises:
        Refused: it is no such form, holds more than the limits, or says two things of one field.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Refused(
            415, "The picture comes as a form.", "Send multipart/form-data, like `curl -F image=@photo.jpg`."
        )
    parser = _Parser(
        request.headers,
        request.stream(),
        max_files=files,
        max_fields=_FIELDS + files,
        max_part_size=_FIELD_BYTES,
    )
    try:
        data = await parser.parse()
    except MultiPartException as why:
        raise _unreadable(why.message, files) from why
    except ClientDisconnect as why:
        raise Refused(400, "The upload was cut short.", "Send it again.") from why
    except KeyError as why:  # a part without a name
        raise _unreadable("", files) from why
    except UnicodeDecodeError as why:
        raise Refused(400, "A field of the form is no UTF-8.", "Send text as UTF-8.") from why
    try:
        yield _sorted(data, request.query_params.multi_items())
    finally:
        await data.close()


def _unreadable(told: str, files: int) -> Refused:
    if told.startswith("Too many files"):
        return too_large("The number of files in the form", str(files))
    if told.startswith(("Too many fields", "Part exceeded")):
        return too_large("What stands in the fields of the form", f"{_FIELDS} fields of 64 kB")
    return Refused(400, "The form is damaged or cut short.", "Send it again as multipart/form-data.")


def _sorted(data: FormData, words: Iterable[tuple[str, str]]) -> Form:
    """What stands in a form, and in its address."""
    form = Form()
    for name, value in [*data.multi_items(), *words]:
        if not isinstance(value, UploadFile):
            if name == "path":
                form.paths.append(value)
            elif value:
                _one(form.fields.setdefault(name, value), value, name)
            continue
        if not value.filename and not value.size:
            continue  # a field of a page in which nothing was chosen
        if name in _PICTURES:
            form.pictures.append(value)
        elif name == "bg":
            form.backgrounds.append(value)
        else:
            raise Refused(422, f"There is no field {shown(name)} for files.", "Pictures go into `image`.")
    if form.backgrounds and "bg" in form.fields:
        raise Refused(422, "There is more than one background.", "Send a colour or a picture in `bg`.")
    return form


def _one(before: str, now: str, name: str) -> None:
    """Of two values of a field neither is dropped in silence.

    Raises:
        Refused: they are not the same.
    """
    if before != now:
        cure = "Send it once; several parts with commas between them."
        raise Refused(
            422, f"The field {shown(name)} is there twice, with {shown(before)} and {shown(now)}.", cure
        )


class Tray:
    """A folder of ours in which what was sent lies under names of ours."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self._limits = folder, limits
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def new(self, suffix: str) -> Path:
        """The path of a file that is not there yet."""
        return self._folder / f"{uuid4().hex}{suffix}"

    def put(self, sent: UploadFile) -> list[tuple[str, Path]]:
        """Lay down a picture, or all those of a zip: (the sender's name, the file).

        Raises:
            Refused: it is neither, or larger than the limits.
        """
        name = shown(sent.filename or "")
        sent.file.seek(0)
        kind = kind_of(sent.file.read(HEAD))
        sent.file.seek(0)
        if kind == ".zip":
            return list(unpacked(sent.file, self._limits, self.new))
        if kind is None:
            raise unknown(name)
        path = self.new(kind)
        with path.open("wb") as out:
            copied(sent.file, out, name, self._limits)
        return [(name, path)]


def copied(source: IO[bytes], out: IO[bytes], name: str, limits: Limits) -> None:
    """Copy a picture's bytes.

    Raises:
        Refused: they are more than a picture may have.
    """
    size = 0
    while piece := source.read(_PIECE):
        size += len(piece)
        if size > limits.file_bytes:
            raise too_large(name, f"{limits.file_mb:g} MB a picture")
        out.write(piece)
