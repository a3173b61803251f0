"""``POST /remove_background`` and ``POST /parse``: one picture, answered at once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from . import schemas
from .cutting import Made, Wish, found, made, options
from .names import attachment, stem
from .problems import Refused
from .service import Service, client, of, tray_name
from .uploads import Form, Tray, received
from .waiting import done

routes = APIRouter()
_FAILURES = schemas.answers(413, 415, 422, 429, 503, 504, 507)
_PICTURES: dict[str, Any] = {schemas.MEDIA[name]: {} for name in ("png", "jpg", "webp", "tif", "exr")}
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@routes.post(
    "/remove_background",
    summary="Cut people out",
    response_class=Response,
    responses={
        200: {"description": "The cutout.", "content": dict.fromkeys(_PICTURES, _BINARY)},
        **_FAILURES,
    },
    openapi_extra=schemas.body(schemas.CutForm),
)
async def remove_background(request: Request) -> Response:
    """The people of a picture, with transparency or before another background."""
    service = of(request)
    async with received(request, service.limits, 2) as form, _laid(service, form) as (name, path, tray):
        asked = schemas.filled(schemas.CutForm, form.fields)
        wish = await wished(asked, form, tray)

        def do(cutter: Any) -> Callable[[], Made]:
            return made(cutter, path, name, wish, service.limits)

        encode = await done(service.engine, client(request), do, service.limits.seconds, request)
        result = await asyncio.to_thread(encode)
    suffix, content = next(iter(result.files.items()))
    headers = {"Content-Disposition": attachment(f"{stem(name)}{suffix}", inline=True)}
    if result.told:
        headers["X-Told"] = " ".join(result.told).encode("ascii", "replace").decode()
    return Response(content, media_type=schemas.MEDIA[asked.format], headers=headers)


@routes.post(
    "/parse",
    summary="Tell people and their parts",
    response_class=Response,
    responses={
        200: {
            "description": "The colour map; or masks, labels and scores.",
            "content": {
                "image/png": _BINARY,
                "application/zip": _BINARY,
                "application/json": {"schema": schemas.Parsed.model_json_schema()},
            },
        },
        **_FAILURES,
    },
    openapi_extra={
        **schemas.body(schemas.ParseForm),
        "parameters": [
            {
                "name": "format",
                "in": "query",
                "schema": {"type": "string", "enum": ["png", "zip", "json"]},
                "description": "As the field of the form.",
            }
        ],
    },
)
async def parse(request: Request) -> Response:
    """The parts of the people in a picture: a colour map, or a mask of each with labels and scores."""
    service = of(request)
    async with received(request, service.limits, 1) as form, _laid(service, form) as (name, path, _):
        asked = schemas.filled(schemas.ParseForm, form.fields)
        kind = asked.format or _accepted(request.headers.get("accept", ""))

        def do(cutter: Any) -> Callable[[], dict[str, bytes]]:
            return found(cutter, path, name, kind, service.limits, asked.regions)

        encode = await done(service.engine, client(request), do, service.limits.seconds, request)
        content = await asyncio.to_thread(encode)
    if kind == "json":
        labels = content.pop("labels.json")
        masks = {mask.removesuffix(".png"): base64.b64encode(png).decode() for mask, png in content.items()}
        return _json(labels, masks)
    title = f"{stem(name)}_parts.{kind}"
    (only,) = content.values()
    headers = {"Content-Disposition": attachment(title, inline=True)}
    return Response(only, media_type=schemas.MEDIA[kind], headers=headers)


def _json(labels: bytes, masks: dict[str, str]) -> Response:
    import json

    return JSONResponse({"labels": json.loads(labels), "masks": masks})


def _accepted(header: str) -> str:
    """The format that a header Accept wants most; the colour map where it does not say."""
    wanted = []
    for n, one in enumerate(header.split(",")):
        media, *rest = (word.strip().lower() for word in one.split(";"))
        try:
            weight = next((float(word[2:]) for word in rest if word.startswith("q=")), 1.0)
        except ValueError:
            continue
        wanted.append((-weight, n, media))
    kinds = {schemas.MEDIA[kind]: kind for kind in ("png", "zip", "json")}
    return next((kinds[media] for _, _, media in sorted(wanted) if media in kinds), "png")


@asynccontextmanager
async def _laid(service: Service, form: Form) -> AsyncIterator[tuple[str, Path, Tray]]:
    """The one picture of a form on the disk, as (its sender's name, the file, the folder of ours); it goes
    when the block ends."""
    if len(form.pictures) != 1:
        cure = "Send one, as `curl -F image=@photo.jpg`; several go to /batch."
        raise Refused(422, f"The form holds {len(form.pictures)} pictures instead of one.", cure)
    ticket = tray_name()
    tray = Tray(service.store.tray(ticket), service.limits)
    try:
        laid = await asyncio.to_thread(tray.put, form.pictures[0])
        if len(laid) != 1:
            raise Refused(422, f"The zip holds {len(laid)} pictures instead of one.", "Send it to /batch.")
        yield (*laid[0], tray)
    finally:
        await asyncio.to_thread(service.store.emptied, ticket)


async def wished(asked: schemas.CutForm, form: Form, tray: Tray) -> Wish:
    """What a form wants, with its background on the disk.

    Raises:
        Refused: the background is no picture, or there are several.
    """
    background: str | Path = asked.bg.strip()
    if form.backgrounds:
        laid = await asyncio.to_thread(tray.put, form.backgrounds[0])
        if len(laid) != 1 or len(form.backgrounds) != 1:
            raise Refused(422, "There is more than one background.", "Send one picture in `bg`.")
        background = laid[0][1]
    cutout = options(
        background,
        asked.format,
        tuple(asked.only.replace(",", " ").split()),
        asked.quality,
        threshold=asked.threshold,
        feather=asked.feather,
        erode=asked.erode,
    )
    if not isinstance(asked, schemas.BatchForm):
        return Wish(cutout)
    return Wish(replace(cutout, sheet=asked.parts, regions=asked.regions), asked.alpha, asked.plate)
