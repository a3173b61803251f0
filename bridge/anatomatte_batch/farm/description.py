"""SHOT.toml: what a farm is to render, and what a machine needs for it."""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from anatomatte.errors import PlateError, SettingsError
from anatomatte.settings import BY_NAME

from .. import presets
from ..checking import CheckRequest
from ..layer_sink import TOKEN
from ..request import CLIPS, RenderRequest
from ..sequences import compact, parse_frames, parse_pattern

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


PATHS = ("source", *CLIPS, "output", "proxy", "preset", "sidecar", "logs")
"""What of a shot is a path, which every machine may mount elsewhere."""


@dataclass(frozen=True, kw_only=True)
class FarmShot:
    """One shot for a farm; paths are absolute.

    Attributes:
        name: of the job.
        source: the plate.
        inm, outm, clean_plate, hint, bg: the node's other clips; empty for none.
        output: where frames go.
        frames: ascending.
        layers: as a render takes them.
        preset: settings of the shot; empty for none.
        sidecar: who is who; empty for none.
        settings: NAME=VALUE, above the preset; controls that name files are in *files*.
        files: of settings and preset, by control, as each machine may mount them elsewhere.
        colorspace, out_colorspace: of the config in $OCIO, as a render takes them; empty for none.
        trim: EXR files get a data window no larger than what is not 0.
        proxy: where the same frames go smaller; empty for none.
        proxy_scale: 2, 4 or 8.
        chunk: frames of a task.
        retries: of a frame, within a task.
        timeout: seconds for a frame; 0 for none.
        qc_threshold: of the gate; 0 for none.
        sheet: whether a contact sheet is made, which knows no other clips.
        logs: the folder where each task writes its log, which the check reads; empty for none.
        show: of OpenCue.
        user: of OpenCue; empty for whoever writes the job.
        cpus: processors that a task needs, and the threads that it takes.
        memory: GiB.
        gpus: that a task needs.
        gpu_memory: GiB.
        folder: of SHOT.toml.
    """

    name: str
    source: str
    output: str
    frames: tuple[int, ...]
    inm: str = ""
    outm: str = ""
    clean_plate: str = ""
    hint: str = ""
    bg: str = ""
    layers: str = "rgba"
    preset: str = ""
    sidecar: str = ""
    settings: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    colorspace: str = ""
    out_colorspace: str = ""
    trim: bool = False
    proxy: str = ""
    proxy_scale: int = 2
    chunk: int = 10
    retries: int = 2
    timeout: float = 0.0
    qc_threshold: float = 0.0
    sheet: bool = True
    logs: str = ""
    show: str = "show"
    user: str = ""
    cpus: int = 4
    memory: float = 8.0
    gpus: int = 0
    gpu_memory: float = 0.0
    folder: str = ""

    def relative(self) -> FarmShot:
        """The same shot with paths that count from its folder, as machines mount it at different places."""
        paths: dict[str, Any] = {
            name: _from(self.folder, getattr(self, name)) for name in PATHS if getattr(self, name)
        }
        files = tuple((name, _from(self.folder, path)) for name, path in self.files)
        return dataclasses.replace(self, **paths, files=files)

    @property
    def even(self) -> bool:
        """Whether the frames have no gap."""
        return self.frames[-1] - self.frames[0] + 1 == len(self.frames)

    def range(self, step: str = ":") -> str:
        """The frames as queues read them: ``1-10``, ``1-9:2``, ``1-4,7``."""
        if len(self.frames) > 2:
            by = self.frames[1] - self.frames[0]
            if by > 1 and self.frames == tuple(range(self.frames[0], self.frames[-1] + 1, by)):
                return f"{self.frames[0]}-{self.frames[-1]}{step}{by}"
        return compact(self.frames)

    @property
    def sheet_file(self) -> str:
        """Where the contact sheet goes: beside the frames, and beside the folders of layers."""
        return _a_path(str(_above(self.output) / f"{self.name}.sheet.png"))

    def at(self, paths: Mapping[str, str]) -> FarmShot:
        """The same shot with other words for those of its paths that it has, as a queue's own tokens."""
        told: dict[str, Any] = {name: paths[name] for name in PATHS if getattr(self, name)}
        files = tuple((name, paths.get(name, path)) for name, path in self.files)
        return dataclasses.replace(self, **told, files=files)

    @property
    def clips(self) -> list[str]:
        """Those of the node's other clips that there are."""
        return [name for name in CLIPS if getattr(self, name)]

    @property
    def sets(self) -> list[str]:
        """NAME=VALUE of all controls."""
        return [*self.settings, *(f"{name}={path}" for name, path in self.files)]

    def render_words(self, frames: str) -> list[str]:
        """The words behind ``anatomatte`` that render *frames*, which may be a queue's own token."""
        words = ["farm", "render", self.source, self.output, "--frames", frames, "--layers", self.layers]
        for name in self.clips:
            words += [f"--{name.replace('_', '-')}", getattr(self, name)]
        words += ["--preset", self.preset] if self.preset else []
        words += ["--shot", self.sidecar] if self.sidecar else []
        words += [word for text in self.sets for word in ("--set", text)]
        words += self._colour_words()
        words += ["--out-colorspace", self.out_colorspace] if self.out_colorspace else []
        words += ["--trim"] if self.trim else []
        words += ["--proxy", self.proxy, "--proxy-scale", str(self.proxy_scale)] if self.proxy else []
        words += ["--retries", str(self.retries)] if self.retries else []
        words += ["--timeout-per-frame", f"{self.timeout:g}"] if self.timeout else []
        words += ["--logs", self.logs] if self.logs else []
        return [*words, "--threads", str(self.cpus)]

    def sheet_words(self, sheet: str, frames: str) -> list[str]:
        """The words behind ``anatomatte`` that make the contact sheet of all frames, as they are rendered."""
        sets = (word for text in self.sets for word in ("--set", text))
        words = ["sheet", self.source, sheet, "--frames", frames]
        words += ["--preset", self.preset] if self.preset else []
        words += ["--shot", self.sidecar] if self.sidecar else []
        return [*words, *sets, *self._colour_words()]

    def _colour_words(self) -> list[str]:
        return ["--colorspace", self.colorspace] if self.colorspace else []

    def check_words(self, frames: str) -> list[str]:
        """The words behind ``anatomatte`` that check all frames."""
        words = ["check-frames", self.output, "--frames", frames, "--layers", self.layers]
        words += ["--proxy", self.proxy] if self.proxy else []
        words += ["--source", self.source]
        words += ["--preset", self.preset] if self.preset else []
        words += [word for text in self.sets for word in ("--set", text)]
        words += ["--shot", self.sidecar] if self.sidecar else []
        words += ["--rendered", self.logs] if self.logs else []
        return words + (["--qc-threshold", f"{self.qc_threshold:g}"] if self.qc_threshold else [])


