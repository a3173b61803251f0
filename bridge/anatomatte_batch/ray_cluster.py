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
import platform
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anatomatte import __version__
from anatomatte.errors import (
    AnatomatteError,
    Cancelled,
    NoPlace,
    OutOfMemory,
    QualityError,
    SetupError,
)
from anatomatte.idle import CODE

from . import cancel, faces
from .cancel import Signals
from .job import Outcome
from .ray_plan import Chunk, Needs, planned
from .report import Report
from .request import RenderRequest
from .result import FrameResult, RenderResult
from .sequences import Pattern, compact, parse_pattern

_TRIES = 3
"""How often a chunk is begun: what kills three actors would kill a fourth."""
_ASK_S = 0.5
_END_S = 20.0
_KNOCK_S = 10.0
_OF_THE_WHOLE = ("frames-missing", "people-by-place", "shot-renamed", CODE, faces.CODE)
"""What a run says of all its frames, and a chunk of its own only."""


@dataclass
class _State:
    """What is to be done, what is done where, what came of it."""

    waiting: deque[Chunk]
    running: dict[Any, tuple[Any, Chunk]] = field(default_factory=dict)  # answer → actor, chunk
    idle: list[Any] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)


def render_on(request: RenderRequest, address: str, needs: Needs) -> RenderResult:
    """Render a request over the cluster at *address*: ``auto``, ``local``, ``HOST:PORT`` or ``ray://…``.

    Every machine sees plate and output under the same paths.

    Raises:
        SetupError: Ray is not installed, no cluster answers, or no machine of it has what is needed.
        SettingsError: the output is a video, which is one file.
        Cancelled: a signal came; finished frames are kept.
    """
    plan = planned(request, needs)
    request, chunks = plan.request, plan.chunks
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
            for message in plan.messages:
                report.message(message)
            state = _State(deque(chunks))
            state.outcome.errors += plan.errors
            kind = ray.remote(_Actor)
            began = time.monotonic()
            try:
                _all(ray, kind, request, needs, state, report, signals)
            except Cancelled as why:
                _stopped(ray, state, why.exit_code - 128)
                raise
            finally:
                for actor in [*state.idle, *(actor for actor, _ in state.running.values())]:
                    with contextlib.suppress(Exception):
                        ray.kill(actor)
            return _result(state, report, time.monotonic() - began)


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Ray, connected; it tells nobody of it."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    loaded = sys.modules.get("ray")
    if address != "local" and _has_token() and not (loaded and loaded.is_initialized()):
        # `ray start` takes it by itself, and who connects does not; the library reads this when it is loaded
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    try:
        import ray
    except ImportError as why:
        cure = "pip install 'anatomatte[ray]', here and on the cluster"
        raise SetupError(f"Ray is not installed; {cure}.") from why
    mine = not ray.is_initialized()
    if mine:
        _begin(ray, address)
    try:
        yield ray
    finally:
        if mine:
            ray.shutdown()


def _begin(ray: Any, address: str) -> None:
    """Connect, or start a cluster here; one that is too slow to start on a busy machine is tried once more.

    Raises:
        SetupError: there is none.
    """
    for tries in (1, 2):
        try:
            _knock(address)
            ray.init(address=address, log_to_driver=False, configure_logging=False, include_dashboard=None)
            return
        except Exception as why:  # Ray has no class for it: ConnectionError, RuntimeError, ValueError, …
            said = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
            line = next(iter(said.strip().splitlines()), type(why).__name__)
            if address == "local" and tries == 1:
                with contextlib.suppress(Exception):
                    ray.shutdown()
                continue
            if address == "local":
                raise SetupError(
                    f"Ray does not start on this machine ({line}); it may have too much else to do: render "
                    "later, or without --ray."
                ) from why
            raise SetupError(
                f"No Ray cluster answers at {address} ({line}); start one with `ray start --head`, or take "
                "--ray local; one that wants a token finds it in RAY_AUTH_TOKEN or ~/.ray/auth_token."
            ) from why


