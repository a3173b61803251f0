"""Where frames go, by the name that is asked for: stills, stills of each layer, a video."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from anatomatte.errors import SettingsError
from anatomatte.settings import Value

if TYPE_CHECKING:
    from .cryptomatte import Cryptomatte
    from .request import RenderRequest
    from .sequences import Pattern
    from .sinks import Sink


def one_of(option: str, value: str, menu: tuple[str, ...]) -> None:
    """Raise SettingsError where a word is not in its menu."""
    if value not in menu:
        raise SettingsError(f"{option} {value}: it takes {' or '.join(menu)}.")


def sink_of(
    request: RenderRequest,
    layers: tuple[str, ...],
    coded: tuple[Cryptomatte, ...],
    target: Pattern,
    count: int,
    names: Mapping[str, str],
) -> tuple[Sink, dict[str, Value], str]:
    """Where *count* frames go, the controls that follow from it, and the format in words."""
    from .layer_sink import TOKEN, LayerSink
    from .renders import default_values
    from .sinks import StillSink, VideoSink
    from .stills import COMPRESSIONS, DEPTHS, StillFormat
    from .video import frames_per_second

    extension = target.extension
    one_of("--compression", request.compression, COMPRESSIONS)
    if request.depth is not None:
        one_of("--depth", str(request.depth), ("8", "16", "half", "float"))
    if extension in (".mp4", ".mov"):
        if request.trim or TOKEN in target.text:
            raise SettingsError(f"--trim and {TOKEN} in DST are of stills, and DST is a video.")
        if layers != ("rgba",):
            raise SettingsError(f"{extension} files hold rgba only; write EXR for other layers.")
        over = request.over if extension == ".mp4" else "none"
        rate = frames_per_second(str(request.fps)) if request.fps else None
        sink = VideoSink(Path(request.destination), rate, over)
        return sink, default_values(False, over), f"{extension} {over}"
    depth = request.depth or DEPTHS.get(extension, ("",))[0]
    apart = [(layer,) for layer in layers] if TOKEN in target.text else [layers]
    hows = [
        StillFormat(
            extension, some, depth, request.compression, tuple(names.items()),
            tuple(one for one in coded if one.layer in some), request.trim,
        )
        for some in apart
    ]  # fmt: skip
    if target.pad is None and count > 1:
        raise SettingsError(f"DST is one file for {count} frames; write it like key.####.exr.")
    if TOKEN in target.text:
        told = f"apart: {'; '.join(map(str, hows))}"
        return LayerSink(target, hows), default_values(hows[0].linear, None), told
    how = hows[0]
    return StillSink(target, how), default_values(how.linear, None), str(how)