def _above(output: str) -> Path:
    """The folder of all frames, above those of layers."""
    folder = Path(output).parent
    return next((one for one in (folder, *folder.parents) if TOKEN not in str(one)), folder)


_TABLES = ("shot", "needs")
_OWN = ("folder", "files")
"""What nobody writes: it follows from the rest."""


def load(path: Path) -> FarmShot:
    """Read SHOT.toml; paths in it count from its folder.

    Raises:
        SettingsError: it cannot be read, or a word in it is wrong.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise SettingsError(f"{path} cannot be read: {why.strerror}.") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise SettingsError(f"{path} is no TOML: {why}.") from why
    _known(path, told, _TABLES)
    facts: dict[str, Any] = {**_table(path, told, "shot"), **_table(path, told, "needs")}
    _said(path, facts)
    for key in ("source", "output"):
        if not isinstance(facts.get(key), str):
            raise SettingsError(f"{path}: [shot] needs {key}, the name of files like plate.####.exr.")
    folder = Path(_plain(path.absolute())).parent
    for key in PATHS:
        facts[key] = _plain(folder / facts[key]) if facts.get(key) else ""
    facts.setdefault("name", path.stem)
    facts.setdefault("sheet", not any(facts[name] for name in CLIPS))
    facts["logs"] = facts["logs"] or str(_above(facts["output"]) / f"{facts['name']}.logs")
    facts["folder"] = str(folder)
    settings = facts.get("settings", {})
    if not isinstance(settings, dict):
        raise SettingsError(f"{path}: settings is to be a table, {{NAME = VALUE}}.")
    facts["files"] = tuple(_files(settings, facts["preset"], folder).items())
    facts["settings"] = tuple(
        f"{name}={_word(value)}" for name, value in settings.items() if not _is_file(name)
    )
    facts["frames"] = _frames(path, facts)
    shot = _typed(path, facts)
    _check(path, shot)
    return shot


def _said(path: Path, facts: Mapping[str, Any]) -> None:
    """Refuse an empty text: a variable that was not set would count as if nothing were asked."""
    for key, value in facts.items():
        if key != "name" and isinstance(value, str) and not value.strip():
            raise SettingsError(
                f"{path}: {key} is empty: is a variable not set? Give it a value, or leave it out."
            )


def _is_file(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].kind == "file"


def _files(settings: Mapping[str, Any], preset: str, folder: Path) -> dict[str, str]:
    """Files that controls of preset and shot name, the latter first; they count from the folder."""
    told = {**(presets.load(Path(preset)).settings if preset else {}), **settings}
    named = {name: str(value).strip() for name, value in told.items() if _is_file(name)}
    return {name: _plain(folder / os.path.expanduser(value)) for name, value in named.items() if value}


def _from(folder: str, path: str) -> str:
    """How a path is reached by a process whose folder is *folder*, which may be a link.

    A name that would be an option or somebody's home is one of the folder: ``./-plate.####.exr``.
    """
    told = os.path.relpath(path, folder)
    if os.path.realpath(os.path.join(folder, told)) != os.path.realpath(path):
        told = os.path.relpath(os.path.realpath(path), os.path.realpath(folder))
    return _a_path(told)


def _a_path(told: str) -> str:
    """A word that counts as a path: ``./-key`` for ``-key``, which counts as an option."""
    return os.path.join(os.curdir, told) if told.startswith(("-", "~")) else told


def _plain(path: Path) -> str:
    """The same place without ``..``: queues map a path by the folders that it begins with.

    Where a link lies before ``..``, the folder that it leads to is named.
    """
    plain = os.path.normpath(path)
    if os.pardir not in path.parts or os.path.realpath(plain) == os.path.realpath(path):
        return plain
    ups = len(path.parts) - path.parts[::-1].index(os.pardir)
    return os.path.join(os.path.realpath(Path(*path.parts[:ups])), *path.parts[ups:])


def _word(value: Any) -> str:
    """A value of TOML as ``--set`` takes it."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _frames(path: Path, facts: Mapping[str, Any]) -> tuple[int, ...]:
    if "frames" in facts:
        return tuple(parse_frames(str(facts["frames"])))
    from ..source import Source

    try:
        source = Source(facts["source"])
    except PlateError as why:
        raise PlateError(f"{path}: there is no frame of the plate; copy it, or name frames. {why}") from why
    try:
        return tuple(source.frames())
    finally:
        source.close()


