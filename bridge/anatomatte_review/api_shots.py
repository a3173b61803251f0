"""``/shots``: which shots there are in the server's folder, opening one, and what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from . import schemas, schemas_room
from .room.plates import listing
from .room.room import Room
from .service import Service, client, of
from .waiting import done

routes = APIRouter()
Result = TypeVar("Result")
SHOT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The shot as it is now.", "model": schemas_room.ShotState}
}
ETag = Annotated[str | None, Header(max_length=100)]


@routes.get("/shots", summary="Shots of the server's folder", responses=schemas.answers(404, 422))
async def shots(
    request: Request, path: Annotated[str, Query(max_length=4000)] = ""
) -> schemas_room.ShotsState:
    """Sidecars of a folder inside the one given with ``--root``, and plates that have none."""
    service = of(request)
    held = await asyncio.to_thread(listing, service.rooms.root, path)
    return schemas_room.ShotsState(
        path=held.path,
        folders=held.folders,
        shots=[schemas_room.ListedShot(**asdict(one)) for one in held.shots],
        plates=[schemas_room.ListedPlate(**asdict(one)) for one in held.plates],
        whole=held.whole,
        writable=service.rooms.writable,
    )


@routes.post(
    "/shots",
    summary="Open a shot for review",
    response_class=JSONResponse,
    responses={**SHOT, **schemas.answers(403, 404, 415, 422, 429, 503, 504)},
)
async def open_shot(request: Request, asked: schemas_room.OpenShot) -> Response:
    """A sidecar and its plate; the same words open the same room again."""
    rooms = of(request).rooms
    room = await in_engine(request, lambda: rooms.open(asked.shot, asked.source or "", asked.preset or ""))
    return await told(request, room)


@routes.get(
    "/shots/{shot}",
    summary="A shot that is open",
    response_class=JSONResponse,
    responses={**SHOT, 304: {"description": "It still has this revision."}, **schemas.answers(404, 422)},
)
async def shot_state(request: Request, shot: str, if_none_match: ETag = None) -> Response:
    """What its sidecar says now; with the revision in ``If-None-Match`` only where it is another one."""
    room = of(request).rooms.get(shot)
    if if_none_match is not None:
        revision, _ = await in_thread(request, room.ledger.now)
        if revision in if_none_match:
            return Response(status_code=304)
    return await told(request, room)


async def told(request: Request, room: Room) -> Response:
    """The state of a room as an answer, its revision as ETag."""
    state = await in_thread(request, room.state)
    return JSONResponse(state, headers={"ETag": f'"{state["revision"]}"'})


async def in_thread(request: Request, do: Callable[[], Result]) -> Result:
    """The result of work that waits for no engine; what fails names files below the server's folder."""
    with of(request).rooms.below():
        return await asyncio.to_thread(do)


async def in_engine(request: Request, do: Callable[[], Result]) -> Result:
    """The result of work that reads plates or renders: in the engine's thread, in its caller's turn.

    Raises:
        Refused: 429, 503, 504, as the engine's.
        HungUp: the caller is gone.
    """
    service: Service = of(request)
    with service.rooms.below():
        return await done(
            service.engine, client(request), lambda _cutter: do(), service.limits.seconds, request
        )
