"""Where frames go, by the name that is asked for: stills, stills of each layer, a video."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from anatomatte.errors import SettingsError
from anatomatte.settings import Value

from .sequences import is_certain

if TYPE_CHECKING:
    from .cryptomatte import Cryptomatte
    from .ocio import Space
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
    space: Space | None = None,
) -> tuple[Sink, dict[str, Value], str]:
    """Where *count* frames go, the controls that follow from it, and the format in words; *space* is that
    in which colours are written, None as the node makes them."""
    from .layer_sink import TOKEN
    from .renders import default_values
    from .sinks import VideoSink
    from .stills import COMPRESSIONS
    from .video import frames_per_second

    extension = target.extension
    if Path(target.text).is_dir():
        raise SettingsError(f"{target.text} is a folder; name the files in it, like {_in(target.text)}.")
    one_of("--compression", request.compression, COMPRESSIONS)
    if request.depth is not None:
        one_of("--depth", str(request.depth), ("8", "16", "half", "float"))
    if extension in (".mp4", ".mov"):
        if target.pad is not None and is_certain(target):
            name = re.sub(r"[._-]?$", "", target.prefix) or "key"
            raise SettingsError(
                f"{target.text} has a frame number, and a video is one file for all frames; name it like "
                f"{target.folder / name}{extension}."
            )
        if request.trim or TOKEN in target.text:
            raise SettingsError(f"--trim and {TOKEN} in DST are of stills, and DST is a video.")
        if request.proxy is not None:
            raise SettingsError("--proxy is of stills, and DST is a video; name stills, or leave it out.")
        if layers != ("rgba",):
            raise SettingsError(f"{extension} files hold rgba only; write EXR for other layers.")
        over = request.over if extension == ".mp4" else "none"
        rate = frames_per_second(str(request.fps)) if request.fps else None
        video = VideoSink(Path(request.destination), rate, over)
        return video, default_values(False, over), f"{extension} {over}"
    sink, told, linear = _stills(request, layers, coded, target, count, names, space)
    if request.proxy is not None:
        from .proxies import ProxySink

        small = _proxy_pattern(request, target, extension)
        also, _, _ = _stills(request, layers, coded, small, count, names, space)
        sink = ProxySink(sink, also, request.proxy_scale, coded)
    return sink, default_values(linear, None), told


def _in(folder: str) -> Path:
    """A name of frames in a folder."""
    return Path(folder) / "key.####.exr"


def _stills(
    request: RenderRequest,
    layers: tuple[str, ...],
    coded: tuple[Cryptomatte, ...],
    target: Pattern,
    count: int,
    names: Mapping[str, str],
    space: Space | None,
) -> tuple[Sink, str, bool]:
    """The sink of stills, its format in words, and whether files of it hold linear light."""
    from .layer_sink import TOKEN, LayerSink
    from .sinks import StillSink
    from .stills import DEPTHS, StillFormat

    depth = request.depth or DEPTHS.get(target.extension, ("",))[0]
    apart = [(layer,) for layer in layers] if TOKEN in target.text else [layers]
    hows = [
        StillFormat(
            target.extension, some, depth, request.compression, tuple(names.items()),
            tuple(one for one in coded if one.layer in some), request.trim,
        )
        for some in apart
    ]  # fmt: skip
    if target.pad is None and count > 1:
        raise SettingsError(f"{target.text} is one file for {count} frames; write it like key.####.exr.")
    if TOKEN in target.text:
        return LayerSink(target, hows, space), f"apart: {'; '.join(map(str, hows))}", hows[0].linear
    return StillSink(target, hows[0], space), str(hows[0]), hows[0].linear


def _proxy_pattern(request: RenderRequest, target: Pattern, extension: str) -> Pattern:
    """Where proxies go: files of the same type, as they hold the same."""
    from .sequences import as_one_file, parse_pattern

    small = parse_pattern(str(request.proxy), there=False)
    if small.text == target.text:
        raise SettingsError(f"--proxy {request.proxy} is DST itself; give the proxies another name.")
    if small.extension != extension:
        raise SettingsError(
            f"--proxy {request.proxy}: a proxy holds what its frame does; name {extension} files, as DST has."
        )
    return as_one_file(small) if target.pad is None and small.pad is not None else small
