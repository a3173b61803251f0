"""``POST /batch`` and its jobs: many pictures, fetched when they are done."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from . import schemas
from .api_cut import wished
from .archives import packed
from .folder import Root
from .jobs import Item, Job
from .names import apart, attachment, shown
from .pictures import HEAD, kind_of, unknown
from .problems import Refused, too_large
from .service import Service, client, of, tray_name
from .uploads import Form, Tray, copied, received

routes = APIRouter()
_PIECE = 1 << 18
_ZIP = {"schema": {"type": "string", "format": "binary"}}


@routes.post(
    "/batch",
    summary="Cut many pictures",
    status_code=202,
    responses=schemas.answers(404, 413, 415, 422, 429, 503, 507),
    openapi_extra=schemas.body(schemas.BatchForm, many=True),
)
async def batch(request: Request) -> schemas.JobState:
    """Pictures, zips of pictures, or pictures of the server's folder; answered with a job."""
    service = of(request)
    name = service.jobs.reserve()
    try:
        async with received(request, service.limits, service.limits.files + 1) as form:
            asked = schemas.filled(schemas.BatchForm, form.fields)
            tray = Tray(service.store.tray(name), service.limits)
            laid = await asyncio.to_thread(_laid, service, form, tray)
            wish = await wished(asked, form, tray)
        service.jobs.reserve()  # others may have come while this was sent
    except BaseException:
        await asyncio.to_thread(service.store.emptied, name)
        raise
    items = [
        Item(one, stem, path) for (one, path), stem in zip(laid, apart([one for one, _ in laid]), strict=True)
    ]
    job = Job(client(request), wish, items, name)
    service.jobs.start(job)
    return _told(request, job)


@routes.get("/jobs/{name}", summary="How far a batch is", responses=schemas.answers(404, 422))
async def job_state(request: Request, name: str) -> schemas.JobState:
    """The state of a batch, and where its results are fetched."""
    return _told(request, of(request).jobs.get(name))


@routes.delete(
    "/jobs/{name}", summary="Cancel or remove a batch", status_code=204, responses=schemas.answers(404, 422)
)
async def delete_job(request: Request, name: str) -> Response:
    """End a batch, if it runs, and remove its results."""
    service = of(request)
    await service.jobs.cancel(service.jobs.get(name))
    return Response(status_code=204)


@routes.get(
    "/jobs/{name}/result",
    summary="The results of a batch in one zip",
    response_class=Response,
    responses={
        200: {"description": "The zip.", "content": {"application/zip": _ZIP}},
        **schemas.answers(404, 409, 422, 507),
    },
)
async def job_result(
    request: Request, name: str, also: Annotated[list[str] | None, Query(max_length=1000)] = None
) -> Response:
    """All that is done, in one zip; with ``also``, that of further batches in it too."""
    service = of(request)
    jobs = [service.jobs.get(one) for one in dict.fromkeys([name, *(also or ())])]
    if not all(job.finished for job in jobs):
        raise Refused(409, "The job is not done yet.", "Ask GET /jobs/{id} until it is, or delete it.")
    files = _titled(jobs)
    if not files:
        raise Refused(409, "None of the job's pictures is done.", "GET /jobs/{id} tells why.")
    tray = service.store.tray(tray_name())
    tray.mkdir(mode=0o700, parents=True)
    target = tray / "result.zip"
    try:
        await asyncio.to_thread(packed, files, target)
        held = target.open("rb")
    except FileNotFoundError as why:
        raise Refused(404, "The job has just gone.", "Send the pictures again.") from why
    finally:
        await asyncio.to_thread(service.store.emptied, tray.name)
    size = os.fstat(held.fileno()).st_size
    headers = {"Content-Disposition": attachment("anatomatte.zip"), "Content-Length": str(size)}
    return StreamingResponse(_pieces(held), media_type="application/zip", headers=headers)


@routes.get(
    "/jobs/{name}/files/{title}",
    summary="One result of a batch",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"application/octet-stream": _ZIP}},
        **schemas.answers(404, 422),
    },
)
async def job_file(request: Request, name: str, title: str) -> Response:
    """A file that `GET /jobs/{id}` names."""
    job = of(request).jobs.get(name)
    path = _there(next((item.files[title] for item in job.items if title in item.files), None), "file")
    media = schemas.MEDIA.get(path.suffix[1:], "application/octet-stream")
    return FileResponse(
        path, media_type=media, headers={"Content-Disposition": attachment(title, inline=True)}
    )


