"""A render over a Ray cluster: chunks to actors that keep their networks loaded.

Ray is asked for processes and nothing else.  An actor that dies is replaced here and its chunk is
rendered anew, as actors are not restarted by themselves; whatever ends a chunk inside of an actor, even
``SystemExit``, comes back as a value, as Ray would run such a task four times.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anatomatte.errors import AnatomatteError, OutOfMemory, SettingsError, SetupError

from . import faces
from .cancel import Signals
from .report import Report, worst
from .request import RenderRequest
from .result import FrameResult, RenderResult
from .sequences import Pattern, compact, parse_frames, parse_pattern
from .sidecar import shot_of

_TRIES = 3
"""How often a chunk is begun: what kills three actors would kill a fourth."""
_ASK_S = 0.5


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
            if values[name] < (1 if kinds[name] is int else 0):
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


@dataclass
class _State:
    """What is to be done, what is done where, what came of it."""

    waiting: deque[Chunk]
    running: dict[Any, tuple[Any, Chunk]] = field(default_factory=dict)  # answer → actor, chunk
    idle: list[Any] = field(default_factory=list)
    frames: list[FrameResult] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


def render_on(request: RenderRequest, address: str, needs: Needs) -> RenderResult:
    """Render a request over the cluster at *address*: ``auto``, ``local``, ``HOST:PORT`` or ``ray://…``.

    Every machine sees plate and output under the same paths.

    Raises:
        SetupError: Ray is not installed, no cluster answers, or no machine of it has what is needed.
        SettingsError: the output is a video, which is one file.
        Cancelled: a signal came; finished frames are kept.
    """
    request, chunks = planned(request, needs)
    with _connected(address) as ray, Signals() as signals:  # in this order: Ray takes signals, too
        room = _room(ray, needs)
        if not room:
            raise SetupError(
                f"No machine of the cluster has {needs.cpus} CPUs, {needs.memory:g} GiB and {needs.gpus:g} "
                "GPUs; ask for less, as in --ray auto,cpus=2,memory=4."
            )
        total = sum(len(chunk.frames) for chunk in chunks)
        log = None if request.log is None else str(request.log)
        with Report(total, log, request.quiet, request.progress) as report:
            report.note(f"{total} frames in {len(chunks)} chunks over {min(room, len(chunks))} actors")
            state = _State(deque(chunks))
            kind = ray.remote(_Actor)
            try:
                _all(ray, kind, request, needs, state, report, signals)
            finally:
                for actor in [*state.idle, *(actor for actor, _ in state.running.values())]:
                    with contextlib.suppress(Exception):
                        ray.kill(actor)
            return _result(state, report)


def planned(request: RenderRequest, needs: Needs) -> tuple[RenderRequest, list[Chunk]]:
    """The request as actors take it, with whole paths and pinned threads; its frames in chunks."""
    if parse_pattern(str(request.destination), there=False).extension in (".mp4", ".mov"):
        raise SettingsError("A video is one file, and --ray renders parts of a sequence; write EXR frames.")
    preset = request.resolved()
    faces.check(preset, shot_of(preset))  # before a cluster is asked
    frames = _frames(request)
    whole: dict[str, Any] = {}
    for name in ("source", "destination", "proxy", "shot", "preset"):
        if isinstance(path := getattr(request, name), (str, Path)):
            whole[name] = _whole(path)
    whole["sides"] = {clip: _whole(path) for clip, path in request.sides.items()}
    request = dataclasses.replace(request, **whole, threads=request.threads or needs.cpus)
    size = needs.chunk
    return request, [Chunk(frames[first : first + size]) for first in range(0, len(frames), size)]


def _whole(path: str | Path) -> str | Path:
    return type(path)(Path(path).expanduser().absolute())


def _frames(request: RenderRequest) -> list[int]:
    if isinstance(request.frames, str):
        return list(parse_frames(request.frames))
    if request.frames is not None:
        return sorted(set(request.frames))
    from .source import Source

    source = Source(str(request.source), request.start, request.layer_of.get("Source"), False)
    with contextlib.closing(source):
        return list(source.frames())


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Ray, connected; it tells nobody of it."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as why:
        cure = "pip install 'anatomatte[ray]', here and on the cluster"
        raise SetupError(f"Ray is not installed; {cure}.") from why
    mine = not ray.is_initialized()
    if mine:
        try:
            ray.init(address=address, log_to_driver=False, configure_logging=False, include_dashboard=None)
        except Exception as why:  # Ray has no class for it: ConnectionError, RuntimeError, ValueError, …
            line = str(why).strip().splitlines()
            raise SetupError(
                f"No Ray cluster answers at {address} ({line[0] if line else type(why).__name__}); start one "
                "with `ray start --head`, or take --ray local."
            ) from why
    try:
        yield ray
    finally:
        if mine:
            ray.shutdown()


def _room(ray: Any, needs: Needs) -> int:
    """How many actors the machines that are there hold, each counted by itself."""
    count = 0
    for node in ray.nodes():
        if not node["Alive"]:
            continue
        there = node["Resources"]
        fits = [there.get("CPU", 0) // needs.cpus]
        if needs.memory:
            fits.append(there.get("memory", 0) // (needs.memory * 2**30))
        if needs.gpus:
            fits.append(there.get("GPU", 0) // needs.gpus)
        count += int(min(fits))
    return count


class _Actor:
    """A process that keeps its networks from chunk to chunk."""

    def render(self, request: RenderRequest, frames: list[int]) -> bytes:
        """The chunk's result, or why there is none, pickled here so that nothing of it ends the actor."""
        try:
            part = dataclasses.replace(request, frames=frames, log=None, quiet=True, progress=None)
            made: object = part.run()
        except BaseException as why:
            made = why if isinstance(why, AnatomatteError) else RuntimeError(f"{type(why).__name__}: {why}")
        try:
            return pickle.dumps(made)
        except Exception as why:
            return pickle.dumps(RuntimeError(f"The result of frames {compact(frames)} cannot be sent: {why}"))


