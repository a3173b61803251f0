"""The application: the routes behind the border, and one service that starts and ends with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

import anatomatte
from anatomatte.errors import AnatomatteError

from . import api_cut, api_faces, api_jobs, api_models, api_room, api_shots, api_status, site
from .border import Border, Head, Prefix, refusal
from .problems import Refused, refused
from .service import Service
from .waiting import HungUp

_MINUTE = 60.0
_SOURCE = re.compile(r"/shots/[^/]+/source")
_ABOUT = """Cuts people out of pictures, and tells them and their parts.

Pictures come as forms (`curl -F image=@photo.jpg`); failures are JSON with `error` and `cure`.
"""


def made(service: Service) -> ASGIApp:
    """The whole application; it starts the service, and ends it."""
    limits, prefix = service.limits, service.setup.prefix

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        service.engine.start()
        cleaning = asyncio.create_task(_clean(service))
        try:
            yield
        finally:
            cleaning.cancel()
            await service.close()

    app = FastAPI(
        title="Anatomatte",
        version=anatomatte.__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=running,
        generate_unique_id_function=_named,
    )
    app.state.service = service
    for part in (api_cut, api_jobs, api_models, api_shots, api_faces, api_room, api_status, site):
        app.include_router(part.routes)
    for kind in (Refused, AnatomatteError, OSError, MemoryError, Exception):
        app.add_exception_handler(kind, _failure)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(HungUp, _hung_up)

    def most(path: str) -> int:
        if path == "/batch" or (service.root is not None and _SOURCE.fullmatch(path)):
            return limits.batch_bytes
        return 2 * limits.file_bytes if path in ("/remove_background", "/parse") else 0

    return Prefix(Head(Border(app, service.guard, limits, most)), prefix)


async def _clean(service: Service) -> None:
    """Results go when they are old, also where nobody asks for anything."""
    while True:
        await asyncio.sleep(_MINUTE)
        await asyncio.to_thread(service.store.expire)


def _named(route: APIRoute) -> str:
    return route.name


async def _failure(_: Request, why: Exception) -> Response:
    return refusal(refused(why))


async def _invalid(_: Request, why: Exception) -> Response:
    assert isinstance(why, RequestValidationError)
    first = why.errors()[0]
    where = " ".join(str(step) for step in first["loc"])[:60]
    return refusal(Refused(422, f"The {where} is wrong: {first['msg']}.", "Correct it and send it again."))


async def _unrouted(_: Request, why: Exception) -> Response:
    assert isinstance(why, HTTPException)
    words = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    headers = dict(why.headers or {})
    error = words.get(why.status_code, str(why.detail))
    return refusal(Refused(why.status_code, error, "See /docs for what there is.", headers))


async def _hung_up(_: Request, why: Exception) -> Response:
    return Response(status_code=499)  # read by nobody
