"""``/shots/{id}/…``: a shot looked at frame by frame, mended, accepted, and taken out."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from . import schemas, schemas_room
from .api_shots import SHOT, in_engine, in_thread, told
from .names import attachment
from .problems import Refused
from .room import export
from .room.room import Room
from .room.screening import Asked, Shown, header
from .service import of, tray_name

routes = APIRouter(prefix="/shots/{shot}")
_IMAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_CHANGED = {**SHOT, **schemas.answers(403, 404, 409, 422, 429, 503, 504, 507)}
_FOR_EVER = "private, max-age=3600, immutable"
Match = Annotated[str, Header(max_length=100, description="The revision that is changed.")]
Frame = int


class Layout(enum.IntEnum):
    """Points of a face: all landmarks, or those of a layout that is made of them."""

    ALL = 478
    IBUG = 68
    SENSETIME = 106


Width = Annotated[int, Query(ge=16, le=8192)]
_MEDIA = {"list": "text/csv; charset=utf-8", "corrections": "application/json", "preset": "application/toml"}


@routes.get(
    "/frames/{n}/at",
    summary="Who and what is at a place",
    responses=schemas.answers(404, 415, 422, 429, 503, 504),
)
async def place(
    request: Request,
    shot: str,
    n: Frame,
    x: Annotated[float, Query(ge=0, le=1)],
    y: Annotated[float, Query(ge=0, le=1)],
) -> schemas_room.Place:
    """The person, the part and the values of all layers at shares of width and height, y down."""
    room = of(request).rooms.get(shot)
    found = await in_engine(request, lambda: room.at(n, x, y))
    return schemas_room.Place.model_validate(found)


@routes.get(
    "/frames/{n}/faces", summary="Landmarks of the faces in a frame", responses=schemas.answers(404, 422)
)
async def faces(
    request: Request, shot: str, n: Frame, layout: Layout = Layout.ALL
) -> schemas_room.FacesState:
    """Whose they are, where they look, where their landmarks lie and which are in sight, as the sidecar has
    them; `layout` 68 (iBUG) and 106 (SenseTime) are made of the 478."""
    room = of(request).rooms.get(shot)
    found = await in_thread(request, lambda: room.faces(n, layout))
    return schemas_room.FacesState.model_validate({"faces": found})


@routes.get(
    "/frames/{n}/{view}",
    summary="A frame of a shot",
    response_class=Response,
    responses={**_IMAGE, **schemas.answers(404, 415, 422, 429, 503, 504)},
)
async def frame(
    request: Request,
    shot: str,
    n: Frame,
    view: schemas_room.View,
    width: Width = 1280,
    layer: Annotated[str, Query(max_length=80)] = "",
    before: bool = False,
    full: bool = False,
    source: Annotated[str, Query(max_length=4000)] = "",
    revision: schemas_room.Revision = "",
) -> Response:
    """Plate, matte, comp and so on, as the sidecar makes it now; ``revision`` lets a browser keep it,
    ``source`` names pictures below the server's folder, or sent, whose face ``replaced`` puts in."""
    rooms = of(request).rooms
    room = rooms.get(shot)

    def look() -> Shown:
        return room.look(Asked(n, view, width, layer, before, full, rooms.source(room, source)))

    made = await in_engine(request, look)
    headers = {"X-Seconds": f"{made.seconds:.3f}", "X-QC": header(made.checks)}
    if made.told:
        headers["X-Told"] = " ".join(made.told).encode("ascii", "replace").decode()
    headers["Cache-Control"] = _FOR_EVER if revision else "no-store"
    return Response(made.content, media_type="image/jpeg", headers=headers)


@routes.get(
    "/thumbs/{n}",
    summary="A small picture of the plate",
    response_class=Response,
    responses={**_IMAGE, **schemas.answers(404, 415, 422)},
)
async def thumb(
    request: Request, shot: str, n: Frame, width: Annotated[int, Query(ge=16, le=640)] = 160
) -> Response:
    """The plate alone; it does not wait for the engine."""
    room = of(request).rooms.get(shot)
    content = await in_thread(request, lambda: room.thumb(n, width))
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": _FOR_EVER})


@routes.post("/corrections", summary="Mend a shot", response_class=JSONResponse, responses=_CHANGED)
async def correct(request: Request, shot: str, asked: schemas_room.Corrections, if_match: Match) -> Response:
    """Strokes with a meaning: carried along the plate's motion, written into the sidecar."""
    room = of(request).rooms.get(shot)
    tables = [one.model_dump() for one in asked.corrections]
    await in_engine(request, lambda: room.correct(_revision(if_match), tables))
    return await told(request, room)


@routes.delete(
    "/corrections/{c}", summary="Take a correction out", response_class=JSONResponse, responses=_CHANGED
)
async def remove(request: Request, shot: str, c: int, if_match: Match) -> Response:
    """The frames that it reached are as they were before."""
    room = of(request).rooms.get(shot)
    return await _changed(request, room, lambda: room.remove(_revision(if_match), c))


