"""The part of an instance that enters the plug-in: statuses, life, what is remembered meanwhile."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import _host
from .clips import Clip, ClipDescription
from .contract import ContractError, wrong_status
from .errors import ERR_MEMORY, OK, REPLY_DEFAULT, ActionError, HostError, RenderError
from .guard import Copies
from .image import Layout
from .imitate import imitate_instance

if TYPE_CHECKING:
    from .host import Plugin

OUTPUT = "Output"
RENDER = "OfxImageEffectActionRender"
Scale = float | tuple[float, float]


def pair(scale: Scale) -> tuple[float, float]:
    """A render scale as (x, y); ValueError unless above 0."""
    x, y = scale if isinstance(scale, tuple) else (scale, scale)
    if not (x > 0 and y > 0):
        raise ValueError(f"The render scale is above 0, not {scale}.")
    return (float(x), float(y))


class InstanceCore:
    """An instance's C++ side and the rules for entering it."""

    def __init__(self, plugin: Plugin, descriptor: _host.Effect, context: str, layout: Layout) -> None:
        self.plugin = plugin
        self.strict = plugin.host.strict
        self.guard = plugin.host.guard
        self.context = context
        self.layout = layout
        self.profile = plugin.host.profile
        self._core = descriptor.instance()
        imitate_instance(self._core, self.profile)
        cores = {c.name: c for c in self._core.clips()}
        copies = Copies() if self.guard else None
        self.copies = copies
        self._inputs = {n: Clip(c, layout, copies) for n, c in cores.items() if n != OUTPUT}
        self._output = ClipDescription(cores[OUTPUT]) if OUTPUT in cores else None
        self._busy = 0
        self._count_lock = threading.Lock()
        self._destroy: weakref.finalize[..., InstanceCore] | None = None

    def create(self) -> None:
        """Sends CreateInstance; DestroyInstance follows at the latest when the process ends."""
        self.act("OfxActionCreateInstance", None, None)
        self._core.take_plugin_edits()
        again = self.profile.destroys_until_ok
        self._destroy = weakref.finalize(self, _destroy, self._core, self._inputs, again)

    def close(self) -> None:
        """Destroys the instance; a second call does nothing."""
        if self._destroy is not None and self._destroy.alive:
            told = len(self._core.notes())
            self._destroy()
            self.plugin.forget(self)
            self.must_keep(self._core.notes()[told:])

    @property
    def closed(self) -> bool:
        return self._destroy is not None and not self._destroy.alive

    def act(
        self,
        action: str,
        in_args: Mapping[str, Any] | None,
        out_args: Mapping[str, Any] | None,
        *,
        time: float | None = None,
        scale: Scale = 1.0,
    ) -> dict[str, list[Any]]:
        """Sends an action.  A tuple makes an argument of that dimension, a list one of any.

        Returns the out arguments.  Raises ActionError unless the answer is OK or ReplyDefault.
        """
        status, found = self.ask(action, in_args, out_args, time=time, scale=scale)
        if status not in (OK, REPLY_DEFAULT):
            raise self.failure(action, status)
        return found

    def ask(
        self,
        action: str,
        in_args: Mapping[str, Any] | None,
        out_args: Mapping[str, Any] | None,
        *,
        time: float | None = None,
        scale: Scale = 1.0,
        **more: Any,
    ) -> tuple[int, dict[str, list[Any]]]:
        """As `act`, but hands the status back."""
        if self.closed:
            raise HostError(f"This instance of {self.plugin.label} is closed.")
        status, found, breaches = self._core.act(
            action, in_args, out_args, time=time, scale=pair(scale), **more
        )
        self.must_keep(breaches)
        if wrong := wrong_status(action, status):
            self.breach("wrong_status", wrong)
        return status, found

    def breach(self, rule: str, text: str) -> None:
        """Notes that the plug-in broke a rule; raises ContractError where the host is strict."""
        self._core.note(rule, text)
        self.must_keep([(rule, text)])

    def must_keep(self, breaches: list[tuple[str, str]]) -> None:
        """Raises ContractError for the first breach where the host is strict."""
        if breaches and self.strict:
            rule, text = breaches[0]
            raise ContractError(rule, self.plugin.label, text)

    def failure(self, action: str, status: int, told: int | None = None) -> ActionError:
        """The error for a status; `told` is how many messages there were before the action."""
        kind = RenderError if action == RENDER else ActionError
        error = kind(action, status, self.plugin.label, self._last_words(told))
        if status == ERR_MEMORY:
            error.__cause__ = MemoryError(f"{self.plugin.label} found no memory")
        return error

    def _last_words(self, told: int | None) -> str:
        persistent = self._core.persistent()
        if persistent:
            return persistent[2]
        fresh = self._core.message_count - (told or 0)
        lately = self._core.messages()[-fresh:] if fresh > 0 else []
        bad = [m[2] for m in lately if m[0] in ("OfxMessageError", "OfxMessageFatal")]
        return bad[-1] if bad else ""

    @contextmanager
    def frame(self) -> Iterator[None]:
        """What clips' callables return is remembered until the outermost question is answered."""
        with self._count_lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._count_lock:
                self._busy -= 1
                if not self._busy:
                    for clip in self._inputs.values():
                        clip.forget()

    def flag(self, name: str) -> int:
        """An integer property of the instance; 0 where it is absent."""
        values = self._core.properties.get(name)
        return int(values[0]) if values else 0

    def put(self, name: str, value: Any) -> None:
        """Writes a property of the instance."""
        self._core.properties.put(name, value)

    def first_input(self) -> str | None:
        """The main input: "Source", else the first clip defined."""
        return "Source" if "Source" in self._inputs else next(iter(self._inputs), None)

    def connected(self) -> list[str]:
        """Names of the inputs that are fed."""
        return [n for n, clip in self._inputs.items() if clip.connected]


def _destroy(core: _host.Effect, inputs: dict[str, Clip], again: bool) -> None:
    status, _, _ = core.act("OfxActionDestroyInstance", None, None)
    if again and status != OK:
        status, _, _ = core.act("OfxActionDestroyInstance", None, None)
    if wrong := wrong_status("OfxActionDestroyInstance", status):
        core.note("wrong_status", wrong)
    core.bury()
    for clip in inputs.values():
        clip.feed(None)  # C++ holds the clip and the clip holds C++: let go
