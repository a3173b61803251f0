"""``GET /status``: the engine, the device, models with their licences, versions, the doctor's words."""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict

from fastapi import APIRouter, Request

import anatomatte
from anatomatte.errors import AnatomatteError, SetupError
from anatomatte.menus import CHOSEN_MENU
from anatomatte.models.store import catalogue, policy, records
from anatomatte_batch.cutout.options import PERSONS_PARTS

from . import schemas
from .service import Service, of

routes = APIRouter()
_PACKAGES = ("onnxruntime", "torch", "numpy", "opencv-python-headless", "OpenImageIO", "fastapi", "uvicorn")
_KEPT = 600.0  # seconds for which the doctor's words are true
_OWN = (
    ("people", "People and parts", "Apache-2.0"),
    ("people_plain", "People and parts, the second opinion", "Apache-2.0"),
    ("portrait", "Portraits", "Apache-2.0"),
    ("person_detector", "Where people are", "Apache-2.0"),
    ("outfit", "Clothes", "Apache-2.0"),
    ("pose_landmarks", "Landmarks of bodies", "Apache-2.0"),
    ("face_landmarks", "Landmarks of faces", "Apache-2.0"),
    ("face_attention", "Landmarks of faces, lips and eyes exact", "Apache-2.0"),
    ("face_detector", "Where faces are", "Apache-2.0"),
    ("hand_landmarks", "Landmarks of hands", "Apache-2.0"),
    ("palm_detector", "Where hands are before a face", "Apache-2.0"),
)
"""The networks of the package; their model cards stand beside them."""
_BINDING = frozenset({"non-commercial", "unclear", "unknown"})


@routes.get("/status", summary="How the server is", responses=schemas.answers(422))
async def status(request: Request, doctor: bool = False) -> schemas.Status:
    """Engine, device, models, versions and limits; with ``?doctor=true`` also what is wrong and the cure."""
    service = of(request)
    service.store.expire()
    found = await asyncio.to_thread(_doctor, service) if doctor else None
    return schemas.Status(
        engine=_engine(service),
        device=await asyncio.to_thread(_device),
        versions=_versions(),
        models=list(await asyncio.to_thread(lambda: list(_models()))),
        limits={name: float(value) for name, value in asdict(service.limits).items()},
        parts={key: label for key, label in CHOSEN_MENU.items() if key in PERSONS_PARTS},
        folder=service.root is not None,
        jobs=service.jobs.open,
        doctor=found,
    )


def _engine(service: Service) -> schemas.EngineState:
    engine = service.engine
    return schemas.EngineState(
        state=engine.state,
        fault=engine.fault,
        busy=engine.busy,
        waiting=engine.waiting,
        done=engine.tally.done,
        failed=engine.tally.failed,
        cancelled=engine.tally.cancelled,
        seconds=round(engine.tally.seconds, 3),
    )


def _versions() -> dict[str, str]:
    told = {"anatomatte": anatomatte.__version__, "Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            told[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            told[name] = "not installed"
    return told


def _device() -> str:
    """What our own networks run on."""
    from anatomatte.nets.graphs.graph import where
    from anatomatte.nets.runtime.devices import CPU

    try:
        if (gpu := where("auto")) != CPU:
            return f"GPU: {gpu}"
    except SetupError:
        pass  # the doctor says it
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
            return f"CPU: {next(names, platform.machine())}"
    except OSError:
        return f"CPU: {platform.processor() or platform.machine()}"


def _models() -> Iterator[schemas.Model]:
    """The networks of the package, and those of others that are here."""
    for name, title, licence in _OWN:
        yield schemas.Model(id=name, title=title, licence=licence, commercial=True, refused="")
    try:
        known, _ = catalogue.known()
        here = dict.fromkeys(record.id for _, record in records.everywhere())
        for name in here:
            if name in known:
                manifest = known[name]
                kind = manifest.licence.kind
                yield schemas.Model(
                    id=name,
                    title=manifest.title,
                    licence=kind,
                    commercial=kind not in _BINDING,
                    refused=policy.refusal(manifest) or "",
                )
    except (OSError, AnatomatteError):
        return  # the doctor says what is wrong with the store


_examined: dict[tuple[int, int], tuple[float, list[schemas.Found]]] = {}


def _doctor(service: Service) -> list[schemas.Found]:
    """The doctor's lines, at most ten minutes old, and as old as the last network: looking takes seconds."""
    key = id(service), service.pulls.brought
    if key not in _examined or time.monotonic() - _examined[key][0] > _KEPT:
        lines = [
            schemas.Found.model_validate({"name": one.name, "state": one.state, "told": one.told})
            for one in service.setup.examine()
        ]
        _examined[key] = time.monotonic(), lines
    return _examined[key][1]
