"""``/shots/{id}/source``: the pictures of the face that is put in, sent or lying in the server's folder."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from anatomatte.faces import swap_pictures
from anatomatte_batch import faces

from . import schemas, schemas_room
from .api_shots import in_thread
from .pictures import measured
from .problems import Refused, too_large
from .room.room import Room
from .room.screening import source_thumb
from .room.sources import SENT
from .service import Service, of, tray_name
from .uploads import Form, Tray, received

routes = APIRouter(prefix="/shots/{shot}")
Source = Annotated[str, Query(max_length=4000, description="Below the server's folder, or as POST named it.")]
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_WORDS = "Face source"


@routes.post(
    "/source",
    summary="Send pictures of a face",
    responses=schemas.answers(404, 413, 415, 422, 507),
    openapi_extra=schemas.body(schemas.SourceForm, many=True),
)
async def sent(request: Request, shot: str) -> schemas_room.SourceState:
    """Pictures of one face, to be tried out in this shot: kept until its room closes, and in no folder of
    yours.  Refused without a consent note, as every new face is."""
    service = of(request)
    room = service.rooms.get(shot)
    await in_thread(request, lambda: _consented(room))
    async with received(request, service.limits, swap_pictures.MOST) as form:
        schemas.filled(schemas.SourceForm, form.fields)
        ticket = tray_name()
        try:
            name = await in_thread(request, lambda: _kept(service, room, form, ticket))
        finally:
            await asyncio.to_thread(service.store.emptied, ticket)
    return await in_thread(request, lambda: _state(service, room, name))


@routes.get("/source", summary="What a face source is", responses=schemas.answers(404, 422))
async def source(request: Request, shot: str, source: Source) -> schemas_room.SourceState:
    """How many pictures it has, and the command that renders the shot with its face."""
    service = of(request)
    room = service.rooms.get(shot)
    return await in_thread(request, lambda: _state(service, room, source.strip()))


@routes.get(
    "/source/picture",
    summary="A picture of a face source",
    response_class=Response,
    responses={**_PICTURE, **schemas.answers(404, 422)},
)
async def picture(
    request: Request, shot: str, source: Source, width: Annotated[int, Query(ge=16, le=1280)] = 320
) -> Response:
    """The first of its pictures, small."""
    service = of(request)
    room = service.rooms.get(shot)
    content = await in_thread(request, lambda: source_thumb(_files(service, room, source)[0], width))
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _consented(room: Room) -> None:
    """See that the shot has a consent note.

    Raises:
        SettingsError: it has none, or it is not whole.
    """
    faces.consented(room.preset.override({"swap": "pictures"}), room.ledger.now()[1])


def _kept(service: Service, room: Room, form: Form, ticket: str) -> str:
    """The name of the pictures of a form, which are the room's from now on."""
    limits = service.limits
    tray = Tray(service.store.tray(ticket), limits)
    laid = [one for each in form.pictures for one in tray.put(each)]
    if form.paths or not laid:
        raise Refused(
            422,
            "The form holds no picture.",
            "Send pictures of one face in `image`; those of the server's folder go by their name.",
        )
    if len(laid) > swap_pictures.MOST:
        raise too_large(f"A face source of {len(laid)} pictures", str(swap_pictures.MOST))
    if sum(path.stat().st_size for _, path in laid) > limits.batch_bytes:
        raise too_large("The pictures together", f"{limits.batch_mb:g} MB")
    for name, path in laid:
        measured(path, name, limits)
        if path.suffix.lower() not in swap_pictures.KINDS:
            raise Refused(
                415, f"{name} is no picture that a face is taken from.", "Send PNG, JPEG, TIFF, EXR or WebP."
            )
    return room.sources.keep([path for _, path in laid])


def _files(service: Service, room: Room, source: str) -> tuple[Path, ...]:
    """The files of a source.

    Raises:
        SettingsError: nothing is there.
    """
    return swap_pictures.files_of(service.rooms.source(room, source), _WORDS)


def _state(service: Service, room: Room, source: str) -> schemas_room.SourceState:
    count = len(_files(service, room, source))
    held = room.state()["command"]
    words = ["--set", "output=face_plate", "--set", "swap=pictures", "--set", f"swap_source={source}"]
    command = "" if source.startswith(SENT) else f"{_faced(held)} {shlex.join(words)}"
    return schemas_room.SourceState(source=source, pictures=count, sent=not command, command=command)


def _faced(command: str) -> str:
    """The command that renders a shot's key as one that renders the plate with a new face beside it."""
    words = shlex.split(command)
    words[3] = words[3].replace("_key.", "_face.")
    at = words.index("--layers")
    return shlex.join(words[:at] + words[at + 2 :])