def _knock(address: str) -> None:
    """Raise OSError where nobody listens at ``HOST:PORT``: Ray would try for minutes, deaf to signals."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK_S).close()


def _has_token() -> bool:
    """Whether this user has a token for clusters of Ray."""
    if os.environ.get("RAY_AUTH_TOKEN"):
        return True
    told = os.environ.get("RAY_AUTH_TOKEN_PATH") or "~/.ray/auth_token"
    return Path(told).expanduser().is_file()


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
    """A process that keeps its networks from chunk to chunk; `stop` is heard while it renders.

    Args:
        version: of Anatomatte that asks.
        config: of colour spaces there, as $OCIO names it; empty for none.
    """

    def __init__(self, version: str, config: str) -> None:
        self._version = version
        os.environ.pop("OCIO", None)
        if config:
            os.environ["OCIO"] = config

    def render(self, request: RenderRequest, frames: list[int]) -> bytes:
        """The chunk's result, or why there is none, pickled here so that nothing of it ends the actor."""
        try:
            if self._version != __version__:
                raise SetupError(
                    f"Anatomatte is {__version__} on {platform.node()} and {self._version} where the render "
                    "was asked for; install the same on all machines."
                )
            part = dataclasses.replace(request, frames=frames, log=None, quiet=True, progress=None)
            made: object = part.run()
        except BaseException as why:
            made = why if isinstance(why, AnatomatteError) else RuntimeError(f"{type(why).__name__}: {why}")
        try:
            pickle.loads(answer := pickle.dumps(made))
            return answer
        except Exception as why:
            return pickle.dumps(RuntimeError(f"The result of frames {compact(frames)} cannot be sent: {why}"))

    def stop(self, number: int) -> None:
        """End what is rendered as a signal would, so that nothing half-written stays."""
        cancel.stop(number)


def _all(
    ray: Any, kind: Any, request: RenderRequest, needs: Needs, state: _State, report: Report, signals: Signals
) -> None:
    options: dict[str, Any] = {"num_cpus": needs.cpus, "num_gpus": needs.gpus}
    options |= {"max_restarts": 0, "max_task_retries": 0, "max_concurrency": 2}  # a render, and to stop it
    config = os.environ.get("OCIO", "")
    if config and "://" not in config:
        config = str(Path(config).absolute())
    if needs.memory:
        options["memory"] = int(needs.memory * 2**30)
    while state.waiting or state.running:
        signals.check()
        room = max(1, _room(ray, needs))  # machines come and go
        while state.waiting and (state.idle or len(state.running) < room):
            chunk = state.waiting.popleft()
            chunk.tries += 1
            actor = state.idle.pop() if state.idle else kind.options(**options).remote(__version__, config)
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
    named, said = compact(chunk.frames), str(why).strip().splitlines()
    if "creation task" in str(why):  # no chunk is to blame: it could not begin
        reason = said[-1].strip() if said else type(why).__name__
        lost: Exception = SetupError(
            f"Ray could not start an actor ({reason}); install the same Anatomatte on all machines."
        )
    elif chunk.tries < _TRIES:
        report.note(f"the actor of frames {named} is gone ({type(why).__name__}); they are rendered again")
        state.waiting.appendleft(chunk)
        return
    else:
        lost = OutOfMemory(
            f"Frames {named} ended {_TRIES} actors, most likely for memory; ask for more of it (--ray "
            "auto,memory=16), or for smaller chunks."
        )
    _take(lost, chunk, state, report, request)


def _take(made: object, chunk: Chunk, state: _State, report: Report, request: RenderRequest) -> None:
    """The results of a chunk; a chunk that could not begin has failed with all its frames."""
    outcome = state.outcome
    if isinstance(made, RenderResult):
        frames = list(made.frames)
        outcome.errors += [error for error in made.errors if not isinstance(error, QualityError)]
        for message in made.messages:
            if message.code not in _OF_THE_WHOLE or any(message.text in one.told for one in frames):
                report.message(message)
    else:
        error = made if isinstance(made, Exception) else RuntimeError(str(made))
        pattern = _shown(request)
        frames = [FrameResult(n, "failed", pattern.path(n), error=error) for n in chunk.frames]
        outcome.errors.append(error)
    lists = {"rendered": outcome.rendered, "skipped": outcome.skipped, "failed": outcome.failed}
    for one in frames:
        report.ended(one)
        lists[one.status].append(one.frame)
        outcome.frames.append(one)
        if one.doubtful and request.qc_threshold is not None:
            outcome.doubtful[one.frame] = one.doubtful[0], one.qc[one.doubtful[0]]
    ends = request.on_error == "stop" and any(one.error for one in frames)
    if ends or any(isinstance(one.error, NoPlace) for one in frames):
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


def _stopped(ray: Any, state: _State, number: int) -> None:
    """Let actors end as a signal would end them; those that do not in time are killed."""
    with contextlib.suppress(Exception):
        for actor, _ in state.running.values():
            actor.stop.remote(number)
        ray.wait(list(state.running), num_returns=len(state.running), timeout=_END_S)


def _result(state: _State, report: Report, seconds: float) -> RenderResult:
    outcome = state.outcome
    for message in faces.counted(outcome.frames):
        report.message(message)
    if (doubts := outcome.doubts()) is not None:
        outcome.errors.append(doubts)
    report.end(outcome.code, outcome.counts(), seconds, outcome.failures)
    frames = sorted(outcome.frames, key=lambda one: one.frame)
    return RenderResult(
        tuple(frames), outcome.code, outcome.sentence(), tuple(outcome.errors), tuple(report.messages)
    )
