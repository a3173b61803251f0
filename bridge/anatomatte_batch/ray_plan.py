"""A render in chunks: what each needs of a machine, and a request as any machine takes it."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anatomatte.errors import SettingsError
from anatomatte.settings import BY_NAME, Value

from . import presets
from .opening import opened
from .presets import Preset
from .request import RenderRequest
from .result import Message
from .sequences import parse_pattern
from .sinks import in_the_way, strangers


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a chunk needs of a machine.

    Attributes:
        cpus: processors, and the threads that a frame takes: pinned, so that pixels are the same anywhere.
        memory: GiB; 0 asks for none.
        gpus: graphics cards, or a share of one.
        chunk: frames at a time.
    """

    cpus: int = 4
    memory: float = 8.0
    gpus: float = 0.0
    chunk: int = 10


def told(text: str) -> tuple[str, Needs]:
    """``ADDRESS,cpus=4,memory=8,gpus=1,chunk=10`` → address and needs; what is left out has its default.

    Raises:
        SettingsError: a word is unknown, or no number.
    """
    address, *words = [part.strip() for part in text.split(",")]
    values: dict[str, Any] = {}
    kinds: dict[str, type] = {"cpus": int, "memory": float, "gpus": float, "chunk": int}
    for word in words:
        name, _, value = word.partition("=")
        try:
            values[name] = kinds[name](value)
            if not (1 if kinds[name] is int else 0) <= values[name] < math.inf:
                raise ValueError(value)
        except (KeyError, ValueError) as why:
            raise SettingsError(
                f"--ray {text}: {word!r} is not understood; it takes ADDRESS,cpus=4,memory=8,gpus=1,chunk=10."
            ) from why
    return address or "auto", Needs(**values)


@dataclass
class Chunk:
    """Some frames, and how often they were begun."""

    frames: list[int]
    tries: int = 0


@dataclass(frozen=True)
class Plan:
    """What a render over a cluster comes to.

    Attributes:
        request: as actors take it.
        chunks: its frames.
        messages: what there is to say of the whole.
        errors: what is wrong with the plate as a whole.
    """

    request: RenderRequest
    chunks: list[Chunk]
    messages: list[Message]
    errors: list[Exception]


def planned(request: RenderRequest, needs: Needs) -> Plan:
    """The request as actors take it, with whole paths and pinned threads; its frames in chunks.

    All is refused here that one process would refuse, and said what it would say of the whole.
    """
    if parse_pattern(str(request.destination), there=False).extension in (".mp4", ".mov"):
        raise SettingsError("A video is one file, and --ray renders parts of a sequence; write EXR frames.")
    with contextlib.ExitStack() as stack:
        made = opened(request, stack)
        frames = made.job.frames
        missing, errors = made.job.missing(False)
        if not request.overwrite and (others := strangers(made.sink, sorted({*frames} - missing))):
            raise in_the_way(made.sink, others)
        messages = list(made.messages())
    whole: dict[str, Any] = {}
    for name in ("source", "destination", "proxy", "shot"):
        if isinstance(path := getattr(request, name), (str, Path)):
            whole[name] = _whole(path)
    whole["sides"] = {clip: _whole(path) for clip, path in request.sides.items()}
    if (preset := request.preset) is not None:
        if not isinstance(preset, Preset):
            preset = presets.load(Path(preset))
        ranges = tuple(presets.Range(one.frames, _at_home(one.settings)) for one in preset.ranges)
        whole["preset"] = Preset(_at_home(preset.settings), preset.keys, ranges)
    whole["settings"] = _at_home(request.settings)
    request = dataclasses.replace(request, **whole, threads=request.threads or needs.cpus, part=True)
    size = needs.chunk
    chunks = [Chunk(frames[first : first + size]) for first in range(0, len(frames), size)]
    return Plan(request, chunks, messages, errors)


def _whole(path: str | Path) -> str | Path:
    return type(path)(Path(path).expanduser().absolute())


def _at_home(values: Mapping[str, Value]) -> dict[str, Value]:
    """Controls with whole paths: actors run in folders of their own."""
    return {name: _placed(value) if BY_NAME[name].kind == "file" else value for name, value in values.items()}


def _placed(value: Value) -> Value:
    text = str(value).strip()
    return os.path.join(os.getcwd(), os.path.expanduser(text)) if text else value
