"""An instance of a plug-in: parameters, clips, changes, messages, renders."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _host
from .clips import Clip, Clips, Feed, put_rate
from .core import Scale, pair
from .errors import FAILED, REPLY_NO, REPLY_YES, RenderError
from .image import Bounds, Layout
from .imitate import frame_copy, imitate_params
from .panel import Tab, panel
from .params import Param, Params
from .planes import COLOUR, Plane
from .questions import Questions
from .render import Job, Planes, Stop, reduced, sequence_arguments

if TYPE_CHECKING:
    from .host import Plugin

USER = "OfxChangeUserEdited"
PLUGIN = "OfxChangePluginEdited"
TIME = "OfxChangeTime"
Message = tuple[str, str, str]
_MOST_ECHOES = 8  # rounds of parameters that a plug-in sets in answer to parameters


class Instance(Questions):
    """An instance of a plug-in; a context manager that closes it.

    Several threads may render at once; how many really do is the plug-in's render thread safety.
    Callables that feed clips are called on the threads that render and must not change the
    instance.
    """

    def __init__(
        self,
        plugin: Plugin,
        descriptor: _host.Effect,
        context: str,
        *,
        layout: Layout,
        project_size: tuple[float, float] | None,
        frame_range: tuple[float, float],
        frame_rate: float,
        interactive: bool,
    ) -> None:
        super().__init__(plugin, descriptor, context, layout)
        self.clips = Clips(self._inputs, self._connect)
        self.params = Params(
            {p.name: Param(p, lambda: self.time, self._param_changed) for p in self._core.params()}
        )
        self._change_lock = threading.RLock()
        self._bracketed = False
        self._renders = 0
        self._sequence = False
        self._in_order = False  # as the sequence that is rendered was told
        self._single_use = False
        self.takes_scale = True  # as far as the host has found out
        self.frames_ahead = 8  # that are fetched before a render, where no more are needed of a clip
        self.keeps_failed = False  # a failed frame is what the plug-in left in it
        self.failed: list[tuple[float, str]] = []  # frames of `film`, and why
        self.put("OfxPropIsInteractive", int(interactive))
        self.frame_rate = float(frame_rate)
        self.put("OfxImageEffectPropFrameRate", self.frame_rate)
        for clip in self._inputs.values():
            put_rate(clip.core.properties, self.frame_rate)
        if project_size is not None:
            self.fix_project(project_size)
        self.frame_range = frame_range
        self.time = frame_range[0]
        imitate_params([self.params[name] for name in self.params], self.profile, self.project_size)
        self.create()
        if self.profile.probes_scale:
            self._probe_scale()

    def __enter__(self) -> Instance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- rendering ----

    def render(
        self,
        time: float | None = None,
        window: Bounds | None = None,
        scale: Scale = 1.0,
        planes: Sequence[str] | None = None,
        *,
        field: str = "none",
        draft: bool = False,
        interactive: bool = False,
        sequential: bool | None = None,
        identity: bool = True,
        progress: Callable[[float], object] | None = None,
        abort: Callable[[], object] | Stop | None = None,
    ) -> Planes:
        """Renders one frame.

        `time`: frame, by default the time line's.  `window`: (x1, y1, x2, y2) in pixels at the
        render scale, y up; by default the whole region of definition.  `scale`: render scale.
        `planes`: names of planes, of those that `planes()` lists; by default all of them.  A plug-in
        without planes makes "colour".  `sequential`: whether the plug-in is told that frames come in
        order; by default what `sequence` has told it, else not.  `identity`: ask the plug-in whether an
        input can be passed through.  `progress` is told fractions and may answer False to stop;
        `abort` is asked by the plug-in: a callable, or an object with `is_set`.
        Raises RenderError, RenderAborted, ValueError for a window outside the region, and
        whatever a clip's callable raised.
        """
        at = self.time if time is None else float(time)
        if not (self.profile.fractional_times or at.is_integer()):
            raise ValueError(f"{self.profile.name} has no frame {at:g}, only whole ones.")
        if self._frame_by_frame():
            return self._render_apart(at, window, scale, progress, field=field, draft=draft)
        wanted = pair(scale)
        sequential = bool(self._in_order if sequential is None else sequential)
        shrink = not self.takes_scale and wanted != (1.0, 1.0)
        with self.frame(), self._counted():
            if shrink:
                job = Job(self, at, None, (1.0, 1.0), field, draft, interactive, sequential)
                return reduced(job.render(progress, abort, not self._sequence), wanted, window)
            job = Job(self, at, window, wanted, field, draft, interactive, sequential)
            job.planes = self._chosen(planes, at)
            passed = job.identity() if identity and job.planes[0].name == COLOUR else None
            return passed if passed is not None else job.render(progress, abort, not self._sequence)

    def _chosen(self, wanted: Sequence[str] | None, time: float) -> list[Plane]:
        listed = {plane.name: plane for plane in self.planes(time)}
        for name in wanted or ():
            if name not in listed:
                raise ValueError(f"{self.plugin.label} makes no plane {name!r} among {', '.join(listed)}.")
        return [listed[name] for name in listed if not wanted or name in wanted]

    def _frame_by_frame(self) -> bool:
        safety = self._core.properties.get("OfxImageEffectPluginRenderThreadSafety")
        unsafe = safety == ["OfxImageEffectRenderUnsafe"]
        return self.profile.instance_a_frame and not unsafe and not self._single_use

    def _render_apart(
        self,
        time: float,
        window: Bounds | None,
        scale: Scale,
        progress: Callable[[float], object] | None,
        **how: Any,
    ) -> Planes:
        """A frame of an instance that lives for it alone."""
        one = frame_copy(self, time)
        one._single_use, one.keeps_failed, one.failed = True, self.keeps_failed, self.failed
        try:
            return one.render(time, window, scale, progress=progress, **how)
        finally:
            one.close()
            for rule, text in one.breaches:
                self._core.note(rule, text)
            for message in one.messages:
                self._core.add_message(*message)

    def _probe_scale(self) -> None:
        args = {"OfxPropTime": self.time, "OfxImageEffectPropRenderScale": (0.5, 0.5)}
        out = {"OfxImageEffectPropRegionOfDefinition": (0.0, 0.0, *self.project_size)}
        action = "OfxImageEffectActionGetRegionOfDefinition"
        status, _ = self.ask(action, args, out, time=self.time, scale=0.5)
        self.takes_scale = status != FAILED

    def film(
        self, first: int, last: int, planes: Sequence[str] | None = None
    ) -> Iterator[tuple[int, Planes]]:
        """Renders a range as the host's own program does, and yields each frame that it would write.

        By default a frame that fails raises RenderError.  Natron's program ends there and MLT's writes
        what the plug-in left in the picture, and neither says so to its caller: `failed` does.
        """
        self.failed.clear()
        fate = self.profile.failed_frame
        self.keeps_failed = fate == "kept"
        try:
            with self.sequence(first, last):
                for frame in range(first, last + 1):
                    yield frame, self.render(frame, planes=planes)
        except RenderError as error:
            if fate != "ends":
                raise
            self.failed.append((float(frame), str(error)))
        finally:
            self.frames_ahead = 8  # that are fetched before a render, where no more are needed of a clip
        self.keeps_failed = False

    @contextmanager
    def sequence(
        self, first: float, last: float, step: float = 1.0, *, scale: Scale = 1.0, sequential: bool = True
    ) -> Iterator[None]:
        """Brackets the renders within in one Begin/EndSequenceRender."""
        args = sequence_arguments((first, last), step, pair(scale), False, sequential, False)
        self.act("OfxImageEffectActionBeginSequenceRender", args, None, time=first, scale=scale)
        self._sequence, self._in_order = True, sequential
        try:
            yield
        finally:
            self._sequence = self._in_order = False
            if self.profile.wrong_end_step:
                args["OfxImageEffectPropFrameStep"] = 0.0
            self.act("OfxImageEffectActionEndSequenceRender", args, None, time=last, scale=scale)

    def abort(self) -> None:
        """Asks every render of this instance that is under way to stop; any thread may call it."""
        with self._count_lock:
            self._core.stop = self._renders > 0

    @property
    def stopping(self) -> bool:
        """Whether `abort` was called and renders have not ended yet."""
        return self._core.stop

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._count_lock:
            self._renders += 1
        try:
            yield
        finally:
            with self._count_lock:
                self._renders -= 1
                if not self._renders:
                    self._core.stop = False

    # ---- what the artist sees ----

    @property
    def messages(self) -> list[Message]:
        """The plug-in's last thousand messages: (type, id, text), type in the standard's words."""
        return self._core.messages()

    @property
    def persistent_message(self) -> Message | None:
        """The message that the plug-in keeps up: (type, id, text), or None."""
        return self._core.persistent()

    @property
    def notes(self) -> list[str]:
        """The last thousand breaches of the standard by the plug-in, one sentence each."""
        return [text for _, text in self._core.notes()]

    @property
    def breaches(self) -> list[tuple[str, str]]:
        """As `notes`, each with the name of the rule that was broken: (rule, sentence)."""
        return self._core.notes()

    @property
    def answer(self) -> bool:
        """What questions of the plug-in are answered; yes by default."""
        return self._core.answer == REPLY_YES

    @answer.setter
    def answer(self, yes: bool) -> None:
        self._core.answer = REPLY_YES if yes else REPLY_NO

    @property
    def time(self) -> float:
        """The time line's current frame."""
        return self._core.time

    @time.setter
    def time(self, time: float) -> None:
        moved = float(time) != self._core.time
        self._core.time = float(time)
        animated = [name for name in self.params if self.params[name].keys]
        if moved and animated:  # their values are others now
            with self.changes(TIME), self.frame():
                for name in animated:
                    self._tell("OfxTypeParameter", name, TIME)
                self._echo_edits()

    @property
    def frame_range(self) -> tuple[float, float]:
        """First and last frame of the time line and of every input."""
        return self._core.time_bounds

    @frame_range.setter
    def frame_range(self, span: tuple[float, float]) -> None:
        first, last = float(span[0]), float(span[1])
        if last < first:
            raise ValueError(f"The frame range ends before it starts: {first:g} to {last:g}.")
        self._core.time_bounds = (first, last)
        self.put("OfxImageEffectInstancePropEffectDuration", last - first + 1)
        for clip in self._core.clips():
            clip.properties.put("OfxImageEffectPropFrameRange", (first, last))
            clip.properties.put("OfxImageEffectPropUnmappedFrameRange", (first, last))

    @property
    def properties(self) -> dict[str, list[Any]]:
        """The instance's properties."""
        return self._core.properties.as_dict()

    def panel(self) -> list[Tab]:
        """The tabs of its panel, as this host lays them out."""
        params = [self.params[name] for name in self.params]
        return panel(params, self.plugin.page_order(self.context), self.profile.panel)

    # ---- changes ----

    @contextmanager
    def changes(self, reason: str = USER) -> Iterator[None]:
        """Brackets several changes, by the user unless said, in one Begin/EndInstanceChanged."""
        args = {"OfxPropChangeReason": reason}
        if not self.profile.tells_changes:
            yield
            return
        with self._change_lock:
            outermost = not self._bracketed
            if outermost:
                self.act("OfxActionBeginInstanceChanged", args, None)
            self._bracketed = True
            try:
                yield
            finally:
                if outermost:
                    self._bracketed = False
                    self.act("OfxActionEndInstanceChanged", args, None)

    def _param_changed(self, name: str) -> None:
        self._changed("OfxTypeParameter", name)

    def _forget(self, kind: str, name: str) -> None:
        """Answers that depend on a clip or a parameter which has changed are asked for again."""
        self._preferences = None
        slaves = self._core.properties.get("OfxImageEffectPropClipPreferencesSlaveParam")
        if kind == "OfxTypeClip" or name in slaves:
            self._layers = None

    def _changed(self, kind: str, name: str) -> None:
        self._forget(kind, name)
        if not self.profile.tells_changes:
            return
        with self._change_lock, self.changes(), self.frame():
            self._tell(kind, name, USER)
            self._echo_edits()

    def _echo(self) -> None:
        edits = self._core.take_plugin_edits()
        if edits:
            with self._change_lock, self.changes(PLUGIN), self.frame():
                self._echo_edits(edits)

    def _echo_edits(self, edits: Sequence[str] = ()) -> None:
        """Tells the plug-in of what it has set, and of what it sets in answer; within a bracket."""
        for _ in range(_MOST_ECHOES):
            edits = [*edits, *self._core.take_plugin_edits()]
            for edited in dict.fromkeys(edits):
                self._forget("OfxTypeParameter", edited)
                self._tell("OfxTypeParameter", edited, PLUGIN)
            if not edits:
                break
            edits = ()

    def _tell(self, kind: str, name: str, reason: str) -> None:
        if not self.profile.tells_changes:
            return
        args: dict[str, Any] = {
            "OfxPropType": kind,
            "OfxPropName": name,
            "OfxPropChangeReason": reason,
            "OfxPropTime": self.time,
            "OfxImageEffectPropRenderScale": (1.0, 1.0),
        }
        self.act("OfxActionInstanceChanged", args, None, time=self.time)

    def _connect(self, clip: Clip, source: Feed) -> None:
        with self._change_lock, self.frame():
            before = clip.known
            clip.feed(source)
            if not callable(source):  # a callable is not asked before its frames are needed
                clip.raw_format(self.time)
                clip.settle(clip.known, clip.known)
                self._fit_project(self.time)
            if before != clip.known or callable(source):  # another frame of a kind is no change
                self._changed("OfxTypeClip", clip.name)