@routes.get("/jobs/{name}/views/{view}", include_in_schema=False)
async def job_view(request: Request, name: str, view: str) -> Response:
    """What the page shows of a picture of a batch: ``0-result`` and so on."""
    job = of(request).jobs.get(name)
    number, _, kind = view.partition("-")
    there = number.isdecimal() and len(number) < 6 and int(number) < len(job.items)
    path = _there(job.items[int(number)].views.get(kind) if there else None, "view")
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600, immutable"})


@routes.get("/folder", summary="Pictures of the server's folder", responses=schemas.answers(404, 422))
async def folder(request: Request, path: Annotated[str, Query(max_length=4000)] = "") -> schemas.FolderState:
    """What a folder inside the one given with ``--root`` holds; links are not followed."""
    held = await asyncio.to_thread(_root(of(request)).listing, path)
    inside = "/".join(part for part in path.split("/") if part not in ("", "."))
    return schemas.FolderState(path=inside, folders=held.folders, pictures=held.pictures, whole=held.whole)


def _root(service: Service) -> Root:
    """The server's folder."""
    if service.root is None:
        raise Refused(404, "The server has no folder.", "Start it with --root FOLDER.")
    return service.root


def _there(path: Path | None, what: str) -> Path:
    """A file of a job, while it is there."""
    if path is None or not path.is_file():
        raise Refused(404, f"The job has no such {what}.", "GET /jobs/{id} lists what there is.")
    return path


def _laid(service: Service, form: Form, tray: Tray) -> list[tuple[str, Path]]:
    """All pictures of a form, those of zips and of the server's folder too: (name, file of ours)."""
    limits = service.limits
    laid = [one for sent in form.pictures for one in tray.put(sent)]
    if form.paths:
        _root(service)
    if len(laid) + len(form.paths) > limits.files:
        raise too_large(f"A batch of {len(laid) + len(form.paths)} pictures", str(limits.files))
    laid += [_fetched(service, inside, tray) for inside in form.paths]
    if not laid:
        raise Refused(422, "The form holds no picture.", "Send pictures or a zip in `image`.")
    if sum(path.stat().st_size for _, path in laid) > limits.batch_bytes:
        raise too_large("The pictures together", f"{limits.batch_mb:g} MB")
    return laid


def _titled(jobs: list[Job]) -> list[tuple[str, Path]]:
    """The results of several batches under names that are told apart."""
    taken: dict[str, Path] = {}
    for job in jobs:
        for item in job.items:
            for title, path in item.files.items():
                own, count = title, 1
                while own in taken:
                    count += 1
                    own = title.replace(item.stem, f"{item.stem}-{count}", 1)
                taken[own] = path
    return list(taken.items())


def _fetched(service: Service, inside: str, tray: Tray) -> tuple[str, Path]:
    """A copy of a picture in the server's folder: the file there may change."""
    name = shown(inside)
    with _root(service).opened(inside) as held, os.fdopen(os.dup(held), "rb") as source:
        kind = kind_of(source.read(HEAD))
        if kind in (None, ".zip"):
            raise unknown(name)
        source.seek(0)
        path = tray.new(kind or "")
        with path.open("wb") as out:
            copied(source, out, name, service.limits)
    return name, path


def _told(request: Request, job: Job) -> schemas.JobState:
    base = f"{request.scope.get('root_path', '')}/jobs/{job.id}"
    items = [
        schemas.ItemState(
            name=item.name,
            state=item.state,
            error=item.error,
            cure=item.cure,
            seconds=item.seconds,
            files={title: f"{base}/files/{quote(title)}" for title in item.files},
            views={kind: f"{base}/views/{n}-{kind}" for kind in item.views},
            labels=item.labels,
            told=list(item.told),
        )
        for n, item in enumerate(job.items)
    ]
    ended = sum(item.state in ("done", "failed") for item in job.items)
    return schemas.JobState(
        id=job.id, state=job.state, done=ended, total=len(items), result=f"{base}/result", items=items
    )


def _pieces(held: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file that has no name on the disk any more: it goes with its descriptor."""
    with held:
        while piece := held.read(_PIECE):
            yield piece