def _typed(path: Path, facts: Mapping[str, Any]) -> FarmShot:
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "int": (int,),
        "float": (int, float),
        "bool": (bool,),
    }
    for one in fields(FarmShot):
        kind, value = kinds.get(str(one.type), ()), facts.get(one.name)
        fits = isinstance(value, kind) and isinstance(value, bool) == (bool in kind)
        if kind and value is not None and not fits:
            raise SettingsError(f"{path}: {one.name} = {value!r} is no {one.type}.")
    return FarmShot(**facts)


def _check(path: Path, shot: FarmShot) -> None:
    """What a task would refuse is refused here."""
    if not shot.name.isprintable() or "/" in shot.name or not shot.name.strip(". "):
        raise SettingsError(f"{path}: name = {shot.name!r}: write a name that files may have.")
    for name in ("chunk", "cpus", "retries", "gpus", "memory", "gpu_memory", "timeout", "qc_threshold"):
        least, value = 1 if name in ("chunk", "cpus") else 0, getattr(shot, name)
        if not math.isfinite(value):
            raise SettingsError(f"{path}: {name} = {value} is no number of anything.")
        if value < least:
            raise SettingsError(f"{path}: {name} = {value} is too small; {least} is the least.")
    if shot.sheet and shot.clips:
        raise SettingsError(
            f"{path}: a contact sheet knows no {shot.clips[0]} and would show other mattes; leave sheet out."
        )
    if shot.gpu_memory and not shot.gpus:
        raise SettingsError(f"{path}: gpu_memory = {shot.gpu_memory:g} needs gpus; say how many.")
    from ..faces import consented
    from ..layers import parse_layers
    from ..presets import parse_setting
    from ..sidecar import shot_of
    from ..targets import sink_of

    layers = parse_layers(shot.layers if not shot.sidecar else "rgba")
    request = RenderRequest(
        source=shot.source,
        destination=shot.output,
        layers=shot.layers,
        settings=dict(parse_setting(text) for text in shot.sets),
        sides={CLIPS[name]: getattr(shot, name) for name in shot.clips},
        preset=Path(shot.preset) if shot.preset else None,
        shot=shot.sidecar or None,
        qc_threshold=shot.qc_threshold or None,
        colorspace=shot.colorspace or None,
        out_colorspace=shot.out_colorspace or None,
        trim=shot.trim,
        proxy=shot.proxy or None,
        proxy_scale=shot.proxy_scale,
    )
    CheckRequest(target=shot.output, proxy=shot.proxy or None)  # tasks have a part of a video each
    target = parse_pattern(shot.output, there=False)
    sink, _, _ = sink_of(request, layers, (), target, len(shot.frames), {})
    source = parse_pattern(shot.source)
    plates = {os.path.realpath(source.path(frame)) for frame in shot.frames}
    if any(os.path.realpath(one) in plates for frame in shot.frames for one in sink.paths(frame)):
        raise SettingsError(f"{path}: output would be written over source; choose another name.")
    if not shot.sidecar or Path(shot.sidecar).is_file():
        consented(request.resolved(), shot_of(request.resolved()))


def _table(path: Path, told: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = told.get(name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: {name} is to be a table, [{name}].")
    needs = ("cpus", "memory", "gpus", "gpu_memory")
    names = [one.name for one in fields(FarmShot)]
    _known(path, table, needs if name == "needs" else [one for one in names if one not in (*needs, *_OWN)])
    return dict(table)


def _known(path: Path, table: Mapping[str, Any], names: Sequence[str]) -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}."
            raise SettingsError(f"{path}: there is no {key}; {cure}")
