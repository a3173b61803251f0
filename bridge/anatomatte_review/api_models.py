"""``/models``: networks of others, and bringing one here under a licence that was accepted."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from anatomatte.models import store
from anatomatte.models.manifest import LICENCES, Manifest
from anatomatte.models.store import catalogue, policy

from . import schemas
from .problems import Refused
from .pulls import Pulling
from .service import Service, of

routes = APIRouter()


@routes.get("/models", summary="Networks of others", responses=schemas.answers(503))
async def models(request: Request) -> schemas.Networks:
    """All that the catalogue knows: licence, where it comes from, whether it is here or on its way."""
    return await asyncio.to_thread(_all, of(request))


@routes.post(
    "/models/{name}",
    summary="Bring a network here",
    status_code=202,
    responses=schemas.answers(404, 409, 422, 429, 503),
)
async def pull_model(
    request: Request, name: str, form: Annotated[schemas.PullForm, Form()]
) -> schemas.Network:
    """Fetch a network from where the catalogue says, or a mirror; `GET /models` tells how far it is."""
    service = of(request)
    service.pulls.check()
    manifest = await asyncio.to_thread(_known, name)
    licence = manifest.licence
    if form.licence != licence.kind:
        raise Refused(
            422,
            f"The licence of {manifest.id} was not accepted: {licence.weights}, {licence.words}.",
            f"Who accepts it sends licence={licence.kind}.",
        )
    entry = manifest.file(form.precision)
    if told := await asyncio.to_thread(policy.refusal, manifest):
        raise Refused(403, told, "Ask whoever keeps the studio's policy.")
    service.pulls.start(manifest, entry.precision)
    return await asyncio.to_thread(_told, service, manifest)


@routes.delete(
    "/models/{name}", summary="Cancel a pull", status_code=204, responses=schemas.answers(404, 422)
)
async def cancel_pull(request: Request, name: str) -> Response:
    """End the pull of a network, if it is on its way; what is here stays here."""
    await asyncio.to_thread(_known, name)
    of(request).pulls.cancel(name)
    return Response(status_code=204)


def _known(name: str) -> Manifest:
    found = catalogue.known()[0].get(name)
    if found is None:
        raise Refused(404, "The catalogue has no such network.", "GET /models lists what there is.")
    return found


def _all(service: Service) -> schemas.Networks:
    good, bad = catalogue.known()
    return schemas.Networks(
        allowed=service.setup.allow_pull,
        models=[_told(service, manifest) for manifest in good.values()],
        not_read=dict(bad),
    )


def _told(service: Service, manifest: Manifest) -> schemas.Network:
    here = store.find(manifest)
    entry = here.file if here else manifest.file()
    licence, puller = manifest.licence, service.setup.puller
    pulling = service.pulls.get(manifest.id)
    return schemas.Network(
        id=manifest.id,
        title=manifest.title,
        about=manifest.about,
        page=manifest.page,
        licence=licence.kind,
        licence_name=licence.weights,
        licence_means=LICENCES[licence.kind],
        note=licence.note,
        engines=list(manifest.engines),
        bytes=here.record.bytes if here else entry.bytes,
        here=here is not None,
        refused=policy.refusal(manifest),
        source=puller.source(manifest, entry) if puller else "",
        by_hand=entry.by_hand or f"`anatomatte models import {manifest.id} FILE` takes a file that you have.",
        pull=_state(pulling) if pulling else None,
    )


def _state(one: Pulling) -> schemas.PullState:
    return schemas.PullState(
        precision=one.precision,
        state=one.state,
        ending=one.open and one.unwanted.is_set(),
        done=one.done,
        total=one.total,
        told=one.told,
        error=one.error,
        cure=one.cure,
    )