@routes.put("/accepted/{n}", summary="Accept a frame", response_class=JSONResponse, responses=_CHANGED)
async def accept(
    request: Request, shot: str, n: Frame, asked: schemas_room.Acceptance, if_match: Match
) -> Response:
    """Somebody finds it good as it is: it is doubtful no more, until it changes."""
    room = of(request).rooms.get(shot)
    return await _changed(request, room, lambda: room.accept(_revision(if_match), n, asked.accepted))


@routes.patch("/people/{number}", summary="Name a person", response_class=JSONResponse, responses=_CHANGED)
async def person(
    request: Request, shot: str, number: int, asked: schemas_room.PersonChange, if_match: Match
) -> Response:
    """A name becomes the name of layers; what somebody wears holds for all frames."""
    room = of(request).rooms.get(shot)
    return await _changed(
        request, room, lambda: room.person(_revision(if_match), number, asked.name, asked.wears)
    )


@routes.put("/consent", summary="Say who agreed", response_class=JSONResponse, responses=_CHANGED)
async def consent(request: Request, shot: str, asked: schemas_room.ConsentNote, if_match: Match) -> Response:
    """The note without which no face of the shot is replaced; an empty one takes it back."""
    room = of(request).rooms.get(shot)
    return await _changed(
        request,
        room,
        lambda: room.consent(_revision(if_match), asked.who, asked.what, asked.when, asked.note),
    )


@routes.put("/actor", summary="Say whose face", response_class=JSONResponse, responses=_CHANGED)
async def actor(request: Request, shot: str, asked: schemas_room.Actor, if_match: Match) -> Response:
    """The person whose face is replaced in the shot, unless the controls name another."""
    room = of(request).rooms.get(shot)
    return await _changed(request, room, lambda: room.actor(_revision(if_match), asked.number))


@routes.post("/undo", summary="Undo the last change", response_class=JSONResponse, responses=_CHANGED)
async def undo(request: Request, shot: str, if_match: Match) -> Response:
    """The sidecar as it was before."""
    room = of(request).rooms.get(shot)
    return await _changed(request, room, lambda: room.ledger.undo(_revision(if_match)))


@routes.post("/redo", summary="Do it again", response_class=JSONResponse, responses=_CHANGED)
async def redo(request: Request, shot: str, if_match: Match) -> Response:
    """The sidecar as it was before the last undo."""
    room = of(request).rooms.get(shot)
    return await _changed(request, room, lambda: room.ledger.redo(_revision(if_match)))


@routes.get(
    "/export/{what}",
    summary="Take something out of a shot",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        **schemas.answers(404, 415, 422, 429, 503, 504, 507),
    },
)
async def exported(request: Request, shot: str, what: str) -> Response:
    """``list`` (CSV), ``corrections`` (JSON), ``preset`` (TOML), ``sidecar`` (zip), or ``frame-N`` (EXR)."""
    service = of(request)
    room = service.rooms.get(shot)
    stem = room.ledger.path.name.removesuffix(".shot.json")
    kind, _, number = what.partition("-")
    if kind == "frame" and number.lstrip("-").isdecimal() and len(number) < 10:
        folder = service.store.tray(tray_name())
        folder.mkdir(mode=0o700, parents=True)
        try:
            path = await in_engine(request, lambda: export.frame(room, int(number), folder))
            content = await asyncio.to_thread(path.read_bytes)
        finally:
            await asyncio.to_thread(service.store.emptied, folder.name)
        return _file(content, f"{stem}.{number}.exr", schemas.MEDIA["exr"])
    if what not in export.KINDS:
        raise Refused(
            404,
            "There is nothing of that name to take out.",
            f"Ask for {', '.join(export.KINDS)} or frame-N.",
        )
    _, now = await in_thread(request, room.ledger.now)
    if what == "list":
        return _file(export.frames_list(now), f"{stem}_frames.csv", _MEDIA[what])
    if what == "corrections":
        return _file(export.corrections(now), f"{stem}_corrections.json", _MEDIA[what])
    if what == "preset":
        return _file(export.preset(room), f"{stem}.toml", _MEDIA[what])
    packed = await in_thread(request, lambda: export.sidecar(now, room.ledger.path))
    return _file(packed, f"{stem}_shot.zip", schemas.MEDIA["zip"])


def _file(content: bytes, name: str, media: str) -> Response:
    return Response(content, media_type=media, headers={"Content-Disposition": attachment(name)})


def _revision(header: str) -> str:
    """The revision of a header If-Match."""
    return header.strip().removeprefix("W/").strip('"')


async def _changed(request: Request, room: Room, how: Callable[[], object]) -> Response:
    await in_thread(request, how)
    return await told(request, room)
