"""What the validator's checks stand on: a strict host, a plug-in in it, pictures for its clips."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from ._words import CHANNELS, CONTEXTS, DTYPES
from .clips import ClipDescription
from .errors import EmptyRegion, HostError, RenderError
from .host import Host, Plugin
from .image import Image, Layout
from .instance import Instance
from .pixels import convert_depth
from .render import Planes

Array = npt.NDArray[Any]
SIZE = (36, 48)  # rows and columns of the pictures
_CANNOT = 4  # kOfxStatErrMissingHostFeature


class Fault(Exception):
    """What the plug-in did wrong."""


class Skip(Exception):
    """Why there is nothing to check."""


class Bench:
    """A plug-in on the bench; `warnings` collects what is doubtful."""

    def __init__(self, host: Host, plugin: Plugin) -> None:
        self.host = host
        self.plugin = plugin
        self.warnings: list[str] = []
        self.said: list[str] = []

    @property
    def contexts(self) -> list[str]:
        """The contexts that both know."""
        return [c for c in self.plugin.contexts if c in CONTEXTS and c in self.host.profile.contexts]

    @property
    def depths(self) -> list[str]:
        """Pixel depths that both know, the best for checking first."""
        return [d for d in ("float", "half", "short", "byte") if d in self.plugin.depths] or ["float"]

    def warn(self, text: str) -> None:
        """Something that a host can live with."""
        if text not in self.warnings:
            self.warnings.append(text)

    @contextmanager
    def instance(
        self,
        context: str | None = None,
        *,
        layout: Layout | None = None,
        depth: str | None = None,
        components: str | None = None,
        every_clip: bool = False,
        connect: bool = True,
    ) -> Iterator[Instance]:
        """An instance with its clips fed and its project as large as they are."""
        context = context or self.contexts[0]
        size = (float(SIZE[1]), float(SIZE[0]))
        made = self.plugin.instance(context, layout=layout, project_size=size, frame_range=(1, 10))
        try:
            if connect:
                for name in made.clips:
                    clip = made.clips[name]
                    if every_clip or not clip.optional:
                        made.clips[name] = self.picture(clip, depth or self.depths[0], components)
            yield made
        finally:
            made.close()

    def picture(self, clip: ClipDescription, depth: str, components: str | None = None) -> Image:
        """A picture that the clip takes, the same every time."""
        takes = [c for c in ("rgba", "rgb", "alpha") if c in clip.components]
        kind = components if components in takes else (takes or ["rgba"])[0]
        noise = np.random.default_rng(zlib.crc32(clip.name.encode()))
        pixels = noise.uniform(0.05, 0.95, (*SIZE, CHANNELS[kind])).astype(np.float32)
        if kind == "rgba":
            pixels[..., :3] *= pixels[..., 3:]
        return Image(convert_depth(pixels, DTYPES[depth]))

    def render(self, one: Instance, time: float = 1, **how: Any) -> Planes:
        """A frame; a plug-in that declines it with a reason is not at fault."""
        try:
            return one.render(time, **how)
        except EmptyRegion as error:
            raise Skip(str(error)) from error
        except RenderError as error:
            if error.status == _CANNOT:
                raise Skip(f"needs what this host lacks ({error})") from error
            if error.message:
                raise Skip(f"declined to render: {error.message}") from error
            raise Fault(f"{error}, where it had all inputs") from error

    def same(self, one: Array, other: Array, what: str) -> None:
        """Warns where two pictures that should be one are not."""
        if one.shape != other.shape:
            raise Fault(f"{what}: {one.shape} is not {other.shape}")
        a, b = one.astype(np.float64), other.astype(np.float64)
        unlike = ~(np.isclose(a, b, rtol=1e-4, atol=1e-4) | (np.isnan(a) & np.isnan(b)))
        if unlike.any():
            self.warn(f"{what}: {int(unlike.sum())} of {unlike.size} values differ")


def status_of(error: HostError) -> int | None:
    """The OFX status in an error, if there is one."""
    return getattr(error, "status", None)


def lacks_feature(error: HostError) -> bool:
    """Whether a plug-in said that the host is not enough for it."""
    return status_of(error) == _CANNOT
