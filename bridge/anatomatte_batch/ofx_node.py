"""The built .ofx, driven through pyopenfx as any host would."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import anatomatte
from anatomatte import settings
from anatomatte.decision import Decision, parsed
from anatomatte.errors import (
    AnatomatteError,
    Cancelled,
    FrameMissing,
    OutOfMemory,
    PlateError,
    SettingsError,
    SetupError,
)
from anatomatte.settings import Value

from .node import ALONE, Account, Pictures, Rendered
from .picture import Picture, Window

Given = Value | tuple[tuple[int, Value], ...]
IDENTIFIER = "org.anatomatte.Anatomatte"
_CLASSES: dict[str, type[AnatomatteError]] = {
    "anatomatte.settings": SettingsError,
    "anatomatte.plate": PlateError,
    "anatomatte.setup": SetupError,
    "anatomatte.memory": OutOfMemory,
}


def bundle() -> Path:
    """The bundle that was built or installed with this Python package."""
    return Path(anatomatte.__file__).parent / "ofx" / "anatomatte.ofx.bundle"


def load_plugin(path: Path | None = None) -> tuple[Any, Any]:
    """A host and the node's plug-in in it.

    Raises:
        SetupError: there is no bundle, or it does not load; the message names the reason.
    """
    try:
        from pyopenfx import Host
        from pyopenfx.errors import HostError
    except ImportError as why:
        raise SetupError(f"pyopenfx cannot be imported ({why}); run `make build` or reinstall.") from why
    path = path or bundle()
    if not path.is_dir():
        raise SetupError(f"There is no node at {path}; run `make build` or reinstall the package.")
    host = Host()
    host.scan([path])
    try:
        return host, host.load(IDENTIFIER)
    except HostError as why:
        told = "; ".join(problem.reason for problem in host.problems) or str(why)
        raise SetupError(f"The node at {path} does not load: {told}") from why


def identity() -> dict[str, str]:
    """What decides the node's pixels besides its settings."""
    return {
        "version": anatomatte.__version__,
        "table": settings.digest(),
        "precision": "float32",
    }