def _all(
    ray: Any, kind: Any, request: RenderRequest, needs: Needs, state: _State, report: Report, signals: Signals
) -> None:
    options: dict[str, Any] = {"num_cpus": needs.cpus, "num_gpus": needs.gpus}
    options |= {"max_restarts": 0, "max_task_retries": 0}
    if needs.memory:
        options["memory"] = int(needs.memory * 2**30)
    while state.waiting or state.running:
        signals.check()
        room = max(1, _room(ray, needs))  # machines come and go
        while state.waiting and (state.idle or len(state.running) < room):
            chunk = state.waiting.popleft()
            chunk.tries += 1
            actor = state.idle.pop() if state.idle else kind.options(**options).remote()
            state.running[actor.render.remote(request, chunk.frames)] = actor, chunk
        done, _ = ray.wait(list(state.running), num_returns=1, timeout=_ASK_S)
        for answer in done:
            actor, chunk = state.running.pop(answer)
            try:
                made = pickle.loads(ray.get(answer))
            except ray.exceptions.RayError as why:
                _lost(chunk, why, state, report, request)
                continue
            state.idle.append(actor)
            _take(made, chunk, state, report, request)


def _lost(chunk: Chunk, why: Exception, state: _State, report: Report, request: RenderRequest) -> None:
    """An actor died: its chunk goes to another one, or has killed enough of them."""
    named = compact(chunk.frames)
    if chunk.tries < _TRIES:
        report.note(f"the actor of frames {named} is gone ({type(why).__name__}); they are rendered again")
        state.waiting.appendleft(chunk)
        return
    lost = OutOfMemory(
        f"Frames {named} ended {_TRIES} actors, most likely for memory; ask for more of it (--ray "
        "auto,memory=16), or for smaller chunks."
    )
    _take(lost, chunk, state, report, request)


def _take(made: object, chunk: Chunk, state: _State, report: Report, request: RenderRequest) -> None:
    """The results of a chunk; a chunk that could not begin has failed with all its frames."""
    if isinstance(made, RenderResult):
        frames = list(made.frames)
        state.errors += made.errors
        for message in made.messages:
            report.message(message)
    else:
        error = made if isinstance(made, Exception) else RuntimeError(str(made))
        pattern = _shown(request)
        frames = [FrameResult(n, "failed", pattern.path(n), error=error) for n in chunk.frames]
        state.errors.append(error)
    for one in frames:
        report.frame(
            one.frame, one.status, one.path, one.seconds, one.error, one.told, one.stale, qc=one.qc,
            doubtful=one.doubtful, tries=one.tries,
        )  # fmt: skip
    state.frames += frames
    if request.on_error == "stop" and any(one.error for one in frames):
        state.waiting.clear()


def _shown(request: RenderRequest) -> Pattern:
    """The files that stand for a frame: those of its first layer, where each layer has its own."""
    from .checked import sequences

    destination = str(request.destination)
    layers = request.layers if isinstance(request.layers, str) else ",".join(request.layers)
    shot = None if request.shot is None else str(request.shot)
    try:
        return sequences(destination, layers, shot, request.ranks)[0].pattern
    except AnatomatteError:  # why the chunk has failed is told by its own error
        return parse_pattern(destination, there=False)


def _result(state: _State, report: Report) -> RenderResult:
    code = worst(state.errors)
    frames = sorted(state.frames, key=lambda one: one.frame)
    failures = {one.frame: one.error for one in frames if one.error is not None}
    counts = {word: sum(one.status == word for one in frames) for word in ("rendered", "skipped", "failed")}
    report.end(code, counts, sum(one.seconds for one in frames), failures)
    sentence = ""
    if state.errors:
        gravest = next(error for error in state.errors if getattr(error, "exit_code", 1) == code)
        sentence = (f"frames {compact(sorted(failures))} failed; " if failures else "") + str(gravest)
    return RenderResult(tuple(frames), code, sentence, tuple(state.errors), tuple(report.messages))