class OfxNode:
    """An instance of the node, made at the first frame that can be read."""

    def __init__(
        self, clips: Mapping[str, Pictures], stop: Callable[[], bool], span: tuple[int, int] | None = None
    ) -> None:
        self.identity: Mapping[str, str] = identity()
        self._clips, self._stop = clips, stop
        self._host, self._plugin = load_plugin()
        self._span = span
        self._instance: Any = None
        self._now = _Now()
        self._shot = ExitStack()
        self._given: dict[str, Given] = {}
        self.scale = 1.0
        """Render scale of what is rendered next: a proxy of the plate, as hosts ask for it."""

    def render(
        self,
        frame: int,
        values: Mapping[str, Value],
        around: Mapping[int, Mapping[str, Value]] = ALONE,
        window: Window | None = None,
    ) -> Rendered:
        """One render through the OFX C API."""
        from pyopenfx import errors

        try:
            instance = self._at(frame)
            self._set(instance, {frame: values, **around}, frame)
            planes = instance.render(frame, window, self.scale, abort=self._stop)
        except errors.RenderAborted as why:
            raise Cancelled("Stopped while rendering.") from why
        except errors.ParamError as why:
            raise SettingsError(str(why)) from why
        except errors.ClipError as why:
            raise PlateError(f"The node does not take this picture: {why}") from why
        except errors.ActionError as why:
            raise self._explained(why) from why
        pixels = np.ascontiguousarray(planes["colour"], dtype=np.float32)
        told = self._told(frame)
        return Rendered(pixels, planes.bounds, told, self._account())

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        """Whether there is a screen: what a render at half resolution of this frame alone decides."""
        alone: dict[str, Value] = {"output": "matte", "draft": "always", "steady": 0.0}
        rendered = self.render(frame, {**values, **alone})
        return parsed(rendered.account.facts.get("screen_kept", ""))

    def _told(self, frame: int) -> tuple[str, ...]:
        """The sentences of the node's status that are about this frame."""
        self._instance.params["refresh"].press()
        lines = str(self._instance.params["status"].value).splitlines()
        own = next((n for n, line in enumerate(lines) if line.startswith(f"Frame {frame:g}: ")), len(lines))
        return tuple(line for line in lines[own + 1 :] if line.endswith("."))

    def expected(self, frame: int, values: Mapping[str, Value]) -> Account:
        """What the engine of this Python would take; the node tells after a render what it took."""
        from anatomatte.engine import provenance

        first, last = self._span or (frame, frame)
        return Account.of(provenance.expected(settings.from_mapping(dict(values)), frame, first, last))

    def _account(self) -> Account:
        """What made the last frame, from the node itself; Refresh wrote it down."""
        text = str(self._instance.params["provenance"].value)
        if not text:
            raise SetupError(
                f"The node at {self._plugin.bundle} does not say what made its frame; run `make build` or "
                "reinstall, then `anatomatte doctor`."
            )
        return Account.of(json.loads(text))

    def close(self) -> None:
        """Destroys the instance; the plug-in stays loaded for the process."""
        self._shot.close()
        self._instance = None

    def _at(self, frame: int) -> Any:
        self._now.frame = frame
        if self._instance is None:
            plate = self._clips["Source"](frame)
            width, height = plate.size
            instance = self._plugin.instance(
                "general",
                project_size=(width * plate.aspect, height),
                frame_range=self._span or (frame, frame),
                frame_rate=plate.fps or 24.0,
            )
            self._shot.callback(instance.close)
            instance.frames_ahead = 0  # files are read when the node asks: it knows most frames already
            for name, pictures in self._clips.items():
                instance.clips[name] = _feed(name, pictures, self._now)
            if strange := [c.name for c in settings.CONTROLS if c.name not in instance.params]:
                raise SetupError(
                    f"The node at {self._plugin.bundle} is of another version (it has no {strange[0]}); "
                    "run `make build` or reinstall, then `anatomatte doctor`."
                )
            # one sequence for all frames: the node may trust that the plates on the disk stay what they are
            self._shot.enter_context(instance.sequence(*instance.frame_range))
            self._instance, self._given = instance, {}
        self._instance.time = frame
        return self._instance

    def _set(self, instance: Any, values: Mapping[int, Mapping[str, Value]], now: int) -> None:
        """Give every control its values by frame: one that is the same at all of them is a constant."""
        for name, value in values[now].items():
            control = settings.BY_NAME[name]
            told = {frame: there[name] for frame, there in values.items()}
            given: Given = value if all(one == value for one in told.values()) else tuple(told.items())
            unmoved = control.kind == "point" and given == control.default and name not in self._given
            if control.kind in settings.SHOWN or self._given.get(name) == given or unmoved:
                continue  # the node itself knows where the middle of the picture is
            if given is value:
                instance.params[name] = value
            else:
                instance.params[name].hold(told)
            self._given[name] = given

    def _explained(self, why: Any) -> AnatomatteError:
        message = self._instance.persistent_message if self._instance is not None else None
        sentence = why.message or str(why)
        if isinstance(why.__cause__, MemoryError):
            return OutOfMemory(sentence)
        return _CLASSES.get(message[1] if message else "", AnatomatteError)(sentence)


@dataclass
class _Now:
    """The frame that is rendered."""

    frame: int | None = None
    aspect: float = 1.0  # of the plate's pixels


def _feed(name: str, pictures: Pictures, now: _Now) -> Callable[[float], Any]:
    """A clip for the host: frames that are missing are no pictures, but for the one that is rendered."""

    def image_at(time: float) -> Any:
        number = round(time)
        try:
            picture = pictures(number)
        except FrameMissing:
            if number == now.frame:
                raise
            return None
        if name == "Source":
            now.aspect = picture.aspect if number == now.frame else now.aspect
        else:  # pixel for pixel: many files of mattes and backgrounds know of no aspect
            picture = replace(picture, aspect=now.aspect)
        return as_image(picture, matte=name in ("InM", "OutM", "Hint"))

    return image_at


def as_image(picture: Picture, matte: bool) -> Any:
    """A picture as pyopenfx takes it: the same pixels, described.  One channel is an alpha for a
    matte and grey for a plate."""
    from pyopenfx import Image

    pixels = picture.pixels
    if pixels.shape[2] == 1 and not matte:
        pixels = np.repeat(pixels, 3, axis=2)
    return Image(pixels, picture.bounds, picture.premult, picture.aspect)


def connect(
    clips: Mapping[str, Pictures], stop: Callable[[], bool], span: tuple[int, int] | None = None
) -> OfxNode:
    """The node with its clips connected, on a time line from the first to the last frame of *span*."""
    return OfxNode(clips, stop, span)
